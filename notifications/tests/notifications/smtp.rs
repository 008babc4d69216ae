//! On a real mail server.

use crate::world::{World, until};
use chrono::TimeDelta;
use serde_json::Value;
use std::{
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tenure_eventstore::clock::Clock;
use tenure_notifications::{Delivery, SmtpConfig, SmtpTls};

struct Server {
    process: Child,
    port: u16,
    file: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Option<Self> {
        let Ok(program) = std::env::var("TENURE_TEST_SMTP") else {
            eprintln!("NOT RUN: TENURE_TEST_SMTP is not set");
            return None;
        };
        let file = folder.join("mails.jsonl");
        let mut words = program.split_whitespace();
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .args(arguments)
            .arg("--file")
            .arg(&file)
            .stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let ports: Value = serde_json::from_str(&line).unwrap();
        let port = u16::try_from(ports["smtp_port"].as_u64().unwrap()).unwrap();
        Some(Self {
            process,
            port,
            file,
        })
    }

    fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    async fn mails_until(&self, count: usize) -> Vec<Value> {
        until(&format!("{count} mails"), async || {
            Some(self.mails()).filter(|mails| mails.len() >= count)
        })
        .await
    }
}

fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "localhost".into(),
        port,
        tls: SmtpTls::None,
        from: "Tenure <tenure@example.com>".into(),
        username: None,
        password_file: None,
        ca_file: None,
        timeout_seconds: 10,
    }
}

