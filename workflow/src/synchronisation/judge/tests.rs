#![allow(clippy::unwrap_used)]
use super::*;
use tenure_domain::{
    AccountId,
    discovery::Risk,
    order::Mark,
    synchronisation::{DirectoryGroup, SyncMark},
};

const ADMINS: u128 = 512;
const OPS: u128 = 1104;
const PEOPLE: u128 = 513;

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn now() -> DateTime<Utc> {
    "2026-11-21T09:00:00Z".parse().unwrap()
}

fn user(n: u128, name: &str) -> DirectoryUser {
    DirectoryUser {
        id: id(n),
        name: name.into(),
        dn: format!("CN={name},OU=Services,DC=corp"),
        account_control: 0x200,
        primary_group: Some(513),
        ..DirectoryUser::default()
    }
}

fn group(end: u128, name: &str, members: &[u128]) -> [DirectoryObject; 2] {
    let group = DirectoryGroup {
        id: id(end),
        name: name.into(),
        dn: format!("CN={name},DC=corp"),
        sid: format!("S-1-5-21-1-2-3-{end}"),
        description: None,
    };
    let members = members.iter().copied().map(id).collect();
    let id = group.id;
    [
        DirectoryObject::Group(group),
        DirectoryObject::Members { group: id, members },
    ]
}

fn read(users: &[DirectoryUser], groups: &[[DirectoryObject; 2]]) -> Read {
    let mut read = Read::default();
    for user in users {
        assert!(read.take(DirectoryObject::User(Box::new(user.clone()))));
    }
    for object in groups.iter().flatten() {
        assert!(read.take(object.clone()));
    }
    read
}

/// A copy, as synchronisations make it.
#[derive(Default)]
struct Copy(HashMap<Uuid, DirectoryRow>);

impl Copy {
    fn synchronise(&mut self, read: Read, full: bool) -> Changes {
        let rows: Vec<_> = self.0.values().cloned().collect();
        let (before, nesting) = nestings(&rows, &read, full).unwrap();
        let known = Known {
            rows: self.0.clone(),
            privileged: before.privileged(),
            privileged_now: nesting.privileged(),
            nesting,
        };
        let changes = judge(read, &known, full, &Criteria::default(), now()).unwrap();
        for row in &changes.rows {
            self.0.insert(row.id, row.clone());
        }
        for gone in &changes.gone {
            self.0.remove(gone);
        }
        changes
    }

    fn risk(&self, n: u128) -> i32 {
        self.0[&id(n)].risk
    }
}

fn found(changes: &Changes) -> Vec<(&str, Risk)> {
    let found = changes.found.iter();
    found
        .map(|found| (found.name.as_str(), found.risk))
        .collect()
}

#[test]
fn a_first_look_copies_everything_and_finds_who_looks_like_a_service_account() {
    let mut copy = Copy::default();
    let managed = DirectoryUser {
        mark: Some(Mark::default()),
        ..user(3, "svc-ours")
    };
    let changes = copy.synchronise(
        read(
            &[user(1, "mkeller"), user(2, "svc-old"), managed],
            &[
                group(ADMINS, "Domain Admins", &[OPS]),
                group(OPS, "ops", &[2]),
            ],
        ),
        true,
    );
    assert_eq!(
        (changes.changed, changes.rows.len(), changes.gone.len()),
        (5, 5, 0)
    );
    assert_eq!(
        found(&changes),
        [("svc-old", Risk::High)],
        "through a group in a group"
    );
    assert_eq!((copy.risk(1), copy.risk(2), copy.risk(3)), (0, 3, 0));
    let row = &copy.0[&id(2)];
    assert_eq!(row.place_key, "ou=services,dc=corp");
    let signals: Vec<tenure_domain::discovery::Signal> = decoded(&row.judgement).unwrap();
    assert!(signals[0].text().contains("Domain Admins"), "{signals:?}");
    assert!(row.signals.starts_with(" privileged "), "{}", row.signals);
}

#[test]
fn the_same_again_changes_nothing_and_is_not_found_again() {
    let mut copy = Copy::default();
    let all = || {
        read(
            &[user(1, "mkeller"), user(2, "svc-old")],
            &[group(PEOPLE, "Domain Users", &[9, 8])],
        )
    };
    copy.synchronise(all(), true);
    let again = copy.synchronise(
        read(
            &[user(2, "svc-old"), user(1, "mkeller")],
            &[group(PEOPLE, "Domain Users", &[8, 9])],
        ),
        true,
    );
    assert_eq!(
        (again.changed, again.rows.len(), again.found.len()),
        (0, 0, 0)
    );
}

