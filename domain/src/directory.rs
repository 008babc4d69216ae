//! Domains: the external directories that accounts live in, what becomes of reading them, and the people who come from them.

mod people;

pub use people::{
    FollowedGroup, FollowedGroupsMissing, MissingGroup, People, PeopleAllowed, PeopleCommand,
    PeopleFollowed, PeopleHeld, PeoplePlan, PeoplePlanned,
};

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    discovery::Risk,
    drift::{DriftField, Held},
    event::{Recorded, Reservation, events},
    ids::{AccountId, EngineId},
    order::Failure,
    problem::{self, FieldProblem, Problem},
    role::renamed,
    synchronisation::SyncPlan,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is known of a domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DomainContent {
    /// DNS name, for instance `corp.example.com`. Unique.
    pub name: String,
    /// What kind of directory.
    pub kind: DomainKind,
    /// Naming context, for instance `DC=corp,DC=example,DC=com`.
    pub base_dn: String,
}

/// Kinds of directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DomainKind {
    /// Active Directory, over LDAPS.
    ActiveDirectory,
    /// In memory, for evaluation and tests.
    Sandbox,
}

/// What is asked of a domain.
#[derive(Clone, Debug)]
pub enum DomainCommand {
    /// Make it known.
    Register(DomainContent),
    /// Correct it; the name stays.
    Revise(DomainContent),
    /// No new requests and orders.
    Disable,
    /// Again.
    Enable,
    /// When it shall be read, and what its accounts are judged by.
    PlanSynchronisation(SyncPlan),
    /// Read it now: all of it, or what changed.
    Synchronise {
        /// All of it.
        full: bool,
    },
    /// Ask its engines what they can really reach: all of them, or one.
    Calibrate {
        /// Only this one.
        engine: Option<EngineId>,
    },
    /// It was read.
    RecordSynchronised(DomainSynchronised),
    /// It could not be read.
    RecordSynchronisationFailed(SynchronisationFailed),
    /// Accounts that look like service accounts are new in it.
    RecordFound(UnmanagedAccountsFound),
    /// About the people who come from it.
    People(PeopleCommand),
    /// It says something else of managed accounts than what was ordered.
    RecordDrift(AccountsDrifted),
    /// What becomes of accounts that are not repaired, since too many were to be at once.
    DecideDrift {
        /// Repair them; otherwise they are only reported.
        repair: bool,
        /// Why.
        reason: String,
    },
}

/// It is known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainRegistered {
    /// As registered.
    pub content: DomainContent,
}

/// It was corrected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainRevised {
    /// From now on.
    pub content: DomainContent,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainEnabled {}

/// When it is read, and what its accounts are judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SynchronisationPlanned {
    /// From now on.
    pub plan: SyncPlan,
}

/// Somebody wants it to be read now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SynchronisationAsked {
    /// All of it, or what changed.
    pub full: bool,
}

/// Somebody wants to know what its engines can really reach. What they answer is an observation, and not recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationAsked {
    /// Only this one; otherwise all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engine: Option<EngineId>,
}

/// It was read. Not recorded when nothing had changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DomainSynchronised {
    /// The synchronisation.
    pub run: Uuid,
    /// Who read.
    pub engine: EngineId,
    /// All of it, or what changed.
    pub full: bool,
    /// Organisational units and containers that it has now.
    pub units: u32,
    /// Groups that it has now.
    pub groups: u32,
    /// Accounts that it has now.
    pub users: u32,
    /// Objects that are new or read differently.
    pub changed: u32,
    /// Objects that are gone.
    pub gone: u32,
    /// Accounts that look like service accounts and are not managed.
    pub unmanaged: u32,
}

/// It could not be read; what was known of it stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SynchronisationFailed {
    /// The synchronisation.
    pub run: Uuid,
    /// Why.
    pub failure: Failure,
}

/// Accounts that look like service accounts and are not managed were seen for the first time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UnmanagedAccountsFound {
    /// By the synchronisation.
    pub run: Uuid,
    /// How many.
    pub count: u32,
    /// The riskiest of them.
    pub riskiest: Vec<FoundAccount>,
}

