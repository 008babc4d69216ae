//! Draws a run from a seed: always the same moves, however Tenure takes them, so that a failure can be played again.

mod others;
mod requests;
mod wishes;

use crate::{
    model::DOMAINS,
    steps::{Fault, Move, Step},
};
use rand::{Rng, SeedableRng, rngs::StdRng};

/// People; the first is the administrator.
pub(crate) const PEOPLE: usize = 9;
/// Groups: two of approvers, one that a template is kept for, one that owns.
pub(crate) const GROUPS: &[&[usize]] = &[&[1, 2, 3], &[4, 5], &[5, 6, 7], &[1, 6, 8]];

/// The moves of a run.
pub(crate) fn moves(seed: u64, count: usize) -> Vec<Move> {
    let mut drawing = Drawing {
        random: StdRng::seed_from_u64(seed),
        requests: vec![],
        accounts: vec![],
        likely: vec![],
        planned: vec![],
    };
    (0..count).map(|_| drawing.one_move()).collect()
}

struct Drawing {
    random: StdRng,
    /// The account that each request was drafted for, and whether it is for a change.
    requests: Vec<(usize, bool)>,
    /// The template that each account's request was drafted by.
    accounts: Vec<usize>,
    /// Accounts that were asked for as they should be.
    likely: Vec<usize>,
    /// What people are about to do.
    planned: Vec<Step>,
}

impl Drawing {
    fn one_move(&mut self) -> Move {
        if self.random.random_ratio(1, 25) {
            return Move::Together(self.together());
        }
        let step = self.step();
        let fault = self.random.random_ratio(1, 5).then(|| self.fault());
        // What takes two commands, or none, has no key.
        let keyed = !matches!(
            step,
            Step::Publish(..) | Step::Pass(_) | Step::Refusing(_) | Step::Squat(..)
        );
        let fault =
            fault.filter(|fault| keyed || !matches!(fault, Fault::SentTwice | Fault::SentAgain));
        Move::One(step, fault)
    }

    fn fault(&mut self) -> Fault {
        let domain = self.random.random_range(0..DOMAINS);
        match self.random.random_range(0..24) {
            0..=4 => Fault::SentTwice,
            5..=9 => Fault::SentAgain,
            10..=11 => Fault::EngineKilled(domain),
            12..=14 => Fault::OutcomeUnknown,
            15 => Fault::Unreachable(domain),
            16..=17 => Fault::OldReports,
            18..=19 => Fault::OrdersLost,
            20 => Fault::ReportsLost,
            21 => Fault::Rebuild,
            22 => Fault::CoreStopped,
            _ => Fault::CoreKilled,
        }
    }

    fn step(&mut self) -> Step {
        // Plans are carried out more or less in order, and interrupted by everything else.
        if !self.planned.is_empty() && self.random.random_ratio(3, 4) {
            let near = self.planned.len().min(4);
            let which = self.random.random_range(0..near);
            return self.planned.remove(which);
        }
        match self.random.random_range(0..100) {
            0..=20 => self.ask(),
            21..=24 => self.ask_for_change(),
            25..=32 => self.ask_for_renewal(),
            33..=61 => self.own(),
            62..=76 => Step::Pass(self.while_()),
            77..=81 => self.about_people(),
            82..=83 => self.about_deputies(),
            84..=86 => self.about_templates(),
            87..=89 => Step::Refusing(self.random.random_ratio(1, 3)),
            90 => Step::Squat(self.random.random_range(0..DOMAINS), self.name()),
            _ => self.about_request(),
        }
    }

    fn person(&mut self) -> usize {
        self.random.random_range(0..PEOPLE)
    }

    fn group(&mut self) -> usize {
        self.random.random_range(0..GROUPS.len())
    }

    /// Recent ones most of the time.
    fn recent(&mut self, count: usize) -> usize {
        let back = match self.random.random_ratio(2, 3) {
            true => self.random.random_range(0..8),
            false => self.random.random_range(0..count.max(1)),
        };
        count.saturating_sub(1).saturating_sub(back)
    }

    fn new_account(&mut self, template: usize) -> usize {
        self.accounts.push(template);
        self.accounts.len() - 1
    }

    /// An account that may exist.
    fn account(&mut self) -> usize {
        if self.likely.is_empty() || self.random.random_ratio(1, 20) {
            return self.recent(self.accounts.len());
        }
        let which = self.recent(self.likely.len());
        self.likely[which]
    }
}
