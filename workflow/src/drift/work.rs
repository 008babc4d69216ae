//! What is to be compared after a look at a domain.

use crate::synchronisation::{Known, Read, decoded};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use tenure_domain::{
    AccountId,
    synchronisation::{DirectoryGroup, DirectoryUser},
};
use tenure_eventstore::{Position, StoreError, state::DirectoryRow};
use uuid::Uuid;

/// What is to be compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct DriftWork {
    /// The synchronisation.
    pub(crate) run: Uuid,
    /// The history before anything was read: an account to which an order was given since is not compared.
    pub(crate) position: Position,
    /// All accounts of the domain.
    pub(crate) full: bool,
    /// Otherwise these.
    pub(crate) accounts: BTreeSet<AccountId>,
    /// And those of these objects.
    pub(crate) objects: BTreeSet<Uuid>,
    /// Objects that the directory said were deleted.
    pub(crate) deleted: BTreeSet<Uuid>,
}

impl DriftWork {
    /// This after what was left undone of an earlier look: the copy holds both.
    pub(crate) fn after(mut self, undone: Option<Self>) -> Self {
        if let Some(undone) = undone {
            self.full |= undone.full;
            self.accounts.extend(undone.accounts);
            self.objects.extend(undone.objects);
            self.deleted.extend(undone.deleted);
        }
        self
    }
}

/// Whom it concerns: accounts whose objects were read, were deleted, or came into or left a group.
pub(crate) fn concerned(read: &Read, known: &Known, full: bool) -> Result<DriftWork, StoreError> {
    let mut work = DriftWork {
        full,
        ..DriftWork::default()
    };
    if full {
        return Ok(work);
    }
    let before = |id: &Uuid| known.rows.get(id);
    let whose = |user: &DirectoryUser| user.mark.map(|mark| mark.account);
    let whose_before = |row: &DirectoryRow| Ok::<_, StoreError>(whose(&decoded(&row.content)?));
    for (id, user) in &read.users {
        work.accounts.extend(whose(user));
        if let Some(row) = before(id).filter(|row| is_user(row)) {
            work.accounts.extend(whose_before(row)?);
        }
    }
    for id in &read.gone {
        work.deleted.insert(*id);
        match before(id) {
            Some(row) if is_user(row) => work.accounts.extend(whose_before(row)?),
            Some(row) if is_group(row) => work.objects.extend(members(row)?.1),
            Some(_) | None => {}
        }
    }
    for (id, group) in &read.groups {
        let (dn, before) = match before(id).filter(|row| is_group(row)) {
            Some(row) => members(row)?,
            None => (String::new(), BTreeSet::new()),
        };
        let now: BTreeSet<_> = group.members.iter().copied().collect();
        let differing = before.symmetric_difference(&now);
        match dn == group.group.dn {
            true => work.objects.extend(differing),
            // Under another name it is another group, by which orders know it.
            false => work.objects.extend(before.union(&now)),
        }
    }
    Ok(work)
}

fn is_user(row: &DirectoryRow) -> bool {
    row.kind == crate::synchronisation::USER
}

fn is_group(row: &DirectoryRow) -> bool {
    row.kind == crate::synchronisation::GROUP
}

/// Name and members of a group in the copy.
fn members(row: &DirectoryRow) -> Result<(String, BTreeSet<Uuid>), StoreError> {
    let crate::synchronisation::CopiedGroup { group, members } = decoded(&row.content)?;
    let DirectoryGroup { dn, .. } = group;
    Ok((dn, members.into_iter().collect()))
}
