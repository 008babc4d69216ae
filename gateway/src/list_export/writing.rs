//! A list while it is written: page by page, with what was written tallied, and the last line after the last page.

use super::{Cell, Format, List, Origin, Row, Rows, csv, manifest::Tally, ndjson};
use crate::problem::Problem;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream};
use std::io;

/// What is still to be written.
pub(super) struct Writing<R, const N: usize> {
    list: &'static List<N>,
    format: Format,
    origin: Origin,
    tally: Tally,
    begun: bool,
    /// None: all was written.
    rows: Option<R>,
}

impl<R: Rows<N>, const N: usize> Writing<R, N> {
    pub(super) fn new(list: &'static List<N>, format: Format, origin: Origin, rows: R) -> Self {
        Self {
            list,
            format,
            origin,
            tally: Tally::default(),
            begun: false,
            rows: Some(rows),
        }
    }

    /// All of it, however long it is. A page that fails ends the answer before its end, which no client takes for a whole one.
    pub(super) async fn body(self) -> Result<Body, Problem> {
        // The first page before the answer begins: what fails now is still a problem, not a file that is cut off.
        let first = self.page().await?;
        let Some((first, writing)) = first else {
            return Ok(Body::empty());
        };
        let rest = stream::try_unfold(writing, |writing| async {
            let list = writing.list.file;
            writing.page().await.map_err(|problem| {
                tracing::error!(list, detail = %problem.detail, "an export broke off");
                io::Error::other(problem.detail.into_owned())
            })
        });
        let first = stream::iter([Ok(first)]);
        Ok(Body::from_stream(first.chain(rest)))
    }

    async fn page(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let Some(rows) = self.rows.take() else {
            return Ok(None);
        };
        let (page, rest) = rows.page().await?;
        let mut text = String::new();
        if !self.begun && self.format == Format::Csv {
            text.push_str(&csv::head(&self.list.columns));
        }
        self.begun = true;
        for row in &page {
            self.tally
                .row(row.at.as_ref().map(|(position, _)| *position));
            self.write_row(&mut text, row)?;
        }
        self.tally.bytes(&text);
        if rest.is_none() {
            self.write_complete(&mut text)?;
        }
        self.rows = rest;
        Ok(Some((text.into(), self)))
    }

    fn write_row(&self, text: &mut String, row: &Row<N>) -> Result<(), Problem> {
        match self.format {
            Format::Csv => {
                csv::write_row(text, row.cells.iter().map(Cell::text));
                Ok(())
            }
            Format::Ndjson => ndjson::write_row(text, self.list, &self.origin, row)
                .map_err(|error| Problem::internal(&error)),
        }
    }

    fn write_complete(&self, text: &mut String) -> Result<(), Problem> {
        let (origin, manifest) = (&self.origin, self.tally.manifest(&self.origin));
        match self.format {
            Format::Csv => {
                let end = |at: Option<u64>| at.map(|at| at.to_string()).unwrap_or_default();
                let cells = [
                    "complete".to_owned(),
                    manifest.count.to_string(),
                    end(manifest.first),
                    end(manifest.last),
                    origin.position.to_string(),
                    origin.hash.clone(),
                    manifest.sha256,
                ];
                csv::write_row(text, cells);
                Ok(())
            }
            Format::Ndjson => ndjson::write_complete(text, self.list, origin, &manifest)
                .map_err(|error| Problem::internal(&error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::origin::Of, *};
    use crate::problem::Kind;
    use axum::{Router, routing::get};
    use serde_json::Value;
    use sha2::{Digest, Sha256};
    use tokio::net::TcpListener;
    use uuid::Uuid;

    static LIST: List<2> = List {
        file: "things",
        row: "thing",
        columns: ["name", "enabled"],
    };

    /// So many pages of two rows, and then perhaps one that fails.
    #[derive(Clone)]
    struct Pages {
        left: u32,
        fails: bool,
    }

    impl Rows<2> for Pages {
        async fn page(self) -> Result<(Vec<Row<2>>, Option<Self>), Problem> {
            if self.left == 0 {
                return Err(Problem::new(Kind::Unavailable, "The database went away."));
            }
            let row = |name: &str| Row::about("thing", Uuid::nil(), [name.into(), true.into()]);
            let left = self.left - 1;
            let rest = (left > 0 || self.fails).then_some(Self { left, ..self });
            Ok((vec![row("=1+1"), row("Novák, \"P\"\nof the cellar")], rest))
        }
    }

    fn origin(position: u64, of: Of) -> Origin {
        Origin {
            source: "tenure/here".to_owned(),
            position,
            time: "2026-01-10T12:00:00.000000Z".to_owned(),
            hash: "00ff".to_owned(),
            of,
        }
    }

    async fn written(format: Format, pages: Pages, of: Of) -> reqwest::Result<String> {
        let answer = move || async move {
            let body = Writing::new(&LIST, format, origin(7, of), pages).body();
            body.await.map_err(|problem| problem.detail.into_owned())
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let served = axum::serve(listener, Router::new().route("/", get(answer)));
        let server = tokio::spawn(served.into_future());
        let _ = rustls::crypto::ring::default_provider().install_default();
        let text = reqwest::Client::new().get(url).send().await?.text().await;
        server.abort();
        text
    }

    #[tokio::test]
    async fn a_table_of_many_pages_ends_with_count_and_hash_of_all_before() {
        let pages = Pages {
            left: 3,
            fails: false,
        };
        let text = written(Format::Csv, pages, Of::All).await.unwrap();
        assert!(
            text.starts_with("\u{feff}name,enabled\r\n\"'=1+1\",yes\r\n"),
            "{text}"
        );
        let end = text.rfind("complete,").unwrap();
        let sha256 = hex::encode(Sha256::digest(&text[..end]));
        assert_eq!(text[end..], format!("complete,6,1,7,7,00ff,{sha256}\r\n"));
    }

    #[tokio::test]
    async fn lines_of_many_pages_are_cloud_events_and_end_with_count_and_hash_of_all_before() {
        let pages = Pages {
            left: 2,
            fails: false,
        };
        let text = written(Format::Ndjson, pages, Of::Nothing).await.unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert_eq!(lines[0]["type"], "tenure.list.thing.1");
        assert_eq!(lines[0]["data"]["name"], "=1+1");
        assert_eq!(lines[1]["data"]["enabled"], true);
        let end = text.rfind("{\"type\":\"tenure.list.complete.1\"").unwrap();
        assert_eq!(lines[4]["count"], 4);
        assert_eq!(lines[4]["first"], Value::Null);
        assert_eq!(
            lines[4]["sha256"],
            hex::encode(Sha256::digest(&text[..end]))
        );
    }

    #[tokio::test]
    async fn a_page_that_fails_breaks_the_file_off() {
        for format in [Format::Csv, Format::Ndjson] {
            let pages = Pages {
                left: 2,
                fails: true,
            };
            let broken = written(format, pages, Of::All).await;
            assert!(broken.is_err(), "{broken:?}");
            // The same without the page that fails is whole.
            let pages = Pages {
                left: 2,
                fails: false,
            };
            assert!(written(format, pages, Of::All).await.is_ok());
        }
    }

    #[tokio::test]
    async fn what_fails_at_once_is_an_answer_and_no_file() {
        let pages = Pages {
            left: 0,
            fails: true,
        };
        let text = written(Format::Csv, pages, Of::All).await.unwrap();
        assert_eq!(text, "The database went away.");
    }
}
