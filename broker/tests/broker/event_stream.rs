//! The event stream on a real server: its sequence is the position, and no two relays can disagree.

use crate::world::*;
use async_nats::jetstream;
use chrono::DateTime;
use tenure_broker::{
    BrokerConfig, CoreLink, EventStream, LastEvent, PublishedEvent, StreamError,
    subject::event_stream,
};
use uuid::Uuid;

fn id(position: u64) -> Uuid {
    Uuid::from_u128(0xe000_0000 + u128::from(position))
}

fn event(position: u64) -> PublishedEvent {
    PublishedEvent {
        position,
        epoch: 1,
        id: id(position),
        event_type: "account.end-reached".to_owned(),
        schema_version: 1,
        aggregate: "account".to_owned(),
        aggregate_id: Uuid::from_u128(0xa),
        time: DateTime::from_timestamp_micros(1_800_000_000_000_001).unwrap(),
        correlation: Uuid::from_u128(0xc),
        causation: Some(Uuid::from_u128(0xca)),
        payload: format!("{{\"position\":{position}}}").into(),
    }
}

fn events(positions: std::ops::RangeInclusive<u64>) -> Vec<PublishedEvent> {
    positions.map(event).collect()
}

fn ending(position: u64) -> LastEvent {
    LastEvent {
        sequence: position,
        id: Some(id(position)),
    }
}

async fn core(server: &NatsServer) -> CoreLink {
    connected_core(BrokerConfig::Nats(server.core_config())).await
}

async fn stream(server: &NatsServer) -> EventStream {
    core(server).await.event_stream(1).unwrap()
}

async fn raw(server: &NatsServer) -> jetstream::stream::Stream {
    jetstream::new(server.client().await)
        .get_stream(event_stream(1))
        .await
        .unwrap()
}

