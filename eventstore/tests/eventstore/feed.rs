//! The feed: everything, in order, without a gap, as soon as it is committed and not before.

use crate::support::*;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};
use tenure_domain::{Event, group::GroupEvent};
use tenure_eventstore::{Cause, Database, EventStore, Upcasters, new_id};

/// Reads on and on, and fails on the first gap.
async fn follow(store: EventStore, stop: Arc<AtomicBool>) -> u64 {
    let mut at = 0;
    loop {
        let stopping = stop.load(Ordering::SeqCst);
        let page = store.read(at, 600).await.expect("read");
        for event in &page {
            at += 1;
            assert_eq!(event.position, at);
        }
        if stopping && page.is_empty() {
            return at;
        }
        tokio::task::yield_now().await;
    }
}

/// None if `future` is not done after `steps` polls; it is dropped then.
async fn cut_short<T>(steps: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    let mut polls = 0;
    std::future::poll_fn(|context| {
        polls += 1;
        match future.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending if polls < steps => Poll::Pending,
            Poll::Pending => Poll::Ready(None),
        }
    })
    .await
}

on_every_store! {
    async fn a_reader_never_passes_over_an_append_that_is_still_open(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        let id = group(&stores[0]).await;
        let stop = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(follow(stores[1].clone(), stop.clone()));
        // An append that has its position but is not committed, as another gateway's would be.
        let open = OpenAppend::begin(&stores[0]).await;
        let waiting: Vec<_> = (0..20)
            .map(|n| {
                let store = stores[n % 2].clone();
                tokio::spawn(async move { run(&store, add(id, new_id())).await })
            })
            .collect();
        // Nobody overtakes it: reading goes on meanwhile and sees only what is committed.
        for _ in 0..20 {
            assert!(stores[1].read(0, 600).await.expect("read").len() == 1);
        }
        open.abandon().await;
        for done in waiting {
            done.await.expect("appended");
        }
        stop.store(true, Ordering::SeqCst);
        assert_eq!(reader.await.expect("no gap"), 21);
    }

    async fn a_reading_that_is_cancelled_anywhere_leaves_the_others_whole(backend: Backend) {
        let store = backend.open().await;
        futures::future::join_all((0..700).map(|_| store.execute(create(new_id(), &new_id().to_string())))).await;
        for patience in (0..40).map(|n| std::time::Duration::from_micros(n * 150)) {
            let _ = tokio::time::timeout(patience, store.read(0, 700)).await;
            assert_eq!(store.read(0, 700).await.expect("read").len(), 700);
            assert_eq!(store.read_sealed(699, 1).await.expect("read").len(), 1);
        }
    }

    async fn the_newest_events_are_the_same_from_memory_as_from_the_database(backend: Backend) {
        let stores = [backend.open().await, backend.open().await];
        // Memory keeps them for those who follow.
        let _following = stores[0].reading();
        let id = group(&stores[0]).await;
        let mut first = add(id, new_id());
        first.key = key(new_id(), 1);
        first.cause.client_address = Some("192.0.2.7".to_owned());
        run(&stores[0], first).await;
        run(&stores[0], add(id, new_id())).await;
        // A page may end where memory ends; the next one goes on.
        let same = async |after| {
            let (newer, all) = (stores[0].newer(after, 9).await, stores[0].read(after, 9).await);
            let (newer, all) = (newer.expect("read"), all.expect("read"));
            let newer: Vec<_> = newer.iter().map(|event| (**event).clone()).collect();
            assert!(all.starts_with(&newer) && newer.is_empty() == all.is_empty());
            let (newer, all) = (stores[0].newer_sealed(after, 9).await, stores[0].read_sealed(after, 9).await);
            let (newer, all) = (newer.expect("read"), all.expect("read"));
            assert!(all.starts_with(&newer) && newer.is_empty() == all.is_empty());
        };
        for after in 0..4 {
            same(after).await;
        }
        // Another gateway's event comes in between.
        run(&stores[1], add(id, new_id())).await;
        same(2).await;
        run(&stores[0], add(id, new_id())).await;
        for after in 0..6 {
            same(after).await;
        }
    }

    async fn pages_of_every_size_give_the_same_events(backend: Backend) {
        let store = backend.open().await;
        let id = group(&store).await;
        let mut first = add(id, new_id());
        first.key = key(new_id(), 1);
        first.cause = Cause {
            causation: Some(new_id()),
            client_address: Some("192.0.2.7".to_owned()),
            trace: Some("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
            ..Cause::default()
        };
        run(&store, first.clone()).await;
        futures::future::join_all((0..1200).map(|_| store.execute(create(new_id(), &new_id().to_string())))).await;
        let all = store.read(0, 5000).await.expect("read");
        assert_eq!(all.len(), 1202);
        assert_eq!(all[1].client_address.as_deref(), Some("192.0.2.7"));
        assert_eq!(all[1].trace, first.cause.trace);
        assert_eq!(all[1].causation, first.cause.causation);
        assert_eq!(all[1].correlation, first.cause.correlation);
        assert_eq!(all[1].command, first.key.map(|key| key.id));
        assert_eq!(all[1].actor, system());
        let mut small = Vec::new();
        while let Some(last) = small.last().map_or(Some(0), |event: &tenure_eventstore::StoredEvent| (event.position < 1202).then_some(event.position)) {
            small.extend(store.read(last, 100).await.expect("read"));
        }
        assert_eq!(small, all);
        for size in [100, 700, 5000] {
            let mut pages = store.read_pages(0, 1202, size);
            let mut paged = Vec::new();
            while let Some(page) = pages.next().await {
                paged.extend(page.expect("page"));
            }
            assert_eq!(paged, all);
        }
        let mut pages = store.read_pages(1000, u64::MAX >> 1, 600);
        let mut rest = 0;
        while let Some(page) = pages.next().await {
            rest += page.expect("page").len();
        }
        assert_eq!(rest, 202);
        assert_eq!(store.read_stream("group", id, 1, 10).await.expect("stream"), all[1..2]);
    }

    async fn waiting_for_a_page_may_be_cancelled_and_pages_dropped_half_read(backend: Backend) {
        let store = backend.open().await;
        futures::future::join_all((0..700).map(|_| store.execute(create(new_id(), &new_id().to_string())))).await;
        // Cut short after every so many steps, from connecting to the last message.
        for steps in 1..12 {
            let mut pages = store.read_pages(0, 700, 300);
            let mut positions = Vec::new();
            loop {
                match cut_short(steps, pages.next()).await {
                    Some(Some(page)) => positions.extend(page.expect("page").iter().map(|event| event.position)),
                    Some(None) => break,
                    None => tokio::task::yield_now().await,
                }
            }
            assert_eq!(positions, (1..=700).collect::<Vec<_>>());
        }
        for _ in 0..40 {
            let mut pages = store.read_pages(0, 700, 10);
            assert_eq!(pages.next().await.expect("page").expect("page").len(), 10);
        }
        assert_eq!(store.read(0, 700).await.expect("read").len(), 700);
    }

    async fn the_client_address_is_sealed_in_the_table(backend: Backend) {
        let store = backend.open().await;
        let mut execution = create(new_id(), "x");
        execution.cause.client_address = Some("192.0.2.7".to_owned());
        run(&store, execution).await;
        let sealed = store.read_sealed(0, 1).await.expect("read").remove(0);
        let stored = sealed.client_address.expect("address");
        assert!(!stored.windows(5).any(|window| window == b"192.0"));
    }

    async fn events_of_an_old_schema_are_upcast_on_every_read_path(backend: Backend) {
        let store = backend.open().await;
        let id = group(&store).await;
        run(&store, rename(id, "old")).await;
        let upcasting = backend
            .open_upcasting(Upcasters::default().with("group", "group.renamed", 1, |mut value| {
                value["name"] = format!("{} made new", value["name"].as_str().unwrap_or_default()).into();
                value
            }))
            .await;
        let named = |event: &Event| match event {
            Event::Group(GroupEvent::Renamed(renamed)) => renamed.name.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(named(&upcasting.read(1, 10).await.expect("read")[0].event), "old made new");
        assert_eq!(named(&upcasting.read(1, 1000).await.expect("copied")[0].event), "old made new");
        assert_eq!(named(&upcasting.read_stream("group", id, 1, 10).await.expect("stream")[0].event), "old made new");
        let mut pages = upcasting.read_pages(1, 2, 1000);
        assert_eq!(named(&pages.next().await.expect("page").expect("page")[0].event), "old made new");
        let state = upcasting.state::<tenure_domain::group::Group>(id).await.expect("state").state;
        assert_eq!(state.name.as_deref(), Some("old made new"));
        // Stored bytes stay as they are.
        upcasting.verify(|_| ()).await.expect("verify");
    }

    async fn an_event_that_cannot_be_read_is_told_with_its_position(backend: Backend) {
        let store = backend.open().await;
        let id = group(&store).await;
        run(&store, rename(id, "x")).await;
        tamper(&store, "UPDATE events SET type = 'group.unheard-of' WHERE position = 2").await;
        for limit in [10, 1000] {
            match store.read(0, limit).await {
                Err(tenure_eventstore::StoreError::Unreadable { position, .. }) => assert_eq!(position, 2),
                other => panic!("{other:?}"),
            }
        }
    }
}

/// A transaction of somebody else that holds the log's lock and has written the next position.
enum OpenAppend {
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
}

const COPY_OF_THE_FIRST: &str = "INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, \
    schema, type, actor, hash, payload) SELECT 2, recorded_at, id, correlation, correlation, 1, kind, schema, type, \
    actor, hash, payload FROM events WHERE position = 1";

impl OpenAppend {
    async fn begin(store: &EventStore) -> Self {
        match store.database() {
            Database::Postgres(pool) => {
                let mut transaction = pool.begin().await.expect("begin");
                sqlx::query("SELECT 1 FROM log_head FOR UPDATE")
                    .execute(&mut *transaction)
                    .await
                    .expect("lock");
                sqlx::query(COPY_OF_THE_FIRST)
                    .execute(&mut *transaction)
                    .await
                    .expect("insert");
                Self::Postgres(transaction)
            }
            Database::Sqlite { writer, .. } => {
                let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await.expect("begin");
                sqlx::query(COPY_OF_THE_FIRST)
                    .execute(&mut *transaction)
                    .await
                    .expect("insert");
                Self::Sqlite(transaction)
            }
        }
    }

    async fn abandon(self) {
        match self {
            Self::Postgres(transaction) => transaction.rollback().await.expect("rollback"),
            Self::Sqlite(transaction) => transaction.rollback().await.expect("rollback"),
        }
    }
}
