//! An agent freezes while it holds orders (a laptop's lid, a hypervisor), and wakes up long after another one has done
//! its work.

use crate::passing::{Asked, Passing};
use std::{collections::HashSet, time::Duration};
use tenure_domain::order::OrderNumber;
use tenure_tests::{
    lab::{Lab, Settings},
    until::until,
};

/// Seconds until an order without a sign of life goes to another engine.
const LEASE: u32 = 20;

/// The number on each object, which only ever rises.
async fn numbers(lab: &Lab, asked: &[Asked]) -> Vec<OrderNumber> {
    let mut numbers = Vec::new();
    for asked in asked {
        let directory = &lab.domains[asked.domain].directory;
        let object = directory.object(&asked.name).await.unwrap();
        let fence = object.value("adminDescription").unwrap();
        let (_, number) = fence.rsplit_once(':').unwrap();
        numbers.push(number.parse().unwrap());
    }
    numbers
}

fn carried_out(log: &str) -> usize {
    log.matches("carried out").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_was_frozen_past_its_lease_doubles_nothing_when_it_wakes_up() {
    let settings = Settings {
        order_lease: LEASE,
        ..Settings::default()
    };
    let Some(lab) = Lab::start(settings).await else {
        return;
    };
    let passing = Passing::begin(&lab).await;
    let mut other = lab.another_engine(0, "another").await;
    let frozen = lab.domains[0].agent.as_ref().unwrap();
    let (asked, ()) = tokio::join!(passing.ask(60, &[0]), async {
        let first = async || (carried_out(&frozen.output()) >= 5).then_some(());
        until("the agent to be at work", Duration::from_secs(60), first).await;
        frozen.signal("STOP");
    });
    let before = carried_out(&frozen.output());
    assert!(before < asked.len(), "it was frozen too late");

    other.start(lab.folder.path(), None);
    passing.all_are_provisioned(&lab, &asked).await;
    let then = numbers(&lab, &asked).await;

    frozen.signal("CONT");
    let woken = async || (carried_out(&frozen.output()) > before).then_some(());
    let what = "the agent to finish what it held";
    until(what, Duration::from_secs(60), woken).await;
    // It is on its own now, and as good as new.
    other.agent = None;
    let more = passing.ask(10, &[0]).await;
    passing.all_are_provisioned(&lab, &more).await;

    passing.all_are_provisioned(&lab, &asked).await;
    for (now, then) in numbers(&lab, &asked).await.iter().zip(&then) {
        assert!(now >= then, "the number fell from {then} to {now}");
    }
    let path = "/audit?type=account.provisioned&limit=500";
    let trail = lab.admin.get(path).await.ok();
    let provisioned = trail["items"].as_array().unwrap().iter();
    let accounts: Vec<String> = provisioned.map(|e| e["object"].to_string()).collect();
    let distinct: HashSet<_> = accounts.iter().collect();
    assert_eq!(accounts.len(), asked.len() + more.len());
    assert_eq!(distinct.len(), accounts.len(), "each once: {accounts:?}");
}
