//! Events lead to commands. A command that is refused is done with: things had moved on. One that cannot be carried
//! out for now is tried until it can; one that never can (a stream that does not decode) is parked, and holds back
//! nothing but its own account.

use crate::{Accepted, Caller, CommandError, Instance, calibration, drift, synchronisation};
use futures::{FutureExt, StreamExt, stream};
use std::sync::Arc;
use tenure_domain::{
    DomainId, EngineId, Event, TemplateId,
    campaign::CampaignEvent,
    directory::DomainEvent,
    engine::EngineEvent,
    reactions::{self, Reaction},
    template::{Template, TemplateEvent},
};
use tenure_eventstore::{
    Cause, StoredEvent,
    follow::{Handle, Retry},
};

/// Reactions under way at once.
const CONCURRENCY: usize = 128;

/// Carries out what follows from each page of events.
pub(crate) struct Reactions(pub(crate) Instance);

impl Handle for Reactions {
    async fn handle(&self, page: &[Arc<StoredEvent>]) -> Result<(), Retry> {
        let instance = &self.0;
        let mut due = Vec::new();
        for event in page {
            if matches!(event.event, Event::Engine(_)) {
                // Registered or disabled: its reports count from now on, or no more.
                let learned = instance
                    .engines
                    .learn(&instance.store, EngineId(event.stream))
                    .await;
                learned.map_err(|error| error.to_string())?;
            }
            if let Event::Account(event) = &event.event {
                let marked = synchronisation::mark_removal(instance, event).await;
                marked.map_err(|error| error.to_string())?;
            }
            if let Event::Domain(DomainEvent::SynchronisationAsked(asked)) = &event.event {
                let domain = DomainId(event.stream);
                let wanted = synchronisation::want(instance, domain, asked.full).await;
                wanted.map_err(|error| error.to_string())?;
            }
            if let Event::Campaign(CampaignEvent::Closed(_)) = &event.event {
                instance.engines.campaign_closed.notify_one();
            }
            recalibrate(instance, event).await?;
            if let Event::Domain(DomainEvent::PeoplePlanned(_) | DomainEvent::PeopleAllowed(_)) =
                &event.event
            {
                let domain = DomainId(event.stream);
                let due = synchronisation::look_again(instance, domain, event.id).await;
                due.map_err(|error| error.to_string())?;
            }
            if let Event::Domain(DomainEvent::DriftDecided(decided)) = &event.event {
                let done = drift::decided(instance, event, decided).await;
                done.map_err(|error| error.to_string())?;
            }
            for (index, reaction) in reactions::to(event.stream, &event.event)
                .into_iter()
                .enumerate()
            {
                due.push((event.clone(), reaction, 2 * index));
            }
        }
        // Each made when its turn comes: one takes a hundred kilobytes while it waits.
        let outcomes: Vec<_> = stream::iter(due)
            .map(|(event, reaction, ordinal)| {
                async move { carry_out(instance, &event, reaction, ordinal).await }.boxed()
            })
            .buffer_unordered(CONCURRENCY)
            .collect()
            .await;
        // When one has to wait the whole page is done again: what was done is recognised by its command id.
        outcomes.into_iter().collect()
    }
}

/// Engines are asked what they can reach: when somebody wants it, and when what is known may have become old.
async fn recalibrate(instance: &Instance, event: &StoredEvent) -> Result<(), Retry> {
    let questions = &instance.engines.questions;
    let failed = |error: &dyn std::fmt::Display| error.to_string();
    match &event.event {
        Event::Domain(DomainEvent::CalibrationAsked(asked)) => {
            let domain = DomainId(event.stream);
            let asking = (event.id, event.position);
            let wanted = calibration::want(instance, domain, asked.engine, asking);
            wanted.await.map_err(|error| failed(&error))?;
        }
        Event::Engine(
            EngineEvent::Registered(_)
            | EngineEvent::Assigned(_)
            | EngineEvent::Enabled(_)
            // What it could reach before it was impaired, or while it was, is no longer true.
            | EngineEvent::Recovered(_),
        ) => questions.engine_came(EngineId(event.stream)),
        Event::Template(TemplateEvent::Published(published)) => {
            let domain = published.content.directory.domain;
            questions.template_changed(domain, TemplateId(event.stream));
        }
        Event::Template(TemplateEvent::Unpublished(withdrawn)) => {
            let template = instance.store.cached_state::<Template>(event.stream).await;
            let template = template.map_err(|error| failed(&error))?.state;
            if let Some(content) = template.versions.get(&withdrawn.version) {
                questions.template_changed(content.directory.domain, TemplateId(event.stream));
            }
        }
        _ => {}
    }
    Ok(())
}

async fn carry_out(
    instance: &Instance,
    event: &StoredEvent,
    reaction: Reaction,
    ordinal: usize,
) -> Result<(), Retry> {
    let cause = Cause {
        correlation: event.correlation,
        causation: Some(event.id),
        ..Cause::default()
    };
    fail::fail_point!("reaction-before-command", |_| std::process::abort());
    let mut outcome = execute(instance, event, &cause, reaction.clone(), ordinal).await;
    if let Err(CommandError::Account(refusal)) = &outcome
        && let Some(instead) = reactions::to_refusal(&reaction, refusal)
    {
        outcome = execute(instance, event, &cause, instead, ordinal + 1).await;
    }
    fail::fail_point!("reaction-after-command", |_| std::process::abort());
    match outcome {
        Ok(_) => Ok(()),
        Err(error) if error.is_transient() => Err(error.to_string()),
        Err(CommandError::Broken(reason)) => {
            let parked = format!("reaction:{}", event.id);
            let (kind, stream, position) = (event.kind, event.stream, event.position);
            tracing::error!(position, kind, %stream, reason, "a reaction was parked: its stream cannot be read");
            metrics::counter!("tenure_workflow_parked_total").increment(1);
            let tables = instance.store.state_tables();
            tables
                .mark_handled(&[(parked, format!("parked: {reason}"))])
                .await
                .map_err(|error| error.to_string())
        }
        Err(refusal) => {
            tracing::debug!(position = event.position, %refusal, "a reaction was refused: things had moved on");
            Ok(())
        }
    }
}

async fn execute(
    instance: &Instance,
    event: &StoredEvent,
    cause: &Cause,
    reaction: Reaction,
    ordinal: usize,
) -> Result<Accepted, CommandError> {
    let caller = Caller::system(
        reactions::PROVISIONING,
        reactions::command_id(event.id, ordinal),
        cause.clone(),
    );
    match reaction {
        Reaction::Account {
            account,
            command,
            request,
        } => {
            instance
                .commands
                .account_by_request(account, command, request, &caller)
                .await
        }
        Reaction::Request { request, command } => {
            instance.commands.request(request, command, &caller).await
        }
        Reaction::Review { review, command } => {
            instance.commands.review(review, command, &caller).await
        }
    }
}
