//! Removal of useless accounts that nobody manages: disabled, deleted later, and kept if somebody says so.

use crate::scene::{at, context, id, user};
use std::sync::Arc;
use tenure_domain::{
    Actor, Context, EngineId,
    account::{AccountCommand as C, *},
    decide::Decide,
    discovery::Signal,
    event::{Recorded, ReservationChange, Stream as _},
    lifecycle::{LifecycleOption, OptionOff, Status, check},
    order::{Failure, FailureReason, Order, OrderKind, Outcome, Report},
    timers::{TimerChange, TimerKind, changes},
};
use uuid::Uuid;

const NOW: &str = "2026-01-10T09:00:00Z";

fn ctx(now: &str) -> Context<AccountFacts> {
    let facts = AccountFacts::new(1, at(now));
    Context {
        now: at(now),
        ..context(Actor::User(user("ada")), facts)
    }
}

fn removal() -> Removal {
    Removal {
        account: id("removed"),
        domain: id("corp"),
        found: AsFound {
            object: id("object"),
            enabled: true,
            expires: Some(at("2024-01-01T00:00:00Z")),
            last_sign_in: None,
            password_set: Some(at("2021-03-01T07:00:00Z")),
        },
        name: "svc-old".into(),
        ou: "OU=Found,DC=corp,DC=example,DC=com".into(),
        description: "The old intranet".into(),
        signals: vec![Signal::NeverSignedIn, Signal::Expired],
        special: None,
        grace_days: 30,
        reason: "Switched off in 2023".into(),
    }
}

/// An account, as its events made it.
#[derive(Default)]
struct Life(Account);

impl Life {
    fn begun() -> Self {
        let mut life = Self::default();
        life.does(C::BeginRemoval(Box::new(removal())), NOW);
        life
    }

    /// Disabled, and marked deleted.
    fn disabled() -> Self {
        let mut life = Self::begun();
        life.reports(applied(), NOW);
        life
    }

    fn decides(&self, command: C, now: &str) -> Result<Vec<AccountEvent>, AccountRefusal> {
        self.0.decide(command, &ctx(now))
    }

    fn does(&mut self, command: C, now: &str) -> Vec<AccountEvent> {
        let events = self.decides(command, now).unwrap();
        for event in events.clone() {
            cqrs_es::Aggregate::apply(&mut self.0, event);
        }
        events
    }

    fn reports(&mut self, outcome: Outcome, now: &str) -> Vec<AccountEvent> {
        let number = self.managed().directory.last_number;
        let report = Report {
            domain: id("corp"),
            account: id("removed"),
            number,
            engine: EngineId(id::<Uuid>("engine")),
            at: at(now),
            outcome,
        };
        self.does(C::RecordReport(Box::new(report)), now)
    }

    fn managed(&self) -> &Managed {
        self.0.managed().unwrap()
    }

    fn order(&self) -> Arc<Order> {
        self.managed().directory.outstanding.clone().unwrap()
    }

    fn cancels(&mut self) -> Vec<AccountEvent> {
        let reason = "Linz needs it".into();
        self.does(C::CancelRemoval { reason }, NOW)
    }
}

fn applied() -> Outcome {
    Outcome::Applied {
        object: id("object"),
        secret: None,
    }
}

fn failed(reason: FailureReason) -> Outcome {
    Outcome::Failed(Failure {
        reason,
        detail: "CN=svc-old: somebody has signed in since".into(),
    })
}

fn names(events: &[AccountEvent]) -> Vec<&str> {
    let of = |event: &AccountEvent| event.type_name().strip_prefix("account.").unwrap();
    events.iter().map(of).collect()
}

