//! What an engine did, in short sentences: enough to see from afar why something does not go on. Its own log, on its own
//! machine, says more.

use crate::ids::{AccountId, DomainId, EngineId};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Lines that are kept of an engine.
pub const MOST_LINES: usize = 200;
/// Characters of a line's sentence.
pub const LONGEST_SENTENCE: usize = 300;

/// Lines of an engine's log, as it tells them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EngineLog {
    /// The engine's domain.
    pub domain: DomainId,
    /// Who says so.
    pub engine: EngineId,
    /// Its process: numbers begin anew with every start.
    pub start: Uuid,
    /// System time.
    pub at: DateTime<Utc>,
    /// The newest last; may have been told before.
    pub lines: Vec<LogLine>,
}

/// One thing that an engine did or met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LogLine {
    /// Counts the lines of one process: a gap says that there were more than are kept.
    pub number: u64,
    /// System time of the engine.
    pub at: DateTime<Utc>,
    /// How bad it is.
    pub level: LogLevel,
    /// Whose order it was about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// For people; never a secret.
    pub sentence: String,
}

/// How bad something is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LogLevel {
    /// As it should be.
    Info,
    /// It will be tried again, or somebody should look.
    Warning,
    /// It came to nothing.
    Error,
}

impl LogLine {
    /// Safe to keep and to show, whoever wrote it: one line, bounded, without control characters or those that turn the
    /// direction of writing.
    #[must_use]
    pub fn plain(mut self) -> Self {
        self.sentence = plain(&self.sentence);
        self
    }
}

/// One line of at most [`LONGEST_SENTENCE`] characters.
#[must_use]
pub fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if c.is_control() || turns(c) { ' ' } else { c };
    let mut plain: String = text.chars().take(LONGEST_SENTENCE).map(shown).collect();
    if text.chars().nth(LONGEST_SENTENCE).is_some() {
        plain.pop();
        plain.push('…');
    }
    plain
}

/// The lines that are kept once these were told too: the newest [`MOST_LINES`], each once, in the order in which the engine
/// wrote them.
#[must_use]
pub fn merged(kept: Vec<KeptLine>, told: EngineLog) -> Vec<KeptLine> {
    let start = told.start;
    let mut all = kept;
    for line in told.lines {
        let known = |kept: &KeptLine| kept.start == start && kept.line.number == line.number;
        if !all.iter().any(known) {
            let line = line.plain();
            all.push(KeptLine { start, line });
        }
    }
    // Times may be what they like: processes follow each other as they were heard of, and within one numbers are the order.
    let mut starts = Vec::new();
    for line in &all {
        if !starts.contains(&line.start) {
            starts.push(line.start);
        }
    }
    let age = |start| starts.iter().position(|known| *known == start);
    all.sort_by_key(|kept| (age(kept.start), kept.line.number));
    let surplus = all.len().saturating_sub(MOST_LINES);
    all.split_off(surplus)
}

/// A line, and the process that wrote it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLine {
    /// The process.
    pub start: Uuid,
    /// What it wrote.
    #[serde(flatten)]
    pub line: LogLine,
}
