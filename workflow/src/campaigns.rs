//! What nobody has reviewed by a campaign's due date is revoked, where the campaign says so: account by account, beside all
//! other work, and going on where another process has left off. What is revoked no longer waits, so that nothing else has to
//! be remembered.

use crate::{Caller, CommandError, Instance};
use futures::{FutureExt, StreamExt, stream};
use std::time::Duration;
use tenure_domain::{
    campaign::Unanswered,
    ids::derived,
    review::{Place, ReviewCommand},
};
use tenure_eventstore::Cause;
use tenure_projections::{
    CampaignRow, CampaignStatus, LONGEST_PAGE, Page, ReviewFilter, ReviewRow, ReviewStanding,
    SortOrder,
};
use tokio_util::sync::CancellationToken;

/// Between looks for work that another gateway has left undone.
const LOOK: Duration = Duration::from_secs(20);
/// Accounts under way at once: their appends share transactions.
const AT_ONCE: usize = 32;
/// How long read models may be behind.
const BEHIND: Duration = Duration::from_secs(10);

/// Revokes whatever there is to revoke, until cancelled.
pub(crate) async fn watch(instance: &Instance, cancel: CancellationToken) {
    loop {
        match cancel.run_until_cancelled(look(instance)).await {
            None => return,
            Some(Ok(())) => {}
            Some(Err(error)) => {
                tracing::warn!(%error, "what nobody reviewed in time cannot be revoked for now");
            }
        }
        let closed = instance.engines.campaign_closed.notified();
        let waited = cancel.run_until_cancelled(tokio::time::timeout(LOOK, closed));
        if waited.await.is_none() {
            return;
        }
    }
}

async fn look(instance: &Instance) -> Result<(), CommandError> {
    let head = instance.store.head().await?.position;
    let views = &instance.views;
    views
        .wait_for_models(&["campaigns", "reviews"], head, BEHIND)
        .await?;
    let mut page = uncounted(Page::first(LONGEST_PAGE));
    loop {
        let found = views.campaigns(Some(CampaignStatus::Closed), &page).await?;
        for campaign in found.rows.iter().filter(|campaign| revokes(campaign)) {
            lapse_all(instance, campaign).await?;
        }
        match found.next {
            Some(next) => page = uncounted(Page::after(next, LONGEST_PAGE)),
            None => return Ok(()),
        }
    }
}

fn uncounted(page: Page) -> Page {
    Page {
        uncounted: true,
        ..page
    }
}

fn revokes(campaign: &CampaignRow) -> bool {
    let at_due = campaign.closed.as_ref().is_some_and(|closed| closed.at_due);
    at_due && campaign.content.unanswered == Unanswered::Revoke
}

async fn lapse_all(instance: &Instance, campaign: &CampaignRow) -> Result<(), CommandError> {
    let filter = ReviewFilter {
        population: Some(campaign.frozen.population),
        standing: ReviewStanding::WAITING.to_vec(),
        ..ReviewFilter::default()
    };
    let mut page = uncounted(Page::first(LONGEST_PAGE));
    loop {
        let found = instance
            .views
            .reviews(&filter, SortOrder::Ascending, &page)
            .await?;
        let done: Vec<_> = stream::iter(found.rows)
            .map(|review| async move { lapse(instance, &review).await }.boxed())
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        done.into_iter().collect::<Result<(), _>>()?;
        match found.next {
            Some(next) => page = uncounted(Page::after(next, LONGEST_PAGE)),
            None => return Ok(()),
        }
    }
}

async fn lapse(instance: &Instance, review: &ReviewRow) -> Result<(), CommandError> {
    let place = Place {
        campaign: review.campaign,
        part: review.part,
    };
    let id = derived(&["review lapsed", &review.id.to_string()]);
    let caller = Caller::system("campaigns", id, Cause::default());
    let command = ReviewCommand::Lapse { place };
    match instance.commands.review(review.id, command, &caller).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_transient() => Err(error),
        Err(refusal) => {
            tracing::debug!(%refusal, review = %review.id, "the review was answered meanwhile");
            Ok(())
        }
    }
}
