//! What a directory account may be called.

use crate::{
    gmsa,
    problem::{FieldProblem, Problem},
    template::AccountType,
};
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

/// How long the name of such an account may be.
#[must_use]
pub fn longest(account_type: AccountType) -> usize {
    match account_type {
        AccountType::AdUser => LONGEST_NAME,
        AccountType::AdGmsa => gmsa::LONGEST_NAME,
    }
}

/// The first character of `text` that no name of such an account may contain.
#[must_use]
pub fn forbidden_in(text: &str, account_type: AccountType) -> Option<char> {
    match account_type {
        AccountType::AdUser => text
            .chars()
            .find(|c| c.is_control() || FORBIDDEN.contains(*c)),
        AccountType::AdGmsa => gmsa::forbidden_in(text),
    }
}

/// Everything wrong with `name` at `field`, by the template's prefix and pattern and by the directory's rules for such an
/// account.
#[must_use]
pub fn problems(
    field: &str,
    name: &str,
    prefix: &str,
    pattern: Option<&str>,
    account_type: AccountType,
) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    let mut say = |problem| found.push(FieldProblem::at(field, problem));
    if name.is_empty() {
        say(Problem::Missing);
        return found;
    }
    let most = longest(account_type);
    if name.chars().count() > most {
        say(Problem::TooLong { most });
    }
    if let Some(character) = forbidden_in(name, account_type) {
        say(Problem::ForbiddenCharacter { character });
    }
    // A host's name has neither anywhere.
    if account_type == AccountType::AdUser {
        if name.ends_with('.') {
            say(Problem::ForbiddenCharacter { character: '.' });
        }
        if name.starts_with(' ') || name.ends_with(' ') {
            say(Problem::ForbiddenCharacter { character: ' ' });
        }
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
        let bad = |name: &str| {
            let pattern = Some("svc-[a-z]+");
            problems("name", name, "svc-", pattern, AccountType::AdUser)
        };
        assert_eq!(bad("svc-backup"), vec![]);
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
    fn a_group_managed_service_account_has_the_name_of_a_host() {
        let said = |name: &str| {
            let found = problems("name", name, "", None, AccountType::AdGmsa);
            found.into_iter().map(|p| p.problem).collect::<Vec<_>>()
        };
        assert_eq!(said("gmsa-web_01"), []);
        assert_eq!(said("abcdefghijklmno"), []);
        assert_eq!(said("abcdefghijklmnop"), [Problem::TooLong { most: 15 }]);
        for character in ['$', '.', ' ', 'ö', '@'] {
            let forbidden = Problem::ForbiddenCharacter { character };
            assert_eq!(said(&format!("web{character}")), [forbidden]);
        }
    }

    #[test]
    fn a_pattern_covers_the_whole_name() {
        assert!(anchored("a|b").unwrap().is_match("b"));
        assert!(!anchored("a|b").unwrap().is_match("bc"));
        assert!(anchored("(").is_none());
        assert!(anchored("(a{1000}){1000}").is_none());
    }
}
