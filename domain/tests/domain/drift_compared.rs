//! What is wanted of an object against what was read of it.

use crate::scene::{OU, RETIREMENT_OU, at, id};
use chrono::TimeDelta;
use proptest::prelude::*;
use std::collections::BTreeMap;
use tenure_domain::{
    AccountId,
    account::Comparable,
    drift::{Comparison, DriftField as F, GroupIndex, Observed, compare},
    order::{DesiredState, Mark, OrderNumber},
    synchronisation::DirectoryUser,
};
use uuid::Uuid;

const BACKUP: &str = "CN=Backup,OU=Groups,DC=corp,DC=example,DC=com";
const OLD: &str = "CN=Old\\, closed,OU=Groups,DC=corp,DC=example,DC=com";
const ELSEWHERE: &str = "CN=Far,DC=emea,DC=example,DC=com";

fn object() -> Uuid {
    id::<AccountId>("object").0
}

fn mark(n: u64) -> Mark {
    Mark {
        account: id("account"),
        number: OrderNumber { epoch: 1, n },
    }
}

fn desired() -> DesiredState {
    DesiredState {
        name: "svc-backup".into(),
        ou: OU.into(),
        enabled: true,
        expires_at: Some(at("2026-04-10T00:00:00Z")),
        description: Some("Backup of the file servers".into()),
        attributes: [
            ("department".to_owned(), vec!["IT".to_owned()]),
            (
                "otherTelephone".to_owned(),
                vec!["1".to_owned(), "2".to_owned()],
            ),
            ("info".to_owned(), vec![]),
        ]
        .into(),
        groups: vec![BACKUP.into()],
        groups_left: vec![OLD.into()],
        cannot_change_password: None,
        gmsa: None,
    }
}

/// The same in the directory's own words.
fn as_wanted() -> Observed {
    Observed {
        object: object(),
        name: "SVC-Backup".into(),
        dn: "CN=svc-backup,ou=service accounts,DC=Corp,DC=example,DC=com".into(),
        enabled: Some(true),
        expires: Some(at("2026-04-10T00:00:00Z") + TimeDelta::milliseconds(4)),
        description: Some("Backup  of the file servers".into()),
        attributes: [
            ("DEPARTMENT".to_owned(), vec!["it".to_owned()]),
            (
                "otherTelephone".to_owned(),
                vec!["2".to_owned(), "1".to_owned()],
            ),
            ("info".to_owned(), vec![]),
        ]
        .into(),
        encryption_types: None,
        principals: None,
        primary_group: Some(513),
        mark: Some(mark(3)),
    }
}

fn groups(members_of_backup: &[Uuid], members_of_old: &[Uuid]) -> GroupIndex {
    let mut groups = GroupIndex::new("DC=corp,DC=example,DC=com");
    let domain = "S-1-5-21-1-2-3";
    groups.add(
        "cn=backup,ou=groups,dc=corp,dc=example,dc=com",
        &format!("{domain}-1104"),
        members_of_backup.to_vec(),
    );
    groups.add(
        "CN=Old\\2C closed,OU=Groups,DC=corp,DC=example,DC=com",
        &format!("{domain}-1105"),
        members_of_old.to_vec(),
    );
    groups
}

fn compared(
    desired: &DesiredState,
    observed: Option<&Observed>,
    groups: &GroupIndex,
) -> Comparison {
    let expected = Comparable {
        object: object(),
        account: id("account"),
        applied: mark(3).number,
        issued: mark(5).number,
        desired: desired.clone(),
    };
    compare(&expected, observed, groups)
}

fn seen(change: impl FnOnce(&mut Observed)) -> Comparison {
    let mut observed = as_wanted();
    change(&mut observed);
    let member = [Uuid::from_u128(9), object(), Uuid::from_u128(1)];
    compared(&desired(), Some(&observed), &groups(&member, &[]))
}

/// Field, what it is of, what is wanted, what is there.
fn said(comparison: &Comparison) -> Vec<String> {
    let differences = comparison.differences.iter();
    differences.map(|found| found.sentence()).collect()
}

