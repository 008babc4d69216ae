//! Two gateways on one database, each with its relay: what is on NATS is the history all the same.

use crate::passing::Passing;
use async_nats::{ConnectOptions, jetstream};
use chrono::Utc;
use sqlx::{Connection, PgConnection};
use std::{future::ready, time::Duration};
use tenure_broker::Operator;
use tenure_tests::{
    lab::{Lab, Settings},
    until::until,
};

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_publish_the_history_without_a_gap_and_each_event_at_its_position() {
    let Some(mut lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let (_second, there) = lab.second_gateway().await;
    let mut passing = Passing::begin(&lab).await;
    let here = passing.ask(30, &[0, 1]).await;
    // Approvers work at the other one from now on, and the first is gone for a while.
    passing.people.approver.api = passing.people.approver.api.at(there.base());
    let both = passing.ask(30, &[0, 1]).await;
    lab.kill_gateway();
    passing.people.requester.api = passing.people.requester.api.at(there.base());
    let without = passing.ask(10, &[0, 1]).await;
    lab.start_gateway().await;
    for asked in [here, both, without] {
        passing.all_are_provisioned(&lab, &asked).await;
    }

    let mut database = PgConnection::connect(&lab.database).await.unwrap();
    let events: Vec<(i64, uuid::Uuid)> =
        sqlx::query_as("SELECT position, id FROM events ORDER BY position")
            .fetch_all(&mut database)
            .await
            .unwrap();
    let operator = Operator::load_or_create(&lab.nats.operator_file).unwrap();
    let login = operator.core_login("tenure", Utc::now()).unwrap();
    let options = ConnectOptions::with_auth_callback(move |nonce| ready(login.answer(&nonce)));
    let options = options.custom_inbox_prefix("_INBOX_core");
    let client = options.connect(lab.nats.url()).await.unwrap();
    let stream = jetstream::new(client).get_stream("TENURE_EVENT_1").await;
    let stream = stream.unwrap();
    let last = u64::try_from(events.last().unwrap().0).unwrap();
    until(
        "everything to be published",
        Duration::from_secs(30),
        async || {
            let info = stream.get_info().await.unwrap();
            (info.state.last_sequence >= last).then_some(())
        },
    )
    .await;
    assert_eq!(stream.get_info().await.unwrap().state.first_sequence, 1);
    for (position, id) in events {
        let sequence = u64::try_from(position).unwrap();
        let message = stream.get_raw_message(sequence).await.unwrap();
        let published = message.headers.get("Nats-Msg-Id").unwrap();
        assert_eq!(published.as_str(), id.to_string(), "at {position}");
    }
}
