//! Keeps the read models: reads the feed once for all models that are at the same place, and writes them in one
//! transaction. A model that cannot go on is left out, and the others go on.

use crate::{
    ViewError, Views,
    apply::{Failed, Target},
    checkpoint::{self, Checkpoint, Place},
    history,
    models::{audit::Audit, audit_words::AuditWords},
    read_model::ReadModel,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tenure_domain::{Event, campaign::PopulationEvent};
use tenure_eventstore::{Reading, StoreError, StoredEvent};
use tokio::{sync::watch, task::JoinSet, time::Instant};
use tokio_util::sync::CancellationToken;

/// Most events of a page, and most rows that they speak of: bounds memory, and how long a model that catches up holds back
/// the others.
const PAGE: u64 = 2_000;
/// Without news, checkpoints and epoch are looked at again after so long.
const LOOK_ANYWAY: Duration = Duration::from_secs(1);
/// So many events, or so long a wait, make a page worth its transaction.
const WORTH: (u64, Duration) = (1_000, Duration::from_millis(10));
/// So many events behind, objects gather too: most of what waits changes the same rows again.
const BUSY: u64 = 100;
/// How often a runner that stands by looks at the other's checkpoints.
const STAND_BY: Duration = Duration::from_millis(100);
/// After so long without progress it takes over.
const PATIENCE: Duration = Duration::from_secs(1);
/// After so many events the database looks at the tables again.
const LONG_WAY: u64 = 50_000;
/// Before what failed is tried again, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The models of one runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// What lists and decisions look at.
    Objects,
    /// The audit trail: its rows are as many as the events, and nobody else has to wait for them.
    Trail,
}

/// All of them.
pub(crate) const GROUPS: [Group; 2] = [Group::Objects, Group::Trail];

impl Group {
    fn of(model: &str) -> Self {
        if [Audit::NAME, AuditWords::NAME].contains(&model) {
            Self::Trail
        } else {
            Self::Objects
        }
    }
}

/// One model, as the runner sees it.
struct Kept {
    index: usize,
    generation: i64,
    at: Place,
    stopped: bool,
}

struct Runner {
    views: Views,
    group: Group,
    head: watch::Receiver<u64>,
    reading: Reading,
    epoch: u32,
    models: Vec<Kept>,
    /// Events since the database was told what the tables hold, and the task that tells it.
    untold: u64,
    telling: JoinSet<()>,
}

/// Runs until `cancel`.
pub(crate) async fn run(views: Views, group: Group, cancel: CancellationToken) {
    let head = views.0.store.head_watch();
    let reading = views.0.store.reading();
    let mut runner = Runner {
        views,
        group,
        head,
        reading,
        epoch: 0,
        models: Vec::new(),
        untold: 0,
        telling: JoinSet::new(),
    };
    tokio::select! {
        () = cancel.cancelled() => {}
        () = runner.keep() => {}
    }
    // A page in work is dropped with its transaction.
    runner.views.set_keeps(group, false);
}

impl Runner {
    async fn keep(&mut self) {
        let mut retry = RETRY.0;
        let mut looked: Option<Instant> = None;
        loop {
            let turn = async {
                if looked.is_none_or(|looked| looked.elapsed() >= LOOK_ANYWAY) {
                    self.look().await?;
                    looked = Some(Instant::now());
                }
                self.turn().await
            };
            match turn.await {
                Ok(worked) => {
                    retry = RETRY.0;
                    if !worked {
                        self.tell();
                        let _ = tokio::time::timeout(LOOK_ANYWAY, self.head.changed()).await;
                    }
                }
                Err(ViewError::Fenced) => {
                    looked = None;
                    self.stand_by().await;
                }
                Err(error) => {
                    // Once, not at every attempt.
                    if retry == RETRY.0 {
                        tracing::warn!(%error, "the read models cannot be kept for now");
                    }
                    looked = None;
                    tokio::time::sleep(retry).await;
                    retry = (retry * 2).min(RETRY.1);
                }
            }
        }
    }

    /// After a long way, once it is behind them.
    fn tell(&mut self) {
        if self.untold < LONG_WAY || !self.telling.is_empty() {
            while self.telling.try_join_next().is_some() {}
            return;
        }
        self.untold = 0;
        let views = self.views.clone();
        let kept = self.models.iter();
        let tables = kept
            .filter_map(|kept| Some((views.models().get(kept.index)?, kept.generation)))
            .flat_map(|(model, generation)| model.tables().iter().map(move |t| t.of(generation)))
            .collect::<Vec<_>>();
        self.telling.spawn(async move {
            if let Err(error) = views.database().look_at(&tables).await {
                tracing::debug!(%error, "the database did not look at the read models");
            }
        });
    }

