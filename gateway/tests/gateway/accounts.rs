//! Managed accounts: owners, options, and how the directory follows.

use crate::world::{Person, World, submitted, template};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use serde_json::{Value, json};
use tenure_domain::{
    AccountId, Actor, EngineId, RequestId,
    account::{Account, AccountCommand, AccountFacts},
    order::{Failure, FailureReason, Outcome, Report, SecretReference},
    request::Request,
};
use tenure_eventstore::{Execution, new_id};
use tenure_workflow::Caller;

/// What the reactions would do: the account of an approved request.
pub(crate) async fn create(world: &World, request: &str) -> AccountId {
    let request: RequestId = request.parse().unwrap();
    let state = world
        .instance
        .store
        .state::<Request>(request.0)
        .await
        .unwrap()
        .state;
    let submission = state.submission().unwrap().clone();
    let account = submission.account;
    let mut facts = AccountFacts::new(1, world.instance.system.now());
    facts.approved = Some((request, submission));
    let create = Execution::<Account>::new(
        account.0,
        AccountCommand::Create,
        facts,
        Actor::system("test"),
    );
    world.instance.store.execute(create).await.unwrap();
    account
}

/// What an engine reports of the outstanding order.
pub(crate) async fn report(world: &World, account: AccountId, outcome: Outcome) {
    let state = world
        .instance
        .store
        .state::<Account>(account.0)
        .await
        .unwrap()
        .state;
    let order = state
        .managed()
        .unwrap()
        .directory
        .outstanding
        .clone()
        .unwrap();
    let engine = EngineId(new_id());
    let at = world.instance.system.now();
    let report = Report {
        domain: order.domain,
        account,
        number: order.number,
        engine,
        at,
        outcome,
    };
    let command = AccountCommand::RecordReport(Box::new(report));
    world
        .instance
        .commands
        .account(account, command, &Caller::new(Actor::Engine(engine)))
        .await
        .unwrap();
}

pub(crate) fn applied() -> Outcome {
    let secret = SecretReference {
        vault: "built-in".into(),
        path: "a/b".into(),
    };
    Outcome::Applied {
        object: new_id(),
        secret: Some(secret),
    }
}

/// An account of `person`, which the directory has confirmed.
pub(crate) async fn existing(
    world: &World,
    approver: &Person,
    person: &Person,
    template: &str,
    name: &str,
) -> uuid::Uuid {
    let request = submitted(person, template, name).await;
    approver
        .post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let account = create(world, &request).await;
    report(world, account, applied()).await;
    account.0
}

pub(crate) struct Story {
    pub(crate) world: World,
    pub(crate) ada: Person,
    pub(crate) rosa: Person,
    pub(crate) eve: Person,
    pub(crate) account: AccountId,
    pub(crate) path: String,
}

/// Rosa's account svc-backup, which the directory has confirmed.
pub(crate) async fn story() -> Story {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let request = submitted(&rosa, &template_id, "svc-backup").await;
    anton
        .post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let account = create(&world, &request).await;
    let path = format!("accounts/{account}");
    assert_eq!(rosa.get(&path).await.ok()["directory"]["state"], "queued");
    report(&world, account, applied()).await;
    Story {
        world,
        ada,
        rosa,
        eve,
        account,
        path,
    }
}

fn option<'a>(account: &'a Value, name: &str) -> &'a Value {
    account["options"]
        .as_array()
        .unwrap()
        .iter()
        .find(|option| option["option"] == name)
        .unwrap()
}

#[tokio::test]
async fn an_owner_sees_the_account_and_what_may_be_done_with_it_now() {
    let s = story().await;
    let account = s.rosa.get(&s.path).await.ok();
    assert_eq!(
        (&account["status"], &account["directory"]["state"]),
        (&json!("active"), &json!("applied"))
    );
    assert_eq!(account["lifecycle_end"], "2026-04-10T00:00:00Z");
    assert_eq!(account["owners"][0]["name"], "rosa");
    assert_eq!(option(&account, "renew")["off"], "renewal-not-open");
    assert_eq!(option(&account, "disable")["allowed"], true);
    assert_eq!(option(&account, "enable")["off"], "already-enabled");
    let listed = s
        .rosa
        .get(&format!(
            "accounts?search=SVC&at_least={}",
            s.world.head().await
        ))
        .await
        .ok();
    assert_eq!(listed["items"][0]["name"], "svc-backup");
    assert_eq!(listed["total"]["value"], 1);
    let refused = s.rosa.post(&format!("{}/renew", s.path), json!({})).await;
    assert_eq!(refused.problem(), (409, "option-off"));
}

