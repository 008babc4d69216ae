//! Users: people with a display name and e-mail addresses, which are personal data and sealed in every event.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Personal, Recorded, Reservation, ReservationChange, Scope, events},
    ids::{DomainId, RoleId},
    problem::{self, FieldProblem, Problem},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What identifies a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalData {
    /// As others see it.
    pub display_name: String,
    /// Notifications go to all; sign-in accepts any. Unique in the instance.
    pub emails: Vec<String>,
    /// The person's own account in a directory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_link: Option<DirectoryLink>,
    /// Addresses given up by this change: freed for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_emails: Vec<String>,
}

/// A person's account in a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryLink {
    /// Which directory.
    pub domain: DomainId,
    /// objectGUID.
    pub object: Uuid,
}

/// What is asked of a user.
#[derive(Clone, Debug)]
pub enum UserCommand {
    /// A person comes.
    Register(PersonalData),
    /// Name, addresses or link change.
    ChangePersonalData(PersonalData),
    /// No sign-in, no approvals.
    Disable,
    /// Again.
    Enable,
    /// Give a role.
    GrantRole(RoleId),
    /// Take it away.
    RevokeRole(RoleId),
}

/// A person came.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRegistered {
    /// Sealed in the store.
    pub personal: Personal,
}

/// Name, addresses or link from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserPersonalDataChanged {
    /// Sealed in the store.
    pub personal: Personal,
}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserDisabled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserEnabled {}

/// Holds the role.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRoleGranted {
    /// Which.
    pub role: RoleId,
}

/// Holds the role no more, except through a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRoleRevoked {
    /// Which.
    pub role: RoleId,
}

events!(
    /// What happened to a user.
    UserEvent {
        /// A person came.
        Registered(UserRegistered) = "user.registered",
        /// Name, addresses or link changed.
        PersonalDataChanged(UserPersonalDataChanged) = "user.personal-data-changed",
        /// May not sign in.
        Disabled(UserDisabled) = "user.disabled",
        /// May sign in again.
        Enabled(UserEnabled) = "user.enabled",
        /// Holds a role.
        RoleGranted(UserRoleGranted) = "user.role-granted",
        /// Holds it no more.
        RoleRevoked(UserRoleRevoked) = "user.role-revoked",
    }
);

/// Why a command on a user is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserRefusal {
    /// No such user.
    #[error("there is no such user")]
    Unknown,
    /// The id is taken.
    #[error("the user exists already")]
    AlreadyExists,
    /// The content is not valid.
    #[error("the user is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct User {
    /// `None` until registered.
    pub personal: Option<Personal>,
    /// May not sign in.
    pub disabled: bool,
    /// Roles held directly.
    pub roles: BTreeSet<RoleId>,
}

impl User {
    /// Registered and enabled?
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.personal.is_some() && !self.disabled
    }

    fn evolve(&mut self, event: UserEvent) {
        match event {
            UserEvent::Registered(UserRegistered { personal })
            | UserEvent::PersonalDataChanged(UserPersonalDataChanged { personal }) => {
                self.personal = Some(personal)
            }
            UserEvent::Disabled(_) => self.disabled = true,
            UserEvent::Enabled(_) => self.disabled = false,
            UserEvent::RoleGranted(UserRoleGranted { role }) => drop(self.roles.insert(role)),
            UserEvent::RoleRevoked(UserRoleRevoked { role }) => drop(self.roles.remove(&role)),
        }
    }
}

fn valid(data: &PersonalData) -> Result<(), UserRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "display_name", &data.display_name, 120);
    if data.emails.is_empty() {
        problems.push(FieldProblem::at("emails", Problem::TooFew { least: 1 }));
    }
    if data.emails.len() > 10 {
        problems.push(FieldProblem::at("emails", Problem::TooMany { most: 10 }));
    }
    let mut seen = BTreeSet::new();
    for (i, email) in data.emails.iter().enumerate() {
        let field = format!("emails[{i}]");
        problem::text(&mut problems, &field, email, 254);
        if !looks_like_an_address(email) {
            problems.push(FieldProblem::at(
                &field,
                Problem::Malformed {
                    expected: "an e-mail address".into(),
                },
            ));
        }
        if !seen.insert(folded_email(email)) {
            problems.push(FieldProblem::at(&field, Problem::Duplicate));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(UserRefusal::Invalid(problems))
    }
}

