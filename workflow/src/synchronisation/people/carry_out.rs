//! Whoever comes is registered, or known again; whoever leaves is disabled; groups of Tenure are kept in step.

use super::{
    PersonProblem, PersonRefused, caller,
    members::{Difference, Member, Members},
    unavailable,
};
use crate::{CommandError, Instance};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    DomainId, GroupId, UserId,
    directory::PeoplePlan,
    group::{Group, GroupCommand},
    ids::derived,
    user::{DirectoryLink, PersonalData, UserCommand, folded_email},
};
use tenure_projections::{Page, SortOrder, UserFilter, UserRow, UserSort};
use uuid::Uuid;

/// What became of it.
#[derive(Debug, Default)]
pub(super) struct Done {
    pub(super) came: u32,
    pub(super) left: u32,
    pub(super) problems: Vec<PersonProblem>,
}

/// What was refused to somebody; the command failed otherwise.
type Refusal = Result<PersonRefused, CommandError>;

/// Carries out the difference, person by person: what is refused holds nobody else up.
pub(super) async fn all(
    instance: &Instance,
    look: (DomainId, Uuid),
    members: &Members,
    plan: &PeoplePlan,
    difference: Difference,
) -> Result<Done, CommandError> {
    let mut done = Done::default();
    let mut users: BTreeMap<UserId, &Member> = BTreeMap::new();
    let step = Step {
        instance,
        domain: look.0,
        due: look.1,
    };
    for object in &difference.coming {
        let Some(member) = members.people.get(object) else {
            continue;
        };
        match step
            .come(member, difference.left.get(object).copied())
            .await
        {
            Ok(user) => {
                done.came += 1;
                users.insert(user, member);
            }
            Err(refusal) => done.refused(member, refusal?),
        }
    }
    for (object, user) in difference.staying {
        let Some(member) = members.people.get(&object) else {
            continue;
        };
        users.insert(user.id, member);
        if let Err(refusal) = step.stay(member, user).await {
            done.refused(member, refusal?);
        }
    }
    let leaving: BTreeSet<_> = difference.leaving.iter().map(|user| user.id).collect();
    let mut refused = step.groups(plan, members, &users, &leaving).await?;
    for user in difference.leaving {
        let command = UserCommand::Leave(step.domain);
        match step.user(user.id, "leave", command).await {
            Ok(()) => done.left += 1,
            Err(refusal) => refused.push((user, refusal?)),
        }
    }
    done.problems
        .extend(refused.into_iter().map(|(user, refused)| PersonProblem {
            object: user.directory_link.map_or(Uuid::nil(), |link| link.object),
            name: user.display_name,
            refused,
        }));
    Ok(done)
}

impl Done {
    fn refused(&mut self, member: &Member, refused: PersonRefused) {
        self.problems.push(PersonProblem {
            object: member.user.id,
            name: member.user.name.clone(),
            refused,
        });
    }
}

/// What the commands of one look have in common.
struct Step<'a> {
    instance: &'a Instance,
    domain: DomainId,
    due: Uuid,
}

