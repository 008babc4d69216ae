//! Names that must be unique: claimed and freed in the transaction of the event that does so.

use crate::support::*;
use futures::future::join_all;
use tenure_domain::{
    group::Group,
    user::{User, UserCommand},
};
use tenure_eventstore::{ExecuteError, Execution, new_id};

fn register(id: uuid::Uuid, email: &str) -> Execution<User> {
    Execution::new(
        id,
        UserCommand::Register(person("Ada", email)),
        Default::default(),
        system(),
    )
}

fn change(id: uuid::Uuid, email: &str) -> Execution<User> {
    Execution::new(
        id,
        UserCommand::ChangePersonalData(person("Ada", email)),
        Default::default(),
        system(),
    )
}

fn taken(
    outcome: Result<
        tenure_eventstore::Executed<Group>,
        ExecuteError<tenure_domain::group::GroupRefusal>,
    >,
) -> bool {
    matches!(outcome, Err(ExecuteError::NameTaken { .. }))
}

on_every_store! {
    async fn a_name_is_held_by_one_and_free_again_when_given_up(backend: Backend) {
        let store = backend.open().await;
        let (first, second) = (new_id(), new_id());
        run(&store, create(first, "auditors")).await;
        match store.execute(create(second, "auditors")).await {
            Err(ExecuteError::NameTaken { scope, key }) => {
                assert_eq!((scope.as_str(), key.as_str()), ("name:group", "auditors"));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(store.head().await.expect("head").position, 1);
        run(&store, rename(first, "controllers")).await;
        run(&store, create(second, "auditors")).await;
        assert!(taken(store.execute(rename(first, "auditors")).await));
        // What it holds already it may claim again.
        run(&store, rename(second, "Auditors")).await;
    }

    async fn of_many_who_claim_a_name_at_once_one_gets_it(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        for round in 0..5 {
            let name = format!("wanted {round}");
            let claims = (0..12).map(|n| stores[n % 2].execute(create(new_id(), &name)));
            let outcomes = join_all(claims).await;
            assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
            assert!(outcomes.into_iter().all(|outcome| outcome.is_ok() || taken(outcome)));
        }
        assert_eq!(number(&stores[0], "SELECT count(*) FROM reservations").await, 5);
    }

    async fn a_name_passes_from_hand_to_hand_within_a_batch(backend: Backend) {
        let store = backend.open().await;
        let groups: Vec<_> = join_all((0..10).map(|_| group(&store))).await;
        // All at once: each claims what another may be giving up. Whatever the order, nobody shares a name.
        for round in 0..6 {
            let renames = groups.iter().enumerate().map(|(n, id)| store.execute(rename(*id, &format!("seat {}", (n + round) % 10))));
            for outcome in join_all(renames).await {
                assert!(outcome.is_ok() || taken(outcome));
            }
            let mut names = Vec::new();
            for id in &groups {
                names.push(store.state::<Group>(*id).await.expect("state").state.name.clone());
            }
            names.sort();
            names.dedup();
            assert_eq!(names.len(), 10);
        }
        assert_eq!(number(&store, "SELECT count(*) FROM reservations").await, 10);
    }

    async fn an_address_is_unique_without_being_stored_in_clear(backend: Backend) {
        let store = backend.open().await;
        let (ada, bob) = (new_id(), new_id());
        store.execute(register(ada, "ada@example.org")).await.expect("registered");
        assert!(matches!(
            store.execute(register(bob, "Ada@Example.org")).await,
            Err(ExecuteError::NameTaken { .. })
        ));
        let clear = "SELECT count(*) FROM reservations WHERE key = CAST('ada@example.org' AS blob)";
        let clear = if matches!(store.database(), tenure_eventstore::Database::Postgres(_)) {
            "SELECT count(*) FROM reservations WHERE key = 'ada@example.org'::bytea"
        } else {
            clear
        };
        assert_eq!(number(&store, clear).await, 0);
        store.execute(change(ada, "lovelace@example.org")).await.expect("changed");
        store.execute(register(bob, "ada@example.org")).await.expect("free again");
    }
}
