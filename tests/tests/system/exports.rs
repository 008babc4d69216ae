//! Lists as files by the command line: whole, or not there at all.

use crate::command_line::organisation;
use serde_json::Value;
use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
};
use tenure_tests::process::tenure;

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_written_to_files_and_checked() {
    let small = organisation().await;
    let create = [
        "request",
        "create",
        "--template",
        "Service account",
        "--period",
        "90 days",
        "--justification",
        "=cmd()",
        "--name",
        "svc-backup",
    ];
    small.prints(&create);
    let file = |name: &str| fs::read_to_string(small.folder.path().join(name)).unwrap();

    let table = ["request", "list", "--export", "requests.csv"];
    let output = small.tenure(&table);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.starts_with("1 row, as of position "), "{said}");
    let table = file("requests.csv");
    assert!(table.contains(",\"'=cmd()\","), "{table}");
    assert!(table.contains("\r\ncomplete,1,1,"), "{table}");

    let lines = [
        "audit",
        "list",
        "--kind",
        "request",
        "--export",
        "trail.ndjson",
        "--format",
        "ndjson",
    ];
    small.prints(&lines);
    let lines = file("trail.ndjson");
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines[0]["data"]["type"], "request.drafted", "{lines:?}");
    assert_eq!(lines[lines.len() - 1]["count"], lines.len() - 1);

    // As it was before anybody had asked for anything.
    let position = lines[0]["position"].as_u64().unwrap() - 1;
    let position = position.to_string();
    let printed = small.prints(&["audit", "as-of", &position, "requests", "--export", "-"]);
    assert!(
        printed.contains(&format!("complete,0,1,{position},{position},")),
        "{printed}"
    );
    for list in [
        vec!["accounts", "list", "--export", "-", "--format", "ndjson"],
        vec!["drift", "list", "--export", "-"],
        vec!["domain", "unmanaged", "corp.example.com", "--export", "-"],
        vec![
            "audit",
            "segregation",
            "--list",
            "violations",
            "--export",
            "-",
            "--format",
            "ndjson",
        ],
    ] {
        let printed = small.prints(&list);
        assert!(printed.contains("complete"), "{list:?}: {printed}");
    }
    let which = small.refuses(&["audit", "segregation", "--export", "shares.csv"]);
    assert!(which.contains("--export needs --list"), "{which}");

    // Who reads the database is nobody that is signed in.
    let output = small.tenure(&["audit", "export", "--out", "history.ndjson"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && said.contains("Not on record"),
        "{said}"
    );
}

/// A server that answers everything with these bytes, once.
fn answers(bytes: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = Vec::new();
        while !asked.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            if stream.read(&mut byte).unwrap() == 0 {
                return;
            }
            asked.extend(byte);
        }
        stream.write_all(bytes).unwrap();
    });
    url
}

#[test]
fn a_file_that_is_cut_off_or_says_something_else_is_an_error_and_is_not_there() {
    let folder = tempfile::TempDir::new().unwrap();
    let export = |answer| {
        let output = Command::new(tenure())
            .args(["accounts", "list", "--export", "accounts.csv"])
            .current_dir(folder.path())
            .env("XDG_CONFIG_HOME", folder.path())
            .env("TENURE_URL", answers(answer))
            .env("TENURE_TOKEN", "token")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
        assert!(left.is_empty(), "{left:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    // The connection ends within the chunk that was begun.
    let broken = export(b"HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ntransfer-encoding: chunked\r\n\r\nff\r\nname\r\nsvc-a\r\n");
    assert!(
        broken.contains("the file broke off before its end"),
        "{broken}"
    );
    let cut = export(b"HTTP/1.1 200 OK\r\ncontent-length: 13\r\n\r\nname\r\nsvc-a\r\n");
    assert!(
        cut.contains("the line that completes it is missing"),
        "{cut}"
    );
    let other = export(b"HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\nname\r\nsvc-a\r\ncomplete,1,1,9,9,00ff,abc\r\n");
    assert!(other.contains("another hash"), "{other}");
}
