//! Facts from other aggregates hold when what was decided on them is appended.

use crate::support::*;
use futures::future::join_all;
use tenure_domain::group::Group;
use tenure_eventstore::{ExecuteError, Execution, FactVersion, new_id};

fn given(mut execution: Execution<Group>, fact: uuid::Uuid, version: u64) -> Execution<Group> {
    execution.fact_versions = vec![FactVersion {
        kind: "group",
        id: fact,
        version,
    }];
    execution
}

on_every_store! {
    async fn an_append_on_a_fact_that_changed_is_refused_and_the_fact_is_read_anew(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let (id, fact) = (group(&here).await, group(&here).await);
        run(&here, given(add(id, new_id()), fact, 1)).await;
        run(&there, add(fact, new_id())).await;
        let cached = here.cached_state::<Group>(fact).await.expect("state");
        assert_eq!(cached.version, 1, "the cache may lag");
        match here.execute(given(add(id, new_id()), fact, cached.version)).await {
            Err(ExecuteError::FactChanged { kind, id }) => assert_eq!((kind, id), ("group", fact)),
            other => panic!("{other:?}"),
        }
        let again = here.cached_state::<Group>(fact).await.expect("state");
        assert_eq!(again.version, 2);
        run(&here, given(add(id, new_id()), fact, 2)).await;
    }

    async fn a_refusal_on_a_fact_that_changed_is_not_final(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let fact = group(&here).await;
        run(&there, add(fact, new_id())).await;
        let refused = here.execute(given(add(new_id(), new_id()), fact, 1)).await;
        assert!(matches!(refused, Err(ExecuteError::FactChanged { .. })));
    }

    async fn a_stream_that_must_not_exist_is_a_fact_too(backend: Backend) {
        let store = backend.open().await;
        let (id, fact) = (group(&store).await, new_id());
        run(&store, given(add(id, new_id()), fact, 0)).await;
        run(&store, create(fact, "now it does")).await;
        assert!(matches!(
            store.execute(given(add(id, new_id()), fact, 0)).await,
            Err(ExecuteError::FactChanged { .. })
        ));
    }

    async fn facts_and_changes_of_them_at_once_are_decided_in_one_order(backend: Backend) {
        let store = backend.open().await;
        let (id, fact) = (group(&store).await, group(&store).await);
        let changed = store.execute(rename(fact, "changed"));
        let relying = (0..10).map(|_| store.execute(given(add(id, new_id()), fact, 1)));
        let (changed, relying) = tokio::join!(changed, join_all(relying));
        let changed_at = changed.expect("changed").position;
        for outcome in relying {
            match outcome {
                Ok(done) => assert!(done.position < changed_at, "decided on what was over"),
                Err(ExecuteError::FactChanged { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
    }
}
