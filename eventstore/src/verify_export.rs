//! An export, verified on its own: no database, no keys but those that are trusted.

use crate::{
    ChainCheckpoint, Position, VerifyError,
    chain::{Content, Hash},
    export_format::{BEGUN, Begun, COMPLETE, Complete, EventLine},
    note::{Malformed, VerifierKey},
    verify::{Walk, expected},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::DateTime;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    io::{BufRead, Read},
};
use uuid::Uuid;

/// More than any event takes.
const LONGEST_LINE: u64 = 64 * 1024 * 1024;
/// How the last line begins.
const LAST_LINE: &[u8] = br#"{"type":"tenure.export.complete."#;

/// The export is what was written, as far as can be known from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedExport {
    /// Whose history, as it says.
    pub source: String,
    /// Position of the first event in it.
    pub first: Position,
    /// Position of the last.
    pub last: Position,
    /// Link of the last.
    pub hash: Hash,
    /// How many signed checkpoints about positions in it agree. Without any, only that it was not altered by accident is
    /// known.
    pub checkpoints: usize,
    /// The newest position that one of them is about.
    pub signed_up_to: Option<Position>,
}

/// Verifies what an export says against itself, its checkpoints and those from elsewhere, signed by `trusted`. Without
/// trusted keys no checkpoint counts.
///
/// # Errors
/// The first place where it is not what was written.
pub fn verify_export(
    lines: impl BufRead,
    trusted: &[VerifierKey],
    elsewhere: Vec<ChainCheckpoint>,
) -> Result<VerifiedExport, VerifyError> {
    let mut lines = Lines {
        from: lines,
        number: 0,
        sha256: Sha256::new(),
        line: Vec::new(),
    };
    if !lines.next()? {
        return Err(lines.wrong("it is empty"));
    }
    let begun: Begun = lines.parse()?;
    let previous = unhex(&begun.previous).filter(|_| begun.kind == BEGUN && begun.first > 0);
    let previous = previous.ok_or_else(|| lines.wrong("it is no export of this format"))?;
    let own: Result<Vec<ChainCheckpoint>, _> =
        begun.checkpoints.iter().map(|note| note.parse()).collect();
    let mut checkpoints = own.map_err(|error: Malformed| lines.wrong(&error.to_string()))?;
    checkpoints.extend(elsewhere);
    let signed = match trusted.is_empty() {
        true => HashMap::new(),
        false => expected(trusted, &checkpoints)?,
    };
    let mut walk = Walk::after(begun.first - 1, previous);
    walk.check_against(&signed)?;
    let complete: Complete = loop {
        let sha256 = hex::encode(lines.sha256.clone().finalize());
        if !lines.next()? {
            return Err(lines.wrong("the line that completes it is missing: it was cut off"));
        }
        if !lines.line.starts_with(LAST_LINE) {
            lines.event(&mut walk)?;
            walk.check_against(&signed)?;
            continue;
        }
        let complete: Complete = lines.parse()?;
        if complete.sha256 != sha256 {
            return Err(lines.wrong("the bytes before it have another hash"));
        }
        break complete;
    };
    let count = walk.position + 1 - begun.first;
    if complete.kind != COMPLETE
        || (complete.first, complete.last, complete.count) != (begun.first, walk.position, count)
        || complete.hash != hex::encode(walk.hash)
    {
        return Err(lines.wrong("it does not describe the lines before it"));
    }
    if lines.next()? {
        return Err(lines.wrong("it is behind the end"));
    }
    let within = |position: &&Position| (begun.first - 1..=walk.position).contains(position);
    Ok(VerifiedExport {
        checkpoints: signed.keys().filter(within).count(),
        signed_up_to: signed.keys().filter(within).max().copied(),
        source: begun.source,
        first: begun.first,
        last: walk.position,
        hash: walk.hash,
    })
}

struct Lines<R> {
    from: R,
    number: u64,
    sha256: Sha256,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    fn wrong(&self, reason: &str) -> VerifyError {
        VerifyError::Export {
            line: self.number,
            reason: reason.to_owned(),
        }
    }

    /// False at the end.
    fn next(&mut self) -> Result<bool, VerifyError> {
        self.number += 1;
        self.line.clear();
        let read = (&mut self.from)
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut self.line);
        read.map_err(|error| self.wrong(&error.to_string()))?;
        if !self.line.is_empty() && self.line.last() != Some(&b'\n') {
            return Err(self.wrong("it has no end: it was cut off"));
        }
        self.sha256.update(&self.line);
        Ok(!self.line.is_empty())
    }

    fn parse<T: DeserializeOwned>(&self) -> Result<T, VerifyError> {
        serde_json::from_slice(&self.line).map_err(|error| self.wrong(&error.to_string()))
    }

    fn event(&self, walk: &mut Walk) -> Result<(), VerifyError> {
        let event: EventLine<'_> = self.parse()?;
        let bytes = |text: &String| {
            BASE64_STANDARD
                .decode(text)
                .map_err(|_| self.wrong("it holds what is not base64"))
        };
        let subject = event.subject.split_once('/');
        let subject = subject.and_then(|(kind, id)| Some((kind, Uuid::try_parse(id).ok()?)));
        let (kind, stream) = subject.ok_or_else(|| self.wrong("its subject is no stream"))?;
        let time = DateTime::parse_from_rfc3339(&event.time);
        let time = time.map_err(|_| self.wrong("its time is none"))?;
        let hash = unhex(&event.hash).ok_or_else(|| self.wrong("its hash is none"))?;
        let payload = bytes(&event.data_base64)?;
        let command_body = event.commandbody.as_ref().map(bytes).transpose()?;
        let client_address = event.clientaddress.as_ref().map(bytes).transpose()?;
        let content = Content {
            id: event.id,
            kind,
            stream,
            version: event.streamversion,
            type_name: &event.type_name,
            schema: event.schemaversion,
            payload: &payload,
            actor: &event.actor,
            command: event.commandid,
            command_body: command_body.as_deref(),
            command_events: event.commandevents,
            correlation: event.correlationid,
            causation: event.causationid,
            client_address: client_address.as_deref(),
            trace: event.traceparent.as_deref(),
        };
        walk.step(event.position, time.timestamp_micros(), &content, &hash)
    }
}

fn unhex(text: &str) -> Option<Hash> {
    hex::decode(text).ok()?.try_into().ok()
}
