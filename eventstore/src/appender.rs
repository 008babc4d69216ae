//! The append task: collects what waits, commits it in one transaction, answers everybody, and so on. While one batch
//! is in flight the next collects, so throughput rises with load.

use crate::{
    Position, StoreError,
    append::{Append, AppendError, Pending},
    awake::awake,
    batch,
    cache::Cache,
    log::{Log, Outcome, Place},
    pace::Pace,
    tail::Tail,
};
use fail::fail_point;
use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{mpsc, watch},
    time::Instant,
};
use uuid::Uuid;

/// Most appends looked at for one batch.
const MOST_WAITING: usize = 1024;
/// A batch of so many appends waits for nobody.
const SMALL: usize = 32;
/// How long small batches are waited for awake.
const AWAKE: Duration = Duration::from_micros(500);
/// Where the last batch took no longer. It is more than the time awake: a batch that slept takes longer, and must not be the
/// reason why the next one sleeps.
const FAST: Duration = Duration::from_millis(1);
/// How long a lost database may take to come back before the callers are told that the outcome is unknown.
const PATIENCE: Duration = Duration::from_secs(15);

pub(crate) struct AppendTask {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) tail: Arc<Tail>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) queue: mpsc::Receiver<Pending>,
    pub(crate) head: Arc<watch::Sender<Position>>,
}

/// Where a batch is in the history.
enum Landed {
    /// Each event.
    At(Vec<Place>),
    /// From there on: found again after its outcome was unknown.
    From(Position),
}

/// The batch before.
struct Last {
    took: Duration,
    /// How many are waiting or about to come again.
    around: usize,
    ended: Instant,
}

impl Last {
    /// How long a batch of so many is waited for awake. A large one has to do meanwhile, a slow disk takes too long.
    fn patience(&self, appends: usize) -> Duration {
        match appends <= SMALL && self.took <= FAST {
            true => AWAKE,
            false => Duration::ZERO,
        }
    }
}

impl AppendTask {
    /// Runs until every sender of the queue is gone and what was queued is answered.
    pub(crate) async fn run(mut self) {
        let mut waiting: VecDeque<Pending> = VecDeque::new();
        let mut last = Last {
            took: Duration::ZERO,
            around: 0,
            ended: Instant::now(),
        };
        loop {
            if waiting.is_empty() {
                match self.queue.recv().await {
                    Some(pending) => waiting.push_back(pending),
                    None => return,
                }
            }
            let head = *self.head.borrow();
            self.pace.keep(head).await;
            self.collect(&mut waiting);
            self.linger(&mut waiting, &last).await;
            let batch = batch::take(&mut waiting);
            let (began, answered) = (Instant::now(), batch.len());
            let versions = self.commit(batch, last.patience(answered)).await;
            let (took, ended) = (began.elapsed(), Instant::now());
            self.collect(&mut waiting);
            last = Last {
                took,
                around: waiting.len() + answered,
                ended,
            };
            turn_away(&mut waiting, &versions);
        }
    }

    /// Lets those who were just answered come with their next command: most of a small batch's time is its fixed cost,
    /// so two halves taking turns get through half as much as both together. Never longer than an eighth of what the
    /// last batch took, which is too short for a timer.
    async fn linger(&mut self, waiting: &mut VecDeque<Pending>, last: &Last) {
        while waiting.len() < last.around.min(SMALL) && last.ended.elapsed() < last.took / 8 {
            tokio::task::yield_now().await;
            self.collect(waiting);
        }
    }

    fn collect(&mut self, waiting: &mut VecDeque<Pending>) {
        while waiting.len() < MOST_WAITING
            && let Ok(pending) = self.queue.try_recv()
        {
            waiting.push_back(pending);
        }
    }

    /// Appends as much of `batch` as conflicts with nothing. Answers all of it; returns the streams' new versions.
    async fn commit(
        &self,
        mut batch: Vec<Pending>,
        awake_for: Duration,
    ) -> HashMap<(i16, Uuid), u64> {
        while !batch.is_empty() {
            let appends: Vec<&Append> = batch.iter().map(|pending| &*pending.append).collect();
            let began = Instant::now();
            fail_point!("eventstore::before-append", |_| std::process::abort());
            let landed = match awake(self.log.append(&appends), awake_for).await {
                Ok(Outcome::Appended(places)) => Ok(Some(Landed::At(places))),
                Ok(Outcome::Rejected(rejections)) => {
                    batch = leave_out(batch, rejections);
                    continue;
                }
                Err(error) => self.resolve(appends[0], error).await,
            };
            match landed {
                Ok(Some(landed)) => {
                    fail_point!("eventstore::after-commit", |_| std::process::abort());
                    metrics::histogram!("tenure_append_seconds")
                        .record(began.elapsed().as_secs_f64());
                    return self.announce(batch, landed);
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(%error, appends = batch.len(), "an append failed");
                    for pending in batch {
                        let _ = pending.answer.send(Err(AppendError::Store(shared(&error))));
                    }
                    return HashMap::new();
                }
            }
        }
        HashMap::new()
    }

