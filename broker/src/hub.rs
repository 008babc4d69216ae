//! The broker within one process: the same promises as NATS, nothing stored.
//!
//! Nothing is signed here. Both sides hand their keys to the hub's links, so that a message carries the public key
//! of the link that sent it, and the receiver compares that key with the one it believes: holding the private key
//! is all that a signature would prove.

use crate::{
    BrokerError, FromEngine,
    config::Leases,
    lease::LeaseQueue,
    reveal::{RevealReply, RevealRequest},
    work::Work,
};
use ed25519_dalek::VerifyingKey;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tenure_domain::{
    calibration::CalibrationOrder,
    ids::{AccountId, DomainId, EngineId},
};
use tokio::{
    sync::{Notify, broadcast, mpsc, oneshot},
    time::{Instant, timeout_at},
};

/// A broker for both sides in one process. See [`in_process`].
#[derive(Debug)]
pub struct Hub {
    leases: Leases,
    reports: Mutex<LeaseQueue<Sent<FromEngine>>>,
    reported: Notify,
    domains: Mutex<HashMap<DomainId, Arc<DomainQueue>>>,
}

/// A message and who sent it.
#[derive(Debug)]
pub(crate) struct Sent<T> {
    pub(crate) from: VerifyingKey,
    pub(crate) message: Arc<T>,
}

impl<T> Clone for Sent<T> {
    fn clone(&self) -> Self {
        Self {
            from: self.from,
            message: Arc::clone(&self.message),
        }
    }
}

/// A request and where its answer goes.
#[derive(Debug)]
pub(crate) struct RevealCall {
    pub(crate) from: VerifyingKey,
    pub(crate) request: RevealRequest,
    pub(crate) answer: oneshot::Sender<Sent<(EngineId, RevealReply)>>,
}

/// What waits for the engines of one domain.
#[derive(Debug, Default)]
pub(crate) struct DomainQueue {
    orders: Mutex<Queued>,
    ordered: Notify,
    listeners: Mutex<Vec<mpsc::Sender<RevealCall>>>,
    /// Every engine hears it.
    asked: Asked,
}

/// What every engine of a domain is asked at once. Who is slow to listen misses the oldest.
#[derive(Debug)]
struct Asked(broadcast::Sender<Sent<CalibrationOrder>>);

impl Default for Asked {
    fn default() -> Self {
        Self(broadcast::Sender::new(16))
    }
}

#[derive(Debug, Default)]
struct Queued {
    queue: LeaseQueue<Sent<Work>>,
    at_place: HashMap<AccountId, u64>,
}

/// A new hub, from which the core and any number of agents of the same process are connected
/// ([`BrokerConfig::InProcess`](crate::BrokerConfig)).
#[must_use]
pub fn in_process() -> Arc<Hub> {
    in_process_with(Leases::default())
}

/// The same with other waiting times.
#[must_use]
pub fn in_process_with(leases: Leases) -> Arc<Hub> {
    Arc::new(Hub {
        leases,
        reports: Mutex::default(),
        reported: Notify::new(),
        domains: Mutex::default(),
    })
}

impl Hub {
    pub(crate) fn domain(&self, domain: DomainId) -> Arc<DomainQueue> {
        Arc::clone(lock(&self.domains).entry(domain).or_default())
    }

    /// Queues work; `None` if some is queued at that place already.
    pub(crate) fn push_work(&self, work: Sent<Work>) -> Option<u64> {
        let domain = self.domain(work.message.domain());
        let mut orders = lock(&domain.orders);
        let place = work.message.place();
        if orders.at_place.contains_key(&place) {
            return None;
        }
        let sequence = orders.queue.push(work);
        orders.at_place.insert(place, sequence);
        drop(orders);
        domain.ordered.notify_waiters();
        Some(sequence)
    }

    pub(crate) fn supersede(&self, domain: DomainId, account: AccountId) -> bool {
        let domain = self.domain(domain);
        let mut orders = lock(&domain.orders);
        let Some(sequence) = orders.at_place.remove(&account) else {
            return false;
        };
        orders.queue.remove(sequence).is_some()
    }

