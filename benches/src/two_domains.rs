//! Two domains at once, each with its own engine, beside one of them: with as many orders in work as an engine has by default, and with
//! one. By default one domain controller and its engine may keep this machine busy alone; one order at a time they do not, and
//! what is measured is whether domains wait for one another.

use crate::{
    Failure, Report, Row,
    applying::{AT_ONCE, Applying},
    lab::Domain,
    rounds::alternate,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{cell::Cell, time::Instant};
use tenure_domain::order::DesiredState;

const ORDERS: usize = 1_000;
const ROUNDS: usize = 5;
const AT_LEAST: f64 = 1.6;
/// Rows, and orders in work at once in each domain.
const ROWS: [(&str, usize); 2] = [
    ("apply-two-domains", AT_ONCE),
    ("apply-two-domains-one-at-a-time", 1),
];

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    for (row, at_once) in ROWS {
        if !report.wants(row) {
            continue;
        }
        let domains = (
            Domain::from_environment("CORP"),
            Domain::from_environment("EMEA"),
        );
        let (Ok(corp), Ok(emea)) = domains else {
            report.leave_out(row, "no Active Directory domains (AD_CORP_ADDR is not set)");
            continue;
        };
        let corp = Applying::prepare(corp, ORDERS, at_once).await?;
        let emea = Applying::prepare(emea, ORDERS, at_once).await?;
        let rates = rates(&corp, &emea).await;
        corp.clear().await?;
        emea.clear().await?;
        report.add(Row::rate(row, rates?, AT_LEAST, "orders/s"));
    }
    Ok(())
}

async fn rates(corp: &Applying, emea: &Applying) -> Result<(f64, f64), Failure> {
    // Another end every time, so that there is something to do.
    let day = Cell::new(30_000);
    let apply = async |accounts: &Applying| {
        day.set(day.get() + 1);
        let end = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(day.get());
        let until = |_, state: DesiredState| DesiredState {
            expires_at: Some(end),
            ..state
        };
        accounts.by_orders(until).await
    };
    alternate(
        ROUNDS,
        async || {
            let began = Instant::now();
            let (one, other) = futures::future::join(apply(corp), apply(emea)).await;
            one.and(other)?;
            Ok((2 * ORDERS) as f64 / began.elapsed().as_secs_f64())
        },
        async || apply(corp).await,
    )
    .await
}
