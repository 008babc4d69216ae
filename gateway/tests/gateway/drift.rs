//! What differs in a directory, over HTTP: listed to whom it concerns, repaired by hand, decided by administrators.

use crate::{
    accounts::{applied, existing, report},
    world::{Person, World, template},
};
use serde_json::{Value, json};
use tenure_domain::{
    AccountId, Actor, DomainId,
    account::{Account, AccountCommand, DriftSeen},
    directory::{AccountsDrifted, DomainCommand},
    drift::{Comparison, Difference, DriftField, DriftRepair, Held},
};
use tenure_eventstore::new_id;
use tenure_workflow::Caller;

/// What a look at the domain would have told the account.
async fn drifts(world: &World, id: AccountId, field: DriftField, repair: DriftRepair) {
    let store = &world.instance.store;
    let state = store.state::<Account>(id.0).await.unwrap().state;
    let difference = Difference {
        field,
        of: None,
        wanted: vec!["yes".into()],
        observed: vec!["=no".into()],
    };
    let seen = DriftSeen {
        run: new_id(),
        number: state.managed().unwrap().directory.last_number,
        comparison: Comparison {
            differences: vec![difference],
            not_compared: vec!["attribute info".into()],
            earlier: false,
        },
        repair,
    };
    let command = AccountCommand::RecordDrift(Box::new(seen));
    let caller = Caller::new(Actor::system("test"));
    let told = world.instance.commands.account(id, command, &caller).await;
    told.unwrap();
}

async fn list(world: &World, person: &Person, query: &str) -> Value {
    let path = format!("drift?at_least={}{query}", world.head().await);
    person.get(&path).await.ok()
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_differs_is_listed_to_whom_it_concerns_and_repaired_by_them() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let template = template(&ada, &[&ada], |_| ()).await;
    let a = AccountId(existing(&world, &ada, &rosa, &template, "svc-a").await);
    let b = AccountId(existing(&world, &ada, &rosa, &template, "svc-b").await);
    let c = AccountId(existing(&world, &ada, &eve, &template, "svc-c").await);
    drifts(&world, a, DriftField::Enabled, DriftRepair::Reported).await;
    drifts(&world, b, DriftField::Existence, DriftRepair::Reported).await;
    drifts(&world, c, DriftField::Ou, DriftRepair::Held).await;

    let all = list(&world, &ada, "").await;
    assert_eq!(names(&all), ["svc-a", "svc-b", "svc-c"]);
    assert_eq!(all["total"], json!({"value": 3, "more": false}));
    let first = &all["items"][0];
    assert_eq!(first["account"], a.to_string());
    assert_eq!(first["standing"], "reported");
    assert_eq!(first["not_compared"], json!(["attribute info"]));
    let difference = &first["differences"][0];
    assert_eq!(
        (
            &difference["field"],
            &difference["wanted"],
            &difference["observed"]
        ),
        (&json!("enabled"), &json!(["yes"]), &json!(["=no"]))
    );
    assert_eq!(difference["since"], first["since"]);
    for (query, expected) in [
        ("&field=ou", vec!["svc-c"]),
        ("&standing=held,failed", vec!["svc-c"]),
        ("&search=svc-b", vec!["svc-b"]),
        ("&sort=since&order=desc", vec!["svc-c", "svc-b", "svc-a"]),
        ("&limit=1&offset=1", vec!["svc-b"]),
        ("&domain=0192f0c1-a2b3-7c4d-8e5f-001122334455", vec![]),
    ] {
        assert_eq!(names(&list(&world, &ada, query).await), expected, "{query}");
    }
    for wrong in ["field=colour", "standing=lost", "sort=colour", "limit=0"] {
        let answer = ada.get(&format!("drift?{wrong}")).await;
        assert_eq!(answer.problem().0, 400, "{wrong}");
    }
    assert_eq!(names(&list(&world, &rosa, "").await), ["svc-a", "svc-b"]);
    // Of the past one sees what is one's own today.
    let then = format!("&as_of={}", world.head().await);
    let owners = json!({"owners": [{"kind": "user", "id": eve.id}]});
    ada.post(&format!("accounts/{b}/owners"), owners).await.ok();
    for (person, expected) in [
        (&ada, vec!["svc-a", "svc-b", "svc-c"]),
        (&rosa, vec!["svc-a"]),
        (&eve, vec!["svc-b", "svc-c"]),
    ] {
        assert_eq!(names(&list(&world, person, &then).await), expected);
    }
    let owners = json!({"owners": [{"kind": "user", "id": rosa.id}]});
    ada.post(&format!("accounts/{b}/owners"), owners).await.ok();
    list(&world, &rosa, "").await;
    let file = world.http.get(format!("{}/api/v1/drift/export", world.url));
    let file = file.bearer_auth(&rosa.token).send().await.unwrap();
    let text = file.text().await.unwrap();
    let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    assert!(
        lines[1].contains(",reported,enabled,,yes,\"'=no\","),
        "{text}"
    );

    // Each by itself: what is gone is not made anew, and another's is not there.
    let body = json!({ "accounts": [a.0, b.0, c.0], "reason": "Nobody asked for this" });
    let repaired = rosa.post("drift/repair", body.clone()).await.ok();
    assert_eq!(
        (&repaired["accepted"], &repaired["refused"]),
        (&json!(1), &json!(2))
    );
    let problem = |index: usize| repaired["items"][index]["problem"]["type"].clone();
    assert_eq!(problem(1), "urn:tenure:problem:nothing-to-repair");
    assert_eq!(problem(2), "urn:tenure:problem:not-found");
    let shown = rosa.get(&format!("accounts/{a}")).await.ok();
    assert_eq!(shown["drift"]["standing"], "repairing");
    assert_eq!(shown["directory"]["state"], "queued");
    report(&world, a, applied()).await;
    assert_eq!(names(&list(&world, &rosa, "").await), ["svc-b"]);
    let shown = rosa.get(&format!("accounts/{a}")).await.ok();
    assert!(shown["drift"].is_null());
    for wrong in [
        json!({ "accounts": [], "reason": "x" }),
        json!({ "accounts": [b.0], "reason": " " }),
    ] {
        let answer = ada.post("drift/repair", wrong.clone()).await;
        let refused = answer.status != 200 || answer.json["accepted"] == 0;
        assert!(refused, "{wrong}");
    }
}

