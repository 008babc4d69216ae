//! An end-of-lifecycle storm: all accounts of a real Active Directory to disable, through the agent with orders, each
//! checked, claimed, changed and read back; beside it `ldapmodify` with the same attributes on one connection.

use crate::{
    Failure, Report, Row,
    applying::{AT_ONCE, Applying},
    lab::Domain,
    rounds::alternate,
};
use std::env;
use tenure_domain::order::DesiredState;

const ACCOUNTS: usize = 10_000;
const ROUNDS: usize = 2;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("storm") {
        return Ok(());
    }
    let Ok(domain) = Domain::from_environment("CORP") else {
        report.leave_out(
            "storm",
            "no Active Directory domain (AD_CORP_ADDR is not set)",
        );
        return Ok(());
    };
    let count = env::var("BENCH_STORM_ACCOUNTS").ok();
    let count = count.and_then(|count| count.parse().ok());
    let accounts = Applying::prepare(domain, count.unwrap_or(ACCOUNTS), AT_ONCE).await?;
    let disabled = |_, state: DesiredState| DesiredState {
        enabled: false,
        ..state
    };
    // Enables what was disabled, so that both take turns on the same accounts.
    let enabled = |_, dn: &str, claim: &str| {
        format!("dn: {dn}\n{claim}replace: userAccountControl\nuserAccountControl: 512\n\n")
    };
    let rates = alternate(
        ROUNDS,
        async || accounts.by_orders(disabled).await,
        async || accounts.by_ldapmodify(enabled).await,
    )
    .await;
    accounts.clear().await?;
    report.add(Row::rate("storm-disable", rates?, 0.8, "accounts/s"));
    Ok(())
}
