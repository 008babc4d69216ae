//! Set-up, sign-in, sessions, and what protects them.

use crate::world::{PASSWORD, World};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn the_set_up_code_makes_one_administrator_once() {
    let world = World::new().await;
    assert_eq!(
        world.send(Method::GET, "setup", None, &[], None).await.ok()["needed"],
        true
    );
    let wrong = json!({"code": "WRONG", "email": "eve@corp.example", "display_name": "Eve", "password": PASSWORD});
    let refused = world
        .send(Method::POST, "setup", None, &[], Some(wrong))
        .await;
    assert_eq!(refused.problem(), (403, "setup-code-wrong"));
    let weak = json!({"code": world.setup_code, "email": "ada@corp.example", "display_name": "Ada", "password": "ada"});
    let refused = world
        .send(Method::POST, "setup", None, &[], Some(weak))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    // A refusal by the rules does not use the code up.
    let bad = json!({"code": world.setup_code, "email": "no address", "display_name": "Ada", "password": PASSWORD});
    let refused = world
        .send(Method::POST, "setup", None, &[], Some(bad))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(world.set_up().await.status, 201);
    assert_eq!(world.set_up().await.problem(), (409, "setup-done"));
    assert_eq!(
        tenure_gateway::new_setup_code(&world.instance)
            .await
            .unwrap(),
        None
    );
    let ada = world.sign_in("ADA@corp.example").await;
    let who = ada.get("sessions/current").await.ok();
    assert_eq!(who["display_name"], "Ada");
    let permissions = who["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("managed-account:read:all")));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_are_answered_alike() {
    let (world, _) = World::with_ada().await;
    let wrong = world
        .try_sign_in("ada@corp.example", "wrong wrong wrong")
        .await;
    let unknown = world
        .try_sign_in("nobody@corp.example", "wrong wrong wrong")
        .await;
    assert_eq!(wrong.problem(), (401, "sign-in-failed"));
    assert_eq!(wrong.json, unknown.json);
    let long = world
        .try_sign_in("ada@corp.example", &"x".repeat(100_000))
        .await;
    assert_eq!(long.problem(), (401, "sign-in-failed"));
}

#[tokio::test]
async fn wrong_passwords_pause_sign_in_for_a_growing_while_that_is_told() {
    let (world, _) = World::with_ada().await;
    let wrong = async || {
        world
            .try_sign_in("ada@corp.example", "wrong wrong wrong")
            .await
    };
    for _ in 0..4 {
        let answer = wrong().await;
        assert_eq!(answer.problem(), (401, "sign-in-failed"));
        assert!(!answer.headers.contains_key("retry-after"));
    }
    let mut pauses = Vec::new();
    for _ in 0..3 {
        let answer = wrong().await;
        assert_eq!(answer.problem(), (401, "sign-in-failed"));
        let seconds: i64 = answer.headers["retry-after"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        pauses.push(seconds);
        let right = world.try_sign_in("ada@corp.example", PASSWORD).await;
        assert_eq!(right.problem(), (429, "too-many-attempts"));
        let told = right.json["detail"].as_str().unwrap();
        assert!(told.contains("paused for"), "{told}");
        world.later(TimeDelta::seconds(seconds + 1));
    }
    assert_eq!(pauses, [30, 60, 120]);
    // The right one ends it, and what was counted is forgotten.
    assert_eq!(
        world.try_sign_in("ada@corp.example", PASSWORD).await.status,
        201
    );
    assert!(!wrong().await.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn more_attempts_than_a_person_makes_have_to_wait() {
    let (world, _) = World::with_ada().await;
    let mut last = world.try_sign_in("nobody@corp.example", "wrong").await;
    for _ in 0..20 {
        last = world.try_sign_in("nobody@corp.example", "wrong").await;
    }
    assert_eq!(last.problem(), (429, "too-many-attempts"));
    assert!(last.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_session_ends_by_signing_out_by_idleness_and_by_age() {
    let (world, ada) = World::with_ada().await;
    assert_eq!(ada.get("system").await.status, 200);
    world
        .send(
            Method::DELETE,
            "sessions/current",
            Some(&ada.token),
            &[],
            None,
        )
        .await
        .ok();
    assert_eq!(ada.get("system").await.problem(), (401, "not-signed-in"));

    let idle = world.sign_in("ada@corp.example").await;
    world.later(TimeDelta::minutes(121));
    assert_eq!(idle.get("system").await.problem(), (401, "not-signed-in"));

    let busy = world.sign_in("ada@corp.example").await;
    for _ in 0..11 {
        world.later(TimeDelta::minutes(60));
        assert_eq!(busy.get("system").await.status, 200);
    }
    world.later(TimeDelta::minutes(61));
    assert_eq!(busy.get("system").await.problem(), (401, "not-signed-in"));
}

#[tokio::test]
async fn forged_tokens_are_no_sessions() {
    let (world, ada) = World::with_ada().await;
    let other_case = ada.token.to_uppercase();
    for token in [
        "",
        "x",
        "tenure_s_",
        "tenure_s_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        &other_case,
        &"t".repeat(9_000),
    ] {
        let answer = world
            .send(Method::GET, "system", Some(token), &[], None)
            .await;
        assert_eq!(answer.problem(), (401, "not-signed-in"), "{token}");
        assert_eq!(
            answer.headers.get("www-authenticate").unwrap(),
            "Bearer realm=\"tenure\""
        );
    }
}

#[tokio::test]
async fn a_cookie_signs_in_but_only_our_own_page_can_use_it() {
    let (world, _) = World::with_ada().await;
    let answer = world.try_sign_in("ada@corp.example", PASSWORD).await;
    let cookie = answer
        .headers
        .get("set-cookie")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        cookie.starts_with("tenure=")
            && cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Strict")
    );
    let pair = cookie.split(';').next().unwrap();
    let post = async |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", pair)];
        all.extend_from_slice(headers);
        let name = format!("Group {}", tenure_eventstore::new_id());
        world
            .send(
                Method::POST,
                "groups",
                None,
                &all,
                Some(json!({"name": name})),
            )
            .await
    };
    assert_eq!(
        world
            .send(Method::GET, "system", None, &[("cookie", pair)], None)
            .await
            .status,
        200
    );
    assert_eq!(post(&[]).await.problem(), (403, "cross-site"));
    assert_eq!(
        post(&[("origin", "https://evil.example")]).await.problem(),
        (403, "cross-site")
    );
    assert_eq!(
        post(&[("sec-fetch-site", "cross-site"), ("x-tenure-request", "1")])
            .await
            .problem(),
        (403, "cross-site")
    );
    assert_eq!(post(&[("sec-fetch-site", "same-origin")]).await.status, 201);
    assert_eq!(post(&[("origin", &world.url)]).await.status, 201);
    assert_eq!(post(&[("x-tenure-request", "1")]).await.status, 201);
}

#[tokio::test]
async fn another_password_or_being_disabled_ends_all_sessions() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let wrong = json!({"current": "not this one at all", "new": "staple battery horse"});
    assert_eq!(
        rosa.post("sessions/current/password", wrong)
            .await
            .problem(),
        (422, "invalid")
    );
    let right = json!({"current": PASSWORD, "new": "staple battery horse"});
    assert_eq!(
        rosa.post("sessions/current/password", right).await.status,
        204
    );
    assert_eq!(rosa.get("system").await.problem(), (401, "not-signed-in"));
    let rosa = world
        .try_sign_in("rosa@corp.example", "staple battery horse")
        .await
        .ok();
    let token = rosa["token"].as_str();
    ada.post(
        &format!("users/{}/disable", rosa["user"].as_str().unwrap()),
        json!({}),
    )
    .await
    .ok();
    assert_eq!(
        world
            .send(Method::GET, "system", token, &[], None)
            .await
            .problem(),
        (401, "not-signed-in")
    );
    let again = world
        .try_sign_in("rosa@corp.example", "staple battery horse")
        .await;
    assert_eq!(again.problem(), (401, "sign-in-failed"));
}

#[tokio::test]
async fn answers_carry_security_headers_and_a_request_id() {
    let world = World::new().await;
    let answer = world.send(Method::GET, "/healthz", None, &[], None).await;
    assert_eq!(answer.json["status"], "ok");
    for name in [
        "x-request-id",
        "x-content-type-options",
        "content-security-policy",
        "x-frame-options",
        "referrer-policy",
    ] {
        assert!(answer.headers.contains_key(name), "{name}");
    }
    assert_eq!(
        world
            .send(Method::GET, "/readyz", None, &[], None)
            .await
            .ok()["ready"],
        true
    );
    // A proxy that we do not know speaks for somebody else.
    let forwarded = world
        .send(
            Method::GET,
            "/metrics",
            None,
            &[("x-forwarded-for", "192.0.2.1")],
            None,
        )
        .await;
    assert_eq!(forwarded.problem(), (401, "not-signed-in"));
    assert_eq!(
        world
            .send(Method::GET, "/metrics", None, &[], None)
            .await
            .status,
        200
    );
}
