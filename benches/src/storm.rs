//! An end-of-lifecycle storm: all accounts of a real Active Directory to disable, through the agent with orders, each
//! checked, claimed, changed and read back; beside it `ldapmodify` with the same attributes on one connection.

use crate::{Failure, Report, Row, history, rounds::alternate, stage, workload};
use chrono::{TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    env,
    fmt::Write as _,
    path::PathBuf,
    process::Stdio,
    sync::Arc,
    time::Instant,
};
use tenure_broker::{BrokerConfig, CoreKeys, CoreLink, in_process};
use tenure_domain::{
    AccountId,
    order::{DesiredState, Order, OrderKind, OrderNumber, Outcome},
};
use tenure_engine_agent::{
    clock,
    config::{AgentConfig, DirectoryConfig},
    directory::ldap::LdapDirectory,
};
use tenure_eventstore::new_id;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const ACCOUNTS: usize = 10_000;
const ROUNDS: usize = 2;
/// Orders in work at once, as in an agent's configuration by default.
const CONCURRENCY: usize = 8;

pub(crate) async fn measure(report: &mut Report) -> Result<(), Failure> {
    if !report.wants("storm") {
        return Ok(());
    }
    let Ok(domain) = Domain::from_environment() else {
        report.leave_out(
            "storm",
            "no Active Directory domain (AD_CORP_ADDR is not set)",
        );
        return Ok(());
    };
    let storm = Storm::prepare(domain).await?;
    let rates = alternate(
        ROUNDS,
        async || storm.by_orders().await,
        async || storm.by_ldapmodify().await,
    )
    .await;
    storm.clear().await?;
    report.add(Row::rate("storm-disable", rates?, 0.8, "accounts/s"));
    Ok(())
}

/// The domain as `lab/ad-lab.sh env` tells it.
struct Domain {
    address: String,
    host: String,
    base: String,
    agent: String,
    admin: String,
    ca: PathBuf,
    agent_password: PathBuf,
    admin_password: PathBuf,
}

impl Domain {
    fn from_environment() -> Result<Self, env::VarError> {
        Ok(Self {
            address: env::var("AD_CORP_ADDR")?,
            host: env::var("AD_CORP_HOST")?,
            base: env::var("AD_CORP_BASE")?,
            agent: env::var("AD_CORP_AGENT")?,
            admin: env::var("AD_CORP_ADMIN")?,
            ca: env::var("AD_LAB_CA")?.into(),
            agent_password: env::var("AD_LAB_AGENT_PASS_FILE")?.into(),
            admin_password: env::var("AD_LAB_PASS_FILE")?.into(),
        })
    }

    fn directory(&self) -> Result<LdapDirectory, Failure> {
        let (_, domain_name) = self
            .host
            .split_once('.')
            .ok_or("AD_CORP_HOST has no domain")?;
        let config: AgentConfig = serde_json::from_value(serde_json::json!({
            "engine": history::engine(),
            "domain": workload::domain(),
            "directory": {
                "kind": "active-directory",
                "domain_name": domain_name,
                "base_dn": self.base,
                "address": self.address,
                "host": self.host,
                "ca_file": self.ca,
                "bind_user": self.agent,
                "bind_password_file": self.agent_password,
            },
            "vault": { "directory": "unused", "key_file": "unused" },
        }))?;
        match config.directory {
            DirectoryConfig::ActiveDirectory(config) => Ok(LdapDirectory::new(
                workload::domain(),
                config,
                clock::system(),
            )?),
            DirectoryConfig::Sandbox(_) => Err("not an Active Directory".into()),
        }
    }

    /// Runs one of the programs of ldap-utils over LDAPS on one connection, with `input` as its file.
    async fn ldap(&self, program: &str, by: (&str, &PathBuf), input: &str) -> Result<(), Failure> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), input)?;
        let output = Command::new(program)
            .args([
                "-x",
                "-c",
                "-H",
                &format!("ldaps://{}", self.address),
                "-D",
                by.0,
                "-y",
            ])
            .arg(by.1)
            .arg("-f")
            .arg(file.path())
            .env("LDAPTLS_CACERT", &self.ca)
            .stdin(Stdio::null())
            .output()
            .await?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr)
                .lines()
                .next()
                .unwrap_or_default()
        )
        .into())
    }
}

