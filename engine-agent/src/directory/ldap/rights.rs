//! What the engine really reaches, and what its account may do there, as the directory itself works it out for whoever asks
//! (Microsoft, "allowedChildClassesEffective" and "allowedAttributesEffective"): before the first order fails for want of
//! it. Only reads.
//!
//! The directory tells which attributes may be written of objects that are there. Where there is no account yet, that is
//! not known, and said so. Whether passwords may be reset it does not tell at all: the first order shows it.

use super::{
    LdapDirectory, connection::Trouble, entry::Entry, gmsa, paged::Pages, readers, survey::told,
};
use crate::{dn::Dn, failure::failure};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};
use tenure_domain::{
    calibration::{
        AccountClass, DirectoryReach, FoundPlace, FoundRight, PlaceUse, Protection, ReachedServer,
        Right, Standing, WantedPlace,
    },
    order::{Failure, FailureReason},
};
use tokio::time::Instant;

/// Written by every order, beside the fence.
const ALWAYS: [&str; 3] = ["userAccountControl", "accountExpires", "description"];
/// Written by a move, beside `name`, which the system itself keeps and which is never listed.
const MOVES: [&str; 1] = ["cn"];
const USERS: &str = "(&(objectCategory=person)(objectClass=user))";
const GMSAS: &str = "(objectClass=msDS-GroupManagedServiceAccount)";
const CHILD_CLASSES: &str = "allowedChildClassesEffective";
const ATTRIBUTES: &str = "allowedAttributesEffective";
const HOST: &str = "dnsHostName";
const CONTEXT: &str = "defaultNamingContext";
/// Written of a group managed service account, beside what is written of every account.
const OF_GMSA: [&str; 2] = [readers::ATTRIBUTE, gmsa::ENCRYPTION_TYPES];

impl LdapDirectory {
    pub(super) async fn look_at(
        &self,
        places: &[WantedPlace],
    ) -> (DirectoryReach, Vec<FoundPlace>) {
        let server = match self.server().await {
            Ok(server) => server,
            Err(failure) => return (DirectoryReach::OutOfReach(failure), Vec::new()),
        };
        let mut found = Vec::with_capacity(places.len());
        for place in places {
            let (rights, failure) = match self.rights_at(place).await {
                Ok(rights) => (rights, None),
                Err(failure) => (Vec::new(), Some(failure)),
            };
            found.push(FoundPlace {
                dn: place.dn.clone(),
                failure,
                rights,
            });
        }
        (DirectoryReach::Reached(server), found)
    }

    /// The organisational units in which the engine's account may make accounts, and of which kind.
    ///
    /// # Errors
    /// Why the directory did not tell.
    pub async fn usable_units(
        &self,
        managed_service_accounts: bool,
    ) -> Result<Vec<WantedPlace>, Failure> {
        let (mut found, attributes) = (Vec::new(), [CHILD_CLASSES.to_owned()]);
        let filter = "(objectClass=organizationalUnit)";
        let search =
            self.connection
                .search_all(&self.config.base_dn, filter, &attributes, |page| {
                    found.extend(page);
                });
        search.await.map_err(told)?;
        let place = |entry: Entry| {
            let may = |class: AccountClass| has(&entry, CHILD_CLASSES, class.object_class());
            let uses: BTreeSet<_> = [
                (AccountClass::User, PlaceUse::Accounts),
                (
                    AccountClass::ManagedServiceAccount,
                    PlaceUse::ManagedServiceAccounts,
                ),
            ]
            .into_iter()
            .filter(|(class, _)| *class == AccountClass::User || managed_service_accounts)
            .filter_map(|(class, what)| may(class).then_some(what))
            .collect();
            (!uses.is_empty()).then_some(WantedPlace {
                dn: entry.dn,
                uses,
                attributes: BTreeMap::new(),
            })
        };
        Ok(found.into_iter().filter_map(place).collect())
    }

