//! The broker over NATS JetStream.

pub mod account;
pub(crate) mod agent;
mod claims;
pub(crate) mod connection;
pub(crate) mod core;
pub mod event_stream;
mod health;
pub mod leaf_config;
pub mod operator;
mod permissions;
pub mod published_event;
pub(crate) mod pull;
mod reveal;
pub mod server_config;
mod standing;
pub mod streams;

pub(crate) use agent::NatsAgent;
pub(crate) use connection::NatsAck;
pub(crate) use core::NatsCore;
