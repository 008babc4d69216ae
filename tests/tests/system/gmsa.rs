//! Group managed service accounts in a real domain: asked for, approved, made, who may retrieve the password, drift, migrated
//! to other principals, disabled and deleted.

use ldap3::Mod;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{Organisation, content, fresh_name},
    until::until,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// Nothing more than 15 characters.
fn short_name() -> String {
    let name = fresh_name();
    format!("svc-{}", &name[name.len() - 11..])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_managed_service_account_lives_from_its_request_to_its_end() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let (admin, beside) = (&lab.admin, &lab.domains[0]);
    let api = &people.requester.api;
    let [web, batch] = [
        beside.directory.new_group().await,
        beside.directory.new_group().await,
    ];
    let change = |principals: Value| {
        move |template: &mut Value| {
            template["account_type"] = json!("ad-gmsa");
            template["vault"] = json!({"kind": "none"});
            let directory = &mut template["directory"];
            directory["gmsa"] = json!({"principals": principals, "password_interval_days": 7});
            directory["attributes"] = json!([{"name": "servicePrincipalName", "rule": "required"}]);
        }
    };
    let template = people
        .template(&lab, 0, "disable", change(json!([web])))
        .await;
    let (name, second) = (short_name(), short_name());
    let spn = format!("HTTP/{name}.corp.example");
    let asks = |name: &str| {
        let mut asked = content(&template, name);
        asked["attributes"] = json!({"servicePrincipalName": [spn]});
        asked
    };
    let request = people.submit(asks(&name)).await;
    people.approve(&request).await;
    let provisioned = people.provisioned(&request).await;
    let account = provisioned["submission"]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/accounts/{account}");
    let sam = format!("{name}$");
    let made = beside.directory.object(&sam).await.unwrap();
    assert_eq!(
        made.dn,
        format!("CN={name},{}", beside.directory.ou("Service Accounts"))
    );
    assert_eq!(made.value("userAccountControl"), Some("4096"));
    assert_eq!(made.value("msDS-ManagedPasswordInterval"), Some("7"));
    assert_eq!(made.value("msDS-SupportedEncryptionTypes"), Some("24"));
    assert_eq!(made.value("servicePrincipalName"), Some(spn.as_str()));
    let shown = api.get(&path).await.ok();
    assert_eq!(shown["gmsa"]["principals"], json!([web]));
    assert_eq!(
        (&shown["has_secret"], &shown["account_type"]),
        (&json!(false), &json!("ad-gmsa"))
    );

    // The name of a service is one account's: another one that asks for it hears whose it is.
    let request = people.submit(asks(&second)).await;
    people.approve(&request).await;
    let waits = format!("/requests/{request}");
    let failed = api
        .wait(&waits, "the request to fail", |r| r["status"] == "failed")
        .await;
    let failure = &failed["directory"]["failure"];
    assert_eq!(failure["reason"], "spn-taken", "{failed}");
    assert!(
        failure["detail"].as_str().unwrap().contains(&made.dn),
        "{failed}"
    );

    // Somebody lets nobody retrieve the password any more, and weakens the encryption.
    let behind = [
        Mod::Replace("msDS-SupportedEncryptionTypes", HashSet::from(["4"])),
        Mod::Replace("msDS-GroupMSAMembership", HashSet::new()),
    ];
    let mut administrator = beside.directory.administrator().await;
    let changed = administrator.modify(&made.dn, behind.into()).await;
    changed.unwrap().success().unwrap();
    let asking = format!("/domains/{}/synchronise", beside.id);
    admin.post(&asking, json!({ "full": true })).await.ok();
    let list = format!("/drift?search={name}");
    let drifted = admin
        .wait(&list, "drift to be seen", |list| {
            !list["items"].as_array().unwrap().is_empty()
        })
        .await;
    let differences = &drifted["items"][0]["differences"];
    let field = |n: usize| {
        (
            &differences[n]["field"],
            &differences[n]["wanted"],
            &differences[n]["observed"],
        )
    };
    let (types, rc4) = (json!(["aes128", "aes256"]), json!(["rc4"]));
    assert_eq!(
        field(0),
        (&json!("encryption-types"), &types, &rc4),
        "{drifted}"
    );
    assert_eq!(
        field(1),
        (&json!("principals"), &json!([web]), &json!([])),
        "{drifted}"
    );
    let repair = json!({ "accounts": [account], "reason": "Nobody asked for this." });
    admin.post("/drift/repair", repair).await.ok();
    until("the drift to be repaired", PATIENCE, async || {
        let object = beside.directory.object(&sam).await.unwrap();
        (object.value("msDS-SupportedEncryptionTypes") == Some("24")).then_some(())
    })
    .await;

    // Another version names another group: who is migrated to it follows.
    let next = people.content(&lab, 0, "disable", change(json!([batch])));
    for (what, body) in [("draft", next), ("publish", json!({}))] {
        admin
            .post(&format!("/templates/{template}/{what}"), body)
            .await
            .ok();
    }
    let migration =
        json!({"accounts": [account], "template": template, "reason": "Another cluster."});
    let migrated = admin.post("/migrations", migration).await.ok();
    assert_eq!(migrated["refused"], 0, "{migrated}");
    let follows = |a: &Value| {
        a["gmsa"]["principals"] == json!([batch]) && a["directory"]["state"] == "applied"
    };
    api.wait(&path, "the directory to follow", follows).await;

    api.post(&format!("{path}/disable"), json!({ "reason": "Not used." }))
        .await
        .ok();
    until("the account to be disabled", PATIENCE, async || {
        let object = beside.directory.object(&sam).await.unwrap();
        (!object.is_enabled()).then_some(())
    })
    .await;
    let delete = json!({ "reason": "Not used.", "confirmed_name": name });
    api.post(&format!("{path}/delete"), delete).await.ok();
    until("the object to be gone", PATIENCE, async || {
        beside.directory.object(&sam).await.is_none().then_some(())
    })
    .await;
    // Now the name of the service is free: the failed request is tried again.
    api.post(&format!("/requests/{request}/retry"), json!({}))
        .await
        .ok();
    people.provisioned(&request).await;
}
