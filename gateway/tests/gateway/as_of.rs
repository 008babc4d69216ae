//! Objects and lists as they were: what was answered at a moment is answered again later, to whoever may see it today.

use crate::{
    accounts::{Story, story},
    requests::people,
    world::{Person, World, submitted, template},
};
use serde_json::{Value, json};

/// Every query that knows a past, with the ids of the story.
fn paths(ids: &Value) -> Vec<String> {
    let id = |kind: &str| ids[kind].as_str().unwrap().to_owned();
    let (account, request, template) = (id("account"), id("request"), id("template"));
    let mut paths: Vec<String> = [
        "accounts",
        "accounts?status=active&sort=lifecycle-end",
        "accounts?mine=true",
        "accounts?search=backup",
        "accounts/export",
        "accounts/totals",
        "domains",
        "drift",
        "drift/export",
        "groups",
        "requests",
        "requests?status=provisioned",
        "requests/export",
        "roles",
        "templates",
        "templates?offered=true",
        "users",
        "users?search=ros",
    ]
    .map(str::to_owned)
    .into();
    paths.extend([
        format!("accounts?template={template}"),
        format!("accounts/{account}"),
        format!("accounts/{account}/history"),
        format!("domains/{}", id("domain")),
        format!("groups/{}", id("group")),
        format!("requests/{request}"),
        format!("requests/{request}/approvers"),
        format!("requests/{request}/history"),
        format!("roles/{}", id("role")),
        format!("templates/{template}"),
        format!("templates/{template}/versions"),
        format!("templates/{template}/versions/1"),
        format!("users/{}", id("user")),
        format!("users/{}/deputy", id("user")),
    ]);
    paths
}

pub(crate) async fn text(person: &Person, path: &str) -> (String, Option<String>) {
    let url = format!("{}/api/v1/{path}", person.url);
    let answer = person.http.get(url).bearer_auth(&person.token);
    let answer = answer.send().await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    let position = answer.headers().get("tenure-as-of-position");
    let position = position.map(|value| value.to_str().unwrap().to_owned());
    let body = answer.text().await.unwrap();
    // Nothing can be done with what was.
    let Ok(mut body) = serde_json::from_str::<Value>(&body) else {
        // Of today a file is of a later position: that others were taken out is on record.
        let (rows, _) = body.trim_end().rsplit_once("\r\n").unwrap();
        return (rows.to_owned(), position);
    };
    if let Some(fields) = body.as_object_mut() {
        fields.remove("options");
    }
    (body.to_string(), position)
}

pub(crate) fn with(path: &str, query: &str) -> String {
    let and = if path.contains('?') { '&' } else { '?' };
    format!("{path}{and}{query}")
}

