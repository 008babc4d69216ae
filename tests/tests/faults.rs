//! kill -9 of gateway, agent and nats-server while 200 requests run through: afterwards each account is there exactly
//! once or its request failed with a reason; none is lost, none doubled.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

use futures::future::join_all;
use serde_json::json;
use std::{collections::HashSet, time::Duration};
use tenure_tests::{
    api::Api,
    lab::{Lab, Settings, id_of},
    organisation::{Organisation, content, fresh_name},
    until::until,
};

/// Requests that run through.
const REQUESTS: usize = 200;
/// How long everything may take to converge after the last blow.
const CONVERGE: Duration = Duration::from_secs(240);

/// Sends until somebody answers: the key makes repeats harmless.
async fn insist(api: &Api, path: &str, body: serde_json::Value, key: &str) -> serde_json::Value {
    until(
        &format!("an answer to {path}"),
        Duration::from_secs(120),
        async || {
            let answer = api.try_post(path, body.clone(), key).await.ok()?;
            if answer.status.is_success() {
                return Some(answer.body);
            }
            assert!(
                answer.status.is_server_error() || answer.status == 429,
                "{path}: {} {}",
                answer.status,
                answer.body
            );
            None
        },
    )
    .await
}

/// One request's way, by people who do not give up.
async fn ask_and_approve(people: &Organisation, template: &str, name: &str) -> String {
    let key = |what: &str| format!("{what}-{name}");
    let (asks, approves) = (&people.requester.api, &people.approver.api);
    let request = id_of(&insist(asks, "/requests", content(template, name), &key("create")).await);
    insist(
        asks,
        &format!("/requests/{request}/submit"),
        json!({}),
        &key("submit"),
    )
    .await;
    insist(
        approves,
        &format!("/requests/{request}/approve"),
        json!({}),
        &key("approve"),
    )
    .await;
    request
}

/// Runs the requests through while `blows` happen, then checks what is there.
async fn survives(settings: Settings, blows: impl AsyncFnOnce(&mut Lab)) {
    let Some(mut lab) = Lab::start(settings).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let templates = [
        people.template(&lab, 0, "disable", |_| {}).await,
        people.template(&lab, 1, "disable", |_| {}).await,
    ];
    let names: Vec<String> = (0..REQUESTS).map(|_| fresh_name()).collect();
    let distinct: HashSet<_> = names.iter().collect();
    assert_eq!(distinct.len(), REQUESTS);
    let asking = async {
        let mut requests = Vec::new();
        for chunk in names.chunks(10).enumerate() {
            let (n, chunk) = chunk;
            let asked = chunk
                .iter()
                .map(|name| ask_and_approve(&people, &templates[n % 2], name));
            requests.extend(join_all(asked).await);
        }
        requests
    };
    let (requests, ()) = tokio::join!(asking, blows(&mut lab));
    lab.admin.ready().await;
    for (n, (request, name)) in requests.iter().zip(&names).enumerate() {
        let path = format!("/requests/{request}");
        let ended = |r: &serde_json::Value| r["status"] == "provisioned" || r["status"] == "failed";
        let request = people
            .requester
            .api
            .wait_within(CONVERGE, &path, "the request to end", ended)
            .await;
        let directory = &lab.domains[n / 10 % 2].directory;
        let there = directory.objects(name).await.len();
        if request["status"] == "provisioned" {
            assert_eq!(there, 1, "{name} is there exactly once");
        } else {
            assert!(
                request["directory"]["failure"]["reason"].is_string(),
                "failed with a reason: {request}"
            );
        }
    }
    let verified = lab.run(&["audit", "verify", "--json"]);
    assert!(verified.contains("\"verified\":true"), "{verified}");
}

fn quick_deadlines() -> Settings {
    Settings {
        orders_valid_for: 15,
        ..Settings::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_gateway_agent_and_broker_are_killed() {
    survives(quick_deadlines(), async |lab| {
        for round in 0..3 {
            tokio::time::sleep(Duration::from_millis(700 + 150 * round)).await;
            lab.kill_gateway();
            lab.start_gateway().await;
            let which = usize::try_from(round % 2).unwrap();
            lab.kill_agent(which);
            lab.start_agent(which);
            lab.nats.kill();
            lab.nats.start_again().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_converges_after_the_brokers_store_was_erased() {
    survives(quick_deadlines(), async |lab| {
        tokio::time::sleep(Duration::from_millis(900)).await;
        lab.nats.kill();
        lab.nats.erase_store();
        lab.nats.start_again().await;
    })
    .await;
}

/// Each point ends the process the third time that it is passed; the process is started again without it.
async fn dies_at(point: &'static str) {
    let failpoints: &'static str = Box::leak(format!("{point}=2*off->1*return").into_boxed_str());
    let settings = Settings {
        gateway_failpoints: Some(failpoints),
        ..quick_deadlines()
    };
    survives(settings, async |lab| {
        until(
            "the gateway to die at its fail point",
            Duration::from_secs(60),
            async || (!lab.gateway.as_mut().unwrap().is_running()).then_some(()),
        )
        .await;
        lab.settings.gateway_failpoints = None;
        lab.start_gateway().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_between_event_and_reaction_goes_on_where_it_was() {
    dies_at("reaction-before-command").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_between_publishing_an_order_and_knowing_it_issues_none_twice() {
    dies_at("order-after-publish").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_between_recording_a_report_and_acknowledging_it_records_it_once() {
    dies_at("report-before-ack").await;
}
