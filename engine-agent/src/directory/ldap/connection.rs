//! Two connections, signed in, shared by all orders in work (LDAP multiplexes), made anew after any trouble: a server
//! works off one connection in order, so that reads on the same one as writes would wait for them. Both lead to the same
//! domain controller, since another one may not have heard yet of what was just written.
//!
//! Every wait is bounded. After a time-out nothing is known of the connection's state, so it is dropped with everything
//! that waits on it.

use super::{
    away::{self, Caution},
    descriptor,
    entry::Entry,
    refusal::Refusal,
};
use crate::{
    config::{ConfigError, LdapConfig},
    failure::failure,
    vault::Secret,
};
use ldap3::{
    Ldap, LdapConnAsync, LdapConnSettings, LdapError, LdapResult, Mod, Scope, StdStream,
    controls::RawControl, exop::WhoAmI, ldap_escape, result::ExopResult,
};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, pem::PemObject as _},
};
use std::{
    collections::HashSet,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tenure_domain::order::{Failure, FailureReason};
use tokio::{net::TcpStream, sync::Mutex, task::AbortHandle, time::timeout};
use zeroize::Zeroizing;

/// Result codes by which a server says "not now": as good as no answer.
const BUSY: [u32; 4] = [3, 11, 51, 52];
/// On Windows, an operation on a connection whose sign-in was lost.
const NOT_SIGNED_IN: &str = "000004DC";

/// What came instead of an answer that helps.
#[derive(Debug)]
pub(super) enum Trouble {
    /// No answer, "busy", or no way in: whether a write was applied is unknown.
    Away(Failure),
    /// An answer, and it is no.
    Refused(Refusal),
}

impl Trouble {
    pub(super) fn unreachable(detail: impl AsRef<str>) -> Self {
        Self::Away(away::unreachable(detail))
    }
}

/// What a sign-in with somebody's own name and password says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum SignIn {
    Accepted,
    WrongPassword,
    /// Disabled, expired, locked, must change: the directory's words.
    Refused(String),
}

pub(super) struct Connection {
    address: String,
    url: String,
    tls: Option<Arc<ClientConfig>>,
    bind_user: String,
    bind_password_file: PathBuf,
    patience: Duration,
    /// The domain controller in use: where the address leads anew only after it failed.
    peer: std::sync::Mutex<Option<SocketAddr>>,
    caution: Caution,
    signing_in: Mutex<()>,
    reads: Mutex<Lane>,
    writes: Mutex<Lane>,
}

#[derive(Default)]
struct Lane {
    session: Option<Session>,
    /// Counts sessions, so that whoever lost an old one does not close its successor.
    number: u64,
    /// The last dial that failed: shared with those who waited for it meanwhile.
    failed: Option<(Instant, Failure)>,
}

struct Session {
    ldap: Ldap,
    driver: AbortHandle,
    peer: SocketAddr,
}

/// A handle on session number `number` of a lane.
struct Live<'a> {
    ldap: Ldap,
    lane: &'a Mutex<Lane>,
    number: u64,
}

impl Drop for Session {
    fn drop(&mut self) {
        // A driver that hangs in a write would never notice that nobody waits any more.
        self.driver.abort();
    }
}

