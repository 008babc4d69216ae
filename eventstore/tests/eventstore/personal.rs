//! People's data: sealed where it is stored, open in the feed, gone when its person was forgotten.

use crate::support::*;
use tenure_domain::{
    Event, Personal, UserId,
    user::{User, UserCommand, UserEvent, UserRefusal},
};
use tenure_eventstore::{CommandKey, EventStore, ExecuteError, Executed, Execution, new_id};
use uuid::Uuid;

async fn register(
    store: &EventStore,
    id: Uuid,
    email: &str,
) -> Result<Executed<User>, ExecuteError<UserRefusal>> {
    let mut execution = Execution::new(
        id,
        UserCommand::Register(person("Ada Lovelace", email)),
        Default::default(),
        system(),
    );
    execution.key = Some(CommandKey { id, body: [0; 32] });
    store.execute(execution).await
}

async fn personal(store: &EventStore, position: u64) -> Personal {
    match store
        .read(position - 1, 1)
        .await
        .expect("read")
        .remove(0)
        .event
    {
        Event::User(UserEvent::Registered(registered)) => registered.personal,
        other => panic!("{other:?}"),
    }
}

on_every_store! {
    async fn personal_data_is_sealed_in_the_table_and_open_everywhere_else(backend: Backend) {
        let store = backend.open().await;
        let id = new_id();
        let executed = register(&store, id, "ada@example.org").await.expect("registered");
        let clear = Personal::Clear(person("Ada Lovelace", "ada@example.org"));
        assert_eq!(executed.state.personal.as_ref(), Some(&clear));
        let sealed = store.read_sealed(0, 1).await.expect("read").remove(0);
        let payload = String::from_utf8(sealed.payload).expect("text");
        assert!(payload.contains("sealed") && !payload.contains("Ada") && !payload.contains("ada@"), "{payload}");
        for store in [store, backend.open().await] {
            assert_eq!(personal(&store, 1).await, clear);
            assert_eq!(store.state::<User>(id).await.expect("state").state.personal.as_ref(), Some(&clear));
            let again = register(&store, id, "ada@example.org").await.expect("repeat");
            assert!(again.repeated);
            assert_eq!(again.events, executed.events);
        }
    }

    async fn a_forgotten_persons_data_is_gone_and_the_history_still_verifies(backend: Backend) {
        let (store, other) = (backend.open().await, backend.open().await);
        let (ada, bob) = (new_id(), new_id());
        register(&store, ada, "ada@example.org").await.expect("registered");
        register(&store, bob, "bob@example.org").await.expect("registered");
        assert!(matches!(personal(&other, 1).await, Personal::Clear(_)));
        store.forget_user(UserId(ada)).await.expect("forgotten");
        assert_eq!(personal(&store, 1).await, Personal::Forgotten);
        assert!(matches!(personal(&store, 2).await, Personal::Clear(_)));
        let state = store.state::<User>(ada).await.expect("state").state;
        assert_eq!(state.personal, Some(Personal::Forgotten));
        // A new handle never had the key; nor does writing for that person make a new one.
        let new = backend.open().await;
        assert_eq!(personal(&new, 1).await, Personal::Forgotten);
        let change = UserCommand::ChangePersonalData(person("Ada", "new@example.org"));
        new.execute(Execution::<User>::new(ada, change, Default::default(), system())).await.expect("changed");
        let payload = new.read_sealed(2, 1).await.expect("read").remove(0).payload;
        assert!(String::from_utf8(payload).expect("text").contains("forgotten"));
        store.verify(|_| ()).await.expect("verify");
        // The address is free for another.
        register(&store, new_id(), "ada@example.org").await.expect("registered");
    }

    async fn sealed_data_moved_to_another_person_does_not_open(backend: Backend) {
        let store = backend.open().await;
        register(&store, new_id(), "ada@example.org").await.expect("registered");
        register(&store, new_id(), "bob@example.org").await.expect("registered");
        tamper(&store, "UPDATE events SET payload = (SELECT payload FROM events WHERE position = 2) WHERE position = 1").await;
        assert!(store.read(0, 2).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_gateway_hears_that_a_person_was_forgotten() {
    on_postgres(|backend| async move {
        let (store, other) = (backend.open().await, backend.open().await);
        let id = new_id();
        register(&store, id, "ada@example.org")
            .await
            .expect("registered");
        assert!(matches!(personal(&other, 1).await, Personal::Clear(_)));
        // Listening begins after opening: until then the word would be lost, and only time would tell.
        eventually("both handles listen", || async {
            number(
                &store,
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tenure-listener' \
                            AND query LIKE 'LISTEN%' AND datname = current_database()",
            )
            .await
                == 2
        })
        .await;
        store.forget_user(UserId(id)).await.expect("forgotten");
        eventually("the other handle forgets", || async {
            personal(&other, 1).await == Personal::Forgotten
        })
        .await;
    })
    .await;
}
