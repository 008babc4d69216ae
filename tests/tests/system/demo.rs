//! `tenure demo --once`: one account's whole story, headless.

use std::process::Command;
use tenure_tests::process::tenure;

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
