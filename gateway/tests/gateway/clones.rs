//! Clones of accounts: a draft with the same content, for whoever can see the account.

use crate::{
    accounts::{applied, create, existing, report, story},
    world::{World, asking_for, template},
};
use serde_json::json;
use tenure_domain::{AccountId, Actor, account::AccountCommand};
use tenure_workflow::Caller;

#[tokio::test]
async fn a_clone_of_a_live_account_is_a_draft_like_it_that_needs_a_name_of_its_own() {
    let s = story().await;
    let clone = format!("{}/clone", s.path);
    let once = s.rosa.post_once(&clone, "once", json!({})).await.id();
    assert_eq!(
        s.rosa.post_once(&clone, "once", json!({})).await.id(),
        once,
        "a repeat drafts nothing"
    );
    let path = format!("requests/{once}");
    let draft = s.rosa.get(&path).await.ok();
    assert_eq!(draft["status"], "draft");
    let content = &draft["content"];
    assert_eq!(content["name"], "");
    assert_eq!(content["clone_of"], s.account.to_string());
    assert_eq!(content["period"], "90 days");
    assert_eq!(content["justification"], "Nightly backup");
    assert_eq!(content["terms_accepted"], false);
    let mut taken = content.clone();
    taken["name"] = json!("svc-backup");
    s.rosa.post(&format!("{path}/revise"), taken).await.ok();
    let submit = format!("{path}/submit");
    assert_eq!(
        s.rosa.post(&submit, json!({})).await.problem(),
        (409, "name-taken"),
        "the account lives"
    );
    let mut named = content.clone();
    named["name"] = json!("svc-backup2");
    s.rosa.post(&format!("{path}/revise"), named).await.ok();
    assert_eq!(s.rosa.post(&submit, json!({})).await.status, 202);
}

#[tokio::test]
async fn a_deleted_account_is_cloned_under_its_own_name_by_those_who_could_see_it_and_nobody_else()
{
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    world.person(&ada, "eve", &["Requester"]).await;
    let template_id = template(&ada, &[&ada], |content| {
        content["action"] = json!("delete");
        content["lifecycle"] = json!({"periods": ["90 days"]});
    })
    .await;
    let account = existing(&world, &ada, &rosa, &template_id, "svc-old").await;
    let end = "2026-04-10T00:00:00Z".parse().unwrap();
    world.clock.advance_to(end);
    let timers = Caller::new(Actor::system("timers"));
    let commands = &world.instance.commands;
    commands
        .account(AccountId(account), AccountCommand::ReachEnd(end), &timers)
        .await
        .unwrap();
    let rosa = world.sign_in("rosa@corp.example").await;
    let eve = world.sign_in("eve@corp.example").await;
    let path = format!("accounts/{account}");
    assert_eq!(rosa.get(&path).await.ok()["status"], "deleted");

    assert_eq!(
        eve.post(&format!("{path}/clone"), json!({}))
            .await
            .problem(),
        (404, "not-found")
    );
    let claims = |name: &str| {
        json!({
            "kind": {"type": "new-account"}, "template": template_id, "name": name, "clone_of": account,
            "justification": "Mine now"
        })
    };
    let refused = eve.post("requests", claims("svc-old")).await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(refused.json["errors"][0]["field"], "clone_of");

    let draft = rosa.post(&format!("{path}/clone"), json!({})).await.id();
    let request = format!("requests/{draft}");
    assert_eq!(
        rosa.get(&request).await.ok()["content"]["name"],
        "svc-old",
        "which passes on with the object"
    );
    rosa.post(&format!("{request}/submit"), json!({}))
        .await
        .ok();
    let mut other = claims("svc-old");
    other["clone_of"] = json!(null);
    let other = eve.post("requests", other).await.id();
    assert_eq!(
        eve.post(&format!("requests/{other}/submit"), json!({}))
            .await
            .problem(),
        (409, "name-taken")
    );
    // Nothing came of it: the deleted account has its name again, and can be asked for once more.
    rosa.post(&format!("{request}/withdraw"), json!({}))
        .await
        .ok();
    assert_eq!(
        eve.post(&format!("requests/{other}/submit"), json!({}))
            .await
            .problem(),
        (409, "name-taken")
    );
    rosa.post(&format!("{request}/reopen"), json!({}))
        .await
        .ok();
    rosa.post(&format!("{request}/submit"), json!({}))
        .await
        .ok();
}

#[tokio::test]
async fn a_clone_asks_for_the_optional_groups_again_and_not_for_those_that_every_account_joins() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let [batch, reports] =
        ["Batch", "Reports"].map(|name| format!("CN={name},OU=Groups,DC=corp,DC=example,DC=com"));
    let template_id = template(&ada, &[&ada], |content| {
        content["directory"]["groups"] = json!([batch]);
        content["directory"]["optional_groups"] = json!([reports]);
    })
    .await;
    let mut content = asking_for(&template_id, "svc-backup");
    content["groups"] = json!([reports]);
    let request = rosa.post("requests", content).await.id();
    let submit = format!("requests/{request}/submit");
    rosa.post(&submit, json!({})).await.ok();
    let approve = format!("requests/{request}/approve");
    ada.post(&approve, json!({})).await.ok();
    let account = create(&world, &request).await;
    report(&world, account, applied()).await;
    let shown = rosa.get(&format!("accounts/{account}")).await.ok();
    assert_eq!(shown["groups"], json!([batch, reports]));
    let clone = format!("accounts/{account}/clone");
    let copy = rosa.post(&clone, json!({})).await.id();
    let draft = rosa.get(&format!("requests/{copy}")).await.ok();
    assert_eq!(draft["content"]["groups"], json!([reports]));
}