    pub(crate) async fn take_work(
        &self,
        domain: &DomainQueue,
        max: usize,
        until: Instant,
    ) -> Vec<(u64, Sent<Work>)> {
        let take = |now| {
            let mut orders = lock(&domain.orders);
            (
                orders.queue.take(max, now, self.leases.order),
                orders.queue.next_due(),
            )
        };
        take_or_wait(take, &domain.ordered, until).await
    }

    pub(crate) fn extend_order(&self, domain: &DomainQueue, sequence: u64) {
        lock(&domain.orders)
            .queue
            .extend(sequence, Instant::now(), self.leases.order);
    }

    pub(crate) fn push_report(&self, report: Sent<FromEngine>) {
        lock(&self.reports).push(report);
        self.reported.notify_waiters();
    }

    pub(crate) async fn take_reports(
        &self,
        max: usize,
        until: Instant,
    ) -> Vec<(u64, Sent<FromEngine>)> {
        let take = |now| {
            let mut reports = lock(&self.reports);
            (
                reports.take(max, now, self.leases.report),
                reports.next_due(),
            )
        };
        take_or_wait(take, &self.reported, until).await
    }

    pub(crate) fn ack_report(&self, sequence: u64) {
        lock(&self.reports).remove(sequence);
    }

    pub(crate) async fn call(&self, domain: DomainId, call: RevealCall) -> Result<(), BrokerError> {
        let domain = self.domain(domain);
        let mut call = call;
        loop {
            let listener = {
                let mut listeners = lock(&domain.listeners);
                listeners.retain(|listener| !listener.is_closed());
                // Every engine in turn.
                if !listeners.is_empty() {
                    listeners.rotate_left(1);
                }
                listeners.last().cloned()
            };
            match listener.ok_or(BrokerError::NoEngine)?.send(call).await {
                Ok(()) => return Ok(()),
                Err(mpsc::error::SendError(back)) => call = back,
            }
        }
    }

    /// Orders and reports that wait or are being worked on.
    pub(crate) fn waiting(&self) -> (u64, u64) {
        let domains: Vec<_> = lock(&self.domains).values().cloned().collect();
        let orders = domains
            .iter()
            .map(|domain| lock(&domain.orders).queue.len() as u64)
            .sum();
        (orders, lock(&self.reports).len() as u64)
    }
}

impl DomainQueue {
    pub(crate) fn waiting(&self) -> u64 {
        lock(&self.orders).queue.len() as u64
    }

    pub(crate) fn ack(&self, sequence: u64) {
        let mut orders = lock(&self.orders);
        if let Some(work) = orders.queue.remove(sequence) {
            orders.at_place.remove(&work.message.place());
        }
    }

    pub(crate) fn ask(&self, order: Sent<CalibrationOrder>) {
        // Nobody may be listening.
        let _ = self.asked.0.send(order);
    }

    pub(crate) fn asked(&self) -> broadcast::Receiver<Sent<CalibrationOrder>> {
        self.asked.0.subscribe()
    }

    pub(crate) fn listen(&self) -> mpsc::Receiver<RevealCall> {
        let (sender, receiver) = mpsc::channel(16);
        lock(&self.listeners).push(sender);
        receiver
    }
}

async fn take_or_wait<T>(
    take: impl Fn(Instant) -> (Vec<T>, Option<Instant>),
    arrived: &Notify,
    until: Instant,
) -> Vec<T> {
    loop {
        let arrival = arrived.notified();
        tokio::pin!(arrival);
        // Before looking, so that nothing arrives unnoticed in between.
        arrival.as_mut().enable();
        let (taken, next_due) = take(Instant::now());
        if !taken.is_empty() || Instant::now() >= until {
            return taken;
        }
        let wake = next_due.map_or(until, |due| due.min(until));
        let _ = timeout_at(wake, arrival).await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic cannot leave these maps half changed in a way that matters: everything here may be lost.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
