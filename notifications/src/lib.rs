//! E-mail and inbox about what happened: which events tell whom (`table.rs`), who that is at that moment (`recipients.rs`), what
//! the mail says (`message.rs`, `templates/`), and its way out (`notifier.rs`, `delivery.rs`).
//!
//! Mails are sent at least once, with a Message-ID derived from event and recipient, so that a repeat is recognised.
//!
//! **Architecture invariant:** no commands and no rules: this crate reads the history, and writes to its outbox only.
//! A rebuild of read models sends nothing.
//!
//! Start reading at `table.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod alarm;
mod codes;
mod delivery;
mod drift;
mod handed;
mod message;
mod notifier;
mod recipients;
pub mod table;

pub use alarm::{AlarmError, history_altered};
pub use delivery::{Delivery, MailError, SmtpConfig, SmtpTls};
pub use message::{Facts, Rendered, default_text, problems, render, render_text};
pub use notifier::Notifier;
