//! Templates: drafted, revised and published where the document says something else than what serves.

use super::{Applying, Difference, Kind, Outcome, names::Names, read::Document, roles};
use crate::client::{
    connection::Connection,
    error::{ClientError, Refusal},
    table::{plain, text},
};
use crate::out;
use serde_json::{Value, json};
use tenure_domain::template::{TemplateContent, compare};

/// The item of a list that has this name.
pub(super) fn of_name(mut list: Value, name: &str) -> Result<Option<Value>, ClientError> {
    let items = list["items"].as_array_mut().map(std::mem::take);
    let items = items.ok_or_else(|| ClientError::Unexpected("no items".into()))?;
    Ok(items
        .into_iter()
        .find(|item| text(item, "name").to_lowercase() == name.to_lowercase()))
}

async fn known(connection: &Connection, name: &str) -> Result<Option<Value>, ClientError> {
    of_name(
        connection.get("templates", &[("search", name)]).await?,
        name,
    )
}

/// What the document says, with ids.
async fn wanted(
    document: &Document,
    names: &mut Names<'_>,
) -> Result<TemplateContent, ClientError> {
    let mut content = document.content.clone();
    content.remove("enabled");
    let mut content = Value::Object(content);
    names.resolve(&mut content).await?;
    serde_json::from_value(content).map_err(|error| document.wrong(error))
}

async fn version(
    connection: &Connection,
    id: &str,
    version: &Value,
) -> Result<Option<TemplateContent>, ClientError> {
    if !version.is_number() {
        return Ok(None);
    }
    let path = format!("templates/{id}/versions/{version}");
    let answer = connection.get(&path, &[]).await?;
    let content = serde_json::from_value(answer["content"].clone());
    content
        .map(Some)
        .map_err(|error| ClientError::Unexpected(format!("template {id}: {error}")))
}

