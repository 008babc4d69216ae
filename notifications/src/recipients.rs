//! Who is told, at the moment of telling: people by their role in the matter. Disabled people are told nothing.

use crate::{handed, table::Recipients};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tenure_domain::{
    CampaignId, Event, GroupId, Personal, RequestId, RoleId, UserId,
    account::Account,
    campaign::Campaign,
    deputy::Deputyship,
    directory::{AccountsDrifted, DomainEvent, DriftedAccount},
    group::{Group, everyone},
    ownership::Owner,
    request::{Request, Stage, Submission},
    role::BuiltInRole,
    template::ApprovalStep,
    user::{PersonalData, User},
};
use tenure_eventstore::{EventStore, StoreError};
use tenure_projections::{
    Page, ReviewFilter, ReviewStanding, SortOrder, UserFilter, UserSort, ViewError, Views,
};
use uuid::Uuid;

/// How long read models may be behind; then it is tried again.
const BEHIND: Duration = Duration::from_secs(10);

/// Why recipients cannot be found for now.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RecipientsError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Views(#[from] ViewError),
}

/// The step that waits, and whether its time is over.
fn current_step(request: &Request) -> Option<(usize, bool)> {
    match request {
        Request::Submitted(submitted) => match &submitted.stage {
            Stage::AwaitingApproval(approvals) => Some((approvals.step, approvals.escalated)),
            _ => None,
        },
        Request::Absent | Request::Draft(_) | Request::Deleted { .. } => None,
    }
}

/// Who is told of which accounts.
pub(crate) struct Told {
    /// Of all of them.
    pub(crate) of_all: BTreeSet<UserId>,
    /// Of their own.
    pub(crate) of_some: BTreeMap<UserId, Vec<DriftedAccount>>,
}

impl Told {
    fn people(&self) -> impl Iterator<Item = UserId> {
        self.of_all.iter().chain(self.of_some.keys()).copied()
    }
}

/// Looks people up.
pub(crate) struct Directory<'a> {
    pub(crate) store: &'a EventStore,
    pub(crate) views: &'a Views,
}

