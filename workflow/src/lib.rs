//! What makes things follow: facts are gathered and commands executed ([`Commands`]), events lead to commands
//! (`reactions.rs`) and work orders (`orders.rs`), reports to commands (`reports.rs`), due timers to commands
//! (`scheduler.rs`), engines asked what they can reach (`calibration.rs`), domains are read (`synchronisation/`) and compared with what was ordered (`drift/`), and the history
//! goes to NATS (`relay.rs`).
//!
//! **Architecture invariant:** no rules here; they are in the domain. Everything that runs by itself is at least
//! once, and a repeat is harmless: command ids are derived from what led to the command, orders are fenced.
//! A rebuild of read models runs nothing of this.
//!
//! Start reading at `run.rs`, which starts it all.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
pub mod approvers;
mod as_of;
pub mod calibration;
mod campaigns;
mod clock;
mod commands;
pub mod contact;
mod drift;
pub mod engine_health;
pub mod engine_log;
mod instance;
mod mark_pruning;
mod orders;
pub mod permissions;
mod reactions;
mod relay;
mod reports;
mod run;
mod scheduler;
mod sign_ins;
pub mod simulation;
pub mod synchronisation;

pub use access::{EngineAccess, EngineLogin, EngineNats, LoginError};
pub use clock::{ClockError, Progress as ClockProgress};
pub use commands::{Accepted, Caller, CommandError, Commands, FrozenPopulation};
pub use instance::{EngineDirectory, Instance, Settings};
pub use mark_pruning::prune as prune_timer_marks;
pub use run::{Work, run};
