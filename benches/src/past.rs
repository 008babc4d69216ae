//! How things were, over a million events: one account at an instant, and the list of a hundred thousand by their status.

use crate::{
    Failure, Report, Row, append,
    history::{self, Life},
    postgres::Postgres,
    rounds::percentile,
};
use sqlx::PgPool;
use std::time::Instant;
use tenure_domain::{AccountId, lifecycle::Status, ownership::Owner};
use tenure_eventstore::EventStore;
use tenure_projections::{AccountFilter, AccountSort, Page, SortOrder, Views};

/// With what they went through until they were provisioned, about a million events.
const ACCOUNTS: usize = 100_000;
const ASKED: usize = 1_000;
const LISTS: u64 = 5;
const MOST_FOR_AN_ACCOUNT: f64 = 20.0;
const MOST_FOR_A_LIST: f64 = 2.0;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("as-of-") {
        return Ok(());
    }
    let server = Postgres::private()?;
    let url = server.database("bench_past").await?;
    let store = append::open(&url).await?;
    eprintln!("  making a history of {ACCOUNTS} accounts");
    history::settle(&store, history::sandbox()).await?;
    history::accounts(&store, ACCOUNTS, Life::Short).await?;
    let pool = PgPool::connect(&url).await?;
    sqlx::raw_sql("VACUUM ANALYZE events")
        .execute(&pool)
        .await?;
    pool.close().await;
    rows(report, &store).await?;
    store.close().await;
    Ok(())
}

async fn rows(report: &mut Report, store: &EventStore) -> Result<(), Failure> {
    let views = Views::open(store, None).await?;
    let head = store.head().await?.position;
    if report.wants("as-of-account") {
        let mut took = Vec::new();
        let mut asked = 0;
        while took.len() < ASKED {
            asked += 1;
            let position = somewhere(asked, head);
            let known = store.read(position, 1).await?.pop();
            if let Some(event) = known.filter(|event| event.kind == "account") {
                took.push(account(store, &views, AccountId(event.stream), head).await?);
            }
        }
        let slowest = percentile(&mut took, 99);
        report.add(Row::limit(
            "as-of-account",
            slowest,
            MOST_FOR_AN_ACCOUNT,
            "ms",
        ));
    }
    if report.wants("as-of-list") {
        let mut took = Vec::new();
        for round in 0..LISTS {
            // The latter half, where all accounts are there; another one each time, so that nothing is kept of it.
            let position = head - somewhere(round, head) / 2;
            took.push(list(store, &views, position).await?);
        }
        let slowest = percentile(&mut took, 100);
        report.add(Row::limit("as-of-list", slowest, MOST_FOR_A_LIST, "s"));
    }
    Ok(())
}

/// Anywhere in the history, the same in every run.
fn somewhere(round: u64, head: u64) -> u64 {
    round.wrapping_mul(0x9e37_79b9_7f4a_7c15) % head
}

/// Milliseconds until an account is known as of an instant, with the names that it is shown with.
async fn account(
    store: &EventStore,
    views: &Views,
    id: AccountId,
    head: u64,
) -> Result<f64, Failure> {
    let instant = store.now();
    let began = Instant::now();
    let position = store.position_at(instant).await?.min(head);
    let views = views.as_of(&store.as_of(position, instant)).await?;
    let row = views.account(id).await?.ok_or("no such account then")?;
    let owners = row.owners.iter().map(|owner| match owner {
        Owner::User(user) => user.0,
        Owner::Group(group) => group.0,
    });
    views
        .names(owners.chain([row.domain.0, row.template.0]))
        .await?;
    Ok(began.elapsed().as_secs_f64() * 1_000.0)
}

/// Seconds until the first page of a status is there, with how many there are of each.
async fn list(store: &EventStore, views: &Views, position: u64) -> Result<f64, Failure> {
    let began = Instant::now();
    let views = views.as_of(&store.as_of(position, store.now())).await?;
    let filter = AccountFilter {
        status: vec![Status::Active],
        ..AccountFilter::default()
    };
    let page = Page::first(50);
    let found = views.accounts(&filter, AccountSort::Name, SortOrder::Ascending, &page);
    let found = found.await?;
    let totals = views.account_totals(&AccountFilter::default()).await?;
    let took = began.elapsed().as_secs_f64();
    let all: u64 = totals.iter().map(|(_, count)| count).sum();
    eprintln!(
        "  as of {position}: {} of {all} accounts in {took:.2} s",
        found.total.value
    );
    Ok(took)
}
