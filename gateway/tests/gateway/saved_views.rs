//! Views of lists that people saved.

use crate::world::World;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_saved_view_follows_its_person_to_another_browser_and_is_nobody_elses() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &[]).await;
    let view =
        json!({"list": "accounts", "name": " Soon ", "query": "status=active&sort=lifecycle-end"});
    let saved = rosa.post("saved-views", view).await.ok();
    assert_eq!(saved["name"], "Soon");
    let elsewhere = world.sign_in("rosa@corp.example").await;
    assert_eq!(
        elsewhere.get("saved-views").await.ok()["items"],
        json!([saved])
    );
    let changed = json!({"list": "accounts", "name": "Soon", "query": "status=disabled"});
    elsewhere.post("saved-views", changed).await.ok();
    let now = rosa.get("saved-views").await.ok();
    assert_eq!(now["items"][0]["query"], "status=disabled");
    assert_eq!(now["items"].as_array().unwrap().len(), 1);
    assert_eq!(ada.get("saved-views").await.ok()["items"], json!([]));
    let path = format!("saved-views/{}", saved["id"].as_str().unwrap());
    let delete = async |token: &str| {
        world
            .send(Method::DELETE, &path, Some(token), &[], None)
            .await
    };
    assert_eq!(delete(&ada.token).await.problem(), (404, "not-found"));
    assert_eq!(delete(&rosa.token).await.status, 204);
    assert_eq!(delete(&rosa.token).await.problem(), (404, "not-found"));
    assert_eq!(rosa.get("saved-views").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn a_view_that_cannot_be_saved_says_which_field_is_wrong() {
    let (_world, ada) = World::with_ada().await;
    let cases = [
        (
            "name",
            json!({"list": "accounts", "name": " ", "query": ""}),
        ),
        (
            "name",
            json!({"list": "accounts", "name": "x".repeat(41), "query": ""}),
        ),
        (
            "query",
            json!({"list": "audit", "name": "x", "query": "x".repeat(2_001)}),
        ),
    ];
    for (field, body) in cases {
        let answer = ada.post("saved-views", body).await;
        assert_eq!(answer.problem(), (422, "invalid"), "{field}");
        assert_eq!(answer.json["errors"][0]["field"], field);
    }
    let nowhere = json!({"list": "passwords", "name": "x", "query": ""});
    assert_eq!(
        ada.post("saved-views", nowhere).await.problem(),
        (400, "invalid-json")
    );
    for number in 0..100 {
        let view = json!({"list": "requests", "name": format!("View {number}"), "query": ""});
        ada.post("saved-views", view).await.ok();
    }
    let more = json!({"list": "requests", "name": "One too many", "query": ""});
    let answer = ada.post("saved-views", more).await;
    assert_eq!(answer.problem(), (422, "invalid"));
    assert_eq!(answer.json["errors"][0]["code"], "too-many");
}
