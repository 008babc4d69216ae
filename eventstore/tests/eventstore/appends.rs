//! Positions, versions, conflicts, time.

use crate::support::*;
use chrono::TimeDelta;
use futures::future::join_all;
use std::{collections::HashMap, sync::Arc};
use tenure_domain::{group::Group, group::GroupRefusal};
use tenure_eventstore::{Clock, ExecuteError, SystemClock, VirtualClock, new_id};

on_every_store! {
    async fn positions_have_no_gap_and_versions_are_contiguous_under_concurrency_from_several_handles(backend: Backend) {
        let stores = [backend.open().await, backend.open().await, backend.open().await];
        let groups: Vec<_> = join_all((0..8).map(|_| group(&stores[0]))).await;
        let work = (0..240).map(|n| {
            let (store, group) = (stores[n % 3].clone(), groups[n % 8]);
            tokio::spawn(async move { run(&store, add(group, new_id())).await })
        });
        for done in join_all(work).await {
            assert!(!done.expect("task").repeated);
        }
        let events = stores[1].read(0, 1000).await.expect("read");
        let positions: Vec<u64> = events.iter().map(|event| event.position).collect();
        assert_eq!(positions, (1..=248).collect::<Vec<u64>>());
        let mut versions: HashMap<_, u64> = HashMap::new();
        for event in &events {
            let version = versions.entry(event.stream).or_default();
            *version += 1;
            assert_eq!(event.version, *version);
        }
        for store in stores {
            for group in &groups {
                assert_eq!(store.state::<Group>(*group).await.expect("state").state.members.len(), 30);
            }
            assert_eq!(store.verify(|_| ()).await.expect("verify").head.position, 248);
            store.close().await;
        }
    }

    async fn many_callers_of_one_aggregate_all_get_through(backend: Backend) {
        let store = backend.open().await;
        let id = group(&store).await;
        let done = join_all((0..60).map(|_| store.execute(add(id, new_id())))).await;
        let mut versions: Vec<u64> = done.into_iter().map(|done| done.expect("executed").version).collect();
        versions.sort_unstable();
        assert_eq!(versions, (2..=61).collect::<Vec<u64>>());
    }

    async fn a_command_decided_on_an_outdated_state_is_decided_again(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let (id, user) = (group(&here).await, new_id());
        run(&there, add(id, user)).await;
        // This handle's cache knows nothing of the member.
        let executed = run(&here, add(id, new_id())).await;
        assert_eq!(executed.version, 3);
        assert_eq!(executed.state.members.len(), 2);
    }

    async fn a_refusal_from_a_cached_state_is_final_only_after_the_stream_was_read_again(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let id = new_id();
        assert!(matches!(
            here.execute(add(id, new_id())).await,
            Err(ExecuteError::Refused(GroupRefusal::Unknown))
        ));
        let (id, user) = (group(&here).await, new_id());
        run(&there, add(id, user)).await;
        // From the cached state there would be nothing to do.
        assert_eq!(run(&here, remove(id, user)).await.events.len(), 1);
        // And the other way round: a refusal there is, since the group exists under this name here only.
        run(&there, rename(id, "first")).await;
        let again = run(&here, command(id, tenure_domain::group::GroupCommand::Create { name: "first".to_owned() })).await;
        assert!(again.events.is_empty());
    }

    async fn a_command_with_nothing_to_do_answers_with_the_head(backend: Backend) {
        let store = backend.open().await;
        let (id, user) = (group(&store).await, new_id());
        run(&store, add(id, user)).await;
        let last = run(&store, create(new_id(), "another")).await.position;
        let nothing = run(&store, add(id, user)).await;
        assert!(nothing.events.is_empty());
        assert_eq!((nothing.position, nothing.version), (last, 2));
    }

    async fn recorded_at_never_decreases_and_tells_positions(backend: Backend) {
        let start = SystemClock.now();
        let clock = Arc::new(VirtualClock::new(start));
        let store = backend.open_virtual(&clock).await;
        let id = group(&store).await;
        clock.advance(TimeDelta::days(1));
        run(&store, add(id, new_id())).await;
        let mut late = add(id, new_id());
        late.now = Some(start - TimeDelta::days(30));
        run(&store, late).await;
        clock.advance(TimeDelta::days(1));
        run(&store, add(id, new_id())).await;

        let times: Vec<_> = store.read(0, 10).await.expect("read").iter().map(|event| event.recorded_at).collect();
        assert_eq!(
            times,
            [start, start + TimeDelta::days(1), start + TimeDelta::days(1), start + TimeDelta::days(2)]
        );
        for (instant, position) in [
            (start - TimeDelta::seconds(1), 0),
            (start, 1),
            (start + TimeDelta::hours(23), 1),
            (start + TimeDelta::hours(25), 3),
            (start + TimeDelta::days(99), 4),
        ] {
            assert_eq!(store.position_at(instant).await.expect("position"), position);
        }
    }

    async fn a_time_that_differs_from_the_databases_is_refused_unless_the_clock_is_virtual(backend: Backend) {
        let store = backend.open().await;
        let id = new_id();
        let mut wrong = create(id, "late");
        wrong.now = Some(SystemClock.now() - TimeDelta::seconds(60));
        assert!(matches!(store.execute(wrong.clone()).await, Err(ExecuteError::ClockSkew)));
        assert_eq!(store.head().await.expect("head").position, 0);
        let clock = Arc::new(VirtualClock::new(SystemClock.now()));
        backend.open_virtual(&clock).await.execute(wrong).await.expect("executed");
    }

    async fn a_history_replaced_by_an_older_one_under_a_running_store_gets_no_gap_in_a_stream(backend: Backend) {
        let store = backend.open().await;
        let (id, before) = (group(&store).await, new_id());
        run(&store, add(id, before)).await;
        run(&store, add(id, new_id())).await;
        // As a restored backup leaves it, while the store remembers the group's third version as its own.
        tamper(&store, "DELETE FROM events WHERE position > 2").await;
        tamper(&store, "UPDATE log_head SET position = 2, hash = (SELECT hash FROM events WHERE position = 2)").await;
        assert_eq!(run(&store, rename(id, "renamed")).await.version, 3);
        let versions: Vec<u64> = store.read_stream("group", id, 0, 10).await.expect("stream").iter().map(|event| event.version).collect();
        assert_eq!(versions, [1, 2, 3]);
        assert_eq!(run(&store, add(id, new_id())).await.state.members.len(), 2);
        store.verify(|_| ()).await.expect("verify");
    }

    async fn a_batch_in_which_one_command_conflicts_appends_the_others(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let groups = join_all((0..20).map(|_| group(&here))).await;
        // Of these, this handle remembers versions that are gone; one name is taken, and one command is known.
        join_all(groups.iter().take(5).map(|id| run(&there, add(*id, new_id())))).await;
        run(&there, create(new_id(), "taken")).await;
        let mut known = add(groups[19], new_id());
        known.key = Some(tenure_eventstore::CommandKey { id: new_id(), body: [1; 32] });
        run(&there, known.clone()).await;
        let adds = join_all(groups.iter().map(|id| here.execute(add(*id, new_id()))));
        let others = async { tokio::join!(here.execute(create(new_id(), "taken")), here.execute(known)) };
        let (added, (taken, repeated)) = tokio::join!(adds, others);
        for done in added {
            done.expect("added");
        }
        assert!(matches!(taken, Err(ExecuteError::NameTaken { .. })));
        assert!(repeated.expect("repeated").repeated);
        for (at, id) in groups.iter().enumerate() {
            let expected = if at < 5 || at == 19 { 3 } else { 2 };
            assert_eq!(here.state::<Group>(*id).await.expect("state").version, expected);
        }
        here.verify(|_| ()).await.expect("verify");
    }

    async fn a_new_epoch_is_counted_and_changes_no_history(backend: Backend) {
        let store = backend.open().await;
        let other = backend.open().await;
        let id = group(&store).await;
        assert_eq!(store.head().await.expect("head").epoch, 1);
        assert_eq!(other.epoch_new("restored from the backup of yesterday").await.expect("epoch"), 2);
        run(&store, add(id, new_id())).await;
        let head = store.head().await.expect("head");
        assert_eq!((head.epoch, head.position), (2, 2));
        store.verify(|_| ()).await.expect("verify");
    }

    async fn the_head_is_watched_across_handles(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let mut watch = there.head_watch();
        for expected in 1..=3 {
            group(&here).await;
            let seen = tokio::time::timeout(std::time::Duration::from_secs(10), watch.wait_for(|head| *head >= expected));
            assert_eq!(*seen.await.expect("in time").expect("open"), expected);
        }
    }

    async fn a_closed_store_turns_commands_away_and_keeps_what_was_appended(backend: Backend) {
        let store = backend.open().await;
        let other = store.clone();
        let id = group(&store).await;
        store.close().await;
        assert!(matches!(other.execute(add(id, new_id())).await, Err(ExecuteError::Store(_))));
        assert_eq!(backend.open().await.state::<Group>(id).await.expect("state").version, 1);
    }
}

