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
        let limit = by_ldapmodify(&corp, &emea).await;
        corp.clear().await?;
        emea.clear().await?;
        let (two, one) = limit?;
        eprintln!(
            "  the same by ldapmodify: {two:.0} in two at once, {one:.0} in one: {:.2} x",
            two / one
        );
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
    beside_one(corp, emea, apply).await
}

/// What the machine is good for: the same modifications by `ldapmodify`, on one connection to each domain.
async fn by_ldapmodify(corp: &Applying, emea: &Applying) -> Result<(f64, f64), Failure> {
    let ticks = Cell::new(130_000_000_000_000_000_u64);
    let apply = async |accounts: &Applying| {
        ticks.set(ticks.get() + 1);
        let end = ticks.get();
        let until = |_: usize, dn: &str, claim: &str| {
            format!("dn: {dn}\n{claim}replace: accountExpires\naccountExpires: {end}\n\n")
        };
        accounts.by_ldapmodify(until).await
    };
    beside_one(corp, emea, apply).await
}

/// Two domains at once and one of them in turns, in orders a second.
async fn beside_one(
    corp: &Applying,
    emea: &Applying,
    apply: impl AsyncFn(&Applying) -> Result<f64, Failure>,
) -> Result<(f64, f64), Failure> {
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
