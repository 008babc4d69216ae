//! Revival by clone: a new account takes over a deleted one's name and object; the deleted one is gone for good.

use crate::scene::{
    Life, abandoned_by, account_id, at, by, done, failure, id, step, submission, template, why,
};
use crate::submission::content;
use chrono::Days;
use std::sync::Arc;
use tenure_domain::{
    AccountId, Event,
    account::{
        AccountCommand as C, AccountEvent, AccountRefusal as R, RevivableAccount, Revived, Stage,
    },
    decide::Decide,
    event::{Recorded, Reservation, ReservationChange},
    lifecycle::{EndOfLifecycleAction as Action, OptionOff as Off, Status},
    order::{FailureReason, OrderKind, Outcome},
    reactions::{self, Reaction},
    request::{
        OfferedTemplate, Request, RequestCommand, RequestContent, RequestEvent, RequestFacts,
        RequestKind, RevivableName,
    },
    template::AccountType,
    timers::{TimerCommand, TimerKind},
};
use uuid::Uuid;

fn old() -> AccountId {
    id("deleted account")
}

fn object() -> Uuid {
    id("object of the deleted account")
}

/// A new account by an approved clone of the deleted one, whose object exists or not.
fn cloned(exists: bool) -> Life {
    let mut life = Life::absent();
    let mut asked = submission(RequestKind::NewAccount, &template(Action::Delete));
    asked.revives = Some(old());
    asked.groups = vec!["CN=New,DC=corp".into()];
    asked.attributes = [("department".to_owned(), vec!["Sales".to_owned()])].into();
    life.approved = Some((id("request"), Arc::new(asked)));
    life.revivable = exists.then(|| RevivableAccount {
        revived: Revived {
            account: old(),
            object: object(),
        },
        groups: vec!["CN=Old,DC=corp".into(), "CN=New,DC=corp".into()],
        groups_left: vec![],
        attributes: [("info".to_owned(), vec!["nightly".to_owned()])].into(),
        cannot_change_password: true,
        gmsa: None,
    });
    life.run(C::Create).expect("created");
    life
}

#[test]
fn a_clone_takes_over_the_deleted_accounts_object() {
    let mut life = cloned(true);
    let order = life.outstanding().expect("an order");
    assert_eq!(
        (order.kind, order.object),
        (OrderKind::Provision, Some(object()))
    );
    assert_eq!(order.revives, Some(old()));
    assert!(order.desired.enabled);
    assert_eq!(order.desired.groups, ["CN=New,DC=corp"]);
    assert_eq!(order.desired.groups_left, ["CN=Old,DC=corp"]);
    assert_eq!(order.desired.attributes["department"], ["Sales"]);
    assert!(order.desired.attributes["info"].is_empty(), "to be cleared");
    assert_eq!(
        order.desired.cannot_change_password,
        Some(false),
        "the deleted account could not, the template lets this one"
    );
    assert_eq!(life.report(done()), ["provisioned"]);
    assert_eq!(life.status(), Status::Active);
    life.run(C::Disable { reason: why() }).expect("disabled");
    let next = life.outstanding().expect("an order");
    assert_eq!((next.revives, next.kind), (None, OrderKind::Change));
}

#[test]
fn a_clone_of_what_is_purged_is_made_anew() {
    let life = cloned(false);
    let order = life.outstanding().expect("an order");
    assert_eq!((order.object, order.revives), (None, None));
    assert_eq!(life.managed().identity.revives, None);
}

#[test]
fn what_was_to_be_revived_goes_with_the_request_that_is_given_up() {
    let mut life = cloned(true);
    life.report(Outcome::Failed(failure(FailureReason::NoSuchOu)));
    life.run(abandoned_by(id("request"))).expect("given up");
    let order = life.outstanding().expect("an order");
    // By name, whether the object still carries the deleted account's fence or the new one's already.
    assert_eq!(
        (order.kind, order.object, order.revives),
        (OrderKind::Remove, None, Some(old()))
    );
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
}

#[test]
fn the_deleted_account_hears_of_it_and_is_gone_for_good() {
    let life = cloned(true);
    let heard: Vec<_> = life
        .history
        .iter()
        .flat_map(|event| reactions::to(account_id().0, &Event::Account(event.clone())))
        .filter_map(|reaction| match reaction {
            Reaction::Account {
                account, command, ..
            } => Some((account, command)),
            Reaction::Request { .. } | Reaction::Review { .. } => None,
        })
        .collect();
    assert!(
        matches!(heard[..], [(account, C::Succeed(by))] if account == old() && by == account_id())
    );

    let mut deleted = Life::ended(Action::Delete);
    let successor: AccountId = id("successor");
    assert_eq!(deleted.does(C::Succeed(successor)), ["succeeded"]);
    assert_eq!(deleted.run(C::Succeed(successor)), Ok(vec![]));
    assert_eq!(deleted.run(C::Succeed(id("another"))), Err(R::NotDue));
    assert_eq!(
        (deleted.status(), deleted.managed().wanted()),
        (Status::Deleted, None)
    );
    assert_eq!(
        deleted.run(C::Purge { reason: why() }),
        Err(R::OptionOff(Off::Deleted))
    );
    let released = deleted
        .history
        .iter()
        .flat_map(|event| event.reservations(old().0));
    assert_eq!(
        released
            .filter(|name| name.change == ReservationChange::Release)
            .count(),
        0
    );
}

