//! Work orders and reports: what the core wants of a directory, and what an engine says came of it.
//!
//! An order carries the whole desired state of one object, never a step; the agent checks, acts and verifies.
//! Numbers only rise per account, and the agent keeps the last one on the object, so that a late or repeated order
//! changes nothing. Signatures and subjects are the broker's.

use crate::{
    gmsa::Gmsa,
    ids::{AccountId, DomainId, EngineId},
};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, collections::BTreeMap, fmt, str::FromStr};
use uuid::Uuid;

/// Rises with every order of one account; a new epoch (declared after a restore) beats every number of the old one.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
pub struct OrderNumber {
    /// Epoch of the event store.
    pub epoch: u32,
    /// Counts from 1 within an account.
    pub n: u64,
}

impl fmt::Display for OrderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.epoch, self.n)
    }
}

/// The text is not `<epoch>.<n>`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not an order number: expected <epoch>.<n>")]
pub struct NotAnOrderNumber;

impl FromStr for OrderNumber {
    type Err = NotAnOrderNumber;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (epoch, n) = text.split_once('.').ok_or(NotAnOrderNumber)?;
        Ok(Self {
            epoch: epoch.parse().map_err(|_| NotAnOrderNumber)?,
            n: n.parse().map_err(|_| NotAnOrderNumber)?,
        })
    }
}

/// What an object carries by which Tenure knows it: whose it is, and which order touched it last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mark {
    /// Whose object it is.
    pub account: AccountId,
    /// The last order that was carried out on it.
    pub number: OrderNumber,
}

/// Whether the object may be created, must exist, or must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrderKind {
    /// Create the object, with a new secret in the vault; an object that carries this account's fence is taken up.
    Provision,
    /// Bring the existing object to the desired state.
    Change,
    /// Delete the object and its secret.
    Remove,
    /// Let go of the object, if it carries this account's fence: as desired, and without the fence. Another object is left
    /// alone.
    Release,
}

/// How an object was when somebody decided on it. If it is otherwise, or a protected one, an engine leaves it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Expected {
    /// Before the first order: might it sign in? Before it is deleted it must not.
    pub enabled: bool,
    /// When somebody last signed in (lastLogonTimestamp); `None` = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_sign_in: Option<DateTime<Utc>>,
    /// When its password was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password_set: Option<DateTime<Utc>>,
}

/// What the directory shall say about the object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DesiredState {
    /// sAMAccountName in Active Directory, without domain; of a group managed service account without the dollar sign
    /// behind it.
    pub name: String,
    /// Distinguished name of the organisational unit that shall hold the object.
    pub ou: String,
    /// May it log on?
    pub enabled: bool,
    /// Instant from which the directory itself refuses logons (accountExpires); `None` = never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
    /// Description attribute, for the administrators who look at the directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Further attributes, by LDAP display name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// Distinguished names of the groups that it shall be a member of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Distinguished names of groups that it was put into and shall not be a member of any more. Memberships that are
    /// named nowhere stay as they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups_left: Vec<String>,
    /// Shall it be unable to change its own password (`true`), or able again (`false`)? `None` = as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cannot_change_password: Option<bool>,
    /// Shall it be a group managed service account? Then the directory makes its password, and no vault holds one. The
    /// interval counts only when the object is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gmsa: Option<Box<Gmsa>>,
}

impl DesiredState {
    /// Its name in the directory: that of a group managed service account ends with a dollar sign.
    #[must_use]
    pub fn sam_account_name(&self) -> Cow<'_, str> {
        match self.gmsa {
            Some(_) => Cow::Owned(format!("{}$", self.name)),
            None => Cow::Borrowed(&self.name),
        }
    }
}

