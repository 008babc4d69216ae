//! A changed role: which permissions its holders would lose or gain, beside what their other roles give.

use crate::permission::{Feature, Permission, Permissions, Reach, Verb, reach};

/// A permission that would reach as far no more, or farther.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub permission: Permission,
    /// How far it reaches; `None` = not at all.
    pub before: Option<Reach>,
    /// How far it would reach.
    pub after: Option<Reach>,
}

impl Changed {
    /// Does it reach less far?
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.after < self.before
    }
}

/// What changes for somebody who holds a role that grants `role` and would grant `draft`, beside `others`.
#[must_use]
pub fn changed_permissions(
    others: &[Permissions],
    role: &Permissions,
    draft: &Permissions,
) -> Vec<Changed> {
    let cells = Feature::ALL
        .iter()
        .flat_map(|feature| Verb::ALL.iter().map(|verb| (*feature, *verb)));
    cells
        .map(|(feature, verb)| Changed {
            permission: Permission::new(feature, verb),
            before: reach(others.iter().chain([role]), feature, verb),
            after: reach(others.iter().chain([draft]), feature, verb),
        })
        .filter(|changed| changed.permission.exists() && changed.before != changed.after)
        .collect()
}
