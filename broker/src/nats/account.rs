//! The core's connection to the server's own account: through it the server hears who has lost access, and cuts them off.

use super::{
    connection::{ANSWER, Connection, describe},
    operator::{CLAIMS_UPDATE, OPERATOR_INBOX, Operator},
};
use crate::{
    BrokerError,
    config::{NatsConfig, NatsCredentials},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::{collections::BTreeMap, sync::Arc};
use tokio::time::Instant;

/// Tells the server who has lost access.
pub struct AccountLink {
    connection: Connection,
    operator: Arc<Operator>,
}

/// What a server answers.
#[derive(Deserialize)]
struct Answer {
    data: Option<Taken>,
    error: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Taken {
    code: u16,
}

impl AccountLink {
    /// Connects to the servers of `config`, with a login that `operator` vouches for.
    ///
    /// # Errors
    /// If no server can be reached, or they do not trust this operator.
    pub async fn connect(
        config: &NatsConfig,
        operator: Arc<Operator>,
        now: DateTime<Utc>,
    ) -> Result<Self, BrokerError> {
        let config = NatsConfig {
            credentials: NatsCredentials::Login(operator.system_login(now)?),
            ..config.clone()
        };
        let connection = Connection::open(&config, "tenure-operator", OPERATOR_INBOX).await?;
        Ok(Self {
            connection,
            operator,
        })
    }

    /// Counts connections made: a server that was away may have lost what it was told.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.connection.generation()
    }

    /// What was issued to these nkeys until that time gives no access from now on, and nobody else is shut out. Whoever is
    /// connected by it is cut off.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses.
    pub async fn end_access(
        &self,
        ended: &BTreeMap<String, DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), BrokerError> {
        let jwt = self.operator.account_jwt(ended, now)?;
        self.connection.connected(Instant::now() + ANSWER).await?;
        let reply = self
            .connection
            .client
            .request(CLAIMS_UPDATE, jwt.into())
            .await
            .map_err(|error| {
                if self.connection.is_connected() {
                    BrokerError::Server(describe(&error))
                } else {
                    BrokerError::Disconnected
                }
            })?;
        let answer: Answer = serde_json::from_slice(&reply.payload)
            .map_err(|_| BrokerError::Untrusted("claims update"))?;
        match answer {
            Answer {
                data: Some(Taken { code: 200 }),
                error: None,
            } => Ok(()),
            _ => Err(BrokerError::Server(
                String::from_utf8_lossy(&reply.payload).into_owned(),
            )),
        }
    }
}
