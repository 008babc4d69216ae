//! What users rely on of the read models, on SQLite and on a real PostgreSQL (`TENURE_TEST_POSTGRES`, the address of an
//! administrator; every test makes a database of its own there). Driven by real commands, through the store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod campaigns;
mod drifts;
mod keeping;
mod lists;
mod past;
mod people;
mod random;
mod rebuilding;
mod timers;
mod world;

/// Each of these tests on each database.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::world::World::sqlite().await).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                match crate::world::World::postgres().await {
                    Some(world) => super::$name(world).await,
                    None => eprintln!("NOT RUN: TENURE_TEST_POSTGRES is not set"),
                }
            })+
        }
    };
}
pub(crate) use on_both;
