//! The broker over NATS JetStream.

pub(crate) mod agent;
pub(crate) mod connection;
pub(crate) mod core;
pub mod event_stream;
pub(crate) mod pull;
pub mod server_config;
pub mod streams;

pub(crate) use agent::NatsAgent;
pub(crate) use connection::NatsAck;
pub(crate) use core::NatsCore;