#[test]
fn a_useless_account_is_ordered_to_be_disabled_where_it_is_and_as_it_was_found() {
    let mut life = Life::default();
    let events = life.does(C::BeginRemoval(Box::new(removal())), NOW);
    assert_eq!(names(&events), ["removal-begun", "order-issued"]);
    // Nobody else may use its name meanwhile.
    let claimed = events[0].reservations(id("removed"));
    assert_eq!(claimed[0].change, ReservationChange::Claim);
    let order = life.order();
    assert_eq!(
        (order.kind, order.object),
        (OrderKind::Change, Some(id("object")))
    );
    assert_eq!(order.expects, Some(Box::new(removal().found.expected())));
    let desired = &order.desired;
    assert!(!desired.enabled);
    assert_eq!(desired.ou, removal().ou);
    // Its own end is not lifted, its description not touched.
    assert_eq!(
        (desired.expires_at, &desired.description),
        (removal().found.expires, &None)
    );
    assert_eq!(life.managed().status(), Status::Deleted);
    let purge = check(&life.managed().situation(at(NOW)), LifecycleOption::Purge);
    assert_eq!(purge, Err(OptionOff::Deleted), "not before it is disabled");
}

#[test]
fn once_it_is_disabled_its_grace_begins_and_at_its_end_it_is_deleted() {
    let mut life = Life::begun();
    let events = life.reports(applied(), "2026-01-11T12:00:00Z");
    assert_eq!(names(&events), ["removal-grace-begun"]);
    let due = at("2026-02-10T12:00:00Z");
    let purge = changes(id("removed"), &Account::wrap(events[0].clone()));
    let is_purge = |change: &TimerChange| matches!(change, TimerChange::Set(timer) if timer.kind == TimerKind::Purge && timer.due == due);
    assert!(purge.iter().any(is_purge), "{purge:?}");

    let early = life.decides(C::PurgeAfterGrace(due), "2026-02-10T11:00:00Z");
    assert_eq!(early, Err(AccountRefusal::NotDue));
    let events = life.does(C::PurgeAfterGrace(due), "2026-02-10T12:00:00Z");
    assert_eq!(names(&events), ["purge-ordered", "order-issued"]);
    let order = life.order();
    assert_eq!(
        (order.kind, order.expects.clone()),
        (
            OrderKind::Remove,
            Some(Box::new(removal().found.expected()))
        )
    );
    let events = life.reports(Outcome::Removed, "2026-02-10T12:00:05Z");
    assert_eq!(names(&events), ["removed"]);
}

#[test]
fn what_is_not_as_it_was_found_is_left_alone_and_its_name_is_free() {
    for reason in [FailureReason::ChangedSince, FailureReason::ObjectGone] {
        let mut life = Life::begun();
        let events = life.reports(failed(reason), NOW);
        assert_eq!(names(&events), ["order-failed", "released"]);
        let freed = events[1].reservations(id("removed"));
        assert_eq!(freed[0].change, ReservationChange::Release);
        let managed = life.managed();
        assert_eq!(
            (managed.status(), &managed.stage),
            (Status::Released, &Stage::Released)
        );
        assert_eq!(managed.directory.failure.as_ref().unwrap().reason, reason);
        assert_eq!(managed.wanted(), None);
    }
    // What somebody can mend waits for that.
    let mut life = Life::begun();
    let events = life.reports(failed(FailureReason::InsufficientRights), NOW);
    assert_eq!(names(&events), ["order-failed"]);
    let events = life.does(C::RetryFailed, NOW);
    assert_eq!(names(&events), ["order-retried", "order-issued"]);
}

#[test]
fn until_it_is_deleted_it_can_be_kept_as_it_was_found() {
    let mut life = Life::disabled();
    let events = life.cancels();
    assert_eq!(names(&events), ["removal-cancelled", "order-issued"]);
    let order = life.order();
    assert_eq!(
        (order.kind, order.desired.enabled),
        (OrderKind::Release, true)
    );
    let events = life.reports(applied(), "2026-01-12T09:00:00Z");
    assert_eq!(names(&events), ["released"]);
    assert_eq!(life.managed().status(), Status::Released);
    let again = life.decides(
        C::CancelRemoval {
            reason: "Again".into(),
        },
        NOW,
    );
    assert_eq!(again, Ok(vec![]));
    let reason = "x".into();
    let disabled = life.decides(C::Disable { reason }, NOW);
    assert_eq!(
        disabled,
        Err(AccountRefusal::OptionOff(OptionOff::Released))
    );
}

