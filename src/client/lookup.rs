//! Finding things by the names that people know: an id is taken as it is.

use super::{
    connection::Connection,
    error::ClientError,
    table::{plain, text},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn as_id(name: &str) -> Option<String> {
    Uuid::parse_str(name).ok().map(|id| id.to_string())
}

fn unknown(what: &str, name: &str) -> ClientError {
    ClientError::Usage(format!(
        "there is no {what} \"{}\", or you may not see it",
        plain(name)
    ))
}

/// Of the answer's items, the one whose `field` is `name`.
fn only<'a>(
    answer: &'a Value,
    field: &str,
    name: &str,
    what: &str,
) -> Result<&'a Value, ClientError> {
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut found = items
        .iter()
        .filter(|item| text(item, field).to_lowercase() == name.to_lowercase());
    match (found.next(), found.next()) {
        (Some(item), None) => Ok(item),
        (None, _) => Err(unknown(what, name)),
        (Some(_), Some(_)) => Err(ClientError::Usage(format!(
            "more than one {what} is called \"{name}\": use the id"
        ))),
    }
}

async fn by_name(
    connection: &Connection,
    path: &str,
    what: &str,
    name: &str,
) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    let answer = connection.get(path, &[]).await?;
    Ok(text(only(&answer, "name", name, what)?, "id"))
}

pub(crate) async fn template(connection: &Connection, name: &str) -> Result<String, ClientError> {
    by_name(connection, "templates", "template", name).await
}

pub(crate) async fn domain(connection: &Connection, name: &str) -> Result<String, ClientError> {
    by_name(connection, "domains", "domain", name).await
}

/// A group of a directory by its name.
pub(crate) async fn directory_group(
    connection: &Connection,
    domain: &str,
    name: &str,
) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    let path = format!("domains/{domain}/groups");
    let answer = connection
        .get(&path, &[("search", name), ("limit", "500")])
        .await?;
    Ok(text(
        only(&answer, "name", name, "group of the directory")?,
        "id",
    ))
}

/// A campaign by its id or its name.
pub(crate) async fn campaign(connection: &Connection, name: &str) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    let answer = connection.get("campaigns", &[("limit", "500")]).await?;
    Ok(text(only(&answer, "name", name, "campaign")?, "id"))
}

pub(crate) async fn engine(connection: &Connection, name: &str) -> Result<String, ClientError> {
    by_name(connection, "engines", "engine", name).await
}

pub(crate) async fn role(connection: &Connection, name: &str) -> Result<String, ClientError> {
    by_name(connection, "roles", "role", name).await
}

/// An account by its name. Where a name was used again, the account that is not deleted.
pub(crate) async fn account(connection: &Connection, name: &str) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    let answer = connection
        .get("accounts", &[("search", name), ("limit", "500")])
        .await?;
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let named = || {
        items
            .iter()
            .filter(|item| text(item, "name").to_lowercase() == name.to_lowercase())
    };
    let live: Vec<_> = named().filter(|item| item["status"] != "deleted").collect();
    let found = if live.is_empty() {
        named().collect()
    } else {
        live
    };
    match found.as_slice() {
        [one] => Ok(text(one, "id")),
        [] => Err(unknown("account", name)),
        several => {
            let domains: Vec<_> = several
                .iter()
                .map(|item| format!("{} in {}", text(item, "id"), text(item, "domain.name")))
                .collect();
            Err(ClientError::Usage(format!(
                "more than one account is called \"{name}\": use an id\n  {}",
                domains.join("\n  ")
            )))
        }
    }
}

/// A request: by its id, or by the name of its account, the newest one.
pub(crate) async fn request(connection: &Connection, name: &str) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    let waiting = connection.get("approvals", &[("limit", "500")]).await;
    let own = connection.get("requests", &[("search", name)]).await;
    for answer in [own, waiting].into_iter().flatten() {
        let items = answer["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        if let Some(found) = items
            .iter()
            .find(|item| text(item, "name").to_lowercase() == name.to_lowercase())
        {
            return Ok(text(found, "id"));
        }
    }
    Err(ClientError::Usage(format!(
        "no request for \"{}\" is yours or waits for you; others that you may see are found by their id",
        plain(name)
    )))
}

/// A person by e-mail address or name.
pub(crate) async fn user(connection: &Connection, name: &str) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    // Whoever sees addresses finds the one; others look people up as the server lets them.
    if let Ok(answer) = connection
        .get("users", &[("search", name), ("limit", "500")])
        .await
    {
        let items = answer["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let has = |item: &&Value| {
            let emails = item["emails"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            emails.iter().any(|email| {
                email
                    .as_str()
                    .is_some_and(|email| email.eq_ignore_ascii_case(name))
            })
        };
        if let Some(found) = items.iter().find(has) {
            return Ok(text(found, "id"));
        }
    }
    person(connection, name, "user").await
}

/// A group by its name.
pub(crate) async fn group(connection: &Connection, name: &str) -> Result<String, ClientError> {
    if let Some(id) = as_id(name) {
        return Ok(id);
    }
    if let Ok(answer) = connection.get("groups", &[]).await
        && let Ok(found) = only(&answer, "name", name, "group")
    {
        return Ok(text(found, "id"));
    }
    person(connection, name, "group").await
}

async fn person(connection: &Connection, name: &str, kind: &str) -> Result<String, ClientError> {
    let answer = connection.get("people", &[("search", name)]).await?;
    let items = answer["items"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let of_kind: Vec<_> = items.iter().filter(|item| item["kind"] == kind).collect();
    let exact = of_kind
        .iter()
        .find(|item| text(item, "name").to_lowercase() == name.to_lowercase());
    match (exact, of_kind.as_slice()) {
        (Some(found), _) | (None, [found]) => Ok(text(found, "id")),
        (None, []) => Err(unknown(kind, name)),
        (None, _) => Err(ClientError::Usage(format!(
            "\"{name}\" could be more than one {kind}: write more of it"
        ))),
    }
}

/// An owner: `group:NAME`, or a person by e-mail address or name.
pub(crate) async fn owner(connection: &Connection, name: &str) -> Result<Value, ClientError> {
    Ok(match name.strip_prefix("group:") {
        Some(name) => json!({"kind": "group", "id": group(connection, name).await?}),
        None => {
            json!({"kind": "user", "id": user(connection, name.strip_prefix("user:").unwrap_or(name)).await?})
        }
    })
}
