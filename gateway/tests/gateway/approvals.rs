//! Approving: who may, who sees what, and whose names are hidden.

use crate::world::{Person, World, submitted, template};
use serde_json::{Value, json};

async fn people(world: &World, ada: &Person) -> (Person, Person, Person) {
    let rosa = world.person(ada, "rosa", &["Requester"]).await;
    let anton = world.person(ada, "anton", &["Approver"]).await;
    let olga = world.person(ada, "olga", &["Approver"]).await;
    (rosa, anton, olga)
}

async fn waiting(person: &Person, world: &World) -> Vec<Value> {
    let answer = person
        .get(&format!("approvals?at_least={}", world.head().await))
        .await
        .ok();
    answer["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn an_approver_sees_why_and_approves_and_the_directory_is_next() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-backup").await;
    let seen = waiting(&anton, &world).await;
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0]["justification"], "Nightly backup");
    assert_eq!(seen[0]["requester"]["name"], "rosa");
    assert!(waiting(&olga, &world).await.is_empty());
    // Olga is no approver of it: for her it is not there.
    assert_eq!(
        olga.get(&format!("requests/{id}")).await.problem(),
        (404, "not-found")
    );
    assert_eq!(
        olga.post(&format!("requests/{id}/approve"), json!({}))
            .await
            .problem(),
        (404, "not-found")
    );
    let approved = anton
        .post(
            &format!("requests/{id}/approve"),
            json!({"comment": "As agreed"}),
        )
        .await;
    assert_eq!(approved.status, 202);
    let watch = approved.headers.get("location").unwrap().to_str().unwrap();
    let request = rosa.get(watch).await.ok();
    assert_eq!(request["status"], "approved");
    assert_eq!(request["directory"]["state"], "queued");
    assert_eq!(request["steps"][0]["approvals"][0]["by"]["name"], "anton");
    assert_eq!(request["steps"][0]["approvals"][0]["text"], "As agreed");
}

#[tokio::test]
async fn what_waits_is_found_by_name_template_and_requester() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let first = template(&ada, &[&anton], |_| ()).await;
    let second = template(&ada, &[&anton], |content| {
        content["name"] = json!("Second");
    })
    .await;
    submitted(&rosa, &first, "svc-backup").await;
    submitted(&rosa, &second, "svc-mail").await;
    submitted(&eve, &second, "svc-mail-archive").await;
    let head = world.head().await;
    let found = async |query: &str| {
        let answer = anton
            .get(&format!("approvals?at_least={head}&{query}"))
            .await
            .ok();
        let items = answer["items"].as_array().unwrap();
        assert_eq!(answer["total"]["value"], items.len());
        let names = items.iter().map(|item| item["name"].as_str().unwrap());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(found("search=MAIL").await, ["svc-mail", "svc-mail-archive"]);
    assert_eq!(found("search=arch").await, ["svc-mail-archive"]);
    assert_eq!(found(&format!("template={first}")).await, ["svc-backup"]);
    let both = format!("template={second}&requester={}", rosa.id);
    assert_eq!(found(&both).await, ["svc-mail"]);
    assert_eq!(found("search=nothing").await, [""; 0]);
}

#[tokio::test]
async fn nobody_approves_their_own_request_whatever_their_role() {
    let (world, ada) = World::with_ada().await;
    let template_id = template(&ada, &[&ada], |_| ()).await;
    let id = submitted(&ada, &template_id, "svc-backup").await;
    assert!(waiting(&ada, &world).await.is_empty());
    assert_eq!(
        ada.post(&format!("requests/{id}/approve"), json!({}))
            .await
            .problem(),
        (403, "own-request")
    );
    assert_eq!(
        ada.post(&format!("requests/{id}/reject"), json!({"reason": "x"}))
            .await
            .problem(),
        (403, "own-request")
    );
}

