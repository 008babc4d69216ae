//! What waits for the engines of a domain: orders about accounts, and at most one to read the domain itself.

use serde::Serialize;
use tenure_domain::{
    ids::{AccountId, DomainId},
    order::Order,
    synchronisation::SyncOrder,
};

/// One thing for an engine to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Work {
    /// About an account.
    Order(Order),
    /// Read the domain.
    Sync(SyncOrder),
}

impl Work {
    /// Whose engines it is for.
    pub(crate) fn domain(&self) -> DomainId {
        match self {
            Self::Order(order) => order.domain,
            Self::Sync(order) => order.domain,
        }
    }

    /// The place in the queue that only one can take: an account's, or that of the domain itself, whose id no account has.
    pub(crate) fn place(&self) -> AccountId {
        match self {
            Self::Order(order) => order.account,
            Self::Sync(order) => place_of_sync(order.domain),
        }
    }
}

/// Where the order to read a domain waits.
pub(crate) fn place_of_sync(domain: DomainId) -> AccountId {
    AccountId(domain.0)
}
