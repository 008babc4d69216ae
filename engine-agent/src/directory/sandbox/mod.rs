//! A directory in memory, with Active Directory's rules as far as orders meet them: for evaluation, demonstrations and
//! tests. It answers at once, and can be told to refuse.
//!
//! Objects survive a restart if a file is given (`journal.rs`). Passwords are kept as salted hashes: the vault is the
//! only place that holds them.

mod calibrate;
mod checks;
mod journal;
mod object;
mod read;
mod useless;

pub use object::SandboxObject;

use crate::{
    clock::Clock,
    config::{ConfigError, SandboxConfig},
    dn::Dn,
    failure::failure,
    fence::{Fence, Standing},
    rules::Territory,
    vault::{Secret, Vault, VaultError, generate_password},
};
use chrono::{DateTime, Utc};
use futures::future::BoxFuture;
use journal::Journal;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tenure_domain::{
    calibration::{DirectoryReach, FoundPlace, WantedPlace},
    ids::DomainId,
    order::{Failure, FailureReason, Order, OrderKind, Outcome, SecretReference},
    synchronisation::{DirectoryObject, SyncMark},
};
use tokio::sync::mpsc;
use uuid::Uuid;

/// A directory in memory.
pub struct Sandbox {
    territory: Territory,
    places: read::Places,
    clock: Clock,
    password_length: usize,
    state: Mutex<State>,
}

struct State {
    objects: HashMap<Uuid, SandboxObject>,
    by_name: HashMap<String, Uuid>,
    units: Vec<Dn>,
    groups: Vec<Dn>,
    journal: Option<Journal>,
    reachable: bool,
    shortest_password: usize,
}

/// Why a sign-in is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInRefused {
    /// No such name, or another password.
    WrongPassword,
    /// The account is disabled.
    Disabled,
    /// The account's own end has passed.
    Expired,
}

/// Why an account does not change its own password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordChangeRefused {
    /// It cannot even sign in.
    SignIn(SignInRefused),
    /// It shall not.
    Denied,
}

impl Sandbox {
    /// A sandbox as configured, with what its file holds.
    ///
    /// # Errors
    /// When a name is no distinguished name below the base, or the file cannot be used.
    pub fn open(
        domain: DomainId,
        config: &SandboxConfig,
        clock: Clock,
    ) -> Result<Self, ConfigError> {
        let base = Dn::parse(&config.base_dn)
            .ok_or_else(|| ConfigError::new("directory.base_dn", "is not a distinguished name"))?;
        let below = |key, texts: &[String]| {
            let parse = |text: &String| Dn::parse(text).filter(|dn| dn.is_below(&base));
            texts
                .iter()
                .map(parse)
                .collect::<Option<Vec<_>>>()
                .ok_or_else(|| {
                    ConfigError::new(
                        key,
                        "names something that is not a distinguished name below the base",
                    )
                })
        };
        let mut units = config.organisational_units.clone();
        if units.is_empty() {
            units = ["Service Accounts", "Retired"]
                .map(|name| format!("OU={name},{}", config.base_dn))
                .to_vec();
        }
        let places = read::Places {
            base: config.base_dn.clone(),
            units: units.clone(),
            groups: config.groups.clone(),
            nested: config.nested.clone(),
        };
        let units = below("directory.organisational_units", &units)?;
        let groups = below("directory.groups", &config.groups)?;
        let nested = config.nested.iter();
        let nested: Vec<_> = nested
            .flat_map(|(holder, held)| held.iter().chain([holder]))
            .cloned()
            .collect();
        let nested = below("directory.nested", &nested)?;
        if nested.iter().any(|group| !groups.contains(group)) {
            let problem = "names a group that is not among directory.groups";
            return Err(ConfigError::new("directory.nested", problem));
        }
        let (journal, objects) = match &config.file {
            Some(file) => {
                let opened = Journal::open(file);
                let (journal, objects) = opened.map_err(|error| {
                    ConfigError::new("directory.file", format!("{}: {error}", file.display()))
                })?;
                (Some(journal), objects)
            }
            None => (None, HashMap::new()),
        };
        let by_name = objects
            .iter()
            .map(|(guid, object)| (object.name.to_lowercase(), *guid))
            .collect();
        let state = State {
            objects,
            by_name,
            units,
            groups,
            journal,
            reachable: true,
            shortest_password: 7,
        };
        Ok(Self {
            territory: Territory {
                domain,
                base,
                fence_attribute: "adminDescription".into(),
            },
            places,
            clock,
            password_length: config.password_length,
            state: Mutex::new(state),
        })
    }

