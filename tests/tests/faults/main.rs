//! Parts of the whole system die, freeze or run out of something while requests run through (design.md §10): afterwards
//! each account is there exactly once or its request failed with a reason; none is lost, none doubled.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod agent_killed;
mod agent_paused;
mod controller_killed;
mod disk_full;
mod gateway_killed;
mod kills;
mod passing;
mod pool;
mod two_gateways;
mod year_ahead;
