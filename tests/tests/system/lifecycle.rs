//! What happens to an account after it was made, in real directories: changed by request, deleted and revived, purged,
//! migrated. Each is looked at from outside, by the directory's administrator.

use super::reveal::read_secret;
use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;
use tenure_tests::{
    beside::Beside,
    domain::Object,
    lab::{Lab, Settings},
    organisation::{Organisation, content, fresh_name},
    until::until,
};

const PATIENCE: Duration = Duration::from_secs(30);

/// The directory has its own clock, so stories end before today.
fn long_ago() -> DateTime<Utc> {
    (Utc::now() - TimeDelta::days(300))
        .date_naive()
        .and_time(NaiveTime::MIN)
        .and_utc()
        + TimeDelta::hours(9)
}

fn account_of(request: &Value) -> String {
    let account = &request["submission"]["account"];
    account.as_str().expect("an account").to_owned()
}

async fn seen(beside: &Beside, name: &str, what: &str, wanted: impl Fn(&Object) -> bool) -> Object {
    until(what, PATIENCE, async || {
        beside
            .directory
            .object(name)
            .await
            .filter(|object| wanted(object))
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_accounts_groups_and_attributes_change_by_request_and_only_as_far_as_its_template_allows()
 {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let beside = &lab.domains[0];
    let [usual, optional, doomed] = [
        beside.directory.new_group().await,
        beside.directory.new_group().await,
        beside.directory.new_group().await,
    ];
    let template = people
        .template(&lab, 0, "disable", |template| {
            let directory = &mut template["directory"];
            directory["groups"] = json!([usual]);
            directory["optional_groups"] = json!([optional, doomed]);
            directory["attributes"] = json!([
                { "name": "department", "rule": "required" },
                { "name": "info", "rule": "optional" },
            ]);
            directory["cannot_change_password"] = json!(true);
        })
        .await;
    let name = fresh_name();
    let mut asked = content(&template, &name);
    asked["attributes"] = json!({ "department": ["Finance"], "info": ["nightly"] });
    let request = people.submit(asked).await;
    people.approve(&request).await;
    let account = account_of(&people.provisioned(&request).await);
    let made = beside.directory.object(&name).await.unwrap();
    assert_eq!(made.groups(), [usual.as_str()]);
    assert_eq!(made.value("department"), Some("Finance"));

    let secret = read_secret(&people.requester.api, &account).await;
    let new = "Another-Password-of-its-own-7";
    let denied = beside.directory.change_own_password(&name, &secret, new);
    assert_ne!(denied.await, 0, "as its template says");

    let change = |groups: Value, attributes: Value| {
        json!({
            "kind": { "type": "change", "account": account },
            "template": template,
            "justification": "The export moved to sales.",
            "groups": groups,
            "attributes": attributes,
        })
    };
    let admins = format!("CN=Domain Admins,CN=Users,{}", beside.directory.base);
    let too_much = people
        .requester
        .api
        .post("/requests", change(json!([admins]), json!({})));
    let too_much = too_much.await.ok()["id"].as_str().unwrap().to_owned();
    let path = format!("/requests/{too_much}/submit");
    let refused = people.requester.api.post(&path, json!({})).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert_eq!(refused.body["errors"][0]["field"], "groups[0]");

    let wanted = change(
        json!([optional]),
        json!({ "department": ["Sales"], "info": [] }),
    );
    let request = people.submit(wanted).await;
    let before = beside.directory.object(&name).await.unwrap();
    assert_eq!(
        before.groups(),
        [usual.as_str()],
        "nothing before the approval"
    );
    // One at a time: who asks second hears of it at once, not when the directory has work to do.
    let second = change(json!([usual]), json!({ "department": ["Sales"] }));
    let second = people.requester.api.post("/requests", second).await.ok();
    let submit = format!("/requests/{}/submit", second["id"].as_str().unwrap());
    let refused = people.requester.api.post(&submit, json!({})).await;
    assert_eq!(refused.status, 409, "{}", refused.body);
    assert!(refused.body.to_string().contains("not-changeable"));
    people.approve(&request).await;
    people.provisioned(&request).await;
    let changed = beside.directory.object(&name).await.unwrap();
    assert_eq!(changed.groups(), [optional.as_str()]);
    assert_eq!(changed.value("department"), Some("Sales"));
    assert_eq!(changed.value("info"), None);
    assert_eq!(changed.dn, made.dn);
    assert_eq!(beside.directory.bind(&name, &secret).await, Ok(()));

    // What the directory refuses is undone, and the account lives on as it was.
    beside.directory.delete(&doomed).await;
    let request = people
        .submit(change(json!([doomed]), json!({ "info": ["hourly"] })))
        .await;
    people.approve(&request).await;
    let path = format!("/requests/{request}");
    let api = &people.requester.api;
    let failed = api
        .wait(&path, "the change to fail", |r| r["status"] == "failed")
        .await;
    assert_eq!(
        failed["directory"]["failure"]["reason"], "no-such-group",
        "{failed}"
    );
    let path = format!("/accounts/{account}");
    api.wait(&path, "the directory to follow again", |a| {
        a["directory"]["state"] == "applied" && a["change_request"].is_null()
    })
    .await;
    let restored = beside.directory.object(&name).await.unwrap();
    assert_eq!(restored.groups(), [optional.as_str()]);
    assert_eq!(restored.value("info"), None);
    let disable = json!({ "reason": "Not used over the summer." });
    api.post(&format!("{path}/disable"), disable).await.ok();
    seen(beside, &name, "the account to be disabled", |o| {
        !o.is_enabled()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_account_is_revived_within_its_grace_and_purged_after_it() {
    let settings = Settings {
        virtual_start: Some(long_ago()),
        ..Settings::default()
    };
    let Some(lab) = Lab::start(settings).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let beside = &lab.domains[0];
    let api = &people.requester.api;
    let template = people
        .template(&lab, 0, "delete", |template| {
            template["lifecycle"]["purge_after_days"] = json!(30);
        })
        .await;
    let [kept, lost] = [fresh_name(), fresh_name()];
    let old = account_of(&people.provision(&template, &kept).await);
    let purged = account_of(&people.provision(&template, &lost).await);
    let old_secret = read_secret(api, &old).await;
    let made = beside.directory.object(&kept).await.unwrap();

    let account = api.get(&format!("/accounts/{old}")).await.ok();
    let end: DateTime<Utc> = account["lifecycle_end"].as_str().unwrap().parse().unwrap();
    lab.advance_to(end).await;
    for name in [&kept, &lost] {
        let ended = seen(beside, name, "the account to be disabled", |o| {
            !o.is_enabled()
        })
        .await;
        assert_eq!(
            ended.dn,
            format!("CN={name},{}", beside.directory.ou("Retired"))
        );
    }
    let marked = api.get(&format!("/accounts/{old}")).await.ok();
    assert_eq!(marked["status"], "deleted");
    let again = api.post("/requests", content(&template, &kept)).await.ok();
    let path = format!("/requests/{}/submit", again["id"].as_str().unwrap());
    let taken = api.post(&path, json!({})).await;
    assert_eq!(
        taken.status, 409,
        "the name is still the deleted account's: {}",
        taken.body
    );

    lab.advance_to(end + Days::new(10)).await;
    let mut clone = content(&template, &kept);
    clone["clone_of"] = json!(old);
    let request = people.submit(clone).await;
    people.approve(&request).await;
    let new = account_of(&people.provisioned(&request).await);
    let revived = seen(
        beside,
        &kept,
        "the account to be enabled",
        Object::is_enabled,
    )
    .await;
    assert_eq!(revived.dn, made.dn, "back in its own OU");
    assert_eq!(
        revived.value("uSNCreated"),
        made.value("uSNCreated"),
        "the same object"
    );
    let secret = read_secret(api, &new).await;
    assert_eq!(beside.directory.bind(&kept, &secret).await, Ok(()));
    let refused = beside.directory.bind(&kept, &old_secret).await.unwrap_err();
    assert!(
        refused.contains("52e"),
        "who knew the old password is out: {refused}"
    );
    let succeeded = format!("/accounts/{old}");
    api.wait(&succeeded, "the old account to be succeeded", |a| {
        a["succeeded_by"] == json!(new)
    })
    .await;

    lab.advance_to(end + Days::new(30) - TimeDelta::seconds(1))
        .await;
    assert!(
        beside.directory.object(&lost).await.is_some(),
        "not a second early"
    );
    lab.advance_to(end + Days::new(30)).await;
    until("the object to be purged", PATIENCE, async || {
        beside.directory.object(&lost).await.is_none().then_some(())
    })
    .await;
    let path = format!("/accounts/{purged}");
    api.wait(&path, "the secret to be gone", |a| a["has_secret"] == false)
        .await;
    let alive = beside.directory.object(&kept).await.unwrap();
    assert!(alive.is_enabled(), "the revived one lives on");
    assert_eq!(beside.directory.bind(&kept, &secret).await, Ok(()));
    people.provision(&template, &lost).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_migrate_to_another_version_with_a_new_end_new_owners_and_another_ou() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let beside = &lab.domains[0];
    let template = people.template(&lab, 0, "expire", |_| {}).await;
    let mut accounts = Vec::new();
    for _ in 0..3 {
        let name = fresh_name();
        let request = people.provision(&template, &name).await;
        accounts.push((account_of(&request), name));
    }
    let disabled = format!("/accounts/{}/disable", accounts[2].0);
    let reason = json!({ "reason": "Not used any more." });
    people.requester.api.post(&disabled, reason).await.ok();
    seen(beside, &accounts[2].1, "the third to be disabled", |o| {
        !o.is_enabled()
    })
    .await;

    let nights = format!("OU=Nights,{}", beside.directory.ou("Service Accounts"));
    let ou = vec![("objectClass", ["organizationalUnit"].into())];
    let added = beside
        .directory
        .administrator()
        .await
        .add(&nights, ou)
        .await
        .unwrap();
    assert!(matches!(added.rc, 0 | 68), "{added:?}");
    let second = people.content(&lab, 0, "expire", |template| {
        template["directory"]["ou"] = json!(nights);
        template["directory"]["cannot_change_password"] = json!(true);
        template["vault"]["folder"] = json!("nights");
        template["lifecycle"]["periods"] = json!(["1 year", "90 days"]);
    });
    for (what, body) in [("draft", second), ("publish", json!({}))] {
        lab.admin
            .post(&format!("/templates/{template}/{what}"), body)
            .await
            .ok();
    }

    let day = (Utc::now() + TimeDelta::days(200)).date_naive();
    let body = json!({
        "accounts": accounts.iter().map(|(id, _)| id).collect::<Vec<_>>(),
        "template": template,
        "period": "1 year",
        "end_date": day,
        "owners": [{ "kind": "user", "id": people.approver.id }],
        "move_to_ou": true,
        "move_secret": true,
        "reason": "The team has moved.",
    });
    let preview = lab
        .admin
        .post("/migrations/preview", body.clone())
        .await
        .ok();
    assert_eq!(
        preview["refused"], 1,
        "only active accounts migrate: {preview}"
    );
    let before = beside.directory.object(&accounts[0].1).await.unwrap();
    let migrated = lab.admin.post("/migrations", body).await.ok();
    let said: Vec<_> = migrated["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| &i["migrates"])
        .collect();
    assert_eq!(said, [true, true, false]);

    let end = day.and_time(NaiveTime::MIN).and_utc();
    let file_time = ((end.timestamp() + 11_644_473_600) * 10_000_000).to_string();
    for (id, name) in &accounts[..2] {
        let moved = seen(beside, name, "the account to move", |object| {
            object.dn == format!("CN={name},{nights}")
                && object.value("accountExpires") == Some(file_time.as_str())
        })
        .await;
        assert!(moved.is_enabled());
        let path = format!("/accounts/{id}");
        let account = people.approver.api.get(&path).await.ok();
        assert_eq!(account["template_version"], 2);
        assert_eq!(account["period"], "1 year");
        assert_eq!(account["owners"][0]["id"], people.approver.id);
        let former = people.requester.api.get(&path).await;
        assert_eq!(former.status, 404, "no owner any more: {}", former.body);
        lab.mail.wait_for(&people.approver.email, name).await;

        let settled = people.approver.api.wait(&path, "the engine's report", |a| {
            a["directory"]["state"] == "applied"
        });
        assert_eq!(settled.await["folder"], "nights");
        let secret = read_secret(&people.approver.api, id).await;
        assert_eq!(beside.directory.bind(name, &secret).await, Ok(()));
        let new = "Another-Password-of-its-own-7";
        let denied = beside.directory.change_own_password(name, &secret, new);
        assert_ne!(denied.await, 0, "as the new version says");
    }
    let third = beside.directory.object(&accounts[2].1).await.unwrap();
    assert_eq!(
        third.value("accountExpires"),
        before.value("accountExpires")
    );
    assert!(!third.dn.contains("Nights"));
}
