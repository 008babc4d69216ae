//! API tokens: a program acts for a person, with some of the person's permissions, until the token expires. The secret
//! is kept elsewhere, as a hash.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, events},
    ids::UserId,
    permission::Permissions,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The longest that a token may live.
pub const LONGEST_LIFE: TimeDelta = TimeDelta::days(366);

/// What is asked of an API token.
#[derive(Clone, Debug)]
pub enum ApiTokenCommand {
    /// Make it.
    Create(ApiTokenContent),
    /// Say otherwise what it is for.
    Describe(String),
    /// No access.
    Disable,
    /// Access again.
    Enable,
    /// No access for good.
    Delete,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiTokenContent {
    /// For whom the program acts.
    pub owner: UserId,
    /// What it is for.
    pub description: String,
    /// What it may do, as far as its owner may at that moment.
    pub permissions: Permissions,
    /// No access from then on.
    pub expires_at: DateTime<Utc>,
}

/// It exists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenCreated {
    /// From now on.
    pub content: ApiTokenContent,
}

/// What it is for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenDescribed {
    /// From now on.
    pub description: String,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenEnabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ApiTokenDeleted {}

events!(
    /// What happened to an API token.
    ApiTokenEvent {
        /// It exists.
        Created(ApiTokenCreated) = "api-token.created",
        /// Its description changed.
        Described(ApiTokenDescribed) = "api-token.described",
        /// No access.
        Disabled(ApiTokenDisabled) = "api-token.disabled",
        /// Access again.
        Enabled(ApiTokenEnabled) = "api-token.enabled",
        /// No access for good.
        Deleted(ApiTokenDeleted) = "api-token.deleted",
    }
);

/// Why a command on an API token is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApiTokenRefusal {
    /// No such token, or it was deleted.
    #[error("there is no such API token")]
    Unknown,
    /// The id is taken.
    #[error("the API token exists already")]
    AlreadyExists,
    /// The content is not valid.
    #[error("the API token is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// An API token.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ApiToken {
    content: Option<ApiTokenContent>,
    disabled: bool,
    deleted: bool,
}

impl ApiToken {
    /// What it is, unless it was deleted.
    #[must_use]
    pub fn content(&self) -> Option<&ApiTokenContent> {
        self.content.as_ref().filter(|_| !self.deleted)
    }

    /// For whom it acts, or acted before it was deleted.
    #[must_use]
    pub fn owner(&self) -> Option<UserId> {
        self.content.as_ref().map(|content| content.owner)
    }

    /// May be used again once enabled.
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.disabled
    }

    /// What it is, if it gives access at `now`.
    #[must_use]
    pub fn usable(&self, now: DateTime<Utc>) -> Option<&ApiTokenContent> {
        self.content()
            .filter(|content| !self.disabled && now < content.expires_at)
    }

    fn evolve(&mut self, event: ApiTokenEvent) {
        match event {
            ApiTokenEvent::Created(ApiTokenCreated { content }) => self.content = Some(content),
            ApiTokenEvent::Described(ApiTokenDescribed { description }) => {
                if let Some(content) = &mut self.content {
                    content.description = description;
                }
            }
            ApiTokenEvent::Disabled(_) => self.disabled = true,
            ApiTokenEvent::Enabled(_) => self.disabled = false,
            ApiTokenEvent::Deleted(_) => self.deleted = true,
        }
    }
}

fn valid(problems: Vec<FieldProblem>) -> Result<(), ApiTokenRefusal> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ApiTokenRefusal::Invalid(problems))
    }
}

fn described(problems: &mut Vec<FieldProblem>, description: &str) {
    problem::text(problems, "description", description, 200);
}

fn creatable(content: &ApiTokenContent, now: DateTime<Utc>) -> Result<(), ApiTokenRefusal> {
    let mut problems = Vec::new();
    described(&mut problems, &content.description);
    if content.permissions.is_empty() {
        problems.push(FieldProblem::at(
            "permissions",
            Problem::TooFew { least: 1 },
        ));
    }
    if content.expires_at <= now || content.expires_at > now + LONGEST_LIFE {
        problems.push(FieldProblem::at(
            "expires_at",
            Problem::Malformed {
                expected: "in the future, within 366 days".into(),
            },
        ));
    }
    valid(problems)
}

impl Decide for ApiToken {
    type Facts = ();

    fn decide(
        &self,
        command: ApiTokenCommand,
        context: &Context,
    ) -> Result<Vec<ApiTokenEvent>, ApiTokenRefusal> {
        match (command, self.content()) {
            (ApiTokenCommand::Create(content), _) if self.content.is_none() => {
                creatable(&content, context.now)?;
                Ok(vec![ApiTokenCreated { content }.into()])
            }
            (ApiTokenCommand::Create(_), _) => Err(ApiTokenRefusal::AlreadyExists),
            (_, None) => Err(ApiTokenRefusal::Unknown),
            (ApiTokenCommand::Describe(description), Some(known)) => {
                let mut problems = Vec::new();
                described(&mut problems, &description);
                valid(problems)?;
                Ok(if known.description == description {
                    vec![]
                } else {
                    vec![ApiTokenDescribed { description }.into()]
                })
            }
            (ApiTokenCommand::Disable, Some(_)) if self.disabled => Ok(vec![]),
            (ApiTokenCommand::Disable, Some(_)) => Ok(vec![ApiTokenDisabled {}.into()]),
            (ApiTokenCommand::Enable, Some(_)) if !self.disabled => Ok(vec![]),
            (ApiTokenCommand::Enable, Some(_)) => Ok(vec![ApiTokenEnabled {}.into()]),
            (ApiTokenCommand::Delete, Some(_)) => Ok(vec![ApiTokenDeleted {}.into()]),
        }
    }
}

aggregate!(
    ApiToken = "api-token",
    ApiTokenCommand,
    ApiTokenEvent,
    ApiTokenRefusal,
    ()
);

impl Recorded for ApiTokenEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
