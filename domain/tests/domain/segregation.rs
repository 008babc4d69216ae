//! Approvals: n of m, step by step, and never one's own.

use crate::scene::{account_id, by, context, given, group, step, submission, template, user};
use crate::submission::{content, drafted};
use tenure_domain::{
    Actor, Context,
    lifecycle::EndOfLifecycleAction as Action,
    ownership::Owner,
    request::{
        ApprovalGiven, Request, RequestApproved, RequestCommand as C, RequestEvent, RequestFacts,
        RequestKind, RequestRefusal as R, RequestSubmitted,
    },
    template::ApprovalStep,
};

fn submitted(steps: Vec<ApprovalStep>, owners: &[Owner]) -> Vec<RequestEvent> {
    let mut s = submission(RequestKind::NewAccount, &template(Action::Disable));
    s.steps = steps;
    s.owners.extend(owners);
    vec![
        drafted(content()),
        RequestSubmitted {
            submission: s,
            escalates_at: None,
        }
        .into(),
    ]
}

fn member(name: &str, groups: &[&str]) -> Context<RequestFacts> {
    let actor_groups = groups.iter().map(|name| group(name)).collect();
    by(
        name,
        RequestFacts {
            actor_groups,
            ..RequestFacts::default()
        },
    )
}

fn yes() -> C {
    C::Approve { comment: None }
}

fn no() -> C {
    C::Reject {
        reason: "not needed".into(),
    }
}

fn given_by(
    approver: &str,
    at_step: usize,
    name: &str,
    via: &[&str],
    step_completed: bool,
) -> RequestEvent {
    let via = via.iter().map(|name| group(name)).collect();
    let (step_name, approver) = (name.into(), user(approver));
    ApprovalGiven {
        step: at_step,
        step_name,
        approver,
        on_behalf_of: None,
        escalates_at: None,
        via,
        step_completed,
        comment: None,
    }
    .into()
}

fn approved() -> RequestEvent {
    RequestApproved {
        kind: RequestKind::NewAccount,
        account: account_id(),
    }
    .into()
}

#[test]
fn two_of_three_must_approve_and_each_counts_once() {
    let events = submitted(
        vec![step("Two of three", 2, &["bob", "carol", "dave"], &[])],
        &[],
    );
    let once = given::<Request>(events)
        .when(yes(), &member("bob", &[]))
        .then([given_by("bob", 0, "Two of three", &[], false)]);
    let again = crate::scene::Given(once.0.clone());
    again
        .when(yes(), &member("bob", &[]))
        .refused(R::AlreadyApproved);
    once.when(yes(), &member("dave", &[]))
        .then([given_by("dave", 0, "Two of three", &[], true), approved()]);
}

#[test]
fn steps_come_in_their_order() {
    let steps = vec![
        step("Manager", 1, &["bob"], &[]),
        step("Security", 1, &["carol"], &[]),
    ];
    let request = given::<Request>(submitted(steps, &[]));
    let early = crate::scene::Given(request.0.clone());
    early
        .when(yes(), &member("carol", &[]))
        .refused(R::NotApprover {
            step: "Manager".into(),
        });
    let second =
        request
            .when(yes(), &member("bob", &[]))
            .then([given_by("bob", 0, "Manager", &[], true)]);
    let late = crate::scene::Given(second.0.clone());
    late.when(yes(), &member("bob", &[]))
        .refused(R::NotApprover {
            step: "Security".into(),
        });
    second
        .when(yes(), &member("carol", &[]))
        .then([given_by("carol", 1, "Security", &[], true), approved()]);
}

#[test]
fn the_groups_through_which_somebody_decides_are_recorded() {
    let events = submitted(vec![step("Security", 1, &[], &["security", "audit"])], &[]);
    given::<Request>(events.clone())
        .when(yes(), &member("carol", &["other", "audit", "security"]))
        .then([
            given_by("carol", 0, "Security", &["security", "audit"], true),
            approved(),
        ]);
    given::<Request>(events)
        .when(yes(), &member("carol", &["other"]))
        .refused(R::NotApprover {
            step: "Security".into(),
        });
}

#[test]
fn nobody_decides_on_their_own_request_whatever_names_them() {
    for step in [
        step("Named", 1, &["alice"], &[]),
        step("Grouped", 1, &[], &["security"]),
    ] {
        let events = submitted(vec![step], &[]);
        for command in [yes(), no()] {
            given::<Request>(events.clone())
                .when(command, &member("alice", &["security"]))
                .refused(R::OwnRequest);
        }
    }
}

#[test]
fn an_owner_whom_the_requester_chose_does_not_decide() {
    let events = submitted(
        vec![step("Named", 1, &["bob"], &[])],
        &[Owner::User(user("bob"))],
    );
    for command in [yes(), no()] {
        given::<Request>(events.clone())
            .when(command, &member("bob", &[]))
            .refused(R::ChosenOwner);
    }
}

#[test]
fn nor_does_a_member_of_a_group_chosen_as_owner() {
    let events = submitted(
        vec![step("Named", 1, &["bob"], &[])],
        &[Owner::Group(group("backup"))],
    );
    let facts = RequestFacts {
        chosen_owners: vec![user("bob")],
        ..RequestFacts::default()
    };
    for command in [yes(), no()] {
        given::<Request>(events.clone())
            .when(command, &by("bob", facts.clone()))
            .refused(R::ChosenOwner);
    }
}

#[test]
fn tenure_itself_approves_nothing() {
    let events = submitted(vec![step("Manager", 1, &["bob"], &[])], &[]);
    let system = context(Actor::system("provisioning"), RequestFacts::default());
    given::<Request>(events)
        .when(yes(), &system)
        .refused(R::NotApprover {
            step: "Manager".into(),
        });
}
