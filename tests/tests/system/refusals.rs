//! What the real directory refuses ends as "failed", with its own reason, and can be tried again.

use serde_json::{Value, json};
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{Organisation, fresh_name},
};

async fn failed(people: &Organisation, request: &str) -> Value {
    let path = format!("/requests/{request}");
    people
        .requester
        .api
        .wait(&path, "the request to fail", |r| r["status"] == "failed")
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_taken_by_a_foreign_object_is_never_adopted_and_can_be_retried_once_free() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 0, "disable", |_| {}).await;
    let directory = &lab.domains[0].directory;
    let name = fresh_name();
    let dn = format!("CN={name},{}", directory.ou("Unmanaged"));
    let mut admin = directory.administrator().await;
    let attributes = [
        ("objectClass", "user"),
        ("sAMAccountName", name.as_str()),
        ("userAccountControl", "514"),
    ];
    let attributes = attributes
        .map(|(name, value)| (name, [value].into()))
        .to_vec();
    admin.add(&dn, attributes).await.unwrap().success().unwrap();

    let request = people.ask(&template, &name).await;
    people.approve(&request).await;
    let refused = failed(&people, &request).await;
    assert_eq!(
        refused["directory"]["failure"]["reason"], "name-taken",
        "{refused}"
    );
    let foreign = directory.object(&name).await.unwrap();
    assert_eq!(foreign.dn, dn);
    assert_eq!(
        foreign.value("adminDescription"),
        None,
        "the foreign object is as it was"
    );
    lab.mail.wait_for(&people.requester.email, &name).await;

    admin.delete(&dn).await.unwrap().success().unwrap();
    people
        .requester
        .api
        .post(&format!("/requests/{request}/retry"), json!({}))
        .await
        .ok();
    people.provisioned(&request).await;
    assert!(
        directory
            .object(&name)
            .await
            .unwrap()
            .dn
            .contains("Service Accounts")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_ou_and_missing_rights_fail_with_the_directorys_reason() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let directory = lab.domains[0].directory.clone();
    for (ou, reason) in [
        ("Nowhere", "no-such-ou"),
        ("Unmanaged", "insufficient-rights"),
    ] {
        let template = people
            .template(&lab, 0, "disable", |t| {
                t["directory"]["ou"] = json!(directory.ou(ou))
            })
            .await;
        let name = fresh_name();
        let request = people.ask(&template, &name).await;
        people.approve(&request).await;
        let refused = failed(&people, &request).await;
        assert_eq!(
            refused["directory"]["failure"]["reason"], reason,
            "{refused}"
        );
        assert!(
            refused["directory"]["failure"]["detail"]
                .as_str()
                .is_some_and(|detail| !detail.is_empty()),
            "{refused}"
        );
        assert!(
            directory.object(&name).await.is_none(),
            "nothing is left behind"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_policy_that_the_generated_password_fails_is_told_and_can_be_retried() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 1, "disable", |_| {}).await;
    let directory = &lab.domains[1].directory;
    let mut admin = directory.administrator().await;
    let mut set_length = async |length: &str| {
        let change = vec![ldap3::Mod::Replace("minPwdLength", [length].into())];
        admin
            .modify(&directory.base, change)
            .await
            .unwrap()
            .success()
            .unwrap();
    };
    set_length("200").await;
    let name = fresh_name();
    let request = people.ask(&template, &name).await;
    people.approve(&request).await;
    let refused = failed(&people, &request).await;
    set_length("7").await;
    assert_eq!(
        refused["directory"]["failure"]["reason"], "password-policy",
        "{refused}"
    );
    assert!(directory.object(&name).await.is_none());
    people
        .requester
        .api
        .post(&format!("/requests/{request}/retry"), json!({}))
        .await
        .ok();
    people.provisioned(&request).await;
}
