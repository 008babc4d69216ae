//! One act on many accounts: shown first, then done, each account with its own result.

use crate::accounts::{Story, story};
use serde_json::{Value, json};
use tenure_eventstore::new_id;

fn all(s: &Story, act: &str) -> Value {
    json!({"accounts": [s.account, new_id()], "act": act, "reason": "The team was dissolved"})
}

fn items(answer: &Value) -> (&Value, &Value) {
    let [own, unknown] = &answer["items"].as_array().unwrap()[..] else {
        panic!("{answer}")
    };
    (own, unknown)
}

#[tokio::test]
async fn a_preview_says_for_which_accounts_an_act_is_off_and_why_and_writes_nothing() {
    let s = story().await;
    let before = s.world.head().await;
    let shown = async |act| s.rosa.post("accounts/act/preview", all(&s, act)).await.ok();
    let disable = shown("disable").await;
    let (own, unknown) = items(&disable);
    assert_eq!(
        (&own["name"], &own["problem"]),
        (&json!("svc-backup"), &Value::Null)
    );
    assert_eq!(
        (&unknown["name"], &unknown["problem"]["status"]),
        (&json!(""), &json!(404))
    );
    assert_eq!(
        (&disable["accepted"], &disable["refused"]),
        (&json!(1), &json!(1))
    );
    for (act, why) in [
        ("enable", "is enabled already"),
        ("renew", "Renewal is not open yet"),
    ] {
        let off = shown(act).await;
        let detail = items(&off).0["problem"]["detail"].as_str().unwrap();
        assert!(detail.contains(why), "{act}: {detail}");
    }
    assert_eq!(s.world.head().await, before);
}

#[tokio::test]
async fn many_are_disabled_with_a_result_each_and_a_repeat_changes_nothing() {
    let s = story().await;
    let others = s.eve.post("accounts/act", all(&s, "disable")).await.ok();
    assert_eq!(
        others["refused"], 2,
        "another's account is not there for her"
    );
    let body = all(&s, "disable");
    let done = s
        .rosa
        .post_once("accounts/act", "all-1", body.clone())
        .await
        .ok();
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(1), &json!(1))
    );
    let path = format!("{}?at_least={}", s.path, done["position"]);
    assert_eq!(s.rosa.get(&path).await.ok()["enabled"], false);
    let head = s.world.head().await;
    let again = s.rosa.post_once("accounts/act", "all-1", body).await.ok();
    assert_eq!(
        (&again["accepted"], &again["position"]),
        (&json!(1), &done["position"])
    );
    assert_eq!(s.world.head().await, head);
}

#[tokio::test]
async fn accounts_change_hands_together() {
    let s = story().await;
    let mut body = all(&s, "change-owners");
    let refused = s.rosa.post("accounts/act", body.clone()).await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(refused.json["errors"][0]["field"], "owners");
    body["owners"] = json!([{"kind": "user", "id": s.eve.id}]);
    s.rosa.post("accounts/act", body).await.ok();
    let account = s.ada.get(&s.path).await.ok();
    assert_eq!(account["owners"][0]["name"], "eve");
}

#[tokio::test]
async fn who_manages_accounts_brings_their_ends_forward_and_what_follows_happens_at_once() {
    let s = story().await;
    let own = s.rosa.post("accounts/act", all(&s, "end-now")).await.ok();
    assert_eq!(items(&own).0["problem"]["status"], 403);
    let done = s.ada.post("accounts/act", all(&s, "end-now")).await.ok();
    assert_eq!(items(&done).0["problem"], Value::Null, "{done}");
    let account = s.ada.get(&s.path).await.ok();
    assert_eq!(account["lifecycle_end"], "2026-01-10T00:00:00Z");
    assert_eq!(account["status"], "disabled", "its template's action");
    assert_eq!(account["template"]["name"], "Service account");
}

#[tokio::test]
async fn at_most_a_page_at_a_time_and_never_without_a_reason() {
    let s = story().await;
    let mut many = all(&s, "disable");
    many["accounts"] = (0..501).map(|_| json!(new_id())).collect();
    let none = json!({"accounts": [], "act": "disable", "reason": "x"});
    let silent = json!({"accounts": [s.account], "act": "disable", "reason": " "});
    for path in ["accounts/act", "accounts/act/preview"] {
        for body in [&many, &none] {
            let refused = s.rosa.post(path, body.clone()).await;
            assert_eq!(refused.problem(), (422, "invalid"), "{body}");
        }
    }
    s.rosa
        .post("accounts/act/preview", silent.clone())
        .await
        .ok();
    let refused = s.rosa.post("accounts/act", silent).await;
    assert_eq!(refused.problem(), (422, "invalid"));
}
