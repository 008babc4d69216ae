//! What people write: names, owners, periods, with and without having read the template.

use super::{Drawing, PEOPLE};
use crate::{
    model,
    steps::{Kind, Owner, Reason, Wish},
};
use chrono::TimeDelta;
use rand::{Rng, seq::IndexedRandom};

/// Names are few, so that they collide.
const NAMES: &[&str] = &[
    "svc-backup",
    "SVC-Backup",
    "svc-erp",
    "svc-ci",
    "svc-stuck",
    "svc-Stuck",
    "svc-sql",
    "svc-fax",
    "svc-etl",
];
/// And some are none.
const BAD_NAMES: &[&str] = &[
    "backup",
    "svc-",
    "svc-ends-with.",
    "svc-far-too-long-for-ad",
    "svc-a b",
    "svc-ü",
];

impl Drawing {
    pub(super) fn reason(&mut self) -> Reason {
        match self.random.random_ratio(1, 12) {
            true => Reason::Blank,
            false => Reason::Given,
        }
    }

    pub(super) fn name(&mut self) -> String {
        if self.random.random_ratio(1, 25) {
            return BAD_NAMES[self.random.random_range(0..BAD_NAMES.len())].to_owned();
        }
        let name = NAMES[self.random.random_range(0..NAMES.len())];
        match self.random.random_range(0..5) {
            0 => name.to_owned(),
            n => format!("{name}-{n}"),
        }
    }

    pub(super) fn while_(&mut self) -> TimeDelta {
        match self.random.random_range(0..4) {
            0 => TimeDelta::minutes(self.random.random_range(1..600)),
            1 => TimeDelta::days(self.random.random_range(1..4)),
            2 => TimeDelta::hours(self.random.random_range(20..400)),
            _ => TimeDelta::days(self.random.random_range(5..50)),
        }
    }

    pub(super) fn owners(&mut self) -> Vec<Owner> {
        let count = *[0, 0, 1, 1, 1, 2, 3].choose(&mut self.random).unwrap_or(&0);
        (0..count)
            .map(|_| match self.random.random_ratio(1, 3) {
                true => Owner::Group(self.group()),
                false => Owner::Person(self.person()),
            })
            .collect()
    }

    /// What somebody might write without looking.
    pub(super) fn wish(&mut self, template: usize) -> Wish {
        let periods = model::template(template).periods.len();
        Wish {
            kind: Kind::New,
            template,
            name: self.name(),
            owners: self.owners(),
            period: (!self.random.random_ratio(1, 6))
                .then(|| self.random.random_range(0..=periods)),
            justified: self.random.random_ratio(2, 3),
            terms_accepted: self.random.random_ratio(2, 3),
        }
    }

    /// What somebody writes who has read the template.
    pub(super) fn proper_wish(&mut self, template: usize, requester: usize) -> Wish {
        let version = model::template(template);
        let mut owners = vec![];
        let most = match version.owners.requester_only {
            true => 1,
            false => self
                .random
                .random_range(version.owners.least..=version.owners.most),
        };
        for n in 1..usize::from(most) {
            owners.push(match version.owners.groups && n == 1 {
                true => Owner::Group(3),
                false => Owner::Person((requester + n) % PEOPLE),
            });
        }
        Wish {
            kind: Kind::New,
            template,
            name: self.name(),
            owners,
            period: Some(self.random.random_range(0..version.periods.len())),
            justified: true,
            terms_accepted: true,
        }
    }
}
