//! Somebody works on managed accounts behind Tenure's back, in a real domain: what differs is found with both values, people
//! are told, it is repaired where the template says so, and a storm of repairs is stopped.

use ldap3::Mod;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenure_tests::{
    api::Api,
    domain::AdDomain,
    lab::{Lab, Settings},
    organisation::{ADMIN, Organisation, fresh_name},
};

/// Reads the domain now, and waits until that was applied.
async fn synchronise(admin: &Api, domain: &str, full: bool) {
    let path = format!("/domains/{domain}/synchronisation");
    let before = admin.get(&path).await.ok();
    let asking = format!("/domains/{domain}/synchronise");
    admin.post(&asking, json!({ "full": full })).await.ok();
    let read = admin
        .wait(&path, "the domain to be read", |now| {
            let over = now["running"].is_null() && now["waiting"] == false;
            over && (now["last"]["at"] != before["last"]["at"]
                || now["failed"]["at"] != before["failed"]["at"])
        })
        .await;
    assert!(read["failed"].is_null(), "{read}");
}

/// By the administrator's hand.
async fn set(directory: &AdDomain, dn: &str, name: &str, value: &str) {
    let change = Mod::Replace(name, HashSet::from([value]));
    let changed = directory
        .administrator()
        .await
        .modify(dn, vec![change])
        .await;
    changed.unwrap().success().unwrap();
}

