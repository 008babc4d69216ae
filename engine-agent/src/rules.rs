//! What no order may contain, checked before anything is sent: Active Directory's own rules (also where a lenient server
//! would let them pass), and the limits of what an order may touch at all.

use crate::{dn::Dn, failure::failure};
use std::collections::BTreeSet;
use tenure_domain::{
    attribute,
    gmsa::{self, Gmsa},
    ids::DomainId,
    order::{DesiredState, Failure, FailureReason, Order, OrderKind},
};

/// sAMAccountName of a user: longer ones break logon on older systems, so Windows refuses them.
const LONGEST_NAME: usize = 20;
const LONGEST_DN: usize = 2_000;
/// In bytes: 4,096 UTF-16 units, as the core allows, written as UTF-8.
const LONGEST_VALUE: usize = 3 * 4_096;
const MOST_ATTRIBUTES: usize = 64;
const MOST_VALUES: usize = 64;
const MOST_GROUPS: usize = 256;
const MOST_PRINCIPALS: usize = 100;

/// What this engine may touch.
#[derive(Clone, Debug)]
pub(crate) struct Territory {
    pub(crate) domain: DomainId,
    pub(crate) base: Dn,
    pub(crate) fence_attribute: String,
}

impl Territory {
    /// Refuses an order that is not this engine's, or that breaks a rule.
    pub(crate) fn check(&self, order: &Order) -> Result<(), Failure> {
        if order.domain != self.domain {
            return refuse("the order is for another domain");
        }
        match order.desired.gmsa {
            Some(_) => gmsa_name(&order.desired.name)?,
            None => name(&order.desired.name)?,
        }
        if order.kind != OrderKind::Remove {
            self.desired(&order.desired)?;
        }
        Ok(())
    }

    fn desired(&self, desired: &DesiredState) -> Result<(), Failure> {
        self.inside("organisational unit", &desired.ou)?;
        if desired.groups.len() > MOST_GROUPS || desired.groups_left.len() > MOST_GROUPS {
            return refuse(format!("more than {MOST_GROUPS} groups"));
        }
        for group in desired.groups.iter().chain(&desired.groups_left) {
            self.inside("group", group)?;
        }
        if let Some(description) = &desired.description {
            value("description", description)?;
        }
        if let Some(gmsa) = &desired.gmsa {
            self.gmsa(gmsa, desired)?;
        }
        if desired.expires_at.is_some_and(|at| at.timestamp() <= 0) {
            return refuse("the expiry lies before 1970");
        }
        if desired.attributes.len() > MOST_ATTRIBUTES {
            return refuse(format!("more than {MOST_ATTRIBUTES} attributes"));
        }
        let mut seen = BTreeSet::new();
        for (attribute, values) in &desired.attributes {
            self.attribute(attribute)?;
            if !seen.insert(attribute.to_ascii_lowercase()) {
                return refuse(format!("attribute {attribute} is given twice"));
            }
            if values.len() > MOST_VALUES {
                return refuse(format!(
                    "attribute {attribute} has more than {MOST_VALUES} values"
                ));
            }
            values.iter().try_for_each(|text| value(attribute, text))?;
        }
        Ok(())
    }

    fn gmsa(&self, gmsa: &Gmsa, desired: &DesiredState) -> Result<(), Failure> {
        let principals = &gmsa.principals;
        if principals.is_empty() || principals.len() > MOST_PRINCIPALS {
            return refuse(format!("1 to {MOST_PRINCIPALS} may retrieve a password"));
        }
        for principal in principals {
            self.inside("principal", principal)?;
        }
        if gmsa.encryption_types.is_empty() {
            return refuse("no encryption type");
        }
        if !(1..=gmsa::LONGEST_INTERVAL_DAYS).contains(&gmsa.password_interval_days) {
            return refuse("the password interval is 1 to 365 days");
        }
        if desired.cannot_change_password.is_some() {
            return refuse("a group managed service account does not change its own password");
        }
        let mut attributes = desired.attributes.keys();
        match attributes.find(|name| gmsa::has_of_its_own(name)) {
            Some(name) => refuse(format!("an order may not set the attribute {name}")),
            None => Ok(()),
        }
    }

    fn inside(&self, what: &str, text: &str) -> Result<(), Failure> {
        let Some(dn) = (text.len() <= LONGEST_DN)
            .then(|| Dn::parse(text))
            .flatten()
        else {
            return refuse(format!(
                "the {what} is not a distinguished name: {}",
                excerpt(text)
            ));
        };
        if !dn.is_below(&self.base) {
            return refuse(format!(
                "the {what} lies outside the engine's base: {}",
                excerpt(text)
            ));
        }
        Ok(())
    }

