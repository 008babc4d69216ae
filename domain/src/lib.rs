//! Tenure's rules: what may happen to templates, requests, accounts, people, domains and engines, and what follows.
//!
//! Everything here is pure. An aggregate *decides* (`decide.rs`): a function of its state, a command and a context
//! ([`Context`]: time, actor, facts of other aggregates) to events or one refusal. It *evolves* by events, which
//! cannot fail. What follows from an event elsewhere is in `reactions`, what is due when in `timers`.
//!
//! **Architecture invariant:** no clock, no randomness, no I/O, no SQL. Time and ids come in as values. The only
//! `async` is in the signature of cqrs-es's `handle`.
//!
//! Start reading at `account/` (its `decide.rs`, then `lifecycle.rs` for the end-of-lifecycle table), then
//! `request/`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

pub mod account;
pub mod api_token;
pub mod attribute;
pub mod calibration;
pub mod campaign;
pub mod codec;
pub mod context;
pub mod decide;
pub mod deputy;
pub mod directory;
pub mod discovery;
pub mod dn;
pub mod drift;
pub mod email_template;
pub mod engine;
pub mod event;
pub mod gmsa;
pub mod group;
pub mod ids;
pub mod lifecycle;
pub mod name;
pub mod order;
pub mod ownership;
pub mod period;
pub mod permission;
pub mod problem;
pub mod reactions;
pub mod request;
pub mod review;
pub mod role;
pub mod segregation;
pub mod sentence;
pub mod simulation;
pub mod synchronisation;
pub mod template;
pub mod timers;
pub mod user;

pub use context::{Actor, Context};
pub use event::{Event, Personal, Recorded, Reservation, ReservationChange, Scope, Stream};
pub use ids::{
    AccountId, ApiTokenId, CampaignId, DomainId, EmailTemplateId, EngineId, GroupId, PopulationId,
    RequestId, ReviewId, RoleId, TemplateId, UserId,
};
