//! `tenure apply`, `export` and `diff`: roles, groups and templates as documents in a folder, on two small instances.

use crate::small::Small;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path, process::Command};
use tenure_tests::process::tenure;

const ROLE: &str = "
kind: role
name: Help desk
permissions: [managed-account:read, managed-account:manage]
";

const GROUP: &str = "
kind: group
name: Platform team
members: [bob@corp.example]
roles: [Help desk]
";

const TEMPLATE: &str = "
name: Backup jobs
purpose: |
  Nightly backups,
  one account a server
account_type: ad-user
action: disable
vault: {kind: built-in, folder: service/backup}
directory:
  domain: corp.example.com
  name_prefix: svc-
  name_pattern: svc-[a-z0-9-]+
  ou: OU=Service Accounts,DC=corp,DC=example,DC=com
  other_ous: ['OU=Batch,DC=corp,DC=example,DC=com']
  cannot_change_password: true
  attributes:
    - {name: department, rule: required}
    - {name: company, rule: {read-only: [Example]}}
  available_to: [Platform team]
lifecycle:
  periods: [90 days, 1 year]
  renewal_opens_days: 30
  other_recipients: {groups: [Platform team]}
  purge_after_days: 30
approval:
  steps:
    - name: Team lead
      least: 1
      users: [bob@corp.example]
      times_out_after_hours: 72
      fallback: {users: [ada@corp.example]}
";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            found.insert(name, std::fs::read_to_string(&path).unwrap());
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_applied_once_compared_and_carried_to_another_instance() {
    let first = Small::start().await;
    let at = |name: &str| first.folder.path().join(name);
    // The order of the files does not matter.
    write(first.folder.path(), "git/a-template.yaml", TEMPLATE);
    write(
        first.folder.path(),
        "git/people/all.yaml",
        &format!("{GROUP}---{ROLE}"),
    );

    let dry = first.prints(&["apply", "--dry-run", "-f", "git"]);
    assert_eq!(
        dry,
        "role Help desk: would be created\ngroup Platform team: would be created\n\
        template Backup jobs: would be published"
    );
    assert_eq!(first.names("/templates").await, [""; 0]);
    let differs = first.tenure(&["diff", "-f", "git"]);
    assert_eq!(differs.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&differs.stdout).lines().count(),
        3,
        "{differs:?}"
    );

    let done = first.prints(&["apply", "-f", "git"]);
    assert_eq!(
        done,
        "role Help desk: created\ngroup Platform team: created\ntemplate Backup jobs: published"
    );
    let position = || async { first.api.get("/system").await.ok()["position"].clone() };
    let before = position().await;
    let unchanged = "role Help desk: unchanged\ngroup Platform team: unchanged\ntemplate Backup jobs: unchanged";
    assert_eq!(first.prints(&["apply", "-f", "git"]), unchanged);
    assert_eq!(first.prints(&["template", "apply", "-f", "git"]), unchanged);
    assert_eq!(first.prints(&["diff", "-f", "git"]), "");
    assert_eq!(position().await, before, "nothing was done");

    let next = TEMPLATE.replace("least: 1", "least: 2").replace(
        "users: [bob@corp.example]",
        "users: [bob@corp.example, ada@corp.example]",
    );
    std::fs::write(at("git/a-template.yaml"), next).unwrap();
    let differs = first.tenure(&["diff", "-f", "git"]);
    let mut told: Vec<_> = std::str::from_utf8(&differs.stdout)
        .unwrap()
        .lines()
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            "template Backup jobs: approval.steps[Team lead].least: 1 -> 2",
            "template Backup jobs: approval.steps[Team lead].users: [\"bob@corp.example\"] -> \
                [\"bob@corp.example\",\"ada@corp.example\"]",
        ]
    );
    let done = first.prints(&["template", "apply", "-f", "git/a-template.yaml"]);
    assert_eq!(done, "template Backup jobs: published a new version");

    first.prints(&["export", "--to", "exported"]);
    let exported = files(&at("exported"));
    assert_eq!(
        exported.keys().collect::<Vec<_>>(),
        ["backup-jobs.yaml", "help-desk.yaml", "platform-team.yaml"]
    );
    let second = Small::start().await;
    let folder = at("exported").display().to_string();
    assert_eq!(
        second.prints(&["apply", "-f", &folder]),
        "role Help desk: created\ngroup Platform team: created\ntemplate Backup jobs: published"
    );
    second.prints(&["export", "--to", "exported"]);
    assert_eq!(files(&second.folder.path().join("exported")), exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_wrong_says_where_and_nothing_is_published() {
    let small = Small::start().await;
    let cases: [(&str, String, &str); 5] = [
        (
            "unknown.yaml",
            TEMPLATE.replace("purpose", "porpoise"),
            "porpoise",
        ),
        (
            "nobody.yaml",
            TEMPLATE.replace("bob@", "nobody@"),
            "nobody@corp.example",
        ),
        (
            "ou.yaml",
            TEMPLATE.replace("OU=Batch", "Batch"),
            "directory.other_ous[0]",
        ),
        ("list.yaml", "- a\n- b\n".into(), "mapping"),
        ("broken.yaml", "name: [".into(), "broken.yaml"),
    ];
    for (file, text, told) in cases {
        let text = text.replace("Platform team", "Everyone");
        write(small.folder.path(), file, &text);
        let output = small.tenure(&["template", "apply", "-f", file]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{file}: {said}");
        assert!(said.contains(told), "{file}: {said}");
    }
    let templates: Value = small.api.get("/templates").await.ok();
    let published = templates["items"].as_array().unwrap().iter();
    assert_eq!(
        published.filter(|one| one["published"].is_number()).count(),
        0
    );
}

#[test]
fn every_shell_gets_its_completion() {
    for (shell, sign) in [
        ("bash", "complete -F"),
        ("zsh", "#compdef tenure"),
        ("fish", "complete -c tenure"),
    ] {
        let output = Command::new(tenure())
            .args(["completion", shell])
            .output()
            .unwrap();
        let script = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success());
        assert!(
            script.contains(sign) && script.contains("template"),
            "{shell}"
        );
    }
}
