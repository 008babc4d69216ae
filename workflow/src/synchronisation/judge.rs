//! What was read, put together and judged: which rows of the copy it changes, and which accounts are new to look at. Pure.

use super::copy::{CopiedGroup, GROUP, UNIT, USER, decoded, encoded, folded, number};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tenure_domain::{
    directory::FoundAccount,
    discovery::{Criteria, Nested, Nesting, Signal, assess},
    dn::place,
    synchronisation::{DirectoryObject, DirectoryUnit, DirectoryUser, SyncCounts, SyncSummary},
};
use tenure_eventstore::{StoreError, state::DirectoryRow};
use uuid::Uuid;

/// What an engine has read, put together.
#[derive(Debug, Default)]
pub(crate) struct Read {
    pub(crate) units: BTreeMap<Uuid, DirectoryUnit>,
    pub(crate) groups: BTreeMap<Uuid, CopiedGroup>,
    pub(crate) users: BTreeMap<Uuid, DirectoryUser>,
    pub(crate) gone: BTreeSet<Uuid>,
    counts: SyncCounts,
}

impl Read {
    /// Takes an object; members come behind their group. False if they do not.
    pub(super) fn take(&mut self, object: DirectoryObject) -> bool {
        self.counts.count(&object);
        match object {
            DirectoryObject::Unit(unit) => drop(self.units.insert(unit.id, unit)),
            DirectoryObject::Group(group) => {
                let (id, members) = (group.id, Vec::new());
                self.groups.insert(id, CopiedGroup { group, members });
            }
            DirectoryObject::Members { group, members } => {
                let Some(group) = self.groups.get_mut(&group) else {
                    return false;
                };
                group.members.extend(members);
            }
            DirectoryObject::User(user) => drop(self.users.insert(user.id, *user)),
            DirectoryObject::Gone(id) => drop(self.gone.insert(id)),
        }
        true
    }

    /// Why it does not count, although the engine said that it was all. A part that is missing must never look as if
    /// something had been deleted.
    pub(super) fn objection(&self, summary: &SyncSummary, knew_users: bool) -> Option<String> {
        if self.counts != summary.counts {
            let (arrived, said) = (&self.counts, &summary.counts);
            return Some(format!(
                "{} objects and {} memberships arrived, of {} and {} that the engine read",
                arrived.objects(),
                arrived.memberships,
                said.objects(),
                said.memberships
            ));
        }
        if summary.full && knew_users && self.users.is_empty() {
            return Some(
                "no account at all can be read any more: has the engine lost its rights?".into(),
            );
        }
        None
    }

    pub(super) fn changed(&self) -> impl Iterator<Item = Uuid> {
        let ids = self.units.keys().chain(self.groups.keys());
        ids.chain(self.users.keys()).copied()
    }
}

/// What the copy holds of what was read.
pub(crate) struct Known {
    /// By objectGUID: after a full look all of it, otherwise what was read, all groups, and whoever else is concerned.
    pub(crate) rows: HashMap<Uuid, DirectoryRow>,
    /// Privileged groups of each account, before.
    pub(super) privileged: BTreeMap<Uuid, Vec<String>>,
    /// The same from now on.
    pub(super) privileged_now: BTreeMap<Uuid, Vec<String>>,
    /// The same groups, for whoever has one of them as the primary group.
    pub(super) nesting: Nesting,
}

fn nested(group: &CopiedGroup) -> (Uuid, Nested) {
    let CopiedGroup { group, members } = group;
    let nested = Nested {
        name: group.name.clone(),
        sid: group.sid.clone(),
        members: members.clone(),
    };
    (group.id, nested)
}

/// The groups among these rows of the copy.
pub(super) fn nesting(rows: &[DirectoryRow]) -> Result<Nesting, StoreError> {
    let groups = rows.iter().filter(|row| row.kind == GROUP);
    let groups = groups.map(|row| Ok(nested(&decoded(&row.content)?)));
    Ok(Nesting(groups.collect::<Result<_, StoreError>>()?))
}

/// Groups as they were and as they are, from the copy's groups and what was read.
pub(super) fn nestings(
    known: &[DirectoryRow],
    read: &Read,
    full: bool,
) -> Result<(Nesting, Nesting), StoreError> {
    let before = nesting(known)?.0;
    let mut now = if full {
        BTreeMap::new()
    } else {
        before.clone()
    };
    now.extend(read.groups.values().map(nested));
    now.retain(|id, _| !read.gone.contains(id));
    Ok((Nesting(before), Nesting(now)))
}

/// Accounts whose privileges differ.
pub(super) fn differing(
    before: &BTreeMap<Uuid, Vec<String>>,
    now: &BTreeMap<Uuid, Vec<String>>,
) -> BTreeSet<Uuid> {
    let all = before.keys().chain(now.keys());
    all.filter(|id| before.get(*id) != now.get(*id))
        .copied()
        .collect()
}

