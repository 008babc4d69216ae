//! Who may sign in to NATS, in the server's operator mode: the core holds the keys, the server only what they signed.
//!
//! An operator vouches for two accounts: Tenure's, in which everything happens, and the server's own, through which the
//! core tells it who has lost access. A signing key of Tenure's account vouches for its users: the core, and every engine
//! for a while. The configuration of the server holds no secret.

use super::{
    claims::{self, Claims, Permissions},
    permissions,
};
use crate::{
    BrokerError,
    keys::{private_file, unusable},
    subject::Subjects,
};
use chrono::{DateTime, Utc};
use nkeys::{KeyPair, KeyPairType};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt, fs, io, path::Path, sync::Arc};
use tenure_domain::ids::{DomainId, EngineId};
use tokio::sync::watch;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Where the core asks the server to take an account's JWT.
pub(super) const CLAIMS_UPDATE: &str = "$SYS.REQ.CLAIMS.UPDATE";
/// What the inboxes of the core's connection to the server's own account begin with.
pub(super) const OPERATOR_INBOX: &str = "_INBOX_operator";

/// The keys of the operator and its accounts.
pub struct Operator {
    operator: KeyPair,
    system: KeyPair,
    account: KeyPair,
    signing: KeyPair,
}

/// The seeds, as the file holds them.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
struct Seeds {
    operator: String,
    system_account: String,
    account: String,
    account_signing: String,
}

/// Somebody who signs in with a JWT that may be replaced while the connection lives.
#[derive(Clone)]
pub struct Login {
    nkey: Arc<KeyPair>,
    jwt: watch::Receiver<String>,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Login({})", self.nkey.public_key())
    }
}

impl Login {
    /// The holder of `nkey`, with the newest of `jwt`.
    #[must_use]
    pub fn new(nkey: KeyPair, jwt: watch::Receiver<String>) -> Self {
        Self {
            nkey: Arc::new(nkey),
            jwt,
        }
    }

    fn once(nkey: KeyPair, jwt: String) -> Self {
        Self::new(nkey, watch::channel(jwt).1)
    }

    /// What the server is shown: the JWT, and the nonce signed.
    ///
    /// # Errors
    /// If the nkey has no private half.
    pub fn answer(&self, nonce: &[u8]) -> Result<async_nats::Auth, async_nats::AuthError> {
        let mut auth = async_nats::Auth::new();
        auth.jwt = Some(self.jwt.borrow().clone());
        auth.signature = Some(self.nkey.sign(nonce).map_err(async_nats::AuthError::new)?);
        Ok(auth)
    }
}

impl Operator {
    /// Reads the keys in `path`, or makes them there, readable by their owner only.
    ///
    /// # Errors
    /// If the file cannot be read or made, or holds no keys.
    pub fn load_or_create(path: &Path) -> Result<Self, BrokerError> {
        let text = match fs::read_to_string(path) {
            Ok(text) => Zeroizing::new(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let text = Zeroizing::new(fresh()?);
                private_file(path, text.as_bytes())?;
                text
            }
            Err(error) => return Err(unusable(path, &error.to_string())),
        };
        let seeds: Seeds =
            serde_json::from_str(&text).map_err(|error| unusable(path, &error.to_string()))?;
        let pair = |seed: &str, kind: KeyPairType| {
            let pair = KeyPair::from_seed(seed).ok();
            pair.filter(|pair| pair.key_pair_type() == kind)
                .ok_or_else(|| unusable(path, "holds a seed that is none of its kind"))
        };
        Ok(Self {
            operator: pair(&seeds.operator, KeyPairType::Operator)?,
            system: pair(&seeds.system_account, KeyPairType::Account)?,
            account: pair(&seeds.account, KeyPairType::Account)?,
            signing: pair(&seeds.account_signing, KeyPairType::Account)?,
        })
    }

    /// A login of the core, for as long as this process lives.
    ///
    /// # Errors
    /// If `instance` cannot be part of subjects.
    pub fn core_login(&self, instance: &str, now: DateTime<Utc>) -> Result<Login, BrokerError> {
        let allowed = permissions::core(&Subjects::new(instance)?);
        let nkey = KeyPair::new_user();
        let jwt = self.user_jwt(&nkey.public_key(), "tenure-core", &allowed, now, None)?;
        Ok(Login::once(nkey, jwt))
    }