impl Connection {
    pub(super) fn new(config: &LdapConfig) -> Result<Self, ConfigError> {
        let tls = config.ca_file.as_deref().map(trusting).transpose()?;
        if tls.is_none() {
            // The platform's roots, through ldap3, which takes the process's default provider. An Err says that there
            // is one already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        Ok(Self {
            address: config.address.clone(),
            url: format!("ldaps://{}", config.host),
            tls,
            bind_user: config.bind_user.clone(),
            bind_password_file: config.bind_password_file.clone(),
            patience: Duration::from_secs(config.timeout_seconds),
            peer: std::sync::Mutex::default(),
            caution: Caution::default(),
            signing_in: Mutex::default(),
            reads: Mutex::default(),
            writes: Mutex::default(),
        })
    }

    /// The entry at `dn` (also `<GUID=…>`), or `None` if there is none.
    pub(super) async fn read(
        &self,
        dn: &str,
        attributes: Vec<String>,
    ) -> Result<Option<Entry>, Trouble> {
        match self
            .search(dn, Scope::Base, "(objectClass=*)", attributes)
            .await
        {
            Ok(entries) => Ok(entries.into_iter().next()),
            Err(Trouble::Refused(refusal)) if refusal.code == 32 => Ok(None),
            Err(trouble) => Err(trouble),
        }
    }

    /// The entry below `base` with this sAMAccountName. Names are unique in a domain.
    pub(super) async fn find(
        &self,
        base: &str,
        name: &str,
        attributes: Vec<String>,
    ) -> Result<Option<Entry>, Trouble> {
        let filter = format!("(sAMAccountName={})", ldap_escape(name));
        self.first(base, &filter, attributes).await
    }

    /// The first object that the filter finds.
    pub(super) async fn first(
        &self,
        base: &str,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Option<Entry>, Trouble> {
        let found = self.search(base, Scope::Subtree, filter, attributes);
        Ok(found.await?.into_iter().next())
    }

    async fn search(
        &self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: Vec<String>,
    ) -> Result<Vec<Entry>, Trouble> {
        let descriptor = attributes.iter().any(|name| name == descriptor::ATTRIBUTE);
        let controls = descriptor.then(access_list_alone).into_iter().collect();
        let found = self.search_with(base, scope, filter, attributes, controls);
        Ok(found.await?.0)
    }

    pub(super) async fn search_with(
        &self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: Vec<String>,
        controls: Vec<RawControl>,
    ) -> Result<(Vec<Entry>, LdapResult), Trouble> {
        let mut live = self.session(&self.reads).await?;
        if !controls.is_empty() {
            live.ldap.with_controls(controls);
        }
        // ldap3's own time-out starts anew with every entry; the outer one is for the whole.
        let search = live
            .ldap
            .with_timeout(self.patience)
            .search(base, scope, filter, attributes);
        let (entries, result) = match timeout(self.patience, search).await {
            Ok(Ok(answer)) => (answer.0, answer.1),
            Ok(Err(error)) => return Err(self.lost(live, error).await),
            Err(_) => return Err(self.lost(live, "the search was not answered in time").await),
        };
        self.accepted(live, result.clone()).await?;
        let entries = entries.into_iter().filter(|entry| !entry.is_ref());
        let entries = entries.map(Entry::read).collect::<Option<Vec<_>>>();
        let entries = entries.ok_or_else(|| {
            Trouble::unreachable(format!("{}: an answer that cannot be read", self.address))
        })?;
        Ok((entries, result))
    }

    pub(super) async fn add(
        &self,
        dn: &str,
        attributes: Vec<(String, Vec<Vec<u8>>)>,
    ) -> Result<(), Trouble> {
        let attributes = attributes
            .into_iter()
            .map(|(name, values)| {
                (
                    name.into_bytes(),
                    values.into_iter().collect::<HashSet<_>>(),
                )
            })
            .collect();
        let mut live = self.session(&self.writes).await?;
        let answer = live
            .ldap
            .with_timeout(self.patience)
            .add(dn, attributes)
            .await;
        self.written(live, answer).await
    }

    pub(super) async fn modify(&self, dn: &str, changes: Vec<Mod<Vec<u8>>>) -> Result<(), Trouble> {
        let mut live = self.session(&self.writes).await?;
        let answer = live
            .ldap
            .with_timeout(self.patience)
            .modify(dn, changes)
            .await;
        self.written(live, answer).await
    }

    /// A change of the object's access control list, and of nothing else of its security descriptor.
    pub(super) async fn modify_access(
        &self,
        dn: &str,
        changes: Vec<Mod<Vec<u8>>>,
    ) -> Result<(), Trouble> {
        let mut live = self.session(&self.writes).await?;
        let answer = live
            .ldap
            .with_controls(access_list_alone())
            .with_timeout(self.patience)
            .modify(dn, changes)
            .await;
        self.written(live, answer).await
    }

    pub(super) async fn relocate(&self, dn: &str, rdn: &str, parent: &str) -> Result<(), Trouble> {
        let mut live = self.session(&self.writes).await?;
        let answer = live
            .ldap
            .with_timeout(self.patience)
            .modifydn(dn, rdn, true, Some(parent))
            .await;
        self.written(live, answer).await
    }

    pub(super) async fn delete(&self, dn: &str) -> Result<(), Trouble> {
        let mut live = self.session(&self.writes).await?;
        let answer = live.ldap.with_timeout(self.patience).delete(dn).await;
        self.written(live, answer).await
    }

    /// Signs in as `dn` on a connection of its own.
    pub(super) async fn sign_in_as(&self, dn: &str, password: &Secret) -> Result<SignIn, Trouble> {
        let session = self.dial().await.map_err(Trouble::Away)?;
        let mut ldap = session.ldap.clone();
        let result = ldap
            .with_timeout(self.patience)
            .simple_bind(dn, password.expose())
            .await
            .map_err(|error| Trouble::unreachable(error.to_string()))?;
        let _ = ldap.with_timeout(self.patience).unbind().await;
        let refusal = Refusal::of(result);
        match refusal.code {
            0 => Ok(SignIn::Accepted),
            _ if refusal.is_wrong_password() => Ok(SignIn::WrongPassword),
            49 => Ok(SignIn::Refused(refusal.to_string())),
            code if BUSY.contains(&code) => Err(Trouble::unreachable(refusal.to_string())),
            _ => Err(Trouble::Refused(refusal)),
        }
    }

    /// A handle on the lane's connection, which is made if there is none.
    async fn session<'a>(&self, lane: &'a Mutex<Lane>) -> Result<Live<'a>, Trouble> {
        let asked = Instant::now();
        let mut state = lane.lock().await;
        let number = state.number;
        let peer = self.peer();
        if let Some(session) = state.session.as_mut()
            && !session.ldap.is_closed()
            && Some(session.peer) == peer
        {
            return Ok(Live {
                ldap: session.ldap.clone(),
                lane,
                number,
            });
        }
        state.session = None;
        if let Some((at, why)) = &state.failed
            && *at > asked
        {
            return Err(Trouble::Away(why.clone()));
        }
        match self.signed_in().await {
            Ok(session) => {
                let ldap = session.ldap.clone();
                state.number += 1;
                state.session = Some(session);
                Ok(Live {
                    ldap,
                    lane,
                    number: state.number,
                })
            }
            Err(why) => {
                state.failed = Some((Instant::now(), why.clone()));
                Err(Trouble::Away(why))
            }
        }
    }

    /// Who the server says the engine is; nothing, if it does not tell (RFC 4532).
    pub(super) async fn who_am_i(&self) -> Option<String> {
        let mut live = self.session(&self.reads).await.ok()?;
        let asked = live.ldap.with_timeout(self.patience).extended(WhoAmI);
        // Its own reader panics on what is not text.
        let ExopResult(answer, result) = timeout(self.patience, asked).await.ok()?.ok()?;
        let told = answer
            .val
            .filter(|told| result.rc == 0 && !told.is_empty())?;
        let told = String::from_utf8_lossy(&told);
        Some(told.chars().filter(|c| !c.is_control()).take(200).collect())
    }

    pub(super) fn peer(&self) -> Option<SocketAddr> {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set_peer(&self, peer: Option<SocketAddr>) {
        *self.peer.lock().unwrap_or_else(PoisonError::into_inner) = peer;
    }

    async fn signed_in(&self) -> Result<Session, Failure> {
        // Read every time, so that a rotated password is picked up.
        let (password, written) = self.password().await?;
        if let Some(objection) = self.caution.objection(&password, written) {
            return Err(objection);
        }
        let session = self.dial().await?;
        // One at a time: what is wrong would be tried by both lanes at once.
        let _turn = self.signing_in.lock().await;
        if let Some(objection) = self.caution.objection(&password, written) {
            return Err(objection);
        }
        let mut ldap = session.ldap.clone();
        let result = ldap
            .with_timeout(self.patience)
            .simple_bind(&self.bind_user, &password)
            .await
            .map_err(|error| {
                away::unreachable(format!("signing in to {}: {error}", self.address))
            })?;
        if result.rc == 0 {
            self.caution.right();
            return Ok(session);
        }
        let refusal = Refusal::of(result);
        let detail = format!(
            "{} may not sign in to {}: {refusal}",
            self.bind_user, self.address
        );
        if BUSY.contains(&refusal.code) {
            return Err(away::unreachable(detail));
        }
        let refused = failure(FailureReason::SignInRefused, detail);
        if refusal.is_wrong_password() {
            self.caution.wrong(password, written, refused.clone());
        }
        Err(refused)
    }

    /// What the file holds, and when it was written.
    async fn password(&self) -> Result<(Zeroizing<String>, Option<SystemTime>), Failure> {
        let unreadable = |error: std::io::Error| {
            let file = self.bind_password_file.display();
            failure(FailureReason::SignInRefused, format!("{file}: {error}"))
        };
        let metadata = tokio::fs::metadata(&self.bind_password_file).await;
        let written = metadata.map_err(unreadable)?.modified().ok();
        let text = tokio::fs::read_to_string(&self.bind_password_file).await;
        let text = Zeroizing::new(text.map_err(unreadable)?);
        let password = Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned());
        Ok((password, written))
    }

    async fn dial(&self) -> Result<Session, Failure> {
        let failed =
            |error: &dyn std::fmt::Display| away::unreachable(format!("{}: {error}", self.address));
        let connecting = async {
            match self.peer() {
                Some(peer) => TcpStream::connect(peer).await,
                None => TcpStream::connect(&self.address).await,
            }
        };
        let connected = timeout(self.patience, connecting).await;
        let connected = connected.unwrap_or_else(|_| Err(std::io::ErrorKind::TimedOut.into()));
        let stream = connected.map_err(|error| {
            self.set_peer(None);
            failed(&error)
        })?;
        let peer = stream.peer_addr().map_err(|error| failed(&error))?;
        // Small requests, each awaited: never held back to be sent together.
        stream.set_nodelay(true).map_err(|error| failed(&error))?;
        let stream = stream.into_std().map_err(|error| failed(&error))?;
        let mut settings = LdapConnSettings::new()
            .set_conn_timeout(self.patience)
            .set_std_stream(StdStream::Tcp(stream));
        if let Some(tls) = &self.tls {
            settings = settings.set_config(Arc::clone(tls));
        }
        let (connection, ldap) = LdapConnAsync::with_settings(settings, &self.url)
            .await
            .map_err(|error| {
                // Another address of the same name may do better.
                self.set_peer(None);
                away::of_connecting(&self.address, &error)
            })?;
        let driver = tokio::spawn(async move {
            if let Err(error) = connection.drive().await {
                tracing::debug!(%error, "the connection to the directory ended");
            }
        });
        self.set_peer(Some(peer));
        Ok(Session {
            ldap,
            driver: driver.abort_handle(),
            peer,
        })
    }

    async fn written(
        &self,
        live: Live<'_>,
        answer: Result<LdapResult, LdapError>,
    ) -> Result<(), Trouble> {
        match answer {
            Ok(result) => self.accepted(live, result).await,
            Err(error) => Err(self.lost(live, error).await),
        }
    }

    async fn accepted(&self, live: Live<'_>, result: LdapResult) -> Result<(), Trouble> {
        if result.rc == 0 {
            return Ok(());
        }
        let refusal = Refusal::of(result);
        if BUSY.contains(&refusal.code) || refusal.text.starts_with(NOT_SIGNED_IN) {
            return Err(self.lost(live, refusal).await);
        }
        Err(Trouble::Refused(refusal))
    }

    /// Drops the connection, unless it was replaced already; the next operation dials.
    async fn lost(&self, live: Live<'_>, why: impl std::fmt::Display) -> Trouble {
        let mut state = live.lane.lock().await;
        if state.number == live.number {
            state.session = None;
        }
        Trouble::unreachable(format!("{}: {why}", self.address))
    }
}

/// Without LDAP_SERVER_SD_FLAGS, a security descriptor is its owner's and auditors' business too, whose parts an engine may
/// neither read nor write.
fn access_list_alone() -> RawControl {
    RawControl {
        ctype: "1.2.840.113556.1.4.801".into(),
        crit: true,
        // SEQUENCE { INTEGER DACL_SECURITY_INFORMATION }
        val: Some(vec![0x30, 3, 2, 1, 4]),
    }
}

/// TLS that trusts exactly the certificates in `ca_file`.
fn trusting(ca_file: &std::path::Path) -> Result<Arc<ClientConfig>, ConfigError> {
    let unusable = |why: String| {
        ConfigError::new("directory.ca_file", format!("{}: {why}", ca_file.display()))
    };
    let mut roots = RootCertStore::empty();
    for certificate in
        CertificateDer::pem_file_iter(ca_file).map_err(|error| unusable(error.to_string()))?
    {
        let certificate = certificate.map_err(|error| unusable(error.to_string()))?;
        roots
            .add(certificate)
            .map_err(|error| unusable(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(unusable("holds no certificate".into()));
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
