//! Campaigns and their accounts as lists: from being frozen to what came of a revocation.

use crate::{on_both, world::World};
use chrono::TimeDelta;
use tenure_domain::{
    AccountId, Actor, CampaignId,
    account::{Account, AccountCommand},
    campaign::{
        Campaign, CampaignCommand, CampaignContent, CampaignFacts, Frozen, Opening, Population,
        PopulationCommand, PopulationFilter, PopulationFrozen, ReviewItem, ReviewerRule, Reviewers,
        Unanswered, part_stream, population_of, review_of,
    },
    ownership::Owner,
    review::{Decision, Place, Review, ReviewCommand, ReviewFacts, Revocation},
};
use tenure_eventstore::{clock::Clock, new_id};
use tenure_projections::{
    AccountFilter, CampaignRow, CampaignStatus, Page, ReviewFilter, ReviewRow, ReviewStanding,
    SortOrder, Views,
};

on_both!(
    a_campaign_is_followed_from_its_opening_to_its_end,
    a_campaign_is_seen_as_it_was,
    a_list_is_merged_from_what_each_reviewer_has,
    a_word_is_found_once_whatever_else_is_asked_for,
    a_population_is_frozen_as_of_one_position,
    a_part_without_a_campaign_waits_for_nobody
);

struct Opened {
    id: CampaignId,
    row: CampaignRow,
    items: Vec<ReviewItem>,
}

fn content(world: &World) -> CampaignContent {
    CampaignContent {
        name: "Spring".into(),
        filter: PopulationFilter::default(),
        rule: ReviewerRule {
            reviewers: Reviewers::Owners,
            fallback: Owner::User(world.bob),
            self_review: true,
        },
        due: world.clock.now() + TimeDelta::days(30),
        remind_days_before: vec![],
        unanswered: Unanswered::Report,
    }
}

async fn freeze(world: &World, id: CampaignId, accounts: &[(AccountId, &str)]) -> PopulationFrozen {
    let population = population_of(id, 1);
    let item = |(account, name): &(AccountId, &str)| ReviewItem {
        review: review_of(population, *account),
        account: *account,
        name: (*name).into(),
        domain: world.domain,
        owners: vec![Owner::User(world.alice)],
        reviewers: vec![Owner::User(world.alice)],
    };
    let part = PopulationFrozen {
        campaign: id,
        population,
        part: 0,
        items: accounts.iter().map(item).collect(),
    };
    let command = PopulationCommand::Freeze(Box::new(part.clone()));
    let stream = part_stream(population, 0);
    world
        .run::<Population>(stream, command, (), world.by(world.bob))
        .await;
    part
}

async fn open(world: &World, accounts: &[(AccountId, &str)]) -> Opened {
    let id = CampaignId(new_id());
    let part = freeze(world, id, accounts).await;
    let frozen = Frozen {
        population: part.population,
        position: 1,
        count: accounts.len() as u64,
        sha256: "ab".repeat(32),
        parts: 1,
        without_reviewer: 0,
    };
    let opening = Opening {
        campaign: id,
        content: content(world),
        frozen,
    };
    let command = CampaignCommand::Open(Box::new(opening));
    let facts = CampaignFacts::default();
    world
        .run::<Campaign>(id.0, command, facts, world.by(world.bob))
        .await;
    world.level().await;
    let row = world.views.campaign(id).await.unwrap().unwrap();
    let items = part.items;
    Opened { id, row, items }
}

async fn review(world: &World, opened: &Opened, index: usize, command: ReviewCommand) {
    let campaign = world.store.state::<Campaign>(opened.id.0).await.unwrap();
    let item = &opened.items[index];
    let facts = ReviewFacts {
        opened: campaign.state.opened.clone(),
        item: Some(item.clone()),
        ..ReviewFacts::default()
    };
    let by = world.by(world.alice);
    world.run::<Review>(item.review.0, command, facts, by).await;
}

fn says(opened: &Opened, decision: Decision) -> ReviewCommand {
    let place = Place {
        campaign: opened.id,
        part: 0,
    };
    ReviewCommand::Decide {
        place,
        decision,
        reason: "because".into(),
    }
}

async fn listed(world: &World, filter: &ReviewFilter) -> Vec<ReviewRow> {
    world.level().await;
    let page = Page::first(10);
    let found = world.views.reviews(filter, SortOrder::Ascending, &page);
    found.await.unwrap().rows
}