#[tokio::test]
async fn what_was_answered_at_a_moment_is_answered_again_whatever_happened_since() {
    let Story {
        world,
        ada,
        rosa,
        eve,
        account,
        path,
    } = story().await;
    let group = ada.post("groups", json!({"name": "Platform"})).await.id();
    let member = json!({"user": rosa.id});
    let add = format!("groups/{group}/members/add");
    ada.post(&add, member.clone()).await.ok();
    let content = json!({"name": "Readers", "permissions": ["managed-account:read"]});
    let role = ada.post("roles", content).await.id();
    let shown = ada.get(&path).await.ok();
    let ids = json!({
        "account": account.to_string(),
        "request": shown["request"],
        "template": shown["template"]["id"],
        "domain": shown["domain"]["id"],
        "group": group,
        "role": role,
        "user": rosa.id,
    });
    let head = world.head().await;
    let instant = world.clock_now();
    // That files are taken out is on record, after that instant.
    world.later(chrono::TimeDelta::milliseconds(1));
    let mut seen = Vec::new();
    for path in paths(&ids) {
        let (body, position) = text(&ada, &with(&path, &format!("at_least={head}"))).await;
        assert_eq!(position, None);
        seen.push((path, body));
    }

    // A month in which everything changes.
    world.later(chrono::TimeDelta::days(30));
    let ada = world.sign_in("ada@corp.example").await;
    let owners = json!({"owners": [{"kind": "user", "id": eve.id}]});
    ada.post(&format!("{path}/owners"), owners).await.ok();
    let why = json!({"reason": "Suspicious sign-ins."});
    ada.post(&format!("{path}/disable"), why).await.ok();
    let personal = json!({"display_name": "Rosa Ruiz", "emails": ["rosa@corp.example"]});
    let rename = format!("users/{}/personal-data", rosa.id);
    ada.post(&rename, personal).await.ok();
    let remove = format!("groups/{group}/members/remove");
    ada.post(&remove, member).await.ok();
    let name = json!({"name": "Platform team"});
    ada.post(&format!("groups/{group}/rename"), name).await.ok();
    let disable = format!("roles/{role}/disable");
    ada.post(&disable, json!({})).await.ok();
    let domain = format!("domains/{}/disable", ids["domain"].as_str().unwrap());
    ada.post(&domain, json!({})).await.ok();
    let id = ids["template"].as_str().unwrap();
    let disable = format!("templates/{id}/disable");
    ada.post(&disable, json!({})).await.ok();

    for (path, body) in &seen {
        // Twice: from streams and from tables.
        for _ in 0..2 {
            let (again, position) = text(&ada, &with(path, &format!("as_of={head}"))).await;
            assert_eq!(body, &again, "{path}");
            assert_eq!(position, Some(head.to_string()));
        }
    }
    let day = instant.to_rfc3339();
    for (path, body) in &seen {
        let day = format!("as_of={}", day.replace('+', "%2B"));
        let (again, position) = text(&ada, &with(path, &day)).await;
        assert_eq!(body, &again, "{path}");
        assert_eq!(position, Some(head.to_string()));
    }
    let now = ada.get(&path).await.ok();
    assert_eq!(
        (&now["status"], &now["owners"][0]["name"]),
        (&json!("disabled"), &json!("eve"))
    );
    let before = ada.get(&with(&path, "as_of=1")).await;
    assert_eq!(before.problem(), (404, "not-found"));
}

