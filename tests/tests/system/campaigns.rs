//! A certification campaign from the command line, through a whole process: asked, decided, followed to the directory, closed
//! by the clock, exported.

use crate::{command_line::organisation, small::Small};
use serde_json::Value;
use std::time::Duration;
use tenure_tests::until::until;

const SOON: Duration = Duration::from_secs(60);

async fn account(small: &Small, bob: &str, name: &str) {
    let create = [
        "request",
        "create",
        "--template",
        "Service account",
        "--period",
        "90 days",
        "--justification",
        "Nightly backup",
        "--submit",
        "--name",
        name,
    ];
    small.prints(&create);
    small.prints_for(bob, &["approve", name, "--wait"]);
}

/// Until the accounts of the campaign that stand so are these.
async fn standing(small: &Small, standing: &str, names: &[&str]) {
    until(&format!("{names:?} {standing}"), SOON, async || {
        let list = ["campaign", "accounts", "Spring", "--json", "--standing"];
        let answer = small.prints(&[list.as_slice(), &[standing]].concat());
        let items: Vec<Value> = serde_json::from_str(&answer).unwrap();
        let found: Vec<_> = items
            .iter()
            .map(|item| item["name"].as_str().unwrap())
            .collect();
        (found == names).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_campaign_is_run_from_the_command_line_to_what_the_directory_says() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
    for name in ["svc-a", "svc-b", "svc-c"] {
        account(&small, &bob, name).await;
    }
    let start = |more: &[&str]| {
        let start = [
            "campaign",
            "start",
            "Spring",
            "--due",
            "2026-03-01T00:00:00Z",
            "--domain",
            "corp.example.com",
            "--fallback",
            "bob@corp.example",
            "--unanswered",
            "revoke",
        ];
        small.prints(&[start.as_slice(), more].concat())
    };
    let preview = start(&["--preview"]);
    assert!(
        preview.starts_with("3 accounts as of position"),
        "{preview}"
    );
    assert!(start(&[]).starts_with("Opened: "));
    assert!(small.prints(&["campaigns"]).contains("Spring"));
    // They are Ada's alone: Bob is asked, and told.
    let own = small.refuses(&["campaign", "decide", "keep", "svc-a"]);
    assert!(own.contains("no such account to review"), "{own}");
    let asked = small.prints_for(&bob, &["campaign", "reviews"]);
    assert!(
        ["svc-a", "svc-b", "svc-c"]
            .iter()
            .all(|name| asked.contains(name)),
        "{asked}"
    );
    until("Bob's inbox", SOON, async || {
        let inbox = small.prints_for(&bob, &["inbox"]);
        inbox.contains("Review 3 accounts: Spring").then_some(())
    })
    .await;

    small.prints_for(&bob, &["campaign", "decide", "keep", "svc-a"]);
    let revoke = [
        "campaign",
        "decide",
        "revoke",
        "svc-b",
        "--reason",
        "Off since May",
    ];
    small.prints_for(&bob, &revoke);
    standing(&small, "observed", &["svc-b"]).await;
    let shown = small.prints(&["accounts", "show", "svc-b"]);
    assert!(shown.contains("disabled"), "{shown}");

    // Reminded, and at last revoked, since nobody said that it is needed.
    small.prints(&["clock", "advance", "--days", "49"]);
    until("the urgent reminder", SOON, async || {
        let inbox = small.prints_for(&bob, &["inbox"]);
        inbox
            .contains("Urgent: review one account: Spring")
            .then_some(())
    })
    .await;
    small.prints(&["clock", "advance", "--days", "2"]);
    standing(&small, "observed", &["svc-b", "svc-c"]).await;
    standing(&small, "kept", &["svc-a"]).await;
    let shown = small.prints(&["campaign", "show", "Spring"]);
    assert!(shown.contains("closed"), "{shown}");

    let file = [
        "campaign",
        "export",
        "Spring",
        "--format",
        "json",
        "--file",
        "spring.json",
    ];
    small.prints(&file);
    let evidence = std::fs::read_to_string(small.folder.path().join("spring.json")).unwrap();
    let last = evidence.lines().next_back().unwrap();
    assert!(last.contains("\"count\":3,"), "{last}");
    let evidence: Value = serde_json::from_str(&evidence).unwrap();
    assert_eq!(evidence["campaign"]["closed"]["at_due"], true);
    assert_eq!(evidence["campaign"]["progress"]["observed"], 2);
    let lapsed = &evidence["reviews"][2];
    assert_eq!(lapsed["name"], "svc-c");
    assert_eq!(lapsed["decided"]["by"]["kind"], "system");
    let steps = ["decided", "ordered", "followed"];
    let [decided, ordered, followed] = steps.map(|step| lapsed[step]["position"].as_u64());
    assert!(
        decided.is_some() && decided < ordered && ordered < followed,
        "{lapsed}"
    );
    let csv = small.prints(&["campaign", "export", "Spring"]);
    assert!(csv.contains("svc-b"), "{csv}");
}
