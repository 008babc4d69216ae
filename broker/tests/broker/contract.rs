//! What both backends promise.

use crate::world::*;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
};
use tenure_broker::{
    AgentKeys, AgentLink, BrokerError, CoreKeys, CoreLink, FromEngine, Issued, SyncDelivery,
    WorkDelivery, wire::BODY_LIMIT,
};
use tenure_domain::{
    calibration::{Calibration, CalibrationOrder, DirectoryReach, VaultReach},
    engine::log::EngineLog,
    ids::{DomainId, EngineId},
    order::{EngineLoad, EngineStatus, Failure, FailureReason},
    synchronisation::{DirectoryObject, SyncChunk, SyncContent, SyncOrder},
};
use tokio::time::Instant;
use uuid::Uuid;

contract! {
    an_order_reaches_only_the_engines_of_its_domain,
    an_account_has_at_most_one_order_queued,
    an_acknowledged_order_is_gone_for_good,
    an_order_that_nobody_acknowledged_comes_back,
    an_order_is_kept_as_long_as_work_goes_on,
    a_superseded_order_makes_room_for_a_more_urgent_one,
    an_order_not_signed_by_the_core_is_refused_and_out_of_the_way,
    an_order_too_large_is_refused_where_it_is_issued,
    a_report_stays_until_it_is_acknowledged,
    a_report_of_an_unknown_or_foreign_engine_changes_nothing_and_holds_nothing_up,
    a_link_reports_only_for_itself,
    an_engine_tells_how_it_does,
    a_domain_is_read_by_one_of_its_engines_and_a_newer_order_takes_the_place_of_one_that_waits,
    what_an_engine_read_arrives_and_only_for_its_own_domain,
    every_engine_that_is_named_hears_what_is_asked_of_its_domain_and_answers_for_itself,
    what_an_engine_did_arrives_and_only_for_itself,
    many_orders_and_reports_each_pass_exactly_once,
    health_tells_what_waits,
}

async fn an_order_reaches_only_the_engines_of_its_domain(world: World) {
    let core = world.core().await;
    let (north, south) = (world.agent(NORTH_ONE).await, world.agent(SOUTH_ONE).await);
    let sent = order(NORTH, account(1), 1);
    assert!(matches!(
        core.issue(&sent).await.unwrap(),
        Issued::Queued { .. }
    ));
    let (got, nothing) = tokio::join!(one_order(&north), orders(&south, 4));
    assert_eq!(got.order, sent);
    assert!(nothing.unwrap().is_empty());
}

async fn an_account_has_at_most_one_order_queued(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    assert_eq!(
        core.issue(&order(NORTH, account(1), 2)).await.unwrap(),
        Issued::AlreadyQueued
    );
    assert!(matches!(
        core.issue(&order(NORTH, account(2), 1)).await.unwrap(),
        Issued::Queued { .. }
    ));
    // Also while an engine works on it.
    let taken = one_order(&agent).await;
    assert_eq!(taken.order, order(NORTH, account(1), 1));
    assert_eq!(
        core.issue(&order(NORTH, account(1), 2)).await.unwrap(),
        Issued::AlreadyQueued
    );
    taken.ack().await.unwrap();
    assert!(matches!(
        core.issue(&order(NORTH, account(1), 2)).await.unwrap(),
        Issued::Queued { .. }
    ));
}

async fn an_acknowledged_order_is_gone_for_good(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    one_order(&agent).await.ack().await.unwrap();
    let lease_ended = Instant::now() + LEASES.order;
    while Instant::now() < lease_ended {
        assert_no_order(&agent).await;
    }
    assert_eq!(core.health().await.orders_waiting, Some(0));
}

async fn an_order_that_nobody_acknowledged_comes_back(world: World) {
    let core = world.core().await;
    let (lost, other) = (world.agent(NORTH_ONE).await, world.agent(NORTH_TWO).await);
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let first = one_order(&lost).await;
    assert_no_order(&other).await;
    let again = one_order(&other).await;
    assert_eq!(again.order, first.order);
    again.ack().await.unwrap();
    // The first worker was late: saying so does no harm.
    let _ = first.ack().await;
    assert_eq!(core.health().await.orders_waiting, Some(0));
}

async fn an_order_is_kept_as_long_as_work_goes_on(world: World) {
    let core = world.core().await;
    let (busy, idle) = (world.agent(NORTH_ONE).await, world.agent(NORTH_TWO).await);
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let taken = one_order(&busy).await;
    let begun = Instant::now();
    // Each wait for orders takes a second, a lease two.
    while begun.elapsed() < LEASES.order * 2 {
        taken.working().await.unwrap();
        assert_no_order(&idle).await;
    }
    // Then it stops saying so.
    assert_eq!(one_order(&idle).await.order, taken.order);
}

