//! What owners and administrators decide: renew, decline, disable, enable, delete, purge, read the secret.

use super::{
    AccountCommand, AccountDeleted, AccountDisabled, AccountEnabled, AccountEvent, AccountFacts,
    AccountPurgeOrdered, AccountRefusal, AccountRenewed, Lifecycle, Managed, RenewalDeclined,
    RenewalRequestClosed, RenewalRequested, SecretRevealRequested, Stage,
};
use crate::{
    context::Context,
    ids::{RequestId, ReviewId},
    lifecycle::{self, EndOfLifecycleAction, LifecycleOption, OptionOff},
    problem,
    request::RequestKind,
};
use chrono::{DateTime, Days, Utc};

impl Managed {
    pub(super) fn decide_for_owner(
        &self,
        command: AccountCommand,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        use AccountCommand as C;
        let now = context.now;
        match command {
            C::Renew => {
                self.offers(LifecycleOption::Renew, now)?;
                Ok(vec![self.renewed(now, None)?.into()])
            }
            C::RenewByRequest(request) => self.renew_by_request(request, context),
            C::BeginRenewal(request) => self.begin_renewal(request, context),
            C::CloseRenewal(request) => {
                match self.lifecycle().map(|lifecycle| lifecycle.renewal_request) {
                    Some(Some(pending)) if pending == request => {
                        Ok(vec![RenewalRequestClosed { request }.into()])
                    }
                    _ => Ok(vec![]),
                }
            }
            C::DeclineRenewal { reason } => self.decline(reason, now),
            C::Disable { reason } => self.disable(reason, None, now),
            C::Revoke { review, reason } => self.disable(reason, Some(review), now),
            C::Enable { reason } => {
                self.offers(LifecycleOption::Enable, now)?;
                Ok(vec![
                    AccountEnabled {
                        reason: given(reason)?,
                        repeat_at: self.repeat_at(now),
                        review: self.revoked_by,
                    }
                    .into(),
                ])
            }
            C::Delete {
                reason,
                confirmed_name,
            } => {
                self.offers(LifecycleOption::Delete, now)?;
                if confirmed_name != self.identity.name {
                    return Err(AccountRefusal::NotConfirmed);
                }
                Ok(vec![
                    AccountDeleted {
                        reason: given(reason)?,
                        abandoned: self.abandoned(),
                    }
                    .into(),
                ])
            }
            C::Purge { reason } => {
                self.offers(LifecycleOption::Purge, now)?;
                Ok(vec![
                    AccountPurgeOrdered {
                        reason: given(reason)?,
                        abandoned: self.abandoned(),
                    }
                    .into(),
                ])
            }
            C::ChangeOwners(owners) => self.change_owners(owners, &context.facts),
            C::ReplaceOwner { owner, successor } => {
                self.replace_owner(owner, successor, &context.facts)
            }
            C::ChangeByRequest(request) => self.change_by_request(request, context),
            C::Migrate(migration) => self.migrate(&migration, context),
            C::RequestSecretReveal {
                reveal,
                reader_key,
                not_after,
            } => match &self.directory.secret {
                _ if self.identity.gmsa.is_some() => Err(AccountRefusal::KeptByDirectory),
                Some(_) => Ok(vec![
                    SecretRevealRequested {
                        reveal,
                        reader_key,
                        not_after,
                    }
                    .into(),
                ]),
                None => Err(AccountRefusal::NoSecret),
            },
            C::Create
            | C::Import(_)
            | C::BeginRemoval(_)
            | C::CancelRemoval { .. }
            | C::TakeBackImport { .. }
            | C::RecordReport(_)
            | C::ExpireOrder(_)
            | C::RetryOrder(_)
            | C::RetryFailed
            | C::Abandon { .. }
            | C::OpenRenewal(_)
            | C::Remind(_)
            | C::ReachEnd(_)
            | C::PurgeAfterGrace(_)
            | C::Succeed(_)
            | C::CheckRemoval(_)
            | C::RecordDrift(_)
            | C::RepairDrift { .. }
            | C::LeaveDrift { .. }
            | C::RepeatEnd => Err(AccountRefusal::Unknown),
        }
    }

    fn offers(&self, option: LifecycleOption, now: DateTime<Utc>) -> Result<(), AccountRefusal> {
        lifecycle::check(&self.situation(now), option).map_err(AccountRefusal::OptionOff)
    }

