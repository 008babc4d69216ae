//! Two versions of a template, field by field.

use super::TemplateContent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// Path of the field: `lifecycle.periods`, `approval.steps[Manager].least`.
    pub field: String,
    /// What it said; `None` = it was not there.
    pub before: Option<Value>,
    /// What it says; `None` = it is not there any more.
    pub after: Option<Value>,
}

/// Every field that differs, in the order of the document. Approval steps and attributes are matched by their names.
#[must_use]
pub fn compare(before: &TemplateContent, after: &TemplateContent) -> Vec<Difference> {
    let json = |content: &TemplateContent| serde_json::to_value(content).unwrap_or_default();
    differences(&json(before), &json(after))
}

/// Every field in which two documents differ, in their order.
#[must_use]
pub fn differences(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    values("", Some(before), Some(after), &mut found);
    found
}

/// `null` and an absent field say the same.
fn values(field: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    let (before, after) = (
        before.filter(|value| !value.is_null()),
        after.filter(|value| !value.is_null()),
    );
    if before == after {
        return;
    }
    match (before, after) {
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            objects(field, before, after, found);
        }
        (Some(Value::Array(one)), Some(Value::Array(two))) => match (by_name(one), by_name(two)) {
            (Some(one), Some(two)) => named(field, &one, &two, found),
            _ => differ(field, before, after, found),
        },
        _ => differ(field, before, after, found),
    }
}

fn differ(field: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    found.push(Difference {
        field: field.to_owned(),
        before: before.cloned(),
        after: after.cloned(),
    });
}

fn objects(
    field: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    found: &mut Vec<Difference>,
) {
    let added = after.keys().filter(|key| !before.contains_key(*key));
    for key in before.keys().chain(added) {
        let inner = if field.is_empty() {
            key.clone()
        } else {
            format!("{field}.{key}")
        };
        values(&inner, before.get(key), after.get(key), found);
    }
}

/// The list's objects under their names; `None` unless each has one, and a different one.
fn by_name(list: &[Value]) -> Option<Vec<(&str, &Value)>> {
    let mut all: Vec<(&str, &Value)> = Vec::with_capacity(list.len());
    for value in list {
        let name = value.get("name")?.as_str()?;
        if all.iter().any(|(known, _)| *known == name) {
            return None;
        }
        all.push((name, value));
    }
    Some(all)
}

fn named(
    field: &str,
    before: &[(&str, &Value)],
    after: &[(&str, &Value)],
    found: &mut Vec<Difference>,
) {
    let of = |list: &[(&str, &Value)], name: &str| {
        list.iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).clone())
    };
    let added = after
        .iter()
        .filter(|(name, _)| before.iter().all(|(known, _)| known != name));
    for (name, _) in before.iter().chain(added) {
        let inner = format!("{field}[{name}]");
        values(
            &inner,
            of(before, name).as_ref(),
            of(after, name).as_ref(),
            found,
        );
    }
    // The order of what both have: steps follow one another.
    let common = |list: &[(&str, &Value)], other: &[(&str, &Value)]| -> Vec<Value> {
        list.iter()
            .filter(|(name, _)| other.iter().any(|(known, _)| known == name))
            .map(|(name, _)| Value::from(*name))
            .collect()
    };
    let (one, two) = (common(before, after), common(after, before));
    if one != two {
        let (one, two) = (Value::Array(one), Value::Array(two));
        differ(field, Some(&one), Some(&two), found);
    }
}