async fn a_superseded_order_makes_room_for_a_more_urgent_one(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    core.issue(&order(NORTH, account(2), 1)).await.unwrap();
    assert!(core.supersede(NORTH, account(1)).await.unwrap());
    assert!(!core.supersede(NORTH, account(1)).await.unwrap());
    assert!(!core.supersede(SOUTH, account(2)).await.unwrap());
    assert!(matches!(
        core.issue(&order(NORTH, account(1), 2)).await.unwrap(),
        Issued::Queued { .. }
    ));
    let mut got = Vec::new();
    for _ in 0..2 {
        let delivery = one_order(&agent).await;
        delivery.ack().await.unwrap();
        got.push(delivery.order);
    }
    assert_eq!(
        got,
        [order(NORTH, account(2), 1), order(NORTH, account(1), 2)]
    );
    assert_no_order(&agent).await;
    // One that an engine holds can be superseded too; its acknowledgement then concerns nothing.
    core.issue(&order(NORTH, account(1), 3)).await.unwrap();
    let held = one_order(&agent).await;
    assert!(core.supersede(NORTH, account(1)).await.unwrap());
    core.issue(&order(NORTH, account(1), 4)).await.unwrap();
    let _ = held.ack().await;
    assert_eq!(one_order(&agent).await.order.number.n, 4);
}

async fn an_order_not_signed_by_the_core_is_refused_and_out_of_the_way(world: World) {
    let core = world.core().await;
    let impostor = CoreKeys {
        signing: engine_signing_key(SOUTH_ONE),
        ..core_keys()
    };
    let impostor = CoreLink::connect(world.core_config(), impostor)
        .await
        .unwrap();
    let agent = world.agent(NORTH_ONE).await;
    impostor.issue(&order(NORTH, account(1), 7)).await.unwrap();
    core.issue(&order(NORTH, account(2), 1)).await.unwrap();
    assert_eq!(one_order(&agent).await.order, order(NORTH, account(2), 1));
    assert_eq!(agent.refused(), 1);
    // The account's place is free again for the real core.
    eventually("the forged order to be gone", || async {
        matches!(
            core.issue(&order(NORTH, account(1), 1)).await.unwrap(),
            Issued::Queued { .. }
        )
        .then_some(())
    })
    .await;
}

async fn an_order_too_large_is_refused_where_it_is_issued(world: World) {
    let core = world.core().await;
    let mut large = order(NORTH, account(1), 1);
    large.desired.description = Some("x".repeat(BODY_LIMIT));
    assert!(matches!(
        core.issue(&large).await,
        Err(BrokerError::TooLarge { .. })
    ));
    large.desired.description = Some("x".repeat(BODY_LIMIT - 1_000));
    core.issue(&large).await.unwrap();
    assert_eq!(one_order(&world.agent(NORTH_ONE).await).await.order, large);
}

async fn a_report_stays_until_it_is_acknowledged(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let sent = report(NORTH_ONE, account(1), 1);
    agent.report(&sent).await.unwrap();
    let delivered = one_report(&core).await;
    assert_eq!(delivered.report().unwrap(), &sent);
    drop(delivered);
    let again = one_report(&core).await;
    assert_eq!(again.report().unwrap(), &sent);
    again.ack().await.unwrap();
    let lease_ended = Instant::now() + LEASES.report;
    while Instant::now() < lease_ended {
        assert_no_report(&core).await;
    }
}

async fn a_report_of_an_unknown_or_foreign_engine_changes_nothing_and_holds_nothing_up(
    world: World,
) {
    let core = world.core().await;
    // An engine whose key the core does not know, with the login of one that it does.
    let stranger = AgentKeys {
        signing: core_key(),
        ..agent_keys(NORTH_ONE)
    };
    let stranger = AgentLink::connect(world.agent_config(NORTH_ONE), stranger)
        .await
        .unwrap();
    for n in 1..=3 {
        stranger
            .report(&report(NORTH_ONE, account(1), n))
            .await
            .unwrap();
    }
    let honest = world.agent(NORTH_TWO).await;
    honest
        .report(&report(NORTH_TWO, account(1), 1))
        .await
        .unwrap();
    let delivered = one_report(&core).await;
    assert_eq!(
        delivered.report().unwrap(),
        &report(NORTH_TWO, account(1), 1)
    );
    delivered.ack().await.unwrap();
    assert_no_report(&core).await;
    assert_eq!(core.health().await.refused, 3);
}

async fn a_link_reports_only_for_itself(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let foreign_domain = tenure_domain::order::Report {
        domain: SOUTH,
        ..report(NORTH_ONE, account(1), 1)
    };
    for foreign in [report(NORTH_TWO, account(1), 1), foreign_domain] {
        assert!(matches!(
            agent.report(&foreign).await,
            Err(BrokerError::Foreign)
        ));
    }
    assert_no_report(&core).await;
}

