//! Loading: the cache, checked or not, and snapshots of long streams.

use crate::support::*;
use tenure_domain::group::Group;
use tenure_eventstore::{EventStore, new_id};

async fn long(store: &EventStore, members: usize) -> uuid::Uuid {
    let id = group(store).await;
    for _ in 0..members {
        run(store, add(id, new_id())).await;
    }
    id
}

async fn snapshots(store: &EventStore) -> i64 {
    number(store, "SELECT count(*) FROM snapshots").await
}

on_every_store! {
    async fn a_fresh_state_is_never_older_than_the_stream(backend: Backend) {
        let (here, there) = (backend.open().await, backend.open().await);
        let id = group(&here).await;
        run(&there, add(id, new_id())).await;
        assert_eq!(here.cached_state::<Group>(id).await.expect("state").version, 1);
        assert_eq!(here.state::<Group>(id).await.expect("state").version, 2);
        assert_eq!(here.cached_state::<Group>(id).await.expect("state").version, 2);
        assert_eq!(here.stream_version("group", id).await.expect("version"), 2);
    }

    async fn many_that_are_warmed_are_what_they_are_one_by_one(backend: Backend) {
        let (writer, reader) = (backend.open().await, backend.open().await);
        let (one, other, nobody) = (long(&writer, 3).await, long(&writer, 0).await, new_id());
        let known = reader.cached_state::<Group>(one).await.expect("state");
        run(&writer, add(one, new_id())).await;
        // More than go into one query; what is known already is not read again.
        let more: Vec<_> = std::iter::repeat_with(new_id).take(450).collect();
        let ids = [[one, other, nobody].as_slice(), &more].concat();
        reader.warm::<Group>(&ids).await.expect("warmed");
        assert_eq!(reader.cached_state::<Group>(one).await.expect("state").version, known.version);
        let expected = writer.state::<Group>(other).await.expect("state");
        // Only the cache can tell.
        tamper(&writer, "UPDATE events SET type = 'group.unreadable'").await;
        let warmed = reader.cached_state::<Group>(other).await.expect("state");
        assert_eq!((warmed.version, warmed.state), (1, expected.state));
        let nothing = reader.cached_state::<Group>(nobody).await.expect("state");
        assert_eq!((nothing.version, &*nothing.state), (0, &Group::default()));
        assert!(backend.open().await.warm::<Group>(&[other]).await.is_err());
    }

    async fn what_does_not_exist_has_version_0(backend: Backend) {
        let store = backend.open().await;
        let loaded = store.state::<Group>(new_id()).await.expect("state");
        assert_eq!((loaded.version, &*loaded.state), (0, &Group::default()));
        assert_eq!(store.stream_version("group", new_id()).await.expect("version"), 0);
        assert!(store.stream_version("nonsense", new_id()).await.is_err());
        assert!(store.read_stream("nonsense", new_id(), 0, 10).await.is_err());
    }

    async fn a_long_stream_is_loaded_from_its_sealed_snapshot(backend: Backend) {
        let store = backend.open().await;
        let id = long(&store, 505).await;
        eventually("a snapshot", || async { snapshots(&store).await == 1 }).await;
        let expected = store.state::<Group>(id).await.expect("state").state;
        // With the events that the snapshot covers made unreadable, only the snapshot can give this state.
        tamper(&store, "UPDATE events SET type = 'group.unreadable' WHERE version BETWEEN 2 AND 400").await;
        let loaded = backend.open().await.state::<Group>(id).await.expect("state");
        assert_eq!((loaded.version, loaded.state), (506, expected));
    }

    async fn a_snapshot_of_other_rules_is_ignored(backend: Backend) {
        let store = backend.open().await;
        let id = long(&store, 500).await;
        eventually("a snapshot", || async { snapshots(&store).await == 1 }).await;
        let expected = store.state::<Group>(id).await.expect("state").state;
        tamper(&store, "UPDATE snapshots SET shape = state").await;
        let other = backend.open().await;
        assert_eq!(other.state::<Group>(id).await.expect("state").state, expected);
        // Folded anew, it is kept under today's rules.
        assert_eq!(number(&other, "SELECT count(*) FROM snapshots WHERE shape = state").await, 0);
        // A damaged one is no better.
        tamper(&store, "UPDATE snapshots SET state = shape").await;
        assert_eq!(backend.open().await.state::<Group>(id).await.expect("state").state, expected);
    }
}
