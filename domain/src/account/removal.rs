//! Removal of a useless account that nobody manages: disabled at once, deleted when a grace is over, and until then kept
//! as it was found if somebody says so. Nothing goes by what was read alone: each order says how the account was found, and
//! an engine that finds it otherwise leaves it alone (`docs/adr/0008`).

use super::{
    AccountEvent, AccountRefusal, AccountReleased, LifecycleTerms, Managed, RemovalBegun,
    RemovalCancelled, Stage, owner_decisions::given,
};
use crate::{
    discovery::{Signal, SignalKind},
    dn::Dn,
    ids::{AccountId, DomainId, EngineId},
    lifecycle::{EndOfLifecycleAction, OptionOff},
    order::{Expected, FailureReason, Order, OrderKind},
    period::Period,
    problem::{FieldProblem, Problem},
    template::LifecycleSection,
};
use chrono::{DateTime, Days, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Longest grace, in days.
const LONGEST_GRACE: u16 = 366;

/// How an object was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AsFound {
    /// objectGUID.
    pub object: Uuid,
    /// Might it sign in?
    pub enabled: bool,
    /// Its own end in the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<DateTime<Utc>>,
    /// When somebody last signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in: Option<DateTime<Utc>>,
    /// When its password was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_set: Option<DateTime<Utc>>,
}

impl AsFound {
    /// What an engine must still see.
    #[must_use]
    pub fn expected(&self) -> Expected {
        Expected {
            enabled: self.enabled,
            last_sign_in: self.last_sign_in,
            password_set: self.password_set,
        }
    }
}

/// What is to be removed, as the directory says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The account that it becomes while it is removed.
    pub account: AccountId,
    /// Where it lives.
    pub domain: DomainId,
    /// Which object, and how it is.
    pub found: AsFound,
    /// sAMAccountName.
    pub name: String,
    /// Distinguished name of what holds it.
    pub ou: String,
    /// What its description says.
    pub description: String,
    /// What was seen in it.
    pub signals: Vec<Signal>,
    /// Who cannot do without it.
    pub special: Option<Special>,
    /// So many days after it was disabled it is deleted.
    pub grace_days: u16,
    /// Why.
    pub reason: String,
}

/// A removal that was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BegunRemoval {
    /// Which object, and how it was.
    pub found: AsFound,
    /// What made it useless.
    pub useless: Vec<Signal>,
    /// So many days after it was disabled it is deleted.
    pub grace_days: u16,
    /// Why.
    pub reason: String,
}

/// What makes an account nobody's to manage: it must never be disabled or be given an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Special {
    /// The directory itself needs it, or keeps its password.
    #[error("the directory itself needs it, or keeps its password")]
    Directory,
    /// An engine of the domain signs in as it.
    #[error("an engine signs in as it, and would lock itself out")]
    Engine,
}

/// Why an account is not removed, whatever it looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Protection {
    /// Somebody cannot do without it.
    #[error(transparent)]
    Special(Special),
    /// It may own the domain.
    #[error(
        "it is a member of a privileged group: let an administrator of the directory take it out first"
    )]
    Privileged,
}

/// What of this makes an account useless? Nothing: somebody may need it.
#[must_use]
pub fn useless(signals: &[Signal]) -> Vec<Signal> {
    let says_so = |signal: &&Signal| {
        matches!(
            signal.kind(),
            SignalKind::NeverSignedIn
                | SignalKind::Unused
                | SignalKind::Disabled
                | SignalKind::Expired
        )
    };
    signals.iter().filter(says_so).cloned().collect()
}

/// What keeps an account from being removed.
#[must_use]
pub fn protection(signals: &[Signal], special: Option<Special>) -> Option<Protection> {
    let has = |kind| signals.iter().any(|signal| signal.kind() == kind);
    match special {
        Some(special) => Some(Protection::Special(special)),
        None if has(SignalKind::ManagedServiceAccount) => {
            Some(Protection::Special(Special::Directory))
        }
        None if has(SignalKind::Privileged) => Some(Protection::Privileged),
        None => None,
    }
}

