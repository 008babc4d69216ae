//! The main job, in two real domains at once: asked for, approved, created with a password that binds, reminded,
//! renewed or not, and ended on time; everyone got their mail, and the history verifies.

use chrono::{DateTime, Days, TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{ADMIN, Organisation, fresh_name},
    until::until,
};

/// The directory has its own clock: the story begins so far in the past that its second end is yesterday.
fn beginning() -> DateTime<Utc> {
    let now = Utc::now();
    (now - TimeDelta::days(182))
        .date_naive()
        .and_hms_opt(9, 0, 0)
        .unwrap()
        .and_utc()
}

fn instant(value: &Value) -> DateTime<Utc> {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no instant: {value}"))
        .parse()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_becomes_an_account_in_two_directories_and_ends_on_time() {
    let settings = Settings {
        virtual_start: Some(beginning()),
        ..Settings::default()
    };
    let Some(lab) = Lab::start(settings).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let mut accounts = Vec::new();
    for which in 0..2 {
        let template = people.template(&lab, which, "disable", |_| {}).await;
        let name = fresh_name();
        let request = people.ask(&template, &name).await;
        lab.mail.wait_for(&people.approver.email, &name).await;

        // Nobody approves their own request, and nobody else sees it as theirs to approve.
        let own = people
            .requester
            .api
            .post(&format!("/requests/{request}/approve"), json!({}))
            .await;
        assert_eq!(own.status, 403, "{}", own.body);
        let waiting = people.approver.api.get("/approvals").await.ok();
        assert!(waiting.to_string().contains(&request), "{waiting}");

        people.approve(&request).await;
        let request = people.provisioned(&request).await;
        accounts.push((
            which,
            name,
            request["submission"]["account"]
                .as_str()
                .unwrap()
                .to_owned(),
        ));
    }
    for (which, name, account) in &accounts {
        let directory = &lab.domains[*which].directory;
        let object = directory
            .object(name)
            .await
            .expect("the object is in the directory");
        assert!(object.is_enabled());
        assert_eq!(
            object.dn,
            format!("CN={name},{}", directory.ou("Service Accounts"))
        );
        let secret = super::reveal::read_secret(&people.requester.api, account).await;
        assert_eq!(
            directory.bind(name, &secret).await,
            Ok(()),
            "the generated password binds"
        );
    }
    let other = lab.domains[1].directory.object(&accounts[0].1).await;
    assert!(other.is_none(), "an account is made in its own domain only");

    // Renewal opens, the owner is reminded, and renews the first account only.
    let path = |n: usize| format!("/accounts/{}", accounts[n].2);
    let account = people.requester.api.get(&path(0)).await.ok();
    let first_end = instant(&account["lifecycle_end"]);
    assert_eq!(
        first_end,
        beginning()
            .date_naive()
            .and_hms_opt(0, 0, 0)
            .unwrap()
            .and_utc()
            + Days::new(90)
    );
    let early = people
        .requester
        .api
        .post(&format!("{}/renew", path(0)), json!({}))
        .await;
    assert_eq!(early.status, 409, "renewal is not open yet: {}", early.body);
    lab.advance_to(first_end - TimeDelta::days(20)).await;
    for (_, name, _) in &accounts {
        lab.mail.wait_for(&people.requester.email, name).await;
    }
    people
        .requester
        .api
        .post(&format!("{}/renew", path(0)), json!({}))
        .await
        .ok();

    // The end of the other: disabled and moved, in the directory, at 00:00 UTC.
    let secret = super::reveal::read_secret(&people.requester.api, &accounts[1].2).await;
    lab.advance_to(first_end - TimeDelta::seconds(1)).await;
    let directory = &lab.domains[1].directory;
    assert!(
        directory.object(&accounts[1].1).await.unwrap().is_enabled(),
        "not a second early"
    );
    lab.advance_to(first_end).await;
    let ended = until(
        "the account to be disabled in the directory",
        Duration::from_secs(30),
        async || {
            directory
                .object(&accounts[1].1)
                .await
                .filter(|object| !object.is_enabled())
        },
    )
    .await;
    assert_eq!(
        ended.dn,
        format!("CN={},{}", accounts[1].1, directory.ou("Retired"))
    );
    let refused = directory.bind(&accounts[1].1, &secret).await.unwrap_err();
    assert!(
        refused.contains("533"),
        "the directory says that it is disabled: {refused}"
    );
    people
        .requester
        .api
        .wait(&path(1), "the account to be disabled", |a| {
            a["status"] == "disabled"
        })
        .await;

    // The first lives on, until its own end.
    assert!(
        lab.domains[0]
            .directory
            .object(&accounts[0].1)
            .await
            .unwrap()
            .is_enabled()
    );
    lab.advance_to(first_end + Days::new(90)).await;
    until(
        "the renewed account to end too",
        Duration::from_secs(30),
        async || {
            lab.domains[0]
                .directory
                .object(&accounts[0].1)
                .await
                .filter(|object| !object.is_enabled())
        },
    )
    .await;

    everyone_got_their_mail(&lab, &people, &accounts).await;
    history_verifies_and_replays(lab, &accounts).await;
}

async fn everyone_got_their_mail(
    lab: &Lab,
    people: &Organisation,
    accounts: &[(usize, String, String)],
) {
    for (_, name, _) in accounts {
        for what in ["approved", "provisioned", "renew", "end"] {
            let found = until(
                &format!("a mail about {name}: {what}"),
                Duration::from_secs(30),
                async || {
                    lab.mail.taken().await.into_iter().find(|mail| {
                        let subject = mail["subject"].as_str().unwrap_or_default().to_lowercase();
                        mail["to"].to_string().contains(&people.requester.email)
                            && mail.to_string().contains(name.as_str())
                            && subject.contains(what)
                    })
                },
            )
            .await;
            assert!(
                found["text"].is_string() && found["html"].is_string(),
                "text and HTML: {found}"
            );
        }
    }
    let mails = lab.mail.taken().await;
    let mut ids: Vec<_> = mails
        .iter()
        .map(|mail| mail["message_id"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), mails.len(), "no mail came twice");
    let strangers = mails.iter().find(|mail| {
        let to = mail["to"].to_string();
        ![
            &people.requester.email,
            &people.approver.email,
            &ADMIN.to_owned(),
        ]
        .iter()
        .any(|known| to.contains(*known))
    });
    assert!(strangers.is_none(), "{strangers:?}");
}

/// The chain verifies, and read models built again from the history say the same.
async fn history_verifies_and_replays(mut lab: Lab, accounts: &[(usize, String, String)]) {
    let mut before = Vec::new();
    for (_, _, account) in accounts {
        before.push(lab.admin.get(&format!("/accounts/{account}")).await.ok());
    }
    let verified: Value = serde_json::from_str(&lab.run(&["audit", "verify", "--json"])).unwrap();
    assert_eq!(verified["verified"], true);
    lab.run(&["projections", "rebuild"]);
    lab.kill_gateway();
    lab.start_gateway().await;
    for ((_, _, account), before) in accounts.iter().zip(before) {
        let after = lab.admin.get(&format!("/accounts/{account}")).await.ok();
        assert_eq!(after, before, "a rebuilt read model says the same");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expiring_account_is_refused_by_the_directory_itself_from_its_end_on() {
    let settings = Settings {
        virtual_start: Some(beginning()),
        ..Settings::default()
    };
    let Some(lab) = Lab::start(settings).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 0, "expire", |_| {}).await;
    let name = fresh_name();
    let request = people.provision(&template, &name).await;
    let account = request["submission"]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let secret = super::reveal::read_secret(&people.requester.api, &account).await;
    // The story's end is in the directory's past: it refuses already, by accountExpires alone.
    let directory = &lab.domains[0].directory;
    let object = directory.object(&name).await.unwrap();
    let end = instant(
        &people
            .requester
            .api
            .get(&format!("/accounts/{account}"))
            .await
            .ok()["lifecycle_end"],
    );
    let file_time = (end.timestamp() + 11_644_473_600) * 10_000_000;
    assert_eq!(
        object.value("accountExpires"),
        Some(file_time.to_string().as_str())
    );
    assert!(
        object.is_enabled(),
        "expiry is the directory's own; nobody disables it"
    );
    let refused = directory.bind(&name, &secret).await.unwrap_err();
    assert!(refused.contains("701"), "{refused}");

    lab.advance_to(end).await;
    let path = format!("/accounts/{account}");
    people
        .requester
        .api
        .wait(&path, "the account to be expired", |a| {
            a["status"] == "expired"
        })
        .await;
    let renew = people
        .requester
        .api
        .post(&format!("{path}/renew"), json!({}))
        .await;
    assert_eq!(
        renew.status, 409,
        "an expiring account is renewed by approval only: {}",
        renew.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_an_account_removes_object_and_secret_and_frees_the_name() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 0, "review", |_| {}).await;
    let name = fresh_name();
    let request = people.provision(&template, &name).await;
    let account = request["submission"]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/accounts/{account}/delete");
    let unconfirmed = json!({ "reason": "Not needed any more.", "confirmed_name": "svc-other" });
    assert_eq!(
        people.requester.api.post(&path, unconfirmed).await.status,
        422
    );
    let confirmed = json!({ "reason": "Not needed any more.", "confirmed_name": name });
    people.requester.api.post(&path, confirmed).await.ok();
    until(
        "the object to be gone",
        Duration::from_secs(30),
        async || {
            lab.domains[0]
                .directory
                .object(&name)
                .await
                .is_none()
                .then_some(())
        },
    )
    .await;
    let path = format!("/accounts/{account}");
    people
        .requester
        .api
        .wait(&path, "the account to be deleted", |a| {
            a["status"] == "deleted"
        })
        .await;
    // Its name is free: somebody may ask for it again.
    people.provision(&template, &name).await;
}
