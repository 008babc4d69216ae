//! What people do with accounts, with each other, and with templates.

use super::{Drawing, PEOPLE};
use crate::{
    model::TEMPLATES,
    steps::{Confirmed, Deputyship, Step, Variant},
};
use rand::{Rng, seq::IndexedRandom};

impl Drawing {
    /// Somebody looks after an account.
    pub(super) fn own(&mut self) -> Step {
        let (person, account, reason) = (self.person(), self.account(), self.reason());
        match self.random.random_range(0..16) {
            0..=3 => Step::Renew(person, account),
            4 => Step::Decline(person, account, reason),
            5..=6 => Step::Disable(person, account, reason),
            7..=9 => Step::Enable(person, account, reason),
            10..=11 => {
                let confirmed = match self.random.random_ratio(1, 5) {
                    true => Confirmed::Wrongly,
                    false => Confirmed::Rightly,
                };
                Step::Delete(person, account, confirmed)
            }
            12 => Step::Purge(person, account, reason),
            13 => Step::RetryOrder(person, account),
            _ => Step::ChangeOwners(person, account, self.owners()),
        }
    }

    pub(super) fn about_deputies(&mut self) -> Step {
        let person = self.person();
        if self.random.random_ratio(1, 4) {
            return Step::WithdrawDeputy(person);
        }
        let lasts = match self.random.random_ratio(1, 10) {
            true => *[0, -3, 400].choose(&mut self.random).unwrap_or(&0),
            false => self.random.random_range(1..60),
        };
        let named = Deputyship {
            deputy: self.person(),
            begins_in: self.random.random_range(-3..6),
            lasts,
        };
        Step::NameDeputy(person, named)
    }

    pub(super) fn about_people(&mut self) -> Step {
        let (person, group) = (self.random.random_range(1..PEOPLE), self.group());
        match self.random.random_range(0..10) {
            0..=1 => Step::Join(person, group),
            2 => Step::Leave(person, group),
            3 => Step::DisablePerson(person),
            4 => {
                self.planned.insert(0, Step::EnableGroup(group));
                Step::DisableGroup(group)
            }
            5..=6 => Step::EnableGroup(group),
            _ => Step::EnablePerson(person),
        }
    }

    pub(super) fn about_templates(&mut self) -> Step {
        let template = self.random.random_range(0..TEMPLATES);
        match self.random.random_range(0..6) {
            0 => {
                self.planned.insert(0, Step::EnableTemplate(template));
                Step::DisableTemplate(template)
            }
            1 => Step::EnableTemplate(template),
            2 => {
                let variant = self.variant();
                self.planned.insert(0, Step::Publish(template, variant));
                Step::Unpublish(template)
            }
            _ => Step::Publish(template, self.variant()),
        }
    }

    pub(super) fn variant(&mut self) -> Variant {
        Variant {
            longer: self.random.random_range(0..30),
            opens: self
                .random
                .random_bool(0.7)
                .then(|| self.random.random_range(1..12)),
            grace: self.random.random_range(1..15),
        }
    }
}
