//! The sandbox as synchronisation sees it. What an object has no field for is read of its attributes, by the names that
//! Active Directory gives them; instants are written as RFC 3339.

use super::SandboxObject;
use crate::fence::Fence;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use tenure_domain::{
    gmsa::Gmsa,
    ids::derived,
    synchronisation::{DirectoryGroup, DirectoryObject, DirectoryUnit, DirectoryUser},
};
use uuid::Uuid;

/// userAccountControl of an ordinary account and of a group managed service account, and what says that it is disabled.
const ORDINARY: i64 = 0x200;
const GMSA: i64 = 0x1000;
const DISABLED: i64 = 0x2;
/// Where the ends of groups' SIDs begin, as in a real domain.
const FIRST_SID: usize = 1_104;
/// The end of the SID of a group that every domain has.
const DOMAIN_ADMINS: usize = 512;

/// Names as they were configured: what is compared is folded.
pub(super) struct Places {
    pub(super) base: String,
    pub(super) units: Vec<String>,
    pub(super) groups: Vec<String>,
    /// Groups within groups, by the group that holds them.
    pub(super) nested: BTreeMap<String, Vec<String>>,
}

impl Places {
    /// Everything there is.
    pub(super) fn read(
        &self,
        objects: &[(Uuid, SandboxObject)],
        attributes: &[String],
    ) -> Vec<DirectoryObject> {
        let mut read = vec![unit(&self.base, false)];
        read.extend(self.units.iter().map(|dn| unit(dn, true)));
        read.extend(
            objects
                .iter()
                .map(|(id, object)| user(*id, object, attributes)),
        );
        for (index, dn) in self.groups.iter().enumerate() {
            let id = id(dn);
            read.push(DirectoryObject::Group(DirectoryGroup {
                id,
                name: name(dn).to_owned(),
                dn: dn.clone(),
                sid: format!("S-1-5-21-1-1-1-{}", end_of_sid(dn, index)),
                description: None,
            }));
            let is_in = |object: &SandboxObject| {
                let mut groups = object.groups.iter();
                groups.any(|group| group.eq_ignore_ascii_case(dn))
            };
            let members = objects.iter().filter(|(_, object)| is_in(object));
            let members = members.map(|(id, _)| *id);
            let mut nested = self.nested.iter();
            let nested = nested.find(|(holder, _)| holder.eq_ignore_ascii_case(dn));
            let nested = nested.into_iter().flat_map(|(_, held)| held);
            let members: Vec<_> = members.chain(nested.map(|dn| self::id(dn))).collect();
            if !members.is_empty() {
                read.push(DirectoryObject::Members { group: id, members });
            }
        }
        read
    }
}

fn id(dn: &str) -> Uuid {
    derived(&["sandbox", &dn.to_lowercase()])
}

fn end_of_sid(dn: &str, index: usize) -> usize {
    match name(dn) {
        "Domain Admins" => DOMAIN_ADMINS,
        _ => FIRST_SID + index,
    }
}

fn name(dn: &str) -> &str {
    let first = dn.split(',').next().unwrap_or_default();
    first.split_once('=').map_or(first, |(_, name)| name)
}

fn unit(dn: &str, organisational: bool) -> DirectoryObject {
    DirectoryObject::Unit(DirectoryUnit {
        id: id(dn),
        dn: dn.to_owned(),
        organisational,
    })
}

fn user(id: Uuid, object: &SandboxObject, asked: &[String]) -> DirectoryObject {
    let attribute = |name: &str| object.values(name)?.first().cloned();
    let count = |name: &str| object.values(name).map_or(0, <[_]>::len);
    let number = |name: &str| attribute(name)?.parse::<i64>().ok();
    let instant = |name: &str| attribute(name)?.parse::<DateTime<Utc>>().ok();
    let control = number("userAccountControl").unwrap_or_default();
    let mark = object.fence.as_deref().and_then(Fence::parse);
    let further = |name: &String| {
        let values = object.values(name).unwrap_or_default();
        (name.clone(), values.to_vec())
    };
    let gmsa = object.gmsa.as_ref();
    let kind = if gmsa.is_some() { GMSA } else { ORDINARY };
    DirectoryObject::User(Box::new(DirectoryUser {
        id,
        name: object.name.clone(),
        dn: object.dn(),
        display_name: attribute("displayName"),
        mail: attribute("mail"),
        description: object.description.clone(),
        manager: attribute("manager"),
        created: instant("whenCreated"),
        account_control: control | kind | if object.enabled { 0 } else { DISABLED },
        encryption_types: gmsa
            .map(Gmsa::encryption_bits)
            .or_else(|| number("msDS-SupportedEncryptionTypes")),
        principals: gmsa
            .filter(|_| mark.is_some())
            .map(|gmsa| gmsa.principals.clone()),
        managed_service_account: gmsa.is_some(),
        service_principal_names: u32::try_from(count("servicePrincipalName")).unwrap_or(u32::MAX),
        delegates: count("msDS-AllowedToDelegateTo") > 0,
        password_set: instant("pwdLastSet"),
        last_sign_in: instant("lastLogonTimestamp"),
        expires: object.expires_at,
        attributes: match mark {
            Some(_) => asked.iter().map(further).collect(),
            None => BTreeMap::new(),
        },
        mark: mark.map(Fence::mark),
        ..DirectoryUser::default()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_domain::discovery::{Criteria, Nested, Nesting, Signal, assess};

    const BASE: &str = "DC=lab,DC=example";

    fn dn(group: &str) -> String {
        format!("CN={group},OU=Groups,{BASE}")
    }

    #[test]
    fn groups_within_groups_and_the_usual_attributes_are_read_as_a_real_directory_gives_them() {
        let places = Places {
            base: BASE.into(),
            units: vec![],
            groups: vec![dn("Operators"), dn("Domain Admins")],
            nested: BTreeMap::from([(dn("domain admins"), vec![dn("Operators")])]),
        };
        let mut object = SandboxObject::foreign("sync", &format!("OU=Servers,{BASE}"));
        object.groups.insert(dn("operators"));
        for (name, value) in [
            ("userAccountControl", "65536"),
            ("pwdLastSet", "2019-05-01T00:00:00Z"),
            ("manager", "CN=Olga"),
        ] {
            object.attributes.insert(name.into(), vec![value.into()]);
        }
        let (mut nesting, mut seen) = (BTreeMap::new(), None);
        for read in places.read(&[(Uuid::from_u128(7), object)], &[]) {
            match read {
                DirectoryObject::Group(group) => {
                    let (name, sid) = (group.name, group.sid);
                    let members = vec![];
                    nesting.insert(group.id, Nested { name, sid, members });
                }
                DirectoryObject::Members { group, members } => {
                    nesting.get_mut(&group).unwrap().members = members;
                }
                DirectoryObject::User(user) => seen = Some(user),
                DirectoryObject::Unit(_) | DirectoryObject::Gone(_) => {}
            }
        }
        let user = seen.unwrap();
        assert_eq!(user.manager.as_deref(), Some("CN=Olga"));
        let privileged = Nesting(nesting).privileged();
        let of = privileged[&user.id].clone();
        let now = "2026-05-01T00:00:00Z".parse().unwrap();
        let signals = assess(user.seen(of), &Criteria::default(), now)
            .unwrap()
            .signals;
        let privileged = Signal::Privileged {
            groups: vec!["Domain Admins".into()],
        };
        assert_eq!(
            signals,
            [
                privileged,
                Signal::PasswordNeverExpires,
                Signal::OldPassword { days: 2_557 },
            ]
        );
    }
}
