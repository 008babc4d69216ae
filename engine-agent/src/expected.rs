//! Is an object still as it was when somebody decided on its removal? Asked before each order, by whoever carries it out.

use crate::fence::Standing;
use chrono::{DateTime, SubsecRound, Utc};
use tenure_domain::order::{Expected, OrderKind};

/// An object, as it is now.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) enabled: bool,
    pub(crate) last_sign_in: Option<DateTime<Utc>>,
    pub(crate) password_set: Option<DateTime<Utc>>,
    /// Does it end when the order says?
    pub(crate) ends_so: bool,
    /// Has it the name that the order says?
    pub(crate) named_so: bool,
    /// Does it lie where the order says?
    pub(crate) lies_there: bool,
    pub(crate) standing: Standing,
}

/// What is not as it was, if anything is.
pub(crate) fn otherwise(
    kind: OrderKind,
    expected: &Expected,
    found: &Found,
) -> Option<&'static str> {
    let whole = |at: Option<DateTime<Utc>>| at.map(|at| at.trunc_subsecs(0));
    if whole(found.last_sign_in) != whole(expected.last_sign_in) {
        return Some("somebody has signed in since");
    }
    if whole(found.password_set) != whole(expected.password_set) {
        return Some("its password was set since");
    }
    if !found.ends_so {
        return Some("its own end was changed since");
    }
    let ours = found.standing != Standing::Unclaimed;
    match kind {
        OrderKind::Remove if !ours => Some("somebody has taken Tenure's mark off it"),
        OrderKind::Remove if found.enabled => Some("somebody has enabled it since"),
        // Once it carries the mark it is as it was ordered to be.
        _ if ours => None,
        _ if !found.named_so => Some("it was renamed since"),
        _ if !found.lies_there => Some("it was moved since"),
        _ if found.enabled && !expected.enabled => Some("it was enabled since"),
        _ if !found.enabled && expected.enabled => Some("it was disabled since"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Option<DateTime<Utc>> {
        Some(text.parse().unwrap())
    }

    fn expected() -> Expected {
        Expected {
            enabled: true,
            last_sign_in: at("2024-03-01T07:00:00Z"),
            password_set: None,
        }
    }

    fn found() -> Found {
        Found {
            enabled: true,
            last_sign_in: at("2024-03-01T07:00:00.7Z"),
            password_set: None,
            ends_so: true,
            named_so: true,
            lies_there: true,
            standing: Standing::Unclaimed,
        }
    }

    #[test]
    fn before_it_is_disabled_it_must_be_as_it_was_found() {
        let says = |found: &Found| otherwise(OrderKind::Change, &expected(), found);
        assert_eq!(says(&found()), None);
        type Change = fn(&mut Found);
        let changed: [(&str, Change); 6] = [
            ("end", |found| found.ends_so = false),
            ("signed in", |found| found.last_sign_in = None),
            ("password", |found| {
                found.password_set = found.last_sign_in;
            }),
            ("renamed", |found| found.named_so = false),
            ("moved", |found| found.lies_there = false),
            ("disabled", |found| found.enabled = false),
        ];
        for (word, change) in changed {
            let mut otherwise = found();
            change(&mut otherwise);
            let why = says(&otherwise).unwrap();
            assert!(why.contains(word), "{word}: {why}");
        }
        // By our own order: moved or not, it goes on.
        let disabled = Found {
            enabled: false,
            lies_there: false,
            standing: Standing::Earlier,
            ..found()
        };
        assert_eq!(says(&disabled), None);
    }

    #[test]
    fn before_it_is_deleted_it_must_be_ours_and_disabled_and_nobody_may_have_used_it() {
        let says = |found: &Found| otherwise(OrderKind::Remove, &expected(), found);
        let ours = Found {
            enabled: false,
            standing: Standing::Earlier,
            ..found()
        };
        assert_eq!(says(&ours), None);
        let enabled = Found {
            enabled: true,
            ..ours.clone()
        };
        assert!(says(&enabled).unwrap().contains("enabled"));
        let unmarked = Found {
            standing: Standing::Unclaimed,
            ..ours.clone()
        };
        assert!(says(&unmarked).unwrap().contains("mark"));
        let used = Found {
            last_sign_in: at("2026-01-01T00:00:00Z"),
            ..ours
        };
        assert!(says(&used).unwrap().contains("signed in"));
    }
}
