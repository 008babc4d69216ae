//! A day's work: a thousand orders of all kinds for accounts that exist, beside the same modifications by `ldapmodify`.

use crate::{
    Failure, Report, Row,
    applying::{AT_ONCE, Applying, ou},
    lab::Domain,
    rounds::alternate,
};
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::order::DesiredState;

const ORDERS: usize = 1_000;
const ROUNDS: usize = 5;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("apply-mixed") {
        return Ok(());
    }
    let Ok(corp) = Domain::from_environment("CORP") else {
        report.leave_out(
            "apply-mixed",
            "no Active Directory domain (AD_CORP_ADDR is not set)",
        );
        return Ok(());
    };
    let group = new_group(&corp).await?;
    let corp = Applying::prepare(corp, ORDERS, AT_ONCE).await?;
    let measured = orders(report, &corp, &group).await;
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
async fn orders(report: &mut Report, accounts: &Applying, group: &str) -> Result<(), Failure> {
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
