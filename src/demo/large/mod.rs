//! `tenure demo --scale large`: the history of a large organisation, made by the rules of domain like any other, but
//! straight into the store and many commands at once: nobody is told, nothing is ordered.

mod lives;
mod organisation;

use super::{DemoError, history, people, say};
use crate::{
    config::Config,
    wiring::{BusinessClock, wire},
};
use futures::{Stream as Futures, StreamExt, TryStreamExt};
use std::time::Instant;
use tenure_domain::{Actor, Stream, directory::DomainCommand, synchronisation::SyncPlan};
use tenure_eventstore::{EventStore, Execution};
use tenure_workflow::{Caller, Commands};
use uuid::Uuid;

/// Commands under way at once.
const AT_ONCE: usize = 512;
/// Aggregates in memory while the history is made: accounts come back months later.
const CACHE: usize = 250_000;
/// Who has seen the history already: nothing is to follow from it.
const FOLLOWERS: &[&str] = &["reactions", "orders", "notifications"];

/// How much of everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) templates: usize,
    pub(super) users: usize,
    pub(super) groups: usize,
    pub(super) accounts: usize,
    pub(super) requests: usize,
}

impl Size {
    /// For so many accounts, in the proportions of an organisation with 100,000.
    pub(super) fn of(accounts: usize) -> Self {
        Self {
            templates: (accounts / 100).max(10),
            users: (accounts / 10).max(50),
            groups: (accounts / 200).max(5),
            accounts,
            requests: (accounts / 2).max(20),
        }
    }
}

/// Makes the history, unless there is one.
pub(super) async fn load(config: &Config, accounts: usize) -> Result<(), DemoError> {
    let size = Size::of(accounts);
    let mut generous = config.clone();
    generous.store.cache_entries = CACHE;
    let (begin, until) = history::span();
    let wired = wire(&generous, BusinessClock::Virtual(begin)).await?;
    let store = wired.instance.store.clone();
    if store.head().await?.position == 0 {
        let started = Instant::now();
        let setup = Caller::new(Actor::system("demo"));
        people::settle(&wired.instance.commands, &setup).await?;
        never_read(&wired.instance.commands, &setup).await?;
        organisation::settle(&store, size, begin).await?;
        lives::live(&store, size, begin, until).await?;
        let events = store.head().await?.position;
        for follower in FOLLOWERS {
            store
                .state_tables()
                .advance_checkpoint(follower, events)
                .await?;
        }
        say(format_args!("  lists of {events} events …"));
        wired.instance.views.rebuild(None, |_| ()).await?;
        say(format_args!(
            "{events} events in {:.1} s.",
            started.elapsed().as_secs_f64()
        ));
    }
    store.close().await;
    Ok(())
}

/// No directory holds these accounts: looked for by themselves, all of them would be missed.
async fn never_read(commands: &Commands, setup: &Caller) -> Result<(), DemoError> {
    let plan = SyncPlan {
        changes_every_minutes: None,
        full_every_hours: None,
        ..SyncPlan::default()
    };
    for domain in people::domains() {
        let command = DomainCommand::PlanSynchronisation(plan.clone());
        commands.domain(domain, command, setup).await?;
    }
    Ok(())
}

/// The `n`-th of so many choices, without an obvious pattern, the same on every start.
fn choice(n: usize, what: usize, of: usize) -> usize {
    // SplitMix64: cheap, and good enough to look like chance.
    let mut z = (n as u64)
        .wrapping_mul(0x9E37_79B9_7F4A_7C15)
        .wrapping_add((what as u64).wrapping_mul(0xD1B5_4A32_D192_ED03));
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((z ^ (z >> 31)) % (of.max(1) as u64)).unwrap_or(0)
}

/// Carries out what comes, many at once.
async fn all<F>(work: impl Futures<Item = F>) -> Result<(), DemoError>
where
    F: Future<Output = Result<(), DemoError>> + Send + 'static,
{
    work.map(tokio::spawn)
        .buffer_unordered(AT_ONCE)
        .map(|done| {
            done.unwrap_or(Err(DemoError::Story(
                "a task of the large demo ended badly",
            )))
        })
        .try_for_each(async |()| Ok(()))
        .await
}

/// One command, at its own time.
async fn execute<A>(store: &EventStore, execution: Execution<A>) -> Result<(), DemoError>
where
    A: Stream,
    A::Command: Clone,
{
    match store.execute(execution).await {
        Ok(_) => Ok(()),
        Err(error) => Err(DemoError::Large(error.to_string())),
    }
}

fn id(what: &str, n: usize) -> Uuid {
    tenure_domain::ids::derived(&["large", what, &n.to_string()])
}
