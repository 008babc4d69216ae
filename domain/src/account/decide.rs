//! What may be done with an account, by people, timers, reactions and engines. Whatever is decided, the order that
//! follows from it is issued with the same events.

use super::{
    Account, AccountCommand, AccountCreated, AccountDeleted, AccountEvent, AccountFacts,
    AccountPurgeOrdered, AccountRefusal, Lifecycle, LifecycleEndRepeated, LifecycleEnded, Managed,
    OrderExpired, OrderRetried, OwnersReminded, RemovalCheckBegun, RenewalOpened, Stage, reminders,
    succession::Inheritance,
};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    ids::RequestId,
    lifecycle::EndOfLifecycleAction,
    order::OrderNumber,
    request::RequestKind,
};
use chrono::{DateTime, Utc};

impl Decide for Account {
    type Facts = AccountFacts;

    fn decide(
        &self,
        command: AccountCommand,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let mut events = match self {
            Self::Absent => create(command, context)?,
            Self::Managed(managed) => managed.decide(command, context)?,
        };
        // The order that follows is a consequence of the state after the events.
        let mut after = self.clone();
        for event in &events {
            after.evolve(event.clone());
        }
        events.extend(
            after
                .managed()
                .and_then(|managed| managed.order_due(&context.facts)),
        );
        Ok(events)
    }
}

fn create(
    command: AccountCommand,
    context: &Context<AccountFacts>,
) -> Result<Vec<AccountEvent>, AccountRefusal> {
    match command {
        AccountCommand::Create => {}
        AccountCommand::Import(import) => return import.decide(context),
        AccountCommand::BeginRemoval(removal) => return removal.decide(),
        _ => return Err(AccountRefusal::Unknown),
    }
    let approved = context
        .facts
        .approved
        .as_ref()
        .filter(|(_, s)| s.kind == RequestKind::NewAccount);
    let (request, submission) = approved.ok_or(AccountRefusal::NotApproved)?;
    let inheritance = Inheritance::of(submission, &context.facts);
    let created = AccountCreated {
        account: submission.account,
        request: *request,
        template: submission.template,
        template_version: submission.template_version,
        domain: submission.domain,
        name: submission.name.clone(),
        owners: submission.owners.clone(),
        terms: submission.terms.clone(),
        description: submission.description.clone(),
        ou: submission.ou.clone(),
        retirement_ou: submission.retirement_ou.clone(),
        groups: submission.groups.clone(),
        attributes: inheritance.attributes,
        revives: inheritance.revives,
        adopts: None,
        import_reason: None,
        groups_left: inheritance.groups_left,
        folder: submission.folder.clone(),
        cannot_change_password: inheritance.cannot_change_password,
        gmsa: inheritance.gmsa,
        planned_end: submission.terms.period.end_from(context.now),
    };
    Ok(vec![created.into()])
}

impl Managed {
    fn decide(
        &self,
        command: AccountCommand,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        use AccountCommand as C;
        match command {
            C::Create => match &context.facts.approved {
                Some((request, _)) if *request == self.identity.request => Ok(vec![]),
                _ => Err(AccountRefusal::AlreadyExists),
            },
            C::Import(_) | C::BeginRemoval(_) => Err(AccountRefusal::AlreadyExists),
            C::CancelRemoval { reason } => self.cancel_removal(reason),
            C::TakeBackImport { reason } => self.take_back_import(reason),
            C::RecordReport(report) => self.record(*report, context),
            C::ExpireOrder(number) => self.expire(number, &context.facts),
            C::RetryOrder(number) if number == self.directory.last_number => {
                self.retry(&context.facts)
            }
            C::RetryOrder(_) => Err(AccountRefusal::NotDue),
            C::RetryFailed => self.retry(&context.facts),
            C::Abandon { request, .. } => self.abandon(request),
            C::OpenRenewal(due) => self.open_renewal(due, context.now),
            C::Remind(due) => self.remind(due, context.now),
            C::ReachEnd(due) => self.reach_end(due, context.now),
            C::RepeatEnd => self.repeat_end(),
            C::PurgeAfterGrace(due) => self.purge_after_grace(due, context.now),
            C::CheckRemoval(due) => self.check_removal(due, &context.facts),
            C::RecordDrift(seen) => self.record_drift(*seen, context.now),
            C::RepairDrift { reason, held } => self.order_repair(reason, held),
            C::LeaveDrift { reason } => self.leave_drift(reason),
            C::Succeed(by) => self.succeed(by),
            other => self.decide_for_owner(other, context),
        }
    }

    fn expire(
        &self,
        number: OrderNumber,
        facts: &AccountFacts,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match &self.directory.outstanding {
            Some(order) if order.number == number && facts.system_now >= order.not_after => {
                Ok(vec![OrderExpired { number }.into()])
            }
            _ => Err(AccountRefusal::NotDue),
        }
    }

