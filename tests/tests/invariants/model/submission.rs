//! Submission of requests: what they must fulfil, and whose name and owners they take.

use super::{Model, RequestStatus as Status, Verdict, templates::Version};
use crate::steps::{Kind, Owner, Wish};

impl Model {
    pub(super) fn submit(&mut self, number: usize) -> Verdict {
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
            Kind::Renewal(account) | Kind::Change(account, _) => {
                let Some(renewed) = self.accounts.get(&account) else {
                    return Verdict::Refused("no such account");
                };
                let possible = match wish.kind {
                    Kind::Change(..) => renewed.changeable(),
                    Kind::New | Kind::Renewal(_) => renewed.renewal_by_request(self.now),
                };
                if let Err(why) = possible {
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
        match (kind, status) {
            (Kind::Renewal(account), Status::Submitted) => {
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.renewal = Some(number);
                }
            }
            (Kind::Change(account, _), _) => {
                if let Some(account) = self.accounts.get_mut(&account) {
                    account.change = Some(number);
                }
            }
            _ => {}
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
