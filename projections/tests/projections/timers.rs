//! Timers: set, cancelled, replaced.

use crate::{
    on_both,
    world::{World, start},
};
use chrono::TimeDelta;
use tenure_domain::{
    Actor,
    account::AccountCommand,
    timers::{TimerClock, TimerCommand, TimerKind},
};

on_both!(
    timers_follow_the_account,
    due_timers_come_in_order_and_a_page_at_a_time
);

async fn timers_follow_the_account(world: World) {
    world.keep();
    let request = world.submit("svc-a").await;
    world.approve(request).await;
    let account = world.create(request).await;
    let kinds = async || {
        world.level().await;
        let timers = world.views.timers_of(account.0).await.unwrap();
        let mut kinds: Vec<_> = timers.iter().map(|timer| timer.kind).collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds().await, [TimerKind::OrderDeadline]);
    world.report(account, world.applied()).await.unwrap();
    assert_eq!(
        kinds().await,
        [TimerKind::RenewalOpens, TimerKind::LifecycleEnd]
    );
    let opens = world
        .views
        .next_timer(TimerClock::Business, start())
        .await
        .unwrap()
        .unwrap();
    assert!(
        world
            .views
            .due_timers(TimerClock::Business, opens - TimeDelta::seconds(1), 10)
            .await
            .unwrap()
            .is_empty()
    );
    let due = world
        .views
        .due_timers(TimerClock::Business, opens, 10)
        .await
        .unwrap();
    assert_eq!(
        due.iter().map(|timer| timer.kind).collect::<Vec<_>>(),
        [TimerKind::RenewalOpens]
    );
    world.clock.advance_to(opens);
    world
        .account(account, opening(&due[0]), Actor::system("timers"))
        .await
        .unwrap();
    assert_eq!(
        kinds().await,
        [TimerKind::Reminder, TimerKind::LifecycleEnd]
    );
    let end = |timers: Vec<tenure_domain::timers::Timer>| {
        timers
            .into_iter()
            .find(|t| t.kind == TimerKind::LifecycleEnd)
            .unwrap()
            .due
    };
    let before = end(world.views.timers_of(account.0).await.unwrap());
    world
        .account(account, AccountCommand::Renew, world.by(world.alice))
        .await
        .unwrap();
    assert_eq!(
        kinds().await,
        [TimerKind::RenewalOpens, TimerKind::LifecycleEnd]
    );
    assert!(
        end(world.views.timers_of(account.0).await.unwrap()) > before,
        "replaced, not added"
    );
    let delete = AccountCommand::Delete {
        reason: "gone".into(),
        confirmed_name: "svc-a".into(),
    };
    world
        .account(account, delete, world.by(world.alice))
        .await
        .unwrap();
    assert_eq!(kinds().await, [TimerKind::OrderDeadline]);
    world
        .report(account, tenure_domain::order::Outcome::Removed)
        .await
        .unwrap();
    // An engine may have frozen over the order that made it.
    assert_eq!(kinds().await, [TimerKind::RemovalCheck]);
    let next = world.views.next_timer(TimerClock::System, start());
    let check = next.await.unwrap().unwrap();
    let after = world.views.next_timer(TimerClock::System, check);
    assert_eq!(after.await.unwrap(), None);
}

async fn due_timers_come_in_order_and_a_page_at_a_time(world: World) {
    world.keep();
    for index in 0..7 {
        world.provision(&format!("svc-{index}")).await;
        world
            .clock
            .advance(TimeDelta::days(i64::from(index % 3 == 0)));
    }
    world.level().await;
    let now = start() + TimeDelta::days(365);
    let all = world
        .views
        .due_timers(TimerClock::Business, now, 100)
        .await
        .unwrap();
    assert_eq!(all.len(), 14);
    assert!(all.is_sorted_by_key(|timer| (timer.due, timer.object)));
    let (mut paged, mut page) = (
        Vec::new(),
        world
            .views
            .due_timers(TimerClock::Business, now, 4)
            .await
            .unwrap(),
    );
    while let Some(last) = page.last().cloned() {
        paged.extend(page);
        page = world
            .views
            .due_timers_after(TimerClock::Business, now, &last, 4)
            .await
            .unwrap();
    }
    assert_eq!(paged, all);
}

fn opening(timer: &tenure_domain::timers::Timer) -> AccountCommand {
    match timer.command() {
        TimerCommand::Account(_, command) => command,
        TimerCommand::Request(..) | TimerCommand::Campaign(..) => {
            panic!("not a timer of an account")
        }
    }
}