    /// Its request was withdrawn before the directory confirmed it: whatever carries our fence is removed, and then the
    /// name is free.
    pub(super) fn abandon(&self, request: RequestId) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match &self.stage {
            Stage::Provisioning { .. } if self.identity.request == request => Ok(vec![
                AccountDeleted {
                    reason: "its request was withdrawn".into(),
                    abandoned: self.abandoned(),
                }
                .into(),
            ]),
            Stage::Removing | Stage::Removed => Ok(vec![]),
            _ => Err(AccountRefusal::NotDue),
        }
    }

    fn retry(&self, facts: &AccountFacts) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match &self.directory.halted {
            Some(_) if self.is_given_up(facts) => Err(AccountRefusal::GivenUp),
            Some(_) => Ok(vec![
                OrderRetried {
                    number: self.directory.last_number,
                }
                .into(),
            ]),
            None => Err(AccountRefusal::NothingToRetry),
        }
    }

    pub(super) fn open_renewal(
        &self,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let lifecycle = self.lifecycle().ok_or(AccountRefusal::NotDue)?;
        if lifecycle.renewal_opens_at != Some(due)
            || now < due
            || lifecycle.renewal_opened_at.is_some()
        {
            return Err(AccountRefusal::NotDue);
        }
        Ok(vec![self.renewal_opened(lifecycle, due, now).into()])
    }

    fn renewal_opened(
        &self,
        lifecycle: &Lifecycle,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> RenewalOpened {
        let terms = &self.identity.terms;
        // Who has declined already, between the instant and its timer, is not told again.
        let tells = !lifecycle.renewal_declined;
        RenewalOpened {
            lifecycle_end: lifecycle.end,
            notify: terms.rules.notify_when_renewal_opens && tells,
            // From the later of the two: whoever is told late is not reminded of it at once.
            next_reminder: reminders::next(terms, lifecycle.end, at, at.max(now)).filter(|_| tells),
        }
    }

    fn remind(
        &self,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let lifecycle = self.lifecycle().ok_or(AccountRefusal::NotDue)?;
        let opened_at = lifecycle.renewal_opened_at.ok_or(AccountRefusal::NotDue)?;
        if lifecycle.renewal_declined || now < due {
            return Err(AccountRefusal::NotDue);
        }
        let terms = &self.identity.terms;
        // From the later of the two: after a pause one reminder is enough, not one for each that was missed.
        let next_reminder = reminders::next(terms, lifecycle.end, opened_at, now);
        let urgency = reminders::urgency(terms, lifecycle, due);
        Ok(vec![
            OwnersReminded {
                lifecycle_end: lifecycle.end,
                urgency,
                next_reminder,
            }
            .into(),
        ])
    }

    pub(super) fn reach_end(
        &self,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        let lifecycle = self.lifecycle().ok_or(AccountRefusal::NotDue)?;
        if lifecycle.end != due || now < due || lifecycle.ended {
            return Err(AccountRefusal::NotDue);
        }
        let action = self.action();
        let opens = (action.renews() && lifecycle.renewal_opened_at.is_none())
            .then(|| self.renewal_opened(lifecycle, due, now).into());
        let opened_at = lifecycle.renewal_opened_at.unwrap_or(due);
        let reminds = action.renews() && !lifecycle.renewal_declined;
        let from = due.max(now);
        let next_reminder = reminders::next(&self.identity.terms, lifecycle.end, opened_at, from)
            .filter(|_| reminds);
        let ended = LifecycleEnded {
            action,
            lifecycle_end: lifecycle.end,
            next_reminder,
            // Late ones count from now: people had no earlier chance to revive it.
            purge_at: self.identity.terms.purge_at(due.max(now)),
        }
        .into();
        Ok(opens.into_iter().chain([ended]).collect())
    }

    fn purge_after_grace(
        &self,
        due: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match self.stage {
            Stage::MarkedDeleted { purge_at } if purge_at == Some(due) && now >= due => Ok(vec![
                AccountPurgeOrdered {
                    reason: match self.removal() {
                        Some(_) => "the grace of its removal is over".into(),
                        None => "the template's grace after deletion is over".into(),
                    },
                    abandoned: self.abandoned(),
                }
                .into(),
            ]),
            _ => Err(AccountRefusal::NotDue),
        }
    }

    fn check_removal(
        &self,
        due: DateTime<Utc>,
        facts: &AccountFacts,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match self.stage {
            Stage::Removed | Stage::Released
                if self.directory.check_at == Some(due) && facts.system_now >= due =>
            {
                Ok(vec![RemovalCheckBegun {}.into()])
            }
            _ => Err(AccountRefusal::NotDue),
        }
    }

    /// The directory has not confirmed it, and nobody asks for it any more.
    pub(super) fn is_given_up(&self, facts: &AccountFacts) -> bool {
        facts.given_up && matches!(self.stage, Stage::Provisioning { .. })
    }

    fn repeat_end(&self) -> Result<Vec<AccountEvent>, AccountRefusal> {
        match &self.stage {
            Stage::Live(lifecycle)
                if lifecycle.ended
                    && self.enabled
                    && self.action() == EndOfLifecycleAction::Disable =>
            {
                Ok(vec![LifecycleEndRepeated {}.into()])
            }
            _ => Err(AccountRefusal::NotDue),
        }
    }
}

aggregate!(
    Account = "account",
    AccountCommand,
    AccountEvent,
    AccountRefusal,
    AccountFacts
);
