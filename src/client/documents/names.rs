//! Names in documents, ids on the server: people by e-mail address, everything else by name.

use crate::client::{connection::Connection, error::ClientError, lookup, table::text};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Looks up each name once, and each id once.
pub(super) struct Names<'a> {
    connection: &'a Connection,
    ids: BTreeMap<(&'static str, String), String>,
    names: BTreeMap<String, String>,
    /// What this run would make, were it no dry run.
    planned: BTreeSet<(&'static str, String)>,
}

impl<'a> Names<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            ids: BTreeMap::new(),
            names: BTreeMap::new(),
            planned: BTreeSet::new(),
        }
    }

    /// From now on `name` is taken for something that is there.
    pub(super) fn plan(&mut self, what: &'static str, name: &str) {
        self.planned.insert((what, name.to_lowercase()));
    }

    /// The id of the `what` called `name`.
    pub(super) async fn id(
        &mut self,
        what: &'static str,
        name: &str,
    ) -> Result<String, ClientError> {
        let key = (what, name.to_lowercase());
        if let Some(id) = self.ids.get(&key) {
            return Ok(id.clone());
        }
        let found = match what {
            "domain" => lookup::domain(self.connection, name).await,
            "group" => lookup::group(self.connection, name).await,
            "role" => lookup::role(self.connection, name).await,
            _ => lookup::user(self.connection, name).await,
        };
        let id = match found {
            Err(_) if self.planned.contains(&key) => {
                tenure_domain::ids::derived(&["planned", what, &key.1]).to_string()
            }
            found => found?,
        };
        self.ids.insert(key, id.clone());
        self.names.insert(id.clone(), name.to_owned());
        Ok(id)
    }

    /// What people call it; the id where the server tells no name.
    pub(super) async fn name(&mut self, what: &'static str, id: &str) -> String {
        if let Some(name) = self.names.get(id) {
            return name.clone();
        }
        let path = match what {
            "domain" => "domains",
            "group" => "groups",
            "role" => "roles",
            _ => "users",
        };
        let found = self.connection.get(&format!("{path}/{id}"), &[]).await;
        let name = match (found, what) {
            (Ok(user), "user") => user["emails"][0].as_str().unwrap_or_default().to_owned(),
            (Ok(found), _) => text(&found, "name"),
            (Err(_), _) => String::new(),
        };
        let name = if name.is_empty() { id.to_owned() } else { name };
        self.names.insert(id.to_owned(), name.clone());
        name
    }

    /// Every list of ids or names in a template's content, with what it lists.
    fn lists(template: &mut Value) -> Vec<(&'static str, &mut Value)> {
        let mut found = Vec::new();
        let Some(template) = template.as_object_mut() else {
            return found;
        };
        for (section, content) in template {
            match section.as_str() {
                "directory" => {
                    if let Some(groups) = content.get_mut("available_to") {
                        found.push(("group", groups));
                    }
                }
                "lifecycle" => {
                    if let Some(others) = content.get_mut("other_recipients") {
                        found.extend(people(others));
                    }
                }
                "approval" => {
                    let steps = content.get_mut("steps").and_then(Value::as_array_mut);
                    for step in steps.into_iter().flatten() {
                        found.extend(people(step));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// Puts ids where a template's document has names.
    pub(super) async fn resolve(&mut self, template: &mut Value) -> Result<(), ClientError> {
        if let Some(domain) = template["directory"]["domain"].as_str().map(str::to_owned) {
            template["directory"]["domain"] = json!(self.id("domain", &domain).await?);
        }
        for (what, list) in Self::lists(template) {
            for one in list.as_array_mut().into_iter().flatten() {
                if let Some(name) = one.as_str().map(str::to_owned) {
                    *one = json!(self.id(what, &name).await?);
                }
            }
        }
        Ok(())
    }

    /// Puts names where a template has ids.
    pub(super) async fn name_all(&mut self, template: &mut Value) {
        if let Some(domain) = template["directory"]["domain"].as_str().map(str::to_owned) {
            template["directory"]["domain"] = json!(self.name("domain", &domain).await);
        }
        for (what, list) in Self::lists(template) {
            for one in list.as_array_mut().into_iter().flatten() {
                if let Some(id) = one.as_str().map(str::to_owned) {
                    *one = json!(self.name(what, &id).await);
                }
            }
        }
    }

    /// Puts names where a value that is shown has ids that were looked up.
    pub(super) fn shown(&self, value: &Value) -> Value {
        match value {
            Value::String(text) if Uuid::parse_str(text).is_ok() => {
                json!(self.names.get(text).unwrap_or(text))
            }
            Value::Array(list) => list.iter().map(|value| self.shown(value)).collect(),
            Value::Object(object) => object
                .iter()
                .map(|(key, value)| (key.clone(), self.shown(value)))
                .collect(),
            other => other.clone(),
        }
    }
}

/// `users`, `groups` and, for a step, those of its `fallback`.
fn people(of: &mut Value) -> Vec<(&'static str, &mut Value)> {
    let mut found = Vec::new();
    for (field, list) in of.as_object_mut().into_iter().flatten() {
        match field.as_str() {
            "users" => found.push(("user", list)),
            "groups" => found.push(("group", list)),
            "fallback" => found.extend(people(list)),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_where_a_template_names_somebody_is_known() {
        use tenure_domain::template::TemplateContent;
        let id = |n: u128| Uuid::from_u128(n).to_string();
        let mut template = json!({
            "name": "T", "account_type": "ad-user", "action": "disable", "vault": {"kind": "built-in"},
            "directory": {"domain": id(1), "ou": "OU=a,DC=b", "available_to": [id(2)]},
            "lifecycle": {"periods": ["1 year"], "other_recipients": {"users": [id(3)], "groups": [id(4)]}},
            "approval": {"steps": [{
                "name": "S", "least": 1, "users": [id(5)], "groups": [id(6)],
                "fallback": {"users": [id(7)], "groups": [id(8)]}
            }]}
        });
        let content: TemplateContent = serde_json::from_value(template.clone()).unwrap();
        let listed: BTreeSet<String> = Names::lists(&mut template)
            .into_iter()
            .flat_map(|(_, list)| list.as_array().cloned().unwrap())
            .map(|id| id.as_str().unwrap().to_owned())
            .collect();
        let named: BTreeSet<String> = content
            .named()
            .into_iter()
            .map(|(_, who, _)| match who {
                tenure_domain::ownership::Owner::User(id) => id.to_string(),
                tenure_domain::ownership::Owner::Group(id) => id.to_string(),
            })
            .collect();
        assert_eq!(listed, named);
        assert_eq!(named.len(), 7);
    }
}