/// What the document changes of the version that serves, or of the draft where none does.
pub(super) async fn differences(
    connection: &Connection,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<(Option<Value>, Vec<Difference>), ClientError> {
    let after = wanted(document, names).await?;
    let Some(known) = known(connection, &document.name).await? else {
        return Ok((None, vec![]));
    };
    let id = text(&known, "id");
    let before = match version(connection, &id, &known["published"]).await? {
        None => version(connection, &id, &known["draft"]).await?,
        published => published,
    };
    let Some(before) = before else {
        return Ok((Some(known), vec![]));
    };
    let mut old = serde_json::to_value(&before).unwrap_or_default();
    // So that what is shown has names.
    names.name_all(&mut old).await;
    let found = compare(&before, &after).into_iter();
    let mut found: Vec<_> = found
        .map(|found| Difference {
            field: found.field,
            before: found.before.map(|value| names.shown(&value)),
            after: found.after.map(|value| names.shown(&value)),
        })
        .collect();
    if let Some(enabled) = document.content.get("enabled")
        && known["enabled"] != *enabled
    {
        found.push(Difference {
            field: "enabled".into(),
            before: known.get("enabled").cloned(),
            after: Some(enabled.clone()),
        });
    }
    Ok((Some(known), found))
}

/// What to ask so that the document is tried out; `None` if there is no such template yet.
pub(super) async fn tried(
    connection: &Connection,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<Option<(String, Value)>, ClientError> {
    let content = wanted(document, names).await?;
    let known = known(connection, &document.name).await?;
    Ok(known.map(|known| {
        let path = format!("templates/{}/simulate", text(&known, "id"));
        (path, json!({ "content": content }))
    }))
}

pub(super) async fn apply(
    applying: &Applying<'_>,
    names: &mut Names<'_>,
    document: &Document,
) -> Result<Outcome, ClientError> {
    let content = wanted(document, names).await?;
    let known = known(applying.connection, &document.name).await?;
    let done = content_applied(applying, &content, known.as_ref()).await?;
    let (id, mut done) = done;
    let enabled = known.as_ref().is_none_or(|known| known["enabled"] == true);
    let wanted = document.content.get("enabled").and_then(Value::as_bool);
    roles::enable(applying, "templates", id, enabled, document).await?;
    if let Some(wanted) = wanted.filter(|wanted| *wanted != enabled) {
        let verb = if wanted { "enabled" } else { "disabled" };
        done = if done == "unchanged" {
            verb.to_owned()
        } else {
            format!("{done}, {verb}")
        };
    }
    Ok(Outcome {
        kind: Kind::Template,
        name: document.name.clone(),
        done,
    })
}

async fn content_applied(
    applying: &Applying<'_>,
    content: &TemplateContent,
    known: Option<&Value>,
) -> Result<(Option<String>, String), ClientError> {
    let body = serde_json::to_value(content)
        .map_err(|error| ClientError::Unexpected(error.to_string()))?;
    let Some(known) = known else {
        let drafted = applying.post("templates", &body).await?;
        let id = drafted.map(|drafted| text(&drafted, "id"));
        let done = publish(applying, id.as_deref(), "published").await?;
        point_out(applying, &body).await?;
        return Ok((id, done));
    };
    let id = text(known, "id");
    let published = version(applying.connection, &id, &known["published"]).await?;
    if !applying.draft_only && published.as_ref() == Some(content) {
        return Ok((Some(id), "unchanged".into()));
    }
    match version(applying.connection, &id, &known["draft"]).await? {
        Some(draft) if draft == *content => {
            let waits = known["awaiting_approval"] == true;
            if applying.draft_only || waits {
                let done = if waits {
                    "awaits approval"
                } else {
                    "unchanged"
                };
                return Ok((Some(id), done.into()));
            }
        }
        Some(_) => drop(
            applying
                .post(&format!("templates/{id}/revise"), &body)
                .await?,
        ),
        None if published.as_ref() == Some(content) => {
            return Ok((Some(id), "unchanged".into()));
        }
        None => drop(
            applying
                .post(&format!("templates/{id}/draft"), &body)
                .await?,
        ),
    }
    let first = known["versions"].as_array().is_none_or(Vec::is_empty);
    let done = if first {
        "published"
    } else {
        "published a new version"
    };
    let done = publish(applying, Some(&id), done).await?;
    point_out(applying, &body).await?;
    Ok((Some(id), done))
}

/// Publishes the draft; where the organisation wants four eyes, submits it for approval.
async fn publish(
    applying: &Applying<'_>,
    id: Option<&str>,
    published: &str,
) -> Result<String, ClientError> {
    if applying.draft_only {
        return Ok("drafted".into());
    }
    let Some(id) = id else {
        return Ok(published.into());
    };
    let path = format!("templates/{id}/publish");
    match applying.post(&path, &json!({})).await {
        Err(ClientError::Refused(refusal)) if needs_approval(&refusal) => {
            let path = format!("templates/{id}/submit");
            applying.post(&path, &json!({})).await?;
            Ok("submitted for approval".into())
        }
        answer => answer.map(|_| published.to_owned()),
    }
}

/// Says what was accepted, but would let requests wait for nobody.
async fn point_out(applying: &Applying<'_>, content: &Value) -> Result<(), ClientError> {
    if applying.dry_run {
        return Ok(());
    }
    let connection = applying.connection;
    let findings = connection.post("templates/validate", content).await?;
    for warning in findings["warnings"].as_array().into_iter().flatten() {
        let (field, message) = (text(warning, "field"), text(warning, "message"));
        let name = text(content, "name");
        out::progress(format_args!(
            "template {}: {} {}",
            plain(&name),
            plain(&field),
            plain(&message)
        ));
    }
    Ok(())
}

fn needs_approval(refusal: &Refusal) -> bool {
    refusal.kind() == "approval-needed"
}

/// Every template, by what serves, or is drafted where nothing does.
pub(super) async fn export(
    connection: &Connection,
    names: &mut Names<'_>,
) -> Result<Vec<Value>, ClientError> {
    let templates = connection.get("templates", &[]).await?;
    let templates = templates["items"].as_array().cloned().unwrap_or_default();
    let mut all = Vec::new();
    for template in &templates {
        let path = format!("templates/{}", text(template, "id"));
        let mut answer = connection.get(&path, &[]).await?;
        let mut document = answer["content"].take();
        names.name_all(&mut document).await;
        document["kind"] = json!("template");
        if answer["enabled"] == false {
            document["enabled"] = json!(false);
        }
        all.push(document);
    }
    Ok(all)
}
