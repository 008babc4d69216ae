//! Requests that run through while something happens, and what must be true of them afterwards.

use futures::future::join_all;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};
use tenure_tests::{
    api::Api,
    lab::{Lab, Settings, id_of},
    organisation::{Organisation, content, fresh_name},
    until::until,
};

/// How long everything may take to converge after the last blow.
const CONVERGE: Duration = Duration::from_secs(120);
/// People who ask at the same time.
const AT_ONCE: usize = 10;

/// An organisation with a template in each domain.
pub(crate) struct Passing {
    pub(crate) people: Organisation,
    templates: [String; 2],
}

/// A request that was approved, for an account in one of the domains.
pub(crate) struct Asked {
    pub(crate) request: String,
    pub(crate) name: String,
    pub(crate) domain: usize,
}

impl Passing {
    pub(crate) async fn begin(lab: &Lab) -> Self {
        let people = Organisation::settle(lab).await;
        let templates = [
            people.template(lab, 0, "disable", |_| {}).await,
            people.template(lab, 1, "disable", |_| {}).await,
        ];
        Self { people, templates }
    }

    /// So many requests, alternately for these domains, by people who do not give up.
    pub(crate) async fn ask(&self, count: usize, domains: &[usize]) -> Vec<Asked> {
        let names: Vec<String> = (0..count).map(|_| fresh_name()).collect();
        let distinct: HashSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), count);
        let mut asked = Vec::new();
        for (n, names) in names.chunks(AT_ONCE).enumerate() {
            let domain = domains[n % domains.len()];
            let asking = names.iter().map(async |name| Asked {
                request: ask_and_approve(&self.people, &self.templates[domain], name).await,
                name: name.clone(),
                domain,
            });
            asked.extend(join_all(asking).await);
        }
        asked
    }

    /// The request as it is now.
    pub(crate) async fn request(&self, asked: &Asked) -> Value {
        let path = format!("/requests/{}", asked.request);
        self.people.requester.api.get(&path).await.ok()
    }

    /// Each ends, with its account there exactly once or a reason why it is not; and the history is whole.
    pub(crate) async fn all_end(&self, lab: &Lab, asked: &[Asked]) {
        lab.admin.ready().await;
        for asked in asked {
            let path = format!("/requests/{}", asked.request);
            let ended = |r: &Value| r["status"] == "provisioned" || r["status"] == "failed";
            let api = &self.people.requester.api;
            let request = api
                .wait_within(CONVERGE, &path, "the request to end", ended)
                .await;
            let directory = &lab.domains[asked.domain].directory;
            let there = directory.objects(&asked.name).await.len();
            if request["status"] == "provisioned" {
                assert_eq!(there, 1, "{} is there exactly once", asked.name);
            } else {
                let reason = &request["directory"]["failure"]["reason"];
                assert!(reason.is_string(), "failed with a reason: {request}");
            }
        }
        let verified = lab.run(&["audit", "verify", "--json"]);
        assert!(verified.contains("\"verified\":true"), "{verified}");
    }

    /// The same where nothing was in the way of any of them.
    pub(crate) async fn all_are_provisioned(&self, lab: &Lab, asked: &[Asked]) {
        self.all_end(lab, asked).await;
        for asked in asked {
            let request = self.request(asked).await;
            assert_eq!(request["status"], "provisioned", "{request}");
        }
    }
}

/// Orders that are lost are issued again soon.
pub(crate) fn quick_deadlines() -> Settings {
    Settings {
        orders_valid_for: 15,
        ..Settings::default()
    }
}

/// Runs so many requests through while `blows` happen, then checks what is there.
pub(crate) async fn survives(
    settings: Settings,
    requests: usize,
    blows: impl AsyncFnOnce(&mut Lab),
) {
    let Some(mut lab) = Lab::start(settings).await else {
        return;
    };
    let passing = Passing::begin(&lab).await;
    let (asked, ()) = tokio::join!(passing.ask(requests, &[0, 1]), blows(&mut lab));
    passing.all_end(&lab, &asked).await;
}

/// Sends until somebody answers: the key makes repeats harmless.
async fn insist(api: &Api, path: &str, body: Value, key: &str) -> Value {
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
    let submit = format!("/requests/{request}/submit");
    insist(asks, &submit, json!({}), &key("submit")).await;
    let approve = format!("/requests/{request}/approve");
    insist(approves, &approve, json!({}), &key("approve")).await;
    request
}
