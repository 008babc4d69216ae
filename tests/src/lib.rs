//! What the system tests stand on: a running Tenure on real services, and ways to look at it from outside.
//!
//! Nothing here knows Tenure's insides: processes are started as operators start them, talked to over HTTP, and
//! what they did is checked in the directory over LDAP and in the mails that a real server took.
//!
//! Start reading at `lab.rs`.
// Names that no other test uses are drawn here, and stories begin relative to today.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    missing_docs
)]

pub mod api;
pub mod beside;
pub mod controller;
pub mod distributed;
pub mod domain;
pub mod lab;
pub mod mail;
pub mod nats;
pub mod organisation;
pub mod postgres;
pub mod process;
pub mod small_disk;
pub mod topology;
pub mod until;
pub mod wire;
