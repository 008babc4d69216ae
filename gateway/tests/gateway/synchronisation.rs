//! Reading domains over HTTP: asking, planning, and what is shown of the copy.

use crate::world::{Person, World};
use serde_json::{Value, json};
use tenure_domain::{
    DomainId,
    discovery::Signal,
    synchronisation::{DirectoryUnit, DirectoryUser},
};
use tenure_eventstore::{
    new_id,
    state::{DirectoryChange, DirectoryRow},
};
use uuid::Uuid;

pub(crate) async fn domain(ada: &Person) -> String {
    let body = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    ada.post("domains", body).await.id()
}

pub(crate) fn row(kind: i32, id: Uuid, name: &str, content: Vec<u8>) -> DirectoryRow {
    DirectoryRow {
        id,
        kind,
        name_key: name.into(),
        place_key: "ou=service,dc=corp,dc=example,dc=com".into(),
        search: name.into(),
        content,
        ..DirectoryRow::default()
    }
}

fn account(name: &str, risk: i32, signals: &[Signal]) -> DirectoryRow {
    let user = DirectoryUser {
        id: new_id(),
        name: name.into(),
        dn: format!("CN={name},OU=Service,DC=corp,DC=example,DC=com"),
        account_control: 0x200,
        description: Some("=cmd".into()),
        ..DirectoryUser::default()
    };
    DirectoryRow {
        risk,
        found_at: (risk > 0).then_some(1_700_000_000_000_000),
        judgement: serde_json::to_vec(signals).unwrap(),
        signals: signals
            .iter()
            .map(|signal| format!(" {} ", signal.kind().text()))
            .collect(),
        ..row(2, user.id, name, serde_json::to_vec(&user).unwrap())
    }
}

/// As a synchronisation would have left it.
pub(crate) async fn copied(world: &World, domain: &str, rows: Vec<DirectoryRow>) {
    let tables = world.instance.store.state_tables();
    let domain = DomainId(domain.parse().unwrap());
    assert!(
        tables
            .replace_directory_sync(domain, None, b"{}")
            .await
            .unwrap()
    );
    let change = DirectoryChange {
        run: new_id(),
        rows,
        gone: vec![],
    };
    let applied = tables.apply_directory_change(domain, &change, 1, b"{}");
    assert!(applied.await.unwrap());
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn unmanaged_accounts_are_listed_riskiest_first_filtered_and_as_a_spreadsheet() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let weak = [
        Signal::WeakEncryption,
        Signal::ServicePrincipalName { count: 2 },
    ];
    let rows = vec![
        account(
            "svc-a",
            1,
            &[Signal::NamePattern {
                pattern: "svc*".into(),
            }],
        ),
        account("svc-b", 3, &[Signal::UnconstrainedDelegation]),
        account("svc-c", 2, &weak),
        account("mkeller", 0, &[]),
    ];
    copied(&world, &domain, rows).await;
    let path = format!("domains/{domain}/unmanaged-accounts");
    let list = async |query: &str| ada.get(&format!("{path}{query}")).await.ok();

    let all = list("").await;
    assert_eq!(names(&all), ["svc-b", "svc-c", "svc-a"]);
    assert_eq!(all["total"], json!({"value": 3, "more": false}));
    assert_eq!(
        all["items"][1]["signals"][0],
        json!({"signal": "weak-encryption", "text": "no AES for its tickets", "risk": "medium", "owasp_nhi": "NHI4:2025"})
    );
    assert_eq!(all["items"][0]["found_at"], "2023-11-14T22:13:20Z");
    assert_eq!(names(&list("?risk=low,medium").await), ["svc-c", "svc-a"]);
    assert_eq!(
        names(&list("?sort=name&order=desc&limit=2").await),
        ["svc-c", "svc-b"]
    );
    assert_eq!(names(&list("?sort=name&offset=2").await), ["svc-c"]);
    assert_eq!(
        names(&list("?below=OU%3DElsewhere,DC%3Dcorp").await),
        [""; 0]
    );
    assert_eq!(
        names(&list("?below=DC%3DCORP,DC%3Dexample,DC%3Dcom&search=-A").await),
        ["svc-a"]
    );
    assert_eq!(
        names(&list("?signal=service-principal-name&risk=medium").await),
        ["svc-c"]
    );
    for wrong in [
        "?risk=huge",
        "?signal=colour",
        "?limit=0",
        "?sort=colour",
        "?offset=-1",
    ] {
        let answer = ada.get(&format!("{path}{wrong}")).await;
        assert_eq!(answer.problem().0, 400, "{wrong}");
    }

    let file = world
        .http
        .get(format!("{}/api/v1/{path}/export?risk=high", world.url));
    let file = file.bearer_auth(&ada.token).send().await.unwrap();
    let text = file.text().await.unwrap();
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(
        lines[1].starts_with("high,svc-b,unconstrained delegation,NHI5:2025,yes,\"'=cmd\","),
        "{text}"
    );
}

