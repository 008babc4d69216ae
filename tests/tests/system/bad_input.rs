//! Generated requests against every operation of the demo's organisation: no answer is a server error, none is
//! undocumented, and every operation was asked by somebody who has the right to.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::{path::Path, process::Command, time::Duration};
use tempfile::TempDir;
use tenure_tests::{
    api::Api,
    organisation::PASSWORD,
    postgres::fresh_database,
    process::{Process, free_port, tenure},
    until::until,
};

const ADMINISTRATOR: &str = "ada";

/// Objects that are asked for by id, so that requests reach what there is, too, and not only what there is not.
const KINDS: &[&str] = &[
    "accounts",
    "campaigns",
    "domains",
    "engines",
    "groups",
    "requests",
    "roles",
    "templates",
    "users",
];

/// What ends sessions, by whom it is asked, and what is asked beside it to learn ids. Each has a session of its own: among
/// all the others it would end theirs, and they would be answered 401 from then on.
const ENDING: &[(&str, &str, &[&str])] = &[
    (
        "DELETE /api/v1/sessions/{id}",
        "rosa",
        &["GET /api/v1/sessions"],
    ),
    ("DELETE /api/v1/sessions/current", "olga", &[]),
    ("POST /api/v1/sessions/current/password", "pavel", &[]),
    ("POST /api/v1/users/{id}/sessions/end", ADMINISTRATOR, &[]),
    ("POST /api/v1/users/{id}/password", ADMINISTRATOR, &[]),
];

/// What is never asked.
const LEFT_OUT: &[&str] = &[
    // It never ends.
    "GET /api/v1/events",
    // A generated date is centuries ahead: all that falls due until then takes hours.
    "POST /api/v1/clock/advance",
];

/// What nobody has a right to by who they are, but by a secret that is not guessed: 401 or 403 is all there is.
const BY_SECRET: &[&str] = &[
    "POST /api/v1/sessions",
    "POST /api/v1/first-password",
    "POST /api/v1/verification",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_input_leads_to_a_server_error_or_an_undocumented_answer() {
    let Ok(program) = std::env::var("TENURE_TEST_SCHEMATHESIS") else {
        eprintln!(
            "NOT RUN: TENURE_TEST_SCHEMATHESIS is not set; run under scripts/with-services.sh"
        );
        return;
    };
    let Some(database) = fresh_database().await else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let (_demo, api) = demo(folder.path(), &database).await;
    let administrator = as_person(&api, ADMINISTRATOR).await;
    certify(&administrator).await;
    name_objects(folder.path(), &administrator).await;

    let mut refused = Vec::new();
    for (operation, person, beside) in ENDING {
        let mut options = vec!["--include-name", operation];
        for other in *beside {
            options.extend(["--include-name", other]);
        }
        let report = round(&program, folder.path(), &api, person, &options).await;
        refused.extend(only_refused(&report));
    }
    let mut options = Vec::new();
    let apart = ENDING.iter().map(|(operation, ..)| operation);
    for operation in apart.chain(LEFT_OUT) {
        options.extend(["--exclude-name", operation]);
    }
    let report = round(&program, folder.path(), &api, ADMINISTRATOR, &options).await;
    refused.extend(only_refused(&report));

    let operations = |what: &str| report["operations"][what].as_u64().unwrap();
    let apart = u64::try_from(ENDING.len() + LEFT_OUT.len()).unwrap();
    assert_eq!(operations("tested") + apart, operations("total"));
    refused.retain(|operation| !BY_SECRET.contains(&operation.as_str()));
    assert_eq!(refused, Vec::<String>::new(), "were asked without a right");
}

/// The demo on this database, with the people whose rights and objects it has.
async fn demo(folder: &Path, database: &str) -> (Process, Api) {
    let port = free_port();
    let listen = format!("127.0.0.1:{port}");
    let mut command = Command::new(tenure());
    command
        .args(["demo", "--accounts", "20", "--store", database, "--data"])
        .arg(folder.join("data"))
        .args(["--listen", &listen])
        .env("RUST_LOG", "warn");
    let demo = Process::start("demo", folder, &mut command);
    until("the demo", Duration::from_secs(300), async || {
        demo.output().contains("demo runs on").then_some(())
    })
    .await;
    let api = Api::new(&format!("http://{listen}"));
    api.ready().await;
    (demo, api)
}

async fn as_person(api: &Api, name: &str) -> Api {
    api.sign_in(&format!("{name}@demo.example"), PASSWORD).await
}

/// A campaign that is still open.
async fn certify(administrator: &Api) {
    let system = administrator.get("/system").await.ok();
    let now: DateTime<Utc> = system["business_time"].as_str().unwrap().parse().unwrap();
    let due = now + TimeDelta::days(30);
    let campaign = json!({ "name": "All", "filter": { "status": ["active"] }, "due": due });
    administrator.post("/campaigns", campaign).await.ok();
}

/// Six of ten paths name an object that is there; the administrator is not among the people, who could not go on.
async fn name_objects(folder: &Path, administrator: &Api) {
    let me = administrator.get("/sessions/current").await.ok()["user"].clone();
    let mut dictionaries = String::new();
    let mut operations = String::new();
    for kind in KINDS {
        let found = administrator.get(&format!("/{kind}")).await.ok();
        let ids = found["items"].as_array().unwrap().iter();
        let ids: Vec<_> = ids
            .map(|item| &item["id"])
            .filter(|id| **id != me)
            .collect();
        assert!(!ids.is_empty(), "no {kind}");
        let ids = serde_json::to_string(&ids).unwrap();
        dictionaries += &format!("[dictionaries.{kind}]\nvalues = {ids}\n");
        operations += &format!(
            "[[operations]]\ninclude-path-regex = '^/api/v1/{kind}/\\{{id\\}}'\n\
             parameters = {{ \"path.id\" = {{ dictionary = \"{kind}\", probability = 0.6 }} }}\n"
        );
    }
    std::fs::write(folder.join("schemathesis.toml"), dictionaries + &operations).unwrap();
}

/// Asks the chosen operations as somebody who has just signed in; answers the report.
async fn round(program: &str, folder: &Path, api: &Api, person: &str, choice: &[&str]) -> Value {
    let email = format!("{person}@demo.example");
    let who = json!({ "email": email, "password": PASSWORD });
    let session = api.post("/sessions", who).await.ok();
    let token = session["token"].as_str().unwrap();
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .arg("run")
        .arg(format!("{}/api/v1/openapi.json", api.base()))
        .args(["--header", &format!("Authorization: Bearer {token}")])
        .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
        .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--workers", "2"])
        // The same inputs every time: a failure can be looked into.
        .args(["--seed", "20261121", "--request-timeout", "20", "--no-color"])
        .args(["--report", "json", "--report-json-path", "report.json"])
        .args(choice);
    let run = tokio::task::spawn_blocking(move || command.output().unwrap());
    let output = run.await.unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{choice:?}\n{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let report = std::fs::read_to_string(folder.join("report.json")).unwrap();
    serde_json::from_str(&report).unwrap()
}

/// Operations that were answered 401 or 403 only.
fn only_refused(report: &Value) -> Vec<String> {
    let refused = report["warnings"]["missing_auth"].as_array().unwrap();
    let names = refused.iter().map(|name| name.as_str().unwrap().to_owned());
    names.collect()
}
