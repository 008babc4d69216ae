//! Templates over HTTP: validated as a whole, versions listed and compared, four eyes.

use crate::world::{Person, World, asking_for, template};
use serde_json::{Value, json};
use tenure_workflow::Settings;

/// The content that serves, changed.
async fn next(ada: &Person, id: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut content = ada.get(&format!("templates/{id}")).await.ok()["content"].take();
    change(&mut content);
    content
}

fn fields(errors: &Value) -> Vec<String> {
    let errors = errors["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            format!(
                "{} {}",
                error["field"].as_str().unwrap(),
                error["code"].as_str().unwrap()
            )
        })
        .collect()
}

#[tokio::test]
async fn every_problem_of_a_template_is_named_at_once_and_nothing_is_published() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let uma = world.person(&ada, "uma", &["Approver"]).await;
    let id = template(&ada, &[&uma], |_| {}).await;
    let wrong = next(&ada, &id, |content| {
        content["directory"]["domain"] = json!("0192f0c1-0000-7000-8000-000000000000");
        content["directory"]["ou"] = json!("somewhere");
        content["directory"]["attributes"] = json!([
            {"name": "memberOf", "rule": "optional"},
            {"name": "countryCode", "rule": {"read-only": ["49", "50"]}},
        ]);
        content["lifecycle"]["renewal_opens_days"] = json!(90);
        content["approval"]["steps"][0]["users"] = json!([rosa.id, uma.id]);
        content["lifecycle"]["other_recipients"] =
            json!({"users": [], "groups": ["0192f0c1-0000-7000-8000-000000000001"]});
    })
    .await;
    let expected = [
        "directory.ou malformed",
        "directory.attributes[0].name reserved",
        "directory.attributes[1].rule too-many",
        "lifecycle.renewal_opens_days conflict",
        "directory.domain unknown",
        "lifecycle.other_recipients.groups[0] unknown",
        "approval.steps[0].users[0] no-approver",
    ];
    let checked = ada.post("templates/validate", wrong.clone()).await.ok();
    assert_eq!(fields(&checked), expected);
    ada.post(&format!("templates/{id}/draft"), wrong).await.ok();
    let refused = ada
        .post(&format!("templates/{id}/publish"), json!({}))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(fields(&refused.json), expected);
    let after = ada.get(&format!("templates/{id}")).await.ok();
    assert_eq!(
        (&after["published"], &after["draft"]),
        (&json!(1), &json!(2))
    );

    let right = next(&ada, &id, |_| {}).await;
    let checked = ada.post("templates/validate", right).await.ok();
    assert_eq!(fields(&checked), [""; 0]);
    let forbidden = rosa.post("templates/validate", json!({})).await;
    assert_eq!(forbidden.problem(), (403, "forbidden"));
}

#[tokio::test]
async fn a_pattern_that_the_engine_cannot_run_is_refused_when_it_is_saved() {
    let (_world, ada) = World::with_ada().await;
    let id = template(&ada, &[&ada], |_| {}).await;
    for pattern in ["(", "(a{1000}){1000}", r"(a+)\1"] {
        let bad = next(&ada, &id, |content| {
            content["directory"]["name_pattern"] = json!(pattern);
        })
        .await;
        let refused = ada.post(&format!("templates/{id}/draft"), bad).await;
        assert_eq!(refused.problem(), (422, "invalid"), "{pattern}");
        assert_eq!(
            fields(&refused.json),
            ["directory.name_pattern bad-pattern"],
            "{pattern}"
        );
    }
}

#[tokio::test]
async fn values_that_the_directory_would_refuse_never_reach_a_queue() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let id = template(&ada, &[&ada], |content| {
        content["directory"]["attributes"] = json!([
            {"name": "department", "rule": "required"},
            {"name": "servicePrincipalName", "rule": "optional"},
        ]);
    })
    .await;
    let mut asked = asking_for(&id, "svc-backup");
    asked["attributes"] = json!({
        "department": ["x".repeat(65), "two"],
        "servicePrincipalName": ["MSSQLSvc"],
    });
    let request = rosa.post("requests", asked).await.id();
    let refused = rosa
        .post(&format!("requests/{request}/submit"), json!({}))
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(
        fields(&refused.json),
        [
            "attributes.department too-many",
            "attributes.department too-long",
            "attributes.servicePrincipalName malformed",
        ]
    );
}

