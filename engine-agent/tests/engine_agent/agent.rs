//! The loop, on the in-process broker and the sandbox.

use crate::subject::Subject;
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use chrono::{Duration, Utc};
use ed25519_dalek::SigningKey;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration as Span,
};
use tenure_broker::{
    AgentKeys, AgentLink, BrokerConfig, CoreKeys, CoreLink, FromEngine, RevealReply, RevealRequest,
    in_process,
};
use tenure_domain::{
    ids::EngineId,
    order::{FailureReason, Outcome, Report},
};
use tenure_engine_agent::{
    agent::Agent,
    clock,
    reveal::{ReaderKey, Sealed},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const ENGINE: EngineId = EngineId(Uuid::from_u128(5));

struct Scene {
    subject: Subject,
    core: CoreLink,
    stop: CancellationToken,
    running: JoinHandle<()>,
}

impl Scene {
    async fn begin(subject: Subject) -> Self {
        let (core_key, engine_key) = (
            SigningKey::from_bytes(&[1; 32]),
            SigningKey::from_bytes(&[2; 32]),
        );
        let hub = in_process();
        let engines = HashMap::from([(ENGINE, (subject.domain, engine_key.verifying_key()))]);
        let core_keys = CoreKeys {
            signing: core_key.clone(),
            engines: Arc::new(engines),
        };
        let core = CoreLink::connect(BrokerConfig::InProcess(hub.clone()), core_keys)
            .await
            .unwrap();
        core.serve_domain(subject.domain).await.unwrap();
        let keys = AgentKeys {
            engine: ENGINE,
            domain: subject.domain,
            signing: engine_key,
            core: core_key.verifying_key(),
        };
        let link = AgentLink::connect(BrokerConfig::InProcess(hub), keys)
            .await
            .unwrap();
        let (directory, vault) = (Arc::clone(&subject.directory), Arc::clone(&subject.vault));
        let agent = Agent::new(
            link,
            ENGINE,
            subject.domain,
            directory,
            vault,
            clock::system(),
            4,
        );
        let stop = CancellationToken::new();
        let running = tokio::spawn({
            let stop = stop.clone();
            async move { agent.run(stop).await }
        });
        Self {
            subject,
            core,
            stop,
            running,
        }
    }

    async fn reports(&self, count: usize) -> Vec<Report> {
        let mut reports = Vec::new();
        while reports.len() < count {
            if let FromEngine::Report(report) = self.next().await {
                reports.push(report);
            }
        }
        reports
    }

    async fn next(&self) -> FromEngine {
        let next = async {
            loop {
                if let Some(delivery) = self.core.next_reports(1).await.unwrap().into_iter().next()
                {
                    delivery.ack().await.unwrap();
                    return delivery.message().clone();
                }
            }
        };
        timeout(Span::from_secs(20), next)
            .await
            .expect("a message of the engine in time")
    }

    async fn end(self) {
        self.stop.cancel();
        timeout(Span::from_secs(20), self.running)
            .await
            .expect("the agent ends when told")
            .unwrap();
    }
}

#[tokio::test]
async fn every_order_is_carried_out_and_reported() {
    let scene = Scene::begin(Subject::sandbox()).await;
    let orders: Vec<_> = (0..20).map(|_| scene.subject.order()).collect();
    for order in &orders {
        scene.core.issue(order).await.unwrap();
    }
    let reports = scene.reports(orders.len()).await;
    assert!(reports.iter().all(|report| matches!(
        report.outcome,
        Outcome::Applied {
            secret: Some(_),
            ..
        }
    )));
    let reported: HashSet<_> = reports.iter().map(|report| report.account).collect();
    assert_eq!(reported, orders.iter().map(|order| order.account).collect());
    for order in &orders {
        assert!(scene.subject.see(&order.desired.name).await.is_some());
    }
    scene.end().await;
}

#[tokio::test]
async fn nothing_is_taken_while_the_directory_is_unreachable() {
    let subject = Subject::sandbox();
    subject.set_reachable(false);
    let scene = Scene::begin(subject).await;
    let FromEngine::Status(status) = scene.next().await else {
        panic!("an order was taken")
    };
    assert_eq!(
        status.impaired.map(|failure| failure.reason),
        Some(FailureReason::DirectoryUnreachable)
    );
    let order = scene.subject.order();
    scene.core.issue(&order).await.unwrap();
    assert!(scene.core.next_reports(1).await.unwrap().is_empty());
    scene.subject.set_reachable(true);
    // In either order: the report does not wait for the status.
    let (mut well, mut applied) = (false, false);
    for message in [scene.next().await, scene.next().await] {
        match message {
            FromEngine::Status(status) => well = status.impaired.is_none(),
            FromEngine::Sync(chunk) => panic!("nobody asked for {chunk:?}"),
            FromEngine::Report(report) => {
                applied = matches!(report.outcome, Outcome::Applied { .. })
            }
        }
    }
    assert!(well && applied);
    scene.end().await;
}

#[tokio::test]
async fn a_secret_is_revealed_to_its_reader_once() {
    let scene = Scene::begin(Subject::sandbox()).await;
    let order = scene.subject.order();
    scene.core.issue(&order).await.unwrap();
    let reports = scene.reports(1).await;
    let Outcome::Applied {
        secret: Some(secret),
        ..
    } = &reports[0].outcome
    else {
        panic!("no secret")
    };
    let reader = ReaderKey::generate().unwrap();
    let asked = RevealRequest {
        request: Uuid::now_v7(),
        account: order.account,
        secret: secret.clone(),
        reader_key: BASE64.encode(reader.public()),
        not_after: Utc::now() + Duration::minutes(4),
    };
    let ask = || {
        scene
            .core
            .reveal(order.domain, asked.clone(), Span::from_secs(10))
    };
    let RevealReply::Sealed {
        ephemeral,
        nonce,
        ciphertext,
    } = ask().await.unwrap()
    else {
        panic!("refused")
    };
    let [ephemeral, nonce, ciphertext] =
        [ephemeral, nonce, ciphertext].map(|text| BASE64.decode(text).unwrap());
    let opened = reader
        .open_sealed(
            asked.request,
            order.account,
            &Sealed {
                ephemeral,
                nonce,
                ciphertext,
            },
        )
        .unwrap();
    assert_eq!(opened.expose(), scene.subject.password(&order).await);
    assert!(matches!(ask().await.unwrap(), RevealReply::Refused { .. }));
    scene.end().await;
}
