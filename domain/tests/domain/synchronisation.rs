//! What the history says of reading a domain: only what is news.

use crate::scene::{context, failure, given, id};
use tenure_domain::{
    Actor, Context,
    directory::{DomainCommand as C, *},
    discovery::Risk,
    order::FailureReason,
    synchronisation::SyncPlan,
};

fn ctx() -> Context<()> {
    context(Actor::system("synchronisation"), ())
}

fn registered() -> DomainEvent {
    DomainRegistered {
        content: DomainContent {
            name: "corp.example.com".into(),
            kind: DomainKind::ActiveDirectory,
            base_dn: "DC=corp,DC=example,DC=com".into(),
        },
    }
    .into()
}

fn read(full: bool, changed: u32) -> DomainSynchronised {
    DomainSynchronised {
        run: id("run"),
        engine: id("engine"),
        full,
        units: 2,
        groups: 3,
        users: 4,
        changed,
        gone: 0,
        unmanaged: 1,
    }
}

fn failed(reason: FailureReason) -> SynchronisationFailed {
    SynchronisationFailed {
        run: id("run"),
        failure: failure(reason),
    }
}

#[test]
fn a_look_that_found_nothing_new_is_no_news_unless_the_one_before_had_failed() {
    given::<Domain>([registered()])
        .when(C::RecordSynchronised(read(false, 1)), &ctx())
        .then([read(false, 1).into()]);
    given::<Domain>([registered()])
        .when(C::RecordSynchronised(read(true, 0)), &ctx())
        .then([read(true, 0).into()]);
    given::<Domain>([registered()])
        .when(C::RecordSynchronised(read(false, 0)), &ctx())
        .then([]);
    let unreachable = failed(FailureReason::DirectoryUnreachable);
    given::<Domain>([registered(), unreachable.into()])
        .when(C::RecordSynchronised(read(false, 0)), &ctx())
        .then([read(false, 0).into()]);
}

#[test]
fn a_failure_is_told_once_until_it_is_another_one() {
    let unreachable = failed(FailureReason::DirectoryUnreachable);
    given::<Domain>([registered()])
        .when(C::RecordSynchronisationFailed(unreachable.clone()), &ctx())
        .then([unreachable.clone().into()]);
    given::<Domain>([registered(), unreachable.clone().into()])
        .when(C::RecordSynchronisationFailed(unreachable.clone()), &ctx())
        .then([]);
    let other = failed(FailureReason::Other);
    given::<Domain>([registered(), unreachable.into()])
        .when(C::RecordSynchronisationFailed(other.clone()), &ctx())
        .then([other.into()]);
}

#[test]
fn accounts_are_found_only_if_there_are_any() {
    let found = |count| UnmanagedAccountsFound {
        run: id("run"),
        count,
        riskiest: vec![FoundAccount {
            object: id("object"),
            name: "svc-old".into(),
            risk: Risk::High,
        }],
    };
    given::<Domain>([registered()])
        .when(C::RecordFound(found(1)), &ctx())
        .then([found(1).into()]);
    given::<Domain>([registered()])
        .when(C::RecordFound(found(0)), &ctx())
        .then([]);
}

#[test]
fn a_disabled_domain_is_not_read_and_one_that_is_unknown_neither() {
    let ask = || C::Synchronise { full: true };
    given::<Domain>([registered()])
        .when(ask(), &ctx())
        .then([SynchronisationAsked { full: true }.into()]);
    given::<Domain>([registered(), DomainDisabled {}.into()])
        .when(ask(), &ctx())
        .refused(DomainRefusal::Disabled);
    given::<Domain>([])
        .when(ask(), &ctx())
        .refused(DomainRefusal::Unknown);
}

#[test]
fn a_plan_is_recorded_when_it_differs_and_refused_when_it_is_wrong() {
    let plan = SyncPlan {
        changes_every_minutes: Some(5),
        ..SyncPlan::default()
    };
    let planned = SynchronisationPlanned { plan: plan.clone() };
    given::<Domain>([registered()])
        .when(C::PlanSynchronisation(plan.clone()), &ctx())
        .then([planned.clone().into()]);
    given::<Domain>([registered(), planned.into()])
        .when(C::PlanSynchronisation(plan), &ctx())
        .then([]);
    let wrong = SyncPlan {
        unused_days: 1,
        ..SyncPlan::default()
    };
    let problems = wrong.problems();
    given::<Domain>([registered()])
        .when(C::PlanSynchronisation(wrong), &ctx())
        .refused(DomainRefusal::Invalid(problems));
}
