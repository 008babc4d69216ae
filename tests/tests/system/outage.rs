//! A domain controller that is away for a while: orders wait, the request says why, nothing is lost.

use serde_json::json;
use std::{process::Command, time::Duration};
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{Organisation, fresh_name},
};

/// Stops a domain controller, and starts it again when dropped.
struct Away(&'static str);

impl Away {
    fn take(domain: &'static str) -> Self {
        control("stop", domain);
        Self(domain)
    }
}

impl Drop for Away {
    fn drop(&mut self) {
        control("start", self.0);
    }
}

fn control(what: &str, domain: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../lab/ad-lab.sh");
    let done = Command::new(script).args([what, domain]).status().unwrap();
    assert!(done.success(), "ad-lab.sh {what} {domain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_wait_for_a_domain_controller_that_is_away_and_the_request_says_why() {
    let Some(lab) = Lab::start(Settings {
        orders_valid_for: 20,
        ..Settings::default()
    })
    .await
    else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let templates = [
        people.template(&lab, 0, "disable", |_| {}).await,
        people.template(&lab, 1, "disable", |_| {}).await,
    ];
    let away = Away::take("emea");
    let names: Vec<_> = (0..5).map(|_| fresh_name()).collect();
    let mut waiting = Vec::new();
    for name in &names {
        let request = people.ask(&templates[1], name).await;
        people.approve(&request).await;
        waiting.push(request);
    }
    // The other domain goes on as if nothing were.
    people.provision(&templates[0], &fresh_name()).await;
    let path = format!("/requests/{}", waiting[0]);
    let told = people
        .requester
        .api
        .wait(&path, "the request to say why it waits", |r| {
            r["directory"]["failure"]["reason"] == "directory-unreachable"
        })
        .await;
    assert_eq!(told["status"], "provisioning", "{told}");

    drop(away);
    for (request, name) in waiting.iter().zip(&names) {
        let path = format!("/requests/{request}");
        let within = Duration::from_secs(120);
        people
            .requester
            .api
            .wait_within(within, &path, "the order to be applied", |r| {
                r["status"] == "provisioned"
            })
            .await;
        assert_eq!(lab.domains[1].directory.objects(name).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_says_why_it_waits_also_where_the_engine_knew_before_the_order_and_takes_none() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 1, "disable", |_| {}).await;
    let domain = &lab.domains[1];
    let away = Away::take("emea");
    let ask = format!("/domains/{}/calibrate", domain.id);
    lab.admin.post(&ask, json!({})).await.ok();
    let path = format!("/engines/{}", domain.engine);
    let knows = |engine: &serde_json::Value| engine["impaired"].is_object();
    lab.admin
        .wait(&path, "the engine to know that it is away", knows)
        .await;

    let request = people.ask(&template, &fresh_name()).await;
    people.approve(&request).await;
    let path = format!("/requests/{request}");
    let says = |r: &serde_json::Value| {
        r["directory"]["state"] == "waiting"
            && r["directory"]["failure"]["reason"] == "directory-unreachable"
    };
    let api = &people.requester.api;
    api.wait(&path, "the request to say why it waits", says)
        .await;

    drop(away);
    let within = Duration::from_secs(120);
    let applied = |r: &serde_json::Value| r["status"] == "provisioned";
    api.wait_within(within, &path, "the order to be applied", applied)
        .await;
}