/// One order. At most one per account is unreported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Order {
    /// Where the object lives.
    pub domain: DomainId,
    /// Whose object it is.
    pub account: AccountId,
    /// The fence.
    pub number: OrderNumber,
    /// May create, must exist, must go.
    pub kind: OrderKind,
    /// objectGUID, once the directory told it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<Uuid>,
    /// The deleted account whose object this one takes over, if the object still exists: for [`OrderKind::Provision`],
    /// and for [`OrderKind::Remove`] where that was never confirmed. Its secret goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revives: Option<AccountId>,
    /// Folder of the vault for a new secret, or for one that moves; `None` = the vault's own root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// For [`OrderKind::Change`]: shall the secret lie in that folder from now on? The directory comes first.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub moves_secret: bool,
    /// Of an account that is removed since it is useless: how it was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expects: Option<Box<Expected>>,
    /// What the directory shall say. For [`OrderKind::Remove`], what it said last.
    pub desired: DesiredState,
    /// System time after which no step may start.
    pub not_after: DateTime<Utc>,
}

/// What the engine says about one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// The engine's domain; must be the order's.
    pub domain: DomainId,
    /// The order's account.
    pub account: AccountId,
    /// The order's number.
    pub number: OrderNumber,
    /// Who reports.
    pub engine: EngineId,
    /// System time of the report.
    pub at: DateTime<Utc>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Done and read back.
    Applied {
        /// objectGUID.
        object: Uuid,
        /// Where the secret is, if the order made or moved it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<SecretReference>,
    },
    /// Deleted, or already absent: only for [`OrderKind::Remove`].
    Removed,
    /// The directory or the vault refused, and will refuse again until somebody mends the cause.
    Failed(Failure),
    /// Not reached for now; nothing was changed, or what was changed is repeated by the next order.
    Deferred(Failure),
}

/// What an engine says of itself, on contact, on every change, and now and then as a sign of life.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EngineStatus {
    /// The engine's domain.
    pub domain: DomainId,
    /// Who says so.
    pub engine: EngineId,
    /// System time.
    pub at: DateTime<Utc>,
    /// What is out of its reach: directory or vault; `None` = all is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub impaired: Option<Failure>,
    /// Version of the agent.
    pub version: String,
    /// How much it does.
    #[serde(default)]
    pub load: EngineLoad,
}

/// How much an engine does, and how fast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EngineLoad {
    /// Orders that it has in work.
    pub in_work: u32,
    /// Milliseconds in which it applied 95 of 100 of the last orders; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apply_p95_ms: Option<u32>,
}

/// Where a secret lies; never the secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SecretReference {
    /// Which vault: `built-in`.
    pub vault: String,
    /// Path or id within it.
    pub path: String,
}

/// Why an order failed or waits: a reason that a person understands, and the directory's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Matchable.
    pub reason: FailureReason,
    /// The directory's or vault's own code and words; never a secret.
    pub detail: String,
}

/// Reasons that a person understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureReason {
    /// The name belongs to an object that Tenure does not manage: never adopted.
    NameTaken,
    /// The domain's password policy refused the generated password.
    PasswordPolicy,
    /// No such organisational unit.
    NoSuchOu,
    /// No such group.
    NoSuchGroup,
    /// The engine's account lacks a right.
    InsufficientRights,
    /// An attribute is unknown, not allowed here, or has a value of the wrong form.
    AttributeRefused,
    /// The object is gone although Tenure did not delete it.
    ObjectGone,
    /// The fence attribute holds something that is not this account's.
    ForeignFence,
    /// The object carries a higher number: this order is stale.
    Superseded,
    /// The order came after its time.
    TooLate,
    /// The directory cannot be reached, or is busy.
    DirectoryUnreachable,
    /// The directory does not let the engine's account sign in.
    SignInRefused,
    /// The directory's certificate is not trusted, or carries another name.
    CertificateRefused,
    /// Whoever answers at the directory's address does not speak TLS.
    NoTls,
    /// The directory does not hold the base that it shall hold.
    WrongBase,
    /// The vault cannot be reached or refused.
    VaultUnavailable,
    /// A service principal name belongs to another object.
    SpnTaken,
    /// Whoever shall retrieve the password of a group managed service account is not there.
    UnknownPrincipal,
    /// The domain has no key from which the passwords of group managed service accounts are made.
    NoRootKey,
    /// The order breaks a rule of Active Directory that is checked before anything is sent.
    InvalidOrder,
    /// The account had moved on when the request was to be carried out: deleted, or renewed otherwise.
    AccountChanged,
    /// It is not as it was when its removal was decided, or it is protected.
    ChangedSince,
    /// Anything else: see the detail.
    Other,
}

