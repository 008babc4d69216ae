//! Starts everything that runs by itself for one instance, and says how far it is.

use crate::{
    Instance, access, calibration, campaigns, contact, drift, orders::Orders, reactions::Reactions,
    relay, reports, scheduler, synchronisation,
};
use tenure_domain::EngineId;
use tenure_eventstore::{Position, follow::Follower};
use tokio::{sync::watch, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// How far the work is that goes on by itself.
#[derive(Clone)]
pub struct Work {
    /// How far reactions are.
    pub reactions: watch::Receiver<Position>,
    /// How far the publishing of orders is.
    pub orders: watch::Receiver<Position>,
}

/// Starts reactions, orders, reports, timers, the watch over engines and their access, the reading of domains its comparison, what nobody
/// reviewed in time and, with NATS, the relay. Answers how far they are, and the tasks, which end after `cancel`.
///
/// # Errors
/// If the engines' keys cannot be read.
pub async fn run(
    instance: &Instance,
    cancel: CancellationToken,
) -> Result<(Work, JoinSet<()>), crate::CommandError> {
    for engine in engines(instance).await? {
        instance.engines.learn(&instance.store, engine).await?;
    }
    let mut tasks = JoinSet::new();
    let (reacted, reactions) = watch::channel(0);
    let (published, orders) = watch::channel(0);

    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move {
        let follower = Follower {
            store: &of.store,
            name: "reactions",
            done: reacted,
            cancel: token,
        };
        follower.run(Reactions(of.clone())).await;
    });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move {
        let follower = Follower {
            store: &of.store,
            name: "orders",
            done: published,
            cancel: token,
        };
        follower.run(Orders(of.clone())).await;
    });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { reports::record(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { scheduler::run(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { contact::watch(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { synchronisation::watch(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { calibration::watch(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { drift::watch(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { campaigns::watch(&of, token).await });
    let (of, token) = (instance.clone(), cancel.clone());
    tasks.spawn(async move { access::keep(&of, token).await });
    let of = instance.clone();
    tasks.spawn(async move { relay::run(&of, cancel).await });
    Ok((Work { reactions, orders }, tasks))
}

async fn engines(instance: &Instance) -> Result<Vec<EngineId>, crate::CommandError> {
    let engines = instance.views.engine_ids().await;
    engines.map_err(|error| crate::CommandError::Unavailable(error.to_string()))
}
