//! Every list is taken out whole or visibly not, in both formats, as of any position; what is taken out is on record, and
//! what is only asked about is not.

use crate::{
    accounts::{Story, story},
    world::{Person, World},
};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Lists of accounts, requests and events.
const LISTS: [&str; 7] = [
    "accounts/export",
    "requests/export",
    "drift/export",
    "audit/export",
    "audit/segregation/export?list=shares",
    "audit/segregation/export?list=violations",
    "audit/segregation/export?list=overrides",
];

/// What a last line says.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) count: u64,
    pub(crate) first: Option<u64>,
    pub(crate) last: Option<u64>,
    pub(crate) position: u64,
    pub(crate) hash: String,
}

async fn ask(person: &Person, method: Method, path: &str) -> Response {
    let url = format!("{}/api/v1/{path}", person.url);
    let request = person.http.request(method, url);
    request.bearer_auth(&person.token).send().await.unwrap()
}

fn with(path: &str, query: &str) -> String {
    let and = if path.contains('?') { '&' } else { '?' };
    format!("{path}{and}{query}")
}

async fn text(person: &Person, path: &str) -> String {
    let answer = ask(person, Method::GET, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Cells of a row, without their quotes: none of what is written here has a comma.
fn cells(line: &str) -> Vec<String> {
    let unquoted = |cell: &str| cell.trim_matches('"').replace("\"\"", "\"");
    line.split(',').map(unquoted).collect()
}

fn sha256(before: &str) -> String {
    hex::encode(Sha256::digest(before))
}

/// Columns and rows of a table that is whole, and what it says it holds.
pub(crate) fn table(text: &str) -> (Vec<String>, Vec<String>, Manifest) {
    let (before, last) = text.trim_end().rsplit_once("\r\n").unwrap();
    let before = format!("{before}\r\n");
    let said = cells(last);
    assert_eq!((said.len(), said[0].as_str()), (7, "complete"), "{text}");
    assert_eq!(said[6], sha256(&before), "{text}");
    let columns = before.strip_prefix('\u{feff}').unwrap();
    let (columns, rows) = columns.split_once("\r\n").unwrap();
    let rows: Vec<_> = rows.split_terminator("\r\n").map(str::to_owned).collect();
    let manifest = Manifest {
        count: said[1].parse().unwrap(),
        first: said[2].parse().ok(),
        last: said[3].parse().ok(),
        position: said[4].parse().unwrap(),
        hash: said[5].clone(),
    };
    assert_eq!(manifest.count, rows.len() as u64, "{text}");
    (cells(columns), rows, manifest)
}

/// Rows of lines of JSON that are whole, and what they say they hold.
pub(crate) fn lines(text: &str) -> (Vec<Value>, Manifest) {
    let mut rows: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = rows.pop().unwrap();
    assert_eq!(last["type"], "tenure.list.complete.1", "{text}");
    let before = &text[..text.trim_end().rfind('\n').map_or(0, |end| end + 1)];
    assert_eq!(last["sha256"], sha256(before), "{text}");
    assert_eq!(last["count"], rows.len(), "{text}");
    let manifest = Manifest {
        count: last["count"].as_u64().unwrap(),
        first: last["first"].as_u64(),
        last: last["last"].as_u64(),
        position: last["position"].as_u64().unwrap(),
        hash: last["hash"].as_str().unwrap().to_owned(),
    };
    (rows, manifest)
}

/// What a document that is whole says it holds, and all of what it says.
pub(crate) fn document(text: &str) -> (Manifest, Value) {
    let last = text.trim_end().rfind('\n').map_or(0, |end| end + 1);
    let (before, said) = text.split_at(last);
    assert!(
        said.starts_with("\"complete\": {\"type\":\"tenure.list.complete.1\""),
        "{text}"
    );
    let whole: Value = serde_json::from_str(text).unwrap();
    let said = whole["complete"].clone();
    assert_eq!(said["sha256"], sha256(before), "{text}");
    assert_eq!(said["count"], whole["reviews"].as_array().unwrap().len());
    let manifest = Manifest {
        count: said["count"].as_u64().unwrap(),
        first: said["first"].as_u64(),
        last: said["last"].as_u64(),
        position: said["position"].as_u64().unwrap(),
        hash: said["hash"].as_str().unwrap().to_owned(),
    };
    (manifest, said)
}

async fn link_at(world: &World, position: u64) -> String {
    let stored = world.instance.store.read_sealed(position - 1, 1).await;
    hex::encode(&stored.unwrap()[0].hash)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_list_says_in_both_formats_what_it_holds_and_of_which_history() {
    let Story { world, ada, .. } = story().await;
    for path in LISTS {
        let head = world.head().await;
        let path = with(path, &format!("at_least={head}"));
        let (columns, rows, said) = table(&text(&ada, &path).await);
        assert!(said.position >= head, "{path}: {said:?}");
        assert_eq!(said.hash, link_at(&world, said.position).await, "{path}");
        let events = path.starts_with("audit/export");
        if !events {
            assert_eq!((said.first, said.last), (Some(1), Some(said.position)));
        }

        // The same rows, of the same position: what is on record since is beyond it.
        let then = with(&path, &format!("as_of={}&format=ndjson", said.position));
        let (events_of, again) = lines(&text(&ada, &then).await);
        assert_eq!(
            (again.count, again.first, again.last, again.position),
            (said.count, said.first, said.last, said.position),
            "{path}"
        );
        assert_eq!(again.hash, said.hash, "{path}");
        let ids: BTreeSet<_> = events_of.iter().map(|row| row["id"].to_string()).collect();
        assert_eq!(ids.len(), rows.len(), "{path}");
        for (row, event) in rows.iter().zip(&events_of) {
            assert_eq!(event["specversion"], "1.0");
            assert_eq!(event["source"], world.instance.store.source());
            let kind = event["type"].as_str().unwrap();
            assert!(
                kind.starts_with("tenure.list.") && kind.ends_with(".1"),
                "{kind}"
            );
            let data = event["data"].as_object().unwrap();
            let of_data: BTreeSet<_> = data.keys().collect();
            assert_eq!(of_data, columns.iter().collect::<BTreeSet<_>>(), "{path}");
            // Where nothing is quoted, cells are the values as text.
            if row.contains('"') {
                continue;
            }
            for (column, cell) in columns.iter().zip(cells(row)) {
                let value = match &data[column] {
                    Value::Null => String::new(),
                    Value::Bool(is) => if *is { "yes" } else { "no" }.to_owned(),
                    Value::String(text) => text.clone(),
                    Value::Array(texts) => {
                        let texts: Vec<_> = texts.iter().map(|t| t.as_str().unwrap()).collect();
                        texts.join("; ")
                    }
                    number => number.to_string(),
                };
                assert_eq!(value, cell, "{path}: {column}");
            }
        }
    }
    let (rows, _) = lines(&text(&ada, "accounts/export?format=ndjson").await);
    assert_eq!(rows[0]["type"], "tenure.list.account.1");
    assert_eq!(rows[0]["data"]["owners"], json!(["rosa"]));
    assert_eq!(rows[0]["data"]["enabled"], true);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_of_a_position_is_the_same_byte_by_byte_whatever_happens_since() {
    let Story {
        world, ada, path, ..
    } = story().await;
    let head = world.head().await;
    let mut seen = Vec::new();
    for list in LISTS {
        for format in ["csv", "ndjson"] {
            let path = with(list, &format!("as_of={head}&format={format}"));
            let file = text(&ada, &path).await;
            seen.push((path, file));
        }
    }
    let (before, _) = table_of(&ada, &format!("accounts/export?as_of={head}")).await;
    let why = json!({"reason": "Suspicious sign-ins."});
    ada.post(&format!("{path}/disable"), why).await.ok();
    ada.post("groups", json!({"name": "Later"})).await.ok();
    let now = world.head().await;
    let (after, said) = table_of(&ada, &format!("accounts/export?at_least={now}")).await;
    assert_ne!(before, after);
    assert!(said.position >= now);
    for (path, file) in seen {
        assert_eq!(text(&ada, &path).await, file, "{path}");
    }
    // The history as of then ends there, too.
    let history = text(&ada, &format!("audit/history?as_of={head}")).await;
    let last: Value = serde_json::from_str(history.lines().last().unwrap()).unwrap();
    assert_eq!(last["last"], head);
}

async fn table_of(person: &Person, path: &str) -> (Vec<String>, Manifest) {
    let (_, rows, said) = table(&text(person, path).await);
    (rows, said)
}

#[tokio::test]
async fn whoever_only_asks_what_would_be_handed_out_takes_nothing_and_is_not_on_record() {
    let (world, ada) = World::with_ada().await;
    let content = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    let domain = ada.post("domains", content).await.id();
    let files = [
        format!("domains/{domain}/unmanaged-accounts/export"),
        format!("domains/{domain}/unmanaged-accounts/report"),
        "audit/history".to_owned(),
    ];
    let lists = LISTS
        .iter()
        .flat_map(|path| [(*path).to_owned(), with(path, "format=ndjson")]);
    let files: Vec<String> = files.into_iter().chain(lists).collect();
    let eve = world.person(&ada, "eve", &[]).await;
    let before = world.head().await;
    let mut asked = Vec::new();
    for path in &files {
        let answer = ask(&ada, Method::HEAD, path).await;
        assert_eq!(answer.status(), 200, "{path}");
        let headers = answer.headers().clone();
        assert_eq!(answer.bytes().await.unwrap().len(), 0, "{path}");
        asked.push(headers);
        if path.starts_with("audit") {
            assert_eq!(ask(&eve, Method::HEAD, path).await.status(), 403, "{path}");
        }
    }
    let wrong = ask(&ada, Method::HEAD, "accounts/export?status=colour").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    let then = ask(&ada, Method::HEAD, "accounts/export?as_of=1").await;
    assert_eq!(then.headers()["tenure-as-of-position"], "1");
    assert_eq!(world.head().await, before);
    for (path, headers) in files.iter().zip(asked) {
        let head = world.head().await;
        let answer = ask(&ada, Method::GET, path).await;
        for name in ["content-type", "content-disposition"] {
            assert_eq!(answer.headers()[name], headers[name], "{path}");
        }
        assert!(!answer.bytes().await.unwrap().is_empty(), "{path}");
        assert_eq!(world.head().await, head + 1, "{path}");
    }
    let head = world.head().await;
    let exported = format!("audit?type=user.exported&order=asc&at_least={head}");
    let exported = ada.get(&exported).await.ok();
    let sentences = exported["items"].as_array().unwrap().iter();
    let sentences: Vec<_> = sentences
        .map(|event| event["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(sentences.len(), files.len());
    // The table, and the page for a browser.
    assert_eq!(sentences[..2], ["exported a list of unmanaged accounts"; 2]);
}

#[tokio::test]
async fn a_list_has_two_formats_and_a_copy_of_a_directory_no_past() {
    let (world, ada) = World::with_ada().await;
    let content = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    let domain = ada.post("domains", content).await.id();
    for path in [
        "accounts/export?format=xml",
        "accounts/export?format=csv&format=ndjson",
        "accounts?format=csv",
        "accounts/export?as_of=99999999",
        "audit/history?as_of=2&after=3",
        "audit/segregation/export?list=shares&position=1&as_of=1",
        &format!("domains/{domain}/unmanaged-accounts/export?as_of=1"),
    ] {
        assert_eq!(ada.get(path).await.problem().0, 400, "{path}");
    }
    // It is of no part of the history, only made at a position of it.
    let head = world.head().await;
    let path = format!("domains/{domain}/unmanaged-accounts/export?at_least={head}");
    let (rows, said) = table_of(&ada, &path).await;
    assert!(rows.is_empty() && said.position >= head);
    assert_eq!((said.first, said.last), (None, None));
}