#[tokio::test]
async fn a_rejection_tells_why_and_the_request_can_be_reopened() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-backup").await;
    anton
        .post(
            &format!("requests/{id}/reject"),
            json!({"reason": "Use the other one"}),
        )
        .await
        .ok();
    let request = rosa.get(&format!("requests/{id}")).await.ok();
    assert_eq!(
        (&request["status"], &request["rejection"]["text"]),
        (&json!("rejected"), &json!("Use the other one"))
    );
    rosa.post(&format!("requests/{id}/reopen"), json!({}))
        .await
        .ok();
    assert_eq!(
        rosa.post(&format!("requests/{id}/submit"), json!({}))
            .await
            .status,
        202
    );
}

#[tokio::test]
async fn hidden_approvers_are_hidden_from_the_requester_in_every_answer() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton, &olga], |content| {
        content["approval"]["hide_approver_names"] = json!(true);
        content["approval"]["steps"][0]["least"] = json!(2);
    })
    .await;
    let id = submitted(&rosa, &template_id, "svc-backup").await;
    anton
        .post(
            &format!("requests/{id}/approve"),
            json!({"comment": "Fine"}),
        )
        .await
        .ok();
    olga.post(
        &format!("requests/{id}/reject"),
        json!({"reason": "Not now"}),
    )
    .await
    .ok();
    let at_least = world.head().await;
    for path in [
        format!("requests/{id}"),
        format!("requests/{id}/history"),
        "requests".to_owned(),
        format!("templates/{template_id}"),
        format!("templates/{template_id}/versions/1"),
        "templates".to_owned(),
    ] {
        let seen = rosa
            .get(&format!("{path}?at_least={at_least}"))
            .await
            .ok()
            .to_string();
        for hidden in [&anton, &olga] {
            assert!(!seen.contains(&hidden.id), "{path}: {seen}");
        }
        assert!(
            !seen.contains("anton") && !seen.contains("olga"),
            "{path}: {seen}"
        );
    }
    let seen = rosa.get(&format!("requests/{id}")).await.ok();
    assert_eq!(seen["approvers_hidden"], true);
    // What was said is for the requester; who said it is not.
    assert_eq!(seen["steps"][0]["approvals"][0]["text"], "Fine");
    assert_eq!(seen["rejection"]["text"], "Not now");
    // Approvers see each other.
    let seen = anton.get(&format!("requests/{id}")).await.ok();
    assert_eq!(seen["rejection"]["by"]["name"], "olga");
}

#[tokio::test]
async fn a_requester_who_is_administrator_does_not_see_hidden_approvers_in_the_audit_trail_either()
{
    let (world, ada) = World::with_ada().await;
    let (_, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |content| {
        content["approval"]["hide_approver_names"] = json!(true)
    })
    .await;
    let id = submitted(&ada, &template_id, "svc-backup").await;
    anton
        .post(&format!("requests/{id}/approve"), json!({}))
        .await
        .ok();
    let trail = ada
        .get(&format!(
            "audit?object={id}&at_least={}",
            world.head().await
        ))
        .await
        .ok();
    let decisions: Vec<_> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| entry["type"] == "request.approval-given")
        .collect();
    assert_eq!(decisions.len(), 1);
    assert!(!trail.to_string().contains(&anton.id));
}

#[tokio::test]
async fn only_people_who_may_approve_can_be_named_as_approvers() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    template(&ada, &[&anton], |_| ()).await;
    let domain = ada.get("domains").await.ok()["items"][0]["id"].clone();
    let content = json!({
        "name": "Other", "account_type": "ad-user", "action": "review", "vault": {"kind": "built-in"},
        "directory": {"domain": domain, "ou": "OU=S,DC=corp,DC=example,DC=com"},
        "lifecycle": {"periods": ["1 year"]},
        "approval": {"steps": [{"name": "One", "least": 1, "users": [rosa.id]}]}
    });
    let id = ada.post("templates", content).await.id();
    let refused = ada
        .post(&format!("templates/{id}/publish"), json!({}))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(
        refused.json["errors"][0]["field"],
        "approval.steps[0].users[0]"
    );
}
