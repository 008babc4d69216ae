//! Discovery: which accounts of a domain look like service accounts and belong to nobody's lifecycle, what says so, and
//! which of them are risky. It judges what was read and changes nothing.
//!
//! [`signal`] names what can be seen in one account, [`assess`] sees it. The stand-alone command judges what an agent
//! reads on the spot, the core what the last synchronisation has read: by the same rules.

mod assess;
mod findings;
mod nesting;
mod signal;

pub use assess::{Criteria, Seen, assess};
pub use findings::{Findings, REPORT, Report};
pub use nesting::{
    Nested, Nesting, PRIVILEGED_BUILT_IN, PRIVILEGED_IN_DOMAIN, end_of_sid, is_privileged,
};
pub use signal::{Risk, Signal, SignalKind};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An account that looks like a service account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// objectGUID: stays when the account is renamed or moved.
    pub id: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Where it is.
    pub dn: String,
    /// What its description says.
    pub description: Option<String>,
    /// Distinguished name of its manager, who may know what it is for.
    pub manager: Option<String>,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// The worst of its signals.
    pub risk: Risk,
    /// What was seen, the riskiest first.
    pub signals: Vec<Signal>,
}
