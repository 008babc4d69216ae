//! Users: people with a display name and e-mail addresses, which are personal data and sealed in every event.

mod exports;
mod following;

pub use exports::{Exported, UserExported};
pub use following::{Left, UserFollowed, UserLeft};

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
    /// Those of the addresses that the person has proven to receive mail at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verified_emails: Vec<String>,
    /// Addresses given up by this change: freed for others.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_emails: Vec<String>,
}

impl PersonalData {
    /// Was this address proven to be the person's?
    #[must_use]
    pub fn is_verified(&self, email: &str) -> bool {
        let among = |emails: &[String]| {
            emails
                .iter()
                .any(|known| folded_email(known) == folded_email(email))
        };
        among(&self.emails) && among(&self.verified_emails)
    }

    /// The addresses that wait for their proof.
    pub fn unverified_emails(&self) -> impl Iterator<Item = &String> {
        self.emails.iter().filter(|email| !self.is_verified(email))
    }
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
    /// Send verification mail to the addresses that wait for it.
    RequestVerification,
    /// The person received mail at this address.
    VerifyEmail(String),
    /// A password was set; the password itself is no event's business.
    SetPassword,
    /// Signing in needs a second factor from now on.
    EnrolSecondFactor,
    /// Signing in needs no second factor any more.
    ResetSecondFactor,
    /// A recovery code stood in for the second factor.
    UseRecoveryCode,
    /// The person is in a followed group of this domain.
    Follow(DomainId),
    /// The person is in no followed group of this domain any more.
    Leave(DomainId),
    /// The person takes a file out.
    RecordExport(Exported),
}

/// What a decision about a user needs to know of others.
#[derive(Clone, Debug, Default)]
pub struct UserFacts {
    /// Roles that every new user is given.
    pub automatic_roles: Vec<RoleId>,
    /// Without this user, or this role of theirs, no active administrator would be left.
    pub last_administrator: bool,
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

/// Nothing to add: it concerns every address that is not verified yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserVerificationRequested {}

/// An address was proven to be the person's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserEmailVerified {
    /// Sealed in the store.
    pub personal: Personal,
}

/// Nothing to add: the password's hash is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserPasswordSet {}

/// Nothing to add: the secret is kept elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserSecondFactorEnrolled {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserSecondFactorReset {}

