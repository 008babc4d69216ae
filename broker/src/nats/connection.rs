//! One connection to NATS: made once, re-made in the background for ever, watched.

use crate::{
    BrokerError,
    config::{NatsConfig, NatsCredentials},
};
use async_nats::{
    Client, ConnectErrorKind, ConnectOptions, Event, Request, RequestErrorKind, Subject,
    connection::State,
    jetstream::{self, context::PublishErrorKind},
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use std::{future::ready, time::Duration};
use tokio::{
    sync::watch,
    time::{Instant, timeout, timeout_at},
};

/// Oldest server: older ones silently ignore settings that orders and the event stream rest on.
pub(crate) const OLDEST_SERVER: &str = "2.12";
const OLDEST: (u64, u64) = (2, 12);
/// Longest wait for an answer of the server.
pub(crate) const ANSWER: Duration = Duration::from_secs(5);
/// The first pause between attempts is short, since a restarted server is back soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What is known of the connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Counts connections made: whatever was true of the server before, may not be any more.
    pub(crate) generation: u64,
    /// The server's last complaint.
    pub(crate) last_error: Option<String>,
    /// The server does not let this user in, since the last connection that was made.
    shut_out: bool,
}

/// A connection, its JetStream context, and what was seen of it.
pub(crate) struct Connection {
    pub(crate) client: Client,
    pub(crate) jetstream: jetstream::Context,
    seen: watch::Receiver<Seen>,
}

impl Connection {
    pub(crate) async fn open(
        config: &NatsConfig,
        name: &str,
        inbox: &str,
    ) -> Result<Self, BrokerError> {
        let (seen, mut watched) = watch::channel(Seen::default());
        let role = name.to_owned();
        let mut options = credentials(&config.credentials)
            .name(name)
            .custom_inbox_prefix(inbox)
            .connection_timeout(ANSWER)
            .request_timeout(Some(ANSWER))
            .ping_interval(Duration::from_secs(10))
            .max_reconnects(None)
            .client_capacity(16_384)
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                note(&role, &seen, &event);
                ready(())
            });
        if let Some(ca) = &config.tls_ca {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        let client =
            options
                .connect(config.servers.as_slice())
                .await
                .map_err(|error| match error.kind() {
                    ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
                        BrokerError::CredentialsRefused
                    }
                    ConnectErrorKind::ServerParse => {
                        BrokerError::Configuration(format!("servers: {error}"))
                    }
                    ConnectErrorKind::Dns
                    | ConnectErrorKind::TimedOut
                    | ConnectErrorKind::Tls
                    | ConnectErrorKind::Io
                    | ConnectErrorKind::MaxReconnects => {
                        BrokerError::Unreachable(error.to_string())
                    }
                })?;
        require_version(&client.server_info().version)?;
        // Told by a task of the client's: heard later, the first connection would look like a second.
        timeout(ANSWER, watched.wait_for(|seen| seen.generation > 0))
            .await
            .map_err(|_| BrokerError::TimedOut("connecting"))?
            .map_err(|_| BrokerError::Disconnected)?;
        let jetstream = jetstream::ContextBuilder::new()
            .timeout(ANSWER)
            .build(client.clone());
        Ok(Self {
            client,
            jetstream,
            seen: watched,
        })
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.client.connection_state() == State::Connected
    }

    pub(crate) fn generation(&self) -> u64 {
        self.seen.borrow().generation
    }

    pub(crate) fn last_error(&self) -> Option<String> {
        self.seen.borrow().last_error.clone()
    }

    /// Waits for the connection, if it is down, until `until`.
    pub(crate) async fn connected(&self, until: Instant) -> Result<(), BrokerError> {
        let mut seen = self.seen.clone();
        while !self.is_connected() {
            if Instant::now() >= until {
                return Err(BrokerError::Disconnected);
            }
            // The client tells of a connection just before it counts as connected.
            let look_again = until.min(Instant::now() + Duration::from_millis(20));
            if let Ok(Err(_)) = timeout_at(look_again, seen.changed()).await {
                return Err(BrokerError::Disconnected);
            }
        }
        Ok(())
    }

    /// Resolves when the connection is lost or was re-made since `generation`.
    pub(crate) async fn interrupted(&self, generation: u64) {
        let mut seen = self.seen.clone();
        while self.is_connected() && self.generation() == generation {
            if seen.changed().await.is_err() {
                return;
            }
        }
    }

    /// Resolves when a server does not let this user in, or not any more.
    pub(crate) async fn shut_out(&self) {
        let mut seen = self.seen.clone();
        let _ = seen.wait_for(|seen| seen.shut_out).await;
    }

    /// Makes the connection anew, with the newest login, and waits for it.
    pub(crate) async fn renew(&self) -> Result<(), BrokerError> {
        let generation = self.generation();
        let until = Instant::now() + ANSWER;
        self.client
            .force_reconnect()
            .await
            .map_err(|_| BrokerError::Disconnected)?;
        let mut seen = self.seen.clone();
        let made = seen.wait_for(|seen| seen.generation > generation);
        match timeout_at(until, made).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) | Err(_) => return Err(BrokerError::Disconnected),
        }
        self.connected(until).await
    }

    /// Timeout or lost connection?
    pub(crate) fn unanswered(&self, what: &'static str) -> BrokerError {
        if self.is_connected() {
            BrokerError::TimedOut(what)
        } else {
            BrokerError::Disconnected
        }
    }

    pub(crate) fn publish_error(&self, error: &jetstream::context::PublishError) -> BrokerError {
        match error.kind() {
            PublishErrorKind::StreamNotFound => BrokerError::NotReady("no stream for the subject"),
            PublishErrorKind::TimedOut | PublishErrorKind::BrokenPipe => self.unanswered("publish"),
            PublishErrorKind::WrongLastMessageId
            | PublishErrorKind::WrongLastSequence
            | PublishErrorKind::MaxAckPending
            | PublishErrorKind::MaxPayloadExceeded
            | PublishErrorKind::Other => BrokerError::Server(describe(error)),
        }
    }
}

