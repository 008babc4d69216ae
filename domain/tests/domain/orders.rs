//! Orders: one at a time, numbers that only rise, and what reports change.

use crate::{
    properties::timers_of,
    scene::{END, Life, OU, done, failure, id, template, why},
};
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::{
    account::{AccountCommand as C, AccountEvent, AccountRefusal as R},
    lifecycle::EndOfLifecycleAction as Action,
    order::{FailureReason as Why, Order, OrderKind, OrderNumber, Outcome, Report},
    timers::TimerKind,
};

fn begun() -> Life {
    Life::begun(&template(Action::Disable))
}

fn live() -> Life {
    Life::live(Action::Disable)
}

fn disable() -> C {
    C::Disable { reason: why() }
}

fn enable() -> C {
    C::Enable { reason: why() }
}

fn number(epoch: u32, n: u64) -> OrderNumber {
    OrderNumber { epoch, n }
}

fn outstanding(life: &Life) -> Order {
    (*life.outstanding().expect("an outstanding order")).clone()
}

#[test]
fn the_first_order_makes_the_account_and_has_a_deadline() {
    let life = begun();
    let order = outstanding(&life);
    assert_eq!(
        (order.number, order.kind, order.object),
        (number(1, 1), OrderKind::Provision, None)
    );
    assert_eq!(
        (
            order.desired.name.as_str(),
            order.desired.ou.as_str(),
            order.desired.enabled
        ),
        ("svc-backup", OU, true)
    );
    assert_eq!(order.not_after, life.system_now + TimeDelta::minutes(15));
}

#[test]
fn changes_while_one_is_outstanding_end_in_one_more_order() {
    let mut life = live();
    assert_eq!(life.does(disable()), ["disabled", "order-issued"]);
    assert_eq!(outstanding(&life).number, number(1, 2));
    assert_eq!(life.does(enable()), ["enabled"]);
    assert_eq!(life.does(disable()), ["disabled"]);
    assert_eq!(life.does(enable()), ["enabled"]);
    assert_eq!(life.applied(), ["order-applied", "order-issued"]);
    let order = outstanding(&life);
    assert_eq!(
        (order.number, order.desired.enabled, order.object),
        (number(1, 3), true, Some(id("object")))
    );
    assert_eq!(life.applied(), ["order-applied"]);
}

#[test]
fn a_change_taken_back_while_its_order_is_outstanding_still_ends_as_wanted() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    life.run(enable()).expect("enabled");
    life.run(disable()).expect("disabled");
    assert_eq!(
        life.applied(),
        ["order-applied"],
        "the directory is as wanted: no further order"
    );
}

#[test]
fn a_failed_order_waits_for_a_retry() {
    let mut life = begun();
    assert_eq!(
        life.report(Outcome::Failed(failure(Why::NameTaken))),
        ["order-failed"]
    );
    assert_eq!(
        life.managed().directory.failure,
        Some(failure(Why::NameTaken))
    );
    assert!(life.outstanding().is_none());
    assert_eq!(life.does(C::RetryFailed), ["order-retried", "order-issued"]);
    assert_eq!(outstanding(&life).number, number(1, 2));
    assert_eq!(life.applied(), ["provisioned"]);
    assert_eq!(life.managed().directory.failure, None);
    assert_eq!(life.run(C::RetryFailed), Err(R::NothingToRetry));
}

#[test]
fn a_failure_while_provisioning_names_the_request_that_fails_with_it() {
    let request_of = |life: &Life| match life.history.last() {
        Some(AccountEvent::OrderFailed(failed)) => failed.request,
        other => panic!("expected a failed order, got {other:?}"),
    };
    let mut life = begun();
    life.report(Outcome::Failed(failure(Why::NoSuchOu)));
    assert_eq!(request_of(&life), Some(id("request")));
    let mut life = live();
    life.run(disable()).expect("disabled");
    life.report(Outcome::Failed(failure(Why::InsufficientRights)));
    assert_eq!(request_of(&life), None);
}

#[test]
fn a_different_wish_lifts_the_halt_of_a_failed_one() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    life.report(Outcome::Failed(failure(Why::InsufficientRights)));
    assert_eq!(
        life.does(enable()),
        ["enabled"],
        "the directory is as wanted again"
    );
    assert_eq!(
        life.does(disable()),
        ["disabled"],
        "this failed before, and waits for a retry"
    );
    assert_eq!(
        life.does(C::Delete {
            reason: why(),
            confirmed_name: "svc-backup".into()
        }),
        ["deleted", "order-issued"]
    );
}

#[test]
fn a_deferred_order_waits_for_its_timer() {
    for outcome in [
        Outcome::Deferred(failure(Why::VaultUnavailable)),
        Outcome::Failed(failure(Why::DirectoryUnreachable)),
        Outcome::Failed(failure(Why::TooLate)),
    ] {
        let mut life = live();
        life.run(disable()).expect("disabled");
        assert_eq!(life.report(outcome), ["order-deferred"]);
        let Some(AccountEvent::OrderDeferred(deferred)) = life.history.last().cloned() else {
            panic!("deferred")
        };
        assert_eq!(deferred.retry_at, life.system_now + TimeDelta::seconds(30));
        assert_eq!(
            life.does(enable()),
            ["enabled"],
            "nothing is ordered meanwhile"
        );
        life.run(disable()).expect("disabled");
        assert_eq!(
            life.run(C::RetryOrder(number(1, 1))),
            Err(R::NotDue),
            "the timer of an earlier order"
        );
        assert_eq!(
            life.does(C::RetryOrder(number(1, 2))),
            ["order-retried", "order-issued"]
        );
        assert_eq!(outstanding(&life).number, number(1, 3));
        assert_eq!(
            life.run(C::RetryOrder(number(1, 3))),
            Err(R::NothingToRetry)
        );
    }
}

