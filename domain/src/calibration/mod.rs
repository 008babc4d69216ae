//! Calibration: what an engine can really reach, and what its account may do where templates put accounts. Asked by the
//! core, answered by every engine for itself. An observation, like how an engine does: no history, and as old as it says.
//!
//! An engine says only what it found. The commands that grant what is missing are made by the core (`grant.rs`) from what
//! it asked: an administrator copies and runs them, so no answer becomes one. Where imported accounts lie was read by an engine,
//! though: such names are quoted like all others, and whoever runs the command looks whether they know the place.

mod grant;
mod places;

pub use grant::{Grant, Grantee};
pub use places::{MOST_IMPORTED, MOST_PLACES, places, with_imported};

use crate::{
    ids::{DomainId, EngineId},
    order::Failure,
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The core asks the engines of a domain what they can reach. Nothing is changed by it, so that it may be asked again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CalibrationOrder {
    /// Whose engines are asked.
    pub domain: DomainId,
    /// Only these of them.
    pub engines: BTreeSet<EngineId>,
    /// Which calibration.
    pub run: Uuid,
    /// Where to look.
    pub places: Vec<WantedPlace>,
    /// Where to look beside: an engine that does not know this use of a place does not look, and still answers the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imported: Vec<WantedPlace>,
    /// System time after which nobody waits for the answer.
    pub not_after: DateTime<Utc>,
}

/// A place in the directory, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WantedPlace {
    /// Distinguished name of an organisational unit or group.
    pub dn: String,
    /// What orders will want of it.
    pub uses: BTreeSet<PlaceUse>,
    /// Attributes that orders write of accounts there, by their kind, beside those that every order writes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<AccountClass, BTreeSet<String>>,
}

/// What orders want of a place.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceUse {
    /// Accounts are made there.
    Accounts,
    /// Accounts were imported there: none are made.
    ImportedAccounts,
    /// Group managed service accounts are made there.
    ManagedServiceAccounts,
    /// Accounts go there that reached their end.
    RetiredAccounts,
    /// Group managed service accounts go there that reached their end.
    RetiredManagedServiceAccounts,
    /// It is a group whose members change.
    Members,
}

/// What kind of account a right is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AccountClass {
    /// Accounts with a password.
    User,
    /// Group managed service accounts.
    ManagedServiceAccount,
}

impl PlaceUse {
    /// Which accounts are written there; none: it is a group.
    #[must_use]
    pub fn class(self) -> Option<AccountClass> {
        match self {
            Self::Accounts | Self::ImportedAccounts | Self::RetiredAccounts => {
                Some(AccountClass::User)
            }
            Self::ManagedServiceAccounts | Self::RetiredManagedServiceAccounts => {
                Some(AccountClass::ManagedServiceAccount)
            }
            Self::Members => None,
        }
    }
}

impl PlaceUse {
    /// Do accounts come to lie there that did not before? Not where they are imported.
    fn adds(self) -> bool {
        !matches!(self, Self::ImportedAccounts | Self::Members)
    }
}

impl WantedPlace {
    /// The kinds of account that are made there or moved there.
    #[must_use]
    pub fn gains(&self) -> BTreeSet<AccountClass> {
        let gaining = self.uses.iter().filter(|one| one.adds());
        gaining.filter_map(|one| one.class()).collect()
    }

    /// The kinds of account that are written there.
    #[must_use]
    pub fn classes(&self) -> BTreeSet<AccountClass> {
        self.uses.iter().filter_map(|one| one.class()).collect()
    }

    /// The attributes of these accounts that templates name.
    pub fn attributes_of(&self, class: AccountClass) -> impl Iterator<Item = &str> {
        let names = self.attributes.get(&class).into_iter().flatten();
        names.map(String::as_str)
    }
}

/// What an engine found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Calibration {
    /// The engine's domain.
    pub domain: DomainId,
    /// Who says so.
    pub engine: EngineId,
    /// Which calibration.
    pub run: Uuid,
    /// System time.
    pub at: DateTime<Utc>,
    /// Its directory.
    pub directory: DirectoryReach,
    /// Its vault.
    pub vault: VaultReach,
    /// What it may do where; a place that is left out was not looked at.
    pub places: Vec<FoundPlace>,
}

/// The directory, as an engine reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DirectoryReach {
    /// It was reached, and lets the engine in.
    Reached(ReachedServer),
    /// It was not.
    OutOfReach(Failure),
}

impl DirectoryReach {
    /// Was it reached?
    #[must_use]
    pub fn is_reached(&self) -> bool {
        matches!(self, Self::Reached(_))
    }
}

/// The server that an engine really reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReachedServer {
    /// Where the engine was told to dial, and what answered there.
    pub address: String,
    /// What the server calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// How the connection is protected; none: it leaves no process.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protection: Option<Protection>,
    /// The account that the engine signs in with.
    pub account: String,
    /// Who the server says that is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
    /// Microseconds from asking to the answer.
    pub round_trip_us: u32,
    /// May deletions be seen between two full synchronisations?
    pub deletions: Standing,
}

/// How a connection is protected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Protection {
    /// The name that the server's certificate was checked for.
    pub certificate_for: String,
    /// Trusted through certificates of the engine's own choice; otherwise through those of its machine.
    pub own_authority: bool,
}

/// The vault, as an engine reaches it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VaultReach {
    /// Which, for instance `built-in`.
    pub kind: String,
    /// Why it cannot be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// What an engine found at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundPlace {
    /// As it was asked for.
    pub dn: String,
    /// Why nothing can be said about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// What the engine may do, and what not.
    #[serde(default)]
    pub rights: Vec<FoundRight>,
}

/// A right, and whether the engine has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundRight {
    /// Which.
    pub right: Right,
    /// Has it?
    pub standing: Standing,
}

/// What an engine's account needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Make accounts there, and delete them.
    CreateAccounts {
        /// Of this kind.
        class: AccountClass,
    },
    /// Write attributes of accounts there.
    WriteAttributes {
        /// Of this kind.
        class: AccountClass,
        /// Which.
        names: Vec<String>,
    },
    /// Change the members of the group.
    ChangeMembers,
    /// List deleted objects.
    SeeDeletions,
}

/// Does an engine have a right?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The directory says that it has.
    Granted,
    /// The directory says that it has not.
    Missing,
    /// There is no such account there yet, and the directory tells what may be written of an account only.
    NoAccountYet,
}

impl AccountClass {
    /// The directory's name of it.
    #[must_use]
    pub fn object_class(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::ManagedServiceAccount => "msDS-GroupManagedServiceAccount",
        }
    }

    /// In people's words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::User => "accounts",
            Self::ManagedServiceAccount => "group managed service accounts",
        }
    }
}

impl Right {
    /// In people's words: what can be done with it at this place.
    #[must_use]
    pub fn words(&self, dn: &str) -> String {
        match self {
            Self::CreateAccounts { class } => {
                format!("create and delete {} in {dn}", class.words())
            }
            Self::WriteAttributes { class, names } => {
                format!("write {} of {} in {dn}", names.join(", "), class.words())
            }
            Self::ChangeMembers => format!("change the members of {dn}"),
            Self::SeeDeletions => "hear of deletions between two full synchronisations".to_owned(),
        }
    }
}
