use super::super::members::tests::{followed, id, nesting, person, plan};
use super::*;
use tenure_domain::synchronisation::DirectoryUser;

fn with_mail(n: u128) -> DirectoryUser {
    DirectoryUser {
        mail: Some(format!("P{n}@corp.example.com")),
        ..person(n)
    }
}

fn users(rows: &[(u128, Option<u128>)]) -> Users {
    let mut users = Users::default();
    for (mail_of, linked) in rows {
        let mut row = followed(9_000 + mail_of, linked.unwrap_or(0), false);
        row.emails = vec![format!("p{mail_of}@corp.example.com")];
        if linked.is_none() {
            row.directory_link = None;
        }
        users.add(&row);
    }
    users
}

fn coming(new: u32, known: u32, followed: u32, cannot: u32) -> Coming {
    Coming {
        new,
        known,
        followed,
        cannot,
    }
}

#[test]
fn whom_each_group_brings_is_told_by_what_they_are_to_tenure_now() {
    // 10 is nobody yet, 11 a user by the address, 12 followed; 13 has no address, somebody else has that of 14.
    let mut nesting = nesting();
    let staff = nesting.0.get_mut(&id(1)).unwrap();
    staff.members.extend([id(13), id(14), id(15)]);
    let there = vec![
        with_mail(10),
        with_mail(11),
        with_mail(12),
        person(13),
        with_mail(14),
        with_mail(15),
    ];
    let members = Members::new(&plan(&[(1, None), (2, None)]), &nesting, there);
    // 15 left before, 50 is in none of the groups.
    let known = vec![
        followed(1012, 12, false),
        followed(1015, 15, true),
        followed(1050, 50, false),
    ];
    let difference = Difference::new(&members, known);
    let users = users(&[(11, None), (14, Some(99))]);
    let preview = judged(&[id(2), id(1)], &members, &difference, &users);
    let of = |group: usize| (preview.groups[group].object, preview.groups[group].people);
    assert_eq!(of(0), (id(2), coming(0, 0, 1, 0)));
    assert_eq!(of(1), (id(1), coming(1, 2, 1, 2)));
    assert_eq!(preview.people, coming(1, 2, 1, 2));
    let names: Vec<_> = preview.who_comes.iter().map(|(_, name)| &**name).collect();
    assert_eq!(names, ["p10", "p11", "p15"]);
    assert_eq!(
        (preview.leaving, &*preview.who_leaves),
        (1, &[UserId(id(1050))][..])
    );
}

#[test]
fn nobody_leaves_for_a_group_that_is_not_there_nor_when_none_is_followed() {
    let known = || vec![followed(1050, 50, false)];
    for groups in [&[1, 3][..], &[]] {
        let named: Vec<_> = groups.iter().map(|n| (*n, None)).collect();
        let members = Members::new(&plan(&named), &nesting(), vec![with_mail(10)]);
        let difference = Difference::new(&members, known());
        let asked: Vec<_> = groups.iter().map(|n| id(*n)).collect();
        let preview = judged(&asked, &members, &difference, &Users::default());
        assert_eq!((preview.leaving, preview.who_leaves.len()), (0, 0));
        let missing: Vec<_> = preview.groups.iter().map(|group| group.missing).collect();
        assert_eq!(
            missing,
            if groups.is_empty() {
                vec![]
            } else {
                vec![false, true]
            }
        );
    }
}
