//! The rules, as given/when/then: what each aggregate decides and refuses, and what follows from it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod accounts;
mod calibration;
mod campaigns;
mod changes;
mod changes_asked_for;
mod deputies;
mod drift;
mod drift_compared;
mod engines;
mod examples;
mod following;
mod giving_up;
mod gmsa;
mod imports;
mod lifecycle_document;
mod lifecycle_table;
mod migrations;
mod orders;
mod ownership;
mod people;
mod places;
mod properties;
mod reactions;
mod reminders;
mod removals;
mod requests;
mod revival;
mod scene;
mod schemas;
mod segregation;
mod steps;
mod story;
mod submission;
mod synchronisation;
mod templates;
