//! Managed accounts and their end of lifecycle (product.md §4), with its table.

use super::{
    Model, RequestStatus, Verdict,
    templates::{Action, Version, midnight_after},
};
use crate::steps::{Confirmed, Kind, Owner, Reason, Step};
use chrono::{DateTime, Days, Utc};
use std::sync::Arc;

/// Status, as people see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Provisioning,
    Active,
    Disabled,
    Expired,
    Renewing,
    Deleted,
}

/// Where the directory is with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Provisioning,
    Live,
    MarkedDeleted,
    Removing,
    Removed,
}

/// An account in the directory and in Tenure.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(super) version: Arc<Version>,
    period: u16,
    request: usize,
    pub(crate) owners: Vec<Owner>,
    stage: Stage,
    pub(crate) enabled: bool,
    pub(crate) retired: bool,
    pub(crate) end: DateTime<Utc>,
    ended: bool,
    declined: bool,
    /// The renewal that waits for approval.
    pub(super) renewal: Option<usize>,
    /// The change that is asked for, or being carried out.
    pub(super) change: Option<usize>,
    /// What its attribute says.
    pub(crate) info: Option<u8>,
    /// When it is disabled again, having been enabled after its end.
    again: Option<DateTime<Utc>>,
    /// The directory refused, and somebody has to ask for another attempt.
    stuck: bool,
    /// Its request was withdrawn before the directory made it.
    never_was: bool,
}

impl Account {
    pub(crate) fn status(&self) -> Status {
        match self.stage {
            Stage::Provisioning => Status::Provisioning,
            Stage::MarkedDeleted | Stage::Removing | Stage::Removed => Status::Deleted,
            Stage::Live if self.ended && self.version.action == Action::Expire => {
                if self.renewal.is_some() {
                    Status::Renewing
                } else {
                    Status::Expired
                }
            }
            Stage::Live if self.enabled => Status::Active,
            Stage::Live => Status::Disabled,
        }
    }

    pub(crate) fn domain(&self) -> usize {
        self.version.domain
    }

    /// Is there an object in the directory?
    pub(crate) fn exists(&self) -> bool {
        !self.never_was && !matches!(self.stage, Stage::Provisioning | Stage::Removed)
    }

    /// From when the directory itself refuses logons.
    pub(crate) fn expires(&self) -> Option<DateTime<Utc>> {
        (self.version.action == Action::Expire && self.stage == Stage::Live).then_some(self.end)
    }

    pub(crate) fn is_live(&self) -> bool {
        self.stage == Stage::Live
    }

    /// Its request was withdrawn before it came to be.
    pub(super) fn abandoned(&mut self) {
        self.stage = Stage::Removing;
        self.stuck = false;
        self.never_was = true;
    }

    pub(super) fn tried_again(&mut self) {
        self.stuck = false;
    }

    /// Everything that falls due until then, in order.
    pub(super) fn live_until(&mut self, now: DateTime<Utc>) {
        while self.stage == Stage::Live {
            let end = Some(self.end).filter(|_| !self.ended);
            let next = [end, self.again].into_iter().flatten().min();
            let Some(due) = next.filter(|due| *due <= now) else {
                return;
            };
            if end == Some(due) {
                self.ended = true;
                match self.version.action {
                    Action::Review | Action::Expire => {}
                    Action::Disable => self.retire(),
                    Action::Delete => {
                        self.retire();
                        self.stage = Stage::MarkedDeleted;
                    }
                }
            } else {
                self.retire();
            }
        }
    }

    fn retire(&mut self) {
        self.enabled = false;
        self.retired = self.version.retires;
        self.again = None;
    }

    fn renewal_open(&self, now: DateTime<Utc>) -> bool {
        let days = Days::new(u64::from(self.version.opens.unwrap_or(0)));
        self.version.action != Action::Delete && now >= self.end - days
    }

