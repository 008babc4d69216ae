//! Tenure as product.md tells it, in memory, one person at a time: who may do what, and what comes of it.
//!
//! Written from product.md alone, and deliberately without the aggregates: no type of theirs is used here, there are
//! no events, no orders and no timers. What takes a while in Tenure has happened here once [`Model::settle`] returns.

mod accounts;
mod decisions;
mod deputies;
mod people;
mod requests;
mod submission;
mod templates;

pub(crate) use accounts::{Account, Status as AccountStatus};
pub(crate) use requests::{NO_PERIOD, Status as RequestStatus};
pub(crate) use templates::{Action, DOMAINS, TEMPLATES, Version, template};

use crate::steps::{Owner, Step, Variant};
use chrono::{DateTime, Utc};
use deputies::Deputies;
use people::People;
use requests::Request;
use std::collections::{BTreeMap, BTreeSet};
use templates::Template;

/// What product.md says to a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused(&'static str),
    /// Either way: product.md leaves it open, or Tenure does more than it asks.
    Open,
}

/// Everything there is.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    pub(crate) now: DateTime<Utc>,
    people: People,
    deputies: Deputies,
    templates: Vec<Template>,
    pub(crate) requests: BTreeMap<usize, Request>,
    pub(crate) accounts: BTreeMap<usize, Account>,
    /// Who holds a name: (domain, folded name) → the account that has it or would have it.
    names: BTreeMap<(usize, String), usize>,
    /// Objects that others made: (domain, folded name).
    squatted: BTreeSet<(usize, String)>,
    refusing: bool,
}

impl Model {
    pub(crate) fn new(now: DateTime<Utc>, people: usize, groups: &[&[usize]]) -> Self {
        Self {
            now,
            people: People::new(people, groups),
            deputies: Deputies::default(),
            templates: (0..TEMPLATES).map(Template::new).collect(),
            requests: BTreeMap::new(),
            accounts: BTreeMap::new(),
            names: BTreeMap::new(),
            squatted: BTreeSet::new(),
            refusing: false,
        }
    }

    /// The step's verdict; what is accepted has happened.
    pub(crate) fn apply(&mut self, step: &Step) -> Verdict {
        if let Some(person) = actor(step)
            && !self.people.active(person)
        {
            return Verdict::Refused("who is disabled does nothing");
        }
        match step {
            Step::Join(..)
            | Step::Leave(..)
            | Step::DisablePerson(_)
            | Step::EnablePerson(_)
            | Step::DisableGroup(_)
            | Step::EnableGroup(_) => self.people.apply(step),
            Step::NameDeputy(..) | Step::WithdrawDeputy(_) => self.on_deputies(step),
            Step::DisableTemplate(t) => self.with_template(*t, |t| t.disabled = true),
            Step::EnableTemplate(t) => self.with_template(*t, |t| t.disabled = false),
            Step::Publish(t, variant) => self.publish(*t, *variant),
            Step::Unpublish(t) if self.templates[*t].published.is_none() => {
                Verdict::Refused("nothing is published")
            }
            Step::Unpublish(t) => self.with_template(*t, |t| t.published = None),
            Step::Draft(..)
            | Step::Revise(..)
            | Step::Submit(..)
            | Step::Approve(..)
            | Step::Reject(..)
            | Step::Ask(..)
            | Step::Answer(..)
            | Step::Override(..)
            | Step::Withdraw(..)
            | Step::Reopen(..)
            | Step::Retry(..) => self.on_request(step),
            Step::Renew(..)
            | Step::Decline(..)
            | Step::Disable(..)
            | Step::Enable(..)
            | Step::Delete(..)
            | Step::Purge(..)
            | Step::RetryOrder(..)
            | Step::ChangeOwners(..) => self.on_account(step),
            Step::Pass(time) => {
                self.now += *time;
                Verdict::Accepted
            }
            Step::Refusing(refusing) => {
                self.refusing = *refusing;
                Verdict::Accepted
            }
            Step::Squat(domain, name) => {
                let key = (*domain, name.to_lowercase());
                let is_it = |account: &Account| {
                    account.exists() && (account.domain(), account.name.to_lowercase()) == key
                };
                if self.accounts.values().any(is_it) || !self.squatted.insert(key.clone()) {
                    return Verdict::Refused("there is one");
                }
                Verdict::Accepted
            }
        }
    }

    /// What was set going happens: approved requests are carried out, ends are reached, directories follow.
    pub(crate) fn settle(&mut self) {
        for account in self.accounts.values_mut() {
            account.live_until(self.now);
        }
        self.escalate_late();
        self.carry_out_approved();
        self.remove_deleted();
    }

    fn with_template(&mut self, template: usize, change: impl FnOnce(&mut Template)) -> Verdict {
        change(&mut self.templates[template]);
        Verdict::Accepted
    }

    fn publish(&mut self, template: usize, variant: Variant) -> Verdict {
        let version = templates::template(template).with(variant);
        let people = version.steps.iter().flat_map(|step| step.all_people());
        let groups = version.steps.iter().flat_map(|step| step.all_groups());
        let mut named = people.map(|person| Owner::Person(*person)).chain(
            groups
                .chain(&version.only_for)
                .map(|group| Owner::Group(*group)),
        );
        // Everybody whom a template names has to be there when it is published.
        if !named.all(|who| self.people.can_own(who)) {
            return Verdict::Refused("the template names somebody who is disabled");
        }
        self.with_template(template, |t| t.publish(variant))
    }

    /// Does the directory refuse to make or delete an object of this name?
    fn directory_refuses(&self, name: &str) -> bool {
        self.refusing && name.to_lowercase().contains("stuck")
    }
}

/// Who does it, if it is a person.
pub(crate) fn actor(step: &Step) -> Option<usize> {
    match step {
        Step::Draft(person, ..)
        | Step::Revise(person, ..)
        | Step::Submit(person, _)
        | Step::Approve(person, _)
        | Step::Reject(person, ..)
        | Step::Ask(person, _)
        | Step::Answer(person, _)
        | Step::Override(person, ..)
        | Step::Withdraw(person, _)
        | Step::Reopen(person, ..)
        | Step::Retry(person, _)
        | Step::NameDeputy(person, _)
        | Step::WithdrawDeputy(person)
        | Step::Renew(person, _)
        | Step::Decline(person, ..)
        | Step::Disable(person, ..)
        | Step::Enable(person, ..)
        | Step::Delete(person, ..)
        | Step::Purge(person, ..)
        | Step::RetryOrder(person, _)
        | Step::ChangeOwners(person, ..) => Some(*person),
        Step::Join(..)
        | Step::Leave(..)
        | Step::DisablePerson(_)
        | Step::EnablePerson(_)
        | Step::DisableGroup(_)
        | Step::EnableGroup(_)
        | Step::DisableTemplate(_)
        | Step::EnableTemplate(_)
        | Step::Publish(..)
        | Step::Unpublish(_)
        | Step::Pass(_)
        | Step::Refusing(_)
        | Step::Squat(..) => None,
    }
}
