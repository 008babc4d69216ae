//! Any flipped byte, deletion, reordering or truncation fails verification, at the right place.

use crate::support::*;
use serde_json::Value;
use tenure_eventstore::{
    Cause, ChainCheckpoint, Database, EventStore, Verification, VerifyError,
    chain::{self, Content},
    new_id,
};
use uuid::Uuid;

/// Six events, the third with every column filled.
pub(crate) async fn history(backend: &Backend) -> EventStore {
    let store = backend.open().await;
    let id = group(&store).await;
    run(&store, add(id, new_id())).await;
    let mut full = add(id, new_id());
    full.key = key(new_id(), 1);
    full.cause = Cause {
        causation: Some(new_id()),
        client_address: Some("192.0.2.7".to_owned()),
        trace: Some("trace".to_owned()),
        ..Cause::default()
    };
    run(&store, full).await;
    for _ in 0..3 {
        run(&store, add(id, new_id())).await;
    }
    assert_eq!(store.verify(|_| ()).await.expect("verify").head.position, 6);
    store
}

async fn altered_at(store: &EventStore) -> u64 {
    match store.verify(|_| ()).await {
        Err(
            VerifyError::Altered { position, .. } | VerifyError::Truncated { end: position, .. },
        ) => position,
        other => panic!("{other:?}"),
    }
}

/// SQL for "this column with something changed", on either database.
fn alterations(store: &EventStore) -> Vec<(&'static str, &'static str)> {
    let mut alterations = vec![
        ("recorded_at", "recorded_at + 1"),
        ("version", "version + 100"),
        ("kind", "4"),
        ("schema", "schema + 1"),
        ("command_events", "2"),
        ("type", "'group.member-removed'"),
        ("actor", "'system:tesu'"),
        ("trace", "NULL"),
        ("causation", "NULL"),
        ("command", "NULL"),
        ("client_address", "NULL"),
        ("command_body", "NULL"),
    ];
    let (id, bytes) = match store.database() {
        Database::Postgres(_) => (
            "gen_random_uuid()",
            [
                "set_byte(payload, 3, get_byte(payload, 3) # 1)",
                "set_byte(hash, 3, get_byte(hash, 3) # 1)",
                "set_byte(client_address, 3, get_byte(client_address, 3) # 1)",
                "set_byte(command_body, 3, get_byte(command_body, 3) # 1)",
            ],
        ),
        Database::Sqlite { .. } => (
            "randomblob(16)",
            [
                "CAST(replace(payload, 'user', 'uses') AS blob)",
                "randomblob(32)",
                "randomblob(37)",
                "randomblob(32)",
            ],
        ),
    };
    for column in ["id", "stream", "correlation", "causation", "command"] {
        alterations.push((column, id));
    }
    for (column, value) in ["payload", "hash", "client_address", "command_body"]
        .into_iter()
        .zip(bytes)
    {
        alterations.push((column, value));
    }
    alterations
}