async fn an_engine_tells_how_it_does(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let status = EngineStatus {
        domain: NORTH,
        engine: NORTH_ONE,
        at: report(NORTH_ONE, account(1), 1).at,
        impaired: None,
        version: "0.1.0".to_owned(),
        load: EngineLoad::default(),
    };
    let foreign = EngineStatus {
        engine: NORTH_TWO,
        ..status.clone()
    };
    assert!(matches!(
        agent.report_status(&foreign).await,
        Err(BrokerError::Foreign)
    ));
    agent.report_status(&status).await.unwrap();
    let delivery = one_report(&core).await;
    assert_eq!(delivery.message(), &FromEngine::Status(status));
    assert!(delivery.report().is_none());
    delivery.ack().await.unwrap();
    assert_eq!(core.health().await.refused, 0);
}

fn read(domain: DomainId, run: u128) -> SyncOrder {
    SyncOrder {
        domain,
        run: Uuid::from_u128(run),
        since: None,
        attributes: vec![],
        not_after: order(domain, account(1), 1).not_after,
    }
}

async fn one_sync(agent: &AgentLink) -> SyncDelivery {
    eventually("an order to read the domain", || async {
        match agent.next_work(1).await.unwrap_or_default().pop() {
            Some(WorkDelivery::Sync(delivery)) => Some(delivery),
            _ => None,
        }
    })
    .await
}

async fn a_domain_is_read_by_one_of_its_engines_and_a_newer_order_takes_the_place_of_one_that_waits(
    world: World,
) {
    let core = world.core().await;
    let (north, south) = (world.agent(NORTH_ONE).await, world.agent(SOUTH_ONE).await);
    core.synchronise(&read(NORTH, 1)).await.unwrap();
    let asked = core.synchronise(&read(NORTH, 2)).await.unwrap();
    assert!(matches!(asked, Issued::Queued { .. }));
    // Beside an order about an account, which it does not hold up.
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let (got, nothing) = tokio::join!(one_sync(&north), south.next_work(4));
    assert_eq!(got.order, read(NORTH, 2));
    assert!(nothing.unwrap().is_empty());
    got.working().await.unwrap();
    got.ack().await.unwrap();
    assert_eq!(one_order(&north).await.order.account, account(1));
}

async fn what_an_engine_read_arrives_and_only_for_its_own_domain(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let chunk = SyncChunk {
        domain: NORTH,
        engine: NORTH_ONE,
        run: Uuid::from_u128(1),
        attempt: Uuid::from_u128(2),
        number: 0,
        at: report(NORTH_ONE, account(1), 1).at,
        content: SyncContent::Objects(vec![DirectoryObject::Gone(Uuid::from_u128(3))]),
    };
    let foreign = SyncChunk {
        domain: SOUTH,
        ..chunk.clone()
    };
    assert!(matches!(
        agent.hand_over(foreign).await,
        Err(BrokerError::Foreign)
    ));
    let large = SyncChunk {
        content: SyncContent::Objects(vec![DirectoryObject::Gone(Uuid::nil()); BODY_LIMIT / 40]),
        ..chunk.clone()
    };
    assert!(matches!(
        agent.hand_over(large).await,
        Err(BrokerError::TooLarge { .. })
    ));
    agent.hand_over(chunk.clone()).await.unwrap();
    let delivery = one_report(&core).await;
    assert_eq!(delivery.message(), &FromEngine::Sync(chunk));
    delivery.ack().await.unwrap();
    assert_eq!(core.health().await.refused, 0);
}

fn asked(domain: DomainId, engines: &[EngineId]) -> CalibrationOrder {
    CalibrationOrder {
        domain,
        engines: engines.iter().copied().collect(),
        run: Uuid::from_u128(7),
        places: vec![],
        imported: vec![],
        not_after: order(domain, account(1), 1).not_after,
    }
}

fn answered(domain: DomainId, engine: EngineId) -> Calibration {
    Calibration {
        domain,
        engine,
        run: Uuid::from_u128(7),
        at: report(NORTH_ONE, account(1), 1).at,
        directory: DirectoryReach::OutOfReach(Failure {
            reason: FailureReason::DirectoryUnreachable,
            detail: "no route".to_owned(),
        }),
        vault: VaultReach {
            kind: "built-in".to_owned(),
            failure: None,
        },
        places: vec![],
    }
}

