//! Domains.

use crate::scene::{by, given};
use tenure_domain::{
    Context,
    directory::{
        Domain, DomainCommand as D, DomainContent, DomainDisabled, DomainEnabled, DomainEvent,
        DomainKind, DomainRefusal, DomainRegistered, DomainRevised,
    },
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
