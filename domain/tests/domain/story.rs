//! From submission to the end of the lifecycle, with every reaction handed on by hand.

use crate::scene::{account_id, at, done, failure, id, step, template, template_id, user};
use crate::submission::content;
use chrono::{DateTime, Utc};
use std::collections::VecDeque;
use tenure_domain::{
    Actor, Context, Event, RequestId, UserId,
    account::{Account, AccountCommand, AccountFacts},
    decide::Decide,
    event::Stream,
    lifecycle::{EndOfLifecycleAction as Action, Status},
    order::{FailureReason, Outcome, Report},
    reactions::{self, Reaction},
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestCommand, RequestContent, RequestFacts,
        RequestKind, RequestStatus,
    },
};
use uuid::Uuid;

/// One account, its requests, and the events on their way to the reactions.
struct World {
    action: Action,
    account: Account,
    requests: std::collections::BTreeMap<RequestId, Request>,
    now: DateTime<Utc>,
    todo: VecDeque<(Uuid, Event)>,
    told: Vec<String>,
}

impl World {
    fn new(action: Action) -> Self {
        let now = at("2026-01-10T09:00:00Z");
        Self {
            action,
            account: Account::default(),
            requests: Default::default(),
            now,
            todo: VecDeque::new(),
            told: vec![],
        }
    }

    fn request(&mut self, id: RequestId, command: RequestCommand, actor: Actor) {
        let mut offered = template(self.action);
        offered.approval.steps = vec![
            step("Manager", 1, &["bob"], &[]),
            step("Security", 1, &["carol"], &[]),
        ];
        let renewed = self.account.managed().map(|managed| RenewedAccount {
            name: managed.identity.name.clone(),
            owners: managed.owners.clone(),
            period: managed.identity.terms.period,
            ou: managed.identity.ou.clone(),
            groups: managed.identity.groups.clone(),
            attributes: managed.identity.attributes.clone(),
            off: tenure_domain::lifecycle::check(
                &managed.situation(self.now),
                tenure_domain::lifecycle::LifecycleOption::SubmitRenewal,
            )
            .err(),
        });
        let template = Some(OfferedTemplate {
            id: template_id(),
            version: 1,
            content: offered.into(),
        });
        let facts = RequestFacts {
            template,
            domain_enabled: true,
            renewed,
            ..RequestFacts::default()
        };
        let mut request = self.requests.remove(&id).unwrap_or_default();
        decide(
            &mut request,
            id.0,
            command,
            Context {
                now: self.now,
                actor,
                facts,
            },
            &mut self.todo,
            &mut self.told,
        );
        self.requests.insert(id, request);
        self.settle();
    }

    fn by(&mut self, who: &str, request: &str, command: RequestCommand) {
        let user: UserId = user(who);
        self.request(id(request), command, Actor::User(user));
    }

    fn account(&mut self, command: AccountCommand, request: Option<RequestId>) {
        let approved = request.and_then(|id| {
            let known = self.requests.get(&id)?;
            let approves = matches!(
                known.status(),
                Some(RequestStatus::Approved | RequestStatus::Provisioning)
            );
            known
                .submission()
                .filter(|_| approves)
                .map(|submission| (id, submission.clone()))
        });
        let facts = AccountFacts {
            approved,
            ..AccountFacts::new(1, at("2030-06-01T12:00:00Z"))
        };
        let context = Context {
            now: self.now,
            actor: Actor::system("provisioning"),
            facts,
        };
        decide(
            &mut self.account,
            account_id().0,
            command,
            context,
            &mut self.todo,
            &mut self.told,
        );
    }

    fn settle(&mut self) {
        while let Some((stream, event)) = self.todo.pop_front() {
            for reaction in reactions::to(stream, &event) {
                match reaction {
                    Reaction::Account {
                        command,
                        request,
                        account,
                    } => {
                        assert_eq!(account, account_id());
                        self.account(command, request);
                    }
                    Reaction::Request { request, command } => {
                        self.request(request, command, Actor::system("provisioning"));
                    }
                    Reaction::Review { .. } => panic!("no campaign is in this story"),
                }
            }
        }
    }

    fn report(&mut self, outcome: Outcome) {
        let managed = self.account.managed().expect("an account");
        let order = managed.directory.outstanding.clone().expect("an order");
        let (domain, account, number, at) = (order.domain, order.account, order.number, self.now);
        let report = Report {
            domain,
            account,
            number,
            engine: id("engine"),
            at,
            outcome,
        };
        self.account(AccountCommand::RecordReport(Box::new(report)), None);
        self.settle();
    }

