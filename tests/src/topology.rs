//! One of the topologies of `make lab`, started as a person starts it, and losing nodes as machines do.

use crate::{
    api::{Answer, Api},
    process::{Process, free_port, tenure},
    until::until,
};
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;
use uuid::Uuid;

/// A running lab.
pub struct Topology {
    name: &'static str,
    lab: Process,
    nodes: Vec<Node>,
    port: u16,
    folder: TempDir,
}

/// A line of the description.
#[derive(Clone, Debug)]
struct Node {
    name: String,
    address: String,
    parts: Vec<String>,
}

impl Node {
    /// What follows the colon of this part, or nothing; `None` if the part does not run here.
    fn part(&self, kind: &str) -> Option<&str> {
        self.parts.iter().find_map(|part| {
            let (found, of) = part.split_once(':').unwrap_or((part, ""));
            (found == kind).then_some(of)
        })
    }
}

impl Topology {
    /// Starts it; `None`, said plainly, where a service is missing.
    pub async fn start(name: &'static str) -> Option<Self> {
        for needed in [
            "TENURE_TEST_POSTGRES",
            "TENURE_TEST_NATS_SERVER",
            "AD_LAB_DIR",
        ] {
            if std::env::var_os(needed).is_none() {
                eprintln!("NOT RUN: {needed} is not set; run under scripts/with-services.sh");
                return None;
            }
        }
        for needed in ["haproxy", "nft"] {
            if !Path::new("/usr/sbin").join(needed).exists() {
                eprintln!("NOT RUN: no {needed}; scripts/install-tools.sh installs it as root");
                return None;
            }
        }
        // Samba's sockets lie below, and a socket's path is short.
        let folder = tempfile::Builder::new()
            .prefix("tenure-")
            .tempdir_in("/tmp")
            .unwrap();
        let port = free_port();
        // A test that is killed takes its lab with it.
        let mut command = Command::new("setpriv");
        command
            .args(["--pdeathsig", "TERM"])
            .arg(checkout().join("lab/lab.sh"))
            .args(["up", name])
            .env("LAB_DIR", folder.path().join("lab"))
            .env("LAB_PORT", port.to_string())
            .env("TENURE_BIN", tenure())
            .env("RUST_LOG", "info");
        let lab = Process::start("lab", folder.path(), &mut command);
        let nodes = nodes(&checkout().join("lab/topologies").join(name));
        let mut topology = Self {
            name,
            lab,
            nodes,
            port,
            folder,
        };
        let ready = topology.lab_folder().join("ready");
        until(
            "the lab to be ready",
            Duration::from_secs(240),
            async || {
                assert!(
                    topology.lab.is_running(),
                    "the lab ended:\n{}",
                    topology.lab.output()
                );
                ready.exists().then_some(())
            },
        )
        .await;
        Some(topology)
    }

    /// Where its files are.
    pub fn lab_folder(&self) -> PathBuf {
        self.folder.path().join("lab")
    }

    /// Nodes on which this runs: `core`, `controller:corp`.
    pub fn with(&self, part: &str) -> Vec<String> {
        let (kind, of) = part.split_once(':').unwrap_or((part, ""));
        let runs = |node: &&Node| {
            node.part(kind).is_some_and(|found| {
                of.is_empty() || found == of || found.starts_with(&format!("{of}:"))
            })
        };
        self.nodes
            .iter()
            .filter(runs)
            .map(|node| node.name.clone())
            .collect()
    }

    fn node(&self, name: &str) -> &Node {
        self.nodes.iter().find(|node| node.name == name).unwrap()
    }

    /// Names of its domains.
    pub fn domains(&self) -> Vec<String> {
        let mut domains: Vec<_> = self
            .nodes
            .iter()
            .filter_map(|node| node.part("controller"))
            .map(str::to_owned)
            .collect();
        domains.dedup();
        domains
    }

    /// A core's own address.
    pub fn core(&self, node: &str) -> Api {
        let node = self.node(node);
        let port = if node.part("proxy").is_some() {
            8080
        } else {
            self.port
        };
        Api::new(&format!("http://{}:{port}", node.address))
    }

    /// Everyone's password.
    pub fn password(&self) -> String {
        std::fs::read_to_string(self.lab_folder().join("password")).unwrap()
    }

    /// `lab.sh kill NODE` and the like, as a person types it.
    pub fn lab(&self, arguments: &[&str]) {
        let done = Command::new(checkout().join("lab/lab.sh"))
            .args(arguments)
            .env("LAB_DIR", self.lab_folder())
            .env("TENURE_BIN", tenure())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(
            done.status.success(),
            "{}: lab.sh {arguments:?}: {said}",
            self.name
        );
    }