#[test]
fn the_same_in_the_directorys_own_words_is_no_difference() {
    let same = seen(|_| ());
    assert_eq!(same, Comparison::default());
}

#[test]
fn each_difference_has_both_values() {
    for (change, expected) in [
        (
            (|o| o.enabled = Some(false)) as fn(&mut Observed),
            "enabled: wanted yes, is no",
        ),
        (
            |o| o.expires = None,
            "expiry: wanted 2026-04-10T00:00:00Z, is never",
        ),
        (
            |o| o.expires = Some(at("2026-04-11T00:00:00Z")),
            "expiry: wanted 2026-04-10T00:00:00Z, is 2026-04-11T00:00:00Z",
        ),
        (
            |o| o.dn = format!("CN=svc\\, backup,{RETIREMENT_OU}"),
            "ou: wanted OU=Service Accounts,DC=corp,DC=example,DC=com, is OU=Retired,DC=corp,DC=example,DC=com",
        ),
        (
            |o| o.name = "svc-other".into(),
            "name: wanted svc-backup, is svc-other",
        ),
        (
            |o| o.description = None,
            "description: wanted Backup of the file servers, is nothing",
        ),
        (
            |o| drop(o.attributes.insert("DEPARTMENT".into(), vec![])),
            "attribute department: wanted IT, is nothing",
        ),
        (
            |o| {
                drop(
                    o.attributes
                        .insert("otherTelephone".into(), vec!["2".into()]),
                )
            },
            "attribute otherTelephone: wanted 1, 2, is 2",
        ),
        (
            |o| drop(o.attributes.insert("info".into(), vec!["mine".into()])),
            "attribute info: wanted nothing, is mine",
        ),
        (|o| o.mark = None, "mark: wanted order 1.3, is none"),
        (
            |o| o.mark = Some(mark(6)),
            "mark: wanted order 1.3, is order 1.6",
        ),
    ] {
        let found = seen(change);
        assert_eq!(said(&found), [expected]);
        assert_eq!(found.not_compared, [""; 0]);
        assert!(!found.earlier);
    }
}

#[test]
fn a_renamed_object_that_stays_in_its_place_is_no_difference() {
    let renamed = seen(|o| o.dn = format!("CN=Somebody's backup,{OU}"));
    assert_eq!(renamed, Comparison::default());
}

#[test]
fn an_object_that_is_gone_differs_in_nothing_else() {
    let found = compared(&desired(), None, &groups(&[], &[]));
    assert_eq!(said(&found), ["existence: wanted there, is gone"]);
}

#[test]
fn only_groups_that_tenure_gave_or_took_are_compared() {
    let (me, us) = (object(), [object()]);
    let others = [Uuid::from_u128(1), Uuid::from_u128(2)];
    let observed = as_wanted();
    let found = |groups: &GroupIndex| said(&compared(&desired(), Some(&observed), groups));
    let lost = format!("group {BACKUP}: wanted member, is no member");
    assert_eq!(found(&groups(&others, &[])), std::slice::from_ref(&lost));
    let kept = format!("group {OLD}: wanted no member, is member");
    assert_eq!(found(&groups(&us, &[me])), std::slice::from_ref(&kept));
    assert_eq!(found(&groups(&others, &us)), [lost, kept]);
    // A third one is nobody's business.
    let mut more = groups(&us, &[]);
    more.add(
        "CN=Third,DC=corp,DC=example,DC=com",
        "S-1-5-21-1-2-3-1106",
        vec![me],
    );
    assert_eq!(found(&more), [""; 0]);
}

#[test]
fn a_primary_group_counts_although_it_does_not_name_its_members() {
    let primary = |end| Observed {
        primary_group: Some(end),
        ..as_wanted()
    };
    let groups = groups(&[], &[]);
    let found = |observed: &Observed| said(&compared(&desired(), Some(observed), &groups));
    assert_eq!(found(&primary(1104)), [""; 0]);
    assert_eq!(found(&primary(513)).len(), 1);
}

