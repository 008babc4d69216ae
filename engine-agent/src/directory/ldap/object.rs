//! The directory object of an account, as read, and how it differs from what an order says.

use super::{
    descriptor::{self, Dacl},
    entry::Entry,
    gmsa::{self, ENCRYPTION_TYPES},
    readers::{self, Readers},
    useless, values,
};
use crate::{
    dn::Dn,
    fence::{Fence, Standing},
};
use ldap3::Mod;
use std::collections::HashSet;
use tenure_domain::{
    attribute,
    order::{DesiredState, Order},
};
use uuid::Uuid;

const CONTROL: &str = "userAccountControl";

/// The object, at the moment of reading.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) guid: Uuid,
    pub(super) dn: String,
    pub(super) entry: Entry,
    fence: Option<String>,
}

impl Object {
    /// What to ask the directory for: nothing that the order does not need, since a directory checks the reader's rights
    /// on every attribute, and a storm of orders is mostly reading.
    pub(super) fn attributes(order: &Order, fence_attribute: &str) -> Vec<String> {
        let desired = &order.desired;
        let mut names = vec!["objectGUID", CONTROL, "accountExpires", fence_attribute];
        if desired.enabled {
            names.push("pwdLastSet");
        }
        if desired.description.is_some() {
            names.push("description");
        }
        if !(desired.groups.is_empty() && desired.groups_left.is_empty()) {
            names.push("memberOf");
        }
        if desired.cannot_change_password.is_some() {
            names.push(descriptor::ATTRIBUTE);
        }
        if desired.gmsa.is_some() {
            names.extend(["objectClass", ENCRYPTION_TYPES, readers::ATTRIBUTE]);
        }
        if order.expects.is_some() {
            let asked = useless::attributes(order).into_iter();
            names.extend(asked.filter(|name| *name != "pwdLastSet" || !desired.enabled));
        }
        names
            .into_iter()
            .map(ToOwned::to_owned)
            .chain(desired.attributes.keys().cloned())
            .collect()
    }

    /// `None` for an entry without an objectGUID: nothing that Active Directory would return.
    pub(super) fn of(entry: Entry, fence_attribute: &str) -> Option<Self> {
        let fence = entry
            .text(fence_attribute)
            .map(std::borrow::Cow::into_owned);
        Some(Self {
            guid: entry.guid()?,
            dn: entry.dn.clone(),
            entry,
            fence,
        })
    }

    /// A name that stays valid when the object moves.
    pub(super) fn by_guid(&self) -> String {
        by_guid(self.guid)
    }

    pub(super) fn standing(&self, order: &Order) -> Standing {
        Standing::of(self.fence.as_deref(), order)
    }

    /// Does it still belong to the deleted account that the order revives?
    pub(super) fn is_to_be_taken_over(&self, order: &Order) -> bool {
        let whose = self.fence.as_deref().and_then(Fence::parse);
        order.revives.is_some() && whose.is_none_or(|fence| fence.account != order.account)
    }

    pub(super) fn same_fence(&self, other: &Self) -> bool {
        self.fence == other.fence
    }

    /// The compare-and-set of the fence: nothing of the modify applies if somebody else changed it since.
    pub(super) fn claim(&self, attribute: &str, fence: &str) -> Vec<Mod<Vec<u8>>> {
        let mut changes = self.unclaim(attribute);
        changes.push(Mod::Add(attribute.into(), one(fence)));
        changes
    }

    /// The same, and then there is none.
    pub(super) fn unclaim(&self, attribute: &str) -> Vec<Mod<Vec<u8>>> {
        let old = self.fence.iter();
        old.map(|old| Mod::Delete(attribute.into(), one(old)))
            .collect()
    }

    /// Is it a group managed service account? Only an order about one asks.
    pub(super) fn is_gmsa(&self) -> bool {
        let mut classes = self.entry.texts("objectClass");
        classes.any(|class| class.eq_ignore_ascii_case(gmsa::CLASS))
    }

    /// Who may retrieve its password; `None` if that is not said, or not in a form that is known.
    pub(super) fn readers(&self) -> Option<Readers> {
        Readers::parse(self.entry.bytes(readers::ATTRIBUTE)?)
    }

    /// Has it ever had a password?
    pub(super) fn has_password(&self) -> bool {
        self.entry.number("pwdLastSet").is_some_and(|at| at != 0)
    }

    pub(super) fn is_enabled(&self) -> bool {
        self.control() & values::DISABLED == 0
    }

    fn control(&self) -> i64 {
        self.entry
            .number(CONTROL)
            .unwrap_or(values::NORMAL_ACCOUNT | values::DISABLED)
    }

    /// userAccountControl for it to be enabled or not, if it is otherwise.
    fn switched(&self, enabled: bool) -> Option<String> {
        let differs = self.is_enabled() != enabled;
        differs.then(|| (self.control() ^ values::DISABLED).to_string())
    }

