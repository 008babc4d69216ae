//! Administration from a terminal: the trail, roles, API tokens, people's data, first passwords, drafts.

use crate::{command_line::organisation, small::Small};
use std::{io::Write, time::Duration};
use tenure_tests::until::until;

const PATIENCE: Duration = Duration::from_secs(15);

/// What a command prints once it says all of this.
async fn once(small: &Small, args: &[&str], wanted: &[&str]) -> String {
    until(&wanted.join(", "), PATIENCE, async || {
        let printed = small.prints(args);
        wanted
            .iter()
            .all(|part| printed.contains(part))
            .then_some(printed)
    })
    .await
}

fn id_in(text: &str) -> String {
    let is_id = |word: &&str| uuid::Uuid::parse_str(word).is_ok();
    let mut words = text.split(|c: char| c.is_whitespace() || c == ',');
    words
        .find(is_id)
        .unwrap_or_else(|| panic!("no id in {text}"))
        .to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_disabled_and_given_to_new_users_by_itself() {
    let small = organisation().await;
    let create = ["role", "create", "--name", "Help desk", "--permission"];
    small.prints(&[create.as_slice(), &["managed-account:read"]].concat());
    // Enabled, built in, for new users: read models are a moment behind.
    let row = async |wanted: &str| {
        until(wanted, PATIENCE, async || {
            let roles = small.prints(&["role", "list"]);
            let row = roles.lines().find(|line| line.starts_with("Help desk"))?;
            let said: Vec<_> = row.split_whitespace().skip(2).take(3).collect();
            (said.join(" ") == wanted).then_some(())
        })
        .await;
    };
    row("yes no no").await;
    assert_eq!(small.prints(&["role", "disable", "Help desk"]), "Done.");
    row("no no no").await;
    small.prints(&["role", "enable", "Help desk"]);
    small.prints(&["role", "automatic", "Help desk"]);
    row("yes no yes").await;
    let create = [
        "user",
        "create",
        "--name",
        "Grace",
        "--email",
        "grace@corp.example",
    ];
    let grace = id_in(&small.prints(&create));
    until("her role", PATIENCE, async || {
        let shown = small.api.get(&format!("/users/{grace}")).await.ok();
        shown["roles"]
            .to_string()
            .contains("Help desk")
            .then_some(())
    })
    .await;
    small.prints(&["role", "automatic", "Help desk", "--off"]);
    row("yes no no").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_data_and_what_a_token_is_for_are_changed_and_the_trail_tells() {
    let small = organisation().await;
    let edit = [
        "user",
        "edit",
        "bob@corp.example",
        "--name",
        "Bob B. Builder",
    ];
    assert_eq!(small.prints(&edit), "Done.");
    let edit = [
        "user",
        "edit",
        "bob@corp.example",
        "--email",
        "bob@corp.example",
        "--email",
        "builder@corp.example",
    ];
    small.prints(&edit);
    let search = ["user", "list", "--search", "builder@corp.example"];
    once(&small, &search, &["Bob B. Builder", "bob@corp.example"]).await;

    let create = [
        "token",
        "create",
        "--description",
        "Nightly",
        "--permission",
        "user:read",
        "--expires",
        "2026-06-01T00:00:00Z",
    ];
    let sloppy = [&create[..7], &["tomorrow"]].concat();
    let refused = small.refuses(&sloppy);
    assert!(
        refused.contains("expires_at: must be an instant such as"),
        "{refused}"
    );
    let token = id_in(&small.prints(&create));
    small.prints(&[
        "token",
        "describe",
        &token,
        "--description",
        "Weekly report",
    ]);
    once(&small, &["token", "list"], &["Weekly report"]).await;

    let described = [
        "audit",
        "list",
        "--by",
        "ada@corp.example",
        "--type",
        "api-token.described",
    ];
    let trail = once(&small, &described, &["Ada"]).await;
    assert_eq!(trail.lines().count(), 2, "a head and the event:\n{trail}");
    let position = trail
        .lines()
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap();
    let event = small.prints(&["audit", "show", position]);
    assert!(
        event.contains("Ada") && event.contains("Nightly") && event.contains("Weekly report"),
        "{event}"
    );
    let said = once(
        &small,
        &["audit", "list", "--text", "token described"],
        &["Ada"],
    )
    .await;
    assert_eq!(said.lines().count(), 2, "a head and the event:\n{said}");
    let none = small.refuses(&["audit", "show", "99999999"]);
    assert!(none.contains("404"), "{none}");
    let bob = small.token_of("bob").await;
    let refused = small.tenure_as(&bob, &["audit", "list"]);
    assert!(!refused.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_changed_in_person() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
    let change = |lines: &str| {
        let mut command = small.command(&bob, &["password", "change", "--password-stdin"]);
        let mut child = command
            .stdin(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(lines.as_bytes())
            .unwrap();
        child.wait_with_output().unwrap()
    };
    let wrong = change("not this one at all\na better password 12\n");
    assert!(!wrong.status.success());
    let changed = change("correct horse battery\na better password 12\n");
    assert!(
        changed.status.success(),
        "{}",
        String::from_utf8_lossy(&changed.stderr)
    );
    assert!(
        !small.tenure_as(&bob, &["approvals"]).status.success(),
        "all sessions are over"
    );

    let first = [
        "password",
        "first",
        "--code",
        "ABCDE-FGHJK-LMNPQ-RSTUV",
        "--password-stdin",
    ];
    let mut child = small
        .command(&bob, &first)
        .stdin(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"a better password 12\n")
        .unwrap();
    let refused = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("code"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_was_refused_is_mended_submitted_and_cloned_under_another_name() {
    let small = organisation().await;
    let create = [
        "request",
        "create",
        "--template",
        "Service account",
        "--name",
        "svc-backup",
        "--period",
        "91 days",
        "--submit",
    ];
    let refused = small.refuses(&create);
    assert!(
        refused.contains("period") && refused.contains("tenure request edit"),
        "{refused}"
    );
    let draft = id_in(&refused);
    let long = "x".repeat(2_001);
    let refused = small.refuses(&["request", "edit", &draft, "--folder", &long]);
    assert!(refused.contains("folder: is longer"), "{refused}");
    assert_eq!(
        refused.matches("Some fields are not right").count(),
        1,
        "{refused}"
    );
    let refused = small.refuses(&["request", "list", "--status", "lost"]);
    assert!(refused.contains("sent-back"), "{refused}");
    let edit = [
        "request",
        "edit",
        &draft,
        "--period",
        "90 days",
        "--description",
        "Nightly backup",
        "--submit",
    ];
    let submitted = small.prints(&edit);
    assert!(submitted.contains("svc-backup: submitted"), "{submitted}");
    let shown = small.prints(&["request", "show", &draft]);
    assert!(shown.contains("90 days"), "{shown}");
    let cloned = small.prints(&["request", "clone", &draft, "--name", "svc-second"]);
    assert!(cloned.contains("svc-second: draft"), "{cloned}");
    let unknown = small.refuses(&["request", "show", "svc-nobody"]);
    assert!(unknown.contains("by their id"), "{unknown}");

    let bob = small.token_of("bob").await;
    small.prints_for(&bob, &["approve", &draft, "--wait"]);
    until("an active account", PATIENCE, async || {
        let totals = small.prints(&["accounts", "totals"]);
        let active = totals
            .lines()
            .find_map(|line| line.strip_prefix("active"))?;
        (active.trim() == "1").then_some(())
    })
    .await;
    let template = small.prints(&["template", "show", "Service account"]);
    assert!(
        template.contains("bob@corp.example") && template.contains("corp.example.com"),
        "{template}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn domains_and_engines_are_taken_out_of_use_and_back() {
    let small = organisation().await;
    let first = |kind: &str| {
        let list = small.prints(&[kind, "list", "--json"]);
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        list["items"][0].clone()
    };
    let enabled = async |kind: &str, wanted: bool| {
        until(kind, PATIENCE, async || {
            (first(kind)["enabled"] == wanted).then_some(())
        })
        .await;
    };
    // The embedded engine registers as soon as there is a domain.
    let engine = until("engine", PATIENCE, async || {
        first("engine")["name"].as_str().map(str::to_owned)
    })
    .await;
    for (kind, name) in [("domain", "corp.example.com"), ("engine", engine.as_str())] {
        assert_eq!(small.prints(&[kind, "disable", name]), "Done.");
        enabled(kind, false).await;
        assert_eq!(small.prints(&[kind, "enable", name]), "Done.");
        enabled(kind, true).await;
    }
}