/// Accounts of these templates, provisioned; their ids.
async fn provision(people: &Organisation, template: &str, names: &[String]) -> Vec<String> {
    let mut accounts = Vec::new();
    for name in names {
        let request = people.provision(template, name).await;
        accounts.push(
            request["submission"]["account"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    accounts
}

/// What differs of the account: `field of: wanted → observed`, in order.
fn differences(item: &Value) -> Vec<String> {
    let values = |value: &Value| {
        let values = value.as_array().unwrap().iter();
        let values: Vec<_> = values.map(|value| value.as_str().unwrap()).collect();
        values.join(", ")
    };
    let said = |found: &Value| {
        let of = found["of"].as_str().map(|of| format!(" {of}"));
        let of = of.unwrap_or_default();
        let field = found["field"].as_str().unwrap();
        let (wanted, observed) = (values(&found["wanted"]), values(&found["observed"]));
        format!("{field}{of}: {wanted} → {observed}")
    };
    let mut said: Vec<_> = item["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(said)
        .collect();
    said.sort();
    said
}

/// The one row of the list for this name, once it is as `wanted`.
async fn drift(admin: &Api, name: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let path = format!("/drift?search={name}");
    let list = admin
        .wait(&path, what, |list| {
            list["items"].get(0).is_some_and(&wanted)
        })
        .await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "{list}");
    list["items"][0].clone()
}

async fn nothing_differs(admin: &Api, name: &str) {
    let path = format!("/drift?search={name}");
    let none = |list: &Value| list["items"].as_array().unwrap().is_empty();
    admin.wait(&path, "nothing to differ any more", none).await;
}

/// How often this is in the history of the account.
async fn happened(admin: &Api, account: &str, kind: &str) -> usize {
    let trail = admin
        .get(&format!("/audit?object={account}&limit=500"))
        .await
        .ok();
    let items = trail["items"].as_array().unwrap().iter();
    items.filter(|event| event["type"] == kind).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_does_behind_tenures_back_is_found_told_and_repaired_by_hand() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let (admin, domain) = (lab.admin.clone(), lab.domains[0].id.clone());
    let directory = lab.domains[0].directory.clone();
    let people = Organisation::settle(&lab).await;
    let group = directory.new_group().await;
    let template = people
        .template(&lab, 0, "expire", |template| {
            template["directory"]["groups"] = json!([group]);
            template["directory"]["attributes"] = json!([
                { "name": "department", "rule": { "read-only": ["Operations"] } },
            ]);
        })
        .await;
    let name = fresh_name();
    let accounts = provision(&people, &template, std::slice::from_ref(&name)).await;
    let account = format!("/accounts/{}", accounts[0]);
    synchronise(&admin, &domain, true).await;
    let provisioned = directory.object(&name).await.unwrap();
    nothing_differs(&admin, &name).await;

    // Somebody works on it.
    let dn = provisioned.dn.clone();
    set(&directory, &dn, "userAccountControl", "514").await;
    set(&directory, &dn, "accountExpires", "0").await;
    set(&directory, &dn, "department", "Marketing").await;
    let leave = Mod::Delete("member", HashSet::from([dn.as_str()]));
    let mut administrator = directory.administrator().await;
    let left = administrator.modify(&group, vec![leave]).await;
    left.unwrap().success().unwrap();
    let retired = directory.ou("Retired");
    let rdn = format!("CN={name}");
    let moved = administrator
        .modifydn(&dn, &rdn, true, Some(&retired))
        .await;
    moved.unwrap().success().unwrap();
    synchronise(&admin, &domain, false).await;

    let found = drift(&admin, &name, "it to be found", |_| true).await;
    let end = admin.get(&account).await.ok()["lifecycle_end"].clone();
    let ours = directory.ou("Service Accounts");
    let expected = [
        "attribute department: Operations → Marketing".to_owned(),
        "enabled: yes → no".to_owned(),
        format!("expiry: {} → never", end.as_str().unwrap()),
        format!("group {group}: member → no member"),
        format!("ou: {ours} → {retired}"),
    ];
    assert_eq!(differences(&found), expected, "{found}");
    assert_eq!(found["standing"], "reported");
    assert_eq!(found["domain"]["id"], domain.as_str());
    for person in [ADMIN, people.requester.email.as_str()] {
        let mail = lab.mail.wait_for(person, "Not as ordered in").await;
        assert!(mail.to_string().contains(&name), "{mail}");
    }
    // Its owner sees it too, and somebody who owns nothing does not.
    let mine = people.requester.api.get("/drift").await.ok();
    assert_eq!(mine["items"][0]["name"], name.as_str(), "{mine}");
    let others = people.approver.api.get("/drift").await.ok();
    assert_eq!(others["items"], json!([]));

    // The same again is no news, and since when survives.
    set(
        &directory,
        &format!("{rdn},{retired}"),
        "department",
        "Sales",
    )
    .await;
    synchronise(&admin, &domain, false).await;
    let sales = "attribute department: Operations → Sales";
    let still = drift(&admin, &name, "the other value", |item| {
        differences(item)[0] == sales
    })
    .await;
    assert_eq!(still["since"], found["since"]);
    assert_eq!(
        happened(&admin, &accounts[0], "account.drift-found").await,
        2
    );
    synchronise(&admin, &domain, true).await;
    let shown = admin.get(&account).await.ok();
    assert_eq!(differences(&shown["drift"]), differences(&still));

    // Its owner has it repaired.
    let repair = json!({ "accounts": [accounts[0]], "reason": "Nobody asked for this" });
    let repaired = people
        .requester
        .api
        .post("/drift/repair", repair.clone())
        .await
        .ok();
    assert_eq!(repaired["accepted"], 1, "{repaired}");
    nothing_differs(&admin, &name).await;
    let after = directory.object(&name).await.unwrap();
    assert!(after.is_enabled());
    assert_eq!(after.dn, provisioned.dn);
    assert_eq!(after.groups(), [group.as_str()]);
    for attribute in ["accountExpires", "department"] {
        assert_eq!(
            after.value(attribute),
            provisioned.value(attribute),
            "{attribute}"
        );
    }
    assert_eq!(
        happened(&admin, &accounts[0], "account.drift-ended").await,
        1
    );
    synchronise(&admin, &domain, true).await;
    nothing_differs(&admin, &name).await;

    // Deleted, it is reported, and never made anew.
    directory.delete(&after.dn).await;
    synchronise(&admin, &domain, false).await;
    let gone = drift(&admin, &name, "it to be missed", |_| true).await;
    assert_eq!(differences(&gone), ["existence: there → gone"]);
    let refused = admin.post("/drift/repair", repair).await.ok();
    let problem = &refused["items"][0]["problem"]["type"];
    assert_eq!(problem, "urn:tenure:problem:nothing-to-repair", "{refused}");
    assert!(directory.object(&name).await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_by_itself_stops_before_a_storm_and_goes_on_when_somebody_decided() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let (admin, domain) = (lab.admin.clone(), lab.domains[0].id.clone());
    let directory = lab.domains[0].directory.clone();
    let people = Organisation::settle(&lab).await;
    let template = people
        .template(&lab, 0, "disable", |template| {
            template["drift"] = json!({ "repair": ["enabled"] });
        })
        .await;
    let names = [fresh_name(), fresh_name(), fresh_name()];
    let accounts = provision(&people, &template, &names).await;
    let standing = format!("/domains/{domain}/synchronisation");
    let mut plan = admin.get(&standing).await.ok()["plan"].take();
    assert_eq!(plan["drift"], json!({ "accounts": 20, "per_cent": 5 }));
    plan["drift"] = json!({ "accounts": 1, "per_cent": 100 });
    admin.post(&format!("{standing}/plan"), plan).await.ok();
    synchronise(&admin, &domain, true).await;

    // One alone is repaired.
    let dn = |name: &str| format!("CN={name},{}", directory.ou("Service Accounts"));
    set(&directory, &dn(&names[0]), "userAccountControl", "514").await;
    synchronise(&admin, &domain, false).await;
    let account = format!("/accounts/{}", accounts[0]);
    admin
        .wait(&format!("{account}/history"), "the repair", |history| {
            history.to_string().contains("repaired")
        })
        .await;
    assert!(directory.object(&names[0]).await.unwrap().is_enabled());
    nothing_differs(&admin, &names[0]).await;

    // Three at once are too many: none is.
    for name in &names {
        set(&directory, &dn(name), "userAccountControl", "514").await;
    }
    synchronise(&admin, &domain, false).await;
    let held = |list: &Value| list["items"].as_array().unwrap().len() == 3;
    let list = format!("/drift?domain={domain}&standing=held&field=enabled");
    admin.wait(&list, "three to be held back", held).await;
    let waiting = admin
        .wait(&standing, "a decision to be needed", |now| {
            !now["held_repair"].is_null()
        })
        .await;
    let counts = json!({ "accounts": 3, "managed": 3, "allowed": 1 });
    assert_eq!(waiting["held_repair"], counts);
    let mail = lab.mail.wait_for(ADMIN, "3 accounts").await;
    assert!(
        mail.to_string().contains("Decide what becomes of them"),
        "{mail}"
    );
    for name in &names {
        assert!(!directory.object(name).await.unwrap().is_enabled());
    }
    // Whoever may not decide, may not.
    let decide = json!({ "decision": "repair", "reason": "A script went wrong" });
    let path = format!("/domains/{domain}/drift/decide");
    let refused = people.requester.api.post(&path, decide.clone()).await;
    assert_eq!(refused.status, 403);
    admin.post(&path, decide.clone()).await.ok();
    for name in &names {
        nothing_differs(&admin, name).await;
        assert!(directory.object(name).await.unwrap().is_enabled());
    }
    let again = admin.post(&path, decide).await;
    assert_eq!(again.problem(), "urn:tenure:problem:nothing-held");
}
