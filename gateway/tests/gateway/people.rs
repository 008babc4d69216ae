//! Users, groups, roles; first passwords, verified addresses, second factors, sessions.

use crate::world::{PASSWORD, Person, World};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tenure_domain::UserId;
use tenure_eventstore::state::{CodePurpose, OneTimeCode};

async fn role(ada: &Person, name: &str) -> String {
    let roles = ada.get("roles").await.ok();
    let items = roles["items"].as_array().unwrap();
    let role = items.iter().find(|role| role["name"] == name).unwrap();
    role["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_new_user_gets_the_automatic_roles() {
    let (world, ada) = World::with_ada().await;
    let requester = role(&ada, "Requester").await;
    let applied = ada
        .post(&format!("roles/{requester}/apply-to-new-users"), json!({}))
        .await
        .ok();
    let shown = ada
        .get(&format!(
            "roles/{requester}?at_least={}",
            applied["position"]
        ))
        .await
        .ok();
    assert_eq!(shown["applied_to_new_users"], true);
    let new = json!({"personal": {"display_name": "Grace", "emails": ["grace@corp.example"]}});
    let grace = ada.post("users", new).await.id();
    let grace = ada
        .get(&format!("users/{grace}?at_least={}", world.head().await))
        .await
        .ok();
    assert_eq!(grace["roles"][0]["name"], "Requester");
    ada.post(&format!("roles/{requester}/keep-from-new-users"), json!({}))
        .await
        .ok();
    let new = json!({"personal": {"display_name": "Linus", "emails": ["linus@corp.example"]}});
    ada.get(&format!("roles?at_least={}", world.head().await))
        .await
        .ok();
    let linus = ada.post("users", new).await.id();
    assert_eq!(
        ada.get(&format!("users/{linus}")).await.ok()["roles"],
        json!([])
    );
}

#[tokio::test]
async fn the_last_active_administrator_cannot_be_locked_out() {
    let (world, ada) = World::with_ada().await;
    let administrator = json!({"role": role(&ada, "System Administrator").await});
    let revoke = format!("users/{}/roles/revoke", ada.id);
    let refused = ada.post(&revoke, administrator.clone()).await;
    assert_eq!(refused.problem(), (409, "last-administrator"));
    // Another one through a group: then the first may go, but not the group's power too.
    let bea = world.person(&ada, "bea", &[]).await;
    let group = ada
        .post("groups", json!({"name": "Administrators"}))
        .await
        .id();
    ada.post(
        &format!("groups/{group}/members/add"),
        json!({"user": bea.id}),
    )
    .await
    .ok();
    ada.post(
        &format!("groups/{group}/roles/grant"),
        administrator.clone(),
    )
    .await
    .ok();
    bea.get(&format!("users?at_least={}", world.head().await))
        .await
        .ok();
    bea.post(&revoke, administrator.clone()).await.ok();
    for (path, body) in [
        (format!("groups/{group}/disable"), json!({})),
        (format!("groups/{group}/roles/revoke"), administrator),
        (
            format!("groups/{group}/members/remove"),
            json!({"user": bea.id}),
        ),
    ] {
        let refused = bea.post(&path, body).await;
        assert_eq!(refused.problem(), (409, "last-administrator"), "{path}");
    }
}

#[tokio::test]
async fn of_two_administrators_who_go_at_once_one_stays() {
    let (world, ada) = World::with_ada().await;
    let bea = world.person(&ada, "bea", &["System Administrator"]).await;
    ada.get(&format!("users?at_least={}", world.head().await))
        .await
        .ok();
    let (of_bea, of_ada) = (
        format!("users/{}/disable", bea.id),
        format!("users/{}/disable", ada.id),
    );
    let (one, other) = tokio::join!(ada.post(&of_bea, json!({})), bea.post(&of_ada, json!({})));
    let done = [&one, &other]
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(done, 1, "{one:?} {other:?}");
}

#[tokio::test]
async fn a_group_that_is_disabled_can_be_replaced() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let old = ada.post("groups", json!({"name": "Old team"})).await.id();
    let new = ada.post("groups", json!({"name": "New team"})).await.id();
    ada.post(
        &format!("groups/{new}/members/add"),
        json!({"user": rosa.id}),
    )
    .await
    .ok();
    let offered = crate::world::template(&ada, &[&ada], |content| {
        content["directory"]["available_to"] = json!([old]);
    })
    .await;
    assert_eq!(rosa.get(&format!("templates/{offered}")).await.status, 404);
    let unknown = json!({"replacement": tenure_eventstore::new_id()});
    let refused = ada.post(&format!("groups/{old}/disable"), unknown).await;
    assert_eq!(refused.problem(), (422, "invalid"));
    ada.post(
        &format!("groups/{old}/disable"),
        json!({"replacement": new}),
    )
    .await
    .ok();
    let head = world.head().await;
    assert_eq!(
        rosa.get(&format!("templates/{offered}?at_least={head}"))
            .await
            .status,
        200
    );
    let shown = ada.get(&format!("groups/{old}")).await.ok();
    assert_eq!(shown["replaced_by"]["name"], "New team");
    let request = rosa
        .post("requests", crate::world::asking_for(&offered, "svc-backup"))
        .await
        .id();
    let submitted = rosa
        .post(&format!("requests/{request}/submit"), json!({}))
        .await;
    assert_eq!(submitted.status, 202, "{submitted:?}");
}

