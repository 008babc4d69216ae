//! Groups: sets of users that roles, ownership and approval steps can name.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, Reservation, events},
    ids::{GroupId, RoleId, UserId, derived},
    problem::{self, FieldProblem, Problem},
    role::{BuiltInRole, renamed},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Id of the built-in group that holds all users.
#[must_use]
pub fn everyone() -> GroupId {
    GroupId(derived(&["group", "Everyone"]))
}

/// What is asked of a group.
#[derive(Clone, Debug)]
pub enum GroupCommand {
    /// Make it.
    Create {
        /// Unique among groups.
        name: String,
    },
    /// Give it another name.
    Rename {
        /// Unique among groups.
        name: String,
    },
    /// Take a user in.
    AddMember(UserId),
    /// Let a user go.
    RemoveMember(UserId),
    /// Give all members a role.
    GrantRole(RoleId),
    /// Take the role away.
    RevokeRole(RoleId),
    /// Take away what it grants; members stay.
    Disable,
    /// Disable it, and let another group stand in wherever templates and owners name it.
    Replace(GroupId),
    /// Grant again.
    Enable,
}

/// What a decision about a group needs to know of others.
#[derive(Clone, Debug, Default)]
pub struct GroupFacts {
    /// Without this group, this role of it or this member, no active administrator would be left.
    pub last_administrator: bool,
    /// The group that is to stand in exists, is enabled, and is not itself replaced.
    pub replacement_usable: bool,
}

/// Its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupCreated {
    /// Unique among groups.
    pub name: String,
}

/// A new name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRenamed {
    /// From now on.
    pub name: String,
    /// Until now.
    pub former_name: String,
}

macro_rules! about {
    ($($(#[$doc:meta])* $name:ident { $field:ident: $type:ty }),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        pub struct $name {
            /// Whom or what it is about.
            pub $field: $type,
        })+
    };
}

about!(
    /// A user is a member.
    GroupMemberAdded { user: UserId },
    /// A user is no member any more.
    GroupMemberRemoved { user: UserId },
    /// Members hold the role.
    GroupRoleGranted { role: RoleId },
    /// Members do not hold the role through this group any more.
    GroupRoleRevoked { role: RoleId },
    /// Another group stands in until this one is enabled again.
    GroupReplaced { by: GroupId },
);

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GroupEnabled {}

events!(
    /// What happened to a group.
    GroupEvent {
        /// It exists.
        Created(GroupCreated) = "group.created",
        /// It has another name.
        Renamed(GroupRenamed) = "group.renamed",
        /// A user came.
        MemberAdded(GroupMemberAdded) = "group.member-added",
        /// A user went.
        MemberRemoved(GroupMemberRemoved) = "group.member-removed",
        /// It gives a role.
        RoleGranted(GroupRoleGranted) = "group.role-granted",
        /// It gives a role no more.
        RoleRevoked(GroupRoleRevoked) = "group.role-revoked",
        /// It grants nothing.
        Disabled(GroupDisabled) = "group.disabled",
        /// It grants again.
        Enabled(GroupEnabled) = "group.enabled",
        /// Another group stands in for it.
        Replaced(GroupReplaced) = "group.replaced",
    }
);

/// Why a command on a group is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GroupRefusal {
    /// No such group.
    #[error("there is no such group")]
    Unknown,
    /// The id is taken.
    #[error("the group exists already")]
    AlreadyExists,
    /// Everyone holds all users by itself and cannot be changed or disabled.
    #[error("the built-in group Everyone cannot be changed")]
    BuiltIn,
    /// Nobody could administrate Tenure any more.
    #[error("it makes the last active administrator: make another one first")]
    LastAdministrator,
    /// The content is not valid.
    #[error("the group is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A group.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// `None` until created.
    pub name: Option<String>,
    /// Users in it.
    pub members: BTreeSet<UserId>,
    /// Roles that members hold.
    pub roles: BTreeSet<RoleId>,
    /// Grants nothing while disabled.
    pub disabled: bool,
    /// The group that stands in for it while it is disabled.
    pub replaced_by: Option<GroupId>,
}

