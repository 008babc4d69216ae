//! A day's work: a thousand orders of all kinds for accounts that exist, beside the same modifications by `ldapmodify`; and two
//! domains at once beside one.

use crate::{
    Failure, Report, Row,
    applying::{Applying, ou},
    lab::Domain,
    rounds::alternate,
};
use chrono::{DateTime, TimeDelta, Utc};
use std::cell::Cell;
use tenure_domain::order::DesiredState;

const ORDERS: usize = 1_000;
const ROUNDS: usize = 5;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    let (mixed, two) = (
        report.wants("apply-mixed"),
        report.wants("apply-two-domains"),
    );
    if !mixed && !two {
        return Ok(());
    }
    let domains = (
        Domain::from_environment("CORP"),
        Domain::from_environment("EMEA"),
    );
    let (Ok(corp), Ok(emea)) = domains else {
        report.leave_out(
            "apply",
            "no Active Directory domains (AD_CORP_ADDR is not set)",
        );
        return Ok(());
    };
    let group = new_group(&corp).await?;
    let corp = Applying::prepare(corp, ORDERS).await?;
    let measured = orders(report, mixed, &corp, &group).await;
    let measured = match measured {
        Ok(()) if two => two_domains(report, &corp, emea).await,
        other => other,
    };
    corp.clear().await?;
    let by = (corp.domain.admin.as_str(), &corp.domain.admin_password);
    let delete = format!("dn: {group}\nchangetype: delete\n");
    corp.domain.ldap("ldapmodify", by, &delete).await?;
    measured
}

async fn new_group(domain: &Domain) -> Result<String, Failure> {
    let name = format!("bench-{}", tenure_eventstore::new_id().simple());
    let dn = format!("CN={name},{}", ou(domain));
    let ldif = format!("dn: {dn}\nobjectClass: group\nsAMAccountName: {name}\n");
    let by = (domain.admin.as_str(), &domain.admin_password);
    domain.ldap("ldapadd", by, &ldif).await?;
    Ok(dn)
}

/// One in five each is disabled, given an end, described otherwise, retired, or put into a group; `ldapmodify` takes that back.
async fn orders(
    report: &mut Report,
    wanted: bool,
    accounts: &Applying,
    group: &str,
) -> Result<(), Failure> {
    if !wanted {
        return Ok(());
    }
    let retired = format!("OU=Retired,{}", accounts.domain.base);
    let end = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(30_000);
    let ordered = |n: usize, mut state: DesiredState| {
        match n % 5 {
            0 => state.enabled = false,
            1 => state.expires_at = Some(end),
            2 => drop(
                state
                    .attributes
                    .insert("department".into(), vec!["Finance".into()]),
            ),
            3 => state.ou.clone_from(&retired),
            _ => state.groups = vec![group.to_owned()],
        }
        state
    };
    let back = |n: usize, dn: &str, claim: &str| match n % 5 {
        0 => format!("dn: {dn}\n{claim}replace: userAccountControl\nuserAccountControl: 512\n\n"),
        1 => format!("dn: {dn}\n{claim}replace: accountExpires\naccountExpires: 0\n\n"),
        2 => format!("dn: {dn}\n{claim}replace: department\ndepartment: Sales\n\n"),
        3 => {
            let (name, ou) = dn.split_once(',').unwrap_or((dn, ""));
            let moved = format!("{name},{retired}");
            let claim = claim.trim_end_matches("-\n");
            format!(
                "dn: {moved}\n{claim}\ndn: {moved}\nchangetype: modrdn\nnewrdn: {name}\ndeleteoldrdn: 1\nnewsuperior: {ou}\n\n"
            )
        }
        _ => {
            let claim = claim.trim_end_matches("-\n");
            format!(
                "dn: {dn}\n{claim}\ndn: {group}\nchangetype: modify\ndelete: member\nmember: {dn}\n\n"
            )
        }
    };
    let rates = alternate(
        ROUNDS,
        async || accounts.by_orders(ordered).await,
        async || accounts.by_ldapmodify(back).await,
    );
    report.add(Row::rate("apply-mixed", rates.await?, 0.8, "orders/s"));
    Ok(())
}

/// The orders of two domains at once, each with its own agent, beside those of one.
async fn two_domains(report: &mut Report, corp: &Applying, emea: Domain) -> Result<(), Failure> {
    let emea = Applying::prepare(emea, ORDERS).await?;
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
    let rates = alternate(
        ROUNDS,
        async || {
            let began = std::time::Instant::now();
            let (one, other) = futures::future::join(apply(corp), apply(&emea)).await;
            one.and(other)?;
            Ok((2 * ORDERS) as f64 / began.elapsed().as_secs_f64())
        },
        async || apply(corp).await,
    )
    .await;
    emea.clear().await?;
    report.add(Row::rate("apply-two-domains", rates?, 1.6, "orders/s"));
    Ok(())
}
