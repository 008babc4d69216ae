//! What the agent's own account may do in a real domain, and what it lacks, with the line that grants it.

use crate::lab::Lab;
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    calibration::{
        AccountClass, DirectoryReach, FoundPlace, Grantee, PlaceUse, ReachedServer, Right,
        Standing, WantedPlace,
    },
    order::FailureReason,
};
use tenure_engine_agent::directory::Directory as _;

fn place(dn: &str, uses: &[PlaceUse]) -> WantedPlace {
    WantedPlace {
        dn: dn.to_owned(),
        uses: uses.iter().copied().collect(),
        attributes: BTreeMap::new(),
    }
}

async fn look(lab: &Lab, places: &[WantedPlace]) -> (ReachedServer, Vec<FoundPlace>) {
    match lab.directory().calibrate(places).await {
        (DirectoryReach::Reached(server), found) => (server, found),
        (DirectoryReach::OutOfReach(failure), _) => panic!("{failure:?}"),
    }
}

fn missing(place: &FoundPlace) -> Vec<&Right> {
    let rights = place.rights.iter();
    let lacking = rights.filter(|found| found.standing == Standing::Missing);
    lacking.map(|found| &found.right).collect()
}

fn name() -> String {
    format!("p-{}", &uuid::Uuid::now_v7().simple().to_string()[20..])
}

#[tokio::test]
async fn the_narrow_rights_of_the_labs_agent_are_enough_and_are_found_by_themselves() {
    let Some(lab) = Lab::corp() else { return };
    let units = lab.directory().usable_units(true).await.unwrap();
    let found: BTreeSet<_> = units.iter().map(|unit| unit.dn.as_str()).collect();
    let expected = ["Retired", "Service Accounts"].map(|ou| format!("OU={ou},{}", lab.base));
    assert!(
        expected.iter().all(|dn| found.contains(dn.as_str())),
        "{found:?}"
    );
    // And what other tests made below them.
    let below = |dn: &&str| expected.iter().any(|known| dn.ends_with(known.as_str()));
    assert!(found.iter().all(below), "{found:?}");
    // So that there is an account to look at.
    let name = name();
    lab.add(
        &format!("CN={name},{}", expected[1]),
        &[("objectClass", "user"), ("sAMAccountName", &name)],
    )
    .await;
    let (server, found) = look(&lab, &units).await;
    assert_eq!(server.deletions, Standing::Granted);
    assert!(found.iter().all(|place| place.failure.is_none()));
    for place in &found {
        assert_eq!(missing(place), Vec::<&Right>::new());
    }
    let service = found.iter().find(|place| place.dn == expected[1]).unwrap();
    let written = service.rights.iter().any(|found| {
        let of_users = matches!(&found.right, Right::WriteAttributes { class: AccountClass::User, names }
            if names.iter().any(|name| name == "adminDescription"));
        of_users && found.standing == Standing::Granted
    });
    assert!(written, "{service:?}");
}

#[tokio::test]
async fn the_server_that_was_really_reached_is_named() {
    let Some(lab) = Lab::corp() else { return };
    let (server, _) = look(&lab, &[]).await;
    let host = server.host.unwrap();
    assert!(host.eq_ignore_ascii_case(&lab.host), "{host}");
    assert!(server.address.starts_with(&lab.address));
    assert_eq!(server.account, lab.config().bind_user);
    let protection = server.protection.unwrap();
    assert_eq!(protection.certificate_for, lab.host);
    assert!(protection.own_authority);
    assert!(server.round_trip_us > 0);
}

#[tokio::test]
async fn each_missing_right_is_named_with_the_command_that_grants_it() {
    let Some(lab) = Lab::corp() else { return };
    let unit = format!("OU=Unmanaged,{}", lab.base);
    let name = name();
    lab.add(
        &format!("CN={name},{unit}"),
        &[("objectClass", "user"), ("sAMAccountName", &name)],
    )
    .await;
    let group = format!("CN=Domain Users,CN=Users,{}", lab.base);
    let both = [PlaceUse::Accounts, PlaceUse::ManagedServiceAccounts];
    let mut wanted = place(&unit, &both);
    let names = BTreeSet::from(["department".to_owned()]);
    wanted.attributes.insert(AccountClass::User, names);
    let (server, found) = look(&lab, &[wanted, place(&group, &[PlaceUse::Members])]).await;
    let agent = lab.config().bind_user;
    let to = Grantee {
        account: &server.account,
        base_dn: &lab.base,
    };
    let lacking = missing(&found[0]);
    for class in [AccountClass::User, AccountClass::ManagedServiceAccount] {
        let create = Right::CreateAccounts { class };
        assert!(lacking.contains(&&create), "{lacking:?}");
        assert_eq!(
            create.grant(&unit, to).dsacls.unwrap(),
            format!(
                "dsacls \"{unit}\" /I:T /G \"{agent}:CCDC;{}\"",
                class.object_class()
            )
        );
    }
    let write = lacking.iter().find_map(|right| match right {
        Right::WriteAttributes { names, .. } => Some((right, names)),
        _ => None,
    });
    let (write, names) = write.unwrap();
    assert!(names.contains(&"department".to_owned()), "{names:?}");
    let granting = write.grant(&unit, to).dsacls.unwrap();
    assert!(granting.contains(&format!(" \"{agent}:WP;department;user\"")));
    assert_eq!(missing(&found[1]), [&Right::ChangeMembers]);
    assert_eq!(
        Right::ChangeMembers.grant(&group, to).dsacls.unwrap(),
        format!("dsacls \"{group}\" /G \"{agent}:WP;member\"")
    );
}

#[tokio::test]
async fn what_only_an_account_could_tell_is_not_known_where_there_is_none() {
    let Some(lab) = Lab::corp() else { return };
    let name = name();
    let empty = format!("OU={name},OU=Service Accounts,{}", lab.base);
    lab.add(&empty, &[("objectClass", "organizationalUnit")])
        .await;
    let (_, found) = look(&lab, &[place(&empty, &[PlaceUse::ManagedServiceAccounts])]).await;
    let class = AccountClass::ManagedServiceAccount;
    let standings: Vec<_> = found[0]
        .rights
        .iter()
        .map(|found| {
            (
                matches!(found.right, Right::CreateAccounts { .. }),
                found.standing,
            )
        })
        .collect();
    // Nothing is asked about other accounts than those that templates make there.
    assert_eq!(
        standings,
        [(true, Standing::Granted), (false, Standing::NoAccountYet)]
    );
    assert!(found[0].rights.iter().all(|found| matches!(
        found.right,
        Right::CreateAccounts { class: of } | Right::WriteAttributes { class: of, .. } if of == class
    )));
}

#[tokio::test]
async fn a_place_that_is_not_there_or_not_in_the_domain_is_told_apart_from_a_missing_right() {
    let Some(lab) = Lab::corp() else { return };
    let absent = format!("OU=Nowhere,{}", lab.base);
    let group = format!("CN=Nobody,{}", lab.base);
    let (_, found) = look(
        &lab,
        &[
            place(&absent, &[PlaceUse::Accounts]),
            place(&group, &[PlaceUse::Members]),
            place("OU=Elsewhere,DC=other,DC=example", &[PlaceUse::Accounts]),
        ],
    )
    .await;
    let reasons: Vec<_> = found
        .iter()
        .map(|place| place.failure.as_ref().unwrap().reason)
        .collect();
    assert_eq!(
        reasons,
        [
            FailureReason::NoSuchOu,
            FailureReason::NoSuchGroup,
            FailureReason::InvalidOrder
        ]
    );
    assert!(found.iter().all(|place| place.rights.is_empty()));
}
