//! A whole Tenure, distributed, on this machine: PostgreSQL, NATS, a mail server, a gateway, two Active Directory
//! domains and an agent beside each. Every part is a process of its own and can be killed.

use crate::{
    api::Api,
    beside::{Beside, enrol, register},
    domain::both,
    mail::Mail,
    nats::Nats,
    organisation::{ADMIN, PASSWORD},
    postgres::fresh_database,
    process::{Process, free_port, tenure},
    until::until,
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::{path::Path, process::Command, time::Duration};
use tempfile::TempDir;

/// How the lab is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where business time begins: a real directory has its own clock, so tests start in the past.
    pub virtual_start: Option<DateTime<Utc>>,
    /// Seconds until an order without a report is issued again.
    pub orders_valid_for: u32,
    /// Seconds until an order that an engine holds without a sign of life is given to another.
    pub order_lease: u32,
    /// Seconds of silence after which contact with an engine is lost.
    pub engines_lost_after: u32,
    /// Seconds until an engine needs another login to the broker.
    pub login_life: u32,
    /// FAILPOINTS of the gateway.
    pub gateway_failpoints: Option<&'static str>,
    /// FAILPOINTS of the agents.
    pub agent_failpoints: Option<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            virtual_start: None,
            orders_valid_for: 900,
            order_lease: 60,
            engines_lost_after: 120,
            login_life: 3600,
            gateway_failpoints: None,
            agent_failpoints: None,
        }
    }
}

/// The running system.
pub struct Lab {
    pub settings: Settings,
    pub nats: Nats,
    pub mail: Mail,
    pub domains: [Beside; 2],
    pub gateway: Option<Process>,
    pub base: String,
    /// Where the history is.
    pub database: String,
    pub admin: Api,
    /// Last, so that it is dropped last: what fails tells from the logs in it.
    pub folder: TempDir,
}

impl Lab {
    /// Starts it; `None`, said plainly, where a service is missing.
    pub async fn start(settings: Settings) -> Option<Self> {
        let directories = both()?;
        let database = fresh_database().await?;
        let folder = TempDir::new().unwrap();
        let nats = Nats::start(folder.path()).await?;
        let mail = Mail::start(folder.path()).await?;
        let port = free_port();
        let base = format!("http://127.0.0.1:{port}");
        write_gateway_config(folder.path(), port, &database, &nats, &mail, &settings);
        let mut gateway = start_gateway(folder.path(), &settings);
        let api = Api::new(&base);
        let admin = set_up(&api, &mut gateway).await;
        let mut domains = Vec::new();
        for directory in directories {
            domains.push(register(&admin, folder.path(), directory).await);
        }
        let domains = domains.try_into().unwrap_or_else(|_| panic!("two domains"));
        let mut lab = Self {
            folder,
            settings,
            nats,
            mail,
            domains,
            gateway: Some(gateway),
            base,
            database,
            admin,
        };
        for which in 0..2 {
            lab.start_agent(which);
        }
        Some(lab)
    }

    /// Starts the agent of a domain.
    pub fn start_agent(&mut self, which: usize) {
        self.domains[which].start(self.folder.path(), self.settings.agent_failpoints);
    }

    /// Another engine of a domain, on a machine of its own: it is not started yet.
    pub async fn another_engine(&self, which: usize, name: &str) -> Beside {
        let (domain, directory) = (&self.domains[which].id, &self.domains[which].directory);
        let folder = self.folder.path().join(name);
        enrol(&self.admin, &folder, domain, directory.clone()).await
    }

    /// A second gateway on the same database and broker. Answers it and where it is.
    pub async fn second_gateway(&self) -> (Process, Api) {
        let config = self.folder.path().join("tenure.toml");
        let (port, text) = (free_port(), std::fs::read_to_string(config).unwrap());
        let base = format!("http://127.0.0.1:{port}");
        let first = self.base.trim_start_matches("http://");
        let text = text.replace(first, &format!("127.0.0.1:{port}"));
        let config = self.folder.path().join("tenure-2.toml");
        std::fs::write(&config, text).unwrap();
        let process = gateway("gateway-2", self.folder.path(), &config, &self.settings);
        let api = self.admin.at(&base);
        api.ready().await;
        (process, api)
    }

    /// kill -9 the agent of a domain.
    pub fn kill_agent(&mut self, which: usize) {
        self.domains[which].agent = None;
    }

