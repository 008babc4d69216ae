//! A command id is applied at most once; a retry of an accepted one returns its outcome.

use crate::support::*;
use futures::future::join_all;
use tenure_domain::group::{Group, GroupRefusal};
use tenure_eventstore::{ExecuteError, Execution, new_id};

fn keyed(mut execution: Execution<Group>, id: uuid::Uuid, body: u8) -> Execution<Group> {
    execution.key = key(id, body);
    execution
}

on_every_store! {
    async fn a_repeated_command_returns_its_outcome_and_changes_nothing(backend: Backend) {
        let store = backend.open().await;
        let (id, command_id) = (new_id(), new_id());
        let first = run(&store, keyed(create(id, "auditors"), command_id, 1)).await;
        run(&store, rename(id, "controllers")).await;
        for store in [store.clone(), backend.open().await] {
            // By now the rules would refuse it.
            let again = run(&store, keyed(create(id, "auditors"), command_id, 1)).await;
            assert!(again.repeated);
            assert_eq!((again.position, &again.events), (first.position, &first.events));
            assert_eq!(again.version, 2);
            assert_eq!(again.state.name.as_deref(), Some("controllers"));
        }
        assert_eq!(store.head().await.expect("head").position, 2);
    }

    async fn a_command_that_would_still_be_accepted_is_not_applied_twice(backend: Backend) {
        let store = backend.open().await;
        let (id, command_id) = (group(&store).await, new_id());
        run(&store, keyed(rename(id, "one"), command_id, 1)).await;
        run(&store, rename(id, "two")).await;
        let again = run(&store, keyed(rename(id, "one"), command_id, 1)).await;
        assert!(again.repeated);
        assert_eq!(again.state.name.as_deref(), Some("two"));
        assert_eq!(again.position, 2);
    }

    async fn the_same_key_with_another_body_is_refused(backend: Backend) {
        let store = backend.open().await;
        let (id, command_id) = (group(&store).await, new_id());
        run(&store, keyed(rename(id, "one"), command_id, 1)).await;
        assert!(matches!(store.execute(keyed(rename(id, "two"), command_id, 2)).await, Err(ExecuteError::KeyReused)));
        assert!(matches!(store.execute(keyed(rename(id, "one"), command_id, 2)).await, Err(ExecuteError::KeyReused)));
        assert_eq!(store.head().await.expect("head").position, 2);
    }

    async fn of_concurrent_commands_with_one_key_one_is_carried_out(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        let (id, command_id, user) = (group(&stores[0]).await, new_id(), new_id());
        let all = (0..20).map(|n| stores[n % 2].execute(keyed(add(id, user), command_id, 7)));
        let outcomes: Vec<_> = join_all(all).await.into_iter().map(|outcome| outcome.expect("executed")).collect();
        assert_eq!(outcomes.iter().filter(|outcome| !outcome.repeated).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.position == 2 && outcome.events.len() == 1));
        assert_eq!(stores[0].head().await.expect("head").position, 2);
    }

    async fn a_refusal_is_not_recorded(backend: Backend) {
        let store = backend.open().await;
        let (id, command_id) = (new_id(), new_id());
        let refused = store.execute(keyed(rename(id, "early"), command_id, 1)).await;
        assert!(matches!(refused, Err(ExecuteError::Refused(GroupRefusal::Unknown))));
        run(&store, create(id, "now")).await;
        assert!(!run(&store, keyed(rename(id, "early"), command_id, 1)).await.repeated);
    }
}