async fn sent(world: &World, count: u64) {
    until("the outbox to be empty", async || {
        let counts = world.store.state_tables().outbox_counts().await.unwrap();
        (counts.sent == count && counts.queued == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_arrives_as_text_and_html_with_its_stable_id() {
    let world = World::new().await;
    let Some(server) = Server::start(world.folder.path(), &[]) else {
        return;
    };
    world.notify(&Delivery::smtp(&config(server.port)).unwrap());
    world.begun().await;
    world.submit().await;
    let mails = server.mails_until(1).await;
    let mail = &mails[0];
    assert_eq!(mail["to"], serde_json::json!(["bob@example.com"]));
    assert_eq!(mail["subject"], "Approval needed: svc-backup");
    assert!(
        mail["headers"]["Content-Type"]
            .as_str()
            .unwrap()
            .starts_with("multipart/alternative"),
        "{mail}"
    );
    assert!(
        mail["text"]
            .as_str()
            .unwrap()
            .contains("Alice Example asks for the service account svc-backup"),
        "{mail}"
    );
    assert!(mail["html"].as_str().unwrap().contains("<html"), "{mail}");
    assert!(
        mail["message_id"]
            .as_str()
            .unwrap()
            .ends_with("@example.com>"),
        "{mail}"
    );
    sent(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_server_does_not_take_now_is_tried_again_later() {
    let world = World::new().await;
    let Some(server) = Server::start(world.folder.path(), &["--tempfail", "1"]) else {
        return;
    };
    world.notify(&Delivery::smtp(&config(server.port)).unwrap());
    world.begun().await;
    world.submit().await;
    let start = world.system.now();
    until("the mail to wait for another attempt", async || {
        world
            .store
            .state_tables()
            .next_message_due()
            .await
            .unwrap()
            .filter(|due| *due == start + TimeDelta::minutes(1))
    })
    .await;
    assert_eq!(server.mails(), Vec::<Value>::new());
    world.system.advance(TimeDelta::minutes(1));
    server.mails_until(1).await;
    sent(&world, 1).await;
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_server_is_down_mails_wait() {
    let world = World::new().await;
    let Some(server) = Server::start(world.folder.path(), &[]) else {
        return;
    };
    let port = server.port;
    drop(server);
    world.notify(&Delivery::smtp(&config(port)).unwrap());
    world.begun().await;
    world.submit().await;
    let start = world.system.now();
    until("the mail to wait for another attempt", async || {
        world
            .store
            .state_tables()
            .next_message_due()
            .await
            .unwrap()
            .filter(|due| *due == start + TimeDelta::minutes(1))
    })
    .await;
    let server = Server::start(world.folder.path(), &["--port", &port.to_string()]).unwrap();
    world.system.advance(TimeDelta::minutes(1));
    server.mails_until(1).await;
    sent(&world, 1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_that_the_server_refuses_is_given_up_visibly_and_holds_back_nothing() {
    let world = World::new().await;
    let Some(server) = Server::start(world.folder.path(), &["--refuse", "carol@example.com"])
    else {
        return;
    };
    world.notify(&Delivery::smtp(&config(server.port)).unwrap());
    world.begun().await;
    world.submit().await;
    world.approve("bob").await;
    let mails = server.mails_until(2).await;
    let mut to: Vec<_> = mails
        .iter()
        .map(|mail| mail["to"][0].as_str().unwrap())
        .collect();
    to.sort_unstable();
    assert_eq!(to, ["bob@example.com", "dave@example.com"]);
    until("the third to be given up", async || {
        (world
            .store
            .state_tables()
            .outbox_counts()
            .await
            .unwrap()
            .failed
            == 1)
            .then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_dies_between_sending_and_marking_sends_again_under_the_same_id() {
    let world = World::new().await;
    let Some(server) = Server::start(world.folder.path(), &[]) else {
        return;
    };
    let delivery = Delivery::smtp(&config(server.port)).unwrap();
    // Somebody claims the mail, and is never heard of again.
    let (cancel, running) = world.notify(&Delivery::capture());
    world.begun().await;
    cancel.cancel();
    running.await.unwrap();
    world.submit().await;
    let tables = world.store.state_tables();
    let mail = tenure_eventstore::state::OutboxMessage {
        id: "6f1d9a52-2c0e-5d6b-9a7e-54e1b6c80f3d".into(),
        position: 1,
        recipient: "bob@example.com".into(),
        subject: "Claimed".into(),
        text: "text".into(),
        html: Some("<p>html</p>".into()),
    };
    tables
        .queue_messages(std::slice::from_ref(&mail), world.system.now())
        .await
        .unwrap();
    let claimed = tables
        .claim_messages(world.system.now(), TimeDelta::minutes(15), 10)
        .await
        .unwrap();
    assert_eq!(claimed.len(), 1);
    world.notify(&delivery);
    let first = server.mails_until(1).await;
    assert_eq!(
        first[0]["subject"], "Approval needed: svc-backup",
        "the claimed one is left alone"
    );
    world.system.advance(TimeDelta::minutes(15));
    let mails = server.mails_until(2).await;
    assert_eq!(mails[1]["message_id"], format!("<{}@example.com>", mail.id));
    sent(&world, 2).await;
    assert_eq!(server.mails().len(), 2, "and once only");
}

/// An authority, and a certificate for localhost with its key.
fn certificates(folder: &Path) -> Option<(PathBuf, PathBuf, PathBuf)> {
    let file = |name: &str| folder.join(name);
    let openssl = |name: &str, more: &[&str]| {
        let mut command = Command::new("openssl");
        command.args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout",
        ]);
        command
            .arg(file(&format!("{name}.key")))
            .arg("-out")
            .arg(file(&format!("{name}.pem")))
            .args(more);
        command
            .current_dir(folder)
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let signed = [
        "-CA",
        "authority.pem",
        "-CAkey",
        "authority.key",
        "-subj",
        "/CN=localhost",
    ];
    let leaf = [
        "-addext",
        "subjectAltName=DNS:localhost",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ];
    if !openssl("authority", &["-subj", "/CN=Test authority"])
        || !openssl("server", &[signed.as_slice(), &leaf].concat())
    {
        eprintln!("NOT RUN: there is no openssl 3");
        return None;
    }
    Some((
        file("authority.pem"),
        file("server.pem"),
        file("server.key"),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_starttls_with_a_private_authority_and_never_without_it() {
    let world = World::new().await;
    let Some((authority, certificate, key)) = certificates(world.folder.path()) else {
        return;
    };
    let tls = [
        "--tls-cert",
        certificate.to_str().unwrap(),
        "--tls-key",
        key.to_str().unwrap(),
        "--require-starttls",
    ];
    let Some(server) = Server::start(world.folder.path(), &tls) else {
        return;
    };
    let strict = SmtpConfig {
        tls: SmtpTls::Starttls,
        ..config(server.port)
    };
    let (cancel, running) = world.notify(&Delivery::smtp(&strict).unwrap());
    world.begun().await;
    world.submit().await;
    let start = world.system.now();
    until("an unknown authority to be refused", async || {
        world
            .store
            .state_tables()
            .next_message_due()
            .await
            .unwrap()
            .filter(|due| *due == start + TimeDelta::minutes(1))
    })
    .await;
    cancel.cancel();
    running.await.unwrap();
    world.system.advance(TimeDelta::minutes(1));
    let trusting = SmtpConfig {
        ca_file: Some(authority),
        ..strict
    };
    world.notify(&Delivery::smtp(&trusting).unwrap());
    assert_eq!(server.mails_until(1).await.len(), 1);
}

#[test]
fn a_configuration_that_cannot_work_names_its_key() {
    let wrong = |config: SmtpConfig| match Delivery::smtp(&config) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    };
    assert!(
        wrong(SmtpConfig {
            from: "nobody".into(),
            ..config(25)
        })
        .starts_with("mail.from: ")
    );
    let nameless = SmtpConfig {
        username: Some("tenure".into()),
        ..config(25)
    };
    assert!(wrong(nameless.clone()).starts_with("mail.password_file: "));
    let missing = SmtpConfig {
        password_file: Some("/nonexistent".into()),
        ..nameless
    };
    assert!(wrong(missing).starts_with("mail.password_file: "));
}
