//! A failed request is withdrawn while an administrator tries its account again.

use crate::{
    accounts::{applied, create, report},
    world::{Person, World, submitted, template},
};
use serde_json::json;
use tenure_domain::{
    AccountId, Actor,
    order::{Failure, FailureReason, Outcome},
    request::RequestCommand,
};
use tenure_workflow::Caller;

struct Failed {
    world: World,
    ada: Person,
    rosa: Person,
    request: String,
    account: AccountId,
}

/// Rosa's request, whose account the directory refused to make.
async fn failed() -> Failed {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template = template(&ada, &[&anton], |_| ()).await;
    let request = submitted(&rosa, &template, "svc-backup").await;
    let approve = format!("requests/{request}/approve");
    anton.post(&approve, json!({})).await.ok();
    let account = create(&world, &request).await;
    let failure = Failure {
        reason: FailureReason::InsufficientRights,
        detail: "00002098".into(),
    };
    report(&world, account, Outcome::Failed(failure.clone())).await;
    // What the reactions would do.
    let by_tenure = Caller::new(Actor::system("test"));
    for command in [
        RequestCommand::BeginProvisioning,
        RequestCommand::Fail(failure),
    ] {
        let id = request.parse().unwrap();
        let commands = &world.instance.commands;
        commands.request(id, command, &by_tenure).await.unwrap();
    }
    Failed {
        world,
        ada,
        rosa,
        request,
        account,
    }
}

#[tokio::test]
async fn an_account_that_is_made_after_the_withdrawal_is_removed_again() {
    let s = failed().await;
    let retry = format!("accounts/{}/retry", s.account);
    s.ada.post(&retry, json!({})).await.ok();
    let withdraw = format!("requests/{}/withdraw", s.request);
    s.rosa.post(&withdraw, json!({})).await.ok();
    report(&s.world, s.account, applied()).await;
    let account = format!("accounts/{}", s.account);
    let account = s.ada.get(&account).await.ok();
    assert_eq!(account["status"], "deleted", "{account}");
    assert_eq!(account["directory"]["state"], "queued", "{account}");
    let again = s.ada.post(&retry, json!({})).await;
    assert_eq!(again.problem(), (409, "nothing-to-retry"));
}

#[tokio::test]
async fn a_request_whose_account_was_made_after_all_is_not_withdrawn() {
    let s = failed().await;
    let retry = format!("accounts/{}/retry", s.account);
    s.ada.post(&retry, json!({})).await.ok();
    report(&s.world, s.account, applied()).await;
    let withdraw = format!("requests/{}/withdraw", s.request);
    let refused = s.rosa.post(&withdraw, json!({})).await;
    assert_eq!(refused.problem(), (409, "wrong-status"));
    let account = format!("accounts/{}", s.account);
    assert_eq!(s.rosa.get(&account).await.ok()["status"], "active");
}