on_every_store! {
    async fn every_column_of_an_event_is_covered(backend: Backend) {
        let store = history(&backend).await;
        tamper(&store, "CREATE TABLE kept AS SELECT * FROM events; DELETE FROM kept WHERE position <> 3").await;
        for (column, value) in alterations(&store) {
            tamper(&store, &format!("UPDATE events SET {column} = {value} WHERE position = 3")).await;
            assert_eq!(altered_at(&store).await, 3, "{column} = {value}");
            let restore = format!("UPDATE events SET {column} = (SELECT {column} FROM kept) WHERE position = 3");
            tamper(&store, &restore).await;
            store.verify(|_| ()).await.expect(column);
        }
    }

    async fn a_deleted_event_is_missed(backend: Backend) {
        let store = history(&backend).await;
        tamper(&store, "DELETE FROM events WHERE position = 4").await;
        assert_eq!(altered_at(&store).await, 4);
        tamper(&store, "UPDATE events SET position = 4 WHERE position = 5").await;
        assert_eq!(altered_at(&store).await, 4);
    }

    async fn swapped_events_are_noticed(backend: Backend) {
        let store = history(&backend).await;
        for (from, to) in [(4, 99), (5, 4), (99, 5)] {
            tamper(&store, &format!("UPDATE events SET position = {to} WHERE position = {from}")).await;
        }
        assert_eq!(altered_at(&store).await, 4);
    }

    async fn an_event_put_in_between_is_noticed_although_all_behind_it_moved_on(backend: Backend) {
        let store = history(&backend).await;
        tamper(&store, "UPDATE events SET position = -position - 1 WHERE position >= 4").await;
        tamper(&store, "UPDATE events SET position = -position WHERE position < 0").await;
        tamper(&store, "INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, type, \
            actor, hash, payload) SELECT 4, recorded_at, id, correlation, correlation, 1, kind, schema, type, actor, \
            hash, payload FROM events WHERE position = 5").await;
        assert_eq!(altered_at(&store).await, 4);
        tamper(&store, "UPDATE log_head SET position = 7").await;
        assert_eq!(altered_at(&store).await, 4);
    }

    async fn an_event_beyond_the_head_is_noticed(backend: Backend) {
        let store = history(&backend).await;
        tamper(&store, "INSERT INTO events (position, recorded_at, id, stream, correlation, version, kind, schema, type, \
            actor, hash, payload) SELECT 7, recorded_at, id, correlation, correlation, 1, kind, schema, type, actor, \
            hash, payload FROM events WHERE position = 6").await;
        assert_eq!(altered_at(&store).await, 7);
    }

    async fn a_cut_off_end_is_noticed_by_the_head_and_by_a_checkpoint(backend: Backend) {
        let store = history(&backend).await;
        let checkpoint = store.checkpoint(store.now()).await.expect("checkpoint");
        assert_eq!(store.verify(|_| ()).await.expect("verify").checkpoints, 1);
        tamper(&store, "DELETE FROM events WHERE position > 4").await;
        assert!(matches!(store.verify(|_| ()).await, Err(VerifyError::Truncated { end: 4, reached: 6 })));
        // Whoever does it well adjusts the head; the signature remains.
        tamper(&store, "UPDATE log_head SET position = 4, hash = (SELECT hash FROM events WHERE position = 4)").await;
        assert!(matches!(store.verify(|_| ()).await, Err(VerifyError::Truncated { end: 4, reached: 6 })));
        // And if the table of checkpoints went too, an exported one tells.
        tamper(&store, "DELETE FROM chain_checkpoints").await;
        store.verify(|_| ()).await.expect("nothing left to notice it by");
        let elsewhere: ChainCheckpoint = checkpoint.to_string().parse().expect("what was written elsewhere");
        let keys = store.checkpoint_keys().await.expect("keys");
        let found = store.verify_against(&keys, vec![elsewhere], |_| ()).await;
        assert!(matches!(found, Err(VerifyError::Truncated { end: 4, reached: 6 })));
    }

    async fn a_rewritten_history_does_not_match_its_checkpoint(backend: Backend) {
        let store = history(&backend).await;
        store.checkpoint(store.now()).await.expect("checkpoint");
        run(&store, create(new_id(), "later")).await;
        tamper(&store, "UPDATE events SET actor = 'system:else' WHERE position = 6").await;
        // A consistent chain from the altered event on.
        let mut events = store.read_sealed(4, 10).await.expect("read");
        let mut hash: chain::Hash = events.remove(0).hash.try_into().expect("hash");
        for event in events {
            hash = chain::link(&hash, event.position, event.recorded_at.timestamp_micros(), &event.content().hash());
            set_hash(&store, event.position, &hash).await;
        }
        assert_eq!(altered_at(&store).await, 6);
    }

    async fn a_forged_checkpoint_is_not_trusted(backend: Backend) {
        let store = history(&backend).await;
        let stranger = history(&Backend::stranger()).await;
        let forged = stranger.checkpoint(store.now()).await.expect("another instance's");
        let insert = format!("INSERT INTO chain_checkpoints (position, signed_at, note) VALUES (6, 1, '{forged}')");
        tamper(&store, &insert).await;
        assert!(matches!(store.verify(|_| ()).await, Err(VerifyError::Untrusted { position: 6, .. })));
        tamper(&store, "DELETE FROM chain_checkpoints").await;
        store.checkpoint(store.now()).await.expect("checkpoint");
        tamper(&store, "UPDATE chain_checkpoints SET position = 5").await;
        assert!(matches!(store.verify(|_| ()).await, Err(VerifyError::Store(_))));
        tamper(&store, "UPDATE chain_checkpoints SET position = 6, note = replace(note, 'time 20', 'time 19')").await;
        assert!(matches!(store.verify(|_| ()).await, Err(VerifyError::Untrusted { position: 6, .. })));
    }

    async fn a_forged_or_damaged_row_is_never_the_newest_checkpoint(backend: Backend) {
        let store = history(&backend).await;
        let own = store.checkpoint(store.now()).await.expect("checkpoint");
        let newest = store.newest_checkpoint().await.expect("newest");
        assert_eq!((newest.signed, newest.is_forged), (Some(own.clone()), false));
        let stranger = history(&Backend::stranger()).await;
        run(&stranger, create(new_id(), "later")).await;
        let forged = stranger.checkpoint(store.now()).await.expect("another instance's");
        let insert = format!("INSERT INTO chain_checkpoints (position, signed_at, note) VALUES (7, 1, '{forged}')");
        tamper(&store, &insert).await;
        for damage in ["position = 7", "note = 'none'", "note = '', position = 8"] {
            tamper(&store, &format!("UPDATE chain_checkpoints SET {damage} WHERE position > 6")).await;
            let newest = store.newest_checkpoint().await.expect("newest");
            assert_eq!((newest.signed, newest.is_forged), (Some(own.clone()), true), "{damage}");
        }
        tamper(&store, "DELETE FROM chain_checkpoints").await;
        let newest = store.newest_checkpoint().await.expect("newest");
        assert_eq!((newest.signed, newest.is_forged), (None, false));
    }

    async fn a_look_counts_only_as_it_was_written_down(backend: Backend) {
        let store = history(&backend).await;
        let found = Verification { at: store.now(), position: 6, checkpoints: 0, altered: None };
        store.keep_verification(&found).await.expect("kept");
        assert_eq!(store.last_verification().await.expect("read"), Some(found));
        let of_it = "WHERE name = 'history verification'";
        tamper(&store, &format!("UPDATE meta SET value = replace(value, 'position\":6', 'position\":9') {of_it}")).await;
        assert_eq!(store.last_verification().await.expect("read"), None);
    }

    async fn verification_goes_on_while_events_are_appended(backend: Backend) {
        let store = history(&backend).await;
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            for _ in 0..100 {
                group(&writer).await;
            }
        });
        while !writing.is_finished() {
            store.verify(|_| ()).await.expect("verify");
        }
        writing.await.expect("written");
    }
}

