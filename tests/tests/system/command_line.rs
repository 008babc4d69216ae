//! The command line through an account's life, and a deputy's fortnight.

use crate::small::Small;
use std::time::Duration;
use tenure_tests::until::until;

pub(crate) const TEMPLATE: &str = "
name: Service account
account_type: ad-user
action: disable
vault: {kind: built-in}
directory:
  domain: corp.example.com
  name_prefix: svc-
  ou: OU=Service Accounts,DC=corp,DC=example,DC=com
lifecycle: {periods: [90 days, 30 days], renewal_opens_days: 10}
approval:
  steps:
    - {name: Team lead, least: 1, users: [bob@corp.example]}
";

/// An organisation whose clock can be moved, with that template.
pub(crate) async fn organisation() -> Small {
    let small = Small::start_with(&[("TENURE_CLOCK__VIRTUAL_START", "2026-01-10T09:00:00Z")]).await;
    std::fs::write(small.folder.path().join("template.yaml"), TEMPLATE).unwrap();
    small.prints(&["template", "apply", "-f", "template.yaml"]);
    small
}

fn request(small: &Small, name: &str) {
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
    assert!(small.prints(&create).contains("submitted"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_asked_for_kept_cloned_and_migrated() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
    let check = |name| {
        [
            "request",
            "check-name",
            name,
            "--template",
            "Service account",
        ]
    };
    assert_eq!(small.prints(&check("svc-backup")), "svc-backup: free");
    let wrong = small.refuses(&check("backup"));
    assert!(wrong.contains("must begin with"), "{wrong}");
    request(&small, "svc-backup");
    let taken = small.refuses(&check("SVC-backup"));
    assert!(
        taken.contains("is taken in this domain by a request"),
        "{taken}"
    );
    let approved = small.prints_for(&bob, &["approve", "svc-backup", "--wait"]);
    assert!(approved.contains("svc-backup: provisioned"), "{approved}");
    let shorter = TEMPLATE.replace("[90 days, 30 days]", "[30 days]");
    std::fs::write(small.folder.path().join("shorter.yaml"), shorter).unwrap();
    let simulated = small.prints(&["template", "simulate", "-f", "shorter.yaml"]);
    for said in [
        "1 of 1 live accounts would fare otherwise",
        "ends-earlier: 1",
        "1 of 1 past requests would fare otherwise",
        "refused: 1",
    ] {
        assert!(simulated.contains(said), "{simulated}");
    }
    let role = "name: Approver\npermissions: [provision-approval:read]\n";
    std::fs::write(small.folder.path().join("role.yaml"), role).unwrap();
    let simulated = small.prints(&["role", "simulate", "-f", "role.yaml"]);
    assert!(simulated.contains("would lose a permission"), "{simulated}");
    let duties = small.prints(&["audit", "segregation"]);
    assert!(
        duties.starts_with("No violation in 1 request, positions 1 to "),
        "{duties}"
    );
    let shares = small.prints(&["audit", "segregation", "--csv", "shares"]);
    assert!(shares.contains(",1,1,100.0,0,0,"), "{shares}");

    let account = |what: &str, more: &[&str]| {
        let start = ["accounts", what, "svc-backup"];
        small.prints(&[start.as_slice(), more].concat())
    };
    let because = ["--reason", "Suspicious sign-ins", "--wait"];
    let until = |end: &str| format!("ends {end}T00:00:00Z, directory applied");
    assert_eq!(
        account("disable", &because),
        format!("svc-backup: disabled, {}", until("2026-04-10"))
    );
    assert_eq!(
        account("enable", &because),
        format!("svc-backup: active, {}", until("2026-04-10"))
    );
    let early = small.refuses(&["accounts", "renew", "svc-backup"]);
    assert!(early.to_lowercase().contains("renewal"), "{early}");
    small.prints(&["clock", "advance", "--days", "81"]);
    account("decline", &["--reason", "Not needed after April"]);
    let renewed = account("renew", &["--wait"]);
    assert_eq!(
        renewed,
        format!("svc-backup: active, {}", until("2026-07-09"))
    );

    let nameless = small.refuses(&["accounts", "clone", "svc-backup"]);
    assert!(nameless.contains("--name"), "{nameless}");
    let clone = account("clone", &["--name", "svc-second", "--draft"]);
    assert!(clone.contains("svc-second: draft"), "{clone}");
    small.prints(&["request", "submit", "svc-second"]);
    let approved = small.prints_for(&bob, &["approve", "svc-second", "--wait"]);
    assert!(approved.contains("svc-second: provisioned"), "{approved}");

    let migrate = [
        "--to",
        "Service account",
        "--period",
        "30 days",
        "--end",
        "2026-05-01",
        "--reason",
        "Shorter periods",
    ];
    let preview = account("migrate", &[migrate.as_slice(), &["--preview"]].concat());
    assert!(
        preview.contains("2026-05-01") && preview.contains("0 refused"),
        "{preview}"
    );
    assert!(account("show", &[]).contains("2026-07-09"));
    account("migrate", &migrate);
    assert!(account("show", &[]).contains("2026-05-01"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_whose_approvers_are_a_group_in_which_nobody_may_approve_is_pointed_out() {
    let small = organisation().await;
    let documents = format!(
        "{}---\nkind: group\nname: Leads\nmembers: []\n",
        TEMPLATE.replace("users: [bob@corp.example]", "groups: [Leads]")
    );
    std::fs::write(small.folder.path().join("all.yaml"), documents).unwrap();
    let applied = small.tenure(&["apply", "-f", "all.yaml"]);
    let said = String::from_utf8_lossy(&applied.stderr);
    assert!(applied.status.success(), "{said}");
    assert!(
        said.contains("approval.steps[0].groups[0] has no member who may approve"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deputy_is_named_decides_and_is_withdrawn() {
    let small = organisation().await;
    small.person("Carol", "Approver").await;
    let (bob, carol) = (small.token_of("bob").await, small.token_of("carol").await);
    let none = small.prints_for(&bob, &["deputy"]);
    assert_eq!(none, "Nothing.");
    let name = [
        "deputy",
        "name",
        "carol@corp.example",
        "--until",
        "2026-01-24T00:00:00Z",
    ];
    let named = small.prints_for(&bob, &name);
    assert!(named.contains("Bob") && named.contains("Carol"), "{named}");
    assert!(
        small
            .prints_for(&carol, &["deputy", "show"])
            .contains("Bob")
    );
    let of_bob = ["deputy", "show", "--of", "bob@corp.example"];
    assert!(small.prints(&of_bob).contains("Carol"));
    request(&small, "svc-backup");
    small.prints_for(&carol, &["approve", "svc-backup", "--wait"]);
    let shown = small.prints(&["request", "show", "svc-backup"]);
    assert!(shown.contains("Carol for Bob"), "{shown}");
    assert_eq!(
        small.prints_for(&bob, &["deputy", "withdraw"]),
        "Withdrawn."
    );
    assert_eq!(small.prints_for(&carol, &["deputy"]), "Nothing.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_nobody_decides_in_time_goes_to_its_fallback_approvers() {
    let small = organisation().await;
    small.person("Carol", "Approver").await;
    let carol = small.token_of("carol").await;
    let step = "users: [bob@corp.example], times_out_after_hours: 24, fallback: {users: [carol@corp.example]}";
    let template = TEMPLATE.replace("users: [bob@corp.example]", step);
    std::fs::write(small.folder.path().join("template.yaml"), template).unwrap();
    small.prints(&["template", "apply", "-f", "template.yaml"]);
    request(&small, "svc-backup");
    assert_eq!(small.prints_for(&carol, &["approvals"]), "Nothing.");
    small.prints(&["clock", "advance", "--days", "2"]);
    let waiting = small.prints_for(&carol, &["approvals"]);
    assert!(waiting.contains("svc-backup"), "{waiting}");
    let shown = small.prints(&["request", "show", "svc-backup"]);
    assert!(shown.contains("fallback"), "{shown}");
    let approved = small.prints_for(&carol, &["approve", "svc-backup", "--wait"]);
    assert!(approved.contains("svc-backup: provisioned"), "{approved}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_failed_is_withdrawn_and_its_name_is_free_again() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
    // The sandbox has no such unit.
    let template = TEMPLATE.replace("OU=Service Accounts", "OU=Nowhere");
    std::fs::write(small.folder.path().join("template.yaml"), template).unwrap();
    small.prints(&["template", "apply", "-f", "template.yaml"]);
    request(&small, "svc-backup");
    let output = small.tenure_as(&bob, &["approve", "svc-backup", "--wait"]);
    let said = format!("{output:?}");
    assert!(said.contains("failed"), "{said}");
    let check = [
        "request",
        "check-name",
        "svc-backup",
        "--template",
        "Service account",
    ];
    let taken = small.refuses(&check);
    assert!(taken.contains("by an account"), "{taken}");
    let withdrawn = small.prints(&["request", "withdraw", "svc-backup"]);
    assert!(withdrawn.contains("withdrawn"), "{withdrawn}");
    until("the name is free", Duration::from_secs(30), async || {
        small.tenure(&check).status.success().then_some(())
    })
    .await;
    small.prints(&["request", "reopen", "svc-backup"]);
    small.prints(&["request", "submit", "svc-backup"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approver_asks_the_requester_answers_and_an_administrator_overrides() {
    let small = organisation().await;
    small.person("Rosa", "Requester").await;
    let (bob, rosa) = (small.token_of("bob").await, small.token_of("rosa").await);
    let create = [
        "request",
        "create",
        "--template",
        "Service account",
        "--period",
        "90 days",
        "--name",
        "svc-backup",
        "--submit",
    ];
    small.prints_for(&rosa, &create);
    let ask = [
        "request",
        "ask",
        "svc-backup",
        "--question",
        "Which servers?",
    ];
    assert!(small.prints_for(&bob, &ask).contains("sent-back"));
    let shown = small.prints_for(&rosa, &["request", "show", "svc-backup"]);
    assert!(shown.contains("Which servers?"), "{shown}");
    let answer = ["request", "answer", "svc-backup", "--answer", "Both"];
    assert!(small.prints_for(&rosa, &answer).contains("submitted"));
    let shown = small.prints_for(&bob, &["request", "show", "svc-backup"]);
    assert!(shown.contains("Both"), "{shown}");
    let why = ["--reason", "Payroll runs tonight"];
    let overrides = [["request", "override", "svc-backup"].as_slice(), &why].concat();
    let refused = small.tenure_as(&bob, &overrides);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    small.prints(&overrides);
    let shown = small.prints_for(&rosa, &["request", "show", "svc-backup"]);
    assert!(
        shown.contains("overridden") && shown.contains("Payroll runs tonight"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_read_planned_and_looked_into() {
    let small = organisation().await;
    let domain = |words: &[&'static str]| {
        let mut all = vec!["domain", words[0], "corp.example.com"];
        all.extend(&words[1..]);
        all
    };
    let read = small.prints(&domain(&["sync", "--full"]));
    assert!(read.contains("(all of it)"), "{read}");
    assert!(read.contains("0 users, 0 groups, 3 units"), "{read}");
    let plan = ["sync-plan", "--changes-every", "5", "--full-every", "0"];
    small.prints(&domain(&plan));
    let status = small.prints(&domain(&["sync-status"]));
    assert!(status.contains("every 5 minutes"), "{status}");
    assert!(status.contains("on demand"), "{status}");
    assert_eq!(small.prints(&domain(&["unmanaged"])), "Nothing.");
    let import = [
        "import",
        "svc-none",
        "--template",
        "Service account",
        "--period",
        "90 days",
    ];
    let more = ["--owner", "bob@corp.example", "--reason", "Found"];
    let refused = small.refuses(&domain(&[&import[..], &more].concat()));
    assert!(refused.contains("no unmanaged account"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_says_what_it_reaches_and_what_it_did() {
    let small = organisation().await;
    let bob = small.token_of("bob").await;
    // A domain is there a moment before its engine.
    let name = until(
        "an engine to come to work",
        Duration::from_secs(30),
        async || {
            let shown = small.prints(&["engine", "list", "--json"]);
            let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
            Some(shown["items"][0]["name"].as_str()?.to_owned())
        },
    )
    .await;
    let calibrate = ["engine", "calibrate", "corp.example.com"];
    let said = small.prints(&calibrate);
    assert!(
        said.contains("signs in to a sandbox in the engine's memory as the engine itself"),
        "{said}"
    );
    assert!(said.contains("vault built-in: usable"), "{said}");
    // No account is there yet.
    let unknown = "not known yet: write userAccountControl, accountExpires, description of accounts in OU=Service Accounts";
    assert!(said.contains(unknown), "{said}");
    request(&small, "svc-known");
    small.prints_for(&bob, &["approve", "svc-known", "--wait"]);
    let said = small.prints(&calibrate);
    let granted = "OU=Service Accounts,DC=corp,DC=example,DC=com: all that is needed (accounts)";
    assert!(said.contains(granted), "{said}");
    let last = small.prints(&[calibrate.as_slice(), &["--last"]].concat());
    assert!(last.contains(granted), "{last}");

    let log = until(
        "the engine to tell of the account",
        Duration::from_secs(30),
        async || {
            let log = small.prints(&["engine", "log", &name]);
            log.contains("svc-known: done in").then_some(log)
        },
    )
    .await;
    assert!(log.contains("info     Started"), "{log}");
}
