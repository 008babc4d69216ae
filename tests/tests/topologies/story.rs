//! The main job, told to a running lab: asked for, approved, created with a password that binds.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use std::time::Duration;
use tenure_engine_agent::reveal::{ReaderKey, Sealed};
use tenure_tests::{
    api::Api,
    organisation::{content, fresh_name},
    topology::{Topology, persist, sign_in},
    until::until,
};

/// An order whose engine died goes to another one after its lease of a minute.
const PATIENCE: Duration = Duration::from_secs(120);

/// People at one core.
pub(crate) struct Story<'a> {
    lab: &'a Topology,
    core: String,
    admin: Api,
    rosa: Api,
    anton: Api,
}

/// A request that waits for approval.
pub(crate) struct Asked {
    domain: String,
    name: String,
    request: String,
}

/// An account that was made.
pub(crate) struct Account {
    domain: String,
    name: String,
    id: String,
}

/// As a directory calls it.
fn realm(domain: &str) -> &'static str {
    match domain {
        "corp" => "corp.example.com",
        "emea" => "emea.example.net",
        other => panic!("which domain is {other}?"),
    }
}

impl<'a> Story<'a> {
    pub(crate) async fn begin(lab: &'a Topology, core: &str) -> Self {
        let (api, password) = (lab.core(core), lab.password());
        api.ready().await;
        Self {
            lab,
            core: core.to_owned(),
            admin: sign_in(&api, "ada@example.com", &password).await,
            rosa: sign_in(&api, "rosa@example.com", &password).await,
            anton: sign_in(&api, "anton@example.com", &password).await,
        }
    }

    /// At another core.
    pub(crate) async fn go_on(lab: &'a Topology, core: &str) -> Self {
        Self::begin(lab, core).await
    }

    /// From the wish to the account.
    pub(crate) async fn tell(&self, domain: &str) -> Account {
        let asked = self.ask(domain).await;
        self.approve(asked).await
    }

    pub(crate) async fn ask(&self, domain: &str) -> Asked {
        let wanted = format!("Batch jobs in {}", realm(domain));
        let templates = self.rosa.get("/templates").await.ok();
        let mut templates = templates["items"].as_array().unwrap().iter();
        let template = templates
            .find(|template| template["name"] == wanted.as_str())
            .unwrap();
        let name = fresh_name();
        let mut wish = content(template["id"].as_str().unwrap(), &name);
        wish["period"] = json!("90 days");
        let request = persist(&self.rosa, "/requests", wish).await.ok();
        let request = request["id"].as_str().unwrap().to_owned();
        persist(
            &self.rosa,
            &format!("/requests/{request}/submit"),
            json!({}),
        )
        .await
        .ok();
        Asked {
            domain: domain.to_owned(),
            name,
            request,
        }
    }

    pub(crate) async fn approve(&self, asked: Asked) -> Account {
        let Asked {
            domain,
            name,
            request,
        } = asked;
        let path = format!("/requests/{request}");
        persist(&self.anton, &format!("{path}/approve"), json!({}))
            .await
            .ok();
        let done = self
            .rosa
            .wait_within(
                PATIENCE,
                &path,
                "the account to be provisioned",
                |request| request["status"] == "provisioned",
            )
            .await;
        let id = done["submission"]["account"].as_str().unwrap().to_owned();
        Account { domain, name, id }
    }

    /// Every controller of its domain that lives has it once, and the password that its owner reads opens it.
    pub(crate) async fn account_is_everywhere(&self, account: &Account) {
        let Account { domain, name, .. } = account;
        let secret = self.secret(account).await;
        let mut living = 0;
        for controller in self.lab.with(&format!("controller:{domain}")) {
            let objects = || self.lab.objects(&controller, realm(domain), name);
            if objects().is_none() {
                continue;
            }
            living += 1;
            // Controllers tell each other within seconds.
            until(
                "the account to be at every controller",
                Duration::from_secs(30),
                async || {
                    let there = objects() == Some(1);
                    (there && self.lab.binds(&controller, realm(domain), name, &secret))
                        .then_some(())
                },
            )
            .await;
        }
        assert!(living > 0, "no controller of {domain} answers");
        let shown = self
            .rosa
            .get(&format!("/accounts/{}", account.id))
            .await
            .ok();
        assert_eq!(shown["status"], "active", "{shown}");
    }

    /// As the owner reads it: an engine of the domain is asked, and answers sealed.
    async fn secret(&self, account: &Account) -> String {
        let key = ReaderKey::generate().unwrap();
        let body = json!({ "reader_key": BASE64_STANDARD.encode(key.public()) });
        let path = format!("/accounts/{}/reveal-secret", account.id);
        let answer = persist(&self.rosa, &path, body).await.ok();
        let bytes = |name: &str| {
            BASE64_STANDARD
                .decode(answer[name].as_str().unwrap())
                .unwrap()
        };
        let request = answer["request"].as_str().unwrap().parse().unwrap();
        let sealed = Sealed {
            ephemeral: bytes("ephemeral"),
            nonce: bytes("nonce"),
            ciphertext: bytes("ciphertext"),
        };
        let secret = key
            .open_sealed(request, account.id.parse().unwrap(), &sealed)
            .unwrap();
        secret.expose().to_owned()
    }

    /// The centre tells the server at the site, which ends the engine's connection.
    pub(crate) async fn who_is_disabled_is_cut_off_at_the_site(&self, domain: &str) {
        let engine = self.lab.with(&format!("engine:{domain}"))[0].clone();
        let engines = self.admin.get("/engines").await.ok();
        let mut engines = engines["items"].as_array().unwrap().iter();
        let found = engines.find(|one| one["name"] == engine.as_str()).unwrap();
        let path = format!("/engines/{}/disable", found["id"].as_str().unwrap());
        self.admin.post(&path, json!({})).await.ok();
        let log = self.lab.lab_folder().join(format!("{engine}-engine.log"));
        until(
            "the engine to be cut off",
            Duration::from_secs(20),
            async || {
                let log = std::fs::read_to_string(&log).unwrap();
                log.contains("lost the connection to NATS").then_some(())
            },
        )
        .await;
    }

    /// These accounts and no other.
    pub(crate) async fn has_exactly(&self, accounts: &[Account]) {
        let head = self.admin.get("/system").await.ok()["position"].clone();
        // Whoever kept the read models may be lost, and another takes them over.
        let path = format!("/accounts?limit=100&at_least={head}");
        let shown = self.admin.wait(&path, "all that happened", |_| true).await;
        let names = shown["items"].as_array().unwrap().iter();
        let mut names: Vec<_> = names
            .map(|one| one["name"].as_str().unwrap().to_owned())
            .collect();
        let mut wanted: Vec<_> = accounts
            .iter()
            .map(|account| account.name.clone())
            .collect();
        names.sort();
        wanted.sort();
        assert_eq!(names, wanted);
    }

    /// No position is missing, no event was altered.
    pub(crate) fn history_is_whole(&self) {
        let verified = self.lab.run(&self.core, &["audit", "verify", "--json"]);
        assert!(verified.contains("\"verified\":true"), "{verified}");
    }
}
