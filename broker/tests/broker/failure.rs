//! The server goes away, comes back, and comes back with nothing. Links are made once and never again.

use crate::world::*;
use async_nats::jetstream;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tenure_broker::{
    AgentLink, BrokerConfig, BrokerError, CoreLink, Issued, NatsConfig, NatsCredentials, Operator,
    subject,
};
use tokio::time::timeout;

async fn links(server: &NatsServer) -> (CoreLink, AgentLink) {
    let core = connected_core(BrokerConfig::Nats(server.core_config())).await;
    core.serve_domain(NORTH).await.unwrap();
    let config = BrokerConfig::Nats(server.config(server.login(NORTH_ONE)));
    (
        core,
        AgentLink::connect(config, agent_keys(NORTH_ONE))
            .await
            .unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_orders_survive_a_server_that_was_killed() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    agent
        .report(&report(NORTH_ONE, account(2), 1))
        .await
        .unwrap();
    server.kill();
    server.run();
    assert_eq!(
        one_report(&core).await.report().unwrap(),
        &report(NORTH_ONE, account(2), 1)
    );
    let delivery = one_order(&agent).await;
    assert_eq!(delivery.order, order(NORTH, account(1), 1));
    until_ok("the acknowledgement", || delivery.ack()).await;
    let issued = until_ok("the next order", || async {
        core.issue(&order(NORTH, account(1), 2)).await
    })
    .await;
    assert!(matches!(issued, Issued::Queued { .. }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_the_core_held_when_it_died_comes_to_the_next() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    agent
        .report(&report(NORTH_ONE, account(1), 1))
        .await
        .unwrap();
    drop(one_report(&core).await);
    drop(core);
    let next = connected_core(BrokerConfig::Nats(server.core_config())).await;
    let delivery = one_report(&next).await;
    assert_eq!(
        delivery.report().unwrap(),
        &report(NORTH_ONE, account(1), 1)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_on_when_the_server_came_back_with_an_erased_store() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    agent
        .report(&report(NORTH_ONE, account(1), 1))
        .await
        .unwrap();
    // Both sides are waiting when it happens.
    let (waiting_core, waiting_agent) = (core.clone(), agent.clone());
    let waiting = tokio::spawn(async move {
        let _ = tokio::join!(waiting_core.next_reports(4), waiting_agent.next_work(1));
    });
    server.kill();
    server.erase_store();
    server.run();
    waiting.await.unwrap();
    // What was queued is lost; the core makes everything anew and issues again.
    let issued = until_ok("issuing again", || async {
        core.issue(&order(NORTH, account(1), 2)).await
    })
    .await;
    assert!(matches!(issued, Issued::Queued { .. }));
    let delivery = one_order(&agent).await;
    assert_eq!(delivery.order.number.n, 2);
    until_ok("reporting", || async {
        agent.report(&report(NORTH_ONE, account(1), 2)).await
    })
    .await;
    delivery.ack().await.unwrap();
    let reported = one_report(&core).await;
    assert_eq!(reported.report().unwrap().number.n, 2);
    reported.ack().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_core_that_only_listens_makes_erased_streams_anew_for_its_engines() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    server.kill();
    server.erase_store();
    server.run();
    let listening = tokio::spawn(async move {
        loop {
            if let Ok(mut reports) = core.next_reports(1).await
                && let Some(delivery) = reports.pop()
            {
                return delivery.report().unwrap().clone();
            }
        }
    });
    // An engine without work is told so, without error.
    until_ok("an engine without orders", || async {
        agent.next_work(1).await
    })
    .await;
    until_ok("reporting", || async {
        agent.report(&report(NORTH_ONE, account(1), 1)).await
    })
    .await;
    assert_eq!(listening.await.unwrap().number.n, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_deleted_by_somebody_is_made_anew() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    let js = jetstream::new(server.client().await);
    js.delete_consumer_from_stream(subject::CORE_CONSUMER, subject::REPORT_STREAM)
        .await
        .unwrap();
    agent
        .report(&report(NORTH_ONE, account(1), 1))
        .await
        .unwrap();
    assert_eq!(one_report(&core).await.report().unwrap().number.n, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_a_typed_error_and_heals_by_itself() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    server.kill();
    eventually("the loss to be noticed", || async {
        (!core.health().await.connected && !agent.is_connected()).then_some(())
    })
    .await;
    let one = order(NORTH, account(1), 1);
    assert!(matches!(
        core.issue(&one).await,
        Err(BrokerError::Disconnected)
    ));
    assert!(matches!(
        core.supersede(NORTH, account(1)).await,
        Err(BrokerError::Disconnected)
    ));
    assert!(matches!(
        core.next_reports(1).await,
        Err(BrokerError::Disconnected)
    ));
    assert!(matches!(
        agent.next_work(1).await,
        Err(BrokerError::Disconnected)
    ));
    assert!(matches!(
        agent.report(&report(NORTH_ONE, account(1), 1)).await,
        Err(BrokerError::Disconnected)
    ));
    server.run();
    until_ok("issuing", || async { core.issue(&one).await }).await;
    assert_eq!(one_order(&agent).await.order, one);
    assert!(core.health().await.connected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_in_the_middle_of_everything_loses_no_report() {
    const REPORTS: u64 = 200;
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let (core, agent) = links(&server).await;
    let reported = Arc::new(AtomicU64::new(0));
    let so_far = Arc::clone(&reported);
    let reporting = tokio::spawn(async move {
        for n in 1..=REPORTS {
            until_ok("reporting", || async {
                agent.report(&report(NORTH_ONE, account(1), n)).await
            })
            .await;
            reported.store(n, Ordering::Relaxed);
        }
    });
    let reading = tokio::spawn(async move {
        let mut seen = std::collections::BTreeSet::new();
        while u64::try_from(seen.len()).unwrap() < REPORTS {
            for delivery in core.next_reports(8).await.unwrap_or_default() {
                seen.insert(delivery.report().unwrap().number.n);
                let _ = delivery.ack().await;
            }
        }
        seen
    });
    for moment in [20, 80, 140] {
        eventually("reports to flow", || async {
            (so_far.load(Ordering::Relaxed) >= moment).then_some(())
        })
        .await;
        server.kill();
        server.run();
    }
    reporting.await.unwrap();
    let seen = timeout(SOON, reading).await.unwrap().unwrap();
    assert_eq!(seen, (1..=REPORTS).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_fails_with_a_reason() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let connect = |config: NatsConfig| CoreLink::connect(BrokerConfig::Nats(config), core_keys());
    let wrong = NatsConfig {
        credentials: NatsCredentials::None,
        ..server.core_config()
    };
    assert!(matches!(
        connect(wrong).await.err(),
        Some(BrokerError::CredentialsRefused)
    ));
    let another = Operator::load_or_create(&server.folder().join("another.json")).unwrap();
    let stranger = another.core_login("test", issued_at()).unwrap();
    assert!(matches!(
        connect(server.config(stranger)).await.err(),
        Some(BrokerError::CredentialsRefused)
    ));
    let dotted = NatsConfig {
        instance: "a.b".to_owned(),
        ..server.core_config()
    };
    assert!(matches!(
        connect(dotted).await.err(),
        Some(BrokerError::Configuration(_))
    ));
    server.kill();
    assert!(matches!(
        connect(server.core_config()).await.err(),
        Some(BrokerError::Unreachable(_))
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_something_else_is_refused_and_a_drifted_one_is_mended() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let js = jetstream::new(server.client().await);
    let foreign = jetstream::stream::Config {
        name: subject::WORK_STREAM.to_owned(),
        subjects: vec!["tenure.test.work.*.*".to_owned()],
        storage: jetstream::stream::StorageType::Memory,
        ..Default::default()
    };
    js.create_stream(foreign).await.unwrap();
    let connected = CoreLink::connect(BrokerConfig::Nats(server.core_config()), core_keys()).await;
    let Some(BrokerError::Differs { name, differences }) = connected.err() else {
        panic!("accepted")
    };
    assert_eq!(name, subject::WORK_STREAM);
    assert!(
        differences.iter().any(|d| d.setting == "retention"),
        "{differences:?}"
    );
    js.delete_stream(subject::WORK_STREAM).await.unwrap();

    let (core, _agent) = links(&server).await;
    let mut drifted = js
        .get_stream(subject::WORK_STREAM)
        .await
        .unwrap()
        .cached_info()
        .config
        .clone();
    drifted.max_age = Duration::from_secs(3_600);
    drifted
        .metadata
        .insert("operator".to_owned(), "mine".to_owned());
    js.update_stream(drifted).await.unwrap();
    drop(core);
    links(&server).await;
    let mended = js
        .get_stream(subject::WORK_STREAM)
        .await
        .unwrap()
        .cached_info()
        .config
        .clone();
    assert_eq!(mended.max_age, Duration::from_secs(7 * 24 * 3_600));
    assert_eq!(
        mended.metadata.get("operator").map(String::as_str),
        Some("mine")
    );
}
