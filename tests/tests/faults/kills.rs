//! kill -9 of gateway, agent and nats-server at random moments, and the broker's store erased.

use crate::passing::{quick_deadlines, survives};
use std::time::Duration;

/// Requests that run through.
const REQUESTS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_gateway_agent_and_broker_are_killed() {
    survives(quick_deadlines(), REQUESTS, async |lab| {
        for round in 0..3 {
            tokio::time::sleep(Duration::from_millis(700 + 150 * round)).await;
            lab.kill_gateway();
            lab.start_gateway().await;
            let which = usize::try_from(round % 2).unwrap();
            lab.kill_agent(which);
            lab.start_agent(which);
            lab.nats.kill();
            lab.nats.start_again().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_converges_after_the_brokers_store_was_erased() {
    survives(quick_deadlines(), REQUESTS, async |lab| {
        tokio::time::sleep(Duration::from_millis(900)).await;
        lab.nats.kill();
        lab.nats.erase_store();
        lab.nats.start_again().await;
    })
    .await;
}
