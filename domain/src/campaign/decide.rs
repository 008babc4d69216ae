//! What may be done with a campaign.

use super::{
    Campaign, CampaignClosed, CampaignCommand, CampaignContent, CampaignEvent, CampaignFacts,
    CampaignOpened, CampaignRefusal, Opening, PopulationFilter, ReviewersReminded,
    nobody_in_particular,
};
use crate::{
    context::Context,
    decide::Decide,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeSet;

/// Longest time that reviewers have.
const LONGEST: TimeDelta = TimeDelta::days(366);
/// Most reminders.
const REMINDERS: usize = 10;

impl Decide for Campaign {
    type Facts = CampaignFacts;

    fn decide(
        &self,
        command: CampaignCommand,
        context: &Context<CampaignFacts>,
    ) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
        match (command.in_order(), &self.opened) {
            (CampaignCommand::Open(opening), None) => open(*opening, context),
            (CampaignCommand::Open(opening), Some(known))
                if opening.content == known.content && opening.frozen == known.frozen =>
            {
                Ok(vec![])
            }
            (CampaignCommand::Open(_), Some(_)) => Err(CampaignRefusal::AlreadyExists),
            (_, None) => Err(CampaignRefusal::Unknown),
            (CampaignCommand::Remind(due), Some(opened)) => {
                self.remind(&opened.content, due, context.now)
            }
            (CampaignCommand::ReachDue(due), Some(opened)) => {
                let reached = due == opened.content.due && context.now >= due;
                match reached && self.closed.is_none() {
                    true => Ok(closed(None)),
                    false => Err(CampaignRefusal::NotDue),
                }
            }
            (CampaignCommand::Close { .. }, Some(_)) if self.closed.is_some() => {
                Err(CampaignRefusal::Closed)
            }
            (CampaignCommand::Close { reason }, Some(_)) => Ok(closed(Some(given(reason)?))),
        }
    }
}

impl CampaignCommand {
    /// The same, the earliest reminder first.
    fn in_order(mut self) -> Self {
        if let Self::Open(opening) = &mut self {
            let days = &mut opening.content.remind_days_before;
            days.sort_unstable_by(|a, b| b.cmp(a));
        }
        self
    }
}

fn closed(reason: Option<String>) -> Vec<CampaignEvent> {
    let at_due = reason.is_none();
    vec![CampaignClosed { at_due, reason }.into()]
}

impl Campaign {
    fn remind(
        &self,
        content: &CampaignContent,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
        if self.next_reminder != Some(due) || now < due || self.closed.is_some() {
            return Err(CampaignRefusal::NotDue);
        }
        // From the later of the two: whoever is reminded late is not reminded again at once.
        let reminded = ReviewersReminded {
            urgency: content.urgency(due.max(now)),
            next_reminder: content.next_reminder(due.max(now)),
        };
        Ok(vec![reminded.into()])
    }
}

fn given(reason: String) -> Result<String, CampaignRefusal> {
    let mut problems = Vec::new();
    problem::at_most(&mut problems, "reason", &reason, 2_000);
    match reason.trim().is_empty() {
        true => Err(CampaignRefusal::ReasonMissing),
        false if !problems.is_empty() => Err(CampaignRefusal::Invalid(problems)),
        false => Ok(reason),
    }
}

fn open(
    opening: Opening,
    context: &Context<CampaignFacts>,
) -> Result<Vec<CampaignEvent>, CampaignRefusal> {
    let Opening {
        content, frozen, ..
    } = opening;
    let problems = content.problems(&context.facts, context.now);
    if !problems.is_empty() {
        return Err(CampaignRefusal::Invalid(problems));
    }
    if frozen.count == 0 {
        return Err(CampaignRefusal::NothingToReview);
    }
    let next_reminder = content.next_reminder(context.now);
    Ok(vec![
        CampaignOpened {
            content,
            frozen,
            next_reminder,
        }
        .into(),
    ])
}

impl CampaignContent {
    /// What is not right about it.
    #[must_use]
    pub fn problems(&self, facts: &CampaignFacts, now: DateTime<Utc>) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        problem::text(&mut problems, "name", &self.name, 120);
        let mut say = |field, problem| problems.push(FieldProblem::at(field, problem));
        let expects = |expected: &str| Problem::Malformed {
            expected: expected.into(),
        };
        if self.due <= now {
            say("due", expects("in the future"));
        } else if self.due - now > LONGEST {
            say("due", expects("at most 366 days ahead"));
        }
        let reviewable = |status| PopulationFilter::REVIEWABLE.contains(status);
        if !self.filter.status.iter().all(reviewable) {
            let offered = PopulationFilter::REVIEWABLE.iter();
            let offered = offered.map(|status| status.text().to_owned()).collect();
            say("filter.status", Problem::NotAmong { offered });
        }
        for (field, who) in self.rule.named() {
            if facts.unknown.contains(&who) {
                say(field, Problem::Unknown);
            } else if let Some(problem) = nobody_in_particular(&who) {
                say(field, problem);
            }
        }
        let days: BTreeSet<u16> = self.remind_days_before.iter().copied().collect();
        if days.len() < self.remind_days_before.len() {
            say("remind_days_before", Problem::Duplicate);
        } else if days.len() > REMINDERS {
            say("remind_days_before", Problem::TooMany { most: REMINDERS });
        } else if days.iter().any(|days| !(1..=365).contains(days)) {
            say("remind_days_before", expects("days between 1 and 365"));
        }
        problems
    }
}
