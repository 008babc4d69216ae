//! Taking messages from a pull consumer: first what waits, then waiting for one.
//!
//! A request is never left open with messages still to come, since what the server sends to an inbox that is gone
//! stays leased until its time is over.

use super::connection::Connection;
use crate::{BrokerError, core_link::POLL};
use async_nats::{Message, StatusCode};
use futures::StreamExt as _;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Added to the server's own time limit.
const GRACE: Duration = Duration::from_secs(2);

/// A consumer, as named in the subject that messages are asked for on.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    subject: String,
}

impl Source {
    pub(crate) fn new(stream: &str, consumer: &str) -> Self {
        Self {
            subject: format!("$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"),
        }
    }

    /// Up to `max` messages, or none after [`POLL`] at the latest.
    pub(crate) async fn take(
        &self,
        connection: &Connection,
        max: usize,
    ) -> Result<Vec<Message>, BrokerError> {
        let waiting = self.waiting(connection, max).await?;
        if !waiting.is_empty() {
            return Ok(waiting);
        }
        let mut first = self.pull(connection, 1, Some(POLL)).await?;
        if !first.is_empty() && max > 1 {
            // One rarely comes alone. The first is in hand, so an error here is not the caller's.
            first.extend(self.waiting(connection, max - 1).await.unwrap_or_default());
        }
        Ok(first)
    }

    /// Up to `max` messages of those that wait.
    pub(crate) async fn waiting(
        &self,
        connection: &Connection,
        max: usize,
    ) -> Result<Vec<Message>, BrokerError> {
        self.pull(connection, max, None).await
    }

    async fn pull(
        &self,
        connection: &Connection,
        batch: usize,
        wait: Option<Duration>,
    ) -> Result<Vec<Message>, BrokerError> {
        let generation = connection.generation();
        let until = Instant::now() + wait.unwrap_or_default() + GRACE;
        let request = match wait {
            None => format!(r#"{{"batch":{batch},"no_wait":true}}"#),
            Some(wait) => format!(r#"{{"batch":{batch},"expires":{}}}"#, wait.as_nanos()),
        };
        let client = &connection.client;
        let inbox = client.new_inbox();
        let mut answers = client
            .subscribe(inbox.clone())
            .await
            .map_err(|_| BrokerError::Disconnected)?;
        client
            .publish_with_reply(self.subject.clone(), inbox, request.into())
            .await
            .map_err(|_| BrokerError::Disconnected)?;
        let interrupted = connection.interrupted(generation);
        tokio::pin!(interrupted);
        let mut taken = Vec::new();
        let mut ended = Ok(());
        while taken.len() < batch {
            let answer = tokio::select! {
                answer = timeout_at(until, answers.next()) => answer,
                () = &mut interrupted => {
                    ended = Err(BrokerError::Disconnected);
                    break;
                }
            };
            match answer {
                Ok(Some(message)) => match end_of(&message) {
                    None => taken.push(message),
                    Some(end) => {
                        ended = end;
                        break;
                    }
                },
                Ok(None) => {
                    ended = Err(BrokerError::Disconnected);
                    break;
                }
                Err(_) => {
                    ended = Err(connection.unanswered("pull"));
                    break;
                }
            }
        }
        if taken.is_empty() {
            ended.map(|()| taken)
        } else {
            Ok(taken)
        }
    }
}

/// A message without status is a delivery; with one, the end of the request.
fn end_of(message: &Message) -> Option<Result<(), BrokerError>> {
    match message.status {
        None | Some(StatusCode::OK) => None,
        Some(StatusCode::NOT_FOUND | StatusCode::TIMEOUT) => Some(Ok(())),
        Some(StatusCode::NO_RESPONDERS) => Some(Err(BrokerError::NotReady("no such consumer"))),
        Some(status) => {
            let description = message.description.clone().unwrap_or_default();
            // Deleted while it was being asked: 409 "Consumer Deleted", "Stream Deleted".
            let gone = description.ends_with("Deleted");
            Some(Err(if gone {
                BrokerError::NotReady("consumer deleted")
            } else {
                BrokerError::Server(format!("{status} {description}"))
            }))
        }
    }
}
