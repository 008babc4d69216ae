//! Distinguished names: read strictly, compared as Active Directory compares them.
//!
//! They come from people and in orders, so only the plain form of RFC 4514 is accepted, none of Active Directory's
//! extended ones (`<GUID=…>`, `<SID=…>`, `B:32:…`), which could point outside what was allowed.

/// A distinguished name, most specific part first, folded for comparison.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Dn(Vec<(String, String)>);

impl Dn {
    /// `None` unless `text` is a plain, non-empty name of single-valued parts.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = split_unescaped(text)?;
        parts
            .into_iter()
            .map(part)
            .collect::<Option<Vec<_>>>()
            .map(Self)
    }

    /// Is this name `base` itself, or somewhere below it?
    #[must_use]
    pub fn is_within(&self, base: &Self) -> bool {
        self.0.ends_with(&base.0)
    }

    /// Is this name below `base`?
    #[must_use]
    pub fn is_below(&self, base: &Self) -> bool {
        self.0.len() > base.0.len() && self.is_within(base)
    }

    /// Is this name that of an organisational unit below `base`, through organisational units alone?
    #[must_use]
    pub fn is_below_as_ou(&self, base: &Self) -> bool {
        self.is_below(base)
            && self.0[..self.0.len() - base.0.len()]
                .iter()
                .all(|(kind, _)| kind == "ou")
    }

    /// Where the object lies.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.iter().skip(1).cloned().collect())
    }
}

/// The text of what holds the object that is called so: behind the first comma that is not escaped. For names that come
/// from a directory, whatever they are.
#[must_use]
pub fn place(dn: &str) -> &str {
    let mut escaped = false;
    for (at, c) in dn.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => return dn.get(at + 1..).unwrap_or_default(),
            _ => {}
        }
    }
    ""
}

/// Cuts at commas that are not escaped.
fn split_unescaped(text: &str) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let (mut start, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            ',' => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            // Multi-valued parts, quoted strings, other separators, extended forms and NUL: not accepted.
            '+' | '"' | ';' | '<' | '>' | '\0' => return None,
            _ => {}
        }
    }
    parts.push(&text[start..]);
    (!escaped).then_some(parts)
}

/// `type=value`, folded.
fn part(text: &str) -> Option<(String, String)> {
    let (kind, value) = text.split_once('=')?;
    let kind = kind.trim();
    if kind.is_empty() || !kind.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    if !kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') {
        return None;
    }
    let value = unescape(value)?;
    (!value.is_empty()).then(|| (kind.to_ascii_lowercase(), value.to_lowercase()))
}

fn unescape(text: &str) -> Option<String> {
    let text = text.trim_start_matches(' ');
    if text.starts_with('#') {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    // Spaces at the end count only when escaped.
    let mut keep = 0;
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            if byte != b' ' {
                keep = bytes.len();
            }
            continue;
        }
        let first = rest.next()?;
        bytes.push(match hex(first) {
            Some(high) => high << 4 | hex(rest.next()?)?,
            None if b" \"#+,;<=>\\".contains(&first) => first,
            None => return None,
        });
        keep = bytes.len();
    }
    bytes.truncate(keep);
    let value = String::from_utf8(bytes).ok()?;
    (!value.contains('\0')).then_some(value)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_compare_without_regard_to_case_spaces_and_escapes() {
        let one = Dn::parse("CN=Müller\\, Jo,OU=Service Accounts,DC=Corp,DC=example").unwrap();
        let two = Dn::parse("cn = M\\C3\\BCller\\2c jo , ou=service accounts, dc=corp,dc=EXAMPLE")
            .unwrap();
        assert_eq!(one, two);
        assert!(one.is_below(&Dn::parse("DC=corp,DC=example").unwrap()));
        assert_eq!(
            one.parent(),
            Dn::parse("ou=Service Accounts,dc=corp,dc=example").unwrap()
        );
    }

    #[test]
    fn what_holds_an_object_is_behind_the_first_comma_that_is_not_escaped() {
        assert_eq!(place("CN=Keller\\, Jo,OU=A,DC=corp"), "OU=A,DC=corp");
        assert_eq!(place("DC=corp"), "");
    }

    #[test]
    fn a_name_that_only_ends_in_the_same_letters_is_not_below() {
        let base = Dn::parse("DC=corp,DC=example").unwrap();
        for outside in [
            "OU=x,DC=evilcorp,DC=example",
            "OU=x\\,DC=corp,DC=example",
            "DC=example",
            "DC=corp,DC=example",
        ] {
            assert!(!Dn::parse(outside).unwrap().is_below(&base), "{outside}");
        }
    }

    #[test]
    fn extended_and_malformed_names_are_refused() {
        for text in [
            "",
            "x",
            "OU=",
            "=x",
            "OU=a,",
            ",OU=a",
            "OU=a\\",
            "OU=a\\zz",
            "OU=a+CN=b",
            "OU=\"a\"",
            "OU=a;DC=b",
            "OU=a\0",
            "<GUID=ca1c336e-4fc3-4505-8be4-5780420217bc>",
            "<SID=S-1-5-32-544>",
            "OU=#04026869",
            "2.5.4.11=x",
            "OU=\\00a",
            "OU=\\ff",
        ] {
            assert_eq!(Dn::parse(text), None, "{text:?}");
        }
    }
}
