//! The end-of-lifecycle table of product.md §4: which options an owner has, by action, phase and status.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to an account at its lifecycle end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndOfLifecycleAction {
    /// Nothing happens to the account; a review is asked for.
    Review,
    /// It is disabled and moved to the retirement OU, if there is one.
    Disable,
    /// The directory itself refuses logons from that instant (accountExpires).
    Expire,
    /// It is disabled, moved and marked deleted.
    Delete,
}

impl EndOfLifecycleAction {
    /// All four.
    pub const ALL: &'static [Self] = &[Self::Review, Self::Disable, Self::Expire, Self::Delete];

    /// Can accounts with this action be renewed at all?
    #[must_use]
    pub fn renews(self) -> bool {
        !matches!(self, Self::Delete)
    }
}

/// Status of a managed account, as people see it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The directory has not confirmed it yet.
    Provisioning,
    /// In use.
    Active,
    /// May not log on.
    Disabled,
    /// The directory refuses logons since its end.
    Expired,
    /// Expired, and a renewal waits for approval.
    Renewing,
    /// Marked deleted, or gone.
    Deleted,
    /// Found useless and kept, or its import was taken back: nobody manages it any more.
    Released,
}

impl Status {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Provisioning,
        Self::Active,
        Self::Disabled,
        Self::Expired,
        Self::Renewing,
        Self::Deleted,
        Self::Released,
    ];

    /// As in the API.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Provisioning => "provisioning",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Renewing => "renewing",
            Self::Deleted => "deleted",
            Self::Released => "released",
        }
    }
}

/// Before the lifecycle end (BEOL), or at or after it (AEOL).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before.
    Before,
    /// At or after.
    After,
}

/// What an owner may do with an account.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LifecycleOption {
    /// Extend the end by the account's period.
    Renew,
    /// Ask for that, with approval.
    SubmitRenewal,
    /// Disable.
    Disable,
    /// Enable.
    Enable,
    /// Delete account and secret.
    Delete,
    /// Request another one like it.
    Clone,
    /// Delete object and secret of an account marked deleted.
    Purge,
}

impl LifecycleOption {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Renew,
        Self::SubmitRenewal,
        Self::Disable,
        Self::Enable,
        Self::Delete,
        Self::Clone,
        Self::Purge,
    ];
}

/// Why an option is off.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, thiserror::Error,
)]
#[serde(rename_all = "kebab-case")]
pub enum OptionOff {
    /// The end-of-lifecycle action does not have this option in this phase.
    #[error("this account's end-of-lifecycle action does not offer it")]
    NotOffered,
    /// Not before renewal opens.
    #[error("renewal is not open yet")]
    RenewalNotOpen,
    /// A renewal waits for approval.
    #[error("a renewal is waiting for approval")]
    RenewalPending,
    /// It is disabled already.
    #[error("the account is disabled already")]
    AlreadyDisabled,
    /// It is enabled already.
    #[error("the account is enabled already")]
    AlreadyEnabled,
    /// The directory has not confirmed the account.
    #[error("the account is still being provisioned")]
    StillProvisioning,
    /// It is deleted.
    #[error("the account is deleted")]
    Deleted,
    /// It was found useless and kept, or its import was taken back.
    #[error("nobody manages the account any more")]
    Released,
    /// Only accounts marked deleted are purged.
    #[error("only an account marked deleted can be purged")]
    NotMarkedDeleted,
}

/// What the table looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Situation {
    /// The account's action.
    pub action: EndOfLifecycleAction,
    /// Before or after its end.
    pub phase: Phase,
    /// Its status.
    pub status: Status,
    /// Is it enabled? (An expired account can be either.)
    pub enabled: bool,
    /// Has renewal opened?
    pub renewal_open: bool,
    /// Does a renewal wait for approval?
    pub renewal_pending: bool,
    /// For a deleted account: does the directory object still exist?
    pub object_exists: bool,
}

/// The table: the options that an action offers in a phase.
#[must_use]
pub fn offered(action: EndOfLifecycleAction, phase: Phase) -> &'static [LifecycleOption] {
    use EndOfLifecycleAction as A;
    use LifecycleOption as O;
    match (action, phase) {
        (A::Review | A::Disable, _) => &[O::Renew, O::Disable, O::Enable, O::Delete, O::Clone],
        (A::Expire, _) => &[O::SubmitRenewal, O::Disable, O::Enable, O::Delete, O::Clone],
        (A::Delete, Phase::Before) => &[O::Disable, O::Enable, O::Delete, O::Clone],
        (A::Delete, Phase::After) => &[O::Clone, O::Purge],
    }
}

/// Is `option` on in this situation?
///
/// # Errors
/// The one reason why it is off.
pub fn check(situation: &Situation, option: LifecycleOption) -> Result<(), OptionOff> {
    use LifecycleOption as O;
    match (situation.status, option) {
        (Status::Provisioning, _) => return Err(OptionOff::StillProvisioning),
        (Status::Released, _) => return Err(OptionOff::Released),
        // A deleted account, by whatever action, can be cloned, and purged while its object is there.
        (Status::Deleted, O::Clone) => return Ok(()),
        (Status::Deleted, O::Purge) if situation.object_exists => return Ok(()),
        (Status::Deleted, _) => return Err(OptionOff::Deleted),
        (_, O::Purge) => return Err(OptionOff::NotMarkedDeleted),
        _ => {}
    }
    if !offered(situation.action, situation.phase).contains(&option) {
        return Err(OptionOff::NotOffered);
    }
    match option {
        O::SubmitRenewal if situation.renewal_pending => Err(OptionOff::RenewalPending),
        O::Renew | O::SubmitRenewal if !situation.renewal_open => Err(OptionOff::RenewalNotOpen),
        O::Disable if !situation.enabled => Err(OptionOff::AlreadyDisabled),
        O::Enable if situation.enabled => Err(OptionOff::AlreadyEnabled),
        _ => Ok(()),
    }
}
