//! Two real domains are read: in full, then by change, with deletions; by plan and on demand; and what looks like a service
//! account that nobody manages is noticed.

use crate::calibration::{calibrate, place};
use ldap3::Mod;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenure_tests::{
    api::Api,
    domain::AdDomain,
    lab::{Lab, Settings},
    organisation::{ADMIN, Organisation},
};
use uuid::Uuid;

async fn add(directory: &AdDomain, ou: &str, name: &str) -> String {
    let dn = format!("CN={name},{}", directory.ou(ou));
    let one = |value| HashSet::from([value]);
    // Its password never expires.
    let attributes = vec![
        ("objectClass", one("user")),
        ("sAMAccountName", one(name)),
        ("userAccountControl", one("66082")),
    ];
    let added = directory.administrator().await.add(&dn, attributes).await;
    added.unwrap().success().unwrap();
    dn
}

/// With a password that nobody here knows any more.
async fn enable(directory: &AdDomain, dn: &str) {
    let password = format!("\"Aa1-{}\"", Uuid::now_v7());
    let password: Vec<u8> = password.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let changes = vec![
        Mod::Replace(b"unicodePwd".to_vec(), HashSet::from([password])),
        Mod::Replace(
            b"userAccountControl".to_vec(),
            HashSet::from([b"66048".to_vec()]),
        ),
    ];
    let changed = directory.administrator().await.modify(dn, changes).await;
    changed.unwrap().success().unwrap();
}

/// Reads the domain now; how that stands afterwards.
pub(crate) async fn synchronise(admin: &Api, domain: &str, full: bool) -> Value {
    let path = format!("/domains/{domain}/synchronisation");
    let before = admin.get(&path).await.ok();
    let ask = json!({ "full": full });
    let asking = format!("/domains/{domain}/synchronise");
    admin.post(&asking, ask).await.ok();
    admin
        .wait(&path, "the domain to be read", |now| {
            let over = now["running"].is_null() && now["waiting"] == false;
            over && (now["last"]["at"] != before["last"]["at"]
                || now["failed"]["at"] != before["failed"]["at"])
        })
        .await
}