    /// kill -9 the gateway.
    pub fn kill_gateway(&mut self) {
        self.gateway = None;
    }

    /// Starts the gateway again, on what is in the database.
    pub async fn start_gateway(&mut self) {
        self.gateway = Some(start_gateway(self.folder.path(), &self.settings));
        Api::new(&self.base).ready().await;
    }

    /// Sets where business time is when the gateway starts the next time.
    pub fn set_clock(&mut self, to: DateTime<Utc>) {
        let config = self.folder.path().join("tenure.toml");
        let text = std::fs::read_to_string(&config).unwrap();
        let now = self.settings.virtual_start.replace(to).unwrap();
        let (now, to) = (now.to_rfc3339(), to.to_rfc3339());
        assert!(text.contains(&now));
        std::fs::write(&config, text.replace(&now, &to)).unwrap();
    }

    /// A session of this person.
    pub async fn sign_in(&self, email: &str) -> Api {
        Api::new(&self.base).sign_in(email, PASSWORD).await
    }

    /// Moves business time.
    pub async fn advance_to(&self, to: DateTime<Utc>) {
        self.admin
            .post("/clock/advance", json!({ "to": to }))
            .await
            .ok();
    }

    /// Runs a command of the binary on this instance, and answers what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let config = self.folder.path().join("tenure.toml");
        let output = Command::new(tenure())
            .args(arguments)
            .arg("--config")
            .arg(config)
            .output()
            .unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "tenure {arguments:?}: {printed}{said}"
        );
        printed
    }
}

pub(crate) fn write_gateway_config(
    folder: &Path,
    port: u16,
    database: &str,
    nats: &Nats,
    mail: &Mail,
    settings: &Settings,
) {
    let clock = settings
        .virtual_start
        .map(|at| format!("[clock]\nvirtual_start = \"{}\"\n", at.to_rfc3339()));
    let text = format!(
        "data = {data:?}\n[store]\nurl = {database:?}\n[broker]\nservers = [{nats:?}]\noperator_file = {operator:?}\n\
         [http]\nlisten = \"127.0.0.1:{port}\"\n[mail]\nhost = \"127.0.0.1\"\nport = {smtp}\ntls = \"none\"\n\
         from = \"tenure@example.com\"\n[orders]\nvalid_for_seconds = {valid}\nlease_seconds = {lease}\n\
         [engines]\nlost_after_seconds = {lost}\nlogin_seconds = {login}\n{clock}",
        data = folder.join("data"),
        nats = nats.url(),
        operator = nats.operator_file,
        smtp = mail.port,
        valid = settings.orders_valid_for,
        lease = settings.order_lease,
        lost = settings.engines_lost_after,
        login = settings.login_life,
        clock = clock.unwrap_or_default(),
    );
    std::fs::write(folder.join("tenure.toml"), text).unwrap();
}

pub(crate) fn start_gateway(folder: &Path, settings: &Settings) -> Process {
    gateway("gateway", folder, &folder.join("tenure.toml"), settings)
}

fn gateway(name: &str, folder: &Path, config: &Path, settings: &Settings) -> Process {
    let mut command = Command::new(tenure());
    command
        .arg("serve")
        .arg("--config")
        .arg(config)
        .env("RUST_LOG", "info");
    if let Some(failpoints) = settings.gateway_failpoints {
        command.env("FAILPOINTS", failpoints);
    }
    Process::start(name, folder, &mut command)
}

/// Creates the administrator with the code that the first start printed.
pub async fn set_up(api: &Api, gateway: &mut Process) -> Api {
    let code = until("the set-up code", Duration::from_secs(60), async || {
        assert!(
            gateway.is_running(),
            "the gateway ended:\n{}",
            gateway.tail()
        );
        let output = gateway.output();
        let after = output.split("--code ").nth(1)?;
        after.split_whitespace().next().map(str::to_owned)
    })
    .await;
    api.ready().await;
    let administrator =
        json!({ "code": code, "display_name": "Ada Admin", "email": ADMIN, "password": PASSWORD });
    api.post("/setup", administrator).await.ok();
    api.sign_in(ADMIN, PASSWORD).await
}

/// The id of what was created.
pub fn id_of(answer: &Value) -> String {
    answer["id"]
        .as_str()
        .unwrap_or_else(|| panic!("no id: {answer}"))
        .to_owned()
}
