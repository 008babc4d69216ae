//! Engines: expected, enrolled, assigned to their pool, silent, cut off.

use crate::scene::{at, by, context, domain_id, engine, failure, given, id};
use chrono::TimeDelta;
use tenure_domain::{
    Actor, Context,
    engine::{
        Engine, EngineAssigned, EngineCommand as E, EngineContactLost, EngineContactRegained,
        EngineContent, EngineDisabled, EngineEnabled, EngineEnrolled, EngineEvent, EngineImpaired,
        EngineKeys, EngineRecovered, EngineRefusal, EngineRegistered, EngineRevoked,
        EngineStanding, EngineTokenIssued, EngineTokenRevoked, ExpectedEngine, TOKEN_LIFE,
    },
    order::{EngineLoad, EngineStatus, Failure, FailureReason},
    problem::{FieldProblem, Problem},
};

fn ctx() -> Context {
    by("admin", ())
}

const TOKEN: &str = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8";

fn expected() -> ExpectedEngine {
    ExpectedEngine {
        name: "engine-1".into(),
        domain: domain_id(),
    }
}

fn issued(hash: &str, issued_at: &str) -> EngineEvent {
    EngineTokenIssued {
        expected: expected(),
        token_hash: hash.into(),
        expires_at: at(issued_at) + TOKEN_LIFE,
    }
    .into()
}

fn keys() -> EngineKeys {
    EngineKeys {
        public_key: format!("{}=", "A".repeat(43)),
        nkey: format!("U{}", "A".repeat(55)),
    }
}

fn enrolled() -> EngineEvent {
    EngineEnrolled { keys: keys() }.into()
}

fn enrol(token_hash: &str, keys: EngineKeys, when: &str) -> E {
    E::Enrol {
        token_hash: token_hash.into(),
        keys,
        at: at(when),
    }
}

fn disable() -> E {
    E::Disable {
        at: at("2030-06-01T12:00:00Z"),
    }
}

fn disabled() -> EngineEvent {
    EngineDisabled {
        at: at("2030-06-01T12:00:00Z"),
    }
    .into()
}

fn revoked() -> EngineEvent {
    EngineRevoked {
        at: at("2030-06-01T12:00:00Z"),
    }
    .into()
}

const NINE: &str = "2030-06-01T09:00:00Z";
const TEN: &str = "2030-06-01T10:00:00Z";

#[test]
fn a_token_is_issued_for_an_engine_and_is_good_for_eight_hours() {
    let expect = |name: &str| E::Expect {
        expected: ExpectedEngine {
            name: name.into(),
            ..expected()
        },
        token_hash: TOKEN.into(),
        at: at(NINE),
    };
    let waiting = given::<Engine>([])
        .when(expect("engine-1"), &ctx())
        .then([issued(TOKEN, NINE)]);
    assert_eq!(waiting.0.standing(), Some(EngineStanding::Expected));
    assert_eq!(TOKEN_LIFE, TimeDelta::hours(8));
    let nameless = FieldProblem::at("name", Problem::Missing);
    given::<Engine>([])
        .when(expect(" "), &ctx())
        .refused(EngineRefusal::Invalid(vec![nameless]));
    waiting
        .when(expect("engine-1"), &ctx())
        .refused(EngineRefusal::AlreadyExists);
    given::<Engine>([issued(TOKEN, NINE)])
        .when(enrol(TOKEN, keys(), "2030-06-01T16:59:59Z"), &ctx())
        .then([enrolled()]);
    given::<Engine>([issued(TOKEN, NINE)])
        .when(enrol(TOKEN, keys(), "2030-06-01T17:00:00Z"), &ctx())
        .refused(EngineRefusal::TokenExpired);
}

#[test]
fn a_token_enrols_one_engine_once() {
    let engine = given::<Engine>([issued(TOKEN, NINE)])
        .when(enrol(TOKEN, keys(), TEN), &ctx())
        .then([enrolled()]);
    assert_eq!(engine.0.content.as_ref(), Some(&engine_content()));
    // Its answer was lost, even for a day: the same engine asks again.
    let engine = engine
        .when(enrol(TOKEN, keys(), "2030-06-02T10:00:00Z"), &ctx())
        .then([]);
    let other = EngineKeys {
        nkey: format!("U{}", "B".repeat(55)),
        ..keys()
    };
    engine
        .when(enrol(TOKEN, other, TEN), &ctx())
        .refused(EngineRefusal::AlreadyEnrolled);
}

