//! Synchronisation: engines are asked to read their domains (`begin.rs`), what they hand over is kept until it is complete
//! (`receive.rs`), judged and compared with the copy (`judge.rs`), and replaces it as a whole (`apply.rs`). The history
//! says that it happened and what is new, never what the directory holds (`docs/adr/0005`). Then the members of followed groups are made users (`people.rs`).
//!
//! How it stands is one row a domain, replaced by compare-and-set: of several gateways one begins, and one applies.

mod apply;
mod begin;
mod copy;
mod findings;
mod judge;
mod people;
mod receive;
mod state;
mod tell;

pub use copy::{
    CopiedGroup, CopiedUnit, CopiedUser, CopyFilter, CopyTotals, Found, UnmanagedAccount,
};
pub use people::{Coming, GroupPreview, PeopleLook, PeoplePreview, PersonProblem, PersonRefused};
pub use state::{LastSync, Progress, Running, SyncState, Unread};

pub(crate) use begin::{want, watch};
pub(crate) use copy::{GROUP, USER, decoded, imported_units};
pub(crate) use judge::{Known, Read};
pub(crate) use people::look_again;
pub(crate) use receive::receive;
pub(crate) use state::{Telling, drift_work, forget_drift_work};

use crate::{CommandError, Instance};
use tenure_domain::{DomainId, account::AccountEvent};
use tenure_eventstore::StoreError;

/// Who is removed is no unmanaged account; who is kept is one again.
pub(crate) async fn mark_removal(
    instance: &Instance,
    event: &AccountEvent,
) -> Result<(), StoreError> {
    let tables = instance.store.state_tables();
    match event {
        AccountEvent::RemovalBegun(e) => {
            let object = e.found.object;
            tables.mark_imported(e.domain, object, e.account).await
        }
        AccountEvent::Released(e) => tables.forget_imported(e.domain, e.account).await,
        _ => Ok(()),
    }
}

/// How reading the domain stands.
///
/// # Errors
/// If the database fails.
pub async fn state(instance: &Instance, domain: DomainId) -> Result<SyncState, CommandError> {
    Ok(state::read(instance, domain).await?.0)
}

/// How far reading the domain is, if it is being read.
///
/// # Errors
/// If the database fails.
pub async fn progress(
    instance: &Instance,
    domain: DomainId,
) -> Result<Option<Progress>, CommandError> {
    let Some(running) = state(instance, domain).await?.running else {
        return Ok(None);
    };
    let tables = instance.store.state_tables();
    let counts = tables.directory_chunk_counts(running.run, None).await?;
    Ok(Some(Progress {
        domain,
        run: running.run,
        full: running.since.is_none(),
        read: counts.objects,
    }))
}
