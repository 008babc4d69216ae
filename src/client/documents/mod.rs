//! Templates, roles and groups as documents in files (YAML, or JSON, which is YAML too), kept in git: by name, never by
//! id; applied as often as one likes, since only what differs is done.
//!
//! `read.rs` reads documents, `names.rs` puts ids where they have names and back, one file per kind compares a document
//! with what the server has and does what differs, `command.rs` is what people type.

mod command;
mod export;
mod groups;
mod names;
mod read;
mod roles;
mod simulate;
mod templates;

pub(super) use command::{ApplyArgs, DiffArgs, ExportArgs, apply, diff, export};
pub(super) use read::Kind;
pub(super) use simulate::{SimulateArgs, simulate};

use super::connection::Connection;
use serde_json::Value;

/// What applying a document does, or would do.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    kind: Kind,
    name: String,
    /// `unchanged`, `created`, `published a new version`.
    done: String,
}

/// One thing that the document says otherwise than the server.
#[derive(Debug)]
struct Difference {
    field: String,
    before: Option<Value>,
    after: Option<Value>,
}

/// How documents are applied.
struct Applying<'a> {
    connection: &'a Connection,
    /// Say what would be done, and do nothing.
    dry_run: bool,
    /// Templates are drafted and not published.
    draft_only: bool,
}

impl Applying<'_> {
    /// Gives the command, unless it is only to be told.
    async fn post(&self, path: &str, body: &Value) -> Result<Option<Value>, super::ClientError> {
        if self.dry_run {
            return Ok(None);
        }
        self.connection.post(path, body).await.map(Some)
    }
}

/// Puts names where a template has ids, for people who read it.
pub(super) async fn name_all(connection: &Connection, template: &mut Value) {
    names::Names::new(connection).name_all(template).await;
}
