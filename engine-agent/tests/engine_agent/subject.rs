//! One directory under test, whichever kind, with what a test needs to see it from outside.

use crate::lab::{Bind, Lab};
use chrono::{DateTime, Duration, Utc};
use std::{collections::BTreeSet, sync::Arc};
use tenure_domain::{
    gmsa::{EncryptionType, Gmsa},
    ids::{AccountId, DomainId},
    order::{DesiredState, Failure, FailureReason, Order, OrderKind, OrderNumber, Outcome},
};
use tenure_engine_agent::{
    clock,
    config::SandboxConfig,
    directory::{
        Directory,
        ldap::LdapDirectory,
        sandbox::{PasswordChangeRefused, Sandbox, SandboxObject, SignInRefused},
    },
    vault::{InMemoryVault, Vault as _},
};
use uuid::Uuid;

pub struct Subject {
    pub directory: Arc<dyn Directory>,
    pub vault: Arc<InMemoryVault>,
    pub domain: DomainId,
    pub base: String,
    kind: Kind,
}

enum Kind {
    Sandbox(Arc<Sandbox>),
    ActiveDirectory(Lab),
}

/// What is seen of an account from outside.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    pub guid: Uuid,
    pub parent: String,
    pub enabled: bool,
    /// Seconds since 1970.
    pub expires: Option<i64>,
    pub description: Option<String>,
    pub department: Option<String>,
    pub fence: Option<String>,
    pub groups: BTreeSet<String>,
}

impl Subject {
    pub fn sandbox() -> Self {
        let base = "DC=lab,DC=example".to_owned();
        let config = SandboxConfig {
            base_dn: base.clone(),
            organisational_units: vec![],
            groups: ["Batch", "Reports"]
                .map(|name| format!("CN={name},OU=Service Accounts,{base}"))
                .to_vec(),
            nested: Default::default(),
            file: None,
            password_length: 32,
        };
        let domain = DomainId(Uuid::from_u128(1));
        let sandbox = Arc::new(Sandbox::open(domain, &config, clock::system()).unwrap());
        let directory: Arc<dyn Directory> = Arc::<Sandbox>::clone(&sandbox);
        Self {
            directory,
            vault: Arc::default(),
            domain,
            base,
            kind: Kind::Sandbox(sandbox),
        }
    }

    /// On the lab's first domain, if the lab is there.
    pub fn active_directory() -> Option<Self> {
        Lab::corp().map(|lab| {
            let directory = lab.directory();
            Self::on(lab, directory)
        })
    }

    pub fn on(lab: Lab, directory: LdapDirectory) -> Self {
        Self {
            directory: Arc::new(directory),
            vault: Arc::default(),
            domain: lab.domain,
            base: lab.base.clone(),
            kind: Kind::ActiveDirectory(lab),
        }
    }

    pub fn lab(&self) -> &Lab {
        match &self.kind {
            Kind::ActiveDirectory(lab) => lab,
            Kind::Sandbox(_) => panic!("the sandbox has no lab"),
        }
    }

    pub fn ou(&self, name: &str) -> String {
        format!("OU={name},{}", self.base)
    }

    /// A provisioning of a new account, under a name that no other test has.
    pub fn order(&self) -> Order {
        let id = Uuid::now_v7();
        let tail = id.simple().to_string().split_off(20);
        Order {
            domain: self.domain,
            account: AccountId(id),
            number: OrderNumber { epoch: 1, n: 1 },
            kind: OrderKind::Provision,
            object: None,
            revives: None,
            folder: None,
            moves_secret: false,
            expects: None,
            desired: DesiredState {
                name: format!("svc-{tail}"),
                ou: self.ou("Service Accounts"),
                enabled: true,
                expires_at: None,
                description: Some("Payroll, nightly".into()),
                attributes: [("department".to_owned(), vec!["Finance".to_owned()])].into(),
                groups: vec![],
                ..DesiredState::default()
            },
            not_after: Utc::now() + Duration::seconds(90),
        }
    }

    /// A provisioning of a group managed service account, whose password these may retrieve.
    pub fn gmsa_order(&self, principals: &[&str]) -> Order {
        let mut order = self.order();
        let desired = &mut order.desired;
        desired.name = desired.name.replace("svc-", "g-");
        desired.attributes.clear();
        desired.gmsa = Some(Box::new(Gmsa {
            principals: principals.iter().map(|&dn| dn.to_owned()).collect(),
            encryption_types: vec![EncryptionType::Aes128, EncryptionType::Aes256],
            password_interval_days: 30,
        }));
        order
    }

    pub async fn carry_out(&self, order: &Order) -> Outcome {
        self.directory.carry_out(order, &*self.vault).await
    }

