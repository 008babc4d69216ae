//! One entry of a search result, read without trusting the server (ldap3's own reader panics on a malformed answer) and
//! without guessing which values are text.

use ldap3::ResultEntry;
use std::collections::HashMap;
use uuid::Uuid;

#[derive(Debug)]
pub(super) struct Entry {
    pub(super) dn: String,
    /// By name in lower case.
    attributes: HashMap<String, Vec<Vec<u8>>>,
}

impl Entry {
    /// `None` when the answer is not a search result entry as RFC 4511 has it.
    pub(super) fn read(result: ResultEntry) -> Option<Self> {
        let mut parts = result.0.match_id(4)?.expect_constructed()?.into_iter();
        let dn = String::from_utf8(parts.next()?.expect_primitive()?).ok()?;
        let mut attributes = HashMap::new();
        for attribute in parts.next()?.expect_constructed()? {
            let mut pair = attribute.expect_constructed()?.into_iter();
            let name = String::from_utf8(pair.next()?.expect_primitive()?)
                .ok()?
                .to_ascii_lowercase();
            let values = pair.next()?.expect_constructed()?;
            let values = values
                .into_iter()
                .map(|value| value.expect_primitive())
                .collect::<Option<Vec<_>>>()?;
            attributes.insert(name, values);
        }
        Some(Self { dn, attributes })
    }

    /// As if a directory had told it.
    #[cfg(test)]
    pub(super) fn of<'a>(
        dn: &str,
        attributes: impl IntoIterator<Item = (&'a str, Vec<Vec<u8>>)>,
    ) -> Self {
        let attributes = attributes.into_iter();
        Self {
            dn: dn.to_owned(),
            attributes: attributes
                .map(|(name, values)| (name.to_ascii_lowercase(), values))
                .collect(),
        }
    }

    fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes
            .get(&name.to_ascii_lowercase())
            .map_or(&[], Vec::as_slice)
    }

    /// The names of its attributes that begin so, in lower case: `member;range=0-1499`.
    pub(super) fn named_like(&self, beginning: &str) -> Option<&str> {
        let names = self.attributes.keys().map(String::as_str);
        names.into_iter().find(|name| name.starts_with(beginning))
    }

    /// How many values there are.
    pub(super) fn count(&self, name: &str) -> usize {
        self.values(name).len()
    }

    /// The first value, as it is.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.values(name).first().map(Vec::as_slice)
    }

    /// All values, as they are.
    pub(super) fn all_bytes(&self, name: &str) -> impl Iterator<Item = &[u8]> {
        self.values(name).iter().map(Vec::as_slice)
    }

    /// All values that are text.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.values(name)
            .iter()
            .filter_map(|value| std::str::from_utf8(value).ok())
    }

    /// All values; one that is not text reads as if it were another text, never as absent.
    pub(super) fn lossy_texts(
        &self,
        name: &str,
    ) -> impl Iterator<Item = std::borrow::Cow<'_, str>> {
        self.values(name)
            .iter()
            .map(|value| String::from_utf8_lossy(value))
    }

    /// The first value; one that is not text reads as if it were somebody else's, never as absent.
    pub(super) fn text(&self, name: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.values(name)
            .first()
            .map(|value| String::from_utf8_lossy(value))
    }

    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.text(name)?.parse().ok()
    }

    /// objectGUID, whose first three fields are stored in little-endian order.
    pub(super) fn guid(&self) -> Option<Uuid> {
        Some(Uuid::from_bytes_le(
            self.bytes("objectGUID")?.try_into().ok()?,
        ))
    }
}
