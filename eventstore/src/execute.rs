//! Executing a command: load, decide, append; and what to do when somebody else was faster.

use crate::{
    EventStore, ExecuteError, Executed, Execution, FactVersion, Loaded, Position, StoreError,
    append::{Append, AppendError, Known, NameChange, NewEvent, Pending},
    cache::Entry,
    database::on_reader,
    kind, load,
    log::micros,
    new_id, snapshot,
};
use cqrs_es::event_sink::EventSink;
use std::sync::Arc;
use tenure_domain::{Context, Personal, Recorded, ReservationChange, Stream};
use tokio::sync::oneshot;

/// How often a command is decided anew because its stream moved.
const ATTEMPTS: usize = 32;

type Outcome<A> = Result<Executed<A>, ExecuteError<<A as cqrs_es::Aggregate>::Error>>;

impl EventStore {
    /// Executes a command durably: when this returns, its events are on disk. Of several with the same key one is
    /// carried out, the others get its outcome.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub async fn execute<A: Stream>(&self, execution: Execution<A>) -> Outcome<A>
    where
        A::Command: Clone,
    {
        let kind = load::code::<A>()?;
        let Execution {
            id,
            command,
            facts,
            fact_versions,
            actor,
            key,
            cause,
            now,
        } = execution;
        let facts_checked = with_codes(fact_versions)?;
        let decide_at = || crate::clock::truncated(now.unwrap_or_else(|| self.0.clock.now()));
        let shown_actor: Arc<str> = actor.to_string().into();
        let mut context = Context {
            now: decide_at(),
            actor,
            facts,
        };
        let mut loaded = None;
        let mut turn = None;
        let mut last = (0, 0);
        let mut clock_checked_again = false;
        for _ in 0..ATTEMPTS {
            // A stream that is not in memory is taken for a new one: if it is not, the append says so, or the refusal
            // makes us look. So new streams, which are many, cost no reading.
            let mut own = false;
            let known = loaded.take().or_else(|| {
                let cached = self.0.cache.get::<A>(kind, id)?;
                own = cached.own;
                Some(cached.into())
            });
            let (mut state, version) = known.map_or_else(Default::default, |known: Loaded<A>| {
                ((*known.state).clone(), known.version)
            });
            let sink = EventSink::default();
            let decided = state.handle(command.clone(), &context, &sink).await;
            let events = sink.collect().await;
            if decided.is_err() || events.is_empty() {
                // Decided on what may be out of date: final only if it is not.
                let head = self.head().await?.position;
                if let Some(key) = key
                    && let Some(known) = self.known_command(key.id).await?
                {
                    return self.repeat(kind, id, key.body, &known).await;
                }
                let tail = self.tail(kind, id).await?;
                if tail != version {
                    last = (version, tail);
                    if tail < version {
                        self.0.cache.forget(kind, id);
                    }
                    loaded = Some(self.refresh::<A>(kind, id).await?);
                    context.now = decide_at();
                    continue;
                }
                for (fact, fact_kind) in &facts_checked {
                    if self.tail(*fact_kind, fact.id).await? != fact.version {
                        return Err(self.fact_changed(fact, *fact_kind));
                    }
                }
                decided.map_err(ExecuteError::Refused)?;
                return Ok(Executed {
                    position: head,
                    version,
                    state: Arc::new(state),
                    events,
                    repeated: false,
                });
            }
            let mut append = Append {
                kind: A::TYPE,
                kind_code: kind,
                stream: id,
                expected: version,
                own,
                decided_at: micros(context.now),
                actor: shown_actor.clone(),
                command: key,
                correlation: cause.correlation,
                causation: cause.causation,
                client_address: cause
                    .client_address
                    .as_deref()
                    .map(|address| self.0.reader.seal_address(cause.correlation, address)),
                trace: cause.trace.clone(),
                events: Vec::with_capacity(events.len()),
                names: self.names(id, &events),
                facts: facts_checked.clone(),
            };
            for event in &events {
                append.events.push(self.to_stored::<A>(id, event).await?);
            }
            append.hash_contents();
            let after = append.version();
            let state = Arc::new(state);
            let names: Vec<(String, String)> = shown(&append.names);
            match self
                .append(
                    append,
                    Entry {
                        state: state.clone(),
                        version: after,
                        own: true,
                    },
                )
                .await
            {
                Ok(position) => {
                    if snapshot::due::<A>(version, after) {
                        self.keep_snapshot(kind, id, state.clone(), after);
                    }
                    return Ok(Executed {
                        position,
                        version: after,
                        state,
                        events,
                        repeated: false,
                    });
                }
                Err(AppendError::Stale { actual }) => {
                    last = (version, actual);
                    if turn.is_none() {
                        turn = Some(self.0.turns.wait(kind, id).await);
                    }
                    // Whoever was faster in this process left its state in the cache.
                    if self
                        .0
                        .cache
                        .get::<A>(kind, id)
                        .is_none_or(|cached| cached.version < actual)
                    {
                        loaded = Some(self.refresh::<A>(kind, id).await?);
                    } else if actual < version {
                        self.0.cache.forget(kind, id);
                    }
                }
                Err(AppendError::Known(known)) => {
                    let body = key.map_or([0; 32], |key| key.body);
                    return self.repeat(kind, id, body, &known).await;
                }
                Err(AppendError::FactChanged(index)) => {
                    let (fact, fact_kind) = facts_checked.get(index).ok_or(StoreError::Closed)?;
                    return Err(self.fact_changed(fact, *fact_kind));
                }
                Err(AppendError::NameTaken(index)) => {
                    let (scope, key) = names.into_iter().nth(index).unwrap_or_default();
                    return Err(ExecuteError::NameTaken { scope, key });
                }
                Err(AppendError::ClockSkew) if now.is_none() && !clock_checked_again => {
                    // It may only have waited too long in the queue.
                    clock_checked_again = true;
                }
                Err(AppendError::ClockSkew) => return Err(ExecuteError::ClockSkew),
                Err(AppendError::Backpressure) => return Err(ExecuteError::Backpressure),
                Err(AppendError::Store(error)) => return Err(error.into()),
            }
            context.now = decide_at();
        }
        drop(turn);
        Err(ExecuteError::Conflict {
            expected: last.0,
            actual: last.1,
        })
    }

