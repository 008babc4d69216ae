//! What people, timers, reactions and engines ask of an account.

use super::{DriftSeen, Import, Migration, Removal};
use crate::{
    ids::{AccountId, RequestId, ReviewId},
    order::{OrderNumber, Report},
    ownership::Owner,
    request::ReleasedName,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// What is asked of an account.
#[derive(Clone, Debug)]
pub enum AccountCommand {
    /// The request is approved: make the account.
    Create,
    /// It exists in the directory and becomes managed.
    Import(Box<Import>),
    /// The directory refused the import: nobody manages it again.
    TakeBackImport {
        /// Why.
        reason: String,
    },
    /// Nobody manages it and it is useless: it is disabled, and deleted later.
    BeginRemoval(Box<Removal>),
    /// It is kept, as it was found.
    CancelRemoval {
        /// Why.
        reason: String,
    },
    /// What an engine says of an order.
    RecordReport(Box<Report>),
    /// The order's time has passed without a report.
    ExpireOrder(OrderNumber),
    /// Another attempt at an order that failed or was deferred.
    RetryOrder(OrderNumber),
    /// Another attempt, whatever the number.
    RetryFailed,
    /// The request that it came of was withdrawn after its failure.
    Abandon {
        /// Which request.
        request: RequestId,
        /// The name that the request holds, in case that nothing came of it.
        released: Box<ReleasedName>,
    },
    /// Renewal opens at this instant.
    OpenRenewal(DateTime<Utc>),
    /// A reminder is due at this instant.
    Remind(DateTime<Utc>),
    /// The lifecycle end is this instant.
    ReachEnd(DateTime<Utc>),
    /// The grace of an account enabled after its end is over.
    RepeatEnd,
    /// Extend the end by the period.
    Renew,
    /// An approved request extends the end.
    RenewByRequest(RequestId),
    /// A renewal was submitted for approval.
    BeginRenewal(RequestId),
    /// It was rejected or withdrawn.
    CloseRenewal(RequestId),
    /// No renewal wanted.
    DeclineRenewal {
        /// Why.
        reason: String,
    },
    /// May not log on.
    Disable {
        /// Why.
        reason: String,
    },
    /// The same, since a reviewer revoked it in a campaign: whether the directory follows is told to the review.
    Revoke {
        /// Which review.
        review: ReviewId,
        /// Why.
        reason: String,
    },
    /// May log on.
    Enable {
        /// Why.
        reason: String,
    },
    /// Delete account and secret.
    Delete {
        /// Why.
        reason: String,
        /// The account's name, typed by the person.
        confirmed_name: String,
    },
    /// Delete object and secret of an account marked deleted.
    Purge {
        /// Why.
        reason: String,
    },
    /// Other people are accountable.
    ChangeOwners(Vec<Owner>),
    /// Somebody leaves: this one is accountable instead.
    ReplaceOwner {
        /// Who leaves.
        owner: Owner,
        /// Who comes.
        successor: Owner,
    },
    /// An approved request changes AD groups and attributes.
    ChangeByRequest(RequestId),
    /// Other terms, before the end.
    Migrate(Box<Migration>),
    /// The grace of an account marked deleted is over at this instant.
    PurgeAfterGrace(DateTime<Utc>),
    /// A removed account is looked for once more at this instant.
    CheckRemoval(DateTime<Utc>),
    /// What the directory says of it was read and compared.
    RecordDrift(Box<DriftSeen>),
    /// What differs shall be repaired.
    RepairDrift {
        /// Why.
        reason: String,
        /// Only if it was held back, since too much was to be repaired at once.
        held: bool,
    },
    /// What was held back shall not be repaired.
    LeaveDrift {
        /// Why.
        reason: String,
    },
    /// Marked deleted, it was revived as this account.
    Succeed(AccountId),
    /// Let somebody read the secret once.
    RequestSecretReveal {
        /// Id of this one reveal.
        reveal: Uuid,
        /// SHA-256 of the reader's public key, in hexadecimal.
        reader_key: String,
        /// System time after which the engine refuses.
        not_after: DateTime<Utc>,
    },
}
