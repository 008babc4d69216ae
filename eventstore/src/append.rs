//! What the append task is given, and what it answers.

use crate::{
    CommandKey, FactVersion, Position, StoreError,
    cache::Entry,
    chain::{Content, Hash},
};
use std::sync::Arc;
use tokio::sync::oneshot;
use uuid::Uuid;

/// The events of one command, ready but for their place in the history.
pub(crate) struct Append {
    pub(crate) kind: &'static str,
    pub(crate) kind_code: i16,
    pub(crate) stream: Uuid,
    /// The version decided at.
    pub(crate) expected: u64,
    /// Was that version made by an append of this process?
    pub(crate) own: bool,
    /// Microseconds of the time decided at.
    pub(crate) decided_at: i64,
    pub(crate) actor: Arc<str>,
    pub(crate) command: Option<CommandKey>,
    pub(crate) correlation: Uuid,
    pub(crate) causation: Option<Uuid>,
    /// Sealed.
    pub(crate) client_address: Option<Vec<u8>>,
    pub(crate) trace: Option<String>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) names: Vec<NameChange>,
    pub(crate) facts: Vec<(FactVersion, i16)>,
}

/// One event of an append.
pub(crate) struct NewEvent {
    pub(crate) id: Uuid,
    pub(crate) type_name: &'static str,
    pub(crate) schema: u16,
    pub(crate) payload: Vec<u8>,
    /// Its content hash, computed by [`Append::hash_contents`].
    pub(crate) content: Hash,
}

/// A claim or release, with the key as it is stored.
pub(crate) struct NameChange {
    pub(crate) scope: String,
    pub(crate) key: Vec<u8>,
    pub(crate) holder: Uuid,
    pub(crate) claim: bool,
    /// The name in clear, for the refusal.
    pub(crate) shown: String,
}

impl Append {
    /// Computes every event's content hash: done by the command's own task, before the append task orders it.
    pub(crate) fn hash_contents(&mut self) {
        let hashes: Vec<Hash> = (0..self.events.len())
            .map(|index| self.content(index).hash())
            .collect();
        for (event, hash) in self.events.iter_mut().zip(hashes) {
            event.content = hash;
        }
    }

    fn content(&self, index: usize) -> Content<'_> {
        let event = &self.events[index];
        Content {
            id: event.id,
            kind: self.kind,
            stream: self.stream,
            version: self.version_of(index),
            type_name: event.type_name,
            schema: event.schema,
            payload: &event.payload,
            actor: &self.actor,
            command: self.command.map(|command| command.id),
            command_body: self
                .first_of_command(index)
                .map(|command| command.body.as_slice()),
            command_events: self.first_of_command(index).map(|_| self.command_events()),
            correlation: self.correlation,
            causation: self.causation,
            client_address: self.client_address.as_deref(),
            trace: self.trace.as_deref(),
        }
    }

    /// The version that the event at `index` makes.
    pub(crate) fn version_of(&self, index: usize) -> u64 {
        self.expected + index as u64 + 1
    }

    /// The version after all events.
    pub(crate) fn version(&self) -> u64 {
        self.expected + self.events.len() as u64
    }

    /// The command, on its first event only.
    pub(crate) fn first_of_command(&self, index: usize) -> Option<&CommandKey> {
        if index == 0 {
            self.command.as_ref()
        } else {
            None
        }
    }

    /// How many events the command led to.
    pub(crate) fn command_events(&self) -> u16 {
        u16::try_from(self.events.len()).unwrap_or(u16::MAX)
    }
}

/// An append that waits for its batch.
pub(crate) struct Pending {
    pub(crate) append: Arc<Append>,
    /// The aggregate afterwards: cached once the append succeeded, before anybody is answered.
    pub(crate) after: Entry,
    pub(crate) answer: oneshot::Sender<Result<Position, AppendError>>,
}

/// Why one append of a batch was left out.
#[derive(Debug)]
pub(crate) enum AppendError {
    /// The stream is at another version.
    Stale { actual: u64 },
    /// The fact at this index is at another version.
    FactChanged(usize),
    /// The name change at this index claims another's name.
    NameTaken(usize),
    /// The command was carried out before.
    Known(Known),
    /// The time decided at is off.
    ClockSkew,
    /// Too many appends wait.
    Backpressure,
    /// The store failed.
    Store(StoreError),
}

/// A command that was carried out.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    /// Of its first event.
    pub(crate) position: Position,
    pub(crate) events: u16,
    pub(crate) body: Vec<u8>,
}