    async fn append(&self, append: Append, after: Entry) -> Result<Position, AppendError> {
        let (answer, answered) = oneshot::channel();
        self.enqueue(Pending {
            append: Arc::new(append),
            after,
            answer,
        })
        .await?;
        answered
            .await
            .unwrap_or(Err(AppendError::Store(StoreError::Closed)))
    }

    /// The event as stored: encoded, with personal data sealed.
    async fn to_stored<A: Stream>(
        &self,
        stream: uuid::Uuid,
        event: &A::Event,
    ) -> Result<NewEvent, StoreError> {
        let id = new_id();
        let mut sealed = None;
        // Only a person's stream carries personal data; looking needs a copy.
        if A::TYPE == "user" {
            let mut copy = event.clone();
            if let Some(personal) = copy.personal()
                && let Personal::Clear(_) = personal
            {
                *personal = self.0.reader.persons.seal(stream, id, personal).await?;
                sealed = Some(copy);
            }
        }
        let payload = tenure_domain::codec::encode(sealed.as_ref().unwrap_or(event))
            .map_err(StoreError::Unwritable)?;
        Ok(NewEvent {
            id,
            type_name: event.type_name(),
            schema: event.schema_version(),
            payload,
            content: crate::chain::GENESIS,
        })
    }

    /// What the events claim and free, with personal names hashed.
    fn names<E: Recorded>(&self, stream: uuid::Uuid, events: &[E]) -> Vec<NameChange> {
        let reservations = events.iter().flat_map(|event| event.reservations(stream));
        reservations
            .map(|reservation| NameChange {
                scope: reservation.scope.text(),
                key: if reservation.scope.is_personal() {
                    self.0
                        .keys
                        .keyed_hash("reservations", reservation.key.as_bytes())
                        .to_vec()
                } else {
                    reservation.key.clone().into_bytes()
                },
                holder: reservation.holder,
                claim: matches!(reservation.change, ReservationChange::Claim),
                shown: reservation.key,
            })
            .collect()
    }

    /// The outcome of a command that was carried out before.
    async fn repeat<A: Stream>(
        &self,
        kind: i16,
        id: uuid::Uuid,
        body: [u8; 32],
        known: &Known,
    ) -> Outcome<A> {
        if known.body != body {
            return Err(ExecuteError::KeyReused);
        }
        let mut rows = Vec::new();
        self.0
            .log
            .page(known.position - 1, usize::from(known.events), &mut |row| {
                if row.kind != kind || row.stream != id {
                    return Err(row.unreadable(&"the command's id was used for another aggregate"));
                }
                rows.push((row.id, self.0.reader.decode_as::<A>(row)?));
                Ok(())
            })
            .await?;
        let mut events = Vec::with_capacity(rows.len());
        for (event_id, mut event) in rows {
            self.0.reader.open_one(id, event_id, &mut event).await?;
            events.push(event);
        }
        let Loaded { state, version } = self.state::<A>(id).await?;
        let position = known.position + u64::from(known.events) - 1;
        Ok(Executed {
            position,
            version,
            state,
            events,
            repeated: true,
        })
    }

    async fn known_command(&self, id: uuid::Uuid) -> Result<Option<Known>, StoreError> {
        let found: Option<(i64, i16, Vec<u8>)> = on_reader!(&self.0.database, |pool| {
            sqlx::query_as(
                "SELECT position, command_events, command_body FROM events
                 WHERE command = $1 AND command_events IS NOT NULL",
            )
            .bind(id)
            .fetch_optional(pool)
            .await?
        });
        Ok(found.map(|(position, events, body)| Known {
            position: position.cast_unsigned(),
            events: events.cast_unsigned(),
            body,
        }))
    }

    /// The caller will read the fact again: not from what is cached.
    fn fact_changed<R: std::error::Error>(&self, fact: &FactVersion, kind: i16) -> ExecuteError<R> {
        self.0.cache.forget(kind, fact.id);
        ExecuteError::FactChanged {
            kind: fact.kind,
            id: fact.id,
        }
    }

    fn keep_snapshot<A: Stream>(&self, kind: i16, id: uuid::Uuid, state: Arc<A>, version: u64) {
        let store = self.clone();
        tokio::spawn(async move {
            if let Err(error) = store.0.snapshots.save(kind, id, &*state, version).await {
                tracing::warn!(%error, stream = %id, "a snapshot was not kept");
            }
        });
    }
}

fn with_codes(facts: Vec<FactVersion>) -> Result<Vec<(FactVersion, i16)>, StoreError> {
    let with_code = |fact: FactVersion| match kind::code(fact.kind) {
        Some(code) => Ok((fact, code)),
        None => Err(StoreError::UnknownKind(fact.kind)),
    };
    facts.into_iter().map(with_code).collect()
}

fn shown(names: &[NameChange]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|name| (name.scope.clone(), name.shown.clone()))
        .collect()
}
