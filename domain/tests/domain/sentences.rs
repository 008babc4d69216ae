//! What the trail says of every event. It is kept with the trail: who changes a sentence raises `sentence::VERSION`, so that
//! the trail is made anew.

use crate::examples::examples;
use tenure_domain::sentence;

#[test]
fn sentences_change_only_with_their_version() {
    let told: Vec<_> = examples().iter().map(sentence::of).collect();
    let version = sentence::VERSION;
    insta::assert_snapshot!(format!("version {version}\n\n{}", told.join("\n")));
}
