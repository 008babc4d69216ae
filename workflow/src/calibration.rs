//! Calibration: engines are asked what they can really reach, and what they last answered is kept, like how they do: not
//! history, and as old as it says. That somebody asked is an event of the domain.
//!
//! They are asked when somebody wants it, when an engine comes to work or back to it, and when a template of the domain is published or
//! withdrawn; never by the clock. The question is lost if nobody listens, so it is repeated until its answer is there or
//! nobody waits any more.

use crate::{CommandError, Instance, synchronisation};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tenure_broker::BrokerError;
use tenure_domain::{
    DomainId, EngineId, TemplateId,
    calibration::{
        self as rules, Calibration, CalibrationOrder, DirectoryReach, MOST_IMPORTED, PlaceUse,
        ReachedServer, WantedPlace,
    },
    engine::{Engine, log::plain},
    ids::derived,
    template::Template,
};
use tenure_eventstore::{EventStore, Position, StoreError};
use tenure_projections::{LONGEST_PAGE, Page, Start, TemplateFilter};
use tokio::{sync::Notify, time::sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long an answer is waited for by whoever asked.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);
/// And if nobody did: an engine that was just assigned may be started a little later.
const PATIENCE_BY_ITSELF: TimeDelta = TimeDelta::minutes(5);
/// Between two times that the same is asked.
const REPEAT: Duration = Duration::from_secs(2);
/// How long read models are waited for.
const READ_MODELS: Duration = Duration::from_secs(2);
/// Templates are published one after the other, and looked at once.
const GATHER: Duration = Duration::from_secs(1);

/// How calibrating an engine stands.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EngineCalibration {
    /// What it was asked last.
    pub asked: Option<Asked>,
    /// What it answered last.
    pub answered: Option<Answered>,
}

/// What an engine was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Which calibration.
    pub run: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Until when the answer is waited for.
    pub not_after: DateTime<Utc>,
    /// About which places.
    pub places: Vec<WantedPlace>,
    /// How many more templates name.
    pub more: usize,
}

/// What an engine answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// When the core heard it.
    pub heard_at: DateTime<Utc>,
    /// The question.
    pub asked: Asked,
    /// The answer, of nothing else than what was asked.
    pub found: Calibration,
    /// What it had reached before, if it reaches nothing now: as whom it signs in is known all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reached_before: Option<ReachedServer>,
}

impl Answered {
    /// What it reached last.
    #[must_use]
    pub fn last_reached(&self) -> Option<&ReachedServer> {
        match &self.found.directory {
            DirectoryReach::Reached(server) => Some(server),
            DirectoryReach::OutOfReach(_) => self.reached_before.as_ref(),
        }
    }
}

/// Where asking an engine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It was never asked.
    NeverAsked,
    /// Its answer is waited for.
    Waiting,
    /// It answered what it was asked last.
    Answered,
    /// It did not answer in time.
    Unanswered,
}

impl EngineCalibration {
    /// Where it stands now.
    #[must_use]
    pub fn standing(&self, now: DateTime<Utc>) -> Standing {
        let Some(asked) = &self.asked else {
            return Standing::NeverAsked;
        };
        let answered = self.answered.as_ref().map(|answered| answered.asked.run);
        match answered == Some(asked.run) {
            true => Standing::Answered,
            false if now <= asked.not_after => Standing::Waiting,
            false => Standing::Unanswered,
        }
    }
}

/// What this process still has to ask.
#[derive(Default)]
pub(crate) struct Questions {
    open: Mutex<Open>,
    news: Notify,
}

#[derive(Default)]
struct Open {
    /// Whose answers are waited for.
    waiting: BTreeSet<EngineId>,
    /// To be asked soon: nobody asked, but what was known of them is old.
    engines: BTreeSet<EngineId>,
    domains: BTreeSet<DomainId>,
    /// Read models may not know them yet.
    templates: BTreeSet<TemplateId>,
}

impl Questions {
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An engine came to work.
    pub(crate) fn engine_came(&self, engine: EngineId) {
        self.open().engines.insert(engine);
        self.news.notify_one();
    }

    /// What the templates of a domain ask for changed with this one.
    pub(crate) fn template_changed(&self, domain: DomainId, template: TemplateId) {
        let mut open = self.open();
        open.domains.insert(domain);
        open.templates.insert(template);
        drop(open);
        self.news.notify_one();
    }
}

/// How calibrating the engine stands.
///
/// # Errors
/// If the store cannot be read.
pub async fn of(store: &EventStore, engine: EngineId) -> Result<EngineCalibration, StoreError> {
    let tables = store.state_tables();
    let (asked, answered) = (
        tables.meta(&asked_at(engine)).await?,
        tables.meta(&answered_at(engine)).await?,
    );
    Ok(EngineCalibration {
        asked: asked.and_then(|text| serde_json::from_str(&text).ok()),
        answered: answered.and_then(|text| serde_json::from_str(&text).ok()),
    })
}

