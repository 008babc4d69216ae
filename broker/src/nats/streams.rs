//! The streams and consumers that must exist on the server, and how they are made sure of.
//!
//! The server's answer is compared with what was asked for: an older server drops settings that it does not know,
//! and a stream of that name may be there already.

use super::connection::describe;
use crate::{
    BrokerError, Difference,
    config::{Leases, NatsConfig},
    subject::{self, Subjects},
};
use async_nats::jetstream::{
    self, ErrorCode,
    consumer::{AckPolicy, DeliverPolicy, pull},
    context::CreateStreamErrorKind,
    stream::{self, ConsumerErrorKind, DiscardPolicy, RetentionPolicy, StorageType},
};
use serde::Serialize;
use serde_json::Value;
use std::time::Duration;
use tenure_domain::ids::DomainId;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MESSAGE_LIMIT: i32 = 64 * 1024;
/// Orders that the engines of one domain may hold at the same time.
pub const ORDERS_IN_HAND: i64 = 32;
/// Orders that one pull may take.
pub const ORDERS_A_PULL: i64 = 4;
/// Reports that the core may hold at the same time.
pub const REPORTS_IN_HAND: i64 = 256;

/// How long a part of what an engine read of its directory is kept.
pub const WHAT_WAS_READ_IS_KEPT: Duration = Duration::from_secs(60 * 60);

/// Orders: at most one per account, gone when acknowledged.
#[must_use]
pub fn work(subjects: &Subjects, config: &NatsConfig) -> stream::Config {
    stream::Config {
        name: subject::WORK_STREAM.to_owned(),
        description: Some("Tenure: orders waiting for engines".to_owned()),
        subjects: vec![subjects.all_work()],
        retention: RetentionPolicy::WorkQueue,
        discard: DiscardPolicy::New,
        discard_new_per_subject: true,
        max_messages_per_subject: 1,
        max_age: 7 * DAY,
        max_message_size: MESSAGE_LIMIT,
        ..unlimited(config)
    }
}

/// Reports, until they are old.
#[must_use]
pub fn report(subjects: &Subjects, config: &NatsConfig) -> stream::Config {
    stream::Config {
        name: subject::REPORT_STREAM.to_owned(),
        description: Some("Tenure: reports of engines".to_owned()),
        subjects: vec![subjects.all_reports()],
        retention: RetentionPolicy::Limits,
        max_age: 30 * DAY,
        max_message_size: MESSAGE_LIMIT,
        duplicate_window: Duration::from_secs(600),
        allow_message_ttl: true,
        ..unlimited(config)
    }
}

/// Events of an epoch, so numbered that a sequence is a position.
#[must_use]
pub fn event(
    subjects: &Subjects,
    config: &NatsConfig,
    epoch: u32,
    first_position: u64,
) -> stream::Config {
    stream::Config {
        name: subject::event_stream(epoch),
        description: Some("Tenure: the events of an epoch, sequence = position".to_owned()),
        subjects: vec![subjects.all_events()],
        retention: RetentionPolicy::Limits,
        max_age: 14 * DAY,
        first_sequence: Some(first_position),
        ..unlimited(config)
    }
}

fn unlimited(config: &NatsConfig) -> stream::Config {
    stream::Config {
        storage: StorageType::File,
        num_replicas: config.replicas.max(1),
        max_bytes: -1,
        max_messages: -1,
        max_messages_per_subject: -1,
        max_consumers: -1,
        ..stream::Config::default()
    }
}

/// The engines' consumer of one domain.
#[must_use]
pub fn agents(subjects: &Subjects, leases: &Leases, domain: DomainId) -> pull::Config {
    pull::Config {
        durable_name: Some(subject::agents_consumer(domain)),
        description: Some("Tenure: the engines of one domain".to_owned()),
        filter_subject: subjects.work_of(domain),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: leases.order,
        max_deliver: -1,
        max_ack_pending: ORDERS_IN_HAND,
        max_batch: ORDERS_A_PULL,
        max_expires: Duration::from_secs(30),
        ..pull::Config::default()
    }
}

/// The core's consumer of reports.
#[must_use]
pub fn core(leases: &Leases) -> pull::Config {
    pull::Config {
        durable_name: Some(subject::CORE_CONSUMER.to_owned()),
        description: Some("Tenure: the core".to_owned()),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        ack_wait: leases.report,
        max_deliver: -1,
        max_ack_pending: REPORTS_IN_HAND,
        ..pull::Config::default()
    }
}

/// Creates the stream, or brings the one that is there to what is wanted, as far as the server allows.
pub(crate) async fn ensure_stream(
    js: &jetstream::Context,
    wanted: &stream::Config,
) -> Result<(), BrokerError> {
    match js.create_stream(wanted.clone()).await {
        Ok(stream) => compare(&wanted.name, wanted, &stream.cached_info().config),
        Err(error) if already_exists(&error.kind()) => {
            let stream = js
                .get_stream(&wanted.name)
                .await
                .map_err(|e| BrokerError::Server(describe(&e)))?;
            let found = &stream.cached_info().config;
            let Err(differs) = compare(&wanted.name, wanted, found) else {
                return Ok(());
            };
            tracing::warn!(stream = wanted.name, %differs, "changing a stream");
            // Settings that we do not name (placement, say) stay as the operator made them.
            match js.update_stream(overlaid(found, wanted)?).await {
                Ok(updated) => compare(&wanted.name, wanted, &updated.config),
                Err(error) => {
                    tracing::error!(
                        stream = wanted.name,
                        error = describe(&error),
                        "the stream cannot be changed"
                    );
                    Err(differs)
                }
            }
        }
        Err(error) => Err(creation_failed(&error)),
    }
}

