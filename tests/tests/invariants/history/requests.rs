//! What must hold of the history of each request.

use chrono::{DateTime, Utc};
use std::collections::HashMap;
use tenure_domain::{Event, request::RequestEvent as R};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A step goes to its fallback approvers at its time, once, and not after it was decided.
pub(super) fn escalations_were_on_time_and_once(events: &[StoredEvent]) -> Result<(), String> {
    let mut waiting: HashMap<Uuid, Option<DateTime<Utc>>> = HashMap::new();
    for event in events {
        let Event::Request(request) = &event.event else {
            continue;
        };
        let due = waiting.entry(event.stream).or_default();
        match request {
            R::Submitted(e) => *due = e.escalates_at,
            R::ApprovalGiven(e) if e.step_completed => *due = e.escalates_at,
            R::ApprovalOverridden(e) => *due = e.escalates_at,
            R::InformationGiven(e) => *due = e.escalates_at,
            R::InformationRequested(_) | R::Rejected(_) | R::Withdrawn(_) => *due = None,
            R::Escalated(_) if due.take() == Some(event.recorded_at) => {}
            R::Escalated(_) => {
                return Err(format!("escalated too early, late or often: {event:?}"));
            }
            _ => {}
        }
    }
    let overdue = |(request, due): (&Uuid, &Option<DateTime<Utc>>)| {
        let last = events.last()?.recorded_at;
        due.filter(|due| *due < last)
            .map(|due| format!("request {request} was to escalate at {due}"))
    };
    waiting.iter().find_map(overdue).map_or(Ok(()), Err)
}
