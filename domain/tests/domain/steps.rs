//! What happens within a step: questions, deputies, time-outs, overrides.

use crate::scene::{
    Given, account_id, at, by, context, given, group, id, step, submission, template, user,
};
use crate::submission::{content, drafted, facts};
use chrono::{DateTime, Utc};
use tenure_domain::{
    Actor, Context, Event,
    decide::Decide,
    lifecycle::EndOfLifecycleAction as Action,
    ownership::Owner,
    problem::{FieldProblem, Problem},
    request::{
        ApprovalGiven, ApprovalOverridden, InformationGiven, InformationRequested, Principal,
        Request, RequestApproved, RequestCommand as C, RequestContent, RequestEscalated,
        RequestEvent, RequestFacts, RequestKind, RequestRefusal as R, RequestStatus,
        RequestSubmitted, RevisedFields,
    },
    template::{ApprovalStep, UsersAndGroups},
    timers::{self, TimerChange, TimerCommand, TimerKind},
};

const NOW: &str = "2026-01-10T09:00:00Z";
const DUE: &str = "2026-01-13T09:00:00Z";

/// Bob decides; after three days Dave may too.
fn with_fallback() -> ApprovalStep {
    ApprovalStep {
        times_out_after_hours: Some(72),
        fallback: UsersAndGroups {
            users: vec![user("dave")],
            groups: vec![],
        },
        ..step("Manager", 1, &["bob"], &[])
    }
}

fn submitted(steps: Vec<ApprovalStep>, owners: &[Owner], due: Option<&str>) -> Given<Request> {
    let mut s = submission(RequestKind::NewAccount, &template(Action::Disable));
    s.steps = steps;
    s.owners.extend(owners);
    let submitted = RequestSubmitted {
        submission: s,
        escalates_at: due.map(at),
    };
    given::<Request>([drafted(content()), submitted.into()])
}

fn yes() -> C {
    C::Approve { comment: None }
}

fn ask() -> C {
    C::AskForInformation {
        question: "Which servers?".into(),
    }
}

fn says(answer: &str, content: Option<RequestContent>) -> C {
    C::GiveInformation {
        answer: answer.into(),
        content: content.map(Box::new),
    }
}

fn as_deputy(name: &str, of: &[(&str, &[&str])]) -> Context<RequestFacts> {
    let deputy_for = of.iter().map(|(principal, groups)| Principal {
        user: user(principal),
        groups: groups.iter().map(|name| group(name)).collect(),
    });
    by(
        name,
        RequestFacts {
            deputy_for: deputy_for.collect(),
            ..RequestFacts::default()
        },
    )
}

fn alone(name: &str) -> Context<RequestFacts> {
    as_deputy(name, &[])
}

fn timer(event: &RequestEvent) -> Vec<TimerChange> {
    timers::changes(id("request"), &Event::Request(event.clone()))
}

