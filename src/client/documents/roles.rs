//! Roles: permissions, and whether it is enabled.

use super::{Applying, Difference, Kind, Outcome, names::Names, read::Document};
use crate::client::{connection::Connection, error::ClientError, table::text};
use serde_json::{Map, Value, json};

/// The role on the server, if there is one of that name.
async fn known(connection: &Connection, name: &str) -> Result<Option<Value>, ClientError> {
    super::templates::of_name(connection.get("roles", &[]).await?, name)
}

/// Lists of names have no order.
fn sorted(value: &Value) -> Value {
    match value.as_array() {
        Some(list) => {
            let mut list = list.clone();
            list.sort_by_key(ToString::to_string);
            list.dedup();
            Value::Array(list)
        }
        None => value.clone(),
    }
}

fn body(document: &Document) -> Map<String, Value> {
    let mut body = document.content.clone();
    body.remove("enabled");
    body
}

pub(super) async fn differences(
    connection: &Connection,
    document: &Document,
) -> Result<(Option<Value>, Vec<Difference>), ClientError> {
    let known = known(connection, &document.name).await?;
    let role = known.clone().unwrap_or(Value::Null);
    let found = document
        .content
        .iter()
        .map(|(field, after)| (field, sorted(&role[field]), sorted(after)))
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| Difference {
            field: field.clone(),
            before: Some(before).filter(|value| !value.is_null()),
            after: Some(after),
        })
        .collect();
    Ok((known, found))
}

/// What to ask so that the document is tried out; `None` if there is no such role yet.
pub(super) async fn tried(
    connection: &Connection,
    document: &Document,
) -> Result<Option<(String, Value)>, ClientError> {
    let known = known(connection, &document.name).await?;
    Ok(known.map(|known| {
        let path = format!("roles/{}/simulate", text(&known, "id"));
        let permissions = document.content.get("permissions");
        let permissions = permissions.unwrap_or(&known["permissions"]);
        (path, json!({ "permissions": permissions }))
    }))
}

pub(super) async fn apply(
    applying: &Applying<'_>,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<Outcome, ClientError> {
    let (known, found) = differences(applying.connection, document).await?;
    let outcome = |done: &str| Outcome {
        kind: Kind::Role,
        name: document.name.clone(),
        done: done.to_owned(),
    };
    if known.is_some() && found.is_empty() {
        return Ok(outcome("unchanged"));
    }
    names.plan("role", &document.name);
    let content = Value::Object(body(document));
    let (id, done) = match &known {
        Some(role) => {
            let id = text(role, "id");
            if found.iter().any(|difference| difference.field != "enabled") {
                applying
                    .post(&format!("roles/{id}/revise"), &content)
                    .await?;
            }
            (Some(id), "changed")
        }
        None => {
            let made = applying.post("roles", &content).await?;
            (made.map(|made| text(&made, "id")), "created")
        }
    };
    let enabled = known.as_ref().is_none_or(|role| role["enabled"] == true);
    enable(applying, "roles", id, enabled, document).await?;
    Ok(outcome(done))
}

/// Enables or disables what the document says is, or is not.
pub(super) async fn enable(
    applying: &Applying<'_>,
    path: &str,
    id: Option<String>,
    enabled: bool,
    document: &Document,
) -> Result<(), ClientError> {
    let wanted = match document.content.get("enabled") {
        None => enabled,
        Some(Value::Bool(wanted)) => *wanted,
        Some(_) => return Err(document.wrong("enabled must be true or false")),
    };
    if let Some(id) = id.filter(|_| wanted != enabled) {
        let verb = if wanted { "enable" } else { "disable" };
        applying
            .post(&format!("{path}/{id}/{verb}"), &json!({}))
            .await?;
    }
    Ok(())
}

/// Every role that is not built in, as a document.
pub(super) async fn export(connection: &Connection) -> Result<Vec<Value>, ClientError> {
    let roles = connection.get("roles", &[]).await?;
    let roles = roles["items"].as_array().cloned().unwrap_or_default();
    let own = roles.iter().filter(|role| role["built_in"] != true);
    Ok(own
        .map(|role| {
            let mut document =
                json!({"kind": "role", "name": role["name"], "permissions": role["permissions"]});
            if role["enabled"] == false {
                document["enabled"] = json!(false);
            }
            document
        })
        .collect())
}
