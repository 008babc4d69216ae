//! Useless accounts of a real domain that nobody manages: disabled at once, gone when their grace is over, kept as they were
//! found, and left alone when somebody needed them after all.

use crate::synchronisation::synchronise;
use ldap3::Mod;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenure_tests::{
    domain::AdDomain,
    lab::{Lab, Settings},
};
use uuid::Uuid;

const DISABLED: &str = "66082";
/// Enabled, and needs no password: there is none.
const ENABLED: &str = "66080";
/// accountExpires of 2001.
const LONG_AGO: &str = "126227232000000000";

async fn add(directory: &AdDomain, name: &str, attributes: &[(&str, &str)]) -> String {
    let dn = format!("CN={name},{}", directory.ou("Service Accounts"));
    let one = |value| HashSet::from([value]);
    let mut all = vec![
        ("objectClass", one("user")),
        ("sAMAccountName", one(name)),
        ("description", one("Nobody knows")),
    ];
    all.extend(attributes.iter().map(|(name, value)| (*name, one(*value))));
    let added = directory.administrator().await.add(&dn, all).await;
    added.unwrap().success().unwrap();
    dn
}

async fn set(directory: &AdDomain, dn: &str, attribute: &str, value: &str) {
    let change = Mod::Replace(attribute, HashSet::from([value]));
    let mut administrator = directory.administrator().await;
    let changed = administrator.modify(dn, vec![change]).await;
    changed.unwrap().success().unwrap();
}

/// Where the removal of this account stands.
fn state<'a>(removals: &'a Value, name: &str) -> &'a Value {
    let items = removals["items"].as_array().unwrap();
    let found = items.iter().find(|item| item["name"] == name);
    found.map_or(&Value::Null, |item| &item["state"])
}

#[tokio::test(flavor = "multi_thread")]
async fn useless_accounts_are_disabled_at_once_and_deleted_later_unless_somebody_needs_them() {
    let settings = Settings {
        virtual_start: Some("2026-01-10T09:00:00Z".parse().unwrap()),
        ..Settings::default()
    };
    let Some(lab) = Lab::start(settings).await else {
        return;
    };
    let admin = lab.admin.clone();
    let domain = lab.domains[0].id.clone();
    let directory = lab.domains[0].directory.clone();
    let tag = &Uuid::now_v7().simple().to_string()[24..];
    let [gone, kept, used, root] =
        ["gone", "kept", "used", "root"].map(|name| format!("svc-{name}-{tag}"));
    add(&directory, &gone, &[("userAccountControl", DISABLED)]).await;
    let expired = [
        ("userAccountControl", ENABLED),
        ("accountExpires", LONG_AGO),
    ];
    add(&directory, &kept, &expired).await;
    let used_dn = add(&directory, &used, &[("userAccountControl", DISABLED)]).await;
    let root_dn = add(&directory, &root, &[("userAccountControl", DISABLED)]).await;
    // Privileged through another group.
    let (group, operators) = (
        directory.new_group().await,
        format!("CN=Backup Operators,CN=Builtin,{}", directory.base),
    );
    for (group, member) in [(&group, &root_dn), (&operators, &group)] {
        let join = Mod::Add("member", HashSet::from([member.as_str()]));
        let mut administrator = directory.administrator().await;
        let joined = administrator.modify(group, vec![join]).await;
        joined.unwrap().success().unwrap();
    }
    synchronise(&admin, &domain, true).await;
    let before = directory.object(&kept).await.unwrap();

    // Somebody needs it after all, and nobody has read that yet.
    set(&directory, &used_dn, "userAccountControl", ENABLED).await;
    let mut objects = Vec::new();
    for name in [&gone, &kept, &used, &root] {
        let list = format!("/domains/{domain}/unmanaged-accounts?search={name}");
        objects.push(admin.get(&list).await.ok()["items"][0]["id"].clone());
    }
    let body = json!({"accounts": objects, "confirmed": 4, "grace_days": 30, "reason": "Unused for years"});
    let path = format!("/domains/{domain}/unmanaged-accounts/remove");
    let begun = admin.post(&path, body).await.ok();
    assert_eq!(begun["accepted"], 3, "{begun}");
    let refused = &begun["items"][3]["problem"];
    assert!(
        refused["type"].as_str().unwrap().ends_with(":protected"),
        "{begun}"
    );

    let removals = format!("/domains/{domain}/unmanaged-accounts/removals");
    let settled = |removals: &Value| {
        let is = |name: &str, wanted: &str| state(removals, name) == wanted;
        is(&gone, "disabled") && is(&kept, "disabled") && is(&used, "kept")
    };
    let shown = admin.wait(&removals, "an engine to look", settled).await;
    let item = |name: &str| {
        let items = shown["items"].as_array().unwrap();
        items.iter().find(|item| item["name"] == name).unwrap()
    };
    let why = item(&used)["failure"]["detail"].as_str().unwrap();
    assert!(why.contains("enabled since"), "{why}");
    assert_eq!(item(&gone)["reason"], "Unused for years");
    // Disabled at once, where it was; whoever needed it was left alone.
    for (name, enabled) in [(&gone, false), (&kept, false), (&used, true)] {
        let object = directory.object(name).await.unwrap();
        assert_eq!(object.is_enabled(), enabled, "{name}");
        let marked = object.value("adminDescription").is_some();
        assert_eq!(marked, !enabled, "{name}");
    }
    // They are unmanaged accounts no more, and not managed ones either, for whoever looks at these.
    let list = format!("/domains/{domain}/unmanaged-accounts?search={gone}");
    let number = |wanted: u64| move |found: &Value| found["total"]["value"] == wanted;
    admin.wait(&list, "it to be in no list", number(0)).await;

    // Kept: as it was found, and found again.
    let account = item(&kept)["account"].as_str().unwrap();
    let keep = json!({"reason": "The plant in Linz uses it"});
    let path = format!("/accounts/{account}/cancel-removal");
    admin.post(&path, keep).await.ok();
    let is_kept = |removals: &Value| state(removals, &kept) == "kept";
    admin
        .wait(&removals, "the account to be kept", is_kept)
        .await;
    let after = directory.object(&kept).await.unwrap();
    assert_eq!(after.dn, before.dn);
    for unchanged in [
        "userAccountControl",
        "pwdLastSet",
        "accountExpires",
        "description",
        "adminDescription",
    ] {
        assert_eq!(
            after.value(unchanged),
            before.value(unchanged),
            "{unchanged}"
        );
    }
    synchronise(&admin, &domain, false).await;
    let list = format!("/domains/{domain}/unmanaged-accounts?search={kept}");
    admin.wait(&list, "it to be found again", number(1)).await;

    // A day before the end of its grace it is there, and then it is gone.
    lab.advance_to("2026-02-08T09:00:00Z".parse().unwrap())
        .await;
    assert!(directory.object(&gone).await.is_some());
    lab.advance_to("2026-02-11T09:00:00Z".parse().unwrap())
        .await;
    let is_gone = |removals: &Value| state(removals, &gone) == "deleted";
    admin
        .wait(&removals, "the account to be deleted", is_gone)
        .await;
    assert!(directory.object(&gone).await.is_none());
    assert!(directory.object(&kept).await.is_some());
    assert!(directory.object(&used).await.is_some());
    assert!(directory.object(&root).await.is_some());
    directory.delete(&group).await;
}
