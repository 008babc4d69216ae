//! Commands on people, groups and e-mail templates, with what they need to know: roles that new users get, and whether
//! an active administrator is left afterwards.

use super::{Accepted, Caller, CommandError, Commands, facts::FactReader};
use tenure_domain::{
    EmailTemplateId, GroupId, UserId,
    email_template::{EmailTemplate, EmailTemplateCommand, EmailTemplateFacts},
    group::{Group, GroupCommand, GroupFacts, everyone},
    role::{BuiltInRole, Role},
    user::{User, UserCommand, UserFacts},
};
use tenure_projections::{Page, SortOrder, UserFilter, UserSort};

/// What is about to be lost: administrators by way of it do not count.
#[derive(Clone, Copy, PartialEq)]
enum Without {
    Nothing,
    User(UserId),
    Grant(UserId),
    Group(GroupId),
    Member(GroupId, UserId),
}

impl Commands {
    /// Does something with a user.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn user(
        &self,
        id: UserId,
        command: UserCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let facts = self.facts_of_user(id, &command, &mut reader).await?;
            let facts = (facts, reader);
            let done = self.attempt::<User>(id.0, command.clone(), facts, caller);
            if let Some(accepted) = done.await? {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    /// Does something with a group.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn group(
        &self,
        id: GroupId,
        command: GroupCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let facts = self.facts_of_group(id, &command, &mut reader).await?;
            let facts = (facts, reader);
            let done = self.attempt::<Group>(id.0, command.clone(), facts, caller);
            if let Some(accepted) = done.await? {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    /// Does something with the e-mail about a notice; what the template engine says of it comes with the facts.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn email_template(
        &self,
        id: EmailTemplateId,
        command: EmailTemplateCommand,
        facts: EmailTemplateFacts,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        let facts = (facts, FactReader::new(&self.store, false));
        let done = self.attempt::<EmailTemplate>(id.0, command, facts, caller);
        done.await?.ok_or(CommandError::Conflict)
    }

    async fn facts_of_user(
        &self,
        id: UserId,
        command: &UserCommand,
        reader: &mut FactReader<'_>,
    ) -> Result<UserFacts, CommandError> {
        let mut facts = UserFacts::default();
        let administrator = BuiltInRole::SystemAdministrator.id();
        let without = match command {
            UserCommand::Register(_) => {
                for role in self.views.roles().await? {
                    if role.automatic && reader.read::<Role>(role.id.0).await?.is_automatic() {
                        facts.automatic_roles.push(role.id);
                    }
                }
                return Ok(facts);
            }
            UserCommand::Disable => Without::User(id),
            UserCommand::RevokeRole(role) if *role == administrator => Without::Grant(id),
            _ => return Ok(facts),
        };
        facts.last_administrator = self.is_last(without, reader).await?;
        Ok(facts)
    }

    async fn facts_of_group(
        &self,
        id: GroupId,
        command: &GroupCommand,
        reader: &mut FactReader<'_>,
    ) -> Result<GroupFacts, CommandError> {
        let mut facts = GroupFacts::default();
        if let GroupCommand::Replace(by) = command {
            let group = reader.read::<Group>(by.0).await?;
            facts.replacement_usable =
                group.name.is_some() && !group.disabled && *by != id && *by != everyone();
        }
        let administrator = BuiltInRole::SystemAdministrator.id();
        let without = match command {
            GroupCommand::Disable | GroupCommand::Replace(_) => Without::Group(id),
            GroupCommand::RevokeRole(role) if *role == administrator => Without::Group(id),
            GroupCommand::RemoveMember(user) => Without::Member(id, *user),
            _ => return Ok(facts),
        };
        facts.last_administrator = self.is_last(without, reader).await?;
        Ok(facts)
    }

    /// Is there an active administrator now, and none without it? Who remains was read as a fact: of two who go at once,
    /// one stays.
    async fn is_last(
        &self,
        without: Without,
        reader: &mut FactReader<'_>,
    ) -> Result<bool, CommandError> {
        Ok(!self.administrator_remains(without, reader).await?
            && self.administrator_remains(Without::Nothing, reader).await?)
    }

    async fn administrator_remains(
        &self,
        without: Without,
        reader: &mut FactReader<'_>,
    ) -> Result<bool, CommandError> {
        let role = BuiltInRole::SystemAdministrator.id();
        let some = Page::first(100);
        let filter = UserFilter {
            disabled: Some(false),
            role: Some(role),
            ..UserFilter::default()
        };
        let (sort, order) = (UserSort::Created, SortOrder::Ascending);
        let holders = self.views.users(&filter, sort, order, &some).await?;
        for holder in holders.rows {
            let user = reader.read::<User>(holder.id.0).await?;
            let lost = [Without::User(holder.id), Without::Grant(holder.id)].contains(&without);
            if !lost && user.is_active() && user.roles.contains(&role) {
                return Ok(true);
            }
        }
        for id in self.views.groups_holding(role).await? {
            let group = reader.read::<Group>(id.0).await?;
            let grants = !group.disabled && group.roles.contains(&role);
            if !grants || without == Without::Group(id) {
                continue;
            }
            let members: Vec<UserId> = if id == everyone() {
                let filter = UserFilter {
                    disabled: Some(false),
                    ..UserFilter::default()
                };
                let found = self.views.users(&filter, sort, order, &some).await?;
                found.rows.into_iter().map(|user| user.id).collect()
            } else {
                group.members.iter().copied().collect()
            };
            for member in members {
                let lost = [Without::User(member), Without::Member(id, member)].contains(&without);
                if !lost && reader.read::<User>(member.0).await?.is_active() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
