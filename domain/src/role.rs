//! Roles: named sets of permissions, given to users and groups.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, Reservation, ReservationChange, Scope, events},
    ids::{RoleId, derived},
    permission::{Feature, Permission, Permissions, Verb},
    problem::{self, FieldProblem},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is asked of a role.
#[derive(Clone, Debug)]
pub enum RoleCommand {
    /// Make it.
    Create(RoleContent),
    /// Replace name and permissions.
    Revise(RoleContent),
    /// Take away what it grants.
    Disable,
    /// Grant again.
    Enable,
    /// Give it to every new user from now on.
    ApplyToNewUsers,
    /// Give it to new users no more.
    KeepFromNewUsers,
}

/// Name and permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleContent {
    /// Unique among roles.
    pub name: String,
    /// Cells of the matrix.
    pub permissions: Permissions,
}

/// Name and permissions from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleDefined {
    /// From now on.
    pub content: RoleContent,
    /// The name given up, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleEnabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleAppliedToNewUsers {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RoleKeptFromNewUsers {}

/// Wraps [`RoleDefined`] for a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RoleRevised(pub RoleDefined);

events!(
    /// What happened to a role.
    RoleEvent {
        /// It exists.
        Created(RoleDefined) = "role.created",
        /// Name or permissions changed.
        Revised(RoleRevised) = "role.revised",
        /// It grants nothing.
        Disabled(RoleDisabled) = "role.disabled",
        /// It grants again.
        Enabled(RoleEnabled) = "role.enabled",
        /// Every new user gets it.
        AppliedToNewUsers(RoleAppliedToNewUsers) = "role.applied-to-new-users",
        /// New users do not get it by themselves.
        KeptFromNewUsers(RoleKeptFromNewUsers) = "role.kept-from-new-users",
    }
);

/// Why a command on a role is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefusal {
    /// No such role.
    #[error("there is no such role")]
    Unknown,
    /// The id is taken.
    #[error("the role exists already")]
    AlreadyExists,
    /// Built-in roles stay as they are.
    #[error("a built-in role cannot be changed")]
    BuiltIn,
    /// The content is not valid.
    #[error("the role is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Role {
    content: Option<RoleContent>,
    disabled: bool,
    automatic: bool,
}

impl Role {
    /// Is it given to every new user?
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        self.content.is_some() && self.automatic && !self.disabled
    }

    /// What it grants now.
    #[must_use]
    pub fn permissions(&self) -> Option<&Permissions> {
        self.content
            .as_ref()
            .filter(|_| !self.disabled)
            .map(|content| &content.permissions)
    }

    /// Name and permissions, if it exists.
    #[must_use]
    pub fn content(&self) -> Option<&RoleContent> {
        self.content.as_ref()
    }

    fn evolve(&mut self, event: RoleEvent) {
        match event {
            RoleEvent::Created(RoleDefined { content, .. })
            | RoleEvent::Revised(RoleRevised(RoleDefined { content, .. })) => {
                self.content = Some(content);
            }
            RoleEvent::Disabled(_) => self.disabled = true,
            RoleEvent::Enabled(_) => self.disabled = false,
            RoleEvent::AppliedToNewUsers(_) => self.automatic = true,
            RoleEvent::KeptFromNewUsers(_) => self.automatic = false,
        }
    }
}

impl Decide for Role {
    type Facts = ();

    fn decide(
        &self,
        command: RoleCommand,
        context: &Context,
    ) -> Result<Vec<RoleEvent>, RoleRefusal> {
        let valid = |content: &RoleContent| {
            let mut problems = Vec::new();
            problem::text(&mut problems, "name", &content.name, 80);
            if problems.is_empty() {
                Ok(())
            } else {
                Err(RoleRefusal::Invalid(problems))
            }
        };
        match (command, &self.content) {
            (RoleCommand::Create(content), None) => {
                valid(&content)?;
                Ok(vec![
                    RoleDefined {
                        content,
                        former_name: None,
                    }
                    .into(),
                ])
            }
            (RoleCommand::Create(content), Some(known)) if content == *known => Ok(vec![]),
            (RoleCommand::Create(_), Some(_)) => Err(RoleRefusal::AlreadyExists),
            (_, None) => Err(RoleRefusal::Unknown),
            // Whom a role is given to is not what the role is: built-in ones too.
            (RoleCommand::ApplyToNewUsers, Some(_)) if self.automatic => Ok(vec![]),
            (RoleCommand::ApplyToNewUsers, Some(_)) => Ok(vec![RoleAppliedToNewUsers {}.into()]),
            (RoleCommand::KeepFromNewUsers, Some(_)) if !self.automatic => Ok(vec![]),
            (RoleCommand::KeepFromNewUsers, Some(_)) => Ok(vec![RoleKeptFromNewUsers {}.into()]),
            (_, Some(known))
                if context.actor.user().is_some() && BuiltInRole::named(&known.name).is_some() =>
            {
                Err(RoleRefusal::BuiltIn)
            }
            (RoleCommand::Revise(content), Some(known)) => {
                valid(&content)?;
                if content == *known {
                    return Ok(vec![]);
                }
                let former_name = Some(known.name.clone()).filter(|name| *name != content.name);
                Ok(vec![
                    RoleRevised(RoleDefined {
                        content,
                        former_name,
                    })
                    .into(),
                ])
            }
            (RoleCommand::Disable, Some(_)) if self.disabled => Ok(vec![]),
            (RoleCommand::Disable, Some(_)) => Ok(vec![RoleDisabled {}.into()]),
            (RoleCommand::Enable, Some(_)) if !self.disabled => Ok(vec![]),
            (RoleCommand::Enable, Some(_)) => Ok(vec![RoleEnabled {}.into()]),
        }
    }
}

