//! kill -9 of gateway, agent and nats-server at random moments, and the broker's store erased.

use crate::passing::{quick_deadlines, survives};
use rand::Rng;
use std::time::Duration;
use tenure_tests::{lab::Lab, until::until};

/// Requests that run through: some 1,600 events.
const REQUESTS: usize = 200;

/// Until so many more events have happened, drawn anew each time: the blow falls in the middle of anything, and as far
/// into the work on a slow machine as on a fast one.
async fn some_progress(lab: &Lab) {
    let more = rand::rng().random_range(20..400);
    eprintln!("the next blow falls {more} events on");
    let position = async || {
        let system = lab.admin.get("/system").await;
        system.body["position"].as_u64()
    };
    let before = until("a position", PATIENCE, position).await;
    until("so many events", PATIENCE, async || {
        (position().await? >= before + more).then_some(())
    })
    .await;
}

const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_or_doubled_when_gateway_agent_and_broker_are_killed() {
    survives(quick_deadlines(), REQUESTS, async |lab| {
        for round in 0..3 {
            some_progress(lab).await;
            lab.kill_gateway();
            lab.start_gateway().await;
            let which = round % 2;
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
        some_progress(lab).await;
        lab.nats.kill();
        lab.nats.erase_store();
        lab.nats.start_again().await;
    })
    .await;
}
