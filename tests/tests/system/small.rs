//! One process on SQLite with a sandbox directory, and the command line beside it.

use serde_json::json;
use std::{
    process::{Command, Output},
    time::Duration,
};
use tenure_tests::{
    api::Api,
    process::{Process, free_port, tenure},
    until::until,
};

const PASSWORD: &str = "correct horse battery";

/// Ada administers, Bob approves; the domain is a sandbox.
pub(crate) struct Small {
    pub(crate) api: Api,
    url: String,
    token: String,
    _serve: Process,
    /// Last, so that it is dropped last: what fails tells from the log in it.
    pub(crate) folder: tempfile::TempDir,
}

impl Small {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// The same, configured by these variables too.
    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("http://127.0.0.1:{}", free_port());
        let listen = url.trim_start_matches("http://").to_owned();
        let serve = Process::start(
            "serve",
            folder.path(),
            Command::new(tenure())
                .arg("serve")
                .current_dir(folder.path())
                .env("TENURE_HTTP__LISTEN", listen)
                .envs(variables.iter().copied()),
        );
        let api = Api::new(&url);
        api.ready().await;
        let code = until("the set-up code", Duration::from_secs(60), async || {
            let output = serve.output();
            let after = output.split("--code ").nth(1)?;
            after.split_whitespace().next().map(str::to_owned)
        })
        .await;
        let ada = json!({"code": code, "display_name": "Ada", "email": "ada@corp.example", "password": PASSWORD});
        api.post("/setup", ada).await.ok();
        let token = token(&api, "ada").await;
        let api = api.sign_in("ada@corp.example", PASSWORD).await;
        let domain = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
        api.post("/domains", domain).await.ok();
        let small = Self {
            folder,
            api,
            url,
            token,
            _serve: serve,
        };
        small.person("Bob", "Approver").await;
        small
    }

    /// Another person with this role.
    pub(crate) async fn person(&self, name: &str, role: &str) {
        let email = format!("{}@corp.example", name.to_lowercase());
        let person =
            json!({"personal": {"display_name": name, "emails": [email]}, "password": PASSWORD});
        let id = self.api.post("/users", person).await.ok()["id"].clone();
        let roles = self.api.get("/roles").await.ok();
        let mut all = roles["items"].as_array().unwrap().iter();
        let role = all.find(|known| known["name"] == role).unwrap()["id"].clone();
        let path = format!("/users/{}/roles/grant", id.as_str().unwrap());
        self.api.post(&path, json!({"role": role})).await.ok();
    }

    /// A token with which `name` uses the command line.
    pub(crate) async fn token_of(&self, name: &str) -> String {
        token(&Api::new(&self.url), name).await
    }

    pub(crate) fn tenure(&self, args: &[&str]) -> Output {
        self.tenure_as(&self.token, args)
    }

    pub(crate) fn tenure_as(&self, token: &str, args: &[&str]) -> Output {
        self.command(token, args).output().unwrap()
    }

    /// The command, not yet run.
    pub(crate) fn command(&self, token: &str, args: &[&str]) -> Command {
        let mut command = Command::new(tenure());
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("TENURE_URL", &self.url)
            .env("TENURE_TOKEN", token);
        command
    }

    /// What a command prints, that succeeds.
    #[track_caller]
    pub(crate) fn prints(&self, args: &[&str]) -> String {
        self.prints_for(&self.token, args)
    }

    #[track_caller]
    pub(crate) fn prints_for(&self, token: &str, args: &[&str]) -> String {
        let output = self.tenure_as(token, args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {said}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// What a command says that does not succeed.
    #[track_caller]
    pub(crate) fn refuses(&self, args: &[&str]) -> String {
        let output = self.tenure(args);
        assert_eq!(output.status.code(), Some(1), "{args:?}: {output:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) async fn names(&self, path: &str) -> Vec<String> {
        let answer = self.api.get(path).await.ok();
        let items = answer["items"].as_array().unwrap();
        items
            .iter()
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

async fn token(api: &Api, name: &str) -> String {
    let session = json!({"email": format!("{name}@corp.example"), "password": PASSWORD});
    let session = api.post("/sessions", session).await.ok();
    session["token"].as_str().unwrap().to_owned()
}