/// What a synchronisation changes in the copy.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) rows: Vec<DirectoryRow>,
    pub(super) gone: Vec<Uuid>,
    /// Objects that are new, or that the directory describes differently.
    pub(super) changed: u32,
    /// Accounts that are new to look at, the riskiest first.
    pub(super) found: Vec<FoundAccount>,
}

/// Compares what was read with the copy.
pub(super) fn judge(
    read: Read,
    known: &Known,
    full: bool,
    criteria: &Criteria,
    now: DateTime<Utc>,
) -> Result<Changes, StoreError> {
    let mut changes = Changes::default();
    let mut users = read.users;
    // Those whose privileges differ are judged anew, although the directory says the same of them.
    for id in differing(&known.privileged, &known.privileged_now) {
        let row = known.rows.get(&id).filter(|row| row.kind == USER);
        if let Some(row) = row.filter(|_| !full && !read.gone.contains(&id)) {
            users.entry(id).or_insert(decoded(&row.content)?);
        }
    }
    let mut seen = BTreeSet::new();
    for unit in read.units.into_values() {
        seen.insert(unit.id);
        let row = row(unit.id, UNIT, &unit.dn, &unit.dn, encoded(&unit)?);
        changes.put(known, row);
    }
    for (id, mut group) in read.groups {
        seen.insert(id);
        // However they came, the same members make the same row.
        group.members.sort_unstable();
        group.members.dedup();
        let (name, dn) = (&group.group.name, &group.group.dn);
        let mut row = row(id, GROUP, name, dn, encoded(&group)?);
        row.search = searched(&[Some(name), group.group.description.as_ref()]);
        changes.put(known, row);
    }
    for user in users.into_values() {
        seen.insert(user.id);
        let row = user_row(user, known, criteria, now, &mut changes.found)?;
        changes.put(known, row);
    }
    changes.gone = if full {
        let gone = known.rows.keys().filter(|id| !seen.contains(*id));
        gone.copied().collect()
    } else {
        let gone = read.gone.iter().filter(|id| known.rows.contains_key(id));
        gone.copied().collect()
    };
    changes.found.sort_by(|one, two| {
        let of = |found: &FoundAccount| (std::cmp::Reverse(found.risk), folded(&found.name));
        of(one).cmp(&of(two))
    });
    Ok(changes)
}

impl Changes {
    fn put(&mut self, known: &Known, row: DirectoryRow) {
        let before = known.rows.get(&row.id);
        if before.is_none_or(|before| before.content != row.content) {
            self.changed += 1;
        }
        let same = before.is_some_and(|before| {
            before.content == row.content
                && before.judgement == row.judgement
                && before.risk == row.risk
        });
        if !same {
            self.rows.push(row);
        }
    }
}

fn row(id: Uuid, kind: i32, name: &str, dn: &str, content: Vec<u8>) -> DirectoryRow {
    DirectoryRow {
        id,
        kind,
        name_key: folded(name),
        place_key: folded(place(dn)),
        search: folded(name),
        content,
        ..DirectoryRow::default()
    }
}

/// As they are found.
fn signals(seen: &[Signal]) -> String {
    let words: Vec<_> = seen.iter().map(|signal| signal.kind().text()).collect();
    format!(" {} ", words.join(" "))
}

fn searched(texts: &[Option<&String>]) -> String {
    let texts: Vec<_> = texts.iter().flatten().map(|text| folded(text)).collect();
    texts.join("\n")
}

fn user_row(
    user: DirectoryUser,
    known: &Known,
    criteria: &Criteria,
    now: DateTime<Utc>,
    found: &mut Vec<FoundAccount>,
) -> Result<DirectoryRow, StoreError> {
    let mut made = row(user.id, USER, &user.name, &user.dn, encoded(&user)?);
    made.search = searched(&[
        Some(&user.name),
        user.display_name.as_ref(),
        user.mail.as_ref(),
        user.description.as_ref(),
    ]);
    if user.managed() || user.critical {
        return Ok(made);
    }
    let mut privileged = known.privileged_now.get(&user.id).cloned();
    // The primary group is not among those that an account is a member of.
    let primary = user
        .primary_group
        .and_then(|end| known.nesting.with_end(end));
    if let Some(of_primary) = primary.and_then(|group| known.privileged_now.get(&group)) {
        privileged
            .get_or_insert_default()
            .extend(of_primary.iter().cloned());
    }
    let mut privileged = privileged.unwrap_or_default();
    privileged.sort();
    privileged.dedup();
    let Some(candidate) = assess(user.seen(privileged), criteria, now) else {
        return Ok(made);
    };
    made.risk = number(candidate.risk);
    made.found_at = Some(now.timestamp_micros());
    made.judgement = encoded(&candidate.signals)?;
    made.signals = signals(&candidate.signals);
    let before = known.rows.get(&candidate.id);
    if before.is_none_or(|before| before.risk == 0 && before.account.is_none()) {
        found.push(FoundAccount {
            object: candidate.id,
            name: candidate.name,
            risk: candidate.risk,
        });
    }
    Ok(made)
}

#[cfg(test)]
mod tests;
