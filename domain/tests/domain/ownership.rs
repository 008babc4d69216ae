//! Owners: the template's limits, and somebody active at all times.

use crate::scene::{Life, group, template, user, why};
use tenure_domain::{
    account::{AccountCommand as C, AccountRefusal as R},
    lifecycle::{EndOfLifecycleAction as Action, OptionOff as Off},
    order::Outcome,
    ownership::Owner,
    problem::{FieldProblem, Problem},
    template::OwnershipSection,
};

fn person(name: &str) -> Owner {
    Owner::User(user(name))
}

fn wrong<T>(field: &str, problem: Problem) -> Result<T, R> {
    Err(R::Invalid(vec![FieldProblem::at(field, problem)]))
}

#[test]
fn a_change_of_owners_keeps_the_templates_limits() {
    let mut life = Life::live(Action::Disable);
    life.ownership = Some(OwnershipSection {
        group_ownership: false,
        requester_only: false,
        least: 2,
        most: 3,
    });
    let change = |names: &[&str]| C::ChangeOwners(names.iter().map(|name| person(name)).collect());
    assert_eq!(
        life.run(change(&["bob"])),
        wrong("owners", Problem::TooFew { least: 2 })
    );
    assert_eq!(
        life.run(change(&["a", "b", "c", "d"])),
        wrong("owners", Problem::TooMany { most: 3 })
    );
    let with_group = C::ChangeOwners(vec![person("bob"), Owner::Group(group("ops"))]);
    assert_eq!(
        life.run(with_group),
        wrong("owners[1]", Problem::NotOffered)
    );
    assert_eq!(life.does(change(&["bob", "carol"])), ["owners-changed"]);
    life.ownership = Some(OwnershipSection {
        requester_only: true,
        ..OwnershipSection::default()
    });
    assert_eq!(
        life.run(change(&["alice", "bob"])),
        wrong("owners", Problem::TooMany { most: 1 })
    );
    assert_eq!(
        life.does(change(&["dora"])),
        ["owners-changed"],
        "handed over"
    );
}

#[test]
fn an_account_never_loses_its_last_active_owner() {
    let mut life = Life::live(Action::Disable);
    let empty = Owner::Group(group("nobody in it"));
    let both = C::ChangeOwners(vec![person("bob"), empty]);
    life.inactive_owners = vec![empty];
    assert_eq!(
        life.does(both),
        ["owners-changed"],
        "beside somebody active it may stand"
    );
    life.unknown_owners = vec![person("bob")];
    assert_eq!(
        life.run(C::ChangeOwners(vec![person("bob")])),
        wrong("owners", Problem::NobodyActive),
        "bob may stay though he was disabled, but not alone"
    );
    assert_eq!(
        life.run(C::ChangeOwners(vec![empty])),
        wrong("owners", Problem::NobodyActive)
    );
    assert_eq!(
        life.does(C::ChangeOwners(vec![person("bob"), person("carol")])),
        ["owners-changed"]
    );
}

#[test]
fn a_successor_takes_the_place_of_who_leaves() {
    let mut life = Life::live(Action::Disable);
    life.run(C::ChangeOwners(vec![
        person("alice"),
        person("bob"),
        person("carol"),
    ]))
    .expect("changed");
    let replace = |owner: &str, successor: &str| C::ReplaceOwner {
        owner: person(owner),
        successor: person(successor),
    };
    assert_eq!(life.does(replace("bob", "dora")), ["owners-changed"]);
    assert_eq!(
        life.managed().owners,
        [person("alice"), person("dora"), person("carol")]
    );
    assert_eq!(life.does(replace("carol", "alice")), ["owners-changed"]);
    assert_eq!(life.managed().owners, [person("alice"), person("dora")]);
    assert_eq!(
        life.run(replace("bob", "erik")),
        Ok(vec![]),
        "bob owns nothing any more"
    );
    life.unknown_owners = vec![person("erik")];
    assert_eq!(
        life.run(replace("alice", "erik")),
        wrong("successor", Problem::Unknown)
    );
}

#[test]
fn the_owners_of_a_removed_account_are_history() {
    let mut life = Life::live_by(&template(Action::Disable));
    let confirmed_name = "svc-backup".to_owned();
    let delete = C::Delete {
        reason: why(),
        confirmed_name,
    };
    life.run(delete).expect("deleted");
    let change = || C::ChangeOwners(vec![person("bob")]);
    assert_eq!(life.run(change()), Err(R::OptionOff(Off::Deleted)));
    life.report(Outcome::Removed);
    assert_eq!(life.run(change()), Err(R::OptionOff(Off::Deleted)));
    let mut marked = Life::ended(Action::Delete);
    assert_eq!(
        marked.does(change()),
        ["owners-changed"],
        "until then somebody is accountable"
    );
}
