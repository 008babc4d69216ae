//! Import: what exists in the directory becomes managed as it is.

use crate::scene::{at, context, given, id, template, user};
use std::sync::Arc;
use tenure_domain::{
    AccountId, Actor, Context, DomainId, EngineId,
    account::{AccountCommand as C, *},
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{Failure, FailureReason, OrderKind, Outcome, Report},
    ownership::Owner,
    problem::{FieldProblem, Problem},
    template::TemplateContent,
};
use uuid::Uuid;

fn object() -> Uuid {
    id("object")
}

fn facts(content: TemplateContent) -> AccountFacts {
    let mut facts = AccountFacts::new(1, at("2026-01-10T09:00:00Z"));
    facts.target = Some(MigrationTarget {
        template: id("template"),
        version: 3,
        content: Arc::new(content),
    });
    facts
}

fn ctx(facts: AccountFacts) -> Context<AccountFacts> {
    context(Actor::User(user("ada")), facts)
}

fn import(content: &TemplateContent) -> Import {
    let domain = content.directory.domain;
    Import {
        account: imported_as(domain, object()),
        domain,
        adopted: Adopted {
            object: object(),
            enabled: true,
        },
        name: "svc-old".into(),
        ou: "OU=Found,DC=corp,DC=example,DC=com".into(),
        description: "The intranet".into(),
        expires: None,
        special: None,
        template: id("template"),
        period: content.lifecycle.periods[0],
        owners: vec![Owner::User(user("rosa"))],
        reason: "Found in the audit".into(),
    }
}

fn decided(import: Import, content: TemplateContent) -> Result<Vec<AccountEvent>, AccountRefusal> {
    let command = C::Import(Box::new(import));
    tenure_domain::decide::Decide::decide(&Account::default(), command, &ctx(facts(content)))
}

fn account(events: Vec<AccountEvent>) -> Account {
    given::<Account>(events).0
}

fn report(
    account: AccountId,
    domain: DomainId,
    number: tenure_domain::order::OrderNumber,
    outcome: Outcome,
) -> C {
    C::RecordReport(Box::new(Report {
        domain,
        account,
        number,
        engine: EngineId(id::<Uuid>("engine")),
        at: at("2026-01-10T09:00:01Z"),
        outcome,
    }))
}

#[test]
fn an_imported_account_is_ordered_to_stay_as_it_is_and_becomes_active_when_its_object_carries_the_mark()
 {
    let content = template(Action::Disable);
    let wanted = import(&content);
    let events = decided(wanted.clone(), content).unwrap();
    let told = tenure_domain::sentence::of(&tenure_domain::Event::Account(events[0].clone()));
    assert!(
        told.ends_with("to be taken over from the directory"),
        "{told}"
    );
    let AccountEvent::OrderIssued(issued) = &events[1] else {
        panic!("{events:?}")
    };
    let order = &issued.order;
    // Never made anew: only the object with this objectGUID is taken up.
    assert_eq!(
        (order.kind, order.object),
        (OrderKind::Change, Some(object()))
    );
    assert_eq!(order.desired.ou, wanted.ou);
    assert_eq!(order.desired.description.as_deref(), Some("The intranet"));
    assert!(
        order.desired.enabled
            && order.desired.groups.is_empty()
            && order.desired.attributes.is_empty()
    );
    let (number, mut account) = (order.number, account(events));
    assert_eq!(account.managed().unwrap().status(), Status::Provisioning);

    let applied = Outcome::Applied {
        object: object(),
        secret: None,
    };
    let applied = report(wanted.account, wanted.domain, number, applied);
    let context = ctx(AccountFacts::new(1, at("2026-01-10T09:00:01Z")));
    let recorded = tenure_domain::decide::Decide::decide(&account, applied, &context).unwrap();
    assert!(
        matches!(recorded[..], [AccountEvent::Provisioned(_)]),
        "{recorded:?}"
    );
    for event in recorded {
        cqrs_es::Aggregate::apply(&mut account, event);
    }
    let managed = account.managed().unwrap();
    assert_eq!(managed.status(), Status::Active);
    assert_eq!(managed.directory.secret, None);
    assert!(managed.lifecycle().is_some());
}

#[test]
fn an_account_that_is_disabled_in_the_directory_stays_disabled() {
    let content = template(Action::Disable);
    let mut wanted = import(&content);
    wanted.adopted.enabled = false;
    let events = decided(wanted, content).unwrap();
    let AccountEvent::OrderIssued(issued) = &events[1] else {
        panic!("{events:?}")
    };
    assert!(!issued.order.desired.enabled);
}

#[test]
fn a_failed_import_fails_no_request_since_there_is_none() {
    let content = template(Action::Disable);
    let wanted = import(&content);
    let events = decided(wanted.clone(), content).unwrap();
    let account = account(events);
    let number = account.managed().unwrap().directory.last_number;
    let failed = Outcome::Failed(Failure {
        reason: FailureReason::InsufficientRights,
        detail: "00002098".into(),
    });
    let failed = report(wanted.account, wanted.domain, number, failed);
    let context = ctx(AccountFacts::new(1, at("2026-01-10T09:00:01Z")));
    let recorded = tenure_domain::decide::Decide::decide(&account, failed, &context).unwrap();
    let [AccountEvent::OrderFailed(failed)] = &recorded[..] else {
        panic!("{recorded:?}")
    };
    assert_eq!(failed.request, None);
}

#[test]
fn what_cannot_be_imported_says_why_all_at_once() {
    let content = template(Action::Disable);
    let wrong = Import {
        period: "7 days".parse().unwrap(),
        special: Some(Special::Engine),
        expires: Some(at("2027-01-01T00:00:00Z")),
        owners: vec![],
        ..import(&content)
    };
    let Err(AccountRefusal::Invalid(problems)) = decided(wrong, content.clone()) else {
        panic!("accepted")
    };
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(
        fields,
        ["period", "object", "template", "owners"],
        "{problems:?}"
    );

    // An end of its own is kept where the template keeps it in the directory.
    let expiring = template(Action::Expire);
    let wanted = Import {
        expires: Some(at("2027-01-01T00:00:00Z")),
        ..import(&expiring)
    };
    assert!(decided(wanted, expiring).is_ok());

    let elsewhere = Import {
        domain: id("another"),
        ..import(&content)
    };
    let with = "domain".into();
    let conflict = FieldProblem::at("template", Problem::Conflict { with });
    assert_eq!(
        decided(elsewhere, content.clone()),
        Err(AccountRefusal::Invalid(vec![conflict]))
    );
    let without_reason = Import {
        reason: " ".into(),
        ..import(&content)
    };
    assert_eq!(
        decided(without_reason, content),
        Err(AccountRefusal::ReasonMissing)
    );
}

#[test]
fn the_same_object_is_imported_once() {
    let content = template(Action::Disable);
    let wanted = import(&content);
    let events = decided(wanted.clone(), content.clone()).unwrap();
    given::<Account>(events)
        .when(C::Import(Box::new(wanted)), &ctx(facts(content)))
        .refused(AccountRefusal::AlreadyExists);
}
