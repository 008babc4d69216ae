//! The broker as its two sides use it: the same contract in process and on a real nats-server, then what only the
//! real server can show.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, missing_docs)]

#[path = "broker/contract.rs"]
mod contract;
#[path = "broker/event_stream.rs"]
mod event_stream;
#[path = "broker/failure.rs"]
mod failure;
#[path = "broker/forgery.rs"]
mod forgery;
#[path = "broker/permission.rs"]
mod permission;
#[path = "broker/world.rs"]
mod world;