/// A code as a mail would carry it.
async fn mailed(world: &World, user: &str, email: &str, purpose: CodePurpose) -> &'static str {
    let code = "ABCDE-FGHJK-LMNPQ-RSTUV";
    let kept = OneTimeCode {
        user: UserId(user.parse().unwrap()),
        email: email.to_owned(),
    };
    let expires_at = world.instance.system.now() + TimeDelta::hours(24);
    let hash = Sha256::digest(code).into();
    let tables = world.instance.store.state_tables();
    tables
        .keep_code(&hash, purpose, &kept, expires_at)
        .await
        .unwrap();
    code
}

#[tokio::test]
async fn the_welcome_code_sets_the_first_password_once_and_proves_the_address() {
    let (world, ada) = World::with_ada().await;
    let new = json!({"personal": {"display_name": "Grace", "emails": ["grace@corp.example", "g@corp.example"]}});
    let grace = ada.post("users", new).await.id();
    let code = mailed(&world, &grace, "g@corp.example", CodePurpose::FirstPassword).await;
    let set = async |password: &str, code: &str| {
        let body = json!({"code": code, "password": password});
        world
            .send(Method::POST, "first-password", None, &[], Some(body))
            .await
    };
    assert_eq!(set(PASSWORD, "WRONG").await.problem(), (403, "code-wrong"));
    assert_eq!(
        set("weak", code).await.problem(),
        (422, "invalid"),
        "and the code is not used up"
    );
    assert_eq!(set(PASSWORD, &code.to_lowercase()).await.status, 204);
    assert_eq!(
        set("staple battery horse", code).await.problem(),
        (403, "code-wrong")
    );
    assert_eq!(
        world
            .try_sign_in("grace@corp.example", PASSWORD)
            .await
            .status,
        201
    );
    let shown = ada.get(&format!("users/{grace}")).await.ok();
    assert_eq!(shown["verified_emails"], json!(["g@corp.example"]));
}

#[tokio::test]
async fn an_address_is_verified_by_its_code_and_verification_can_be_sent_again() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &[]).await;
    let path = format!("users/{}/verification", rosa.id);
    assert_eq!(ada.post(&path, json!({})).await.status, 200);
    let others = rosa
        .post(&format!("users/{}/verification", ada.id), json!({}))
        .await;
    assert_eq!(others.problem(), (403, "forbidden"));
    let code = mailed(
        &world,
        &rosa.id,
        "rosa@corp.example",
        CodePurpose::Verification,
    )
    .await;
    world.later(TimeDelta::hours(25));
    let verify = async || {
        world
            .send(
                Method::POST,
                "verification",
                None,
                &[],
                Some(json!({"code": code})),
            )
            .await
    };
    assert_eq!(verify().await.problem(), (403, "code-wrong"), "expired");
    mailed(
        &world,
        &rosa.id,
        "rosa@corp.example",
        CodePurpose::Verification,
    )
    .await;
    assert_eq!(verify().await.status, 204);
    assert_eq!(verify().await.problem(), (403, "code-wrong"), "used");
    let ada = world.sign_in("ada@corp.example").await;
    assert_eq!(
        ada.post(&path, json!({})).await.problem(),
        (409, "nothing-to-verify")
    );
}

fn code_of(secret: &str, at: i64) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    totp.generate(at.try_into().unwrap()).to_string()
}

