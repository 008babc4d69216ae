//! The whole system on real services: PostgreSQL, NATS, a mail server, two Active Directory domains.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

mod administration;
mod as_of;
mod bad_input;
mod calibration;
mod campaigns;
mod command_line;
mod configuration;
mod contact;
mod demo;
mod discovery;
mod documents;
mod drift;
mod enrolment;
mod exports;
mod following;
mod gmsa;
mod leaving;
mod lifecycle;
mod migration_of_many;
mod outage;
mod proof;
mod refusals;
mod removals;
mod reveal;
mod small;
mod story;
mod synchronisation;
