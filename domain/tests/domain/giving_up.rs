//! A failed request is withdrawn while somebody tries its account again: whichever comes first in its own stream holds,
//! and never is there a live account of a withdrawn request.

use crate::scene::{
    Life, account_id, by, done, failure, given, id, request_id, submission, template,
};
use crate::submission::{content, drafted};
use tenure_domain::{
    account::{AccountCommand, AccountRefusal},
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{FailureReason, OrderKind, Outcome},
    request::{
        Request, RequestApproved, RequestCommand, RequestEvent, RequestFacts, RequestFailed,
        RequestKind, RequestRefusal, RequestReopened, RequestStatus, RequestSubmitted,
        RequestWithdrawn,
    },
};

/// The directory has refused to make it.
fn refused() -> Life {
    let mut life = Life::begun(&template(Action::Disable));
    life.report(Outcome::Failed(failure(FailureReason::NameTaken)));
    life
}

fn failed() -> Vec<RequestEvent> {
    let kind = RequestKind::NewAccount;
    vec![
        drafted(content()),
        RequestSubmitted {
            submission: submission(kind, &template(Action::Disable)),
            escalates_at: None,
        }
        .into(),
        RequestApproved {
            kind,
            account: account_id(),
        }
        .into(),
        RequestFailed {
            failure: failure(FailureReason::NameTaken),
            kind,
        }
        .into(),
    ]
}

#[test]
fn what_is_made_after_the_withdrawal_is_removed_at_once_and_never_lives() {
    let mut life = refused();
    life.run(AccountCommand::RetryFailed).expect("tried again");
    life.given_up = true;
    assert_eq!(
        life.report(done()),
        ["order-applied", "deleted", "order-issued"]
    );
    assert_eq!(life.status(), Status::Deleted);
    let order = life.outstanding().expect("an order");
    assert_eq!(order.kind, OrderKind::Remove);
    // The withdrawal's own reaction finds it done.
    let late = life.run(crate::scene::abandoned_by(request_id()));
    assert_eq!(late, Ok(vec![]));
    assert_eq!(life.report(Outcome::Removed), ["removed"]);
}

#[test]
fn an_account_whose_request_was_withdrawn_is_not_tried_again() {
    let mut life = refused();
    life.given_up = true;
    assert_eq!(
        life.run(AccountCommand::RetryFailed),
        Err(AccountRefusal::GivenUp)
    );
}

#[test]
fn a_failed_request_is_not_withdrawn_any_more_when_its_account_has_come_to_be() {
    let facts = RequestFacts {
        account_exists: true,
        ..RequestFacts::default()
    };
    given::<Request>(failed())
        .when(RequestCommand::Withdraw, &by("alice", facts.clone()))
        .refused(RequestRefusal::WrongStatus {
            status: RequestStatus::Provisioned,
        });
    given::<Request>(failed())
        .when(RequestCommand::Withdraw, &by("bob", facts))
        .refused(RequestRefusal::NotRequester);
}

#[test]
fn a_renewal_whose_end_overtook_its_beginning_does_not_begin() {
    let mut life = Life::live(Action::Expire);
    life.at(crate::scene::OPENS);
    let request = id("renewal");
    life.run(AccountCommand::CloseRenewal(request))
        .expect("nothing to close");
    life.given_up = true;
    assert_eq!(life.run(AccountCommand::BeginRenewal(request)), Ok(vec![]));
    life.given_up = false;
    let next = AccountCommand::BeginRenewal(id("next"));
    assert_eq!(life.does(next), ["renewal-requested"]);
}

#[test]
fn a_request_gives_its_account_up_when_it_is_withdrawn_also_if_it_is_reopened_for_another() {
    let gives_up =
        |events: Vec<RequestEvent>| given::<Request>(events).0.has_given_up(account_id());
    assert!(!gives_up(vec![]));
    assert!(!gives_up(failed()));
    let withdrawn = RequestWithdrawn {
        kind: RequestKind::NewAccount,
        released: tenure_domain::request::ReleasedName {
            domain: id("corp"),
            name: "svc-backup".into(),
            account: account_id(),
            back_to: None,
        },
        after_failure: true,
    };
    let mut events = failed();
    events.push(withdrawn.into());
    assert!(gives_up(events.clone()));
    let account = id("another account");
    events.push(RequestReopened { account }.into());
    assert!(gives_up(events));
}
