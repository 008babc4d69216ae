//! API tokens: made, exchanged, limited, ended.

use crate::world::{Answer, Person, World, answer, start};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use tenure_eventstore::clock::VirtualClock;

async fn made(world: &World, person: &Person, permissions: Value) -> (String, String) {
    let expires_at = world.instance.business.now() + TimeDelta::days(30);
    let body = json!({"description": "Nightly report", "permissions": permissions, "expires_at": expires_at});
    let made = person.post("api-tokens", body).await.ok();
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    (text("id"), text("client_secret"))
}

async fn exchanged(world: &World, form: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let request = world
        .http
        .post(format!("{}/api/v1/oauth/token", world.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form.join("&"));
    answer(request).await
}

async fn exchange(world: &World, id: &str, secret: &str) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", id),
        ("client_secret", secret),
    ];
    exchanged(world, &form).await
}

#[tokio::test]
async fn a_program_acts_for_its_owner_within_its_token_and_the_history_names_both() {
    let (world, ada) = World::with_ada().await;
    let (id, secret) = made(
        &world,
        &ada,
        json!(["group:create", "group:read", "group:manage"]),
    )
    .await;
    let token = exchange(&world, &id, &secret).await.ok();
    assert_eq!(
        (&token["token_type"], &token["expires_in"]),
        (&json!("Bearer"), &json!(3600))
    );
    let bearer = token["access_token"].as_str();
    let send = async |method, path, body| world.send(method, path, bearer, &[], body).await;
    let group = send(
        Method::POST,
        "groups",
        Some(json!({"name": "By a program"})),
    )
    .await
    .id();
    let path = format!("groups/{group}");
    assert_eq!(send(Method::GET, &path, None).await.status, 200);
    assert_eq!(
        send(Method::GET, "users", None).await.problem(),
        (403, "forbidden")
    );
    let head = world.head().await;
    let trail = ada
        .get(&format!(
            "audit?user={}&object={group}&at_least={head}",
            ada.id
        ))
        .await
        .ok();
    let actor = &trail["items"][0]["actor"];
    assert_eq!(
        (&actor["id"], &actor["token"]),
        (&json!(ada.id), &json!(id))
    );
    // What the owner loses, the token loses; an hour later it is over.
    world.later(TimeDelta::minutes(61));
    assert_eq!(
        send(Method::GET, "groups", None).await.problem(),
        (401, "not-signed-in")
    );
}

#[tokio::test]
async fn a_token_is_never_more_than_its_owner() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &[]).await;
    let role = json!({"name": "Programs", "permissions": ["api-token:read", "api-token:create", "api-token:update", "group:read"]});
    let role = ada.post("roles", role).await.id();
    ada.post(
        &format!("users/{}/roles/grant", rosa.id),
        json!({"role": role}),
    )
    .await
    .ok();
    let expires_at = world.instance.system.now() + TimeDelta::days(30);
    let more =
        json!({"description": "x", "permissions": ["user:create"], "expires_at": expires_at});
    assert_eq!(
        rosa.post("api-tokens", more).await.problem(),
        (403, "beyond-own-rights")
    );
    let (id, secret) = made(&world, &rosa, json!(["group:read"])).await;
    let token = exchange(&world, &id, &secret).await.ok();
    let bearer = token["access_token"].as_str();
    let groups = async || world.send(Method::GET, "groups", bearer, &[], None).await;
    assert_eq!(groups().await.status, 200);
    ada.post(
        &format!("users/{}/roles/revoke", rosa.id),
        json!({"role": role}),
    )
    .await
    .ok();
    assert_eq!(groups().await.problem(), (403, "forbidden"));
    ada.post(&format!("users/{}/disable", rosa.id), json!({}))
        .await
        .ok();
    assert_eq!(groups().await.problem(), (401, "not-signed-in"));
    assert_eq!(exchange(&world, &id, &secret).await.status, 401);
}

