//! Work orders to the engines of a domain, their reports, what they read, revealing a secret, and the event stream for others:
//! over NATS JetStream, or within one process.
//!
//! [`CoreLink`] is the core's side and [`AgentLink`] an engine's. Both hide which broker they use
//! ([`BrokerConfig`]) and behave the same on either.
//!
//! **Architecture invariant:** nothing is durable here. The broker may lose every message; orders are re-issued
//! from events, and every receiver accepts repeats. This crate knows nothing of the event store, and reads no
//! clock.
//!
//! **Architecture invariant:** nothing that comes from the broker is believed because it came. Orders and reports
//! are signed, bound to their domain, limited in size; what does not fit is counted and taken away, and never
//! holds up what comes after it.
//!
//! Start reading at `core_link.rs` and `agent_link.rs`, then `nats/streams.rs` for what exists on the server.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod agent_link;
pub mod config;
pub mod contract;

pub mod core_link;
pub mod enrolment;
pub mod error;
#[cfg(test)]
mod examples;
pub mod hub;
mod hub_core;
pub mod keys;
mod lease;
pub mod nats;
mod refusal;
pub mod reveal;
pub mod signing;
pub mod subject;
pub mod wire;
mod work;

pub use agent_link::{AgentLink, OrderDelivery, SyncDelivery, WorkDelivery};
pub use config::{BrokerConfig, Leases, NatsConfig, NatsCredentials};
pub use core_link::{BrokerHealth, CoreLink, FromEngine, Issued, ReportDelivery};
pub use enrolment::Challenges;
pub use error::{BrokerError, Difference};
pub use hub::{Hub, in_process, in_process_with};
pub use keys::{AgentKeys, CoreKeys, EngineKeys};
pub use nats::account::AccountLink;
pub use nats::event_stream::EventStream;
pub use nats::leaf_config as nats_leaf;
pub use nats::operator::{EngineUser, Login, Operator};
pub use nats::published_event::{LastEvent, PublishedEvent, StreamError};
pub use nats::server_config as nats_config;
pub use reveal::{RevealReply, RevealRequest};
