//! What synchronisation reads: organisational units, accounts, groups and who is in them, all or what changed.
//!
//! Changes are told by uSNChanged, which each domain controller counts for itself: the invocationId of its database says
//! whose numbers they are. Of deleted objects only those who may list them hear; others see them gone at the next full look.

use super::{
    LdapDirectory,
    connection::{Connection, Trouble},
    entry::Entry,
    gmsa,
    paged::Pages,
    readers::{self, Readers},
    survey::{generalized_time, sid, told},
    values,
};
use crate::{directory::WasRead, fence::Fence};
use ldap3::{Scope, controls::RawControl};
use std::collections::{BTreeMap, HashMap};
use tenure_domain::{
    attribute,
    order::Failure,
    synchronisation::{DirectoryGroup, DirectoryObject, DirectoryUnit, DirectoryUser, SyncMark},
};
use tokio::sync::mpsc;
use uuid::Uuid;

/// Containers that hold accounts since before there were organisational units; those of the system are hidden.
const UNITS: &str = "(|(objectClass=organizationalUnit)(objectClass=domainDNS)(objectClass=builtinDomain)\
    (&(objectClass=container)(!(showInAdvancedViewOnly=TRUE))))";
/// Accounts of people and services, not of computers. By class alone: a directory that also looks for the category of
/// changed objects takes twice as long (measured with Samba 4.17 and 10,000 accounts).
const USERS: &str = "(|(&(objectClass=user)(!(objectClass=computer)))(objectClass=msDS-GroupManagedServiceAccount)\
    (objectClass=msDS-ManagedServiceAccount))";
const GROUPS: &str = "(objectClass=group)";
const UNIT_ATTRIBUTES: [&str; 2] = ["objectGUID", "objectClass"];
const USER_ATTRIBUTES: [&str; 20] = [
    "objectGUID",
    "objectClass",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "mail",
    "description",
    "manager",
    "managedBy",
    "whenCreated",
    "userAccountControl",
    "msDS-SupportedEncryptionTypes",
    readers::ATTRIBUTE,
    "servicePrincipalName",
    "msDS-AllowedToDelegateTo",
    "pwdLastSet",
    "lastLogonTimestamp",
    "accountExpires",
    "primaryGroupID",
    "isCriticalSystemObject",
];
const GROUP_ATTRIBUTES: [&str; 5] = [
    "objectGUID",
    "sAMAccountName",
    "objectSid",
    "description",
    "member",
];
/// Names of members come with their objectGUIDs, which stay when they are renamed.
const EXTENDED_DN: &str = "1.2.840.113556.1.4.529";
const DELETED: &str = "isDeleted";
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";
/// Longest text of one attribute: what is longer is nobody's name.
const LONGEST: usize = 1_024;
/// The same of an attribute that is compared: more than any value that Tenure sets.
const LONGEST_VALUE: usize = 5_000;
/// So many that may retrieve a password are looked up: more do not fit into a message either.
const MOST_READERS: usize = 100;
/// Bytes of further attributes of one object: it is to fit into a message, whatever somebody writes into it.
const MOST_BYTES: usize = 24 * 1024;

