//! The lines of an exported history, as they are written and read. A contract, described in `schemas/export.md`.

use crate::{Position, StoreError, clock, record::Row};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use std::{borrow::Cow, io};
use uuid::Uuid;

/// Type of the first line.
pub(crate) const BEGUN: &str = "tenure.export.begun.1";
/// Type of the last line.
pub(crate) const COMPLETE: &str = "tenure.export.complete.1";

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begun {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Whose history.
    pub(crate) source: String,
    /// When it was exported.
    pub(crate) time: DateTime<Utc>,
    /// Position of the first event in it.
    pub(crate) first: Position,
    /// Link of the event before that one, in hex.
    pub(crate) previous: String,
    /// Signed notes: those about positions in it, and all before its end that hand over to another key.
    pub(crate) checkpoints: Vec<String>,
}

/// The last line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Complete {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) count: u64,
    pub(crate) first: Position,
    pub(crate) last: Position,
    /// Link of the last event, in hex.
    pub(crate) hash: String,
    /// Of all bytes before this line, in hex.
    pub(crate) sha256: String,
}

/// An event: attributes of CloudEvents 1.0, and what the chain covers beside them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventLine<'a> {
    pub(crate) specversion: Cow<'a, str>,
    pub(crate) id: Uuid,
    pub(crate) source: Cow<'a, str>,
    #[serde(rename = "type")]
    pub(crate) type_name: Cow<'a, str>,
    /// Kind and id of the stream: `account/018f…`.
    pub(crate) subject: String,
    /// To the microsecond.
    pub(crate) time: String,
    pub(crate) datacontenttype: Cow<'a, str>,
    pub(crate) position: Position,
    pub(crate) streamversion: u64,
    pub(crate) schemaversion: u16,
    pub(crate) actor: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandbody: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commandevents: Option<u16>,
    pub(crate) correlationid: Uuid,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) causationid: Option<Uuid>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clientaddress: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) traceparent: Option<Cow<'a, str>>,
    pub(crate) hash: String,
    /// The exact bytes that were hashed. Written by [`EventLine::write`].
    #[serde(skip_serializing)]
    pub(crate) data_base64: String,
}

impl<'a> EventLine<'a> {
    fn of(row: &'a Row<'_>, source: &'a str) -> Result<Self, StoreError> {
        let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
        let time = clock::instant(row.recorded_at);
        Ok(Self {
            specversion: "1.0".into(),
            id: row.id,
            source: source.into(),
            type_name: row.type_name.into(),
            subject: format!("{}/{}", row.kind()?, row.stream),
            time: time.to_rfc3339_opts(SecondsFormat::Micros, true),
            datacontenttype: "application/json".into(),
            position: row.position(),
            streamversion: u64::from(row.version.cast_unsigned()),
            schemaversion: row.schema.cast_unsigned(),
            actor: row.actor.into(),
            commandid: row.command,
            commandbody: row.command_body.map(base64),
            commandevents: row.command_events.map(i16::cast_unsigned),
            correlationid: row.correlation,
            causationid: row.causation,
            clientaddress: row.client_address.map(base64),
            traceparent: row.trace.map(Cow::from),
            hash: hex::encode(row.hash),
            data_base64: String::new(),
        })
    }

    /// Adds an event's line. Writing fails only for what no store holds.
    pub(crate) fn write(
        lines: &mut Vec<u8>,
        row: &'a Row<'_>,
        source: &'a str,
    ) -> Result<io::Result<()>, StoreError> {
        let line = Self::of(row, source)?;
        Ok(put(lines, &line).and_then(|()| append_payload(lines, row.payload)))
    }
}

/// Puts the payload into the line just written: most of it, which as a field would be copied three times and searched for
/// what JSON escapes.
fn append_payload(lines: &mut Vec<u8>, payload: &[u8]) -> io::Result<()> {
    lines.truncate(lines.len() - b"}\n".len());
    lines.extend_from_slice(b",\"data_base64\":\"");
    let begin = lines.len();
    lines.resize(begin + payload.len().div_ceil(3) * 4, 0);
    let text = lines.get_mut(begin..).unwrap_or_default();
    BASE64_STANDARD
        .encode_slice(payload, text)
        .map_err(io::Error::other)?;
    lines.extend_from_slice(b"\"}\n");
    Ok(())
}

/// Adds a line.
pub(crate) fn put(lines: &mut Vec<u8>, line: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *lines, line)?;
    lines.push(b'\n');
    Ok(())
}