#[tokio::test]
async fn what_was_held_back_is_shown_and_decided_once_by_administrators() {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let template = template(&ada, &[&ada], |_| ()).await;
    let a = AccountId(existing(&world, &ada, &rosa, &template, "svc-a").await);
    let shown = rosa.get(&format!("accounts/{a}")).await.ok();
    let domain = shown["domain"]["id"].as_str().unwrap().to_owned();
    let decide = format!("domains/{domain}/drift/decide");
    let body = json!({ "decision": "repair", "reason": "A script went wrong" });
    assert_eq!(
        ada.post(&decide, body.clone()).await.problem(),
        (409, "nothing-held")
    );
    let held = Held {
        accounts: 40,
        managed: 100,
        allowed: 5,
    };
    let drifted = AccountsDrifted {
        run: new_id(),
        count: 40,
        repaired: 0,
        held: Some(held),
        unseen: 0,
        accounts: vec![],
    };
    let caller = Caller::new(Actor::system("test"));
    let id = DomainId(domain.parse().unwrap());
    let record = DomainCommand::RecordDrift(drifted);
    world
        .instance
        .commands
        .domain(id, record, &caller)
        .await
        .unwrap();
    let standing = format!("domains/{domain}/synchronisation");
    let shown = ada.get(&standing).await.ok();
    assert_eq!(
        shown["held_repair"],
        json!({"accounts": 40, "managed": 100, "allowed": 5})
    );
    assert_eq!(
        rosa.post(&decide, body.clone()).await.problem(),
        (403, "forbidden")
    );
    let empty = json!({ "decision": "leave", "reason": " " });
    assert_eq!(ada.post(&decide, empty).await.problem(), (422, "invalid"));
    let accepted = ada.post(&decide, body.clone()).await;
    assert_eq!(accepted.status, 202, "{}", accepted.json);
    assert!(ada.get(&standing).await.ok()["held_repair"].is_null());
    assert_eq!(
        ada.post(&decide, body).await.problem(),
        (409, "nothing-held")
    );
}
