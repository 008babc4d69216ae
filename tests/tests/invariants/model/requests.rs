//! Requests (product.md §3): written, submitted, approved step by step or rejected, withdrawn, carried out or failed.

use super::{Model, Verdict, templates::Version};
use crate::steps::{Kind, Owner, Reason, Step, Wish};
use chrono::{DateTime, Utc};
use std::sync::Arc;

/// Days of a period that no template offers.
pub(crate) const NO_PERIOD: u16 = 3_333;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Submitted,
    SentBack,
    Approved,
    Rejected,
    Withdrawn,
    Provisioned,
    Failed,
}

/// Somebody asks for an account, or for more time for one.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(super) requester: usize,
    /// The account that comes of it.
    pub(super) account: usize,
    pub(super) wish: Wish,
    /// In days, as the template offered it when it was written.
    pub(super) period: Option<u16>,
    pub(crate) status: Status,
    /// The version that it was submitted by.
    pub(super) version: Option<Arc<Version>>,
    pub(super) owners: Vec<Owner>,
    pub(super) step: usize,
    /// Who has a voice in the current step: who gave it, and in whose name.
    pub(super) voices: Vec<(usize, Option<usize>)>,
    /// When the current step goes to its fallback approvers too.
    pub(super) escalates_at: Option<DateTime<Utc>>,
    /// Has it?
    pub(super) escalated: bool,
}

