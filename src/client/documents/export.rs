//! What the server has, as documents.

use super::{Kind, groups, names::Names, roles, templates};
use crate::{
    client::{connection::Connection, error::ClientError, table::text},
    out,
};
use serde_json::Value;
use std::{collections::BTreeSet, path::Path};

/// The documents of these kinds, roles first; of these names only, if any are given.
pub(super) async fn documents(
    connection: &Connection,
    kinds: &[Kind],
    only: &[String],
) -> Result<Vec<Value>, ClientError> {
    let mut names = Names::new(connection);
    let mut all = Vec::new();
    if kinds.contains(&Kind::Role) {
        all.extend(roles::export(connection).await?);
    }
    if kinds.contains(&Kind::Group) {
        all.extend(groups::export(connection, &mut names).await?);
    }
    if kinds.contains(&Kind::Template) {
        all.extend(templates::export(connection, &mut names).await?);
    }
    let wanted = |document: &Value| {
        only.is_empty()
            || only
                .iter()
                .any(|name| name.to_lowercase() == text(document, "name").to_lowercase())
    };
    all.retain(wanted);
    if let Some(missing) = only.iter().find(|name| {
        all.iter()
            .all(|document| name.to_lowercase() != text(document, "name").to_lowercase())
    }) {
        return Err(ClientError::Usage(format!("there is no \"{missing}\"")));
    }
    Ok(all)
}

fn yaml(document: &Value) -> Result<String, ClientError> {
    let Some(fields) = document.as_object() else {
        return Err(ClientError::Unexpected("a document without fields".into()));
    };
    // What it is comes first.
    let first = ["kind", "name"];
    let mut ordered = serde_norway::Mapping::new();
    let rest = fields.keys().filter(|key| !first.contains(&key.as_str()));
    for key in first.into_iter().chain(rest.map(String::as_str)) {
        let value = serde_norway::to_value(&fields[key])
            .map_err(|error| ClientError::Unexpected(error.to_string()))?;
        ordered.insert(key.into(), value);
    }
    serde_norway::to_string(&ordered).map_err(|error| ClientError::Unexpected(error.to_string()))
}

/// To standard output, one after the other.
pub(super) fn print(documents: &[Value]) -> Result<(), ClientError> {
    for (i, document) in documents.iter().enumerate() {
        if i > 0 {
            out::line(format_args!("---"));
        }
        out::line(format_args!("{}", yaml(document)?.trim_end()));
    }
    Ok(())
}

/// One file each, `templates/service-account.yaml`, below the folder.
pub(super) fn write(documents: &[Value], folder: &Path) -> Result<(), ClientError> {
    let mut used = BTreeSet::new();
    for document in documents {
        let kind = text(document, "kind");
        let below = folder.join(format!("{kind}s"));
        let stem = file_name(&text(document, "name"));
        let free = (1..).map(|n| match n {
            1 => format!("{stem}.yaml"),
            n => format!("{stem}-{n}.yaml"),
        });
        let Some(name) = free
            .into_iter()
            .find(|name| used.insert((kind.clone(), name.clone())))
        else {
            continue;
        };
        let path = below.join(name);
        let failed = |source| ClientError::File {
            path: path.display().to_string(),
            source,
        };
        std::fs::create_dir_all(&below).map_err(failed)?;
        std::fs::write(&path, yaml(document)?).map_err(failed)?;
        out::progress(format_args!("{}", path.display()));
    }
    Ok(())
}

/// A name that every file system takes: lower-case letters, digits and hyphens.
fn file_name(name: &str) -> String {
    let mut file = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            c if c.is_ascii_alphanumeric() => file.push(c),
            _ if !file.ends_with('-') => file.push('-'),
            _ => {}
        }
    }
    let file = file.trim_matches('-').to_owned();
    if file.is_empty() {
        "unnamed".into()
    } else {
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_are_plain_and_never_lead_elsewhere() {
        for (name, file) in [
            ("Service account", "service-account"),
            ("../../etc/passwd", "etc-passwd"),
            ("Büro & Co.", "b-ro-co"),
            ("…", "unnamed"),
        ] {
            assert_eq!(file_name(name), file);
        }
    }
}
