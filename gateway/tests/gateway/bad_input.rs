//! Bad input, on every endpoint there is: a problem with a stable type and the field, the right status, nothing changed.

use crate::world::{Person, World, answer, asking_for, template};
use reqwest::Method;
use serde_json::{Value, json};

/// Every operation: method, path with an id that names nothing, has it a body, is it public.
fn operations() -> Vec<(Method, String, bool, bool)> {
    let description = tenure_gateway::openapi();
    let mut operations = Vec::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let path = path
                .replace("{id}", "0192f0c1-0000-7000-8000-000000000000")
                .replace("{version}", "1");
            let public = operation["security"].as_array().is_none_or(Vec::is_empty);
            operations.push((method, path, operation.get("requestBody").is_some(), public));
        }
    }
    assert!(operations.len() > 70);
    operations
}

async fn post_raw(
    world: &World,
    ada: &Person,
    path: &str,
    kind: &str,
    body: impl Into<reqwest::Body>,
) -> crate::world::Answer {
    let request = world
        .http
        .post(format!("{}{path}", world.url))
        .bearer_auth(&ada.token);
    answer(request.header("content-type", kind).body(body)).await
}

#[tokio::test]
async fn without_a_session_nothing_but_the_public_is_answered() {
    let (world, _) = World::with_ada().await;
    for (method, path, has_body, public) in operations() {
        if !public {
            let body = has_body.then(|| json!({}));
            let answer = world.send(method.clone(), &path, None, &[], body).await;
            assert_eq!(answer.problem(), (401, "not-signed-in"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn without_a_permission_everything_is_refused_or_not_there() {
    let (world, ada) = World::with_ada().await;
    let nobody = world.person(&ada, "nobody", &[]).await;
    let before = world.head().await;
    let own = [
        "/api/v1/sessions",
        "/api/v1/sessions/current",
        "/api/v1/system",
        "/api/v1/events",
        "/api/v1/sessions/current/password",
    ];
    for (method, path, has_body, public) in operations() {
        let own_by_prefix = [
            "/api/v1/inbox",
            "/api/v1/saved-views",
            "/api/v1/second-factor",
        ]
        .iter()
        .any(|prefix| path.starts_with(prefix));
        if public || own_by_prefix || own.contains(&path.as_str()) {
            continue;
        }
        let body = has_body.then(|| json!({"reason": "x"}));
        let answer = world
            .send(method.clone(), &path, Some(&nobody.token), &[], body)
            .await;
        // Everyone holds Account Owner: one's own accounts, of which there are none, and looking people up.
        let allowed = [
            "/api/v1/accounts",
            "/api/v1/accounts/totals",
            "/api/v1/accounts/export",
            "/api/v1/drift",
            "/api/v1/drift/export",
            "/api/v1/reviews",
            "/api/v1/people",
        ]
        .contains(&path.as_str());
        assert!(
            matches!(answer.status, 400 | 403 | 404) || allowed,
            "{method} {path}: {answer:?}"
        );
    }
    // That somebody took files out is on record, and nothing else is.
    let since = world.instance.store.read(before, 100).await.unwrap();
    let types: Vec<_> = since.iter().map(|event| event.event.type_name()).collect();
    assert_eq!(types, ["user.exported"; 2]);
}

#[tokio::test]
async fn a_body_that_cannot_be_read_is_told_so_everywhere_and_changes_nothing() {
    let (world, ada) = World::with_ada().await;
    let before = world.head().await;
    for (method, path, has_body, _) in operations() {
        // OAuth 2 takes forms, and has errors of its own.
        if !has_body || ["/api/v1/setup", "/api/v1/oauth/token"].contains(&path.as_str()) {
            continue;
        }
        assert_eq!(method, Method::POST);
        for broken in [
            "{",
            "",
            "nul",
            "{}{}",
            "[1]",
            "\"text\"",
            "{\"no_such_field\": 1}",
        ] {
            let answer = post_raw(&world, &ada, &path, "application/json", broken).await;
            assert_eq!(
                answer.problem(),
                (400, "invalid-json"),
                "{path} {broken}: {answer:?}"
            );
        }
        let answer = post_raw(&world, &ada, &path, "application/json", vec![0xff, 0xfe]).await;
        assert_eq!(answer.problem(), (400, "invalid-json"), "{path}");
        let deep = "[".repeat(10_000);
        let answer = post_raw(&world, &ada, &path, "application/json", deep).await;
        assert_eq!(answer.problem(), (400, "invalid-json"), "{path}");
        let answer = post_raw(&world, &ada, &path, "text/plain", "{}").await;
        assert_eq!(answer.problem(), (415, "unsupported-media-type"), "{path}");
        let long = format!("{{\"reason\": \"{}\"}}", "x".repeat(300 * 1024));
        let answer = post_raw(&world, &ada, &path, "application/json", long).await;
        assert_eq!(answer.problem(), (413, "body-too-large"), "{path}");
    }
    assert_eq!(world.head().await, before);
}

#[tokio::test]
async fn ids_that_name_nothing_are_not_found_whatever_they_look_like() {
    let (world, ada) = World::with_ada().await;
    for path in [
        "accounts",
        "requests",
        "templates",
        "users",
        "groups",
        "roles",
        "domains",
        "engines",
    ] {
        for id in [
            "0192f0c1-0000-7000-8000-000000000000",
            "x",
            "%00",
            "..%2f..%2fetc",
            "1e9",
            "%F0%9F%92%A9",
        ] {
            let answer = ada.get(&format!("{path}/{id}")).await;
            assert_eq!(answer.problem(), (404, "not-found"), "{path}/{id}");
        }
    }
    assert_eq!(
        ada.get("templates/0192f0c1-0000-7000-8000-000000000000/versions/x")
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(ada.get("nothing/here").await.problem(), (404, "not-found"));
    assert_eq!(
        world
            .send(Method::GET, "/nothing", None, &[], None)
            .await
            .problem(),
        (404, "not-found")
    );
    assert_eq!(
        ada.post("clock/advance", json!({"days": 1}))
            .await
            .problem(),
        (404, "not-found")
    );
}

#[tokio::test]
async fn a_wrong_method_says_which_are_right() {
    let (world, ada) = World::with_ada().await;
    for (method, path) in [
        (Method::PUT, "accounts"),
        (Method::DELETE, "users"),
        (Method::PATCH, "/healthz"),
    ] {
        let answer = world.send(method, path, Some(&ada.token), &[], None).await;
        assert_eq!(answer.problem(), (405, "method-not-allowed"), "{path}");
        assert!(
            answer
                .headers
                .get("allow")
                .unwrap()
                .to_str()
                .unwrap()
                .contains("GET")
        );
    }
}

#[tokio::test]
async fn queries_that_make_no_sense_name_the_parameter() {
    let (_world, ada) = World::with_ada().await;
    let cases = [
        ("accounts?limit=0", "limit"),
        ("accounts?limit=501", "limit"),
        ("accounts?limit=x", "limit"),
        ("accounts?status=alive", "status"),
        ("accounts?domain=x", "domain"),
        ("accounts?sort=color", "sort"),
        ("accounts?cursor=nonsense", "cursor"),
        ("accounts?offset=1&cursor=i1.i1", "offset"),
        ("accounts?offset=99999999999", "offset"),
        ("accounts?ends_before=yesterday", "ends_before"),
        ("requests?status=", "status"),
        ("audit?from=2026", "from"),
        ("audit?after=18446744073709551615", "after"),
        ("audit?up_to=18446744073709551615", "up_to"),
        ("audit/history?after=999999", "after"),
        ("audit/history?up_to=999999", "up_to"),
        ("people?search=a", "search"),
        ("users?enabled=perhaps", "enabled"),
        ("system?at_least=x", "at_least"),
    ];
    for (path, field) in cases {
        let answer = ada.get(path).await;
        assert_eq!(answer.problem(), (400, "invalid-query"), "{path}");
        assert_eq!(
            answer.json["errors"][0]["field"], field,
            "{path} {:?}",
            answer.json
        );
    }
    assert_eq!(
        ada.get("accounts?no_such=1").await.problem(),
        (400, "invalid-query")
    );
    assert_eq!(
        ada.get("accounts?at_least=999999999").await.problem(),
        (400, "unknown-position")
    );
    // What people type is only text.
    for search in ["%25", "%27%3B--", "_", "%00", "%F0%9F%92%A9"] {
        assert_eq!(
            ada.get(&format!("accounts?search={search}")).await.status,
            200,
            "{search}"
        );
    }
}

#[tokio::test]
async fn values_that_break_the_rules_are_named_field_by_field() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let mut told = Vec::new();
    let mut ask = async |what: &str, path: String, person: &Person, body: Value| {
        let answer = person.post(&path, body).await;
        answer.problem();
        told.push(json!({"what": what, "answer": answer.json}));
    };
    let personal =
        json!({"personal": {"display_name": "", "emails": ["x", "a@b.example", "A@b.example"]}});
    ask("a user with bad data", "users".into(), &ada, personal).await;
    let weak = json!({"personal": {"display_name": "Grace", "emails": ["grace@corp.example"]}, "password": "short"});
    ask("a weak password", "users".into(), &ada, weak).await;
    let taken = json!({"personal": {"display_name": "Rosa too", "emails": ["ROSA@corp.example"]}});
    ask("a taken address", "users".into(), &ada, taken).await;
    ask("a blank group", "groups".into(), &ada, json!({"name": " "})).await;
    ask(
        "a long group",
        "groups".into(),
        &ada,
        json!({"name": "x".repeat(81)}),
    )
    .await;
    ask(
        "a permission that is none",
        "roles".into(),
        &ada,
        json!({"name": "R", "permissions": ["audit:update"]}),
    )
    .await;
    ask(
        "a built-in name",
        "roles".into(),
        &ada,
        json!({"name": "auditor", "permissions": []}),
    )
    .await;
    let domain = json!({"name": "no name!", "kind": "sandbox", "base_dn": "nowhere"});
    ask("a bad domain", "domains".into(), &ada, domain).await;
    ask(
        "a bad kind",
        "domains".into(),
        &ada,
        json!({"name": "a.example", "kind": "nis", "base_dn": "DC=a"}),
    )
    .await;
    let engine =
        json!({"name": "e", "domain": "0192f0c1-0000-7000-8000-000000000000", "public_key": "x"});
    ask("an engine of no domain", "engines".into(), &ada, engine).await;
    ask(
        "a type that is wrong",
        "groups".into(),
        &ada,
        json!({"name": 5}),
    )
    .await;
    let id = rosa
        .post("requests", asking_for(&template_id, "backup\u{7}"))
        .await
        .id();
    ask(
        "a request with a bad name",
        format!("requests/{id}/submit"),
        &rosa,
        json!({}),
    )
    .await;
    ask(
        "a rejection without a reason",
        format!("requests/{id}/reject"),
        &ada,
        json!({}),
    )
    .await;
    let none = asking_for("0192f0c1-0000-7000-8000-000000000000", "svc-a");
    let id = rosa.post("requests", none).await.id();
    ask(
        "a request with no template",
        format!("requests/{id}/submit"),
        &rosa,
        json!({}),
    )
    .await;
    let renewal = json!({
        "kind": {"type": "renewal", "account": "0192f0c1-0000-7000-8000-000000000000"}, "template": template_id
    });
    ask("a renewal of nothing", "requests".into(), &rosa, renewal).await;
    ask(
        "a password that is wrong",
        "sessions".into(),
        &ada,
        json!({"email": "ada@corp.example", "password": "x"}),
    )
    .await;
    insta::assert_json_snapshot!(told);
}

#[tokio::test]
async fn a_bad_idempotency_key_is_told() {
    let (_world, ada) = World::with_ada().await;
    for key in ["", "with space", &"x".repeat(129)] {
        let answer = ada.post_once("groups", key, json!({"name": "A"})).await;
        assert_eq!(answer.problem(), (400, "invalid-header"), "{key}");
    }
    assert_eq!(
        ada.get("groups").await.ok()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}
