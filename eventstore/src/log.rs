//! What the two databases do differently, behind one trait: the append, and reading rows in bulk.

use crate::{
    Position, StoreError,
    append::{Append, AppendError, Known},
    chain::{self, Hash},
    clock,
    record::{Head, Row, SealedEvent},
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Called with every row in order; its error ends the reading.
pub(crate) type Visit<'a> = &'a mut (dyn FnMut(&Row<'_>) -> Result<(), StoreError> + Send);

/// The log in one of the databases.
pub(crate) trait Log: Send + Sync {
    /// Appends the whole batch in one transaction, or nothing.
    fn append<'a>(&'a self, batch: &'a [&'a Append]) -> BoxFuture<'a, Result<Outcome, StoreError>>;

    /// Where the append's first event is, once every append that may still be running has ended; none if nowhere.
    fn landed<'a>(
        &'a self,
        append: &'a Append,
    ) -> BoxFuture<'a, Result<Option<Position>, StoreError>>;

    /// The rows after a position, at most `limit`.
    fn page<'a>(
        &'a self,
        after: Position,
        limit: usize,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// The rows after a position up to another, of a history without a gap: by the quickest way for many.
    fn stretch<'a>(
        &'a self,
        after: Position,
        up_to: Position,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>> {
        let limit = up_to.saturating_sub(after);
        self.page(after, usize::try_from(limit).unwrap_or(usize::MAX), visit)
    }

    /// The rows of these kinds of streams after a position, up to another.
    fn page_of<'a>(
        &'a self,
        kinds: &'a [i16],
        after: Position,
        up_to: Position,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// A stream's rows after a version, at most `limit`.
    fn stream_page<'a>(
        &'a self,
        stream: (i16, Uuid),
        after: u64,
        limit: usize,
        visit: Visit<'a>,
    ) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Starts a new epoch, and returns it.
    fn new_epoch<'a>(&'a self, reason: &'a str, at: i64) -> BoxFuture<'a, Result<u32, StoreError>>;
}

/// What became of a batch.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// All of it is in the history, each event at its place.
    Appended(Vec<Place>),
    /// Nothing is; these are to be left out, and the rest tried again.
    Rejected(Vec<(usize, AppendError)>),
}

/// A batch's place in the history: computed on a remembered head, true if that is still the head.
pub(crate) struct Places {
    pub(crate) rows: Vec<Place>,
    pub(crate) head: Head,
}

/// One event's place.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) append: usize,
    pub(crate) event: usize,
    pub(crate) position: i64,
    pub(crate) recorded_at: i64,
    pub(crate) hash: Hash,
}

impl Places {
    pub(crate) fn after(head: &Head, batch: &[&Append]) -> Self {
        let mut head = *head;
        let mut rows = Vec::with_capacity(batch.iter().map(|append| append.events.len()).sum());
        for (index, append) in batch.iter().enumerate() {
            for (event, new) in append.events.iter().enumerate() {
                head.position += 1;
                head.recorded_at = head.recorded_at.max(append.decided_at);
                head.hash = chain::link(&head.hash, head.position, head.recorded_at, &new.content);
                rows.push(Place {
                    append: index,
                    event,
                    position: head.position.cast_signed(),
                    recorded_at: head.recorded_at,
                    hash: head.hash,
                });
            }
        }
        Self { rows, head }
    }
}

/// What a batch asks of one name, all its appends together. They agree on the holder.
pub(crate) struct NetName<'a> {
    pub(crate) scope: &'a str,
    pub(crate) key: &'a [u8],
    pub(crate) holder: Uuid,
    /// Refused while another holds it.
    pub(crate) claimed: bool,
    /// Held afterwards.
    pub(crate) kept: bool,
    /// Whose claims fail if another holds it: (append, name).
    pub(crate) claims: Vec<(usize, usize)>,
}

pub(crate) fn net_names<'a>(batch: &[&'a Append]) -> Vec<NetName<'a>> {
    let mut nets: Vec<NetName<'a>> = Vec::new();
    let mut places = HashMap::new();
    for (append_index, append) in batch.iter().enumerate() {
        for (name_index, name) in append.names.iter().enumerate() {
            let place = match places.entry((&name.scope, &name.key, name.holder)) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    nets.push(NetName {
                        scope: &name.scope,
                        key: &name.key,
                        holder: name.holder,
                        claimed: false,
                        kept: false,
                        claims: Vec::new(),
                    });
                    *new.insert(nets.len() - 1)
                }
            };
            let net = &mut nets[place];
            net.kept = name.claim;
            if name.claim {
                net.claimed = true;
                net.claims.push((append_index, name_index));
            }
        }
    }
    nets
}

