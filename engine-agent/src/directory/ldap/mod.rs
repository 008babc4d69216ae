//! Active Directory over LDAPS.
//!
//! One order is: *check* (find the object, read its fence), *claim* (compare-and-set of the fence, in the same modify
//! as the change), *act* (move, groups, password: after the claim and a re-read), *verify* (read back; bind with a new
//! password). The steps are in `carry.rs` (all kinds), `provision.rs`, `gmsa.rs` (accounts whose password the directory
//! makes), `password_change.rs`, `remove.rs` and `useless.rs`; what the
//! directory's refusals mean is in `refusal.rs`, why it may be away altogether in `away.rs`. Synchronisation reads by `read.rs` and `membership.rs`, discovery on the spot by `survey.rs`; what the engine may do is
//! told by `rights.rs`.

mod away;
mod carry;
mod connection;
mod descriptor;
mod entry;
mod gmsa;
mod membership;
mod object;
mod paged;
mod password_change;
mod principal_names;
mod provision;
mod read;
mod readers;
mod refusal;
mod remove;
mod rights;
mod survey;
mod useless;
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
    calibration::{DirectoryReach, FoundPlace, WantedPlace},
    ids::DomainId,
    order::{Failure, FailureReason, Order, Outcome},
    synchronisation::{DirectoryObject, SyncMark},
};
use tokio::sync::mpsc;

/// Attempts at one order before it is deferred. The first failure costs an attempt, a race with another agent too.
const ATTEMPTS: u32 = 4;
const PAUSES: Backoff = Backoff {
    first: Duration::from_millis(100),
    most: Duration::from_secs(2),
};

/// "Not here, but there": followed nowhere, since an engine serves one domain.
const REFERRAL: u32 = 10;

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

    fn wrong_base(&self, why: &str) -> Failure {
        let (address, base) = (&self.config.address, &self.config.base_dn);
        failure(
            FailureReason::WrongBase,
            format!("{address} does not hold {base}: {why}"),
        )
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
                Err(Stop::Away(failure)) => {
                    last = failure;
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
            match self
                .connection
                .read(&self.config.base_dn, vec!["objectClass".into()])
                .await
            {
                Ok(Some(_)) => Ok(()),
                Ok(None) => Err(self.wrong_base("no such object")),
                Err(Trouble::Away(failure)) => Err(failure),
                // Held by another directory, to which it refers.
                Err(Trouble::Refused(refusal)) if refusal.code == REFERRAL => {
                    Err(self.wrong_base("it is elsewhere"))
                }
                Err(Trouble::Refused(refusal)) => Err(away::unreachable(refusal.to_string())),
            }
        })
    }

    fn read<'a>(
        &'a self,
        since: Option<SyncMark>,
        attributes: &'a [String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> BoxFuture<'a, Result<super::WasRead, Failure>> {
        Box::pin(self.read_all(since, attributes, pages))
    }

    fn calibrate<'a>(
        &'a self,
        places: &'a [WantedPlace],
    ) -> BoxFuture<'a, (DirectoryReach, Vec<FoundPlace>)> {
        Box::pin(self.look_at(places))
    }
}

/// Why an attempt ended without an outcome of its own.
enum Stop {
    /// Refused, and will be again.
    Fail(Failure),
    /// Not now.
    Defer(Failure),
    /// No answer: what was sent may or may not have been applied.
    Away(Failure),
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
