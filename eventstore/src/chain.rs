//! The hash chain: what exactly is hashed. The format is a contract, described with test vectors in
//! `schemas/hash-chain.md` and `.json`.
//!
//! Two steps. The *content* hash covers the event and its envelope, and is computed by the task that executes the
//! command; the *link* covers the previous link, the position, the time and the content, and is computed by the one
//! append task, which therefore hashes two blocks an event however long the payload is.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// What comes before the first event.
pub const GENESIS: Hash = [0; 32];

/// An event and its envelope, as hashed.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// The event's id.
    pub id: Uuid,
    /// Kind of stream.
    pub kind: &'a str,
    /// Stream.
    pub stream: Uuid,
    /// Version of the stream that it makes.
    pub version: u64,
    /// Type name.
    pub type_name: &'a str,
    /// Schema version of the payload.
    pub schema: u16,
    /// Payload, with personal data sealed.
    pub payload: &'a [u8],
    /// Who, as text.
    pub actor: &'a str,
    /// Id of the command, where it had one.
    pub command: Option<Uuid>,
    /// On the first event of such a command: the hash of its body.
    pub command_body: Option<&'a [u8]>,
    /// On the first event of such a command: how many events it led to.
    pub command_events: Option<u16>,
    /// Correlation id.
    pub correlation: Uuid,
    /// Id of the event that led to the command.
    pub causation: Option<Uuid>,
    /// The client's address, sealed.
    pub client_address: Option<&'a [u8]>,
    /// Trace context.
    pub trace: Option<&'a str>,
}

impl Content<'_> {
    /// The content hash.
    #[must_use]
    pub fn hash(&self) -> Hash {
        let mut fields = Fields::new("tenure.event.1");
        fields.add(self.id.as_bytes());
        fields.add(self.kind.as_bytes());
        fields.add(self.stream.as_bytes());
        fields.add(&self.version.to_be_bytes());
        fields.add(self.type_name.as_bytes());
        fields.add(&self.schema.to_be_bytes());
        fields.add(self.payload);
        fields.add(self.actor.as_bytes());
        fields.add_optional(self.command.as_ref().map(|id| id.as_bytes().as_slice()));
        fields.add_optional(self.command_body);
        fields.add_optional(
            self.command_events
                .map(u16::to_be_bytes)
                .as_ref()
                .map(<[u8; 2]>::as_slice),
        );
        fields.add(self.correlation.as_bytes());
        fields.add_optional(self.causation.as_ref().map(|id| id.as_bytes().as_slice()));
        fields.add_optional(self.client_address);
        fields.add_optional(self.trace.map(str::as_bytes));
        fields.finish()
    }
}

/// The link at `position`, recorded at `recorded_at` (microseconds since 1970), after the link `previous`.
#[must_use]
pub fn link(previous: &Hash, position: u64, recorded_at: i64, content: &Hash) -> Hash {
    let mut fields = Fields::new("tenure.link.1");
    fields.add(previous);
    fields.add(&position.to_be_bytes());
    fields.add(&recorded_at.to_be_bytes());
    fields.add(content);
    fields.finish()
}

/// Every field with its length in front, so that no two lists of fields give the same bytes.
struct Fields(Sha256);

impl Fields {
    fn new(format: &str) -> Self {
        let mut fields = Self(Sha256::new());
        fields.add(format.as_bytes());
        fields
    }

    fn add(&mut self, field: &[u8]) {
        // Payloads are bounded far below 4 GiB; the absent marker stays free.
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX - 1);
        self.0.update(length.to_be_bytes());
        self.0.update(field);
    }

    fn add_optional(&mut self, field: Option<&[u8]>) {
        match field {
            Some(field) => self.add(field),
            None => self.0.update(u32::MAX.to_be_bytes()),
        }
    }

    fn finish(self) -> Hash {
        self.0.finalize().into()
    }
}