struct Storm {
    domain: Domain,
    accounts: Vec<Uuid>,
    /// The number on every object, and objectGUIDs once orders told them.
    number: Cell<u64>,
    objects: RefCell<HashMap<AccountId, Uuid>>,
    core: CoreLink,
    cancel: CancellationToken,
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl Storm {
    /// Enabled accounts that carry the fence of an order, and an agent at work.
    async fn prepare(domain: Domain) -> Result<Self, Failure> {
        let count = env::var("BENCH_STORM_ACCOUNTS")
            .ok()
            .and_then(|count| count.parse().ok())
            .unwrap_or(ACCOUNTS);
        let accounts: Vec<Uuid> = (0..count).map(|_| new_id()).collect();
        eprintln!("  adding {count} accounts to the directory");
        let mut ldif = String::new();
        for account in &accounts {
            let name = workload::name(*account);
            writeln!(
                ldif,
                "dn: {}\nobjectClass: user\nsAMAccountName: {name}",
                dn(&domain, *account)
            )?;
            writeln!(
                ldif,
                "userAccountControl: 512\nadminDescription: {}\n",
                fence(*account, 1)
            )?;
        }
        domain
            .ldap("ldapadd", (&domain.admin, &domain.admin_password), &ldif)
            .await?;
        let (core, engine) = (
            SigningKey::from_bytes(&[1; 32]),
            SigningKey::from_bytes(&[2; 32]),
        );
        let engines = HashMap::from([(
            history::engine(),
            (workload::domain(), engine.verifying_key()),
        )]);
        let (hub, core_key) = (in_process(), core.verifying_key());
        let broker = BrokerConfig::InProcess(hub);
        let link = CoreLink::connect(
            broker.clone(),
            CoreKeys {
                signing: core,
                engines: Arc::new(engines),
            },
        )
        .await?;
        let agent = stage::agent(
            broker,
            engine,
            core_key,
            Arc::new(domain.directory()?),
            CONCURRENCY,
        )
        .await?;
        let cancel = CancellationToken::new();
        let token = cancel.clone();
        tokio::spawn(async move { agent.run(token).await });
        let (number, objects) = (Cell::new(1), RefCell::default());
        Ok(Self {
            domain,
            accounts,
            number,
            objects,
            core: link,
            cancel,
        })
    }

    /// Disables all accounts by orders; done when the last one is reported.
    async fn by_orders(&self) -> Result<f64, Failure> {
        self.number.set(self.number.get() + 1);
        let began = Instant::now();
        let orders: Vec<Order> = self
            .accounts
            .iter()
            .map(|account| self.order(*account))
            .collect();
        let issue = stream::iter(&orders)
            .map(Ok::<_, Failure>)
            .try_for_each_concurrent(64, async |order| {
                self.core.issue(order).await?;
                Ok(())
            });
        let (issued, reported) = futures::future::join(issue, self.reports()).await;
        issued.and(reported)?;
        Ok(self.accounts.len() as f64 / began.elapsed().as_secs_f64())
    }

    async fn reports(&self) -> Result<(), Failure> {
        let mut waiting = self.accounts.len();
        while waiting > 0 {
            for delivery in self.core.next_reports(256).await? {
                match delivery
                    .report()
                    .map(|report| (report.account, &report.outcome))
                {
                    Some((account, Outcome::Applied { object, .. })) => {
                        self.objects.borrow_mut().insert(account, *object);
                        waiting -= 1;
                    }
                    Some((_, other)) => {
                        return Err(format!("an order was not carried out: {other:?}").into());
                    }
                    None => {}
                }
                delivery.ack().await?;
            }
        }
        Ok(())
    }

    fn order(&self, account: Uuid) -> Order {
        #[allow(clippy::disallowed_methods)]
        let not_after = Utc::now() + TimeDelta::minutes(30);
        Order {
            domain: workload::domain(),
            account: AccountId(account),
            number: OrderNumber {
                epoch: 1,
                n: self.number.get(),
            },
            kind: OrderKind::Change,
            object: self.objects.borrow().get(&AccountId(account)).copied(),
            revives: None,
            folder: None,
            moves_secret: false,
            desired: DesiredState {
                name: workload::name(account),
                ou: ou(&self.domain),
                enabled: false,
                expires_at: None,
                description: None,
                attributes: BTreeMap::new(),
                groups: Vec::new(),
                ..DesiredState::default()
            },
            not_after,
        }
    }

    /// The same attributes, with the same compare-and-set of the fence; enables what was disabled, so that both take
    /// turns on the same accounts.
    async fn by_ldapmodify(&self) -> Result<f64, Failure> {
        let old = self.number.replace(self.number.get() + 1);
        let mut ldif = String::new();
        for account in &self.accounts {
            writeln!(
                ldif,
                "dn: {}\nchangetype: modify",
                dn(&self.domain, *account)
            )?;
            writeln!(
                ldif,
                "delete: adminDescription\nadminDescription: {}\n-",
                fence(*account, old)
            )?;
            writeln!(
                ldif,
                "add: adminDescription\nadminDescription: {}\n-",
                fence(*account, old + 1)
            )?;
            writeln!(
                ldif,
                "replace: userAccountControl\nuserAccountControl: 512\n"
            )?;
        }
        let began = Instant::now();
        self.domain
            .ldap(
                "ldapmodify",
                (&self.domain.agent, &self.domain.agent_password),
                &ldif,
            )
            .await?;
        Ok(self.accounts.len() as f64 / began.elapsed().as_secs_f64())
    }

    async fn clear(&self) -> Result<(), Failure> {
        let mut ldif = String::new();
        for account in &self.accounts {
            writeln!(
                ldif,
                "dn: {}\nchangetype: delete\n",
                dn(&self.domain, *account)
            )?;
        }
        self.domain
            .ldap(
                "ldapmodify",
                (&self.domain.admin, &self.domain.admin_password),
                &ldif,
            )
            .await
    }
}

fn ou(domain: &Domain) -> String {
    format!("OU=Service Accounts,{}", domain.base)
}

fn dn(domain: &Domain, account: Uuid) -> String {
    format!("CN={},{}", workload::name(account), ou(domain))
}

/// As the agent writes it.
fn fence(account: Uuid, number: u64) -> String {
    format!("tenure:{}:1.{number}", account.simple())
}
