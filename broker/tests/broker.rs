//! The broker as its two sides use it: the same contract in process and on a real nats-server, then what only the
//! real server can show.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs,
    unreachable_pub
)]

/// Each of these functions becomes two tests, one for each backend.
macro_rules! contract {
    ($($name:ident),+ $(,)?) => {
        mod in_process {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::$name(crate::world::World::in_process()).await;
            })+
        }
        mod nats {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let Some(server) = crate::world::NatsServer::start() else { return };
                super::$name(crate::world::World::Nats(server)).await;
            })+
        }
    };
}

#[path = "broker/access.rs"]
mod access;
#[path = "broker/contract.rs"]
mod contract;
#[path = "broker/event_stream.rs"]
mod event_stream;
#[path = "broker/failure.rs"]
mod failure;
#[path = "broker/forgery.rs"]
mod forgery;
#[path = "broker/leaf.rs"]
mod leaf;
#[path = "broker/permission.rs"]
mod permission;
#[path = "broker/reveal.rs"]
mod reveal;
#[path = "broker/world.rs"]
mod world;
