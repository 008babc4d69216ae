//! Segregation of duties over the whole history: verdict, overrides, shares, as a spreadsheet; and who may not know what.

use crate::{
    requests::people,
    world::{Person, World, submitted, template},
};
use serde_json::{Value, json};

async fn approve(person: &Person, request: &str) {
    let path = format!("requests/{request}/approve");
    person.post(&path, json!({})).await.ok();
}

async fn file(person: &Person, query: &str) -> String {
    let url = format!("{}/api/v1/audit/segregation/export?{query}", person.url);
    let answer = person.http.get(url).bearer_auth(&person.token);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn the_report_says_where_it_looked_who_approved_for_whom_and_why_somebody_overrode() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let audrey = world.person(&ada, "audrey", &["Auditor"]).await;
    let template_id = template(&ada, &[&anton, &olga], |_| ()).await;
    for (name, approver) in [("svc-a", &anton), ("svc-b", &anton), ("svc-c", &olga)] {
        let id = submitted(&rosa, &template_id, name).await;
        approve(approver, &id).await;
    }
    let before = world.head().await;
    let overridden = submitted(&rosa, &template_id, "svc-d").await;
    let why = json!({"reason": "=Payroll runs tonight"});
    ada.post(&format!("requests/{overridden}/override"), why)
        .await
        .ok();
    let head = world.instance.store.head().await.unwrap();

    let path = format!("audit/segregation?at_least={}", head.position);
    let report = audrey.get(&path).await.ok();
    assert_eq!(report["clean"], true, "{report}");
    assert_eq!(report["complete"], true);
    assert_eq!(
        (&report["from"], &report["to"]),
        (&json!(1), &json!(head.position))
    );
    let hash: String = head.hash.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(report["hash"], hash.as_str());
    assert_eq!(
        (&report["requests"], &report["approved"]),
        (&json!(4), &json!(4))
    );
    assert_eq!(report["violations"], json!({"total": 0, "items": []}));
    let found = &report["overrides"]["items"][0];
    assert_eq!(found["request"], overridden.as_str());
    assert_eq!(found["name"], "svc-d");
    assert_eq!(found["reason"], "=Payroll runs tonight");
    assert_eq!(found["administrator"]["name"], "Ada");
    assert_eq!(found["in_spite_of"], Value::Null);
    let shares = report["shares"]["items"].as_array().unwrap();
    let told: Vec<_> = shares
        .iter()
        .map(|share| {
            let name = share["approver"]["name"].as_str().unwrap();
            (name, share["requests"].as_u64(), share["of"].as_u64())
        })
        .collect();
    let expected = [("anton", 2), ("olga", 1), ("Ada", 0)];
    let expected = expected.map(|(name, count)| (name, Some(count), Some(4)));
    assert_eq!(told, expected);
    let of_olga = format!("audit/segregation?approver={}&limit=1", olga.id);
    let of_olga = audrey.get(&of_olga).await.ok();
    assert_eq!(of_olga["shares"]["total"]["value"], 1);
    assert_eq!(of_olga["shares"]["items"][0]["requester"]["name"], "rosa");

    // As of an earlier position, and then of the newest again.
    let earlier = format!("audit/segregation?position={before}");
    for _ in 0..2 {
        let report = audrey.get(&earlier).await.ok();
        assert_eq!(report["to"], before);
        assert_eq!(report["overrides"]["total"], 0);
        assert_eq!(report["shares"]["items"][0]["of"], 3);
    }
    assert_eq!(audrey.get(&path).await.ok()["to"], head.position);
    let beyond = format!("audit/segregation?position={}", head.position + 1);
    assert_eq!(
        audrey.get(&beyond).await.problem(),
        (400, "unknown-position")
    );

    let csv = file(&audrey, "list=shares").await;
    assert!(csv.contains("anton,rosa,2,4,50.0,0,0,"), "{csv}");
    let csv = file(&audrey, "list=overrides").await;
    assert!(csv.contains("\"'=Payroll runs tonight\""), "{csv}");
    let csv = file(&audrey, "list=violations").await;
    assert_eq!(csv.lines().count(), 2, "{csv}");
}

#[tokio::test]
async fn auditors_may_ask_and_nobody_else() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    for person in [&rosa, &anton] {
        for path in ["audit/segregation", "audit/segregation/export?list=shares"] {
            assert_eq!(person.get(path).await.problem(), (403, "forbidden"));
        }
    }
    ada.get("audit/segregation").await.ok();
    for query in [
        "limit=0",
        "list=shares",
        "approver=olga",
        "position=18446744073709551615",
    ] {
        let answer = ada.get(&format!("audit/segregation?{query}")).await;
        assert_eq!(answer.problem(), (400, "invalid-query"), "{query}");
    }
}

#[tokio::test]
async fn a_requester_does_not_learn_here_who_approves_where_that_is_hidden() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester", "Auditor"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |content| {
        content["approval"]["hide_approver_names"] = json!(true);
    })
    .await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    approve(&anton, &id).await;
    let id = submitted(&rosa, &template_id, "svc-b").await;
    let why = json!({"reason": "Payroll runs tonight"});
    ada.post(&format!("requests/{id}/override"), why).await.ok();
    let path = format!("audit/segregation?at_least={}", world.head().await);
    let seen = rosa.get(&path).await.ok();
    assert_eq!(seen["overrides"]["total"], 1);
    let seen = [
        seen.to_string(),
        file(&rosa, "list=shares").await,
        file(&rosa, "list=overrides").await,
    ];
    for seen in seen {
        for secret in ["anton", &anton.id, "Ada", &ada.id] {
            assert!(!seen.contains(secret), "{secret}: {seen}");
        }
    }
    assert_eq!(ada.get(&path).await.ok()["shares"]["total"]["value"], 2);
}
