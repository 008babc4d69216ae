//! The loop: take orders while the directory can be reached, carry out several at a time, report, acknowledge; read the
//! directory when that is asked (`reading.rs`); and answer requests to reveal a secret.
//!
//! An order is acknowledged only after its report was stored. Whatever is cut off before that is delivered again, here
//! or to another engine of the pool, and the fence on the object makes that harmless.

use crate::{
    backoff::Backoff, calibrate::Answered, clock::Clock, directory::Directory, log::Log,
    pace::Pace, reveal::RevealDesk, vault::Vault,
};
use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tenure_broker::{AgentLink, OrderDelivery, RevealReply, RevealRequest, WorkDelivery};
use tenure_domain::{
    ids::{AccountId, DomainId, EngineId},
    order::{EngineLoad, EngineStatus, Failure, FailureReason, Order, OrderKind, Outcome, Report},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep},
};
use tokio_util::sync::CancellationToken;

/// How often an order in work says so: well within the shortest lease.
pub(crate) const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Between two signs of life of the engine itself.
pub const HEART_BEAT: Duration = Duration::from_secs(30);
/// Between looks at a directory that cannot be reached.
const DIRECTORY_PAUSES: Backoff = Backoff {
    first: Duration::from_millis(500),
    most: Duration::from_secs(30),
};
/// Between attempts to hand over a report, or to listen for reveals.
pub(crate) const BROKER_PAUSES: Backoff = Backoff {
    first: Duration::from_millis(200),
    most: Duration::from_secs(5),
};
/// Attempts to hand over a report, before the order is left to be delivered again.
pub(crate) const REPORT_ATTEMPTS: u32 = 8;

/// One engine at work. Cheap to clone.
#[derive(Clone)]
pub struct Agent {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) link: AgentLink,
    pub(crate) engine: EngineId,
    pub(crate) domain: DomainId,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) vault: Arc<dyn Vault>,
    desk: RevealDesk,
    pub(crate) clock: Clock,
    concurrency: usize,
    /// How often it says how it does, also when nothing changed.
    heart_beat: Duration,
    /// Set by an order that did not get through; cleared by a look that did.
    unreachable: AtomicBool,
    /// What is out of reach, once that is known: told to the core on every change, and as a sign of life.
    impaired: watch::Sender<Option<Option<Failure>>>,
    /// A lease may run out while its order is still in work here: the second delivery is left alone.
    in_work: Mutex<HashSet<AccountId>>,
    /// How long orders take.
    pace: Pace,
    /// What the core is told of what it does.
    pub(crate) log: Log,
    /// What it last said of its reach.
    pub(crate) answered: Answered,
}

impl Agent {
    /// An engine of `domain`, with at most `concurrency` orders in work.
    #[must_use]
    pub fn new(
        link: AgentLink,
        engine: EngineId,
        domain: DomainId,
        directory: Arc<dyn Directory>,
        vault: Arc<dyn Vault>,
        clock: Clock,
        concurrency: usize,
    ) -> Self {
        let desk = RevealDesk::new(Arc::clone(&vault), Arc::clone(&clock));
        let inner = Inner {
            link,
            engine,
            domain,
            directory,
            vault,
            desk,
            log: Log::new(engine, Arc::clone(&clock)),
            answered: Answered::default(),
            clock,
            concurrency: concurrency.max(1),
            heart_beat: HEART_BEAT,
            unreachable: AtomicBool::new(true),
            impaired: watch::Sender::new(None),
            in_work: Mutex::default(),
            pace: Pace::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// With another time between two signs of life.
    #[must_use]
    pub fn with_heart_beat(mut self, every: Duration) -> Self {
        // Nobody else holds it before it runs.
        if let Some(inner) = Arc::get_mut(&mut self.inner) {
            inner.heart_beat = every;
        }
        self
    }

    /// Works until `stop`, then finishes what is in work. Outages of broker and directory are waited out.
    pub async fn run(&self, stop: CancellationToken) {
        let version = env!("CARGO_PKG_VERSION");
        self.inner
            .log
            .info(None, format!("Started, version {version}"));
        tokio::select! {
            () = self.inner.tell_log() => {}
            () = self.inner.answer_calibrations() => {}
            () = self.inner.answer_reveals() => {}
            () = self.inner.tell_status() => {}
            () = self.work(&stop) => {}
        }
    }

    async fn work(&self, stop: &CancellationToken) {
        let mut in_work = JoinSet::new();
        while !stop.is_cancelled() {
            while in_work.try_join_next().is_some() {}
            if self.inner.unreachable.load(Ordering::Relaxed) {
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = self.inner.wait_for_directory() => {}
                }
            }
            let free = self.inner.concurrency.saturating_sub(in_work.len());
            if free == 0 {
                in_work.join_next().await;
                continue;
            }
            let taken = tokio::select! {
                () = stop.cancelled() => break,
                taken = self.inner.link.next_work(free) => taken,
            };
            match taken {
                Ok(deliveries) => {
                    for delivery in deliveries {
                        let inner = Arc::clone(&self.inner);
                        in_work.spawn(async move {
                            match delivery {
                                WorkDelivery::Order(delivery) => inner.one(delivery).await,
                                WorkDelivery::Sync(delivery) => inner.read(delivery).await,
                            }
                        });
                    }
                }
                // The link paused before it said so, and mends itself in the background.
                Err(error) => tracing::debug!(%error, "no orders can be taken"),
            }
        }
        in_work.join_all().await;
    }
}

impl Inner {
    async fn wait_for_directory(&self) {
        let mut failures = 0;
        loop {
            match self.directory.reachable().await {
                Ok(()) => {
                    if failures > 0 {
                        tracing::info!("the directory can be reached again");
                    }
                    self.log.info(None, "The directory is reached");
                    self.mark_reachable(true);
                    self.set_impaired(None);
                    return;
                }
                Err(failure) => {
                    if failures == 0 {
                        tracing::warn!(
                            detail = failure.detail,
                            "the directory cannot be reached: no orders are taken"
                        );
                        let detail = &failure.detail;
                        self.log
                            .warn(None, format!("No orders are taken: {detail}"));
                    }
                    self.mark_reachable(false);
                    self.set_impaired(Some(failure));
                    sleep(DIRECTORY_PAUSES.after(failures)).await;
                    failures = failures.saturating_add(1);
                }
            }
        }
    }