    fn status(&self, request: &str) -> Option<RequestStatus> {
        self.requests.get(&id(request)).and_then(Request::status)
    }

    fn draft_and_submit(&mut self, request: &str, kind: RequestKind) {
        let content = Box::new(RequestContent { kind, ..content() });
        self.by(
            "alice",
            request,
            RequestCommand::Draft {
                account: account_id(),
                content,
            },
        );
        self.by("alice", request, RequestCommand::Submit);
    }

    fn approve(&mut self, request: &str) {
        self.by("bob", request, RequestCommand::Approve { comment: None });
        self.by(
            "carol",
            request,
            RequestCommand::Approve {
                comment: Some("fine".into()),
            },
        );
    }
}

fn decide<A: Stream + Decide<Facts = <A as Stream>::Facts>>(
    aggregate: &mut A,
    stream: Uuid,
    command: A::Command,
    context: Context<<A as Stream>::Facts>,
    todo: &mut VecDeque<(Uuid, Event)>,
    told: &mut Vec<String>,
) {
    for event in aggregate
        .decide(command, &context)
        .expect("an accepted command")
    {
        aggregate.apply(event.clone());
        let event = A::wrap(event);
        told.push(event.type_name().to_owned());
        todo.push_back((stream, event));
    }
}

#[test]
fn a_request_becomes_an_account_and_ends_on_time() {
    let mut world = World::new(Action::Disable);
    world.draft_and_submit("request", RequestKind::NewAccount);
    world.approve("request");
    assert_eq!(world.status("request"), Some(RequestStatus::Provisioning));
    world.report(done());
    assert_eq!(world.status("request"), Some(RequestStatus::Provisioned));
    world.now = at("2026-04-10T00:00:00Z");
    world.account(AccountCommand::ReachEnd(world.now), None);
    world.report(done());
    assert_eq!(
        world.account.managed().expect("an account").status(),
        Status::Disabled
    );
    assert_eq!(
        world.told,
        [
            "request.drafted",
            "request.submitted",
            "request.approval-given",
            "request.approval-given",
            "request.approved",
            "account.created",
            "account.order-issued",
            "request.provisioning-begun",
            "account.provisioned",
            "request.completed",
            "account.renewal-opened",
            "account.lifecycle-ended",
            "account.order-issued",
            "account.order-applied",
        ]
    );
}

#[test]
fn a_refused_account_fails_its_request_which_is_retried_and_completes() {
    let mut world = World::new(Action::Disable);
    world.draft_and_submit("request", RequestKind::NewAccount);
    world.approve("request");
    for _ in 0..2 {
        world.report(Outcome::Failed(failure(FailureReason::NameTaken)));
        assert_eq!(world.status("request"), Some(RequestStatus::Failed));
        world.by("alice", "request", RequestCommand::Retry);
        assert_eq!(world.status("request"), Some(RequestStatus::Provisioning));
    }
    world.report(done());
    assert_eq!(world.status("request"), Some(RequestStatus::Provisioned));
}

#[test]
fn an_expired_account_is_renewed_by_an_approved_request() {
    let mut world = World::new(Action::Expire);
    world.draft_and_submit("request", RequestKind::NewAccount);
    world.approve("request");
    world.report(done());
    world.now = at("2026-04-10T00:00:00Z");
    world.account(AccountCommand::ReachEnd(world.now), None);
    let status = |world: &World| world.account.managed().expect("an account").status();
    assert_eq!(status(&world), Status::Expired);
    world.draft_and_submit("first", RequestKind::Renewal(account_id()));
    assert_eq!(status(&world), Status::Renewing);
    world.by(
        "bob",
        "first",
        RequestCommand::Reject {
            reason: "why?".into(),
        },
    );
    assert_eq!(status(&world), Status::Expired);
    world.draft_and_submit("second", RequestKind::Renewal(account_id()));
    world.by("alice", "second", RequestCommand::Withdraw);
    assert_eq!(status(&world), Status::Expired);
    world.draft_and_submit("third", RequestKind::Renewal(account_id()));
    world.approve("third");
    assert_eq!(
        (status(&world), world.status("third")),
        (Status::Active, Some(RequestStatus::Provisioned))
    );
}

#[test]
fn a_repeated_event_leads_to_the_same_command_id() {
    let event = id("event");
    assert_eq!(
        reactions::command_id(event, 0),
        reactions::command_id(event, 0)
    );
    assert_ne!(
        reactions::command_id(event, 0),
        reactions::command_id(event, 1)
    );
    assert_ne!(
        reactions::command_id(event, 0),
        reactions::command_id(id("another"), 0)
    );
}
