//! Who has to do something next about a request, and since when.

use crate::names::{Names, OwnerBody};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tenure_domain::{GroupId, UserId};
use utoipa::ToSchema;

/// Who holds a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeldBy {
    pub(crate) kind: HolderKind,
    /// The approval step that waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<String>,
    /// The people and groups of that step; missing where they are hidden from the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) people: Option<Vec<OwnerBody>>,
    /// Since when.
    pub(crate) since: DateTime<Utc>,
}

/// Kinds of holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum HolderKind {
    /// Who asked: a draft, or a question to answer.
    Requester,
    /// The approvers of the step that waits.
    Approvers,
    /// The step's time is over: its fallback approvers too.
    Fallback,
    /// The engines of the account's domain.
    Engine,
    /// Whoever can mend the cause of a failure, and retry; or the requester, who may withdraw.
    Operator,
    /// Nobody: it is done, rejected or withdrawn.
    Nobody,
}

/// These users and groups, with their names.
pub(crate) fn people(names: &Names, users: &[UserId], groups: &[GroupId]) -> Vec<OwnerBody> {
    let users = users.iter().map(|user| ("user", user.0));
    users
        .chain(groups.iter().map(|group| ("group", group.0)))
        .map(|(kind, id)| OwnerBody {
            kind,
            id,
            name: names.named(id).name,
        })
        .collect()
}