/// Does a stream of that name exist with another configuration?
pub(crate) fn already_exists(kind: &CreateStreamErrorKind) -> bool {
    matches!(kind, CreateStreamErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NAME_EXIST)
}

pub(crate) fn creation_failed(error: &jetstream::context::CreateStreamError) -> BrokerError {
    match error.kind() {
        CreateStreamErrorKind::TimedOut => BrokerError::TimedOut("creating a stream"),
        CreateStreamErrorKind::JetStreamUnavailable => BrokerError::NoJetStream,
        CreateStreamErrorKind::JetStream(e)
            if matches!(
                e.error_code(),
                ErrorCode::JETSTREAM_NOT_ENABLED | ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT
            ) =>
        {
            BrokerError::NoJetStream
        }
        CreateStreamErrorKind::EmptyStreamName
        | CreateStreamErrorKind::InvalidStreamName
        | CreateStreamErrorKind::DomainAndExternalSet
        | CreateStreamErrorKind::NotFound
        | CreateStreamErrorKind::JetStream(_)
        | CreateStreamErrorKind::ResponseParse
        | CreateStreamErrorKind::Response => BrokerError::Server(describe(error)),
    }
}

/// Creates the consumer, or brings the one that is there to what is wanted.
pub(crate) async fn ensure_consumer(
    js: &jetstream::Context,
    stream: &str,
    wanted: &pull::Config,
) -> Result<(), BrokerError> {
    let name = format!(
        "{stream}/{}",
        wanted.durable_name.as_deref().unwrap_or_default()
    );
    match js.create_consumer_on_stream(wanted.clone(), stream).await {
        Ok(consumer) => compare(&name, wanted, &consumer.cached_info().config),
        Err(error) => Err(match error.kind() {
            ConsumerErrorKind::TimedOut => BrokerError::TimedOut("creating a consumer"),
            ConsumerErrorKind::JetStream(e) if e.error_code() == ErrorCode::STREAM_NOT_FOUND => {
                BrokerError::NotReady("stream missing")
            }
            _ => BrokerError::Server(format!("{name}: {}", describe(&error))),
        }),
    }
}

/// Everything that was asked for must be there; what the server adds is its own.
fn compare<W: Serialize, F: Serialize>(
    name: &str,
    wanted: &W,
    found: &F,
) -> Result<(), BrokerError> {
    let (wanted, found) = (as_json(wanted)?, as_json(found)?);
    let differences = differences(&wanted, &found);
    if differences.is_empty() {
        Ok(())
    } else {
        Err(BrokerError::Differs {
            name: name.to_owned(),
            differences,
        })
    }
}

fn differences(wanted: &Value, found: &Value) -> Vec<Difference> {
    let Value::Object(wanted) = wanted else {
        return Vec::new();
    };
    wanted
        .iter()
        .filter(|(setting, value)| !value.is_null() && found.get(setting.as_str()) != Some(*value))
        .map(|(setting, value)| Difference {
            setting: setting.clone(),
            required: value.to_string(),
            found: found
                .get(setting.as_str())
                .map_or_else(|| "missing".to_owned(), ToString::to_string),
        })
        .collect()
}

fn overlaid(
    found: &stream::Config,
    wanted: &stream::Config,
) -> Result<stream::Config, BrokerError> {
    let (mut merged, wanted) = (as_json(found)?, as_json(wanted)?);
    if let (Value::Object(merged), Value::Object(wanted)) = (&mut merged, wanted) {
        merged.extend(wanted.into_iter().filter(|(_, value)| !value.is_null()));
    }
    serde_json::from_value(merged).map_err(|e| BrokerError::Server(e.to_string()))
}

fn as_json<T: Serialize>(config: &T) -> Result<Value, BrokerError> {
    serde_json::to_value(config).map_err(|e| BrokerError::Server(e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::examples::DOMAIN;

    #[test]
    fn streams_and_consumers_are_pinned() {
        let subjects = Subjects::new("acme").unwrap();
        let config = NatsConfig::new("nats://127.0.0.1", "acme");
        insta::assert_json_snapshot!(
            "streams",
            serde_json::json!({
                "work": work(&subjects, &config),
                "report": report(&subjects, &config),
                "event": event(&subjects, &config, 1, 42),
                "agents": agents(&subjects, &config.leases, DOMAIN),
                "core": core(&config.leases),
            })
        );
    }

    #[test]
    fn a_setting_that_an_old_server_dropped_is_a_difference() {
        let subjects = Subjects::new("acme").unwrap();
        let config = NatsConfig::new("nats://127.0.0.1", "acme");
        let wanted = event(&subjects, &config, 1, 42);
        let answered = stream::Config {
            first_sequence: None,
            ..wanted.clone()
        };
        let Err(BrokerError::Differs { differences, .. }) = compare("x", &wanted, &answered) else {
            panic!("accepted")
        };
        assert_eq!(differences[0].setting, "first_seq");
        assert!(compare("x", &wanted, &wanted).is_ok());
    }
}
