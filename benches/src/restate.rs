//! Restate: `restate-server` and a Node handler (`peers/restate/story.mjs`), as `scripts/install-tools.sh --bench`
//! installs them.

use crate::{Failure, postgres};
use serde_json::json;
use std::{
    net::TcpListener,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};
use tempfile::TempDir;
use tokio::process::{Child, Command};

pub(crate) struct Restate {
    _server: Child,
    _handler: Child,
    _data: TempDir,
    client: reqwest::Client,
    ingress: u16,
}

impl Restate {
    /// `None` if it is not installed.
    pub(crate) async fn start() -> Result<Option<Self>, Failure> {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (program, home) = (
            checkout.join(".tools/bin/restate-server"),
            checkout.join(".tools/restate"),
        );
        if !program.exists() || !home.exists() {
            return Ok(None);
        }
        let [ingress, admin, node, story] = ports()?;
        // Its data lies where PostgreSQL's does.
        let data = tempfile::tempdir_in(postgres::storage()?)?;
        let server = Command::new(program)
            .env("RESTATE_BASE_DIR", data.path())
            .env(
                "RESTATE_INGRESS__BIND_ADDRESS",
                format!("127.0.0.1:{ingress}"),
            )
            .env("RESTATE_ADMIN__BIND_ADDRESS", format!("127.0.0.1:{admin}"))
            .env("RESTATE_BIND_ADDRESS", format!("127.0.0.1:{node}"))
            .env(
                "RESTATE_ADVERTISED_ADDRESS",
                format!("http://127.0.0.1:{node}"),
            )
            .env("RESTATE_DISABLE_TELEMETRY", "true")
            .env("RESTATE_LOG_FILTER", "error")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let handler = Command::new("node")
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/restate/story.mjs"))
            .env("RESTATE_HOME", home.canonicalize()?)
            .env("STORY_PORT", story.to_string())
            .env("NODE_ENV", "production")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let restate = Self {
            _server: server,
            _handler: handler,
            _data: data,
            client: reqwest::Client::new(),
            ingress,
        };
        restate.register(admin, story).await?;
        Ok(Some(restate))
    }

    async fn register(&self, admin: u16, story: u16) -> Result<(), Failure> {
        let deployment = json!({ "uri": format!("http://127.0.0.1:{story}"), "force": true });
        let url = format!("http://127.0.0.1:{admin}/deployments");
        let began = Instant::now();
        loop {
            let answer = self.client.post(&url).json(&deployment).send().await;
            match answer {
                Ok(answer) if answer.status().is_success() => return Ok(()),
                failed if began.elapsed() > Duration::from_secs(60) => {
                    return Err(format!("Restate does not take its handler: {failed:?}").into());
                }
                _ => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    /// Invocations that ended per second.
    pub(crate) async fn rate(&self, in_flight: usize, seconds: f64) -> Result<f64, Failure> {
        let began = Instant::now();
        let until = began + Duration::from_secs_f64(seconds);
        let url = format!("http://127.0.0.1:{}/story/tell", self.ingress);
        let callers: Vec<_> = (0..in_flight)
            .map(|caller| {
                let (client, url) = (self.client.clone(), url.clone());
                tokio::spawn(async move {
                    let mut told = 0_u32;
                    while Instant::now() < until {
                        let request = json!({ "name": format!("svc-{caller}-{told}"), "reason": "x".repeat(200) });
                        client.post(&url).json(&request).send().await?.error_for_status()?.bytes().await?;
                        told += 1;
                    }
                    Ok::<u32, Failure>(told)
                })
            })
            .collect();
        let mut told = 0;
        for caller in callers {
            told += caller.await??;
        }
        Ok(f64::from(told) / began.elapsed().as_secs_f64())
    }
}

/// Free ones, all different.
fn ports() -> Result<[u16; 4], Failure> {
    let listeners: Vec<_> = (0..4)
        .map(|_| TcpListener::bind("127.0.0.1:0"))
        .collect::<Result<_, _>>()?;
    let mut ports = [0; 4];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
