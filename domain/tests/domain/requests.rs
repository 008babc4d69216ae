//! Requests: drafted, rejected, withdrawn, reopened, and what the directory says.

use crate::scene::{account_id, by, context, failure, given, id, step, submission, template, user};
use crate::submission::{content, drafted, facts};
use tenure_domain::{
    Actor, Context,
    lifecycle::EndOfLifecycleAction as Action,
    order::FailureReason,
    request::{
        InformationRequested, NameReleased, ReleasedName, Request, RequestApproved,
        RequestCommand as C, RequestCompleted, RequestContent, RequestDeleted, RequestDrafted,
        RequestEvent, RequestFacts, RequestFailed, RequestKind, RequestProvisioningBegun,
        RequestRefusal as R, RequestRejected, RequestReopened, RequestRetried, RequestRevised,
        RequestStatus, RequestSubmitted, RequestWithdrawn,
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
        on_behalf_of: None,
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
        after_failure: false,
    }
    .into()
}

fn asked() -> RequestEvent {
    InformationRequested {
        step: 0,
        step_name: "Manager".into(),
        approver: user("carol"),
        on_behalf_of: None,
        question: "Which servers?".into(),
    }
    .into()
}

fn refusal() -> tenure_domain::order::Failure {
    failure(FailureReason::NameTaken)
}

fn failed() -> RequestFailed {
    RequestFailed {
        failure: refusal(),
        kind: RequestKind::NewAccount,
    }
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
        events.push(
            RequestSubmitted {
                submission,
                escalates_at: None,
            }
            .into(),
        );
    }
    let provisioning: [RequestEvent; 2] = [approved.into(), RequestProvisioningBegun {}.into()];
    match status {
        RequestStatus::Draft | RequestStatus::Submitted => {}
        RequestStatus::SentBack => events.push(asked()),
        RequestStatus::Approved => events.push(provisioning[0].clone()),
        RequestStatus::Rejected => events.push(rejected()),
        RequestStatus::Withdrawn => events.push(withdrawn()),
        RequestStatus::Provisioning => events.extend(provisioning),
        RequestStatus::Provisioned => {
            events.extend(provisioning.into_iter().chain([RequestCompleted {}.into()]))
        }
        RequestStatus::Failed => {
            events.extend(provisioning.into_iter().chain([failed().into()]));
        }
    }
    events
}

