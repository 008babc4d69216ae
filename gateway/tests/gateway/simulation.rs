//! What a draft of a template, or a change of a role, would do: told before, with nothing written and nobody told.

use crate::{
    accounts::existing,
    requests::people,
    world::{Person, World, submitted, template},
};
use serde_json::{Value, json};
use tenure_domain::role::BuiltInRole;

/// What must be as before: how far the history has come, and what waits to be mailed.
async fn written(world: &World) -> (u64, u64) {
    let queued = world.instance.store.state_tables().outbox_counts().await;
    (world.head().await, queued.unwrap().queued as u64)
}

async fn waited(world: &World) {
    let views = &world.instance.views;
    let patience = std::time::Duration::from_secs(10);
    views.wait_for(world.head().await, patience).await.unwrap();
}

async fn content(ada: &Person, template: &str) -> Value {
    ada.get(&format!("templates/{template}")).await.ok()["content"].clone()
}

#[tokio::test]
async fn a_draft_is_tried_on_live_accounts_and_past_requests_and_nothing_is_written() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let id = template(&ada, &[&anton], |_| ()).await;
    let account = existing(&world, &anton, &rosa, &id, "svc-live").await;
    submitted(&rosa, &id, "svc-open").await;
    let mut draft = content(&ada, &id).await;
    draft["lifecycle"]["periods"] = json!(["30 days"]);
    draft["lifecycle"]["renewal_opens_days"] = json!(5);
    draft["approval"]["steps"][0]["users"] = json!([olga.id]);
    let path = format!("templates/{id}/simulate");
    assert_eq!(
        ada.post(&path, json!({})).await.problem(),
        (409, "no-draft")
    );
    waited(&world).await;
    let before = written(&world).await;

    let body = json!({"content": draft});
    let found = ada.post(&path, body.clone()).await.ok();
    assert_eq!(found["version"], 2);
    assert_eq!(found["next"], Value::Null, "{found}");
    let accounts = &found["accounts"];
    assert_eq!(
        (&accounts["looked_at"], &accounts["affected"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(accounts["effects"]["ends-earlier"], 1);
    assert_eq!(accounts["effects"]["refused"], 0);
    let item = &accounts["items"][0];
    assert_eq!(item["id"], account.to_string());
    assert_eq!(item["before"]["end"], "2026-04-10T00:00:00Z");
    assert_eq!(item["before"]["period"], "90 days");
    assert_eq!(item["after"]["end"], "2026-02-09T00:00:00Z");
    assert_eq!(item["after"]["period"], "30 days");
    assert_eq!(item["before"]["owners"][0]["name"], "rosa");
    let requests = &found["requests"];
    assert_eq!(requests["looked_at"], 2);
    assert_eq!(requests["effects"]["ends-earlier"], 2);
    assert_eq!(requests["effects"]["needs-another-approver"], 1);
    let approved = &requests["items"][0];
    assert_eq!(approved["name"], "svc-live");
    assert_eq!(approved["waits_for"], "Team lead");
    assert_eq!(written(&world).await, before);

    // Once drafted, the draft itself is tried.
    ada.post(&format!("templates/{id}/draft"), draft).await.ok();
    let of_draft = ada.post(&path, json!({})).await.ok();
    assert_eq!(of_draft["accounts"], found["accounts"]);
    assert_eq!(of_draft["requests"], found["requests"]);
    // A part after another.
    let second = ada.post(&path, json!({"cursor": "2:o:1"})).await.ok();
    assert_eq!(second["accounts"]["looked_at"], 0);
    assert_eq!(second["requests"]["looked_at"], 1);
    let wrong = ada.post(&path, json!({"cursor": "x"})).await;
    assert_eq!(wrong.problem(), (400, "invalid-query"));
}

#[tokio::test]
async fn what_could_not_be_published_is_not_tried_and_not_everybody_sees_one_by_one() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let id = template(&ada, &[&anton], |_| ()).await;
    existing(&world, &anton, &rosa, &id, "svc-live").await;
    waited(&world).await;
    let path = format!("templates/{id}/simulate");
    let mut draft = content(&ada, &id).await;
    draft["lifecycle"]["periods"] = json!([]);
    let wrong = ada.post(&path, json!({"content": draft})).await;
    assert_eq!(wrong.problem(), (422, "invalid"));
    draft["lifecycle"]["periods"] = json!(["10 days"]);
    draft["lifecycle"]["renewal_opens_days"] = json!(5);
    let body = json!({"content": draft});
    assert_eq!(rosa.post(&path, body.clone()).await.problem().0, 403);
    let role = json!({"name": "Author", "permissions": ["provision-template:read", "provision-template:update"]});
    ada.post("roles", role).await.ok();
    let author = world.person(&ada, "arno", &["Author"]).await;
    let found = author.post(&path, body).await.ok();
    assert_eq!(found["accounts"]["affected"], 1);
    for part in ["accounts", "requests"] {
        assert_eq!(found[part]["hidden"], true);
        assert_eq!(found[part]["items"], json!([]));
    }
    let nowhere = "templates/00000000-0000-0000-0000-000000000000/simulate";
    assert_eq!(ada.post(nowhere, json!({})).await.problem().0, 404);
}

#[tokio::test]
async fn a_change_of_a_role_says_who_loses_what_and_which_approvals_nobody_could_give() {
    let (world, ada) = World::with_ada().await;
    let role = json!({"name": "Deciders", "permissions": ["provision-approval:read", "provision-approval:update"]});
    let role = ada.post("roles", role).await.id();
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let carol = world.person(&ada, "carol", &["Deciders"]).await;
    let dora = world.person(&ada, "dora", &["Deciders", "Approver"]).await;
    let alone = template(&ada, &[&carol], |_| ()).await;
    let both = template(&ada, &[&carol, &dora], |content| {
        content["name"] = json!("Another one");
    })
    .await;
    let left = submitted(&rosa, &alone, "svc-left").await;
    submitted(&rosa, &both, "svc-kept").await;
    waited(&world).await;
    let before = written(&world).await;

    let path = format!("roles/{role}/simulate");
    let without = json!({"permissions": ["provision-approval:read", "audit:read"]});
    let found = ada.post(&path, without).await.ok();
    let people = &found["people"];
    assert_eq!(
        (&people["looked_at"], &people["losing"], &people["gaining"]),
        (&json!(2), &json!(1), &json!(2)),
        "{found}"
    );
    let counted = &people["permissions"];
    assert_eq!(counted["provision-approval:update"]["losing"], 1);
    assert_eq!(counted["audit:read"]["gaining"], 2);
    let of_carol = people["items"].as_array().unwrap().iter();
    let of_carol: Vec<_> = of_carol
        .filter(|one| one["user"]["id"] == carol.id.as_str())
        .collect();
    let lost = json!({"permission": "provision-approval:update", "before": "own", "after": "none"});
    assert!(
        of_carol[0]["changes"].as_array().unwrap().contains(&lost),
        "{found}"
    );
    let approvals = &found["approvals"];
    assert_eq!(
        (&approvals["looked_at"], &approvals["without_approver"]),
        (&json!(2), &json!(1))
    );
    let expected = json!([{"id": left, "name": "svc-left", "step": "Team lead"}]);
    assert_eq!(approvals["items"], expected);
    assert_eq!(found["next"], Value::Null);
    assert_eq!(written(&world).await, before);

    let same = json!({"permissions": ["provision-approval:read", "provision-approval:update"]});
    let found = ada.post(&path, same).await.ok();
    assert_eq!(found["people"]["items"], json!([]));
    assert_eq!(found["approvals"]["without_approver"], 0);
    assert_eq!(
        rosa.post(&path, json!({"permissions": []}))
            .await
            .problem()
            .0,
        403
    );
    // Whatever everybody holds concerns everybody.
    let owner = BuiltInRole::named("Account Owner").unwrap().id();
    let path = format!("roles/{owner}/simulate");
    let of_all = ada.post(&path, json!({"permissions": []})).await.ok();
    assert_eq!(of_all["people"]["looked_at"], 4);
}
