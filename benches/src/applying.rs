//! Accounts of a real Active Directory that carry the fence of an order, and an agent at work on them: orders in, reports
//! out; and the same modifications by `ldapmodify` on one connection.

use crate::{Failure, history, lab::Domain, stage, workload};
use chrono::{TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use futures::{StreamExt, TryStreamExt, stream};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt::Write as _,
    sync::Arc,
    time::Instant,
};
use tenure_broker::{BrokerConfig, CoreKeys, CoreLink, Issued, in_process};
use tenure_domain::{
    AccountId,
    order::{DesiredState, Order, OrderKind, OrderNumber, Outcome},
};
use tenure_eventstore::new_id;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Orders in work at once, as in an agent's configuration by default.
pub(crate) const AT_ONCE: usize = 8;

pub(crate) struct Applying {
    pub(crate) domain: Domain,
    pub(crate) accounts: Vec<Uuid>,
    /// The number on every object, and objectGUIDs once orders told them.
    number: Cell<u64>,
    objects: RefCell<HashMap<AccountId, Uuid>>,
    core: CoreLink,
    cancel: CancellationToken,
}

impl Drop for Applying {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl Applying {
    /// Enabled accounts, and an agent that has so many orders in work at once.
    pub(crate) async fn prepare(
        domain: Domain,
        count: usize,
        at_once: usize,
    ) -> Result<Self, Failure> {
        let accounts: Vec<Uuid> = (0..count).map(|_| new_id()).collect();
        eprintln!("  adding {count} accounts to {}", domain.base);
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
            at_once,
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

    /// Orders for all accounts, by what is desired of the n-th; accounts a second, until the last one is reported.
    pub(crate) async fn by_orders(
        &self,
        desired: impl Fn(usize, DesiredState) -> DesiredState,
    ) -> Result<f64, Failure> {
        self.number.set(self.number.get() + 1);
        let began = Instant::now();
        let accounts = self.accounts.iter().enumerate();
        let orders: Vec<Order> = accounts
            .map(|(n, account)| self.order(*account, |state| desired(n, state)))
            .collect();
        let issue = stream::iter(&orders)
            .map(Ok::<_, Failure>)
            .try_for_each_concurrent(64, async |order| {
                // The one before is reported, and may not be taken off the queue yet.
                if self.core.issue(order).await? == Issued::AlreadyQueued {
                    self.core.supersede(order.domain, order.account).await?;
                    self.core.issue(order).await?;
                }
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

    fn order(&self, account: Uuid, desired: impl Fn(DesiredState) -> DesiredState) -> Order {
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
            expects: None,
            desired: desired(DesiredState {
                name: workload::name(account),
                ou: ou(&self.domain),
                enabled: true,
                ..DesiredState::default()
            }),
            not_after,
        }
    }

    /// By `ldapmodify`: `change` writes the n-th account's records, given its distinguished name and the compare-and-set of
    /// its fence, as the agent makes it.
    pub(crate) async fn by_ldapmodify(
        &self,
        change: impl Fn(usize, &str, &str) -> String,
    ) -> Result<f64, Failure> {
        let old = self.number.replace(self.number.get() + 1);
        let mut ldif = String::new();
        for (n, account) in self.accounts.iter().enumerate() {
            let claim = format!(
                "changetype: modify\ndelete: adminDescription\nadminDescription: {}\n-\n\
                 add: adminDescription\nadminDescription: {}\n-\n",
                fence(*account, old),
                fence(*account, old + 1)
            );
            ldif.push_str(&change(n, &dn(&self.domain, *account), &claim));
        }
        let began = Instant::now();
        let by = (self.domain.agent.as_str(), &self.domain.agent_password);
        self.domain.ldap("ldapmodify", by, &ldif).await?;
        Ok(self.accounts.len() as f64 / began.elapsed().as_secs_f64())
    }

    pub(crate) async fn clear(&self) -> Result<(), Failure> {
        let mut ldif = String::new();
        for account in &self.accounts {
            writeln!(
                ldif,
                "dn: {}\nchangetype: delete\n",
                dn(&self.domain, *account)
            )?;
        }
        let by = (self.domain.admin.as_str(), &self.domain.admin_password);
        self.domain.ldap("ldapmodify", by, &ldif).await
    }
}

pub(crate) fn ou(domain: &Domain) -> String {
    format!("OU=Service Accounts,{}", domain.base)
}

fn dn(domain: &Domain, account: Uuid) -> String {
    format!("CN={},{}", workload::name(account), ou(domain))
}

/// As the agent writes it.
fn fence(account: Uuid, number: u64) -> String {
    format!("tenure:{}:1.{number}", account.simple())
}
