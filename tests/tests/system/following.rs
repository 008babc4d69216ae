//! Members of a real domain's groups are users: they come, leave and come again, a mass change is asked about, and a group
//! that vanished takes nobody with it.

use crate::synchronisation::synchronise;
use ldap3::Mod;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenure_tests::{
    api::Api,
    domain::AdDomain,
    lab::{Lab, Settings, id_of},
    organisation::ADMIN,
};
use uuid::Uuid;

/// A person of the directory: answers the distinguished name. Who has no address has none.
async fn person(directory: &AdDomain, name: &str, mail: Option<&str>) -> String {
    let dn = format!("CN={name},{}", directory.ou("Unmanaged"));
    let one = |value| HashSet::from([value]);
    let mut attributes = vec![
        ("objectClass", one("user")),
        ("sAMAccountName", one(name)),
        ("displayName", one(name)),
        // Enabled, and needs no password: there is none.
        ("userAccountControl", one("544")),
    ];
    attributes.extend(mail.map(|mail| ("mail", one(mail))));
    let added = directory.administrator().await.add(&dn, attributes).await;
    added.unwrap().success().unwrap();
    dn
}

async fn change(directory: &AdDomain, group: &str, change: Mod<&str>) {
    let mut administrator = directory.administrator().await;
    let changed = administrator.modify(group, vec![change]).await;
    changed.unwrap().success().unwrap();
}

fn add<'a>(members: &[&'a str]) -> Mod<&'a str> {
    Mod::Add("member", members.iter().copied().collect())
}

fn remove<'a>(members: &[&'a str]) -> Mod<&'a str> {
    Mod::Delete("member", members.iter().copied().collect())
}