    /// Carries the order out, which must succeed; returns the order that would come next.
    pub async fn apply(&self, order: &Order) -> Order {
        let Outcome::Applied { object, .. } = self.carry_out(order).await else {
            panic!("{:?}", self.carry_out(order).await);
        };
        let number = OrderNumber {
            n: order.number.n + 1,
            ..order.number
        };
        Order {
            kind: OrderKind::Change,
            object: Some(object),
            number,
            ..order.clone()
        }
    }

    /// Carries the order out, which must fail.
    pub async fn failure(&self, order: &Order) -> FailureReason {
        match self.carry_out(order).await {
            Outcome::Failed(Failure { reason, detail }) => {
                eprintln!("{reason:?}: {detail}");
                reason
            }
            other => panic!("{other:?}"),
        }
    }

    pub async fn password(&self, order: &Order) -> String {
        let reference = self
            .vault
            .find(order.account)
            .await
            .unwrap()
            .expect("a secret in the vault");
        self.vault
            .read(order.account, &reference)
            .await
            .unwrap()
            .expose()
            .to_owned()
    }

    /// Signs in with what the vault holds.
    pub async fn bind(&self, order: &Order) -> Bind {
        self.bind_with(&order.desired.name, &self.password(order).await)
            .await
    }

    pub async fn bind_with(&self, name: &str, password: &str) -> Bind {
        match &self.kind {
            Kind::ActiveDirectory(lab) => lab.bind(name, password).await,
            Kind::Sandbox(sandbox) => match sandbox.try_bind(name, password, Utc::now()) {
                Ok(()) => Bind::Accepted,
                Err(SignInRefused::WrongPassword) => Bind::WrongPassword,
                Err(SignInRefused::Disabled) => Bind::Disabled,
                Err(SignInRefused::Expired) => Bind::Expired,
            },
        }
    }

    /// Does the account succeed in changing its own password? (Then the vault's opens nothing any more.)
    pub async fn changes_its_own_password(&self, order: &Order) -> bool {
        let (name, old) = (&order.desired.name, self.password(order).await);
        let new = "Another-Password-of-its-own-7";
        match &self.kind {
            Kind::ActiveDirectory(lab) => lab.change_own_password(name, &old, new).await,
            Kind::Sandbox(sandbox) => {
                match sandbox.change_own_password(name, &old, new, Utc::now()) {
                    Ok(()) => true,
                    Err(PasswordChangeRefused::Denied) => false,
                    Err(refused) => panic!("{refused:?}"),
                }
            }
        }
    }

    pub async fn see(&self, name: &str) -> Option<Seen> {
        match &self.kind {
            Kind::Sandbox(sandbox) => sandbox.object(name).map(|(guid, object)| Seen {
                guid,
                parent: object.ou,
                enabled: object.enabled,
                expires: object.expires_at.map(|at| at.timestamp()),
                description: object.description,
                department: object
                    .attributes
                    .get("department")
                    .map(|values| values[0].clone()),
                fence: object.fence,
                groups: object.groups,
            }),
            Kind::ActiveDirectory(lab) => lab.entry(name).await.map(|entry| {
                let text = |name: &str| entry.attrs.get(name).map(|values| values[0].clone());
                let guid = match entry.bin_attrs.get("objectGUID") {
                    Some(values) => values[0].clone(),
                    None => text("objectGUID").unwrap().into_bytes(),
                };
                let expires = match text("accountExpires").unwrap().parse::<i64>().unwrap() {
                    0 | i64::MAX => None,
                    ticks => Some(ticks / 10_000_000 - 11_644_473_600),
                };
                Seen {
                    guid: Uuid::from_bytes_le(guid.try_into().unwrap()),
                    parent: entry.dn.split_once(',').unwrap().1.to_owned(),
                    enabled: text("userAccountControl").unwrap().parse::<u32>().unwrap() & 2 == 0,
                    expires,
                    description: text("description"),
                    department: text("department"),
                    fence: text("adminDescription"),
                    groups: entry
                        .attrs
                        .get("memberOf")
                        .cloned()
                        .unwrap_or_default()
                        .into_iter()
                        .collect(),
                }
            }),
        }
    }