#[tokio::test]
async fn anothers_account_is_not_there_and_manage_widens() {
    let s = story().await;
    assert_eq!(s.eve.get(&s.path).await.problem(), (404, "not-found"));
    assert_eq!(
        s.eve.get(&format!("{}/history", s.path)).await.problem(),
        (404, "not-found")
    );
    let reason = json!({"reason": "Because"});
    let before = s.world.head().await;
    for what in ["disable", "enable", "decline-renewal"] {
        assert_eq!(
            s.eve
                .post(&format!("{}/{what}", s.path), reason.clone())
                .await
                .problem(),
            (404, "not-found")
        );
    }
    let mine = json!({"owners": [{"kind": "user", "id": s.eve.id}]});
    assert_eq!(
        s.eve
            .post(&format!("{}/owners", s.path), mine.clone())
            .await
            .problem(),
        (404, "not-found")
    );
    assert!(
        s.eve.get(&format!("accounts?at_least={before}")).await.ok()["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(s.world.head().await, before);
    assert_eq!(
        s.rosa
            .post(&format!("{}/purge", s.path), reason)
            .await
            .problem(),
        (403, "forbidden")
    );
    assert_eq!(s.ada.get(&s.path).await.ok()["own"], false);
    s.ada.post(&format!("{}/owners", s.path), mine).await.ok();
    assert_eq!(s.eve.get(&s.path).await.ok()["own"], true);
    assert_eq!(s.rosa.get(&s.path).await.problem(), (404, "not-found"));
}

#[tokio::test]
async fn what_needs_the_directory_is_queued_then_applied_or_failed_with_its_reason() {
    let s = story().await;
    let disabled = s
        .rosa
        .post(
            &format!("{}/disable", s.path),
            json!({"reason": "Suspicious"}),
        )
        .await;
    assert_eq!(disabled.status, 202);
    let watch = disabled
        .headers
        .get("location")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let account = s.rosa.get(&watch).await.ok();
    assert_eq!(
        (&account["status"], &account["directory"]["state"]),
        (&json!("disabled"), &json!("queued"))
    );
    let failure = Failure {
        reason: FailureReason::InsufficientRights,
        detail: "00002098: INSUFF_ACCESS_RIGHTS".into(),
    };
    report(&s.world, s.account, Outcome::Failed(failure)).await;
    let account = s.rosa.get(&watch).await.ok();
    assert_eq!(account["directory"]["state"], "failed");
    assert_eq!(
        account["directory"]["failure"]["reason"],
        "insufficient-rights"
    );
    assert_eq!(
        account["directory"]["failure"]["detail"],
        "00002098: INSUFF_ACCESS_RIGHTS"
    );
    assert_eq!(
        s.rosa
            .post(&format!("{}/retry", s.path), json!({}))
            .await
            .status,
        202
    );
    assert_eq!(
        s.rosa
            .post(&format!("{}/retry", s.path), json!({}))
            .await
            .problem(),
        (409, "nothing-to-retry")
    );
    report(
        &s.world,
        s.account,
        Outcome::Applied {
            object: new_id(),
            secret: None,
        },
    )
    .await;
    assert_eq!(
        s.rosa.get(&watch).await.ok()["directory"]["state"],
        "applied"
    );
}

#[tokio::test]
async fn deleting_is_confirmed_by_the_name_and_an_account_keeps_an_owner() {
    let s = story().await;
    let delete = format!("{}/delete", s.path);
    let wrong = s
        .rosa
        .post(
            &delete,
            json!({"reason": "Retired", "confirmed_name": "svc-backu"}),
        )
        .await;
    assert_eq!(wrong.problem(), (422, "invalid"));
    assert_eq!(wrong.json["errors"][0]["field"], "confirmed_name");
    assert_eq!(
        s.rosa
            .post(&format!("{}/owners", s.path), json!({"owners": []}))
            .await
            .problem(),
        (422, "invalid")
    );
    let ghost = json!({"owners": [{"kind": "user", "id": new_id()}]});
    assert_eq!(
        s.rosa
            .post(&format!("{}/owners", s.path), ghost)
            .await
            .problem(),
        (422, "invalid")
    );
    let blank = s
        .rosa
        .post(
            &delete,
            json!({"reason": " ", "confirmed_name": "svc-backup"}),
        )
        .await;
    assert_eq!(
        (blank.problem(), &blank.json["errors"][0]["field"]),
        ((422, "invalid"), &json!("reason"))
    );
    let right = s
        .rosa
        .post(
            &delete,
            json!({"reason": "Retired", "confirmed_name": "svc-backup"}),
        )
        .await;
    assert_eq!(right.status, 202);
    assert_eq!(s.rosa.get(&s.path).await.ok()["status"], "deleted");
}

#[tokio::test]
async fn renewal_moves_the_end_once_it_is_open() {
    let s = story().await;
    s.world.later(TimeDelta::days(65));
    let (rosa, _) = (s.world.sign_in("rosa@corp.example").await, &s.rosa);
    assert_eq!(
        rosa.post(&format!("{}/renew", s.path), json!({}))
            .await
            .status,
        202
    );
    assert_eq!(
        rosa.get(&s.path).await.ok()["lifecycle_end"],
        "2026-07-09T00:00:00Z"
    );
    let history = rosa.get(&format!("{}/history", s.path)).await.ok();
    let types: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].clone())
        .collect();
    assert!(
        types.contains(&json!("account.provisioned")) && types.contains(&json!("account.renewed")),
        "{types:?}"
    );
}

