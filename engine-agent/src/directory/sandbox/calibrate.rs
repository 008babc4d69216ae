//! What the sandbox says of an engine's rights: as a directory would, also that it tells what may be written only of an
//! account that is there.

use super::{Sandbox, State, Stop};
use crate::{dn::Dn, failure::failure};
use tenure_domain::{
    calibration::{
        AccountClass, DirectoryReach, FoundPlace, FoundRight, PlaceUse, ReachedServer, Right,
        Standing, WantedPlace,
    },
    order::{Failure, FailureReason},
};

impl Sandbox {
    pub(super) fn look_at(&self, places: &[WantedPlace]) -> (DirectoryReach, Vec<FoundPlace>) {
        let state = self.state();
        if let Err(Stop::Fail(failure) | Stop::Defer(failure)) = state.check_reachable() {
            return (DirectoryReach::OutOfReach(failure), Vec::new());
        }
        let server = ReachedServer {
            address: "a sandbox in the engine's memory".to_owned(),
            host: None,
            protection: None,
            account: "the engine itself".to_owned(),
            known_as: None,
            round_trip_us: 0,
            deletions: Standing::Granted,
        };
        let found = places.iter().map(|place| {
            let (rights, failure) = match state.rights_at(place) {
                Ok(rights) => (rights, None),
                Err(failure) => (Vec::new(), Some(failure)),
            };
            FoundPlace {
                dn: place.dn.clone(),
                failure,
                rights,
            }
        });
        (DirectoryReach::Reached(server), found.collect())
    }
}

impl State {
    fn rights_at(&self, place: &WantedPlace) -> Result<Vec<FoundRight>, Failure> {
        let absent = |reason| failure(reason, format!("{} does not exist", place.dn));
        let dn = Dn::parse(&place.dn);
        let among = |known: &[Dn]| dn.as_ref().is_some_and(|dn| known.contains(dn));
        let granted = |right| FoundRight {
            right,
            standing: Standing::Granted,
        };
        let mut rights = Vec::new();
        if place.uses.contains(&PlaceUse::Members) {
            if !among(&self.groups) {
                return Err(absent(FailureReason::NoSuchGroup));
            }
            rights.push(granted(Right::ChangeMembers));
        }
        let classes = place.classes();
        if !classes.is_empty() && !among(&self.units) {
            return Err(absent(FailureReason::NoSuchOu));
        }
        for class in classes {
            if place.gains().contains(&class) {
                rights.push(granted(Right::CreateAccounts { class }));
            }
            let mut objects = self.objects.values();
            let known = objects.any(|object| {
                Dn::parse(&object.ou) == dn
                    && object.gmsa.is_some() == (class == AccountClass::ManagedServiceAccount)
            });
            let names = ["userAccountControl", "accountExpires", "description"];
            let names = names.into_iter().chain(place.attributes_of(class));
            rights.push(FoundRight {
                right: Right::WriteAttributes {
                    class,
                    names: names.map(ToOwned::to_owned).collect(),
                },
                standing: match known {
                    true => Standing::Granted,
                    false => Standing::NoAccountYet,
                },
            });
        }
        Ok(rights)
    }
}
