//! The HTTP API: `/api/v1`, JSON, problems by RFC 9457, live changes by server-sent events; described by OpenAPI 3.1,
//! which is generated from the code and checked in as `schemas/openapi.json`.
//!
//! **Architecture invariant:** no rules here; they are in the domain. The gateway knows who asks, what they may do
//! (`access/permission_table.rs`, one row per route), and how a refusal is answered (`problem/table.rs`).
//!
//! **Architecture invariant:** what comes in is hostile until checked, and is never answered by a 5xx. What goes out
//! holds no secret, and no name that is hidden from the person who asks.
//!
//! Start reading at `server.rs`, then `access/authorise.rs`, then any file of `endpoints/`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod access;
mod app;
mod as_of;
mod command;
mod config;
mod credentials;
mod directory;
mod endpoints;
mod exporter;
mod held_by;
mod history;
mod list_export;
mod metrics;
mod names;
mod openapi;
mod pages;
mod people;
mod problem;
mod query;
mod request_story;
mod schema;
mod segregation;
mod server;
mod setup_code;

pub use config::GatewayConfig;
pub use credentials::give_passwords;
pub use openapi::openapi;
pub use server::{router, serve};
pub use setup_code::new_setup_code;