impl UnmanagedAccountsFound {
    /// How many are named; the rest is in the list of unmanaged accounts.
    pub const NAMED: usize = 20;
}

/// An account that looks like a service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundAccount {
    /// objectGUID.
    pub object: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// The worst of its signals.
    pub risk: Risk,
}

/// It says something else of managed accounts than what was ordered: of these for the first time, or something new.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AccountsDrifted {
    /// By the synchronisation.
    pub run: Uuid,
    /// How many.
    pub count: u32,
    /// How many of them are to be repaired now.
    pub repaired: u32,
    /// None is repaired, since too many were to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// So many more were not seen: too many to believe that they are gone.
    #[serde(default)]
    pub unseen: u32,
    /// As many of them as are named; each has an event of its own.
    pub accounts: Vec<DriftedAccount>,
}

impl AccountsDrifted {
    /// How many are named, so that their owners are told.
    pub const NAMED: usize = 500;
}

/// A managed account of which the directory says something else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DriftedAccount {
    /// Which.
    pub account: AccountId,
    /// sAMAccountName.
    pub name: String,
    /// What differs.
    pub fields: Vec<DriftField>,
}

/// What becomes of accounts that were not repaired is decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DriftDecided {
    /// They are repaired; otherwise they are only reported.
    pub repair: bool,
    /// Why.
    pub reason: String,
}

events!(
    /// What happened to a domain.
    DomainEvent {
        /// It is known.
        Registered(DomainRegistered) = "domain.registered",
        /// It was corrected.
        Revised(DomainRevised) = "domain.revised",
        /// No new requests.
        Disabled(DomainDisabled) = "domain.disabled",
        /// Again.
        Enabled(DomainEnabled) = "domain.enabled",
        /// When it is read.
        SynchronisationPlanned(SynchronisationPlanned) = "domain.synchronisation-planned",
        /// It shall be read now.
        SynchronisationAsked(SynchronisationAsked) = "domain.synchronisation-asked",
        /// Its engines shall say what they can reach.
        CalibrationAsked(CalibrationAsked) = "domain.calibration-asked",
        /// It was read.
        Synchronised(DomainSynchronised) = "domain.synchronised",
        /// It could not be read.
        SynchronisationFailed(SynchronisationFailed) = "domain.synchronisation-failed",
        /// Accounts that nobody manages are new in it.
        UnmanagedAccountsFound(UnmanagedAccountsFound) = "domain.unmanaged-accounts-found",
        /// Whose members are users.
        PeoplePlanned(PeoplePlanned) = "domain.people-planned",
        /// Users came and left with it.
        PeopleFollowed(PeopleFollowed) = "domain.people-followed",
        /// Too many would come or leave at once.
        PeopleHeld(PeopleHeld) = "domain.people-held",
        /// They may.
        PeopleAllowed(PeopleAllowed) = "domain.people-allowed",
        /// Groups that are followed are not there.
        FollowedGroupsMissing(FollowedGroupsMissing) = "domain.followed-groups-missing",
        /// It says something else of managed accounts.
        AccountsDrifted(AccountsDrifted) = "domain.accounts-drifted",
        /// What becomes of those that were not repaired.
        DriftDecided(DriftDecided) = "domain.drift-decided",
    }
);