    /// After an error: where the batch is if it was committed all the same, none if it is worth another try.
    async fn resolve(
        &self,
        first: &Append,
        error: StoreError,
    ) -> Result<Option<Landed>, StoreError> {
        tracing::warn!(%error, "an append was interrupted");
        let began = Instant::now();
        let mut pause = Duration::from_millis(20);
        loop {
            match self.log.landed(first).await {
                Ok(Some(position)) => return Ok(Some(Landed::From(position))),
                Ok(None) if transient(&error) && began.elapsed() < PATIENCE => {
                    tokio::time::sleep(pause).await;
                    return Ok(None);
                }
                Ok(None) => return Err(error),
                Err(again)
                    if began.elapsed() < PATIENCE
                        && !matches!(again, StoreError::Database(sqlx::Error::PoolClosed)) =>
                {
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                Err(again) => return Err(StoreError::OutcomeUnknown(again.to_string())),
            }
        }
    }

    /// States into the cache, the events and the new head to those who follow, then the answers.
    fn announce(&self, batch: Vec<Pending>, landed: Landed) -> HashMap<(i16, Uuid), u64> {
        let appends: Vec<_> = batch.iter().map(|pending| pending.append.clone()).collect();
        let events: usize = appends.iter().map(|append| append.events.len()).sum();
        metrics::counter!("tenure_events_appended_total").increment(events as u64);
        metrics::histogram!("tenure_append_batch_events").record(events as f64);
        let mut superseded = Vec::with_capacity(batch.len());
        let mut versions = HashMap::with_capacity(batch.len());
        for Pending { append, after, .. } in &batch {
            superseded.extend(
                self.cache
                    .put(append.kind_code, append.stream, after.clone()),
            );
            versions.insert((append.kind_code, append.stream), append.version());
        }
        let mut outlived = Vec::new();
        let first = match landed {
            Landed::At(places) => {
                let first = places.first().map_or(0, |place| place.position);
                if self.pace.is_followed() {
                    outlived = self.tail.extend(&appends, places);
                }
                first.cast_unsigned()
            }
            Landed::From(first) => {
                self.tail.clear();
                first
            }
        };
        raise(&self.head, first + events as u64 - 1);
        let mut next = first;
        for Pending { append, answer, .. } in batch {
            next += append.events.len() as u64;
            // Whoever no longer waits finds its command in the history.
            let _ = answer.send(Ok(next - 1));
        }
        // Freed elsewhere: the next batch waits for this task.
        tokio::spawn(async move { drop((appends, superseded, outlived)) });
        versions
    }
}

/// Tells those who watch of a head, unless they know of a later one.
pub(crate) fn raise(head: &watch::Sender<Position>, position: Position) {
    head.send_if_modified(|known| {
        let newer = position > *known;
        *known = (*known).max(position);
        newer
    });
}

/// Answers the rejected ones, and returns the rest.
fn leave_out(batch: Vec<Pending>, rejections: Vec<(usize, AppendError)>) -> Vec<Pending> {
    let mut first: HashMap<usize, AppendError> = HashMap::new();
    for (index, rejection) in rejections {
        first.entry(index).or_insert(rejection);
    }
    let mut rest = Vec::new();
    for (index, pending) in batch.into_iter().enumerate() {
        match first.remove(&index) {
            Some(rejection) => {
                let _ = pending.answer.send(Err(rejection));
            }
            None => rest.push(pending),
        }
    }
    rest
}

/// Those who waited behind an append to the same stream decided on a version that is gone: no need to ask the database.
fn turn_away(waiting: &mut VecDeque<Pending>, versions: &HashMap<(i16, Uuid), u64>) {
    if waiting.is_empty() || versions.is_empty() {
        return;
    }
    let mut rest = VecDeque::new();
    for pending in waiting.drain(..) {
        let append = &pending.append;
        match versions.get(&(append.kind_code, append.stream)) {
            // With a command id the database is asked all the same: it may be a repeat.
            Some(actual) if *actual != append.expected && append.command.is_none() => {
                let _ = pending
                    .answer
                    .send(Err(AppendError::Stale { actual: *actual }));
            }
            _ => rest.push_back(pending),
        }
    }
    *waiting = rest;
}

/// Worth another try: the connection or the server went away, or somebody else was in the way.
fn transient(error: &StoreError) -> bool {
    match error {
        StoreError::Database(sqlx::Error::Database(error)) => {
            // Connection exceptions, deadlocks and serialisation, operator intervention; SQLite: busy.
            error.code().is_some_and(|code| {
                ["08", "40", "57"]
                    .iter()
                    .any(|class| code.len() == 5 && code.starts_with(class))
                    || code == "5"
            })
        }
        StoreError::Database(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut,
        ) => true,
        _ => false,
    }
}

/// The same error for everybody in the batch.
fn shared(error: &StoreError) -> StoreError {
    match error {
        StoreError::OutcomeUnknown(reason) => StoreError::OutcomeUnknown(reason.clone()),
        other => StoreError::NotAppended(other.to_string()),
    }
}
