//! One line of the result, and all of them as a table and as JSON.

use crate::Failure;
use serde::Serialize;
use std::path::Path;

/// One measurement beside its reference.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) ours: f64,
    pub(crate) reference: f64,
    /// How many times better than the reference; for times and sizes, better is smaller.
    pub(crate) ratio: f64,
    pub(crate) target: f64,
    pub(crate) met: bool,
    pub(crate) unit: &'static str,
}

impl Row {
    /// More is better.
    pub(crate) fn rate(
        name: &str,
        (ours, reference): (f64, f64),
        target: f64,
        unit: &'static str,
    ) -> Self {
        let ratio = ours / reference;
        Self {
            name: name.to_owned(),
            ours,
            reference,
            ratio,
            target,
            met: ratio >= target,
            unit,
        }
    }

    /// Less is better, and the reference is the most there may be.
    pub(crate) fn limit(name: &str, ours: f64, most: f64, unit: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            ours,
            reference: most,
            ratio: most / ours,
            target: 1.0,
            met: ours <= most,
            unit,
        }
    }
}

/// What was measured so far.
pub(crate) struct Report {
    /// Beginnings of the names that are asked for; none = all.
    only: Vec<String>,
    rows: Vec<Row>,
    left_out: Vec<String>,
}

impl Report {
    pub(crate) fn new(only: Vec<String>) -> Self {
        Self {
            only,
            rows: Vec::new(),
            left_out: Vec::new(),
        }
    }

    /// Is this row, or one of a group with this common beginning, asked for?
    pub(crate) fn wants(&self, name: &str) -> bool {
        let mut only = self.only.iter();
        self.only.is_empty() || only.any(|only| name.starts_with(only) || only.starts_with(name))
    }

    pub(crate) fn add(&mut self, row: Row) {
        println!("{}", line(&row));
        let mut only = self.only.iter();
        if self.only.is_empty() || only.any(|only| row.name.starts_with(only)) {
            self.rows.push(row);
        }
    }

    /// A row that cannot be measured here.
    pub(crate) fn leave_out(&mut self, name: &str, reason: &str) {
        println!("{name}: left out, {reason}");
        self.left_out.push(format!("{name}: {reason}"));
    }

    /// Prints the table and writes the JSON.
    pub(crate) fn finish(&self) {
        println!("\n| measurement | ours | reference | ratio | at least | met | unit |");
        println!("| --- | ---: | ---: | ---: | ---: | --- | --- |");
        for row in &self.rows {
            println!(
                "| {} |",
                line(row).split_whitespace().collect::<Vec<_>>().join(" ")
            );
        }
        for row in &self.left_out {
            println!("left out: {row}");
        }
        if let Err(error) = self.write() {
            eprintln!("bench: target/bench.json was not written: {error}");
        }
    }

    fn write(&self) -> Result<(), Failure> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench.json");
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(
            file,
            serde_json::to_vec_pretty(&self.rows)?,
        )?)
    }
}

fn line(row: &Row) -> String {
    let Row {
        name,
        ours,
        reference,
        ratio,
        target,
        met,
        unit,
    } = row;
    let (ours, reference) = (number(*ours), number(*reference));
    let met = if *met { "yes" } else { "NO" };
    format!(
        "{name:<34} | {ours:>10} | {reference:>10} | {ratio:>6.2} | {target:>5} | {met:<3} | {unit}"
    )
}

fn number(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}")
    }
}
