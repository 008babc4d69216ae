//! The gateway dies at a fail point, each time that it is passed the third time; the next one goes on without it.

use crate::passing::{quick_deadlines, survives};
use std::time::Duration;
use tenure_tests::{lab::Settings, until::until};

async fn dies_at(point: &'static str) {
    let failpoints: &'static str = Box::leak(format!("{point}=2*off->1*return").into_boxed_str());
    let settings = Settings {
        gateway_failpoints: Some(failpoints),
        ..quick_deadlines()
    };
    survives(settings, 200, async |lab| {
        until(
            "the gateway to die at its fail point",
            Duration::from_secs(60),
            async || (!lab.gateway.as_mut().unwrap().is_running()).then_some(()),
        )
        .await;
        lab.settings.gateway_failpoints = None;
        lab.start_gateway().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_event_and_reaction_it_goes_on_where_it_was() {
    dies_at("reaction-before-command").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_publishing_an_order_and_knowing_it_none_is_issued_twice() {
    dies_at("order-after-publish").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn between_recording_a_report_and_acknowledging_it_it_is_recorded_once() {
    dies_at("report-before-ack").await;
}
