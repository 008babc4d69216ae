//! The read models as they were: at every position they say what they said when it was the last one, whatever happened since.

use crate::{
    on_both,
    random::{Op, step},
    world::World,
};
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use std::fmt::Write as _;
use tenure_domain::{
    AccountId, Actor, RequestId,
    lifecycle::Status,
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{clock::Clock, new_id};
use tenure_projections::{
    AccountFilter, AccountSort, Page, RequestFilter, RequestSort, SortOrder, TemplateFilter,
    UserFilter, UserSort, Views, Voices,
};

fn check(cases: u32, world: impl Fn(&tokio::runtime::Runtime) -> Option<World>) {
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ops = vec((0_u8..24, any::<u8>()), 20..80);
    let ran = runner.run(&ops, |ops| {
        if let Some(world) = world(&runtime) {
            runtime.block_on(what_was_seen_is_seen_again(world, &ops));
        }
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn what_was_seen_at_a_position_is_seen_again_on_sqlite() {
    check(8, |runtime| Some(runtime.block_on(World::sqlite())));
}

#[test]
fn what_was_seen_at_a_position_is_seen_again_on_postgres() {
    if std::env::var("TENURE_TEST_POSTGRES").is_err() {
        eprintln!("NOT RUN: TENURE_TEST_POSTGRES is not set");
    }
    check(4, |runtime| runtime.block_on(World::postgres()));
}

/// How many places of a history are looked at.
const PLACES: usize = 6;

async fn what_was_seen_is_seen_again(world: World, ops: &[Op]) {
    world.keep();
    let (mut requests, mut accounts): (Vec<RequestId>, Vec<AccountId>) = (vec![], vec![]);
    let mut seen = Vec::new();
    for (index, op) in ops.iter().enumerate() {
        step(&world, index, *op, &mut requests, &mut accounts).await;
        if index % (ops.len() / PLACES) == 0 {
            world.level().await;
            let position = world.store.head().await.unwrap().position;
            let lists = lists(&world, &world.views).await;
            let objects = objects(&world, &world.views, &requests, &accounts).await;
            seen.push((position, requests.clone(), accounts.clone(), objects, lists));
        }
    }
    for rebuilt in [false, true] {
        if rebuilt {
            world.views.rebuild(None, |_| {}).await.unwrap();
        }
        for (position, requests, accounts, objects_then, lists_then) in &seen {
            let then = then(&world, *position).await;
            // One by one first: from their streams, before any table is there.
            let by_stream = objects(&world, &then, requests, accounts).await;
            assert_eq!(objects_then, &by_stream, "at {position}");
            assert_eq!(lists_then, &lists(&world, &then).await, "at {position}");
            let by_table = objects(&world, &then, requests, accounts).await;
            assert_eq!(objects_then, &by_table, "at {position}");
        }
    }
}

async fn then(world: &World, position: u64) -> Views {
    let store = world.store.as_of(position, world.clock.now());
    world.views.as_of(&store).await.unwrap()
}

/// Each object by itself.
async fn objects(
    world: &World,
    views: &Views,
    requests: &[RequestId],
    accounts: &[AccountId],
) -> String {
    let mut all = String::new();
    for id in requests {
        writeln!(all, "{:?}", views.request(*id).await.unwrap()).unwrap();
    }
    for id in accounts {
        writeln!(all, "{:?}", views.account(*id).await.unwrap()).unwrap();
    }
    for user in [world.alice, world.bob, world.carol] {
        writeln!(all, "{:?}", views.user(user).await.unwrap()).unwrap();
    }
    let (group, template) = (world.approvers, world.template);
    writeln!(all, "{:?}", views.group(group).await.unwrap()).unwrap();
    writeln!(all, "{:?}", views.template(template).await.unwrap()).unwrap();
    writeln!(all, "{:?}", views.domain(world.domain).await.unwrap()).unwrap();
    let ids = [world.alice.0, group.0, template.0, world.domain.0];
    let names = views.names(ids).await.unwrap();
    for id in ids {
        writeln!(all, "{:?}", names.get(&id)).unwrap();
    }
    all
}

/// Lists by their filters and orders, and what is counted.
async fn lists(world: &World, views: &Views) -> String {
    let mut all = String::new();
    let page = Page::first(7);
    let sorts = [AccountSort::Name, AccountSort::End, AccountSort::Created];
    let accounts = [
        AccountFilter::default(),
        AccountFilter {
            status: vec![Status::Active, Status::Disabled],
            ..AccountFilter::default()
        },
        AccountFilter {
            search: Some("acc".into()),
            owned_by: vec![world.bob.0],
            ..AccountFilter::default()
        },
        AccountFilter {
            orphaned: true,
            ..AccountFilter::default()
        },
        AccountFilter {
            orphaned_without: Some(world.bob.0),
            ..AccountFilter::default()
        },
        AccountFilter {
            failed: true,
            ..AccountFilter::default()
        },
    ];
    for filter in &accounts {
        for sort in sorts {
            let order = SortOrder::Descending;
            let first = views.accounts(filter, sort, order, &page).await.unwrap();
            if let Some(next) = first.next.clone() {
                let next = Page::after(next, 7);
                let next = views.accounts(filter, sort, order, &next).await.unwrap();
                writeln!(all, "{next:?}").unwrap();
            }
            writeln!(all, "{first:?}").unwrap();
        }
        writeln!(all, "{:?}", views.account_totals(filter).await.unwrap()).unwrap();
    }
    for sort in [
        RequestSort::Changed,
        RequestSort::Created,
        RequestSort::Name,
    ] {
        let filter = RequestFilter {
            requester: Some(world.alice),
            ..RequestFilter::default()
        };
        let found = views
            .requests(&filter, sort, SortOrder::Descending, &page)
            .await;
        writeln!(all, "{:?}", found.unwrap()).unwrap();
    }
    let (users, order) = (UserFilter::default(), SortOrder::Ascending);
    let users = views.users(&users, UserSort::Name, order, &page).await;
    writeln!(all, "{:?}", users.unwrap()).unwrap();
    let templates = views.templates(&TemplateFilter::default(), &page).await;
    writeln!(all, "{:?}", templates.unwrap()).unwrap();
    writeln!(all, "{:?}", views.groups(Some("app"), &page).await.unwrap()).unwrap();
    writeln!(all, "{:?}", views.groups_of(world.bob).await.unwrap()).unwrap();
    let members = views.members_of(world.approvers, &page).await.unwrap();
    writeln!(all, "{members:?}").unwrap();
    writeln!(all, "{:?}", views.roles().await.unwrap()).unwrap();
    writeln!(all, "{:?}", views.domains().await.unwrap()).unwrap();
    let version = views.template_version(world.template, 1).await.unwrap();
    writeln!(all, "{version:?}").unwrap();
    let groups = [world.approvers];
    let voices = Voices {
        user: world.bob,
        groups: &groups,
        deputy_for: &[],
    };
    let waiting = views.waiting_for(&voices, &Default::default(), &page).await;
    writeln!(all, "{:?}", waiting.unwrap()).unwrap();
    all
}

on_both!(
    a_forgotten_person_is_gone_from_the_past_too,
    nothing_was_there_at_the_beginning,
    a_history_of_the_past_takes_no_command
);

async fn a_forgotten_person_is_gone_from_the_past_too(world: World) {
    world.keep();
    let zoe = tenure_domain::UserId(new_id());
    world.register(zoe, "Zoe Zimmer").await;
    world.level().await;
    let position = world.store.head().await.unwrap().position;
    let names = async || {
        let views = then(&world, position).await;
        let (filter, page) = (UserFilter::default(), Page::default());
        let users = views
            .users(&filter, UserSort::Name, SortOrder::Ascending, &page)
            .await;
        let rows = users.unwrap().rows;
        let named = rows.iter().any(|row| row.display_name == "Zoe Zimmer");
        let one = views.user(zoe).await.unwrap().unwrap();
        (rows.len(), named, one.display_name)
    };
    assert_eq!(names().await, (4, true, "Zoe Zimmer".to_owned()));
    world.store.forget_user(zoe).await.unwrap();
    world.views.forget_user(zoe).await.unwrap();
    assert_eq!(names().await, (4, false, String::new()));
    // What she was called before, too.
    assert!(!format!("{:?}", then(&world, position).await.names([zoe.0]).await).contains("Zimmer"));
}

async fn nothing_was_there_at_the_beginning(world: World) {
    world.keep();
    world.provision("svc-a").await;
    world.level().await;
    let views = then(&world, 0).await;
    let (filter, page) = (AccountFilter::default(), Page::default());
    let found = views
        .accounts(&filter, AccountSort::Name, SortOrder::Ascending, &page)
        .await
        .unwrap();
    assert_eq!((found.rows.len(), found.total.value), (0, 0));
    assert!(views.user(world.alice).await.unwrap().is_none());
}

async fn a_history_of_the_past_takes_no_command(world: World) {
    let head = world.store.head().await.unwrap().position;
    let store = world.store.as_of(head, world.clock.now());
    let data = PersonalData {
        display_name: "Yara".into(),
        emails: vec!["yara@example.com".into()],
        ..PersonalData::default()
    };
    let by = Actor::system("test");
    let execution = tenure_eventstore::Execution::<User>::new(
        new_id(),
        UserCommand::Register(data),
        Default::default(),
        by,
    );
    assert!(store.execute(execution).await.is_err());
    assert_eq!(world.store.head().await.unwrap().position, head);
}