async fn set_hash(store: &EventStore, position: u64, hash: &[u8]) {
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    let value = match store.database() {
        Database::Postgres(_) => format!("decode('{hex}', 'hex')"),
        Database::Sqlite { .. } => format!("x'{hex}'"),
    };
    tamper(
        store,
        &format!("UPDATE events SET hash = {value} WHERE position = {position}"),
    )
    .await;
    tamper(store, &format!("UPDATE log_head SET hash = {value}")).await;
}

#[test]
fn the_published_test_vectors_hold() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/hash-chain.json");
    let vectors: Value =
        serde_json::from_str(&std::fs::read_to_string(path).expect(path)).expect("json");
    let mut previous = chain::GENESIS;
    let vectors = vectors["vectors"].as_array().expect("vectors");
    assert!(vectors.len() >= 2);
    for vector in vectors {
        let text = |name: &str| vector["event"][name].as_str();
        let id = |name: &str| text(name).map(|id| Uuid::parse_str(id).expect(name));
        let (body, address) = (
            text("command_body_hex").map(|hex| hex::decode(hex).expect("hex")),
            text("client_address_hex").map(|hex| hex::decode(hex).expect("hex")),
        );
        let content = Content {
            id: id("id").expect("id"),
            kind: text("kind").expect("kind"),
            stream: id("stream").expect("stream"),
            version: vector["event"]["version"].as_u64().expect("version"),
            type_name: text("type").expect("type"),
            schema: u16::try_from(vector["event"]["schema"].as_u64().expect("schema"))
                .expect("schema"),
            payload: text("payload").expect("payload").as_bytes(),
            actor: text("actor").expect("actor"),
            command: id("command"),
            command_body: body.as_deref(),
            command_events: vector["event"]["command_events"]
                .as_u64()
                .map(|count| u16::try_from(count).expect("count")),
            correlation: id("correlation").expect("correlation"),
            causation: id("causation"),
            client_address: address.as_deref(),
            trace: text("trace"),
        };
        let hash = content.hash();
        assert_eq!(hex::encode(hash), vector["content_hash"], "content");
        let (position, recorded_at) = (vector["position"].as_u64(), vector["recorded_at"].as_i64());
        previous = chain::link(
            &previous,
            position.expect("position"),
            recorded_at.expect("time"),
            &hash,
        );
        assert_eq!(hex::encode(previous), vector["link"], "link");
    }
}
