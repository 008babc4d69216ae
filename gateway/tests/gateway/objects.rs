//! One's own objects and others': what a permission without manage reaches, and that nobody gives more than they have.

use crate::world::{World, asking_for, submitted, template};
use serde_json::json;

#[tokio::test]
async fn anothers_request_is_not_there() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-backup").await;
    assert_eq!(
        eve.get(&format!("requests/{id}")).await.problem(),
        (404, "not-found")
    );
    for what in ["submit", "withdraw", "reopen", "retry"] {
        assert_eq!(
            eve.post(&format!("requests/{id}/{what}"), json!({}))
                .await
                .problem(),
            (404, "not-found"),
            "{what}"
        );
    }
    let content = asking_for(&template_id, "svc-mine");
    assert_eq!(
        eve.post(&format!("requests/{id}/revise"), content)
            .await
            .problem(),
        (404, "not-found")
    );
    let listed = eve
        .get(&format!("requests?at_least={}", world.head().await))
        .await
        .ok();
    assert!(listed["items"].as_array().unwrap().is_empty());
    assert_eq!(
        ada.get("requests").await.ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // An administrator sees it, but only its requester takes it back.
    assert_eq!(
        ada.post(&format!("requests/{id}/withdraw"), json!({}))
            .await
            .problem(),
        (403, "not-requester")
    );
}

#[tokio::test]
async fn a_template_for_others_is_not_there_and_drafts_are_for_authors() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let group = ada.post("groups", json!({"name": "Platform"})).await.id();
    let template_id = template(&ada, &[&anton], |content| {
        content["directory"]["available_to"] = json!([group])
    })
    .await;
    assert_eq!(
        rosa.get(&format!("templates/{template_id}"))
            .await
            .problem(),
        (404, "not-found")
    );
    let id = rosa
        .post("requests", asking_for(&template_id, "svc-a"))
        .await
        .id();
    assert_eq!(
        rosa.post(&format!("requests/{id}/submit"), json!({}))
            .await
            .problem(),
        (409, "template-not-offered")
    );
    let added = ada
        .post(
            &format!("groups/{group}/members/add"),
            json!({"user": rosa.id}),
        )
        .await
        .ok();
    let seen = rosa
        .get(&format!(
            "templates/{template_id}?at_least={}",
            added["position"]
        ))
        .await
        .ok();
    assert_eq!(seen["offered"], true);
    let mut next = seen["content"].clone();
    next["purpose"] = json!("Secret plans");
    ada.post(&format!("templates/{template_id}/draft"), next)
        .await
        .ok();
    assert_eq!(
        rosa.get(&format!("templates/{template_id}/versions/2"))
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(
        ada.get(&format!("templates/{template_id}/versions/2"))
            .await
            .ok()["draft"],
        true
    );
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let (world, ada) = World::with_ada().await;
    let cells = [
        "user:read",
        "user:create",
        "user:update",
        "user:manage",
        "group:read",
        "group:create",
        "group:update",
        "group:manage",
        "role:read",
        "role:create",
        "role:update",
        "role:manage",
    ];
    let help = ada
        .post("roles", json!({"name": "Help desk", "permissions": cells}))
        .await
        .id();
    let hugo = world.person(&ada, "hugo", &[]).await;
    ada.post(
        &format!("users/{}/roles/grant", hugo.id),
        json!({"role": help}),
    )
    .await
    .ok();
    let roles = hugo.get("roles").await.ok();
    let role = |name: &str| {
        let found = roles["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|role| role["name"] == name)
            .unwrap();
        found["id"].as_str().unwrap().to_owned()
    };
    let administrator = role("System Administrator");
    let grant = json!({"role": administrator});
    let refused = hugo
        .post(&format!("users/{}/roles/grant", hugo.id), grant.clone())
        .await;
    assert_eq!(refused.problem(), (403, "beyond-own-rights"));
    let more = json!({"name": "More", "permissions": ["audit:read"]});
    assert_eq!(
        hugo.post("roles", more).await.problem(),
        (403, "beyond-own-rights")
    );
    // Nor by way of a group, or of a colleague's password.
    let group = ada
        .post("groups", json!({"name": "Administrators"}))
        .await
        .id();
    ada.post(&format!("groups/{group}/roles/grant"), grant)
        .await
        .ok();
    let join = hugo
        .post(
            &format!("groups/{group}/members/add"),
            json!({"user": hugo.id}),
        )
        .await;
    assert_eq!(join.problem(), (403, "beyond-own-rights"));
    let password = json!({"password": "staple battery horse"});
    let take_over = hugo
        .post(&format!("users/{}/password", ada.id), password.clone())
        .await;
    assert_eq!(take_over.problem(), (403, "beyond-own-rights"));
    let rosa = world.person(&ada, "rosa", &[]).await;
    assert_eq!(
        hugo.post(&format!("users/{}/password", rosa.id), password)
            .await
            .status,
        204
    );
}

#[tokio::test]
async fn people_are_found_by_name_without_showing_their_addresses() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    world.person(&ada, "grace", &[]).await;
    let found = rosa
        .get(&format!(
            "people?search=grace@corp&at_least={}",
            world.head().await
        ))
        .await
        .ok();
    assert_eq!(found["items"][0]["name"], "grace");
    assert!(!found.to_string().contains('@'));
    assert_eq!(rosa.get("users").await.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let (world, ada) = World::with_ada().await;
    let iris = world.person(&ada, "iris", &["Auditor"]).await;
    for path in [
        "accounts",
        "requests",
        "templates",
        "users",
        "groups",
        "roles",
        "domains",
        "engines",
        "audit",
        "approvals",
    ] {
        assert_eq!(iris.get(path).await.status, 200, "{path}");
    }
    let before = world.head().await;
    assert_eq!(
        iris.post("groups", json!({"name": "X"})).await.problem(),
        (403, "forbidden")
    );
    assert_eq!(
        iris.post(&format!("users/{}/disable", ada.id), json!({}))
            .await
            .problem(),
        (403, "forbidden")
    );
    assert_eq!(world.head().await, before);
    let trail = iris
        .get(&format!("audit?at_least={before}&limit=1"))
        .await
        .ok();
    assert_eq!(trail["items"][0]["position"], before);
    assert!(
        trail["items"][0]["sentence"]
            .as_str()
            .is_some_and(|sentence| !sentence.is_empty())
    );
    assert_eq!(
        ada.post(&format!("users/{}/disable", ada.id), json!({}))
            .await
            .problem(),
        (403, "forbidden")
    );
}