/// An error and what it stems from, in one line.
pub(crate) fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// The right to acknowledge one delivered message.
pub(crate) struct NatsAck {
    pub(crate) client: Client,
    pub(crate) reply: Subject,
}

impl NatsAck {
    /// When the server stored the message: `$JS.ACK.…` ends in that time and how many are pending, and since 2.14 may
    /// have account and domain before, and something random behind.
    pub(crate) fn stored_at(&self) -> Option<DateTime<Utc>> {
        let tokens: Vec<&str> = self.reply.split('.').collect();
        let nanoseconds = match tokens.len() {
            9 => tokens.get(7),
            11.. => tokens.get(9),
            _ => None,
        };
        Some(DateTime::from_timestamp_nanos(nanoseconds?.parse().ok()?))
    }

    async fn say(&self, what: &'static str) -> Result<(), BrokerError> {
        let sent = self
            .client
            .publish(self.reply.clone(), Bytes::from_static(what.as_bytes()));
        // With the connection down for long, the buffer towards it fills up.
        timeout(ANSWER, sent)
            .await
            .map_err(|_| BrokerError::Disconnected)?
            .map_err(|_| BrokerError::Disconnected)
    }

    /// Done; not waited for.
    pub(crate) async fn done(&self) -> Result<(), BrokerError> {
        self.say("+ACK").await
    }

    /// Being worked on.
    pub(crate) async fn working(&self) -> Result<(), BrokerError> {
        self.say("+WPI").await
    }

    /// Never to be delivered again; not waited for.
    pub(crate) async fn terminate(&self) -> Result<(), BrokerError> {
        self.say("+TERM").await
    }

