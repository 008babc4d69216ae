//! The agent dies at each of its fail points with requests running: the next one takes up what was left, once.

use crate::passing::Passing;
use std::time::Duration;
use tenure_tests::{
    lab::{Lab, Settings},
    until::until,
};

/// Where the agent dies: after the secret is in the vault, after the object is there, after all of it is as wanted,
/// and before the core, then the broker, knows.
const POINTS: [&str; 5] = [
    "engine-agent::after-vault-write",
    "engine-agent::after-add",
    "engine-agent::after-apply",
    "engine-agent::before-report",
    "engine-agent::before-ack",
];
/// Requests that run through at each.
const REQUESTS: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn wherever_the_agent_dies_each_account_is_there_exactly_once() {
    // What a dead agent held is issued again soon.
    let settings = Settings {
        orders_valid_for: 6,
        ..Settings::default()
    };
    let Some(mut lab) = Lab::start(settings).await else {
        return;
    };
    let passing = Passing::begin(&lab).await;
    for point in POINTS {
        lab.kill_agent(0);
        let failpoints = format!("{point}=2*off->1*return");
        let folder = lab.folder.path().to_owned();
        lab.domains[0].start(&folder, Some(&failpoints));
        let (asked, ()) = tokio::join!(passing.ask(REQUESTS, &[0]), async {
            let agent = lab.domains[0].agent.as_mut().unwrap();
            until(
                &format!("the agent to die {point}"),
                Duration::from_secs(60),
                async || (!agent.is_running()).then_some(()),
            )
            .await;
            lab.start_agent(0);
        });
        passing.all_are_provisioned(&lab, &asked).await;
    }
}
