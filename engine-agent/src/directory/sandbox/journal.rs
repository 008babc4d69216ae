//! The sandbox's file: one line of JSON per change, the last line of an object counts. Rewritten without the history at
//! every start.

use super::SandboxObject;
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, ErrorKind},
    path::Path,
};
use uuid::Uuid;

pub(super) struct Journal(File);

#[derive(Deserialize)]
struct Line {
    guid: Uuid,
    object: Option<SandboxObject>,
}

#[derive(Serialize)]
struct LineRef<'a> {
    guid: Uuid,
    object: Option<&'a SandboxObject>,
}

impl Journal {
    /// The objects of the file, which is made if need be.
    pub(super) fn open(path: &Path) -> io::Result<(Self, HashMap<Uuid, SandboxObject>)> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        let mut objects = HashMap::new();
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            match serde_json::from_str(line) {
                Ok(Line {
                    guid,
                    object: Some(object),
                }) => drop(objects.insert(guid, object)),
                Ok(Line { guid, object: None }) => drop(objects.remove(&guid)),
                // The last line may have been cut off with the process.
                Err(_) if lines.peek().is_none() => {}
                Err(error) => return Err(io::Error::new(ErrorKind::InvalidData, error)),
            }
        }
        let compact = path.with_extension("tmp");
        let mut file = BufWriter::new(File::create(&compact)?);
        for (guid, object) in &objects {
            write_line(&mut file, *guid, Some(object))?;
        }
        file.into_inner()?.sync_all()?;
        fs::rename(&compact, path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok((Self(file), objects))
    }

    pub(super) fn write(&mut self, guid: Uuid, object: Option<&SandboxObject>) -> io::Result<()> {
        write_line(&mut self.0, guid, object)
    }
}

fn write_line(
    file: &mut impl io::Write,
    guid: Uuid,
    object: Option<&SandboxObject>,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(&LineRef { guid, object })?;
    line.push(b'\n');
    file.write_all(&line)
}