impl Removal {
    pub(super) fn decide(self) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let reason = given(self.reason)?;
        if let Some(protection) = protection(&self.signals, self.special) {
            return Err(AccountRefusal::Protected(protection));
        }
        let useless = useless(&self.signals);
        if useless.is_empty() {
            return Err(AccountRefusal::NotUseless);
        }
        let mut problems = Vec::new();
        let mut say = |field: &str, expected: String| {
            problems.push(FieldProblem::at(field, Problem::Malformed { expected }));
        };
        if !(1..=LONGEST_GRACE).contains(&self.grace_days) {
            let expected = format!("a number of days from 1 to {LONGEST_GRACE}");
            say("grace_days", expected);
        }
        if Dn::parse(&self.ou).is_none() {
            say("object", "a place with a plain name".into());
        }
        if !problems.is_empty() {
            return Err(AccountRefusal::Invalid(problems));
        }
        Ok(vec![
            RemovalBegun {
                account: self.account,
                domain: self.domain,
                name: self.name,
                ou: self.ou,
                description: self.description,
                found: self.found,
                useless,
                grace_days: self.grace_days,
                reason,
            }
            .into(),
        ])
    }
}

/// It belongs to no template: what a lifecycle needs is said here.
pub(super) fn terms(grace_days: u16) -> LifecycleTerms {
    LifecycleTerms {
        action: EndOfLifecycleAction::Delete,
        period: Period::days(grace_days),
        rules: LifecycleSection::default(),
    }
}

impl Managed {
    /// Was it never managed, and is it removed since it is useless?
    #[must_use]
    pub fn removal(&self) -> Option<&BegunRemoval> {
        self.identity.removal.as_deref()
    }

    /// The directory has confirmed that it is disabled: when it is deleted.
    pub(super) fn removal_due(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        let days = self.removal().map_or(0, |removal| removal.grace_days);
        now.checked_add_days(Days::new(u64::from(days)))
            .unwrap_or(now)
    }

    /// Does its refusal mean that the object is not ours, and was left alone?
    pub(super) fn lets_go(&self, order: &Order, reason: FailureReason) -> bool {
        use FailureReason as F;
        match self.stage {
            Stage::BeingDisabled => matches!(
                reason,
                F::ChangedSince | F::ObjectGone | F::ForeignFence | F::NameTaken | F::InvalidOrder
            ),
            Stage::Releasing if order.kind == OrderKind::Release => {
                reason == F::ObjectGone || self.import_ends_with(reason)
            }
            _ => false,
        }
    }

    pub(super) fn released(
        &self,
        order: &Order,
        engine: EngineId,
        check_at: Option<DateTime<Utc>>,
    ) -> AccountReleased {
        let identity = &self.identity;
        AccountReleased {
            number: order.number,
            engine,
            account: identity.account,
            domain: identity.domain,
            name: identity.name.clone(),
            check_at,
        }
    }

    pub(super) fn cancel_removal(
        &self,
        reason: String,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let off = |off| Err(AccountRefusal::OptionOff(off));
        if self.removal().is_none() {
            return off(OptionOff::NotOffered);
        }
        let directory = &self.directory;
        let refused = directory.failure.is_some() && directory.outstanding.is_none();
        match self.stage {
            Stage::Releasing | Stage::Released => return Ok(vec![]),
            Stage::BeingDisabled | Stage::MarkedDeleted { .. } => {}
            // An engine found it otherwise, and did not delete it.
            Stage::Removing if refused => {}
            Stage::Provisioning { .. } | Stage::Live(_) | Stage::Removing | Stage::Removed => {
                return off(OptionOff::Deleted);
            }
        }
        Ok(vec![
            RemovalCancelled {
                reason: given(reason)?,
            }
            .into(),
        ])
    }
}
