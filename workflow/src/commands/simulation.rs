//! How an account or a past request would fare by another version of its template: the facts of today, and nothing written.

use super::{CommandError, Commands, FactReader};
use std::collections::HashMap;
use tenure_domain::{
    AccountId, Actor, Context, Event, GroupId, RequestId, UserId,
    account::{Account, AccountFacts, MigrationTarget},
    decide::Decide,
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestCommand, RequestEvent, RequestFacts,
        Stage, Submitted, Voice,
    },
    simulation::{Decider, Outcome, PastRequest, of_account, of_request},
    template::{ApprovalStep, Template},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

impl Commands {
    /// Has these accounts at hand, before each is asked for.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn accounts_at_hand(&self, ids: &[Uuid]) -> Result<(), CommandError> {
        Ok(self.store.warm::<Account>(ids).await?)
    }

    /// Has these requests at hand, before each is asked for; answers the events of each.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn requests_at_hand(
        &self,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<StoredEvent>>, CommandError> {
        self.store.warm::<Request>(ids).await?;
        let mut events: HashMap<_, Vec<_>> = HashMap::with_capacity(ids.len());
        for event in self.store.read_streams("request", ids).await? {
            events.entry(event.stream).or_default().push(event);
        }
        Ok(events)
    }

    /// How the account would fare by `target`; `None`: it would stay as it is.
    ///
    /// # Errors
    /// If the facts cannot be read.
    pub async fn simulate_account(
        &self,
        id: AccountId,
        target: &MigrationTarget,
    ) -> Result<Option<Outcome>, CommandError> {
        let mut reader = FactReader::new(&self.store, false);
        let account = reader.read::<Account>(id.0).await?;
        let Some(managed) = account.managed() else {
            return Ok(None);
        };
        let mut facts = AccountFacts::new(self.epoch(), self.system.now());
        facts.unknown_owners = reader.unknown_owners(&managed.owners).await?;
        facts.inactive_owners = reader.inactive_owners(&managed.owners).await?;
        let now = self.store.clock().now();
        Ok(of_account(&account, target, &facts, now))
    }

    /// How the request whose events these are would fare by `after`, had its template said that; `None`: it was never submitted,
    /// or what it is about is gone.
    ///
    /// # Errors
    /// If the facts cannot be read.
    pub async fn simulate_request(
        &self,
        id: RequestId,
        events: &[StoredEvent],
        after: &OfferedTemplate,
    ) -> Result<Option<Outcome>, CommandError> {
        let mut reader = FactReader::new(&self.store, false);
        let request = reader.read::<Request>(id.0).await?;
        let Request::Submitted(submitted) = &*request else {
            return Ok(None);
        };
        let submission = &submitted.submission;
        let template = reader.read::<Template>(submission.template.0).await?;
        let Some(content) = template.versions.get(&submission.template_version) else {
            return Ok(None);
        };
        let before = OfferedTemplate {
            id: submission.template,
            version: submission.template_version,
            content: content.clone(),
        };
        let now = self.store.clock().now();
        let mut facts = RequestFacts {
            actor_groups: reader
                .memberships(submission.requester, &after.content.directory.available_to)
                .await?,
            ..RequestFacts::default()
        };
        if let Some(account) = submission.kind.existing() {
            let account = reader.read::<Account>(account.0).await?;
            let Some(managed) = account.managed() else {
                return Ok(None);
            };
            // It could be asked for then: whether it could be now is no matter of the draft.
            facts.renewed = Some(RenewedAccount {
                off: None,
                ..RenewedAccount::of(managed, submission.kind, now)
            });
        }
        let steps = before.content.approval.steps.iter();
        let steps = steps.chain(&after.content.approval.steps);
        let deciders = deciders(events, submitted, steps, &mut reader).await?;
        let past = PastRequest {
            submitted,
            approved_by: deciders.as_deref(),
        };
        Ok(Some(of_request(past, &before, after, &facts, now)))
    }

    /// Could `user` approve the request's current step now? Whether they hold the permission is another question.
    ///
    /// # Errors
    /// If the facts cannot be read.
    pub async fn could_approve(&self, id: RequestId, user: UserId) -> Result<bool, CommandError> {
        let mut reader = FactReader::new(&self.store, false);
        let facts = self.facts_of_decision(id, user, &mut reader).await?;
        let request = reader.read::<Request>(id.0).await?;
        let context = Context {
            now: self.store.clock().now(),
            actor: Actor::User(user),
            facts,
        };
        let approve = RequestCommand::Approve { comment: None };
        Ok(request.decide(approve, &context).is_ok())
    }
}

/// Who approved the request as a whole; `None` if it is not approved, or an administrator overrode a step.
async fn deciders(
    events: &[StoredEvent],
    submitted: &Submitted,
    steps: impl Iterator<Item = &ApprovalStep>,
    reader: &mut FactReader<'_>,
) -> Result<Option<Vec<Decider>>, CommandError> {
    let approved = matches!(
        submitted.stage,
        Stage::Approved | Stage::Provisioning | Stage::Provisioned | Stage::Failed(_)
    );
    if !approved {
        return Ok(None);
    }
    let mut groups: Vec<GroupId> = steps.flat_map(|step| step.groups.clone()).collect();
    groups.sort_unstable();
    groups.dedup();
    let mut found = Vec::new();
    for stored in events {
        let Event::Request(event) = &stored.event else {
            continue;
        };
        match event {
            RequestEvent::Submitted(_) => found.clear(),
            RequestEvent::ApprovalGiven(given) => {
                let holder = given.on_behalf_of.unwrap_or(given.approver);
                let mut through = reader.memberships(holder, &groups).await?;
                // Through whichever group it was counted then.
                through.extend(&given.via);
                found.push(Decider {
                    voice: Voice {
                        approver: given.approver,
                        on_behalf_of: given.on_behalf_of,
                    },
                    groups: through,
                });
            }
            RequestEvent::ApprovalOverridden(_) => return Ok(None),
            _ => {}
        }
    }
    Ok(Some(found))
}
