//! What is wanted of an object against what was read of it. Pure.

use super::{Difference, DriftField, GroupIndex, Membership, Observed};
use crate::{
    account::Comparable,
    attribute,
    dn::{Dn, place},
    gmsa::{EncryptionType, Gmsa},
    name,
    order::{DesiredState, Mark},
};
use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// What is said otherwise.
    pub differences: Vec<Difference>,
    /// What could not be compared, since it was not read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_compared: Vec<String>,
    /// Does the object carry an earlier order than the last one? Then it was read before that, or on another domain
    /// controller, or somebody has put the old mark back.
    #[serde(default)]
    pub earlier: bool,
}

/// Compares; `None` = there is no such object.
#[must_use]
pub fn compare(
    expected: &Comparable,
    observed: Option<&Observed>,
    groups: &GroupIndex,
) -> Comparison {
    let mut found = Comparison::default();
    let Some(observed) = observed else {
        let gone = Difference::one(DriftField::Existence, "there", "gone");
        found.differences.push(gone);
        return found;
    };
    let desired = &expected.desired;
    found.mark(expected, observed.mark);
    let wanted_name = desired.sam_account_name();
    if name::folded(&wanted_name) != name::folded(&observed.name) {
        found.one(DriftField::Name, &wanted_name, &observed.name);
    }
    match observed.enabled {
        Some(enabled) if enabled == desired.enabled => {}
        Some(enabled) => found.one(DriftField::Enabled, yes(desired.enabled), yes(enabled)),
        None => found.not_compared.push(DriftField::Enabled.text().into()),
    }
    let whole = |at: Option<DateTime<Utc>>| at.map(|at| at.trunc_subsecs(0));
    if whole(desired.expires_at) != whole(observed.expires) {
        let (wanted, is) = (end(desired.expires_at), end(observed.expires));
        found.one(DriftField::Expiry, &wanted, &is);
    }
    let lies_in = place(&observed.dn);
    if Dn::parse(lies_in) != Dn::parse(&desired.ou) {
        found.one(DriftField::Ou, &desired.ou, lies_in);
    }
    // One that is not given stays as it is.
    if let Some(wanted) = &desired.description {
        let is: Vec<String> = observed.description.iter().cloned().collect();
        let wanted = std::slice::from_ref(wanted);
        if !attribute::same_values(wanted, &is) {
            let different = Difference::new(DriftField::Description, wanted, &is);
            found.differences.push(different);
        }
    }
    found.groups(desired, observed, groups);
    for (name, wanted) in &desired.attributes {
        match observed.values(name) {
            Some(is) if attribute::same_values(wanted, is) => {}
            Some(is) => {
                let different = Difference::new(DriftField::Attribute, wanted, is).of(name);
                found.differences.push(different);
            }
            None => found.not_compared.push(format!("attribute {name}")),
        }
    }
    if let Some(gmsa) = &desired.gmsa {
        found.gmsa(gmsa, observed);
    }
    if desired.cannot_change_password.is_some() {
        // It stands in the object's security descriptor, which is not read of everybody.
        found.not_compared.push("cannot change password".into());
    }
    found
}

impl Comparison {
    fn one(&mut self, field: DriftField, wanted: &str, is: &str) {
        self.differences.push(Difference::one(field, wanted, is));
    }

    fn mark(&mut self, expected: &Comparable, observed: Option<Mark>) {
        let (account, applied) = (expected.account, expected.applied);
        let is = match observed {
            None => "none".to_owned(),
            Some(mark) if mark.account != account => format!("account {}", mark.account),
            // One that failed may have got that far.
            Some(mark) if (applied..=expected.issued).contains(&mark.number) => return,
            Some(mark) => {
                self.earlier = mark.number < applied;
                format!("order {}", mark.number)
            }
        };
        self.one(DriftField::Mark, &format!("order {applied}"), &is);
    }

    /// The interval cannot change once the object is made.
    fn gmsa(&mut self, wanted: &Gmsa, observed: &Observed) {
        let bits = observed.encryption_types.unwrap_or(0);
        if bits != wanted.encryption_bits() {
            let (wanted, is) = (wanted.encryption_names(), EncryptionType::named_by(bits));
            let different = Difference::new(DriftField::EncryptionTypes, &wanted, &is);
            self.differences.push(different);
        }
        let Some(principals) = &observed.principals else {
            let field = DriftField::Principals.text();
            return self.not_compared.push(field.into());
        };
        // What is no distinguished name is nobody that was named.
        let named = |names: &[String]| {
            let parsed = names.iter().map(|name| Dn::parse(name).ok_or(name.clone()));
            parsed.collect::<HashSet<_>>()
        };
        if named(&wanted.principals) != named(principals) {
            let different = Difference::new(DriftField::Principals, &wanted.principals, principals);
            self.differences.push(different);
        }
    }

    fn groups(&mut self, desired: &DesiredState, observed: &Observed, groups: &GroupIndex) {
        let (member, no_member) = ("member", "no member");
        for group in &desired.groups {
            let is = match groups.membership(observed, group) {
                Membership::Member => continue,
                Membership::NoMember => no_member,
                Membership::NoSuchGroup => "no such group",
                Membership::NotRead => {
                    self.not_compared.push(format!("group {group}"));
                    continue;
                }
            };
            let different = Difference::one(DriftField::Group, member, is).of(group);
            self.differences.push(different);
        }
        let wanted: Vec<_> = desired
            .groups
            .iter()
            .filter_map(|dn| Dn::parse(dn))
            .collect();
        let is_wanted = |group: &str| Dn::parse(group).is_some_and(|dn| wanted.contains(&dn));
        for group in desired.groups_left.iter().filter(|dn| !is_wanted(dn)) {
            match groups.membership(observed, group) {
                Membership::Member => {
                    let different = Difference::one(DriftField::Group, no_member, member);
                    self.differences.push(different.of(group));
                }
                Membership::NoMember | Membership::NoSuchGroup => {}
                Membership::NotRead => self.not_compared.push(format!("group {group}")),
            }
        }
    }
}

fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

fn end(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(
        || "never".to_owned(),
        |at| at.to_rfc3339_opts(SecondsFormat::Secs, true),
    )
}
