//! Reading a real Active Directory of 10,000 accounts, from asking to having replaced the copy: all of it beside
//! `ldapsearch`'s paged read of the same accounts and attributes, and 100 changes beside all of it.

use crate::{
    Failure, Report, Row, lab::Domain, postgres::storage, rounds::alternate, stage::Stage, workload,
};
use std::{
    env,
    fmt::Write as _,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};
use tenure_broker::{BrokerConfig, in_process};
use tenure_domain::{Actor, directory::DomainCommand, synchronisation::SyncPlan};
use tenure_eventstore::new_id;
use tenure_workflow::{
    Caller,
    synchronisation::{self, LastSync},
};
use tokio::process::Command;

const ACCOUNTS: usize = 10_000;
const CHANGES: usize = 100;
const ROUNDS: usize = 3;
/// Of a full synchronisation's time, one of changes may take.
const SHARE: f64 = 0.05;
const PATIENCE: Duration = Duration::from_secs(120);
/// What the engine asks for.
const ATTRIBUTES: [&str; 20] = [
    "objectGUID",
    "objectClass",
    "sAMAccountName",
    "userPrincipalName",
    "displayName",
    "mail",
    "description",
    "manager",
    "managedBy",
    "whenCreated",
    "userAccountControl",
    "msDS-SupportedEncryptionTypes",
    "servicePrincipalName",
    "msDS-AllowedToDelegateTo",
    "pwdLastSet",
    "lastLogonTimestamp",
    "accountExpires",
    "primaryGroupID",
    "isCriticalSystemObject",
    "adminDescription",
];

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("sync-") {
        return Ok(());
    }
    let Ok(domain) = Domain::from_environment("CORP") else {
        report.leave_out(
            "sync",
            "no Active Directory domain (AD_CORP_ADDR is not set)",
        );
        return Ok(());
    };
    let bench = Bench::prepare(domain).await?;
    let measured = bench.measure(report).await;
    bench.clear().await?;
    measured
}

struct Bench {
    domain: Domain,
    names: Vec<String>,
    stage: Stage,
    _data: tempfile::TempDir,
}

impl Bench {
    async fn prepare(domain: Domain) -> Result<Self, Failure> {
        let run = new_id().simple().to_string();
        let tag = run.get(24..).unwrap_or_default();
        let count = env::var("BENCH_SYNC_ACCOUNTS")
            .ok()
            .and_then(|count| count.parse().ok())
            .unwrap_or(ACCOUNTS);
        let names: Vec<_> = (0..count).map(|n| format!("s{n}-{tag}")).collect();
        eprintln!("  adding {count} accounts to the directory");
        let mut ldif = String::new();
        for name in &names {
            writeln!(
                ldif,
                "dn: CN={name},OU=Unmanaged,{}\nobjectClass: user\nsAMAccountName: {name}\n\
                 displayName: Person {name}\nmail: {name}@corp.example.com\nuserAccountControl: 514\n",
                domain.base
            )?;
        }
        let by = (domain.admin.as_str(), &domain.admin_password);
        domain.ldap("ldapadd", by, &ldif).await?;
        let data = tempfile::tempdir_in(storage()?)?;
        let url = format!("sqlite:{}", data.path().join("sync.db").display());
        let directory = Arc::new(domain.directory()?);
        let stage = Stage::beside(&url, BrokerConfig::InProcess(in_process()), directory).await?;
        // Only when it is asked for.
        let plan = SyncPlan {
            changes_every_minutes: None,
            full_every_hours: None,
            ..SyncPlan::default()
        };
        let caller = Caller::new(Actor::system("bench"));
        let plan = DomainCommand::PlanSynchronisation(plan);
        let commands = &stage.instance.commands;
        commands.domain(workload::domain(), plan, &caller).await?;
        Ok(Self {
            domain,
            names,
            stage,
            _data: data,
        })
    }

