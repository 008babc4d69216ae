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
    calibration::{
        Calibration, CalibrationOrder, DirectoryReach, FoundRight, PlaceUse, Right, Standing,
        WantedPlace,
    },
    engine::log::{LogLevel, LogLine},
    ids::EngineId,
    order::{FailureReason, Outcome, Report},
};
use tenure_engine_agent::{
    agent::Agent,
    clock,
    reveal::{ReaderKey, Sealed},
    vault::Vault as _,
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

    /// Whatever it says, but for its log.
    async fn next(&self) -> FromEngine {
        let next = async {
            loop {
                match self.any().await {
                    FromEngine::Log(_) => {}
                    message => return message,
                }
            }
        };
        timeout(Span::from_secs(20), next)
            .await
            .expect("a message of the engine in time")
    }

    async fn any(&self) -> FromEngine {
        loop {
            if let Some(delivery) = self.core.next_reports(1).await.unwrap().into_iter().next() {
                delivery.ack().await.unwrap();
                return delivery.message().clone();
            }
        }
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
    let quiet = timeout(Span::from_secs(1), scene.next()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    scene.subject.set_reachable(true);
    // In either order: the report does not wait for the status.
    let (mut well, mut applied) = (false, false);
    for message in [scene.next().await, scene.next().await] {
        match message {
            FromEngine::Status(status) => well = status.impaired.is_none(),
            other @ (FromEngine::Sync(_) | FromEngine::Calibration(_) | FromEngine::Log(_)) => {
                panic!("nobody asked for {other:?}")
            }
            FromEngine::Report(report) => {
                applied = matches!(report.outcome, Outcome::Applied { .. })
            }
        }
    }
    assert!(well && applied);
    scene.end().await;
}

fn asked(scene: &Scene, run: u128) -> CalibrationOrder {
    let place = |dn: String, what| WantedPlace {
        dn,
        uses: [what].into(),
        attributes: Default::default(),
    };
    CalibrationOrder {
        domain: scene.subject.domain,
        engines: [ENGINE].into(),
        run: Uuid::from_u128(run),
        places: vec![
            place(scene.subject.ou("Service Accounts"), PlaceUse::Accounts),
            place(scene.subject.ou("Nowhere"), PlaceUse::RetiredAccounts),
        ],
        imported: vec![place(
            scene.subject.ou("Retired"),
            PlaceUse::ImportedAccounts,
        )],
        not_after: Utc::now() + Duration::seconds(30),
    }
}

/// Asks until the engine answers: it may not be listening yet.
async fn calibration(scene: &Scene, run: u128) -> Calibration {
    let order = asked(scene, run);
    let answer = async {
        loop {
            scene.core.calibrate(&order).await.unwrap();
            for delivery in scene.core.next_reports(8).await.unwrap() {
                delivery.ack().await.unwrap();
                if let FromEngine::Calibration(answer) = delivery.message() {
                    return answer.clone();
                }
            }
        }
    };
    timeout(Span::from_secs(20), answer)
        .await
        .expect("an answer")
}

async fn says_it_is_impaired(scene: &Scene, wanted: bool) {
    let said = async {
        loop {
            if let FromEngine::Status(status) = scene.next().await
                && status.impaired.is_some() == wanted
            {
                return;
            }
        }
    };
    timeout(Span::from_secs(30), said).await.expect("a status");
}

#[tokio::test]
async fn an_engine_says_what_it_reaches_and_what_not() {
    let scene = Scene::begin(Subject::sandbox()).await;
    let answer = calibration(&scene, 1).await;
    assert_eq!((answer.engine, answer.run), (ENGINE, Uuid::from_u128(1)));
    assert!(matches!(answer.directory, DirectoryReach::Reached(_)));
    assert_eq!(answer.vault.failure, None);
    let [service, nowhere, imported] = answer.places.as_slice() else {
        panic!("{answer:?}");
    };
    // Empty: what may be written of accounts there is not known.
    let standings: Vec<_> = service.rights.iter().map(|found| found.standing).collect();
    assert_eq!(standings, [Standing::Granted, Standing::NoAccountYet]);
    let reason = nowhere.failure.as_ref().map(|failure| failure.reason);
    assert_eq!(reason, Some(FailureReason::NoSuchOu));
    // Nothing is made where accounts are imported.
    let [write] = imported.rights.as_slice() else {
        panic!("{answer:?}");
    };
    assert!(matches!(write.right, Right::WriteAttributes { .. }));

    scene.core.issue(&scene.subject.order()).await.unwrap();
    scene.reports(1).await;
    let answer = calibration(&scene, 2).await;
    let granted = |found: &FoundRight| found.standing == Standing::Granted;
    assert!(answer.places[0].rights.iter().all(granted), "{answer:?}");

    scene.subject.set_reachable(false);
    let answer = calibration(&scene, 3).await;
    let DirectoryReach::OutOfReach(failure) = answer.directory else {
        panic!("{answer:?}");
    };
    assert_eq!(failure.reason, FailureReason::DirectoryUnreachable);
    assert!(answer.places.is_empty());
    // No order had to fail for it, and it says when that is over.
    says_it_is_impaired(&scene, true).await;
    scene.subject.set_reachable(true);
    says_it_is_impaired(&scene, false).await;
    scene.end().await;
}

#[tokio::test]
async fn an_engine_tells_what_it_did_and_no_secret() {
    let scene = Scene::begin(Subject::sandbox()).await;
    let order = scene.subject.order();
    scene.core.issue(&order).await.unwrap();
    let mut lines = Vec::new();
    let told = async {
        while !lines
            .iter()
            .any(|line: &LogLine| line.account == Some(order.account))
        {
            if let FromEngine::Log(log) = scene.any().await {
                assert_eq!(log.engine, ENGINE);
                lines.extend(log.lines);
            }
        }
    };
    timeout(Span::from_secs(20), told).await.expect("its log");
    assert!(lines[0].sentence.starts_with("Started"), "{lines:?}");
    let numbers: Vec<_> = lines.iter().map(|line| line.number).collect();
    assert_eq!(numbers, (1..=lines.len() as u64).collect::<Vec<_>>());
    let done = lines
        .iter()
        .find(|line| line.account == Some(order.account));
    let done = done.unwrap();
    assert_eq!(done.level, LogLevel::Info);
    assert!(done.sentence.contains(&order.desired.name), "{done:?}");
    let vault = &scene.subject.vault;
    let reference = vault.find(order.account).await.unwrap().unwrap();
    let secret = vault.read(order.account, &reference).await.unwrap();
    assert!(
        lines
            .iter()
            .all(|line| !line.sentence.contains(secret.expose()))
    );
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
