//! The rules, as given/when/then: what each aggregate decides and refuses, and what follows from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod accounts;
mod examples;
mod lifecycle_table;
mod orders;
mod people;
mod places;
mod properties;
mod reactions;
mod reminders;
mod requests;
mod scene;
mod schemas;
mod segregation;
mod story;
mod submission;
mod templates;
