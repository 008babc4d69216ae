//! Who may say what of an account, until when.

use super::{
    Decision, Place, Progress, Review, ReviewCommand, ReviewDecided, ReviewEvent, ReviewFacts,
    ReviewLapsed, ReviewReassigned, ReviewRefusal, Revocation, RevocationFailed,
    RevocationObserved, RevocationOrdered, RevocationUndone, RevocationUnneeded, Standing,
};
use crate::{
    campaign::{CampaignOpened, ReviewItem, Unanswered, nobody_in_particular},
    context::Context,
    decide::Decide,
    ids::{GroupId, UserId},
    ownership::Owner,
    problem::{self, FieldProblem, Problem},
};

impl Decide for Review {
    type Facts = ReviewFacts;

    fn decide(
        &self,
        command: ReviewCommand,
        context: &Context<ReviewFacts>,
    ) -> Result<Vec<ReviewEvent>, ReviewRefusal> {
        match command {
            ReviewCommand::Record(revocation) => self.record(revocation),
            ReviewCommand::Decide {
                place,
                decision,
                reason,
            } => self.answer(place, decision, reason, context),
            ReviewCommand::Reassign {
                place,
                to,
                reason,
                by_runner,
            } => self.reassign(place, to, reason, by_runner, context),
            ReviewCommand::Lapse { place } => self.lapse(place, &context.facts),
        }
    }
}

fn frozen(facts: &ReviewFacts) -> Result<(&CampaignOpened, &ReviewItem), ReviewRefusal> {
    let opened = facts.opened.as_deref();
    let found = opened.zip(facts.item.as_ref());
    found.ok_or(ReviewRefusal::Unknown)
}