#[tokio::test]
async fn one_sees_of_the_past_what_one_sees_today() {
    let Story {
        world,
        ada,
        rosa,
        eve,
        path,
        ..
    } = story().await;
    let head = world.head().await;
    let owners = json!({"owners": [{"kind": "user", "id": eve.id}]});
    ada.post(&format!("{path}/owners"), owners).await.ok();
    let last = world.head().await;
    let then = format!("as_of={head}&at_least={last}");
    let names = async |person: &Person, query: &str| {
        let list = person.get(&format!("accounts?{query}")).await.ok();
        list["items"].as_array().unwrap().len()
    };
    // Rosa owned it then, and does not now; Eve does now, and did not then.
    let hers = rosa.get(&with(&path, &then)).await;
    assert_eq!(hers.problem(), (404, "not-found"));
    assert_eq!(names(&rosa, &then).await, 0);
    let shown = eve.get(&with(&path, &then)).await.ok();
    assert_eq!(shown["owners"][0]["name"], "rosa");
    assert_eq!(shown["options"], json!([]));
    assert_eq!(names(&eve, &then).await, 1);
    assert_eq!(names(&eve, &format!("{then}&mine=true")).await, 0);
    let totals = eve.get(&with("accounts/totals", &then)).await.ok();
    let counts = totals["by_status"].as_array().unwrap().iter();
    let counts: u64 = counts.map(|row| row["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 1);
}

#[tokio::test]
async fn a_moment_is_one_of_the_past_and_only_where_there_is_one() {
    let (world, ada) = World::with_ada().await;
    let head = world.head().await;
    for (query, expected) in [
        ("as_of=yesterday", (400, "invalid-query")),
        ("as_of=", (400, "invalid-query")),
        ("as_of=-1", (400, "invalid-query")),
        ("as_of=2999-01-01T00:00:00Z", (400, "invalid-query")),
    ] {
        let answer = ada.get(&format!("accounts?{query}")).await;
        assert_eq!(answer.problem(), expected, "{query}");
    }
    let beyond = ada.get(&format!("accounts?as_of={}", head + 1)).await;
    assert_eq!(beyond.problem().1, "unknown-position");
    let domain = uuid::Uuid::nil();
    for (path, instead) in [
        ("inbox", "this has no past"),
        ("system", "this has no past"),
        ("audit", "up to a position, with up_to"),
        (&format!("engines/{domain}/log"), "/api/v1/engines"),
        (&format!("domains/{domain}/pool"), "/api/v1/engines"),
        (&format!("domains/{domain}/units"), "copied, not recorded"),
        (&format!("domains/{domain}/groups"), "/api/v1/drift"),
        (&format!("domains/{domain}/users"), "/api/v1/accounts"),
        (&format!("domains/{domain}/people"), "/api/v1/audit"),
        (
            &format!("domains/{domain}/synchronisation"),
            "as it was read last",
        ),
        (
            &format!("domains/{domain}/unmanaged-accounts"),
            "copied, not recorded",
        ),
        (
            &format!("domains/{domain}/unmanaged-accounts/report"),
            "copied, not recorded",
        ),
    ] {
        let answer = ada.get(&format!("{path}?as_of=1")).await;
        assert_eq!(answer.problem(), (400, "invalid-query"), "{path}");
        let error = &answer.json["errors"][0];
        assert_eq!(
            (&error["field"], &error["code"]),
            (&json!("as_of"), &json!("no-past"))
        );
        let said = answer.json["detail"].as_str().unwrap();
        assert!(said.contains(instead), "{path}: {said}");
    }
    let post = ada.post("groups?as_of=1", json!({"name": "Then"})).await;
    assert_eq!(post.problem(), (400, "invalid-query"));
    assert_eq!(ada.get("accounts?as_of=0").await.ok()["items"], json!([]));
}

#[tokio::test]
async fn who_could_have_approved_is_by_groups_roles_and_deputies_of_that_day() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let erin = world.person(&ada, "erin", &["Approver"]).await;
    let group = ada.post("groups", json!({"name": "Leads"})).await.id();
    let member = |person: &Person| json!({"user": person.id});
    for person in [&anton, &rosa] {
        let add = format!("groups/{group}/members/add");
        ada.post(&add, member(person)).await.ok();
    }
    let template_id = template(&ada, &[], |content| {
        content["approval"]["steps"][0]["groups"] = json!([group]);
    })
    .await;
    let request = submitted(&rosa, &template_id, "svc-a").await;
    let deputy = json!({"deputy": olga.id, "until": "2026-01-20T00:00:00Z"});
    let deputies = format!("users/{}/deputy", anton.id);
    anton.post(&deputies, deputy).await.ok();
    let that_day = world.clock_now().to_rfc3339().replace("+00:00", "Z");

    // Later Anton leaves the group, Olga is his deputy no more, and Erin comes in.
    world.later(chrono::TimeDelta::days(20));
    let ada = world.sign_in("ada@corp.example").await;
    let remove = format!("groups/{group}/members/remove");
    ada.post(&remove, member(&anton)).await.ok();
    let add = format!("groups/{group}/members/add");
    ada.post(&add, member(&erin)).await.ok();
    let path = format!("requests/{request}/approvers");
    let of = |answer: &Value| {
        let items = answer["items"].as_array().unwrap().iter();
        let mut people: Vec<_> = items
            .map(|item| {
                let behalf = item["on_behalf_of"]["name"].as_str().unwrap_or_default();
                let name = item["user"]["name"].as_str().unwrap();
                (name.to_owned(), item["may"] == true, behalf.to_owned())
            })
            .collect();
        people.sort();
        people
    };
    let person = |name: &str, may, behalf: &str| (name.to_owned(), may, behalf.to_owned());
    let then = ada.get(&with(&path, &format!("as_of={that_day}"))).await;
    let then = then.ok();
    assert_eq!(then["step"], "Team lead");
    assert_eq!(
        of(&then),
        [
            person("anton", true, ""),
            person("olga", true, "anton"),
            person("rosa", false, "")
        ]
    );
    let head = world.head().await;
    let now = ada
        .get(&with(&path, &format!("at_least={head}")))
        .await
        .ok();
    assert_eq!(
        of(&now),
        [person("erin", true, ""), person("rosa", false, "")]
    );
    let erin = world.sign_in("erin@corp.example").await;
    assert_eq!(erin.get(&path).await.problem(), (403, "forbidden"));
    erin.post(&format!("requests/{request}/approve"), json!({}))
        .await
        .ok();
    let head = world.head().await;
    let done = ada
        .get(&with(&path, &format!("at_least={head}")))
        .await
        .ok();
    assert_eq!(done["items"], json!([]));
    let then = ada.get(&with(&path, &format!("as_of={that_day}"))).await;
    assert_eq!(of(&then.ok()).len(), 3);
}
