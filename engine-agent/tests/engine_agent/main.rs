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
mod contract;
mod hostile;
mod lab;
mod outage;
mod proxy;
mod subject;
mod vault;
