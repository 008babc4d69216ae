//! Revival by clone: the deleted account's name passes to its successor, and nobody else gets it in between.

use crate::{
    accounts::{applied, create, report},
    world::{World, asking_for, template},
};
use serde_json::json;
use tenure_domain::{
    Actor,
    account::{Account, AccountCommand},
};
use tenure_workflow::Caller;

#[tokio::test]
async fn a_deleted_account_is_revived_under_its_name_which_nobody_else_gets() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let template = template(&ada, &[], |content| {
        content["action"] = json!("delete");
        content["lifecycle"] = json!({"periods": ["90 days"], "purge_after_days": 30});
        content["approval"]["steps"] = json!([]);
    })
    .await;
    let submit = async |person: &crate::world::Person, content| {
        let id = person.post("requests", content).await.id();
        let path = format!("requests/{id}/submit");
        (id, person.post(&path, json!({})).await)
    };
    let (first, _) = submit(&rosa, asking_for(&template, "svc-backup")).await;
    let old = create(&world, &first).await;
    report(&world, old, applied()).await;
    let lifecycle = world
        .instance
        .store
        .state::<Account>(old.0)
        .await
        .unwrap()
        .state;
    let end = lifecycle.managed().unwrap().lifecycle().unwrap().end;
    world.clock.advance_to(end);
    let rosa = world.sign_in("rosa@corp.example").await;
    let eve = (world.sign_in("eve@corp.example").await, eve).0;
    let system = Caller::new(Actor::system("timers"));
    let ends = AccountCommand::ReachEnd(end);
    world
        .instance
        .commands
        .account(old, ends, &system)
        .await
        .unwrap();
    let marked = rosa.get(&format!("accounts/{old}")).await.ok();
    assert_eq!(marked["status"], "deleted");
    assert_eq!(marked["purge_at"], "2026-05-10T00:00:00Z");

    let (_, taken) = submit(&eve, asking_for(&template, "svc-backup")).await;
    assert_eq!(
        taken.problem(),
        (409, "name-taken"),
        "its object is still there"
    );
    let mut clone = asking_for(&template, "svc-backup");
    clone["clone_of"] = json!(old);
    let (revival, submitted) = submit(&rosa, clone.clone()).await;
    assert_eq!(submitted.status, 202, "{submitted:?}");
    let (_, second) = submit(&rosa, clone).await;
    assert_eq!(
        second.problem(),
        (409, "name-taken"),
        "one revival at a time"
    );

    let new = create_by_reaction(&world, &revival).await;
    let succeed = AccountCommand::Succeed(new);
    world
        .instance
        .commands
        .account(old, succeed, &system)
        .await
        .unwrap();
    let revived = rosa.get(&format!("accounts/{new}")).await.ok();
    assert_eq!(revived["revives"], json!(old));
    let gone = ada_sees(&world, &format!("accounts/{old}")).await;
    assert_eq!(
        (&gone["status"], &gone["succeeded_by"]),
        (&json!("deleted"), &json!(new))
    );
    let state = world
        .instance
        .store
        .state::<Account>(new.0)
        .await
        .unwrap()
        .state;
    let order = state
        .managed()
        .unwrap()
        .directory
        .outstanding
        .clone()
        .unwrap();
    assert_eq!(order.revives, Some(old));
    report(&world, new, applied()).await;
    let (_, taken) = submit(&eve, asking_for(&template, "svc-backup")).await;
    assert_eq!(
        taken.problem(),
        (409, "name-taken"),
        "it is the successor's"
    );
}

/// As the reaction does it, with the facts that the workflow reads.
async fn create_by_reaction(world: &World, request: &str) -> tenure_domain::AccountId {
    use tenure_domain::{RequestId, request::Request};
    let request: RequestId = request.parse().unwrap();
    let state = world
        .instance
        .store
        .state::<Request>(request.0)
        .await
        .unwrap()
        .state;
    let account = state.submission().unwrap().account;
    let system = Caller::new(Actor::system("provisioning"));
    let created = world
        .instance
        .commands
        .account_by_request(account, AccountCommand::Create, Some(request), &system)
        .await;
    created.unwrap();
    account
}

async fn ada_sees(world: &World, path: &str) -> serde_json::Value {
    world.sign_in("ada@corp.example").await.get(path).await.ok()
}