/// Somebody wants to know what the engines of a domain can reach, or one of them. The same `run` asks but once; it was wanted at
/// this position of the history.
pub(crate) async fn want(
    instance: &Instance,
    domain: DomainId,
    engine: Option<EngineId>,
    (run, position): (Uuid, Position),
) -> Result<(), CommandError> {
    // Whoever published a template just now means it too; without it, rather than not at all.
    if let Err(error) = instance.views.wait_for(position, READ_MODELS).await {
        tracing::debug!(%error, "engines are asked about what is known");
    }
    let engines = match engine {
        // Also one that will hardly answer: that it does not is what was asked for.
        Some(engine) => BTreeSet::from([engine]),
        None => at_work(instance, domain).await?,
    };
    let asking = Asking {
        run,
        patience: PATIENCE,
    };
    ask(instance, domain, engines, &BTreeSet::new(), asking).await
}

/// A question, before its places are known.
#[derive(Clone, Copy)]
struct Asking {
    run: Uuid,
    patience: TimeDelta,
}

/// Engines of the domain that have access now.
async fn at_work(
    instance: &Instance,
    domain: DomainId,
) -> Result<BTreeSet<EngineId>, CommandError> {
    let mut engines = BTreeSet::new();
    for id in instance.views.engine_ids().await? {
        let engine = instance.store.cached_state::<Engine>(id.0).await?.state;
        if engine.trusted().is_some_and(|known| known.domain == domain) {
            engines.insert(id);
        }
    }
    Ok(engines)
}

async fn ask(
    instance: &Instance,
    domain: DomainId,
    engines: BTreeSet<EngineId>,
    templates: &BTreeSet<TemplateId>,
    Asking { run, patience }: Asking,
) -> Result<(), CommandError> {
    if engines.is_empty() {
        return Ok(());
    }
    let (places, more) = places(instance, domain, templates).await?;
    let now = instance.system.now();
    let asked = Asked {
        run,
        at: now,
        not_after: now + patience,
        places,
        more,
    };
    let text = serde_json::to_string(&asked).map_err(StoreError::Unwritable)?;
    let tables = instance.store.state_tables();
    for engine in &engines {
        let known = of(&instance.store, *engine).await?.asked;
        if known.is_none_or(|known| known.run != run) {
            tables.set_meta(&asked_at(*engine), &text).await?;
            instance.engines.contact.tell(*engine, now);
        }
    }
    let questions = &instance.engines.questions;
    questions.open().waiting.extend(engines);
    questions.news.notify_one();
    Ok(())
}

