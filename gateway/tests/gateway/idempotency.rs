//! Repeated and conflicting commands: done once, answered twice, or refused.

use crate::world::{World, asking_for, submitted, template};
use serde_json::json;

#[tokio::test]
async fn a_repeat_by_the_same_key_is_done_once_and_answered_alike() {
    let (world, ada) = World::with_ada().await;
    let first = ada
        .post_once("groups", "key-1", json!({"name": "Platform"}))
        .await;
    assert_eq!(first.status, 201);
    let head = world.head().await;
    let again = ada
        .post_once("groups", "key-1", json!({"name": "Platform"}))
        .await;
    assert_eq!(again.status, 201);
    assert_eq!(
        (&again.json["id"], &again.json["position"]),
        (&first.json["id"], &first.json["position"])
    );
    assert_eq!(
        (&first.json["repeated"], &again.json["repeated"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(world.head().await, head);
}

#[tokio::test]
async fn a_key_used_for_something_else_is_refused_and_another_persons_key_is_another_key() {
    let (world, ada) = World::with_ada().await;
    let bob = world.person(&ada, "bob", &["System Administrator"]).await;
    ada.post_once("groups", "key-1", json!({"name": "Platform"}))
        .await
        .ok();
    let other = ada
        .post_once("groups", "key-1", json!({"name": "Databases"}))
        .await;
    assert_eq!(other.problem(), (422, "idempotency-key-reused"));
    assert_eq!(
        bob.post_once("groups", "key-1", json!({"name": "Databases"}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_refused_command_can_be_sent_again_with_the_same_key() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = rosa
        .post("requests", asking_for(&template_id, "backup"))
        .await
        .id();
    let submit = format!("requests/{id}/submit");
    assert_eq!(
        rosa.post_once(&submit, "key-1", json!({})).await.problem(),
        (422, "invalid")
    );
    rosa.post(
        &format!("requests/{id}/revise"),
        asking_for(&template_id, "svc-backup"),
    )
    .await
    .ok();
    assert_eq!(
        rosa.post_once(&submit, "key-1", json!({})).await.status,
        202
    );
    assert_eq!(
        rosa.post_once(&submit, "key-1", json!({})).await.ok()["repeated"],
        true
    );
}

#[tokio::test]
async fn of_many_at_once_by_the_same_key_one_is_done() {
    let (world, ada) = World::with_ada().await;
    let before = world.head().await;
    let all = (0..8).map(|_| ada.post_once("groups", "key-1", json!({"name": "Platform"})));
    let answers = futures::future::join_all(all).await;
    let ids: std::collections::BTreeSet<_> = answers.iter().map(crate::world::Answer::id).collect();
    assert_eq!(ids.len(), 1);
    assert_eq!(world.head().await, before + 1);
}

#[tokio::test]
async fn a_name_is_held_by_one_live_request() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let first = submitted(&rosa, &template_id, "svc-backup").await;
    let second = eve
        .post("requests", asking_for(&template_id, "SVC-Backup"))
        .await
        .id();
    let taken = eve
        .post(&format!("requests/{second}/submit"), json!({}))
        .await;
    assert_eq!(taken.problem(), (409, "name-taken"));
    assert_eq!(taken.json["errors"][0]["field"], "name");
    rosa.post(&format!("requests/{first}/withdraw"), json!({}))
        .await
        .ok();
    assert_eq!(
        eve.post(&format!("requests/{second}/submit"), json!({}))
            .await
            .status,
        202
    );
    assert_eq!(
        rosa.post(&format!("requests/{first}/withdraw"), json!({}))
            .await
            .problem(),
        (409, "wrong-status")
    );
}

#[tokio::test]
async fn people_read_their_own_writes() {
    let (_world, ada) = World::with_ada().await;
    for i in 0..20 {
        let name = format!("Group {i}");
        let position = ada.post("groups", json!({"name": name})).await.ok()["position"].clone();
        let groups = ada.get(&format!("groups?at_least={position}")).await.ok();
        assert!(
            groups["items"]
                .as_array()
                .unwrap()
                .iter()
                .any(|group| group["name"] == name.as_str())
        );
    }
}