async fn every_engine_that_is_named_hears_what_is_asked_of_its_domain_and_answers_for_itself(
    world: World,
) {
    let core = world.core().await;
    let heard = std::sync::Mutex::new(Vec::new());
    let listen = async |engine: EngineId| {
        let agent = world.agent(engine).await;
        let handle = |order: CalibrationOrder| {
            heard.lock().unwrap().push((engine, order.engines.len()));
            let agent = agent.clone();
            async move {
                let domain = order.domain;
                let foreign = agent.report_calibration(answered(domain, SOUTH_ONE)).await;
                assert!(matches!(foreign, Err(BrokerError::Foreign)));
                let answer = answered(domain, engine);
                agent.report_calibration(answer).await.unwrap();
            }
        };
        agent.serve_calibrations(handle).await.unwrap();
    };
    // Asked until all have answered: who does not listen yet does not hear it.
    let asking = async {
        let mut answers = BTreeSet::new();
        while answers.len() < 2 {
            let both = asked(NORTH, &[NORTH_ONE, NORTH_TWO]);
            core.calibrate(&both).await.unwrap();
            for delivery in core.next_reports(8).await.unwrap() {
                let FromEngine::Calibration(answer) = delivery.message() else {
                    panic!("not an answer: {:?}", delivery.message());
                };
                answers.insert(answer.engine);
                assert_eq!(answer, &answered(NORTH, answer.engine));
                delivery.ack().await.unwrap();
            }
        }
        // Only one of them: the other hears nothing of it.
        heard.lock().unwrap().clear();
        eventually("the one to answer", || async {
            core.calibrate(&asked(NORTH, &[NORTH_TWO])).await.unwrap();
            for delivery in core.next_reports(8).await.unwrap() {
                delivery.ack().await.unwrap();
            }
            let heard = heard.lock().unwrap();
            heard.contains(&(NORTH_TWO, 1)).then_some(())
        })
        .await;
        assert!(!heard.lock().unwrap().contains(&(NORTH_ONE, 1)));
        let engines = [NORTH_ONE, NORTH_TWO];
        assert!(
            heard
                .lock()
                .unwrap()
                .iter()
                .all(|(engine, _)| engines.contains(engine))
        );
    };
    tokio::select! {
        () = listen(NORTH_ONE) => {}
        () = listen(NORTH_TWO) => {}
        () = listen(SOUTH_ONE) => {}
        () = asking => {}
    }
    assert_eq!(core.health().await.refused, 0);
}

async fn what_an_engine_did_arrives_and_only_for_itself(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let log = EngineLog {
        domain: NORTH,
        engine: NORTH_ONE,
        start: Uuid::from_u128(1),
        at: report(NORTH_ONE, account(1), 1).at,
        lines: vec![],
    };
    let foreign = EngineLog {
        engine: NORTH_TWO,
        ..log.clone()
    };
    assert!(matches!(
        agent.tell_log(foreign).await,
        Err(BrokerError::Foreign)
    ));
    agent.tell_log(log.clone()).await.unwrap();
    let delivery = one_report(&core).await;
    assert_eq!(delivery.message(), &FromEngine::Log(log));
    delivery.ack().await.unwrap();
}

async fn many_orders_and_reports_each_pass_exactly_once(world: World) {
    const ACCOUNTS: u128 = 300;
    let core = world.core().await;
    let issuing = async {
        let issue = |n| {
            let core = &core;
            async move { core.issue(&order(NORTH, account(n), 1)).await.unwrap() }
        };
        futures::future::join_all((1..=ACCOUNTS).map(issue)).await
    };
    let all_reported = AtomicBool::new(false);
    let work = |engine| {
        let (world, all_reported) = (&world, &all_reported);
        async move {
            let agent = world.agent(engine).await;
            let mut done = 0;
            while !all_reported.load(Ordering::Relaxed) {
                for delivery in orders(&agent, 4).await.unwrap() {
                    agent
                        .report(&report(engine, delivery.order.account, 1))
                        .await
                        .unwrap();
                    delivery.ack().await.unwrap();
                    done += 1;
                }
            }
            done
        }
    };
    let reading = async {
        let mut reported = BTreeSet::new();
        while reported.len() < usize::try_from(ACCOUNTS).unwrap() {
            for delivery in core.next_reports(64).await.unwrap() {
                delivery.ack().await.unwrap();
                assert!(
                    reported.insert(delivery.report().unwrap().account),
                    "reported twice"
                );
            }
        }
        all_reported.store(true, Ordering::Relaxed);
        reported
    };
    let (_, one, two, reported) = tokio::join!(issuing, work(NORTH_ONE), work(NORTH_TWO), reading);
    let all: BTreeSet<_> = (1..=ACCOUNTS).map(account).collect();
    assert_eq!(reported, all);
    assert_eq!(one + two, all.len(), "some order was given to both engines");
}

async fn health_tells_what_waits(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    core.issue(&order(SOUTH, account(2), 1)).await.unwrap();
    agent
        .report(&report(NORTH_ONE, account(1), 1))
        .await
        .unwrap();
    let health = core.health().await;
    assert!(health.connected);
    assert_eq!(
        (health.orders_waiting, health.reports_waiting),
        (Some(2), Some(1))
    );
}
