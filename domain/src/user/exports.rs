//! Files that people took out of Tenure: what is in them is beyond its reach, so it is on record who has it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Exported {
    /// The history as it is stored, with its proof.
    History,
    /// The audit trail.
    AuditTrail,
    /// A list of accounts.
    Accounts,
    /// A list of requests.
    Requests,
    /// What directories say otherwise than Tenure.
    Differences,
    /// Accounts that nobody manages.
    UnmanagedAccounts,
    /// Who approved whose requests.
    SegregationOfDuties,
    /// A certification campaign.
    Campaign,
}

impl Exported {
    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::History => "exported the history",
            Self::AuditTrail => "exported the audit trail",
            Self::Accounts => "exported a list of accounts",
            Self::Requests => "exported a list of requests",
            Self::Differences => "exported a list of differences with directories",
            Self::UnmanagedAccounts => "exported a list of unmanaged accounts",
            Self::SegregationOfDuties => "exported the report on segregation of duties",
            Self::Campaign => "exported a certification campaign",
        }
    }
}

/// The person took a file out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct UserExported {
    /// Of what.
    pub what: Exported,
}
