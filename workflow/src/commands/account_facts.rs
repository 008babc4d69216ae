//! What decisions on accounts need to know of templates, of people and of other accounts.

use super::{CommandError, Commands, FactReader};
use std::sync::Arc;
use tenure_domain::{
    AccountId, TemplateId,
    account::{
        Account, AccountCommand, AccountFacts, Managed, MigrationTarget, RevivableAccount, Revived,
        Stage,
    },
    order::Outcome,
    ownership::Owner,
    request::{Request, RevivableName},
    template::{OwnershipSection, Template, TemplateContent},
};
use tenure_eventstore::StoreError;

impl Commands {
    pub(super) async fn facts_of_account(
        &self,
        id: AccountId,
        command: &AccountCommand,
        facts: &mut AccountFacts,
        reader: &mut FactReader<'_>,
    ) -> Result<(), CommandError> {
        match command {
            AccountCommand::Create => {
                let revives = (facts.approved.as_ref()).and_then(|(_, s)| s.revives);
                facts.revivable = reader.revivable(revives).await?;
            }
            AccountCommand::Import(import) => {
                // What is offered may change until the import is recorded.
                let template = reader.read::<Template>(import.template.0).await?;
                facts.target = template
                    .offered()
                    .map(|(version, content)| MigrationTarget {
                        template: import.template,
                        version,
                        content: content.clone(),
                    });
                facts.unknown_owners = reader.unknown_owners(&import.owners).await?;
                facts.inactive_owners = reader.inactive_owners(&import.owners).await?;
            }
            AccountCommand::BeginRenewal(request) => {
                facts.given_up = reader.read::<Request>(request.0).await?.is_closed();
            }
            AccountCommand::RetryFailed | AccountCommand::RetryOrder(_) => {
                let account = self.store.state::<Account>(id.0).await?.state;
                facts.given_up = reader.given_up(account.managed()).await?;
            }
            AccountCommand::RecordReport(report)
                if matches!(report.outcome, Outcome::Applied { .. }) =>
            {
                let account = self.store.cached_state::<Account>(id.0).await?.state;
                let knows = |managed: &Managed| managed.directory.last_number == report.number;
                let account = match account.managed() {
                    Some(managed) if knows(managed) => account,
                    // Another gateway has ordered it.
                    _ => self.store.state::<Account>(id.0).await?.state,
                };
                facts.given_up = reader.given_up(account.managed()).await?;
            }
            AccountCommand::ChangeOwners(owners) => {
                facts.unknown_owners = reader.unknown_owners(owners).await?;
                facts.inactive_owners = reader.inactive_owners(owners).await?;
                facts.ownership = self.ownership_of(id).await?;
            }
            AccountCommand::ReplaceOwner { successor, .. } => {
                facts.unknown_owners = reader.unknown_owners(&[*successor]).await?;
                facts.inactive_owners = reader.inactive_owners(&[*successor]).await?;
            }
            AccountCommand::Migrate(migration) => {
                let (template, version) = (migration.template, migration.template_version);
                facts.target =
                    self.version_of(template, version)
                        .await?
                        .map(|content| MigrationTarget {
                            template,
                            version,
                            content,
                        });
                let owners = match &migration.owners {
                    Some(owners) => owners.clone(),
                    None => self.owners_of(id).await?,
                };
                facts.unknown_owners = reader.unknown_owners(&owners).await?;
                facts.inactive_owners = reader.inactive_owners(&owners).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A version that was published: immutable, so that it is no fact to re-check.
    async fn version_of(
        &self,
        template: TemplateId,
        version: u32,
    ) -> Result<Option<Arc<TemplateContent>>, StoreError> {
        let state = self.store.state::<Template>(template.0).await?.state;
        Ok(state.versions.get(&version).cloned())
    }

    async fn ownership_of(&self, id: AccountId) -> Result<Option<OwnershipSection>, StoreError> {
        let account = self.store.state::<Account>(id.0).await?.state;
        let Some(identity) = account.managed().map(|managed| &managed.identity) else {
            return Ok(None);
        };
        let (template, version) = (identity.template, identity.template_version);
        let content = self.version_of(template, version).await?;
        Ok(content.map(|content| content.ownership.clone()))
    }

    async fn owners_of(&self, id: AccountId) -> Result<Vec<Owner>, StoreError> {
        let account = self.store.state::<Account>(id.0).await?.state;
        Ok(account
            .managed()
            .map_or(vec![], |managed| managed.owners.clone()))
    }
}

impl FactReader<'_> {
    /// The account, if it is marked deleted and its object waits to be purged.
    async fn marked_deleted(
        &mut self,
        id: Option<AccountId>,
    ) -> Result<Option<(AccountId, Managed)>, StoreError> {
        let Some(id) = id else {
            return Ok(None);
        };
        let account = self.read::<Account>(id.0).await?;
        let managed = account
            .managed()
            .filter(|managed| matches!(managed.stage, Stage::MarkedDeleted { .. }));
        Ok(managed.map(|managed| (id, managed.clone())))
    }

    /// Was the request withdrawn that an unconfirmed account came of? That takes a failure: without one there is nothing
    /// to ask.
    async fn given_up(&mut self, account: Option<&Managed>) -> Result<bool, StoreError> {
        let unconfirmed = |managed: &&Managed| {
            matches!(managed.stage, Stage::Provisioning { .. })
                && managed.directory.failure.is_some()
        };
        let Some(identity) = account.filter(unconfirmed).map(|managed| &managed.identity) else {
            return Ok(false);
        };
        let request = self.read::<Request>(identity.request.0).await?;
        Ok(request.has_given_up(identity.account))
    }

    /// Has the account come to be?
    pub(super) async fn exists(&mut self, id: AccountId) -> Result<bool, StoreError> {
        let account = self.read::<Account>(id.0).await?;
        let managed = account.managed();
        Ok(managed.is_some_and(|managed| !matches!(managed.stage, Stage::Provisioning { .. })))
    }

    pub(super) async fn revivable(
        &mut self,
        id: Option<AccountId>,
    ) -> Result<Option<RevivableAccount>, StoreError> {
        let found = self.marked_deleted(id).await?;
        Ok(found.and_then(|(account, managed)| {
            let object = managed.directory.object?;
            Some(RevivableAccount {
                revived: Revived { account, object },
                groups: managed.identity.groups.clone(),
                groups_left: managed.identity.groups_left.clone(),
                attributes: managed.identity.attributes.clone(),
                cannot_change_password: managed.identity.cannot_change_password == Some(true),
                gmsa: managed.identity.gmsa.clone(),
            })
        }))
    }

    pub(super) async fn revivable_name(
        &mut self,
        id: Option<AccountId>,
    ) -> Result<Option<RevivableName>, StoreError> {
        let found = self.marked_deleted(id).await?;
        Ok(found.map(|(account, managed)| RevivableName {
            account,
            domain: managed.identity.domain,
            name: managed.identity.name.clone(),
            account_type: managed.identity.account_type(),
        }))
    }
}