    fn attribute(&self, attribute: &str) -> Result<(), Failure> {
        // An object identifier or an option (`unicodePwd;binary`) would slip past the list.
        let plain = attribute.starts_with(|c: char| c.is_ascii_alphabetic())
            && attribute.len() <= 64
            && attribute
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !plain {
            return refuse(format!("not an attribute's name: {}", excerpt(attribute)));
        }
        if attribute::is_reserved(attribute)
            || attribute.eq_ignore_ascii_case(&self.fence_attribute)
        {
            return refuse(format!("an order may not set the attribute {attribute}"));
        }
        Ok(())
    }
}

/// The rules for sAMAccountName; the name is the object's common name too.
fn name(name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.encode_utf16().count() > LONGEST_NAME {
        return refuse(format!(
            "an account's name has 1 to {LONGEST_NAME} characters: {}",
            excerpt(name)
        ));
    }
    if let Some(c) = name
        .chars()
        .find(|c| c.is_control() || "\"/\\[]:;|=,+*?<>@".contains(*c))
    {
        return refuse(format!(
            "an account's name may not contain {}",
            c.escape_default()
        ));
    }
    if name.ends_with(['.', '$']) || name.trim() != name {
        return refuse(
            "an account's name may not end with a dot or a dollar sign, nor begin or end with a space",
        );
    }
    Ok(())
}

/// It is a host's name too, and the directory's own name of it has a dollar sign behind it.
fn gmsa_name(name: &str) -> Result<(), Failure> {
    if name.is_empty() || name.len() > gmsa::LONGEST_NAME || gmsa::forbidden_in(name).is_some() {
        return refuse(format!(
            "the name of a group managed service account has 1 to {} letters, digits, hyphens and underscores: {}",
            gmsa::LONGEST_NAME,
            excerpt(name)
        ));
    }
    Ok(())
}

fn value(attribute: &str, text: &str) -> Result<(), Failure> {
    if text.is_empty() || text.len() > LONGEST_VALUE || text.contains('\0') {
        return refuse(format!(
            "a value of {attribute} has 1 to {LONGEST_VALUE} bytes, none of them zero"
        ));
    }
    Ok(())
}

fn refuse<T>(detail: impl AsRef<str>) -> Result<T, Failure> {
    Err(failure(FailureReason::InvalidOrder, detail))
}

