//! Marks of timers that are gone do not pile up; those of timers that still stand are kept.

use crate::accounts::story;
use chrono::TimeDelta;
use std::time::Duration;
use tenure_workflow::prune_timer_marks;

#[tokio::test]
async fn marks_of_timers_that_are_gone_are_pruned() {
    let s = story().await;
    let instance = &s.world.instance;
    let head = s.world.head().await;
    instance
        .views
        .wait_for(head, Duration::from_secs(5))
        .await
        .unwrap();
    let standing = instance.views.timers_of(s.account.0).await.unwrap()[0].id();
    let gone = format!("{}:reminder:1", s.account);
    let parked = "reaction:parked".to_owned();
    let marks = [&standing, &gone, &parked].map(|timer| (timer.clone(), "fired".to_owned()));
    let tables = instance.store.state_tables();
    tables.mark_handled(&marks).await.unwrap();
    assert_eq!(
        prune_timer_marks(instance).await.unwrap(),
        0,
        "fresh ones are left alone"
    );
    s.world.later(TimeDelta::hours(2));
    assert_eq!(prune_timer_marks(instance).await.unwrap(), 1);
    let left = tables
        .handled_among(&[standing.clone(), gone, parked.clone()])
        .await
        .unwrap();
    assert_eq!(left.len(), 2);
    assert!(left.contains(&standing) && left.contains(&parked));
}
