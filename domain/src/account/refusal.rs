//! Why an account refuses.

use super::Protection;
use crate::{
    lifecycle::OptionOff,
    order::OrderNumber,
    problem::{self, FieldProblem},
};

/// Why a command on an account is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccountRefusal {
    /// No such account.
    #[error("there is no such account")]
    Unknown,
    /// The id is taken.
    #[error("the account exists already")]
    AlreadyExists,
    /// No approved request says so.
    #[error("no approved request asks for this")]
    NotApproved,
    /// The lifecycle table says no.
    #[error("{0}")]
    OptionOff(OptionOff),
    /// A report about an order that is not outstanding.
    #[error("order {number} is not outstanding")]
    NotOutstanding {
        /// The number reported.
        number: OrderNumber,
    },
    /// A report from an engine of another domain.
    #[error("the report comes from another domain")]
    WrongDomain,
    /// A timer that came too late or too early: things have moved on.
    #[error("not due any more")]
    NotDue,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonMissing,
    /// Deletion is confirmed by the name.
    #[error("type the account's name to confirm its deletion")]
    NotConfirmed,
    /// One change at a time.
    #[error("another change of the account is being carried out")]
    ChangeUnderWay,
    /// A change stays within what the template allows that the account is bound to.
    #[error("the account has moved to another template or version since the change was asked for")]
    Migrated,
    /// Only active accounts migrate.
    #[error("only active accounts are migrated, before their end")]
    NotMigratable,
    /// Nothing waits for another attempt.
    #[error("nothing has failed that could be retried")]
    NothingToRetry,
    /// It is being removed.
    #[error("the request that it came of was withdrawn: what there is of it is removed")]
    GivenUp,
    /// Nothing differs that an order could repair.
    #[error("nothing differs in the directory that an order could repair")]
    NothingToRepair,
    /// The directory makes and keeps the password of such an account.
    #[error(
        "the directory makes and keeps the password of a group managed service account: those who may retrieve it ask a \
         domain controller"
    )]
    KeptByDirectory,
    /// There is no secret to reveal.
    #[error("the account has no secret in a vault")]
    NoSecret,
    /// Nothing says that it is useless.
    #[error(
        "nothing that was read says that the account is useless: it is neither disabled, nor expired, nor unused for long"
    )]
    NotUseless,
    /// It is not removed, whatever it looks like.
    #[error("the account is protected: {0}")]
    Protected(Protection),
    /// A request led to it, or a removal.
    #[error("the account was not imported")]
    NotImported,
    /// The directory has refused nothing.
    #[error("the directory has not refused the import: wait until it has answered")]
    ImportUnderWay,
    /// It is managed.
    #[error("the directory has confirmed the import: the account is managed")]
    ImportConfirmed,
    /// Some fields are not right; an account never loses its last active owner.
    #[error("not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}