    /// A login to the server's own account, which can tell it who has lost access and nothing else.
    pub(super) fn system_login(&self, now: DateTime<Utc>) -> Result<Login, BrokerError> {
        let nkey = KeyPair::new_user();
        let allowed = Permissions {
            publish: vec![CLAIMS_UPDATE.to_owned()],
            subscribe: vec![format!("{OPERATOR_INBOX}.>")],
        };
        let claims = Claims {
            subject: &nkey.public_key(),
            name: "tenure-core",
            issued_at: now,
            expires_at: None,
            nats: claims::user(&self.system.public_key(), &allowed),
        };
        let jwt = claims.signed_by(&self.system)?;
        Ok(Login::once(nkey, jwt))
    }

    /// What an engine signs in with until `expires_at`: it may do what an engine of its domain must, and nothing else.
    ///
    /// # Errors
    /// If `instance` cannot be part of subjects, or `nkey` is no public user nkey.
    pub fn engine_jwt(
        &self,
        instance: &str,
        engine: &EngineUser<'_>,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<String, BrokerError> {
        let allowed = permissions::engine(&Subjects::new(instance)?, engine);
        let name = format!("tenure-engine-{}", engine.engine);
        self.user_jwt(
            public_nkey(engine.nkey)?,
            &name,
            &allowed,
            now,
            Some(expires_at),
        )
    }

    /// What a server at a site of these domains signs in with at the centre: to Tenure's account, and to the servers' own.
    pub(super) fn leaf_credentials(
        &self,
        instance: &str,
        name: &str,
        domains: &[DomainId],
        now: DateTime<Utc>,
    ) -> Result<[Zeroizing<String>; 2], BrokerError> {
        let allowed = permissions::leaf(&Subjects::new(instance)?, domains);
        let nkey = KeyPair::new_user();
        let jwt = self.user_jwt(&nkey.public_key(), name, &allowed, now, None)?;
        let of_servers = KeyPair::new_user();
        let claims = Claims {
            subject: &of_servers.public_key(),
            name,
            issued_at: now,
            expires_at: None,
            nats: claims::user(&self.system.public_key(), &permissions::leaf_of_servers()),
        };
        Ok([
            credentials(&nkey, &jwt)?,
            credentials(&of_servers, &claims.signed_by(&self.system)?)?,
        ])
    }

    /// Public keys of Tenure's account and of the servers' own.
    pub(super) fn accounts(&self) -> [String; 2] {
        [self.account.public_key(), self.system.public_key()]
    }

