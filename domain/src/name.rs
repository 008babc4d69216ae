//! What a directory account may be called.

use crate::problem::{FieldProblem, Problem};
use regex::{Regex, RegexBuilder};
use std::{
    collections::HashMap,
    sync::{LazyLock, PoisonError, RwLock},
};

/// Longest sAMAccountName that Windows lets a user object have (MS-ADTS 3.1.1.6; Samba is laxer).
pub const LONGEST_NAME: usize = 20;

/// Characters that sAMAccountName must not contain (Microsoft Learn, "SAM-Account-Name attribute").
const FORBIDDEN: &str = "\"/\\[]:;|=,+*?<>@";

/// The form under which names are compared: Active Directory ignores case.
#[must_use]
pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// The first character of `text` that no name may contain.
#[must_use]
pub fn forbidden_in(text: &str) -> Option<char> {
    text.chars()
        .find(|c| c.is_control() || FORBIDDEN.contains(*c))
}

/// Everything wrong with `name` at `field`, by the template's prefix and pattern and by the directory's rules.
#[must_use]
pub fn problems(field: &str, name: &str, prefix: &str, pattern: Option<&str>) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    let mut say = |problem| found.push(FieldProblem::at(field, problem));
    if name.is_empty() {
        say(Problem::Missing);
        return found;
    }
    if name.chars().count() > LONGEST_NAME {
        say(Problem::TooLong { most: LONGEST_NAME });
    }
    if let Some(character) = forbidden_in(name) {
        say(Problem::ForbiddenCharacter { character });
    }
    if name.ends_with('.') {
        say(Problem::ForbiddenCharacter { character: '.' });
    }
    if name.starts_with(' ') || name.ends_with(' ') {
        say(Problem::ForbiddenCharacter { character: ' ' });
    }
    if !folded(name).starts_with(&folded(prefix)) {
        say(Problem::WrongPrefix {
            prefix: prefix.to_owned(),
        });
    }
    if let Some(pattern) = pattern {
        match compiled(pattern) {
            Some(regex) if regex.is_match(name) => {}
            Some(_) => say(Problem::PatternMismatch {
                pattern: pattern.to_owned(),
            }),
            None => say(Problem::BadPattern),
        }
    }
    found
}

/// Patterns that were compiled already: each submission and each keystroke of a name check asks for one of a few.
static COMPILED: LazyLock<RwLock<HashMap<String, Option<Regex>>>> = LazyLock::new(RwLock::default);
/// More patterns than an organisation has templates that are in use; beyond it all are forgotten.
const MOST_COMPILED: usize = 1_024;

/// [`anchored`], compiled once.
fn compiled(pattern: &str) -> Option<Regex> {
    let known = COMPILED.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return regex.clone();
    }
    drop(known);
    let regex = anchored(pattern);
    let mut known = COMPILED.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MOST_COMPILED {
        known.clear();
    }
    known.insert(pattern.to_owned(), regex.clone());
    regex
}

/// The pattern as a regular expression over the whole name; `None` if it is none, or an unreasonably large one.
#[must_use]
pub fn anchored(pattern: &str) -> Option<regex::Regex> {
    RegexBuilder::new(&format!("^(?:{pattern})$"))
        .size_limit(1 << 18)
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_to_the_prefix_the_pattern_and_the_directory() {
        assert_eq!(
            problems("name", "svc-backup", "svc-", Some("svc-[a-z]+")),
            vec![]
        );
        let bad = |name: &str| problems("name", name, "svc-", Some("svc-[a-z]+"));
        assert_eq!(bad(""), vec![FieldProblem::at("name", Problem::Missing)]);
        assert!(bad("backup").iter().any(|p| p.problem
            == Problem::WrongPrefix {
                prefix: "svc-".into()
            }));
        assert!(
            bad("svc-9")
                .iter()
                .any(|p| matches!(p.problem, Problem::PatternMismatch { .. }))
        );
        assert!(
            bad("svc-abcdefghijklmnopq")
                .iter()
                .any(|p| p.problem == Problem::TooLong { most: 20 })
        );
        assert!(
            bad("svc-a\0")
                .iter()
                .any(|p| p.problem == Problem::ForbiddenCharacter { character: '\0' })
        );
        assert!(
            bad("svc-a.")
                .iter()
                .any(|p| p.problem == Problem::ForbiddenCharacter { character: '.' })
        );
    }

    #[test]
    fn a_pattern_covers_the_whole_name() {
        assert!(anchored("a|b").unwrap().is_match("b"));
        assert!(!anchored("a|b").unwrap().is_match("bc"));
        assert!(anchored("(").is_none());
        assert!(anchored("(a{1000}){1000}").is_none());
    }
}
