//! The history learns that a domain was read, or why not, and which accounts are new: once, also if this process ends
//! between applying and telling.

use super::state::{self, Untold};
use crate::{Caller, CommandError, Instance};
use tenure_domain::{DomainId, directory::DomainCommand, ids::derived};
use tenure_eventstore::Cause;

/// Tells what it does not know yet.
pub(super) async fn history(instance: &Instance, domain: DomainId) -> Result<(), CommandError> {
    let state = state::read(instance, domain).await?.0;
    let Some(untold) = state.untold else {
        return Ok(());
    };
    let (run, commands) = match untold.clone() {
        Untold::Read(read, found) => (
            read.run,
            vec![
                DomainCommand::RecordSynchronised(read),
                DomainCommand::RecordFound(found),
            ],
        ),
        Untold::Failed(failed) => (
            failed.run,
            vec![DomainCommand::RecordSynchronisationFailed(failed)],
        ),
    };
    for (index, command) in commands.into_iter().enumerate() {
        let id = derived(&["synchronisation", &run.to_string(), &index.to_string()]);
        let caller = Caller::system("synchronisation", id, Cause::default());
        match instance.commands.domain(domain, command, &caller).await {
            Ok(_) => {}
            Err(error) if error.is_transient() => return Err(error),
            Err(refusal) => tracing::info!(%refusal, "what was read is not written down"),
        }
    }
    state::update(instance, domain, |state| {
        (state.untold.as_ref() == Some(&untold)).then(|| state.untold = None)
    })
    .await?;
    Ok(())
}
