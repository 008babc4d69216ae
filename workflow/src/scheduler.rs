//! Due timers become commands. The aggregate re-validates: a timer that is not due any more is refused, and that it
//! was handled is marked, so that each fires at most once.

use crate::{Caller, CommandError, Instance, mark_pruning};
use futures::{FutureExt, StreamExt, stream};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use tenure_domain::{
    ids::derived,
    timers::{Timer, TimerClock, TimerCommand},
};
use tenure_eventstore::Cause;
use tenure_projections::ViewError;
use tokio_util::sync::CancellationToken;

/// Timers read at once.
const PAGE: usize = 1_000;
/// Timers fired at once: people keep working while 100,000 accounts end.
const CONCURRENCY: usize = 64;
/// How long to sleep at most: the system clock and other processes' changes are noticed after this.
const LOOK_ANYWAY: Duration = Duration::from_millis(500);

/// How often marks of timers that are gone are taken away.
const PRUNE_EVERY: Duration = Duration::from_secs(600);

/// Fires timers until cancelled.
pub(crate) async fn run(instance: &Instance, cancel: CancellationToken) {
    let mut head = instance.store.head_watch();
    let mut pruned_at = Instant::now();
    while !cancel.is_cancelled() {
        let fired = async {
            let business = fire_due(instance, TimerClock::Business).await?;
            Ok::<_, CommandError>(business + fire_due(instance, TimerClock::System).await?)
        };
        let fired = match fired.await {
            Ok(fired) => fired,
            Err(error) => {
                tracing::warn!(%error, "timers cannot be fired for now");
                0
            }
        };
        if pruned_at.elapsed() >= PRUNE_EVERY {
            pruned_at = Instant::now();
            if let Err(error) = mark_pruning::prune(instance).await {
                tracing::warn!(%error, "marks of timers that are gone cannot be pruned for now");
            }
        }
        if let Err(error) = instance.commands.refresh_epoch().await {
            tracing::warn!(%error, "the epoch cannot be read for now");
        }
        if fired == 0 {
            tokio::select! {
                () = cancel.cancelled() => {}
                _ = head.changed() => tokio::time::sleep(LOOK_ANYWAY / 10).await,
                () = tokio::time::sleep(LOOK_ANYWAY) => {}
            }
        }
    }
}

/// Fires what is due by `clock` and was not handled. Answers how many.
pub(crate) async fn fire_due(
    instance: &Instance,
    clock: TimerClock,
) -> Result<usize, CommandError> {
    let now = match clock {
        TimerClock::Business => instance.business.now(),
        TimerClock::System => instance.system.now(),
    };
    let views = &instance.views;
    let tables = instance.store.state_tables();
    let unavailable = |error: ViewError| CommandError::Unavailable(error.to_string());
    let mut due = views
        .due_timers(clock, now, PAGE)
        .await
        .map_err(unavailable)?;
    let mut open = Vec::new();
    // A refused timer stays due until an event cancels it: look on behind those that were handled.
    while let (true, Some(last)) = (open.is_empty(), due.last().cloned()) {
        let ids: Vec<String> = due.iter().map(Timer::id).collect();
        let handled: HashSet<String> = tables.handled_among(&ids).await?.into_iter().collect();
        for timer in due {
            if !handled.contains(&timer.id()) {
                open.push(timer);
            }
        }
        due = views
            .due_timers_after(clock, now, &last, PAGE)
            .await
            .map_err(unavailable)?;
    }
    let outcomes: Vec<_> = stream::iter(open)
        .map(|timer| fire(instance, timer).boxed())
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    let fired = outcomes.len();
    let marks: Vec<(String, String)> = outcomes.into_iter().flatten().collect();
    tables.mark_handled(&marks).await?;
    Ok(fired)
}

/// Fires one timer. Answers its mark, unless it is to be tried again.
async fn fire(instance: &Instance, timer: Timer) -> Option<(String, String)> {
    let id = timer.id();
    let caller = Caller::system("timers", derived(&["timer", &id]), Cause::default());
    fail::fail_point!("timer-before-command", |_| std::process::abort());
    let commands = &instance.commands;
    let outcome = match timer.command() {
        TimerCommand::Account(id, command) => commands.account(id, command, &caller).await,
        TimerCommand::Request(id, command) => commands.request(id, command, &caller).await,
        TimerCommand::Campaign(id, command) => commands.campaign(id, command, &caller).await,
    };
    match outcome {
        Ok(_) => Some((id, "fired".to_owned())),
        Err(error) if error.is_transient() => {
            tracing::warn!(timer = id, %error, "a timer cannot be fired for now");
            None
        }
        Err(refusal) => Some((id, format!("refused: {refusal}"))),
    }
}
