//! Renewals that somebody has to approve.

use crate::{
    accounts::existing,
    world::{World, template},
};
use chrono::TimeDelta;
use serde_json::json;
use tenure_domain::{AccountId, Actor, RequestId, account::AccountCommand};
use tenure_workflow::Caller;

#[tokio::test]
async fn of_two_renewals_of_an_account_the_second_is_refused_until_the_first_is_over() {
    let (world, ada) = World::with_ada().await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let expires = |content: &mut serde_json::Value| content["action"] = json!("expire");
    let template = template(&ada, &[&anton], expires).await;
    let account = existing(&world, &anton, &rosa, &template, "svc-backup").await;
    world.later(TimeDelta::days(65));
    let rosa = world.sign_in("rosa@corp.example").await;
    let renewal = json!({
        "kind": {"type": "renewal", "account": account}, "template": template, "name": "svc-backup",
        "justification": "Nightly backup"
    });
    let first = rosa.post("requests", renewal.clone()).await.id();
    let second = rosa.post("requests", renewal).await.id();
    let submit = async |id: &str| {
        let path = format!("requests/{id}/submit");
        rosa.post(&path, json!({})).await
    };

    let (one, other) = tokio::join!(submit(&first), submit(&second));
    let (accepted, refused, again) = match one.status {
        202 => (first, other, second),
        _ => (second, one, first),
    };
    assert_eq!(refused.problem(), (409, "not-renewable"), "{refused:?}");
    let detail = refused.json["detail"].to_string();
    assert!(detail.contains("waiting for approval"), "{detail}");

    let withdraw = format!("requests/{accepted}/withdraw");
    rosa.post(&withdraw, json!({})).await.ok();
    // What follows from the submission comes only after what follows from the withdrawal.
    let over: RequestId = accepted.parse().unwrap();
    for late in [
        AccountCommand::CloseRenewal(over),
        AccountCommand::BeginRenewal(over),
    ] {
        let (commands, by_tenure) = (&world.instance.commands, Caller::new(Actor::system("test")));
        let done = commands.account(AccountId(account), late, &by_tenure).await;
        done.unwrap();
    }
    assert_eq!(submit(&again).await.status, 202);
}