impl Step<'_> {
    async fn user(&self, id: UserId, step: &str, command: UserCommand) -> Result<(), Refusal> {
        let caller = caller(self.due, &[step, &id.to_string()]);
        let done = self.instance.commands.user(id, command, &caller).await;
        done.map(drop).map_err(refusal)
    }

    async fn come(&self, member: &Member, left: Option<UserId>) -> Result<UserId, Refusal> {
        let id = match left {
            Some(id) => id,
            None => self.register(member).await?,
        };
        self.user(id, "follow", UserCommand::Follow(self.domain))
            .await?;
        Ok(id)
    }

    /// Registers the person, or finds the user with the same address who is nobody else in a directory.
    async fn register(&self, member: &Member) -> Result<UserId, Refusal> {
        let user = &member.user;
        let link = DirectoryLink {
            domain: self.domain,
            object: user.id,
        };
        let mail = user
            .mail
            .as_deref()
            .map(str::trim)
            .filter(|mail| !mail.is_empty());
        let Some(mail) = mail else {
            return Err(Ok(PersonRefused::NoAddress));
        };
        let (domain, object) = (self.domain.to_string(), user.id.to_string());
        let id = UserId(derived(&["person", &domain, &object]));
        let personal = PersonalData {
            display_name: name_of(member),
            emails: vec![mail.to_owned()],
            directory_link: Some(link.clone()),
            ..PersonalData::default()
        };
        let key = caller(self.due, &["register", &id.to_string()]);
        let register = UserCommand::Register(personal);
        match self.instance.commands.user(id, register, &key).await {
            Ok(_) => Ok(id),
            // It was, before somebody stopped following the group.
            Err(CommandError::User(tenure_domain::user::UserRefusal::AlreadyExists)) => Ok(id),
            Err(CommandError::NameTaken { .. }) => self.link(mail, link).await,
            Err(error) => Err(refusal(error)),
        }
    }

    async fn link(&self, mail: &str, link: DirectoryLink) -> Result<UserId, Refusal> {
        let filter = UserFilter {
            search: Some(mail.to_owned()),
            ..UserFilter::default()
        };
        let (sort, order) = (UserSort::Name, SortOrder::Ascending);
        let found = self
            .instance
            .views
            .users(&filter, sort, order, &Page::first(100))
            .await;
        let found = found.map_err(|error| Err(unavailable(error)))?;
        let has = |user: &&UserRow| user.emails.iter().any(|email| same(email, mail));
        let Some(user) = found.rows.iter().find(has) else {
            return Err(Ok(PersonRefused::Refused(format!("{mail:?} is taken"))));
        };
        match &user.directory_link {
            Some(known) if *known == link => {}
            Some(_) => return Err(Ok(PersonRefused::AddressTaken(user.id))),
            None => {
                let personal = PersonalData {
                    directory_link: Some(link),
                    ..personal(user)
                };
                let change = UserCommand::ChangePersonalData(personal);
                self.user(user.id, "link", change).await?;
            }
        }
        Ok(user.id)
    }

    /// A name follows the directory. An address does not: whoever receives mail at it could sign in as that user, and
    /// whoever may write it in the directory need not be trusted so far.
    async fn stay(&self, member: &Member, user: UserRow) -> Result<(), Refusal> {
        let display_name = name_of(member);
        if display_name != user.display_name {
            let personal = PersonalData {
                display_name,
                ..personal(&user)
            };
            let change = UserCommand::ChangePersonalData(personal);
            self.user(user.id, "rename", change).await?;
        }
        let mail = member.user.mail.as_deref().unwrap_or_default();
        let known = mail.is_empty() || user.emails.iter().any(|email| same(email, mail));
        match known {
            true => Ok(()),
            false => Err(Ok(PersonRefused::AddressDiffers(user.id))),
        }
    }

    /// Whoever is followed is in the groups of Tenure that the followed groups stand for, and in no other of them. Who was
    /// added by hand stays.
    async fn groups(
        &self,
        plan: &PeoplePlan,
        members: &Members,
        users: &BTreeMap<UserId, &Member>,
        leaving: &BTreeSet<UserId>,
    ) -> Result<Vec<(UserRow, PersonRefused)>, CommandError> {
        let mut refused = Vec::new();
        let groups: BTreeSet<GroupId> = plan.groups.iter().filter_map(|g| g.group).collect();
        for group in groups {
            let loaded = self.instance.store.cached_state::<Group>(group.0).await?;
            let wanted = |user: &UserId| {
                let member = users.get(user);
                member.is_some_and(|member| member.groups.contains(&group))
            };
            let present = &loaded.state.members;
            let missing = users
                .keys()
                .filter(|user| wanted(user) && !present.contains(user));
            let add = missing.map(|user| (*user, GroupCommand::AddMember(*user)));
            let is_ours = |user: &&UserId| users.contains_key(*user) || leaving.contains(*user);
            let too_many = present.iter().filter(is_ours).filter(|user| !wanted(user));
            let remove = too_many.map(|user| (*user, GroupCommand::RemoveMember(*user)));
            // Nobody knows who is in a group that is not there.
            let remove = remove.filter(|_| members.missing.is_empty());
            for (user, command) in add.chain(remove) {
                let key = caller(self.due, &["member", &group.to_string(), &user.to_string()]);
                match self.instance.commands.group(group, command, &key).await {
                    Ok(_) => {}
                    Err(error) => {
                        let why = refusal(error)?;
                        let row = self.instance.views.user(user).await.map_err(unavailable)?;
                        refused.extend(row.map(|row| (row, why)));
                    }
                }
            }
        }
        Ok(refused)
    }
}

fn refusal(error: CommandError) -> Refusal {
    match error {
        error if error.is_transient() => Err(error),
        error @ CommandError::Broken(_) => Err(error),
        refused => Ok(PersonRefused::Refused(refused.to_string())),
    }
}

fn personal(user: &UserRow) -> PersonalData {
    PersonalData {
        display_name: user.display_name.clone(),
        emails: user.emails.clone(),
        directory_link: user.directory_link.clone(),
        ..PersonalData::default()
    }
}

fn name_of(member: &Member) -> String {
    let user = &member.user;
    let name = user.display_name.as_deref().map(str::trim);
    name.filter(|name| !name.is_empty())
        .unwrap_or(&user.name)
        .to_owned()
}

fn same(one: &str, other: &str) -> bool {
    folded_email(one) == folded_email(other)
}
