//! Deputies: for a period, somebody decides in another's name.

use super::{Model, Verdict};
use crate::steps::Step;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::BTreeMap;

/// Longest that somebody may be another's deputy, in days.
const LONGEST: i64 = 366;

/// Each person's deputy, the last one named.
#[derive(Clone, Debug, Default)]
pub(super) struct Deputies(BTreeMap<usize, Period>);

#[derive(Clone, Copy, Debug)]
struct Period {
    deputy: usize,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl Deputies {
    /// Does `deputy` decide in the name of `person` now?
    pub(super) fn stands_in(&self, deputy: usize, person: usize, now: DateTime<Utc>) -> bool {
        let period = self.0.get(&person);
        period.is_some_and(|p| p.deputy == deputy && p.from <= now && now < p.until)
    }
}

impl Model {
    pub(super) fn on_deputies(&mut self, step: &Step) -> Verdict {
        match *step {
            Step::NameDeputy(person, named) => {
                let from = self.now + TimeDelta::days(named.begins_in);
                let until = from + TimeDelta::days(named.lasts);
                if named.deputy == person || !self.people.active(named.deputy) {
                    return Verdict::Refused("nobody who could stand in");
                }
                if until <= from || until <= self.now || named.lasts > LONGEST {
                    return Verdict::Refused("no such period");
                }
                let deputy = named.deputy;
                let period = Period {
                    deputy,
                    from,
                    until,
                };
                self.deputies.0.insert(person, period);
            }
            Step::WithdrawDeputy(person) if self.deputies.0.remove(&person).is_none() => {
                return Verdict::Refused("there is no deputy");
            }
            Step::WithdrawDeputy(_) => {}
            _ => return Verdict::Refused("not about deputies"),
        }
        Verdict::Accepted
    }

    /// Those in whose name `deputy` decides now, if they are there to lend their voice. Whose voice comes first product.md
    /// leaves open: Tenure goes by their ids.
    pub(super) fn principals(&self, deputy: usize) -> Vec<usize> {
        let lends = |person: &usize| {
            self.people.active(*person) && self.deputies.stands_in(deputy, *person, self.now)
        };
        let mut found: Vec<usize> = (0..self.people.count()).filter(lends).collect();
        found.sort_by_key(|person| crate::world::user(*person));
        found
    }
}
