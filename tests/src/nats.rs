//! A private nats-server, with a login for the core and one for each engine that may do just what it must.

use crate::{
    process::{Process, free_port},
    until::until,
};
use nkeys::KeyPair;
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tenure_broker::nats_config::{EngineUser, ServerConfig, render};
use tenure_domain::{DomainId, EngineId};

/// A running server.
pub struct Nats {
    process: Option<Process>,
    folder: PathBuf,
    pub port: u16,
    pub core_seed: PathBuf,
    core: String,
    engines: Vec<EngineUser>,
}

impl Nats {
    /// Starts one that knows the core only; `None`, said plainly, where there is no nats-server.
    pub async fn start(folder: &Path) -> Option<Self> {
        if server().is_none() {
            eprintln!(
                "NOT RUN: TENURE_TEST_NATS_SERVER is not set; run under scripts/with-services.sh"
            );
            return None;
        }
        let folder = folder.join("nats");
        std::fs::create_dir_all(&folder).unwrap();
        let (core_seed, core) = login(&folder, "core");
        let mut nats = Self {
            process: None,
            folder,
            port: free_port(),
            core_seed,
            core,
            engines: Vec::new(),
        };
        nats.write_config();
        nats.start_again().await;
        Some(nats)
    }

    /// Lets an engine sign in, for what it must do and nothing else.
    pub fn admit(&mut self, engine: EngineId, domain: DomainId) {
        let (_, nkey) = login(&self.folder, &engine.to_string());
        self.engines.push(EngineUser {
            engine,
            domain,
            nkey,
        });
        self.write_config();
        // The server reads its configuration again.
        self.process.as_ref().unwrap().signal("HUP");
    }

    fn write_config(&self) {
        let config = ServerConfig {
            listen: ([127, 0, 0, 1], self.port).into(),
            store: self.folder.join("store"),
            instance: "tenure".into(),
            core: self.core.clone(),
            engines: self.engines.clone(),
            tls: None,
            sync_always: false,
        };
        std::fs::write(self.folder.join("nats.conf"), render(&config).unwrap()).unwrap();
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Where an engine's seed lies.
    pub fn engine_seed(&self, engine: EngineId) -> PathBuf {
        self.folder.join(format!("{engine}.nk"))
    }

    /// kill -9.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// All that JetStream had is gone.
    pub fn erase_store(&mut self) {
        assert!(self.process.is_none(), "the server must be down");
        let _ = std::fs::remove_dir_all(self.folder.join("store"));
    }

    /// Starts it on what is left of its store.
    pub async fn start_again(&mut self) {
        let mut command = Command::new(server().unwrap());
        command.arg("-c").arg(self.folder.join("nats.conf"));
        self.process = Some(Process::start("nats-server", &self.folder, &mut command));
        let port = self.port;
        until(
            "nats-server to listen",
            Duration::from_secs(20),
            async || {
                tokio::net::TcpStream::connect(("127.0.0.1", port))
                    .await
                    .ok()
            },
        )
        .await;
    }
}

fn server() -> Option<PathBuf> {
    std::env::var_os("TENURE_TEST_NATS_SERVER").map(PathBuf::from)
}

fn login(folder: &Path, name: &str) -> (PathBuf, String) {
    let pair = KeyPair::new_user();
    let seed = folder.join(format!("{name}.nk"));
    std::fs::write(&seed, pair.seed().unwrap()).unwrap();
    (seed, pair.public_key())
}
