//! What discovery reads: the accounts that may be service accounts, and who is privileged, through nested groups too.

use super::{LdapDirectory, connection::Trouble, entry::Entry, values};
use crate::{
    discovery::{Criteria, Findings, Seen, assess},
    fence::Fence,
};
use chrono::{DateTime, NaiveDateTime, Utc};
use ldap3::ldap_escape;
use std::{cmp::Reverse, collections::HashMap};
use tenure_domain::{
    discovery::{PRIVILEGED_BUILT_IN, PRIVILEGED_IN_DOMAIN},
    order::{Failure, FailureReason},
};

const ATTRIBUTES: [&str; 15] = [
    "objectGUID",
    "objectClass",
    "sAMAccountName",
    "description",
    "manager",
    "managedBy",
    "whenCreated",
    "userAccountControl",
    "msDS-SupportedEncryptionTypes",
    "servicePrincipalName",
    "msDS-AllowedToDelegateTo",
    "pwdLastSet",
    "lastLogonTimestamp",
    "accountExpires",
    "primaryGroupID",
];
/// Member, however deep.
const IN_CHAIN: &str = "memberOf:1.2.840.113556.1.4.1941:";
const BIT_SET: &str = "userAccountControl:1.2.840.113556.1.4.804:";
/// Password never expires, either delegation.
const TELLING_BITS: i64 = 0x1_0000 | 0x8_0000 | 0x100_0000;

impl LdapDirectory {
    /// Accounts that look like service accounts, the riskiest first. Nothing is changed.
    ///
    /// # Errors
    /// When the directory does not answer, or refuses to. What was read until then is not returned: half a survey would
    /// look like a good one.
    pub async fn discover(
        &self,
        criteria: &Criteria,
        mut progress: impl FnMut(usize),
    ) -> Result<Findings, Failure> {
        let now = (self.clock)();
        // The words by which a directory refuses to look below what it does not hold help nobody.
        crate::directory::Directory::reachable(self).await?;
        let privileged = self.privileged().await?;
        let mut attributes: Vec<String> = ATTRIBUTES.map(str::to_owned).to_vec();
        attributes.push(self.territory.fence_attribute.clone());
        let (mut read, mut managed, mut candidates) = (0, 0, Vec::new());
        self.connection
            .search_all(
                &self.config.base_dn,
                &filter(criteria),
                &attributes,
                |page| {
                    read += page.len();
                    for entry in &page {
                        let fence = entry.text(&self.territory.fence_attribute);
                        if fence.is_some_and(|text| Fence::parse(&text).is_some()) {
                            managed += 1;
                        } else if let Some(seen) = seen(entry, &privileged) {
                            candidates.extend(assess(seen, criteria, now));
                        }
                    }
                    progress(read);
                },
            )
            .await
            .map_err(told)?;
        candidates.sort_by(|one, two| {
            (Reverse(one.risk), one.name.to_lowercase())
                .cmp(&(Reverse(two.risk), two.name.to_lowercase()))
        });
        Ok(Findings {
            domain: self.config.domain_name.clone(),
            base: self.config.base_dn.clone(),
            at: now,
            managed,
            candidates,
        })
    }

    async fn privileged(&self) -> Result<Privileged, Failure> {
        let root = self.read_told("", &["defaultNamingContext"]).await?;
        let root = root
            .as_ref()
            .and_then(|root| root.text("defaultNamingContext"));
        let domain = match root {
            Some(domain) => self.read_told(&domain, &["objectSid"]).await?,
            None => None,
        };
        let sid = domain
            .and_then(|domain| sid(domain.bytes("objectSid")?))
            .ok_or_else(|| {
                told(Trouble::unreachable(
                    "the directory does not tell the domain's SID",
                ))
            })?;
        let in_domain = PRIVILEGED_IN_DOMAIN.map(|end| (end, format!("<SID={sid}-{end}>")));
        let built_in = PRIVILEGED_BUILT_IN.map(|end| (end, format!("<SID=S-1-5-32-{end}>")));
        let mut privileged = Privileged::default();
        for (end, group) in in_domain.into_iter().chain(built_in) {
            // Enterprise Admins and Schema Admins exist in the forest's first domain only.
            let Some(group) = self.read_told(&group, &["sAMAccountName", "cn"]).await? else {
                continue;
            };
            let name = group.text("sAMAccountName").or_else(|| group.text("cn"));
            let name = name.unwrap_or_default().into_owned();
            privileged.names.insert(i64::from(end), name.clone());
            let filter = format!("({IN_CHAIN}={})", ldap_escape(group.dn.as_str()));
            self.connection
                .search_all(&self.config.base_dn, &filter, &["1.1".to_owned()], |page| {
                    for member in page {
                        let groups = privileged.members.entry(member.dn.to_lowercase());
                        let groups = groups.or_default();
                        if !groups.contains(&name) {
                            groups.push(name.clone());
                        }
                    }
                })
                .await
                .map_err(told)?;
        }
        Ok(privileged)
    }

    async fn read_told(&self, dn: &str, attributes: &[&str]) -> Result<Option<Entry>, Failure> {
        let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
        self.connection.read(dn, attributes).await.map_err(told)
    }
}

