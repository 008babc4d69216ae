//! Requests: asked for, decided on more or less as they should be, and all at once.

use super::{Drawing, GROUPS, PEOPLE};
use crate::{
    model::{self, Action, TEMPLATES, template},
    steps::{Deputyship, Kind, Reason, Step, Wish},
};
use chrono::TimeDelta;
use rand::{
    Rng,
    seq::{IndexedRandom, SliceRandom},
};

impl Drawing {
    /// Somebody asks for an account, and in time the right people approve, or do not.
    pub(super) fn ask(&mut self) -> Step {
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

    pub(super) fn ask_for_renewal(&mut self) -> Step {
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

    pub(super) fn ask_for_change(&mut self) -> Step {
        let account = self.account();
        let template = self.accounts.get(account).copied().unwrap_or(0);
        let drafted_for = self.new_account(template);
        let requester = self.person();
        let wish = Wish {
            kind: Kind::Change(account, self.random.random_range(0..4)),
            ..self.proper_wish(template, requester)
        };
        self.begin(requester, drafted_for, wish)
    }

    pub(super) fn begin(&mut self, requester: usize, account: usize, wish: Wish) -> Step {
        let request = self.requests.len();
        let changes = matches!(wish.kind, Kind::Change(..));
        self.requests.push((account, changes));
        if self.random.random_ratio(14, 15) {
            self.planned.push(Step::Submit(requester, request));
            self.plan_decisions(requester, request, wish.template);
        }
        Step::Draft(requester, request, account, wish)
    }

    pub(super) fn plan_decisions(&mut self, requester: usize, request: usize, of: usize) {
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
            if self.random.random_ratio(1, 12) {
                let administrator = self.person();
                self.planned
                    .push(Step::Override(administrator, request, reason));
            }
            if let Some(fallback) = &step.fallback
                && self.random.random_ratio(1, 3)
            {
                // The approvers take their time.
                let late = TimeDelta::hours(i64::from(fallback.after_hours) + 1);
                self.planned.push(Step::Pass(late));
                named = fallback.people.clone();
                named.extend(GROUPS[fallback.groups.first().copied().unwrap_or(0)]);
            }
            for (n, person) in named.into_iter().enumerate() {
                let away = if n == 0 { 3 } else { 12 };
                let person = match self.random.random_ratio(1, away) {
                    true => self.plan_deputy(person),
                    false => person,
                };
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

    /// The approver is away: somebody else decides.
    pub(super) fn plan_deputy(&mut self, person: usize) -> usize {
        let deputy = self.person();
        let named = Deputyship {
            deputy,
            begins_in: 0,
            lasts: self.random.random_range(10..90),
        };
        self.planned.push(Step::NameDeputy(person, named));
        deputy
    }

    pub(super) fn about_request(&mut self) -> Step {
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

    /// Several people decide on the same request, or ask for the same name, while groups change.
    pub(super) fn together(&mut self) -> Vec<Step> {
        let request = self.recent(self.requests.len());
        let mut steps: Vec<Step> = (0..PEOPLE)
            .map(|person| Step::Approve(person, request))
            .collect();
        for other in self.requests.len().saturating_sub(4)..self.requests.len() {
            let person = self.person();
            // A change may be carried out before the others were asked, and then another may be: not for this model.
            if !self.requests[other].1 {
                steps.extend((0..PEOPLE).map(|person| Step::Submit(person, other)));
            }
            steps.push(Step::Withdraw(person, other));
        }
        let (person, group) = (self.random.random_range(1..PEOPLE), self.group());
        steps.push(Step::Join(person, group));
        steps.push(Step::Leave(self.random.random_range(1..PEOPLE), group));
        steps.push(Step::Reject(person, request, Reason::Given));
        steps.push(self.about_deputies());
        steps.shuffle(&mut self.random);
        steps.truncate(24);
        steps
    }
}