/// Imports accounts by their names; what became of each.
async fn import(lab: &Lab, domain: &str, template: &str, owner: &str, names: &[&str]) -> Value {
    let admin = &lab.admin;
    let mut accounts = Vec::new();
    for name in names {
        let list = format!("/domains/{domain}/unmanaged-accounts?search={name}");
        let found = admin.get(&list).await.ok();
        accounts.push(json!({ "object": found["items"][0]["id"] }));
    }
    let owner = json!({"kind": "user", "id": owner});
    let body = json!({
        "template": template, "period": "90 days", "reason": "Found", "owners": [owner], "accounts": accounts,
    });
    let path = format!("/domains/{domain}/unmanaged-accounts/import");
    admin.post(&path, body).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn unmanaged_accounts_become_managed_as_they_are_each_with_its_own_result() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let admin = lab.admin.clone();
    let domain = lab.domains[0].id.clone();
    let directory = lab.domains[0].directory.clone();
    let tag = &Uuid::now_v7().simple().to_string()[24..];
    let [ours, theirs] = ["in", "out"].map(|name| format!("svc-{name}-{tag}"));
    // Where the engine may write, and where it may only read.
    let dn = add(&directory, "Service Accounts", &ours).await;
    enable(&directory, &dn).await;
    add(&directory, "Unmanaged", &theirs).await;
    let before = directory.object(&ours).await.unwrap();
    assert!(before.is_enabled());
    synchronise(&admin, &domain, true).await;
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 0, "disable", |_| ()).await;
    let owner = &people.requester.id;

    let imported = import(&lab, &domain, &template, owner, &[&ours, &theirs]).await;
    assert_eq!(imported["accepted"], 2, "{imported}");
    let account = |index: usize| {
        format!(
            "/accounts/{}",
            imported["items"][index]["account"].as_str().unwrap()
        )
    };
    let managed = admin
        .wait(&account(0), "the account to be managed", |account| {
            account["directory"]["state"] == "applied"
        })
        .await;
    assert_eq!(managed["name"], ours.as_str());
    assert_eq!(managed["imported"], true);
    assert!(managed["lifecycle_end"].is_string(), "{managed}");
    // Nothing of it changed but its mark.
    let after = directory.object(&ours).await.unwrap();
    assert_eq!(after.dn, before.dn);
    for unchanged in [
        "userAccountControl",
        "pwdLastSet",
        "memberOf",
        "accountExpires",
        "description",
    ] {
        assert_eq!(
            after.value(unchanged),
            before.value(unchanged),
            "{unchanged}"
        );
    }
    assert!(
        after
            .value("adminDescription")
            .unwrap()
            .starts_with("tenure:")
    );
    let refused = admin
        .wait(&account(1), "the directory to refuse", |account| {
            account["directory"]["state"] == "failed"
        })
        .await;
    assert_eq!(
        refused["directory"]["failure"]["reason"], "insufficient-rights",
        "{refused}"
    );
    let left = format!("/domains/{domain}/unmanaged-accounts?search={tag}");
    assert_eq!(names(&admin, &left).await, [""; 0]);
    // What is missing where it lies is named, although no template names that place; nothing is ever made there.
    let found = calibrate(&admin, &domain, std::time::Duration::from_secs(30)).await;
    let unit = place(&found, &directory.ou("Unmanaged"));
    assert_eq!(
        (&unit["uses"], &unit["standing"]),
        (&json!(["imported-accounts"]), &json!("missing")),
        "{unit:#}"
    );
    let rights = unit["rights"].as_array().unwrap();
    let of = |right: &Value, standing| {
        right["right"] == "write-attributes" && right["standing"] == standing
    };
    assert!(
        rights
            .iter()
            .all(|right| right["right"] != "create-accounts")
    );
    let missing = rights.iter().find(|right| of(right, "missing")).unwrap();
    let command = missing["dsacls"].as_str().unwrap();
    assert!(command.contains("adminDescription"), "{command}");
    // Taken back it is found again as it was, and imported anew as another account.
    let why = json!({ "reason": "The engine gets no rights there" });
    let taking_back = format!("{}/take-back-import", account(1));
    admin.post(&taking_back, why).await.ok();
    admin
        .wait(&account(1), "the import to be taken back", |account| {
            account["status"] == "released" && account["directory"]["state"] == "applied"
        })
        .await;
    admin
        .wait(&left, "the object to be found again", |list| {
            list["items"][0]["name"] == theirs.as_str()
        })
        .await;
    let mark = directory.object(&theirs).await.unwrap();
    assert_eq!(mark.value("adminDescription"), None);
    let anew = import(&lab, &domain, &template, owner, &[&theirs]).await;
    let second = format!(
        "/accounts/{}",
        anew["items"][0]["account"].as_str().unwrap()
    );
    assert_ne!(second, account(1), "{anew}");
    admin
        .wait(&second, "the directory to refuse again", |account| {
            account["directory"]["state"] == "failed"
        })
        .await;
    // The same again is refused, and changes nothing.
    let object = imported["items"][0]["object"].clone();
    let body = json!({
        "template": template, "period": "90 days", "reason": "Again",
        "owners": [{"kind": "user", "id": owner}],
        "accounts": [{ "object": object }, { "object": Uuid::nil() }],
    });
    let path = format!("/domains/{domain}/unmanaged-accounts/import");
    let again = admin.post(&path, body).await.ok();
    let slug = |index: usize| again["items"][index]["problem"]["type"].clone();
    assert_eq!(
        (slug(0), slug(1)),
        (
            json!("urn:tenure:problem:already-exists"),
            json!("urn:tenure:problem:invalid")
        ),
        "{again}"
    );
    // As an account like any other, it is disabled by whoever is accountable.
    let disable = json!({ "reason": "Nobody uses it" });
    admin
        .post(&format!("{}/disable", account(0)), disable)
        .await
        .ok();
    admin
        .wait(&account(0), "it to be disabled", |account| {
            account["directory"]["state"] == "applied" && account["status"] == "disabled"
        })
        .await;
    assert!(!directory.object(&ours).await.unwrap().is_enabled());
}

