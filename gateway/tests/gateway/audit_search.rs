//! The text of the audit trail is searched.

use crate::world::World;
use serde_json::json;

#[tokio::test]
async fn the_trail_is_searched_by_what_its_sentences_say() {
    let (world, ada) = World::with_ada().await;
    for name in ["Night shift", "Early shift", "Night watch"] {
        ada.post("groups", json!({ "name": name })).await.ok();
    }
    let head = world.head().await;
    let found = async |text: &str| {
        let answer = ada.get(&format!("audit?at_least={head}&{text}")).await.ok();
        let items = answer["items"].as_array().unwrap().clone();
        assert_eq!(answer["total"]["value"], items.len());
        let sentences = items
            .iter()
            .map(|item| item["sentence"].as_str().unwrap().to_owned());
        sentences.collect::<Vec<_>>()
    };
    assert_eq!(
        found("text=night").await,
        [
            "group \"Night watch\" created",
            "group \"Night shift\" created"
        ]
    );
    assert_eq!(
        found("text=SHIFT%20nig&order=asc").await,
        ["group \"Night shift\" created"]
    );
    assert_eq!(found("text=night&kind=request").await, Vec::<String>::new());
    assert_eq!(
        found(&format!("text=night&up_to={}", head - 1)).await,
        ["group \"Night shift\" created"]
    );
    let long = ada.get(&format!("audit?text={}", "x".repeat(201))).await;
    assert_eq!(long.problem(), (400, "invalid-query"));
    assert_eq!(long.json["errors"][0]["field"], "text");
}
