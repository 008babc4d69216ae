//! Who is let in, for how long, and how access ends: a real nats-server in operator mode.

use crate::world::*;
use chrono::{DateTime, TimeDelta, Utc};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tenure_broker::{AccountLink, AgentLink, BrokerConfig, BrokerError};
use tenure_domain::ids::EngineId;
use tokio::time::timeout;

fn far() -> DateTime<Utc> {
    DateTime::from_timestamp(4_000_000_000, 0).unwrap()
}

/// The server's own clock decides when a JWT has ended.
#[allow(clippy::disallowed_methods)]
fn real_now() -> DateTime<Utc> {
    Utc::now()
}

async fn connect(
    server: &NatsServer,
    engine: EngineId,
    jwt: String,
) -> Result<AgentLink, BrokerError> {
    let (login, _) = server.login_with(engine, jwt);
    AgentLink::connect(BrokerConfig::Nats(server.config(login)), agent_keys(engine)).await
}

async fn account_link(server: &NatsServer) -> AccountLink {
    let operator = Arc::clone(&server.operator);
    AccountLink::connect(&server.core_config(), operator, issued_at())
        .await
        .unwrap()
}

fn ended(engine: EngineId, after: TimeDelta) -> BTreeMap<String, DateTime<Utc>> {
    [(engine_nkey(engine).public_key(), issued_at() + after)].into()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_loses_access_is_cut_off_at_once_and_the_others_are_not() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let world = World::Nats(server);
    let core = world.core().await;
    let World::Nats(server) = &world else { return };
    let jwt = server.jwt(NORTH_ONE, TimeDelta::zero(), far());
    let one = connect(server, NORTH_ONE, jwt.clone()).await.unwrap();
    let two = world.agent(NORTH_TWO).await;
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let taken = one_order(&one).await;

    let account_link = account_link(server).await;
    let lost = ended(NORTH_ONE, TimeDelta::zero());
    account_link.end_access(&lost, issued_at()).await.unwrap();

    timeout(SOON, one.shut_out()).await.unwrap();
    assert!(!one.is_connected());
    assert!(one.report(&report(NORTH_ONE, account(1), 1)).await.is_err());
    assert_no_report(&core).await;
    // Nor does it come back, with what it has.
    let refused = connect(server, NORTH_ONE, jwt).await.err();
    assert!(matches!(refused, Some(BrokerError::CredentialsRefused)));
    // The order that it held goes to another engine of the pool, when the lease is over.
    assert!(two.is_connected());
    let delivery = one_order(&two).await;
    assert_eq!(delivery.order, taken.order);
    delivery.ack().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_restarted_still_knows_who_lost_access() {
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let jwt = server.jwt(NORTH_ONE, TimeDelta::zero(), far());
    let lost = ended(NORTH_ONE, TimeDelta::zero());
    let link = account_link(&server).await;
    link.end_access(&lost, issued_at() + TimeDelta::seconds(1))
        .await
        .unwrap();
    let before = link.generation();
    server.kill();
    server.run();
    let refused = connect(&server, NORTH_ONE, jwt.clone()).await.err();
    assert!(matches!(refused, Some(BrokerError::CredentialsRefused)));
    // The core notices that the server was away, and may say so once more; or that the engine has access again.
    eventually("the core to be connected anew", || async {
        (link.generation() > before).then_some(())
    })
    .await;
    link.end_access(&BTreeMap::new(), issued_at() + TimeDelta::seconds(2))
        .await
        .unwrap();
    connect(&server, NORTH_ONE, jwt).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_issued_after_access_ended_gives_access_again() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let lost = ended(NORTH_ONE, TimeDelta::seconds(10));
    let link = account_link(&server).await;
    link.end_access(&lost, issued_at()).await.unwrap();
    let before = server.jwt(NORTH_ONE, TimeDelta::seconds(10), far());
    let refused = connect(&server, NORTH_ONE, before).await.err();
    assert!(matches!(refused, Some(BrokerError::CredentialsRefused)));
    let after = server.jwt(NORTH_ONE, TimeDelta::seconds(11), far());
    connect(&server, NORTH_ONE, after).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_replaced_while_connected_and_outlives_the_first() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let world = World::Nats(server);
    let core = world.core().await;
    let World::Nats(server) = &world else { return };
    let end = real_now() + TimeDelta::seconds(3);
    let (login, renewed) =
        server.login_with(NORTH_ONE, server.jwt(NORTH_ONE, TimeDelta::zero(), end));
    let config = BrokerConfig::Nats(server.config(login));
    let engine = AgentLink::connect(config, agent_keys(NORTH_ONE))
        .await
        .unwrap();

    renewed.send_replace(server.jwt(NORTH_ONE, TimeDelta::seconds(1), far()));
    engine.renew_connection().await.unwrap();
    // Nothing happens when the first one ends: no complaint, and orders come.
    let cut_off = timeout(Duration::from_secs(4), engine.shut_out()).await;
    assert!(cut_off.is_err(), "the first login's end cut the connection");
    core.issue(&order(NORTH, account(1), 1)).await.unwrap();
    let delivery = one_order(&engine).await;
    engine
        .report(&report(NORTH_ONE, account(1), 1))
        .await
        .unwrap();
    delivery.ack().await.unwrap();
    one_report(&core).await.ack().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_not_replaced_ends() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let end = real_now() + TimeDelta::seconds(2);
    let jwt = server.jwt(NORTH_ONE, TimeDelta::zero(), end);
    let engine = connect(&server, NORTH_ONE, jwt).await.unwrap();
    timeout(SOON, engine.shut_out()).await.unwrap();
    assert!(
        engine
            .report(&report(NORTH_ONE, account(1), 1))
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jwt_is_of_no_use_to_another_engine() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    // It heard the JWT of another domain's engine, and has not its nkey.
    let stolen = server.jwt(SOUTH_ONE, TimeDelta::zero(), far());
    let refused = connect(&server, NORTH_ONE, stolen).await.err();
    assert!(matches!(refused, Some(BrokerError::CredentialsRefused)));
}