/// The beginning of a hostile text, for the message.
fn excerpt(text: &str) -> String {
    text.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::{DateTime, Utc};
    use tenure_domain::{gmsa::EncryptionType, ids::AccountId, order::OrderNumber};
    use uuid::Uuid;

    fn territory() -> Territory {
        Territory {
            domain: DomainId(Uuid::from_u128(1)),
            base: Dn::parse("DC=corp,DC=example").unwrap(),
            fence_attribute: "extensionName".into(),
        }
    }

    fn order(change: impl FnOnce(&mut Order)) -> Order {
        let mut order = Order {
            domain: DomainId(Uuid::from_u128(1)),
            account: AccountId(Uuid::from_u128(2)),
            number: OrderNumber { epoch: 1, n: 1 },
            kind: OrderKind::Provision,
            object: None,
            revives: None,
            folder: None,
            moves_secret: false,
            expects: None,
            desired: DesiredState {
                name: "svc-payroll".into(),
                ou: "OU=Service Accounts,DC=corp,DC=example".into(),
                enabled: true,
                expires_at: None,
                description: Some("Payroll".into()),
                attributes: [("department".to_owned(), vec!["Finance".to_owned()])].into(),
                groups: vec!["CN=Batch,OU=Groups,DC=corp,DC=example".into()],
                ..DesiredState::default()
            },
            not_after: DateTime::<Utc>::MAX_UTC,
        };
        change(&mut order);
        order
    }

    fn refused(change: impl FnOnce(&mut Order)) -> bool {
        let order = order(change);
        match territory().check(&order) {
            Ok(()) => false,
            Err(failure) => {
                assert_eq!(failure.reason, FailureReason::InvalidOrder);
                assert!(failure.detail.len() < 300, "{}", failure.detail);
                true
            }
        }
    }

    #[test]
    fn an_ordinary_order_passes() {
        assert!(!refused(|_| ()));
        assert!(!refused(
            |order| order.desired.name = "Jörg O'Neill-1_x!".into()
        ));
        assert!(!refused(|order| drop(
            order
                .desired
                .attributes
                .insert("servicePrincipalName".into(), vec!["http/x".into()])
        )));
    }

    #[test]
    fn an_order_for_another_domain_is_refused() {
        assert!(refused(|order| order.domain = DomainId(Uuid::from_u128(9))));
    }

    #[test]
    fn names_that_windows_refuses_are_refused() {
        for name in [
            "",
            " x",
            "x ",
            "x.",
            "x$",
            "a@b",
            "a\"b",
            "a,b",
            "a*b",
            "a\0b",
            "a\nb",
            "abcdefghijklmnopqrstu",
        ] {
            assert!(
                refused(|order| order.desired.name = name.into()),
                "{name:?}"
            );
        }
        assert!(refused(|order| order.desired.name = "x".repeat(10_000)));
        assert!(!refused(
            |order| order.desired.name = "abcdefghijklmnopqrst".into()
        ));
    }

    #[test]
    fn places_outside_the_base_are_refused() {
        for dn in [
            "OU=x,DC=other,DC=example",
            "DC=corp,DC=example",
            "OU=x\\,DC=corp,DC=example",
            "<GUID=ca1c336e-4fc3-4505-8be4-5780420217bc>",
            "",
        ] {
            assert!(refused(|order| order.desired.ou = dn.into()), "{dn}");
            assert!(
                refused(|order| order.desired.groups = vec![dn.into()]),
                "{dn}"
            );
            assert!(
                refused(|order| order.desired.groups_left = vec![dn.into()]),
                "{dn}"
            );
        }
    }

    #[test]
    fn privileged_attributes_are_refused_in_every_spelling() {
        for attribute in [
            "unicodePwd",
            "UNICODEPWD",
            "unicodePwd;binary",
            "1.2.840.113556.1.4.90",
            "userAccountControl",
            "sAMAccountName",
            "objectSid",
            "memberOf",
            "adminCount",
            "msDS-AllowedToDelegateTo",
            "msDS-AllowedToActOnBehalfOfOtherIdentity",
            "msDS-KeyCredentialLink",
            "nTSecurityDescriptor",
            "adminDescription",
            "extensionname",
            "",
            "a b",
        ] {
            let set = |order: &mut Order| {
                drop(
                    order
                        .desired
                        .attributes
                        .insert(attribute.into(), vec!["x".into()]),
                )
            };
            assert!(refused(set), "{attribute}");
        }
    }

    #[test]
    fn what_no_group_managed_service_account_can_be_is_refused() {
        let gmsa = |change: fn(&mut DesiredState, &mut Gmsa)| {
            refused(|order| {
                let desired = &mut order.desired;
                desired.name = "gmsa-payroll".into();
                let mut gmsa = Gmsa {
                    principals: vec!["CN=Web,OU=Groups,DC=corp,DC=example".into()],
                    encryption_types: vec![EncryptionType::Aes256],
                    password_interval_days: 30,
                };
                change(desired, &mut gmsa);
                desired.gmsa = Some(Box::new(gmsa));
            })
        };
        assert!(!gmsa(|_, _| ()));
        assert!(!gmsa(|desired, _| desired.name = "abcdefghijklmno".into()));
        assert!(gmsa(|desired, _| desired.name = "abcdefghijklmnop".into()));
        assert!(gmsa(|desired, _| desired.name = "web$".into()));
        assert!(gmsa(|desired, _| desired.name = "a b".into()));
        assert!(gmsa(|_, gmsa| gmsa.principals.clear()));
        assert!(gmsa(
            |_, gmsa| gmsa.principals = vec!["CN=x,DC=other".into()]
        ));
        assert!(gmsa(
            |_, gmsa| gmsa.principals = vec!["CN=x,DC=corp,DC=example".into(); 101]
        ));
        assert!(gmsa(|_, gmsa| gmsa.encryption_types.clear()));
        assert!(gmsa(|_, gmsa| gmsa.password_interval_days = 0));
        assert!(gmsa(
            |desired, _| desired.cannot_change_password = Some(true)
        ));
        for name in [
            "dnsHostName",
            "msDS-SupportedEncryptionTypes",
            "msDS-GroupMSAMembership",
        ] {
            assert!(refused(|order| {
                order.desired.attributes = [(name.to_owned(), vec!["x".to_owned()])].into();
                order.desired.gmsa = Some(Box::new(Gmsa {
                    principals: vec!["CN=Web,OU=Groups,DC=corp,DC=example".into()],
                    encryption_types: vec![EncryptionType::Aes256],
                    password_interval_days: 30,
                }));
            }));
        }
    }

    #[test]
    fn values_are_bounded_and_hold_no_zero_byte() {
        for value in [String::new(), "a\0b".into(), "x".repeat(13_000)] {
            assert!(refused(|order| drop(
                order
                    .desired
                    .attributes
                    .insert("info".into(), vec![value.clone()])
            )));
            assert!(refused(
                |order| order.desired.description = Some(value.clone())
            ));
        }
        assert!(refused(|order| drop(
            order
                .desired
                .attributes
                .insert("Department".into(), vec!["x".into()])
        )));
        assert!(refused(
            |order| order.desired.groups = vec!["CN=x,DC=corp,DC=example".into(); 300]
        ));
    }
}
