//! Deputies: for a period, somebody decides on approvals in the name of another. One deputyship per person, under that
//! person's id.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, events},
    ids::UserId,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest period of a deputy: whoever is away for longer hands over for good.
const LONGEST: TimeDelta = TimeDelta::days(366);

/// What is asked of a deputyship.
#[derive(Clone, Debug)]
pub enum DeputyshipCommand {
    /// This person decides in one's name from now on or later; a former deputy does no more.
    Name(DeputyNamed),
    /// Nobody does.
    Withdraw,
}

/// Somebody decides in another's name for a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeputyNamed {
    /// In whose name.
    pub user: UserId,
    /// Who.
    pub deputy: UserId,
    /// From this instant.
    pub from: DateTime<Utc>,
    /// Until this instant, which is not part of it.
    pub until: DateTime<Utc>,
}

/// Nobody decides in that person's name any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DeputyWithdrawn {}

events!(
    /// What happened to a deputyship.
    DeputyshipEvent {
        /// Somebody decides for another.
        Named(DeputyNamed) = "deputyship.deputy-named",
        /// Nobody does.
        Withdrawn(DeputyWithdrawn) = "deputyship.deputy-withdrawn",
    }
);

/// Why a command on a deputyship is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeputyshipRefusal {
    /// There is no deputy to withdraw.
    #[error("there is no deputy")]
    Unknown,
    /// The content is not valid.
    #[error("the deputy is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// Read by the executor and re-checked when the events are appended.
#[derive(Clone, Debug, Default)]
pub struct DeputyshipFacts {
    /// Is the deputy known and enabled?
    pub deputy_active: bool,
}

/// Who decides in one person's name, and when.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Deputyship(pub Option<DeputyNamed>);

impl Deputyship {
    /// The deputy at `now`.
    #[must_use]
    pub fn deputy_at(&self, now: DateTime<Utc>) -> Option<UserId> {
        let named = self.0.as_ref()?;
        (named.from <= now && now < named.until).then_some(named.deputy)
    }

    fn evolve(&mut self, event: DeputyshipEvent) {
        self.0 = match event {
            DeputyshipEvent::Named(named) => Some(named),
            DeputyshipEvent::Withdrawn(_) => None,
        };
    }
}

impl Decide for Deputyship {
    type Facts = DeputyshipFacts;

    fn decide(
        &self,
        command: DeputyshipCommand,
        context: &Context<DeputyshipFacts>,
    ) -> Result<Vec<DeputyshipEvent>, DeputyshipRefusal> {
        match command {
            DeputyshipCommand::Name(named) if self.0.as_ref() == Some(&named) => Ok(vec![]),
            DeputyshipCommand::Name(named) => {
                let problems = problems(&named, context);
                if problems.is_empty() {
                    Ok(vec![named.into()])
                } else {
                    Err(DeputyshipRefusal::Invalid(problems))
                }
            }
            DeputyshipCommand::Withdraw if self.0.is_none() => Err(DeputyshipRefusal::Unknown),
            DeputyshipCommand::Withdraw => Ok(vec![DeputyWithdrawn {}.into()]),
        }
    }
}

fn problems(named: &DeputyNamed, context: &Context<DeputyshipFacts>) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    let mut say = |field, problem| problems.push(FieldProblem::at(field, problem));
    if named.deputy == named.user {
        say("deputy", Problem::NotOffered);
    } else if !context.facts.deputy_active {
        say("deputy", Problem::Unknown);
    }
    let expects = |expected: &str| Problem::Malformed {
        expected: expected.into(),
    };
    if named.until <= named.from {
        say("until", expects("after from"));
    } else if named.until <= context.now {
        say("until", expects("in the future"));
    } else if named.until - named.from > LONGEST {
        say("until", expects("at most 366 days after from"));
    }
    problems
}

aggregate!(
    Deputyship = "deputyship",
    DeputyshipCommand,
    DeputyshipEvent,
    DeputyshipRefusal,
    DeputyshipFacts
);

impl Recorded for DeputyshipEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
