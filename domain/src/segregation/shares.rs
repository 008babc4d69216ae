//! Who approved what share of whose requests.

use super::case::Case;
use crate::ids::UserId;
use std::collections::BTreeMap;

/// Approved requests, by who approved them and who asked.
#[derive(Clone, Debug, Default)]
pub struct Shares {
    /// By requester, then by approver.
    cells: BTreeMap<(UserId, UserId), Cell>,
    approved: BTreeMap<UserId, u64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    requests: u64,
    in_anothers_name: u64,
    overridden: u64,
    hides_approvers: bool,
}

/// What one person approved of another's requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// Who approved.
    pub approver: UserId,
    /// Who asked.
    pub requester: UserId,
    /// Requests that were approved, with this person's voice among the approvals of some step.
    pub requests: u64,
    /// Those of them to which this person gave a voice in another's name.
    pub in_anothers_name: u64,
    /// Requests that were approved with an override by this person.
    pub overridden: u64,
    /// All of the requester's that were approved, by whomever.
    pub of: u64,
    /// Hides one of them its approvers from the requester?
    pub hides_approvers: bool,
}

impl Shares {
    pub(super) fn add(&mut self, case: &Case) {
        let whose = case.whose();
        let requester = whose.requester;
        *self.approved.entry(requester).or_default() += 1;
        for (approver, in_name) in case.approvers() {
            let cell = self.cells.entry((requester, approver)).or_default();
            cell.requests += 1;
            cell.in_anothers_name += u64::from(in_name);
            cell.hides_approvers |= whose.hides_approvers;
        }
        for administrator in case.administrators() {
            let cell = self.cells.entry((requester, administrator)).or_default();
            cell.overridden += 1;
            cell.hides_approvers |= whose.hides_approvers;
        }
    }

    /// Each approver of each requester, by requester.
    pub fn iter(&self) -> impl Iterator<Item = Share> {
        self.cells
            .iter()
            .map(|((requester, approver), cell)| Share {
                approver: *approver,
                requester: *requester,
                requests: cell.requests,
                in_anothers_name: cell.in_anothers_name,
                overridden: cell.overridden,
                of: self.approved.get(requester).copied().unwrap_or_default(),
                hides_approvers: cell.hides_approvers,
            })
    }
}
