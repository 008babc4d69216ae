//! Where templates put accounts, and what orders will want there.

use super::{AccountClass, PlaceUse, WantedPlace};
use crate::{
    dn::Dn,
    ids::DomainId,
    template::{AccountType, TemplateContent},
};
use std::collections::{BTreeMap, BTreeSet};

/// Places that are looked at by one calibration: the answer is one message.
pub const MOST_PLACES: usize = 40;
/// Of them, those that no template names, and where accounts were imported.
pub const MOST_IMPORTED: usize = 20;
/// Attributes that are looked at in one place.
const MOST_ATTRIBUTES: usize = 40;

/// The places that these templates name in the domain, each once, in their order; and how many more there are.
#[must_use]
pub fn places<'a>(
    domain: DomainId,
    templates: impl Iterator<Item = &'a TemplateContent>,
) -> (Vec<WantedPlace>, usize) {
    let mut found: Vec<(Option<Dn>, WantedPlace)> = Vec::new();
    for content in templates.filter(|content| content.directory.domain == domain) {
        let directory = &content.directory;
        let (lives, retires) = match class(content.account_type) {
            AccountClass::User => (PlaceUse::Accounts, PlaceUse::RetiredAccounts),
            AccountClass::ManagedServiceAccount => (
                PlaceUse::ManagedServiceAccounts,
                PlaceUse::RetiredManagedServiceAccounts,
            ),
        };
        let names = || directory.attributes.iter().map(|one| one.name.clone());
        for ou in directory.ous() {
            add(&mut found, ou, lives, names());
        }
        if let Some(ou) = &directory.retirement_ou {
            add(&mut found, ou, retires, names());
        }
        for group in directory.groups.iter().chain(&directory.optional_groups) {
            add(&mut found, group, PlaceUse::Members, std::iter::empty());
        }
    }
    let more = found.len().saturating_sub(MOST_PLACES);
    let places = found.into_iter().map(|(_, place)| place);
    (places.take(MOST_PLACES).collect(), more)
}

/// The same, and these organisational units beside, where imported accounts lie: orders need rights there although no
/// template names it. Those in which accounts are looked at anyway are left out.
#[must_use]
pub fn with_imported(
    (mut places, mut more): (Vec<WantedPlace>, usize),
    units: impl Iterator<Item = String>,
) -> (Vec<WantedPlace>, usize) {
    for unit in units {
        let key = Dn::parse(&unit);
        let covers = |place: &WantedPlace| {
            let same = place.dn == unit || key.is_some() && Dn::parse(&place.dn) == key;
            same && place.classes().contains(&AccountClass::User)
        };
        if places.iter().any(covers) {
            continue;
        }
        if places.len() >= MOST_PLACES {
            more += 1;
            continue;
        }
        places.push(WantedPlace {
            dn: unit,
            uses: BTreeSet::from([PlaceUse::ImportedAccounts]),
            attributes: BTreeMap::new(),
        });
    }
    (places, more)
}

fn class(kind: AccountType) -> AccountClass {
    match kind {
        AccountType::AdGmsa => AccountClass::ManagedServiceAccount,
        AccountType::AdUser => AccountClass::User,
    }
}

/// Names of places and attributes are the same whatever their case.
fn add(
    found: &mut Vec<(Option<Dn>, WantedPlace)>,
    dn: &str,
    what: PlaceUse,
    attributes: impl Iterator<Item = String>,
) {
    let key = Dn::parse(dn);
    let same = |(known, place): &(Option<Dn>, WantedPlace)| {
        place.dn == dn || (known.is_some() && *known == key)
    };
    let at = found.iter().position(same).unwrap_or_else(|| {
        let place = WantedPlace {
            dn: dn.to_owned(),
            uses: BTreeSet::new(),
            attributes: BTreeMap::new(),
        };
        found.push((key, place));
        found.len() - 1
    });
    let place = &mut found[at].1;
    place.uses.insert(what);
    let Some(class) = what.class() else { return };
    for name in attributes {
        let names = place.attributes.entry(class).or_default();
        let known = |other: &String| other.eq_ignore_ascii_case(&name);
        if names.len() < MOST_ATTRIBUTES && !names.iter().any(known) {
            names.insert(name);
        }
    }
}
