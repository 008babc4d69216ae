//! Requests: drafted, rejected, withdrawn, reopened, and what the directory says.

use crate::scene::{account_id, by, context, failure, given, id, step, submission, template, user};
use crate::submission::{content, drafted, facts};
use tenure_domain::{
    Actor, Context,
    lifecycle::EndOfLifecycleAction as Action,
    order::FailureReason,
    request::{
        ReleasedName, Request, RequestApproved, RequestCommand as C, RequestCompleted,
        RequestContent, RequestDrafted, RequestEvent, RequestFacts, RequestFailed, RequestKind,
        RequestProvisioningBegun, RequestRefusal as R, RequestRejected, RequestReopened,
        RequestRetried, RequestRevised, RequestStatus, RequestSubmitted, RequestWithdrawn,
    },
};

fn alice() -> Context<RequestFacts> {
    by("alice", RequestFacts::default())
}

fn bob() -> Context<RequestFacts> {
    by("bob", RequestFacts::default())
}

fn carol() -> Context<RequestFacts> {
    by("carol", RequestFacts::default())
}

fn tenure() -> Context<RequestFacts> {
    context(Actor::system("provisioning"), RequestFacts::default())
}

fn draft(content: RequestContent) -> C {
    C::Draft {
        account: account_id(),
        content: Box::new(content),
    }
}

fn other() -> RequestContent {
    RequestContent {
        name: "svc-other".into(),
        ..content()
    }
}

fn released() -> ReleasedName {
    ReleasedName {
        domain: id("corp"),
        name: "svc-backup".into(),
        back_to: None,
        account: account_id(),
    }
}

fn rejected() -> RequestEvent {
    let (approver, reason) = (user("carol"), "not needed".into());
    RequestRejected {
        approver,
        reason,
        kind: RequestKind::NewAccount,
        released: released(),
    }
    .into()
}

fn withdrawn() -> RequestEvent {
    RequestWithdrawn {
        kind: RequestKind::NewAccount,
        released: released(),
    }
    .into()
}

fn refusal() -> tenure_domain::order::Failure {
    failure(FailureReason::NameTaken)
}

/// The history up to this status.
fn history(status: RequestStatus) -> Vec<RequestEvent> {
    let submission = submission(RequestKind::NewAccount, &template(Action::Disable));
    let approved = RequestApproved {
        kind: RequestKind::NewAccount,
        account: account_id(),
    };
    let mut events = vec![drafted(content())];
    if status != RequestStatus::Draft {
        events.push(RequestSubmitted { submission }.into());
    }
    let provisioning: [RequestEvent; 2] = [approved.into(), RequestProvisioningBegun {}.into()];
    match status {
        RequestStatus::Draft | RequestStatus::Submitted => {}
        RequestStatus::Approved => events.push(provisioning[0].clone()),
        RequestStatus::Rejected => events.push(rejected()),
        RequestStatus::Withdrawn => events.push(withdrawn()),
        RequestStatus::Provisioning => events.extend(provisioning),
        RequestStatus::Provisioned => {
            events.extend(provisioning.into_iter().chain([RequestCompleted {}.into()]))
        }
        RequestStatus::Failed => {
            events.extend(
                provisioning
                    .into_iter()
                    .chain([RequestFailed { failure: refusal() }.into()]),
            );
        }
    }
    events
}

const STATUSES: [RequestStatus; 8] = [
    RequestStatus::Draft,
    RequestStatus::Submitted,
    RequestStatus::Approved,
    RequestStatus::Rejected,
    RequestStatus::Withdrawn,
    RequestStatus::Provisioning,
    RequestStatus::Provisioned,
    RequestStatus::Failed,
];

#[test]
fn each_history_ends_in_its_status() {
    for status in STATUSES {
        assert_eq!(given::<Request>(history(status)).0.status(), Some(status));
    }
    assert_eq!(Request::default().status(), None);
}