aggregate!(Role = "role", RoleCommand, RoleEvent, RoleRefusal, ());

impl Recorded for RoleEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        match self {
            Self::Created(defined) | Self::Revised(RoleRevised(defined)) => renamed(
                "role",
                stream,
                &defined.content.name,
                defined.former_name.as_deref(),
            ),
            Self::Disabled(_)
            | Self::Enabled(_)
            | Self::AppliedToNewUsers(_)
            | Self::KeptFromNewUsers(_) => vec![],
        }
    }
}

/// Claims `name`, frees `former`.
pub(crate) fn renamed(
    kind: &'static str,
    holder: Uuid,
    name: &str,
    former: Option<&str>,
) -> Vec<Reservation> {
    let change = |key: &str, change| Reservation {
        scope: Scope::Name(kind),
        key: key.to_lowercase(),
        holder,
        change,
    };
    let release = former.filter(|former| former.to_lowercase() != name.to_lowercase());
    release
        .map(|former| change(former, ReservationChange::Release))
        .into_iter()
        .chain([change(name, ReservationChange::Claim)])
        .collect()
}

/// The roles that every instance has (product.md §1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltInRole {
    /// Fixed to Everyone: reads and updates the accounts one owns.
    AccountOwner,
    /// Asks for accounts.
    Requester,
    /// Approves or denies.
    Approver,
    /// All.
    SystemAdministrator,
    /// Reads everything, changes nothing.
    Auditor,
}

impl BuiltInRole {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::AccountOwner,
        Self::Requester,
        Self::Approver,
        Self::SystemAdministrator,
        Self::Auditor,
    ];

    /// As people know it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountOwner => "Account Owner",
            Self::Requester => "Requester",
            Self::Approver => "Approver",
            Self::SystemAdministrator => "System Administrator",
            Self::Auditor => "Auditor",
        }
    }

    /// By that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|role| role.name() == name)
    }

    /// The same in every instance.
    #[must_use]
    pub fn id(self) -> RoleId {
        RoleId(derived(&["role", self.name()]))
    }

    /// What it grants.
    #[must_use]
    pub fn content(self) -> RoleContent {
        let cells = |feature, verbs: &[Verb]| {
            verbs
                .iter()
                .map(move |verb| Permission::new(feature, *verb))
                .filter(|cell| cell.exists())
                .collect::<Vec<_>>()
        };
        let permissions = match self {
            Self::AccountOwner => cells(
                Feature::ManagedAccount,
                &[Verb::Read, Verb::Update, Verb::Delete],
            ),
            Self::Requester => [
                cells(
                    Feature::ProvisionRequest,
                    &[Verb::Read, Verb::Create, Verb::Update, Verb::Delete],
                ),
                cells(Feature::ProvisionTemplate, &[Verb::Read]),
            ]
            .concat(),
            Self::Approver => cells(Feature::ProvisionApproval, &[Verb::Read, Verb::Update]),
            Self::SystemAdministrator => Feature::ALL
                .iter()
                .flat_map(|f| cells(*f, Verb::ALL))
                .collect(),
            Self::Auditor => Feature::ALL
                .iter()
                .flat_map(|f| cells(*f, &[Verb::Read, Verb::Manage]))
                .collect(),
        };
        RoleContent {
            name: self.name().to_owned(),
            permissions: permissions.into_iter().collect(),
        }
    }
}