impl LdapDirectory {
    pub(super) async fn read_all(
        &self,
        since: Option<SyncMark>,
        attributes: &[String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> Result<WasRead, Failure> {
        self.reading(since, attributes, pages).await.map_err(told)
    }

    async fn reading(
        &self,
        since: Option<SyncMark>,
        attributes: &[String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> Result<WasRead, Trouble> {
        let root = self.root().await?;
        let mark = self.mark(&root).await?;
        // Numbers of another controller, or of this one before it was restored, say nothing.
        let since = since.filter(|since| since.continues_at(&mark));
        let out = Out {
            connection: &self.connection,
            base: &self.config.base_dn,
            fence: &self.territory.fence_attribute,
            pages,
        };
        // Whatever the core asks for, secrets and what Tenure never sets are not read.
        let further: Vec<&str> = attributes
            .iter()
            .map(String::as_str)
            .filter(|name| attribute::name_problems("", name).is_empty())
            .collect();
        let is_read = |name: &&&str| {
            USER_ATTRIBUTES
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        };
        let mut asked = USER_ATTRIBUTES.to_vec();
        asked.extend(further.iter().filter(|name| !is_read(name)));
        let deletions_seen = match since {
            Some(since) => out.changes(&root, since, &asked, &further).await?,
            None => {
                out.search(UNITS, &UNIT_ATTRIBUTES, &[], unit).await?;
                out.objects(USERS, &asked, &further, &[]).await?;
                out.groups(GROUPS).await?;
                // Whoever reads all sees what is not there any more.
                true
            }
        };
        Ok(WasRead {
            full: since.is_none(),
            mark,
            deletions_seen,
        })
    }

    async fn root(&self) -> Result<Entry, Trouble> {
        let attributes = [
            "highestCommittedUSN",
            "dsServiceName",
            "defaultNamingContext",
        ];
        let root = self
            .connection
            .read("", attributes.map(str::to_owned).to_vec())
            .await?;
        root.ok_or_else(|| unreadable("rootDSE"))
    }

    /// Before anything is read: what changes meanwhile is read again the next time.
    async fn mark(&self, root: &Entry) -> Result<SyncMark, Trouble> {
        let service = root.text("dsServiceName");
        let service = service.ok_or_else(|| unreadable("dsServiceName"))?;
        let settings = self
            .connection
            .read(&service, vec!["invocationId".to_owned()])
            .await?;
        let invocation = settings.and_then(|settings| {
            Some(Uuid::from_bytes_le(
                settings.bytes("invocationId")?.try_into().ok()?,
            ))
        });
        let usn = root.number("highestCommittedUSN");
        Ok(SyncMark {
            invocation: invocation.ok_or_else(|| unreadable("invocationId"))?,
            usn: usn
                .and_then(|usn| u64::try_from(usn).ok())
                .ok_or_else(|| unreadable("highestCommittedUSN"))?,
        })
    }
}

fn unreadable(what: &str) -> Trouble {
    Trouble::unreachable(format!("the directory does not tell its {what}"))
}

/// On the way out.
struct Out<'a> {
    connection: &'a Connection,
    base: &'a str,
    fence: &'a str,
    pages: mpsc::Sender<Vec<DirectoryObject>>,
}

impl Connection {
    /// May the deleted objects be listed? Whoever may not does not find their container either.
    pub(super) async fn lists(&self, container: &str) -> Result<bool, Trouble> {
        let seen = self
            .search_with(
                container,
                Scope::Base,
                "(objectClass=*)",
                vec!["objectGUID".to_owned()],
                vec![show_deleted()],
            )
            .await;
        match seen {
            Ok((entries, _)) => Ok(!entries.is_empty()),
            Err(Trouble::Refused(_)) => Ok(false),
            Err(trouble) => Err(trouble),
        }
    }
}

impl Out<'_> {
    async fn search(
        &self,
        filter: &str,
        attributes: &[&str],
        controls: &[RawControl],
        object: impl Fn(&Entry) -> Option<DirectoryObject>,
    ) -> Result<(), Trouble> {
        let mut attributes: Vec<_> = attributes.iter().map(|name| (*name).to_owned()).collect();
        attributes.push(self.fence.to_owned());
        let search = Pages {
            base: self.base,
            filter,
            attributes: &attributes,
            controls,
        };
        let mut cookie = Some(Vec::new());
        while let Some(from) = cookie {
            let (entries, next) = self.connection.page(&search, &from).await?;
            self.hand_over(&entries, &object).await?;
            cookie = next;
        }
        Ok(())
    }

    /// Accounts and, where changes are asked for, units and what is deleted.
    async fn objects(
        &self,
        filter: &str,
        asked: &[&str],
        further: &[&str],
        controls: &[RawControl],
    ) -> Result<(), Trouble> {
        let mut attributes: Vec<_> = asked.iter().map(|name| (*name).to_owned()).collect();
        attributes.extend([self.fence.to_owned(), DELETED.to_owned()]);
        let search = Pages {
            base: self.base,
            filter,
            attributes: &attributes,
            controls,
        };
        let mut names = HashMap::new();
        let mut cookie = Some(Vec::new());
        while let Some(from) = cookie {
            let (entries, next) = self.connection.page(&search, &from).await?;
            let mut objects = Vec::with_capacity(entries.len());
            for entry in &entries {
                let object = if entry.text(DELETED).is_some_and(|deleted| deleted == "TRUE") {
                    // The container of what is deleted is marked so, too.
                    entry.guid().map(DirectoryObject::Gone)
                } else if is(entry, "user") || is(entry, "msDS-ManagedServiceAccount") {
                    match user(entry, self.fence, further) {
                        Some(mut user) => {
                            if user.mark.is_some() && is(entry, gmsa::CLASS) {
                                user.principals = self.principals(entry, &mut names).await?;
                            }
                            Some(DirectoryObject::User(Box::new(user)))
                        }
                        None => None,
                    }
                } else {
                    unit(entry)
                };
                objects.push(object.ok_or_else(|| lost(&entry.dn))?);
            }
            self.push(objects).await?;
            cookie = next;
        }
        Ok(())
    }

    /// Names of those who may retrieve the password, each looked up once; `None` if that is said in no form that is known.
    async fn principals(
        &self,
        entry: &Entry,
        names: &mut HashMap<String, String>,
    ) -> Result<Option<Vec<String>>, Trouble> {
        let Some(descriptor) = entry.bytes(readers::ATTRIBUTE) else {
            return Ok(Some(Vec::new()));
        };
        let Some(readers) = Readers::parse(descriptor) else {
            return Ok(None);
        };
        let mut principals = Vec::new();
        for sid in readers.sids() {
            if principals.len() == MOST_READERS {
                return Ok(None);
            }
            if !names.contains_key(&sid) {
                let object = format!("<SID={sid}>");
                let found = self.connection.read(&object, vec!["objectSid".to_owned()]);
                let name = found.await?.map(|found| found.dn);
                names.insert(sid.clone(), name.unwrap_or_else(|| sid.clone()));
            }
            principals.extend(names.get(&sid).cloned());
        }
        Ok(Some(principals))
    }

    async fn groups(&self, filter: &str) -> Result<(), Trouble> {
        let attributes = GROUP_ATTRIBUTES.map(str::to_owned);
        let search = Pages {
            base: self.base,
            filter,
            attributes: &attributes,
            controls: &[extended_names()],
        };
        let mut cookie = Some(Vec::new());
        while let Some(from) = cookie {
            let (entries, next) = self.connection.page(&search, &from).await?;
            let mut objects = Vec::with_capacity(2 * entries.len());
            for entry in &entries {
                let group = group(entry).ok_or_else(|| lost(&entry.dn))?;
                let id = group.id;
                objects.push(DirectoryObject::Group(group));
                let members = self.connection.members(id, entry).await?;
                if !members.is_empty() {
                    objects.push(DirectoryObject::Members { group: id, members });
                }
            }
            self.push(objects).await?;
            cookie = next;
        }
        Ok(())
    }

    /// What changed since; false if what was deleted cannot be seen. A directory may look at every object it has to find
    /// those of a number, so it is asked as seldom as possible: once for all but groups, which are few.
    async fn changes(
        &self,
        root: &Entry,
        since: SyncMark,
        asked: &[&str],
        further: &[&str],
    ) -> Result<bool, Trouble> {
        let context = root.text("defaultNamingContext").unwrap_or_default();
        let container = format!("CN=Deleted Objects,{context}");
        let deletions_seen = !context.is_empty() && self.connection.lists(&container).await?;
        let changed = format!("(uSNChanged>={})", since.usn.saturating_add(1));
        // What is deleted moves there, out of a part of the domain.
        let with_deleted = deletions_seen && self.base.eq_ignore_ascii_case(&context);
        let deleted = if with_deleted { "(isDeleted=TRUE)" } else { "" };
        let filter = format!("(&{changed}(|{UNITS}{USERS}{deleted}))");
        let controls = Vec::from_iter(with_deleted.then(show_deleted));
        self.objects(&filter, asked, further, &controls).await?;
        if deletions_seen && !with_deleted {
            let there = Out {
                base: &container,
                pages: self.pages.clone(),
                ..*self
            };
            let filter = format!("(&(isDeleted=TRUE){changed})");
            let gone = |entry: &Entry| entry.guid().map(DirectoryObject::Gone);
            let controls = [show_deleted()];
            there
                .search(&filter, &["objectGUID"], &controls, gone)
                .await?;
        }
        self.groups(&format!("(&{GROUPS}{changed})")).await?;
        Ok(deletions_seen)
    }

    /// An entry whose identity cannot be read would look as if it were not there: all of it counts as not read.
    async fn hand_over(
        &self,
        entries: &[Entry],
        object: &impl Fn(&Entry) -> Option<DirectoryObject>,
    ) -> Result<(), Trouble> {
        let objects = entries
            .iter()
            .map(|entry| object(entry).ok_or_else(|| lost(&entry.dn)));
        self.push(objects.collect::<Result<Vec<_>, _>>()?).await
    }

    async fn push(&self, objects: Vec<DirectoryObject>) -> Result<(), Trouble> {
        let sent = self.pages.send(objects).await;
        sent.map_err(|_| Trouble::unreachable("nobody takes what is read"))
    }
}

fn lost(dn: &str) -> Trouble {
    Trouble::unreachable(format!(
        "objectGUID, objectSid or sAMAccountName of {dn} is not readable"
    ))
}

fn unit(entry: &Entry) -> Option<DirectoryObject> {
    Some(DirectoryObject::Unit(DirectoryUnit {
        id: entry.guid()?,
        dn: entry.dn.clone(),
        organisational: is(entry, "organizationalUnit"),
    }))
}

fn is(entry: &Entry, class: &str) -> bool {
    entry
        .texts("objectClass")
        .any(|one| one.eq_ignore_ascii_case(class))
}

fn text(entry: &Entry, name: &str) -> Option<String> {
    let text = entry.text(name)?;
    Some(text.chars().take(LONGEST).collect())
}

/// Attributes as they are; one that is not there has no values, one that cannot be told is left out.
fn further(entry: &Entry, names: &[&str]) -> BTreeMap<String, Vec<String>> {
    let mut bytes = 0;
    let mut read = BTreeMap::new();
    for name in names {
        // So many values that the directory tells them in parts.
        if entry
            .named_like(&format!("{};range=", name.to_ascii_lowercase()))
            .is_some()
        {
            continue;
        }
        let values = entry.lossy_texts(name);
        let values: Vec<String> = values
            .map(|value| value.chars().take(LONGEST_VALUE).collect())
            .collect();
        bytes += name.len() + values.iter().map(|value| value.len() + 8).sum::<usize>();
        if bytes > MOST_BYTES {
            break;
        }
        read.insert((*name).to_owned(), values);
    }
    read
}

fn user(entry: &Entry, fence: &str, names: &[&str]) -> Option<DirectoryUser> {
    let time = |name| values::instant(entry.number(name)?);
    let count = |name| u32::try_from(entry.count(name)).unwrap_or(u32::MAX);
    let mark = entry.text(fence).and_then(|text| Fence::parse(&text));
    Some(DirectoryUser {
        id: entry.guid()?,
        name: text(entry, "sAMAccountName")?,
        dn: entry.dn.clone(),
        user_principal_name: text(entry, "userPrincipalName"),
        display_name: text(entry, "displayName"),
        mail: text(entry, "mail"),
        description: text(entry, "description"),
        manager: text(entry, "manager").or_else(|| text(entry, "managedBy")),
        created: text(entry, "whenCreated").and_then(|text| generalized_time(&text)),
        account_control: entry.number("userAccountControl").unwrap_or_default(),
        encryption_types: entry.number("msDS-SupportedEncryptionTypes"),
        service_principal_names: count("servicePrincipalName"),
        delegates: entry.count("msDS-AllowedToDelegateTo") > 0,
        password_set: time("pwdLastSet"),
        last_sign_in: time("lastLogonTimestamp"),
        expires: time("accountExpires"),
        managed_service_account: is(entry, gmsa::CLASS) || is(entry, "msDS-ManagedServiceAccount"),
        critical: entry
            .text("isCriticalSystemObject")
            .is_some_and(|value| value == "TRUE"),
        primary_group: entry
            .number("primaryGroupID")
            .and_then(|end| u32::try_from(end).ok()),
        attributes: mark.map(|_| further(entry, names)).unwrap_or_default(),
        mark: mark.map(Fence::mark),
        // They are looked up.
        principals: None,
    })
}

fn group(entry: &Entry) -> Option<DirectoryGroup> {
    Some(DirectoryGroup {
        id: entry.guid()?,
        name: text(entry, "sAMAccountName")?,
        dn: plain(&entry.dn).to_owned(),
        sid: sid(entry.bytes("objectSid")?)?,
        description: text(entry, "description"),
    })
}

/// `<GUID=…>;<SID=…>;CN=…`: the name behind it.
fn plain(dn: &str) -> &str {
    let mut rest = dn;
    while rest.starts_with('<') {
        match rest.split_once(">;") {
            Some((_, behind)) => rest = behind,
            None => return rest,
        }
    }
    rest
}

/// The objectGUID in front of a name.
pub(super) fn guid_of(dn: &str) -> Option<Uuid> {
    let (guid, _) = dn.strip_prefix("<GUID=")?.split_once('>')?;
    Uuid::try_parse(guid).ok()
}

/// SEQUENCE { flag INTEGER 1 }: GUIDs as text.
pub(super) fn extended_names() -> RawControl {
    RawControl {
        ctype: EXTENDED_DN.into(),
        crit: true,
        val: Some(vec![0x30, 3, 2, 1, 1]),
    }
}

fn show_deleted() -> RawControl {
    RawControl {
        ctype: SHOW_DELETED.into(),
        crit: true,
        val: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_name_of_a_member_is_read_with_its_object_guid() {
        let dn = "<GUID=6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f>;<SID=S-1-5-21-1-2-3-1104>;CN=a\\;b,DC=corp";
        assert_eq!(
            guid_of(dn).unwrap().to_string(),
            "6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f"
        );
        assert_eq!(plain(dn), "CN=a\\;b,DC=corp");
        assert_eq!(plain("CN=a,DC=corp"), "CN=a,DC=corp");
        assert_eq!(guid_of("CN=a,DC=corp"), None);
    }
}
