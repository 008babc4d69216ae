//! Upcasters: how a payload of an older schema version becomes one of the newest, on every read path. Stored bytes are
//! never rewritten.

use serde_json::Value;
use std::{borrow::Cow, collections::HashMap};

/// Turns a payload of one schema version into one of the next.
pub type Upcast = fn(Value) -> Value;

/// Every upcaster there is: by kind of stream, type name, and the schema version that it starts from.
#[derive(Clone, Debug, Default)]
pub struct Upcasters(HashMap<(&'static str, &'static str), Vec<(u16, Upcast)>>);

impl Upcasters {
    /// Those of the released schema versions. Changing a released event means: raise its schema version in domain, add
    /// its upcaster here, and keep its golden example in `schemas/`.
    #[must_use]
    pub fn released() -> Self {
        Self::default()
    }

    /// With one more.
    #[must_use]
    pub fn with(
        mut self,
        kind: &'static str,
        type_name: &'static str,
        from: u16,
        upcast: Upcast,
    ) -> Self {
        self.0
            .entry((kind, type_name))
            .or_default()
            .push((from, upcast));
        self
    }

    /// The payload in its newest form.
    pub(crate) fn upcast<'a>(
        &self,
        kind: &str,
        type_name: &str,
        schema: u16,
        payload: &'a [u8],
    ) -> Result<Cow<'a, [u8]>, serde_json::Error> {
        // Nearly always there is nothing to do: no look-up, no intermediate value then.
        if self.0.is_empty() {
            return Ok(Cow::Borrowed(payload));
        }
        let Some(steps) = self.0.get(&(kind, type_name)) else {
            return Ok(Cow::Borrowed(payload));
        };
        let mut version = schema;
        let mut upcast: Option<Value> = None;
        while let Some((_, step)) = steps.iter().find(|(from, _)| *from == version) {
            let value = match upcast {
                Some(value) => value,
                None => serde_json::from_slice(payload)?,
            };
            upcast = Some(step(value));
            version += 1;
        }
        match upcast {
            Some(value) => serde_json::to_vec(&value).map(Cow::Owned),
            None => Ok(Cow::Borrowed(payload)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upcasters_are_applied_one_after_the_other_from_the_stored_version_on() {
        let upcasters = Upcasters::default()
            .with("group", "group.renamed", 1, |mut value| {
                value["steps"] = 2.into();
                value
            })
            .with("group", "group.renamed", 2, |mut value| {
                value["steps"] = (value["steps"].as_i64().unwrap_or(0) * 10).into();
                value
            });
        let of = |schema| {
            upcasters
                .upcast("group", "group.renamed", schema, br#"{"steps":1}"#)
                .expect("upcast")
                .into_owned()
        };
        assert_eq!(of(1), br#"{"steps":20}"#);
        assert_eq!(of(2), br#"{"steps":10}"#);
        assert_eq!(of(3), br#"{"steps":1}"#);
    }
}
