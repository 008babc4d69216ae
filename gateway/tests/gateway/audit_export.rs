//! The audit trail is taken out as a file, whole or visibly not, and that it was is on record.

use crate::world::{Person, World};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tenure_eventstore::SystemClock;

async fn file(person: &Person, path: &str) -> (String, String) {
    let response = person
        .http
        .get(format!("{}/api/v1/{path}", person.url))
        .bearer_auth(&person.token)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200, "{path}");
    let kind = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (kind, response.text().await.unwrap())
}

#[tokio::test]
async fn the_trail_as_a_table_ends_with_what_it_holds() {
    let (world, ada) = World::with_ada().await;
    for name in ["Night shift", "=cmd()", "Early shift"] {
        ada.post("groups", json!({ "name": name })).await.ok();
    }
    let auditor = world.person(&ada, "audrey", &["Auditor"]).await;
    let (kind, csv) = file(
        &auditor,
        &format!("audit/export?kind=group&user={}", ada.id),
    )
    .await;
    assert_eq!(kind, "text/csv; charset=utf-8");
    let lines: Vec<_> = csv.split_terminator("\r\n").collect();
    assert!(
        lines[0].starts_with("\u{feff}position,at_utc,actor_kind,actor,"),
        "{csv}"
    );
    assert_eq!(lines.len(), 5, "{csv}");
    assert!(
        lines[1].contains("group \"\"Night shift\"\" created"),
        "{csv}"
    );
    // The exporter's own export is before the end of what was looked at.
    let head = world.head().await;
    let before = csv.find("complete,").unwrap();
    let cells: Vec<_> = lines[4].split(',').collect();
    let position = |line: &str| line.split(',').next().unwrap().to_owned();
    assert_eq!(
        cells[..5],
        [
            "complete",
            "3",
            &position(lines[1]),
            &position(lines[3]),
            &head.to_string()
        ]
    );
    let stored = world.instance.store.read_sealed(head - 1, 1).await.unwrap();
    assert_eq!(cells[5], hex::encode(&stored[0].hash));
    assert_eq!(cells[6], hex::encode(Sha256::digest(&csv[..before])));
    let (_, searched) = file(&auditor, "audit/export?text=early").await;
    assert_eq!(searched.matches("Early shift").count(), 1);
    assert!(searched.contains("\r\ncomplete,1,"), "{searched}");
    let (_, nothing) = file(&auditor, "audit/export?type=group.disabled").await;
    assert!(nothing.contains("\r\ncomplete,0,,,"), "{nothing}");
}

#[tokio::test]
async fn the_history_proves_itself_without_the_server() {
    let (world, ada) = World::with_ada().await;
    for index in 0..200 {
        ada.post("groups", json!({ "name": format!("Group {index}") }))
            .await
            .ok();
    }
    let store = &world.instance.store;
    store
        .checkpoint(tenure_eventstore::Clock::now(&SystemClock))
        .await
        .unwrap();
    let keys = store.checkpoint_keys().await.unwrap();
    let (kind, whole) = file(&ada, "audit/history").await;
    assert_eq!(kind, "application/x-ndjson");
    let verified = tenure_eventstore::verify_export(whole.as_bytes(), &keys, Vec::new()).unwrap();
    assert_eq!(verified.first, 1);
    assert!(
        verified.last > 200 && verified.checkpoints == 1,
        "{}",
        verified.last
    );
    let (_, part) = file(&ada, "audit/history?after=10&up_to=20").await;
    let verified = tenure_eventstore::verify_export(part.as_bytes(), &keys, Vec::new()).unwrap();
    assert_eq!((verified.first, verified.last), (11, 20));
}

#[tokio::test]
async fn whoever_takes_a_file_out_is_on_record_with_it() {
    let (world, ada) = World::with_ada().await;
    let auditor = world.person(&ada, "audrey", &["Auditor"]).await;
    let before = world.head().await;
    for path in [
        "audit/export",
        "audit/history",
        "accounts/export",
        "requests/export",
        "drift/export",
    ] {
        file(&auditor, path).await;
    }
    let events = auditor
        .get(&format!(
            "audit?type=user.exported&order=asc&after={before}&at_least={}",
            world.head().await
        ))
        .await
        .ok();
    let events = events["items"].as_array().unwrap();
    let sentences: Vec<&Value> = events.iter().map(|event| &event["sentence"]).collect();
    assert_eq!(
        sentences,
        [
            "exported the audit trail",
            "exported the history",
            "exported a list of accounts",
            "exported a list of requests",
            "exported a list of differences with directories",
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event["actor"]["id"] == auditor.id.as_str())
    );
    let event = auditor
        .get(&format!("audit/{}", events[0]["position"]))
        .await
        .ok();
    assert_eq!(event["client_address"], "127.0.0.1");
    // Whoever may not read the trail takes nothing out, and nothing is written for it.
    let nobody = world.person(&ada, "norma", &[]).await;
    let before = world.head().await;
    for path in ["audit/export", "audit/history"] {
        assert_eq!(nobody.get(path).await.status, 403, "{path}");
    }
    assert_eq!(world.head().await, before);
}
