//! Commands on campaigns and their reviews. A campaign is opened in two steps: its accounts are frozen part by part, then the
//! campaign says which population it has. What ends in between leaves parts that no campaign has, and another attempt freezes
//! another population (docs/adr/0010).

use super::{Accepted, Caller, CommandError, Commands, facts::FactReader};
use crate::permissions;
use futures::{StreamExt, TryStreamExt, stream};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    fmt::Write,
    time::Duration,
};
use tenure_domain::{
    AccountId, CampaignId, GroupId, PopulationId, ReviewId, UserId,
    campaign::{
        Active, Campaign, CampaignCommand, CampaignContent, CampaignFacts, CampaignRefusal, Frozen,
        ITEMS_OF_PART, Opening, Population, PopulationCommand, PopulationFilter, PopulationFrozen,
        ReviewItem, part_stream, population_of, review_of,
    },
    group::{Group, everyone},
    ownership::Owner,
    problem::FieldProblem,
    review::{Review, ReviewCommand, ReviewFacts, ReviewRefusal},
    user::User,
};
use tenure_eventstore::StoreError;
use tenure_projections::AccountFilter;
use uuid::Uuid;

/// How long read models may be behind.
const BEHIND: Duration = Duration::from_secs(10);
/// Parts under way at once: their appends share transactions.
const PARTS_AT_ONCE: usize = 16;
/// Accounts whose names are read at once.
const NAMES: usize = 2_000;

/// Accounts of a campaign that is to be, as of one position.
#[derive(Clone, Debug)]
pub struct FrozenPopulation {
    /// What proves it.
    pub frozen: Frozen,
    /// The accounts, in the order of their ids.
    pub items: Vec<ReviewItem>,
}