    /// The change by which it may sign in, or may not, if it is otherwise.
    pub(super) fn switch(&self, enabled: bool) -> Option<Mod<Vec<u8>>> {
        let control = self.switched(enabled)?;
        Some(Mod::Replace(CONTROL.into(), one(&control)))
    }

    /// Every attribute that is not as the order says, with the change that makes it so. Bits of userAccountControl that
    /// an order does not speak of stay as they are; a description that it does not give stays too.
    pub(super) fn differences(&self, desired: &DesiredState) -> Vec<(String, Mod<Vec<u8>>)> {
        let mut found = Vec::new();
        let mut replace = |name: &str, values: HashSet<Vec<u8>>| {
            found.push((name.to_owned(), Mod::Replace(name.into(), values)));
        };
        if let Some(control) = self.switched(desired.enabled) {
            replace(CONTROL, one(&control));
        }
        let expires = values::account_expires(desired.expires_at);
        if !values::same_expiry(expires, self.entry.number("accountExpires").unwrap_or(0)) {
            replace("accountExpires", one(&expires.to_string()));
        }
        if let Some(description) = &desired.description
            && !self.holds("description", std::slice::from_ref(description))
        {
            replace("description", one(description));
        }
        if let Some(gmsa) = &desired.gmsa {
            let bits = gmsa.encryption_bits();
            if self.entry.number(ENCRYPTION_TYPES) != Some(bits) {
                replace(ENCRYPTION_TYPES, one(&bits.to_string()));
            }
        }
        for (name, texts) in &desired.attributes {
            if !self.holds(name, texts) {
                replace(
                    name,
                    texts.iter().map(|text| text.clone().into_bytes()).collect(),
                );
            }
        }
        found
    }

    /// Is this one of the attribute's values?
    pub(super) fn has(&self, name: &str, text: &str) -> bool {
        let mut values = self.entry.texts(name);
        values.any(|value| value.eq_ignore_ascii_case(text))
    }

    fn holds(&self, name: &str, texts: &[String]) -> bool {
        let has: Vec<String> = self.entry.texts(name).map(str::to_owned).collect();
        attribute::same_values(&has, texts)
    }

    /// Who may do what to it; `None` if that cannot be read.
    pub(super) fn access_list(&self) -> Option<Dacl> {
        Dacl::parse(self.entry.bytes(descriptor::ATTRIBUTE)?)
    }

    /// Can it change its own password although it shall not, or the other way round?
    pub(super) fn password_change_deviates(&self, desired: &DesiredState) -> bool {
        let as_wanted = |denied| self.access_list().is_some_and(|list| list.says(denied));
        desired
            .cannot_change_password
            .is_some_and(|denied| !as_wanted(denied))
    }

    pub(super) fn lies_in(&self, ou: &str) -> bool {
        match (Dn::parse(&self.dn), Dn::parse(ou)) {
            (Some(dn), Some(ou)) => dn.parent() == ou,
            _ => false,
        }
    }

    /// Desired groups that it is not a member of.
    pub(super) fn missing_groups<'a>(&self, desired: &'a DesiredState) -> Vec<&'a str> {
        let has: Vec<_> = self.entry.texts("memberOf").filter_map(Dn::parse).collect();
        let missing = |group: &&str| Dn::parse(group).is_none_or(|group| !has.contains(&group));
        desired
            .groups
            .iter()
            .map(String::as_str)
            .filter(missing)
            .collect()
    }

    /// Groups that it is a member of and shall have left.
    pub(super) fn groups_to_leave<'a>(&self, desired: &'a DesiredState) -> Vec<&'a str> {
        let has: Vec<_> = self.entry.texts("memberOf").filter_map(Dn::parse).collect();
        let wanted: Vec<_> = desired
            .groups
            .iter()
            .filter_map(|group| Dn::parse(group))
            .collect();
        let leaves = |group: &&str| {
            Dn::parse(group).is_some_and(|group| has.contains(&group) && !wanted.contains(&group))
        };
        desired
            .groups_left
            .iter()
            .map(String::as_str)
            .filter(leaves)
            .collect()
    }

    /// Names of everything that is not as the order says; empty when it is carried out.
    pub(super) fn deviations(&self, desired: &DesiredState) -> Vec<String> {
        let mut names: Vec<_> = self
            .differences(desired)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        if !self.lies_in(&desired.ou) {
            names.push("organisational unit".into());
        }
        if self.password_change_deviates(desired) {
            names.push("cannot change password".into());
        }
        names.extend(
            self.missing_groups(desired)
                .into_iter()
                .map(|group| format!("member of {group}")),
        );
        names.extend(
            self.groups_to_leave(desired)
                .into_iter()
                .map(|group| format!("no member of {group}")),
        );
        names
    }
}

/// Active Directory takes this for a distinguished name.
pub(super) fn by_guid(guid: Uuid) -> String {
    format!("<GUID={guid}>")
}

fn one(text: &str) -> HashSet<Vec<u8>> {
    HashSet::from([text.as_bytes().to_vec()])
}
