//! People and groups that leave: what hangs on them is shown, and goes to a successor.

use crate::accounts::{Story, story};
use serde_json::{Value, json};
use tenure_domain::{Actor, group::GroupCommand};
use tenure_workflow::Caller;

async fn orphans(s: &Story) -> Vec<String> {
    let head = s.world.head().await;
    let listed = s
        .ada
        .get(&format!("accounts?orphaned=true&at_least={head}"))
        .await
        .ok();
    let names = listed["items"].as_array().unwrap().iter();
    names
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

fn user(id: &str) -> Value {
    json!({"kind": "user", "id": id})
}

#[tokio::test]
async fn what_hangs_on_a_person_is_shown() {
    let s = story().await;
    let head = s.world.head().await;
    let impact = s
        .ada
        .get(&format!("users/{}/impact?at_least={head}", s.rosa.id))
        .await
        .ok();
    assert_eq!(impact["accounts"]["value"], 1);
    assert_eq!(impact["accounts_alone"]["value"], 1);
    assert_eq!(impact["alone"][0]["name"], "svc-backup");
    let owners = json!({"owners": [user(&s.rosa.id), user(&s.eve.id)]});
    s.ada.post(&format!("{}/owners", s.path), owners).await.ok();
    let head = s.world.head().await;
    let impact = s
        .ada
        .get(&format!("users/{}/impact?at_least={head}", s.rosa.id))
        .await
        .ok();
    assert_eq!(
        (
            &impact["accounts"]["value"],
            &impact["accounts_alone"]["value"]
        ),
        (&json!(1), &json!(0))
    );
    let people = s.ada.get("users?search=anton").await.ok();
    let anton = people["items"][0]["id"].as_str().unwrap();
    let deputy = json!({"deputy": anton, "until": "2026-01-20T00:00:00Z"});
    s.ada
        .post(&format!("users/{}/deputy", s.ada.id), deputy)
        .await
        .ok();
    let head = s.world.head().await;
    let impact = s
        .ada
        .get(&format!("users/{anton}/impact?at_least={head}"))
        .await
        .ok();
    assert_eq!(impact["deputy_for"][0]["name"], "Ada");
    assert_eq!(impact["templates"][0]["name"], "Service account");
    assert_eq!(impact["templates"][0]["steps"], json!(["Team lead"]));
    let refused = s.rosa.get(&format!("users/{}/impact", s.rosa.id)).await;
    assert_eq!(refused.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn nobody_leaves_accounts_behind_without_a_successor() {
    let s = story().await;
    let disable = format!("users/{}/disable", s.rosa.id);
    let refused = s.ada.post(&disable, json!({})).await;
    assert_eq!(refused.problem(), (409, "would-orphan"));
    let detail = refused.json["detail"].as_str().unwrap();
    assert!(detail.starts_with("1 accounts would be left"), "{detail}");
    let herself = s
        .ada
        .post(&disable, json!({"successor": user(&s.rosa.id)}))
        .await;
    assert_eq!(herself.problem(), (422, "invalid"));
    s.ada
        .post(&disable, json!({"successor": user(&s.eve.id)}))
        .await
        .ok();
    let account = s.ada.get(&s.path).await.ok();
    assert_eq!(account["owners"].as_array().unwrap().len(), 1);
    assert_eq!(account["owners"][0]["name"], "eve");
    assert!(orphans(&s).await.is_empty());
}

#[tokio::test]
async fn an_account_whose_owners_are_gone_nevertheless_is_listed() {
    let s = story().await;
    let group = s
        .ada
        .post("groups", json!({"name": "Backup team"}))
        .await
        .id();
    let member = json!({"user": s.eve.id});
    s.ada
        .post(&format!("groups/{group}/members/add"), member.clone())
        .await
        .ok();
    let owners = json!({"owners": [{"kind": "group", "id": group}]});
    s.ada.post(&format!("{}/owners", s.path), owners).await.ok();
    assert!(orphans(&s).await.is_empty());
    let refused = s
        .ada
        .post(&format!("groups/{group}/disable"), json!({}))
        .await;
    assert_eq!(refused.problem(), (409, "would-orphan"));
    let remove = format!("groups/{group}/members/remove");
    let refused = s.ada.post(&remove, member).await;
    assert_eq!(refused.problem(), (409, "would-orphan"));
    // A group that another one stands in for has that one's members.
    let stand_in = json!({"name": "Platform team"});
    let stand_in = s.ada.post("groups", stand_in).await.id();
    let replace = json!({"replacement": stand_in});
    let disable = format!("groups/{group}/disable");
    let refused = s.ada.post(&disable, replace.clone()).await;
    assert_eq!(refused.problem(), (409, "would-orphan"), "nobody is in it");
    let rosa = json!({"user": s.rosa.id});
    let add = format!("groups/{stand_in}/members/add");
    s.ada.post(&add, rosa).await.ok();
    s.ada.post(&disable, replace).await.ok();
    assert!(orphans(&s).await.is_empty());
    let refused = s
        .ada
        .post(&format!("groups/{stand_in}/disable"), json!({}))
        .await;
    assert_eq!(refused.problem(), (409, "would-orphan"));
    s.ada
        .post(&format!("groups/{group}/enable"), json!({}))
        .await
        .ok();
    // A directory does not ask: a group without a member is nobody.
    let group_id = group.parse().unwrap();
    let leaves = GroupCommand::RemoveMember(s.eve.id.parse().unwrap());
    let sync = Caller::new(Actor::system("sync"));
    s.world
        .instance
        .commands
        .group(group_id, leaves, &sync)
        .await
        .unwrap();
    assert_eq!(orphans(&s).await, ["svc-backup"]);
    let alone = json!({"owners": [{"kind": "group", "id": group}, user(&s.rosa.id)]});
    s.ada.post(&format!("{}/owners", s.path), alone).await.ok();
    assert!(orphans(&s).await.is_empty());
    let emptied = json!({"owners": [{"kind": "group", "id": group}]});
    let refused = s.ada.post(&format!("{}/owners", s.path), emptied).await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(refused.json["errors"][0]["code"], "nobody-active");
}

#[tokio::test]
async fn what_a_group_owns_goes_to_the_successor_of_its_last_active_member() {
    let s = story().await;
    let group = json!({"name": "Backup team"});
    let group = s.ada.post("groups", group).await.id();
    let member = json!({"user": s.eve.id});
    let add = format!("groups/{group}/members/add");
    s.ada.post(&add, member.clone()).await.ok();
    let owners = json!({"owners": [{"kind": "group", "id": group}]});
    s.ada
        .post(&format!("{}/owners", s.path), owners.clone())
        .await
        .ok();
    let disable = format!("users/{}/disable", s.eve.id);
    let refused = s.ada.post(&disable, json!({})).await;
    assert_eq!(refused.problem(), (409, "would-orphan"));
    let rosa = json!({"successor": user(&s.rosa.id)});
    s.ada.post(&disable, rosa.clone()).await.ok();
    let owner = async || s.ada.get(&s.path).await.ok()["owners"].clone();
    assert_eq!(owner().await[0]["name"], "rosa");
    assert!(orphans(&s).await.is_empty());

    s.ada
        .post(&format!("users/{}/enable", s.eve.id), json!({}))
        .await
        .ok();
    s.ada.post(&format!("{}/owners", s.path), owners).await.ok();
    let mut leaves = member;
    leaves["successor"] = rosa["successor"].clone();
    let remove = format!("groups/{group}/members/remove");
    s.ada.post(&remove, leaves).await.ok();
    assert_eq!(owner().await[0]["name"], "rosa");
    assert!(orphans(&s).await.is_empty());
}
