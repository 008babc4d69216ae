//! Tables as CSV, for spreadsheets.

use crate::problem::Problem;
use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use std::io;

/// Marks the encoding, without which spreadsheets take it for another one.
const MARK: &str = "\u{feff}";

/// A file of this name: its header and first rows, which are known, and the rest as it comes.
pub(super) fn file(
    name: &str,
    header: &str,
    first: Bytes,
    rest: impl Stream<Item = io::Result<Bytes>> + Send + 'static,
) -> Response {
    let header = Bytes::from(head(header));
    let head = stream::iter([Ok(header), Ok(first)]);
    let body = Body::from_stream(head.chain(rest));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/csv; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            disposition.unwrap_or(HeaderValue::from_static("attachment")),
        ),
    ];
    (headers, body).into_response()
}

/// What is written page by page.
pub(super) trait Rows: Sized + Send + 'static {
    /// Were all pages written?
    fn is_done(&self) -> bool;

    /// The next page, and what comes after it.
    fn page(self) -> impl Future<Output = Result<(Bytes, Self), Problem>> + Send;
}

/// All of it, however long it is. A page that fails ends the answer before its end, which no client takes for a whole one.
pub(super) async fn all<R: Rows>(name: &str, header: &str, rows: R) -> Result<Response, Problem> {
    // The first page before the answer begins: what fails now is still a problem, not a file that is cut off.
    let (first, rows) = rows.page().await?;
    let rest = stream::try_unfold(rows, |rows| async {
        if rows.is_done() {
            return Ok(None);
        }
        let page = rows.page().await;
        page.map(Some)
            .map_err(|problem| io::Error::other(problem.detail.into_owned()))
    });
    Ok(file(name, header, first, rest))
}

/// What stands before the rows.
pub(super) fn head(header: &str) -> String {
    format!("{MARK}{header}\r\n")
}

/// Adds a row.
pub(super) fn write_row(text: &mut String, cells: &[String]) {
    let quoted: Vec<_> = cells.iter().map(|cell| quoted(cell)).collect();
    text.push_str(&quoted.join(","));
    text.push_str("\r\n");
}

/// A cell as text: a name that begins like a formula must not run in a spreadsheet.
fn quoted(cell: &str) -> String {
    let mark = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if mark.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(quoted("svc-backup"), "svc-backup");
        assert_eq!(quoted("Novák, \"P\""), "\"Novák, \"\"P\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("-svc"), "\"'-svc\"");
    }
}