#[test]
fn a_draft_is_its_writers() {
    let first = RequestDrafted {
        requester: user("alice"),
        account: account_id(),
        content: content(),
    };
    given::<Request>([])
        .when(draft(content()), &alice())
        .then([first.into()]);
    given::<Request>([])
        .when(draft(content()), &tenure())
        .refused(R::NotRequester);
    given::<Request>([])
        .when(C::Submit, &alice())
        .refused(R::Unknown);
    let written = || given::<Request>(history(RequestStatus::Draft));
    written().when(draft(content()), &alice()).nothing();
    written()
        .when(draft(other()), &alice())
        .refused(R::AlreadyExists);
    for command in [draft(content()), C::Revise(Box::new(other())), C::Submit] {
        written().when(command, &bob()).refused(R::NotRequester);
    }
    let revised = RequestRevised { content: other() };
    written()
        .when(C::Revise(Box::new(other())), &alice())
        .then([revised.into()]);
    written()
        .when(C::Revise(Box::new(content())), &alice())
        .nothing();
}

#[test]
fn each_command_is_possible_in_its_statuses_only() {
    use RequestStatus as S;
    type Case = (C, &'static [RequestStatus]);
    let cases: Vec<Case> = vec![
        (C::Revise(Box::new(other())), &[S::Draft]),
        (C::Approve { comment: None }, &[S::Submitted]),
        (
            C::Reject {
                reason: "no".into(),
            },
            &[S::Submitted],
        ),
        (C::Withdraw, &[S::Submitted]),
        (
            C::Reopen {
                account: id("next"),
            },
            &[S::Rejected, S::Withdrawn],
        ),
        (
            C::BeginProvisioning,
            &[S::Approved, S::Provisioning, S::Provisioned, S::Failed],
        ),
        (
            C::Complete,
            &[S::Approved, S::Provisioning, S::Provisioned, S::Failed],
        ),
        (
            C::Fail(refusal()),
            &[S::Approved, S::Provisioning, S::Failed],
        ),
        (C::Retry, &[S::Failed]),
    ];
    for (command, possible) in cases {
        for status in STATUSES {
            let by = match command {
                C::Approve { .. } | C::Reject { .. } if status != S::Draft => carol(),
                _ => alice(),
            };
            let result = tenure_domain::decide::Decide::decide(
                &given::<Request>(history(status)).0,
                command.clone(),
                &by,
            );
            if possible.contains(&status) {
                assert!(result.is_ok(), "{command:?} in {status:?}: {result:?}");
            } else {
                assert_eq!(result, Err(R::WrongStatus { status }), "{command:?}");
            }
        }
    }
}

#[test]
fn submitting_again_is_harmless_for_the_requester() {
    let submitted = || given::<Request>(history(RequestStatus::Submitted));
    submitted()
        .when(C::Submit, &by("alice", facts(&template(Action::Disable))))
        .nothing();
    submitted().when(C::Submit, &bob()).refused(R::WrongStatus {
        status: RequestStatus::Submitted,
    });
}

#[test]
fn a_rejection_gives_a_reason_and_frees_the_name() {
    let submitted = || given::<Request>(history(RequestStatus::Submitted));
    submitted()
        .when(
            C::Reject {
                reason: " \n".into(),
            },
            &carol(),
        )
        .refused(R::ReasonMissing);
    submitted()
        .when(
            C::Reject {
                reason: "not needed".into(),
            },
            &carol(),
        )
        .then([rejected()]);
    let reject = C::Reject {
        reason: "not needed".into(),
    };
    submitted().when(reject, &bob()).refused(R::NotApprover {
        step: "Manager".into(),
    });
    use tenure_domain::event::{Recorded, ReservationChange};
    assert_eq!(
        rejected().reservations(id("request"))[0].change,
        ReservationChange::Release
    );
}

#[test]
fn the_name_of_an_account_stays_its_own_when_its_renewal_is_rejected_or_withdrawn() {
    use tenure_domain::event::Recorded;
    let kind = RequestKind::Renewal(account_id());
    let rejected = RequestRejected {
        approver: user("carol"),
        reason: "no".into(),
        kind,
        released: released(),
    };
    let withdrawn = RequestWithdrawn {
        kind,
        released: released(),
    };
    for event in [RequestEvent::from(rejected), withdrawn.into()] {
        assert_eq!(event.reservations(id("request")), vec![]);
    }
}

#[test]
fn the_requester_alone_withdraws_and_reopens_with_a_new_account_id() {
    let submitted = || given::<Request>(history(RequestStatus::Submitted));
    submitted()
        .when(C::Withdraw, &carol())
        .refused(R::NotRequester);
    let withdrawn = submitted().when(C::Withdraw, &alice()).then([withdrawn()]);
    let stays = crate::scene::Given(withdrawn.0.clone());
    stays
        .when(
            C::Reopen {
                account: id("next"),
            },
            &bob(),
        )
        .refused(R::NotRequester);
    let reopened = withdrawn
        .when(
            C::Reopen {
                account: id("next"),
            },
            &alice(),
        )
        .then([RequestReopened {
            account: id("next"),
        }
        .into()]);
    assert_eq!(reopened.0.content(), Some(&content()), "as it was written");
    let by_template = by("alice", facts(&template(Action::Disable)));
    let mut again = submission(RequestKind::NewAccount, &template(Action::Disable));
    again.account = id("next");
    reopened
        .when(C::Submit, &by_template)
        .then([RequestSubmitted { submission: again }.into()]);
}

#[test]
fn a_reopened_request_starts_its_approvals_anew() {
    let mut s = submission(RequestKind::NewAccount, &template(Action::Disable));
    s.steps = vec![step("Two", 2, &["bob", "carol"], &[])];
    let submitted: RequestEvent = RequestSubmitted { submission: s }.into();
    let request = given::<Request>([drafted(content()), submitted.clone()]);
    let result =
        tenure_domain::decide::Decide::decide(&request.0, C::Approve { comment: None }, &bob());
    let events = [drafted(content()), submitted.clone()]
        .into_iter()
        .chain(result.expect("approved"));
    let reopened = RequestReopened {
        account: account_id(),
    };
    let again = given::<Request>(events.chain([withdrawn(), reopened.into(), submitted]));
    let result =
        tenure_domain::decide::Decide::decide(&again.0, C::Approve { comment: None }, &bob());
    assert!(
        matches!(&result.expect("approved")[..], [RequestEvent::ApprovalGiven(given)] if !given.step_completed)
    );
}

#[test]
fn a_failed_request_keeps_the_directorys_words_and_can_be_retried() {
    let failed: RequestEvent = RequestFailed { failure: refusal() }.into();
    let provisioning = given::<Request>(history(RequestStatus::Provisioning));
    let after = provisioning
        .when(C::Fail(refusal()), &tenure())
        .then([failed]);
    let after = after.when(C::Fail(refusal()), &tenure()).then([]);
    let retried = after.when(C::Retry, &alice()).then([RequestRetried {
        kind: RequestKind::NewAccount,
        account: account_id(),
    }
    .into()]);
    assert_eq!(retried.0.status(), Some(RequestStatus::Provisioning));
    let completed = retried
        .when(C::Complete, &tenure())
        .then([RequestCompleted {}.into()]);
    completed.when(C::Complete, &tenure()).nothing();
}

#[test]
fn what_comes_late_changes_nothing() {
    given::<Request>(history(RequestStatus::Provisioned))
        .when(C::BeginProvisioning, &tenure())
        .nothing();
    given::<Request>(history(RequestStatus::Failed))
        .when(C::BeginProvisioning, &tenure())
        .nothing();
    given::<Request>(history(RequestStatus::Approved))
        .when(C::BeginProvisioning, &tenure())
        .then([RequestProvisioningBegun {}.into()]);
}
