//! What decisions on a submitted request need to know: of the people who decide, of those in whose name they do, and of
//! those who must not.

use super::{CommandError, Commands, facts::FactReader};
use chrono::{DateTime, Utc};
use std::{collections::BTreeSet, sync::Arc};
use tenure_domain::{
    GroupId, RequestId, UserId,
    account::Account,
    deputy::Deputyship,
    group::Group,
    ownership::Owner,
    request::{
        OfferedTemplate, Principal, RenewedAccount, Request, RequestFacts, RequestKind,
        RequestStatus,
    },
    template::{ApprovalStep, Template},
    user::User,
};
use tenure_eventstore::StoreError;

impl Commands {
    pub(crate) async fn facts_of_decision(
        &self,
        id: RequestId,
        user: UserId,
        reader: &mut FactReader<'_>,
    ) -> Result<RequestFacts, CommandError> {
        let request = self.store.state::<Request>(id.0).await?.state;
        let Some(submission) = request.submission() else {
            return Ok(RequestFacts::default());
        };
        let of_steps: BTreeSet<GroupId> = submission.steps.iter().flat_map(groups_of).collect();
        let of_steps: Vec<GroupId> = of_steps.into_iter().collect();
        let mut chosen_owners = Vec::new();
        for owner in &submission.owners {
            if let Owner::Group(group) = owner {
                chosen_owners.extend(reader.acting_for(*group).await?);
            }
        }
        // Whose deputy must not decide is asked of all of them, as of now; in whose name somebody could decide, a read
        // model says, and who is refused because of it is looked up again when it has caught up.
        let mut parties: BTreeSet<UserId> = chosen_owners.iter().copied().collect();
        parties.insert(submission.requester);
        parties.extend(submission.owners.iter().filter_map(|owner| match owner {
            Owner::User(user) => Some(*user),
            Owner::Group(_) => None,
        }));
        let lenders = self.views.deputy_for(user).await?;
        let now = self.store.clock().now();
        Ok(RequestFacts {
            actor_groups: reader.memberships(user, &of_steps).await?,
            deputy_for: reader
                .deputy_for(user, &parties, lenders, &of_steps, now)
                .await?,
            revivable: reader.revivable_name(submission.revives).await?,
            chosen_owners,
            ..RequestFacts::default()
        })
    }

    pub(super) async fn facts_of_withdrawal(
        &self,
        id: RequestId,
        reader: &mut FactReader<'_>,
    ) -> Result<RequestFacts, StoreError> {
        let request = self.store.state::<Request>(id.0).await?.state;
        let Some(submission) = request.submission() else {
            return Ok(RequestFacts::default());
        };
        let failed = request.status() == Some(RequestStatus::Failed);
        let makes = submission.kind == RequestKind::NewAccount;
        Ok(RequestFacts {
            revivable: reader.revivable_name(submission.revives).await?,
            account_exists: failed && makes && reader.exists(submission.account).await?,
            ..RequestFacts::default()
        })
    }

    /// The version that the submission was checked against: published and immutable, so that it is no fact to re-check.
    pub(super) async fn facts_of_answer(
        &self,
        id: RequestId,
        reader: &mut FactReader<'_>,
    ) -> Result<RequestFacts, StoreError> {
        let request = self.store.state::<Request>(id.0).await?.state;
        let Some(submission) = request.submission() else {
            return Ok(RequestFacts::default());
        };
        let (id, version) = (submission.template, submission.template_version);
        let template = self.store.state::<Template>(id.0).await?.state;
        let content = template.versions.get(&version).map(Arc::clone);
        let mut renewed = None;
        if let RequestKind::Change(account) = submission.kind {
            let account = reader.read::<Account>(account.0).await?;
            let now = self.store.clock().now();
            renewed = (account.managed()).map(|m| RenewedAccount::of(m, submission.kind, now));
        }
        Ok(RequestFacts {
            renewed,
            template: content.map(|content| OfferedTemplate {
                id,
                version,
                content,
            }),
            ..RequestFacts::default()
        })
    }
}

fn groups_of(step: &ApprovalStep) -> impl Iterator<Item = GroupId> {
    step.groups.iter().chain(&step.fallback.groups).copied()
}

impl FactReader<'_> {
    /// The members of the group, and of the one that stands in for it while it is disabled.
    async fn acting_for(&mut self, group: GroupId) -> Result<Vec<UserId>, StoreError> {
        let state = self.read::<Group>(group.0).await?;
        let mut members: Vec<UserId> = state.members.iter().copied().collect();
        if let (true, Some(by)) = (state.disabled, state.replaced_by) {
            members.extend(self.read::<Group>(by.0).await?.members.iter().copied());
        }
        Ok(members)
    }

    /// Those of `parties` and `lenders` whose deputy `user` is at `now`, each with those of `groups` that hold them. A
    /// lender who is disabled has no voice to lend; a party bars its deputy whatever it is itself.
    pub(super) async fn deputy_for(
        &mut self,
        user: UserId,
        parties: &BTreeSet<UserId>,
        lenders: Vec<UserId>,
        groups: &[GroupId],
        now: DateTime<Utc>,
    ) -> Result<Vec<Principal>, StoreError> {
        let mut all = parties.clone();
        all.extend(lenders);
        let mut found = Vec::new();
        for principal in all {
            let deputyship = self.read::<Deputyship>(principal.0).await?;
            if deputyship.deputy_at(now) != Some(user) {
                continue;
            }
            let is_party = parties.contains(&principal);
            if !is_party && !self.read::<User>(principal.0).await?.is_active() {
                continue;
            }
            found.push(Principal {
                user: principal,
                groups: self.memberships(principal, groups).await?,
            });
        }
        Ok(found)
    }
}