    /// Lets it be reached, or not.
    pub fn set_reachable(&self, reachable: bool) {
        self.state().reachable = reachable;
    }

    /// The shortest password that its policy accepts.
    pub fn set_shortest_password(&self, length: usize) {
        self.state().shortest_password = length;
    }

    /// Puts an object there that is not Tenure's (or changes one behind Tenure's back).
    pub fn put(&self, guid: Uuid, object: SandboxObject) {
        self.state().put(guid, object);
    }

    /// Every object, in no particular order.
    #[must_use]
    pub fn objects(&self) -> Vec<(Uuid, SandboxObject)> {
        self.state()
            .objects
            .iter()
            .map(|(guid, object)| (*guid, object.clone()))
            .collect()
    }

    /// The object of this name.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<(Uuid, SandboxObject)> {
        let state = self.state();
        let guid = *state.by_name.get(&name.to_lowercase())?;
        Some((guid, state.objects.get(&guid)?.clone()))
    }

    /// What a sign-in at instant `at` would say.
    ///
    /// # Errors
    /// Why not.
    pub fn try_bind(
        &self,
        name: &str,
        password: &str,
        at: DateTime<Utc>,
    ) -> Result<(), SignInRefused> {
        let (guid, object) = self.object(name).ok_or(SignInRefused::WrongPassword)?;
        object.sign_in(guid, password, at)
    }

    /// The account gives itself another password, at instant `at`.
    ///
    /// # Errors
    /// Why not.
    pub fn change_own_password(
        &self,
        name: &str,
        old: &str,
        new: &str,
        at: DateTime<Utc>,
    ) -> Result<(), PasswordChangeRefused> {
        self.try_bind(name, old, at)
            .map_err(PasswordChangeRefused::SignIn)?;
        match self.object(name) {
            Some((guid, mut object)) if !object.cannot_change_password => {
                object.set_password(guid, new);
                self.put(guid, object);
                Ok(())
            }
            _ => Err(PasswordChangeRefused::Denied),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn carry(&self, order: &Order, vault: &dyn Vault) -> Result<Outcome, Stop> {
        self.territory.check(order).map_err(Stop::Fail)?;
        self.in_time(order)?;
        self.state().check_useless(order)?;
        match order.kind {
            OrderKind::Provision => self.provision(order, vault).await,
            OrderKind::Change => {
                let object = self.state().settle(order, false)?;
                let mut secret = None;
                if order.moves_secret {
                    let folder = order.folder.as_deref();
                    secret = vault.relocate(order.account, folder).await?;
                }
                Ok(Outcome::Applied { object, secret })
            }
            OrderKind::Remove => {
                self.state().remove(order)?;
                // The password of a group managed service account lies in no vault.
                if order.desired.gmsa.is_some() {
                    return Ok(Outcome::Removed);
                }
                vault.delete(order.account).await?;
                if let Some(revived) = order.revives {
                    vault.delete(revived).await?;
                }
                Ok(Outcome::Removed)
            }
            OrderKind::Release => {
                let object = self.state().release(order)?;
                let secret = None;
                Ok(Outcome::Applied { object, secret })
            }
        }
    }

    async fn provision(&self, order: &Order, vault: &dyn Vault) -> Result<Outcome, Stop> {
        if order.desired.gmsa.is_some() {
            let object = self.state().make(order, None)?;
            return Ok(Outcome::Applied {
                object,
                secret: None,
            });
        }
        let exists = self.state().look_up(order)?.is_some();
        let had_a_secret = vault.find(order.account).await?.is_some();
        let (secret, reference) = match exists {
            true => self.kept_or_new_password(order, vault).await?,
            false => self.new_password(order, vault).await?,
        };
        self.in_time(order)?;
        let made = self.state().make(order, Some(&secret));
        match made {
            Ok(object) => {
                if let Some(revived) = order.revives {
                    vault.delete(revived).await?;
                }
                Ok(Outcome::Applied {
                    object,
                    secret: Some(reference),
                })
            }
            Err(stop) => {
                if matches!(stop, Stop::Fail(_)) && (!exists || !had_a_secret) {
                    vault.delete(order.account).await?;
                }
                Err(stop)
            }
        }
    }

    async fn kept_or_new_password(
        &self,
        order: &Order,
        vault: &dyn Vault,
    ) -> Result<(Secret, SecretReference), Stop> {
        if let Some(reference) = vault.find(order.account).await? {
            return Ok((vault.read(order.account, &reference).await?, reference));
        }
        self.new_password(order, vault).await
    }

    async fn new_password(
        &self,
        order: &Order,
        vault: &dyn Vault,
    ) -> Result<(Secret, SecretReference), Stop> {
        let secret = generate_password(self.password_length)?;
        let reference = vault
            .write(order.account, order.folder.as_deref(), &secret)
            .await?;
        Ok((secret, reference))
    }

    fn in_time(&self, order: &Order) -> Result<(), Stop> {
        if (self.clock)() > order.not_after {
            return Err(Stop::Defer(super::too_late()));
        }
        Ok(())
    }
}

impl super::Directory for Sandbox {
    fn carry_out<'a>(&'a self, order: &'a Order, vault: &'a dyn Vault) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match self.carry(order, vault).await {
                Ok(outcome) => outcome,
                Err(Stop::Fail(failure)) => Outcome::Failed(failure),
                Err(Stop::Defer(failure)) => Outcome::Deferred(failure),
            }
        })
    }

    fn reachable(&self) -> BoxFuture<'_, Result<(), Failure>> {
        let reached = self.state().check_reachable();
        Box::pin(async move {
            match reached {
                Ok(()) => Ok(()),
                Err(Stop::Fail(failure) | Stop::Defer(failure)) => Err(failure),
            }
        })
    }

    fn read<'a>(
        &'a self,
        _since: Option<SyncMark>,
        attributes: &'a [String],
        pages: mpsc::Sender<Vec<DirectoryObject>>,
    ) -> BoxFuture<'a, Result<super::WasRead, Failure>> {
        Box::pin(async move {
            super::Directory::reachable(self).await?;
            let objects = self.places.read(&self.objects(), attributes);
            // Small enough for one page, and nobody counts its changes: all of it, every time.
            let _ = pages.send(objects).await;
            Ok(super::WasRead {
                full: true,
                mark: SyncMark {
                    invocation: self.territory.domain.0,
                    usn: 0,
                },
                deletions_seen: true,
            })
        })
    }

    fn calibrate<'a>(
        &'a self,
        places: &'a [WantedPlace],
    ) -> BoxFuture<'a, (DirectoryReach, Vec<FoundPlace>)> {
        Box::pin(async move { self.look_at(places) })
    }
}