#[tokio::test]
async fn a_store_in_memory_works_without_files() {
    let backend = Backend {
        url: "sqlite::memory:".to_owned(),
        keys: tenure_eventstore::InstanceKeys::generate(),
    };
    let store = backend.open().await;
    group(&store).await;
    assert_eq!(store.read(0, 10).await.expect("read").len(), 1);
    assert!(store.now() <= SystemClock.now());
}

#[tokio::test]
async fn an_address_of_no_known_database_is_refused() {
    let backend = Backend {
        url: "mysql://x".to_owned(),
        keys: tenure_eventstore::InstanceKeys::generate(),
    };
    let refused =
        tenure_eventstore::EventStore::open(backend.config(Arc::new(SystemClock), false)).await;
    assert!(matches!(
        refused,
        Err(tenure_eventstore::StoreError::Address(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_lost_while_appending_loses_nothing_and_doubles_nothing() {
    on_postgres(|backend| async move {
        let (store, other) = (backend.open().await, backend.open().await);
        let groups: Vec<_> = join_all((0..10).map(|_| group(&store))).await;
        let work = (0..300).map(|n| {
            let (store, group) = (store.clone(), groups[n % 10]);
            tokio::spawn(async move { run(&store, add(group, new_id())).await })
        });
        let work: Vec<_> = work.collect();
        let mut lost = 0;
        while !work.iter().all(tokio::task::JoinHandle::is_finished) {
            lost += number(
                &other,
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                 WHERE datname = current_database() AND query ~ '^SELECT (\\* FROM )?append_'",
            )
            .await;
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
        }
        assert!(lost > 0, "no session was lost");
        for done in join_all(work).await {
            assert!(!done.expect("task").repeated);
        }
        let mut members = 0;
        for group in groups {
            members += other
                .state::<Group>(group)
                .await
                .expect("state")
                .state
                .members
                .len();
        }
        assert_eq!(members, 300);
        assert_eq!(
            other.verify(|_| ()).await.expect("verify").head.position,
            310
        );
    })
    .await;
}
