//! Decisions on a request, step by step: who may decide, in whose name, and who must not; and steps that take too long.

use super::{Model, RequestStatus as Status, Verdict, requests::Request, templates::Approvers};
use chrono::TimeDelta;

impl Request {
    fn current(&self) -> Option<&Approvers> {
        let version = self.version.as_ref()?;
        version.steps.get(self.step)
    }

    /// Has the person had a say in this step, in person or by a deputy?
    fn has_heard(&self, person: usize) -> bool {
        let is_theirs =
            |(by, name): &(usize, Option<usize>)| *by == person || *name == Some(person);
        self.voices.iter().any(is_theirs)
    }
}

impl Model {
    /// In whose name the person decides, if not in their own. Neither requesters nor owners decide, nor do their deputies.
    pub(super) fn may_decide(
        &self,
        person: usize,
        number: usize,
    ) -> Result<Option<usize>, &'static str> {
        let request = &self.requests[&number];
        if person == request.requester {
            return Err("nobody decides on their own request");
        }
        let owns = |person| self.people.is_among(person, &request.owners);
        if owns(person) {
            return Err("an owner does not decide");
        }
        let party = |of: usize| of == request.requester || owns(of);
        let stands_in = |of: usize| self.deputies.stands_in(person, of, self.now);
        if (0..self.people.count()).any(|of| party(of) && stands_in(of)) {
            return Err("the deputy of a party does not decide");
        }
        if self.is_named(person, request) {
            return Ok(None);
        }
        let mut lenders = self.principals(person);
        lenders.retain(|lender| self.is_named(*lender, request));
        // A voice that was not heard yet is used first.
        let unheard = lenders.iter().find(|lender| !request.has_heard(**lender));
        let lender = unheard.or(lenders.first());
        lender
            .map(|lender| Some(*lender))
            .ok_or("not an approver of this step")
    }

    /// Named in the current step in person or through an enabled group, or as a fallback when it has taken too long.
    fn is_named(&self, person: usize, request: &Request) -> bool {
        let Some(step) = request.current() else {
            return false;
        };
        let speaks = |groups: &[usize]| {
            let mut groups = groups.iter();
            groups.any(|group| self.people.speaks_for(person, *group))
        };
        let fallback = step.fallback.as_ref().filter(|_| request.escalated);
        step.people.contains(&person)
            || speaks(&step.groups)
            || fallback.is_some_and(|f| f.people.contains(&person) || speaks(&f.groups))
    }

    pub(super) fn approve(&mut self, person: usize, number: usize) -> Verdict {
        let name = match self.may_decide(person, number) {
            Ok(name) => name,
            Err(why) => return Verdict::Refused(why),
        };
        let request = self.request(number);
        if request.has_heard(person) || name.is_some_and(|name| request.has_heard(name)) {
            return Verdict::Refused("one voice each");
        }
        request.voices.push((person, name));
        let least = request.current().map_or(0, |step| step.least);
        if request.voices.len() >= usize::from(least) {
            self.complete_step(number);
        }
        Verdict::Accepted
    }

    pub(super) fn complete_step(&mut self, number: usize) {
        let request = self.request(number);
        let steps = request.version.as_ref().map_or(0, |v| v.steps.len());
        let next = request.step + 1;
        self.begin_step(number, next);
        if next == steps {
            self.request(number).status = Status::Approved;
        }
    }

    pub(super) fn begin_step(&mut self, number: usize, step: usize) {
        let request = self.request(number);
        request.step = step;
        request.voices.clear();
        request.escalated = false;
        self.wait_anew(number);
    }

    /// The step's time begins now; once it was over, it stays so.
    pub(super) fn wait_anew(&mut self, number: usize) {
        let now = self.now;
        let request = self.request(number);
        let fallback = request.current().and_then(|step| step.fallback.as_ref());
        request.escalates_at = fallback
            .filter(|_| !request.escalated)
            .map(|fallback| now + TimeDelta::hours(fallback.after_hours.into()));
    }

    /// Steps whose time is over go to their fallback approvers too.
    pub(super) fn escalate_late(&mut self) {
        let now = self.now;
        for request in self.requests.values_mut() {
            let late = request.escalates_at.is_some_and(|due| due <= now);
            if late && request.status == Status::Submitted {
                (request.escalated, request.escalates_at) = (true, None);
            }
        }
    }
}
