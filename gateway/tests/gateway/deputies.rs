//! Those who decide in another's place: deputies, and groups that stand in for others.

use crate::{
    requests::{people, shown, waiting},
    world::{World, submitted, template},
};
use serde_json::json;
use std::time::Duration;
use tenure_domain::{
    Actor,
    request::{RequestCommand, RequestRefusal},
};
use tenure_workflow::{Caller, CommandError};

#[tokio::test]
async fn a_deputy_decides_in_anothers_name_for_the_period_and_never_for_a_party() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    assert_eq!(waiting(&olga, &world).await, 0);
    let until = json!({"deputy": olga.id, "until": "2026-01-20T00:00:00Z"});
    let not_hers = format!("users/{}/deputy", anton.id);
    assert_eq!(
        olga.post(&not_hers, until.clone()).await.problem(),
        (404, "not-found")
    );
    let not_able = json!({"deputy": rosa.id, "until": "2026-01-20T00:00:00Z"});
    assert_eq!(
        anton.post(&not_hers, not_able).await.problem(),
        (422, "invalid")
    );
    anton.post(&not_hers, until).await.ok();
    assert_eq!(waiting(&olga, &world).await, 1);
    let known = olga.get("deputies").await.ok();
    assert_eq!(known["deputy_for"][0]["user"]["name"], "anton");
    let path = format!("audit?kind=deputyship&at_least={}", world.head().await);
    let trail = ada.get(&path).await.ok();
    assert_eq!(trail["items"][0]["name"], "anton", "{trail}");
    olga.post(&format!("requests/{id}/approve"), json!({}))
        .await
        .ok();
    let approval = shown(&rosa, &id).await["steps"][0]["approvals"][0].clone();
    assert_eq!(approval["by"]["name"], "olga");
    assert_eq!(approval["on_behalf_of"]["name"], "anton");

    // Whoever is gone has no voice to lend.
    let gone = submitted(&rosa, &template_id, "svc-gone").await;
    let anton_is = |what: &str| format!("users/{}/{what}", anton.id);
    ada.post(&anton_is("disable"), json!({})).await.ok();
    assert_eq!(waiting(&olga, &world).await, 0);
    let refused = olga
        .post(&format!("requests/{gone}/approve"), json!({}))
        .await;
    assert_eq!(refused.problem(), (404, "not-found"));
    let bulk = json!({"requests": [gone], "decision": "approve"});
    let commands = &world.instance.commands;
    let by_olga = Caller::new(Actor::User(olga.id.parse().unwrap()));
    let refused = commands
        .request(
            gone.parse().unwrap(),
            RequestCommand::Approve { comment: None },
            &by_olga,
        )
        .await;
    assert!(
        matches!(
            refused,
            Err(CommandError::Request(RequestRefusal::NotApprover { .. }))
        ),
        "{refused:?}"
    );
    assert_eq!(olga.post("approvals/decide", bulk).await.ok()["refused"], 1);
    ada.post(&anton_is("enable"), json!({})).await.ok();
    rosa.post(&format!("requests/{gone}/withdraw"), json!({}))
        .await
        .ok();

    // Olga is now the requester's deputy: for Rosa's requests she does not count, whatever else she is.
    let other = submitted(&rosa, &template_id, "svc-b").await;
    let hers = json!({"deputy": olga.id, "until": "2026-01-20T00:00:00Z"});
    rosa.post(&format!("users/{}/deputy", rosa.id), hers)
        .await
        .ok();
    assert_eq!(waiting(&olga, &world).await, 0);
    assert_eq!(
        olga.post(&format!("requests/{other}/approve"), json!({}))
            .await
            .problem(),
        (403, "deputy-of-party")
    );
    rosa.post(&format!("users/{}/deputy/withdraw", rosa.id), json!({}))
        .await
        .ok();
    assert_eq!(waiting(&olga, &world).await, 1);
    world.later(chrono::TimeDelta::days(11));
    let olga = world.sign_in("olga@corp.example").await;
    assert_eq!(waiting(&olga, &world).await, 0);
    assert_eq!(
        olga.post(&format!("requests/{other}/approve"), json!({}))
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn whoever_stands_in_for_a_disabled_group_decides_and_so_does_a_deputy_of_theirs() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let erin = world.person(&ada, "erin", &["Approver"]).await;
    let mut groups = Vec::new();
    for (name, member) in [("Leads", &anton), ("Deputy leads", &olga)] {
        let group = ada.post("groups", json!({"name": name})).await.id();
        let add = format!("groups/{group}/members/add");
        ada.post(&add, json!({"user": member.id})).await.ok();
        groups.push(group);
    }
    let template_id = template(&ada, &[], |content| {
        content["approval"]["steps"][0]["groups"] = json!([groups[0]]);
    })
    .await;
    let first = submitted(&rosa, &template_id, "svc-a").await;
    let second = submitted(&rosa, &template_id, "svc-b").await;
    let deputy = json!({"deputy": erin.id, "until": "2026-01-20T00:00:00Z"});
    olga.post(&format!("users/{}/deputy", olga.id), deputy)
        .await
        .ok();
    assert_eq!(
        (waiting(&olga, &world).await, waiting(&erin, &world).await),
        (0, 0)
    );
    ada.post(
        &format!("groups/{}/disable", groups[0]),
        json!({"replacement": groups[1]}),
    )
    .await
    .ok();
    assert_eq!(waiting(&anton, &world).await, 0);
    assert_eq!(
        (waiting(&olga, &world).await, waiting(&erin, &world).await),
        (2, 2)
    );
    olga.post(&format!("requests/{first}/approve"), json!({}))
        .await
        .ok();
    erin.post(&format!("requests/{second}/approve"), json!({}))
        .await
        .ok();
    for id in [first, second] {
        assert_eq!(shown(&rosa, &id).await["status"], "approved");
    }
}

#[tokio::test]
async fn a_deputy_decides_at_once_after_being_named_however_far_behind_the_read_models_are() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    world.read_models_stand_still().await;
    let until = json!({"deputy": olga.id, "until": "2026-01-20T00:00:00Z"});
    anton
        .post(&format!("users/{}/deputy", anton.id), until)
        .await
        .ok();
    let path = format!("requests/{id}/approve");
    let approve = olga.post(&path, json!({}));
    tokio::pin!(approve);
    let early = tokio::time::timeout(Duration::from_millis(300), &mut approve).await;
    assert!(early.is_err(), "decided without knowing: {early:?}");
    world.read_models_go_on();
    assert_eq!(approve.await.status, 202);
}
