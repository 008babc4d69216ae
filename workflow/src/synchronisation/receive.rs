//! What engines hand over is kept until all of it is there, in whatever order and however often its parts come.

use super::{
    apply, begin, people,
    state::{self, Progress},
    tell,
};
use crate::{CommandError, Instance};
use tenure_domain::{
    order::Failure,
    synchronisation::{SyncChunk, SyncContent},
};
use tenure_eventstore::state::DirectoryChunk;

/// More than this is no directory that Tenure can copy; it bounds what an engine may store.
const MOST_CHUNKS: u32 = 50_000;

/// Keeps a part, and applies the whole once it is complete. The engine and its domain were checked.
pub(crate) async fn receive(instance: &Instance, chunk: &SyncChunk) -> Result<(), CommandError> {
    let domain = chunk.domain;
    let state = state::read(instance, domain).await?.0;
    let Some(running) = state.runs(chunk.run) else {
        tracing::debug!(%domain, run = %chunk.run, "a part of another synchronisation is not taken");
        return Ok(());
    };
    let objects = match &chunk.content {
        SyncContent::Objects(objects) => objects.len(),
        SyncContent::Complete(_) => 0,
        SyncContent::Failed(failure) => return failed(instance, chunk, failure).await,
    };
    if chunk.number >= MOST_CHUNKS {
        tracing::warn!(%domain, "an engine hands over more than a directory holds");
        return Ok(());
    }
    let content = serde_json::to_vec(&chunk.content)
        .map_err(|error| CommandError::Unavailable(error.to_string()))?;
    let tables = instance.store.state_tables();
    let counts = tables
        .keep_directory_chunk(&DirectoryChunk {
            run: chunk.run,
            attempt: chunk.attempt,
            number: chunk.number,
            last: matches!(chunk.content, SyncContent::Complete(_)),
            objects: u32::try_from(objects).unwrap_or(u32::MAX),
            received_at: instance.system.now(),
            content,
        })
        .await?;
    instance.engines.telling.tell(Progress {
        domain,
        run: chunk.run,
        full: running.since.is_none(),
        read: counts.objects,
    });
    if !counts.complete() {
        return Ok(());
    }
    apply::apply(instance, chunk).await?;
    tell::history(instance, domain).await?;
    people::keep_in_step(instance, domain).await?;
    // What was asked for meanwhile.
    begin::begin(instance, domain, None).await
}

async fn failed(
    instance: &Instance,
    chunk: &SyncChunk,
    failure: &Failure,
) -> Result<(), CommandError> {
    let now = instance.system.now();
    let ended = state::update(instance, chunk.domain, |state| {
        state.runs(chunk.run)?;
        state.fail(chunk.run, failure.clone(), now);
        Some(())
    });
    if ended.await?.is_some() {
        let tables = instance.store.state_tables();
        tables.drop_directory_chunks(chunk.run).await?;
        tell::history(instance, chunk.domain).await?;
    }
    Ok(())
}
