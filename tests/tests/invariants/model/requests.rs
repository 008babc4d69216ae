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

    /// Rejected or withdrawn: the name is free, a renewal waits no more.
    fn close(&mut self, number: usize, status: Status) -> Verdict {
        let request = self.request(number);
        request.status = status;
        let account = request.account;
        match request.wish.kind {
            Kind::New => {
                self.names.retain(|_, holder| *holder != account);
            }
            Kind::Change(account, _) => {
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.change.take_if(|change| *change == number);
                }
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
