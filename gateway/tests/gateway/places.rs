//! OU and folder: where the template lets the requester choose, the choice reaches the account and its order.

use crate::{
    accounts::create,
    world::{World, asking_for, template},
};
use serde_json::json;
use tenure_domain::account::Account;

#[tokio::test]
async fn the_ou_and_the_folder_that_were_chosen_reach_the_account_and_its_order() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let template_id = template(&ada, &[&ada], |content| {
        content["vault"] = json!({"kind": "built-in", "folder": "service", "sub_folders": true});
        content["directory"]["other_ous"] = json!(["OU=Batch,DC=corp,DC=example,DC=com"]);
        content["directory"]["sub_ous"] = json!(true);
    })
    .await;
    let asks = |ou: &str, folder: &str| {
        let mut content = asking_for(&template_id, "svc-backup");
        content["ou"] = json!(ou);
        content["folder"] = json!(folder);
        content
    };
    let elsewhere = asks("OU=Admins,DC=corp,DC=example,DC=com", "service/../payroll");
    let request = rosa.post("requests", elsewhere).await.id();
    let submit = format!("requests/{request}/submit");
    let refused = rosa.post(&submit, json!({})).await;
    let fields: Vec<_> = refused.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["ou", "folder"]);

    let night = "OU=Night,OU=Batch,DC=corp,DC=example,DC=com";
    let chosen = asks(night, "service/backup");
    rosa.post(&format!("requests/{request}/revise"), chosen)
        .await
        .ok();
    rosa.post(&submit, json!({})).await.ok();
    ada.post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let account = create(&world, &request).await;
    let shown = rosa.get(&format!("accounts/{account}")).await.ok();
    assert_eq!(
        (&shown["ou"], &shown["folder"]),
        (&json!(night), &json!("service/backup"))
    );
    let state = world.instance.store.state::<Account>(account.0).await;
    let state = state.unwrap().state;
    let order = state.managed().unwrap().directory.outstanding.clone();
    let order = order.unwrap();
    assert_eq!(order.desired.ou, night);
    assert_eq!(order.folder.as_deref(), Some("service/backup"));
}

#[tokio::test]
async fn without_a_choice_it_is_the_templates_own_ou_and_folder() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let template_id = template(&ada, &[&ada], |content| {
        content["vault"] = json!({"kind": "built-in", "folder": "service"});
    })
    .await;
    let request = crate::world::submitted(&rosa, &template_id, "svc-backup").await;
    ada.post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let account = create(&world, &request).await;
    let shown = rosa.get(&format!("accounts/{account}")).await.ok();
    assert_eq!(shown["ou"], "OU=Service,DC=corp,DC=example,DC=com");
    assert_eq!(shown["folder"], "service");
}
