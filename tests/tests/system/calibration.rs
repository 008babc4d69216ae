//! Engines say what they can really reach: a real domain controller, with the narrow rights of the lab's agent, through the
//! whole system.

use chrono::Utc;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};
use tenure_tests::{
    api::Api,
    domain::AdDomain,
    lab::{Lab, Settings},
    organisation::{Organisation, fresh_name},
};

/// The core waits half a minute for an engine.
const UNANSWERED: Duration = Duration::from_secs(60);

/// A unit of this test alone, in which the agent has the rights that it has in the one above.
async fn unit(directory: &AdDomain) -> String {
    let dn = format!("OU={},{}", fresh_name(), directory.ou("Service Accounts"));
    let attributes = vec![("objectClass", HashSet::from(["organizationalUnit"]))];
    let added = directory.administrator().await.add(&dn, attributes).await;
    added.unwrap().success().unwrap();
    dn
}

/// Asks the engines of the domain, and waits for what comes of it: of the first one.
pub(crate) async fn calibrate(admin: &Api, domain: &str, patience: Duration) -> Value {
    let path = format!("/domains/{domain}/calibration");
    let before = admin.get(&path).await.ok();
    let ask = format!("/domains/{domain}/calibrate");
    admin.post(&ask, json!({})).await.ok();
    let what = "the engine to answer, or not";
    let mut after = admin
        .wait_within(patience, &path, what, |now| {
            let (before, now) = (&before["items"][0], &now["items"][0]);
            let over = now["standing"] == "answered" || now["standing"] == "unanswered";
            over && before["asked_at"] != now["asked_at"]
        })
        .await;
    after["items"][0].take()
}

pub(crate) fn place<'a>(calibration: &'a Value, dn: &str) -> &'a Value {
    let places = calibration["answer"]["places"].as_array().unwrap();
    let found = places.iter().find(|place| place["dn"] == dn);
    found.unwrap_or_else(|| panic!("{dn} is not among {places:#?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_labs_agent_has_what_templates_need_and_what_it_lacks_is_named() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let (admin, beside) = (&lab.admin, &lab.domains[0]);
    let soon = Duration::from_secs(30);
    let (ou, retired) = (unit(&beside.directory).await, unit(&beside.directory).await);
    let group = beside.directory.new_group().await;
    let change = |attribute: &'static str| {
        let (ou, retired, group) = (ou.clone(), retired.clone(), group.clone());
        move |template: &mut Value| {
            let directory = &mut template["directory"];
            directory["ou"] = json!(ou);
            directory["retirement_ou"] = json!(retired);
            directory["groups"] = json!([group]);
            directory["attributes"] = json!([{"name": attribute, "rule": "optional"}]);
        }
    };
    let template = people
        .template(&lab, 0, "disable", change("department"))
        .await;

    // Nobody is there yet: what could only be told of an account is not called granted.
    let found = calibrate(admin, &beside.id, soon).await;
    let answer = &found["answer"];
    assert_eq!(found["standing"], "answered");
    let host = answer["server"]["host"].as_str().unwrap();
    assert!(
        host.eq_ignore_ascii_case(&beside.directory.host),
        "{answer}"
    );
    assert_eq!(answer["server"]["account"], beside.directory.agent.as_str());
    assert_eq!(
        answer["server"]["certificate_for"],
        beside.directory.host.as_str()
    );
    assert_eq!(answer["vault"], json!({ "kind": "built-in" }));
    assert_eq!(
        (&answer["missing"], &answer["unknown"]),
        (&json!(0), &json!(2)),
        "{answer:#}"
    );
    assert_eq!(place(&found, &ou)["standing"], "unknown");
    assert_eq!(place(&found, &ou)["rights"][0]["standing"], "granted");
    assert_eq!(place(&found, &group)["standing"], "granted");

    // With an account there, it is complete.
    let name = fresh_name();
    let request = people.provision(&template, &name).await;
    let found = calibrate(admin, &beside.id, soon).await;
    assert_eq!(place(&found, &ou)["standing"], "granted", "{found:#}");
    assert_eq!(place(&found, &retired)["standing"], "unknown");
    assert_eq!(place(&found, &retired)["uses"], json!(["retired-accounts"]));
    assert_eq!(found["answer"]["missing"], 0);

    // A template that wants more than the agent was given: exactly that is missing, and what grants it is there.
    people.template(&lab, 0, "disable", change("title")).await;
    let found = calibrate(admin, &beside.id, soon).await;
    let lacking: Vec<_> = place(&found, &ou)["rights"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|right| right["standing"] == "missing")
        .collect();
    assert_eq!(lacking.len(), 1, "{found:#}");
    assert_eq!(lacking[0]["attributes"], json!(["title"]));
    let agent = &beside.directory.agent;
    assert_eq!(
        lacking[0]["dsacls"],
        format!("dsacls \"{ou}\" /I:S /G \"{agent}:WP;title;user\"")
    );
    assert!(
        lacking[0]["powershell"]
            .as_str()
            .unwrap()
            .contains("'title'")
    );
    assert_eq!(found["answer"]["missing"], 1);

    // And what the engine did can be read from here, with whom it was about.
    let account = request["submission"]["account"].as_str().unwrap();
    let log = format!("/engines/{}/log", beside.engine);
    let told = admin
        .wait(&log, "the engine's log to tell of the account", |log| {
            let lines = log["items"].as_array().unwrap();
            lines.iter().any(|line| line["account"]["id"] == account)
        })
        .await;
    let password = std::fs::read_to_string(&beside.directory.agent_password).unwrap();
    assert!(!told.to_string().contains(password.trim_end()));
    let lines = told["items"].as_array().unwrap();
    let of_account = lines.iter().find(|line| line["account"]["id"] == account);
    let line = of_account.unwrap();
    assert_eq!(line["account"]["name"], name.as_str());
    let sentence = line["sentence"].as_str().unwrap();
    assert!(
        sentence.contains(&name) && sentence.contains("done in"),
        "{sentence}"
    );
    let started = |line: &Value| line["sentence"].as_str().unwrap().starts_with("Started");
    assert!(lines.iter().any(started), "{lines:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_is_calibrated_when_it_comes_and_one_that_is_gone_does_not_answer() {
    let Some(mut lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let domain = lab.domains[1].id.clone();
    let path = format!("/engines/{}/calibration", lab.domains[1].engine);
    // Nobody asked: it was assigned.
    let first = lab
        .admin
        .wait(&path, "the engine to be calibrated by itself", |now| {
            now["standing"] == "answered"
        })
        .await;
    assert!(first["answer"]["server"].is_object(), "{first}");
    lab.kill_agent(1);
    let asked = Utc::now();
    let gone = calibrate(&lab.admin, &domain, UNANSWERED).await;
    assert_eq!(gone["standing"], "unanswered");
    let at: chrono::DateTime<Utc> = gone["asked_at"].as_str().unwrap().parse().unwrap();
    assert!(at >= asked - chrono::TimeDelta::seconds(1), "{gone}");
    // What it said before stays, with its time.
    assert_eq!(gone["answer"]["at"], first["answer"]["at"]);
}