#[test]
fn a_group_that_is_gone_is_told_from_one_that_is_not_read() {
    let wanted = DesiredState {
        groups: vec!["CN=Gone,DC=corp,DC=example,DC=com".into(), ELSEWHERE.into()],
        groups_left: vec!["CN=Gone too,DC=corp,DC=example,DC=com".into()],
        ..desired()
    };
    let found = compared(&wanted, Some(&as_wanted()), &groups(&[], &[]));
    let gone = "group CN=Gone,DC=corp,DC=example,DC=com: wanted member, is no such group";
    assert_eq!(said(&found), [gone]);
    assert_eq!(found.not_compared, [format!("group {ELSEWHERE}")]);
}

#[test]
fn what_was_not_read_is_not_guessed() {
    let found = seen(|o| {
        o.enabled = None;
        o.attributes.remove("info");
    });
    assert_eq!(said(&found), [""; 0]);
    assert_eq!(found.not_compared, ["enabled", "attribute info"]);
    let wanted = DesiredState {
        cannot_change_password: Some(true),
        description: None,
        groups: vec![],
        ..desired()
    };
    let found = compared(&wanted, Some(&as_wanted()), &groups(&[], &[]));
    assert_eq!(
        said(&found),
        [""; 0],
        "a description that is not given stays"
    );
    assert_eq!(found.not_compared, ["cannot change password"]);
    let unreadable = DirectoryUser::default();
    assert_eq!(Observed::from(&unreadable).enabled, None);
}

#[test]
fn an_object_may_carry_an_order_that_failed_half_way() {
    for n in 3..=5 {
        assert_eq!(seen(|o| o.mark = Some(mark(n))), Comparison::default());
    }
}

#[test]
fn an_object_with_an_earlier_order_may_have_been_read_before_the_last_one() {
    let earlier = seen(|o| o.mark = Some(mark(2)));
    assert!(earlier.earlier);
    let of_another = seen(|o| {
        o.mark = Some(Mark {
            account: id("somebody else"),
            ..mark(2)
        });
    });
    assert!(!of_another.earlier);
    assert_eq!(of_another.differences[0].field, F::Mark);
}

/// Another way to say the same value.
fn respelled(value: &str, upper: bool, wide: bool) -> String {
    let value = if upper {
        value.to_uppercase()
    } else {
        value.to_owned()
    };
    if wide {
        value.replace(' ', "   ")
    } else {
        value
    }
}

proptest! {
    /// However values are spelled and in whatever order they come, the same set is no difference, and one more or one less is.
    #[test]
    fn values_are_sets(
        values in prop::collection::btree_set("[a-z]{1,6}( [a-z]{1,6})?", 1..6),
        upper: bool,
        wide: bool,
        turn in 0_usize..6,
    ) {
        let wanted: Vec<_> = values.into_iter().collect();
        let state = DesiredState {
            name: "svc-backup".into(),
            ou: OU.into(),
            enabled: true,
            attributes: BTreeMap::from([("otherTelephone".to_owned(), wanted.clone())]),
            ..DesiredState::default()
        };
        let mut there: Vec<_> = wanted.iter().map(|value| respelled(value, upper, wide)).collect();
        let by = turn % there.len();
        there.rotate_left(by);
        let observed = |values: &[String]| Observed {
            expires: None,
            attributes: BTreeMap::from([("otherTelephone".to_owned(), values.to_vec())]),
            ..as_wanted()
        };
        let fields = |observed: &Observed| -> Vec<F> {
            let found = compared(&state, Some(observed), &groups(&[], &[]));
            found.differences.iter().map(|found| found.field).collect()
        };
        prop_assert_eq!(fields(&observed(&there)), vec![]);
        prop_assert_eq!(fields(&observed(&there[1..])), vec![F::Attribute]);
        there.push("9".into());
        prop_assert_eq!(fields(&observed(&there)), vec![F::Attribute]);
    }
}
