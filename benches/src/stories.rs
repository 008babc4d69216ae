//! Whole stories per second: submitted, approved, ordered, reported, provisioned, 128 in flight. Beside it Restate, a
//! durable-execution engine, with a handler of four durable steps.

use crate::{
    Failure, Report, Row, nats::Nats, postgres::Postgres, restate::Restate, rounds::alternate,
    stage::Stage, workload,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use tenure_broker::{BrokerConfig, in_process};
use tenure_domain::{
    AccountId, Actor, Event, RequestId,
    request::{RequestCommand, RequestEvent},
};
use tenure_eventstore::{EventStore, new_id};
use tenure_workflow::{Caller, Commands};
use tokio::{sync::oneshot, task::JoinHandle};
use uuid::Uuid;

const IN_FLIGHT: usize = 128;
const ROUNDS: usize = 3;
const SECONDS: f64 = 5.0;
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("stories-") {
        return Ok(());
    }
    let Some(restate) = Restate::start().await? else {
        report.leave_out(
            "stories",
            "restate-server or its SDK is not installed (scripts/install-tools.sh --bench)",
        );
        return Ok(());
    };
    let server = Postgres::private()?;
    if report.wants("stories-in-process") {
        let url = server.database("bench_stories").await?;
        let rates = beside(&url, BrokerConfig::InProcess(in_process()), &restate).await?;
        report.add(Row::rate("stories-in-process", rates, 2.0, "stories/s"));
    }
    if report.wants("stories-nats") {
        let Some(nats) = Nats::start().await? else {
            report.leave_out("stories-nats", "no nats-server");
            return Ok(());
        };
        let url = server.database("bench_stories_nats").await?;
        let rates = beside(&url, nats.config(), &restate).await?;
        report.add(Row::rate("stories-nats", rates, 2.0, "stories/s"));
    }
    Ok(())
}

async fn beside(url: &str, broker: BrokerConfig, restate: &Restate) -> Result<(f64, f64), Failure> {
    let stage = Stage::open(url, broker).await?;
    let waiting = Waiting::default();
    let watcher = waiting.watch(stage.instance.store.clone()).await?;
    stories(&stage.instance.commands, &waiting, 1.0).await?;
    restate.rate(IN_FLIGHT, 1.0).await?;
    let rates = alternate(
        ROUNDS,
        async || stories(&stage.instance.commands, &waiting, SECONDS).await,
        async || restate.rate(IN_FLIGHT, SECONDS).await,
    )
    .await?;
    watcher.abort();
    stage.close().await;
    Ok(rates)
}

/// Stories that ended per second.
async fn stories(commands: &Commands, waiting: &Waiting, seconds: f64) -> Result<f64, Failure> {
    let began = Instant::now();
    let until = began + Duration::from_secs_f64(seconds);
    let people: Vec<_> = (0..IN_FLIGHT)
        .map(|_| {
            let (commands, waiting) = (commands.clone(), waiting.clone());
            tokio::spawn(async move {
                let mut told = 0_u32;
                while Instant::now() < until {
                    story(&commands, &waiting).await?;
                    told += 1;
                }
                Ok::<u32, Failure>(told)
            })
        })
        .collect();
    let mut told = 0;
    for person in people {
        told += person.await??;
    }
    Ok(f64::from(told) / began.elapsed().as_secs_f64())
}

async fn story(commands: &Commands, waiting: &Waiting) -> Result<(), Failure> {
    let (request, account) = (RequestId(new_id()), new_id());
    let requester = || Caller::new(Actor::User(workload::requester()));
    let content = Box::new(workload::content(account, 120));
    let provisioned = waiting.for_request(request.0);
    commands
        .request(
            request,
            RequestCommand::Draft {
                account: AccountId(account),
                content,
            },
            &requester(),
        )
        .await?;
    commands
        .request(request, RequestCommand::Submit, &requester())
        .await?;
    let approver = Caller::new(Actor::User(workload::approver()));
    commands
        .request(
            request,
            RequestCommand::Approve { comment: None },
            &approver,
        )
        .await?;
    tokio::time::timeout(PATIENCE, provisioned).await??;
    Ok(())
}

/// Who waits for which request to be provisioned.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<HashMap<Uuid, oneshot::Sender<()>>>>);

impl Waiting {
    fn for_request(&self, request: Uuid) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(request, sender);
        receiver
    }

    /// Follows the history, as everybody does who waits for something to happen.
    async fn watch(&self, store: EventStore) -> Result<JoinHandle<()>, Failure> {
        let waiting = self.clone();
        let mut after = store.head().await?.position;
        let mut head = store.head_watch();
        Ok(tokio::spawn(async move {
            loop {
                let page = store.read(after, 400).await.unwrap_or_default();
                for stored in &page {
                    after = stored.position;
                    if matches!(stored.event, Event::Request(RequestEvent::Completed(_)))
                        && let Some(waits) = waiting
                            .0
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .remove(&stored.stream)
                    {
                        let _ = waits.send(());
                    }
                }
                if page.is_empty() && head.changed().await.is_err() {
                    return;
                }
            }
        }))
    }
}
