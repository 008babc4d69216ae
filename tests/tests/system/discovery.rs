//! `tenure discover`, as an administrator runs it beside a real domain: without an instance of Tenure.

use std::{path::Path, process::Command};
use tenure_tests::{domain::both, process::tenure};

/// What it printed, what it complained of, and how it ended.
fn discover(folder: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let mut command = Command::new(tenure());
    command.current_dir(folder);
    let output = command.arg("discover").args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        text(output.stdout),
        text(output.stderr),
        output.status.code(),
    )
}

#[test]
fn an_administrator_finds_unmanaged_accounts_of_a_domain_and_hears_what_to_do_when_it_does_not_work()
 {
    let Some([corp, _]) = both() else { return };
    let folder = tempfile::tempdir().unwrap();
    let (ca, password) = (
        corp.ca.display().to_string(),
        corp.agent_password.display().to_string(),
    );
    let common = [
        "--ldaps",
        &corp.address,
        "--certificate-name",
        &corp.host,
        "--user",
        &corp.agent,
    ];
    let csv = folder.path().join("found.csv").display().to_string();
    let html = folder.path().join("found.html").display().to_string();

    let good = [
        "--domain",
        &corp.name,
        "--password-file",
        &password,
        "--ca-file",
        &ca,
    ];
    let reports = ["--csv", csv.as_str(), "--html", html.as_str()];
    let (found, told, code) = discover(folder.path(), &[&common[..], &good, &reports].concat());
    assert_eq!(code, Some(0), "{told}");
    assert!(
        found.contains("tenure-agent") && found.contains("password never expires"),
        "{found}"
    );
    assert!(
        told.contains("of high") && told.contains("managed by Tenure"),
        "{told}"
    );
    assert!(std::fs::read_to_string(&csv).unwrap().contains("NHI7:2025"));
    assert!(
        std::fs::read_to_string(&html)
            .unwrap()
            .contains("tenure-agent")
    );

    let wrong = folder.path().join("wrong.pass").display().to_string();
    std::fs::write(&wrong, "nope").unwrap();
    let cases: [(&[&str], &str); 3] = [
        (
            &["--domain", &corp.name, "--password-file", &password],
            "--ca-file",
        ),
        (
            &[
                "--domain",
                &corp.name,
                "--password-file",
                &wrong,
                "--ca-file",
                &ca,
            ],
            "the password is wrong",
        ),
        (
            &[
                "--domain",
                "elsewhere.example",
                "--password-file",
                &password,
                "--ca-file",
                &ca,
            ],
            "--domain",
        ),
    ];
    for (arguments, remedy) in cases {
        let (_, told, code) = discover(folder.path(), &[&common[..], arguments].concat());
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains(remedy), "{remedy}: {told}");
    }
}
