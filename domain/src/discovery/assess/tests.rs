#![allow(clippy::unwrap_used)]
use super::*;
use chrono::{Days, TimeZone as _};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 0, 0, 0).unwrap()
}

fn days_ago(days: u64) -> Option<DateTime<Utc>> {
    now().checked_sub_days(Days::new(days))
}

/// A person who signed in yesterday.
fn person() -> Seen {
    Seen {
        name: "mkeller".into(),
        account_control: 0x200,
        created: days_ago(2000),
        password_set: days_ago(30),
        last_sign_in: days_ago(1),
        encryption_types: Some(0x18),
        ..Seen::default()
    }
}

fn signals(seen: Seen) -> Vec<Signal> {
    assess(seen, &Criteria::default(), now()).map_or_else(Vec::new, |candidate| candidate.signals)
}

#[test]
fn a_persons_account_is_no_candidate_even_if_it_is_old_or_privileged() {
    let mut person = person();
    person.password_set = days_ago(5000);
    person.privileged_groups = vec!["Domain Admins".into()];
    assert_eq!(assess(person, &Criteria::default(), now()), None);
}

#[test]
fn a_kerberoastable_domain_administrator_is_of_high_risk_and_says_why_worst_first() {
    let mut seen = person();
    seen.service_principal_names = 2;
    seen.encryption_types = None;
    seen.password_set = days_ago(4000);
    seen.privileged_groups = vec!["Domain Admins".into()];
    let found = assess(seen, &Criteria::default(), now()).unwrap();
    assert_eq!(found.risk, Risk::High);
    assert_eq!(
        found.signals,
        [
            Signal::Privileged {
                groups: vec!["Domain Admins".into()]
            },
            Signal::WeakEncryption,
            Signal::OldPassword { days: 4000 },
            Signal::ServicePrincipalName { count: 2 },
        ]
    );
}

#[test]
fn each_bit_of_the_account_control_is_a_signal_of_its_own() {
    for (bit, expected) in [
        (0x2, Signal::Disabled),
        (0x20, Signal::PasswordNotRequired),
        (0x80, Signal::ReversiblePassword),
        (0x1_0000, Signal::PasswordNeverExpires),
        (0x8_0000, Signal::UnconstrainedDelegation),
        (0x20_0000, Signal::DesOnly),
        (0x40_0000, Signal::PreauthenticationOff),
        (0x100_0000, Signal::ProtocolTransition),
    ] {
        let mut seen = person();
        seen.name = "svc-x".into();
        let before = signals(seen.clone());
        seen.account_control |= bit;
        let mut after = signals(seen);
        after.retain(|signal| !before.contains(signal));
        assert_eq!(after, [expected], "{bit:#x}");
    }
}

#[test]
fn patterns_match_at_the_beginning_the_end_or_within_and_without_case() {
    for (pattern, name, expected) in [
        ("svc*", "SVC-mail", true),
        ("svc*", "mail-svc", false),
        ("*svc", "mail-svc", true),
        ("*svc", "mail-svc$", true),
        ("*sql*", "prod-sql-1", true),
        ("exact", "exact", true),
        ("exact", "exactly", false),
    ] {
        assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
    }
}

#[test]
fn what_nobody_uses_is_told_with_its_days_but_not_what_was_made_just_now() {
    let mut seen = person();
    seen.name = "svc-x".into();
    seen.last_sign_in = days_ago(400);
    assert!(signals(seen.clone()).contains(&Signal::Unused { days: 400 }));
    seen.last_sign_in = None;
    assert!(signals(seen.clone()).contains(&Signal::NeverSignedIn));
    seen.created = days_ago(3);
    assert!(!signals(seen).contains(&Signal::NeverSignedIn));
}

#[test]
fn a_managed_service_account_is_not_blamed_for_its_password() {
    let mut seen = person();
    seen.managed_service_account = true;
    seen.account_control = 0x1_1000;
    seen.password_set = days_ago(900);
    assert_eq!(signals(seen), [Signal::ManagedServiceAccount]);
}

#[test]
fn an_expired_account_that_is_still_there_is_told() {
    let mut seen = person();
    seen.name = "svc-x".into();
    seen.expires = days_ago(1);
    assert!(signals(seen.clone()).contains(&Signal::Expired));
    seen.expires = now().checked_add_days(Days::new(1));
    assert!(!signals(seen).contains(&Signal::Expired));
}
