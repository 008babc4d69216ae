//! The agent that runs beside one directory: it takes signed work orders, makes the directory match what they say, and
//! reports what came of it.
//!
//! Architecture invariants:
//! - An agent serves exactly one domain. It has no database and no way to one: what it must remember between orders
//!   stands on the directory object itself (the fence) and in the vault.
//! - An order says what shall be, never how. Every order can be carried out again at any time without harm.
//! - A secret exists here, in the vault and in the directory, and nowhere else: no report, log, error or event holds one.
//! - Nothing here issues orders, knows templates or approvals, or decides whether an account should live.
//!
//! Start reading at [`directory::Directory`], then `directory/ldap/mod.rs`: check, claim, act, verify. [`agent::Agent`]
//! is the loop around it, `calibrate.rs` tells what it can reach, `log.rs` what it did, `reading.rs` hands over what the directory holds, [`vault`] keeps secrets, [`reveal`] hands one to the person who asked for it. [`discovery`] looks
//! for accounts that nobody manages.

pub mod agent;
mod backoff;
mod calibrate;
pub mod clock;
pub mod config;
pub mod directory;
pub mod discovery;
mod dn;
mod expected;
mod failure;
mod fence;
mod log;
mod pace;
mod reading;
pub mod reveal;
mod rules;
mod sealing;
pub mod vault;