    async fn measure(&self, report: &mut Report) -> Result<(), Failure> {
        // The first one writes the whole copy; the others are what every day brings.
        let first = self.synchronise(true).await?;
        eprintln!("  the first one took {} ms", first.milliseconds);
        let accounts = self.names.len() as f64;
        let rates = alternate(
            ROUNDS,
            async || {
                let read = self.synchronise(true).await?;
                Ok(accounts * 1_000.0 / read.milliseconds as f64)
            },
            async || self.ldapsearch().await,
        )
        .await?;
        report.add(Row::rate("sync-full", rates, 0.8, "accounts/s"));
        let mut times = Vec::new();
        for round in 0..ROUNDS {
            self.change(round).await?;
            let read = self.synchronise(false).await?;
            if read.full || (read.changed as usize) < CHANGES {
                return Err(format!("not a look at changes: {read:?}").into());
            }
            times.push(read.milliseconds as f64);
        }
        let most = SHARE * accounts * 1_000.0 / rates.0;
        let took = crate::rounds::median(times);
        report.add(Row::limit("sync-changes", took, most, "ms"));
        Ok(())
    }

    /// Asks for it, and waits until it was applied.
    async fn synchronise(&self, full: bool) -> Result<LastSync, Failure> {
        let instance = &self.stage.instance;
        let domain = workload::domain();
        let before = synchronisation::state(instance, domain).await?.last;
        let caller = Caller::new(Actor::system("bench"));
        let ask = DomainCommand::Synchronise { full };
        instance.commands.domain(domain, ask, &caller).await?;
        let began = Instant::now();
        loop {
            let state = synchronisation::state(instance, domain).await?;
            if let Some(unread) = state.unread {
                return Err(format!("not read: {}", unread.failure.detail).into());
            }
            if let Some(last) = state.last.filter(|_| state.running.is_none())
                && before.as_ref().map(|before| before.at) != Some(last.at)
            {
                return Ok(last);
            }
            if began.elapsed() > PATIENCE {
                return Err("the domain was not read in time".into());
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Accounts per second of a paged read, written to a file as LDIF.
    async fn ldapsearch(&self) -> Result<f64, Failure> {
        let domain = &self.domain;
        let output = tempfile::NamedTempFile::new()?;
        let began = Instant::now();
        let status = Command::new("ldapsearch")
            .args(["-x", "-LLL", "-E", "pr=1000/noprompt", "-H"])
            .arg(format!("ldaps://{}", domain.address))
            .args(["-D", &domain.agent, "-y"])
            .arg(&domain.agent_password)
            .args(["-b", &domain.base])
            .arg("(&(objectCategory=person)(objectClass=user))")
            .args(ATTRIBUTES)
            .env("LDAPTLS_CACERT", &domain.ca)
            .stdin(Stdio::null())
            .stdout(output.reopen()?)
            .status()
            .await?;
        if !status.success() {
            return Err("ldapsearch failed".into());
        }
        Ok(self.names.len() as f64 / began.elapsed().as_secs_f64())
    }

    async fn change(&self, round: usize) -> Result<(), Failure> {
        let mut ldif = String::new();
        let step = (self.names.len() / CHANGES).max(1);
        for name in self.names.iter().step_by(step) {
            writeln!(
                ldif,
                "dn: CN={name},OU=Unmanaged,{}\nchangetype: modify\nreplace: description\ndescription: round {round}\n",
                self.domain.base
            )?;
        }
        let by = (self.domain.admin.as_str(), &self.domain.admin_password);
        self.domain.ldap("ldapmodify", by, &ldif).await
    }

    async fn clear(self) -> Result<(), Failure> {
        self.stage.close().await;
        let mut ldif = String::new();
        for name in &self.names {
            writeln!(
                ldif,
                "dn: CN={name},OU=Unmanaged,{}\nchangetype: delete\n",
                self.domain.base
            )?;
        }
        let by = (self.domain.admin.as_str(), &self.domain.admin_password);
        self.domain.ldap("ldapmodify", by, &ldif).await
    }
}
