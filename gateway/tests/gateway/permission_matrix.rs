//! Every endpoint × every built-in role × one's own and another's object, compared with a matrix that is checked in.
//! `UPDATE_SCHEMAS=1` writes what differs.

use crate::{
    accounts::existing,
    world::{Person, World, asking_for, submitted, template},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt::Write as _};
use tenure_domain::{
    Actor, ApiTokenId, UserId,
    api_token::{ApiTokenCommand, ApiTokenContent},
};
use tenure_eventstore::{
    new_id,
    state::{InboxMessage, Session},
};
use tenure_workflow::Caller;
use uuid::Uuid;

/// Who asks; the administrator last, who may change what the others look at.
const ROLES: [&str; 5] = [
    "Account Owner",
    "Requester",
    "Approver",
    "Auditor",
    "System Administrator",
];

const LEGEND: &str = "\
# Who may call what, tried out on a running gateway. Account Owner is what everybody has.
# Two letters: with one's own object, with another's. One letter: the endpoint is about no object.
# y = allowed (whatever the rules then say of the command), n = forbidden, h = as if it were not there,
# r = a rule of its own refuses, whoever asks.
";

/// The objects that paths name, by the path's first part.
type Objects = BTreeMap<&'static str, String>;

/// A body with which the command reaches the check of whose object it is.
fn body(path: &str, objects: &Objects) -> Value {
    let owners = json!([{"kind": "user", "id": objects["users"]}]);
    match path {
        "/api/v1/users/{id}/personal-data" => {
            json!({"display_name": "Somebody", "emails": [format!("{}@corp.example", Uuid::new_v5(&Uuid::nil(), objects["users"].as_bytes()))]})
        }
        "/api/v1/accounts/{id}/owners" => json!({"owners": owners}),
        "/api/v1/accounts/{id}/renew"
        | "/api/v1/accounts/{id}/retry"
        | "/api/v1/accounts/{id}/clone" => json!({}),
        "/api/v1/accounts/{id}/reveal-secret" => {
            json!({"reader_key": BASE64_STANDARD.encode([4; 65])})
        }
        "/api/v1/accounts/{id}/delete" => {
            json!({"reason": "Because.", "confirmed_name": "svc-none"})
        }
        path if path.starts_with("/api/v1/accounts/{id}/") => json!({"reason": "Because."}),
        "/api/v1/requests/{id}/revise" => asking_for(&objects["templates"], "svc-other"),
        "/api/v1/requests/{id}/approve" => json!({}),
        "/api/v1/requests/{id}/reject" => json!({"reason": "No."}),
        "/api/v1/requests/{id}/ask" => json!({"question": "Which servers?"}),
        "/api/v1/requests/{id}/answer" => json!({"answer": "The file servers"}),
        "/api/v1/requests/{id}/override" => json!({"reason": "Payroll runs tonight."}),
        "/api/v1/accounts/act" | "/api/v1/accounts/act/preview" => {
            json!({"accounts": [Uuid::nil()], "act": "disable", "reason": "Because."})
        }
        "/api/v1/approvals/decide" => {
            json!({"requests": [Uuid::nil()], "decision": "approve"})
        }
        "/api/v1/users/{id}/deputy" => {
            json!({"deputy": objects["users"], "until": "2026-02-01T00:00:00Z"})
        }
        "/api/v1/api-tokens/{id}/describe" => json!({"description": "Something else"}),
        _ => json!({}),
    }
}

fn addressed(path: &str, objects: &Objects) -> String {
    let family = path.split('/').nth(3).unwrap_or_default();
    let id = objects.get(family).cloned();
    path.replace("{id}", &id.unwrap_or_else(|| Uuid::nil().to_string()))
        .replace("{version}", "1")
        .replace("{position}", "1")
        .replace("{notice}", "approval-required")
        .replace("/compare", "/compare?from=1&to=1")
        .replace("/name-check", "/name-check?name=svc-x")
}

