//! Segregation of duties, looked for in the events alone: did anybody who asked for an account, or was chosen as its
//! owner, or stood in for one of these, count among those who approved it?
//!
//! **Architecture invariant:** nothing here asks the rules that decided then. What is known is only what events said
//! before: who asked, who was chosen, who was in which group, who was whose deputy. So a mistake in those rules, or an
//! event that somebody wrote past them, is found here.
//!
//! Start reading at `case.rs`, which holds the questions; `people.rs` is what they are asked of, `shares.rs` who approved
//! for whom.

mod case;
mod found;
mod people;
mod shares;

pub use found::{Act, Breach, Listed, Override, Violation, Whose};
pub use shares::{Share, Shares};

use crate::{
    context::Actor,
    event::Event,
    ids::{RequestId, UserId},
    request::RequestEvent,
};
use case::Case;
use chrono::{DateTime, Utc};
use people::People;
use std::collections::HashMap;
use uuid::Uuid;

/// An event of the history.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Its place.
    pub position: u64,
    /// The object that it is of.
    pub stream: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who was signed in.
    pub actor: &'a Actor,
    /// What happened.
    pub event: &'a Event,
}

/// What was found up to a position. It keeps the requests that wait for a decision, not those that had theirs.
#[derive(Clone, Debug, Default)]
pub struct Review {
    position: u64,
    missing: u64,
    requests: u64,
    decisions: u64,
    approved: u64,
    without_approval: u64,
    violations: Listed<Violation>,
    overrides: Listed<Override>,
    shares: Shares,
    people: People,
    waiting: HashMap<RequestId, Case>,
}

impl Review {
    /// The position of the last event that it has seen; 0 = none.
    #[must_use]
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Positions that no event had: the history has holes.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.missing
    }

    /// Submissions: a request that was submitted twice counts twice.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// Approvals, rejections and questions to requesters.
    #[must_use]
    pub fn decisions(&self) -> u64 {
        self.decisions
    }

    /// Requests that were approved.
    #[must_use]
    pub fn approved(&self) -> u64 {
        self.approved
    }

    /// Those of them that nobody had to approve, since their template asks for nobody.
    #[must_use]
    pub fn without_approval(&self) -> u64 {
        self.without_approval
    }

    /// What must not have been.
    #[must_use]
    pub fn violations(&self) -> &Listed<Violation> {
        &self.violations
    }

    /// Steps that an administrator decided in place of the approvers.
    #[must_use]
    pub fn overrides(&self) -> &Listed<Override> {
        &self.overrides
    }

    /// Who approved for whom.
    #[must_use]
    pub fn shares(&self) -> &Shares {
        &self.shares
    }

    /// Has nothing been found that must not have been?
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.violations.total() == 0 && self.missing == 0
    }

    /// Looks at the next event. Those that it has seen are not looked at again.
    pub fn see(&mut self, seen: &Seen<'_>) {
        if seen.position <= self.position {
            return;
        }
        self.missing += seen.position - self.position - 1;
        self.position = seen.position;
        self.people.learn(seen.stream, seen.event);
        if let Event::Request(event) = seen.event {
            self.see_request(RequestId(seen.stream), event, seen);
        }
    }

    /// There is no event any more up to `position`, though the history says that it reaches it.
    pub fn ends_at(&mut self, position: u64) {
        self.missing += position.saturating_sub(self.position);
        self.position = self.position.max(position);
    }

    fn see_request(&mut self, id: RequestId, event: &RequestEvent, seen: &Seen<'_>) {
        use RequestEvent as R;
        match event {
            R::Submitted(e) => {
                self.requests += 1;
                self.waiting.insert(id, Case::of(&e.submission));
            }
            R::ApprovalGiven(e) => {
                self.decided(id, Act::Approved, e.approver, e.on_behalf_of, seen);
                if let Some(case) = self.waiting.get_mut(&id) {
                    case.count(e.step, e.approver, e.on_behalf_of.is_some());
                }
            }
            R::Rejected(e) => {
                self.decided(id, Act::Rejected, e.approver, e.on_behalf_of, seen);
                self.waiting.remove(&id);
            }
            R::InformationRequested(e) => {
                self.decided(id, Act::Asked, e.approver, e.on_behalf_of, seen);
            }
            R::ApprovalOverridden(e) => {
                let case = self.waiting.get_mut(&id);
                let relation = (case.as_deref())
                    .and_then(|case| case.relation(e.administrator, &self.people, seen.at));
                let whose = case.as_deref().map(Case::whose);
                let violation = |breach| Violation::new(seen, id, whose, e.administrator, breach);
                match &case {
                    None => self.violations.add(violation(Breach::NotWaiting)),
                    Some(_) if relation == Some(Breach::OwnRequest) => {
                        self.violations.add(violation(Breach::OwnOverride));
                    }
                    Some(_) if seen.actor.user() != Some(e.administrator) => {
                        self.violations.add(violation(Breach::OtherActor));
                    }
                    Some(_) => {}
                }
                self.overrides.add(Override {
                    position: seen.position,
                    at: seen.at,
                    request: id,
                    whose,
                    administrator: e.administrator,
                    step: e.step_name.clone(),
                    reason: e.reason.clone(),
                    in_spite_of: relation,
                });
                if let Some(case) = case {
                    case.override_step(e.step, e.administrator);
                }
            }
            R::Approved(_) => {
                let Some(case) = self.waiting.remove(&id) else {
                    let actor = seen.actor.user().unwrap_or_default();
                    let stray = Violation::new(seen, id, None, actor, Breach::NotWaiting);
                    self.violations.add(Violation {
                        act: Act::Completed,
                        ..stray
                    });
                    return;
                };
                self.approved += 1;
                self.without_approval += u64::from(case.asks_nobody());
                if let Some(step) = case.incomplete_step() {
                    let actor = seen.actor.user().unwrap_or_default();
                    let too_few = Breach::TooFew { step };
                    let found = Violation::new(seen, id, Some(case.whose()), actor, too_few);
                    self.violations.add(Violation {
                        act: Act::Completed,
                        ..found
                    });
                }
                self.shares.add(&case);
            }
            R::Withdrawn(_) | R::Reopened(_) | R::Deleted(_) => drop(self.waiting.remove(&id)),
            R::Drafted(_)
            | R::Revised(_)
            | R::InformationGiven(_)
            | R::Escalated(_)
            | R::NameReleased(_)
            | R::ProvisioningBegun(_)
            | R::Completed(_)
            | R::Failed(_)
            | R::Retried(_) => {}
        }
    }

    fn decided(
        &mut self,
        id: RequestId,
        act: Act,
        who: UserId,
        for_whom: Option<UserId>,
        seen: &Seen<'_>,
    ) {
        self.decisions += 1;
        let case = self.waiting.get(&id);
        let whose = case.map(Case::whose);
        let breaches = match case {
            None => vec![Breach::NotWaiting],
            Some(case) => case.breaches(who, for_whom, &self.people, seen),
        };
        for breach in breaches {
            let found = Violation::new(seen, id, whose, who, breach);
            self.violations.add(Violation { act, ..found });
        }
    }
}