impl Review {
    /// The account, if a decision is possible now.
    fn open<'a>(
        &self,
        facts: &'a ReviewFacts,
    ) -> Result<(&'a CampaignOpened, &'a ReviewItem), ReviewRefusal> {
        let found = frozen(facts)?;
        match (&self.standing, &facts.closed) {
            (_, Some(_)) => Err(ReviewRefusal::Closed),
            (Standing::Revoked(_), None) => Err(ReviewRefusal::Revoked),
            (Standing::Open | Standing::Unknown | Standing::Kept, None) => Ok(found),
        }
    }

    /// May this person say something? Answers in whose name: in their own, if they are asked themselves, else in that of
    /// somebody whose deputy they are.
    fn asks(
        &self,
        user: Option<UserId>,
        item: &ReviewItem,
        opened: &CampaignOpened,
        facts: &ReviewFacts,
    ) -> Result<Option<UserId>, ReviewRefusal> {
        let user = user.ok_or(ReviewRefusal::NotReviewer)?;
        let reviewers = self.reviewers(item, opened);
        let asked = |user: UserId, groups: &[GroupId]| {
            let mut reviewers = reviewers.iter();
            reviewers.any(|reviewer| reviewer.covers(user, groups))
        };
        let behalf = if asked(user, &facts.actor_groups) {
            None
        } else {
            let mut principals = facts.deputy_for.iter();
            let principal = principals.find(|principal| asked(principal.user, &principal.groups));
            Some(principal.ok_or(ReviewRefusal::NotReviewer)?.user)
        };
        let alone = |user: UserId| facts.sole_owner == Some(user);
        let of_owner = facts
            .deputy_for
            .iter()
            .any(|principal| alone(principal.user));
        let own = alone(user) || of_owner || (behalf.is_some() && facts.owns);
        match own && !opened.content.rule.self_review {
            true => Err(ReviewRefusal::SelfReview),
            false => Ok(behalf),
        }
    }

    fn answer(
        &self,
        place: Place,
        decision: Decision,
        reason: String,
        context: &Context<ReviewFacts>,
    ) -> Result<Vec<ReviewEvent>, ReviewRefusal> {
        let facts = &context.facts;
        let (opened, item) = frozen(facts)?;
        let on_behalf_of = self.asks(context.actor.user(), item, opened, facts)?;
        self.open(facts)?;
        let reason = match decision {
            Decision::Keep => bounded(reason)?,
            Decision::Revoke | Decision::DoNotKnow => given(reason)?,
        };
        let holds = matches!(
            (&self.standing, decision),
            (Standing::Kept, Decision::Keep) | (Standing::Unknown, Decision::DoNotKnow)
        );
        if holds {
            return Ok(vec![]);
        }
        let fallback = opened.content.rule.fallback;
        let asks_fallback =
            decision == Decision::DoNotKnow && !self.reviewers(item, opened).contains(&fallback);
        let decided = ReviewDecided {
            campaign: place.campaign,
            account: item.account,
            decision,
            reason,
            also_asked: asks_fallback.then_some(fallback),
            on_behalf_of,
        };
        Ok(vec![decided.into()])
    }

    fn reassign(
        &self,
        place: Place,
        to: Owner,
        reason: String,
        by_runner: bool,
        context: &Context<ReviewFacts>,
    ) -> Result<Vec<ReviewEvent>, ReviewRefusal> {
        let facts = &context.facts;
        let (opened, item) = frozen(facts)?;
        let on_behalf_of = match by_runner {
            true => None,
            false => self.asks(context.actor.user(), item, opened, facts)?,
        };
        self.open(facts)?;
        let reason = given(reason)?;
        let barred = facts.only.is_some()
            && facts.only == facts.sole_owner
            && !opened.content.rule.self_review;
        let problem = match (facts.nobody_active, barred) {
            (true, _) => Some(Problem::NobodyActive),
            (false, true) => Some(Problem::Conflict {
                with: "owners".into(),
            }),
            (false, false) => nobody_in_particular(&to),
        };
        if let Some(problem) = problem {
            let problem = FieldProblem::at("to", problem);
            return Err(ReviewRefusal::Invalid(vec![problem]));
        }
        let reviewers = vec![to];
        if self.standing == Standing::Open && self.reviewers(item, opened) == reviewers {
            return Ok(vec![]);
        }
        let reassigned = ReviewReassigned {
            campaign: place.campaign,
            account: item.account,
            reviewers,
            reason,
            on_behalf_of,
        };
        Ok(vec![reassigned.into()])
    }

    fn lapse(&self, place: Place, facts: &ReviewFacts) -> Result<Vec<ReviewEvent>, ReviewRefusal> {
        let (opened, item) = frozen(facts)?;
        let due = facts.closed.as_ref().is_some_and(|closed| closed.at_due);
        let revokes = opened.content.unanswered == Unanswered::Revoke;
        let unanswered = matches!(self.standing, Standing::Open | Standing::Unknown);
        // Of whom nobody was asked, nobody has failed to answer.
        let asked = !self.reviewers(item, opened).is_empty();
        if !(due && revokes && unanswered && asked) {
            return Err(ReviewRefusal::NotDue);
        }
        let lapsed = ReviewLapsed {
            campaign: place.campaign,
            account: item.account,
        };
        Ok(vec![lapsed.into()])
    }

    fn record(&self, revocation: Revocation) -> Result<Vec<ReviewEvent>, ReviewRefusal> {
        let Standing::Revoked(progress) = self.standing else {
            return Err(ReviewRefusal::NotDue);
        };
        // What comes late, after a repeat or out of order, changes nothing.
        let event: ReviewEvent = match (revocation, progress) {
            (_, Progress::Over) => return Ok(vec![]),
            (Revocation::Ordered, Progress::Decided) => RevocationOrdered {}.into(),
            (Revocation::Ordered, Progress::Ordered | Progress::Failed) => return Ok(vec![]),
            (Revocation::Observed { number, engine }, _) => {
                RevocationObserved { number, engine }.into()
            }
            (Revocation::Failed(failure), _) => RevocationFailed { failure }.into(),
            (Revocation::Unneeded { detail }, _) => RevocationUnneeded { detail }.into(),
            (Revocation::Undone, _) => RevocationUndone {}.into(),
        };
        Ok(vec![event])
    }
}

fn bounded(reason: String) -> Result<String, ReviewRefusal> {
    let mut problems = Vec::new();
    problem::at_most(&mut problems, "reason", &reason, 2_000);
    match problems.is_empty() {
        true => Ok(reason),
        false => Err(ReviewRefusal::Invalid(problems)),
    }
}

/// A reason that says something.
fn given(reason: String) -> Result<String, ReviewRefusal> {
    match reason.trim().is_empty() {
        true => Err(ReviewRefusal::ReasonMissing),
        false => bounded(reason),
    }
}
