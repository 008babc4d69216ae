//! Reading documents from files and folders.

use crate::client::error::ClientError;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
};

/// What a document is about. Applied in this order: groups name roles, templates name groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A role
    Role,
    /// A group
    Group,
    /// A template
    Template,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Role => "role",
            Self::Group => "group",
            Self::Template => "template",
        })
    }
}

/// One document.
#[derive(Debug)]
pub(super) struct Document {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// Without `kind`.
    pub(super) content: Map<String, Value>,
    /// Where it stands, for messages.
    pub(super) origin: String,
}

impl Document {
    /// Something is wrong with it.
    pub(super) fn wrong(&self, reason: impl fmt::Display) -> ClientError {
        ClientError::Content {
            path: self.origin.clone(),
            reason: format!("{} \"{}\": {reason}", self.kind, self.name),
        }
    }
}

/// All documents of these files and folders (`.yaml`, `.yml` and `.json`, folders within too), in the order in which they
/// are to be applied; `-` is standard input. A document without `kind` is of `default`.
pub(super) fn documents(paths: &[PathBuf], default: Kind) -> Result<Vec<Document>, ClientError> {
    let mut all = Vec::new();
    for path in paths {
        for file in files(path)? {
            let shown = file.display().to_string();
            let text = if file == Path::new("-") {
                std::io::read_to_string(std::io::stdin())
            } else {
                std::fs::read_to_string(&file)
            };
            let text = text.map_err(|source| unreadable(&file, source))?;
            of_text(&text, &shown, default, &mut all)?;
        }
    }
    if all.is_empty() {
        let shown: Vec<_> = paths
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        return Err(ClientError::Content {
            path: shown.join(", "),
            reason: "holds no document".into(),
        });
    }
    all.sort_by_key(|document| document.kind);
    let mut seen = BTreeSet::new();
    for document in &all {
        if !seen.insert((document.kind, document.name.to_lowercase())) {
            return Err(document.wrong("is there twice"));
        }
    }
    Ok(all)
}

fn unreadable(path: &Path, source: std::io::Error) -> ClientError {
    ClientError::File {
        path: path.display().to_string(),
        source,
    }
}

/// The file itself, or the files of the folder by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, ClientError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let entries = std::fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let mut entries = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|source| unreadable(path, source))?;
    entries.sort();
    for entry in entries {
        let document = entry
            .extension()
            .is_some_and(|end| ["yaml", "yml", "json"].iter().any(|known| end == *known));
        if entry.is_dir() && !entry.is_symlink() {
            found.extend(files(&entry)?);
        } else if document {
            found.push(entry);
        }
    }
    Ok(found)
}

fn of_text(
    text: &str,
    origin: &str,
    default: Kind,
    all: &mut Vec<Document>,
) -> Result<(), ClientError> {
    let wrong = |reason: String| ClientError::Content {
        path: origin.to_owned(),
        reason,
    };
    for document in serde_norway::Deserializer::from_str(text) {
        let value = Value::deserialize(document).map_err(|error| wrong(error.to_string()))?;
        if value.is_null() {
            continue;
        }
        let Value::Object(mut content) = value else {
            return Err(wrong("a document must be a mapping".into()));
        };
        let kind = match content.remove("kind") {
            None => default,
            Some(kind) => match kind.as_str() {
                Some("role") => Kind::Role,
                Some("group") => Kind::Group,
                Some("template") => Kind::Template,
                _ => {
                    return Err(wrong(format!(
                        "kind must be role, group or template, not {kind}"
                    )));
                }
            },
        };
        let name = content.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| wrong(format!("a {kind} without a name")))?;
        all.push(Document {
            kind,
            name: name.to_owned(),
            content,
            origin: origin.to_owned(),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Document>, ClientError> {
        let mut all = Vec::new();
        of_text(text, "here.yaml", Kind::Template, &mut all)?;
        Ok(all)
    }

    #[test]
    fn documents_are_separated_by_dashes_and_know_their_kind() {
        let all = read(
            "name: A\n---\nkind: role\nname: B\n---\n---\n{\"kind\": \"group\", \"name\": \"C\"}\n",
        );
        let kinds: Vec<_> = all
            .unwrap()
            .into_iter()
            .map(|document| (document.kind, document.name))
            .collect();
        assert_eq!(
            kinds,
            [
                (Kind::Template, "A".into()),
                (Kind::Role, "B".into()),
                (Kind::Group, "C".into())
            ]
        );
        for bad in [
            "kind: user\nname: x",
            "- a",
            "purpose: x",
            "name: [",
            "kind: 1\nname: x",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn folders_are_read_whole_and_a_name_stands_once() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::create_dir(at("sub")).unwrap();
        std::fs::write(at("b.yaml"), "name: T").unwrap();
        std::fs::write(at("sub/a.yml"), "kind: group\nname: G").unwrap();
        std::fs::write(at("c.json"), "{\"kind\": \"role\", \"name\": \"R\"}").unwrap();
        std::fs::write(at("README.md"), "not a document").unwrap();
        let paths = [folder.path().to_owned()];
        let names: Vec<_> = documents(&paths, Kind::Template)
            .unwrap()
            .into_iter()
            .map(|document| document.name)
            .collect();
        assert_eq!(names, ["R", "G", "T"]);
        std::fs::write(at("d.yaml"), "name: t").unwrap();
        assert!(documents(&paths, Kind::Template).is_err());
    }
}
