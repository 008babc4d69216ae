//! Who reviews which account: a rule, its default, and nobody alone over what is theirs alone.

use crate::{group::everyone, ids::UserId, ownership::Owner, problem::Problem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who reviews which account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReviewerRule {
    /// Whom it is asked of.
    pub reviewers: Reviewers,
    /// Whom it is asked of where there is nobody else, or where somebody does not know.
    pub fallback: Owner,
    /// May somebody review an account that they own alone?
    #[serde(default)]
    pub self_review: bool,
}

/// Whom it is asked of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "who")]
pub enum Reviewers {
    /// The account's owners.
    #[default]
    Owners,
    /// Those of its owners that are groups.
    OwningGroups,
    /// The same for all.
    Named(Owner),
}

/// How many active people somebody is: a person, or the members of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Active {
    /// Nobody.
    Nobody,
    /// One.
    One(UserId),
    /// More.
    Several,
}

/// What is wrong with asking Everyone: where all are asked, nobody in particular is told, reminded or responsible.
#[must_use]
pub fn nobody_in_particular(who: &Owner) -> Option<Problem> {
    (*who == Owner::Group(everyone())).then(|| Problem::Malformed {
        expected: "somebody in particular: of Everyone nobody is told, and nobody is responsible"
            .into(),
    })
}

/// The one person who is accountable, if there is only one.
#[must_use]
pub fn sole_owner(owners: &[Owner], active: &impl Fn(&Owner) -> Active) -> Option<UserId> {
    let mut sole = None;
    for owner in owners {
        match active(owner) {
            Active::Nobody => {}
            Active::One(user) if sole.is_none_or(|known| known == user) => sole = Some(user),
            Active::One(_) | Active::Several => return None,
        }
    }
    sole
}

impl ReviewerRule {
    /// Who reviews an account of these owners; nobody, if nobody may.
    #[must_use]
    pub fn reviewers_of(&self, owners: &[Owner], active: &impl Fn(&Owner) -> Active) -> Vec<Owner> {
        let barred = match self.self_review {
            true => None,
            false => sole_owner(owners, active),
        };
        let may = |reviewer: &Owner| match active(reviewer) {
            Active::Nobody => false,
            Active::One(user) => Some(user) != barred,
            Active::Several => nobody_in_particular(reviewer).is_none(),
        };
        let asked: Vec<Owner> = match self.reviewers {
            Reviewers::Owners => owners.to_vec(),
            Reviewers::OwningGroups => {
                let groups = owners
                    .iter()
                    .filter(|owner| matches!(owner, Owner::Group(_)));
                groups.copied().collect()
            }
            Reviewers::Named(who) => vec![who],
        };
        let asked: Vec<Owner> = asked.into_iter().filter(may).collect();
        match asked.is_empty() {
            true => Some(self.fallback).into_iter().filter(may).collect(),
            false => asked,
        }
    }

    /// The users and groups that it names, each with its field.
    #[must_use]
    pub fn named(&self) -> Vec<(&'static str, Owner)> {
        let mut named = vec![("fallback", self.fallback)];
        if let Reviewers::Named(who) = self.reviewers {
            named.push(("reviewers", who));
        }
        named
    }
}
