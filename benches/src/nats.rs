//! A nats-server of the benchmark's own, on loopback, with its store in memory or on disk like PostgreSQL's.

use crate::{Failure, postgres};
use std::{env, net::TcpListener, process::Stdio, time::Duration};
use tempfile::TempDir;
use tenure_broker::{BrokerConfig, NatsConfig};
use tokio::process::{Child, Command};

pub(crate) struct Nats {
    _process: Child,
    _store: TempDir,
    address: String,
}

impl Nats {
    /// `None` if there is no nats-server here.
    pub(crate) async fn start() -> Result<Option<Self>, Failure> {
        let Ok(program) = env::var("TENURE_TEST_NATS_SERVER") else {
            return Ok(None);
        };
        let store = tempfile::tempdir_in(postgres::storage()?)?;
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let process = Command::new(program)
            .args([
                "--js",
                "--addr",
                "127.0.0.1",
                "--port",
                &port.to_string(),
                "--store_dir",
            ])
            .arg(store.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let address = format!("127.0.0.1:{port}");
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(&address).await.is_ok() {
                return Ok(Some(Self {
                    _process: process,
                    _store: store,
                    address,
                }));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("nats-server does not listen".into())
    }

    pub(crate) fn config(&self) -> BrokerConfig {
        BrokerConfig::Nats(NatsConfig::new(format!("nats://{}", self.address), "bench"))
    }
}
