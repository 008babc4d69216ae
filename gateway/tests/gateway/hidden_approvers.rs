//! Approver names that the template hides from requesters.

use crate::{
    requests::people,
    world::{World, submitted, template},
};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

/// Every GET there is, with every id that the requester may have come across: nobody's name, address or id who decides.
#[tokio::test]
async fn hidden_approvers_are_in_no_answer_at_all_that_their_requester_gets() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let erin = world.person(&ada, "erin", &["Approver"]).await;
    let fallback = olga.id.clone();
    let template_id = template(&ada, &[&anton], |content| {
        content["approval"]["hide_approver_names"] = json!(true);
        let step = &mut content["approval"]["steps"][0];
        step["times_out_after_hours"] = json!(24);
        step["fallback"] = json!({"users": [fallback], "groups": []});
    })
    .await;
    let start = world.head().await;
    let deputy = json!({"deputy": erin.id, "until": "2026-01-20T00:00:00Z"});
    anton
        .post(&format!("users/{}/deputy", anton.id), deputy)
        .await
        .ok();
    let asked = submitted(&rosa, &template_id, "svc-asked").await;
    erin.post(
        &format!("requests/{asked}/ask"),
        json!({"question": "Why?"}),
    )
    .await
    .ok();
    rosa.post(
        &format!("requests/{asked}/answer"),
        json!({"answer": "Because"}),
    )
    .await
    .ok();
    let overridden = submitted(&rosa, &template_id, "svc-over").await;
    ada.post(
        &format!("requests/{overridden}/override"),
        json!({"reason": "It is late"}),
    )
    .await
    .ok();
    let approved = submitted(&rosa, &template_id, "svc-yes").await;
    erin.post(&format!("requests/{approved}/approve"), json!({}))
        .await
        .ok();
    let rejected = submitted(&rosa, &template_id, "svc-no").await;
    anton
        .post(
            &format!("requests/{rejected}/reject"),
            json!({"reason": "No"}),
        )
        .await
        .ok();
    let domains = ada.get("domains").await.ok();
    let mut ids = vec![
        asked,
        overridden,
        approved,
        rejected,
        template_id,
        rosa.id.clone(),
    ];
    ids.push(domains["items"][0]["id"].as_str().unwrap().to_owned());
    let head = world.head().await;
    let hidden = [&anton, &olga, &erin, &ada].map(|person| person.id.clone());
    // Ada is the administrator who overrode.
    let names = ["anton", "olga", "erin", "\"Ada\"", "ada@corp.example"];
    let mut walked = 0;
    let mut answered = 0;
    for (path, item) in tenure_gateway::openapi()["paths"].as_object().unwrap() {
        // A stream: below. Looking people up by name shows who types the name that they exist, and nothing else.
        if item.get("get").is_none()
            || path.ends_with("/events")
            || path.ends_with("/people")
            || path.ends_with("/openapi.json")
        {
            continue;
        }
        let paths: Vec<String> = if path.contains("{id}") {
            ids.iter()
                .map(|id| path.replace("{id}", id).replace("{version}", "1"))
                .collect()
        } else {
            vec![path.clone()]
        };
        for path in paths {
            walked += 1;
            let query = if path.ends_with("name-check") {
                "&name=svc-no"
            } else {
                ""
            };
            let query = if path.starts_with("/api/") && !path.ends_with("openapi.json") {
                format!("?at_least={head}{query}")
            } else {
                String::new()
            };
            let url = format!("{}{path}{query}", world.url);
            let answer = world
                .http
                .request(Method::GET, url)
                .bearer_auth(&rosa.token);
            let answer = answer.send().await.unwrap();
            answered += usize::from(answer.status().is_success());
            let seen = answer.text().await.unwrap();
            for secret in hidden.iter().map(String::as_str).chain(names) {
                assert!(!seen.contains(secret), "{path} shows {secret}: {seen}");
            }
        }
    }
    assert!(
        walked > 50 && answered > 15,
        "{walked} asked, {answered} answered"
    );
    let live = world
        .http
        .get(format!("{}/api/v1/events?after={start}", world.url))
        .bearer_auth(&rosa.token)
        .send()
        .await
        .unwrap();
    let mut live = live.bytes_stream();
    let mut seen = String::new();
    while !seen.contains("request.rejected") {
        let next =
            tokio::time::timeout(Duration::from_secs(20), futures::StreamExt::next(&mut live));
        let bytes = next.await.expect("a change in time").unwrap().unwrap();
        seen.push_str(std::str::from_utf8(&bytes).unwrap());
    }
    for secret in hidden.iter().map(String::as_str).chain(names) {
        assert!(!seen.contains(secret), "live: {seen}");
    }
}
