//! When a domain is read: by its plan, and whenever somebody asks for it. What does not come to an end is given up, and
//! counts as not read.

use super::{
    people,
    state::{self, Running},
    tell,
};
use crate::{CommandError, Instance, contact};
use chrono::{DateTime, TimeDelta, Utc};
use std::{collections::BTreeMap, time::Duration};
use tenure_domain::{
    DomainId,
    engine::EngineStanding,
    order::{Failure, FailureReason},
    synchronisation::{SyncKind, SyncOrder},
    template::Template,
};
use tenure_eventstore::new_id;
use tenure_projections::{DomainRow, LONGEST_PAGE, Page, Start, TemplateFilter};
use tokio_util::sync::CancellationToken;

/// Between looks for what is due.
const LOOK: Duration = Duration::from_secs(5);
/// How long nothing may come of it before it is given up.
const SILENCE: TimeDelta = TimeDelta::minutes(10);
/// Attributes that are asked for beside those that are always read.
const MOST_ATTRIBUTES: usize = 200;

/// Looks for what is due, until cancelled.
pub(crate) async fn watch(instance: &Instance, cancel: CancellationToken) {
    loop {
        let paused = cancel.run_until_cancelled(tokio::time::sleep(LOOK)).await;
        if paused.is_none() {
            return;
        }
        let domains = match instance.views.domains().await {
            Ok(domains) => domains,
            Err(error) => {
                tracing::warn!(%error, "it cannot be seen which domains are to be read");
                continue;
            }
        };
        for domain in domains {
            if let Err(error) = look(instance, &domain).await {
                tracing::warn!(%error, domain = domain.content.name, "a domain cannot be synchronised for now");
            }
        }
    }
}

/// Somebody wants the domain to be read.
pub(crate) async fn want(
    instance: &Instance,
    domain: DomainId,
    full: bool,
) -> Result<(), CommandError> {
    state::update(instance, domain, |state| {
        state.wanted = Some(full || state.wanted.unwrap_or(false));
        Some(())
    })
    .await?;
    begin(instance, domain, None).await
}

async fn look(instance: &Instance, domain: &DomainRow) -> Result<(), CommandError> {
    tell::history(instance, domain.id).await?;
    people::keep_in_step(instance, domain.id).await?;
    let now = instance.system.now();
    let state = state::read(instance, domain.id).await?.0;
    if let Some(running) = &state.running {
        return give_up_if_silent(instance, domain.id, running, now).await;
    }
    if domain.disabled {
        return Ok(());
    }
    let due = domain.plan.due(&state.times(), now);
    if state.wanted.is_some() || (due.is_some() && is_served(instance, domain.id).await?) {
        begin(instance, domain.id, due).await?;
    }
    Ok(())
}

/// Has an engine of the domain been heard of? An order that nobody takes would only be given up.
async fn is_served(instance: &Instance, domain: DomainId) -> Result<bool, CommandError> {
    for engine in instance.views.engines().await? {
        let serves = engine.domain == domain
            && engine.standing == EngineStanding::Assigned
            && !engine.disabled
            && engine.contact_lost.is_none();
        if serves
            && contact::last_heard(&instance.store, engine.id)
                .await?
                .is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn give_up_if_silent(
    instance: &Instance,
    domain: DomainId,
    running: &Running,
    now: DateTime<Utc>,
) -> Result<(), CommandError> {
    if now <= running.not_after {
        return Ok(());
    }
    let tables = instance.store.state_tables();
    let counts = tables.directory_chunk_counts(running.run, None).await?;
    if counts.newest.is_some_and(|newest| now - newest < SILENCE) {
        return Ok(());
    }
    let detail = match counts.newest {
        None => "no engine of the domain has begun to read it in time",
        Some(_) => "the engine that was reading the domain has fallen silent",
    };
    let failure = Failure {
        reason: FailureReason::DirectoryUnreachable,
        detail: detail.to_owned(),
    };
    let run = running.run;
    let given_up = state::update(instance, domain, |state| {
        state.runs(run)?;
        state.fail(run, failure.clone(), now);
        Some(())
    });
    if given_up.await?.is_some() {
        tables.drop_directory_chunks(run).await?;
        tell::history(instance, domain).await?;
    }
    Ok(())
}

/// Begins, if nothing runs: what is wanted, or what is due.
pub(super) async fn begin(
    instance: &Instance,
    domain: DomainId,
    due: Option<SyncKind>,
) -> Result<(), CommandError> {
    let (now, run) = (instance.system.now(), new_id());
    let position = instance.store.head().await?.position;
    let attributes = attributes(instance, domain).await?;
    let begun = state::update(instance, domain, |state| {
        if state.running.is_some() {
            return None;
        }
        let full = match (state.wanted.take(), due) {
            (Some(full), due) => full || due == Some(SyncKind::Full),
            (None, Some(kind)) => kind == SyncKind::Full,
            (None, None) => return None,
        };
        let since = state.mark.filter(|_| !full);
        let not_after = now + SILENCE;
        state.begun_at = Some(now);
        state.running = Some(Running {
            run,
            since,
            begun_at: now,
            not_after,
            position,
        });
        Some(SyncOrder {
            domain,
            run,
            since,
            attributes: attributes.clone(),
            not_after,
        })
    });
    let Some(order) = begun.await? else {
        return Ok(());
    };
    if let Err(error) = instance.broker.synchronise(&order).await {
        tracing::warn!(%error, %domain, "the engines cannot be asked to read their domain; trying again");
        state::update(instance, domain, |state| {
            state.runs(run)?;
            state.running = None;
            state.wanted = Some(order.since.is_none());
            Some(())
        })
        .await?;
    }
    Ok(())
}

/// Attributes that templates of the domain set, in any version: accounts are bound to old ones too.
async fn attributes(instance: &Instance, domain: DomainId) -> Result<Vec<String>, CommandError> {
    let mut names = BTreeMap::new();
    let (mut start, filter) = (Some(Start::default()), TemplateFilter::default());
    while let Some(from) = start {
        let page = Page {
            start: from,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let found = instance.views.templates(&filter, &page).await?;
        for row in &found.rows {
            let template = instance.store.cached_state::<Template>(row.id.0).await?;
            let versions = template.state.versions.values();
            for content in versions.filter(|content| content.directory.domain == domain) {
                let attributes = content.directory.attributes.iter();
                // Names are the same whatever their case.
                names.extend(attributes.map(|one| (one.name.to_lowercase(), one.name.clone())));
            }
        }
        start = found.next.map(Start::After);
    }
    Ok(names.into_values().take(MOST_ATTRIBUTES).collect())
}
