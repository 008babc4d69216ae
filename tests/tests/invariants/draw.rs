//! Draws a run from a seed: always the same moves, however Tenure takes them, so that a failure can be played again.

use crate::{
    model::{self, Action, DOMAINS, TEMPLATES, template},
    steps::{Confirmed, Fault, Kind, Move, Owner, Reason, Step, Variant, Wish},
};
use chrono::TimeDelta;
use rand::{
    Rng, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};

/// People; the first is the administrator.
pub(crate) const PEOPLE: usize = 9;
/// Groups: two of approvers, one that a template is kept for, one that owns.
pub(crate) const GROUPS: &[&[usize]] = &[&[1, 2, 3], &[4, 5], &[5, 6, 7], &[1, 6, 8]];
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
    /// The account that each request was drafted for, and whether it is a renewal.
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
            0..=24 => self.ask(),
            25..=32 => self.ask_for_renewal(),
            33..=61 => self.own(),
            62..=76 => Step::Pass(self.while_()),
            77..=83 => self.about_people(),
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

    fn reason(&mut self) -> Reason {
        match self.random.random_ratio(1, 12) {
            true => Reason::Blank,
            false => Reason::Given,
        }
    }

    fn name(&mut self) -> String {
        if self.random.random_ratio(1, 25) {
            return BAD_NAMES[self.random.random_range(0..BAD_NAMES.len())].to_owned();
        }
        let name = NAMES[self.random.random_range(0..NAMES.len())];
        match self.random.random_range(0..5) {
            0 => name.to_owned(),
            n => format!("{name}-{n}"),
        }
    }

    fn while_(&mut self) -> TimeDelta {
        match self.random.random_range(0..4) {
            0 => TimeDelta::minutes(self.random.random_range(1..600)),
            1 => TimeDelta::days(self.random.random_range(1..4)),
            2 => TimeDelta::hours(self.random.random_range(20..400)),
            _ => TimeDelta::days(self.random.random_range(5..50)),
        }
    }

    fn new_account(&mut self, template: usize) -> usize {
        self.accounts.push(template);
        self.accounts.len() - 1
    }

    fn owners(&mut self) -> Vec<Owner> {
        let count = *[0, 0, 1, 1, 1, 2, 3].choose(&mut self.random).unwrap_or(&0);
        (0..count)
            .map(|_| match self.random.random_ratio(1, 3) {
                true => Owner::Group(self.group()),
                false => Owner::Person(self.person()),
            })
            .collect()
    }

    /// An account that may exist.
    fn account(&mut self) -> usize {
        if self.likely.is_empty() || self.random.random_ratio(1, 20) {
            return self.recent(self.accounts.len());
        }
        let which = self.recent(self.likely.len());
        self.likely[which]
    }

    /// What somebody might write without looking.
    fn wish(&mut self, template: usize) -> Wish {
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
    fn proper_wish(&mut self, template: usize, requester: usize) -> Wish {
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

    /// Somebody asks for an account, and in time the right people approve, or do not.
    fn ask(&mut self) -> Step {
        let template = self.random.random_range(0..TEMPLATES);
        let requester = match model::template(template).only_for {
            Some(group) if self.random.random_ratio(5, 6) => {
                *GROUPS[group].choose(&mut self.random).unwrap_or(&0)
            }
            _ => self.person(),
        };
        let account = self.new_account(template);
        let wish = match self.random.random_ratio(4, 5) {
            true => {
                self.likely.push(account);
                self.proper_wish(template, requester)
            }
            false => self.wish(template),
        };
        self.begin(requester, account, wish)
    }

    fn ask_for_renewal(&mut self) -> Step {
        let expiring: Vec<usize> = self
            .likely
            .iter()
            .copied()
            .filter(|account| model::template(self.accounts[*account]).action == Action::Expire)
            .collect();
        let account = match expiring.is_empty() {
            true => self.account(),
            false => expiring[self.recent(expiring.len())],
        };
        let template = self.accounts.get(account).copied().unwrap_or(2);
        let drafted_for = self.new_account(template);
        let requester = self.person();
        let wish = Wish {
            kind: Kind::Renewal(account),
            ..self.proper_wish(template, requester)
        };
        self.begin(requester, drafted_for, wish)
    }

    fn begin(&mut self, requester: usize, account: usize, wish: Wish) -> Step {
        let request = self.requests.len();
        self.requests.push((account, wish.kind != Kind::New));
        if self.random.random_ratio(14, 15) {
            self.planned.push(Step::Submit(requester, request));
            self.plan_decisions(requester, request, wish.template);
        }
        Step::Draft(requester, request, account, wish)
    }

    fn plan_decisions(&mut self, requester: usize, request: usize, of: usize) {
        if self.random.random_ratio(1, 10) {
            return;
        }
        for step in &template(of).steps {
            let mut named = step.people.clone();
            named.extend(
                step.groups
                    .iter()
                    .flat_map(|group| GROUPS[*group].iter().copied()),
            );
            named.shuffle(&mut self.random);
            let reason = self.reason();
            for (n, person) in named.into_iter().enumerate() {
                if self.random.random_ratio(1, 12) {
                    self.planned.push(Step::Ask(person, request));
                    self.planned.push(Step::Answer(requester, request));
                }
                let step = match n == 1 && self.random.random_ratio(1, 6) {
                    true => Step::Reject(person, request, reason),
                    false => Step::Approve(person, request),
                };
                self.planned.push(step);
            }
        }
    }

    fn about_request(&mut self) -> Step {
        let request = self.recent(self.requests.len());
        let person = self.person();
        match self.random.random_range(0..11) {
            0 | 1 => Step::Withdraw(person, request),
            8 => Step::Ask(person, request),
            9 => Step::Answer(person, request),
            10 => Step::Override(person, request, self.reason()),
            2 => {
                let account = self
                    .requests
                    .get(request)
                    .map_or(0, |(account, _)| *account);
                let template = self.accounts.get(account).copied().unwrap_or(0);
                let account = self.new_account(template);
                self.plan_decisions(person, request, template);
                self.planned.insert(0, Step::Submit(person, request));
                Step::Reopen(person, request, account)
            }
            3 | 4 => Step::Retry(person, request),
            5 => {
                let account = self
                    .requests
                    .get(request)
                    .map_or(0, |(account, _)| *account);
                let template = self.accounts.get(account).copied().unwrap_or(0);
                Step::Revise(person, request, self.wish(template))
            }
            6 => Step::Submit(person, request),
            _ => Step::Approve(person, request),
        }
    }

    /// Somebody looks after an account.
    fn own(&mut self) -> Step {
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

    fn about_people(&mut self) -> Step {
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

    fn about_templates(&mut self) -> Step {
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

    fn variant(&mut self) -> Variant {
        Variant {
            longer: self.random.random_range(0..30),
            opens: self
                .random
                .random_bool(0.7)
                .then(|| self.random.random_range(1..12)),
            grace: self.random.random_range(1..15),
        }
    }

    /// Several people decide on the same request, or ask for the same name, while groups change.
    fn together(&mut self) -> Vec<Step> {
        let request = self.recent(self.requests.len());
        let mut steps: Vec<Step> = (0..PEOPLE)
            .map(|person| Step::Approve(person, request))
            .collect();
        for other in self.requests.len().saturating_sub(4)..self.requests.len() {
            let person = self.person();
            // What a renewal waits for is known a moment later only: two of them at once are not for this model.
            if !self.requests[other].1 {
                steps.extend((0..PEOPLE).map(|person| Step::Submit(person, other)));
            }
            steps.push(Step::Withdraw(person, other));
        }
        let (person, group) = (self.random.random_range(1..PEOPLE), self.group());
        steps.push(Step::Join(person, group));
        steps.push(Step::Leave(self.random.random_range(1..PEOPLE), group));
        steps.push(Step::Reject(person, request, Reason::Given));
        steps.shuffle(&mut self.random);
        steps.truncate(24);
        steps
    }
}
