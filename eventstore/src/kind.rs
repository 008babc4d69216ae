//! Kinds of streams as stored: a small number instead of a name, which keeps the index on (stream, version) a fifth
//! smaller. Numbers are for ever: a new aggregate gets the next one here.

/// Every kind of stream with its number.
const KINDS: &[(&str, i16)] = &[
    ("template", 1),
    ("request", 2),
    ("account", 3),
    ("user", 4),
    ("group", 5),
    ("role", 6),
    ("domain", 7),
    ("engine", 8),
    ("api-token", 9),
    ("email-template", 10),
    ("deputyship", 11),
    ("campaign", 12),
    ("population", 13),
    ("review", 14),
];

/// The number of a kind.
pub(crate) fn code(kind: &str) -> Option<i16> {
    KINDS
        .iter()
        .find(|(name, _)| *name == kind)
        .map(|(_, code)| *code)
}

/// The kind of a number.
pub(crate) fn name(code: i16) -> Option<&'static str> {
    KINDS
        .iter()
        .find(|(_, known)| *known == code)
        .map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_stream_has_a_number_of_its_own() {
        for kind in tenure_domain::event::STREAM_KINDS {
            let code = code(kind).expect(kind);
            assert_eq!(name(code), Some(*kind));
        }
    }
}
