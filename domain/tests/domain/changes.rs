//! Changes of a live account's AD groups and attributes by request.

use crate::scene::{Life, account_id, done, failure, id, submission, template, why};
use crate::submission::content;
use std::sync::Arc;
use tenure_domain::{
    AccountId, Event, RequestId,
    account::{AccountCommand as C, AccountRefusal as R},
    decide::Decide,
    lifecycle::{EndOfLifecycleAction as Action, OptionOff as Off},
    order::{FailureReason, OrderKind, Outcome},
    problem::{FieldProblem, Problem},
    reactions::{self, Reaction},
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestCommand, RequestContent, RequestFacts,
        RequestKind, RequestRefusal,
    },
    template::{AttributeRule, TemplateAttribute, TemplateContent},
};

const BATCH: &str = "CN=Batch,OU=Groups,DC=corp,DC=example,DC=com";
const REPORTS: &str = "CN=Reports,OU=Groups,DC=corp,DC=example,DC=com";

const ADMINS: &str = "CN=Backup Admins,OU=Groups,DC=corp,DC=example,DC=com";

/// Two groups, and one that may be chosen; department is required, info optional, company fixed.
fn offer() -> TemplateContent {
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
fn live() -> Life {
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

/// Groups, and attributes with their values.
type Wanted = (Vec<String>, Vec<(String, String)>);

/// What the decision on a change of the live account knows.
fn facts() -> RequestFacts {
    let life = live();
    let kind = RequestKind::Change(account_id());
    RequestFacts {
        template: Some(OfferedTemplate {
            id: id("template"),
            version: 1,
            content: Arc::new(offer()),
        }),
        domain_enabled: true,
        renewed: Some(RenewedAccount::of(life.managed(), kind, life.now)),
        ..RequestFacts::default()
    }
}

fn does(request: &mut Request, who: &str, command: RequestCommand) -> Result<(), RequestRefusal> {
    let context = crate::scene::by(who, facts());
    for event in request.decide(command, &context)? {
        cqrs_es::Aggregate::apply(request, event);
    }
    Ok(())
}

/// The request that `asked` is submitted as, for the live account.
fn requested(asked: RequestContent) -> Result<Request, RequestRefusal> {
    let mut request = Request::default();
    let draft = RequestCommand::Draft {
        account: id("unused"),
        content: Box::new(asked),
    };
    does(&mut request, "alice", draft)?;
    does(&mut request, "alice", RequestCommand::Submit)?;
    Ok(request)
}

fn wanted(request: &Request) -> Wanted {
    let submission = request.submission().expect("submitted");
    let flat = submission.attributes.iter();
    let flat = flat.map(|(name, values)| (name.clone(), values.join("|")));
    (submission.groups.clone(), flat.collect())
}

/// What `asked` is submitted as.
fn submitted(asked: RequestContent) -> Result<Wanted, RequestRefusal> {
    Ok(wanted(&requested(asked)?))
}

fn asks(groups: Option<&[&str]>, attributes: &[(&str, &[&str])]) -> RequestContent {
    let list = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    RequestContent {
        kind: RequestKind::Change(account_id()),
        template: id("template"),
        name: String::new(),
        groups: groups.map(list),
        attributes: attributes
            .iter()
            .map(|(name, values)| ((*name).to_owned(), list(values)))
            .collect(),
        ..content()
    }
}

#[test]
fn a_request_says_only_what_changes() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let (groups, attributes) = submitted(asks(None, &[("department", &["Sales"])])).expect("valid");
    assert_eq!(groups, [BATCH, REPORTS]);
    assert_eq!(
        attributes,
        [
            pair("company", "Example"),
            pair("department", "Sales"),
            pair("info", "nightly")
        ]
    );
    let lower = BATCH.to_lowercase();
    let (groups, attributes) = submitted(asks(Some(&[&lower]), &[("info", &[])])).expect("valid");
    assert_eq!(groups, [BATCH], "as the template writes it");
    let (chosen, _) = submitted(asks(Some(&[REPORTS, ADMINS]), &[])).expect("valid");
    assert_eq!(chosen, [REPORTS, ADMINS], "an optional one too");
    assert_eq!(
        attributes,
        [pair("company", "Example"), pair("department", "Finance")]
    );
}

#[test]
fn a_change_stays_within_what_the_template_allows() {
    let asked = asks(
        Some(&["CN=Domain Admins,DC=corp,DC=example,DC=com", BATCH, BATCH]),
        &[
            ("department", &[]),
            ("company", &["Other"]),
            ("mail", &["x"]),
        ],
    );
    let Err(RequestRefusal::Invalid(problems)) = submitted(asked) else {
        panic!("refused")
    };
    let problem = FieldProblem::at;
    assert_eq!(
        problems,
        [
            problem(
                "groups[0]",
                Problem::NotAmong {
                    offered: vec![BATCH.into(), REPORTS.into(), ADMINS.into()]
                }
            ),
            problem("groups[2]", Problem::Duplicate),
            problem("attributes.mail", Problem::NotOffered),
            problem("attributes.department", Problem::Missing),
            problem("attributes.company", Problem::ReadOnly),
        ]
    );
}

#[test]
fn a_change_that_was_sent_back_may_get_other_attributes_but_no_other_groups() {
    let mut request = requested(asks(None, &[("department", &["Sales"])])).expect("valid");
    let question = RequestCommand::AskForInformation {
        question: "Why?".into(),
    };
    does(&mut request, "carol", question).expect("asked");
    let answer = |content| RequestCommand::GiveInformation {
        answer: "It moved".into(),
        content: Some(Box::new(content)),
    };
    let other_groups = asks(Some(&[BATCH]), &[("department", &["Sales"])]);
    assert_eq!(
        does(&mut request, "alice", answer(other_groups)),
        Err(RequestRefusal::Invalid(vec![FieldProblem::at(
            "groups",
            Problem::Submitted
        )]))
    );
    let better = asks(None, &[("department", &["Marketing"])]);
    does(&mut request, "alice", answer(better)).expect("answered");
    let (groups, attributes) = wanted(&request);
    assert_eq!(groups, [BATCH, REPORTS]);
    assert!(attributes.contains(&("department".into(), "Marketing".into())));
    assert!(
        attributes.iter().any(|(name, _)| name == "company"),
        "what the request does not speak of stays"
    );
}
