//! What every store must do, on SQLite and on a real PostgreSQL.
//!
//! PostgreSQL's half needs `TENURE_TEST_POSTGRES`, the address of a server where databases may be made and dropped;
//! without it every such test says that it was not run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod support;

mod appends;
mod cancelled;
mod chain;
mod directories;
mod duties;
mod facts;
mod feed;
mod idempotency;
mod loading;
mod model;
mod names;
mod personal;
mod proof;
mod state_tables;