/// One `@` with something sensible around it; the mail server has the last word. ASCII only, no white space, no
/// characters that mean something in a mail header.
fn looks_like_an_address(email: &str) -> bool {
    let Some((local, host)) = email.split_once('@') else {
        return false;
    };
    let plain = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_graphic() && !"@<>()[],;:\\\"".contains(c))
    };
    plain(local)
        && plain(host)
        && !host.starts_with('.')
        && !host.ends_with('.')
        && !host.contains("..")
}

/// The form under which addresses are compared.
#[must_use]
pub fn folded_email(email: &str) -> String {
    email.trim().to_lowercase()
}

impl Decide for User {
    type Facts = ();

    fn decide(&self, command: UserCommand, _: &Context) -> Result<Vec<UserEvent>, UserRefusal> {
        let Some(known) = &self.personal else {
            return match command {
                UserCommand::Register(data) => {
                    valid(&data)?;
                    let personal = Personal::Clear(PersonalData {
                        former_emails: vec![],
                        ..data
                    });
                    Ok(vec![UserRegistered { personal }.into()])
                }
                _ => Err(UserRefusal::Unknown),
            };
        };
        match command {
            UserCommand::Register(_) => Err(UserRefusal::AlreadyExists),
            UserCommand::ChangePersonalData(data) => {
                valid(&data)?;
                let former = match known {
                    Personal::Clear(former) => former.emails.clone(),
                    Personal::Sealed(_) | Personal::Forgotten => vec![],
                };
                let kept: BTreeSet<_> = data.emails.iter().map(|e| folded_email(e)).collect();
                let former_emails = former
                    .into_iter()
                    .filter(|e| !kept.contains(&folded_email(e)))
                    .collect();
                let personal = Personal::Clear(PersonalData {
                    former_emails,
                    ..data
                });
                Ok(if personal == *known {
                    vec![]
                } else {
                    vec![UserPersonalDataChanged { personal }.into()]
                })
            }
            UserCommand::Disable if self.disabled => Ok(vec![]),
            UserCommand::Disable => Ok(vec![UserDisabled {}.into()]),
            UserCommand::Enable if !self.disabled => Ok(vec![]),
            UserCommand::Enable => Ok(vec![UserEnabled {}.into()]),
            UserCommand::GrantRole(role) if self.roles.contains(&role) => Ok(vec![]),
            UserCommand::GrantRole(role) => Ok(vec![UserRoleGranted { role }.into()]),
            UserCommand::RevokeRole(role) if !self.roles.contains(&role) => Ok(vec![]),
            UserCommand::RevokeRole(role) => Ok(vec![UserRoleRevoked { role }.into()]),
        }
    }
}

aggregate!(User = "user", UserCommand, UserEvent, UserRefusal, ());

impl Recorded for UserEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        let (Self::Registered(UserRegistered { personal })
        | Self::PersonalDataChanged(UserPersonalDataChanged { personal })) = self
        else {
            return vec![];
        };
        let Personal::Clear(data) = personal else {
            return vec![];
        };
        let change = |email: &String, change| Reservation {
            scope: Scope::Email,
            key: folded_email(email),
            holder: stream,
            change,
        };
        let released = data
            .former_emails
            .iter()
            .map(|email| change(email, ReservationChange::Release));
        released
            .chain(
                data.emails
                    .iter()
                    .map(|email| change(email, ReservationChange::Claim)),
            )
            .collect()
    }

    fn personal(&mut self) -> Option<&mut Personal> {
        match self {
            Self::Registered(UserRegistered { personal })
            | Self::PersonalDataChanged(UserPersonalDataChanged { personal }) => Some(personal),
            Self::Disabled(_) | Self::Enabled(_) | Self::RoleGranted(_) | Self::RoleRevoked(_) => {
                None
            }
        }
    }
}