#[tokio::test]
async fn versions_are_listed_and_any_two_are_compared_field_by_field() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let uma = world.person(&ada, "uma", &["Approver"]).await;
    let id = template(&ada, &[&ada], |_| {}).await;
    let second = next(&ada, &id, |content| {
        content["lifecycle"]["periods"] = json!(["90 days", "1 year"]);
        content["approval"]["steps"][0]["users"] = json!([uma.id]);
    })
    .await;
    ada.post(&format!("templates/{id}/draft"), second)
        .await
        .ok();
    let path = format!("templates/{id}/compare");
    let changes = ada.get(&path).await.ok();
    assert_eq!((&changes["from"], &changes["to"]), (&json!(1), &json!(2)));
    let mut items = changes["items"].as_array().unwrap().clone();
    items.sort_by_key(|item| item["field"].as_str().unwrap().to_owned());
    assert_eq!(
        items,
        [
            json!({"field": "approval.steps[Team lead].users", "before": [ada.id], "after": [uma.id]}),
            json!({"field": "lifecycle.periods", "before": ["90 days"], "after": ["90 days", "1 year"]}),
        ]
    );
    assert_eq!(changes["names"][&uma.id], "uma");
    // Who only asks for accounts sees no draft.
    assert_eq!(rosa.get(&path).await.problem(), (404, "not-found"));
    let of_rosa = rosa.get(&format!("templates/{id}/versions")).await.ok();
    assert_eq!(of_rosa["items"].as_array().unwrap().len(), 1);

    let published = ada
        .post(&format!("templates/{id}/publish"), json!({}))
        .await
        .ok();
    let third = next(&ada, &id, |content| content["action"] = json!("review")).await;
    let drafted = ada.post(&format!("templates/{id}/draft"), third).await.ok();
    let at_least = drafted["position"]
        .as_u64()
        .max(published["position"].as_u64());
    let path = format!("templates/{id}/versions?at_least={}", at_least.unwrap());
    let versions = ada.get(&path).await.ok();
    let seen: Vec<_> = versions["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (
                row["version"].as_u64().unwrap(),
                row["status"].as_str().unwrap(),
                row["published_at"].is_string(),
            )
        })
        .collect();
    assert_eq!(
        seen,
        [
            (3, "draft", false),
            (2, "published", true),
            (1, "former", true)
        ]
    );
    let back = ada
        .get(&format!("templates/{id}/compare?from=3&to=1"))
        .await
        .ok();
    let fields: Vec<_> = back["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields.len(), 3, "{back}");
    let unknown = ada
        .get(&format!("templates/{id}/compare?from=1&to=9"))
        .await;
    assert_eq!(unknown.problem(), (404, "not-found"));
}

#[tokio::test]
async fn where_four_eyes_are_wanted_somebody_else_publishes() {
    let settings = Settings {
        template_four_eyes: true,
        ..Settings::default()
    };
    let world = World::with_settings(settings).await;
    world.set_up().await.ok();
    let ada = world.sign_in("ada@corp.example").await;
    let omar = world.person(&ada, "omar", &["System Administrator"]).await;
    let publisher =
        json!({"name": "Publisher", "permissions": ["provision-template-workflow:update"]});
    let role = ada.post("roles", publisher).await.id();
    let pia = world.person(&ada, "pia", &[]).await;
    ada.post(
        &format!("users/{}/roles/grant", pia.id),
        json!({"role": role}),
    )
    .await
    .ok();
    let domain = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    let domain = ada.post("domains", domain).await.id();
    let content = json!({
        "name": "Service account", "account_type": "ad-user", "action": "disable", "vault": {"kind": "built-in"},
        "directory": {"domain": domain, "ou": "OU=Service,DC=corp,DC=example,DC=com"},
        "lifecycle": {"periods": ["90 days"]},
        "approval": {"steps": [{"name": "Team lead", "least": 1, "users": [omar.id]}]}
    });
    let id = ada.post("templates", content).await.id();
    let path = |verb: &str| format!("templates/{id}/{verb}");
    let nothing = || json!({});

    let refused = ada.post(&path("publish"), nothing()).await;
    assert_eq!(refused.problem(), (409, "approval-needed"));
    ada.post(&path("submit"), nothing()).await.ok();
    let shown = ada.get(&format!("templates/{id}")).await.ok();
    assert_eq!(shown["awaiting_approval"], true);
    let own = ada.post(&path("publish"), nothing()).await;
    assert_eq!(own.problem(), (403, "own-draft"));
    let without_manage = pia.post(&path("publish"), nothing()).await;
    assert_eq!(without_manage.problem(), (403, "forbidden"));

    let reason = json!({"reason": "Which team?"});
    omar.post(&path("return"), reason.clone()).await.ok();
    let shown = ada.get(&format!("templates/{id}")).await.ok();
    assert_eq!(shown["returned"], "Which team?");
    let again = omar.post(&path("return"), reason).await;
    assert_eq!(again.problem(), (409, "not-submitted"));
    ada.post(&path("submit"), nothing()).await.ok();
    let shown = ada.get(&format!("templates/{id}")).await.ok();
    assert_eq!(shown["returned"], Value::Null);
    omar.post(&path("publish"), nothing()).await.ok();
    let shown = ada.get(&format!("templates/{id}")).await.ok();
    assert_eq!(
        (&shown["published"], &shown["awaiting_approval"]),
        (&json!(1), &json!(false))
    );
}

