//! What lets engines in to the broker: logins for a while, for those that may work; and whoever may no more is cut off.
//!
//! The history says who may. The broker is told again whenever that changes, and whenever it was away: it may have
//! forgotten.

use crate::Instance;
use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tenure_broker::{AccountLink, BrokerError, Challenges, EngineUser, NatsConfig, Operator};
use tenure_domain::{
    EngineId,
    engine::{Engine, EngineRefusal},
};
use tenure_eventstore::StoreError;
use tokio_util::sync::CancellationToken;

/// How long a login is good for, unless set.
const LOGIN_LIFE: TimeDelta = TimeDelta::hours(1);
/// Ended access is told to the broker for so long at least: whoever issued a login may have been set to give longer ones.
const TOLD_FOR: TimeDelta = TimeDelta::days(1);
/// Clocks of several gateways may differ by this much: the most that the store lets pass.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::seconds(5);
/// Between looks whether the broker was away, and after it could not be told.
const LOOK: Duration = Duration::from_secs(2);

/// How engines reach the broker, and what lets them in.
#[derive(Clone)]
pub struct EngineAccess {
    /// What they sign to prove who they are.
    pub challenges: Challenges,
    /// How long a login is good for.
    pub login_life: TimeDelta,
    /// `None`: the broker is inside the core's process, and so are they.
    pub nats: Option<EngineNats>,
}

/// NATS as engines see it.
#[derive(Clone)]
pub struct EngineNats {
    /// How the core reaches it.
    pub config: NatsConfig,
    /// Where engines find it.
    pub servers: Vec<String>,
    /// Vouches for engines; without one, servers take anybody.
    pub operator: Option<Arc<Operator>>,
}

/// What an engine signs in to the broker with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineLogin {
    /// For its nkey; `None` where the broker asks for none.
    pub jwt: Option<String>,
    /// After which it is good for nothing.
    pub life: TimeDelta,
}

/// Why an engine gets no login.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] EngineRefusal),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// None could be made.
    #[error(transparent)]
    Broker(#[from] BrokerError),
}

impl EngineAccess {
    /// Everything inside one process.
    #[must_use]
    pub fn within_process(core: SigningKey) -> Self {
        Self {
            challenges: Challenges::new(core),
            login_life: LOGIN_LIFE,
            nats: None,
        }
    }
}

impl Instance {
    /// A login for the engine, if it may work now.
    ///
    /// # Errors
    /// If it may not, or none can be made.
    pub async fn engine_login(&self, id: EngineId) -> Result<EngineLogin, LoginError> {
        let engine = self.store.state::<Engine>(id.0).await?.state;
        let content = engine.access()?;
        let life = self.access.login_life;
        let operator = self
            .access
            .nats
            .as_ref()
            .and_then(|nats| Some((nats, nats.operator.as_ref()?)));
        let Some((nats, operator)) = operator else {
            return Ok(EngineLogin { jwt: None, life });
        };
        let nkey = engine.nkey.as_deref().ok_or(EngineRefusal::NotEnrolled)?;
        let user = EngineUser {
            engine: id,
            domain: content.domain,
            nkey,
        };
        let now = self.system.now();
        let jwt = operator.engine_jwt(&nats.config.instance, &user, now, now + life)?;
        Ok(EngineLogin {
            jwt: Some(jwt),
            life,
        })
    }
}

/// Tells the broker who has lost access, until cancelled.
pub(crate) async fn keep(instance: &Instance, cancel: CancellationToken) {
    let nats = instance.access.nats.as_ref();
    let Some((nats, operator)) = nats.and_then(|nats| Some((nats, nats.operator.clone()?))) else {
        return;
    };
    let mut known = instance.engines.access_ended();
    let mut link: Option<AccountLink> = None;
    let mut told = None;
    while !cancel.is_cancelled() {
        let now = instance.system.now();
        let ended = recent(&known.borrow_and_update(), now, instance.access.login_life);
        let now_true = link.as_ref().map(|link| (link.generation(), &ended));
        let known_there = told
            .as_ref()
            .map(|(generation, ended)| (*generation, ended));
        if known_there.is_none() || known_there != now_true {
            match tell(&mut link, &nats.config, &operator, &ended, now).await {
                Ok(generation) => told = Some((generation, ended)),
                Err(error) => {
                    told = None;
                    tracing::warn!(%error, "NATS cannot be told which engines have lost access; trying again");
                }
            }
        }
        tokio::select! {
            () = cancel.cancelled() => {}
            _ = known.changed(), if told.is_some() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn tell(
    link: &mut Option<AccountLink>,
    config: &NatsConfig,
    operator: &Arc<Operator>,
    ended: &BTreeMap<String, DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<u64, BrokerError> {
    let link = match link {
        Some(link) => link,
        None => link.insert(AccountLink::connect(config, Arc::clone(operator), now).await?),
    };
    let generation = link.generation();
    link.end_access(ended, now).await?;
    Ok(generation)
}

/// Whose logins could still be good otherwise.
fn recent(
    ended: &BTreeMap<String, DateTime<Utc>>,
    now: DateTime<Utc>,
    login_life: TimeDelta,
) -> BTreeMap<String, DateTime<Utc>> {
    let since = now - TOLD_FOR.max(login_life * 2);
    let recent = ended.iter().filter(|(_, at)| **at > since);
    recent
        .map(|(nkey, at)| (nkey.clone(), *at + CLOCKS_DIFFER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_access_is_told_as_long_as_an_old_login_could_be_good() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let ended = [
            ("UOLD".to_owned(), now - TimeDelta::days(2)),
            ("UNEW".to_owned(), now - TimeDelta::hours(20)),
        ];
        let told = recent(&ended.into(), now, TimeDelta::hours(1));
        let expected = now - TimeDelta::hours(20) + CLOCKS_DIFFER;
        assert_eq!(told, [("UNEW".to_owned(), expected)].into());
    }
}
