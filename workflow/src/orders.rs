//! Orders that were issued go to the broker, which may lose them: an order whose deadline passes without a report is
//! issued anew, with the next number, by the account's timer.

use crate::Instance;
use chrono::TimeDelta;
use futures::{FutureExt, StreamExt, stream};
use std::sync::Arc;
use tenure_broker::Issued;
use tenure_domain::{
    Event,
    account::{Account, AccountEvent},
    order::Order,
};
use tenure_eventstore::{
    StoreError, StoredEvent,
    follow::{Handle, Retry},
};

/// Orders under way to the broker at once.
const CONCURRENCY: usize = 256;

/// An event that is older than this was perhaps followed by others in another process.
const FRESH: TimeDelta = TimeDelta::seconds(1);

/// Publishes the orders of each page of events. Publishing one twice is harmless while it is outstanding: the object
/// carries the number. One that was reported is never published again: once the object is deleted, nothing carries its
/// number any more, and an old order would make it anew.
pub(crate) struct Orders(pub(crate) Instance);

impl Handle for Orders {
    async fn handle(&self, page: &[Arc<StoredEvent>]) -> Result<(), Retry> {
        let issued = |event: &Arc<StoredEvent>| match &event.event {
            Event::Account(AccountEvent::OrderIssued(e)) => Some((e.order.clone(), event.clone())),
            _ => None,
        };
        let orders: Vec<_> = page.iter().filter_map(issued).collect();
        let outcomes: Vec<_> = stream::iter(orders)
            .map(|(order, event)| async move { publish_one(&self.0, &order, &event).await }.boxed())
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        outcomes.into_iter().collect()
    }
}

async fn publish_one(instance: &Instance, order: &Order, event: &StoredEvent) -> Result<(), Retry> {
    if instance.system.now() >= order.not_after {
        // The deadline's timer issues the next one.
        return Ok(());
    }
    if !still_outstanding(instance, order, event).await? {
        return Ok(());
    }
    fail::fail_point!("order-before-publish", |_| std::process::abort());
    let issued = instance
        .broker
        .issue(order)
        .await
        .map_err(|error| error.to_string())?;
    fail::fail_point!("order-after-publish", |_| std::process::abort());
    if issued == Issued::AlreadyQueued && still_outstanding(instance, order, event).await? {
        // What is queued is older: an earlier number, whose time has passed or that was reported, or this one.
        let superseded = instance.broker.supersede(order.domain, order.account).await;
        superseded.map_err(|error| error.to_string())?;
        instance
            .broker
            .issue(order)
            .await
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn still_outstanding(
    instance: &Instance,
    order: &Order,
    event: &StoredEvent,
) -> Result<bool, Retry> {
    let store = &instance.store;
    let account = order.account.0;
    let failed = |error: StoreError| error.to_string();
    let mut loaded = store
        .cached_state::<Account>(account)
        .await
        .map_err(failed)?;
    let issued_at = order.not_after - instance.commands.order_valid_for();
    // What is cached may be older than the event, or, in a process that lags or starts again, than what came of it.
    if loaded.version < event.version || instance.system.now() > issued_at + FRESH {
        loaded = store.state::<Account>(account).await.map_err(failed)?;
    }
    let outstanding = loaded
        .state
        .managed()
        .and_then(|managed| managed.directory.outstanding.as_ref());
    Ok(outstanding.is_some_and(|outstanding| outstanding.number == order.number))
}