    /// Live, or why not.
    fn living(&self) -> Result<(), &'static str> {
        match self.stage {
            Stage::Live => Ok(()),
            Stage::Provisioning => Err("still being provisioned"),
            _ => Err("deleted"),
        }
    }

    /// May its renewal be submitted for approval?
    pub(super) fn renewal_by_request(&self, now: DateTime<Utc>) -> Result<(), &'static str> {
        self.living()?;
        match self.version.action {
            Action::Expire if self.renewal.is_some() => Err("a renewal waits already"),
            Action::Expire if !self.renewal_open(now) => Err("renewal is not open"),
            Action::Expire => Ok(()),
            _ => Err("renewed by its owner, or never"),
        }
    }

    /// May a change of it be submitted?
    pub(super) fn changeable(&self) -> Result<(), &'static str> {
        self.living()?;
        match self.change {
            Some(_) => Err("another change is asked for"),
            None => Ok(()),
        }
    }

    /// Early from the old end, late from today.
    fn renew(&mut self, now: DateTime<Utc>) {
        self.end = midnight_after(self.end.max(now), self.period);
        (self.enabled, self.retired) = (true, false);
        (self.ended, self.declined) = (false, false);
        (self.renewal, self.again) = (None, None);
    }

    fn decide(&mut self, step: &Step, now: DateTime<Utc>) -> Result<(), &'static str> {
        let said = |reason: &Reason| match reason {
            Reason::Given => Ok(()),
            Reason::Blank => Err("a reason is needed"),
        };
        match step {
            Step::Renew(..) => {
                self.living()?;
                match self.version.action {
                    Action::Expire | Action::Delete => return Err("not offered"),
                    Action::Review | Action::Disable if !self.renewal_open(now) => {
                        return Err("renewal is not open");
                    }
                    Action::Review | Action::Disable => self.renew(now),
                }
            }
            Step::Decline(_, _, reason) => {
                said(reason)?;
                self.living()?;
                if !self.renewal_open(now) {
                    return Err("renewal is not open, or never");
                }
                self.declined = true;
            }
            Step::Disable(_, _, reason) => {
                said(reason)?;
                self.living()?;
                if !self.enabled {
                    return Err("disabled already");
                }
                (self.enabled, self.again) = (false, None);
            }
            Step::Enable(_, _, reason) => {
                said(reason)?;
                self.living()?;
                if self.enabled {
                    return Err("enabled already");
                }
                self.enabled = true;
                let grace = Days::new(u64::from(self.version.grace));
                self.again =
                    (self.ended && self.version.action == Action::Disable).then(|| now + grace);
            }
            Step::Delete(_, _, confirmed) => {
                self.living()?;
                if *confirmed == Confirmed::Wrongly {
                    return Err("not confirmed");
                }
                self.stage = Stage::Removing;
            }
            Step::Purge(_, _, reason) => {
                said(reason)?;
                if self.stage != Stage::MarkedDeleted {
                    return Err("not marked deleted");
                }
                self.stage = Stage::Removing;
            }
            Step::RetryOrder(..) => {
                if !self.stuck {
                    return Err("nothing has failed");
                }
                self.stuck = false;
            }
            _ => return Err("not about accounts"),
        }
        Ok(())
    }
}

impl Model {
    pub(super) fn on_account(&mut self, step: &Step) -> Verdict {
        let (Step::Renew(_, number)
        | Step::Decline(_, number, _)
        | Step::Disable(_, number, _)
        | Step::Enable(_, number, _)
        | Step::Delete(_, number, _)
        | Step::Purge(_, number, _)
        | Step::RetryOrder(_, number)
        | Step::ChangeOwners(_, number, _)) = step
        else {
            return Verdict::Refused("not about accounts");
        };
        let Some(account) = self.accounts.get_mut(number) else {
            return Verdict::Refused("no such account");
        };
        let Step::ChangeOwners(_, _, owners) = step else {
            return match account.decide(step, self.now) {
                Ok(()) => Verdict::Accepted,
                Err(why) => Verdict::Refused(why),
            };
        };
        if account.is_live() && account.owners == *owners {
            return Verdict::Accepted;
        }
        let twice = |n: usize| owners[..n].contains(&owners[n]);
        if owners.is_empty() || (0..owners.len()).any(twice) {
            return Verdict::Refused("nobody, or somebody twice");
        }
        // Who owned it before may stay.
        let mut new = owners
            .iter()
            .filter(|owner| !account.owners.contains(owner));
        if new.clone().any(|owner| !self.people.can_own(*owner)) {
            return Verdict::Refused("an owner is disabled");
        }
        let rules = &account.version.owners;
        let groups_may = rules.groups && !rules.requester_only;
        if !groups_may && new.any(|owner| matches!(owner, Owner::Group(_))) {
            return Verdict::Refused("groups own nothing here");
        }
        let (least, most) = match rules.requester_only {
            true => (1, 1),
            false => (rules.least.max(1), rules.most),
        };
        if owners.len() < usize::from(least) || owners.len() > usize::from(most) {
            return Verdict::Refused("too few or too many owners");
        }
        if !owners.iter().any(|owner| self.people.answers(*owner)) {
            return Verdict::Refused("nobody to turn to");
        }
        if !account.is_live() {
            // What became of the owners of a deleted account is nobody's concern.
            return Verdict::Open;
        }
        account.owners = owners.clone();
        Verdict::Accepted
    }

