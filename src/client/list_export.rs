//! `--export FILE`: what a list finds as a file, checked against what its last line says it holds.

use super::{connection::Connection, error::ClientError, manifest::Reading};
use crate::out;
use clap::{Args, ValueEnum};
use std::{
    fs::{self, File},
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

/// Where all that is found goes, instead of being shown.
#[derive(Args, Debug, Clone)]
pub(crate) struct ExportTo {
    /// Write all of it to this file, which nothing is in before it is whole; - for standard output
    #[arg(long, value_name = "FILE")]
    pub(super) export: Option<PathBuf>,
    /// As a table, or as lines of JSON (CloudEvents); by default as a table
    #[arg(long, requires = "export")]
    format: Option<ListFormat>,
}

/// As what a list is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum ListFormat {
    #[default]
    Csv,
    Ndjson,
    /// One document, which only campaigns are: they offer it themselves.
    #[value(skip)]
    Document,
}

impl ListFormat {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Document => "json",
        }
    }
}

impl ExportTo {
    /// Nothing is written; it is shown.
    pub(super) const SHOWN: Self = Self {
        export: None,
        format: None,
    };

    /// To standard output, as a table.
    pub(super) fn printed() -> Self {
        Self {
            export: Some("-".into()),
            format: None,
        }
    }

    /// Writes it, if that was asked for. Of the question, what pages a list does not matter.
    pub(super) async fn done(
        &self,
        connection: &Connection,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<bool, ClientError> {
        let Some(file) = &self.export else {
            return Ok(false);
        };
        let paging = ["limit", "cursor", "offset"];
        let asked = query.iter().filter(|(name, _)| !paging.contains(name));
        let asked: Vec<_> = asked.copied().collect();
        let format = self.format.unwrap_or_default();
        write(connection, path, &asked, format, file).await?;
        Ok(true)
    }
}

/// Writes a list to a file (`-` is standard output), and checks it.
pub(super) async fn write(
    connection: &Connection,
    path: &str,
    query: &[(&str, &str)],
    format: ListFormat,
    file: &Path,
) -> Result<(), ClientError> {
    let mut query = query.to_vec();
    query.push(("format", format.text()));
    if file == Path::new("-") {
        return checked(connection, path, &query, format, file, io::stdout()).await;
    }
    // Beside it first: half an export must not look like one.
    let beside = file.with_added_extension("part");
    let written = async {
        let opened = BufWriter::new(File::create(&beside).map_err(failed(&beside))?);
        checked(connection, path, &query, format, file, opened).await?;
        fs::rename(&beside, file).map_err(failed(file))
    };
    let written = written.await;
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn failed(file: &Path) -> impl Fn(io::Error) -> ClientError {
    let path = file.display().to_string();
    move |source| ClientError::File {
        path: path.clone(),
        source,
    }
}

async fn checked(
    connection: &Connection,
    path: &str,
    query: &[(&str, &str)],
    format: ListFormat,
    file: &Path,
    mut to: impl Write,
) -> Result<(), ClientError> {
    let mut reading = Reading::of(format);
    let failed = failed(file);
    let downloaded = connection.download(path, query, |bytes| {
        reading.bytes(bytes);
        to.write_all(bytes).map_err(&failed)
    });
    downloaded.await?;
    to.flush().map_err(&failed)?;
    let held = reading.end().map_err(|reason| ClientError::Content {
        path: file.display().to_string(),
        reason: format!("it is not whole: {reason}"),
    })?;
    out::progress(format_args!(
        "{} row{}, as of position {} of the history, whose hash there is {}.",
        held.count,
        if held.count == 1 { "" } else { "s" },
        held.position,
        held.hash
    ));
    Ok(())
}