/// Why a command on a domain is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DomainRefusal {
    /// No such domain.
    #[error("there is no such domain")]
    Unknown,
    /// The id is taken.
    #[error("the domain exists already")]
    AlreadyExists,
    /// It is disabled: its engines are asked for nothing.
    #[error("the domain is disabled")]
    Disabled,
    /// Nobody waits for a decision.
    #[error("nobody who comes or leaves waits for a decision")]
    NobodyHeld,
    /// By now others would come or leave.
    #[error("by now another number of people would come or leave: look again")]
    HeldChanged,
    /// No repair waits for a decision.
    #[error("no repair is held back: there is nothing to decide")]
    NothingHeld,
    /// A reason is needed.
    #[error("a reason is needed")]
    ReasonMissing,
    /// The content is not valid.
    #[error("the domain is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A domain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Domain {
    /// `None` until registered.
    pub content: Option<DomainContent>,
    /// Takes no new requests.
    pub disabled: bool,
    /// When it is read.
    #[serde(default)]
    pub plan: SyncPlan,
    /// Why it could not be read last time.
    #[serde(default)]
    pub unread: Option<Failure>,
    /// Who comes from it.
    #[serde(default)]
    pub people: People,
    /// Too many accounts were to be repaired at once: nothing is repaired by itself until somebody decides.
    #[serde(default)]
    pub held: Option<Held>,
    /// So many managed accounts were not seen the last time, and not believed to be gone.
    #[serde(default)]
    pub unseen: u32,
}

impl Domain {
    fn evolve(&mut self, event: DomainEvent) {
        match event {
            DomainEvent::Registered(DomainRegistered { content })
            | DomainEvent::Revised(DomainRevised { content }) => {
                self.content = Some(content);
            }
            DomainEvent::Disabled(_) => self.disabled = true,
            DomainEvent::Enabled(_) => self.disabled = false,
            DomainEvent::SynchronisationPlanned(e) => self.plan = e.plan,
            DomainEvent::Synchronised(_) => self.unread = None,
            DomainEvent::SynchronisationFailed(e) => self.unread = Some(e.failure),
            DomainEvent::PeoplePlanned(e) => self.people.planned(e.plan),
            DomainEvent::PeopleFollowed(_) => self.people.followed(),
            DomainEvent::PeopleHeld(held) => self.people.hold(held),
            DomainEvent::PeopleAllowed(e) => self.people.allow(&e),
            DomainEvent::FollowedGroupsMissing(e) => self.people.missing = e.groups,
            DomainEvent::AccountsDrifted(e) => {
                self.held = e.held.or(self.held);
                self.unseen = e.unseen;
            }
            DomainEvent::DriftDecided(_) => self.held = None,
            DomainEvent::SynchronisationAsked(_)
            | DomainEvent::CalibrationAsked(_)
            | DomainEvent::UnmanagedAccountsFound(_) => {}
        }
    }

    /// A look that found nothing new is not worth an event, unless the one before had failed.
    fn is_news(&self, read: &DomainSynchronised) -> bool {
        read.full || read.changed > 0 || read.gone > 0 || self.unread.is_some()
    }
}

fn valid(content: &DomainContent) -> Result<(), DomainRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "name", &content.name, 253);
    if !content
        .name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-')
    {
        problems.push(FieldProblem::at(
            "name",
            Problem::Malformed {
                expected: "a DNS name".into(),
            },
        ));
    }
    problem::text(&mut problems, "base_dn", &content.base_dn, 400);
    if !content.base_dn.to_ascii_uppercase().contains("DC=") {
        problems.push(FieldProblem::at(
            "base_dn",
            Problem::Malformed {
                expected: "DC=…,DC=…".into(),
            },
        ));
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(DomainRefusal::Invalid(problems))
    }
}

impl Decide for Domain {
    type Facts = ();