#[tokio::test]
async fn in_process_there_is_none() {
    let core = connected_core(World::in_process().core_config()).await;
    assert!(core.event_stream(1).is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn sequences_are_positions_without_a_gap_from_wherever_it_begins() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    assert_eq!(stream.last().await.unwrap(), None);
    assert!(matches!(
        stream.publish(&events(41..=50)).await,
        Err(StreamError::Erased)
    ));
    stream.create_from(41).await.unwrap();
    assert_eq!(
        stream.last().await.unwrap(),
        Some(LastEvent {
            sequence: 40,
            id: None
        })
    );
    // More than are under way at the same time.
    assert_eq!(stream.publish(&events(41..=5_000)).await.unwrap(), 5_000);
    assert_eq!(stream.publish(&events(5_001..=5_001)).await.unwrap(), 5_001);
    assert_eq!(stream.publish(&[]).await.unwrap(), 0);
    assert_eq!(stream.last().await.unwrap(), Some(ending(5_001)));
    let raw = raw(&server).await;
    assert_eq!(
        (
            raw.cached_info().state.first_sequence,
            raw.cached_info().state.messages
        ),
        (41, 4_961)
    );
    for position in [41, 2_041, 5_000] {
        let message = raw.get_raw_message(position).await.unwrap();
        assert_eq!(message.payload, event(position).payload);
        assert_eq!(
            message.headers.get("ce-position").unwrap().as_str(),
            position.to_string()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_a_cloudevent() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    stream.create_from(1).await.unwrap();
    stream.publish(&events(1..=1)).await.unwrap();
    let message = raw(&server).await.get_raw_message(1).await.unwrap();
    let mut headers: Vec<_> = message
        .headers
        .iter()
        .map(|(name, values)| format!("{name}: {}", values[0].as_str()))
        .collect();
    headers.sort();
    headers.insert(0, message.subject.to_string());
    headers.push(String::from_utf8(message.payload.to_vec()).unwrap());
    insta::assert_snapshot!("cloudevent", headers.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_repeats_itself_learns_where_to_go_on() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    stream.create_from(1).await.unwrap();
    stream.publish(&events(1..=10)).await.unwrap();
    for repeated in [1..=10, 10..=10] {
        let error = stream.publish(&events(repeated)).await.unwrap_err();
        assert!(
            matches!(error, StreamError::Fenced { last } if last == ending(10)),
            "{error}"
        );
    }
    assert_eq!(stream.last().await.unwrap(), Some(ending(10)));
    // What is new in a repeated batch finds its place.
    let error = stream.publish(&events(5..=12)).await.unwrap_err();
    assert!(
        matches!(error, StreamError::Fenced { last } if last == ending(12)),
        "{error}"
    );
    let error = stream.publish(&events(15..=16)).await.unwrap_err();
    assert!(
        matches!(error, StreamError::Behind { last } if last == ending(12)),
        "{error}"
    );
    assert!(matches!(
        stream.publish(&[event(13), event(15)]).await,
        Err(StreamError::NotConsecutive)
    ));
    let other_epoch = PublishedEvent {
        epoch: 2,
        ..event(13)
    };
    assert!(matches!(
        stream.publish(&[other_epoch]).await,
        Err(StreamError::NotConsecutive)
    ));
    assert_eq!(raw(&server).await.cached_info().state.messages, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_history_at_the_same_position_is_noticed() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    stream.create_from(1).await.unwrap();
    stream.publish(&events(1..=10)).await.unwrap();
    let other = PublishedEvent {
        id: Uuid::from_u128(0xbad),
        ..event(10)
    };
    let error = stream.publish(&[other]).await.unwrap_err();
    assert!(
        matches!(error, StreamError::Mismatch { position: 10, .. }),
        "{error}"
    );
    assert!(matches!(
        ending(10).continues(9, None),
        Err(StreamError::Ahead { .. })
    ));
    // The operator's answer.
    stream.recreate_from(5).await.unwrap();
    assert_eq!(
        stream.last().await.unwrap(),
        Some(LastEvent {
            sequence: 4,
            id: None
        })
    );
}

/// As a relay does it: on being fenced, go on behind what is there.
async fn relay(stream: EventStream, head: u64, batch: u64) -> u32 {
    let mut fenced = 0;
    let mut after = stream.last().await.unwrap().unwrap().sequence;
    while after < head {
        match stream
            .publish(&events(after + 1..=head.min(after + batch)))
            .await
        {
            Ok(last) => after = last,
            Err(StreamError::Fenced { last } | StreamError::Behind { last }) => {
                fenced += 1;
                after = last.continues(head, Some(id(last.sequence))).unwrap();
            }
            Err(error) => panic!("{error}"),
        }
    }
    fenced
}

#[tokio::test(flavor = "multi_thread")]
async fn two_relays_at_once_leave_one_contiguous_history() {
    const HEAD: u64 = 4_000;
    let Some(server) = NatsServer::start() else {
        return;
    };
    let (one, two) = (stream(&server).await, stream(&server).await);
    one.create_from(1).await.unwrap();
    let (a, b) = tokio::join!(
        tokio::spawn(relay(one.clone(), HEAD, 64)),
        tokio::spawn(relay(two, HEAD, 48))
    );
    assert!(a.unwrap() + b.unwrap() > 0, "the relays never met");
    assert_eq!(one.last().await.unwrap(), Some(ending(HEAD)));
    let raw = raw(&server).await;
    assert_eq!(raw.cached_info().state.messages, HEAD);
    for position in (1..=HEAD).step_by(37) {
        let message = raw.get_raw_message(position).await.unwrap();
        assert_eq!(
            message.headers.get("ce-id").unwrap().as_str(),
            id(position).to_string()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_starts_late_is_fenced_by_the_one_at_work() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let (first, second) = (stream(&server).await, stream(&server).await);
    first.create_from(1).await.unwrap();
    let seen_by_second = second.last().await.unwrap().unwrap();
    first.publish(&events(1..=100)).await.unwrap();
    let error = second
        .publish(&events(seen_by_second.sequence + 1..=50))
        .await
        .unwrap_err();
    assert!(
        matches!(error, StreamError::Fenced { last } if last == ending(100)),
        "{error}"
    );
    assert!(matches!(
        second.create_from(7).await,
        Err(StreamError::Fenced { .. })
    ));
    assert_eq!(raw(&server).await.cached_info().state.messages, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_emptied_by_age_still_tells_where_it_ends() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    stream.create_from(1).await.unwrap();
    stream.publish(&events(1..=10)).await.unwrap();
    raw(&server).await.purge().await.unwrap();
    assert_eq!(
        stream.last().await.unwrap(),
        Some(LastEvent {
            sequence: 10,
            id: None
        })
    );
    let error = stream.publish(&events(10..=10)).await.unwrap_err();
    assert!(
        matches!(error, StreamError::Fenced { last } if last.sequence == 10),
        "{error}"
    );
    stream.publish(&events(11..=12)).await.unwrap();
    assert_eq!(stream.last().await.unwrap(), Some(ending(12)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_epoch_takes_over_and_shuts_the_old_relay_out() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let core = core(&server).await;
    let (old, new) = (core.event_stream(1).unwrap(), core.event_stream(2).unwrap());
    old.create_from(1).await.unwrap();
    old.publish(&events(1..=10)).await.unwrap();
    new.create_from(8).await.unwrap();
    let in_new = |position| PublishedEvent {
        epoch: 2,
        ..event(position)
    };
    new.publish(&[in_new(8), in_new(9)]).await.unwrap();
    // At a position where the new stream would take it.
    assert!(matches!(
        old.publish(&events(11..=11)).await,
        Err(StreamError::OtherEpoch)
    ));
    assert!(matches!(
        old.publish(&events(10..=10)).await,
        Err(StreamError::OtherEpoch)
    ));
    assert!(matches!(
        old.create_from(11).await,
        Err(StreamError::OtherEpoch)
    ));
    // What the old one holds stays readable.
    assert_eq!(old.last().await.unwrap(), Some(ending(10)));
    assert_eq!(new.last().await.unwrap(), Some(ending(9)));
    new.publish(&[in_new(10)]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_or_erased_the_relay_goes_on_from_what_is_there() {
    const HEAD: u64 = 3_000;
    let Some(mut server) = NatsServer::start() else {
        return;
    };
    let stream = stream(&server).await;
    stream.create_from(1).await.unwrap();
    let relaying = tokio::spawn({
        let stream = stream.clone();
        async move {
            loop {
                // Oldest position still to publish, had the store been trimmed.
                let after = match stream.last().await {
                    Ok(Some(last)) => last
                        .continues(HEAD, last.id.map(|_| id(last.sequence)))
                        .unwrap(),
                    Ok(None) => match stream.create_from(101).await {
                        Ok(()) => 100,
                        Err(_) => continue,
                    },
                    Err(StreamError::Broker(error)) if error.is_transient() => continue,
                    Err(error) => panic!("{error}"),
                };
                if after == HEAD {
                    return;
                }
                let _ = stream
                    .publish(&events(after + 1..=HEAD.min(after + 50)))
                    .await;
            }
        }
    });
    let past = |position: u64| {
        let stream = &stream;
        eventually("the relay to get on", move || async move {
            matches!(stream.last().await, Ok(Some(last)) if last.sequence > position).then_some(())
        })
    };
    past(200).await;
    server.kill();
    server.run();
    past(300).await;
    server.kill();
    server.erase_store();
    server.run();
    relaying.await.unwrap();
    assert_eq!(stream.last().await.unwrap(), Some(ending(HEAD)));
    let state = raw(&server).await.cached_info().state.clone();
    assert_eq!(
        state.messages,
        state.last_sequence - state.first_sequence + 1
    );
}
