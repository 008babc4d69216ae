//! What the core is told of what this engine does: the last lines, in short sentences, never a secret. The engine's own
//! log, on its machine, says more.

use crate::{
    agent::{BROKER_PAUSES, Inner},
    clock::Clock,
};
use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tenure_domain::{
    engine::log::{EngineLog, LogLevel, LogLine, MOST_LINES, plain},
    ids::{AccountId, EngineId, derived},
};
use tokio::{sync::Notify, time::sleep};
use uuid::Uuid;

/// Bytes of lines in one message.
const MOST_BYTES: usize = 40 * 1024;
/// What comes in one go is told in one go; and however much comes, no more often than this.
const GATHER: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_secs(2);

/// The last lines of one engine. What is pushed out before it was told is lost: the numbers show it.
pub(crate) struct Log {
    clock: Clock,
    start: Uuid,
    lines: Mutex<Lines>,
    news: Notify,
}

#[derive(Default)]
struct Lines {
    last: u64,
    kept: VecDeque<LogLine>,
}

impl Log {
    pub(crate) fn new(engine: EngineId, clock: Clock) -> Self {
        let micros = clock().timestamp_micros().to_string();
        Self {
            clock,
            start: derived(&["engine-log", &engine.to_string(), &micros]),
            lines: Mutex::default(),
            news: Notify::new(),
        }
    }

    pub(crate) fn info(&self, account: Option<AccountId>, sentence: impl AsRef<str>) {
        self.note(LogLevel::Info, account, sentence.as_ref());
    }

    pub(crate) fn warn(&self, account: Option<AccountId>, sentence: impl AsRef<str>) {
        self.note(LogLevel::Warning, account, sentence.as_ref());
    }

    pub(crate) fn error(&self, account: Option<AccountId>, sentence: impl AsRef<str>) {
        self.note(LogLevel::Error, account, sentence.as_ref());
    }

    pub(crate) fn note(&self, level: LogLevel, account: Option<AccountId>, sentence: &str) {
        let (at, sentence) = ((self.clock)(), plain(sentence));
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.last += 1;
        let number = lines.last;
        if lines.kept.len() == MOST_LINES {
            lines.kept.pop_front();
        }
        lines.kept.push_back(LogLine {
            number,
            at,
            level,
            account,
            sentence,
        });
        drop(lines);
        self.news.notify_one();
    }

    /// Lines after this number, the oldest first, as many as fit into a message.
    fn after(&self, number: u64) -> Vec<LogLine> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        let fits = |line: &&LogLine| {
            bytes += serde_json::to_vec(line).map_or(MOST_BYTES, |json| json.len() + 1);
            bytes <= MOST_BYTES
        };
        let newer = lines.kept.iter().filter(|line| line.number > number);
        newer.take_while(fits).cloned().collect()
    }
}

impl Inner {
    /// Tells the core what is new, now and then, for good.
    pub(crate) async fn tell_log(&self) {
        let (mut told, mut failures) = (0, 0);
        loop {
            let lines = self.log.after(told);
            let Some(newest) = lines.last().map(|line| line.number) else {
                self.log.news.notified().await;
                sleep(GATHER).await;
                continue;
            };
            let log = EngineLog {
                domain: self.domain,
                engine: self.engine,
                start: self.log.start,
                at: (self.clock)(),
                lines,
            };
            match self.link.tell_log(log).await {
                Ok(()) => {
                    (told, failures) = (newest, 0);
                    sleep(PAUSE).await;
                }
                Err(error) if error.is_transient() => {
                    sleep(BROKER_PAUSES.after(failures)).await;
                    failures = failures.saturating_add(1);
                }
                Err(error) => {
                    tracing::warn!(%error, "the broker refuses lines of the log");
                    told = newest;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Log {
        Log::new(EngineId(Uuid::from_u128(1)), crate::clock::system())
    }

    #[test]
    fn what_was_told_is_not_told_again_and_the_oldest_give_way() {
        let log = log();
        log.info(None, "one");
        log.warn(None, "two");
        let numbers =
            |after| -> Vec<u64> { log.after(after).iter().map(|line| line.number).collect() };
        assert_eq!(numbers(0), [1, 2]);
        assert_eq!(numbers(1), [2]);
        assert!(numbers(2).is_empty());
        for _ in 0..MOST_LINES {
            log.error(None, "more");
        }
        assert_eq!(numbers(0).len(), MOST_LINES);
        assert_eq!(numbers(0).first(), Some(&3));
    }

    #[test]
    fn long_lines_are_told_in_several_messages() {
        let log = log();
        for _ in 0..MOST_LINES {
            log.info(None, "\u{1f511}".repeat(1_000));
        }
        let first = log.after(0);
        assert!(first.len() < MOST_LINES);
        assert!(serde_json::to_vec(&first).unwrap().len() <= MOST_BYTES);
        let next = log.after(first.last().unwrap().number);
        assert_eq!(next[0].number, first.last().unwrap().number + 1);
    }
}
