//! What the engine's account may do, as the directory itself works it out for whoever asks (Microsoft,
//! "allowedChildClassesEffective" and "allowedAttributesEffective"): before the first order fails for want of it. Only reads.

use super::{
    LdapDirectory, connection::Trouble, entry::Entry, gmsa, paged::Pages, readers, survey::told,
};
use serde::Serialize;
use tenure_domain::order::{Failure, FailureReason};

/// Written by every order, beside the fence.
const ALWAYS: [&str; 3] = ["userAccountControl", "accountExpires", "description"];
/// Written by a move, beside `name`, which the system itself keeps and which is never listed.
const MOVES: [&str; 1] = ["cn"];
const USERS: &str = "(&(objectCategory=person)(objectClass=user))";
const GMSAS: &str = "(objectClass=msDS-GroupManagedServiceAccount)";
const CHILD_CLASSES: &str = "allowedChildClassesEffective";
const ATTRIBUTES: &str = "allowedAttributesEffective";
/// Written of a group managed service account, beside what is written of every account.
const OF_GMSA: [&str; 2] = [readers::ATTRIBUTE, gmsa::ENCRYPTION_TYPES];

/// What the account may do where, and what it lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rights {
    /// Who was asked about.
    pub account: String,
    /// Organisational units in which it may make accounts, or that were asked about.
    pub units: Vec<UnitRights>,
    /// Groups that were asked about.
    pub groups: Vec<GroupRights>,
    /// May it list deleted objects? Otherwise deletions are seen when everything is read.
    pub sees_deletions: bool,
    /// What it lacks.
    pub missing: Vec<MissingRight>,
}

/// An organisational unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnitRights {
    /// Distinguished name.
    pub dn: String,
    /// May it make accounts there?
    pub creates_users: bool,
    /// May it make group managed service accounts there?
    pub creates_managed_service_accounts: bool,
    /// The account there whose attributes were looked at; none, if there is none.
    pub looked_at: Option<String>,
    /// The same of a group managed service account, if there are to be any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_service_account_looked_at: Option<String>,
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GroupRights {
    /// Distinguished name.
    pub dn: String,
    /// May it change its members?
    pub changes_members: bool,
}

/// A right that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissingRight {
    /// What cannot be done.
    pub right: String,
    /// The command that grants it, for a domain's administrator.
    pub grant: String,
}

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct RightsWanted {
    /// Organisational units; none: all in which it may make accounts.
    pub units: Vec<String>,
    /// Groups that templates name.
    pub groups: Vec<String>,
    /// Attributes that templates name, beside those that every order sets.
    pub attributes: Vec<String>,
    /// Do templates make group managed service accounts?
    pub managed_service_accounts: bool,
}

impl LdapDirectory {
    /// What the engine's account may do.
    ///
    /// # Errors
    /// Why the directory did not tell.
    pub async fn rights(&self, wanted: &RightsWanted) -> Result<Rights, Failure> {
        let root = self.entry_at("", "defaultNamingContext").await?;
        let context = root.text("defaultNamingContext").unwrap_or_default();
        let deleted = format!("CN=Deleted Objects,{context}");
        let mut rights = Rights {
            account: self.config.bind_user.clone(),
            units: Vec::new(),
            groups: Vec::new(),
            sees_deletions: self.connection.lists(&deleted).await.map_err(told)?,
            missing: Vec::new(),
        };
        for entry in self.units(wanted).await? {
            let unit = self.unit(&entry, wanted, &mut rights.missing).await?;
            rights.units.push(unit);
        }
        for group in &wanted.groups {
            let entry = self.entry_at(group, ATTRIBUTES).await?;
            let changes_members = has(&entry, ATTRIBUTES, "member");
            if !changes_members {
                rights.missing.push(MissingRight {
                    right: format!("change the members of {group}"),
                    grant: self.grant(group, "", "WP;member"),
                });
            }
            let dn = entry.dn;
            rights.groups.push(GroupRights {
                dn,
                changes_members,
            });
        }
        if !rights.sees_deletions {
            rights.missing.push(MissingRight {
                right: "hear of deletions between two full synchronisations".into(),
                grant: format!(
                    "dsacls \"{deleted}\" /takeownership && {}",
                    self.grant(&deleted, "", "LCRP")
                ),
            });
        }
        Ok(rights)
    }

