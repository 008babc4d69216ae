//! Administration from a terminal: templates through their versions, and people and groups that leave.

use crate::command_line::{TEMPLATE, organisation};

#[tokio::test(flavor = "multi_thread")]
async fn a_templates_versions_are_listed_compared_and_taken_out_of_use() {
    let small = organisation().await;
    let template = |what: &str, more: &[&str]| {
        let start = ["template", what, "Service account"];
        small.prints(&[start.as_slice(), more].concat())
    };
    let longer = TEMPLATE.replace("renewal_opens_days: 10", "renewal_opens_days: 20");
    std::fs::write(small.folder.path().join("template.yaml"), longer).unwrap();
    small.prints(&["template", "apply", "-f", "template.yaml"]);
    let versions = template("versions", &[]);
    assert!(
        versions.contains("published") && versions.contains("former"),
        "{versions}"
    );
    let compared = template("compare", &["--from", "1", "--to", "2"]);
    let line = compared
        .lines()
        .find(|line| line.contains("lifecycle.renewal_opens_days"));
    let line = line.expect("the field that differs");
    assert!(line.contains("10") && line.contains("20"), "{compared}");

    let offered = || small.prints(&["template", "list", "--offered"]);
    assert_eq!(template("disable", &[]), "Done.");
    assert_eq!(offered(), "Nothing.");
    template("enable", &[]);
    assert!(offered().contains("Service account"));
    template("unpublish", &[]);
    assert_eq!(offered(), "Nothing.");
    let nothing = small.refuses(&["template", "publish", "Service account"]);
    assert!(nothing.contains("draft"), "{nothing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_is_looked_at_first_and_hands_accounts_over() {
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
    small.prints_for(&bob, &["approve", "svc-backup", "--wait"]);
    let impact = small.prints(&["user", "impact", "rosa@corp.example"]);
    assert!(impact.contains("svc-backup"), "{impact}");
    let disable = ["user", "disable", "rosa@corp.example"];
    let refused = small.refuses(&disable);
    assert!(refused.contains("owner"), "{refused}");
    let handed = ["--successor", "bob@corp.example"];
    small.prints(&[disable.as_slice(), &handed].concat());
    let shown = small.prints(&["accounts", "show", "svc-backup"]);
    assert!(shown.contains("Bob"), "{shown}");

    small.prints(&[
        "group",
        "create",
        "--name",
        "Leads",
        "--member",
        "bob@corp.example",
    ]);
    small.prints(&[
        "group",
        "create",
        "--name",
        "Core",
        "--member",
        "ada@corp.example",
    ]);
    let owners = ["accounts", "owners", "svc-backup", "group:Leads"];
    small.prints(&owners);
    let impact = small.prints(&["group", "impact", "Leads"]);
    assert!(impact.contains("svc-backup"), "{impact}");
    small.prints(&["group", "disable", "Leads", "--replacement", "Core"]);
    let groups = small.prints(&["group", "list"]);
    let leads = groups.lines().find(|line| line.starts_with("Leads"));
    assert!(leads.is_some_and(|line| line.contains("no")), "{groups}");
    assert_eq!(small.prints(&["group", "enable", "Leads"]), "Done.");
}
