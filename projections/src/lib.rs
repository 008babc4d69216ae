//! Read models: what people and the workflow look at, folded from the history, and the runner that keeps them.
//!
//! Each model is one file in `models/`: its tables, its fold (pure: events and the rows they touch → changed rows) and
//! its queries, which are methods of [`Views`]. The runner (`runner.rs`) reads a page of the feed and applies it
//! (`apply.rs`): checkpoint and rows in one transaction. [`Views::rebuild`] makes a new generation of tables beside the
//! old one; an SQL view of a fixed name shows the active one. [`Views::wait_for`] lets people read their own writes.
//!
//! **Architecture invariant:** nothing here decides anything, and nothing here is the truth: every table can be dropped
//! and built anew from the store, and a rebuild emits nothing. The compare-and-set of a checkpoint is the only fence
//! between two runners. One text of every query serves PostgreSQL and SQLite.
//!
//! Start reading at `models/accounts.rs`, then `read_model.rs`, `apply.rs` and `runner.rs`.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![warn(clippy::wildcard_enum_match_arm)]

mod apply;
mod audit_search;
mod bulk;
mod cell;
mod checkpoint;
mod database;
mod error;
mod forget;
#[cfg(test)]
mod fresh;
mod generation;
mod history;
mod list;
mod models;
mod names;
mod past;
mod progress;
mod read_model;
mod rebuild;
mod runner;
mod search;
mod table;
mod views;

pub use audit_search::AuditSearch;
pub use error::ViewError;
pub use list::{Count, Cursor, EXACT, LONGEST_PAGE, Page, Paged, SortOrder, Start};
pub use models::{
    account_totals::EndsOfWeek,
    accounts::{
        AccountFilter, AccountRow, AccountSort, AccountStage, OutstandingOrder, REMOVED_WITHOUT,
        RemovalRow, Trouble,
    },
    api_tokens::ApiTokenRow,
    approvals::{Voices, WaitingApproval, WaitingFilter},
    audit::{AuditFilter, AuditRow},
    campaigns::{CampaignRow, CampaignStatus, ClosedCampaign},
    domains::DomainRow,
    drifts::{DriftFilter, DriftRow, DriftSort, DriftStanding},
    engines::EngineRow,
    groups::GroupRow,
    population::FrozenAccounts,
    requests::{
        GivenApproval, Holder, Rejection, RequestFilter, RequestOrder, RequestRow, RequestSort,
        StepProgress, Submitted,
    },
    review_list::ReviewFilter,
    review_totals::ReviewerTotal,
    reviews::{DecidedReview, FollowedReview, ReviewRow, ReviewStanding},
    roles::RoleRow,
    templates::{PublishedVersion, TemplateFilter, TemplateRow, TemplateStatus},
    users::{UserFilter, UserRow, UserSort},
};
pub use rebuild::RebuildProgress;
pub use views::{ModelStatus, Views};