#[tokio::test]
async fn only_people_who_may_approve_are_offered_as_approvers_and_a_group_without_one_is_pointed_out()
 {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let robin = world.person(&ada, "robin", &["Approver"]).await;
    let group = ada.post("groups", json!({"name": "Ro team"})).await.id();
    let add = format!("groups/{group}/members/add");
    ada.post(&add, json!({"user": rosa.id})).await.ok();
    let found = async |who: &Person| -> Vec<String> {
        let head = world.head().await;
        let path = format!("people?search=ro&approvers=true&at_least={head}");
        let answer = who.get(&path).await.ok();
        let items = answer["items"].as_array().unwrap().iter();
        items
            .map(|item| item["name"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(found(&ada).await, ["robin"]);
    let id = template(&ada, &[&robin], |_| {}).await;
    let named = next(&ada, &id, |content| {
        content["approval"]["steps"][0]["groups"] = json!([group]);
    })
    .await;
    let checked = ada.post("templates/validate", named.clone()).await.ok();
    assert_eq!(fields(&checked), [""; 0], "it can be published");
    assert_eq!(
        checked["warnings"],
        json!([{"field": "approval.steps[0].groups[0]", "code": "no-approver",
            "message": "has no member who may approve at this moment"}])
    );
    ada.post(&add, json!({"user": robin.id})).await.ok();
    assert_eq!(found(&robin).await, ["robin", "Ro team"]);
    let checked = ada.post("templates/validate", named).await.ok();
    assert_eq!(checked["warnings"], json!([]));
    let refused = rosa.get("people?search=ro&approvers=true").await;
    assert_eq!(
        refused.problem(),
        (403, "forbidden"),
        "a requester learns nothing about who approves"
    );
}

#[tokio::test]
async fn templates_are_found_by_domain_and_by_whether_they_serve_some_at_a_time() {
    let (world, ada) = World::with_ada().await;
    let id = template(&ada, &[&ada], |_| {}).await;
    let mut content = next(&ada, &id, |_| {}).await;
    let serving = content["name"].as_str().unwrap().to_owned();
    for name in ["Archive", "Backup"] {
        content["name"] = json!(name);
        ada.post("templates", content.clone()).await.ok();
    }
    let head = world.head().await;
    let found = async |query: &str| {
        let path = format!("templates?{query}&at_least={head}");
        let answer = ada.get(&path).await.ok();
        let items = answer["items"].as_array().unwrap();
        let names = items
            .iter()
            .map(|row| row["name"].as_str().unwrap().to_owned());
        (names.collect::<Vec<_>>(), answer["total"]["value"].clone())
    };
    let domain = content["directory"]["domain"].as_str().unwrap();
    let (all, total) = found(&format!("domain={domain}")).await;
    assert_eq!((all.len(), total), (3, json!(3)));
    let elsewhere = found("domain=0192f0c1-0000-7000-8000-000000000000").await;
    assert_eq!(elsewhere, (Vec::new(), json!(0)));
    assert_eq!(found("published=true").await.0, [serving]);
    let drafts = ["Archive".to_owned(), "Backup".to_owned()];
    assert_eq!(found("published=false").await.0, drafts);
    let (first, total) = found("published=false&limit=1").await;
    assert_eq!((first, total), (drafts[..1].to_vec(), json!(2)));
    let none = ada.get("templates?limit=0").await;
    assert_eq!(none.problem(), (400, "invalid-query"));
    let row = &ada.get("templates?published=true").await.ok()["items"][0];
    assert_eq!(row["ou"], content["directory"]["ou"]);
}