/// The streams whose versions a batch depends on: its own, then its facts'.
pub(crate) struct Tails {
    pub(crate) streams: Vec<Uuid>,
    pub(crate) kinds: Vec<i16>,
    pub(crate) versions: Vec<i32>,
    /// Which append, and which of its facts if it is one.
    owners: Vec<(usize, Option<usize>)>,
}

impl Tails {
    pub(crate) fn of(batch: &[&Append]) -> Self {
        Self::of_those(batch, |_| true)
    }

    /// Without the versions that appends of this process made: true as long as nobody else has appended.
    pub(crate) fn of_others(batch: &[&Append]) -> Self {
        Self::of_those(batch, |append| !append.own)
    }

    fn of_those(batch: &[&Append], wanted: impl Fn(&Append) -> bool) -> Self {
        let mut tails = Self {
            streams: vec![],
            kinds: vec![],
            versions: vec![],
            owners: vec![],
        };
        for (index, append) in batch
            .iter()
            .enumerate()
            .filter(|(_, append)| wanted(append))
        {
            tails.add(
                append.kind_code,
                append.stream,
                append.expected,
                (index, None),
            );
        }
        for (index, append) in batch.iter().enumerate() {
            for (fact_index, (fact, kind)) in append.facts.iter().enumerate() {
                tails.add(*kind, fact.id, fact.version, (index, Some(fact_index)));
            }
        }
        tails
    }

    fn add(&mut self, kind: i16, stream: Uuid, version: u64, owner: (usize, Option<usize>)) {
        self.kinds.push(kind);
        self.streams.push(stream);
        self.versions
            .push(i32::try_from(version).unwrap_or(i32::MAX));
        self.owners.push(owner);
    }

    /// The refusal of the append that expected another version at `index`.
    pub(crate) fn rejection(&self, index: usize, actual: i32) -> Option<(usize, AppendError)> {
        let (append, fact) = *self.owners.get(index)?;
        let actual = u64::from(actual.max(0).cast_unsigned());
        Some((
            append,
            fact.map_or(AppendError::Stale { actual }, AppendError::FactChanged),
        ))
    }
}

/// The refusals of those whose time differs from the database's by more than five seconds.
pub(crate) fn skewed(batch: &[&Append], clock: i64) -> Vec<(usize, AppendError)> {
    let off = |append: &Append| append.decided_at.abs_diff(clock) > 5_000_000;
    batch
        .iter()
        .enumerate()
        .filter(|(_, append)| off(append))
        .map(|(index, _)| (index, AppendError::ClockSkew))
        .collect()
}

/// The refusals of appends whose command is known.
pub(crate) fn repeated(batch: &[&Append], id: Uuid, known: &Known) -> Vec<(usize, AppendError)> {
    let same = |append: &Append| append.command.is_some_and(|command| command.id == id);
    let repeated = batch.iter().enumerate().filter(|(_, append)| same(append));
    repeated
        .map(|(index, _)| (index, AppendError::Known(known.clone())))
        .collect()
}

/// A page of rows as they are.
pub(crate) async fn sealed_page(
    log: &dyn Log,
    after: Position,
    limit: usize,
) -> Result<Vec<SealedEvent>, StoreError> {
    let mut events = Vec::new();
    log.page(after, limit, &mut |row| {
        events.push(row.to_sealed()?);
        Ok(())
    })
    .await?;
    Ok(events)
}

/// Pages of at most `size` events after `after` and up to `last`, the next one read while the caller works on one. They
/// end early where an event is missing.
pub(crate) fn sealed_pages(
    log: Arc<dyn Log>,
    after: Position,
    last: Position,
    size: usize,
) -> mpsc::Receiver<Result<Vec<SealedEvent>, StoreError>> {
    let (send, pages) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut position = after;
        while position < last {
            let limit = usize::try_from(last - position).unwrap_or(size).min(size);
            let mut events = Vec::with_capacity(limit);
            let read = log
                .stretch(position, position + limit as u64, &mut |row| {
                    events.push(row.to_sealed()?);
                    Ok(())
                })
                .await;
            let page = read.map(|()| events);
            let end = page.as_ref().ok().and_then(|page| page.last());
            let end = end.map(|event| event.position);
            // Nobody reads on, or there is nothing to go on from.
            if send.send(page).await.is_err() || end.is_none_or(|end| end <= position) {
                return;
            }
            position = end.unwrap_or(last);
        }
    });
    pages
}

/// Microseconds since 1970.
pub(crate) fn micros(instant: DateTime<Utc>) -> i64 {
    clock::truncated(instant).timestamp_micros()
}
