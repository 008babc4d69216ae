//! A history that somebody altered beside Tenure is found without anybody asking, and told to those who must know.

use crate::small::Small;
use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tenure_tests::{mail::Mail, until::until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

/// Takes what is POSTed to it, after refusing the first time.
async fn elsewhere() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/checkpoints", listener.local_addr().unwrap());
    let taken = Arc::new(Mutex::new(Vec::new()));
    let keep = taken.clone();
    tokio::spawn(async move {
        let mut refused = false;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = Vec::new();
            let whole = |request: &[u8]| {
                let text = String::from_utf8_lossy(request).into_owned();
                let (head, body) = text.split_once("\r\n\r\n")?;
                let lower = head.to_lowercase();
                let length = lower.split("content-length: ").nth(1)?;
                let length: usize = length.lines().next()?.trim().parse().ok()?;
                (body.len() >= length).then(|| body.to_owned())
            };
            let body = loop {
                let mut bytes = [0; 4096];
                let read = stream.read(&mut bytes).await.unwrap();
                request.extend_from_slice(&bytes[..read]);
                if let Some(body) = whole(&request) {
                    break body;
                }
            };
            let status = if refused {
                "204 No Content"
            } else {
                "503 Service Unavailable"
            };
            if refused {
                keep.lock().unwrap().push(body);
            }
            refused = true;
            let answer =
                format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, taken)
}

#[tokio::test]
async fn an_altered_history_is_told_to_administrators_and_auditors_and_checkpoints_go_elsewhere() {
    let folder = tempfile::TempDir::new().unwrap();
    let Some(mail) = Mail::start(folder.path()).await else {
        return;
    };
    let (address, taken) = elsewhere().await;
    let port = mail.port.to_string();
    let small = Small::start_with(&[
        ("TENURE_CHECKPOINTS__WEBHOOK", &address),
        ("TENURE_MAIL__HOST", "127.0.0.1"),
        ("TENURE_MAIL__PORT", &port),
        ("TENURE_MAIL__TLS", "none"),
        ("TENURE_MAIL__FROM", "tenure@corp.example"),
    ])
    .await;
    small.person("Iris", "Auditor").await;
    let soon = Duration::from_secs(90);
    let unaltered = |proof: &Value| {
        proof["verified"]["at"].is_string() && proof["checkpoint"]["note"].is_string()
    };
    let proof = small
        .api
        .wait_within(soon, "/audit/proof", "a look and a checkpoint", unaltered)
        .await;
    assert_eq!(proof["verified"].get("altered"), None, "{proof}");
    let sent = until("the checkpoint to be elsewhere", soon, async || {
        taken.lock().unwrap().first().cloned()
    })
    .await;
    assert_eq!(
        sent.trim(),
        proof["checkpoint"]["note"].as_str().unwrap().trim()
    );

    // Somebody who has the database: who did it is another.
    let log = small.folder.path().join("tenure-data/log.db");
    let mut database = SqliteConnection::connect(&format!("sqlite://{}", log.display()))
        .await
        .unwrap();
    database
        .execute("PRAGMA busy_timeout = 10000")
        .await
        .unwrap();
    database
        .execute("UPDATE events SET actor = 'system:nobody' WHERE position = 3")
        .await
        .unwrap();
    database
        .execute("DELETE FROM meta WHERE name = 'history verification'")
        .await
        .unwrap();
    database.close().await.unwrap();

    let altered = |proof: &Value| proof["verified"]["altered"].is_string();
    let proof = small
        .api
        .wait_within(soon, "/audit/proof", "the alteration", altered)
        .await;
    let found = proof["verified"]["altered"].as_str().unwrap();
    assert!(found.contains("position 3"), "{found}");
    for person in ["ada", "iris"] {
        let told = mail
            .wait_for(person, "the history is not what was written")
            .await;
        assert!(told.to_string().contains("position 3"), "{told}");
    }
    let subjects = mail.taken().await;
    let told_bob = subjects.iter().any(|mail| {
        mail["to"].to_string().contains("bob")
            && mail["subject"].to_string().contains("the history")
    });
    assert!(!told_bob, "an approver is not concerned");
}

#[tokio::test]
async fn a_lost_file_of_checkpoints_is_told_and_the_command_does_not_verify_without_it() {
    let named = ("TENURE_CHECKPOINTS__FILE", "elsewhere.txt");
    let small = Small::start_with(&[named]).await;
    let token = small.token_of("ada").await;
    let verify = || {
        let mut command = small.command(&token, &["audit", "verify"]);
        command.env(named.0, named.1).output().unwrap()
    };
    let file = small.folder.path().join(named.1);
    let known = small
        .folder
        .path()
        .join("tenure-data/checkpoints.known.json");
    let soon = Duration::from_secs(90);
    until("a checkpoint in the file", soon, async || {
        (file.exists() && known.exists()).then_some(())
    })
    .await;
    let output = verify();
    assert!(output.status.success(), "{output:?}");

    std::fs::remove_file(&file).unwrap();
    let output = verify();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("checkpoints.file elsewhere.txt has 0 of the 1 "),
        "{said}"
    );
    let told = |proof: &Value| {
        let altered = proof["verified"]["altered"].as_str();
        altered.is_some_and(|altered| altered.contains("checkpoints.file"))
    };
    small
        .api
        .wait_within(soon, "/audit/proof", "the lost file", told)
        .await;
    assert!(!file.exists());
}