    /// One that is disabled already, but not in the directory, is still to be followed for the review that revoked it.
    fn disable(
        &self,
        reason: String,
        review: Option<ReviewId>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let confirmed = self.directory.confirmed.as_ref();
        let unconfirmed = confirmed.is_none_or(|confirmed| confirmed.enabled);
        match self.offers(LifecycleOption::Disable, now) {
            Err(AccountRefusal::OptionOff(OptionOff::AlreadyDisabled))
                if review.is_some() && unconfirmed => {}
            offered => offered?,
        }
        let reason = given(reason)?;
        Ok(vec![AccountDisabled { reason, review }.into()])
    }

    /// Why groups and attributes cannot be changed now, if they cannot.
    #[must_use]
    pub fn not_changeable(&self) -> Option<OptionOff> {
        match self.living() {
            Err(AccountRefusal::OptionOff(off)) => Some(off),
            _ => None,
        }
    }

    /// The lifecycle, or why there is none.
    pub(super) fn living(&self) -> Result<&Lifecycle, AccountRefusal> {
        let off = match &self.stage {
            Stage::Live(lifecycle) => return Ok(lifecycle),
            Stage::Provisioning { .. } => OptionOff::StillProvisioning,
            Stage::BeingDisabled
            | Stage::MarkedDeleted { .. }
            | Stage::Removing
            | Stage::Removed
            | Stage::Releasing => OptionOff::Deleted,
            Stage::Released => OptionOff::Released,
        };
        Err(AccountRefusal::OptionOff(off))
    }

    /// An early renewal counts from the old end, a late one from today's 00:00 UTC.
    fn renewed(
        &self,
        now: DateTime<Utc>,
        request: Option<RequestId>,
    ) -> Result<AccountRenewed, AccountRefusal> {
        let former_end = self.living()?.end;
        let terms = &self.identity.terms;
        let lifecycle_end = terms.period.end_from(former_end.max(now));
        let renewal_opens_at = terms.renewal_opens_at(lifecycle_end);
        Ok(AccountRenewed {
            lifecycle_end,
            former_end,
            renewal_opens_at,
            request,
            review: self.revoked_by,
        })
    }

    fn renew_by_request(
        &self,
        request: RequestId,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let is_for_us = |kind| kind == RequestKind::Renewal(self.identity.account);
        match &context.facts.approved {
            Some((approved, submission)) if *approved == request && is_for_us(submission.kind) => {}
            _ => return Err(AccountRefusal::NotApproved),
        }
        // Reactions may overtake each other: an approval needs no beginning, and counts once.
        match self.living()?.renewal_request {
            _ if self.renewed_by == Some(request) => Ok(vec![]),
            Some(pending) if pending == request => {
                Ok(vec![self.renewed(context.now, Some(request))?.into()])
            }
            _ => {
                self.offers(LifecycleOption::SubmitRenewal, context.now)?;
                Ok(vec![self.renewed(context.now, Some(request))?.into()])
            }
        }
    }

    fn begin_renewal(
        &self,
        request: RequestId,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let begun = self
            .lifecycle()
            .is_some_and(|lifecycle| lifecycle.renewal_request == Some(request));
        // Its end may have overtaken it: then nothing would ever close it.
        if begun || self.renewed_by == Some(request) || context.facts.given_up {
            return Ok(vec![]);
        }
        self.offers(LifecycleOption::SubmitRenewal, context.now)?;
        Ok(vec![RenewalRequested { request }.into()])
    }

    fn decline(
        &self,
        reason: String,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let reason = given(reason)?;
        let lifecycle = self.living()?;
        if !self.action().renews() {
            return Err(AccountRefusal::OptionOff(OptionOff::NotOffered));
        }
        if !lifecycle.renewal_is_open(now) {
            return Err(AccountRefusal::OptionOff(OptionOff::RenewalNotOpen));
        }
        Ok(if lifecycle.renewal_declined {
            vec![]
        } else {
            vec![RenewalDeclined { reason }.into()]
        })
    }

    /// With Disable, an account enabled after its end lives only for a grace.
    fn repeat_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let ended = self.lifecycle().is_some_and(|lifecycle| lifecycle.ended);
        let grace = Days::new(u64::from(self.identity.terms.rules.enabled_after_end_days));
        (ended && self.action() == EndOfLifecycleAction::Disable)
            .then(|| now.checked_add_days(grace))
            .flatten()
    }
}

/// A reason that says something.
pub(super) fn given(reason: String) -> Result<String, AccountRefusal> {
    let mut problems = Vec::new();
    problem::at_most(&mut problems, "reason", &reason, 2_000);
    match reason.trim().is_empty() {
        true => Err(AccountRefusal::ReasonMissing),
        false if !problems.is_empty() => Err(AccountRefusal::Invalid(problems)),
        false => Ok(reason),
    }
}