    /// Learns where the models are, and whether the history is still theirs.
    async fn look(&mut self) -> Result<(), ViewError> {
        let store = self.views.0.store.clone();
        let head = store.head().await?;
        let first = self.models.is_empty();
        let another = first
            || head.epoch != self.epoch
            || self.models.iter().any(|m| m.at.position > head.position);
        self.epoch = head.epoch;
        let mut models = Vec::new();
        for Checkpoint {
            model,
            generation,
            active,
            at,
            stopped,
            ..
        } in self.checkpoints().await?
        {
            let Some(index) = self.views.index(&model).filter(|_| active) else {
                continue;
            };
            let known = self
                .models
                .iter()
                .find(|known| known.index == index && known.generation == generation);
            // A restart, or a rebuild, is another chance.
            let was_stopped = known.is_some_and(|known| known.stopped);
            let kept = Kept {
                index,
                generation,
                at,
                stopped: was_stopped && stopped.is_some(),
            };
            let theirs = if another || known.is_none() {
                history::verify(&store, &kept.at).await
            } else {
                Ok(())
            };
            self.views
                .publish(index, kept.at.position, stopped.filter(|_| kept.stopped));
            models.push(kept);
            match theirs {
                Ok(()) => {}
                Err(error @ ViewError::OtherHistory) => {
                    if let Some(kept) = models.last_mut().filter(|kept| !kept.stopped) {
                        stop(&self.views, kept, &error).await?;
                    }
                }
                Err(error) => return Err(error),
            }
        }
        self.models = models;
        self.views.set_keeps(self.group, true);
        self.measure(head.position);
        Ok(())
    }

    /// Where the models of this runner are, in every generation.
    async fn checkpoints(&self) -> Result<Vec<Checkpoint>, ViewError> {
        let mut checkpoints = checkpoint::read(self.views.database()).await?;
        checkpoints.retain(|checkpoint| Group::of(&checkpoint.model) == self.group);
        Ok(checkpoints)
    }

    /// One page for every place at which models are. Answers whether there was anything to do.
    async fn turn(&mut self) -> Result<bool, ViewError> {
        self.gather().await;
        let head = *self.head.borrow_and_update();
        let mut places: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (slot, kept) in self.models.iter().enumerate() {
            if !kept.stopped && kept.at.position < head {
                places.entry(kept.at.position).or_default().push(slot);
            }
        }
        let worked = !places.is_empty();
        for (position, slots) in places {
            let page = self.page(position, head, &slots).await?;
            let page: Vec<&StoredEvent> = page.iter().map(|event| &**event).collect();
            self.fold(slots, &page).await?;
        }
        let going_on = self.models.iter().filter(|kept| !kept.stopped);
        self.reading
            .at(going_on.map(|kept| kept.at.position).min().unwrap_or(head));
        Ok(worked)
    }

    /// Lets a few more events come where nobody waits for each: in the trail always, elsewhere when there are many.
    async fn gather(&mut self) {
        let Some(least) = self.models.iter().map(|kept| kept.at.position).min() else {
            return;
        };
        let from = match self.group {
            Group::Objects => BUSY,
            Group::Trail => 1,
        };
        let waiting = |head: u64| head.saturating_sub(least);
        if !(from..WORTH.0).contains(&waiting(*self.head.borrow())) {
            return;
        }
        let enough = self.head.wait_for(|head| waiting(*head) >= WORTH.0);
        let _ = tokio::time::timeout(WORTH.1, enough).await;
    }

