//! Whatever is asked of an account in whatever order, these hold.

use crate::scene::{Life, domain_id, done, engine, failure, id, submission, template, user, why};
use chrono::{DateTime, Days, TimeDelta, Utc};
use cqrs_es::Aggregate;
use proptest::prelude::*;
use std::{collections::BTreeMap, sync::Arc};
use tenure_domain::{
    Event,
    account::{
        Account, AccountCommand as C, AccountEvent, Halted, Migration, MigrationTarget, Stage,
    },
    lifecycle::EndOfLifecycleAction as Action,
    order::{FailureReason as Why, OrderNumber, Outcome, Report},
    ownership::Owner,
    request::RequestKind,
    timers::{self, Timer, TimerChange, TimerClock, TimerCommand, TimerKind},
};

#[derive(Clone, Debug)]
enum Step {
    Days(u64),
    Minutes(i64),
    FireDue,
    Report(u8),
    OldReport(u64),
    Foreign,
    Renew,
    Decline,
    Disable,
    Enable,
    Delete(bool),
    Purge,
    Owners(u8),
    Retry,
    BeginRenewal(u8),
    RenewByRequest(u8),
    CloseRenewal(u8),
    Change(u8),
    Migrate(u8),
    Succeed,
    NewEpoch,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..60_u64).prop_map(Step::Days),
        2 => (0..40_i64).prop_map(Step::Minutes),
        8 => Just(Step::FireDue),
        8 => (0..5_u8).prop_map(Step::Report),
        1 => (0..6_u64).prop_map(Step::OldReport),
        1 => Just(Step::Foreign),
        3 => Just(Step::Renew),
        1 => Just(Step::Decline),
        3 => Just(Step::Disable),
        3 => Just(Step::Enable),
        1 => any::<bool>().prop_map(Step::Delete),
        1 => Just(Step::Purge),
        1 => (0..3_u8).prop_map(Step::Owners),
        2 => Just(Step::Retry),
        2 => (0..3_u8).prop_map(Step::BeginRenewal),
        2 => (0..3_u8).prop_map(Step::RenewByRequest),
        1 => (0..3_u8).prop_map(Step::CloseRenewal),
        3 => (0..4_u8).prop_map(Step::Change),
        2 => (0..8_u8).prop_map(Step::Migrate),
        1 => Just(Step::Succeed),
        1 => Just(Step::NewEpoch),
    ]
}

/// The timers that the events set, as the read model keeps them.
pub(crate) fn timers_of(history: &[AccountEvent]) -> BTreeMap<TimerKind, Timer> {
    let mut set = BTreeMap::new();
    for event in history {
        for change in timers::changes(id("account"), &Event::Account(event.clone())) {
            match change {
                TimerChange::Set(timer) => drop(set.insert(timer.kind, timer)),
                TimerChange::Cancel(kind) => drop(set.remove(&kind)),
            }
        }
    }
    set
}