/// A session that nothing before has ended.
async fn session(world: &World, user: UserId) -> String {
    let token = format!("tenure_s_{}{}", new_id().simple(), new_id().simple());
    let now = world.instance.system.now();
    let session = Session {
        token_hash: Sha256::digest(&token).into(),
        user,
        created_at: now,
        expires_at: now + chrono::TimeDelta::hours(1),
        seen_at: now,
        api_token: None,
    };
    let tables = world.instance.store.state_tables();
    tables.begin_session(&session).await.unwrap();
    token
}

async fn letter(
    world: &World,
    user: UserId,
    method: &Method,
    path: &str,
    objects: &Objects,
) -> char {
    let token = session(world, user).await;
    let url = format!("{}{}", world.url, addressed(path, objects));
    let mut request = world.http.request(method.clone(), &url).bearer_auth(token);
    if *method == Method::POST {
        request = request.json(&body(path, objects));
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    match status {
        // The event stream never ends: its beginning is answer enough.
        200..=299 => 'y',
        401 => 'y',
        403 => {
            let problem: Value = response.json().await.unwrap();
            let kind = problem["type"].as_str().unwrap();
            if kind == "urn:tenure:problem:forbidden" {
                'n'
            } else {
                'r'
            }
        }
        404 => 'h',
        // 503: nobody is there to carry it out (no engine reveals a secret here).
        400..=499 | 503 => 'y',
        _ => panic!("{method} {path}: {status}"),
    }
}

/// What belongs to `person`.
async fn objects_of(world: &World, ada: &Person, person: &Person, name: &str) -> Objects {
    let user = UserId(person.id.parse().unwrap());
    let group = ada.post("groups", json!({"name": name})).await.id();
    ada.post(
        &format!("groups/{group}/members/add"),
        json!({"user": person.id}),
    )
    .await
    .ok();
    // Whoever may not ask for accounts may have done so once.
    let roles = ada.get("roles").await.ok();
    let roles = roles["items"].as_array().unwrap();
    let requester = roles
        .iter()
        .find(|role| role["name"] == "Requester")
        .unwrap();
    let requester = json!({"role": requester["id"]});
    let held = ada.get(&format!("users/{}", person.id)).await.ok();
    let lent = held["roles"]
        .as_array()
        .unwrap()
        .iter()
        .all(|role| role["name"] != "Requester");
    if lent {
        ada.post(
            &format!("users/{}/roles/grant", person.id),
            requester.clone(),
        )
        .await
        .ok();
    }
    let template = template(ada, &[ada], |content| {
        content["name"] = json!(format!("For {name}"));
        content["directory"]["available_to"] = json!([group]);
    })
    .await;
    let short: String = name
        .to_lowercase()
        .chars()
        .filter(char::is_ascii_alphabetic)
        .take(9)
        .collect();
    let request = submitted(person, &template, &format!("svc-{short}-r")).await;
    let account = existing(world, ada, person, &template, &format!("svc-{short}-a")).await;
    if lent {
        ada.post(&format!("users/{}/roles/revoke", person.id), requester)
            .await
            .ok();
    }
    let token = ApiTokenId(new_id());
    let content = ApiTokenContent {
        owner: user,
        description: "Nightly report".into(),
        permissions: ["managed-account:read".parse().unwrap()].into(),
        expires_at: world.instance.system.now() + chrono::TimeDelta::days(30),
    };
    let commands = &world.instance.commands;
    commands
        .api_token(
            token,
            ApiTokenCommand::Create(content),
            &Caller::new(Actor::User(user)),
        )
        .await
        .unwrap();
    let notice = InboxMessage {
        id: new_id(),
        user,
        position: 1,
        notice: "reminder".into(),
        category: "account".into(),
        object: account,
        title: "Reminder".into(),
        told_at: world.instance.system.now(),
        read_at: None,
    };
    let tables = world.instance.store.state_tables();
    tables.tell(std::slice::from_ref(&notice)).await.unwrap();
    let view = tables.save_view(user, "accounts", "Mine", "mine=true", 1);
    let view = view.await.unwrap().unwrap();
    session(world, user).await;
    let now = world.instance.system.now();
    let session = tables.sessions_of(user, now).await.unwrap().pop().unwrap();
    let session = Uuid::from_slice(&session.token_hash[..16]).unwrap();
    [
        ("users", person.id.clone()),
        ("groups", group),
        ("templates", template),
        ("requests", request),
        ("accounts", account.to_string()),
        ("api-tokens", token.to_string()),
        ("inbox", notice.id.to_string()),
        ("saved-views", view.id.to_string()),
        ("sessions", session.to_string()),
    ]
    .into()
}

/// What belongs to nobody.
async fn shared(ada: &Person) -> Objects {
    let role = json!({"name": "Help desk", "permissions": ["managed-account:read"]});
    let role = ada.post("roles", role).await.id();
    let domains = ada.get("domains").await.ok();
    let domain = domains["items"][0]["id"].as_str().unwrap().to_owned();
    let engine =
        json!({"name": "engine-1", "domain": domain, "public_key": format!("{}=", "A".repeat(43))});
    let engine = ada.post("engines", engine).await;
    let engine = engine.json["id"].as_str().unwrap_or_default().to_owned();
    [("roles", role), ("domains", domain), ("engines", engine)].into()
}

async fn matrix(world: &World, ada: &Person) -> String {
    let other = world.person(ada, "olga", &["Requester"]).await;
    let others = objects_of(world, ada, &other, "Olga").await;
    let mut walkers = Vec::new();
    for role in ROLES {
        let name = role.to_lowercase().replace(' ', "-");
        let roles: &[&str] = if role == "Account Owner" {
            &[]
        } else {
            &[role]
        };
        let person = world.person(ada, &name, roles).await;
        let own = objects_of(world, ada, &person, role).await;
        walkers.push((UserId(person.id.parse().unwrap()), own));
    }
    let shared = shared(ada).await;
    let mut rows: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    let document = tenure_gateway::openapi();
    for (user, own) in &walkers {
        for (path, item) in document["paths"].as_object().unwrap() {
            for method in item.as_object().unwrap().keys() {
                let method: Method = method.to_uppercase().parse().unwrap();
                let family = path.split('/').nth(3).unwrap_or_default();
                let mut cell = String::new();
                let owned = path.contains("{id}") && own.contains_key(family);
                let both: &[&Objects] = if owned { &[own, &others] } else { &[own] };
                for objects in both {
                    let mut objects = (*objects).clone();
                    objects.extend(shared.clone());
                    cell.push(letter(world, *user, &method, path, &objects).await);
                }
                let row = rows.entry((path.clone(), method.to_string())).or_default();
                row.push(cell);
            }
        }
    }
    let mut text = String::from(LEGEND);
    let _ = writeln!(text, "# {}\n", ROLES.join(" | "));
    for ((path, method), cells) in rows {
        let _ = write!(text, "{method:<6} {path:<58}");
        for cell in cells {
            let _ = write!(text, " {cell:<2}");
        }
        text = text.trim_end().to_owned() + "\n";
    }
    text
}

#[tokio::test]
async fn everybody_may_do_what_the_matrix_says_and_nothing_else() {
    let (world, ada) = World::with_ada().await;
    let now = matrix(&world, &ada).await;
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/gateway/snapshots/permission_matrix.txt"
    );
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    let differences: Vec<_> = now
        .lines()
        .filter(|line| !known.lines().any(|known| known == *line))
        .collect();
    assert!(
        known == now,
        "the matrix differs: run the tests with UPDATE_SCHEMAS=1 and look at what changed\n{}",
        differences.join("\n")
    );
}