#[test]
fn an_order_without_a_report_is_issued_again_after_its_deadline() {
    let mut life = begun();
    assert_eq!(
        life.run(C::ExpireOrder(number(1, 1))),
        Err(R::NotDue),
        "not before"
    );
    life.system_now += TimeDelta::minutes(15);
    assert_eq!(
        life.run(C::ExpireOrder(number(1, 2))),
        Err(R::NotDue),
        "not another"
    );
    let late = outstanding(&life);
    assert_eq!(
        life.does(C::ExpireOrder(number(1, 1))),
        ["order-expired", "order-issued"]
    );
    assert_eq!(outstanding(&life).number, number(1, 2));
    assert_eq!(
        life.run(C::ExpireOrder(number(1, 1))),
        Err(R::NotDue),
        "once"
    );
    let report = life.report_on(&late, done());
    assert_eq!(
        life.run(report),
        Err(R::NotOutstanding {
            number: number(1, 1)
        }),
        "its report comes too late"
    );
}

#[test]
fn a_stale_foreign_or_repeated_report_changes_nothing() {
    let mut life = live();
    let before = life.account.clone();
    let report = |life: &Life, domain, n| {
        let (account, at) = (id("account"), life.system_now);
        C::RecordReport(Box::new(Report {
            domain,
            account,
            number: n,
            engine: id("e"),
            at,
            outcome: Outcome::Removed,
        }))
    };
    assert_eq!(
        life.run(report(&life, id("corp"), number(1, 1))),
        Ok(vec![]),
        "repeated"
    );
    assert_eq!(
        life.run(report(&life, id("corp"), number(1, 0))),
        Err(R::NotOutstanding {
            number: number(1, 0)
        })
    );
    assert_eq!(
        life.run(report(&life, id("corp"), number(1, 7))),
        Err(R::NotOutstanding {
            number: number(1, 7)
        })
    );
    assert_eq!(
        life.run(report(&life, id("corp"), number(2, 1))),
        Err(R::NotOutstanding {
            number: number(2, 1)
        })
    );
    assert_eq!(
        life.run(report(&life, id("other"), number(1, 1))),
        Err(R::WrongDomain)
    );
    assert_eq!(life.account, before);
}

#[test]
fn a_report_that_does_not_fit_the_order_counts_as_a_failure() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    assert_eq!(life.report(Outcome::Removed), ["order-failed"]);
    let mut life = live();
    life.run(C::Delete {
        reason: why(),
        confirmed_name: "svc-backup".into(),
    })
    .expect("deleted");
    assert_eq!(life.report(done()), ["order-failed"]);
}

#[test]
fn a_deletion_ordered_while_a_change_is_on_its_way_follows_it() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    assert_eq!(
        life.does(C::Delete {
            reason: why(),
            confirmed_name: "svc-backup".into()
        }),
        ["deleted"]
    );
    assert_eq!(life.applied(), ["order-applied", "order-issued"]);
    assert_eq!(outstanding(&life).kind, OrderKind::Remove);
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
    assert!(life.outstanding().is_none());
}

fn removed(life: &mut Life) {
    let (reason, confirmed_name) = (why(), "svc-backup".into());
    life.run(C::Delete {
        reason,
        confirmed_name,
    })
    .expect("deleted");
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
}

fn check_of(life: &Life) -> Option<DateTime<Utc>> {
    let timers = timers_of(&life.history);
    timers.get(&TimerKind::RemovalCheck).map(|timer| timer.due)
}

#[test]
fn a_removal_is_checked_when_no_engine_that_froze_can_make_the_object_any_more() {
    let mut life = live();
    let made_until = begun().outstanding().expect("an order").not_after;
    removed(&mut life);
    let check = check_of(&life).expect("a check");
    assert!(check > made_until);
    life.system_now = check - TimeDelta::seconds(1);
    assert_eq!(life.run(C::CheckRemoval(check)), Err(R::NotDue));

    life.system_now = check;
    let then = life.does(C::CheckRemoval(check));
    assert_eq!(then, ["removal-check-begun", "order-issued"]);
    let order = outstanding(&life);
    assert_eq!(order.kind, OrderKind::Remove);
    assert_eq!(order.object, None, "made anew, it is another object");
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
    assert_eq!(check_of(&life), None);
    assert_eq!(life.run(C::CheckRemoval(check)), Err(R::NotDue), "once");
}

#[test]
fn a_removal_long_after_the_last_order_to_make_the_object_needs_no_check() {
    let mut life = live();
    life.system_now += TimeDelta::days(30);
    removed(&mut life);
    assert_eq!(check_of(&life), None);
}

#[test]
fn a_new_epoch_begins_anew_and_beats_every_number_of_the_old_one() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    life.applied();
    life.epoch = 2;
    life.run(enable()).expect("enabled");
    assert_eq!(outstanding(&life).number, number(2, 1));
    assert!(number(2, 1) > number(1, u64::MAX));
}

#[test]
fn the_end_reaches_an_account_whose_order_is_outstanding() {
    let mut life = live();
    life.run(disable()).expect("disabled");
    life.at(END);
    assert_eq!(
        life.does(C::ReachEnd(life.now)),
        ["renewal-opened", "lifecycle-ended"]
    );
    assert_eq!(
        life.applied(),
        ["order-applied", "order-issued"],
        "then it moves to the retirement OU"
    );
}
