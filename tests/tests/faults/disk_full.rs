//! The disk under the history is full: commands are refused with a problem that says so, what was accepted is there,
//! what was refused is not, and when there is room again all goes on.

use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tenure_tests::{
    api::Api,
    lab::set_up,
    process::{Process, free_port, tenure},
    small_disk::OnSmallDisk,
    until::until,
};

/// Enough for what is there at the beginning, in megabytes.
const SQLITE_DISK: u32 = 24;
const POSTGRES_DISK: u32 = 160;
/// More than fit into what a full disk still takes.
const MOST: usize = 5_000;

fn write_config(folder: &Path, data: &Path, port: u16, store: Option<&str>) {
    let store = store.map(|url| format!("[store]\nurl = {url:?}\n"));
    let text = format!(
        "data = {data:?}\n{}[http]\nlisten = \"127.0.0.1:{port}\"\n",
        store.unwrap_or_default()
    );
    std::fs::write(folder.join("tenure.toml"), text).unwrap();
}

fn serve(folder: &Path) -> Command {
    let mut command = Command::new(tenure());
    command
        .arg("serve")
        .arg("--config")
        .arg(folder.join("tenure.toml"));
    command.env("RUST_LOG", "info");
    command
}

async fn create(admin: &Api, name: &str) -> Result<(), Value> {
    let content = json!({ "name": name });
    let answer = admin.try_post("/groups", content, name).await.unwrap();
    if answer.status.is_success() {
        return Ok(());
    }
    assert_eq!(answer.status, 503, "{}", answer.body);
    assert_eq!(answer.problem(), "urn:tenure:problem:unavailable");
    Err(answer.body)
}

/// The groups that there are, as everybody sees them.
async fn groups(admin: &Api) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for offset in (0..).step_by(500) {
        let list = admin
            .get(&format!("/groups?limit=500&offset={offset}"))
            .await
            .ok();
        let items = list["items"].as_array().unwrap();
        for item in items {
            let name = item["name"].as_str().unwrap().to_owned();
            assert!(names.insert(name), "twice: {item}");
        }
        if items.len() < 500 {
            break;
        }
    }
    names.retain(|name| name != "Everyone");
    names
}

/// People work until the disk is full, and again when there is room.
async fn outlives_a_full_disk(admin: &Api, disk: &OnSmallDisk) {
    let mut accepted = BTreeSet::new();
    create(admin, "before").await.unwrap();
    accepted.insert("before".to_owned());

    disk.fill();
    let mut refused = None;
    for n in 0..MOST {
        let name = format!("group-{n}");
        match create(admin, &name).await {
            Ok(()) => drop(accepted.insert(name)),
            Err(problem) => {
                refused = Some((name, problem));
                break;
            }
        }
    }
    let (refused, problem) = refused.expect("a full disk takes no command");
    assert!(problem["title"].is_string(), "{problem}");
    // It goes on answering, and goes on refusing.
    create(admin, "also-refused").await.unwrap_err();

    disk.make_room();
    // The same key: nothing of the first attempt is there, and it is made once.
    for name in [refused.as_str(), "after"] {
        let again = async || create(admin, name).await.ok();
        until("commands to be taken again", Duration::from_secs(30), again).await;
        accepted.insert(name.to_owned());
    }
    let level = async || (groups(admin).await == accepted).then_some(());
    until("exactly what was accepted", Duration::from_secs(30), level).await;
}

fn verify(folder: &Path, disk: &OnSmallDisk) {
    let mut verify = Command::new(tenure());
    verify
        .args(["audit", "verify", "--json", "--config"])
        .arg(folder.join("tenure.toml"));
    let output = disk.beside(&verify).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("\"verified\":true"), "{output:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_sqlite_a_full_disk_refuses_commands_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let (data, port) = (folder.path().join("data"), free_port());
    write_config(folder.path(), &data, port, None);
    let command = serve(folder.path());
    let mut disk = OnSmallDisk::start("gateway", &data, SQLITE_DISK, &command).await;
    let api = Api::new(&format!("http://127.0.0.1:{port}"));
    let admin = set_up(&api, &mut disk.process).await;
    outlives_a_full_disk(&admin, &disk).await;
    verify(folder.path(), &disk);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_postgresql_a_full_disk_refuses_commands_and_loses_nothing() {
    if std::env::var_os("TENURE_TEST_POSTGRES").is_none() {
        eprintln!("NOT RUN: there is no PostgreSQL");
        return;
    }
    let folder = TempDir::new().unwrap();
    // The server runs as somebody else, who must get there.
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../scripts/private-postgres.sh"
    );
    let mut command = Command::new("sh");
    let start = format!("{script} start \"$0\" && exec sleep infinity");
    let database = folder.path().join("database");
    command
        .args(["-c", &start])
        .arg(&database)
        .stdin(Stdio::null());
    let disk = OnSmallDisk::start("postgres", &database, POSTGRES_DISK, &command).await;
    let url = until(
        "PostgreSQL to be there",
        Duration::from_secs(60),
        async || {
            let output = disk.process.output();
            output
                .lines()
                .find(|line| line.starts_with("postgres://"))
                .map(str::to_owned)
        },
    )
    .await;
    let port = free_port();
    write_config(folder.path(), &folder.path().join("data"), port, Some(&url));
    let mut gateway = Process::start("gateway", folder.path(), &mut serve(folder.path()));
    let api = Api::new(&format!("http://127.0.0.1:{port}"));
    let admin = set_up(&api, &mut gateway).await;
    outlives_a_full_disk(&admin, &disk).await;
    verify(folder.path(), &disk);
}
