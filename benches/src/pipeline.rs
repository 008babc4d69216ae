//! The whole pipeline saturated: appended, relayed to NATS, in every read model; beside appending alone.

use crate::{
    Failure, Report, Row, append, nats::Nats, postgres::Postgres, rounds::alternate, stage::Stage,
};
use std::time::{Duration, Instant};

const ROUNDS: usize = 3;
const SECONDS: f64 = 4.0;
const CALLERS: usize = 128;
const PATIENCE: Duration = Duration::from_secs(300);

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("pipeline") {
        return Ok(());
    }
    let Some(nats) = Nats::start().await? else {
        report.leave_out("pipeline", "no nats-server");
        return Ok(());
    };
    let server = Postgres::private()?;
    let alone = append::open(&server.database("bench_alone").await?).await?;
    let stage = Stage::open(&server.database("bench_pipeline").await?, nats.config()).await?;
    append::commands(&alone, CALLERS, 1.0).await?;
    through(&stage, 1.0).await?;
    let rates = alternate(
        ROUNDS,
        async || through(&stage, SECONDS).await,
        async || append::commands(&alone, CALLERS, SECONDS).await,
    );
    report.add(Row::rate("pipeline", rates.await?, 0.5, "commands/s"));
    alone.close().await;
    stage.close().await;
    Ok(())
}

/// Commands per second until the last of them was on NATS and in every read model.
async fn through(stage: &Stage, seconds: f64) -> Result<f64, Failure> {
    let instance = &stage.instance;
    let began = Instant::now();
    let rate = append::commands(&instance.store, CALLERS, seconds).await?;
    let executed = rate * began.elapsed().as_secs_f64();
    let head = instance.store.head().await?;
    instance.views.wait_for(head.position, PATIENCE).await?;
    let stream = instance
        .broker
        .event_stream(head.epoch)
        .ok_or("no event stream")?;
    while stream
        .last()
        .await?
        .is_none_or(|last| last.sequence < head.position)
    {
        if began.elapsed() > PATIENCE {
            return Err("the relay does not catch up".into());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Ok(executed / began.elapsed().as_secs_f64())
}