    fn decide(
        &self,
        command: DomainCommand,
        _: &Context,
    ) -> Result<Vec<DomainEvent>, DomainRefusal> {
        match (command, &self.content) {
            (DomainCommand::Register(content), None) => {
                valid(&content)?;
                Ok(vec![DomainRegistered { content }.into()])
            }
            (DomainCommand::Register(content), Some(known)) if content == *known => Ok(vec![]),
            (DomainCommand::Register(_), Some(_)) => Err(DomainRefusal::AlreadyExists),
            (_, None) => Err(DomainRefusal::Unknown),
            (DomainCommand::Revise(content), Some(known)) => {
                valid(&content)?;
                if content.name != known.name || content.kind != known.kind {
                    let fixed = FieldProblem::at("name", Problem::ReadOnly);
                    return Err(DomainRefusal::Invalid(vec![fixed]));
                }
                Ok(if content == *known {
                    vec![]
                } else {
                    vec![DomainRevised { content }.into()]
                })
            }
            (DomainCommand::Disable, Some(_)) if self.disabled => Ok(vec![]),
            (DomainCommand::Disable, Some(_)) => Ok(vec![DomainDisabled {}.into()]),
            (DomainCommand::Enable, Some(_)) if !self.disabled => Ok(vec![]),
            (DomainCommand::Enable, Some(_)) => Ok(vec![DomainEnabled {}.into()]),
            (DomainCommand::PlanSynchronisation(plan), Some(_)) => {
                let problems = plan.problems();
                if !problems.is_empty() {
                    return Err(DomainRefusal::Invalid(problems));
                }
                Ok(if plan == self.plan {
                    vec![]
                } else {
                    vec![SynchronisationPlanned { plan }.into()]
                })
            }
            (DomainCommand::Synchronise { .. }, Some(_)) if self.disabled => {
                Err(DomainRefusal::Disabled)
            }
            (DomainCommand::Synchronise { full }, Some(_)) => {
                Ok(vec![SynchronisationAsked { full }.into()])
            }
            (DomainCommand::Calibrate { .. }, Some(_)) if self.disabled => {
                Err(DomainRefusal::Disabled)
            }
            (DomainCommand::Calibrate { engine }, Some(_)) => {
                Ok(vec![CalibrationAsked { engine }.into()])
            }
            (DomainCommand::RecordSynchronised(read), Some(_)) => Ok(if self.is_news(&read) {
                vec![read.into()]
            } else {
                vec![]
            }),
            (DomainCommand::RecordSynchronisationFailed(failed), Some(_)) => {
                let reason = |failure: &Failure| failure.reason;
                let known = self.unread.as_ref().map(reason);
                Ok(if known == Some(failed.failure.reason) {
                    vec![]
                } else {
                    vec![failed.into()]
                })
            }
            (DomainCommand::RecordFound(found), Some(_)) if found.count == 0 => Ok(vec![]),
            (DomainCommand::RecordFound(found), Some(_)) => Ok(vec![found.into()]),
            (DomainCommand::People(command), Some(_)) => {
                Ok(self.people.decide(command)?.into_iter().collect())
            }
            (DomainCommand::RecordDrift(drifted), Some(_))
                if drifted.count == 0 && drifted.unseen == self.unseen =>
            {
                Ok(vec![])
            }
            (DomainCommand::RecordDrift(drifted), Some(_)) => Ok(vec![drifted.into()]),
            (DomainCommand::DecideDrift { .. }, Some(_)) if self.held.is_none() => {
                Err(DomainRefusal::NothingHeld)
            }
            (DomainCommand::DecideDrift { reason, .. }, Some(_)) if reason.trim().is_empty() => {
                Err(DomainRefusal::ReasonMissing)
            }
            (DomainCommand::DecideDrift { repair, reason }, Some(_)) => {
                Ok(vec![DriftDecided { repair, reason }.into()])
            }
        }
    }
}

aggregate!(
    Domain = "domain",
    DomainCommand,
    DomainEvent,
    DomainRefusal,
    ()
);

impl Recorded for DomainEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        match self {
            Self::Registered(DomainRegistered { content }) => {
                renamed("domain", stream, &content.name, None)
            }
            Self::Revised(_)
            | Self::Disabled(_)
            | Self::Enabled(_)
            | Self::SynchronisationPlanned(_)
            | Self::SynchronisationAsked(_)
            | Self::CalibrationAsked(_)
            | Self::Synchronised(_)
            | Self::SynchronisationFailed(_)
            | Self::UnmanagedAccountsFound(_)
            | Self::PeoplePlanned(_)
            | Self::PeopleFollowed(_)
            | Self::PeopleHeld(_)
            | Self::PeopleAllowed(_)
            | Self::FollowedGroupsMissing(_) => vec![],
            Self::AccountsDrifted(_) | Self::DriftDecided(_) => vec![],
        }
    }
}
