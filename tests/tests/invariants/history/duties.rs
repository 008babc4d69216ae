//! Segregation of duties, and deputies within their time: read from the events alone.

use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{
    Event, GroupId, UserId,
    deputy::{DeputyNamed, DeputyshipEvent as D},
    group::GroupEvent as G,
    ownership::Owner,
    request::{RequestEvent as R, Submission},
    segregation::{Review, Seen},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// Who was in which group, and whose deputy, up to some event.
#[derive(Default)]
struct Known<'a> {
    members: HashMap<GroupId, BTreeSet<UserId>>,
    deputies: HashMap<UserId, &'a DeputyNamed>,
    submissions: HashMap<Uuid, &'a Submission>,
}

impl<'a> Known<'a> {
    fn learn(&mut self, event: &'a StoredEvent) {
        match &event.event {
            Event::Group(G::MemberAdded(e)) => {
                let members = self.members.entry(GroupId(event.stream)).or_default();
                members.insert(e.user);
            }
            Event::Group(G::MemberRemoved(e)) => {
                let members = self.members.entry(GroupId(event.stream)).or_default();
                members.remove(&e.user);
            }
            Event::Deputyship(D::Named(named)) => {
                let _ = self.deputies.insert(named.user, named);
            }
            Event::Deputyship(D::Withdrawn(_)) => {
                let _ = self.deputies.remove(&UserId(event.stream));
            }
            Event::Request(R::Submitted(e)) => {
                let _ = self.submissions.insert(event.stream, &e.submission);
            }
            _ => {}
        }
    }

    fn stands_in(&self, deputy: UserId, of: UserId, at: DateTime<Utc>) -> bool {
        let named = self.deputies.get(&of);
        named.is_some_and(|n| n.deputy == deputy && n.from <= at && at < n.until)
    }

    fn is_party(&self, user: UserId, submission: &Submission) -> bool {
        let owns = |owner: &Owner| match owner {
            Owner::User(owner) => *owner == user,
            Owner::Group(group) => self.members.get(group).is_some_and(|m| m.contains(&user)),
        };
        submission.requester == user || submission.owners.iter().any(owns)
    }

    /// Why this decision should not have been.
    fn objection(
        &self,
        event: &StoredEvent,
        by: UserId,
        name: Option<UserId>,
    ) -> Option<&'static str> {
        let Some(submission) = self.submissions.get(&event.stream) else {
            return Some("decided before it was submitted");
        };
        let at = event.recorded_at;
        let mut principals = self.deputies.keys();
        if self.is_party(by, submission) {
            return Some("somebody decided on their own request");
        }
        if principals.any(|of| self.stands_in(by, *of, at) && self.is_party(*of, submission)) {
            return Some("the deputy of a party decided");
        }
        let stranger = name.is_some_and(|name| !self.stands_in(by, name, at));
        stranger.then_some("somebody decided in a name that was not lent to them")
    }
}

/// Neither requesters nor owners, as members of groups are at that moment, nor their deputies; and in another's name only
/// who is their deputy then.
pub(super) fn nobody_decided_on_their_own(events: &[StoredEvent]) -> Result<(), String> {
    let mut known = Known::default();
    for event in events {
        known.learn(event);
        let objection = match &event.event {
            Event::Request(R::ApprovalGiven(e)) => {
                known.objection(event, e.approver, e.on_behalf_of)
            }
            Event::Request(R::Rejected(e)) => known.objection(event, e.approver, e.on_behalf_of),
            Event::Request(R::InformationRequested(e)) => {
                known.objection(event, e.approver, e.on_behalf_of)
            }
            Event::Request(R::ApprovalOverridden(e)) => {
                let submission = known.submissions.get(&event.stream);
                let own = submission.is_none_or(|s| s.requester == e.administrator);
                own.then_some("somebody overrode for themselves")
            }
            _ => None,
        };
        if let Some(objection) = objection {
            return Err(format!("{objection}: {event:?}"));
        }
    }
    Ok(())
}

/// Nor does the report that auditors get find anything in a history that the rules have written.
pub(super) fn the_report_finds_nothing(events: &[StoredEvent]) -> Result<(), String> {
    let mut review = Review::default();
    for event in events {
        review.see(&Seen {
            position: event.position,
            stream: event.stream,
            at: event.recorded_at,
            actor: &event.actor,
            event: &event.event,
        });
    }
    match review.is_clean() {
        true => Ok(()),
        false => Err(format!(
            "{} events are missing, and the report finds {:?}",
            review.missing(),
            review.violations().items()
        )),
    }
}
