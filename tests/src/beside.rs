//! An agent of one of the lab's domains, and how both become known.

use crate::{
    api::Api,
    domain::AdDomain,
    lab::id_of,
    nats::Nats,
    process::{Process, tenure},
};
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// A domain and an agent of it.
pub struct Beside {
    pub directory: AdDomain,
    /// Tenure's id of it.
    pub id: String,
    pub engine: String,
    config: PathBuf,
    pub agent: Option<Process>,
}

impl Beside {
    /// Starts the agent, with FAILPOINTS.
    pub fn start(&mut self, folder: &Path, failpoints: Option<&str>) {
        let mut command = Command::new(tenure());
        command
            .arg("agent")
            .arg("--config")
            .arg(&self.config)
            .env("RUST_LOG", "info,tenure_engine_agent=debug");
        if let Some(failpoints) = failpoints {
            command.env("FAILPOINTS", failpoints);
        }
        let name = format!("agent-{}-{}", self.directory.name, self.engine);
        self.agent = Some(Process::start(&name, folder, &mut command));
    }
}

/// Makes a domain known, and its first engine.
pub(crate) async fn register(
    admin: &Api,
    folder: &Path,
    directory: AdDomain,
    nats: &mut Nats,
    core_key: &str,
) -> Beside {
    let content =
        json!({ "name": directory.name, "kind": "active-directory", "base_dn": directory.base });
    let domain = id_of(&admin.post("/domains", content).await.ok());
    enrol(admin, folder, &domain, directory, nats, core_key).await
}

/// Makes an engine known, and writes its agent's configuration below `folder`.
pub(crate) async fn enrol(
    admin: &Api,
    folder: &Path,
    domain: &str,
    directory: AdDomain,
    nats: &mut Nats,
    core_key: &str,
) -> Beside {
    let folder = folder.join(&directory.name);
    std::fs::create_dir_all(&folder).unwrap();
    let config = folder.join("agent.toml");
    let nats_url = nats.url();
    let write = |engine: &str, seed: &Path| {
        let text = format!(
            "key_file = {key:?}\ncore_key = {core_key:?}\n[broker]\nservers = [{nats:?}]\nnkey_seed_file = {seed:?}\n\
             [engine]\nengine = {engine:?}\ndomain = {domain:?}\nheart_beat_seconds = 1\n[engine.directory]\nkind = \"active-directory\"\n\
             domain_name = {name:?}\nbase_dn = {base:?}\naddress = {address:?}\nhost = {host:?}\nca_file = {ca:?}\n\
             bind_user = {agent:?}\nbind_password_file = {password:?}\ntimeout_seconds = 5\n\
             [engine.vault]\ndirectory = {vault:?}\nkey_file = {vault_key:?}\n",
            key = folder.join("engine.seed"),
            nats = nats_url,
            name = directory.name,
            base = directory.base,
            address = directory.address,
            host = directory.host,
            ca = directory.ca,
            agent = directory.agent,
            password = directory.agent_password,
            vault = folder.join("vault"),
            vault_key = folder.join("vault.key"),
        );
        std::fs::write(&config, text).unwrap();
    };
    // The engine's key comes first: Tenure gives it its id.
    write(&uuid::Uuid::nil().to_string(), Path::new("later"));
    let printed = Command::new(tenure())
        .args(["agent", "--public-key", "--config"])
        .arg(&config)
        .output()
        .unwrap();
    assert!(
        printed.status.success(),
        "{}",
        String::from_utf8_lossy(&printed.stderr)
    );
    let public_key = String::from_utf8_lossy(&printed.stdout).trim().to_owned();
    let name = format!("engine of {} {public_key}", directory.name);
    let engine = json!({ "name": name, "domain": domain, "public_key": public_key });
    let engine = id_of(&admin.post("/engines", engine).await.ok());
    nats.admit(engine.parse().unwrap(), domain.parse().unwrap());
    let seed = nats.engine_seed(engine.parse().unwrap());
    write(&engine, &seed);
    Beside {
        directory,
        id: domain.to_owned(),
        engine,
        config,
        agent: None,
    }
}
