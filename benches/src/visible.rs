//! From a command handed in to its effect in the read models, at a thousand commands a second that come whether or not
//! earlier ones are done.

use crate::{
    Failure, Report, Row, nats::Nats, postgres::Postgres, rounds::percentile, stage::Stage,
    workload,
};
use std::time::{Duration, Instant};
use tenure_broker::{BrokerConfig, in_process};
use tenure_domain::{AccountId, Actor, RequestId, request::RequestCommand};
use tenure_eventstore::new_id;
use tenure_workflow::{Caller, Instance};
use tokio::{task::JoinSet, time::MissedTickBehavior};

const PER_SECOND: u32 = 1_000;
const WARM_UP: usize = 2_000;
const COMMANDS: usize = 10_000;
const P50_MS: f64 = 5.0;
const P99_MS: f64 = 25.0;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("visible-") {
        return Ok(());
    }
    let server = Postgres::private()?;
    let nats = Nats::start().await?;
    let broker = nats
        .as_ref()
        .map_or_else(|| BrokerConfig::InProcess(in_process()), Nats::config);
    let stage = Stage::open(&server.database("bench_visible").await?, broker).await?;
    let mut times = arrive(&stage.instance).await?;
    report.add(Row::limit(
        "visible-p50",
        percentile(&mut times, 50),
        P50_MS,
        "ms",
    ));
    report.add(Row::limit(
        "visible-p99",
        percentile(&mut times, 99),
        P99_MS,
        "ms",
    ));
    stage.close().await;
    Ok(())
}

/// Milliseconds from the instant that each command was due to the instant that it could be read.
async fn arrive(instance: &Instance) -> Result<Vec<f64>, Failure> {
    let mut arrivals = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    arrivals.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut commands = JoinSet::new();
    for _ in 0..WARM_UP + COMMANDS {
        let due = arrivals.tick().await;
        commands.spawn(one(instance.clone(), due.into()));
    }
    let mut times = Vec::with_capacity(COMMANDS);
    let mut done = 0;
    while let Some(time) = commands.join_next().await {
        let time = time??;
        done += 1;
        if done > WARM_UP {
            times.push(time);
        }
    }
    Ok(times)
}

async fn one(instance: Instance, due: Instant) -> Result<f64, Failure> {
    let (request, account) = (RequestId(new_id()), new_id());
    let content = Box::new(workload::content(account, 120));
    let draft = RequestCommand::Draft {
        account: AccountId(account),
        content,
    };
    let caller = Caller::new(Actor::User(workload::requester()));
    let accepted = instance.commands.request(request, draft, &caller).await?;
    instance
        .views
        .wait_for_models(&["requests"], accepted.position, Duration::from_secs(30))
        .await?;
    Ok(due.elapsed().as_secs_f64() * 1_000.0)
}
