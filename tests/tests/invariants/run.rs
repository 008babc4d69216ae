//! Runs, one seed after the other, until the time is up; and the shortest beginning of one that fails.

use crate::{
    draw, history,
    play::{Play, Tally},
    pulse::Pulse,
    read_models, tampering,
    world::{Backend, World},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    collections::BTreeMap,
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use tenure_domain::{Event, request::RequestEvent};
use tenure_eventstore::StoredEvent;

/// How long each store is tried, unless told otherwise.
const SECONDS: u64 = 25;
/// Moves of one run.
const MOVES: usize = 250;
/// A move that takes longer is told, for whoever wonders where the time goes.
const SLOW: Duration = Duration::from_secs(3);
/// Moves told with a failure.
const TOLD: usize = 60;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Store {
    Sqlite,
    Postgres,
}

struct Failure {
    /// After how many moves.
    moves: usize,
    why: String,
}

/// Plays runs until the time is up.
pub(crate) async fn soak(store: Store) {
    // `RUST_LOG=warn` lets Tenure say what it saw.
    let said = tracing_subscriber::EnvFilter::from_default_env();
    let _ = tracing_subscriber::fmt()
        .with_env_filter(said)
        .with_test_writer()
        .try_init();
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .map(|text| text.parse::<u64>().unwrap())
    };
    let seconds = number("TENURE_SOAK_SECONDS");
    let until = Instant::now() + Duration::from_secs(seconds.unwrap_or(SECONDS));
    let mut total = Tally::default();
    let mut runs = 0;
    let mut happened: BTreeMap<&str, usize> = BTreeMap::new();
    for n in 1.. {
        let seed = match (number("TENURE_SEED"), seconds) {
            (Some(seed), _) => seed,
            (None, Some(_)) => rand::rng().random_range(0..1 << 32),
            // The same ones every time: `make test` says the same of the same code.
            (None, None) => n,
        };
        match play(store, seed, MOVES, until).await {
            Ok(None) => return,
            Ok(Some((tally, events))) => {
                runs += 1;
                for event in &events {
                    *happened.entry(event.event.type_name()).or_default() += 1;
                    if let Event::Request(RequestEvent::ApprovalGiven(e)) = &event.event
                        && e.on_behalf_of.is_some()
                    {
                        *happened.entry("approved by a deputy").or_default() += 1;
                    }
                }
                total.steps += tally.steps;
                total.accepted += tally.accepted;
                total.refused += tally.refused;
                total.faults += tally.faults;
            }
            Err(failure) => report(store, seed, failure).await,
        }
        if Instant::now() >= until || number("TENURE_SEED").is_some() {
            break;
        }
    }
    eprintln!("{store:?}: {runs} runs, {total:?}, {happened:?}");
}

/// Panics with the shortest beginning found that fails.
async fn report(store: Store, seed: u64, mut failure: Failure) {
    let far = Instant::now() + Duration::from_secs(3600);
    // What showed only at the end may have gone wrong much earlier.
    let mut passes = 0;
    while passes + 1 < failure.moves && failure.why.starts_with("at the end") {
        let middle = passes.midpoint(failure.moves);
        match play(store, seed, middle, far).await {
            Err(shorter) => failure = shorter,
            Ok(_) => passes = middle,
        }
    }
    let moves = draw::moves(seed, failure.moves);
    let told: Vec<String> = moves
        .iter()
        .enumerate()
        .skip(failure.moves.saturating_sub(TOLD))
        .map(|(n, one)| format!("{n:4}  {one:?}"))
        .collect();
    panic!(
        "TENURE_SEED={seed} on {store:?}, after {} moves: {}\n{}",
        failure.moves,
        failure.why,
        told.join("\n")
    );
}

/// One run of at most `count` moves; `None` where the store is not there.
async fn play(
    store: Store,
    seed: u64,
    count: usize,
    until: Instant,
) -> Result<Option<(Tally, Vec<StoredEvent>)>, Failure> {
    let backend = match store {
        Store::Sqlite => Backend::sqlite(),
        Store::Postgres => match Backend::postgres().await {
            Some(backend) => backend,
            None => return Ok(None),
        },
    };
    // On PostgreSQL every other run has two gateways on one database.
    let cores = if backend.is_postgres() && seed % 2 == 1 {
        2
    } else {
        1
    };
    let mut play = Play::new(World::open(backend, cores).await, seed);
    let pulse = Pulse::start();
    for (n, next) in draw::moves(seed, count).iter().enumerate() {
        let began = Instant::now();
        let made = play.make(n, next).await;
        let (took, pulse) = (began.elapsed(), pulse.longest());
        let told = format!("move {n} took {took:?}, the machine's pulse up to {pulse:?}");
        if took > SLOW {
            eprintln!("seed {seed}: {told}: {next:?}");
        }
        made.map_err(|why| Failure {
            moves: n + 1,
            why: format!("{why} ({told})"),
        })?;
        if Instant::now() > until {
            break;
        }
    }
    end(play, seed).await.map(Some).map_err(|why| Failure {
        moves: count,
        why: format!("at the end: {why}"),
    })
}

/// What must hold of a whole run.
async fn end(play: Play, seed: u64) -> Result<(Tally, Vec<StoredEvent>), String> {
    play.world.read_domains_no_more().await?;
    play.world.settle().await?;
    play.compare_all().await?;
    let instance = play.world.instance();
    for engine in &play.world.engines {
        if let Some(complaint) = engine.directory.complaints().first() {
            return Err(format!("an engine saw: {complaint}"));
        }
    }
    let begun = || -> usize {
        let engines = play.world.engines.iter();
        engines
            .map(|engine| engine.directory.begun.load(Ordering::Relaxed))
            .sum()
    };
    // What was cut off from its engine comes again, and changes nothing.
    play.world.drain().await;
    let (before, ordered) = (instance.store.head().await.unwrap().position, begun());
    let kept = read_models::everything(&play.world.backend).await;
    instance
        .views
        .rebuild(None, |_| {})
        .await
        .map_err(|error| error.to_string())?;
    let rebuilt = read_models::everything(&play.world.backend).await;
    if let Some(difference) = read_models::difference(&kept, &rebuilt) {
        return Err(difference);
    }
    play.world.settle().await?;
    let after = instance.store.head().await.unwrap().position;
    if (after, begun()) != (before, ordered) {
        return Err(format!(
            "a rebuild led to events {before}..{after} or orders"
        ));
    }
    let events = history::read(&instance.store).await;
    history::check(&events, &play.repeated)?;
    let tally = play.tally;
    let backend = play.world.end().await;
    tampering::is_found(&backend, &mut StdRng::seed_from_u64(seed)).await?;
    Ok((tally, events))
}
