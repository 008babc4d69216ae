//! Lines of JSON: a CloudEvent for each row.

use super::{Cell, List, Origin, Row, manifest::Manifest};
use serde::{Serialize, Serializer};

/// Type of the last line.
const COMPLETE: &str = "tenure.list.complete.1";

#[derive(Serialize)]
struct Line<'a, const N: usize> {
    specversion: &'static str,
    id: String,
    source: &'a str,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: &'a str,
    datacontenttype: &'static str,
    position: u64,
    data: Data<'a, N>,
}

/// Columns and what is in them, in their order.
struct Data<'a, const N: usize>(&'a [&'static str; N], &'a [Cell; N]);

impl<const N: usize> Serialize for Data<'_, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

#[derive(Serialize)]
struct Complete<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    source: &'a str,
    list: &'a str,
    time: &'a str,
    count: u64,
    first: Option<u64>,
    last: Option<u64>,
    position: u64,
    hash: &'a str,
    sha256: &'a str,
}

/// Adds a row.
pub(super) fn write_row<const N: usize>(
    text: &mut String,
    list: &List<N>,
    origin: &Origin,
    row: &Row<N>,
) -> Result<(), serde_json::Error> {
    let (position, time) = match &row.at {
        Some((position, time)) => (*position, time),
        None => (origin.position, &origin.time),
    };
    let line = Line {
        specversion: "1.0",
        // The same row of the same position is called the same, whoever takes it out.
        id: format!("{}/{}@{}", list.row, row.name, origin.position),
        source: &origin.source,
        kind: format!("tenure.list.{}.1", list.row),
        subject: &row.subject,
        time,
        datacontenttype: "application/json",
        position,
        data: Data(&list.columns, &row.cells),
    };
    write(text, &line)
}

/// Adds the last line.
pub(super) fn write_complete<const N: usize>(
    text: &mut String,
    list: &List<N>,
    origin: &Origin,
    manifest: &Manifest,
) -> Result<(), serde_json::Error> {
    write_manifest(text, list.row, origin, manifest)?;
    text.push('\n');
    Ok(())
}

/// Adds what it says.
pub(super) fn write_manifest(
    text: &mut String,
    row: &str,
    origin: &Origin,
    manifest: &Manifest,
) -> Result<(), serde_json::Error> {
    let complete = Complete {
        kind: COMPLETE,
        source: &origin.source,
        list: row,
        time: &origin.time,
        count: manifest.count,
        first: manifest.first,
        last: manifest.last,
        position: origin.position,
        hash: &origin.hash,
        sha256: &manifest.sha256,
    };
    text.push_str(&serde_json::to_string(&complete)?);
    Ok(())
}

fn write(text: &mut String, line: &impl Serialize) -> Result<(), serde_json::Error> {
    text.push_str(&serde_json::to_string(line)?);
    text.push('\n');
    Ok(())
}