impl Commands {
    /// Who would review what, as of now; nothing is written.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn freeze(
        &self,
        campaign: CampaignId,
        content: &CampaignContent,
    ) -> Result<FrozenPopulation, CommandError> {
        let head = self.store.head().await?.position;
        self.views
            .wait_for_models(&["accounts"], head, BEHIND)
            .await?;
        let found = self
            .views
            .frozen_accounts(&accounts(&content.filter))
            .await?;
        let position = match found.accounts.is_empty() {
            true => head,
            false => found.position,
        };
        let population = population_of(campaign, position);
        let known = self.owners_among(found.accounts.values().flatten()).await?;
        let mut people: HashMap<Owner, Active> = HashMap::new();
        let mut reader = FactReader::new(&self.store, false);
        let named = content.rule.named().into_iter().map(|(_, who)| who);
        for owner in known.values().copied().chain(named) {
            people.insert(owner, reader.active(&owner).await?);
        }
        let active = |owner: &Owner| people.get(owner).copied().unwrap_or(Active::Nobody);
        let ids: Vec<AccountId> = found.accounts.keys().copied().collect();
        let mut items = Vec::with_capacity(ids.len());
        for ids in ids.chunks(NAMES) {
            let mut places = self.views.account_places(ids).await?;
            for account in ids {
                let Some((name, domain)) = places.remove(account) else {
                    continue;
                };
                let owners = found.accounts.get(account).into_iter().flatten();
                let owners: Vec<Owner> = owners.filter_map(|id| known.get(id).copied()).collect();
                let reviewers = content.rule.reviewers_of(&owners, &active);
                let review = review_of(population, *account);
                items.push(ReviewItem {
                    review,
                    account: *account,
                    name,
                    domain,
                    owners,
                    reviewers,
                });
            }
        }
        let without = items.iter().filter(|item| item.reviewers.is_empty());
        let frozen = Frozen {
            population,
            position,
            count: items.len() as u64,
            sha256: proof(&items),
            parts: u32::try_from(items.len().div_ceil(ITEMS_OF_PART)).unwrap_or(u32::MAX),
            without_reviewer: without.count() as u64,
        };
        Ok(FrozenPopulation { frozen, items })
    }

    /// What is not right about a campaign, before its accounts are frozen.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub async fn campaign_problems(
        &self,
        content: &CampaignContent,
    ) -> Result<Vec<FieldProblem>, CommandError> {
        let mut reader = FactReader::new(&self.store, true);
        let facts = reader.campaign_facts(content).await?;
        Ok(content.problems(&facts, self.store.clock().now()))
    }

    /// Freezes the accounts that meet the filter, and opens the campaign.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn open_campaign(
        &self,
        id: CampaignId,
        content: CampaignContent,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        let known = self.store.state::<Campaign>(id.0).await?.state;
        let opening = match &known.opened {
            // A repeat: what was frozen stays so.
            Some(opened) => Opening {
                campaign: id,
                frozen: opened.frozen.clone(),
                content,
            },
            None => {
                let problems = self.campaign_problems(&content).await?;
                if !problems.is_empty() {
                    return Err(CampaignRefusal::Invalid(problems).into());
                }
                let FrozenPopulation { frozen, items } = self.freeze(id, &content).await?;
                self.write_parts(id, frozen.population, &items, caller)
                    .await?;
                Opening {
                    campaign: id,
                    content,
                    frozen,
                }
            }
        };
        self.campaign(id, CampaignCommand::Open(Box::new(opening)), caller)
            .await
    }

    async fn write_parts(
        &self,
        campaign: CampaignId,
        population: PopulationId,
        items: &[ReviewItem],
        caller: &Caller,
    ) -> Result<(), CommandError> {
        // Of the campaign's opening, which alone is done once by its key.
        let caller = Caller {
            key: None,
            ..caller.clone()
        };
        let caller = &caller;
        let parts = items.chunks(ITEMS_OF_PART).zip(0_u32..);
        let writing: Vec<_> = parts
            .map(|(items, part)| async move {
                let frozen = PopulationFrozen {
                    campaign,
                    population,
                    part,
                    items: items.to_vec(),
                };
                let command = PopulationCommand::Freeze(Box::new(frozen));
                let facts = ((), FactReader::new(&self.store, false));
                let stream = part_stream(population, part);
                let done = self.attempt::<Population>(stream, command, facts, caller);
                done.await?.ok_or(CommandError::Conflict)
            })
            .collect();
        stream::iter(writing)
            .buffer_unordered(PARTS_AT_ONCE)
            .try_for_each(|_| async { Ok(()) })
            .await
    }

    /// Does something with a campaign.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn campaign(
        &self,
        id: CampaignId,
        command: CampaignCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        for mut reader in self.readers() {
            let facts = match &command {
                CampaignCommand::Open(opening) => reader.campaign_facts(&opening.content).await?,
                CampaignCommand::Remind(_)
                | CampaignCommand::ReachDue(_)
                | CampaignCommand::Close { .. } => CampaignFacts::default(),
            };
            let done = self
                .attempt::<Campaign>(id.0, command.clone(), (facts, reader), caller)
                .await?;
            if let Some(accepted) = done {
                return Ok(accepted);
            }
        }
        Err(CommandError::Conflict)
    }

    /// Does something with a review.
    ///
    /// # Errors
    /// The refusal, or why it could not be carried out.
    pub async fn review(
        &self,
        id: ReviewId,
        command: ReviewCommand,
        caller: &Caller,
    ) -> Result<Accepted, CommandError> {
        let actor = caller.actor.user();
        let mut caught_up = false;
        for mut reader in self.readers() {
            let facts = self
                .facts_of_review(id, &command, actor, &mut reader)
                .await?;
            let done = self.attempt::<Review>(id.0, command.clone(), (facts, reader), caller);
            match done.await {
                Ok(Some(accepted)) => return Ok(accepted),
                Ok(None) => {}
                // In whose name somebody may say something, a read model says, which may be behind.
                Err(CommandError::Review(ReviewRefusal::NotReviewer)) if !caught_up => {
                    permissions::catch_up(&self.store, &self.views).await?;
                    caught_up = true;
                }
                Err(error) => return Err(error),
            }
        }
        Err(CommandError::Conflict)
    }

    async fn facts_of_review(
        &self,
        id: ReviewId,
        command: &ReviewCommand,
        actor: Option<UserId>,
        reader: &mut FactReader<'_>,
    ) -> Result<ReviewFacts, CommandError> {
        let Some(place) = command.place() else {
            return Ok(ReviewFacts::default());
        };
        let campaign = reader.read::<Campaign>(place.campaign.0).await?;
        let Some(opened) = &campaign.opened else {
            return Ok(ReviewFacts::default());
        };
        // Frozen for ever: it is no fact to re-check.
        let stream = part_stream(opened.frozen.population, place.part);
        let part = self.store.cached_state::<Population>(stream).await?.state;
        let mut facts = ReviewFacts {
            opened: Some(opened.clone()),
            closed: campaign.closed.clone(),
            item: part.item(id).cloned(),
            ..ReviewFacts::default()
        };
        let Some(item) = &facts.item else {
            return Ok(facts);
        };
        if !opened.content.rule.self_review {
            facts.sole_owner = reader.sole_owner(&item.owners).await?;
        }
        if let Some(user) = actor {
            let review = self.store.state::<Review>(id.0).await?.state;
            let reviewers = review.reviewers(item, opened);
            let groups = groups_among(&reviewers);
            facts.actor_groups = reader.memberships(user, &groups).await?;
            let mut reviewers = reviewers.iter();
            let asked = reviewers.any(|reviewer| reviewer.covers(user, &facts.actor_groups));
            // Who is asked themselves speaks in nobody else's name.
            let lenders = match asked {
                true => Vec::new(),
                false => self.views.deputy_for(user).await?,
            };
            let alone = facts.sole_owner.into_iter().collect();
            let now = self.store.clock().now();
            facts.deputy_for = reader
                .deputy_for(user, &alone, lenders, &groups, now)
                .await?;
            if !asked && !facts.deputy_for.is_empty() {
                let owning = groups_among(&item.owners);
                let owning = reader.memberships(user, &owning).await?;
                let mut owners = item.owners.iter();
                facts.owns = owners.any(|owner| owner.covers(user, &owning));
            }
        }
        if let ReviewCommand::Reassign { to, .. } = command {
            match reader.active(to).await? {
                Active::Nobody => facts.nobody_active = true,
                Active::One(only) => facts.only = Some(only),
                Active::Several => {}
            }
        }
        Ok(facts)
    }

    /// Which of these ids are users, and which groups.
    async fn owners_among(
        &self,
        ids: impl Iterator<Item = &Uuid>,
    ) -> Result<HashMap<Uuid, Owner>, StoreError> {
        let ids: BTreeSet<Uuid> = ids.copied().collect();
        let mut owners = HashMap::with_capacity(ids.len());
        for id in ids {
            let group = self.store.cached_state::<Group>(id).await?.state;
            let owner = match group.name {
                Some(_) => Owner::Group(GroupId(id)),
                None => Owner::User(UserId(id)),
            };
            owners.insert(id, owner);
        }
        Ok(owners)
    }
}

