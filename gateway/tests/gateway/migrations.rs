//! Migration of accounts to other terms: shown first, then done, account by account.

use crate::{
    accounts::{Story, story},
    world::template,
};
use serde_json::{Value, json};
use tenure_eventstore::new_id;

/// The template that accounts move to: other periods, reviewed at the end, in another OU.
async fn target(s: &Story) -> String {
    template(&s.ada, &[], |content| {
        content["approval"]["steps"] = json!([]);
        content["name"] = json!("Merged service account");
        content["action"] = json!("review");
        content["lifecycle"]["periods"] = json!(["60 days", "90 days"]);
        content["directory"]["ou"] = json!("OU=Merged,DC=corp,DC=example,DC=com");
        content["directory"]["cannot_change_password"] = json!(true);
        content["vault"]["folder"] = json!("merged");
    })
    .await
}

fn migration(s: &Story, target: &str) -> Value {
    json!({
        "accounts": [s.account, new_id()], "template": target, "period": "60 days", "end_date": "2026-06-01",
        "owners": [{"kind": "user", "id": s.eve.id}], "move_to_ou": true, "move_secret": true,
        "reason": "Merged"
    })
}

#[tokio::test]
async fn a_preview_shows_each_account_before_and_after_and_writes_nothing() {
    let s = story().await;
    let body = migration(&s, &target(&s).await);
    let before = s.world.head().await;
    let preview = s.ada.post("migrations/preview", body.clone()).await.ok();
    assert_eq!(s.world.head().await, before);
    let [account, unknown] = &preview["items"].as_array().unwrap()[..] else {
        panic!("{preview}")
    };
    assert_eq!(account["name"], "svc-backup");
    assert_eq!(account["migrates"], true);
    assert_eq!(account["before"]["template"]["name"], "Service account");
    assert_eq!(account["before"]["lifecycle_end"], "2026-04-10T00:00:00Z");
    assert_eq!(account["before"]["owners"][0]["name"], "rosa");
    assert_eq!(
        account["after"]["template"]["name"],
        "Merged service account"
    );
    assert_eq!(account["after"]["lifecycle_end"], "2026-06-01T00:00:00Z");
    assert_eq!(account["after"]["action"], "review");
    assert_eq!(account["after"]["owners"][0]["name"], "eve");
    assert_eq!(
        account["after"]["ou"],
        "OU=Merged,DC=corp,DC=example,DC=com"
    );
    assert_eq!(account["after"]["folder"], "merged");
    let denied = |when: &str| &account[when]["cannot_change_password"];
    assert_eq!(
        (denied("before"), denied("after")),
        (&json!(false), &json!(true))
    );
    assert_eq!(unknown["migrates"], false);
    assert_eq!(unknown["problem"]["type"], "urn:tenure:problem:not-found");
    assert_eq!(preview["refused"], 1);
}

#[tokio::test]
async fn accounts_migrate_with_a_result_each_and_a_repeat_changes_nothing() {
    let s = story().await;
    let body = migration(&s, &target(&s).await);
    let done = s
        .ada
        .post_once("migrations", "merge-1", body.clone())
        .await
        .ok();
    assert_eq!(done["items"][0]["migrates"], true);
    assert_eq!(done["items"][1]["problem"]["status"], 404);
    let account = s.ada.get(&s.path).await.ok();
    assert_eq!(account["template"]["name"], "Merged service account");
    assert_eq!(account["lifecycle_end"], "2026-06-01T00:00:00Z");
    assert_eq!(account["period"], "60 days");
    assert_eq!(
        account["directory"]["state"], "queued",
        "it moves to the OU"
    );
    let listed = s
        .ada
        .get(&format!("accounts?at_least={}", done["position"]))
        .await
        .ok();
    assert_eq!(listed["items"][0]["owners"][0]["name"], "eve");
    let head = s.world.head().await;
    let again = s.ada.post_once("migrations", "merge-1", body).await.ok();
    assert_eq!(again["items"][0]["migrates"], true);
    assert_eq!(s.world.head().await, head);
}

#[tokio::test]
async fn an_end_in_the_past_is_confirmed_first() {
    let s = story().await;
    let mut body = migration(&s, &target(&s).await);
    body["end_date"] = json!("2026-01-01");
    let preview = s.ada.post("migrations/preview", body.clone()).await.ok();
    let field = &preview["items"][0]["problem"]["errors"][0]["field"];
    assert_eq!(field, "past_end_confirmed");
    body["past_end_confirmed"] = json!(true);
    let preview = s.ada.post("migrations/preview", body.clone()).await.ok();
    assert_eq!(preview["items"][0]["ends_at_once"], true);
    s.ada.post("migrations", body).await.ok();
    let account = s.ada.get(&s.path).await.ok();
    let renew = account["options"].as_array().unwrap();
    assert!(
        renew
            .iter()
            .any(|option| option["option"] == "renew" && option["off"].is_null())
    );
}

#[tokio::test]
async fn only_who_manages_accounts_migrates_them_and_only_a_page_at_a_time() {
    let s = story().await;
    let target = target(&s).await;
    let body = migration(&s, &target);
    for path in ["migrations", "migrations/preview"] {
        let refused = s.rosa.post(path, body.clone()).await;
        assert_eq!(refused.problem(), (403, "forbidden"));
        let mut many = body.clone();
        many["accounts"] = (0..501).map(|_| json!(new_id())).collect();
        assert_eq!(s.ada.post(path, many).await.problem(), (422, "invalid"));
        let mut unknown = body.clone();
        unknown["template_version"] = json!(7);
        assert_eq!(s.ada.post(path, unknown).await.problem(), (422, "invalid"));
    }
}