impl Directory<'_> {
    /// Everybody whom `recipients` of the stream `stream` means, with their data.
    pub(crate) async fn people(
        &self,
        recipients: Recipients,
        stream: Uuid,
        event: &Event,
    ) -> Result<Vec<(UserId, PersonalData)>, RecipientsError> {
        let ids = match recipients {
            Recipients::Administrators => self.administrators().await?,
            Recipients::Requester => {
                let request = self.request(stream).await?;
                request.requester().into_iter().collect()
            }
            Recipients::RequesterAndAdministrators => {
                let mut people = self.administrators().await?;
                people.extend(self.request(stream).await?.requester());
                people
            }
            Recipients::Approvers { step } => self.approvers(RequestId(stream), step).await?,
            Recipients::CurrentApprovers => match current_step(&*self.request(stream).await?) {
                Some((step, false)) => self.approvers(RequestId(stream), step).await?,
                Some((step, true)) => {
                    let mut people = self.approvers(RequestId(stream), step).await?;
                    people.extend(self.fallback(RequestId(stream), step).await?);
                    people
                }
                None => BTreeSet::new(),
            },
            Recipients::FallbackApprovers { step } => {
                self.fallback(RequestId(stream), step).await?
            }
            Recipients::Owners => self.owners(stream).await?,
            Recipients::Reviewers => self.reviewers(CampaignId(stream)).await?,
            Recipients::NewReviewers => match handed::to(event) {
                Some((campaign, to)) => self.new_reviewers(campaign, to).await?,
                None => BTreeSet::new(),
            },
            Recipients::AdministratorsAndOwners => match event {
                Event::Domain(DomainEvent::AccountsDrifted(drifted)) => {
                    self.told_of(drifted).await?.people().collect()
                }
                _ => self.administrators().await?,
            },
            Recipients::User => [UserId(stream)].into(),
        };
        let mut people = Vec::with_capacity(ids.len());
        for id in ids {
            let user = self.store.cached_state::<User>(id.0).await?.state;
            if let (false, Some(Personal::Clear(data))) = (user.disabled, &user.personal) {
                people.push((id, data.clone()));
            }
        }
        Ok(people)
    }

    pub(crate) async fn request(&self, stream: Uuid) -> Result<Arc<Request>, StoreError> {
        Ok(self.store.cached_state::<Request>(stream).await?.state)
    }

    async fn members(&self, group: GroupId) -> Result<BTreeSet<UserId>, StoreError> {
        let mut group = self.store.cached_state::<Group>(group.0).await?.state;
        if let (true, Some(by)) = (group.disabled, group.replaced_by) {
            group = self.store.cached_state::<Group>(by.0).await?.state;
        }
        Ok(if group.disabled {
            BTreeSet::new()
        } else {
            group.members.clone()
        })
    }

    /// Who may decide the step once its time is over.
    async fn fallback(
        &self,
        request: RequestId,
        step: usize,
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let request = self.request(request.0).await?;
        let submission = request.submission();
        let step = submission.and_then(|submission| submission.steps.get(step));
        match (submission, step) {
            (Some(submission), Some(ApprovalStep { fallback, .. })) => {
                self.deciders(submission, &fallback.users, &fallback.groups)
                    .await
            }
            _ => Ok(BTreeSet::new()),
        }
    }

    /// Who may decide the step.
    async fn approvers(
        &self,
        request: RequestId,
        step: usize,
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let request = self.request(request.0).await?;
        let Some(submission) = request.submission() else {
            return Ok(BTreeSet::new());
        };
        let Some(step) = submission.steps.get(step) else {
            return Ok(BTreeSet::new());
        };
        self.deciders(submission, &step.users, &step.groups).await
    }

    /// These, but not the requester, nor an owner whom the requester chose; and those who are their deputies now. Whose
    /// deputy may not decide is not told either.
    async fn deciders(
        &self,
        submission: &Submission,
        users: &[UserId],
        groups: &[GroupId],
    ) -> Result<BTreeSet<UserId>, StoreError> {
        let mut people: BTreeSet<UserId> = users.iter().copied().collect();
        for group in groups {
            people.extend(self.members(*group).await?);
        }
        let mut parties = BTreeSet::from([submission.requester]);
        for owner in &submission.owners {
            match owner {
                Owner::User(id) => drop(parties.insert(*id)),
                Owner::Group(group) => parties.extend(self.members(*group).await?),
            }
        }
        let mut barred = parties.clone();
        for party in &parties {
            barred.extend(self.deputy_of(*party).await?);
        }
        people.retain(|id| !parties.contains(id));
        for principal in people.clone() {
            // Whoever is disabled has no voice to lend.
            let user = self.store.cached_state::<User>(principal.0).await?.state;
            if user.is_active() {
                people.extend(self.deputy_of(principal).await?);
            }
        }
        people.retain(|id| !barred.contains(id));
        Ok(people)
    }

    async fn deputy_of(&self, user: UserId) -> Result<Option<UserId>, StoreError> {
        let deputyship = self.store.cached_state::<Deputyship>(user.0).await?.state;
        Ok(deputyship.deputy_at(self.store.clock().now()))
    }

    /// Who is told of which of the accounts that have drifted.
    pub(crate) async fn told_of(&self, drifted: &AccountsDrifted) -> Result<Told, RecipientsError> {
        let mut told = Told {
            of_all: self.administrators().await?,
            of_some: BTreeMap::new(),
        };
        for account in &drifted.accounts {
            for user in self.owners(account.account.0).await? {
                let of: &mut Vec<_> = told.of_some.entry(user).or_default();
                of.push(account.clone());
            }
        }
        Ok(told)
    }

    async fn owners(&self, account: Uuid) -> Result<BTreeSet<UserId>, RecipientsError> {
        let account = self.store.cached_state::<Account>(account).await?.state;
        let Some(managed) = account.managed() else {
            return Ok(BTreeSet::new());
        };
        let mut people = BTreeSet::new();
        for owner in &managed.owners {
            match owner {
                Owner::User(id) => drop(people.insert(*id)),
                Owner::Group(group) => people.extend(self.members(*group).await?),
            }
        }
        let others = &managed.identity.terms.rules.other_recipients;
        people.extend(&others.users);
        for group in &others.groups {
            people.extend(self.members(*group).await?);
        }
        if managed.identity.terms.rules.include_administrators {
            people.extend(self.administrators().await?);
        }
        Ok(people)
    }

    /// Who has accounts of the campaign to say something of, and their deputies. Of Everyone, which only older campaigns
    /// ask, nobody is told.
    async fn reviewers(&self, campaign: CampaignId) -> Result<BTreeSet<UserId>, RecipientsError> {
        self.reviews_caught_up().await?;
        let campaign = self.store.cached_state::<Campaign>(campaign.0).await?.state;
        let Some(opened) = campaign.running() else {
            return Ok(BTreeSet::new());
        };
        let totals = self.views.reviewer_totals(opened.frozen.population).await?;
        let waiting = totals
            .into_iter()
            .filter(|total| ReviewStanding::WAITING.contains(&total.standing));
        let ids: BTreeSet<Uuid> = waiting.map(|total| total.reviewer).collect();
        let mut people = BTreeSet::new();
        for id in ids {
            let group = self.store.cached_state::<Group>(id).await?.state;
            match group.name {
                Some(_) => people.extend(self.members(GroupId(id)).await?),
                None => drop(people.insert(UserId(id))),
            }
        }
        self.with_deputies(people).await
    }

    /// Who is asked from now on, and their deputies, if the campaign still runs.
    async fn new_reviewers(
        &self,
        campaign: CampaignId,
        to: &[Owner],
    ) -> Result<BTreeSet<UserId>, RecipientsError> {
        self.reviews_caught_up().await?;
        let campaign = self.store.cached_state::<Campaign>(campaign.0).await?.state;
        if campaign.running().is_none() {
            return Ok(BTreeSet::new());
        }
        let mut people = BTreeSet::new();
        for who in to {
            match who {
                Owner::User(id) => drop(people.insert(*id)),
                Owner::Group(group) => people.extend(self.members(*group).await?),
            }
        }
        self.with_deputies(people).await
    }

    async fn reviews_caught_up(&self) -> Result<(), RecipientsError> {
        let head = self.store.head().await?.position;
        let models = ["reviews", "members", "groups", "deputies"];
        Ok(self.views.wait_for_models(&models, head, BEHIND).await?)
    }

    /// These, and who stands in for one of them now. Whoever is disabled has no voice to lend.
    async fn with_deputies(
        &self,
        mut people: BTreeSet<UserId>,
    ) -> Result<BTreeSet<UserId>, RecipientsError> {
        let mut deputies = BTreeSet::new();
        for named in self.views.deputyships().await? {
            if people.contains(&named.user)
                && let Some(deputy) = self.deputy_of(named.user).await?
                && self.is_active(named.user).await?
            {
                deputies.insert(deputy);
            }
        }
        people.extend(deputies);
        Ok(people)
    }

    async fn is_active(&self, user: UserId) -> Result<bool, StoreError> {
        let user = self.store.cached_state::<User>(user.0).await?.state;
        Ok(user.is_active())
    }

    /// How many accounts of the campaign wait for this person, or for somebody whose deputy they are.
    pub(crate) async fn waiting_for(
        &self,
        campaign: CampaignId,
        user: UserId,
    ) -> Result<u64, RecipientsError> {
        let campaign = self.store.cached_state::<Campaign>(campaign.0).await?.state;
        let Some(opened) = &campaign.opened else {
            return Ok(0);
        };
        let mut reviewers = BTreeSet::from([everyone().0]);
        let mut voices = vec![user];
        for principal in self.views.deputy_for(user).await? {
            if self.deputy_of(principal).await? == Some(user) && self.is_active(principal).await? {
                voices.push(principal);
            }
        }
        for voice in voices {
            let groups = self.views.groups_of(voice).await?;
            reviewers.extend(groups.into_iter().map(|group| group.0));
            reviewers.insert(voice.0);
        }
        let filter = ReviewFilter {
            population: Some(opened.frozen.population),
            standing: ReviewStanding::WAITING.to_vec(),
            reviewers: reviewers.into_iter().collect(),
            ..ReviewFilter::default()
        };
        let page = Page::first(1);
        let found = self
            .views
            .reviews(&filter, SortOrder::Ascending, &page)
            .await?;
        Ok(found.total.value)
    }

    async fn administrators(&self) -> Result<BTreeSet<UserId>, RecipientsError> {
        self.holders(BuiltInRole::SystemAdministrator.id()).await
    }

    /// Holders of a role, in person or through a group.
    pub(crate) async fn holders(&self, role: RoleId) -> Result<BTreeSet<UserId>, RecipientsError> {
        let filter = UserFilter {
            role: Some(role),
            ..UserFilter::default()
        };
        let mut people = BTreeSet::new();
        let mut page = Page::first(500);
        loop {
            let order = SortOrder::Ascending;
            let found = self
                .views
                .users(&filter, UserSort::Created, order, &page)
                .await?;
            people.extend(found.rows.iter().map(|user| user.id));
            match found.next {
                Some(next) => page = Page::after(next, 500),
                None => break,
            }
        }
        for group in self.views.groups_holding(role).await? {
            if group != everyone() {
                people.extend(self.members(group).await?);
            }
        }
        Ok(people)
    }
}
