//! Engines enrol, are assigned, keep themselves signed in, and lose their access at once: with a real nats-server that lets
//! in whom the core vouches for.

use chrono::{DateTime, Utc};
use serde_json::Value;
use std::{os::unix::fs::PermissionsExt, path::Path, time::Duration};
use tenure_tests::{
    distributed::{Distributed, Enrolled},
    lab::Settings,
    process::Process,
    until::until,
};

const SOON: Duration = Duration::from_secs(30);

async fn heard(lab: &Distributed, engine: &Enrolled) -> Option<DateTime<Utc>> {
    let shown = lab.admin.get(&format!("/engines/{}", engine.id)).await.ok();
    shown["last_heard"].as_str().map(|at| at.parse().unwrap())
}

/// Waits until the engine gives a sign of life later than `since`.
async fn heard_after(lab: &Distributed, engine: &Enrolled, since: DateTime<Utc>) {
    until("a sign of life", SOON, async || {
        heard(lab, engine).await.filter(|at| *at > since).map(drop)
    })
    .await;
}

async fn said(process: &Process, what: &str) {
    until(what, SOON, async || {
        process.output().contains(what).then_some(())
    })
    .await;
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn quick() -> Settings {
    Settings {
        engines_lost_after: 4,
        login_life: 6,
        ..Settings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_enrols_waits_for_its_pool_and_keeps_itself_signed_in() {
    let Some(mut lab) = Distributed::start(quick()).await else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let engine = lab.engine("dc1", &domain).await;
    for private in ["engine.seed", "broker.nk", "agent.toml"] {
        assert_eq!(mode(&engine.folder.join(private)), 0o600, "{private}");
    }
    let agent = lab.run(&engine);
    said(&agent, "waiting to be assigned to the pool of the domain").await;
    assert_eq!(heard(&lab, &engine).await, None);

    lab.act(&engine, "assign").await;
    said(&agent, "the agent is at work").await;
    heard_after(&lab, &engine, DateTime::UNIX_EPOCH).await;
    assert_eq!(mode(&engine.folder.join("broker.jwt")), 0o600);
    // Several logins later it is still there, and the server never had to shut it out.
    let login = || std::fs::read_to_string(engine.folder.join("broker.jwt")).unwrap();
    let mut logins = vec![login()];
    until("three more logins", SOON, async || {
        if logins.last() != Some(&login()) {
            logins.push(login());
        }
        (logins.len() > 3).then_some(())
    })
    .await;
    heard_after(&lab, &engine, Utc::now()).await;
    let log = agent.output();
    assert!(!log.contains("Authentication Expired"), "{log}");

    // Without its core it goes on, longer than its login was good for, and even starts.
    drop(agent);
    lab.kill_gateway();
    let agent = lab.run(&engine);
    said(&agent, "signing in with the login that was kept").await;
    lab.start_gateway().await;
    heard_after(&lab, &engine, Utc::now()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_disabled_or_revoked_is_cut_off_at_once() {
    let Some(lab) = Distributed::start(Settings {
        login_life: 3600,
        ..quick()
    })
    .await
    else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let (one, other) = (
        lab.engine("dc1", &domain).await,
        lab.engine("dc2", &domain).await,
    );
    let (mut agent, beside) = (lab.run(&one), lab.run(&other));
    for engine in [&one, &other] {
        lab.act(engine, "assign").await;
        heard_after(&lab, engine, DateTime::UNIX_EPOCH).await;
    }
    lab.act(&one, "disable").await;
    said(&agent, "lost the connection to NATS").await;
    let silent_since = heard(&lab, &one).await.unwrap();
    heard_after(&lab, &other, Utc::now()).await;
    assert_eq!(heard(&lab, &one).await, Some(silent_since));
    // What it was given before is good again.
    lab.act(&one, "enable").await;
    heard_after(&lab, &one, Utc::now()).await;

    lab.act(&one, "revoke").await;
    until("the revoked agent to end", SOON, async || {
        (!agent.is_running()).then_some(())
    })
    .await;
    assert!(
        agent.output().contains("it was revoked"),
        "{}",
        agent.tail()
    );
    let again = lab.run(&one);
    said(&again, "it was revoked").await;
    heard_after(&lab, &other, Utc::now()).await;
    assert!(
        !beside.output().contains("lost the connection"),
        "{}",
        beside.tail()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_lost_access_stays_out_when_the_broker_forgot_everything() {
    let Some(mut lab) = Distributed::start(Settings {
        login_life: 3600,
        ..quick()
    })
    .await
    else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let (one, other) = (
        lab.engine("dc1", &domain).await,
        lab.engine("dc2", &domain).await,
    );
    let (agent, _beside) = (lab.run(&one), lab.run(&other));
    for engine in [&one, &other] {
        lab.act(engine, "assign").await;
        heard_after(&lab, engine, DateTime::UNIX_EPOCH).await;
    }
    lab.act(&one, "disable").await;
    said(&agent, "lost the connection to NATS").await;
    let silent_since = heard(&lab, &one).await;
    lab.nats.kill();
    lab.nats.erase_store();
    lab.nats.start_again().await;
    heard_after(&lab, &other, Utc::now()).await;
    assert_eq!(heard(&lab, &one).await, silent_since);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_an_engine_does_is_seen_live_beside_the_others_of_its_pool() {
    let Some(lab) = Distributed::start(quick()).await else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let elsewhere = lab.domain("emea.example.com").await;
    let (one, other) = (
        lab.engine("dc1", &domain).await,
        lab.engine("dc2", &domain).await,
    );
    lab.engine("far", &elsewhere).await;
    lab.act(&one, "assign").await;
    let _agent = lab.run(&one);
    let live = lab.admin.live("engine-health").await;
    assert_eq!(live["id"], one.id);

    let pool = lab.admin.get(&format!("/domains/{domain}/pool")).await.ok();
    assert!(pool["orders_waiting"].is_u64(), "{pool}");
    let engines = pool["engines"].as_array().unwrap();
    let ids: Vec<_> = engines.iter().map(|engine| engine["id"].as_str()).collect();
    assert_eq!(
        ids,
        [Some(one.id.as_str()), Some(other.id.as_str())],
        "{pool}"
    );
    let health = &engines[0]["health"];
    assert!(health["in_work"].is_u64(), "{health}");
    assert!(health["version"].is_string() && health["heard_at"].is_string());
    assert!(
        health["clock_ahead_ms"].as_i64().unwrap().abs() < 1_000,
        "{health}"
    );
    // It has applied nothing yet; the other one said nothing yet.
    assert!(health["apply_p95_ms"].is_null(), "{health}");
    assert!(engines[1]["health"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_good_for_nothing_is_told_in_one_line_and_leaves_no_configuration() {
    let Some(lab) = Distributed::start(Settings::default()).await else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let (engine, token) = lab.token("dc1", &domain).await;
    let path = format!("/engines/{engine}/token/revoke");
    lab.admin
        .post(&path, Value::Object(Default::default()))
        .await
        .ok();
    let refused = lab.enrol("dc1", &token);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(
        said.contains("token is not, or no longer, good for anything"),
        "{said}"
    );
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    assert!(!lab.folder.path().join("dc1/agent.toml").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_missing_are_named_at_once_before_the_token_is_used() {
    let Some(lab) = Distributed::start(Settings::default()).await else {
        return;
    };
    let domain = lab.domain("corp.example.com").await;
    let (engine, token) = lab.token("dc1", &domain).await;
    let refused = lab.enrol_with(
        "dc1",
        &token,
        &["--ca-file", "no-ca.pem", "--bind-password-file", "no.pass"],
    );
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success());
    assert!(
        said.contains("no-ca.pem") && said.contains("no.pass"),
        "{said}"
    );
    assert!(said.contains("the token is as good as before"), "{said}");
    let waiting = lab.admin.get(&format!("/engines/{engine}")).await.ok();
    assert_eq!(waiting["standing"], "expected", "{waiting}");
    let enrolled = lab.enrol("dc1", &token);
    assert!(enrolled.status.success(), "{enrolled:?}");
}
