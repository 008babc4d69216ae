//! From stored rows to typed events: upcast, decoded, personal data opened. Every read path goes through here.

use crate::{
    InstanceKeys, StoreError, clock, personal::PersonKeys, record, record::Row,
    record::StoredEvent, seal::SealingKey, upcast::Upcasters,
};
use std::{borrow::Cow, sync::Arc};
use tenure_domain::{Event, Recorded, Stream};
use uuid::Uuid;

pub(crate) struct Reader {
    pub(crate) persons: Arc<PersonKeys>,
    upcasters: Upcasters,
    addresses: SealingKey,
}

impl Reader {
    pub(crate) fn new(persons: Arc<PersonKeys>, upcasters: Upcasters, keys: &InstanceKeys) -> Self {
        Self {
            persons,
            upcasters,
            addresses: keys.sealing("client addresses"),
        }
    }

    /// The event of a row; its personal data is still sealed.
    pub(crate) fn decode(&self, row: &Row<'_>) -> Result<StoredEvent, StoreError> {
        let kind = row.kind()?;
        let payload = self.payload(kind, row)?;
        let event =
            Event::decode(kind, row.type_name, &payload).map_err(|error| row.unreadable(&error))?;
        Ok(StoredEvent {
            position: row.position(),
            id: row.id,
            kind,
            stream: row.stream,
            version: u64::from(row.version.cast_unsigned()),
            event,
            actor: record::actor(row.actor),
            command: row.command,
            correlation: row.correlation,
            causation: row.causation,
            recorded_at: clock::instant(row.recorded_at),
            client_address: row
                .client_address
                .and_then(|sealed| self.open_address(row.correlation, sealed)),
            trace: row.trace.map(str::to_owned),
        })
    }

    /// The event of a row of `A`'s streams; its personal data is still sealed.
    pub(crate) fn decode_as<A: Stream>(&self, row: &Row<'_>) -> Result<A::Event, StoreError> {
        let payload = self.payload(A::TYPE, row)?;
        tenure_domain::codec::decode(row.type_name, &payload)
            .map_err(|error| row.unreadable(&error))
    }

    /// Opens the personal data of decoded events.
    pub(crate) async fn open_all(&self, events: &mut [StoredEvent]) -> Result<(), StoreError> {
        for stored in events {
            if let Some(personal) = stored.event.personal() {
                self.persons
                    .open(stored.stream, stored.id, personal)
                    .await?;
            }
        }
        Ok(())
    }

    /// Opens the personal data of an event that others share: they keep theirs as it is.
    pub(crate) async fn open_shared(
        &self,
        stored: &mut Arc<StoredEvent>,
    ) -> Result<(), StoreError> {
        if stored.event.has_personal() {
            self.open_all(std::slice::from_mut(Arc::make_mut(stored)))
                .await?;
        }
        Ok(())
    }

    /// Opens the personal data of one decoded event.
    pub(crate) async fn open_one<E: Recorded>(
        &self,
        stream: Uuid,
        id: Uuid,
        event: &mut E,
    ) -> Result<(), StoreError> {
        match event.personal() {
            Some(personal) => self.persons.open(stream, id, personal).await,
            None => Ok(()),
        }
    }

    pub(crate) fn seal_address(&self, correlation: Uuid, address: &str) -> Vec<u8> {
        self.addresses
            .seal(address.as_bytes(), correlation.as_bytes())
    }

    /// An address that does not open is not shown; the event is worth reading all the same.
    fn open_address(&self, correlation: Uuid, sealed: &[u8]) -> Option<String> {
        let address = self.addresses.open(sealed, correlation.as_bytes())?;
        String::from_utf8(address.to_vec()).ok()
    }

    fn payload<'a>(&self, kind: &str, row: &Row<'a>) -> Result<Cow<'a, [u8]>, StoreError> {
        self.upcasters
            .upcast(kind, row.type_name, row.schema.cast_unsigned(), row.payload)
            .map_err(|error| row.unreadable(&error))
    }
}
