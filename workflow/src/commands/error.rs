//! Why a command was not carried out, whatever it was about.

use tenure_broker::BrokerError;
use tenure_domain::{
    Scope,
    account::AccountRefusal,
    api_token::ApiTokenRefusal,
    campaign::{CampaignRefusal, PopulationRefusal},
    deputy::DeputyshipRefusal,
    directory::DomainRefusal,
    email_template::EmailTemplateRefusal,
    engine::EngineRefusal,
    group::GroupRefusal,
    lifecycle::OptionOff,
    request::RequestRefusal,
    review::ReviewRefusal,
    role::RoleRefusal,
    template::TemplateRefusal,
    user::UserRefusal,
};
use tenure_eventstore::{ExecuteError, StoreError};
use tenure_projections::ViewError;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The rules of templates say no.
    #[error(transparent)]
    Template(#[from] TemplateRefusal),
    /// The rules of requests say no.
    #[error(transparent)]
    Request(#[from] RequestRefusal),
    /// The rules of accounts say no.
    #[error(transparent)]
    Account(#[from] AccountRefusal),
    /// The rules of users say no.
    #[error(transparent)]
    User(#[from] UserRefusal),
    /// The rules of groups say no.
    #[error(transparent)]
    Group(#[from] GroupRefusal),
    /// The rules of roles say no.
    #[error(transparent)]
    Role(#[from] RoleRefusal),
    /// The rules of domains say no.
    #[error(transparent)]
    Domain(#[from] DomainRefusal),
    /// The rules of engines say no.
    #[error(transparent)]
    Engine(#[from] EngineRefusal),
    /// The rules of API tokens say no.
    #[error(transparent)]
    ApiToken(#[from] ApiTokenRefusal),
    /// The rules of e-mail templates say no.
    #[error(transparent)]
    EmailTemplate(#[from] EmailTemplateRefusal),
    /// The rules of deputies say no.
    #[error(transparent)]
    Deputyship(#[from] DeputyshipRefusal),
    /// The rules of campaigns say no.
    #[error(transparent)]
    Campaign(#[from] CampaignRefusal),
    /// The rules of their populations say no.
    #[error(transparent)]
    Population(#[from] PopulationRefusal),
    /// The rules of reviews say no.
    #[error(transparent)]
    Review(#[from] ReviewRefusal),
    /// Somebody else holds the name.
    #[error("{key:?} is taken")]
    NameTaken {
        /// What the name is unique in.
        scope: String,
        /// The name.
        key: String,
    },
    /// The idempotency key was used with another body.
    #[error("this idempotency key was used for another command")]
    KeyReused,
    /// Others kept changing the same things.
    #[error("others are changing the same things; try again")]
    Conflict,
    /// More commands wait than can be taken.
    #[error("too many commands wait; try again shortly")]
    Busy,
    /// The machine's clock and the database's disagree.
    #[error("the clocks of this machine and its database differ by more than 5 s")]
    ClockSkew,
    /// The reader's key is not a P-256 public key.
    #[error("the reader's key is not an uncompressed P-256 public key in base64")]
    BadReaderKey,
    /// The engine would not reveal the secret.
    #[error("the engine did not reveal the secret: {0}")]
    RevealRefused(String),
    /// Store or broker cannot be reached.
    #[error("{0}")]
    Unavailable(String),
    /// A stored event cannot be read: asking again will not help.
    #[error("{0}")]
    Broken(String),
}

impl CommandError {
    /// Will the same command have another outcome later, without anybody doing anything?
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Conflict | Self::Busy | Self::ClockSkew | Self::Unavailable(_)
        )
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unreadable { .. }
            | StoreError::Unwritable(_)
            | StoreError::Unsealable(_) => Self::Broken(error.to_string()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

impl From<ViewError> for CommandError {
    fn from(error: ViewError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

impl From<BrokerError> for CommandError {
    fn from(error: BrokerError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

pub(super) fn of<R: std::error::Error + Into<CommandError>>(
    error: ExecuteError<R>,
) -> CommandError {
    match error {
        ExecuteError::Refused(refusal) => refusal.into(),
        ExecuteError::Conflict { .. } | ExecuteError::FactChanged { .. } => CommandError::Conflict,
        ExecuteError::NameTaken { scope, .. } if scope == Scope::Renewal.text() => {
            RequestRefusal::NotRenewable(OptionOff::RenewalPending).into()
        }
        ExecuteError::NameTaken { scope, .. } if scope == Scope::Change.text() => {
            RequestRefusal::ChangePending.into()
        }
        ExecuteError::NameTaken { scope, key } => CommandError::NameTaken { scope, key },
        ExecuteError::KeyReused => CommandError::KeyReused,
        ExecuteError::ClockSkew => CommandError::ClockSkew,
        ExecuteError::Backpressure => CommandError::Busy,
        ExecuteError::Store(error) => error.into(),
    }
}
