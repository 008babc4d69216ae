//! Segregation of duties over a history into which somebody with the store's own keys wrote what the rules never would:
//! its chain verifies, and the review finds it.

use crate::support::*;
use cqrs_es::{Aggregate, event_sink::EventSink};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenure_domain::{
    Actor, Context, Event, Stream, UserId,
    deputy::{DeputyNamed, Deputyship, DeputyshipCommand, DeputyshipFacts},
    request::RequestEvent,
    segregation::Review,
};
use tenure_eventstore::{EventStore, Execution, new_id};
use uuid::Uuid;

/// Requests without rules: whatever is asked for happens.
#[derive(Clone, Default, Serialize, Deserialize)]
struct ByHand;

impl Aggregate for ByHand {
    const TYPE: &'static str = "request";
    type Command = Vec<RequestEvent>;
    type Event = RequestEvent;
    type Error = std::fmt::Error;
    type Services = Context;

    async fn handle(
        &mut self,
        events: Vec<RequestEvent>,
        _: &Context,
        sink: &EventSink<Self>,
    ) -> Result<(), std::fmt::Error> {
        for event in events {
            sink.write(event, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, _: RequestEvent) {}
}

impl Stream for ByHand {
    type Facts = ();

    fn wrap(event: RequestEvent) -> Event {
        Event::Request(event)
    }
}

fn event(name: &str, content: Value) -> RequestEvent {
    serde_json::from_value(json!({ name: content })).expect("an event")
}

fn submitted(requester: Uuid, owners: &[Value], approvers: &[Uuid]) -> RequestEvent {
    let account = new_id();
    let owners = [&[json!({"kind": "user", "id": requester})], owners].concat();
    event(
        "request.submitted",
        json!({"submission": {
            "kind": {"type": "new-account"}, "requester": requester, "account": account, "template": new_id(),
            "template_version": 1, "domain": new_id(), "name": format!("svc-{}", account.simple()), "owners": owners,
            "terms": {"action": "disable", "period": "90 days", "rules": {"periods": ["90 days"]}},
            "justification": "", "description": "", "ou": "OU=Service,DC=corp,DC=example,DC=com",
            "steps": [{"name": "Manager", "least": 1, "users": approvers}],
        }}),
    )
}

/// Approved by this person, and with that as a whole.
fn approved(approver: Uuid) -> [RequestEvent; 2] {
    let given =
        json!({"step": 0, "step_name": "Manager", "approver": approver, "step_completed": true});
    let whole = json!({"kind": {"type": "new-account"}, "account": new_id()});
    [
        event("request.approval-given", given),
        event("request.approved", whole),
    ]
}

async fn happens(
    store: &EventStore,
    request: Uuid,
    who: Uuid,
    events: impl Into<Vec<RequestEvent>>,
) {
    let execution = Execution::<ByHand>::new(request, events.into(), (), Actor::User(UserId(who)));
    store.execute(execution).await.expect("written");
}

/// A request of `requester`, approved by `approver`.
async fn request(store: &EventStore, requester: Uuid, owners: &[Value], approver: Uuid) -> Uuid {
    let id = new_id();
    happens(
        store,
        id,
        requester,
        [submitted(requester, owners, &[approver])],
    )
    .await;
    happens(store, id, approver, approved(approver)).await;
    id
}

async fn reviewed(store: &EventStore, up_to: u64) -> Review {
    let mut review = Review::default();
    store
        .review(&mut review, up_to, || false)
        .await
        .expect("reviewed");
    review
}

fn breaches(review: &Review) -> Vec<(&'static str, Uuid)> {
    let found = review.violations().items().iter();
    found
        .map(|one| (one.breach.text(), one.request.0))
        .collect()
}

on_every_store! {
    async fn what_the_rules_would_never_write_is_found_though_the_chain_verifies(backend: Backend) {
        let store = backend.open().await;
        let [alice, bob, carol, dave] = std::array::from_fn(|_| new_id());
        request(&store, alice, &[], carol).await;
        let honest = store.head().await.expect("head").position;
        let own = request(&store, alice, &[], alice).await;
        let owner = request(&store, alice, &[json!({"kind": "user", "id": bob})], bob).await;
        let team = group(&store).await;
        run(&store, add(team, dave)).await;
        let member = request(&store, alice, &[json!({"kind": "group", "id": team})], dave).await;
        let now = store.now();
        let named = DeputyNamed {
            user: UserId(alice), deputy: UserId(carol), from: now, until: now + chrono::TimeDelta::days(10),
        };
        let naming = Execution::<Deputyship>::new(
            alice, DeputyshipCommand::Name(named), DeputyshipFacts { deputy_active: true }, Actor::User(UserId(alice)),
        );
        store.execute(naming).await.expect("named");
        let deputy = request(&store, alice, &[], carol).await;

        let head = store.verify(|_| ()).await.expect("verified").head;
        let review = reviewed(&store, head.position).await;
        let expected = [
            ("own-request", own), ("chosen-owner", owner), ("member-of-owner", member), ("deputy-of-party", deputy),
        ];
        assert_eq!(breaches(&review), expected);
        assert_eq!((review.position(), review.missing(), review.requests()), (head.position, 0, 5));
        // As of before the first of them, there was nothing to find.
        assert!(reviewed(&store, honest).await.is_clean());
        let there = store.sealed_at(head.position).await.expect("read").expect("an event");
        assert_eq!(there.hash, head.hash);
        assert!(store.sealed_at(head.position + 1).await.expect("read").is_none());
        assert!(store.sealed_at(0).await.expect("read").is_none());
    }

    async fn a_review_goes_on_from_where_it_was(backend: Backend) {
        let store = backend.open().await;
        let [alice, carol] = std::array::from_fn(|_| new_id());
        request(&store, alice, &[], carol).await;
        let mut review = reviewed(&store, 2).await;
        assert_eq!((review.position(), review.approved()), (2, 0));
        let own = request(&store, alice, &[], alice).await;
        let head = store.head().await.expect("head").position;
        store.review(&mut review, head, || true).await.expect("reviewed");
        assert_eq!((review.position(), review.approved()), (head, 2));
        assert_eq!(breaches(&review), [("own-request", own)]);
    }

    async fn an_event_that_is_gone_is_missed(backend: Backend) {
        let store = backend.open().await;
        request(&store, new_id(), &[], new_id()).await;
        tamper(&store, "DELETE FROM events WHERE position = 2").await;
        let review = reviewed(&store, 3).await;
        assert_eq!(review.missing(), 1);
        assert!(!review.is_clean());
    }
}