async fn names(admin: &Api, path: &str) -> Vec<String> {
    let list = admin.get(path).await.ok();
    let items = list["items"].as_array().unwrap().iter();
    items
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_domains_are_read_in_full_and_then_by_change_and_new_unmanaged_accounts_are_noticed() {
    let Some(mut lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let [corp, emea] = [0, 1].map(|which| lab.domains[which].id.clone());
    let directory = lab.domains[0].directory.clone();
    let tag = &Uuid::now_v7().simple().to_string()[24..];
    let [old, gone, new] = ["old", "gone", "new"].map(|name| format!("svc-{name}-{tag}"));
    let old_dn = add(&directory, "Unmanaged", &old).await;
    let gone_dn = add(&directory, "Unmanaged", &gone).await;
    let admin = lab.admin.clone();

    // Both, at the same time.
    let (first, other) = tokio::join!(
        synchronise(&admin, &corp, true),
        synchronise(&admin, &emea, true)
    );
    for read in [&first, &other] {
        assert_eq!(read["last"]["full"], true, "{read}");
        assert!(read["holds"]["groups"].as_u64() > Some(20), "{read}");
        assert!(read["failed"].is_null(), "{read}");
    }
    let unmanaged = format!("/domains/{corp}/unmanaged-accounts?search={tag}");
    let found = names(&admin, &unmanaged).await;
    assert_eq!(found, [gone.clone(), old.clone()], "same risk: by name");
    assert_eq!(
        names(&admin, &unmanaged.replace(&corp, &emea)).await.len(),
        0
    );
    let users = format!("/domains/{corp}/users?search={tag}");
    assert_eq!(names(&admin, &users).await, [gone.clone(), old.clone()]);
    let units = admin.get(&format!("/domains/{corp}/units")).await.ok();
    let unit = |unit: &Value| unit["dn"] == directory.ou("Unmanaged").as_str();
    assert!(units["items"].as_array().unwrap().iter().any(unit));
    let admins = format!("/domains/{corp}/groups?search=domain%20admins");
    let admins = admin.get(&admins).await.ok();
    assert!(admins["items"][0]["members"].as_u64() > Some(0), "{admins}");
    lab.mail.wait_for(ADMIN, "Unmanaged accounts in").await;

    // One is described, one deleted, one made: a look at changes sees all three.
    let change = Mod::Replace("description", HashSet::from(["The intranet"]));
    let mut administrator = directory.administrator().await;
    let described = administrator.modify(&old_dn, vec![change]).await;
    described.unwrap().success().unwrap();
    directory.delete(&gone_dn).await;
    add(&directory, "Unmanaged", &new).await;
    let second = synchronise(&admin, &corp, false).await;
    let last = &second["last"];
    assert_eq!(
        (&last["full"], &last["deletions_seen"]),
        (&json!(false), &json!(true)),
        "{second}"
    );
    assert!(last["gone"].as_u64() >= Some(1), "{second}");
    let listed = admin.get(&unmanaged).await.ok();
    assert_eq!(names(&admin, &unmanaged).await, [new.clone(), old.clone()]);
    let described = &listed["items"][1];
    assert_eq!(described["description"], "The intranet");
    let signals = described["signals"].as_array().unwrap().iter();
    let texts: Vec<_> = signals.map(|signal| &signal["text"]).collect();
    assert!(
        texts.contains(&&json!("password never expires")),
        "{texts:?}"
    );

    // The history says that it happened and who is new, not what the directory holds.
    let trail = admin.get(&format!("/audit?object={corp}")).await.ok();
    let events: Vec<_> = trail["items"].as_array().unwrap().iter().collect();
    let of = |kind: &str| events.iter().filter(|event| event["type"] == kind).count();
    // Beside those of the plan.
    assert!(of("domain.synchronised") >= 2, "{trail}");
    assert!(of("domain.unmanaged-accounts-found") >= 2, "{trail}");

    // An engine that is away deletes nothing, and the order waits for it.
    lab.kill_agent(0);
    let ask = json!({ "full": true });
    let path = format!("/domains/{corp}/synchronise");
    admin.post(&path, ask).await.ok();
    assert_eq!(names(&admin, &unmanaged).await, [new.clone(), old.clone()]);
    lab.start_agent(0);
    let standing = format!("/domains/{corp}/synchronisation");
    admin
        .wait(&standing, "the engine to take it up", |now| {
            now["last"]["full"] == true && now["last"]["at"] != second["last"]["at"]
        })
        .await;
    assert_eq!(names(&admin, &unmanaged).await, [new, old]);
}
