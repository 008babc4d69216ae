//! Live changes: each as it happens, only what one may read, and nothing lost by a broken connection.

use crate::world::{Person, World};
use futures::StreamExt;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// The changes sent from `after` on, until `enough`.
async fn changes(
    world: &World,
    person: &Person,
    after: u64,
    header: bool,
    enough: usize,
) -> Vec<Value> {
    let path = if header {
        "events".to_owned()
    } else {
        format!("events?after={after}")
    };
    let mut request = world
        .http
        .get(format!("{}/api/v1/{path}", world.url))
        .bearer_auth(&person.token);
    if header {
        request = request.header("last-event-id", after.to_string());
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.bytes_stream();
    let mut text = String::new();
    let mut seen = Vec::new();
    while seen.len() < enough {
        let next = tokio::time::timeout(Duration::from_secs(20), stream.next())
            .await
            .expect("a change in time");
        text.push_str(std::str::from_utf8(&next.unwrap().unwrap()).unwrap());
        while let Some(end) = text.find("\n\n") {
            let block: String = text.drain(..end + 2).collect();
            seen.extend(
                block
                    .lines()
                    .filter_map(|line| line.strip_prefix("data: "))
                    .map(|data| serde_json::from_str(data).unwrap()),
            );
        }
    }
    seen
}

#[tokio::test]
async fn a_reader_resumes_where_the_connection_broke() {
    let (world, ada) = World::with_ada().await;
    let start = world.head().await;
    for name in ["A", "B", "C"] {
        ada.post("groups", json!({"name": name})).await.ok();
    }
    let seen = changes(&world, &ada, start, false, 2).await;
    assert_eq!(seen[0]["position"], start + 1);
    assert_eq!(
        (&seen[0]["kind"], &seen[0]["type"]),
        (&json!("group"), &json!("group.created"))
    );
    let last = seen[1]["position"].as_u64().unwrap();
    let rest = changes(&world, &ada, last, true, 1).await;
    assert_eq!(rest[0]["position"], last + 1);
}

#[tokio::test]
async fn a_change_arrives_while_the_reader_waits() {
    let (world, ada) = World::with_ada().await;
    let start = world.head().await;
    let reading = changes(&world, &ada, start, false, 1);
    let writing = async {
        ada.post("groups", json!({"name": "A"})).await.ok();
    };
    let (seen, ()) = tokio::join!(reading, writing);
    assert_eq!(seen[0]["position"], start + 1);
}

#[tokio::test]
async fn a_reader_hears_only_of_what_may_be_read() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let start = world.head().await;
    ada.post("groups", json!({"name": "Secret project"}))
        .await
        .ok();
    let template = "0192f0c1-0000-7000-8000-000000000000";
    ada.post(
        "requests",
        json!({"kind": {"type": "new-account"}, "template": template}),
    )
    .await
    .ok();
    let own = rosa
        .post(
            "requests",
            json!({"kind": {"type": "new-account"}, "template": template}),
        )
        .await
        .id();
    let seen = changes(&world, &rosa, start, false, 1).await;
    assert_eq!(seen[0]["id"], own.as_str());
}

#[tokio::test]
async fn what_was_deleted_is_told_of_to_those_who_could_read_it() {
    let (world, ada) = World::with_ada().await;
    let olga = world.person(&ada, "olga", &["Requester"]).await;
    let draft = json!({"kind": {"type": "new-account"}, "template": "0192f0c1-0000-7000-8000-000000000000"});
    let draft = olga.post("requests", draft).await.id();
    let token = json!({"description": "x", "permissions": ["group:read"], "expires_at": "2026-02-01T00:00:00Z"});
    let token = ada.post("api-tokens", token).await.id();
    let start = world.head().await;
    let path = format!("api-tokens/{token}");
    let deleted = world.send(Method::DELETE, &path, Some(&ada.token), &[], None);
    deleted.await.ok();
    olga.post(&format!("requests/{draft}/delete"), json!({}))
        .await
        .ok();
    let seen = changes(&world, &ada, start, false, 2).await;
    let told: Vec<_> = seen.iter().map(|change| &change["type"]).collect();
    assert_eq!(told, ["api-token.deleted", "request.deleted"]);
    let seen = changes(&world, &olga, start, false, 1).await;
    assert_eq!(seen[0]["id"], draft.as_str(), "another's token is not hers");
}

#[tokio::test]
async fn open_streams_are_bounded() {
    let (world, ada) = World::with_ada().await;
    let mut open = Vec::new();
    for _ in 0..20 {
        let request = world
            .http
            .get(format!("{}/api/v1/events", world.url))
            .bearer_auth(&ada.token);
        open.push(request.send().await.unwrap());
    }
    assert_eq!(ada.get("events").await.problem(), (429, "too-many-streams"));
}
