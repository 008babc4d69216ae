//! What must hold of every history, read from the events alone.

mod accounts;
mod duties;
mod requests;

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tenure_domain::{Event, account::AccountEvent as A, request::RequestEvent as R};
use tenure_eventstore::{EventStore, StoredEvent};
use uuid::Uuid;

/// Everything that ever happened.
pub(crate) async fn read(store: &EventStore) -> Vec<StoredEvent> {
    let mut events: Vec<StoredEvent> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.position);
        let page = store.read(after, 1_000).await.unwrap();
        if page.is_empty() {
            return events;
        }
        events.extend(page);
    }
}

/// All of it; the first complaint, otherwise.
pub(crate) fn check(events: &[StoredEvent], repeated: &[Uuid]) -> Result<(), String> {
    positions_and_versions_have_no_gap(events)?;
    a_command_was_applied_once(events, repeated)?;
    duties::nobody_decided_on_their_own(events)?;
    duties::the_report_finds_nothing(events)?;
    approved_requests_ended(events)?;
    requests::escalations_were_on_time_and_once(events)?;
    let mut accounts: BTreeMap<Uuid, Vec<(&A, DateTime<Utc>)>> = BTreeMap::new();
    for event in events {
        if let Event::Account(account) = &event.event {
            accounts
                .entry(event.stream)
                .or_default()
                .push((account, event.recorded_at));
        }
    }
    for (id, history) in &accounts {
        accounts::one_order_at_a_time(history).map_err(|why| format!("account {id}: {why}"))?;
        accounts::timers_were_on_time_and_once(history)
            .map_err(|why| format!("account {id}: {why}"))?;
    }
    Ok(())
}

/// Positions are 1..n; stream versions are contiguous; time does not run backwards.
fn positions_and_versions_have_no_gap(events: &[StoredEvent]) -> Result<(), String> {
    let mut versions: HashMap<(&str, Uuid), u64> = HashMap::new();
    let mut time = DateTime::<Utc>::MIN_UTC;
    for (before, event) in (0..).zip(events) {
        if event.position != before + 1 {
            return Err(format!("position {} follows {before}", event.position));
        }
        let version = versions.entry((event.kind, event.stream)).or_default();
        *version += 1;
        if event.version != *version || event.recorded_at < time {
            return Err(format!(
                "{event:?} is version {version} of its stream, after {time}"
            ));
        }
        time = event.recorded_at;
    }
    Ok(())
}

/// The events of one command are one batch of one stream.
fn a_command_was_applied_once(events: &[StoredEvent], repeated: &[Uuid]) -> Result<(), String> {
    let mut ended: BTreeSet<Uuid> = BTreeSet::new();
    let mut current: Option<(Uuid, Uuid)> = None;
    for event in events {
        let batch = event.command.map(|command| (command, event.stream));
        if batch != current {
            if let Some((command, _)) = current {
                ended.insert(command);
            }
            current = batch;
        }
        if event
            .command
            .is_some_and(|command| ended.contains(&command))
        {
            let twice = event.command.filter(|command| repeated.contains(command));
            return Err(format!(
                "a command was applied twice (sent twice: {twice:?}): {event:?}"
            ));
        }
    }
    Ok(())
}

/// An approved request ends provisioned or failed.
fn approved_requests_ended(events: &[StoredEvent]) -> Result<(), String> {
    let mut open: BTreeMap<Uuid, u64> = BTreeMap::new();
    for event in events {
        match &event.event {
            Event::Request(R::Approved(_) | R::Retried(_)) => {
                let _ = open.insert(event.stream, event.position);
            }
            Event::Request(R::Completed(_) | R::Failed(_)) => drop(open.remove(&event.stream)),
            _ => {}
        }
    }
    match open.first_key_value() {
        Some((request, at)) => Err(format!(
            "request {request}, approved at {at}, neither provisioned nor failed"
        )),
        None => Ok(()),
    }
}