    /// Done, and confirmed by the server.
    pub(crate) async fn done_confirmed(&self) -> Result<(), BrokerError> {
        let request = Request::new()
            .payload(Bytes::from_static(b"+ACK"))
            .timeout(Some(ANSWER));
        match self.client.send_request(self.reply.clone(), request).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind() == RequestErrorKind::NoResponders => {
                Err(BrokerError::NotReady("the order's consumer is gone"))
            }
            Err(_) if self.client.connection_state() != State::Connected => {
                Err(BrokerError::Disconnected)
            }
            Err(_) => Err(BrokerError::TimedOut("acknowledgement")),
        }
    }
}

fn pause(attempt: usize) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1))
        .unwrap_or(u32::MAX)
        .min(10);
    Duration::from_millis(if attempt == 0 { 0 } else { 10 << doublings }).min(LONGEST_PAUSE)
}

fn note(role: &str, seen: &watch::Sender<Seen>, event: &Event) {
    let connected = metrics::gauge!("tenure_broker_connected", "link" => role.to_owned());
    match event {
        Event::Connected => {
            connected.set(1.0);
            tracing::info!(link = role, "connected to NATS");
            seen.send_modify(|seen| {
                seen.generation += 1;
                seen.shut_out = false;
            });
        }
        Event::Disconnected | Event::Closed => {
            connected.set(0.0);
            tracing::warn!(link = role, "lost the connection to NATS");
            seen.send_modify(|_| {});
        }
        Event::ServerError(error) => {
            metrics::counter!("tenure_broker_server_errors_total").increment(1);
            tracing::warn!(link = role, %error, "NATS server complains");
            told(seen, error.to_string());
        }
        Event::SlowConsumer(_) | Event::ClientError(_) => {
            tracing::debug!(link = role, %event, "NATS client");
            told(seen, event.to_string());
        }
        Event::LameDuckMode | Event::Draining => tracing::info!(link = role, %event, "NATS"),
    }
}

fn told(seen: &watch::Sender<Seen>, words: String) {
    // "authorization violation", "User Authentication Revoked", "User Authentication Expired".
    let lower = words.to_lowercase();
    let shut_out = ["authorization", "authentication"]
        .iter()
        .any(|word| lower.contains(word));
    seen.send_modify(|seen| {
        seen.shut_out |= shut_out;
        seen.last_error = Some(words);
    });
}

fn credentials(credentials: &NatsCredentials) -> ConnectOptions {
    match credentials {
        NatsCredentials::None => ConnectOptions::new(),
        // Asked anew for every connection, since the JWT is replaced before it ends.
        NatsCredentials::Login(login) => {
            let login = login.clone();
            ConnectOptions::with_auth_callback(move |nonce| ready(login.answer(&nonce)))
        }
    }
}

fn require_version(found: &str) -> Result<(), BrokerError> {
    let too_old = || BrokerError::ServerTooOld {
        found: found.to_owned(),
        required: OLDEST_SERVER,
    };
    let mut parts = found.split(['.', '-']).map(str::parse::<u64>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) if (major, minor) >= OLDEST => Ok(()),
        _ => Err(too_old()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_before_2_12_are_refused() {
        for old in ["2.9.10", "2.11.99", "1.20.0", "", "v2.12.0", "nonsense"] {
            assert!(
                matches!(require_version(old), Err(BrokerError::ServerTooOld { .. })),
                "{old}"
            );
        }
        for new in ["2.12.0", "2.12.0-RC.1", "2.15.1", "3.0.0"] {
            assert!(require_version(new).is_ok(), "{new}");
        }
    }

    #[test]
    fn pauses_between_attempts_grow_to_a_limit() {
        let pauses: Vec<u128> = (0..12).map(|attempt| pause(attempt).as_millis()).collect();
        assert_eq!(pauses[..4], [0, 10, 20, 40]);
        assert!(pauses.windows(2).all(|pair| pair[0] <= pair[1]));
        assert_eq!(pause(usize::MAX), LONGEST_PAUSE);
    }
}
