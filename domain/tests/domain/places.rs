//! Domains and engines.

use crate::scene::{at, by, context, domain_id, engine, failure, given, id};
use tenure_domain::{
    Actor, Context,
    directory::{
        Domain, DomainCommand as D, DomainContent, DomainDisabled, DomainEnabled, DomainEvent,
        DomainKind, DomainRefusal, DomainRegistered, DomainRevised,
    },
    engine::{
        Engine, EngineCommand as E, EngineContactLost, EngineContactRegained, EngineContent,
        EngineDisabled, EngineEnabled, EngineEvent, EngineImpaired, EngineRecovered, EngineRefusal,
        EngineRegistered,
    },
    order::{EngineStatus, Failure, FailureReason},
    problem::{FieldProblem, Problem},
};

fn ctx() -> Context {
    by("admin", ())
}

fn content(name: &str) -> DomainContent {
    DomainContent {
        name: name.into(),
        kind: DomainKind::Sandbox,
        base_dn: "DC=corp,DC=example,DC=com".into(),
    }
}

#[test]
fn a_domain_is_registered_and_keeps_its_name() {
    let registered: DomainEvent = DomainRegistered {
        content: content("corp.example.com"),
    }
    .into();
    let domain = || given::<Domain>([registered.clone()]);
    given::<Domain>([])
        .when(D::Register(content("corp.example.com")), &ctx())
        .then([registered.clone()]);
    given::<Domain>([])
        .when(D::Disable, &ctx())
        .refused(DomainRefusal::Unknown);
    domain()
        .when(D::Register(content("corp.example.com")), &ctx())
        .nothing();
    domain()
        .when(D::Register(content("other")), &ctx())
        .refused(DomainRefusal::AlreadyExists);
    let fixed = FieldProblem::at("name", Problem::ReadOnly);
    domain()
        .when(D::Revise(content("other")), &ctx())
        .refused(DomainRefusal::Invalid(vec![fixed]));
    let moved = DomainContent {
        base_dn: "DC=example,DC=com".into(),
        ..content("corp.example.com")
    };
    domain()
        .when(D::Revise(moved.clone()), &ctx())
        .then([DomainRevised { content: moved }.into()]);
    let off = domain()
        .when(D::Disable, &ctx())
        .then([DomainDisabled {}.into()]);
    off.when(D::Enable, &ctx()).then([DomainEnabled {}.into()]);
}

#[test]
fn a_domain_has_a_dns_name_and_a_naming_context() {
    let bad = DomainContent {
        base_dn: "corp".into(),
        ..content("corp example")
    };
    let malformed = |field, expected: &str| {
        FieldProblem::at(
            field,
            Problem::Malformed {
                expected: expected.into(),
            },
        )
    };
    let problems = vec![
        malformed("name", "a DNS name"),
        malformed("base_dn", "DC=…,DC=…"),
    ];
    given::<Domain>([])
        .when(D::Register(bad), &ctx())
        .refused(DomainRefusal::Invalid(problems));
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
    })
}

#[test]
fn an_engine_is_registered_with_its_key() {
    given::<Engine>([])
        .when(E::Register(engine_content()), &ctx())
        .then([registered()]);
    given::<Engine>([])
        .when(E::Disable, &ctx())
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
        .when(E::Disable, &ctx())
        .then([EngineDisabled {}.into()]);
    off.when(E::Enable, &ctx()).then([EngineEnabled {}.into()]);
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
    given::<Engine>([registered(), EngineDisabled {}.into()])
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