#[test]
fn a_purge_that_was_on_its_way_gives_nothing_up_that_is_the_successors() {
    let mut deleted = Life::ended(Action::Delete);
    deleted.run(C::Purge { reason: why() }).expect("ordered");
    assert_eq!(deleted.does(C::Succeed(id("successor"))), ["succeeded"]);
    assert_eq!(
        deleted.report(Outcome::Removed),
        ["order-applied"],
        "the name stays the successor's"
    );
    assert!(deleted.outstanding().is_none());
}

#[test]
fn only_a_deleted_account_is_succeeded() {
    let mut life = Life::live(Action::Delete);
    assert_eq!(life.run(C::Succeed(id("successor"))), Err(R::NotDue));
}

fn facts(exists: bool) -> RequestFacts {
    let mut offered = template(Action::Delete);
    offered.approval.steps = vec![step("Manager", 1, &["carol"], &[])];
    RequestFacts {
        template: Some(OfferedTemplate {
            id: id("template"),
            version: 1,
            content: Arc::new(offered),
        }),
        domain_enabled: true,
        revivable: exists.then(|| RevivableName {
            account: old(),
            domain: id("corp"),
            name: "SVC-backup".into(),
            account_type: AccountType::AdUser,
        }),
        ..RequestFacts::default()
    }
}

/// What happens to the names when alice's clone is submitted and then withdrawn.
fn names(content: RequestContent, exists: bool, exists_later: bool) -> [Vec<(Uuid, bool)>; 2] {
    let mut request = Request::default();
    let mut change = |command, facts| {
        let events = request
            .decide(command, &by("alice", facts))
            .expect("accepted");
        let mut names = Vec::new();
        for event in events {
            let claims = |r: Reservation| (r.holder, r.change == ReservationChange::Claim);
            names.extend(
                RequestEvent::reservations(&event, id("request"))
                    .into_iter()
                    .map(claims),
            );
            cqrs_es::Aggregate::apply(&mut request, event);
        }
        names
    };
    let draft = RequestCommand::Draft {
        account: account_id(),
        content: Box::new(content),
    };
    change(draft, facts(exists));
    [
        change(RequestCommand::Submit, facts(exists)),
        change(RequestCommand::Withdraw, facts(exists_later)),
    ]
}

#[test]
fn the_name_passes_on_at_submission_and_back_if_nothing_comes_of_it() {
    let clone = || RequestContent {
        clone_of: Some(old()),
        ..content()
    };
    let (old, new) = (old().0, account_id().0);
    let passes = vec![(old, false), (new, true)];
    assert_eq!(
        names(clone(), true, true),
        [passes.clone(), vec![(new, false), (old, true)]]
    );
    assert_eq!(
        names(clone(), true, false),
        [passes, vec![(new, false)]],
        "purged meanwhile: free"
    );
    let ordinary = [vec![(new, true)], vec![(new, false)]];
    assert_eq!(names(clone(), false, false), ordinary, "purged before");
    assert_eq!(names(content(), true, true), ordinary, "no clone");
    let other_name = RequestContent {
        name: "svc-other".into(),
        ..clone()
    };
    assert_eq!(names(other_name, true, true), ordinary, "of another name");
}

#[test]
fn a_template_says_how_long_a_deleted_account_waits_for_its_purge() {
    let mut graceful = template(Action::Delete);
    graceful.lifecycle.purge_after_days = Some(14);
    let mut life = Life::live_by(&graceful);
    let end = life.end();
    life.now = end;
    life.run(C::ReachEnd(end)).expect("ended");
    let due = end + Days::new(14);
    assert_eq!(
        life.managed().stage,
        Stage::MarkedDeleted {
            purge_at: Some(due)
        }
    );
    let timer = life
        .history
        .iter()
        .flat_map(|event| {
            tenure_domain::timers::changes(account_id().0, &Event::Account(event.clone()))
        })
        .find_map(|change| match change {
            tenure_domain::timers::TimerChange::Set(timer) if timer.kind == TimerKind::Purge => {
                Some(timer)
            }
            _ => None,
        })
        .expect("a timer");
    assert_eq!(timer.due, due);
    let purge = || match timer.command() {
        TimerCommand::Account(_, command) => command,
        TimerCommand::Request(..) | TimerCommand::Campaign(..) => {
            panic!("not a timer of an account")
        }
    };
    assert_eq!(life.run(purge()), Err(R::NotDue), "never early");
    life.now = due;
    life.applied();
    assert_eq!(life.does(purge()), ["purge-ordered", "order-issued"]);
    assert_eq!(
        life.outstanding().expect("an order").kind,
        OrderKind::Remove
    );
    assert_eq!(life.run(purge()), Err(R::NotDue), "once");
    assert!(matches!(
        life.history.last(),
        Some(AccountEvent::OrderIssued(_))
    ));

    let mut patient = Life::ended(Action::Delete);
    assert_eq!(
        patient.managed().stage,
        Stage::MarkedDeleted { purge_at: None }
    );
    let never = at("2199-01-01T00:00:00Z");
    patient.now = never;
    assert_eq!(patient.run(C::PurgeAfterGrace(never)), Err(R::NotDue));
}
