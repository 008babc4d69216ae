//! Changes of a live account's AD groups and attributes by request.

use crate::scene::{Life, account_id, done, failure, id, submission, template, why};
use std::sync::Arc;
use tenure_domain::{
    AccountId, Event, RequestId,
    account::{AccountCommand as C, AccountRefusal as R},
    lifecycle::{EndOfLifecycleAction as Action, OptionOff as Off},
    order::{FailureReason, OrderKind, Outcome},
    reactions::{self, Reaction},
    request::{RequestCommand, RequestKind},
    template::{AttributeRule, TemplateAttribute, TemplateContent},
};

pub(crate) const BATCH: &str = "CN=Batch,OU=Groups,DC=corp,DC=example,DC=com";
pub(crate) const REPORTS: &str = "CN=Reports,OU=Groups,DC=corp,DC=example,DC=com";

pub(crate) const ADMINS: &str = "CN=Backup Admins,OU=Groups,DC=corp,DC=example,DC=com";

/// Two groups, and one that may be chosen; department is required, info optional, company fixed.
pub(crate) fn offer() -> TemplateContent {
    let mut template = template(Action::Disable);
    template.directory.groups = vec![BATCH.into(), REPORTS.into()];
    template.directory.optional_groups = vec![ADMINS.into()];
    let attribute = |name: &str, rule| TemplateAttribute {
        name: name.into(),
        rule,
    };
    template.directory.attributes = vec![
        attribute("department", AttributeRule::Required),
        attribute("info", AttributeRule::Optional),
        attribute("company", AttributeRule::ReadOnly(vec!["Example".into()])),
    ];
    template
}

fn values(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, Vec<String>> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
        .collect()
}

/// A live account in both groups.
pub(crate) fn live() -> Life {
    let mut life = Life::absent();
    let mut new = submission(RequestKind::NewAccount, &offer());
    new.attributes = values(&[("department", "Finance"), ("info", "nightly")]);
    life.approved = Some((id("request"), Arc::new(new)));
    life.run(C::Create).expect("created");
    life.applied();
    life
}

/// The approved request `name` for these groups and attributes.
fn change(life: &mut Life, name: &str, groups: &[&str], attributes: &[(&str, &str)]) -> C {
    let mut asked = submission(RequestKind::Change(account_id()), &offer());
    asked.groups = groups.iter().map(ToString::to_string).collect();
    asked.attributes = values(attributes);
    let request: RequestId = id(name);
    life.approved = Some((request, Arc::new(asked)));
    C::ChangeByRequest(request)
}

fn follow(life: &Life, events: usize) -> Vec<Reaction> {
    let from = life.history.len() - events;
    life.history[from..]
        .iter()
        .flat_map(|event| reactions::to(account_id().0, &Event::Account(event.clone())))
        .collect()
}

#[test]
fn an_approved_change_is_ordered_and_its_request_ends_with_the_directorys_confirmation() {
    let mut life = live();
    let command = change(&mut life, "change", &[REPORTS], &[("department", "Sales")]);
    assert_eq!(life.does(command), ["changed", "order-issued"]);
    let order = life.outstanding().expect("an order");
    assert_eq!(order.kind, OrderKind::Change);
    assert_eq!(order.desired.groups, [REPORTS]);
    assert_eq!(order.desired.groups_left, [BATCH]);
    assert_eq!(order.desired.attributes["department"], ["Sales"]);
    assert!(order.desired.attributes["info"].is_empty(), "to be cleared");
    assert!(matches!(
        follow(&life, 2)[..],
        [Reaction::Request {
            command: RequestCommand::BeginProvisioning,
            ..
        }]
    ));
    assert_eq!(life.report(done()), ["order-applied"]);
    let [Reaction::Request { request, command }] = &follow(&life, 1)[..] else {
        panic!("the request hears of it")
    };
    assert_eq!(*request, id("change"));
    assert!(matches!(command, RequestCommand::Complete));
}

