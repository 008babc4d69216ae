//! Lists as files, however long: as a table (CSV) or as lines of JSON (CloudEvents), written page by page. Each list says once
//! what its columns are. The last line says what the file holds: without it a file is not whole, and a page that fails breaks
//! the connection off before it. The format is a contract, described in `schemas/export.md`.

mod cell;
mod csv;
mod document;
mod format;
mod manifest;
mod ndjson;
mod origin;
mod writing;

pub(crate) use cell::Cell;
pub(crate) use document::{Document, Items};
pub(crate) use format::{Exporting, Format, InFormat};
pub(crate) use origin::Origin;

use crate::{exporter::Exporter, problem::Problem};
use axum::response::Response;
use tenure_domain::user::Exported;
use uuid::Uuid;
use writing::Writing;

/// A list of `N` columns.
pub(crate) struct List<const N: usize> {
    /// Name of its file, without an ending.
    pub(crate) file: &'static str,
    /// What a row is: its type is `tenure.list.<row>.1`.
    pub(crate) row: &'static str,
    pub(crate) columns: [&'static str; N],
}

/// A row of a list.
pub(crate) struct Row<const N: usize> {
    /// What it is about: `account/018f…`.
    subject: String,
    /// Tells it from the others of its list.
    name: String,
    /// Its own place in the history, if it has one: position, and instant to the microsecond.
    at: Option<(u64, String)>,
    cells: [Cell; N],
}

impl<const N: usize> Row<N> {
    /// The only one about this object.
    pub(crate) fn about(kind: &str, id: Uuid, cells: [Cell; N]) -> Self {
        Self {
            subject: format!("{kind}/{id}"),
            name: id.to_string(),
            at: None,
            cells,
        }
    }

    /// One of several about it.
    pub(crate) fn named(self, name: String) -> Self {
        Self { name, ..self }
    }

    /// An event, or what one event says.
    pub(crate) fn at(self, position: u64, instant: chrono::DateTime<chrono::Utc>) -> Self {
        Self {
            at: Some((position, cell::to_the_microsecond(instant))),
            ..self
        }
    }
}

/// What is written page by page.
pub(crate) trait Rows<const N: usize>: Sized + Send + 'static {
    /// The next page, and what comes after it, if anything does.
    fn page(self) -> impl Future<Output = Result<(Vec<Row<N>>, Option<Self>), Problem>> + Send;
}

/// Rows that are all there.
pub(crate) struct Known<const N: usize>(pub(crate) Vec<Row<N>>);

impl<const N: usize> Rows<N> for Known<N> {
    async fn page(self) -> Result<(Vec<Row<N>>, Option<Self>), Problem> {
        Ok((self.0, None))
    }
}

impl<const N: usize> List<N> {
    /// Hands out all rows: what they are of, and they themselves, are asked for once it is on record.
    pub(crate) async fn hand_out<R: Rows<N>>(
        &'static self,
        exporter: &Exporter,
        what: Exported,
        format: Format,
        begin: impl Future<Output = Result<(Origin, R), Problem>> + Send,
    ) -> Result<Response, Problem> {
        let written = async move {
            let (origin, rows) = begin.await?;
            Writing::new(self, format, origin, rows).body().await
        };
        exporter
            .hand_out(what, format.file(self.file), written)
            .await
    }
}
