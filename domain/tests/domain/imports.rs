//! Import: what exists in the directory becomes managed as it is.

use crate::scene::{at, context, given, id, template, user};
use std::sync::Arc;
use tenure_domain::{
    AccountId, Actor, Context, DomainId, EngineId,
    account::{AccountCommand as C, *},
    event::{Recorded, ReservationChange},
    lifecycle::{EndOfLifecycleAction as Action, OptionOff, Status},
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

/// An import, as its events made it.
struct Life {
    account: Account,
    now: &'static str,
}

impl Life {
    fn begun() -> Self {
        let content = template(Action::Disable);
        let events = decided(import(&content), content).unwrap();
        Self {
            account: account(events),
            now: "2026-01-10T09:00:01Z",
        }
    }

    fn decides(&self, command: C) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let context = Context {
            now: at(self.now),
            ..ctx(AccountFacts::new(1, at(self.now)))
        };
        tenure_domain::decide::Decide::decide(&self.account, command, &context)
    }

    fn does(&mut self, command: C) -> Vec<&'static str> {
        let events = self.decides(command).unwrap();
        let names = events.iter().map(Recorded::type_name);
        let names = names.map(|name| name.strip_prefix("account.").unwrap());
        let names = names.collect();
        for event in events {
            cqrs_es::Aggregate::apply(&mut self.account, event);
        }
        names
    }

    fn reports(&mut self, outcome: Outcome) -> Vec<&'static str> {
        let managed = self.managed();
        let (account, domain) = (managed.identity.account, managed.identity.domain);
        let number = managed.directory.last_number;
        self.does(report(account, domain, number, outcome))
    }

    fn refused(reason: FailureReason) -> Self {
        let mut life = Self::begun();
        assert_eq!(life.reports(failed(reason)), ["order-failed"]);
        life
    }

    fn managed(&self) -> &Managed {
        self.account.managed().unwrap()
    }
}

fn failed(reason: FailureReason) -> Outcome {
    Outcome::Failed(Failure {
        reason,
        detail: "00002098".into(),
    })
}

fn applied() -> Outcome {
    Outcome::Applied {
        object: object(),
        secret: None,
    }
}

fn take_back() -> C {
    C::TakeBackImport {
        reason: "No rights there".into(),
    }
}

#[test]
fn an_import_that_the_directory_refused_is_taken_back_and_nobody_manages_the_object() {
    let mut life = Life::refused(FailureReason::InsufficientRights);
    let taken_back = ["import-taken-back", "order-issued"];
    assert_eq!(life.does(take_back()), taken_back);
    let order = life.managed().directory.outstanding.clone().unwrap();
    // Only its mark goes, if there is one: no removal expects it otherwise.
    assert_eq!(
        (order.kind, order.object, &order.expects),
        (OrderKind::Release, Some(object()), &None)
    );
    // Never was it to be deleted.
    assert_eq!(life.managed().status(), Status::Released);
    let id = life.managed().identity.account;
    assert_eq!(life.decides(take_back()), Ok(vec![]), "once is enough");
    assert_eq!(life.reports(applied()), ["released"]);
    let managed = life.managed();
    assert_eq!(
        (&managed.stage, managed.wanted(), &managed.directory.failure),
        (&Stage::Released, None, &None)
    );
    let disable = C::Disable { reason: "x".into() };
    let released = AccountRefusal::OptionOff(OptionOff::Released);
    assert_eq!(life.decides(disable), Err(released));
    // Imported anew it is another account, and after that yet another.
    let next = imported_after(id);
    assert!(next != id && imported_after(next) != next && imported_after(next) != id);
}

#[test]
fn its_name_is_free_and_an_engine_that_froze_over_the_import_is_looked_after_once() {
    let mut life = Life::refused(FailureReason::InsufficientRights);
    life.does(take_back());
    let number = life.managed().directory.last_number;
    let identity = life.managed().identity.clone();
    let events = life
        .decides(report(identity.account, identity.domain, number, applied()))
        .unwrap();
    let AccountEvent::Released(released) = &events[0] else {
        panic!("{events:?}")
    };
    let freed = events[0].reservations(identity.account.0);
    assert_eq!(freed[0].change, ReservationChange::Release);
    let look = released.check_at.unwrap();
    life.reports(applied());
    life.now = "2026-01-10T12:00:00Z";
    let check = life.does(C::CheckRemoval(look));
    assert_eq!(check, ["removal-check-begun", "order-issued"]);
    let kind = life.managed().directory.outstanding.clone().unwrap().kind;
    assert_eq!(kind, OrderKind::Release);
    assert_eq!(life.managed().status(), Status::Released);
    assert_eq!(life.reports(applied()), ["released"]);
    // Long after the order's time nobody holds it any more.
    let mut life = Life::refused(FailureReason::InsufficientRights);
    life.now = "2026-01-10T12:00:00Z";
    life.does(take_back());
    life.reports(applied());
    assert_eq!(life.managed().directory.check_at, None);
}

#[test]
fn what_never_was_confirmed_is_released_even_if_the_directory_refuses_to_let_go() {
    for reason in [
        FailureReason::InsufficientRights,
        FailureReason::ObjectGone,
        FailureReason::ForeignFence,
        FailureReason::InvalidOrder,
    ] {
        let mut life = Life::refused(reason);
        life.does(take_back());
        assert_eq!(life.reports(failed(reason)), ["order-failed", "released"]);
        let managed = life.managed();
        assert_eq!(managed.stage, Stage::Released);
        // Why stays to be seen.
        assert_eq!(managed.directory.failure.as_ref().unwrap().reason, reason);
    }
    // While the directory is away, it waits for it.
    let mut life = Life::refused(FailureReason::InsufficientRights);
    life.does(take_back());
    let away = failed(FailureReason::DirectoryUnreachable);
    assert_eq!(life.reports(away), ["order-deferred"]);
    let number = life.managed().directory.last_number;
    let again = life.does(C::RetryOrder(number));
    assert_eq!(again, ["order-retried", "order-issued"]);
    assert_eq!(life.reports(applied()), ["released"]);
}

#[test]
fn an_import_is_not_taken_back_before_the_directory_has_refused_it_nor_once_it_is_managed() {
    let mut life = Life::begun();
    assert_eq!(
        life.decides(take_back()),
        Err(AccountRefusal::ImportUnderWay)
    );
    life.reports(failed(FailureReason::DirectoryUnreachable));
    let waits = life.decides(take_back());
    assert_eq!(waits, Err(AccountRefusal::ImportUnderWay), "it is deferred");
    let mut life = Life::refused(FailureReason::InsufficientRights);
    let reason = " ".into();
    let without = life.decides(C::TakeBackImport { reason });
    assert_eq!(without, Err(AccountRefusal::ReasonMissing));
    life.does(C::RetryFailed);
    assert_eq!(
        life.decides(take_back()),
        Err(AccountRefusal::ImportUnderWay)
    );
    life.reports(applied());
    let managed = life.decides(take_back());
    assert_eq!(managed, Err(AccountRefusal::ImportConfirmed));
    life.does(C::Delete {
        reason: "x".into(),
        confirmed_name: "svc-old".into(),
    });
    let deleted = AccountRefusal::OptionOff(OptionOff::Deleted);
    assert_eq!(life.decides(take_back()), Err(deleted));
}