#[tokio::test]
async fn what_discovery_found_is_counted_by_risk_and_signal_and_is_a_page_to_take_away() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let rows = vec![
        account("svc-a", 2, &[Signal::PasswordNeverExpires]),
        account(
            "svc-<b>",
            3,
            &[
                Signal::UnconstrainedDelegation,
                Signal::PasswordNeverExpires,
            ],
        ),
        account("mkeller", 0, &[]),
    ];
    copied(&world, &domain, rows).await;
    let path = format!("domains/{domain}/unmanaged-accounts");
    let summary = ada.get(&format!("{path}/summary")).await.ok();
    let expected = json!({
        "risks": {"high": 1, "medium": 1, "low": 0},
        "signals": [
            {"signal": "unconstrained-delegation", "text": "unconstrained delegation", "risk": "high",
             "owasp_nhi": "NHI5:2025", "accounts": 1},
            {"signal": "password-never-expires", "text": "password never expires", "risk": "medium",
             "owasp_nhi": "NHI7:2025", "accounts": 2},
        ],
    });
    assert_eq!(summary, expected);
    let page = world
        .http
        .get(format!("{}/api/v1/{path}/report", world.url));
    let page = page.bearer_auth(&ada.token).send().await.unwrap();
    let kind = page.headers()["content-type"].to_str().unwrap();
    assert_eq!(kind, "text/html; charset=utf-8");
    let name = page.headers()["content-disposition"].to_str().unwrap();
    assert!(name.starts_with("attachment;"), "{name}");
    let text = page.text().await.unwrap();
    assert!(text.contains("svc-&lt;b&gt;") && !text.contains("svc-<b>"));
    assert!(text.contains("NHI7:2025") && !text.contains("not shown here"));
}

#[tokio::test]
async fn the_copy_of_a_domain_is_shown_with_how_much_there_is() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let unit = DirectoryUnit {
        id: new_id(),
        dn: "OU=Service,DC=corp,DC=example,DC=com".into(),
        organisational: true,
    };
    let rows = vec![
        row(0, unit.id, "service", serde_json::to_vec(&unit).unwrap()),
        account("svc-b", 3, &[Signal::UnconstrainedDelegation]),
        account("mkeller", 0, &[]),
    ];
    copied(&world, &domain, rows).await;
    let get = async |what: &str| ada.get(&format!("domains/{domain}/{what}")).await.ok();
    assert_eq!(get("units").await["items"][0]["dn"], unit.dn);
    let users = get("users").await;
    assert_eq!(names(&users), ["mkeller", "svc-b"]);
    assert_eq!(users["items"][0]["enabled"], true);
    assert_eq!(names(&get("groups").await), [""; 0]);
    let standing = get("synchronisation").await;
    assert_eq!(
        standing["holds"],
        json!({"units": 1, "groups": 0, "users": 2, "unmanaged": {"high": 1, "medium": 0, "low": 0}})
    );
    assert_eq!(standing["plan"]["changes_every_minutes"], 15);
    assert_eq!(
        (&standing["running"], &standing["waiting"]),
        (&Value::Null, &json!(false))
    );
    for path in [
        "synchronisation",
        "units",
        "users",
        "groups",
        "unmanaged-accounts",
        "unmanaged-accounts/export",
        "unmanaged-accounts/report",
        "unmanaged-accounts/summary",
    ] {
        let answer = ada.get(&format!("domains/{}/{path}", Uuid::nil())).await;
        assert_eq!(answer.problem(), (404, "not-found"), "{path}");
    }
}

#[tokio::test]
async fn a_plan_is_kept_and_a_wrong_one_says_which_fields() {
    let (_world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let path = format!("domains/{domain}/synchronisation/plan");
    let plan = json!({"changes_every_minutes": 5, "full_every_hours": null, "name_patterns": ["svc*"],
        "old_password_days": 180, "unused_days": 60, "drift": {"accounts": 50, "per_cent": 10}});
    let planned = ada.post(&path, plan.clone()).await.ok();
    let path_of_standing = format!(
        "domains/{domain}/synchronisation?at_least={}",
        planned["position"]
    );
    assert_eq!(ada.get(&path_of_standing).await.ok()["plan"], plan);
    let mut wrong = plan;
    wrong["unused_days"] = json!(3);
    wrong["name_patterns"] = json!(["*"]);
    let answer = ada.post(&path, wrong).await;
    assert_eq!(answer.problem(), (422, "invalid"));
    let fields: Vec<_> = answer.json["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["field"].clone())
        .collect();
    assert_eq!(fields, [json!("unused_days"), json!("name_patterns[0]")]);
}

#[tokio::test]
async fn reading_a_domain_is_asked_for_once_by_a_key_and_never_of_a_disabled_one() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let path = format!("domains/{domain}/synchronise");
    let ask = async || {
        let body = Some(json!({"full": true}));
        let key = [("idempotency-key", "again")];
        world
            .send(reqwest::Method::POST, &path, Some(&ada.token), &key, body)
            .await
    };
    let first = ask().await;
    assert_eq!(first.status, 202);
    // Where it says to watch, there is something to watch.
    let watch = first.headers.get("location").unwrap().to_str().unwrap();
    let watch = watch.strip_prefix("/api/v1/").unwrap().to_owned();
    assert_eq!(ada.get(&watch).await.status, 200, "{watch}");
    let (first, again) = (first.ok(), ask().await.ok());
    assert_eq!(
        (&first["position"], &again["repeated"]),
        (&again["position"], &json!(true))
    );
    ada.post(&format!("domains/{domain}/disable"), json!({}))
        .await
        .ok();
    let refused = ada.post(&path, json!({})).await;
    assert_eq!(refused.problem(), (409, "domain-not-offered"));
}
