//! Somebody decided what becomes of accounts that were not repaired, since too many were to be at once.

use super::seen;
use crate::{Caller, CommandError, Instance};
use futures::{StreamExt, stream};
use std::time::Duration;
use tenure_domain::{
    AccountId, DomainId, account::AccountCommand, directory::DriftDecided, ids::derived,
};
use tenure_eventstore::{Cause, StoredEvent};
use tenure_projections::{DriftFilter, DriftStanding};

/// How long read models may be behind.
const BEHIND: Duration = Duration::from_secs(10);
/// Accounts under way at once.
const AT_ONCE: usize = 32;

/// Repairs them, or leaves them as they are.
pub(crate) async fn decided(
    instance: &Instance,
    event: &StoredEvent,
    decided: &DriftDecided,
) -> Result<(), CommandError> {
    let views = &instance.views;
    views
        .wait_for_models(&["drifts"], event.position, BEHIND)
        .await?;
    let filter = DriftFilter {
        domain: Some(DomainId(event.stream)),
        standing: vec![DriftStanding::Held],
        ..DriftFilter::default()
    };
    let held = seen::drifted(instance, &filter).await?;
    let deciding: Vec<_> = held
        .into_iter()
        .map(|account| one(instance, event, decided, account))
        .collect();
    let done: Vec<_> = stream::iter(deciding)
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    done.into_iter().collect()
}

async fn one(
    instance: &Instance,
    event: &StoredEvent,
    decided: &DriftDecided,
    account: AccountId,
) -> Result<(), CommandError> {
    let reason = decided.reason.clone();
    let command = match decided.repair {
        true => AccountCommand::RepairDrift { reason, held: true },
        false => AccountCommand::LeaveDrift { reason },
    };
    let id = derived(&["drift decided", &event.id.to_string(), &account.to_string()]);
    let cause = Cause {
        correlation: event.correlation,
        causation: Some(event.id),
        ..Cause::default()
    };
    let caller = Caller::system("drift", id, cause);
    match instance.commands.account(account, command, &caller).await {
        Ok(_) => Ok(()),
        Err(error) if error.is_transient() => Err(error),
        Err(refusal) => {
            tracing::debug!(%refusal, %account, "nothing of it is held back any more");
            Ok(())
        }
    }
}
