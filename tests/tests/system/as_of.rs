//! `tenure audit as-of`: how things were, from the command line.

use crate::{command_line::organisation, small::Small};
use serde_json::Value;

fn position(small: &Small) -> String {
    let list = small.prints(&["audit", "list", "--limit", "1", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    list["items"][0]["position"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_and_lists_are_shown_as_they_were() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
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
        "svc-backup",
    ];
    assert!(small.prints(&create).contains("submitted"));
    let waiting = position(&small);
    small.prints_for(&bob, &["approve", "svc-backup", "--wait"]);
    small.prints(&["group", "create", "--name", "Platform"]);
    let (due, bob_instead) = ("2026-02-10T00:00:00Z", "bob@corp.example");
    let start = ["campaign", "start", "Spring", "--due", due, "--self-review"];
    small.prints(&start);
    small.prints(&["deputy", "name", bob_instead, "--until", due]);
    let engines = small.prints(&["engine", "list", "--json"]);
    let engines: Value = serde_json::from_str(&engines).unwrap();
    let engine = engines["items"][0]["name"].as_str().unwrap().to_owned();
    let active = position(&small);
    let reason = ["--reason", "Suspicious sign-ins", "--wait"];
    small.prints(&[["accounts", "disable", "svc-backup"].as_slice(), &reason].concat());
    small.prints(&[
        "campaign",
        "close",
        "Spring",
        "--reason",
        "Started by mistake",
    ]);
    small.prints(&["deputy", "withdraw"]);

    let as_of = |when: &str, what: &[&str]| {
        let output = small.tenure(&[["audit", "as-of", when].as_slice(), what].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{what:?}: {said}");
        (String::from_utf8(output.stdout).unwrap(), said)
    };
    let (account, stands) = as_of(&active, &["account", "svc-backup"]);
    assert!(account.contains("active"), "{account}");
    let position = format!("position {active} of the history");
    assert!(stands.contains(&position), "{stands}");
    let (list, _) = as_of(&active, &["accounts", "--status", "active", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    assert_eq!(list["items"][0]["name"], "svc-backup");
    let (now, _) = as_of("2026-01-10", &["accounts"]);
    assert!(now.contains("disabled"), "today is as it is: {now}");
    let (request, _) = as_of(&waiting, &["request", "svc-backup"]);
    assert!(request.contains("submitted"), "{request}");
    let (requests, _) = as_of(&waiting, &["requests", "--status", "submitted"]);
    assert!(requests.contains("svc-backup"), "{requests}");
    let of_bob = ["audit", "as-of", &waiting, "approvals"];
    let approvals = small.prints_for(&bob, &of_bob);
    assert!(approvals.contains("svc-backup"), "{approvals}");
    let (approvers, _) = as_of(&waiting, &["approvers", "svc-backup"]);
    assert!(
        approvers.contains("Team lead") && approvers.contains("Bob"),
        "{approvers}"
    );
    let (approvers, _) = as_of(&active, &["approvers", "svc-backup"]);
    assert!(approvers.contains("nobody's approval"), "{approvers}");
    for (what, wanted) in [
        (&["groups"][..], "Platform"),
        (&["group", "Platform"], "Platform"),
        (&["templates"], "Service account"),
        (&["template", "Service account"], "Service account"),
        (&["users", "--search", "bob"], "Bob"),
        (&["user", "bob@corp.example"], "Approver"),
        (&["roles"], "Auditor"),
        (&["role", "Auditor"], "managed-account:read"),
        (&["domains"], "corp.example.com"),
        (&["engines"], "assigned"),
        (&["engine", &engine], "corp.example.com"),
        (&["campaigns", "--status", "open"], "Spring"),
        (&["campaign", "Spring"], "SHA-256"),
        (&["campaign-accounts", "Spring"], "open"),
        (&["reviews"], "svc-backup"),
        (&["deputies"], "Bob"),
        (&["drift"], "Nothing."),
        (&["removals", "corp.example.com"], "Nothing."),
    ] {
        let (printed, _) = as_of(&active, what);
        assert!(printed.contains(wanted), "{what:?}: {printed}");
    }
    // There was no such group yet, and nothing at all before that.
    let early = small.refuses(&["audit", "as-of", &waiting, "group", "Platform"]);
    assert!(!early.contains("position"), "{early}");
    let future = small.refuses(&["audit", "as-of", "2999-01-01", "accounts"]);
    assert!(future.contains("must not be in the future"), "{future}");
}
