//! The agent against real directories: two Samba domains (started by `lab/ad-lab.sh with …`) and the sandbox.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::disallowed_methods,
    unreachable_pub
)]

mod active_directory;
mod agent;
mod away;
#[macro_use]
mod contract;
mod discovery;
mod gmsa;
mod hostile;
mod lab;
mod outage;
mod proxy;
mod reading;
mod removals;
mod rights;
mod subject;
mod vault;