fn commands(life: &mut Life, step: Step) -> Vec<C> {
    let report = |number, domain, outcome| {
        let (account, engine, at) = (id("account"), engine(), DateTime::<Utc>::UNIX_EPOCH);
        C::RecordReport(Box::new(Report {
            domain,
            account,
            number,
            engine,
            at,
            outcome,
        }))
    };
    let last = life.managed().directory.last_number;
    let request = |n: u8| id(&format!("renewal {n}"));
    match step {
        Step::Days(days) => {
            life.now = life.now + Days::new(days);
            vec![]
        }
        Step::Minutes(minutes) => {
            life.system_now += TimeDelta::minutes(minutes);
            vec![]
        }
        Step::NewEpoch => {
            life.epoch += 1;
            vec![]
        }
        Step::FireDue => {
            let due = |timer: &Timer| match timer.kind.clock() {
                TimerClock::Business => timer.due <= life.now,
                TimerClock::System => timer.due <= life.system_now,
            };
            timers_of(&life.history)
                .into_values()
                .filter(due)
                .filter_map(|timer| match timer.command() {
                    TimerCommand::Account(_, command) => Some(command),
                    TimerCommand::Request(..) | TimerCommand::Campaign(..) => None,
                })
                .collect()
        }
        Step::Report(0..=1) => vec![report(last, domain_id(), done())],
        Step::Report(2) => vec![report(last, domain_id(), Outcome::Removed)],
        Step::Report(3) => vec![report(
            last,
            domain_id(),
            Outcome::Failed(failure(Why::InsufficientRights)),
        )],
        Step::Report(_) => vec![report(
            last,
            domain_id(),
            Outcome::Deferred(failure(Why::DirectoryUnreachable)),
        )],
        Step::OldReport(n) => vec![report(OrderNumber { epoch: 1, n }, domain_id(), done())],
        Step::Foreign => vec![report(last, id("another"), done())],
        Step::Renew => vec![C::Renew],
        Step::Decline => vec![C::DeclineRenewal { reason: why() }],
        Step::Disable => vec![C::Disable { reason: why() }],
        Step::Enable => vec![C::Enable { reason: why() }],
        Step::Delete(right) => {
            let confirmed_name = if right { "svc-backup" } else { "no" }.into();
            vec![C::Delete {
                reason: why(),
                confirmed_name,
            }]
        }
        Step::Purge => vec![C::Purge { reason: why() }],
        Step::Owners(n) => vec![C::ChangeOwners(
            (0..n).map(|n| Owner::User(user(&n.to_string()))).collect(),
        )],
        Step::Retry => vec![C::RetryFailed],
        Step::BeginRenewal(n) => vec![C::BeginRenewal(request(n))],
        Step::RenewByRequest(n) => {
            let renewal = submission(
                RequestKind::Renewal(id("account")),
                &template(Action::Expire),
            );
            life.approved = Some((request(n), Arc::new(renewal)));
            vec![C::RenewByRequest(request(n))]
        }
        Step::CloseRenewal(n) => vec![C::CloseRenewal(request(n))],
        Step::Change(n) => {
            let ours = RequestKind::Change(id("account"));
            let mut change = submission(ours, &template(Action::Expire));
            change.groups = (0..n).map(|n| format!("CN={n},DC=corp")).collect();
            life.approved = Some((request(n + 10), Arc::new(change)));
            vec![C::ChangeByRequest(request(n + 10))]
        }
        Step::Migrate(n) => {
            let mut to = template(Action::ALL[usize::from(n) % Action::ALL.len()]);
            to.lifecycle.purge_after_days = Some(5);
            let end = life.now.date_naive() + Days::new(u64::from(n) * 20);
            life.target = Some(MigrationTarget {
                template: id("another"),
                version: 2,
                content: Arc::new(to),
            });
            vec![C::Migrate(Box::new(Migration {
                template: id("another"),
                template_version: 2,
                period: None,
                end: Some(end.and_time(chrono::NaiveTime::MIN).and_utc()),
                owners: None,
                move_to_ou: true,
                move_secret: true,
                past_end_confirmed: true,
                reason: why(),
            }))]
        }
        Step::Succeed => vec![C::Succeed(id("successor"))],
    }
}

fn orders_keep_their_order(history: &[AccountEvent]) {
    let mut unreported = None;
    let mut last = OrderNumber::default();
    for event in history {
        match event {
            AccountEvent::OrderIssued(e) => {
                assert_eq!(
                    unreported, None,
                    "an order was issued while one was unreported"
                );
                assert!(e.order.number > last, "{} after {last}", e.order.number);
                last = e.order.number;
                unreported = Some(last);
            }
            AccountEvent::Provisioned(tenure_domain::account::AccountProvisioned {
                number,
                ..
            })
            | AccountEvent::OrderApplied(tenure_domain::account::OrderApplied { number, .. })
            | AccountEvent::OrderFailed(tenure_domain::account::OrderFailed { number, .. })
            | AccountEvent::OrderDeferred(tenure_domain::account::OrderDeferred {
                number, ..
            })
            | AccountEvent::OrderExpired(tenure_domain::account::OrderExpired { number })
            | AccountEvent::Removed(tenure_domain::account::AccountRemoved { number, .. }) => {
                assert_eq!(
                    unreported.take(),
                    Some(*number),
                    "only the outstanding order is settled"
                );
            }
            _ => {}
        }
    }
}

