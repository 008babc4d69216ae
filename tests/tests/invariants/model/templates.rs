//! The templates of a run, and their versions: accounts stay bound to the version that they were asked for by.

use crate::steps::Variant;
use chrono::{DateTime, Days, NaiveTime, Utc};
use std::sync::Arc;

/// How many templates there are.
pub(crate) const TEMPLATES: usize = 6;
/// How many directories.
pub(crate) const DOMAINS: usize = 2;

/// What happens at the end of an account's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Review,
    Disable,
    Expire,
    Delete,
}

/// One version of a template.
#[derive(Clone, Debug)]
pub(crate) struct Version {
    pub(crate) domain: usize,
    pub(crate) action: Action,
    /// In days.
    pub(crate) periods: Vec<u16>,
    pub(crate) opens: Option<u16>,
    pub(crate) grace: u16,
    pub(crate) retires: bool,
    pub(crate) steps: Vec<Approvers>,
    pub(crate) only_for: Option<usize>,
    pub(crate) justification: bool,
    pub(crate) terms: bool,
    pub(crate) owners: Owners,
}

/// One step: at least so many of these people and members of these groups.
#[derive(Clone, Debug)]
pub(crate) struct Approvers {
    pub(crate) least: u16,
    pub(crate) people: Vec<usize>,
    pub(crate) groups: Vec<usize>,
    pub(crate) fallback: Option<Fallback>,
}

/// Who may decide too when a step has waited for too long.
#[derive(Clone, Debug)]
pub(crate) struct Fallback {
    pub(crate) after_hours: u16,
    pub(crate) people: Vec<usize>,
    pub(crate) groups: Vec<usize>,
}

impl Approvers {
    pub(crate) fn all_people(&self) -> impl Iterator<Item = &usize> {
        let fallback = self.fallback.iter().flat_map(|fallback| &fallback.people);
        self.people.iter().chain(fallback)
    }

    pub(crate) fn all_groups(&self) -> impl Iterator<Item = &usize> {
        let fallback = self.fallback.iter().flat_map(|fallback| &fallback.groups);
        self.groups.iter().chain(fallback)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Owners {
    pub(crate) least: u16,
    pub(crate) most: u16,
    pub(crate) groups: bool,
    pub(crate) requester_only: bool,
}

/// The first version of each template. Between them they use every rule that a request meets.
pub(crate) fn template(number: usize) -> Version {
    let step = |least, people: &[usize], groups: &[usize]| Approvers {
        least,
        people: people.to_vec(),
        groups: groups.to_vec(),
        fallback: None,
    };
    let or = |step: Approvers, after_hours, people: &[usize], groups: &[usize]| Approvers {
        fallback: Some(Fallback {
            after_hours,
            people: people.to_vec(),
            groups: groups.to_vec(),
        }),
        ..step
    };
    let plain = Version {
        domain: number % DOMAINS,
        action: Action::Disable,
        periods: vec![90, 30],
        opens: Some(20),
        grace: 7,
        retires: true,
        steps: vec![step(1, &[], &[0])],
        only_for: None,
        justification: false,
        terms: false,
        owners: Owners {
            least: 1,
            most: 4,
            groups: true,
            requester_only: false,
        },
    };
    match number {
        0 => plain,
        1 => Version {
            action: Action::Review,
            periods: vec![60],
            steps: vec![
                step(2, &[2, 3], &[0]),
                or(step(1, &[4], &[]), 30, &[5], &[2]),
            ],
            justification: true,
            ..plain
        },
        2 => Version {
            action: Action::Expire,
            periods: vec![45, 20],
            opens: Some(10),
            steps: vec![or(step(1, &[3], &[1]), 100, &[0], &[])],
            ..plain
        },
        // Renewal opens with the end, and nobody has to approve.
        3 => Version {
            periods: vec![14],
            opens: None,
            grace: 3,
            retires: false,
            steps: vec![],
            only_for: Some(2),
            terms: true,
            ..plain
        },
        4 => Version {
            action: Action::Delete,
            periods: vec![10, 40],
            opens: None,
            owners: Owners {
                least: 1,
                most: 1,
                groups: false,
                requester_only: true,
            },
            ..plain
        },
        _ => Version {
            action: Action::Expire,
            periods: vec![30],
            opens: None,
            steps: vec![or(step(2, &[], &[0, 1]), 60, &[7], &[3])],
            owners: Owners {
                least: 2,
                most: 3,
                groups: false,
                requester_only: false,
            },
            ..plain
        },
    }
}

impl Version {
    /// As it is with this variant's differences. An account that is deleted at its end is never renewed.
    pub(crate) fn with(&self, variant: Variant) -> Self {
        Self {
            periods: self
                .periods
                .iter()
                .map(|days| days + variant.longer)
                .collect(),
            opens: variant.opens.filter(|_| self.action != Action::Delete),
            grace: variant.grace,
            ..self.clone()
        }
    }
}

/// 00:00 UTC of the day of `instant`, plus so many days.
pub(super) fn midnight_after(instant: DateTime<Utc>, days: u16) -> DateTime<Utc> {
    (instant.date_naive() + Days::new(u64::from(days)))
        .and_time(NaiveTime::MIN)
        .and_utc()
}

#[derive(Clone, Debug)]
pub(super) struct Template {
    number: usize,
    pub(super) disabled: bool,
    pub(super) published: Option<Arc<Version>>,
    /// The version that was published last, whether it still is.
    pub(super) newest: Arc<Version>,
}

impl Template {
    pub(super) fn new(number: usize) -> Self {
        let first = Arc::new(template(number));
        Self {
            number,
            disabled: false,
            published: Some(first.clone()),
            newest: first,
        }
    }

    pub(super) fn publish(&mut self, variant: Variant) {
        self.newest = Arc::new(template(self.number).with(variant));
        self.published = Some(self.newest.clone());
    }

    /// So that it is offered, whichever version.
    pub(super) fn publish_something(&mut self) {
        self.published = Some(self.newest.clone());
    }

    /// The version that new requests use.
    pub(super) fn offered(&self) -> Option<&Arc<Version>> {
        self.published.as_ref().filter(|_| !self.disabled)
    }
}