#[test]
fn another_token_or_one_that_was_replaced_or_revoked_enrols_nobody() {
    let other = "0".repeat(64);
    given::<Engine>([issued(TOKEN, NINE)])
        .when(enrol(&other, keys(), TEN), &ctx())
        .refused(EngineRefusal::TokenWrong);
    given::<Engine>([])
        .when(enrol(TOKEN, keys(), TEN), &ctx())
        .refused(EngineRefusal::Unknown);
    let replace = E::ReplaceToken {
        token_hash: other.clone(),
        at: at(TEN),
    };
    let replaced = given::<Engine>([issued(TOKEN, NINE)])
        .when(replace, &ctx())
        .then([issued(&other, TEN)]);
    replaced
        .when(enrol(TOKEN, keys(), TEN), &ctx())
        .refused(EngineRefusal::TokenWrong);
    let gone = given::<Engine>([issued(TOKEN, NINE)])
        .when(E::RevokeToken, &ctx())
        .then([EngineTokenRevoked {}.into()]);
    let gone = gone.when(E::RevokeToken, &ctx()).then([]);
    gone.when(enrol(TOKEN, keys(), TEN), &ctx())
        .refused(EngineRefusal::TokenWrong);
    given::<Engine>([issued(TOKEN, NINE), enrolled()])
        .when(E::RevokeToken, &ctx())
        .refused(EngineRefusal::AlreadyEnrolled);
}

#[test]
fn keys_that_are_none_are_refused() {
    let bad = EngineKeys {
        public_key: "AAAA".into(),
        nkey: "SUAA".into(),
    };
    let problems = [
        ("public_key", "an Ed25519 public key in base64"),
        ("nkey", "a public nkey of a user"),
    ];
    let problems = problems.map(|(field, expected)| {
        let expected = expected.into();
        FieldProblem::at(field, Problem::Malformed { expected })
    });
    given::<Engine>([issued(TOKEN, NINE)])
        .when(enrol(TOKEN, bad, TEN), &ctx())
        .refused(EngineRefusal::Invalid(problems.into()));
}

#[test]
fn what_an_engine_says_counts_from_its_assignment_to_its_pool() {
    let engine_says = context(Actor::Engine(engine()), ());
    let unreachable = failure(FailureReason::DirectoryUnreachable);
    given::<Engine>([issued(TOKEN, NINE)])
        .when(E::Assign, &ctx())
        .refused(EngineRefusal::NotEnrolled);
    let unassigned = given::<Engine>([issued(TOKEN, NINE), enrolled()])
        .when(says(Some(unreachable.clone())), &engine_says)
        .then([]);
    assert_eq!(unassigned.0.standing(), Some(EngineStanding::Unassigned));
    assert_eq!(unassigned.0.access(), Err(EngineRefusal::Unassigned));
    let assigned = unassigned
        .when(E::Assign, &ctx())
        .then([EngineAssigned {}.into()]);
    assert_eq!(assigned.0.standing(), Some(EngineStanding::Assigned));
    let assigned = assigned.when(E::Assign, &ctx()).then([]);
    assigned
        .when(says(Some(unreachable.clone())), &engine_says)
        .then([EngineImpaired {
            failure: unreachable,
        }
        .into()]);
}

#[test]
fn a_revoked_engine_has_no_access_for_good() {
    let revoke = || E::Revoke {
        at: at("2030-06-01T12:00:00Z"),
    };
    let engine_says = context(Actor::Engine(engine()), ());
    let assigned = [issued(TOKEN, NINE), enrolled(), EngineAssigned {}.into()];
    let gone = given::<Engine>(assigned)
        .when(revoke(), &ctx())
        .then([revoked()]);
    assert_eq!(gone.0.access(), Err(EngineRefusal::Revoked));
    assert_eq!(gone.0.access_ended, Some(at("2030-06-01T12:00:00Z")));
    let gone = gone.when(revoke(), &ctx()).then([]);
    drop(gone);
    for command in [E::Enable, E::Assign, enrol(TOKEN, keys(), TEN), says(None)] {
        given::<Engine>([issued(TOKEN, NINE), enrolled(), revoked()])
            .when(command, &engine_says)
            .refused(EngineRefusal::Revoked);
    }
    // Also one that never came.
    given::<Engine>([issued(TOKEN, NINE)])
        .when(revoke(), &ctx())
        .then([revoked()]);
}