#[tokio::test]
async fn a_second_factor_is_enrolled_asked_for_never_taken_twice_and_reset() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let now = || world.instance.system.now().timestamp();
    let wrong = rosa
        .post("second-factor", json!({"password": "not this one at all"}))
        .await;
    assert_eq!(wrong.problem(), (422, "invalid"));
    let begun = rosa
        .post("second-factor", json!({"password": PASSWORD}))
        .await
        .ok();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    assert!(begun["otpauth_url"].as_str().unwrap().contains(&secret));
    // Not before it is confirmed.
    assert_eq!(
        world
            .try_sign_in("rosa@corp.example", PASSWORD)
            .await
            .status,
        201
    );
    let wrong = rosa
        .post("second-factor/confirm", json!({"code": "000000"}))
        .await;
    assert_eq!(wrong.problem(), (422, "invalid"));
    let code = code_of(&secret, now());
    let confirmed = rosa
        .post("second-factor/confirm", json!({"code": code}))
        .await
        .ok();
    let recovery: Vec<String> =
        serde_json::from_value(confirmed["recovery_codes"].clone()).unwrap();
    assert_eq!(recovery.len(), 10);
    assert_eq!(rosa.get("second-factor").await.ok()["enrolled"], true);

    let sign_in = async |code: Option<&str>| {
        let body = json!({"email": "rosa@corp.example", "password": PASSWORD, "code": code});
        world
            .send(Method::POST, "sessions", None, &[], Some(body))
            .await
    };
    assert_eq!(sign_in(None).await.problem(), (401, "second-factor-needed"));
    assert_eq!(
        sign_in(Some(&code)).await.problem(),
        (401, "sign-in-failed"),
        "the code of the confirmation"
    );
    world.later(TimeDelta::seconds(60));
    let code = code_of(&secret, now());
    assert_eq!(sign_in(Some(&code)).await.status, 201);
    assert_eq!(
        sign_in(Some(&code)).await.problem(),
        (401, "sign-in-failed"),
        "the same again"
    );
    assert_eq!(sign_in(Some(&recovery[0].to_lowercase())).await.status, 201);
    assert_eq!(
        sign_in(Some(&recovery[0])).await.problem(),
        (401, "sign-in-failed")
    );

    let reset = format!("users/{}/second-factor/reset", rosa.id);
    assert_eq!(
        rosa.post(&reset, json!({})).await.problem(),
        (403, "forbidden")
    );
    ada.post(&reset, json!({})).await.ok();
    assert_eq!(
        ada.post(&reset, json!({})).await.problem(),
        (409, "no-second-factor")
    );
    assert_eq!(rosa.get("system").await.status, 401, "all sessions ended");
    assert_eq!(sign_in(None).await.status, 201);
    // What happened is in the history; what must not be is not.
    let events: Vec<_> = world.instance.store.read(0, 500).await.unwrap();
    let names: Vec<_> = events.iter().map(|event| event.event.type_name()).collect();
    for name in [
        "user.second-factor-enrolled",
        "user.recovery-code-used",
        "user.second-factor-reset",
        "user.password-set",
    ] {
        assert!(names.contains(&name), "{name}");
    }
    let told = format!("{events:?}");
    assert!(!told.contains(&secret) && !told.contains(&recovery[0]) && !told.contains(PASSWORD));
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions() {
    let (world, ada) = World::with_ada().await;
    let other = world.sign_in("ada@corp.example").await;
    let rosa = world.person(&ada, "rosa", &[]).await;
    let listed = ada.get("sessions").await.ok();
    let items = listed["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let foreign = items.iter().find(|item| item["current"] == false).unwrap();
    let path = format!("sessions/{}", foreign["id"].as_str().unwrap());
    let end = async |by: &Person| {
        world
            .send(Method::DELETE, &path, Some(&by.token), &[], None)
            .await
    };
    assert_eq!(end(&rosa).await.problem(), (404, "not-found"));
    assert_eq!(end(&ada).await.status, 204);
    assert_eq!(other.get("system").await.status, 401);
    assert_eq!(ada.get("system").await.status, 200);
    ada.post(&format!("users/{}/sessions/end", rosa.id), json!({}))
        .await;
    assert_eq!(rosa.get("system").await.status, 401);
}

#[tokio::test]
async fn the_auditor_reads_everything_and_changes_nothing() {
    let (world, ada) = World::with_ada().await;
    let auditor = world.person(&ada, "audrey", &["Auditor"]).await;
    for path in [
        "users",
        "groups",
        "roles",
        "domains",
        "engines",
        "templates",
        "requests",
        "approvals",
        "accounts",
        "audit",
        "email-notifications",
    ] {
        assert_eq!(auditor.get(path).await.status, 200, "{path}");
    }
    assert_eq!(auditor.get(&format!("users/{}", ada.id)).await.status, 200);
    for (path, body) in [
        (
            "users",
            json!({"personal": {"display_name": "X", "emails": ["x@corp.example"]}}),
        ),
        ("groups", json!({"name": "X"})),
        ("roles", json!({"name": "X", "permissions": []})),
        ("templates", Value::Null),
    ] {
        assert_eq!(
            auditor.post(path, body).await.problem(),
            (403, "forbidden"),
            "{path}"
        );
    }
}
