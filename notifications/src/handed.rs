//! Reviews that are handed to somebody: one message a person and a call, however many accounts it was.

use chrono::TimeDelta;
use std::{collections::HashMap, sync::Arc};
use tenure_domain::{CampaignId, Event, ids::derived, ownership::Owner, review::ReviewEvent};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// How long a mail waits for the rest of its call, so that it counts all of it.
pub(crate) const GATHERED: TimeDelta = TimeDelta::seconds(20);

/// Who reviews the account from now on, in which campaign.
pub(crate) fn to(event: &Event) -> Option<(CampaignId, &[Owner])> {
    match event {
        Event::Review(ReviewEvent::Reassigned(e)) => Some((e.campaign, &e.reviewers)),
        Event::Review(ReviewEvent::Decided(e)) => {
            let asked = e.also_asked.as_ref()?;
            Some((e.campaign, std::slice::from_ref(asked)))
        }
        _ => None,
    }
}

/// The same for all that one call does in a campaign, so that it is one message to each person.
pub(crate) fn call(event: &StoredEvent) -> Option<Uuid> {
    let (campaign, _) = to(&event.event)?;
    let parts = [campaign.to_string(), event.correlation.to_string()];
    Some(derived(&["handed", &parts[0], &parts[1]]))
}

/// The page without those that a later one of the same call speaks for.
pub(crate) fn gathered(page: &[Arc<StoredEvent>]) -> impl Iterator<Item = &Arc<StoredEvent>> {
    let of = |event: &StoredEvent| Some((call(event)?, to(&event.event)?.1.to_vec()));
    let mut last = HashMap::new();
    for event in page {
        last.extend(of(event).map(|of| (of, event.position)));
    }
    let speaks = move |event: &&Arc<StoredEvent>| {
        let last = of(event).and_then(|of| last.get(&of).copied());
        last.is_none_or(|last| last == event.position)
    };
    page.iter().filter(speaks)
}
