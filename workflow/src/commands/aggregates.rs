//! The commands of each aggregate, with the facts that each needs.

use super::{Accepted, Caller, CommandError, Commands, facts::FactReader};
use crate::permissions;
use std::sync::Arc;
use tenure_domain::{
    AccountId, ApiTokenId, DomainId, EngineId, RequestId, RoleId, TemplateId, UserId,
    account::{Account, AccountCommand, AccountFacts},
    api_token::{ApiToken, ApiTokenCommand},
    deputy::{Deputyship, DeputyshipCommand, DeputyshipFacts},
    directory::{Domain, DomainCommand},
    engine::{Engine, EngineCommand},
    ownership::Owner,
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestCommand, RequestFacts, RequestKind,
        RequestRefusal,
    },
    role::{Role, RoleCommand},
    template::{Template, TemplateCommand, TemplateContent, TemplateFacts},
    user::User,
};
use tenure_eventstore::StoreError;

macro_rules! without_facts {
    ($($(#[$doc:meta])* $method:ident($id:ty, $aggregate:ty, $command:ty));+ $(;)?) => {
        impl Commands { $(
            $(#[$doc])*
            ///
            /// # Errors
            /// The refusal, or why it could not be carried out.
            pub async fn $method(&self, id: $id, command: $command, caller: &Caller) -> Result<Accepted, CommandError> {
                let facts = ((), FactReader::new(&self.store, false));
                self.attempt::<$aggregate>(id.0, command, facts, caller).await?.ok_or(CommandError::Conflict)
            }
        )+ }
    };
}

without_facts!(
    /// Does something with a role.
    role(RoleId, Role, RoleCommand);
    /// Does something with an API token.
    api_token(ApiTokenId, ApiToken, ApiTokenCommand);
    /// Does something with a domain.
    domain(DomainId, Domain, DomainCommand);
);

impl Commands {
    /// Does something with a template.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn template(
        &self,
        id: TemplateId,
        command: TemplateCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        self.template_without(id, command, Vec::new(), caller).await
    }

    /// The same, knowing that these people, named as approvers, may not approve. Their roles come through groups, which
    /// a read model knows; whether somebody may approve is asked again at every decision.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn template_without(
        &self,
        id: TemplateId,
        command: TemplateCommand,
        no_approvers: Vec<UserId>,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let mut facts = TemplateFacts {
                four_eyes: self.settings.template_four_eyes,
                ..TemplateFacts::default()
            };
            if matches!(command, TemplateCommand::Publish | TemplateCommand::Submit) {
                // The draft itself is no fact: its version is the aggregate's own.
                let template = self.store.cached_state::<Template>(id.0).await?.state;
                if let Some(draft) = &template.draft {
                    facts = self.named_by(&draft.content, &mut reader).await?;
                    facts.no_approvers.clone_from(&no_approvers);
                }
            }
            let done = self
                .attempt::<Template>(id.0, command.clone(), (facts, reader), caller)
                .await?;
            if let Some(accepted) = done {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    /// What the decision to publish this content would know of what it names, as of now.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn template_facts(
        &self,
        content: &TemplateContent,
        no_approvers: Vec<UserId>,
    ) -> Result<TemplateFacts, CommandError> {
        let facts = self
            .named_by(content, &mut FactReader::new(&self.store, false))
            .await?;
        Ok(TemplateFacts {
            no_approvers,
            ..facts
        })
    }

    async fn named_by(
        &self,
        content: &TemplateContent,
        reader: &mut FactReader<'_>,
    ) -> Result<TemplateFacts, StoreError> {
        let domain = reader.read::<Domain>(content.directory.domain.0).await?;
        let named: Vec<Owner> = content.named().into_iter().map(|(_, who, _)| who).collect();
        Ok(TemplateFacts {
            four_eyes: self.settings.template_four_eyes,
            domain_unknown: domain.content.is_none(),
            unknown: reader.unknown_owners(&named).await?,
            no_approvers: Vec::new(),
        })
    }

    /// Does something with an engine. Its reports count from then on, or no more.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn engine(
        &self,
        id: EngineId,
        command: EngineCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        let facts = ((), FactReader::new(&self.store, false));
        let done = self.attempt::<Engine>(id.0, command, facts, caller).await?;
        // Before anybody hears of it: a first report must not come from an unknown engine.
        self.engines.learn(&self.store, id).await?;
        done.ok_or(CommandError::Conflict)
    }

    /// Does something with the deputyship of `user`.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn deputyship(
        &self,
        user: UserId,
        command: DeputyshipCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let mut facts = DeputyshipFacts::default();
            if let DeputyshipCommand::Name(named) = &command {
                facts.deputy_active = reader.read::<User>(named.deputy.0).await?.is_active();
            }
            let done = self
                .attempt::<Deputyship>(user.0, command.clone(), (facts, reader), caller)
                .await?;
            if let Some(accepted) = done {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    /// Does something with a request.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn request(
        &self,
        id: RequestId,
        command: RequestCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        let actor = caller.actor.user();
        let mut caught_up = false;
        for mut reader in self.readers() {
            let facts = match (&command, actor) {
                (RequestCommand::Submit, Some(user)) => {
                    self.facts_of_submission(id, user, &mut reader).await?
                }
                (
                    RequestCommand::Approve { .. }
                    | RequestCommand::Reject { .. }
                    | RequestCommand::AskForInformation { .. }
                    | RequestCommand::Override { .. },
                    Some(user),
                ) => self.facts_of_decision(id, user, &mut reader).await?,
                (RequestCommand::GiveInformation { .. }, Some(_)) => {
                    self.facts_of_answer(id, &mut reader).await?
                }
                (RequestCommand::Withdraw, _) => self.facts_of_withdrawal(id, &mut reader).await?,
                (RequestCommand::ReleaseName(held), _) => RequestFacts {
                    revivable: reader.revivable_name(held.back_to).await?,
                    ..RequestFacts::default()
                },
                _ => RequestFacts::default(),
            };
            let done = self
                .attempt::<Request>(id.0, command.clone(), (facts, reader), caller)
                .await;
            match done {
                // In whose name somebody decides, a read model says: who was named a moment ago is no stranger.
                Err(CommandError::Request(RequestRefusal::NotApprover { .. })) if !caught_up => {
                    permissions::catch_up(&self.store, &self.views).await?;
                    caught_up = true;
                }
                done => {
                    if let Some(accepted) = done? {
                        return Ok(accepted);
                    }
                }
            }
        }
        Err(CommandError::Conflict)
    }

    /// Does something with an account; creation and renewal by request say which request by their caller.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn account(
        &self,
        id: AccountId,
        command: AccountCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        self.account_by_request(id, command, None, caller).await
    }

    /// The same, with the request behind it.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn account_by_request(
        &self,
        id: AccountId,
        command: AccountCommand,
        request: Option<RequestId>,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let mut facts = AccountFacts::new(self.epoch(), self.system.now());
            facts.order_valid_for = self.settings.order_valid_for;
            if let Some(request) = request {
                // A submission never changes: its version need not be re-checked.
                let state = self.store.cached_state::<Request>(request.0).await?.state;
                facts.approved = state
                    .submission()
                    .map(|submission| (request, submission.clone()));
            }
            self.facts_of_account(id, &command, &mut facts, &mut reader)
                .await?;
            let done = self
                .attempt::<Account>(id.0, command.clone(), (facts, reader), caller)
                .await?;
            if let Some(accepted) = done {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    async fn facts_of_submission(
        &self,
        id: RequestId,
        user: UserId,
        reader: &mut FactReader<'_>,
    ) -> Result<RequestFacts, StoreError> {
        // The draft itself is no fact: its version is the aggregate's own.
        let request = self.store.cached_state::<Request>(id.0).await?.state;
        let Some(content) = request.content() else {
            return Ok(RequestFacts::default());
        };
        let mut facts = RequestFacts::default();
        let template = reader.read::<Template>(content.template.0).await?;
        let version = match content.kind {
            RequestKind::NewAccount => template
                .offered()
                .map(|(version, content)| (version, content.clone())),
            RequestKind::Renewal(account) | RequestKind::Change(account) => {
                let account = reader.read::<Account>(account.0).await?;
                let managed = account
                    .managed()
                    .filter(|managed| managed.identity.template == content.template);
                let now = self.store.clock().now();
                facts.renewed =
                    managed.map(|managed| RenewedAccount::of(managed, content.kind, now));
                managed.and_then(|managed| {
                    let version = managed.identity.template_version;
                    template
                        .versions
                        .get(&version)
                        .map(|content| (version, content.clone()))
                })
            }
        };
        if let Some((version, terms)) = version {
            let domain = reader.read::<Domain>(terms.directory.domain.0).await?;
            facts.domain_enabled = domain.content.is_some() && !domain.disabled;
            facts.actor_groups = reader
                .memberships(user, &terms.directory.available_to)
                .await?;
            facts.template = Some(OfferedTemplate {
                id: content.template,
                version,
                content: Arc::clone(&terms),
            });
        }
        facts.unknown_owners = reader.unknown_owners(&content.owners).await?;
        facts.inactive_owners = reader.inactive_owners(&content.owners).await?;
        facts.revivable = reader.revivable_name(content.clone_of).await?;
        Ok(facts)
    }
}
