//! A complete synchronisation replaces what was known: all of it in one transaction, or nothing.

use super::{
    copy::GROUP,
    judge::{self, Changes, Known, Read},
    state::{self, LastSync, SyncState, Untold},
};
use crate::{CommandError, Instance, drift};
use std::collections::{BTreeSet, HashMap};
use tenure_domain::{
    DomainId, EngineId,
    directory::{Domain, DomainSynchronised, UnmanagedAccountsFound},
    order::{Failure, FailureReason},
    synchronisation::{SyncChunk, SyncContent, SyncSummary},
};
use tenure_eventstore::{StoreError, state::DirectoryChange};
use uuid::Uuid;

/// How often it is tried while somebody asks for another look meanwhile.
const ATTEMPTS: usize = 5;

/// Applies the attempt that `chunk` belongs to, which is complete.
pub(super) async fn apply(instance: &Instance, chunk: &SyncChunk) -> Result<(), CommandError> {
    for _ in 0..ATTEMPTS {
        if attempt(instance, chunk).await? {
            return Ok(());
        }
    }
    Err(CommandError::Conflict)
}

/// False if it is to be tried again.
async fn attempt(instance: &Instance, chunk: &SyncChunk) -> Result<bool, CommandError> {
    let (domain, run) = (chunk.domain, chunk.run);
    let now = instance.system.now();
    let (state, revision) = state::read(instance, domain).await?;
    let (Some(running), Some(revision)) = (state.runs(run).cloned(), revision) else {
        // Another gateway was faster.
        return Ok(true);
    };
    let arrived = read(instance, run, chunk.attempt).await?;
    let knew_users = instance.copy_totals(domain).await?.users > 0;
    let arrived = arrived.and_then(
        |(read, summary)| match read.objection(&summary, knew_users) {
            Some(objection) => Err(objection),
            None => Ok((read, summary)),
        },
    );
    let (read, summary) = match arrived {
        Ok(arrived) => arrived,
        Err(detail) => {
            tracing::warn!(%domain, detail, "a domain was not synchronised");
            reject(instance, domain, run, detail).await?;
            return Ok(true);
        }
    };
    let known = known(instance, domain, &read, summary.full).await?;
    let loaded = instance.store.cached_state::<Domain>(domain.0).await?;
    let criteria = loaded.state.plan.criteria();
    let mut drift = drift::concerned(&read, &known, summary.full)?;
    let changes = judge::judge(read, &known, summary.full, &criteria, now)?;
    (drift.run, drift.position) = (run, running.position);
    let last = LastSync {
        at: now,
        engine: chunk.engine,
        full: summary.full,
        milliseconds: (now - running.begun_at).num_milliseconds(),
        changed: changes.changed,
        gone: u32::try_from(changes.gone.len()).unwrap_or(u32::MAX),
        deletions_seen: summary.deletions_seen,
    };
    let state = SyncState {
        drift: Some(drift.after(state.drift.clone())),
        ..state
    };
    replace(instance, domain, (state, revision), &summary, last, changes).await
}

async fn reject(
    instance: &Instance,
    domain: DomainId,
    run: Uuid,
    detail: String,
) -> Result<(), CommandError> {
    let failure = Failure {
        reason: FailureReason::Other,
        detail,
    };
    let now = instance.system.now();
    state::update(instance, domain, |state| {
        state.runs(run)?;
        state.fail(run, failure.clone(), now);
        Some(())
    })
    .await?;
    let tables = instance.store.state_tables();
    Ok(tables.drop_directory_chunks(run).await?)
}

/// What is to be said of it, once it is known how much there is now.
async fn replace(
    instance: &Instance,
    domain: DomainId,
    (mut state, revision): (SyncState, i64),
    summary: &SyncSummary,
    last: LastSync,
    changes: Changes,
) -> Result<bool, CommandError> {
    let Some(running) = state.running.take() else {
        return Ok(true);
    };
    let totals = after(instance, domain, &changes).await?;
    state.untold = Some(told(running.run, last.engine, &last, totals, &changes));
    state.mark = Some(summary.mark);
    if summary.full {
        state.full_at = Some(running.begun_at);
    }
    state.unread = None;
    state.people_due = Some(running.run);
    state.last = Some(last);
    let change = DirectoryChange {
        run: running.run,
        rows: changes.rows,
        gone: changes.gone,
    };
    let tables = instance.store.state_tables();
    let content = state::bytes(&state)?;
    // False: another gateway was faster, or somebody asked for another look meanwhile. Its parts are still there.
    let applied = tables.apply_directory_change(domain, &change, revision, &content);
    let applied = applied.await?;
    if applied {
        instance.engines.applied.notify_one();
    }
    Ok(applied)
}

