//! What breaks.

use tenure_tests::topology::Topology;

/// kill -9 of the first node of every part that is there more than once, all at the same time; then what a person does
/// about PostgreSQL. Answers a core that is left.
pub(crate) async fn lose_one_of_everything(lab: &Topology) -> String {
    let mut kinds = vec!["postgres".to_owned(), "nats".to_owned(), "core".to_owned()];
    for domain in lab.domains() {
        kinds.extend(["leaf", "engine", "controller"].map(|part| format!("{part}:{domain}")));
    }
    let mut lost = Vec::new();
    for kind in kinds {
        let there = lab.with(&kind);
        if there.len() > 1 {
            lab.lab(&["kill", &there[0]]);
            lost.push(there[0].clone());
        }
    }
    eprintln!("lost: {}", lost.join(" "));
    assert!(lost.len() >= 4, "more than {lost:?} is there twice");
    lab.lab(&["fail-over"]);
    lab.with("core")
        .into_iter()
        .find(|core| !lost.contains(core))
        .unwrap()
}