#[tokio::test]
async fn only_owners_read_the_secret_and_only_with_a_key_of_their_own() {
    let s = story().await;
    let reveal = format!("{}/reveal-secret", s.path);
    let mut point = vec![4_u8];
    point.extend([7; 64]);
    let body = json!({"reader_key": BASE64_STANDARD.encode(&point)});
    assert_eq!(
        s.ada.post(&reveal, body.clone()).await.problem(),
        (403, "not-owner")
    );
    assert_eq!(
        s.eve.post(&reveal, body).await.problem(),
        (404, "not-found")
    );
    let before = s.world.head().await;
    for key in [
        "",
        "x",
        &BASE64_STANDARD.encode([4; 64]),
        &BASE64_STANDARD.encode([2; 65]),
    ] {
        let refused = s.rosa.post(&reveal, json!({"reader_key": key})).await;
        assert_eq!(refused.problem(), (422, "invalid"), "{key}");
        assert_eq!(refused.json["errors"][0]["field"], "reader_key");
    }
    assert_eq!(s.world.head().await, before);
}

/// What a group managed service account is, from its template to its page: the directory keeps its password.
#[tokio::test]
async fn a_group_managed_service_account_has_principals_and_no_secret() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let web = "CN=Web servers,OU=Groups,DC=corp,DC=example,DC=com";
    let template_id = template(&ada, &[&anton], |content| {
        content["account_type"] = json!("ad-gmsa");
        content["vault"] = json!({"kind": "none"});
        content["directory"]["gmsa"] = json!({"principals": [web]});
    })
    .await;
    let check = format!("templates/{template_id}/name-check?name=svc-0123456789ab");
    let checked = rosa.get(&check).await.ok();
    assert_eq!(
        checked["errors"][0]["message"],
        "is longer than 15 characters"
    );
    let request = submitted(&rosa, &template_id, "svc-web").await;
    let gmsa = json!({
        "principals": [web], "encryption_types": ["aes128", "aes256"], "password_interval_days": 30
    });
    let asked = anton.get(&format!("requests/{request}")).await.ok();
    assert_eq!(asked["submission"]["gmsa"], gmsa);
    anton
        .post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let account = create(&world, &request).await;
    let made = Outcome::Applied {
        object: new_id(),
        secret: None,
    };
    report(&world, account, made).await;
    let path = format!("accounts/{account}");
    let account = rosa.get(&path).await.ok();
    assert_eq!(
        (
            &account["account_type"],
            &account["gmsa"],
            &account["has_secret"]
        ),
        (&json!("ad-gmsa"), &gmsa, &json!(false))
    );
    let mut point = vec![4_u8];
    point.extend([7; 64]);
    let body = json!({"reader_key": BASE64_STANDARD.encode(&point)});
    let refused = rosa.post(&format!("{path}/reveal-secret"), body).await;
    assert_eq!(refused.problem(), (409, "kept-by-directory"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_and_the_export_are_of_the_accounts_that_one_may_see() {
    let story = story().await;
    let of = |totals: &Value, status: &str| {
        let found = totals["by_status"].as_array().unwrap().iter();
        let mut found = found.filter(|row| row["status"] == status);
        found.next().unwrap()["count"].as_u64().unwrap()
    };
    for (person, active) in [(&story.ada, 1), (&story.rosa, 1), (&story.eve, 0)] {
        let totals = person.get("accounts/totals").await.ok();
        assert_eq!(of(&totals, "active"), active, "{totals}");
        assert_eq!(of(&totals, "deleted"), 0);
        assert_eq!(totals["failed"], 0);
        let ends = totals["ends"].as_array().unwrap();
        assert_eq!(ends.len(), 12);
        assert!(
            ends.windows(2)
                .all(|weeks| weeks[0]["until"] == weeks[1]["from"])
        );
    }
    let mine = story.ada.get("accounts/totals?mine=true").await.ok();
    assert_eq!(of(&mine, "active"), 0, "an administrator's own");

    let export = async |person: &Person, query: &str| {
        let response = person
            .http
            .get(format!("{}/api/v1/accounts/export{query}", person.url))
            .bearer_auth(&person.token)
            .send()
            .await
            .unwrap();
        assert_eq!(
            response.headers()["content-type"],
            "text/csv; charset=utf-8"
        );
        response.text().await.unwrap()
    };
    let csv = export(&story.ada, "").await;
    let lines: Vec<_> = csv.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}name,status,"), "{csv}");
    assert!(lines[1].starts_with("svc-backup,active,yes,"), "{csv}");
    assert!(lines[1].ends_with(&story.account.to_string()), "{csv}");
    assert!(lines[2].starts_with("complete,1,1,"), "{csv}");
    assert_eq!(lines.len(), 4, "{csv}");
    assert_eq!(export(&story.eve, "").await.matches("svc-").count(), 0);
    assert_eq!(
        export(&story.ada, "?status=disabled")
            .await
            .matches("svc-")
            .count(),
        0
    );
    let failed = story.ada.get("accounts?failed=true").await.ok();
    assert_eq!(failed["total"]["value"], 0);
}