impl Group {
    fn evolve(&mut self, event: GroupEvent) {
        match event {
            GroupEvent::Created(GroupCreated { name })
            | GroupEvent::Renamed(GroupRenamed { name, .. }) => {
                self.name = Some(name);
            }
            GroupEvent::MemberAdded(GroupMemberAdded { user }) => drop(self.members.insert(user)),
            GroupEvent::MemberRemoved(GroupMemberRemoved { user }) => {
                let _ = self.members.remove(&user);
            }
            GroupEvent::RoleGranted(GroupRoleGranted { role }) => drop(self.roles.insert(role)),
            GroupEvent::RoleRevoked(GroupRoleRevoked { role }) => drop(self.roles.remove(&role)),
            GroupEvent::Disabled(_) => self.disabled = true,
            GroupEvent::Enabled(_) => (self.disabled, self.replaced_by) = (false, None),
            GroupEvent::Replaced(GroupReplaced { by }) => self.replaced_by = Some(by),
        }
    }
}

fn valid(name: &str) -> Result<(), GroupRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "name", name, 80);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(GroupRefusal::Invalid(problems))
    }
}

/// The event, unless it holds already.
fn unless(holds: bool, event: impl Into<GroupEvent>) -> Vec<GroupEvent> {
    if holds { vec![] } else { vec![event.into()] }
}

impl Decide for Group {
    type Facts = GroupFacts;

    fn decide(
        &self,
        command: GroupCommand,
        context: &Context<GroupFacts>,
    ) -> Result<Vec<GroupEvent>, GroupRefusal> {
        let last = context.facts.last_administrator;
        let Some(known) = &self.name else {
            return match command {
                GroupCommand::Create { name } => {
                    valid(&name)?;
                    Ok(vec![GroupCreated { name }.into()])
                }
                _ => Err(GroupRefusal::Unknown),
            };
        };
        let built_in = known == "Everyone";
        match command {
            GroupCommand::Create { name } if name == *known => Ok(vec![]),
            GroupCommand::Create { .. } => Err(GroupRefusal::AlreadyExists),
            GroupCommand::GrantRole(role) => Ok(unless(
                self.roles.contains(&role),
                GroupRoleGranted { role },
            )),
            GroupCommand::RevokeRole(role)
                if built_in && role == BuiltInRole::AccountOwner.id() =>
            {
                Err(GroupRefusal::BuiltIn)
            }
            GroupCommand::RevokeRole(role) if last && self.roles.contains(&role) => {
                Err(GroupRefusal::LastAdministrator)
            }
            GroupCommand::RevokeRole(role) => Ok(unless(
                !self.roles.contains(&role),
                GroupRoleRevoked { role },
            )),
            _ if built_in => Err(GroupRefusal::BuiltIn),
            GroupCommand::Rename { name } => {
                valid(&name)?;
                Ok(unless(
                    name == *known,
                    GroupRenamed {
                        name,
                        former_name: known.clone(),
                    },
                ))
            }
            GroupCommand::AddMember(user) => Ok(unless(
                self.members.contains(&user),
                GroupMemberAdded { user },
            )),
            GroupCommand::RemoveMember(user) if last && self.members.contains(&user) => {
                Err(GroupRefusal::LastAdministrator)
            }
            GroupCommand::RemoveMember(user) => Ok(unless(
                !self.members.contains(&user),
                GroupMemberRemoved { user },
            )),
            GroupCommand::Disable | GroupCommand::Replace(_) if last && !self.disabled => {
                Err(GroupRefusal::LastAdministrator)
            }
            GroupCommand::Disable => Ok(unless(self.disabled, GroupDisabled {})),
            GroupCommand::Replace(_) if !context.facts.replacement_usable => {
                let problem = FieldProblem::at("replacement", Problem::Unknown);
                Err(GroupRefusal::Invalid(vec![problem]))
            }
            GroupCommand::Replace(by) => {
                let mut events = unless(self.disabled, GroupDisabled {});
                events.extend(unless(self.replaced_by == Some(by), GroupReplaced { by }));
                Ok(events)
            }
            GroupCommand::Enable => Ok(unless(!self.disabled, GroupEnabled {})),
        }
    }
}

aggregate!(
    Group = "group",
    GroupCommand,
    GroupEvent,
    GroupRefusal,
    GroupFacts
);

impl Recorded for GroupEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        match self {
            Self::Created(GroupCreated { name }) => renamed("group", stream, name, None),
            Self::Renamed(GroupRenamed { name, former_name }) => {
                renamed("group", stream, name, Some(former_name))
            }
            _ => vec![],
        }
    }
}