    /// Runs something where a node is: `nsenter` leads to its site.
    pub fn at(&self, node: &str) -> Command {
        let engines = std::fs::read_to_string(self.lab_folder().join("engines")).unwrap();
        let domain = self.node(node).part("controller").unwrap_or_default();
        let line = engines
            .lines()
            .find(|line| line.split('|').nth(1) == Some(domain));
        let way = line
            .and_then(|line| line.split('|').nth(4))
            .unwrap_or_default();
        let mut words = way.split_whitespace().chain(["env"]);
        let mut command = Command::new(words.next().unwrap());
        command.args(words);
        command
    }

    /// Asks a domain controller, at its site, with OpenLDAP's own programs.
    fn ask(
        &self,
        controller: &str,
        program: &str,
        user: &str,
        password: &str,
        more: &[&str],
    ) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, password).unwrap();
        let answer = self
            .at(controller)
            .arg(format!(
                "LDAPTLS_CACERT={}",
                self.lab_folder().join("ad/ca/ca.pem").display()
            ))
            .arg("LDAPTLS_REQCERT=allow")
            .args([program, "-x", "-o", "nettimeout=5", "-H"])
            .arg(format!("ldaps://{}", self.node(controller).address))
            .args(["-D", user, "-y"])
            .arg(&file)
            .args(more)
            .output()
            .unwrap();
        if !answer.status.success() {
            let said = String::from_utf8_lossy(&answer.stderr);
            eprintln!("{controller}, as {user}: {}", said.trim());
            return None;
        }
        Some(String::from_utf8_lossy(&answer.stdout).into_owned())
    }

    /// How many objects carry this account name, as a domain controller says.
    pub fn objects(&self, controller: &str, realm: &str, name: &str) -> Option<usize> {
        let password = std::fs::read_to_string(self.lab_folder().join("ad/admin.pass")).unwrap();
        let base = format!("DC={}", realm.replace('.', ",DC="));
        let admin = format!("Administrator@{realm}");
        let filter = format!("(sAMAccountName={name})");
        let more = ["-LLL", "-b", &base, &filter, "dn"];
        let found = self.ask(controller, "ldapsearch", &admin, &password, &more)?;
        Some(found.lines().filter(|line| line.starts_with("dn:")).count())
    }

    /// Does this password open this account?
    pub fn binds(&self, controller: &str, realm: &str, name: &str, password: &str) -> bool {
        let more = ["-LLL", "-s", "base", "-b", "", "dn"];
        self.ask(
            controller,
            "ldapsearch",
            &format!("{name}@{realm}"),
            password,
            &more,
        )
        .is_some()
    }

    /// Runs a command of the binary on the configuration of a core.
    pub fn run(&self, core: &str, arguments: &[&str]) -> String {
        let output = Command::new(tenure())
            .args(arguments)
            .arg("--config")
            .arg(self.lab_folder().join(format!("{core}.toml")))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "tenure {arguments:?}: {said}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// What the logs of the lab end with, for the message of a failed test.
    fn logs(&self) -> String {
        let mut text = String::new();
        for file in std::fs::read_dir(self.lab_folder())
            .into_iter()
            .flatten()
            .flatten()
        {
            if file
                .path()
                .extension()
                .is_some_and(|ending| ending == "log")
            {
                let log = std::fs::read_to_string(file.path()).unwrap_or_default();
                let lines: Vec<_> = log.lines().collect();
                let last = lines[lines.len().saturating_sub(12)..].join("\n");
                text = format!("{text}--- {}\n{last}\n", file.file_name().display());
            }
        }
        text
    }
}

impl Drop for Topology {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}", self.logs());
        }
        self.lab.signal("TERM");
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        while self.lab.is_running() && std::time::Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Says it again, with the same key, while the core says that it cannot now: a repeat of what was accepted is harmless.
pub async fn persist(api: &Api, path: &str, body: Value) -> Answer {
    let key = Uuid::now_v7().to_string();
    until(
        "the core to take a command",
        Duration::from_secs(60),
        async || {
            let answer = api.try_post(path, body.clone(), &key).await.ok()?;
            (answer.status != 503).then_some(answer)
        },
    )
    .await
}

/// Signs in, while the core says that it cannot now.
pub async fn sign_in(api: &Api, email: &str, password: &str) -> Api {
    let session = json!({ "email": email, "password": password });
    persist(api, "/sessions", session.clone()).await.ok();
    api.sign_in(email, password).await
}

fn nodes(file: &Path) -> Vec<Node> {
    let text = std::fs::read_to_string(file).unwrap();
    let described = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    described
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let name = words.next().unwrap();
            let address = words.nth(1).unwrap();
            Node {
                name,
                address,
                parts: words.collect(),
            }
        })
        .collect()
}

fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}