enum Stop {
    Fail(Failure),
    Defer(Failure),
}

impl Stop {
    fn fail(reason: FailureReason, detail: impl AsRef<str>) -> Self {
        Self::Fail(failure(reason, detail))
    }
}

impl From<VaultError> for Stop {
    fn from(error: VaultError) -> Self {
        Self::Defer(failure(FailureReason::VaultUnavailable, error.to_string()))
    }
}

impl State {
    fn check_reachable(&self) -> Result<(), Stop> {
        if self.reachable {
            return Ok(());
        }
        Err(Stop::Defer(failure(
            FailureReason::DirectoryUnreachable,
            "the sandbox was told not to answer",
        )))
    }

    /// The order's object, or `None`; a name in somebody else's hands refuses a provisioning.
    fn look_up(&self, order: &Order) -> Result<Option<Uuid>, Stop> {
        self.check_reachable()?;
        if let Some(guid) = order.object
            && (self.objects.contains_key(&guid) || order.kind != OrderKind::Provision)
        {
            return Ok(self.objects.contains_key(&guid).then_some(guid));
        }
        let name = order.desired.sam_account_name();
        let Some(guid) = self.by_name.get(&name.to_lowercase()) else {
            return Ok(None);
        };
        let object = &self.objects[guid];
        let ours = !matches!(
            object.standing(order),
            Standing::Unclaimed | Standing::Foreign(_)
        );
        if !ours && order.kind == OrderKind::Provision {
            let detail = format!("{} in {} is not this account's", object.name, object.ou);
            return Err(Stop::fail(FailureReason::NameTaken, detail));
        }
        Ok(ours.then_some(*guid))
    }

