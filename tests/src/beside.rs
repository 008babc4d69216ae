//! An agent of one of the lab's domains, and how both become known.

use crate::{
    api::Api,
    domain::AdDomain,
    lab::id_of,
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
    /// Changes what its agent's configuration says.
    pub fn configure(&self, change: impl FnOnce(String) -> String) {
        let text = std::fs::read_to_string(&self.config).unwrap();
        std::fs::write(&self.config, change(text)).unwrap();
    }

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
pub(crate) async fn register(admin: &Api, folder: &Path, directory: AdDomain) -> Beside {
    let content =
        json!({ "name": directory.name, "kind": "active-directory", "base_dn": directory.base });
    let domain = id_of(&admin.post("/domains", content).await.ok());
    enrol(admin, folder, &domain, directory).await
}

/// Enrols an engine with its configuration below `folder`, and assigns it to the pool of its domain.
pub(crate) async fn enrol(admin: &Api, folder: &Path, domain: &str, directory: AdDomain) -> Beside {
    let engine = enrol_only(admin, folder, domain, directory).await;
    let assign = format!("/engines/{}/assign", engine.engine);
    admin.post(&assign, json!({})).await.ok();
    engine
}

/// The same, still unassigned.
pub(crate) async fn enrol_only(
    admin: &Api,
    folder: &Path,
    domain: &str,
    directory: AdDomain,
) -> Beside {
    let folder = folder.join(&directory.name);
    let name = format!("engine of {} in {}", directory.name, folder.display());
    let name: String = name.chars().take(80).collect();
    let issue = json!({ "name": name, "domain": domain });
    let issued = admin.post("/engines/tokens", issue).await.ok();
    let enrolled = Command::new(tenure())
        .args(["agent", "enrol", "--core", admin.base()])
        .env("TENURE_ENGINE_TOKEN", issued["token"].as_str().unwrap())
        .arg("--folder")
        .arg(&folder)
        .args(["--address", &directory.address, "--host", &directory.host])
        .args(["--bind-user", &directory.agent])
        .arg("--bind-password-file")
        .arg(&directory.agent_password)
        .arg("--ca-file")
        .arg(&directory.ca)
        .output()
        .unwrap();
    assert!(
        enrolled.status.success(),
        "{}",
        String::from_utf8_lossy(&enrolled.stderr)
    );
    let config = folder.join("agent.toml");
    let written = std::fs::read_to_string(&config).unwrap();
    // Tests do not wait as long as people do.
    let quick = written
        .replace("[engine]\n", "[engine]\nheart_beat_seconds = 1\n")
        .replace(
            "[engine.directory]\n",
            "[engine.directory]\ntimeout_seconds = 5\n",
        );
    std::fs::write(&config, quick).unwrap();
    Beside {
        directory,
        id: domain.to_owned(),
        engine: id_of(&issued),
        config,
        agent: None,
    }
}
