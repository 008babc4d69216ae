//! Plays moves on Tenure and on the model at once, and compares: accepted or refused, and what came of it.

use crate::{
    about::{About, about, alone},
    draw::PEOPLE,
    model::{Model, Verdict},
    steps::{Fault, Move, Step},
    world::{PATIENCE, World, account, request},
};
use futures::future::join_all;
use tenure_domain::ids::derived;
use tenure_eventstore::CommandKey;
use tenure_workflow::Accepted;
use uuid::Uuid;

/// Everything is compared after so many moves.
const LOOK_AT_ALL: usize = 20;

/// What a run was like.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) steps: usize,
    pub(crate) accepted: usize,
    pub(crate) refused: usize,
    pub(crate) faults: usize,
}

/// Somebody's answer.
pub(crate) enum Answer {
    Yes(Accepted),
    No(String),
}

pub(crate) struct Play {
    pub(crate) world: World,
    pub(crate) model: Model,
    pub(crate) tally: Tally,
    seed: u64,
    pub(crate) at: usize,
    /// Keys of commands that were sent more than once.
    pub(crate) repeated: Vec<Uuid>,
}

impl Play {
    pub(crate) fn new(world: World, seed: u64) -> Self {
        Self {
            model: Model::new(crate::world::beginning(), PEOPLE, crate::draw::GROUPS),
            world,
            tally: Tally::default(),
            seed,
            at: 0,
            repeated: vec![],
        }
    }

    /// One move, and what follows from it.
    pub(crate) async fn make(&mut self, at: usize, next: &Move) -> Result<(), String> {
        self.at = at;
        match next {
            Move::One(step, fault) => self.one(step, *fault).await?,
            Move::Together(steps) => self.together(steps).await?,
        }
        if at.is_multiple_of(LOOK_AT_ALL) {
            self.compare_all().await?;
        }
        Ok(())
    }

    async fn one(&mut self, step: &Step, fault: Option<Fault>) -> Result<(), String> {
        let verdict = self.model.apply(step);
        self.before(fault);
        let key = self.key(0);
        let (first, second) = match fault {
            Some(Fault::SentTwice) => {
                let other = self.world.cores.len() - 1;
                let sent = (self.give(self.at, step, key), self.give(other, step, key));
                let (first, second) = tokio::join!(sent.0, sent.1);
                (first?, Some(second?))
            }
            Some(Fault::SentAgain) => {
                let first = self.give(self.at, step, key).await?;
                (first, Some(self.give(self.at + 1, step, key).await?))
            }
            _ => (self.give(self.at, step, key).await?, None),
        };
        if let Some(second) = second {
            self.repeated.push(key.id);
            agree(&first, &second)?;
        }
        self.count(&first);
        match (verdict, &first) {
            (Verdict::Accepted, Answer::Yes(_))
            | (Verdict::Refused(_) | Verdict::Open, Answer::No(_)) => {}
            (Verdict::Open, Answer::Yes(_)) => self.model.accepted_after_all(step),
            (Verdict::Accepted, Answer::No(why)) => {
                return Err(format!("refused, although product.md allows it: {why}"));
            }
            (Verdict::Refused(why), Answer::Yes(_)) => {
                return Err(format!("accepted, although product.md forbids it: {why}"));
            }
        }
        match first {
            Answer::Yes(accepted) => self.see_own_write(step, accepted).await?,
            // Nothing follows.
            Answer::No(_) if fault.is_none() => return Ok(()),
            Answer::No(_) => {}
        }
        if fault.is_none() && alone(step) {
            return self.compare(step).await;
        }
        self.after(fault).await?;
        self.come_to_rest(fault == Some(Fault::Rebuild)).await?;
        self.compare(step).await
    }

    /// Whatever order they came in, it is one that the model allows; and who was refused could have been.
    async fn together(&mut self, steps: &[Step]) -> Result<(), String> {
        let given = steps
            .iter()
            .enumerate()
            .map(|(n, step)| self.give(n, step, self.key(n)));
        let mut accepted = Vec::new();
        let mut refused = Vec::new();
        for (step, answer) in steps.iter().zip(join_all(given).await) {
            let answer = answer?;
            self.count(&answer);
            match answer {
                Answer::Yes(accepted_at) => accepted.push((accepted_at.position, step)),
                Answer::No(why) => refused.push((step, why, false)),
            }
        }
        accepted.sort_by_key(|(position, _)| *position);
        let mut check = |model: &Model| {
            for (step, _, possible) in &mut refused {
                *possible |= model.clone().apply(step) != Verdict::Accepted;
            }
        };
        check(&self.model);
        for (position, step) in accepted {
            if let Verdict::Refused(why) = self.model.apply(step) {
                return Err(format!(
                    "{step:?} was accepted at {position}, although {why}"
                ));
            }
            check(&self.model);
        }
        if let Some((step, why, _)) = refused.iter().find(|(_, _, possible)| !possible) {
            return Err(format!(
                "{step:?} was refused ({why}), although it was allowed all the time"
            ));
        }
        self.come_to_rest(false).await?;
        self.compare_all().await
    }

    fn count(&mut self, answer: &Answer) {
        self.tally.steps += 1;
        match answer {
            Answer::Yes(_) => self.tally.accepted += 1,
            Answer::No(_) => self.tally.refused += 1,
        }
    }

    fn key(&self, n: usize) -> CommandKey {
        let id = derived(&[&self.seed.to_string(), &self.at.to_string(), &n.to_string()]);
        CommandKey { id, body: [7; 32] }
    }

    /// Whoever waits for the position of an answer never sees what was before it.
    async fn see_own_write(&self, step: &Step, accepted: Accepted) -> Result<(), String> {
        let core = &self.world.cores[(self.at + 1) % self.world.cores.len()];
        let views = &core.instance.views;
        let waited = views.wait_for(accepted.position, PATIENCE).await;
        waited.map_err(|error| error.to_string())?;
        let seen = match about(step) {
            About::Request(n) => views
                .request(request(n))
                .await
                .map(|row| row.map(|row| row.version)),
            About::Account(n) => views
                .account(account(n))
                .await
                .map(|row| row.map(|row| row.version)),
            About::Else => return Ok(()),
        };
        match seen.map_err(|error| error.to_string())? {
            // A repeat says where it happened then, and the version of now.
            Some(_) if accepted.repeated => Ok(()),
            Some(version) if version >= accepted.version => Ok(()),
            seen => Err(format!(
                "at {} the read model shows {seen:?}, not {}",
                accepted.position, accepted.version
            )),
        }
    }
}

/// A command sent twice: both times the same outcome.
fn agree(first: &Answer, second: &Answer) -> Result<(), String> {
    match (first, second) {
        (Answer::Yes(first), Answer::Yes(second)) => {
            let repeated = first.repeated || second.repeated;
            if repeated && first.position != second.position {
                return Err(format!("a repeat answered {second:?}, the first {first:?}"));
            }
            Ok(())
        }
        (Answer::No(_), Answer::No(_)) => Ok(()),
        (Answer::Yes(_), Answer::No(why)) | (Answer::No(why), Answer::Yes(_)) => Err(format!(
            "sent twice with the same key, once accepted and once refused: {why}"
        )),
    }
}
