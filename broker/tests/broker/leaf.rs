//! A server at a site, which dials out to the centre: its engines work through it, and what it signs in with opens no
//! other domain.

use crate::world::*;
use async_nats::{Client, ConnectOptions};
use futures::StreamExt as _;
use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tenure_broker::{
    AgentLink, BrokerConfig, NatsConfig,
    nats_config::ServerConfig,
    nats_leaf::{LeafConfig, render},
    subject::{Subjects, agents_consumer, domain_inbox},
};
use tokio::time::timeout;

/// A running leaf node; killed when dropped.
struct Leaf {
    process: Child,
    port: u16,
    folder: PathBuf,
}

impl Drop for Leaf {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A server that takes leaf nodes, and one beside the domain NORTH.
fn centre_and_leaf() -> Option<(NatsServer, Leaf)> {
    let mut centre = NatsServer::start()?;
    let (leaves, port) = (free_port(), free_port());
    centre.kill();
    centre.configure(&format!("leafnodes {{ listen: \"127.0.0.1:{leaves}\" }}\n"));
    centre.run();
    let folder = centre.folder().join("leaf");
    fs::create_dir(&folder).unwrap();
    let config = LeafConfig {
        server: ServerConfig {
            listen: format!("127.0.0.1:{port}").parse().unwrap(),
            store: folder.clone(),
            tls: None,
            plain: false,
            sync_always: false,
        },
        name: "north".to_owned(),
        centre: vec![format!("nats-leaf://127.0.0.1:{leaves}")],
        centre_ca: None,
        domains: vec![NORTH],
        credentials: folder.clone(),
    };
    let text = render(&config, centre.operator(), "test", issued_at()).unwrap();
    fs::write(folder.join("nats.conf"), text).unwrap();
    let process = Command::new(centre.binary())
        .arg("--config")
        .arg(folder.join("nats.conf"))
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.join("nats.log")).unwrap())
        .spawn()
        .unwrap();
    let leaf = Leaf {
        process,
        port,
        folder,
    };
    let deadline = std::time::Instant::now() + SOON;
    while TcpStream::connect(("127.0.0.1", leaf.port)).is_err() {
        assert!(
            std::time::Instant::now() < deadline,
            "the leaf node does not listen"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    Some((centre, leaf))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_works_through_the_server_at_its_site() {
    let Some((centre, leaf)) = centre_and_leaf() else {
        return;
    };
    let core = connected_core(BrokerConfig::Nats(centre.core_config())).await;
    core.serve_domain(NORTH).await.unwrap();
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let engine = NatsConfig {
        servers: vec![format!("nats://127.0.0.1:{}", leaf.port)],
        ..centre.config(centre.login(NORTH_ONE))
    };
    let agent = AgentLink::connect(BrokerConfig::Nats(engine), agent_keys(NORTH_ONE));
    let agent = agent.await.unwrap();
    let delivery = one_order(&agent).await;
    assert_eq!(delivery.order.account, account(1));
    let done = report(NORTH_ONE, account(1), 1);
    agent.report(&done).await.unwrap();
    delivery.ack().await.unwrap();
    let reported = one_report(&core).await;
    assert_eq!(reported.report(), Some(&done));
    reported.ack().await.unwrap();
}

/// Answers nothing to whoever may not ask.
async fn is_answered(client: &Client, subject: String) -> bool {
    let asked = client.request(subject, "{}".into());
    matches!(timeout(Duration::from_millis(500), asked).await, Ok(Ok(_)))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_site_signs_in_with_opens_no_other_domain() {
    let Some((centre, leaf)) = centre_and_leaf() else {
        return;
    };
    let core = connected_core(BrokerConfig::Nats(centre.core_config())).await;
    for domain in [NORTH, SOUTH] {
        core.serve_domain(domain).await.unwrap();
    }
    let stolen = fs::read_to_string(leaf.folder.join("leaf.creds")).unwrap();
    let client = ConnectOptions::with_credentials(&stolen)
        .unwrap()
        .custom_inbox_prefix(domain_inbox(NORTH))
        .connect(centre.url())
        .await
        .unwrap();
    let info = |domain| {
        format!(
            "$JS.API.CONSUMER.INFO.TENURE_WORK.{}",
            agents_consumer(domain)
        )
    };
    assert!(is_answered(&client, info(NORTH)).await, "its own domain");
    let next = agents_consumer(SOUTH);
    for other in [
        info(SOUTH),
        format!("$JS.API.CONSUMER.MSG.NEXT.TENURE_WORK.{next}"),
        "$JS.API.STREAM.INFO.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.NAMES".to_owned(),
    ] {
        assert!(!is_answered(&client, other.clone()).await, "{other}");
    }
    // Nothing of the other domain is heard either.
    let subjects = Subjects::new("test").unwrap();
    let mut heard = client.subscribe(subjects.work_of(SOUTH)).await.unwrap();
    client.flush().await.unwrap();
    core.issue(&order(SOUTH, account(2), 1)).await.unwrap();
    let something = timeout(Duration::from_millis(500), heard.next()).await;
    assert!(
        !matches!(something, Ok(Some(_))),
        "an order of another domain"
    );
}