impl Model {
    pub(super) fn on_request(&mut self, step: &Step) -> Verdict {
        if let Step::Draft(person, number, account, wish) = step {
            let drafted = Request {
                requester: *person,
                account: *account,
                wish: wish.clone(),
                period: self.days_of(wish),
                status: Status::Draft,
                version: None,
                owners: vec![],
                step: 0,
                voices: vec![],
                escalates_at: None,
                escalated: false,
            };
            self.requests.insert(*number, drafted);
            return Verdict::Accepted;
        }
        let Some((person, number)) = whose(step).filter(|(_, n)| self.requests.contains_key(n))
        else {
            return Verdict::Refused("no such request");
        };
        let (status, requester) = (
            self.requests[&number].status,
            self.requests[&number].requester,
        );
        let own = person == requester;
        match step {
            Step::Revise(_, _, wish) if own && status == Status::Draft => {
                let period = self.days_of(wish);
                let request = self.request(number);
                (request.wish, request.period) = (wish.clone(), period);
                Verdict::Accepted
            }
            Step::Submit(..) if own && status == Status::Draft => self.submit(number),
            // A repeat by the same person is harmless.
            Step::Submit(..) if own && status == Status::Submitted => Verdict::Accepted,
            Step::Approve(..) if status == Status::Submitted => self.approve(person, number),
            Step::Reject(_, _, reason) if status == Status::Submitted => {
                if let Err(why) = self.may_decide(person, number) {
                    return Verdict::Refused(why);
                }
                if *reason == Reason::Blank {
                    return Verdict::Refused("a rejection says why");
                }
                self.close(number, Status::Rejected)
            }
            Step::Ask(..) if status == Status::Submitted => {
                if let Err(why) = self.may_decide(person, number) {
                    return Verdict::Refused(why);
                }
                // Nobody is late while the requester has the word.
                let request = self.request(number);
                (request.status, request.escalates_at) = (Status::SentBack, None);
                Verdict::Accepted
            }
            Step::Answer(..) if own && status == Status::SentBack => {
                self.request(number).status = Status::Submitted;
                self.wait_anew(number);
                Verdict::Accepted
            }
            Step::Override(_, _, reason) if status == Status::Submitted => match (own, reason) {
                (true, _) => Verdict::Refused("nobody overrides for their own request"),
                (false, Reason::Blank) => Verdict::Refused("an override says why"),
                (false, Reason::Given) => {
                    self.complete_step(number);
                    Verdict::Accepted
                }
            },
            Step::Withdraw(..) if own && matches!(status, Status::Submitted | Status::SentBack) => {
                self.close(number, Status::Withdrawn)
            }
            // What may have come of its account goes first: the name is held until then.
            Step::Withdraw(..) if own && status == Status::Failed => {
                let (kind, account) = {
                    let request = self.request(number);
                    (request.wish.kind, request.account)
                };
                match (kind, self.accounts.get_mut(&account)) {
                    (Kind::New, Some(account)) => {
                        account.abandoned();
                        self.request(number).status = Status::Withdrawn;
                        Verdict::Accepted
                    }
                    _ => self.close(number, Status::Withdrawn),
                }
            }
            Step::Reopen(_, _, account)
                if own && matches!(status, Status::Rejected | Status::Withdrawn) =>
            {
                let request = self.request(number);
                request.account = *account;
                request.status = Status::Draft;
                Verdict::Accepted
            }
            Step::Retry(..) if status == Status::Failed => {
                let request = self.request(number);
                request.status = Status::Approved;
                let account = request.account;
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.tried_again();
                }
                Verdict::Accepted
            }
            _ => Verdict::Refused("not this person, or not in this status"),
        }
    }

    /// What the template offers to choose from, or offered last.
    pub(crate) fn periods_offered(&self, template: usize) -> &[u16] {
        &self.templates[template].newest.periods
    }

    fn days_of(&self, wish: &Wish) -> Option<u16> {
        let periods = self.periods_offered(wish.template);
        wish.period
            .map(|n| periods.get(n).copied().unwrap_or(NO_PERIOD))
    }

    pub(super) fn request(&mut self, number: usize) -> &mut Request {
        self.requests.get_mut(&number).unwrap()
    }

    fn submit(&mut self, number: usize) -> Verdict {
        let request = &self.requests[&number];
        let (requester, wish, period) = (request.requester, request.wish.clone(), request.period);
        let template = &self.templates[wish.template];
        let (version, account, domain, name, owners) = match wish.kind {
            Kind::New => {
                let Some(version) = template.offered().cloned() else {
                    return Verdict::Refused("the template takes no requests");
                };
                let owners = match self.check_new(requester, &wish, period, &version) {
                    Ok(owners) => owners,
                    Err(why) => return Verdict::Refused(why),
                };
                let key = (version.domain, wish.name.to_lowercase());
                if self
                    .names
                    .get(&key)
                    .is_some_and(|holder| *holder != request.account)
                {
                    return Verdict::Refused("the name is taken");
                }
                (
                    version.clone(),
                    request.account,
                    version.domain,
                    wish.name,
                    owners,
                )
            }
            Kind::Renewal(account) => {
                let Some(renewed) = self.accounts.get(&account) else {
                    return Verdict::Refused("no such account");
                };
                if let Err(why) = renewed.renewal_by_request(self.now) {
                    return Verdict::Refused(why);
                }
                let version = renewed.version.clone();
                if let Err(why) = self.allowed(requester, &wish, &version) {
                    return Verdict::Refused(why);
                }
                if template.offered().is_none() {
                    return Verdict::Open;
                }
                (
                    version,
                    account,
                    renewed.version.domain,
                    renewed.name.clone(),
                    renewed.owners.clone(),
                )
            }
        };
        self.names.insert((domain, name.to_lowercase()), account);
        let request = self.request(number);
        request.owners = owners;
        request.status = if version.steps.is_empty() {
            Status::Approved
        } else {
            Status::Submitted
        };
        request.version = Some(version);
        self.begin_step(number, 0);
        let request = self.request(number);
        let (kind, status) = (request.wish.kind, request.status);
        if let (Kind::Renewal(account), Status::Submitted) = (kind, status)
            && let Some(account) = self.accounts.get_mut(&account)
        {
            account.renewal = Some(number);
        }
        Verdict::Accepted
    }

    /// What every submission must fulfil.
    fn allowed(&self, person: usize, wish: &Wish, version: &Version) -> Result<(), &'static str> {
        if version
            .only_for
            .is_some_and(|group| !self.people.speaks_for(person, group))
        {
            return Err("the template is not for this person");
        }
        if version.justification && !wish.justified {
            return Err("a justification is needed");
        }
        if version.terms && !wish.terms_accepted {
            return Err("the terms are not accepted");
        }
        Ok(())
    }

    fn check_new(
        &self,
        requester: usize,
        wish: &Wish,
        period: Option<u16>,
        version: &Version,
    ) -> Result<Vec<Owner>, &'static str> {
        self.allowed(requester, wish, version)?;
        if !valid_name(&wish.name) {
            return Err("the name is not valid");
        }
        match period {
            Some(period) if !version.periods.contains(&period) => return Err("no such period"),
            None if version.periods.len() > 1 => return Err("a period must be chosen"),
            _ => {}
        }
        let mut owners = vec![Owner::Person(requester)];
        for owner in &wish.owners {
            if *owner == Owner::Person(requester) {
                continue;
            }
            let rules = &version.owners;
            if owners.contains(owner) {
                return Err("an owner is named twice");
            }
            if rules.requester_only || (matches!(owner, Owner::Group(_)) && !rules.groups) {
                return Err("such an owner is not allowed");
            }
            if !self.people.can_own(*owner) {
                return Err("an owner is disabled");
            }
            owners.push(*owner);
        }
        let active = owners.iter().filter(|o| self.people.answers(**o)).count();
        if active < usize::from(version.owners.least)
            || owners.len() > usize::from(version.owners.most)
        {
            return Err("too few or too many owners");
        }
        Ok(owners)
    }

    /// Rejected or withdrawn: the name is free, a renewal waits no more.
    fn close(&mut self, number: usize, status: Status) -> Verdict {
        let request = self.request(number);
        request.status = status;
        let account = request.account;
        match request.wish.kind {
            Kind::New => {
                self.names.retain(|_, holder| *holder != account);
            }
            Kind::Renewal(account) => {
                if let Some(account) = self.accounts.get_mut(&account)
                    && account.renewal == Some(number)
                {
                    account.renewal = None;
                }
            }
        }
        Verdict::Accepted
    }
}

fn whose(step: &Step) -> Option<(usize, usize)> {
    match step {
        Step::Revise(person, request, _)
        | Step::Submit(person, request)
        | Step::Approve(person, request)
        | Step::Reject(person, request, _)
        | Step::Ask(person, request)
        | Step::Answer(person, request)
        | Step::Override(person, request, _)
        | Step::Withdraw(person, request)
        | Step::Reopen(person, request, _)
        | Step::Retry(person, request) => Some((*person, *request)),
        _ => None,
    }
}

/// The templates' prefix and pattern, and Active Directory's own rules.
fn valid_name(name: &str) -> bool {
    name.to_lowercase().starts_with("svc-")
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
        && name.chars().count() <= 20
        && !name.ends_with('.')
}
