//! Changes of a live account by request: one at a time.

use crate::{
    accounts::existing,
    world::{World, template},
};
use serde_json::json;

#[tokio::test]
async fn of_two_changes_of_an_account_the_second_is_refused_until_the_first_is_over() {
    let (world, ada) = World::with_ada().await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let offers = |content: &mut serde_json::Value| {
        content["directory"]["attributes"] = json!([{"name": "info", "rule": "optional"}]);
    };
    let template = template(&ada, &[&anton], offers).await;
    let account = existing(&world, &anton, &rosa, &template, "svc-backup").await;
    let change = |info: &str| {
        json!({
            "kind": {"type": "change", "account": account}, "template": template,
            "justification": "Runs at another time", "attributes": {"info": [info]}
        })
    };
    let first = rosa.post("requests", change("nightly")).await.id();
    let second = rosa.post("requests", change("hourly")).await.id();
    let submit = async |id: &str| {
        let path = format!("requests/{id}/submit");
        rosa.post(&path, json!({})).await
    };

    let (one, other) = tokio::join!(submit(&first), submit(&second));
    let (accepted, refused, again) = match one.status {
        202 => (first, other, second),
        _ => (second, one, first),
    };
    assert_eq!(refused.problem(), (409, "not-changeable"), "{refused:?}");
    let detail = refused.json["detail"].to_string();
    assert!(detail.contains("another change"), "{detail}");

    let withdraw = format!("requests/{accepted}/withdraw");
    rosa.post(&withdraw, json!({})).await.ok();
    assert_eq!(submit(&again).await.status, 202, "withdrawn");
    let reject = format!("requests/{again}/reject");
    let reason = json!({"reason": "Not at that time"});
    anton.post(&reject, reason).await.ok();
    let third = rosa.post("requests", change("weekly")).await.id();
    assert_eq!(submit(&third).await.status, 202, "rejected");
}