#[test]
fn a_change_that_the_directory_refuses_is_undone_and_its_request_fails_with_its_words() {
    let mut life = live();
    let before = life.managed().identity.groups.clone();
    let command = change(&mut life, "change", &[REPORTS], &[("department", "Sales")]);
    life.run(command).expect("changed");
    let refused = Outcome::Failed(failure(FailureReason::NoSuchGroup));
    assert_eq!(life.report(refused), ["order-failed", "order-issued"]);
    assert_eq!(life.managed().identity.groups, before);
    let order = life.outstanding().expect("what was done in part is undone");
    assert_eq!(order.desired.groups, before);
    assert_eq!(order.desired.attributes["department"], ["Finance"]);
    let [Reaction::Request { command, .. }] = &follow(&life, 2)[..] else {
        panic!("the request hears of it")
    };
    let RequestCommand::Fail(failure) = command else {
        panic!("{command:?}")
    };
    assert_eq!(failure.detail, "LDAP 68 entryAlreadyExists");

    // So that a later order, one that disables above all, does not fail with it; and the request can be retried.
    life.report(done());
    assert_eq!(
        life.does(C::Disable { reason: why() }),
        ["disabled", "order-issued"]
    );
    assert_eq!(life.report(done()), ["order-applied"]);
    let again = change(&mut life, "change", &[REPORTS], &[("department", "Sales")]);
    assert_eq!(life.does(again), ["changed", "order-issued"]);
}

#[test]
fn one_change_at_a_time() {
    let mut life = live();
    let first = change(&mut life, "first", &[REPORTS], &[]);
    life.run(first.clone()).expect("changed");
    assert_eq!(
        life.run(first),
        Ok(vec![]),
        "the same again changes nothing"
    );
    let second = change(&mut life, "second", &[BATCH], &[]);
    assert_eq!(life.run(second), Err(R::ChangeUnderWay));
}

#[test]
fn the_next_change_may_be_asked_for_when_the_directory_has_confirmed_the_one_before() {
    use tenure_domain::{
        Scope,
        event::{Recorded, Reservation, ReservationChange},
    };
    let let_go = |life: &Life, events: usize| -> Vec<Reservation> {
        let recent = &life.history[life.history.len() - events..];
        let all = recent.iter().flat_map(|e| e.reservations(account_id().0));
        all.filter(|r| r.scope == Scope::Change).collect()
    };
    let by_request = |name: &str| Reservation {
        scope: Scope::Change,
        key: account_id().to_string(),
        holder: id::<RequestId>(name).0,
        change: ReservationChange::Release,
    };
    let mut life = live();
    let command = change(&mut life, "change", &[REPORTS], &[]);
    let events = life.does(command).len();
    assert_eq!(let_go(&life, events), []);
    life.report(done());
    assert_eq!(let_go(&life, 1), [by_request("change")]);
    let same = change(&mut life, "same", &[REPORTS], &[]);
    assert_eq!(life.does(same), ["changed"], "in force already");
    assert_eq!(let_go(&life, 1), [by_request("same")]);
}

#[test]
fn a_change_of_nothing_is_in_force_at_once() {
    let mut life = live();
    let same = [("department", "Finance"), ("info", "nightly")];
    let command = change(&mut life, "change", &[BATCH, REPORTS], &same);
    assert_eq!(life.does(command), ["changed"]);
    let [Reaction::Request { command, .. }] = &follow(&life, 1)[..] else {
        panic!("the request hears of it")
    };
    assert!(matches!(command, RequestCommand::Complete));
}

#[test]
fn a_change_ends_with_its_account() {
    let mut life = live();
    let command = change(&mut life, "change", &[], &[]);
    life.run(command).expect("changed");
    let delete = C::Delete {
        reason: why(),
        confirmed_name: "svc-backup".into(),
    };
    let events = life.does(delete).len();
    assert!(follow(&life, events).iter().any(|reaction| matches!(
        reaction,
        Reaction::Request { request, command: RequestCommand::Fail(failure) }
            if *request == id("change") && failure.reason == FailureReason::AccountChanged
    )));
    let late = change(&mut life, "late", &[BATCH], &[]);
    assert_eq!(life.run(late), Err(R::OptionOff(Off::Deleted)));
}

#[test]
fn a_change_that_was_checked_against_another_version_is_not_carried_out() {
    let mut life = live();
    let command = change(&mut life, "change", &[BATCH], &[]);
    let mut former = submission(RequestKind::Change(account_id()), &offer());
    former.template_version = 7;
    life.approved = Some((id("change"), Arc::new(former)));
    assert_eq!(life.run(command), Err(R::Migrated));
}

#[test]
fn only_an_approved_request_for_this_account_changes_it() {
    let mut life = live();
    let command = change(&mut life, "change", &[BATCH], &[]);
    life.approved = None;
    assert_eq!(life.run(command.clone()), Err(R::NotApproved));
    let other: AccountId = id("another account");
    let foreign = submission(RequestKind::Change(other), &offer());
    life.approved = Some((id("change"), Arc::new(foreign)));
    assert_eq!(life.run(command), Err(R::NotApproved));
}