fn groups_among(owners: &[Owner]) -> Vec<GroupId> {
    let group = |owner: &Owner| match owner {
        Owner::Group(group) => Some(*group),
        Owner::User(_) => None,
    };
    owners.iter().filter_map(group).collect()
}

fn accounts(filter: &PopulationFilter) -> AccountFilter {
    let owner = filter.owner.map(|owner| match owner {
        Owner::User(id) => id.0,
        Owner::Group(id) => id.0,
    });
    AccountFilter {
        search: filter.search.clone(),
        status: filter.statuses().to_vec(),
        domain: filter.domain,
        template: filter.template,
        owned_by: owner.into_iter().collect(),
        action: filter.action,
        ..AccountFilter::default()
    }
}

/// SHA-256 of the accounts' ids, in order, one a line: whoever has the list can make it anew.
fn proof(items: &[ReviewItem]) -> String {
    let mut hash = Sha256::new();
    for item in items {
        hash.update(item.account.to_string());
        hash.update("\n");
    }
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

impl FactReader<'_> {
    /// How many active people it is; more than one are not counted.
    pub(crate) async fn active(&mut self, who: &Owner) -> Result<Active, StoreError> {
        let id = match who {
            Owner::User(user) => {
                let active = self.read::<User>(user.0).await?.is_active();
                return Ok(match active {
                    true => Active::One(*user),
                    false => Active::Nobody,
                });
            }
            Owner::Group(id) if *id == everyone() => return Ok(Active::Several),
            Owner::Group(id) => id,
        };
        let mut group = self.read::<Group>(id.0).await?;
        if let (true, Some(by)) = (group.disabled, group.replaced_by) {
            group = self.read::<Group>(by.0).await?;
        }
        let mut found = Active::Nobody;
        for member in group.members.iter().filter(|_| !group.disabled) {
            if self.read::<User>(member.0).await?.is_active() {
                found = match found {
                    Active::Nobody => Active::One(*member),
                    Active::One(_) | Active::Several => return Ok(Active::Several),
                };
            }
        }
        Ok(found)
    }

    async fn sole_owner(&mut self, owners: &[Owner]) -> Result<Option<UserId>, StoreError> {
        let mut people = HashMap::with_capacity(owners.len());
        for owner in owners {
            people.insert(*owner, self.active(owner).await?);
        }
        let active = |owner: &Owner| people.get(owner).copied().unwrap_or(Active::Nobody);
        Ok(tenure_domain::campaign::sole_owner(owners, &active))
    }

    async fn campaign_facts(
        &mut self,
        content: &CampaignContent,
    ) -> Result<CampaignFacts, StoreError> {
        let named: Vec<Owner> = content
            .rule
            .named()
            .into_iter()
            .map(|(_, who)| who)
            .collect();
        let mut unknown = self.unknown_owners(&named).await?;
        unknown.extend(self.inactive_owners(&named).await?);
        Ok(CampaignFacts { unknown })
    }
}
