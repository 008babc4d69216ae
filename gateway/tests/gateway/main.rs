//! The gateway over a real connection, on an SQLite in memory and the broker within the process.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod account_acts;
mod accounts;
mod api_tokens;
mod approvals;
mod as_of;
mod audit_event;
mod bad_input;
mod calibration;
mod changes;
mod clones;
mod deputies;
mod drift;
mod enrolment;
mod followed_groups;
mod giving_up;
mod hidden_approvers;
mod idempotency;
mod leaving;
mod live;
mod migrations;
mod notifications;
mod objects;
mod people;
mod permission_matrix;
mod places;
mod removals;
mod renewals;
mod requests;
mod revival;
mod saved_views;
mod sign_in;
mod synchronisation;
mod templates;
mod timer_marks;
mod world;