    pub(crate) fn mark_reachable(&self, reachable: bool) {
        self.unreachable.store(!reachable, Ordering::Relaxed);
        metrics::gauge!("tenure_agent_directory_reachable").set(if reachable { 1.0 } else { 0.0 });
    }

    fn learn_from(&self, outcome: &Outcome) {
        match outcome {
            // The loop looks at the directory before it takes another order.
            Outcome::Deferred(failure) if failure.reason.directory_is_away() => {
                self.mark_reachable(false);
            }
            Outcome::Deferred(failure) if failure.reason == FailureReason::VaultUnavailable => {
                self.set_impaired(Some(failure.clone()));
            }
            // A new secret was written, or an old one deleted: the vault is back.
            Outcome::Applied {
                secret: Some(_), ..
            }
            | Outcome::Removed => self.set_impaired(None),
            _ => {}
        }
    }

    /// Words may vary from one attempt to the next; only another reason is a change.
    fn set_impaired(&self, impaired: Option<Failure>) {
        self.impaired.send_if_modified(|known| {
            let reason = |failure: &Option<Failure>| failure.as_ref().map(|failure| failure.reason);
            let changed = known.as_ref().map(reason) != Some(reason(&impaired));
            if changed {
                *known = Some(impaired);
            }
            changed
        });
    }

    async fn tell_status(&self) {
        let mut changes = self.impaired.subscribe();
        let mut failures = 0;
        loop {
            let known = changes.borrow_and_update().clone();
            if let Some(impaired) = known {
                let status = EngineStatus {
                    domain: self.domain,
                    engine: self.engine,
                    at: (self.clock)(),
                    impaired,
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    load: self.load(),
                };
                if let Err(error) = self.link.report_status(&status).await {
                    tracing::debug!(%error, "the core was not told how this engine does");
                    sleep(BROKER_PAUSES.after(failures)).await;
                    failures = failures.saturating_add(1);
                    changes.mark_changed();
                    continue;
                }
                failures = 0;
            }
            tokio::select! {
                changed = changes.changed() => {
                    // The sender lives as long as this engine.
                    if changed.is_err() {
                        return;
                    }
                }
                () = sleep(self.heart_beat) => {}
            }
        }
    }

    fn load(&self) -> EngineLoad {
        let in_work = self.accounts_in_work(|accounts| accounts.len());
        EngineLoad {
            in_work: u32::try_from(in_work).unwrap_or(u32::MAX),
            apply_p95_ms: self.pace.p95_ms(),
        }
    }

    async fn one(&self, delivery: OrderDelivery) {
        let account = delivery.order.account;
        if !self.accounts_in_work(|accounts| accounts.insert(account)) {
            return;
        }
        let _in_work = Leaving {
            inner: self,
            account,
        };
        let signs_of_life = async {
            loop {
                sleep(SIGN_OF_LIFE).await;
                if let Err(error) = delivery.working().await {
                    tracing::debug!(%error, "no sign of life could be given");
                }
            }
        };
        tokio::select! {
            () = self.carry_out_and_report(&delivery) => {}
            () = signs_of_life => {}
        }
    }

