//! The inbox, and what mails say.

use crate::world::{Person, World};
use reqwest::Method;
use serde_json::json;
use tenure_domain::UserId;
use tenure_eventstore::{new_id, state::InboxMessage};

async fn tell(world: &World, person: &Person, position: u64, category: &str) -> InboxMessage {
    let notice = InboxMessage {
        id: new_id(),
        user: UserId(person.id.parse().unwrap()),
        position,
        notice: "reminder".into(),
        category: category.into(),
        object: new_id(),
        title: format!("Notice {position}"),
        told_at: world.instance.system.now(),
        read_at: None,
    };
    let tables = world.instance.store.state_tables();
    tables.tell(std::slice::from_ref(&notice)).await.unwrap();
    notice
}

#[tokio::test]
async fn an_inbox_is_read_by_its_person_only() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &[]).await;
    for position in 1..=3 {
        tell(&world, &rosa, position, "request").await;
    }
    let last = tell(&world, &rosa, 4, "account").await;
    let page = rosa.get("inbox?limit=3").await.ok();
    assert_eq!(page["unread"], 4);
    assert_eq!(page["items"][0]["title"], "Notice 4");
    assert_eq!(page["items"][0]["object"], json!(last.object));
    let next = rosa
        .get(&format!(
            "inbox?limit=3&cursor={}",
            page["next"].as_str().unwrap()
        ))
        .await
        .ok();
    assert_eq!(
        (
            next["items"].as_array().unwrap().len(),
            next["next"].is_null()
        ),
        (1, true)
    );
    assert_eq!(
        rosa.get("inbox?cursor=x").await.problem(),
        (400, "invalid-query")
    );
    let read = format!("inbox/{}/read", last.id);
    assert_eq!(
        ada.post(&read, json!({})).await.problem(),
        (404, "not-found")
    );
    assert_eq!(rosa.post(&read, json!({})).await.status, 204);
    assert_eq!(
        rosa.get("inbox?category=account&unread=true").await.ok()["items"],
        json!([])
    );
    assert_eq!(rosa.get("inbox/unread").await.ok()["unread"], 3);
    let none_of_these = json!({"category": "engine"});
    rosa.post("inbox/read-all", none_of_these).await;
    assert_eq!(rosa.get("inbox/unread").await.ok()["unread"], 3);
    let body = json!({"position": 2, "category": "request"});
    assert_eq!(rosa.post("inbox/read-all", body).await.status, 204);
    assert_eq!(rosa.get("inbox/unread").await.ok()["unread"], 1);
    assert_eq!(
        rosa.post(&format!("inbox/{}/unread", last.id), json!({}))
            .await
            .status,
        204
    );
    assert_eq!(rosa.get("inbox/unread").await.ok()["unread"], 2);
    assert_eq!(rosa.post("inbox/read-all", json!({})).await.status, 204);
    assert_eq!(rosa.get("inbox/unread").await.ok()["unread"], 0);
    assert_eq!(ada.get("inbox").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn an_open_page_hears_of_what_comes_into_the_inbox() {
    let (world, ada) = World::with_ada().await;
    let response = world
        .http
        .get(format!("{}/api/v1/events", world.url))
        .bearer_auth(&ada.token)
        .send()
        .await
        .unwrap();
    let mut response = response;
    tell(&world, &ada, world.head().await, "request").await;
    let mut heard = String::new();
    while !heard.contains("event: inbox\ndata: {\"unread\":1}") {
        let chunk =
            tokio::time::timeout(std::time::Duration::from_secs(10), response.chunk()).await;
        heard += std::str::from_utf8(&chunk.expect(&heard).unwrap().unwrap()).unwrap();
    }
}

#[tokio::test]
async fn a_mail_is_reworded_previewed_switched_and_restored() {
    let (world, ada) = World::with_ada().await;
    let path = "email-notifications/approval-required";
    let first = ada.get(path).await.ok();
    assert_eq!(
        (&first["enabled"], &first["changed"]),
        (&json!(true), &json!(false))
    );
    let text = json!({"subject": "Please decide: {{ name }}", "body": "{{ requester }} asks.\n\n{{ link }}"});
    let preview = ada
        .post(&format!("{path}/preview"), text.clone())
        .await
        .ok();
    assert_eq!(preview["subject"], "Please decide: svc-backup");
    assert_eq!(ada.get(path).await.ok(), first, "a preview changes nothing");
    ada.post(&format!("{path}/revise"), text).await.ok();
    ada.post(&format!("{path}/disable"), json!({})).await.ok();
    let now = ada.get(path).await.ok();
    assert_eq!(
        (&now["enabled"], &now["changed"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(now["subject"], "Please decide: {{ name }}");
    let hostile = [
        ("{{ salary }}", "unknown-parameter"),
        (
            "{% for x in range(100000) %}{% for y in range(100000) %}x{% endfor %}{% endfor %}",
            "unknown-parameter",
        ),
        ("{% if name %}", "malformed"),
        ("{% include 'frame.html' %}", "malformed"),
        ("{{ name.missing.more }}", "malformed"),
    ];
    for (body, code) in hostile {
        let refused = ada
            .post(
                &format!("{path}/revise"),
                json!({"subject": "x", "body": body}),
            )
            .await;
        assert_eq!(refused.problem(), (422, "invalid"), "{body}");
        assert_eq!(refused.json["errors"][0]["field"], "body");
        let codes: Vec<_> = refused.json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|e| e["code"].clone())
            .collect();
        assert!(codes.contains(&json!(code)), "{body}: {codes:?}");
    }
    let restored = world
        .send(Method::DELETE, path, Some(&ada.token), &[], None)
        .await;
    assert_eq!(restored.status, 200);
    ada.post(&format!("{path}/enable"), json!({})).await.ok();
    assert_eq!(ada.get(path).await.ok(), first);
    assert_eq!(
        ada.get("email-notifications/nothing").await.problem(),
        (404, "not-found")
    );
    let listed = ada.get("email-notifications").await.ok();
    assert_eq!(
        listed["items"].as_array().unwrap().len(),
        tenure_notifications::table::TABLE.len()
    );
}