    async fn server(&self) -> Result<ReachedServer, Failure> {
        super::super::Directory::reachable(self).await?;
        let asked = Instant::now();
        let names = vec![HOST.to_owned(), CONTEXT.to_owned()];
        let root = self.connection.read("", names).await.map_err(told)?;
        let round_trip = asked.elapsed();
        let text = |name| root.as_ref().and_then(|root| root.text(name));
        let deleted = format!(
            "CN=Deleted Objects,{}",
            text(CONTEXT).as_deref().unwrap_or(&self.config.base_dn)
        );
        let lists = self.connection.lists(&deleted).await.map_err(told)?;
        let address = &self.config.address;
        Ok(ReachedServer {
            address: match self.connection.peer() {
                Some(peer) if peer.to_string() != *address => format!("{address} ({peer})"),
                _ => address.clone(),
            },
            host: text(HOST).map(Cow::into_owned),
            protection: Some(Protection {
                certificate_for: self.config.host.clone(),
                own_authority: self.config.ca_file.is_some(),
            }),
            account: self.config.bind_user.clone(),
            // Not every directory can be asked.
            known_as: self.connection.who_am_i().await,
            round_trip_us: u32::try_from(round_trip.as_micros()).unwrap_or(u32::MAX),
            deletions: standing(lists),
        })
    }

    async fn rights_at(&self, place: &WantedPlace) -> Result<Vec<FoundRight>, Failure> {
        let within = |dn: Dn| dn.is_within(&self.territory.base);
        if !Dn::parse(&place.dn).is_some_and(within) {
            let detail = format!("{} is not in {}", place.dn, self.config.base_dn);
            return Err(failure(FailureReason::InvalidOrder, detail));
        }
        let mut rights = Vec::new();
        if place.uses.contains(&PlaceUse::Members) {
            let absent = FailureReason::NoSuchGroup;
            let group = self.entry_at(&place.dn, ATTRIBUTES, absent).await?;
            rights.push(FoundRight {
                right: Right::ChangeMembers,
                standing: standing(has(&group, ATTRIBUTES, "member")),
            });
        }
        let classes = place.classes();
        if classes.is_empty() {
            return Ok(rights);
        }
        let absent = FailureReason::NoSuchOu;
        let unit = self.entry_at(&place.dn, CHILD_CLASSES, absent).await?;
        let gains = place.gains();
        for class in classes {
            if gains.contains(&class) {
                rights.push(FoundRight {
                    right: Right::CreateAccounts { class },
                    standing: standing(has(&unit, CHILD_CLASSES, class.object_class())),
                });
            }
            rights.extend(self.writes(place, class).await?);
        }
        Ok(rights)
    }

    /// What it may write of accounts of the class, and what not, as one of them shows.
    async fn writes(
        &self,
        place: &WantedPlace,
        class: AccountClass,
    ) -> Result<Vec<FoundRight>, Failure> {
        let (filter, own): (_, &[&str]) = match class {
            AccountClass::User => (USERS, &[]),
            AccountClass::ManagedServiceAccount => (GMSAS, &OF_GMSA),
        };
        let of_all = ALWAYS.iter().chain(&MOVES).chain(own).copied();
        let fence = [self.config.fence_attribute.as_str()];
        let mut names: Vec<String> = Vec::new();
        for name in of_all.chain(fence).chain(place.attributes_of(class)) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name.to_owned());
            }
        }
        let found = |names: Vec<String>, standing| FoundRight {
            right: Right::WriteAttributes { class, names },
            standing,
        };
        let some = self.some_account(&place.dn, filter).await.map_err(told)?;
        let Some(dn) = some else {
            return Ok(vec![found(names, Standing::NoAccountYet)]);
        };
        let account = self.connection.read(&dn, vec![ATTRIBUTES.to_owned()]).await;
        let Some(account) = account.map_err(told)? else {
            // Gone in between.
            return Ok(vec![found(names, Standing::NoAccountYet)]);
        };
        let writable = |name: &String| has(&account, ATTRIBUTES, name);
        let (granted, missing): (Vec<_>, Vec<_>) = names.into_iter().partition(writable);
        let both = [(granted, Standing::Granted), (missing, Standing::Missing)];
        let some = both.into_iter().filter(|(names, _)| !names.is_empty());
        Ok(some
            .map(|(names, standing)| found(names, standing))
            .collect())
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

    async fn entry_at(
        &self,
        dn: &str,
        attribute: &str,
        absent: FailureReason,
    ) -> Result<Entry, Failure> {
        let found = self.connection.read(dn, vec![attribute.to_owned()]).await;
        found.map_err(told)?.ok_or_else(|| {
            let detail = format!("there is no {dn}, or the engine's account may not see it");
            failure(absent, detail)
        })
    }
}

fn standing(has: bool) -> Standing {
    match has {
        true => Standing::Granted,
        false => Standing::Missing,
    }
}

/// Is it among the values, whatever the case?
fn has(entry: &Entry, attribute: &str, value: &str) -> bool {
    let mut values = entry.texts(attribute);
    values.any(|known| known.eq_ignore_ascii_case(value))
}