    /// What an open verdict leads to, if Tenure accepted.
    pub(crate) fn accepted_after_all(&mut self, step: &Step) {
        match step {
            Step::ChangeOwners(_, number, owners) => {
                if let Some(account) = self.accounts.get_mut(number) {
                    account.owners = owners.clone();
                }
            }
            Step::Submit(_, number) => {
                let template = self.requests[number].wish.template;
                let kept = self.templates[template].clone();
                self.templates[template].disabled = false;
                self.templates[template].publish_something();
                let _ = self.on_request(step);
                self.templates[template] = kept;
            }
            _ => {}
        }
    }

    pub(super) fn carry_out_approved(&mut self) {
        for (number, request) in &mut self.requests {
            if request.status != RequestStatus::Approved {
                continue;
            }
            let Some(version) = request.version.clone() else {
                continue;
            };
            match request.wish.kind {
                Kind::Renewal(account) => {
                    let renewed = self.accounts.get_mut(&account).filter(|a| a.is_live());
                    request.status = match renewed {
                        Some(account) => {
                            account.renew(self.now);
                            RequestStatus::Provisioned
                        }
                        None => RequestStatus::Failed,
                    };
                }
                Kind::Change(account, value) => {
                    let changed = self.accounts.get_mut(&account);
                    request.status = RequestStatus::Failed;
                    if let Some(account) = changed {
                        account.change.take_if(|change| *change == *number);
                        if account.is_live() {
                            account.info = Some(value);
                            request.status = RequestStatus::Provisioned;
                        }
                    }
                }
                Kind::New => {
                    let period = request.period.unwrap_or(version.periods[0]);
                    let (name, owners) = (request.wish.name.clone(), request.owners.clone());
                    let now = self.now;
                    self.accounts
                        .entry(request.account)
                        .or_insert_with(|| Account {
                            name,
                            period,
                            version,
                            request: *number,
                            owners,
                            stage: Stage::Provisioning,
                            enabled: true,
                            retired: false,
                            end: now,
                            ended: false,
                            declined: false,
                            renewal: None,
                            change: None,
                            info: None,
                            again: None,
                            stuck: false,
                            never_was: false,
                        });
                }
            }
        }
        let waiting: Vec<usize> = self.waiting(Stage::Provisioning);
        for number in waiting {
            let refused = self.accounts.get(&number).is_some_and(|account| {
                let key = (account.domain(), account.name.to_lowercase());
                self.squatted.contains(&key) || self.directory_refuses(&account.name)
            });
            let now = self.now;
            if let Some(account) = self.accounts.get_mut(&number) {
                let request = self.requests.get_mut(&account.request).unwrap();
                if refused {
                    account.stuck = true;
                    request.status = RequestStatus::Failed;
                } else {
                    account.stage = Stage::Live;
                    account.end = midnight_after(now, account.period);
                    request.status = RequestStatus::Provisioned;
                }
            }
        }
    }

    pub(super) fn remove_deleted(&mut self) {
        for number in self.waiting(Stage::Removing) {
            let refused = self
                .accounts
                .get(&number)
                .is_some_and(|account| self.directory_refuses(&account.name));
            if let Some(account) = self.accounts.get_mut(&number) {
                account.stuck = refused;
                if !refused {
                    account.stage = Stage::Removed;
                    self.names.retain(|_, holder| *holder != number);
                }
            }
        }
    }

    fn waiting(&self, stage: Stage) -> Vec<usize> {
        let waits = |account: &Account| account.stage == stage && !account.stuck;
        let waiting = self.accounts.iter().filter(|(_, account)| waits(account));
        waiting.map(|(number, _)| *number).collect()
    }
}
