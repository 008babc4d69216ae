//! Active Directory over LDAPS.
//!
//! One order is: *check* (find the object, read its fence), *claim* (compare-and-set of the fence, in the same modify
//! as the change), *act* (move, groups, password: after the claim and a re-read), *verify* (read back; bind with a new
//! password). The steps are in `carry.rs` (all kinds), `provision.rs`, `password_change.rs` and `remove.rs`; what the
//! directory's refusals mean is in `refusal.rs`.

mod carry;
mod connection;
mod descriptor;
mod entry;
mod object;
mod password_change;
mod provision;
mod refusal;
mod remove;
mod values;

use crate::{
    backoff::Backoff,
    clock::Clock,
    config::{ConfigError, LdapConfig},
    dn::Dn,
    failure::failure,
    rules::Territory,
    vault::Vault,
};
use connection::{Connection, Trouble};
use futures::future::BoxFuture;
use std::time::Duration;
use tenure_domain::{
    ids::DomainId,
    order::{Failure, FailureReason, Order, Outcome},
};

/// Attempts at one order before it is deferred. The first failure costs an attempt, a race with another agent too.
const ATTEMPTS: u32 = 4;
const PAUSES: Backoff = Backoff {
    first: Duration::from_millis(100),
    most: Duration::from_secs(2),
};

/// One Active Directory domain, through one domain controller address.
pub struct LdapDirectory {
    territory: Territory,
    config: LdapConfig,
    connection: Connection,
    clock: Clock,
}

impl LdapDirectory {
    /// Reads the CA file; dials nothing yet.
    ///
    /// # Errors
    /// When the configuration cannot be used.
    pub fn new(domain: DomainId, config: LdapConfig, clock: Clock) -> Result<Self, ConfigError> {
        let base = Dn::parse(&config.base_dn)
            .ok_or_else(|| ConfigError::new("directory.base_dn", "is not a distinguished name"))?;
        let territory = Territory {
            domain,
            base,
            fence_attribute: config.fence_attribute.clone(),
        };
        let connection = Connection::new(&config)?;
        Ok(Self {
            territory,
            config,
            connection,
            clock,
        })
    }

    /// May another step start?
    fn in_time(&self, order: &Order) -> Result<(), Stop> {
        if (self.clock)() > order.not_after {
            return Err(Stop::Defer(super::too_late()));
        }
        Ok(())
    }

    async fn repeat_until_settled(&self, order: &Order, vault: &dyn Vault) -> Outcome {
        if let Err(failure) = self.territory.check(order) {
            return Outcome::Failed(failure);
        }
        let mut made = provision::Made::default();
        let mut last = failure(
            FailureReason::Other,
            "other agents kept changing the object",
        );
        for attempt in 0..ATTEMPTS {
            match self.attempt(order, vault, &mut made).await {
                Ok(outcome) => return outcome,
                Err(Stop::Fail(failure)) => return Outcome::Failed(made.without_secret(failure)),
                Err(Stop::Defer(failure)) => {
                    return Outcome::Deferred(made.without_secret(failure));
                }
                Err(Stop::Raced) => {}
                // Whether the lost operation was applied is unknown: the next attempt begins by reading.
                Err(Stop::Unreachable(detail)) => {
                    last = failure(FailureReason::DirectoryUnreachable, detail);
                    if attempt + 1 < ATTEMPTS {
                        tokio::time::sleep(PAUSES.after(attempt)).await;
                    }
                }
            }
        }
        Outcome::Deferred(made.without_secret(last))
    }
}

impl super::Directory for LdapDirectory {
    fn carry_out<'a>(&'a self, order: &'a Order, vault: &'a dyn Vault) -> BoxFuture<'a, Outcome> {
        Box::pin(self.repeat_until_settled(order, vault))
    }

    fn reachable(&self) -> BoxFuture<'_, Result<(), Failure>> {
        Box::pin(async {
            let unreachable = |detail: String| failure(FailureReason::DirectoryUnreachable, detail);
            match self
                .connection
                .read(&self.config.base_dn, vec!["objectClass".into()])
                .await
            {
                Ok(Some(_)) => Ok(()),
                Ok(None) => Err(unreachable(format!(
                    "the directory does not hold {}",
                    self.config.base_dn
                ))),
                Err(Trouble::Unreachable(detail)) => Err(unreachable(detail)),
                Err(Trouble::Refused(refusal)) => Err(unreachable(refusal.to_string())),
            }
        })
    }
}

/// Why an attempt ended without an outcome of its own.
enum Stop {
    /// Refused, and will be again.
    Fail(Failure),
    /// Not now.
    Defer(Failure),
    /// No answer: what was sent may or may not have been applied.
    Unreachable(String),
    /// Somebody else changed the fence between our reading and our writing.
    Raced,
}

impl Stop {
    fn fail(reason: FailureReason, detail: impl AsRef<str>) -> Self {
        Self::Fail(failure(reason, detail))
    }
}

impl From<crate::vault::VaultError> for Stop {
    fn from(error: crate::vault::VaultError) -> Self {
        Self::Defer(failure(FailureReason::VaultUnavailable, error.to_string()))
    }
}