fn names(rows: &[ReviewRow]) -> Vec<&str> {
    rows.iter().map(|row| row.name.as_str()).collect()
}

async fn a_campaign_is_followed_from_its_opening_to_its_end(world: World) {
    world.keep();
    let accounts = [
        (AccountId(new_id()), "svc-b"),
        (AccountId(new_id()), "svc-a"),
        (AccountId(new_id()), "svc-c"),
    ];
    let opened = open(&world, &accounts).await;
    assert_eq!(opened.row.status(), CampaignStatus::Open);
    let population = Some(opened.row.frozen.population);
    let of_alice = ReviewFilter {
        campaigns: Some(CampaignStatus::Open),
        reviewers: vec![world.alice.0],
        standing: ReviewStanding::WAITING.to_vec(),
        ..ReviewFilter::default()
    };
    assert_eq!(
        names(&listed(&world, &of_alice).await),
        ["svc-a", "svc-b", "svc-c"]
    );
    review(&world, &opened, 0, says(&opened, Decision::Keep)).await;
    review(&world, &opened, 1, says(&opened, Decision::DoNotKnow)).await;
    review(&world, &opened, 2, says(&opened, Decision::Revoke)).await;
    let waiting = listed(&world, &of_alice).await;
    assert_eq!(names(&waiting), ["svc-a"]);
    let both = vec![Owner::User(world.alice), Owner::User(world.bob)];
    assert_eq!(waiting[0].reviewers, both, "the fallback is asked too");
    let ordered = ReviewCommand::Record(Revocation::Ordered);
    review(&world, &opened, 2, ordered).await;
    let number = tenure_domain::order::OrderNumber { epoch: 1, n: 2 };
    let engine = world.engine;
    let observed = Revocation::Observed { number, engine };
    review(&world, &opened, 2, ReviewCommand::Record(observed)).await;
    let found = ReviewFilter {
        population,
        search: Some("SVC-C".into()),
        ..ReviewFilter::default()
    };
    let found = listed(&world, &found).await;
    let revoked = &found[0];
    assert_eq!(revoked.standing, ReviewStanding::Observed);
    assert_eq!(revoked.order, Some(number));
    let decided = revoked.decided.as_ref().unwrap().position;
    let ordered = revoked.ordered.unwrap().position;
    assert!(decided < ordered && ordered < revoked.followed.unwrap().position);
    let totals = world.views.review_totals(opened.row.frozen.population);
    let totals: Vec<_> = totals.await.unwrap();
    let of = |wanted| totals.iter().find(|(standing, _)| *standing == wanted);
    assert_eq!(of(ReviewStanding::Kept), Some(&(ReviewStanding::Kept, 1)));
    assert_eq!(of(ReviewStanding::Open), Some(&(ReviewStanding::Open, 0)));
    let by_reviewer = world.views.reviewer_totals(opened.row.frozen.population);
    let by_reviewer = by_reviewer.await.unwrap();
    let count = |user: tenure_domain::UserId| -> u64 {
        let of = by_reviewer.iter().filter(|total| total.reviewer == user.0);
        of.map(|total| total.count).sum()
    };
    assert_eq!((count(world.alice), count(world.bob)), (3, 1));

    let close = CampaignCommand::Close {
        reason: "over".into(),
    };
    let facts = CampaignFacts::default();
    world
        .run::<Campaign>(opened.id.0, close, facts, world.by(world.bob))
        .await;
    assert_eq!(names(&listed(&world, &of_alice).await), [""; 0]);
    let closed = ReviewFilter {
        campaigns: Some(CampaignStatus::Closed),
        standing: vec![],
        ..of_alice
    };
    assert_eq!(
        names(&listed(&world, &closed).await),
        ["svc-a", "svc-b", "svc-c"],
        "what was asked, and what was said, stays to be looked at"
    );
    let page = Page::first(5);
    let closed = world.views.campaigns(Some(CampaignStatus::Closed), &page);
    let closed = closed.await.unwrap().rows;
    assert_eq!(
        closed[0].closed.as_ref().unwrap().reason.as_deref(),
        Some("over")
    );
    let open = world.views.campaigns(Some(CampaignStatus::Open), &page);
    assert_eq!(open.await.unwrap().rows.len(), 0);
}

