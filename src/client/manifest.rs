//! What the last line of an exported list says it holds, compared with what came (schemas/export.md).

use super::list_export::ListFormat;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Type of the last line, as lines of JSON.
const COMPLETE: &str = "tenure.list.complete.1";

/// What it says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Manifest {
    #[serde(rename = "type", default)]
    kind: String,
    pub(super) count: u64,
    pub(super) position: u64,
    pub(super) hash: String,
    sha256: String,
}

/// A file while it is read: all but its last line is hashed and counted.
pub(super) struct Reading {
    format: ListFormat,
    /// Of all lines before the last one.
    sha256: Sha256,
    lines: u64,
    last: Vec<u8>,
    ended: bool,
    /// Within quotes a line goes on.
    quoted: bool,
}

impl Reading {
    pub(super) fn of(format: ListFormat) -> Self {
        Self {
            format,
            sha256: Sha256::new(),
            lines: 0,
            last: Vec::new(),
            ended: false,
            quoted: false,
        }
    }

    /// More of it.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.ended {
                self.sha256.update(&self.last);
                self.last.clear();
                self.lines += 1;
                self.ended = false;
            }
            self.last.push(*byte);
            match byte {
                b'"' if self.format == ListFormat::Csv => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.ended = true,
                _ => {}
            }
        }
    }

    /// What it holds; or why it is not whole.
    pub(super) fn end(self) -> Result<Manifest, String> {
        let missing = || "the line that completes it is missing".to_owned();
        if !self.ended {
            return Err(missing());
        }
        let line = String::from_utf8(self.last).map_err(|_| missing())?;
        let (said, before) = match self.format {
            // The first line says what the columns are.
            ListFormat::Csv => (of_cells(&line), 1),
            ListFormat::Ndjson => (of_json(&line), 0),
            // What it is about, and where the rows begin and end.
            ListFormat::Document => (of_member(&line), 3),
        };
        let said = said.ok_or_else(missing)?;
        let count = self.lines.saturating_sub(before);
        if said.count != count {
            return Err(format!("it has {count} rows, and says {}", said.count));
        }
        if said.sha256 != hex::encode(self.sha256.finalize()) {
            return Err("the bytes before its last line have another hash".to_owned());
        }
        Ok(said)
    }
}

fn of_cells(line: &str) -> Option<Manifest> {
    let cells: Vec<_> = line.trim_end().split(',').collect();
    let ["complete", count, _, _, position, hash, sha256] = cells[..] else {
        return None;
    };
    Some(Manifest {
        kind: COMPLETE.to_owned(),
        count: count.parse().ok()?,
        position: position.parse().ok()?,
        hash: hash.to_owned(),
        sha256: sha256.to_owned(),
    })
}

fn of_json(line: &str) -> Option<Manifest> {
    let said: Manifest = serde_json::from_str(line).ok()?;
    (said.kind == COMPLETE).then_some(said)
}

/// The last member, and the end of the document.
fn of_member(line: &str) -> Option<Manifest> {
    let said = line.strip_prefix("\"complete\": ")?.strip_suffix("}\n")?;
    of_json(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(format: ListFormat, text: &str) -> Result<Manifest, String> {
        let mut reading = Reading::of(format);
        // However it comes.
        for part in text.as_bytes().chunks(3) {
            reading.bytes(part);
        }
        reading.end()
    }

    fn table(rows: &str, count: u64) -> String {
        let before = format!("\u{feff}name\r\n{rows}");
        let sha256 = hex::encode(Sha256::digest(&before));
        format!("{before}complete,{count},1,7,7,00ff,{sha256}\r\n")
    }

    fn lines(count: u64) -> String {
        let before = "{\"type\":\"tenure.list.thing.1\"}\n";
        let sha256 = hex::encode(Sha256::digest(before));
        format!(
            "{before}{{\"type\":\"{COMPLETE}\",\"count\":{count},\"position\":7,\"hash\":\"00ff\",\"sha256\":\"{sha256}\"}}\n"
        )
    }

    fn document(rows: &str, count: u64) -> String {
        let before = format!("{{\"about\": {{}},\n\"rows\": [\n{rows}],\n");
        let sha256 = hex::encode(Sha256::digest(&before));
        format!(
            "{before}\"complete\": {{\"type\":\"{COMPLETE}\",\"count\":{count},\"position\":7,\"hash\":\"00ff\",\"sha256\":\"{sha256}\"}}}}\n"
        )
    }

    #[test]
    fn a_document_is_whole_or_says_that_it_is_not() {
        let whole = document("{\"name\":\"a\\nb\"},\n{}\n", 2);
        serde_json::from_str::<serde_json::Value>(&whole).unwrap();
        assert_eq!(ended(ListFormat::Document, &whole).unwrap().count, 2);
        assert_eq!(
            ended(ListFormat::Document, &document("", 0)).unwrap().count,
            0
        );
        for cut in 0..whole.len() {
            assert!(ended(ListFormat::Document, &whole[..cut]).is_err(), "{cut}");
        }
        let altered = whole.replace("{},", "[],");
        let altered = ended(ListFormat::Document, &altered).unwrap_err();
        assert!(altered.contains("another hash"), "{altered}");
        let fewer = ended(ListFormat::Document, &document("{}\n", 2)).unwrap_err();
        assert_eq!(fewer, "it has 1 rows, and says 2");
    }

    #[test]
    fn a_whole_file_holds_what_it_says() {
        let said = ended(ListFormat::Csv, &table("\"a \"\"b\"\"\r\nc\"\r\nd\r\n", 2)).unwrap();
        assert_eq!((said.count, said.position), (2, 7));
        assert_eq!(ended(ListFormat::Csv, &table("", 0)).unwrap().count, 0);
        assert_eq!(ended(ListFormat::Ndjson, &lines(1)).unwrap().hash, "00ff");
    }

    #[test]
    fn a_file_that_is_cut_off_or_altered_says_so() {
        let whole = table("a\r\nb\r\n", 2);
        for cut in 0..whole.len() {
            if whole.is_char_boundary(cut) {
                assert!(ended(ListFormat::Csv, &whole[..cut]).is_err(), "{cut}");
            }
        }
        let altered = whole.replace("\r\na\r\n", "\r\nz\r\n");
        assert!(
            ended(ListFormat::Csv, &altered)
                .unwrap_err()
                .contains("another hash")
        );
        let fewer = ended(ListFormat::Csv, &table("a\r\n", 2)).unwrap_err();
        assert_eq!(fewer, "it has 1 rows, and says 2");
        // An account may be called so.
        assert!(
            ended(
                ListFormat::Csv,
                &table("complete,1,1,7,7,00ff,\r\n", 1)[..33]
            )
            .is_err()
        );
        assert!(ended(ListFormat::Ndjson, &lines(2)).is_err());
        assert!(ended(ListFormat::Ndjson, "").is_err());
    }
}