    fn user_jwt(
        &self,
        nkey: &str,
        name: &str,
        allowed: &Permissions,
        issued_at: DateTime<Utc>,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<String, BrokerError> {
        let claims = Claims {
            subject: nkey,
            name,
            issued_at,
            expires_at,
            nats: claims::user(&self.account.public_key(), allowed),
        };
        claims.signed_by(&self.signing)
    }

    /// Tenure's account. What was issued to these nkeys until that time gives no access.
    pub(super) fn account_jwt(
        &self,
        ended: &BTreeMap<String, DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<String, BrokerError> {
        let mut limits = claims::limits();
        for unlimited in ["mem_storage", "disk_storage", "streams", "consumer"] {
            limits[unlimited] = json!(-1);
        }
        let mut nats = json!({
            "type": "account", "version": 2,
            "limits": limits,
            "signing_keys": [self.signing.public_key()],
        });
        if !ended.is_empty() {
            let ended = ended.iter().map(|(nkey, at)| (nkey, at.timestamp()));
            nats["revocations"] = ended.collect();
        }
        let claims = Claims {
            subject: &self.account.public_key(),
            name: "TENURE",
            issued_at: now,
            expires_at: None,
            nats,
        };
        claims.signed_by(&self.operator)
    }

    /// What a server's configuration says of operator and accounts.
    pub(super) fn trusted_by_server(
        &self,
        accounts: &Path,
        now: DateTime<Utc>,
    ) -> Result<Value, BrokerError> {
        let (system, account) = (self.system.public_key(), self.account.public_key());
        let vouched = |subject: &str, name, nats| {
            let claims = Claims {
                subject,
                name,
                issued_at: now,
                expires_at: None,
                nats,
            };
            claims.signed_by(&self.operator)
        };
        let operator = json!({ "type": "operator", "version": 2, "system_account": system });
        let of_system = json!({ "type": "account", "version": 2, "limits": claims::limits() });
        Ok(json!({
            "operator": vouched(&self.operator.public_key(), "TENURE", operator)?,
            "system_account": system,
            // Otherwise servers at sites (leaf nodes) keep back what is asked of JetStream at the centre.
            "default_js_domain": { account.clone(): "" },
            "resolver": { "type": "full", "dir": accounts },
            "resolver_preload": {
                system.clone(): vouched(&system, "SYS", of_system)?,
                account: self.account_jwt(&BTreeMap::new(), now)?,
            },
        }))
    }
}

/// An engine that is to sign in.
#[derive(Clone, Copy, Debug)]
pub struct EngineUser<'a> {
    /// Who.
    pub engine: EngineId,
    /// For which domain.
    pub domain: DomainId,
    /// Its public nkey (`U…`).
    pub nkey: &'a str,
}

fn fresh() -> Result<String, BrokerError> {
    let seed = |kind| {
        KeyPair::new(kind)
            .seed()
            .map_err(|error| BrokerError::Configuration(error.to_string()))
    };
    let seeds = Seeds {
        operator: seed(KeyPairType::Operator)?,
        system_account: seed(KeyPairType::Account)?,
        account: seed(KeyPairType::Account)?,
        account_signing: seed(KeyPairType::Account)?,
    };
    serde_json::to_string_pretty(&seeds)
        .map_err(|error| BrokerError::Configuration(error.to_string()))
}

/// As nats-server reads them.
fn credentials(nkey: &KeyPair, jwt: &str) -> Result<Zeroizing<String>, BrokerError> {
    let seed = nkey
        .seed()
        .map(Zeroizing::new)
        .map_err(|error| BrokerError::Configuration(error.to_string()))?;
    Ok(Zeroizing::new(format!(
        "-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
        *seed
    )))
}

fn public_nkey(text: &str) -> Result<&str, BrokerError> {
    let user = text.starts_with('U') && KeyPair::from_public_key(text).is_ok();
    user.then_some(text)
        .ok_or_else(|| BrokerError::Configuration(format!("{text:?} is no public user nkey")))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::examples::{DOMAIN, ENGINE};
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    pub(crate) fn said(jwt: &str) -> Value {
        let claims = jwt.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
    }

    #[test]
    fn the_keys_are_made_once_and_read_ever_after() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nats-operator.json");
        let made = Operator::load_or_create(&path).unwrap();
        let read = Operator::load_or_create(&path).unwrap();
        assert_eq!(made.account.public_key(), read.account.public_key());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(&path, "{}").unwrap();
        assert!(Operator::load_or_create(&path).is_err());
    }

    #[test]
    fn an_engine_gets_what_it_must_do_until_its_end_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let operator = Operator::load_or_create(&folder.path().join("o")).unwrap();
        let nkey = KeyPair::new_from_raw(KeyPairType::User, [2; 32])
            .unwrap()
            .public_key();
        let engine = EngineUser {
            engine: ENGINE,
            domain: DOMAIN,
            nkey: &nkey,
        };
        let end = now() + chrono::TimeDelta::hours(1);
        let jwt = operator.engine_jwt("acme", &engine, now(), end).unwrap();
        let claims = said(&jwt);
        assert_eq!(
            (&claims["sub"], &claims["exp"]),
            (&json!(nkey), &json!(end.timestamp()))
        );
        assert_eq!(claims["iss"], operator.signing.public_key());
        insta::assert_json_snapshot!(
            "engine-permissions",
            json!({ "pub": claims["nats"]["pub"], "sub": claims["nats"]["sub"], "resp": claims["nats"]["resp"] })
        );
        let nobody = EngineUser {
            nkey: "x\" }",
            ..engine
        };
        assert!(operator.engine_jwt("acme", &nobody, now(), end).is_err());
    }
}
