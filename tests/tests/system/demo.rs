//! `tenure demo`: one account's whole story, headless; and that nothing of it is left behind.

use std::{process::Command, time::Duration};
use tenure_tests::{
    process::{Process, free_port, tenure},
    until::until,
};

#[test]
fn the_demo_tells_one_accounts_whole_story_and_exits_with_0() {
    let output = Command::new(tenure())
        .args(["demo", "--once"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    for part in [
        "submitted",
        "approved",
        "provisioned",
        "reminded",
        "renewed",
        "lifecycle ended",
        "applied",
        "#",
    ] {
        assert!(told.contains(part), "the story lacks \"{part}\":\n{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_is_ended_leaves_nothing_behind() {
    for (when, said) in [
        ("in its set-up", "Setting up"),
        ("while it serves", "Ctrl-C ends"),
    ] {
        let (folder, temporary) = (
            tempfile::TempDir::new().unwrap(),
            tempfile::TempDir::new().unwrap(),
        );
        let listen = format!("127.0.0.1:{}", free_port());
        let mut command = Command::new(tenure());
        command
            .args(["demo", "--accounts", "1", "--listen", &listen])
            .env("TMPDIR", temporary.path());
        let mut demo = Process::start("demo", folder.path(), &mut command);
        let patience = Duration::from_secs(120);
        until("the demo", patience, async || {
            demo.output().contains(said).then_some(())
        })
        .await;
        assert_eq!(temporary.path().read_dir().unwrap().count(), 1);
        demo.signal("TERM");
        until("its end", patience, async || {
            (!demo.is_running()).then_some(())
        })
        .await;
        let left = temporary.path().read_dir().unwrap().count();
        assert_eq!(left, 0, "ended {when}");
    }
}

#[test]
fn a_demo_whose_address_somebody_has_says_so_before_anything_else() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = Command::new(tenure())
        .args(["demo", "--accounts", "1", "--listen", &address])
        .output()
        .unwrap();
    let (told, said) = (output.stdout, String::from_utf8_lossy(&output.stderr));
    assert!(!output.status.success());
    assert!(
        said.contains("http.listen") && said.contains(&address),
        "{said}"
    );
    assert_eq!(String::from_utf8_lossy(&told), "");
}