    async fn carry_out_and_report(&self, delivery: &OrderDelivery) {
        let order = &delivery.order;
        let began = Instant::now();
        let outcome = self.directory.carry_out(order, &*self.vault).await;
        let took = began.elapsed();
        if matches!(outcome, Outcome::Applied { .. } | Outcome::Removed) {
            self.pace.note(took);
        }
        self.log_order(order, &outcome, took);
        self.learn_from(&outcome);
        metrics::counter!("tenure_agent_orders_total", "outcome" => label(&outcome)).increment(1);
        match &outcome {
            Outcome::Applied { .. } | Outcome::Removed => {
                tracing::debug!(account = %order.account, number = %order.number, "carried out");
            }
            Outcome::Failed(failure) | Outcome::Deferred(failure) => tracing::info!(
                account = %order.account,
                number = %order.number,
                outcome = label(&outcome),
                reason = ?failure.reason,
                detail = failure.detail,
                "not carried out"
            ),
        }
        let report = Report {
            domain: self.domain,
            account: order.account,
            number: order.number,
            engine: self.engine,
            at: (self.clock)(),
            outcome,
        };
        fail::fail_point!("engine-agent::before-report", |_| std::process::abort());
        if !self.hand_over(&report).await {
            return;
        }
        fail::fail_point!("engine-agent::before-ack", |_| std::process::abort());
        if let Err(error) = delivery.ack().await {
            tracing::debug!(%error, account = %order.account, "not acknowledged: the order comes again");
        }
    }

    fn log_order(&self, order: &Order, outcome: &Outcome, took: Duration) {
        let what = match order.kind {
            OrderKind::Provision => "provision",
            OrderKind::Change => "change",
            OrderKind::Remove => "remove",
            OrderKind::Release => "release",
        };
        let (number, name, ms) = (order.number, &order.desired.name, took.as_millis());
        let said = |rest: String| format!("Order {number}, {what} {name}: {rest}");
        let account = Some(order.account);
        match outcome {
            Outcome::Applied { .. } | Outcome::Removed => {
                self.log.info(account, said(format!("done in {ms} ms")));
            }
            Outcome::Deferred(failure) => {
                let rest = format!("not now: {}", failure.detail);
                self.log.warn(account, said(rest));
            }
            Outcome::Failed(failure) => {
                self.log
                    .error(account, said(format!("failed: {}", failure.detail)));
            }
        }
    }

    async fn hand_over(&self, report: &Report) -> bool {
        for attempt in 0..REPORT_ATTEMPTS {
            match self.link.report(report).await {
                Ok(()) => return true,
                Err(error) if error.is_transient() => sleep(BROKER_PAUSES.after(attempt)).await,
                Err(error) => {
                    tracing::error!(%error, account = %report.account, "the broker refuses the report");
                    return false;
                }
            }
        }
        tracing::warn!(account = %report.account, "the report was not stored: the order comes again");
        let sentence = "The core could not be told what came of an order: it comes again";
        self.log.warn(Some(report.account), sentence);
        false
    }

    async fn answer_reveals(&self) {
        let mut failures = 0;
        loop {
            if let Err(error) = self
                .link
                .serve_reveals(|request| self.reveal(request))
                .await
            {
                tracing::debug!(%error, "requests to reveal a secret are not heard");
            }
            sleep(BROKER_PAUSES.after(failures)).await;
            failures = failures.saturating_add(1);
        }
    }

    async fn reveal(&self, asked: RevealRequest) -> RevealReply {
        let answer = match BASE64.decode(&asked.reader_key) {
            Ok(key) => {
                self.desk
                    .answer(
                        asked.request,
                        asked.account,
                        &asked.secret,
                        &key,
                        asked.not_after,
                    )
                    .await
            }
            Err(_) => Err(crate::reveal::Refused::NotAKey),
        };
        match answer {
            Ok(sealed) => {
                let sentence = "The secret was sealed to a reader's key";
                self.log.info(Some(asked.account), sentence);
                RevealReply::Sealed {
                    ephemeral: BASE64.encode(sealed.ephemeral),
                    nonce: BASE64.encode(sealed.nonce),
                    ciphertext: BASE64.encode(sealed.ciphertext),
                }
            }
            Err(refused) => {
                tracing::info!(request = %asked.request, account = %asked.account, %refused, "not revealed");
                let sentence = format!("The secret was not revealed: {refused}");
                self.log.warn(Some(asked.account), sentence);
                RevealReply::Refused {
                    reason: refused.to_string(),
                }
            }
        }
    }

    fn accounts_in_work<T>(&self, f: impl FnOnce(&mut HashSet<AccountId>) -> T) -> T {
        f(&mut self.in_work.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Frees the account however the work on it ends.
struct Leaving<'a> {
    inner: &'a Inner,
    account: AccountId,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.inner
            .accounts_in_work(|accounts| accounts.remove(&self.account));
    }
}

fn label(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied { .. } => "applied",
        Outcome::Removed => "removed",
        Outcome::Failed(_) => "failed",
        Outcome::Deferred(_) => "deferred",
    }
}
