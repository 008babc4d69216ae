//! Random people send random commands through a whole Tenure while parts of it die, and everything that docs promise of
//! every history holds (design.md §10); beside it a model written from product.md alone says what each answer and each
//! status must be.
//!
//! A run is drawn from a seed, which a failure names together with the moves that led to it. `TENURE_SEED=n` plays one
//! seed again; `TENURE_SOAK_SECONDS=n` plays fresh seeds for so long on each store.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod about;
mod compare;
mod draw;
mod engines;
mod faults;
mod gateways;
mod give;
mod history;
mod model;
mod play;
mod pulse;
mod read_models;
mod run;
mod steps;
mod tampering;
mod world;

use run::{Store, soak};

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_and_whatever_dies_the_invariants_hold_and_the_model_agrees_on_sqlite() {
    soak(Store::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_people_do_and_whatever_dies_the_invariants_hold_and_the_model_agrees_on_postgres()
{
    soak(Store::Postgres).await;
}