fn engine_content() -> EngineContent {
    EngineContent {
        name: "engine-1".into(),
        domain: domain_id(),
        public_key: format!("{}=", "A".repeat(43)),
    }
}

fn registered() -> EngineEvent {
    EngineRegistered {
        content: engine_content(),
    }
    .into()
}

fn says(impaired: Option<Failure>) -> E {
    let at = at("2030-06-01T12:00:00Z");
    E::RecordStatus(EngineStatus {
        domain: domain_id(),
        engine: engine(),
        at,
        impaired,
        version: "0.1.0".into(),
        load: EngineLoad::default(),
    })
}

#[test]
fn an_engine_is_registered_with_its_key() {
    given::<Engine>([])
        .when(E::Register(engine_content()), &ctx())
        .then([registered()]);
    given::<Engine>([])
        .when(disable(), &ctx())
        .refused(EngineRefusal::Unknown);
    given::<Engine>([registered()])
        .when(E::Register(engine_content()), &ctx())
        .nothing();
    let other = EngineContent {
        name: "engine-2".into(),
        ..engine_content()
    };
    given::<Engine>([registered()])
        .when(E::Register(other), &ctx())
        .refused(EngineRefusal::AlreadyExists);
    let expected = "an Ed25519 public key in base64".into();
    let bad = FieldProblem::at("public_key", Problem::Malformed { expected });
    let short = EngineContent {
        public_key: "AAAA".into(),
        ..engine_content()
    };
    given::<Engine>([])
        .when(E::Register(short), &ctx())
        .refused(EngineRefusal::Invalid(vec![bad]));
    let off = given::<Engine>([registered()])
        .when(disable(), &ctx())
        .then([disabled()]);
    assert_eq!(off.0.access(), Err(EngineRefusal::Disabled));
    let on = off.when(E::Enable, &ctx()).then([EngineEnabled {}.into()]);
    // What it was given before is good again.
    assert_eq!(
        (on.0.access(), on.0.access_ended),
        (Ok(&engine_content()), None)
    );
}

#[test]
fn only_changes_of_an_engines_status_are_recorded() {
    let engine_says = context(Actor::Engine(engine()), ());
    let unreachable = failure(FailureReason::DirectoryUnreachable);
    given::<Engine>([registered()])
        .when(says(None), &engine_says)
        .nothing();
    let impaired = given::<Engine>([registered()])
        .when(says(Some(unreachable.clone())), &engine_says)
        .then([EngineImpaired {
            failure: unreachable.clone(),
        }
        .into()]);
    let impaired = impaired
        .when(says(Some(unreachable)), &engine_says)
        .then([]);
    let recovered = impaired
        .when(says(None), &engine_says)
        .then([EngineRecovered {}.into()]);
    assert_eq!(recovered.0.impaired, None);
}

#[test]
fn contact_is_lost_once_and_regained_by_the_next_sign_of_life() {
    let (tenure, engine_says) = (ctx(), context(Actor::Engine(engine()), ()));
    let last_heard = at("2026-01-10T09:00:00Z");
    let silent = || E::LoseContact { last_heard };
    let lost = given::<Engine>([registered()])
        .when(silent(), &tenure)
        .then([EngineContactLost { last_heard }.into()]);
    assert_eq!(lost.0.contact_lost, Some(last_heard));
    let lost = lost.when(silent(), &tenure).then([]);
    let unreachable = failure(FailureReason::DirectoryUnreachable);
    let back = lost
        .when(says(Some(unreachable.clone())), &engine_says)
        .then([
            EngineContactRegained {}.into(),
            EngineImpaired {
                failure: unreachable,
            }
            .into(),
        ]);
    assert_eq!(back.0.contact_lost, None);
    // Nobody waits for one that is disabled.
    given::<Engine>([registered(), disabled()])
        .when(silent(), &tenure)
        .nothing();
}

#[test]
fn an_engine_of_another_domain_says_nothing_about_this_one() {
    let E::RecordStatus(status) = says(None) else {
        panic!("a status")
    };
    let foreign = E::RecordStatus(EngineStatus {
        domain: id("other"),
        ..status
    });
    given::<Engine>([registered()])
        .when(foreign, &ctx())
        .refused(EngineRefusal::WrongDomain);
}