/// Campaigns, their accounts and their numbers, as these views have them.
async fn seen(views: &Views, opened: &Opened) -> Vec<String> {
    let (page, population) = (Page::first(2), opened.row.frozen.population);
    let waiting = ReviewFilter {
        campaigns: Some(CampaignStatus::Open),
        standing: ReviewStanding::WAITING.to_vec(),
        ..ReviewFilter::default()
    };
    let chosen = ReviewFilter {
        population: Some(population),
        ids: opened.items[1..].iter().map(|item| item.review).collect(),
        search: Some("svc".into()),
        ..ReviewFilter::default()
    };
    let mut all = Vec::new();
    for filter in [ReviewFilter::default(), waiting, chosen] {
        let found = views.reviews(&filter, SortOrder::Descending, &page).await;
        all.push(format!("{:?}", found.unwrap()));
    }
    for status in [CampaignStatus::Open, CampaignStatus::Closed] {
        let found = views.campaigns(Some(status), &page).await.unwrap();
        all.push(format!("{found:?}"));
    }
    all.push(format!("{:?}", views.campaign(opened.id).await.unwrap()));
    let totals = views.review_totals(population).await.unwrap();
    all.push(format!("{totals:?}"));
    let mut totals = views.reviewer_totals(population).await.unwrap();
    totals.sort_by_key(|total| (total.reviewer, total.standing));
    all.push(format!("{totals:?}"));
    all
}

async fn a_campaign_is_seen_as_it_was(world: World) {
    world.keep();
    let accounts = ["svc-b", "svc-a", "svc-c"].map(|name| (AccountId(new_id()), name));
    let opened = open(&world, &accounts).await;
    review(&world, &opened, 0, says(&opened, Decision::Keep)).await;
    let position = world.level().await;
    let before = seen(&world.views, &opened).await;
    review(&world, &opened, 0, says(&opened, Decision::Revoke)).await;
    review(&world, &opened, 1, says(&opened, Decision::DoNotKnow)).await;
    let close = CampaignCommand::Close {
        reason: "over".into(),
    };
    let (facts, bob) = (CampaignFacts::default(), world.by(world.bob));
    world.run::<Campaign>(opened.id.0, close, facts, bob).await;
    world.level().await;
    for (now, before) in seen(&world.views, &opened).await.iter().zip(&before) {
        assert_ne!(now, before, "otherwise nothing is shown by this");
    }
    let then = world.store.as_of(position, world.clock.now());
    let then = world.views.as_of(&then).await.unwrap();
    assert_eq!(seen(&then, &opened).await, before);
}

/// All pages of a list, two rows each, and how many rows each page says there are.
async fn paged(world: &World, filter: &ReviewFilter, order: SortOrder) -> (Vec<ReviewRow>, u64) {
    let (mut rows, mut page) = (Vec::new(), Page::first(2));
    loop {
        let found = world.views.reviews(filter, order, &page).await.unwrap();
        rows.extend(found.rows);
        match found.next {
            Some(next) => page = Page::after(next, 2),
            None => return (rows, found.total.value),
        }
    }
}

