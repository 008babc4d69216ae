//! One event of the audit trail: before and after.

use crate::world::{World, submitted, template};
use serde_json::json;

#[tokio::test]
async fn an_event_shows_its_object_before_and_after_and_from_where_it_came() {
    let (world, ada) = World::with_ada().await;
    let made = ada
        .post("groups", json!({"name": "Night shift"}))
        .await
        .ok();
    let renamed = ada
        .post(
            &format!("groups/{}/rename", made["id"].as_str().unwrap()),
            json!({"name": "Early shift"}),
        )
        .await
        .ok();
    let auditor = world.person(&ada, "audrey", &["Auditor"]).await;
    let event = auditor
        .get(&format!("audit/{}", renamed["position"]))
        .await
        .ok();
    assert_eq!(event["type"], "group.renamed");
    assert_eq!(event["object"], made["id"]);
    assert_eq!(event["object_version"], 2);
    assert_eq!(event["actor"]["id"], ada.id.as_str());
    assert_eq!(event["client_address"], "127.0.0.1");
    let change = &event["changes"][0];
    assert_eq!(change["before"], "Night shift");
    assert_eq!(change["after"], "Early shift");
    assert_eq!(event["changes_hidden"], false);
}

#[tokio::test]
async fn the_trail_calls_objects_by_their_names() {
    let (world, ada) = World::with_ada().await;
    let group = ada.post("groups", json!({"name": "Night shift"})).await;
    let group = group.ok()["id"].clone();
    let template = template(&ada, &[&ada], |_| {}).await;
    let request = submitted(&ada, &template, "svc-named").await;
    let head = world.head().await;
    let called = async |object: &str| {
        let path = format!("audit?object={object}&at_least={head}");
        ada.get(&path).await.ok()["items"][0]["name"].clone()
    };
    assert_eq!(called(group.as_str().unwrap()).await, "Night shift");
    assert_eq!(called(&request).await, "svc-named");
    assert_eq!(called(&ada.id).await, "Ada");
}

#[tokio::test]
async fn what_was_not_there_before_differs_from_nothing() {
    let (_world, ada) = World::with_ada().await;
    let made = ada
        .post("groups", json!({"name": "Night shift"}))
        .await
        .ok();
    let event = ada.get(&format!("audit/{}", made["position"])).await.ok();
    let changes = event["changes"].as_array().unwrap();
    assert!(
        changes
            .iter()
            .any(|change| change["after"] == "Night shift" && change["before"] != "Night shift"),
        "{changes:?}"
    );
}

#[tokio::test]
async fn whoever_may_not_read_people_does_not_read_them_in_the_audit_trail() {
    let (world, ada) = World::with_ada().await;
    let role = ada
        .post(
            "roles",
            json!({"name": "Log reader", "permissions": ["audit:read"]}),
        )
        .await
        .ok();
    assert!(role["id"].is_string());
    let reader = world.person(&ada, "lars", &["Log reader"]).await;
    let registered = world.person(&ada, "hidden", &[]).await;
    let trail = ada
        .get(&format!(
            "audit?object={}&type=user.registered&at_least={}",
            registered.id,
            world.head().await
        ))
        .await
        .ok();
    let path = format!("audit/{}", trail["items"][0]["position"]);
    let event = reader.get(&path).await.ok();
    assert_eq!(event["changes_hidden"], true);
    assert_eq!(event["changes"], json!([]));
    assert!(event["name"].is_null(), "{event}");
    assert!(ada.get(&path).await.ok().to_string().contains("hidden@"));
}

#[tokio::test]
async fn a_position_that_the_history_has_not_reached_is_not_found() {
    let (_world, ada) = World::with_ada().await;
    for position in ["0", "999999999", "18446744073709551615", "first"] {
        let answer = ada.get(&format!("audit/{position}")).await;
        assert_eq!(answer.problem(), (404, "not-found"), "{position}");
    }
}
