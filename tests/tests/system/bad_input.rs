//! Generated requests against every endpoint, signed in: no answer is a server error, none is undocumented.

use std::process::Command;
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{ADMIN, PASSWORD},
};

#[tokio::test(flavor = "multi_thread")]
async fn no_generated_input_leads_to_a_server_error_or_an_undocumented_answer() {
    let Ok(program) = std::env::var("TENURE_TEST_SCHEMATHESIS") else {
        eprintln!(
            "NOT RUN: TENURE_TEST_SCHEMATHESIS is not set; run under scripts/with-services.sh"
        );
        return;
    };
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let session = lab
        .admin
        .post(
            "/sessions",
            serde_json::json!({ "email": ADMIN, "password": PASSWORD }),
        )
        .await
        .ok();
    let token = session["token"].as_str().unwrap().to_owned();
    let schema = format!("{}/api/v1/openapi.json", lab.base);
    let folder = lab.folder.path().to_owned();
    let run = tokio::task::spawn_blocking(move || {
        Command::new(program)
            .current_dir(folder)
            .args(["run", &schema, "--header", &format!("Authorization: Bearer {token}")])
            .args(["--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"])
            .args(["--phases", "examples,coverage,fuzzing", "--max-examples", "15", "--workers", "2"])
            // These would end the session under test, never end, or wait for an engine.
            .args(["--exclude-path-regex", "sessions/current$|/events$|/password$|/metrics$"])
            // The same inputs every time: a failure can be looked into.
            .args(["--seed", "20261121", "--request-timeout", "20", "--no-color"])
            .output()
            .unwrap()
    });
    let output = run.await.unwrap();
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{report}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