/// Accounts of people and services with something telling; computers and what the directory needs itself are left out.
fn filter(criteria: &Criteria) -> String {
    let names: String = criteria
        .name_patterns
        .iter()
        .map(|pattern| {
            // `*svc` is also the name of a managed service account, with `$` behind it.
            let value: Vec<_> = pattern
                .split('*')
                .map(|part| ldap_escape(part).into_owned())
                .collect();
            let value = value.join("*");
            if value.ends_with('*') {
                format!("(sAMAccountName={value})")
            } else {
                format!("(sAMAccountName={value})(sAMAccountName={value}$)")
            }
        })
        .collect();
    format!(
        "(&(|(&(objectCategory=person)(objectClass=user))(objectClass=msDS-GroupManagedServiceAccount)\
         (objectClass=msDS-ManagedServiceAccount))(!(isCriticalSystemObject=TRUE))\
         (|(servicePrincipalName=*)(msDS-AllowedToDelegateTo=*)({BIT_SET}={TELLING_BITS})\
         (objectClass=msDS-GroupManagedServiceAccount)(objectClass=msDS-ManagedServiceAccount){names}))"
    )
}

/// Who is in privileged groups.
#[derive(Default)]
struct Privileged {
    /// Groups of each account that is a member, by its distinguished name in lower case.
    members: HashMap<String, Vec<String>>,
    /// Names of the groups by the ends of their SIDs.
    names: HashMap<i64, String>,
}

impl Privileged {
    /// The primary group is not among those that an account is a member of.
    fn groups(&self, entry: &Entry) -> Vec<String> {
        let members = self.members.get(&entry.dn.to_lowercase());
        let mut groups = members.cloned().unwrap_or_default();
        let primary = entry.number("primaryGroupID");
        if let Some(name) = primary.and_then(|end| self.names.get(&end))
            && !groups.contains(name)
        {
            groups.push(name.clone());
        }
        groups
    }
}

fn seen(entry: &Entry, privileged: &Privileged) -> Option<Seen> {
    let text = |name| entry.text(name).map(std::borrow::Cow::into_owned);
    let time = |name| values::instant(entry.number(name)?);
    Some(Seen {
        id: entry.guid()?,
        name: text("sAMAccountName")?,
        dn: entry.dn.clone(),
        description: text("description"),
        manager: text("manager").or_else(|| text("managedBy")),
        created: text("whenCreated").and_then(|text| generalized_time(&text)),
        account_control: entry.number("userAccountControl").unwrap_or_default(),
        encryption_types: entry.number("msDS-SupportedEncryptionTypes"),
        service_principal_names: entry.count("servicePrincipalName"),
        delegates: entry.count("msDS-AllowedToDelegateTo") > 0,
        password_set: time("pwdLastSet"),
        last_sign_in: time("lastLogonTimestamp"),
        expires: time("accountExpires"),
        managed_service_account: entry.texts("objectClass").any(|class| {
            class.eq_ignore_ascii_case("msDS-GroupManagedServiceAccount")
                || class.eq_ignore_ascii_case("msDS-ManagedServiceAccount")
        }),
        privileged_groups: privileged.groups(entry),
    })
}

/// `20261121093000.0Z`
pub(super) fn generalized_time(text: &str) -> Option<DateTime<Utc>> {
    let digits = text.get(..14)?;
    Some(
        NaiveDateTime::parse_from_str(digits, "%Y%m%d%H%M%S")
            .ok()?
            .and_utc(),
    )
}

/// A SID in text, by MS-DTYP 2.4.2.
pub(super) fn sid(bytes: &[u8]) -> Option<String> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let [revision, count, authority @ ..] = head;
    let authority = authority
        .iter()
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (parts, rest) = rest.as_chunks::<4>();
    if parts.len() != usize::from(*count) || !rest.is_empty() {
        return None;
    }
    let parts = parts
        .iter()
        .map(|part| format!("-{}", u32::from_le_bytes(*part)));
    Some(format!(
        "S-{revision}-{authority}{}",
        parts.collect::<String>()
    ))
}

pub(super) fn told(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Away(failure) => failure,
        Trouble::Refused(refusal) => {
            crate::failure::failure(FailureReason::Other, refusal.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::TimeZone as _;

    #[test]
    fn a_sid_is_read_as_people_write_it() {
        let bytes = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];
        assert_eq!(sid(&bytes).unwrap(), "S-1-5-32-544");
        assert_eq!(sid(&bytes[..15]), None);
        assert_eq!(sid(&[1, 9]), None);
    }

    #[test]
    fn a_time_of_creation_is_read() {
        let at = Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap();
        assert_eq!(generalized_time("20261121093000.0Z"), Some(at));
        assert_eq!(generalized_time("yesterday"), None);
    }

    #[test]
    fn what_is_special_in_a_filter_is_text_in_a_pattern() {
        let criteria = Criteria {
            name_patterns: vec!["a(b)*".into()],
            ..Criteria::default()
        };
        assert!(filter(&criteria).contains("(sAMAccountName=a\\28b\\29*)"));
    }
}