/// Nothing to add.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserRecoveryCodeUsed {}

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
        /// Verification mail is to be sent.
        VerificationRequested(UserVerificationRequested) = "user.verification-requested",
        /// An address is verified.
        EmailVerified(UserEmailVerified) = "user.email-verified",
        /// Signs in with another password.
        PasswordSet(UserPasswordSet) = "user.password-set",
        /// Signs in with a second factor.
        SecondFactorEnrolled(UserSecondFactorEnrolled) = "user.second-factor-enrolled",
        /// Signs in without.
        SecondFactorReset(UserSecondFactorReset) = "user.second-factor-reset",
        /// Signed in by a recovery code.
        RecoveryCodeUsed(UserRecoveryCodeUsed) = "user.recovery-code-used",
        /// Is in a group that is followed.
        Followed(UserFollowed) = "user.followed",
        /// Is in no such group any more.
        Left(UserLeft) = "user.left",
        /// Took a file out.
        Exported(UserExported) = "user.exported",
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
    /// Nobody could administrate Tenure any more.
    #[error("this is the last active administrator: make another one first")]
    LastAdministrator,
    /// Every address is verified already.
    #[error("every address is verified already")]
    NothingToVerify,
    /// The person was forgotten, or has given the address up.
    #[error("the person has no such address any more")]
    AddressGone,
    /// There is no second factor.
    #[error("there is no second factor to reset")]
    NoSecondFactor,
    /// One directory speaks for a person.
    #[error("the person is kept in step with another directory")]
    FollowedElsewhere,
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
    /// Does signing in need a second factor?
    pub second_factor: bool,
    /// Kept in step with this directory.
    #[serde(default)]
    pub followed: Option<DomainId>,
    /// Left it, and was disabled for that.
    #[serde(default)]
    pub left: Option<Left>,
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
            | UserEvent::PersonalDataChanged(UserPersonalDataChanged { personal })
            | UserEvent::EmailVerified(UserEmailVerified { personal }) => {
                self.personal = Some(personal)
            }
            UserEvent::Disabled(_) => self.disabled = true,
            // Whoever is enabled by hand after leaving is not disabled by the next look again.
            UserEvent::Enabled(_) => {
                self.disabled = false;
                if self.left.take().is_some() {
                    self.followed = None;
                }
            }
            UserEvent::RoleGranted(UserRoleGranted { role }) => drop(self.roles.insert(role)),
            UserEvent::RoleRevoked(UserRoleRevoked { role }) => drop(self.roles.remove(&role)),
            UserEvent::SecondFactorEnrolled(_) => self.second_factor = true,
            UserEvent::SecondFactorReset(_) => self.second_factor = false,
            UserEvent::Followed(UserFollowed { domain }) => {
                (self.followed, self.left) = (Some(domain), None);
            }
            UserEvent::Left(_) => {
                self.left = Some(if self.disabled {
                    Left::Disabled
                } else {
                    Left::Enabled
                });
            }
            UserEvent::VerificationRequested(_)
            | UserEvent::PasswordSet(_)
            | UserEvent::RecoveryCodeUsed(_)
            | UserEvent::Exported(_) => {}
        }
    }

    /// Name and addresses, unless forgotten.
    #[must_use]
    pub fn data(&self) -> Option<&PersonalData> {
        match &self.personal {
            Some(Personal::Clear(data)) => Some(data),
            Some(Personal::Sealed(_) | Personal::Forgotten) | None => None,
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

/// The person's data as it is changed to: what was verified stays so, what is given up is named.
fn changed(known: Option<&PersonalData>, data: PersonalData) -> PersonalData {
    let kept: BTreeSet<_> = data.emails.iter().map(|e| folded_email(e)).collect();
    let (verified, former) = known.map_or((vec![], vec![]), |known| {
        let verified = data.emails.iter().filter(|email| known.is_verified(email));
        let former = known.emails.iter();
        let former = former.filter(|email| !kept.contains(&folded_email(email)));
        (verified.cloned().collect(), former.cloned().collect())
    });
    PersonalData {
        verified_emails: verified,
        former_emails: former,
        ..data
    }
}

impl User {
    fn register(
        &self,
        data: PersonalData,
        facts: &UserFacts,
    ) -> Result<Vec<UserEvent>, UserRefusal> {
        valid(&data)?;
        let personal = Personal::Clear(changed(None, data));
        let mut events = vec![UserRegistered { personal }.into()];
        let roles: BTreeSet<_> = facts.automatic_roles.iter().copied().collect();
        events.extend(
            roles
                .into_iter()
                .map(|role| UserRoleGranted { role }.into()),
        );
        Ok(events)
    }

    fn change(&self, data: PersonalData) -> Result<Vec<UserEvent>, UserRefusal> {
        valid(&data)?;
        let data = changed(self.data(), data);
        // What was given up before is no difference.
        let same = self.data().is_some_and(|known| {
            let known = PersonalData {
                former_emails: vec![],
                ..known.clone()
            };
            known == data
        });
        if same {
            return Ok(vec![]);
        }
        let known = |email: &String| {
            self.data()
                .iter()
                .flat_map(|known| &known.emails)
                .any(|known| folded_email(known) == folded_email(email))
        };
        let new_address = data.emails.iter().any(|email| !known(email));
        let personal = Personal::Clear(data);
        let mut events = vec![UserPersonalDataChanged { personal }.into()];
        if new_address {
            events.push(UserVerificationRequested {}.into());
        }
        Ok(events)
    }

    fn verify(&self, email: &str) -> Result<Vec<UserEvent>, UserRefusal> {
        let data = self.data().ok_or(UserRefusal::AddressGone)?;
        let same = |known: &&String| folded_email(known) == folded_email(email);
        let email = data
            .emails
            .iter()
            .find(same)
            .ok_or(UserRefusal::AddressGone)?;
        if data.is_verified(email) {
            return Ok(vec![]);
        }
        let mut verified_emails = data.verified_emails.clone();
        verified_emails.push(email.clone());
        let personal = Personal::Clear(PersonalData {
            verified_emails,
            former_emails: vec![],
            ..data.clone()
        });
        Ok(vec![UserEmailVerified { personal }.into()])
    }
}

impl Decide for User {
    type Facts = UserFacts;

    fn decide(
        &self,
        command: UserCommand,
        context: &Context<UserFacts>,
    ) -> Result<Vec<UserEvent>, UserRefusal> {
        let facts = &context.facts;
        match command {
            UserCommand::Register(data) if self.personal.is_none() => self.register(data, facts),
            UserCommand::Register(_) => Err(UserRefusal::AlreadyExists),
            _ if self.personal.is_none() => Err(UserRefusal::Unknown),
            UserCommand::ChangePersonalData(data) => self.change(data),
            UserCommand::Disable if self.disabled => Ok(vec![]),
            UserCommand::Disable if facts.last_administrator => Err(UserRefusal::LastAdministrator),
            UserCommand::Disable => Ok(vec![UserDisabled {}.into()]),
            UserCommand::Enable if !self.disabled => Ok(vec![]),
            UserCommand::Enable => Ok(vec![UserEnabled {}.into()]),
            UserCommand::GrantRole(role) if self.roles.contains(&role) => Ok(vec![]),
            UserCommand::GrantRole(role) => Ok(vec![UserRoleGranted { role }.into()]),
            UserCommand::RevokeRole(role) if !self.roles.contains(&role) => Ok(vec![]),
            UserCommand::RevokeRole(_) if facts.last_administrator => {
                Err(UserRefusal::LastAdministrator)
            }
            UserCommand::RevokeRole(role) => Ok(vec![UserRoleRevoked { role }.into()]),
            UserCommand::RequestVerification => match self.data() {
                Some(data) if data.unverified_emails().next().is_some() => {
                    Ok(vec![UserVerificationRequested {}.into()])
                }
                _ => Err(UserRefusal::NothingToVerify),
            },
            UserCommand::VerifyEmail(email) => self.verify(&email),
            UserCommand::SetPassword => Ok(vec![UserPasswordSet {}.into()]),
            UserCommand::EnrolSecondFactor => Ok(vec![UserSecondFactorEnrolled {}.into()]),
            UserCommand::ResetSecondFactor if !self.second_factor => {
                Err(UserRefusal::NoSecondFactor)
            }
            UserCommand::ResetSecondFactor => Ok(vec![UserSecondFactorReset {}.into()]),
            UserCommand::UseRecoveryCode => Ok(vec![UserRecoveryCodeUsed {}.into()]),
            UserCommand::Follow(domain) => self.follow(domain),
            UserCommand::Leave(domain) => self.leave(domain, facts),
            UserCommand::RecordExport(what) => Ok(vec![UserExported { what }.into()]),
        }
    }
}

aggregate!(
    User = "user",
    UserCommand,
    UserEvent,
    UserRefusal,
    UserFacts
);

impl Recorded for UserEvent {
    const PERSONAL: bool = true;

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
            | Self::PersonalDataChanged(UserPersonalDataChanged { personal })
            | Self::EmailVerified(UserEmailVerified { personal }) => Some(personal),
            Self::Disabled(_)
            | Self::Enabled(_)
            | Self::RoleGranted(_)
            | Self::RoleRevoked(_)
            | Self::VerificationRequested(_)
            | Self::PasswordSet(_)
            | Self::SecondFactorEnrolled(_)
            | Self::SecondFactorReset(_)
            | Self::RecoveryCodeUsed(_)
            | Self::Followed(_)
            | Self::Left(_)
            | Self::Exported(_) => None,
        }
    }
}