impl FailureReason {
    /// Does it keep the engine from working with its directory at all? Then it is no order's fault, and orders wait.
    #[must_use]
    pub fn directory_is_away(self) -> bool {
        matches!(
            self,
            Self::DirectoryUnreachable
                | Self::SignInRefused
                | Self::CertificateRefused
                | Self::NoTls
                | Self::WrongBase
        )
    }

    /// One sentence with the remedy, for people.
    #[must_use]
    pub fn explanation(self) -> &'static str {
        match self {
            Self::NameTaken => {
                "The name belongs to an object that Tenure does not manage. Choose another name, or import that object."
            }
            Self::PasswordPolicy => {
                "The domain's password policy refused the generated password. Relax the policy for the OU or raise the engine's password length."
            }
            Self::NoSuchOu => {
                "The organisational unit does not exist. Create it, or correct the template."
            }
            Self::NoSuchGroup => {
                "A group named by the template does not exist. Create it, or correct the template."
            }
            Self::InsufficientRights => {
                "The engine's account lacks a right in the directory. Grant it, then retry."
            }
            Self::AttributeRefused => {
                "The directory refused an attribute. Correct the template or the request."
            }
            Self::ObjectGone => "The directory object is gone, although Tenure did not delete it.",
            Self::ForeignFence => {
                "The object's fence attribute holds a value that is not Tenure's. Clear it if nothing else needs it."
            }
            Self::Superseded => "A newer order has already been carried out on the object.",
            Self::TooLate => "The order reached the engine after its time; it is issued again.",
            Self::DirectoryUnreachable => {
                "The directory cannot be reached. Check that the domain controller runs, its address, its name in DNS and the way there (LDAPS, port 636). Orders wait until it is back."
            }
            Self::SignInRefused => {
                "The directory does not let the engine's account sign in. Correct its name or the password in its file, or enable or unlock it in the directory."
            }
            Self::CertificateRefused => {
                "The domain controller's certificate is not trusted, has expired or carries another name. Correct the engine's ca_file or host, or the certificate."
            }
            Self::NoTls => {
                "The address answers, but not in TLS. Use the port of LDAPS (636), and give the domain controller a certificate."
            }
            Self::WrongBase => {
                "The directory does not hold the engine's base_dn. Correct base_dn or the address."
            }
            Self::VaultUnavailable => {
                "The vault cannot be reached. Check its folder and key on the engine's machine. Orders wait until it is back."
            }
            Self::SpnTaken => {
                "A service principal name belongs to another object, which the detail names. Choose another one, or take it from that object."
            }
            Self::UnknownPrincipal => {
                "A group, computer or user that shall retrieve the password does not exist. Create it, or correct the template."
            }
            Self::NoRootKey => {
                "The domain has no KDS root key, or none that is in force yet. Let a domain administrator run Add-KdsRootKey, wait ten hours, then retry."
            }
            Self::InvalidOrder => {
                "The order breaks a rule of Active Directory. Correct the template or the request."
            }
            Self::ChangedSince => {
                "The account is not as it was when its removal was decided, or it is protected: it was left alone. Read the domain again and look at it."
            }
            Self::AccountChanged => {
                "The account has changed since the request was made. Look at the account, then retry or withdraw the request."
            }
            Self::Other => "The directory refused. Its own words are in the detail.",
        }
    }
}
