//! Groups: members by e-mail address, roles by name, and whether it is enabled.

use super::{Applying, Difference, Kind, Outcome, names::Names, read::Document, roles};
use crate::client::{connection::Connection, error::ClientError, table::text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FIELDS: [&str; 4] = ["name", "members", "roles", "enabled"];

/// The group on the server with its members, if there is one of that name.
async fn known(connection: &Connection, name: &str) -> Result<Option<Value>, ClientError> {
    let groups = connection.get("groups", &[]).await?;
    match super::templates::of_name(groups, name)? {
        None => Ok(None),
        Some(group) => {
            let path = format!("groups/{}", text(&group, "id"));
            connection.get(&path, &[]).await.map(Some)
        }
    }
}

fn ids(group: &Value, field: &str) -> BTreeSet<String> {
    let list = group[field].as_array().into_iter().flatten();
    list.map(|one| text(one, "id")).collect()
}

/// The ids that the document's list means; `None` = it does not say.
async fn wanted(
    document: &Document,
    field: &str,
    what: &'static str,
    names: &mut Names<'_>,
) -> Result<Option<BTreeSet<String>>, ClientError> {
    let Some(list) = document.content.get(field) else {
        return Ok(None);
    };
    let wrong = || document.wrong(format!("{field} must be a list of names"));
    let mut found = BTreeSet::new();
    for name in list.as_array().ok_or_else(wrong)? {
        found.insert(names.id(what, name.as_str().ok_or_else(wrong)?).await?);
    }
    Ok(Some(found))
}

/// What is to be added to, and taken from, one of the group's lists.
struct Change {
    path: &'static str,
    key: &'static str,
    verbs: (&'static str, &'static str),
    field: &'static str,
    before: BTreeSet<String>,
    after: BTreeSet<String>,
}

async fn changes(
    document: &Document,
    group: &Value,
    names: &mut Names<'_>,
) -> Result<Vec<Change>, ClientError> {
    if let Some(unknown) = document
        .content
        .keys()
        .find(|key| !FIELDS.contains(&key.as_str()))
    {
        return Err(document.wrong(format!("unknown field {unknown}")));
    }
    let mut all = Vec::new();
    for (field, key, path, verbs) in [
        ("members", "user", "members", ("add", "remove")),
        ("roles", "role", "roles", ("grant", "revoke")),
    ] {
        let before = ids(group, field);
        if let Some(after) = wanted(document, field, key, names).await?
            && before != after
        {
            all.push(Change {
                path,
                key,
                verbs,
                field,
                before,
                after,
            });
        }
    }
    Ok(all)
}

pub(super) async fn differences(
    connection: &Connection,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<(Option<Value>, Vec<Difference>), ClientError> {
    let known = known(connection, &document.name).await?;
    let group = known.clone().unwrap_or(Value::Null);
    let mut found = Vec::new();
    for change in changes(document, &group, names).await? {
        let mut named = [Vec::new(), Vec::new()];
        for (list, ids) in named.iter_mut().zip([&change.before, &change.after]) {
            for id in ids {
                list.push(names.name(change.key, id).await);
            }
            list.sort();
        }
        let [before, after] = named;
        found.push(Difference {
            field: change.field.to_owned(),
            before: Some(json!(before)),
            after: Some(json!(after)),
        });
    }
    if let Some(enabled) = document.content.get("enabled")
        && group["enabled"] != *enabled
    {
        found.push(Difference {
            field: "enabled".into(),
            before: group.get("enabled").cloned(),
            after: Some(enabled.clone()),
        });
    }
    Ok((known, found))
}

pub(super) async fn apply(
    applying: &Applying<'_>,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<Outcome, ClientError> {
    let (known, found) = differences(applying.connection, names, document).await?;
    let outcome = |done: &str| Outcome {
        kind: Kind::Group,
        name: document.name.clone(),
        done: done.to_owned(),
    };
    if known.is_some() && found.is_empty() {
        return Ok(outcome("unchanged"));
    }
    names.plan("group", &document.name);
    let group = known.clone().unwrap_or(Value::Null);
    let changes = changes(document, &group, names).await?;
    let id = match &known {
        Some(group) => Some(text(group, "id")),
        None => {
            let body = json!({"name": document.name});
            let made = applying.post("groups", &body).await?;
            made.map(|made| text(&made, "id"))
        }
    };
    if let Some(id) = &id {
        for change in changes {
            let (add, remove) = change.verbs;
            let added = change
                .after
                .difference(&change.before)
                .map(|one| (one, add));
            let removed = change.before.difference(&change.after);
            for (one, verb) in added.chain(removed.map(|one| (one, remove))) {
                let path = format!("groups/{id}/{}/{verb}", change.path);
                applying.post(&path, &json!({change.key: one})).await?;
            }
        }
    }
    let enabled = known.as_ref().is_none_or(|group| group["enabled"] == true);
    roles::enable(applying, "groups", id, enabled, document).await?;
    Ok(outcome(if known.is_some() {
        "changed"
    } else {
        "created"
    }))
}

/// Every group that is not built in, as a document.
pub(super) async fn export(
    connection: &Connection,
    names: &mut Names<'_>,
) -> Result<Vec<Value>, ClientError> {
    let groups = connection.get("groups", &[]).await?;
    let groups = groups["items"].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for group in groups.iter().filter(|group| group["built_in"] != true) {
        let path = format!("groups/{}", text(group, "id"));
        let group = connection.get(&path, &[]).await?;
        let mut document = json!({"kind": "group", "name": group["name"]});
        for (field, what) in [("members", "user"), ("roles", "role")] {
            let mut list = Vec::new();
            for id in ids(&group, field) {
                list.push(names.name(what, &id).await);
            }
            list.sort();
            document[field] = json!(list);
        }
        if group["enabled"] == false {
            document["enabled"] = json!(false);
        }
        all.push(document);
    }
    Ok(all)
}