fn told(
    run: Uuid,
    engine: EngineId,
    last: &LastSync,
    [units, groups, users, unmanaged]: [u32; 4],
    changes: &Changes,
) -> Untold {
    let named = changes.found.iter().take(UnmanagedAccountsFound::NAMED);
    Untold::Read(
        DomainSynchronised {
            run,
            engine,
            full: last.full,
            units,
            groups,
            users,
            changed: last.changed,
            gone: last.gone,
            unmanaged,
        },
        UnmanagedAccountsFound {
            run,
            count: u32::try_from(changes.found.len()).unwrap_or(u32::MAX),
            riskiest: named.cloned().collect(),
        },
    )
}

/// Units, groups, accounts and unmanaged accounts that there will be.
async fn after(
    instance: &Instance,
    domain: DomainId,
    changes: &Changes,
) -> Result<[u32; 4], CommandError> {
    let before = instance.copy_totals(domain).await?;
    let tables = instance.store.state_tables();
    let unmanaged: u64 = before.unmanaged.iter().sum();
    let mut after = [before.units, before.groups, before.users, unmanaged];
    let mut ids: Vec<Uuid> = changes.rows.iter().map(|row| row.id).collect();
    ids.extend(&changes.gone);
    let looks = |risk: i32| u64::from(risk > 0);
    for row in tables.directory_rows_of(domain, &ids).await? {
        if let Some(count) = after.get_mut(usize::try_from(row.kind).unwrap_or(usize::MAX)) {
            *count = count.saturating_sub(1);
        }
        if row.account.is_none() {
            after[3] = after[3].saturating_sub(looks(row.risk));
        }
    }
    for row in &changes.rows {
        if let Some(count) = after.get_mut(usize::try_from(row.kind).unwrap_or(usize::MAX)) {
            *count += 1;
        }
        after[3] += looks(row.risk);
    }
    Ok(after.map(|count| u32::try_from(count).unwrap_or(u32::MAX)))
}

/// Everything of the attempt; why it makes no sense, if it does not.
async fn read(
    instance: &Instance,
    run: Uuid,
    attempt: Uuid,
) -> Result<Result<(Read, SyncSummary), String>, StoreError> {
    let tables = instance.store.state_tables();
    let (mut read, mut summary) = (Read::default(), None);
    for content in tables.directory_chunks(run, attempt).await? {
        let content = serde_json::from_slice(&content).map_err(StoreError::Unwritable)?;
        match content {
            SyncContent::Objects(objects) => {
                for object in objects {
                    if !read.take(object) {
                        return Ok(Err("members came before their group".into()));
                    }
                }
            }
            SyncContent::Complete(said) => summary = Some(said),
            SyncContent::Failed(failure) => return Ok(Err(failure.detail)),
        }
    }
    Ok(summary
        .map(|summary| (read, summary))
        .ok_or_else(|| "its end did not come".into()))
}

/// What the copy holds of what is concerned.
async fn known(
    instance: &Instance,
    domain: DomainId,
    read: &Read,
    full: bool,
) -> Result<Known, CommandError> {
    let tables = instance.store.state_tables();
    let kind = (!full).then_some(GROUP);
    let nothing = !full && read.changed().next().is_none() && read.gone.is_empty();
    let mut rows = match nothing {
        true => Vec::new(),
        false => tables.all_directory_rows(domain, kind).await?,
    };
    let (before, now) = judge::nestings(&rows, read, full)?;
    let (privileged, privileged_now) = (before.privileged(), now.privileged());
    if !full {
        let mut ids: BTreeSet<Uuid> = judge::differing(&privileged, &privileged_now);
        ids.extend(read.changed().chain(read.gone.iter().copied()));
        let ids: Vec<_> = ids.into_iter().collect();
        rows.extend(tables.directory_rows_of(domain, &ids).await?);
    }
    let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
    Ok(Known {
        rows,
        privileged,
        privileged_now,
        nesting: now,
    })
}
