use super::*;
use chrono::{DateTime, Utc};
use tenure_domain::{DomainId, discovery::Nested, user::DirectoryLink};

pub(crate) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(crate) fn person(n: u128) -> DirectoryUser {
    DirectoryUser {
        id: id(n),
        name: format!("p{n}"),
        account_control: 0x200,
        ..DirectoryUser::default()
    }
}

/// Staff (1) holds people 10 and 11 and the group ops (2), which holds 12.
pub(crate) fn nesting() -> Nesting {
    let group = |sid: &str, members: &[u128]| Nested {
        name: String::new(),
        sid: sid.into(),
        members: members.iter().copied().map(id).collect(),
    };
    Nesting(BTreeMap::from([
        (id(1), group("S-1-5-21-1-2-3-1105", &[2, 10, 11])),
        (id(2), group("S-1-5-21-1-2-3-1106", &[12])),
    ]))
}

pub(crate) fn plan(groups: &[(u128, Option<u128>)]) -> PeoplePlan {
    let groups = groups.iter().map(|(object, group)| FollowedGroup {
        object: id(*object),
        name: format!("g{object}"),
        group: group.map(|group| GroupId(id(group))),
    });
    PeoplePlan {
        groups: groups.collect(),
        ..PeoplePlan::default()
    }
}

pub(crate) fn followed(user: u128, object: u128, left: bool) -> UserRow {
    UserRow {
        id: UserId(id(user)),
        display_name: String::new(),
        emails: vec![],
        directory_link: Some(DirectoryLink {
            domain: DomainId(id(7)),
            object: id(object),
        }),
        forgotten: false,
        disabled: left,
        roles: BTreeSet::new(),
        verified_emails: vec![],
        second_factor: false,
        followed: Some(DomainId(id(7))),
        left,
        created_at: DateTime::<Utc>::UNIX_EPOCH,
        version: 1,
    }
}

fn ids(people: impl IntoIterator<Item = u128>) -> BTreeSet<Uuid> {
    people.into_iter().map(id).collect()
}

#[test]
fn members_are_found_through_groups_and_primary_groups_and_each_gives_its_group() {
    let by_primary = DirectoryUser {
        primary_group: Some(1106),
        ..person(13)
    };
    let users = vec![person(10), person(12), by_primary, person(99)];
    let members = Members::new(&plan(&[(1, Some(100)), (2, Some(200))]), &nesting(), users);
    let in_groups = |n: u128| members.people[&id(n)].groups.clone();
    assert_eq!(in_groups(10), BTreeSet::from([GroupId(id(100))]));
    for both in [12, 13] {
        assert_eq!(
            in_groups(both),
            BTreeSet::from([GroupId(id(100)), GroupId(id(200))])
        );
    }
    assert!(!members.people.contains_key(&id(99)));
    assert_eq!(members.missing, []);
}

#[test]
fn whoever_may_not_sign_in_and_what_is_no_person_is_no_member() {
    let disabled = DirectoryUser {
        account_control: 0x202,
        ..person(10)
    };
    let service = DirectoryUser {
        mark: Some(tenure_domain::order::Mark::default()),
        ..person(11)
    };
    let managed = DirectoryUser {
        managed_service_account: true,
        ..person(12)
    };
    let members = Members::new(
        &plan(&[(1, None)]),
        &nesting(),
        vec![disabled, service, managed],
    );
    assert!(members.people.is_empty());
}

#[test]
fn a_group_that_is_not_there_is_named() {
    let members = Members::new(&plan(&[(1, None), (3, None)]), &nesting(), vec![person(10)]);
    let missing = MissingGroup {
        object: id(3),
        name: "g3".into(),
    };
    assert_eq!(members.missing, [missing]);
    assert!(members.people.contains_key(&id(10)));
}

#[test]
fn people_come_stay_leave_and_come_again() {
    let users = vec![person(10), person(11), person(12)];
    let members = Members::new(&plan(&[(1, None)]), &nesting(), users);
    let difference = Difference::new(
        &members,
        vec![
            followed(1010, 10, false),
            followed(1012, 12, true),
            followed(1050, 50, false),
            followed(1051, 51, true),
        ],
    );
    assert_eq!(difference.coming, ids([11, 12]));
    assert_eq!(difference.staying.len(), 1);
    let leaving: Vec<_> = difference.leaving.iter().map(|user| user.id.0).collect();
    assert_eq!(leaving, [id(1050)]);
    assert_eq!(difference.left[&id(12)], UserId(id(1012)));
}