/// The user of that name, if there is one.
async fn user(admin: &Api, name: &str) -> Option<Value> {
    let list = admin.get(&format!("/users?search={name}")).await.ok();
    list["items"].as_array().unwrap().first().cloned()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_of_followed_groups_are_users_and_a_mass_change_or_a_vanished_group_disables_nobody()
 {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let (admin, domain) = (lab.admin.clone(), lab.domains[0].id.clone());
    let directory = lab.domains[0].directory.clone();
    let tag = &Uuid::now_v7().simple().to_string()[24..];
    let named = |n: usize| format!("p{n}-{tag}");
    let (staff, nested) = (directory.new_group().await, directory.new_group().await);
    let mut dns = Vec::new();
    for n in 0..8 {
        let mail = format!("{}@corp.example.com", named(n));
        // The last one has no address.
        let mail = (n < 7).then_some(mail.as_str());
        dns.push(person(&directory, &named(n), mail).await);
    }
    let dns: Vec<_> = dns.iter().map(String::as_str).collect();
    // Two are members through another group.
    change(&directory, &nested, add(&dns[..2])).await;
    change(
        &directory,
        &staff,
        add(&[&dns[2..], &[nested.as_str()]].concat()),
    )
    .await;
    synchronise(&admin, &domain, true).await;

    // They come, and are members of the group of Tenure.
    let owners = id_of(
        &admin
            .post("/groups", json!({"name": format!("Owners {tag}")}))
            .await
            .ok(),
    );
    let cn = staff.split([',', '=']).nth(1).unwrap();
    let found = admin
        .get(&format!("/domains/{domain}/groups?search={cn}"))
        .await
        .ok();
    let object = found["items"][0]["id"].as_str().unwrap();
    let group = json!({"object": object, "group": owners});
    // Told before: seven, two of them through the other group, and one who cannot.
    let preview = format!("/domains/{domain}/people/preview?groups={object}");
    let told = admin.get(&preview).await.ok();
    let brings = json!({"new": 7, "known": 0, "followed": 0, "cannot": 1});
    assert_eq!(told["groups"][0]["people"], brings, "{told}");
    assert_eq!(told["who_comes"].as_array().unwrap().len(), 7);
    let plan = json!({"groups": [group], "most_at_once": 50, "most_per_cent": 20});
    admin
        .post(&format!("/domains/{domain}/people/plan"), plan)
        .await
        .ok();
    let path = format!("/domains/{domain}/people");
    let here = |number: u64| {
        move |people: &Value| people["followed"] == number && people["at"].is_string()
    };
    let people = admin.wait(&path, "people to come", here(7)).await;
    let problems = people["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 1, "{people}");
    assert_eq!(
        (&problems[0]["name"], &problems[0]["problem"]),
        (&json!(named(7)), &json!("no-address"))
    );
    let first = user(&admin, &named(0)).await.unwrap();
    assert_eq!(
        (&first["display_name"], &first["enabled"]),
        (&json!(named(0)), &json!(true)),
        "{first}"
    );
    let group_path = format!("/groups/{owners}");
    let full = |number: usize| {
        move |group: &Value| {
            group["members"]
                .as_array()
                .is_some_and(|m| m.len() == number)
        }
    };
    admin.wait(&group_path, "its members", full(7)).await;
    lab.mail
        .wait_for(&format!("{}@corp.example.com", named(0)), "")
        .await;

    // One leaves and is disabled; on coming back, enabled.
    change(&directory, &staff, remove(&dns[6..7])).await;
    synchronise(&admin, &domain, false).await;
    admin.wait(&path, "one to leave", here(6)).await;
    let seventh = format!(
        "/users/{}",
        user(&admin, &named(6)).await.unwrap()["id"]
            .as_str()
            .unwrap()
    );
    admin
        .wait(&seventh, "it to be disabled", |user| {
            user["enabled"] == false
        })
        .await;
    admin.wait(&group_path, "one member less", full(6)).await;
    change(&directory, &staff, add(&dns[6..7])).await;
    synchronise(&admin, &domain, false).await;
    admin
        .wait(&seventh, "it to be enabled", |user| user["enabled"] == true)
        .await;
    admin.wait(&group_path, "all members", full(7)).await;

    // Most leave at once: nobody does, and the administrators are asked.
    change(&directory, &staff, remove(&dns[2..7])).await;
    synchronise(&admin, &domain, false).await;
    let held = admin
        .wait(&path, "a decision to be asked for", |people| {
            people["held"].is_object()
        })
        .await;
    assert_eq!(
        (&held["held"]["coming"], &held["held"]["leaving"]),
        (&json!(0), &json!(5)),
        "{held}"
    );
    assert_eq!(held["held"]["who_leaves"].as_array().unwrap().len(), 5);
    assert_eq!(user(&admin, &named(3)).await.unwrap()["enabled"], true);
    lab.mail.wait_for(ADMIN, "Many people at once").await;
    let allow =
        |leaving: u32| json!({"coming": 0, "leaving": leaving, "reason": "Bern was closed"});
    let allowing = format!("/domains/{domain}/people/allow");
    let wrong = admin.post(&allowing, allow(4)).await;
    assert_eq!(wrong.problem(), "urn:tenure:problem:held-changed");
    admin.post(&allowing, allow(5)).await.ok();
    admin.wait(&path, "them to leave", here(2)).await;
    assert_eq!(user(&admin, &named(3)).await.unwrap()["enabled"], false);

    // Another group alone would take nobody with it who is still in it.
    let nested_cn = nested.split([',', '=']).nth(1).unwrap();
    let search = format!("/domains/{domain}/groups?search={nested_cn}");
    let other = admin.get(&search).await.ok()["items"][0]["id"].clone();
    let preview = format!(
        "/domains/{domain}/people/preview?groups={}",
        other.as_str().unwrap()
    );
    let told = admin.get(&preview).await.ok();
    let brings = json!({"new": 0, "known": 0, "followed": 2, "cannot": 0});
    assert_eq!(
        (&told["people"], &told["leaving"]),
        (&brings, &json!(0)),
        "{told}"
    );

    // The whole group vanishes: nobody leaves, it is told.
    directory.delete(&staff).await;
    synchronise(&admin, &domain, true).await;
    let people = admin
        .wait(&path, "the group to be missing", |people| {
            people["groups"][0]["missing"] == true
        })
        .await;
    assert_eq!(people["followed"], 2, "{people}");
    assert_eq!(user(&admin, &named(0)).await.unwrap()["enabled"], true);
    lab.mail
        .wait_for(ADMIN, "Followed groups are missing")
        .await;
}
