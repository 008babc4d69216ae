//! What an engine's report means for the account.

use super::{
    AccountEvent, AccountFacts, AccountProvisioned, AccountRefusal, AccountRemoved, Managed,
    OrderApplied, OrderDeferred, OrderFailed, RemovalGraceBegun, Stage,
};
use crate::{
    context::Context,
    ids::ReviewId,
    order::{Failure, FailureReason, Order, OrderKind, Outcome, Report},
};
use chrono::{DateTime, TimeDelta, Utc};

/// How long a deferred order waits: the engine has already retried for a while.
const DEFERRED_FOR: TimeDelta = TimeDelta::seconds(30);
/// How long a step that began in time may take, and how far an engine's clock may be behind.
const LAST_STEP: TimeDelta = TimeDelta::seconds(60);

impl Managed {
    pub(super) fn record(
        &self,
        report: Report,
        context: &Context<AccountFacts>,
    ) -> Result<Vec<AccountEvent>, AccountRefusal> {
        if report.domain != self.identity.domain {
            return Err(AccountRefusal::WrongDomain);
        }
        let Report { number, engine, .. } = report;
        let outstanding = self
            .directory
            .outstanding
            .as_ref()
            .filter(|order| order.number == number);
        let Some(order) = outstanding else {
            // The same report again is harmless.
            return if number == self.directory.last_number {
                Ok(vec![])
            } else {
                Err(AccountRefusal::NotOutstanding { number })
            };
        };
        if matches!(report.outcome, Outcome::Applied { .. }) && self.is_given_up(&context.facts) {
            // Made by an attempt that came before the withdrawal: it never was an account of anybody.
            let request = None;
            let made = OrderApplied {
                number,
                engine,
                request,
                secret: None,
                review: None,
            };
            let mut events = vec![made.into()];
            events.extend(self.abandon(self.identity.request)?);
            return Ok(events);
        }
        let event = match report.outcome {
            Outcome::Applied { object, secret } => match &self.stage {
                Stage::BeingDisabled => RemovalGraceBegun {
                    number,
                    engine,
                    purge_at: self.removal_due(context.now),
                }
                .into(),
                Stage::Releasing if order.kind == OrderKind::Release => {
                    let check_at = self.removal_check(&context.facts);
                    self.released(order, engine, check_at).into()
                }
                Stage::Provisioning { .. } => {
                    let terms = &self.identity.terms;
                    let lifecycle_end = terms.period.end_from(context.now);
                    let renewal_opens_at = terms.renewal_opens_at(lifecycle_end);
                    let request = self.identity.request;
                    // Whatever an engine says: the directory keeps it.
                    let secret = secret.filter(|_| self.identity.gmsa.is_none());
                    AccountProvisioned {
                        number,
                        engine,
                        request,
                        object,
                        secret,
                        lifecycle_end,
                        renewal_opens_at,
                    }
                    .into()
                }
                _ if order.kind == OrderKind::Remove => self.failed(order, engine, disagreement()),
                _ => {
                    let request = self.carried_by(order);
                    OrderApplied {
                        number,
                        engine,
                        request,
                        secret: secret.filter(|_| order.moves_secret),
                        review: self.revoked_with(order),
                    }
                    .into()
                }
            },
            // Revived in the meantime: the name is another account's, and so is the object if there was one left.
            Outcome::Removed if self.succeeded_by.is_some() => OrderApplied {
                number,
                engine,
                request: None,
                secret: None,
                review: None,
            }
            .into(),
            Outcome::Removed if order.kind == OrderKind::Remove => {
                let identity = &self.identity;
                let (account, domain, name) =
                    (identity.account, identity.domain, identity.name.clone());
                AccountRemoved {
                    number,
                    engine,
                    account,
                    domain,
                    name,
                    check_at: self.removal_check(&context.facts),
                    review: self.revoked_by,
                }
                .into()
            }
            Outcome::Removed => self.failed(order, engine, disagreement()),
            // Superseded and late orders were not carried out; the next one has a new number and a new time.
            Outcome::Failed(failure)
                if failure.reason == FailureReason::TooLate
                    || failure.reason.directory_is_away() =>
            {
                self.deferred(order, engine, failure, context)
            }
            Outcome::Deferred(failure) => self.deferred(order, engine, failure, context),
            Outcome::Failed(failure) => self.failed(order, engine, failure),
        };
        let after = match &event {
            AccountEvent::OrderApplied(_) => self.drift_after_order(),
            AccountEvent::OrderFailed(failed) if self.lets_go(order, failed.failure.reason) => {
                Some(self.released(order, engine, None).into())
            }
            _ => None,
        };
        Ok(std::iter::once(event).chain(after).collect())
    }

    /// An order to make the object may still be in the hands of an engine that froze over it, although another engine
    /// has carried it out: once its time is over no step of it starts, and a look tells.
    fn removal_check(&self, facts: &AccountFacts) -> Option<DateTime<Utc>> {
        let quiet_from = self.directory.may_be_made_until? + LAST_STEP;
        (quiet_from > facts.system_now).then_some(quiet_from)
    }

    fn deferred(
        &self,
        order: &Order,
        engine: crate::ids::EngineId,
        failure: Failure,
        context: &Context<AccountFacts>,
    ) -> AccountEvent {
        let retry_at = context.facts.system_now + DEFERRED_FOR;
        OrderDeferred {
            number: order.number,
            engine,
            failure,
            retry_at,
        }
        .into()
    }

    fn failed(
        &self,
        order: &Order,
        engine: crate::ids::EngineId,
        failure: Failure,
    ) -> AccountEvent {
        let provisioning = matches!(self.stage, Stage::Provisioning { .. });
        let request = match provisioning {
            // What was imported came of no request.
            true => Some(self.identity.request).filter(|_| self.identity.adopts.is_none()),
            false => self.carried_by(order),
        };
        OrderFailed {
            number: order.number,
            engine,
            failure,
            request,
            review: self.revoked_with(order),
        }
        .into()
    }

    /// The review whose revocation this order carries out.
    fn revoked_with(&self, order: &Order) -> Option<ReviewId> {
        self.revoked_by.filter(|_| !order.desired.enabled)
    }
}

/// The engine reports something that was not ordered.
fn disagreement() -> Failure {
    Failure {
        reason: FailureReason::Other,
        detail: "the engine reported an outcome that does not fit the order".into(),
    }
}
