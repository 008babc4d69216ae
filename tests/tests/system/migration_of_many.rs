//! Ten thousand accounts move to another template: previewed and carried out by `tenure accounts migrate`, a page at a
//! time, on one process that does not grow with them, until the directory follows.

use futures::{StreamExt, stream};
use serde_json::{Value, json};
use std::{
    process::{Command, Output},
    time::{Duration, Instant},
};
use tenure_tests::{
    api::Api,
    lab::id_of,
    process::{Process, free_port, tenure},
    until::until,
};

const ACCOUNTS: usize = 10_000;
const AT_ONCE: usize = 48;
const PASSWORD: &str = "correct horse battery";
/// What the process may grow by while it migrates: caches fill, pages come and go.
const MOST_GROWTH_KIB: u64 = 160 * 1024;

struct Served {
    folder: tempfile::TempDir,
    url: String,
    token: String,
    api: Api,
    process: Process,
}

impl Served {
    /// One process on SQLite with a sandbox directory, which is installed by nothing.
    async fn start() -> Self {
        let folder = tempfile::TempDir::new().unwrap();
        let url = format!("http://127.0.0.1:{}", free_port());
        let mut serve = Command::new(tenure());
        serve
            .arg("serve")
            .current_dir(folder.path())
            .env("TENURE_HTTP__LISTEN", url.trim_start_matches("http://"));
        let process = Process::start("serve", folder.path(), &mut serve);
        let api = Api::new(&url);
        api.ready().await;
        let code = until("the set-up code", Duration::from_secs(60), async || {
            let output = process.output();
            let after = output.split("--code ").nth(1)?;
            after.split_whitespace().next().map(str::to_owned)
        })
        .await;
        let email = "ada@corp.example";
        let ada =
            json!({ "code": code, "display_name": "Ada", "email": email, "password": PASSWORD });
        api.post("/setup", ada).await.ok();
        let session = api
            .post("/sessions", json!({ "email": email, "password": PASSWORD }))
            .await
            .ok();
        let token = session["token"].as_str().unwrap().to_owned();
        let api = api.sign_in(email, PASSWORD).await;
        Self {
            folder,
            url,
            token,
            api,
            process,
        }
    }

    async fn template(&self, domain: &str, name: &str, periods: &[&str]) -> String {
        let content = json!({
            "name": name,
            "account_type": "ad-user",
            "action": "expire",
            "vault": { "kind": "built-in" },
            "directory": { "domain": domain, "ou": "OU=Service Accounts,DC=corp,DC=example,DC=com" },
            "lifecycle": { "periods": periods, "renewal_opens_days": 30 },
            "approval": { "steps": [] },
        });
        let template = id_of(&self.api.post("/templates", content).await.ok());
        let publish = format!("/templates/{template}/publish");
        self.api.post(&publish, json!({})).await.ok();
        template
    }

    /// Asked for, and with no approver to wait for.
    async fn ask(&self, template: &str, n: usize) -> String {
        let content = json!({
            "kind": { "type": "new-account" }, "template": template, "name": format!("svc-{n}"),
        });
        let request = id_of(&self.api.post("/requests", content).await.ok());
        let submit = format!("/requests/{request}/submit");
        self.api.post(&submit, json!({})).await.ok();
        request
    }

    fn migrate(&self, more: &[&str]) -> String {
        let output: Output = Command::new(tenure())
            .args([
                "accounts", "migrate", "--all-of", "Old", "--to", "New", "--reason", "Merged",
            ])
            .args(["--period", "1 year", "--end", "2100-01-31"])
            .args(more)
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path())
            .env("TENURE_URL", &self.url)
            .env("TENURE_TOKEN", &self.token)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// How many accounts of this template are as `wanted`.
    async fn count(&self, query: &str) -> u64 {
        let answer = self
            .api
            .get(&format!("/accounts?limit=1&{query}"))
            .await
            .ok();
        answer["total"]["value"]
            .as_u64()
            .unwrap_or_else(|| panic!("no total: {answer}"))
    }
}

/// So many pages, each said when it is done.
#[track_caller]
fn progress(printed: &str) -> usize {
    let of = format!("of {ACCOUNTS} accounts");
    printed.lines().filter(|line| line.ends_with(&of)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_accounts_migrate_in_bounded_memory_with_progress_and_the_directory_follows() {
    let served = Served::start().await;
    let domain = json!({ "name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com" });
    let domain = id_of(&served.api.post("/domains", domain).await.ok());
    let old = served.template(&domain, "Old", &["90 days"]).await;
    let new = served
        .template(&domain, "New", &["90 days", "1 year"])
        .await;
    let began = Instant::now();
    stream::iter(0..ACCOUNTS)
        .map(|n| served.ask(&old, n))
        .buffer_unordered(AT_ONCE)
        .for_each(|_| async {})
        .await;
    let patience = Duration::from_secs(240);
    let active = format!("template={old}&status=active");
    until("every account to be active", patience, async || {
        (served.count(&active).await == ACCOUNTS as u64).then_some(())
    })
    .await;
    eprintln!("{ACCOUNTS} accounts made in {:?}", began.elapsed());

    served.process.forget_peak();
    let before = served.process.resident_kib();
    let began = Instant::now();
    let shown = served.migrate(&["--preview"]);
    let previewed = began.elapsed();
    assert!(
        shown.ends_with("\n0 refused\n"),
        "{:?}",
        shown.lines().last()
    );
    assert_eq!(progress(&shown), ACCOUNTS / 500 - 1);
    assert_eq!(
        served.count(&active).await,
        ACCOUNTS as u64,
        "nothing was written"
    );

    let began = Instant::now();
    let done = served.migrate(&[]);
    let migrated = began.elapsed();
    assert!(done.ends_with("\n0 refused\n"), "{:?}", done.lines().last());
    assert_eq!(progress(&done), ACCOUNTS / 500 - 1);
    let moved = format!("template={new}&status=active");
    until(
        "every account to be the new template's",
        patience,
        async || (served.count(&moved).await == ACCOUNTS as u64).then_some(()),
    )
    .await;
    let began = Instant::now();
    follows(&served, &moved).await;
    eprintln!(
        "{ACCOUNTS} accounts previewed in {previewed:?}, migrated in {migrated:?}, and {:?} later the directory had followed",
        began.elapsed()
    );
    let grown = served.process.peak_kib().saturating_sub(before);
    eprintln!("{before} KiB before, at most {grown} more");
    assert!(grown < MOST_GROWTH_KIB, "{grown} KiB");
    assert!(previewed < Duration::from_secs(60), "{previewed:?}");
    assert!(migrated < Duration::from_secs(120), "{migrated:?}");
}

/// The directory has the new end of every hundredth account.
async fn follows(served: &Served, moved: &str) {
    let first = served
        .api
        .get(&format!("/accounts?limit=500&{moved}"))
        .await
        .ok();
    let items: Vec<Value> = first["items"].as_array().unwrap().clone();
    for item in items.iter().step_by(5) {
        let path = format!("/accounts/{}", item["id"].as_str().unwrap());
        let what = "the directory to follow";
        let wait = Duration::from_secs(240);
        let account = served.api.wait_within(wait, &path, what, |account| {
            account["directory"]["state"] == "applied"
        });
        let account = account.await;
        assert_eq!(account["lifecycle_end"], "2100-01-31T00:00:00Z");
        assert_eq!(account["period"], "1 year");
    }
}
