//! What follows from an event elsewhere, and from a refusal of what followed.

use crate::scene::{account_id, request_id};
use tenure_domain::{
    Event,
    account::{AccountCommand, AccountRefusal},
    lifecycle::OptionOff,
    order::FailureReason,
    reactions::{self, Reaction},
    request::{RequestApproved, RequestCommand, RequestEvent, RequestKind, RequestRetried},
};

fn reaction_to(event: RequestEvent) -> Reaction {
    reactions::to(request_id().0, &Event::Request(event))
        .pop()
        .expect("a reaction")
}

fn approved(kind: RequestKind) -> Reaction {
    reaction_to(
        RequestApproved {
            kind,
            account: account_id(),
        }
        .into(),
    )
}

fn retried(kind: RequestKind) -> Reaction {
    reaction_to(
        RequestRetried {
            kind,
            account: account_id(),
        }
        .into(),
    )
}

#[test]
fn an_approved_request_fails_when_its_account_has_moved_on() {
    let renewal = RequestKind::Renewal(account_id());
    let deleted = AccountRefusal::OptionOff(OptionOff::Deleted);
    for reaction in [
        approved(RequestKind::NewAccount),
        approved(renewal),
        retried(RequestKind::NewAccount),
        retried(renewal),
        approved(RequestKind::Change(account_id())),
        retried(RequestKind::Change(account_id())),
    ] {
        let Some(Reaction::Request {
            request,
            command: RequestCommand::Fail(failure),
        }) = reactions::to_refusal(&reaction, &deleted)
        else {
            panic!("{reaction:?} leaves its request approved for ever");
        };
        assert_eq!(request, request_id());
        assert_eq!(failure.reason, FailureReason::AccountChanged);
        assert_eq!(
            failure.detail,
            deleted.to_string(),
            "the account's own words"
        );
    }
}

#[test]
fn a_retried_renewal_renews_and_a_retried_creation_repeats_its_order() {
    let command = |reaction| match reaction {
        Reaction::Account { command, .. } => command,
        Reaction::Request { .. } | Reaction::Review { .. } => panic!("for an account"),
    };
    let renewal = RequestKind::Renewal(account_id());
    assert!(
        matches!(command(retried(renewal)), AccountCommand::RenewByRequest(request) if request == request_id())
    );
    assert!(matches!(
        command(retried(RequestKind::NewAccount)),
        AccountCommand::RetryFailed
    ));
}

#[test]
fn a_request_stays_as_it_is_when_its_account_was_retried_already() {
    let reaction = retried(RequestKind::NewAccount);
    assert!(reactions::to_refusal(&reaction, &AccountRefusal::NothingToRetry).is_none());
}