#[test]
fn what_a_full_look_does_not_see_is_gone_and_what_a_look_at_changes_does_not_see_is_not() {
    let mut copy = Copy::default();
    copy.synchronise(read(&[user(1, "a"), user(2, "b"), user(3, "c")], &[]), true);
    let changes = copy.synchronise(read(&[user(1, "renamed")], &[]), false);
    assert_eq!((changes.changed, changes.gone.len()), (1, 0));
    let mut deleted = Read::default();
    deleted.take(DirectoryObject::Gone(id(2)));
    deleted.take(DirectoryObject::Gone(id(77)));
    let changes = copy.synchronise(deleted, false);
    assert_eq!(changes.gone, [id(2)], "77 was never here");
    let changes = copy.synchronise(read(&[user(1, "renamed")], &[]), true);
    assert_eq!(changes.gone, [id(3)]);
}

#[test]
fn whoever_becomes_privileged_through_a_group_is_judged_anew_although_nothing_else_changed() {
    let mut copy = Copy::default();
    copy.synchronise(
        read(
            &[user(2, "svc-old"), user(3, "svc-new")],
            &[
                group(ADMINS, "Domain Admins", &[OPS]),
                group(OPS, "ops", &[2]),
            ],
        ),
        true,
    );
    assert_eq!((copy.risk(2), copy.risk(3)), (3, 1));
    // Only the group's members changed.
    let changes = copy.synchronise(read(&[], &[group(OPS, "ops", &[3])]), false);
    assert_eq!((copy.risk(2), copy.risk(3)), (1, 3));
    assert_eq!(
        changes.changed, 1,
        "the group: the accounts themselves are as they were"
    );
    assert_eq!(found(&changes), [], "both were known");
    // By the primary group, too.
    let primary = DirectoryUser {
        primary_group: Some(512),
        ..user(2, "svc-old")
    };
    copy.synchronise(read(&[primary], &[]), false);
    assert_eq!(copy.risk(2), 3);
}

#[test]
fn an_account_that_comes_later_is_found_once_and_an_imported_one_never() {
    let mut copy = Copy::default();
    copy.synchronise(read(&[user(1, "mkeller")], &[]), true);
    let changes = copy.synchronise(read(&[user(2, "svc-b"), user(3, "svc-a")], &[]), false);
    assert_eq!(
        found(&changes),
        [("svc-a", Risk::Low), ("svc-b", Risk::Low)]
    );
    copy.0.get_mut(&id(2)).unwrap().account = Some(AccountId(id(99)));
    copy.0.get_mut(&id(2)).unwrap().risk = 0;
    let mut described = user(2, "svc-b");
    described.description = Some("The backup".into());
    assert_eq!(found(&copy.synchronise(read(&[described], &[]), false)), []);
}

#[test]
fn what_is_incomplete_is_objected_to() {
    let mark = SyncMark {
        invocation: id(1),
        usn: 1,
    };
    let said = |full, users, memberships| SyncSummary {
        full,
        mark,
        deletions_seen: true,
        counts: SyncCounts {
            users,
            memberships,
            groups: u32::from(memberships > 0),
            ..SyncCounts::default()
        },
    };
    let one = || read(&[user(1, "a")], &[]);
    assert_eq!(one().objection(&said(true, 1, 0), true), None);
    assert!(
        one()
            .objection(&said(true, 2, 0), true)
            .unwrap()
            .contains("1 objects")
    );
    let with_group = || read(&[user(1, "a")], &[group(OPS, "ops", &[1])]);
    assert_eq!(with_group().objection(&said(false, 1, 1), true), None);
    assert!(with_group().objection(&said(false, 1, 2), true).is_some());
    // A domain may be empty; rights that were lost must not look like deletions.
    assert_eq!(Read::default().objection(&said(true, 0, 0), false), None);
    assert!(
        Read::default()
            .objection(&said(true, 0, 0), true)
            .unwrap()
            .contains("rights")
    );
    assert_eq!(Read::default().objection(&said(false, 0, 0), true), None);
    // Members of a group that nobody read.
    let members = DirectoryObject::Members {
        group: id(5),
        members: vec![id(1)],
    };
    assert!(!Read::default().take(members));
}