fn timers_agree(life: &Life) {
    let managed = life.managed();
    let timers = timers_of(&life.history);
    let due = |kind| timers.get(&kind).map(|timer| timer.due);
    let lifecycle = managed.lifecycle();
    let before_the_end = lifecycle.filter(|lifecycle| !lifecycle.ended);
    assert_eq!(
        due(TimerKind::LifecycleEnd),
        before_the_end.map(|lifecycle| lifecycle.end)
    );
    let opens = before_the_end
        .filter(|lifecycle| lifecycle.renewal_opened_at.is_none())
        .and_then(|lifecycle| {
            lifecycle
                .renewal_opens_at
                .filter(|opens| *opens < lifecycle.end)
        });
    assert_eq!(due(TimerKind::RenewalOpens), opens);
    let outstanding = managed.directory.outstanding.as_ref();
    assert_eq!(
        due(TimerKind::OrderDeadline),
        outstanding.map(|order| order.not_after)
    );
    assert_eq!(
        timers
            .get(&TimerKind::OrderDeadline)
            .and_then(|timer| timer.number),
        outstanding.map(|order| order.number)
    );
    assert_eq!(
        due(TimerKind::OrderRetry).is_some(),
        managed.directory.halted == Some(Halted::Deferred)
    );
    let in_grace = lifecycle.is_some_and(|lifecycle| lifecycle.ended)
        && managed.enabled
        && managed.action() == Action::Disable;
    assert_eq!(due(TimerKind::EndRepeat).is_some(), in_grace);
    assert_eq!(due(TimerKind::RemovalCheck), managed.directory.check_at);
    let purge_at = match managed.stage {
        Stage::MarkedDeleted { purge_at } => purge_at,
        _ => None,
    };
    assert_eq!(due(TimerKind::Purge), purge_at);
    if due(TimerKind::Reminder).is_some() {
        let reminds =
            lifecycle.is_some_and(|l| !l.renewal_declined && l.renewal_opened_at.is_some());
        assert!(
            reminds,
            "owners are reminded of an open renewal that nobody declined"
        );
    }
}

fn the_directory_follows(life: &Life) {
    let managed = life.managed();
    let directory = &managed.directory;
    if directory.outstanding.is_none()
        && directory.halted.is_none()
        && managed.stage != Stage::Removed
    {
        let wanted = managed.wanted().map(|(_, desired)| desired);
        assert_eq!(
            directory.confirmed, wanted,
            "neither ordered, nor halted, nor as wanted"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_asked_in_whatever_order(
        action in prop::sample::select(Action::ALL),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut life = Life::begun(&template(action));
        for step in steps {
            for command in commands(&mut life, step) {
                let (before, told) = (life.account.clone(), life.history.len());
                if life.run(command).is_err() {
                    prop_assert_eq!(&life.account, &before);
                    prop_assert_eq!(life.history.len(), told);
                }
                prop_assert!(!life.managed().owners.is_empty(), "an account has an owner");
                timers_agree(&life);
                the_directory_follows(&life);
            }
        }
        orders_keep_their_order(&life.history);
        let mut folded = Account::default();
        for event in &life.history {
            let stored = Event::Account(event.clone());
            let payload = stored.payload().expect("a payload");
            let Event::Account(read) = Event::decode("account", stored.type_name(), &payload).expect("decoded") else {
                panic!("an account's event")
            };
            folded.apply(read);
        }
        prop_assert_eq!(&folded, &life.account, "what was stored leads to the same state");
        let snapshot: Account = serde_json::from_slice(&serde_json::to_vec(&folded).expect("written")).expect("read");
        prop_assert_eq!(snapshot, folded);
    }
}