    /// The next events after `position`.
    async fn page(
        &mut self,
        position: u64,
        head: u64,
        slots: &[usize],
    ) -> Result<Vec<Arc<StoredEvent>>, ViewError> {
        let store = &self.views.0.store;
        let limit = usize::try_from((head - position).min(PAGE)).unwrap_or(1);
        match store.newer(position, limit).await {
            Ok(mut page) => {
                page.truncate(bounded(&page));
                Ok(page)
            }
            // What can be read before it is folded; then nobody gets past it.
            Err(StoreError::Unreadable { position: at, .. }) if at > position + 1 => {
                let readable = usize::try_from(at - position - 1).unwrap_or(1);
                let page = store.read(position, readable).await?;
                Ok(page.into_iter().map(Arc::new).collect())
            }
            Err(error @ StoreError::Unreadable { .. }) => {
                let error = ViewError::Store(error);
                for slot in slots {
                    if let Some(kept) = self.models.get_mut(*slot) {
                        stop(&self.views, kept, &error).await?;
                    }
                }
                Ok(Vec::new())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Folds a page into models that are at the same place.
    async fn fold(
        &mut self,
        mut slots: Vec<usize>,
        page: &[&StoredEvent],
    ) -> Result<(), ViewError> {
        loop {
            match self.apply(&slots, page).await {
                Ok(()) => return Ok(()),
                Err(Failed::Now(error)) => return Err(error),
                Err(Failed::Model(index, error)) => {
                    let of_model = |slot: &usize| {
                        self.models
                            .get(*slot)
                            .is_some_and(|kept| kept.index == index)
                    };
                    let (culprits, others): (Vec<_>, Vec<_>) =
                        slots.into_iter().partition(of_model);
                    slots = others;
                    // Up to the event itself it can go on.
                    if let ViewError::Unfoldable { position, .. } = &error {
                        let before = page
                            .iter()
                            .take_while(|event| event.position < *position)
                            .count();
                        match self
                            .apply(&culprits, page.get(..before).unwrap_or_default())
                            .await
                        {
                            Ok(()) | Err(Failed::Model(..)) => {}
                            Err(Failed::Now(error)) => return Err(error),
                        }
                    }
                    for slot in culprits {
                        if let Some(kept) = self.models.get_mut(slot) {
                            stop(&self.views, kept, &error).await?;
                        }
                    }
                }
            }
        }
    }

    async fn apply(&mut self, slots: &[usize], page: &[&StoredEvent]) -> Result<(), Failed> {
        let kept: Vec<&Kept> = slots
            .iter()
            .filter_map(|slot| self.models.get(*slot))
            .collect();
        let (Some(last), Some(from)) = (page.last(), kept.first().map(|kept| kept.at.clone()))
        else {
            return Ok(());
        };
        let targets: Vec<Target> = kept
            .iter()
            .map(|kept| Target {
                index: kept.index,
                generation: kept.generation,
            })
            .collect();
        let to = history::place(&self.views.0.store, last.position, self.epoch).await?;
        self.views.apply(&targets, page, &from, &to).await?;
        self.untold += page.len() as u64;
        for slot in slots {
            if let Some(kept) = self.models.get_mut(*slot) {
                kept.at = to.clone();
                self.views.publish(kept.index, to.position, None);
            }
        }
        Ok(())
    }

    /// Another process was faster, or a rebuild has changed the generation. Looks on until that process does no more.
    async fn stand_by(&mut self) {
        self.reading.at(u64::MAX);
        let sum = |models: &[Checkpoint]| {
            models
                .iter()
                .map(|model| (model.generation, model.at.position))
                .collect::<Vec<_>>()
        };
        let (mut known, mut since) = (Vec::new(), Instant::now());
        let generations: Vec<_> = self
            .models
            .iter()
            .map(|kept| (kept.index, kept.generation))
            .collect();
        loop {
            if let Ok(checkpoints) = self.checkpoints().await {
                let active: Vec<_> = checkpoints
                    .into_iter()
                    .filter(|checkpoint| checkpoint.active)
                    .collect();
                let changed = active.iter().any(|checkpoint| {
                    let index = self.views.index(&checkpoint.model);
                    index
                        .is_some_and(|index| !generations.contains(&(index, checkpoint.generation)))
                });
                if changed {
                    // A rebuild: nobody else keeps the models.
                    return;
                }
                self.views.set_keeps(self.group, false);
                for checkpoint in &active {
                    if let Some(index) = self.views.index(&checkpoint.model) {
                        self.views.publish(
                            index,
                            checkpoint.at.position,
                            checkpoint.stopped.clone(),
                        );
                    }
                }
                let head = *self.head.borrow_and_update();
                let now = sum(&active);
                let level = active
                    .iter()
                    .all(|model| model.at.position >= head || model.stopped.is_some());
                if now != known || level {
                    (known, since) = (now, Instant::now());
                }
                if since.elapsed() >= PATIENCE {
                    tracing::info!(
                        "the process that kept the read models is silent: this one does now"
                    );
                    return;
                }
            }
            tokio::time::sleep(STAND_BY).await;
        }
    }

    fn measure(&self, head: u64) {
        for kept in &self.models {
            let Some(model) = self.views.models().get(kept.index) else {
                continue;
            };
            #[allow(clippy::cast_precision_loss)]
            metrics::gauge!("tenure_projection_lag_events", "model" => model.name())
                .set(head.saturating_sub(kept.at.position) as f64);
            metrics::gauge!("tenure_projection_stopped", "model" => model.name())
                .set(if kept.stopped { 1.0 } else { 0.0 });
        }
    }
}

/// How many of these events make a page: a part of a campaign's accounts speaks of hundreds of rows.
fn bounded(events: &[Arc<StoredEvent>]) -> usize {
    let rows = |event: &StoredEvent| {
        let Event::Population(PopulationEvent::Frozen(part)) = &event.event else {
            return 1;
        };
        part.items.len().max(1) as u64
    };
    let mut room = PAGE;
    let fits = events.iter().take_while(|event| {
        let before = room;
        room = room.saturating_sub(rows(event));
        before > 0
    });
    fits.count()
}

/// Stops a model, visibly.
async fn stop(views: &Views, kept: &mut Kept, error: &ViewError) -> Result<(), ViewError> {
    let reason = error.to_string();
    let model = views
        .models()
        .get(kept.index)
        .map_or("", |model| model.name());
    kept.stopped = true;
    tracing::error!(
        model,
        position = kept.at.position,
        reason,
        "a read model stopped"
    );
    metrics::gauge!("tenure_projection_stopped", "model" => model).set(1.0);
    views.publish(kept.index, kept.at.position, Some(reason.clone()));
    let mut work = views.database().begin().await?;
    checkpoint::stop(&mut work.connection(), model, kept.generation, &reason).await?;
    work.commit().await
}
