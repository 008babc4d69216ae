//! A list within one JSON document, beside what it is a list of. Each row is a line, and the last line says what the file holds, as
//! in the other formats: cut off, it is no JSON either.

use super::{Origin, manifest::Tally, ndjson};
use crate::problem::Problem;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde::Serialize;
use std::io;

/// What is written row by row, page by page.
pub(crate) trait Items: Sized + Send + 'static {
    type Item: Serialize + Send;
    /// The next page, and what comes after it, if anything does.
    fn page(self) -> impl Future<Output = Result<(Vec<Self::Item>, Option<Self>), Problem>> + Send;
}

/// What is still to be written.
pub(crate) struct Document<I> {
    /// What a row is.
    row: &'static str,
    origin: Origin,
    /// None: all was written.
    items: Option<I>,
    /// What is still to be written before the next row.
    before: String,
    tally: Tally,
}

impl<I: Items> Document<I> {
    /// `about`: a member of the document and what it holds, and the member that holds the rows.
    pub(crate) fn new(
        row: &'static str,
        origin: Origin,
        about: (&str, &impl Serialize),
        rows: &str,
        items: I,
    ) -> Result<Self, Problem> {
        let (name, about) = about;
        let about = serde_json::to_string(about).map_err(|error| Problem::internal(&error))?;
        Ok(Self {
            row,
            origin,
            items: Some(items),
            before: format!("{{\"{name}\": {about},\n\"{rows}\": [\n"),
            tally: Tally::default(),
        })
    }

    /// All of it, however long it is. A page that fails ends the answer before its end.
    pub(crate) async fn body(self) -> Result<Body, Problem> {
        // What fails now is still a problem, not a file that is cut off.
        let Some((first, rest)) = self.page().await? else {
            return Ok(Body::empty());
        };
        let rest = stream::try_unfold(rest, |rest| async {
            let list = rest.row;
            rest.page().await.map_err(|problem| {
                tracing::error!(list, detail = %problem.detail, "an export broke off");
                io::Error::other(problem.detail.into_owned())
            })
        });
        let first = stream::iter([Ok(first)]);
        Ok(Body::from_stream(first.chain(rest)))
    }

    async fn page(mut self) -> Result<Option<(Bytes, Self)>, Problem> {
        let internal = |error| Problem::internal(&error);
        let Some(items) = self.items.take() else {
            return Ok(None);
        };
        let (page, rest) = items.page().await?;
        let mut text = String::new();
        for item in &page {
            text.push_str(&self.before);
            text.push_str(&serde_json::to_string(item).map_err(internal)?);
            ",\n".clone_into(&mut self.before);
            self.tally.row(None);
        }
        if rest.is_some() {
            self.tally.bytes(&text);
        } else {
            // Of no rows, the line that begins them ends it.
            let end = if self.tally.is_empty() {
                &*self.before
            } else {
                "\n"
            };
            text.push_str(end);
            text.push_str("],\n");
            self.tally.bytes(&text);
            let manifest = self.tally.manifest(&self.origin);
            text.push_str("\"complete\": ");
            ndjson::write_manifest(&mut text, self.row, &self.origin, &manifest)
                .map_err(internal)?;
            text.push_str("}\n");
        }
        self.items = rest;
        Ok(Some((text.into(), self)))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::origin::Of, *};
    use serde_json::{Value, json};
    use sha2::{Digest, Sha256};

    /// Pages of so many rows each.
    struct Pages(Vec<usize>);

    impl Items for Pages {
        type Item = Value;
        async fn page(mut self) -> Result<(Vec<Value>, Option<Self>), Problem> {
            let rows = vec![json!({"name": "a\nb]"}); self.0.remove(0)];
            let rest = (!self.0.is_empty()).then_some(self);
            Ok((rows, rest))
        }
    }

    #[tokio::test]
    async fn a_document_ends_with_what_it_holds_however_many_rows_it_has() {
        for pages in [vec![0], vec![1], vec![2, 1], vec![0, 1], vec![1, 0]] {
            let rows = pages.iter().sum::<usize>();
            let origin = Origin {
                source: "tenure/here".to_owned(),
                position: 7,
                time: "2026-01-10T12:00:00.000000Z".to_owned(),
                hash: "00ff".to_owned(),
                of: Of::All,
            };
            let about = json!({"name": "Spring"});
            let document =
                Document::new("thing", origin, ("about", &about), "things", Pages(pages)).unwrap();
            let body = document.body().await.unwrap();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            let whole: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(whole["about"], about);
            assert_eq!(whole["things"].as_array().unwrap().len(), rows, "{text}");
            let lines: Vec<_> = text.lines().collect();
            assert_eq!(lines.len(), rows + 4, "{text}");
            let last = lines.last().unwrap();
            assert!(last.starts_with("\"complete\": {\"type\":\"tenure.list.complete.1\""));
            let sha256 = hex::encode(Sha256::digest(&text[..text.len() - last.len() - 1]));
            let said = &whole["complete"];
            assert_eq!(
                (&said["count"], &said["sha256"]),
                (&json!(rows), &json!(sha256))
            );
            let ends = [&said["first"], &said["last"], &said["position"]];
            assert_eq!(ends, [&json!(1), &json!(7), &json!(7)]);
        }
    }
}