    async fn units(&self, wanted: &RightsWanted) -> Result<Vec<Entry>, Failure> {
        if wanted.units.is_empty() {
            let (mut found, attributes) = (Vec::new(), [CHILD_CLASSES.to_owned()]);
            let filter = "(objectClass=organizationalUnit)";
            let search =
                self.connection
                    .search_all(&self.config.base_dn, filter, &attributes, |page| {
                        let usable = |entry: &Entry| {
                            has(entry, CHILD_CLASSES, "user")
                                || has(entry, CHILD_CLASSES, gmsa::CLASS)
                        };
                        found.extend(page.into_iter().filter(usable));
                    });
            search.await.map_err(told)?;
            return Ok(found);
        }
        let mut found = Vec::new();
        for unit in &wanted.units {
            found.push(self.entry_at(unit, CHILD_CLASSES).await?);
        }
        Ok(found)
    }

    async fn unit(
        &self,
        entry: &Entry,
        wanted: &RightsWanted,
        missing: &mut Vec<MissingRight>,
    ) -> Result<UnitRights, Failure> {
        let dn = &entry.dn;
        let creates_users = has(entry, CHILD_CLASSES, "user");
        if !creates_users {
            missing.push(MissingRight {
                right: format!("create and delete accounts in {dn}"),
                grant: self.grant(dn, "/I:T ", "CCDC;user"),
            });
        }
        let creates_managed_service_accounts = has(entry, CHILD_CLASSES, gmsa::CLASS);
        if wanted.managed_service_accounts && !creates_managed_service_accounts {
            missing.push(MissingRight {
                right: format!("create and delete group managed service accounts in {dn}"),
                grant: self.grant(dn, "/I:T ", &format!("CCDC;{}", gmsa::CLASS)),
            });
        }
        let attributes = wanted.attributes.iter().map(String::as_str);
        let names: Vec<&str> = ALWAYS
            .into_iter()
            .chain(MOVES)
            .chain([self.config.fence_attribute.as_str()])
            .collect();
        let of_users: Vec<_> = names.iter().copied().chain(attributes).collect();
        let looked_at = self.writes(dn, USERS, "user", &of_users, missing).await?;
        let managed_service_account_looked_at = match wanted.managed_service_accounts {
            true => {
                let (filter, class) = (GMSAS, gmsa::CLASS);
                let names: Vec<_> = names.into_iter().chain(OF_GMSA).collect();
                self.writes(dn, filter, class, &names, missing).await?
            }
            false => None,
        };
        Ok(UnitRights {
            dn: dn.clone(),
            creates_users,
            creates_managed_service_accounts,
            looked_at,
            managed_service_account_looked_at,
        })
    }

    /// What it may not write of these attributes of accounts of the class, as one of them shows; answers which one.
    async fn writes(
        &self,
        unit: &str,
        filter: &str,
        class: &str,
        attributes: &[&str],
        missing: &mut Vec<MissingRight>,
    ) -> Result<Option<String>, Failure> {
        let Some(dn) = self.some_account(unit, filter).await.map_err(told)? else {
            return Ok(None);
        };
        let account = self.entry_at(&dn, ATTRIBUTES).await?;
        let kind = match class {
            "user" => "accounts",
            _ => "group managed service accounts",
        };
        for name in attributes
            .iter()
            .filter(|name| !has(&account, ATTRIBUTES, name))
        {
            missing.push(MissingRight {
                right: format!("write {name} of {kind} in {unit}"),
                grant: self.grant(unit, "/I:S ", &format!("WP;{name};{class}")),
            });
        }
        Ok(Some(dn))
    }

    /// An account in the unit, whichever.
    async fn some_account(&self, unit: &str, filter: &str) -> Result<Option<String>, Trouble> {
        let search = Pages {
            base: unit,
            filter,
            attributes: &["1.1".to_owned()],
            controls: &[],
        };
        let (entries, _) = self.connection.page(&search, &[]).await?;
        Ok(entries.into_iter().next().map(|entry| entry.dn))
    }

    async fn entry_at(&self, dn: &str, attribute: &str) -> Result<Entry, Failure> {
        let found = self.connection.read(dn, vec![attribute.to_owned()]).await;
        found.map_err(told)?.ok_or_else(|| {
            crate::failure::failure(FailureReason::ObjectGone, format!("there is no {dn}"))
        })
    }

    fn grant(&self, dn: &str, inherited: &str, right: &str) -> String {
        format!(
            "dsacls \"{dn}\" {inherited}/G \"{}:{right}\"",
            self.config.bind_user
        )
    }
}

/// Is it among the values, whatever the case?
fn has(entry: &Entry, attribute: &str, value: &str) -> bool {
    let mut values = entry.texts(attribute);
    values.any(|known| known.eq_ignore_ascii_case(value))
}
