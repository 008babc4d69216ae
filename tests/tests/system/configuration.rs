//! Bad configuration: one clear line naming the key, exit 2, nothing bound.

use std::process::{Command, Output};
use tenure_tests::process::{free_port, tenure};

fn serve_with(text: &str) -> Output {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("tenure.toml");
    std::fs::write(&file, text).unwrap();
    Command::new(tenure())
        .args(["serve", "--config"])
        .arg(file)
        .current_dir(folder.path())
        .output()
        .unwrap()
}

#[test]
fn bad_configuration_is_one_line_that_names_the_key_and_exits_with_2() {
    let port = free_port();
    let cases = [
        ("colour = \"red\"", "colour"),
        ("[store]\nurl = \"mysql://x\"", "store.url"),
        (
            "[store]\nmax_connections = \"many\"",
            "store.max_connections",
        ),
        ("[http]\nlisten = \"nowhere\"", "http.listen"),
        ("[broker]\nservers = [\"http://x\"]", "broker.servers"),
        (
            "[broker]\nservers = [\"nats://127.0.0.1:1\"]\nuser = \"core\"",
            "broker.user",
        ),
        (
            "[orders]\nvalid_for_minutes = 0",
            "orders.valid_for_minutes",
        ),
        ("[engines]\nlogin_seconds = 1", "engines.login_seconds"),
        ("[orders]\nlease_seconds = 5", "orders.lease_seconds"),
        (
            "[checkpoints]\nwebhook = \"collector\"",
            "checkpoints.webhook",
        ),
        ("not toml", "toml"),
    ];
    for (text, key) in cases {
        let output = serve_with(&format!("{text}\n"));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{text}: {said}");
        assert!(said.to_lowercase().contains(key), "{text}: {said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{text}: {said}");
    }
    assert!(std::net::TcpListener::bind(("127.0.0.1", port)).is_ok());
}

#[test]
fn every_subcommand_has_help_with_an_example() {
    fn walk(path: &[String]) {
        let output = Command::new(tenure())
            .args(path)
            .arg("--help")
            .output()
            .unwrap();
        let help = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{path:?}");
        let commands: Vec<String> = help
            .split("Commands:\n")
            .nth(1)
            .map(|rest| {
                rest.lines()
                    .take_while(|line| line.starts_with("  "))
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
            .iter()
            .filter(|line| !line.starts_with("    "))
            .filter_map(|line| line.split_whitespace().next())
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect();
        if commands.is_empty() {
            assert!(help.contains("Example"), "{path:?} has no example:\n{help}");
        }
        for command in commands {
            walk(&[path, &[command]].concat());
        }
    }
    walk(&[]);
}

#[test]
fn commands_that_look_at_an_instance_make_none() {
    let folder = tempfile::TempDir::new().unwrap();
    for command in [
        &["audit", "verify"][..],
        &["projections", "status"],
        &["projections", "rebuild"],
        &["epoch", "new", "--reason", "restored"],
    ] {
        let output = Command::new(tenure())
            .args(command)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
        assert!(
            said.contains("tenure-data") && said.contains("--config"),
            "{said}"
        );
        let left = folder.path().read_dir().unwrap().count();
        assert_eq!(left, 0, "{command:?} left something behind");
    }
}