#[test]
fn kept_before_the_engine_has_answered_it_is_let_go_of_after_that() {
    let mut life = Life::begun();
    assert_eq!(names(&life.cancels()), ["removal-cancelled"]);
    let events = life.reports(applied(), NOW);
    assert_eq!(names(&events), ["order-applied", "order-issued"]);
    assert_eq!(life.order().kind, OrderKind::Release);
}

#[test]
fn kept_at_once_it_is_looked_at_once_more_since_an_engine_may_have_frozen_over_the_first_order() {
    let mut life = Life::disabled();
    life.cancels();
    let events = life.reports(applied(), "2026-01-10T09:01:00Z");
    let AccountEvent::Released(released) = &events[0] else {
        panic!("{events:?}")
    };
    let look = released.check_at.unwrap();
    assert_eq!(look, at("2026-01-10T09:16:00Z"));
    let events = life.does(C::CheckRemoval(look), "2026-01-10T09:16:00Z");
    assert_eq!(names(&events), ["removal-check-begun", "order-issued"]);
    assert_eq!(
        (life.order().kind, life.order().object),
        (OrderKind::Release, Some(id("object")))
    );
    let events = life.reports(applied(), "2026-01-10T09:16:01Z");
    assert_eq!(names(&events), ["released"]);
}

#[test]
fn what_an_engine_refuses_to_delete_can_still_be_kept_and_what_is_being_deleted_cannot() {
    let mut life = Life::disabled();
    let due = at("2026-02-09T09:00:00Z");
    life.does(C::PurgeAfterGrace(due), "2026-02-09T09:00:00Z");
    let reason = || "Linz needs it".to_owned();
    let keep = || C::CancelRemoval { reason: reason() };
    assert_eq!(
        life.decides(keep(), NOW),
        Err(AccountRefusal::OptionOff(OptionOff::Deleted))
    );
    let events = life.reports(failed(FailureReason::ChangedSince), NOW);
    assert_eq!(names(&events), ["order-failed"]);
    let events = life.does(keep(), NOW);
    assert_eq!(names(&events), ["removal-cancelled", "order-issued"]);
}

#[test]
fn what_is_used_or_protected_is_not_removed_whoever_asks() {
    let refused = |change: fn(&mut Removal)| {
        let mut removal = removal();
        change(&mut removal);
        Life::default()
            .decides(C::BeginRemoval(Box::new(removal)), NOW)
            .unwrap_err()
    };
    let used = refused(|removal| removal.signals = vec![Signal::PasswordNeverExpires]);
    assert_eq!(used, AccountRefusal::NotUseless);
    let powerful = refused(|removal| {
        removal.signals.push(Signal::Privileged {
            groups: vec!["Domain Admins".into()],
        });
    });
    assert_eq!(powerful, AccountRefusal::Protected(Protection::Privileged));
    let special = refused(|removal| removal.special = Some(Special::Engine));
    let engine = Protection::Special(Special::Engine);
    assert_eq!(special, AccountRefusal::Protected(engine));
    let managed = refused(|removal| removal.signals.push(Signal::ManagedServiceAccount));
    let directory = Protection::Special(Special::Directory);
    assert_eq!(managed, AccountRefusal::Protected(directory));
    let without_reason = refused(|removal| removal.reason = " ".into());
    assert_eq!(without_reason, AccountRefusal::ReasonMissing);
    let AccountRefusal::Invalid(problems) = refused(|removal| removal.grace_days = 0) else {
        panic!("accepted")
    };
    assert_eq!(problems[0].field, "grace_days");
}
