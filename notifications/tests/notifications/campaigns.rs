//! Who is told that reviews of a campaign are theirs now: once a call, with all that it handed over, and deputies too.

use crate::world::{World, id, now, until};
use chrono::TimeDelta;
use tenure_domain::{
    Actor, CampaignId, UserId,
    campaign::{
        Campaign, CampaignCommand, CampaignContent, CampaignFacts, Frozen, Opening, Population,
        PopulationCommand, PopulationFrozen, ReviewItem, ReviewerRule, Reviewers, Unanswered,
        part_stream, population_of, review_of,
    },
    deputy::{DeputyNamed, Deputyship, DeputyshipCommand, DeputyshipFacts},
    ownership::Owner,
    review::{Decision, Place, Review, ReviewCommand, ReviewFacts},
};
use tenure_eventstore::{Cause, Execution, new_id, state::InboxFilter};
use tenure_notifications::Delivery;
use uuid::Uuid;

const NAMES: [&str; 3] = ["svc-a", "svc-b", "svc-c"];

fn person(name: &str) -> Owner {
    Owner::User(UserId(id(name)))
}

fn spring() -> CampaignId {
    CampaignId(id("spring"))
}

/// Alice is asked about three accounts; Ada, where somebody does not know.
async fn open(world: &World) {
    let population = population_of(spring(), 1);
    let items = NAMES.map(|name| ReviewItem {
        review: review_of(population, id(name).into()),
        account: id(name).into(),
        name: name.into(),
        domain: id("corp").into(),
        owners: vec![person("alice"), person("bob")],
        reviewers: vec![person("alice")],
    });
    let part = PopulationFrozen {
        campaign: spring(),
        population,
        part: 0,
        items: items.to_vec(),
    };
    let freeze = PopulationCommand::Freeze(Box::new(part));
    world
        .run::<Population>(part_stream(population, 0), freeze, ())
        .await;
    let content = CampaignContent {
        name: "Spring".into(),
        filter: Default::default(),
        rule: ReviewerRule {
            reviewers: Reviewers::Owners,
            fallback: person("ada"),
            self_review: false,
        },
        due: now() + TimeDelta::days(30),
        remind_days_before: vec![],
        unanswered: Unanswered::Report,
    };
    let frozen = Frozen {
        population,
        position: 1,
        count: 3,
        sha256: "ab".repeat(32),
        parts: 1,
        without_reviewer: 0,
    };
    let opening = Opening {
        campaign: spring(),
        content,
        frozen,
    };
    let open = CampaignCommand::Open(Box::new(opening));
    world
        .run::<Campaign>(spring().0, open, CampaignFacts::default())
        .await;
}

/// Alice does it, as a part of this call.
async fn says(world: &World, name: &str, call: Uuid, command: ReviewCommand) {
    let campaign = world.store.state::<Campaign>(spring().0).await.unwrap();
    let opened = campaign.state.opened.clone().unwrap();
    let population = opened.frozen.population;
    let part = part_stream(population, 0);
    let part = world.store.state::<Population>(part).await.unwrap().state;
    let review = review_of(population, id(name).into());
    let facts = ReviewFacts {
        opened: Some(opened),
        item: part.item(review).cloned(),
        ..ReviewFacts::default()
    };
    let alice = Actor::User(UserId(id("alice")));
    let execution = Execution::<Review> {
        cause: Cause {
            correlation: call,
            ..Cause::default()
        },
        ..Execution::new(review.0, command, facts, alice)
    };
    world.store.execute(execution).await.unwrap();
}

fn place() -> Place {
    Place {
        campaign: spring(),
        part: 0,
    }
}

fn to_bob() -> ReviewCommand {
    ReviewCommand::Reassign {
        place: place(),
        to: person("bob"),
        reason: "He runs it".into(),
        by_runner: false,
    }
}

async fn titles(world: &World, name: &str) -> Vec<String> {
    let tables = world.store.state_tables();
    let filter = InboxFilter::default();
    let inbox = tables.inbox(UserId(id(name)), &filter, 100);
    let told = inbox.await.unwrap().into_iter();
    told.map(|told| {
        assert_eq!(
            told.object,
            spring().0,
            "it leads to the campaign's reviews"
        );
        told.title
    })
    .collect()
}

async fn told(world: &World, name: &str, expected: &[&str]) {
    let what = format!("{name} is told {expected:?}");
    until(&what, async || {
        (titles(world, name).await == expected).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_handed_reviews_is_told_once_a_call_and_so_is_their_deputy() {
    let world = World::new().await;
    let delivery = Delivery::capture();
    world.notify(&delivery);
    world.begun().await;
    let away = DeputyNamed {
        user: UserId(id("bob")),
        deputy: UserId(id("olga")),
        from: now() - TimeDelta::days(1),
        until: now() + TimeDelta::days(20),
    };
    let facts = DeputyshipFacts {
        deputy_active: true,
    };
    world
        .run::<Deputyship>(id("bob"), DeputyshipCommand::Name(away), facts)
        .await;
    open(&world).await;
    told(&world, "alice", &["Review 3 accounts: Spring"]).await;
    let call = new_id();
    says(&world, "svc-a", call, to_bob()).await;
    told(
        &world,
        "bob",
        &["Reviews handed to you (one account): Spring"],
    )
    .await;
    // The rest of the call comes later: it is the same message, which counts it too.
    says(&world, "svc-b", call, to_bob()).await;
    let both = "Reviews handed to you (2 accounts): Spring";
    told(&world, "bob", &[both]).await;
    told(&world, "olga", &[both]).await;
    let unknown = ReviewCommand::Decide {
        place: place(),
        decision: Decision::DoNotKnow,
        reason: "Never heard of it".into(),
    };
    says(&world, "svc-c", new_id(), unknown).await;
    let asked = "Reviews handed to you (one account): Spring";
    told(&world, "ada", &[asked]).await;
    // Who handed them over is told nothing of it.
    told(&world, "alice", &["Review 3 accounts: Spring"]).await;
    // The others wait for the rest of their calls.
    until("the mail about the opening alone", async || {
        (delivery.captured_count() == 1).then_some(())
    })
    .await;
    world.system.advance(TimeDelta::minutes(1));
    until("all mails", async || {
        (delivery.captured_count() == 4).then_some(())
    })
    .await;
    let mut mails: Vec<_> = delivery
        .captured()
        .into_iter()
        .map(|mail| format!("{}: {}", mail.recipient, mail.subject))
        .collect();
    mails.sort();
    assert_eq!(
        mails,
        [
            format!("ada@example.com: {asked}"),
            "alice@example.com: Review 3 accounts: Spring".to_owned(),
            format!("bob@example.com: {both}"),
            format!("olga@example.com: {both}"),
        ]
    );
}