#[test]
fn each_history_ends_in_its_status() {
    for status in RequestStatus::ALL.iter().copied() {
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
        (C::Withdraw, &[S::Submitted, S::SentBack, S::Failed]),
        (
            C::AskForInformation {
                question: "why?".into(),
            },
            &[S::Submitted],
        ),
        (
            C::Override {
                reason: "urgent".into(),
            },
            &[S::Submitted],
        ),
        (
            C::GiveInformation {
                answer: "because".into(),
                content: None,
            },
            &[S::SentBack],
        ),
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
        (C::Delete, &[S::Draft]),
    ];
    for (command, possible) in cases {
        for status in RequestStatus::ALL.iter().copied() {
            let by = match command {
                C::Approve { .. }
                | C::Reject { .. }
                | C::AskForInformation { .. }
                | C::Override { .. }
                    if status != S::Draft =>
                {
                    carol()
                }
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
    use tenure_domain::{Scope, event::Recorded};
    let kind = RequestKind::Renewal(account_id());
    let rejected = RequestRejected {
        approver: user("carol"),
        on_behalf_of: None,
        reason: "no".into(),
        kind,
        released: released(),
    };
    let withdrawn = RequestWithdrawn {
        kind,
        released: released(),
        after_failure: false,
    };
    for event in [RequestEvent::from(rejected), withdrawn.into()] {
        let released = event.reservations(id("request"));
        assert!(released.iter().all(|r| r.scope == Scope::Renewal));
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
        .then([RequestSubmitted {
            submission: again,
            escalates_at: None,
        }
        .into()]);
}

#[test]
fn a_draft_is_deleted_by_its_writer_and_is_no_more() {
    let written = || given::<Request>(history(RequestStatus::Draft));
    written().when(C::Delete, &bob()).refused(R::NotRequester);
    let deleted = || {
        written()
            .when(C::Delete, &alice())
            .then([RequestDeleted {}.into()])
    };
    assert_eq!(deleted().0.status(), None);
    assert_eq!(deleted().0.requester(), Some(user("alice")), "whose it was");
    for command in [
        draft(content()),
        C::Revise(Box::new(other())),
        C::Submit,
        C::Delete,
    ] {
        deleted().when(command, &alice()).refused(R::Unknown);
    }
}

#[test]
fn the_name_of_a_failed_attempt_is_let_go_of_although_its_draft_was_deleted() {
    let again: RequestEvent = RequestReopened {
        account: id("next"),
    }
    .into();
    let events = history(RequestStatus::Withdrawn)
        .into_iter()
        .chain([again, RequestDeleted {}.into()]);
    let deleted = given::<Request>(events);
    assert!(deleted.0.has_given_up(account_id()));
    let free = NameReleased {
        released: released(),
    };
    deleted
        .when(C::ReleaseName(Box::new(released())), &tenure())
        .then([free.into()]);
}

#[test]
fn a_reopened_request_starts_its_approvals_anew() {
    let mut s = submission(RequestKind::NewAccount, &template(Action::Disable));
    s.steps = vec![step("Two", 2, &["bob", "carol"], &[])];
    let submitted: RequestEvent = RequestSubmitted {
        submission: s,
        escalates_at: None,
    }
    .into();
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
    let failed: RequestEvent = failed().into();
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

#[test]
fn a_failed_request_is_withdrawn_but_its_name_is_held_until_nothing_is_left() {
    use tenure_domain::{
        Event,
        account::{AccountCommand, AccountRefusal},
        event::Recorded,
        reactions::{self, Reaction},
    };
    let event: RequestEvent = RequestWithdrawn {
        kind: RequestKind::NewAccount,
        released: released(),
        after_failure: true,
    }
    .into();
    let gone = given::<Request>(history(RequestStatus::Failed))
        .when(C::Withdraw, &alice())
        .then([event.clone()]);
    assert_eq!(gone.0.status(), Some(RequestStatus::Withdrawn));
    assert_eq!(event.reservations(id("request")), vec![]);
    let reactions = reactions::to(id("request"), &Event::Request(event));
    let [reaction] = reactions.as_slice() else {
        panic!("one reaction: {reactions:?}");
    };
    assert!(matches!(
        reaction,
        Reaction::Account { account, command: AccountCommand::Abandon { request, .. }, .. }
            if *account == account_id() && *request == id("request")
    ));
    // No account had come of it.
    let Some(Reaction::Request { command, .. }) =
        reactions::to_refusal(reaction, &AccountRefusal::Unknown)
    else {
        panic!("nobody frees the name");
    };
    let free: RequestEvent = NameReleased {
        released: released(),
    }
    .into();
    assert_eq!(free.reservations(id("request")).len(), 1);
    gone.when(command.clone(), &tenure()).then([free.clone()]);
    // Whoever was quick to write it anew does not keep the old name from being free.
    let reopened = RequestReopened {
        account: id("next"),
    };
    let draft = history(RequestStatus::Withdrawn).into_iter();
    given::<Request>(draft.chain([reopened.into()]).collect::<Vec<_>>())
        .when(command, &tenure())
        .then([free]);
}

#[test]
fn the_name_of_a_deleted_account_goes_back_to_it_if_its_object_is_still_there() {
    use tenure_domain::{
        event::{Recorded, ReservationChange},
        request::RevivableName,
        template::AccountType,
    };
    let held = ReleasedName {
        back_to: Some(id("old")),
        ..released()
    };
    let free = || C::ReleaseName(Box::new(held.clone()));
    let facts = RequestFacts {
        revivable: Some(RevivableName {
            account: id("old"),
            domain: id("corp"),
            name: "svc-backup".into(),
            account_type: AccountType::AdUser,
        }),
        ..RequestFacts::default()
    };
    let by_tenure = context(Actor::system("provisioning"), facts);
    let withdrawn = || given::<Request>(history(RequestStatus::Withdrawn));
    let back: RequestEvent = NameReleased {
        released: held.clone(),
    }
    .into();
    withdrawn().when(free(), &by_tenure).then([back.clone()]);
    let changes = back.reservations(id("request"));
    let changes: Vec<_> = changes.iter().map(|r| (r.holder, r.change)).collect();
    assert_eq!(
        changes,
        [
            (account_id().0, ReservationChange::Release),
            (id("old"), ReservationChange::Claim)
        ]
    );
    // It was purged in the meantime.
    let nobodys = NameReleased {
        released: released(),
    };
    withdrawn().when(free(), &tenure()).then([nobodys.into()]);
}

#[test]
fn a_renewal_or_change_of_an_account_is_asked_for_by_one_request_at_a_time() {
    use tenure_domain::{
        Scope,
        event::{Recorded, ReservationChange::*},
    };
    let account = account_id();
    for (scope, kind) in [
        (Scope::Renewal, RequestKind::Renewal(account)),
        (Scope::Change, RequestKind::Change(account)),
    ] {
        let submitted: RequestEvent = RequestSubmitted {
            submission: submission(kind, &template(Action::Expire)),
            escalates_at: None,
        }
        .into();
        let mut rejected = rejected();
        if let RequestEvent::Rejected(e) = &mut rejected {
            e.kind = kind;
        }
        let withdrawn: RequestEvent = RequestWithdrawn {
            kind,
            released: released(),
            after_failure: false,
        }
        .into();
        let failed: RequestEvent = RequestFailed { kind, ..failed() }.into();
        let retried: RequestEvent = RequestRetried { kind, account }.into();
        let changes = |event: &RequestEvent| {
            let all = event.reservations(id("request"));
            let held = all.into_iter().filter(|r| r.scope == scope);
            let holders = held.map(|r| (r.key, r.holder, r.change));
            holders.collect::<Vec<_>>()
        };
        let it = |change| vec![(account.to_string(), id("request"), change)];
        assert_eq!(changes(&submitted), it(Claim));
        assert_eq!(changes(&rejected), it(Release));
        assert_eq!(changes(&withdrawn), it(Release));
        assert_eq!(changes(&failed), it(Release));
        assert_eq!(changes(&retried), it(Claim));
        assert_eq!(changes(&history(RequestStatus::Submitted)[1]), []);
    }
}
