//! A past request, asked once more by the draft: submitted by the same person with the same content, and approved by those
//! who approved it.

use super::{Effect, Outcome, Terms, lost};
use crate::{
    context::{Actor, Context},
    decide::Decide,
    ids::GroupId,
    problem::{FieldProblem, Problem},
    request::{
        Draft, OfferedTemplate, Principal, Request, RequestCommand, RequestFacts, RequestKind,
        RequestRefusal, Stage, Submission, Submitted, Voice,
    },
};
use chrono::{DateTime, Utc};
use cqrs_es::Aggregate;

/// Somebody who approved, as far as it was counted then.
#[derive(Clone, Debug)]
pub struct Decider {
    /// Who, and in whose name.
    pub voice: Voice,
    /// Groups of approval steps that hold this person, or the one in whose name it was.
    pub groups: Vec<GroupId>,
}

/// What was asked for once.
#[derive(Clone, Copy, Debug)]
pub struct PastRequest<'a> {
    /// As it was submitted.
    pub submitted: &'a Submitted,
    /// Who approved it, if all of it was approved.
    pub approved_by: Option<&'a [Decider]>,
}

/// How the request would fare by `after`, which is to come in the place of `before`. What would be wrong by both is no
/// matter of the draft. `facts` know the requester's groups of today, and the account of a renewal or a change.
#[must_use]
pub fn of_request(
    past: PastRequest<'_>,
    before: &OfferedTemplate,
    after: &OfferedTemplate,
    facts: &RequestFacts,
    now: DateTime<Utc>,
) -> Outcome {
    // Who could use the template then could use it, wherever they have gone since.
    let mut then = facts.clone();
    then.actor_groups
        .extend(&before.content.directory.available_to);
    let was = asked(past.submitted, before, then, now);
    let would_be = asked(past.submitted, after, facts.clone(), now);
    let known = was.as_ref().err().cloned().unwrap_or_default();
    let mut refused = would_be.as_ref().err().cloned().unwrap_or_default();
    refused.retain(|problem| !known.contains(problem));
    let submission = &past.submitted.submission;
    let owners_lost = match submission.kind {
        RequestKind::NewAccount => {
            lost(&submission.owners, &past.submitted.content.owners, &refused)
        }
        RequestKind::Renewal(_) | RequestKind::Change(_) => Vec::new(),
    };
    let terms_before = terms(submission, now);
    let terms_after = match (&would_be, refused.is_empty()) {
        (Ok(request), _) => request.submission().map(|after| terms(after, now)),
        // Wrong by both: as before.
        (Err(_), true) => Some(terms_before.clone()),
        (Err(_), false) => None,
    };
    let mut outcome = Outcome::of(terms_before, terms_after, refused, owners_lost);
    if let (Some(deciders), Ok(was), Ok(would_be)) = (past.approved_by, was, would_be)
        && waits_for(was, deciders, now).is_none()
        && let Some(step) = waits_for(would_be, deciders, now)
    {
        outcome.effects.push(Effect::NeedsAnotherApprover);
        outcome.waits_for = Some(step);
    }
    outcome
}

/// Submitted by that template, or what is wrong with it.
fn asked(
    submitted: &Submitted,
    template: &OfferedTemplate,
    facts: RequestFacts,
    now: DateTime<Utc>,
) -> Result<Request, Vec<FieldProblem>> {
    let requester = submitted.submission.requester;
    let mut content = submitted.content.clone();
    content.template = template.id;
    // Other terms of service would be read and accepted, too.
    content.terms_accepted = true;
    let mut request = Request::Draft(Draft {
        requester,
        account: submitted.submission.account,
        content,
    });
    let context = Context {
        now,
        actor: Actor::User(requester),
        facts: RequestFacts {
            template: Some(template.clone()),
            domain_enabled: true,
            ..facts
        },
    };
    match request.decide(RequestCommand::Submit, &context) {
        Ok(events) => {
            for event in events {
                request.apply(event);
            }
            Ok(request)
        }
        Err(RequestRefusal::Invalid(problems)) => Err(problems),
        Err(_) => Err(vec![FieldProblem::at("template", Problem::NotOffered)]),
    }
}

/// The first step that stays open when all of them have approved what they may; `None` = it is approved.
fn waits_for(mut request: Request, deciders: &[Decider], now: DateTime<Utc>) -> Option<String> {
    loop {
        let open = open_step(&request)?;
        let approved = deciders
            .iter()
            .find_map(|decider| request.decide(approve(), &decider.context(now)).ok());
        let Some(events) = approved else {
            return Some(open);
        };
        for event in events {
            request.apply(event);
        }
    }
}

fn approve() -> RequestCommand {
    RequestCommand::Approve { comment: None }
}

fn open_step(request: &Request) -> Option<String> {
    let Request::Submitted(submitted) = request else {
        return None;
    };
    let Stage::AwaitingApproval(approvals) = &submitted.stage else {
        return None;
    };
    let step = approvals.current(&submitted.submission.steps)?;
    Some(step.name.clone())
}

impl Decider {
    fn context(&self, now: DateTime<Utc>) -> Context<RequestFacts> {
        let mut facts = RequestFacts::default();
        match self.voice.on_behalf_of {
            None => facts.actor_groups.clone_from(&self.groups),
            Some(user) => facts.deputy_for.push(Principal {
                user,
                groups: self.groups.clone(),
            }),
        }
        Context {
            now,
            actor: Actor::User(self.voice.approver),
            facts,
        }
    }
}

/// As if it were asked for today.
fn terms(submission: &Submission, now: DateTime<Utc>) -> Terms {
    let terms = &submission.terms;
    let end = terms.period.end_from(now);
    Terms {
        action: terms.action,
        period: terms.period,
        end,
        renewal_opens_at: terms.renewal_opens_at(end),
        owners: submission.owners.clone(),
        steps: submission
            .steps
            .iter()
            .map(|step| step.name.clone())
            .collect(),
    }
}