async fn a_list_is_merged_from_what_each_reviewer_has(world: World) {
    world.keep();
    let accounts = |names: &[&'static str]| -> Vec<_> {
        names
            .iter()
            .map(|name| (AccountId(new_id()), *name))
            .collect()
    };
    let spring = open(&world, &accounts(&["svc-b", "svc-a", "svc-c"])).await;
    let summer = open(&world, &accounts(&["svc-d", "svc-a"])).await;
    // Then Bob, whom the campaign names for that, is asked beside Alice.
    review(&world, &spring, 0, says(&spring, Decision::DoNotKnow)).await;
    world.level().await;
    let of = |reviewers: &[tenure_domain::UserId], standing: &[ReviewStanding]| ReviewFilter {
        campaigns: Some(CampaignStatus::Open),
        reviewers: reviewers.iter().map(|user| user.0).collect(),
        standing: standing.to_vec(),
        ..ReviewFilter::default()
    };
    let (both, waiting) = ([world.alice, world.bob], ReviewStanding::WAITING);
    let all = ["svc-a", "svc-a", "svc-b", "svc-c", "svc-d"];
    let mut backwards = all;
    backwards.reverse();
    for filter in [
        of(&both, waiting),
        of(&both, &[]),
        of(&[], waiting),
        of(&[], &[]),
    ] {
        let (rows, total) = paged(&world, &filter, SortOrder::Ascending).await;
        assert_eq!(
            (names(&rows).as_slice(), total),
            (&all[..], 5),
            "{filter:?}"
        );
        let (rows, total) = paged(&world, &filter, SortOrder::Descending).await;
        assert_eq!(
            (names(&rows).as_slice(), total),
            (&backwards[..], 5),
            "{filter:?}"
        );
        let from_third = Page::at(2, 2);
        let found = world
            .views
            .reviews(&filter, SortOrder::Ascending, &from_third);
        assert_eq!(names(&found.await.unwrap().rows), ["svc-b", "svc-c"]);
    }
    let open_ones = [ReviewStanding::Open];
    let revoked = [ReviewStanding::Ordered, ReviewStanding::Failed];
    let spring_only = |standing: &[ReviewStanding]| ReviewFilter {
        population: Some(spring.row.frozen.population),
        ..of(&[], standing)
    };
    for (filter, found) in [
        (of(&[world.bob], waiting), &["svc-b"][..]),
        (of(&[world.bob], &open_ones), &[]),
        (of(&[world.carol], waiting), &[]),
        (spring_only(&open_ones), &["svc-a", "svc-c"]),
        (spring_only(&[]), &["svc-a", "svc-b", "svc-c"]),
        (spring_only(&revoked), &[]),
    ] {
        let (rows, total) = paged(&world, &filter, SortOrder::Ascending).await;
        assert_eq!(names(&rows), found, "{filter:?}");
        assert_eq!(total, found.len() as u64, "{filter:?}");
    }
    // What is counted as it happens is what there is: nothing of what there is no more of.
    for (index, item) in summer.items.iter().enumerate() {
        review(&world, &summer, index, says(&summer, Decision::Keep)).await;
        assert!(item.reviewers.contains(&Owner::User(world.alice)));
    }
    world.level().await;
    let kept = world.everything().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
    let (rows, total) = paged(&world, &of(&both, waiting), SortOrder::Ascending).await;
    assert_eq!((names(&rows).as_slice(), total), (&all[1..4], 3));
}

async fn a_word_is_found_once_whatever_else_is_asked_for(world: World) {
    world.keep();
    let accounts = |names: &[&'static str]| -> Vec<_> {
        let id = |name: &&'static str| (AccountId(new_id()), *name);
        names.iter().map(id).collect()
    };
    let spring = ["svc-erp-svc", "erp-a", "svc-svc", "SVC-b", "app"];
    let summer = ["svc-z", "svc-erp-svc"];
    let spring = open(&world, &accounts(&spring)).await;
    open(&world, &accounts(&summer)).await;
    // Kept are two of Alice's; of the third one Bob is asked, too.
    review(&world, &spring, 0, says(&spring, Decision::Keep)).await;
    review(&world, &spring, 1, says(&spring, Decision::Keep)).await;
    review(&world, &spring, 2, says(&spring, Decision::DoNotKnow)).await;
    world.level().await;
    let of = |search: &str| ReviewFilter {
        search: Some(search.to_owned()),
        campaigns: Some(CampaignStatus::Open),
        ..ReviewFilter::default()
    };
    let in_spring = |search| ReviewFilter {
        population: Some(spring.row.frozen.population),
        ..of(search)
    };
    let by = |reviewers: &[tenure_domain::UserId], filter| ReviewFilter {
        reviewers: reviewers.iter().map(|user| user.0).collect(),
        ..filter
    };
    let standing = |standing: &[ReviewStanding], filter| ReviewFilter {
        standing: standing.to_vec(),
        ..filter
    };
    let (both, waiting) = ([world.alice, world.bob], ReviewStanding::WAITING);
    let kept = [ReviewStanding::Kept];
    let nobodys = ReviewFilter {
        population: Some(population_of(CampaignId(new_id()), 1)),
        ..of("svc")
    };
    for (filter, found) in [
        (
            of("svc"),
            &["SVC-b", "svc-erp-svc", "svc-erp-svc", "svc-svc", "svc-z"][..],
        ),
        (in_spring("svc"), &["SVC-b", "svc-erp-svc", "svc-svc"]),
        (in_spring("ERP"), &["erp-a", "svc-erp-svc"]),
        (in_spring("svc-s"), &["svc-svc"]),
        (in_spring("nothing"), &[]),
        (
            in_spring(" "),
            &["app", "erp-a", "SVC-b", "svc-erp-svc", "svc-svc"],
        ),
        (nobodys, &[]),
        // More have the word than stand so, and then fewer.
        (standing(&kept, of("svc")), &["svc-erp-svc"]),
        (standing(waiting, of("erp")), &["svc-erp-svc"]),
        (standing(waiting, in_spring("erp")), &[]),
        // Bob is asked of one, Alice of all.
        (by(&[world.bob], of("svc")), &["svc-svc"]),
        (by(&[world.bob], of("erp")), &[]),
        (
            by(&[world.alice], in_spring("erp")),
            &["erp-a", "svc-erp-svc"],
        ),
        (
            by(&both, in_spring("svc")),
            &["SVC-b", "svc-erp-svc", "svc-svc"],
        ),
        (
            by(&both, standing(waiting, of("svc-"))),
            &["SVC-b", "svc-erp-svc", "svc-svc", "svc-z"],
        ),
        (
            by(&both, standing(&kept, of("e"))),
            &["erp-a", "svc-erp-svc"],
        ),
    ] {
        for order in [SortOrder::Ascending, SortOrder::Descending] {
            let mut found = found.to_vec();
            if order == SortOrder::Descending {
                found.reverse();
            }
            let (rows, total) = paged(&world, &filter, order).await;
            assert_eq!(names(&rows), found, "{filter:?}");
            assert_eq!(total, found.len() as u64, "{filter:?}");
        }
        let second = Page::at(1, 1);
        let second = world.views.reviews(&filter, SortOrder::Ascending, &second);
        let second = names(&second.await.unwrap().rows).concat();
        assert_eq!(
            second,
            found.get(1).copied().unwrap_or_default(),
            "{filter:?}"
        );
    }
}