#[tokio::test]
async fn a_token_is_disabled_deleted_and_expires() {
    let (world, ada) = World::with_ada().await;
    let (id, secret) = made(&world, &ada, json!(["group:read"])).await;
    let shown = ada.get(&format!("api-tokens/{id}")).await.ok();
    assert!(!shown.to_string().contains(&secret), "shown once");
    let bearer = exchange(&world, &id, &secret).await.ok()["access_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let groups = async || {
        world
            .send(Method::GET, "groups", Some(&bearer), &[], None)
            .await
            .status
    };
    assert_eq!(groups().await, 200);
    ada.post(&format!("api-tokens/{id}/disable"), json!({}))
        .await
        .ok();
    assert_eq!(groups().await, 401);
    assert_eq!(exchange(&world, &id, &secret).await.status, 401);
    ada.post(&format!("api-tokens/{id}/enable"), json!({}))
        .await
        .ok();
    assert_eq!(groups().await, 200);
    ada.post(
        &format!("api-tokens/{id}/describe"),
        json!({"description": "Weekly"}),
    )
    .await
    .ok();
    let listed = ada
        .get(&format!("api-tokens?at_least={}", world.head().await))
        .await
        .ok();
    assert_eq!(listed["items"][0]["description"], "Weekly");
    let other = world.person(&ada, "olga", &["System Administrator"]).await;
    assert_eq!(
        other.get(&format!("api-tokens/{id}")).await.status,
        404,
        "another's"
    );
    world.later(TimeDelta::days(31));
    assert_eq!(exchange(&world, &id, &secret).await.status, 401, "expired");
    let ada = world.sign_in("ada@corp.example").await;
    let deleted = world
        .send(
            Method::DELETE,
            &format!("api-tokens/{id}"),
            Some(&ada.token),
            &[],
            None,
        )
        .await;
    assert_eq!(deleted.status, 200);
    assert_eq!(ada.get(&format!("api-tokens/{id}")).await.status, 404);
}

#[tokio::test]
async fn a_token_lives_by_the_clock_that_it_was_made_by_and_not_by_that_of_sessions() {
    let sessions = Arc::new(VirtualClock::new(start()));
    let world = World::with_a_clock_for_sessions(sessions.clone()).await;
    world.set_up().await.ok();
    let ada = world.sign_in("ada@corp.example").await;
    world.later(TimeDelta::days(400));
    let (id, secret) = made(&world, &ada, json!(["group:read"])).await;
    let token = exchange(&world, &id, &secret).await.ok();
    assert_eq!(token["expires_in"], 3600);
    let bearer = token["access_token"].as_str();
    let groups = async || world.send(Method::GET, "groups", bearer, &[], None).await;
    assert_eq!(groups().await.status, 200);
    world.later(TimeDelta::days(30) - TimeDelta::minutes(10));
    let short = exchange(&world, &id, &secret).await.ok();
    assert_eq!(short["expires_in"], 600, "no longer than the token itself");
    world.later(TimeDelta::minutes(10));
    assert_eq!(exchange(&world, &id, &secret).await.status, 401);
    assert_eq!(groups().await.problem(), (401, "not-signed-in"));

    let (id, secret) = made(&world, &ada, json!(["group:read"])).await;
    sessions.advance(TimeDelta::days(31));
    assert_eq!(exchange(&world, &id, &secret).await.status, 200);
}

#[tokio::test]
async fn what_is_wrong_with_an_exchange_is_said_as_oauth_says_it() {
    let (world, ada) = World::with_ada().await;
    let (id, secret) = made(&world, &ada, json!(["group:read"])).await;
    let grant = ("grant_type", "client_credentials");
    for (form, status, error) in [
        (vec![], 400, "invalid_request"),
        (
            vec![("grant_type", "password")],
            400,
            "unsupported_grant_type",
        ),
        (vec![grant], 401, "invalid_client"),
        (
            vec![grant, ("client_id", "x"), ("client_secret", "y")],
            401,
            "invalid_client",
        ),
        (
            vec![grant, ("client_id", &id), ("client_secret", "y")],
            401,
            "invalid_client",
        ),
    ] {
        let refused = exchanged(&world, &form).await;
        assert_eq!(
            (refused.status, refused.json["error"].as_str()),
            (status, Some(error)),
            "{form:?}"
        );
        assert_eq!(refused.headers["cache-control"], "no-store");
    }
    let request = world
        .http
        .post(format!("{}/api/v1/oauth/token", world.url))
        .basic_auth(&id, Some(&secret))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("grant_type=client_credentials");
    assert_eq!(answer(request).await.status, 200, "by HTTP Basic");
}
