//! What must hold of every history, read from the events alone.

use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tenure_domain::{
    Event, GroupId, UserId,
    account::AccountEvent as A,
    group::GroupEvent as G,
    order::OrderNumber,
    ownership::Owner,
    request::{RequestEvent as R, Submission},
};
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
    nobody_decided_on_their_own(events)?;
    approved_requests_ended(events)?;
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
        one_order_at_a_time(history).map_err(|why| format!("account {id}: {why}"))?;
        timers_were_on_time_and_once(history).map_err(|why| format!("account {id}: {why}"))?;
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

/// Neither requesters nor owners, as members of groups are at that moment.
fn nobody_decided_on_their_own(events: &[StoredEvent]) -> Result<(), String> {
    let mut members: HashMap<GroupId, BTreeSet<UserId>> = HashMap::new();
    let mut submissions: HashMap<Uuid, &Submission> = HashMap::new();
    for event in events {
        match &event.event {
            Event::Group(G::MemberAdded(e)) => {
                members
                    .entry(GroupId(event.stream))
                    .or_default()
                    .insert(e.user);
            }
            Event::Group(G::MemberRemoved(e)) => {
                members
                    .entry(GroupId(event.stream))
                    .or_default()
                    .remove(&e.user);
            }
            Event::Request(R::Submitted(e)) => {
                let _ = submissions.insert(event.stream, &e.submission);
            }
            Event::Request(R::ApprovalGiven(e)) => {
                let submission = submissions
                    .get(&event.stream)
                    .ok_or("approved before it was submitted")?;
                let owns = submission.owners.iter().any(|owner| match owner {
                    Owner::User(owner) => *owner == e.approver,
                    Owner::Group(group) => {
                        members.get(group).is_some_and(|m| m.contains(&e.approver))
                    }
                });
                if submission.requester == e.approver || owns {
                    return Err(format!(
                        "somebody's approval counted on their own request: {event:?}"
                    ));
                }
            }
            Event::Request(R::ApprovalOverridden(e)) => {
                let submission = submissions.get(&event.stream);
                if submission.is_none_or(|s| s.requester == e.administrator) {
                    return Err(format!("somebody overrode for themselves: {event:?}"));
                }
            }
            _ => {}
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

/// At most one order is unreported, numbers only rise, and in the end each is reported or expired.
fn one_order_at_a_time(history: &[(&A, DateTime<Utc>)]) -> Result<(), String> {
    let mut unreported: Option<OrderNumber> = None;
    let mut last = OrderNumber::default();
    for (event, _) in history {
        let settled = match event {
            A::OrderIssued(e) => {
                let number = e.order.number;
                if unreported.is_some() || number <= last {
                    return Err(format!(
                        "order {number} after {last}, unreported {unreported:?}"
                    ));
                }
                (last, unreported) = (number, Some(number));
                continue;
            }
            A::Provisioned(e) => e.number,
            A::OrderApplied(e) => e.number,
            A::OrderFailed(e) => e.number,
            A::OrderDeferred(e) => e.number,
            A::OrderExpired(e) => e.number,
            A::Removed(e) => e.number,
            _ => continue,
        };
        if unreported.take() != Some(settled) {
            return Err(format!(
                "order {settled} was settled, but was not outstanding"
            ));
        }
    }
    match unreported {
        Some(number) => Err(format!("order {number} is neither reported nor expired")),
        None => Ok(()),
    }
}

/// What timers did to one account: each at its time, once, and not after it was cancelled.
fn timers_were_on_time_and_once(history: &[(&A, DateTime<Utc>)]) -> Result<(), String> {
    let mut end: Option<DateTime<Utc>> = None;
    let mut opens: Option<DateTime<Utc>> = None;
    let mut reminder: Option<DateTime<Utc>> = None;
    let mut repeat: Option<DateTime<Utc>> = None;
    for (event, at) in history {
        let punctual = |due: &mut Option<DateTime<Utc>>, what: &str| match due.take() {
            Some(due) if due == *at => Ok(()),
            due => Err(format!("{what} at {at}, due {due:?}")),
        };
        match event {
            A::Provisioned(e) => (end, opens) = (Some(e.lifecycle_end), e.renewal_opens_at),
            A::Renewed(e) => {
                (end, opens) = (Some(e.lifecycle_end), e.renewal_opens_at);
                (reminder, repeat) = (None, None);
            }
            A::RenewalOpened(e) => {
                punctual(&mut opens, "renewal opened")?;
                reminder = e.next_reminder;
            }
            A::OwnersReminded(e) => {
                punctual(&mut reminder, "owners were reminded")?;
                reminder = e.next_reminder;
            }
            A::RenewalDeclined(_) => reminder = None,
            A::LifecycleEnded(e) => {
                punctual(&mut end, "the end came")?;
                (opens, reminder) = (None, e.next_reminder);
            }
            A::Enabled(e) => repeat = e.repeat_at,
            A::Disabled(_) => repeat = None,
            A::LifecycleEndRepeated(_) => punctual(&mut repeat, "the end was repeated")?,
            A::Deleted(_) | A::PurgeOrdered(_) => {
                (end, opens, reminder, repeat) = (None, None, None, None);
            }
            _ => {}
        }
    }
    Ok(())
}