async fn a_part_without_a_campaign_waits_for_nobody(world: World) {
    world.keep();
    freeze(
        &world,
        CampaignId(new_id()),
        &[(AccountId(new_id()), "svc-a")],
    )
    .await;
    let of_alice = ReviewFilter {
        campaigns: Some(CampaignStatus::Open),
        reviewers: vec![world.alice.0],
        ..ReviewFilter::default()
    };
    assert_eq!(names(&listed(&world, &of_alice).await), [""; 0]);
}

async fn a_population_is_frozen_as_of_one_position(world: World) {
    world.keep();
    let (a, b) = (
        world.provision("svc-a").await,
        world.provision("svc-b").await,
    );
    let filter = AccountFilter {
        status: PopulationFilter::REVIEWABLE.to_vec(),
        search: Some("svc-".into()),
        ..AccountFilter::default()
    };
    let before = world.level().await;
    let frozen = world.views.frozen_accounts(&filter).await.unwrap();
    assert_eq!(frozen.position, before);
    let ids: Vec<_> = frozen.accounts.keys().copied().collect();
    let mut both = [a, b];
    both.sort();
    assert_eq!(ids, both);
    let owners = |state: &Account| state.managed().unwrap().owners.clone();
    let state = world.store.state::<Account>(a.0).await.unwrap().state;
    let [Owner::User(owner)] = owners(&state)[..] else {
        panic!("one person");
    };
    assert_eq!(frozen.accounts[&a], [owner.0]);
    let places = world.views.account_places(&both).await.unwrap();
    assert_eq!(places[&b], ("svc-b".to_owned(), world.domain));

    let delete = AccountCommand::Delete {
        reason: "unused".into(),
        confirmed_name: "svc-a".into(),
    };
    let by = Actor::system("test");
    world.account(a, delete, by).await.unwrap();
    let after = world.level().await;
    let frozen = world.views.frozen_accounts(&filter).await.unwrap();
    assert_eq!(frozen.position, after);
    assert_eq!(frozen.accounts.len(), 1);
    let nothing = AccountFilter {
        search: Some("nothing".into()),
        ..filter
    };
    let frozen = world.views.frozen_accounts(&nothing).await.unwrap();
    assert_eq!(frozen, tenure_projections::FrozenAccounts::default());
}
