//! Proving a million events: the chain computed anew, and the export that proves itself, beside the feed.

use crate::{Failure, Report, Row, feed, postgres::storage, rounds::alternate};
use std::{
    io::{BufWriter, Write},
    time::Instant,
};
use tenure_eventstore::EventStore;

const ROUNDS: usize = 3;
/// What either side may cost at most: twice the feed.
const AT_LEAST: f64 = 0.5;
const UNIT: &str = "events/s";

pub(crate) async fn measure(report: &mut Report, store: &EventStore) -> Result<(), Failure> {
    if report.wants("proof-verify") {
        let rates = alternate(
            ROUNDS,
            async || verify(store).await,
            async || feed::feed(store).await,
        );
        report.add(Row::rate("proof-verify", rates.await?, AT_LEAST, UNIT));
    }
    if report.wants("proof-export") {
        let rates = alternate(
            ROUNDS,
            async || export(store).await,
            async || feed::feed(store).await,
        );
        report.add(Row::rate("proof-export", rates.await?, AT_LEAST, UNIT));
    }
    Ok(())
}

async fn verify(store: &EventStore) -> Result<f64, Failure> {
    let began = Instant::now();
    let verified = store.verify(|_| ()).await?;
    feed::rate(usize::try_from(verified.head.position)?, began)
}

/// To a file where PostgreSQL has its own.
async fn export(store: &EventStore) -> Result<f64, Failure> {
    let mut file = BufWriter::new(tempfile::tempfile_in(storage()?)?);
    let began = Instant::now();
    let exported = store
        .export(0, None, store.now(), |lines| {
            Box::pin(std::future::ready(file.write_all(&lines)))
        })
        .await?;
    file.flush()?;
    feed::rate(usize::try_from(exported.count)?, began)
}
