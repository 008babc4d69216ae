//! Templates in files (YAML, or JSON, which is YAML too): what they name, people and groups and domains, is looked up.

use super::{connection::Connection, error::ClientError, lookup};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;
use tenure_domain::template::TemplateContent;

/// All templates of a file; `-` is standard input.
pub(crate) async fn read(
    connection: &Connection,
    path: &Path,
) -> Result<Vec<TemplateContent>, ClientError> {
    let shown = path.display().to_string();
    let text = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    let text = text.map_err(|source| ClientError::File {
        path: shown.clone(),
        source,
    })?;
    let content = |reason: String| ClientError::Content {
        path: shown.clone(),
        reason,
    };
    let mut templates = Vec::new();
    for document in serde_norway::Deserializer::from_str(&text) {
        let mut document =
            Value::deserialize(document).map_err(|error| content(error.to_string()))?;
        if document.is_null() {
            continue;
        }
        resolve(connection, &mut document).await?;
        let name = document["name"]
            .as_str()
            .unwrap_or("a template without a name")
            .to_owned();
        let template = serde_json::from_value(document)
            .map_err(|error| content(format!("{name}: {error}")))?;
        templates.push(template);
    }
    if templates.is_empty() {
        Err(content("holds no template".to_owned()))
    } else {
        Ok(templates)
    }
}

/// Puts ids where the file has names.
async fn resolve(connection: &Connection, template: &mut Value) -> Result<(), ClientError> {
    let directory = &mut template["directory"];
    if let Some(name) = directory["domain"].as_str().map(str::to_owned) {
        directory["domain"] = json!(lookup::domain(connection, &name).await?);
    }
    groups(connection, directory.get_mut("available_to")).await?;
    for step in template["approval"]["steps"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        groups(connection, step.get_mut("groups")).await?;
        for user in step
            .get_mut("users")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(name) = user.as_str().map(str::to_owned) {
                *user = json!(lookup::user(connection, &name).await?);
            }
        }
    }
    Ok(())
}

async fn groups(connection: &Connection, names: Option<&mut Value>) -> Result<(), ClientError> {
    for group in names.and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(name) = group.as_str().map(str::to_owned) {
            *group = json!(lookup::group(connection, &name).await?);
        }
    }
    Ok(())
}
