//! Tenure distributed, with engines of sandbox domains that are processes of their own: all but the directories is real.

use crate::{
    api::Api,
    lab::{Settings, id_of, set_up, start_gateway, write_gateway_config},
    mail::Mail,
    nats::Nats,
    postgres::fresh_database,
    process::{Process, free_port, tenure},
};
use serde_json::json;
use std::{
    path::PathBuf,
    process::{Command, Output},
};
use tempfile::TempDir;

/// PostgreSQL, NATS and a gateway.
pub struct Distributed {
    pub nats: Nats,
    _mail: Mail,
    gateway: Option<Process>,
    base: String,
    settings: Settings,
    pub admin: Api,
    /// Last, so that it is dropped last: what fails tells from the logs in it.
    pub folder: TempDir,
}

/// An engine that has enrolled.
pub struct Enrolled {
    pub id: String,
    pub folder: PathBuf,
}

impl Distributed {
    /// Starts it; `None`, said plainly, where a service is missing.
    pub async fn start(settings: Settings) -> Option<Self> {
        let database = fresh_database().await?;
        let folder = TempDir::new().unwrap();
        let nats = Nats::start(folder.path()).await?;
        let mail = Mail::start(folder.path()).await?;
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        write_gateway_config(folder.path(), port, &database, &nats, &mail, &settings);
        let mut gateway = start_gateway(folder.path(), &settings);
        let admin = set_up(&Api::new(&base), &mut gateway).await;
        Some(Self {
            nats,
            _mail: mail,
            gateway: Some(gateway),
            base,
            settings,
            admin,
            folder,
        })
    }

    /// kill -9 the gateway.
    pub fn kill_gateway(&mut self) {
        self.gateway = None;
    }

    /// Starts the gateway again.
    pub async fn start_gateway(&mut self) {
        self.gateway = Some(start_gateway(self.folder.path(), &self.settings));
        Api::new(&self.base).ready().await;
    }

    /// A sandbox domain: its id.
    pub async fn domain(&self, name: &str) -> String {
        let base_dn = format!("DC={}", name.replace('.', ",DC="));
        let content = json!({ "name": name, "kind": "sandbox", "base_dn": base_dn });
        id_of(&self.admin.post("/domains", content).await.ok())
    }

    /// A token for a new engine: its id, and what was shown.
    pub async fn token(&self, name: &str, domain: &str) -> (String, String) {
        let expect = json!({ "name": name, "domain": domain });
        let issued = self.admin.post("/engines/tokens", expect).await.ok();
        let token = issued["token"].as_str().unwrap().to_owned();
        (id_of(&issued), token)
    }

    /// `tenure agent enrol`, with what it leaves in a folder of this name.
    pub fn enrol(&self, name: &str, token: &str) -> Output {
        self.enrol_with(name, token, &[])
    }

    /// The same, with more arguments.
    pub fn enrol_with(&self, name: &str, token: &str, more: &[&str]) -> Output {
        Command::new(tenure())
            .args(["agent", "enrol", "--core", &self.base, "--folder"])
            .arg(self.folder.path().join(name))
            .args(more)
            .env("TENURE_ENGINE_TOKEN", token)
            .output()
            .unwrap()
    }

    /// An engine that has enrolled in this domain.
    pub async fn engine(&self, name: &str, domain: &str) -> Enrolled {
        let (id, token) = self.token(name, domain).await;
        let done = self.enrol(name, &token);
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{said}");
        let folder = self.folder.path().join(name);
        let config = folder.join("agent.toml");
        let written = std::fs::read_to_string(&config).unwrap();
        // Tests do not wait as long as people do.
        let quick = written.replace("[engine]\n", "[engine]\nheart_beat_seconds = 1\n");
        std::fs::write(&config, quick).unwrap();
        Enrolled { id, folder }
    }

    /// Starts its agent.
    pub fn run(&self, engine: &Enrolled) -> Process {
        let mut command = Command::new(tenure());
        command
            .args(["agent", "--config"])
            .arg(engine.folder.join("agent.toml"))
            .env("RUST_LOG", "info");
        let name = format!("agent-{}", engine.id);
        Process::start(&name, self.folder.path(), &mut command)
    }

    /// Does something with an engine.
    pub async fn act(&self, engine: &Enrolled, what: &str) {
        let path = format!("/engines/{}/{what}", engine.id);
        self.admin.post(&path, json!({})).await.ok();
    }
}