    /// May exactly these retrieve the password of the account?
    pub async fn may_retrieve(&self, order: &Order, principals: &[&str]) -> bool {
        let name = order.desired.sam_account_name();
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                let (_, object) = sandbox.object(&name).unwrap();
                object.gmsa.unwrap().principals == principals
            }
            Kind::ActiveDirectory(lab) => {
                let dn = lab.entry(&name).await.unwrap().dn;
                let descriptor = lab.octets(&dn, "msDS-GroupMSAMembership").await;
                let mut all = true;
                for principal in principals {
                    let sid = lab.octets(principal, "objectSid").await;
                    all &= descriptor.windows(sid.len()).any(|part| part == sid);
                }
                // The list is behind a header of 20 and an owner of 16 octets; its fifth says how many entries it has.
                all && usize::from(descriptor[40]) == principals.len()
            }
        }
    }

    /// msDS-SupportedEncryptionTypes.
    pub async fn encryption_types(&self, order: &Order) -> i64 {
        let name = order.desired.sam_account_name();
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                let (_, object) = sandbox.object(&name).unwrap();
                object.gmsa.unwrap().encryption_bits()
            }
            Kind::ActiveDirectory(lab) => {
                let entry = lab.entry(&name).await.unwrap();
                entry.attrs["msDS-SupportedEncryptionTypes"][0]
                    .parse()
                    .unwrap()
            }
        }
    }

    /// Somebody else's computer.
    pub async fn put_foreign_computer(&self, name: &str) {
        let (ou, sam) = (self.ou("Service Accounts"), format!("{name}$"));
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                sandbox.put(Uuid::now_v7(), SandboxObject::foreign(&sam, &ou));
            }
            Kind::ActiveDirectory(lab) => {
                let attributes = [
                    ("objectClass", "computer"),
                    ("sAMAccountName", sam.as_str()),
                    ("userAccountControl", "4096"),
                ];
                lab.add(&format!("CN={name} of somebody,{ou}"), &attributes)
                    .await;
            }
        }
    }

    /// A group that is there for this test only, and may vanish.
    pub async fn remove_group(&self, dn: &str) {
        let mut admin = self.lab().admin().await;
        admin.delete(dn).await.unwrap().success().unwrap();
    }

    /// An account that is not Tenure's.
    pub async fn put_foreign(&self, name: &str) {
        let ou = self.ou("Service Accounts");
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                sandbox.put(Uuid::now_v7(), SandboxObject::foreign(name, &ou))
            }
            Kind::ActiveDirectory(lab) => {
                lab.add(
                    &format!("CN={name},{ou}"),
                    &[("objectClass", "user"), ("sAMAccountName", name)],
                )
                .await;
            }
        }
    }

    /// When somebody last signed in, as the directory says.
    pub async fn last_sign_in(&self, name: &str) -> Option<DateTime<Utc>> {
        self.instant(name, "lastLogonTimestamp").await
    }

    /// When its password was set, as the directory says.
    pub async fn password_set(&self, name: &str) -> Option<DateTime<Utc>> {
        self.instant(name, "pwdLastSet").await
    }

    async fn instant(&self, name: &str, attribute: &str) -> Option<DateTime<Utc>> {
        let Kind::ActiveDirectory(lab) = &self.kind else {
            return None;
        };
        let entry = lab.entry(name).await?;
        let ticks: i64 = entry.attrs.get(attribute)?[0].parse().unwrap();
        DateTime::from_timestamp(ticks / 10_000_000 - 11_644_473_600, 0).filter(|_| ticks > 0)
    }

    /// Changes the fence behind the agent's back.
    pub async fn set_fence(&self, name: &str, value: Option<&str>) {
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                let (guid, mut object) = sandbox.object(name).unwrap();
                object.fence = value.map(ToOwned::to_owned);
                sandbox.put(guid, object);
            }
            Kind::ActiveDirectory(lab) => lab.set(name, "adminDescription", value).await,
        }
    }

    /// Enables or disables behind the agent's back.
    pub async fn set_enabled(&self, name: &str, enabled: bool) {
        match &self.kind {
            Kind::Sandbox(sandbox) => {
                let (guid, mut object) = sandbox.object(name).unwrap();
                object.enabled = enabled;
                sandbox.put(guid, object);
            }
            Kind::ActiveDirectory(lab) => {
                lab.set(
                    name,
                    "userAccountControl",
                    Some(if enabled { "66048" } else { "66050" }),
                )
                .await;
            }
        }
    }

    /// Only the sandbox can be told so.
    pub fn set_reachable(&self, reachable: bool) {
        match &self.kind {
            Kind::Sandbox(sandbox) => sandbox.set_reachable(reachable),
            Kind::ActiveDirectory(_) => panic!("a real directory is stopped, not told"),
        }
    }

    /// A group that may be joined.
    pub async fn group(&self) -> String {
        self.group_like("Batch").await
    }

    pub async fn another_group(&self) -> String {
        self.group_like("Reports").await
    }

    async fn group_like(&self, name: &str) -> String {
        match &self.kind {
            Kind::Sandbox(_) => format!("CN={name},{}", self.ou("Service Accounts")),
            Kind::ActiveDirectory(lab) => {
                let name = format!("grp-{}", Uuid::now_v7().simple().to_string().split_off(20));
                let dn = format!("CN={name},{}", self.ou("Service Accounts"));
                lab.add(&dn, &[("objectClass", "group"), ("sAMAccountName", &name)])
                    .await;
                dn
            }
        }
    }
}