/// Where the published templates of the domain put accounts, and where imported ones lie. Accounts of a disabled template live on.
async fn places(
    instance: &Instance,
    domain: DomainId,
    beside: &BTreeSet<TemplateId>,
) -> Result<(Vec<WantedPlace>, usize), CommandError> {
    let (mut start, filter) = (Some(Start::default()), TemplateFilter::default());
    let mut ids = beside.clone();
    while let Some(from) = start {
        let page = Page {
            start: from,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let found = instance.views.templates(&filter, &page).await?;
        ids.extend(found.rows.iter().map(|row| row.id));
        start = found.next.map(Start::After);
    }
    let mut published = Vec::new();
    for id in ids {
        let template = instance.store.cached_state::<Template>(id.0).await?.state;
        let version = template.published;
        published.extend(version.and_then(|version| template.versions.get(&version).cloned()));
    }
    let contents = published.iter().map(|content| content.as_ref());
    let named = rules::places(domain, contents);
    let units = synchronisation::imported_units(instance, domain, MOST_IMPORTED).await?;
    Ok(rules::with_imported(named, units.into_iter()))
}

/// Asks, and asks again, until cancelled. Sleeps while there is nothing to ask.
pub(crate) async fn watch(instance: &Instance, cancel: CancellationToken) {
    let questions = &instance.engines.questions;
    // What a process before this one asked.
    match instance.views.engine_ids().await {
        Ok(engines) => questions.open().waiting.extend(engines),
        Err(error) => tracing::warn!(%error, "it cannot be seen which engines were asked"),
    }
    let round = async || {
        if let Err(error) = ask_soon(instance).await {
            tracing::warn!(%error, "engines cannot be asked what they can reach for now");
        }
        if let Err(error) = repeat(instance).await {
            tracing::warn!(%error, "engines cannot be asked again what they can reach for now");
        }
        let idle = questions.open().waiting.is_empty();
        tokio::select! {
            () = questions.news.notified() => {}
            () = sleep(REPEAT), if !idle => {}
        }
    };
    while cancel.run_until_cancelled(round()).await.is_some() {}
}

/// Asks those of whom what is known is old.
async fn ask_soon(instance: &Instance) -> Result<(), CommandError> {
    let open = || instance.engines.questions.open();
    if open().engines.is_empty() && open().domains.is_empty() {
        return Ok(());
    }
    sleep(GATHER).await;
    let (mut engines, domains, templates) = {
        let mut open = open();
        (
            std::mem::take(&mut open.engines),
            std::mem::take(&mut open.domains),
            std::mem::take(&mut open.templates),
        )
    };
    let mut by_domain = BTreeMap::new();
    for domain in domains {
        by_domain.insert(domain, at_work(instance, domain).await?);
    }
    engines.retain(|engine| !by_domain.values().any(|known| known.contains(engine)));
    for id in engines {
        let engine = instance.store.cached_state::<Engine>(id.0).await?.state;
        if let Some(known) = engine.trusted() {
            by_domain.entry(known.domain).or_default().insert(id);
        }
    }
    for (domain, engines) in by_domain {
        let micros = instance.system.now().timestamp_micros().to_string();
        let run = derived(&["calibration", &domain.to_string(), &micros]);
        let patience = PATIENCE_BY_ITSELF;
        ask(
            instance,
            domain,
            engines,
            &templates,
            Asking { run, patience },
        )
        .await?;
    }
    Ok(())
}

/// Asks those whose answers are waited for.
async fn repeat(instance: &Instance) -> Result<(), CommandError> {
    let questions = &instance.engines.questions;
    let waiting = questions.open().waiting.clone();
    let now = instance.system.now();
    let mut orders: BTreeMap<(DomainId, Uuid), CalibrationOrder> = BTreeMap::new();
    for id in waiting {
        let calibration = of(&instance.store, id).await?;
        let engine = instance.store.cached_state::<Engine>(id.0).await?.state;
        match (
            calibration.standing(now),
            calibration.asked,
            engine.identity(),
        ) {
            (Standing::Waiting, Some(asked), Some((_, domain))) => {
                let is_imported =
                    |place: &WantedPlace| place.uses.contains(&PlaceUse::ImportedAccounts);
                let (imported, places) = asked.places.into_iter().partition(is_imported);
                let order = CalibrationOrder {
                    domain,
                    engines: BTreeSet::new(),
                    run: asked.run,
                    imported,
                    places,
                    not_after: asked.not_after,
                };
                let order = orders.entry((domain, asked.run)).or_insert(order);
                order.engines.insert(id);
            }
            _ => drop(questions.open().waiting.remove(&id)),
        }
    }
    for mut order in orders.into_values() {
        let sent = loop {
            match instance.broker.calibrate(&order).await {
                // What is left out is not looked at, and shown as that.
                Err(BrokerError::TooLarge { .. })
                    if !(order.places.is_empty() && order.imported.is_empty()) =>
                {
                    order.places.truncate(order.places.len() / 2);
                    order.imported.truncate(order.imported.len() / 2);
                }
                sent => break sent,
            }
        };
        if let Err(error) = sent {
            tracing::warn!(%error, domain = %order.domain, "the engines cannot be asked what they can reach; trying again");
        }
    }
    Ok(())
}

/// Keeps what an engine answered, of what it was asked. Who says so, and that it speaks of its own domain, was checked.
pub(crate) async fn receive(instance: &Instance, answer: &Calibration) -> Result<(), CommandError> {
    let engine = answer.engine;
    let known = of(&instance.store, engine).await?;
    let Some(asked) = known.asked.filter(|asked| asked.run == answer.run) else {
        tracing::debug!(%engine, run = %answer.run, "an answer to another question is not taken");
        return Ok(());
    };
    let now = instance.system.now();
    let found = believable(answer.clone(), &asked.places);
    let before = known.answered.filter(|_| !found.directory.is_reached());
    let answered = Answered {
        heard_at: now,
        reached_before: before.and_then(|before| before.last_reached().cloned()),
        found,
        asked,
    };
    let text = serde_json::to_string(&answered).map_err(StoreError::Unwritable)?;
    let tables = instance.store.state_tables();
    tables.set_meta(&answered_at(engine), &text).await?;
    instance.engines.contact.tell(engine, now);
    Ok(())
}

/// Of the places that were asked about, each once; and every text bounded.
fn believable(mut answer: Calibration, asked: &[WantedPlace]) -> Calibration {
    let bound = |text: &mut String| *text = plain(text);
    match &mut answer.directory {
        DirectoryReach::Reached(server) => {
            bound(&mut server.address);
            bound(&mut server.account);
            let host = server.host.as_mut();
            let certificate = server
                .protection
                .as_mut()
                .map(|one| &mut one.certificate_for);
            let known_as = server.known_as.as_mut();
            host.into_iter()
                .chain(certificate)
                .chain(known_as)
                .for_each(bound);
        }
        DirectoryReach::OutOfReach(failure) => bound(&mut failure.detail),
    }
    bound(&mut answer.vault.kind);
    if let Some(failure) = &mut answer.vault.failure {
        bound(&mut failure.detail);
    }
    let mut left: BTreeSet<_> = asked.iter().map(|place| place.dn.as_str()).collect();
    answer.places.retain(|place| left.remove(place.dn.as_str()));
    for place in &mut answer.places {
        if let Some(failure) = &mut place.failure {
            bound(&mut failure.detail);
        }
    }
    answer
}

fn asked_at(engine: EngineId) -> String {
    format!("calibration-asked:{engine}")
}

fn answered_at(engine: EngineId) -> String {
    format!("calibration:{engine}")
}

#[cfg(test)]
mod tests;
