//! Keeps an engine signed in to the broker: asks the core for another login in good time, and when the broker shuts it out.

use super::{
    AgentError,
    core_api::{Core, CoreError, Login},
};
use ed25519_dalek::SigningKey;
use std::{io::Write as _, path::PathBuf, time::Duration};
use tenure_broker::{AgentLink, BrokerError};
use tenure_domain::EngineId;
use tokio::{sync::watch, time::sleep};

/// Longest pause between attempts: an engine that was just assigned is at work soon.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// A login that was kept may end at any moment: the core is asked for another one soon.
const KEPT_IS_GOOD_FOR: Duration = Duration::from_secs(10);

/// An engine that signs in.
pub(super) struct SignIn {
    pub(super) core: Core,
    pub(super) engine: EngineId,
    pub(super) signing: SigningKey,
    /// Keeps the last login, so that an engine starts while its core is away.
    pub(super) file: PathBuf,
    /// What the broker is shown.
    pub(super) jwt: watch::Sender<String>,
}

impl SignIn {
    /// Waits for a login; answers how long it is good for.
    pub(super) async fn first(&self) -> Result<Duration, AgentError> {
        let mut attempts = Attempts::default();
        loop {
            match self.ask(&mut attempts).await? {
                Some(life) => return Ok(life),
                None => {
                    if attempts.unreachable
                        && let Ok(jwt) = std::fs::read_to_string(&self.file)
                    {
                        tracing::warn!("the core is away: signing in with the login that was kept");
                        self.jwt.send_replace(jwt);
                        return Ok(KEPT_IS_GOOD_FOR);
                    }
                }
            }
            attempts.pause().await;
        }
    }

    /// Renews the login of `link` before it ends, `life` from now. Returns only when the engine has lost its access for good.
    pub(super) async fn keep(&self, link: &AgentLink, mut life: Duration) -> AgentError {
        let mut attempts = Attempts::default();
        loop {
            let in_good_time = if attempts.failed() {
                Duration::ZERO
            } else {
                life / 2
            };
            tokio::select! {
                () = sleep(in_good_time) => {}
                () = link.shut_out() => {}
            }
            match self.ask(&mut attempts).await {
                Ok(Some(good_for)) => {
                    life = good_for;
                    // Otherwise a connection is being made in the background, with what is newest.
                    let signs_in = !self.jwt.borrow().is_empty();
                    if signs_in
                        && link.is_connected()
                        && let Err(error) = link.renew_connection().await
                    {
                        tracing::warn!(%error, "signing in anew");
                    }
                }
                Ok(None) => {}
                Err(error) => return error,
            }
            if link.is_connected() && !attempts.failed() {
                attempts = Attempts::default();
            } else {
                attempts.pause().await;
            }
        }
    }

    /// The core's answer: how long another login is good for, or none for now.
    async fn ask(&self, attempts: &mut Attempts) -> Result<Option<Duration>, AgentError> {
        let error = match self.core.login(self.engine, &self.signing).await {
            Ok(login) => {
                attempts.said = None;
                attempts.unreachable = false;
                let life = Duration::from_secs(login.expires_in);
                self.take(login)?;
                return Ok(Some(life));
            }
            Err(error) if error.is("engine-revoked") => return Err(AgentError::Revoked),
            Err(error) => error,
        };
        attempts.unreachable = matches!(error, CoreError::Unreachable(_));
        let said = error.to_string();
        if attempts.said.as_ref() != Some(&said) {
            if error.is("engine-unassigned") {
                tracing::info!(engine = %self.engine, "waiting to be assigned to the pool of the domain");
            } else {
                tracing::warn!(%error, "no login to the broker; asking again");
            }
            attempts.said = Some(said);
        }
        Ok(None)
    }

    fn take(&self, login: Login) -> Result<(), AgentError> {
        let Some(jwt) = login.jwt else { return Ok(()) };
        let kept = |error: std::io::Error| {
            BrokerError::Configuration(format!("{}: {error}", self.file.display()))
        };
        let beside = self.file.with_extension("new");
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside).map_err(kept)?;
        file.write_all(jwt.as_bytes()).map_err(kept)?;
        drop(file);
        std::fs::rename(&beside, &self.file).map_err(kept)?;
        self.jwt.send_replace(jwt);
        Ok(())
    }
}

/// What came of asking, so that a state is told of once, and asked about less and less often.
#[derive(Default)]
struct Attempts {
    said: Option<String>,
    unreachable: bool,
    pauses: u32,
}

impl Attempts {
    fn failed(&self) -> bool {
        self.said.is_some()
    }

    async fn pause(&mut self) {
        let pause = Duration::from_millis(200) * 2_u32.pow(self.pauses.min(5));
        self.pauses += 1;
        sleep(pause.min(LONGEST_PAUSE)).await;
    }
}
