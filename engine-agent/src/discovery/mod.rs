//! Discovery on the spot, for people who only want to look: what was found in one domain, and the reports of it. The rules
//! are [`tenure_domain::discovery`]'s, the reading is in `directory/ldap/survey.rs`.

mod report;

pub use report::{csv, html};
pub use tenure_domain::discovery::{Candidate, Criteria, Findings, Risk, Seen, Signal, assess};