    /// With a secret, unless it is a group managed service account.
    fn make(&mut self, order: &Order, secret: Option<&Secret>) -> Result<Uuid, Stop> {
        if self.look_up(order)?.is_some() {
            let guid = self.settle(order, true)?;
            if let Some(secret) = secret {
                let mut object = self.objects[&guid].clone();
                object.set_password(guid, secret.expose());
                self.put(guid, object);
            }
            return Ok(guid);
        }
        self.check_places(order)?;
        self.check_principal_names(order, None)?;
        self.check_principals(order)?;
        if secret.is_some_and(|secret| secret.expose().len() < self.shortest_password) {
            let detail = format!(
                "the policy asks for at least {} characters",
                self.shortest_password
            );
            return Err(Stop::fail(FailureReason::PasswordPolicy, detail));
        }
        // A new object has a new identity, and yet a test can repeat it.
        let number = order.number.to_string();
        let guid = tenure_domain::ids::derived(&["sandbox", &order.account.to_string(), &number]);
        let mut object = SandboxObject::of(order);
        if let Some(secret) = secret {
            object.set_password(guid, secret.expose());
        }
        self.put(guid, object);
        Ok(guid)
    }

    fn settle(&mut self, order: &Order, with_password: bool) -> Result<Uuid, Stop> {
        let guid = self
            .look_up(order)?
            .ok_or_else(|| Stop::fail(FailureReason::ObjectGone, "no such object"))?;
        let object = &self.objects[&guid];
        let been_here = refuse_unless_ours(order, guid, object)?;
        if order.desired.gmsa.is_some() != object.gmsa.is_some() {
            return Err(Stop::fail(
                FailureReason::InvalidOrder,
                "the object is of another class",
            ));
        }
        self.check_places(order)?;
        self.check_principal_names(order, Some(guid))?;
        // Somebody who is gone does not keep an account from being disabled.
        if order.desired.enabled {
            self.check_principals(order)?;
        }
        let wanted = object.with(order);
        if been_here && wanted.state_differs(object) {
            let detail = "applied earlier, and changed by somebody else since";
            return Err(Stop::Defer(failure(FailureReason::Other, detail)));
        }
        let has_password = object.gmsa.is_some() || object.has_password() || with_password;
        if wanted.enabled && !has_password {
            return Err(Stop::fail(
                FailureReason::InvalidOrder,
                "an account without a password is not enabled",
            ));
        }
        self.put(guid, wanted);
        Ok(guid)
    }

    fn remove(&mut self, order: &Order) -> Result<(), Stop> {
        let Some(guid) = self.look_up(order)? else {
            return Ok(());
        };
        refuse_unless_ours(order, guid, &self.objects[&guid])?;
        if let Some(object) = self.objects.remove(&guid) {
            self.by_name.remove(&object.name.to_lowercase());
        }
        self.write(guid, None);
        Ok(())
    }

    fn put(&mut self, guid: Uuid, object: SandboxObject) {
        self.write(guid, Some(&object));
        self.by_name.insert(object.name.to_lowercase(), guid);
        self.objects.insert(guid, object);
    }

    fn write(&mut self, guid: Uuid, object: Option<&SandboxObject>) {
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.write(guid, object)
        {
            tracing::error!(%error, "the sandbox cannot write its file: its objects will be lost at the end");
        }
    }
}

/// Has this very order been here? Refuses if the object is not the order's, or a later one has.
fn refuse_unless_ours(order: &Order, guid: Uuid, object: &SandboxObject) -> Result<bool, Stop> {
    match object.standing(order) {
        Standing::Same => Ok(true),
        Standing::Earlier => Ok(false),
        Standing::Unclaimed if order.object == Some(guid) => Ok(false),
        Standing::Unclaimed => Err(Stop::fail(
            FailureReason::NameTaken,
            "the object is not claimed",
        )),
        Standing::Foreign(value) => Err(Stop::fail(
            FailureReason::ForeignFence,
            format!("the object carries {value}"),
        )),
        Standing::Later(number) => Err(Stop::fail(
            FailureReason::Superseded,
            format!("the object carries order {number}"),
        )),
    }
}

fn fence(order: &Order) -> String {
    Fence::of(order).to_string()
}
