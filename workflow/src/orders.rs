//! Orders that were issued go to the broker, which may lose them: an order whose deadline passes without a report is
//! issued anew, with the next number, by the account's timer.

use crate::Instance;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use tenure_broker::Issued;
use tenure_domain::{
    Event,
    account::{Account, AccountEvent},
    order::Order,
};
use tenure_eventstore::{
    StoredEvent,
    follow::{Handle, Retry},
};

/// Orders under way to the broker at once.
const CONCURRENCY: usize = 256;

/// Publishes the orders of each page of events. Publishing one twice is harmless: the object carries the number.
pub(crate) struct Orders(pub(crate) Instance);

impl Handle for Orders {
    async fn handle(&self, page: &[StoredEvent]) -> Result<(), Retry> {
        let mut orders: Vec<BoxFuture<'_, Result<(), Retry>>> = Vec::new();
        for event in page {
            if let Event::Account(AccountEvent::OrderIssued(issued)) = &event.event {
                orders.push(publish_one(&self.0, &issued.order).boxed());
            }
        }
        let outcomes: Vec<_> = stream::iter(orders)
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        outcomes.into_iter().collect()
    }
}

async fn publish_one(instance: &Instance, order: &Order) -> Result<(), Retry> {
    if instance.system.now() >= order.not_after {
        // The deadline's timer issues the next one.
        return Ok(());
    }
    fail::fail_point!("order-before-publish", |_| std::process::abort());
    let issued = instance
        .broker
        .issue(order)
        .await
        .map_err(|error| error.to_string())?;
    fail::fail_point!("order-after-publish", |_| std::process::abort());
    if issued == Issued::AlreadyQueued && still_outstanding(instance, order).await? {
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

async fn still_outstanding(instance: &Instance, order: &Order) -> Result<bool, Retry> {
    let account = instance
        .store
        .cached_state::<Account>(order.account.0)
        .await
        .map_err(|error| error.to_string())?;
    let outstanding = account
        .state
        .managed()
        .and_then(|managed| managed.directory.outstanding.clone());
    Ok(outstanding.is_some_and(|outstanding| outstanding.number == order.number))
}