fn due_at(event: &RequestEvent) -> Option<DateTime<Utc>> {
    match &timer(event)[..] {
        [TimerChange::Set(timer)] => {
            assert_eq!(timer.kind, TimerKind::ApprovalTimeOut);
            assert!(
                matches!(timer.command(), TimerCommand::Request(of, C::Escalate(due)) if due == timer.due && of == id("request"))
            );
            Some(timer.due)
        }
        [TimerChange::Cancel(TimerKind::ApprovalTimeOut)] => None,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_approver_asks_and_the_requester_answers_and_the_same_step_goes_on() {
    let steps = vec![step("Two", 2, &["bob", "carol"], &[])];
    let request = submitted(steps, &[], None);
    let Given(state) = request;
    let approved = state.decide(yes(), &alone("bob")).expect("approved");
    let mut state = state;
    for event in approved {
        cqrs_es::Aggregate::apply(&mut state, event);
    }
    let asked = InformationRequested {
        step: 0,
        step_name: "Two".into(),
        approver: user("carol"),
        on_behalf_of: None,
        question: "Which servers?".into(),
    };
    let sent_back = Given(state)
        .when(ask(), &alone("carol"))
        .then([asked.into()]);
    assert_eq!(sent_back.0.status(), Some(RequestStatus::SentBack));
    for (command, who) in [(yes(), "carol"), (ask(), "carol")] {
        Given(sent_back.0.clone())
            .when(command, &alone(who))
            .refused(R::WrongStatus {
                status: RequestStatus::SentBack,
            });
    }
    Given(sent_back.0.clone())
        .when(says("I know", None), &alone("bob"))
        .refused(R::NotRequester);
    let answered = InformationGiven {
        answer: "All of them".into(),
        revised: None,
        escalates_at: None,
    };
    let again = sent_back
        .when(says("All of them", None), &alone("alice"))
        .then([answered.into()]);
    assert_eq!(again.0.status(), Some(RequestStatus::Submitted));
    // Bob's voice still counts.
    let done = again.0.decide(yes(), &alone("carol")).expect("approved");
    assert!(matches!(
        done[..],
        [RequestEvent::ApprovalGiven(_), RequestEvent::Approved(_)]
    ));
}

#[test]
fn who_answers_may_change_why_and_what_but_nothing_that_was_approved_already() {
    let sent_back = || {
        let request = submitted(vec![step("Manager", 1, &["bob"], &[])], &[], None);
        let asked = request.0.decide(ask(), &alone("bob")).expect("asked");
        let mut state = request.0;
        for event in asked {
            cqrs_es::Aggregate::apply(&mut state, event);
        }
        Given(state)
    };
    let of_template = || by("alice", facts(&template(Action::Disable)));
    let better = RequestContent {
        justification: "nightly backup of the file servers".into(),
        description: "File servers".into(),
        ..content()
    };
    let revised = InformationGiven {
        answer: String::new(),
        revised: Some(RevisedFields {
            justification: better.justification.clone(),
            description: better.description.clone(),
            attributes: Default::default(),
            all_attributes: Default::default(),
        }),
        escalates_at: None,
    };
    let after = sent_back()
        .when(says("", Some(better.clone())), &of_template())
        .then([revised.into()]);
    assert_eq!(after.0.content(), Some(&better));
    let submission = after.0.submission().expect("submitted");
    assert_eq!(submission.justification, better.justification);
    let fixed = |field: &str| FieldProblem::at(field, Problem::Submitted);
    let other = RequestContent {
        name: "svc-other".into(),
        owners: vec![Owner::User(user("bob"))],
        period: None,
        ou: Some("OU=Elsewhere,DC=corp,DC=example,DC=com".into()),
        ..content()
    };
    sent_back()
        .when(says("", Some(other)), &of_template())
        .refused(R::Invalid(vec![
            fixed("name"),
            fixed("owners"),
            fixed("period"),
            fixed("ou"),
        ]));
    sent_back()
        .when(says(" ", None), &of_template())
        .refused(R::Invalid(vec![FieldProblem::at(
            "answer",
            Problem::Missing,
        )]));
}

#[test]
fn a_deputy_decides_in_anothers_name_and_that_is_recorded() {
    let request = || {
        submitted(
            vec![step("Security", 1, &["bob"], &["security"])],
            &[],
            None,
        )
    };
    let given_for = |principal: &str, via: &[&str]| ApprovalGiven {
        step: 0,
        step_name: "Security".into(),
        approver: user("erin"),
        on_behalf_of: Some(user(principal)),
        via: via.iter().map(|name| group(name)).collect(),
        step_completed: true,
        comment: None,
        escalates_at: None,
    };
    let approved = || RequestApproved {
        kind: RequestKind::NewAccount,
        account: account_id(),
    };
    request()
        .when(yes(), &as_deputy("erin", &[("bob", &[])]))
        .then([given_for("bob", &[]).into(), approved().into()]);
    request()
        .when(yes(), &as_deputy("erin", &[("carol", &["security"])]))
        .then([given_for("carol", &["security"]).into(), approved().into()]);
    request()
        .when(yes(), &as_deputy("erin", &[("carol", &["other"])]))
        .refused(R::NotApprover {
            step: "Security".into(),
        });
}

#[test]
fn principal_and_deputy_are_one_voice() {
    let two = || submitted(vec![step("Two", 2, &["bob", "carol"], &[])], &[], None);
    let after = |first: &Context<RequestFacts>| {
        let mut state = two().0;
        for event in state.decide(yes(), first).expect("approved") {
            cqrs_es::Aggregate::apply(&mut state, event);
        }
        Given(state)
    };
    let erin = as_deputy("erin", &[("bob", &[])]);
    after(&erin)
        .when(yes(), &alone("bob"))
        .refused(R::AlreadyApproved);
    after(&alone("bob"))
        .when(yes(), &erin)
        .refused(R::AlreadyApproved);
    // Nor does one person make two voices, in their own name and in another's.
    let carol = as_deputy("carol", &[("bob", &[])]);
    after(&carol)
        .when(yes(), &carol)
        .refused(R::AlreadyApproved);
    // Erin stands in for both, and still is one person.
    let both = as_deputy("erin", &[("bob", &[]), ("carol", &[])]);
    after(&both).when(yes(), &both).refused(R::AlreadyApproved);
}

/// Everybody in every relation to the request, by every way of being named: only who has no part in it decides.
#[test]
fn requester_owners_and_their_deputies_never_count_whatever_names_them() {
    let ways = [
        step("In person", 1, &["x", "principal"], &[]),
        step("By group", 1, &[], &["approvers"]),
    ];
    let parties: [(&str, Option<R>); 4] = [
        ("requester", Some(R::OwnRequest)),
        ("owner", Some(R::ChosenOwner)),
        ("member of an owner group", Some(R::ChosenOwner)),
        ("nobody", None),
    ];
    let deputies: [(&str, bool); 5] = [
        ("nobody", false),
        ("requester", true),
        ("owner", true),
        ("member of an owner group", true),
        ("an approver", false),
    ];
    let mut cases = 0;
    for way in ways {
        for (party, refusal) in &parties {
            for (deputy_of, bars) in deputies {
                for command in [
                    yes(),
                    C::Reject {
                        reason: "no".into(),
                    },
                    ask(),
                ] {
                    let actor = if *party == "requester" { "alice" } else { "x" };
                    let mut request =
                        submission(RequestKind::NewAccount, &template(Action::Disable));
                    let mut way = way.clone();
                    way.users.push(user(actor));
                    request.steps = vec![way];
                    request.owners.push(Owner::User(user("oscar")));
                    request.owners.push(Owner::Group(group("owners")));
                    if *party == "owner" {
                        request.owners.push(Owner::User(user("x")));
                    }
                    let mut chosen_owners = vec![user("olive")];
                    if *party == "member of an owner group" {
                        chosen_owners.push(user("x"));
                    }
                    let principal = match deputy_of {
                        "requester" => Some("alice"),
                        "owner" => Some("oscar"),
                        "member of an owner group" => Some("olive"),
                        "an approver" => Some("principal"),
                        _ => None,
                    };
                    let facts = RequestFacts {
                        actor_groups: vec![group("approvers")],
                        chosen_owners,
                        deputy_for: principal
                            .filter(|principal| *principal != actor)
                            .map(|principal| Principal {
                                user: user(principal),
                                groups: vec![group("approvers")],
                            })
                            .into_iter()
                            .collect(),
                        ..RequestFacts::default()
                    };
                    let submitted = RequestSubmitted {
                        submission: request,
                        escalates_at: None,
                    };
                    let Given(state) = given::<Request>([drafted(content()), submitted.into()]);
                    let decided = state.decide(command.clone(), &by(actor, facts));
                    let expected = refusal.clone().or_else(|| bars.then_some(R::DeputyOfParty));
                    match expected {
                        Some(refusal) => assert_eq!(
                            decided,
                            Err(refusal),
                            "{party}, deputy of {deputy_of}: {command:?}"
                        ),
                        None => assert!(
                            decided.is_ok(),
                            "{party}, deputy of {deputy_of}: {command:?}: {decided:?}"
                        ),
                    }
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 2 * 4 * 5 * 3);
}

#[test]
fn a_step_that_is_not_complete_in_time_goes_to_its_fallback_approvers_too() {
    let mut t = template(Action::Disable);
    t.approval.steps = vec![with_fallback()];
    let events = given::<Request>([drafted(content())])
        .0
        .decide(C::Submit, &by("alice", facts(&t)))
        .expect("submitted");
    assert_eq!(due_at(&events[0]), Some(at(DUE)));

    let request = || submitted(vec![with_fallback()], &[], Some(DUE));
    request()
        .when(yes(), &alone("dave"))
        .refused(R::NotApprover {
            step: "Manager".into(),
        });
    let tenure = |now: &str| Context {
        now: at(now),
        ..context(Actor::system("timers"), RequestFacts::default())
    };
    request()
        .when(C::Escalate(at(DUE)), &tenure(NOW))
        .refused(R::NotDue);
    request()
        .when(C::Escalate(at(NOW)), &tenure(DUE))
        .refused(R::NotDue);
    let escalated: RequestEvent = RequestEscalated {
        step: 0,
        step_name: "Manager".into(),
    }
    .into();
    assert_eq!(due_at(&escalated), None);
    let late = || {
        request()
            .when(C::Escalate(at(DUE)), &tenure(DUE))
            .then([escalated.clone()])
    };
    late()
        .when(C::Escalate(at(DUE)), &tenure(DUE))
        .refused(R::NotDue);
    for who in ["bob", "dave"] {
        let decided = late().0.decide(yes(), &alone(who)).expect("approved");
        assert!(matches!(
            decided[..],
            [RequestEvent::ApprovalGiven(_), RequestEvent::Approved(_)]
        ));
    }
}

#[test]
fn while_the_requester_is_asked_no_time_runs_and_with_the_answer_it_begins_anew() {
    let request = submitted(vec![with_fallback()], &[], Some(DUE));
    let asked = request.0.decide(ask(), &alone("bob")).expect("asked");
    assert_eq!(due_at(&asked[0]), None);
    let mut state = request.0;
    for event in asked {
        cqrs_es::Aggregate::apply(&mut state, event);
    }
    let later = Context {
        now: at("2026-01-20T09:00:00Z"),
        ..alone("alice")
    };
    let answered = state.decide(says("These", None), &later).expect("answered");
    assert_eq!(due_at(&answered[0]), Some(at("2026-01-23T09:00:00Z")));
}

#[test]
fn the_next_step_has_a_time_of_its_own() {
    let steps = vec![step("First", 1, &["carol"], &[]), with_fallback()];
    let events = submitted(steps, &[], None)
        .0
        .decide(yes(), &alone("carol"))
        .expect("approved");
    assert_eq!(due_at(&events[0]), Some(at(DUE)));
}

#[test]
fn an_administrator_overrides_a_step_with_a_reason_but_never_their_own_request() {
    let over = |reason: &str| C::Override {
        reason: reason.into(),
    };
    let steps = || {
        vec![
            step("Manager", 2, &["bob", "carol"], &[]),
            step("Security", 1, &["carol"], &[]),
        ]
    };
    let overridden = |step: usize, name: &str, in_spite_of_segregation| ApprovalOverridden {
        step,
        step_name: name.into(),
        administrator: user("ada"),
        reason: "urgent".into(),
        in_spite_of_segregation,
        escalates_at: None,
    };
    submitted(steps(), &[], None)
        .when(over(" "), &alone("ada"))
        .refused(R::ReasonMissing);
    submitted(steps(), &[], None)
        .when(over("urgent"), &alone("alice"))
        .refused(R::OwnRequest);
    let second = submitted(steps(), &[], None)
        .when(over("urgent"), &alone("ada"))
        .then([overridden(0, "Manager", false).into()]);
    assert_eq!(second.0.status(), Some(RequestStatus::Submitted));
    let approved = RequestApproved {
        kind: RequestKind::NewAccount,
        account: account_id(),
    };
    second
        .when(over("urgent"), &alone("ada"))
        .then([overridden(1, "Security", false).into(), approved.into()]);
    // As an owner whom the requester chose Ada could not approve: the event says that she did all the same.
    submitted(steps(), &[Owner::User(user("ada"))], None)
        .when(over("urgent"), &alone("ada"))
        .then([overridden(0, "Manager", true).into()]);
}
