//! What people and engines had to do, as it was: campaigns, reviews, approvals, deputies, engines, and who approved what.

use crate::{
    accounts::existing,
    as_of::{text, with},
    requests::people,
    world::{Person, World, asking_for, submitted, template},
};
use serde_json::{Value, json};

fn named(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

async fn engine(ada: &Person, name: &str) -> String {
    let domains = ada.get("domains").await.ok();
    let key = format!("{}=", "A".repeat(43));
    let body = json!({"name": name, "domain": domains["items"][0]["id"], "public_key": key});
    ada.post("engines", body).await.id()
}

fn away(deputy: &Person) -> Value {
    json!({"deputy": deputy.id, "until": "2026-06-01T00:00:00Z"})
}

/// Rosa and Eve own svc-a, Ada runs a campaign over it.
async fn campaign(world: &World, ada: &Person, owners: [&Person; 2], template: &str) -> String {
    let account = existing(world, ada, owners[0], template, "svc-a").await;
    let owners = owners.map(|person| json!({"kind": "user", "id": person.id}));
    let owners = json!({"owners": owners});
    let path = format!("accounts/{account}/owners");
    ada.post(&path, owners).await.ok();
    let body =
        json!({"name": "Spring", "filter": {"search": "svc-"}, "due": "2026-03-01T00:00:00Z"});
    ada.post("campaigns", body).await.id()
}

async fn answers(person: &Person, paths: &[String], query: &str) -> Vec<(String, Option<String>)> {
    let mut answers = Vec::new();
    for path in paths {
        answers.push(text(person, &with(path, query)).await);
    }
    answers
}

#[tokio::test]
async fn what_there_was_to_do_is_shown_again_whatever_was_done_since() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let template = template(&ada, &[&ada], |_| ()).await;
    let campaign = campaign(&world, &ada, [&rosa, &eve], &template).await;
    let request = submitted(&rosa, &template, "svc-b").await;
    let deputy = format!("users/{}/deputy", ada.id);
    ada.post(&deputy, away(&anton)).await.ok();
    let engine = engine(&ada, "dc1-agent").await;

    let of_ada: Vec<_> = [
        "audit/segregation",
        "approvals",
        "approvals?search=svc",
        "campaigns",
        "campaigns?status=open",
        &format!("campaigns/{campaign}"),
        &format!("campaigns/{campaign}/reviews"),
        &format!("campaigns/{campaign}/reviews?standing=open"),
        &format!("campaigns/{campaign}/reviews?reviewer={}", rosa.id),
        "deputies",
        "engines",
        &format!("engines/{engine}"),
    ]
    .map(str::to_owned)
    .into();
    let of_rosa = ["reviews", "reviews?search=svc"].map(str::to_owned);
    let of_anton = ["deputies".to_owned()];
    let all: [(&Person, &[String]); 3] = [(&ada, &of_ada), (&rosa, &of_rosa), (&anton, &of_anton)];
    let head = world.head().await;
    let instant = world.clock_now().to_rfc3339().replace("+00:00", "Z");
    let mut seen = Vec::new();
    for (person, paths) in all {
        let now = answers(person, paths, &format!("at_least={head}")).await;
        seen.push(now.into_iter().map(|(body, _)| body).collect::<Vec<_>>());
    }

    // A month in which everything changes.
    world.later(chrono::TimeDelta::days(30));
    let ada = world.sign_in("ada@corp.example").await;
    let rosa = world.sign_in("rosa@corp.example").await;
    let anton = world.sign_in("anton@corp.example").await;
    let reviews = rosa.get("reviews").await.ok();
    let keep = json!({"reviews": [reviews["items"][0]["id"]], "decision": "keep"});
    rosa.post("reviews/decide", keep).await.ok();
    let approve = format!("requests/{request}/approve");
    ada.post(&approve, json!({})).await.ok();
    let withdraw = format!("{deputy}/withdraw");
    ada.post(&withdraw, json!({})).await.ok();
    let disable = format!("engines/{engine}/disable");
    ada.post(&disable, json!({})).await.ok();
    let close = json!({"reason": "Started by mistake"});
    let closing = format!("campaigns/{campaign}/close");
    ada.post(&closing, close).await.ok();
    let last = world.head().await;

    let all: [(&Person, &[String]); 3] = [(&ada, &of_ada), (&rosa, &of_rosa), (&anton, &of_anton)];
    for ((person, paths), before) in all.into_iter().zip(&seen) {
        let now = answers(person, paths, &format!("at_least={last}")).await;
        for ((path, before), (now, _)) in paths.iter().zip(before).zip(&now) {
            assert_ne!(before, now, "{path}: otherwise nothing is shown by this");
        }
        // Twice: from streams and from tables.
        let moments = [head.to_string(), head.to_string(), instant.clone()];
        for moment in moments {
            let then = answers(person, paths, &format!("as_of={moment}")).await;
            for ((path, before), (then, position)) in paths.iter().zip(before).zip(&then) {
                assert_eq!(before, then, "{path}");
                assert_eq!(position, &Some(head.to_string()), "{path}");
            }
        }
    }
    let both = ada.get("audit/segregation?position=1&as_of=1").await;
    assert_eq!(both.problem(), (400, "invalid-query"));
    let early = ada.get(&format!("engines/{engine}?as_of=1")).await;
    assert_eq!(early.problem(), (404, "not-found"));
    let early = ada.get(&format!("campaigns/{campaign}?as_of=1")).await;
    assert_eq!(early.problem(), (404, "not-found"));
}

#[tokio::test]
async fn the_numbers_of_a_campaign_taken_out_are_of_that_moment_too() {
    let (world, ada) = World::with_ada().await;
    let (rosa, eve, _) = people(&world, &ada).await;
    let template = template(&ada, &[&ada], |_| ()).await;
    let campaign = campaign(&world, &ada, [&rosa, &eve], &template).await;
    let head = world.head().await;
    let reviews = format!("reviews?at_least={head}");
    let reviews = rosa.get(&reviews).await.ok();
    let keep = json!({"reviews": [reviews["items"][0]["id"]], "decision": "keep"});
    let kept = rosa.post("reviews/decide", keep).await.ok();
    let progress = async |query: &str| {
        let path = format!("campaigns/{campaign}/export?format=json&{query}");
        ada.get(&path).await.ok()["campaign"]["progress"].clone()
    };
    let now = progress(&format!("at_least={}", kept["position"])).await;
    assert_eq!((&now["kept"], &now["open"]), (&json!(1), &json!(0)));
    let then = progress(&format!("as_of={head}")).await;
    assert_eq!((&then["kept"], &then["open"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn an_engine_of_the_past_shows_nothing_that_is_of_now_only() {
    let (world, ada) = World::with_ada().await;
    template(&ada, &[&ada], |_| ()).await;
    let assigned = engine(&ada, "dc1-agent").await;
    let domains = ada.get("domains").await.ok();
    let body = json!({"name": "dc2-agent", "domain": domains["items"][0]["id"]});
    let expected = ada.post("engines/tokens", body).await.id();
    let head = world.head().await;
    let now = world.clock_now();
    let health = json!({"heard_at": now, "version": "1", "in_work": 3, "apply_p95_ms": null, "clock_ahead_ms": 0});
    let heard = now.timestamp_micros().to_string();
    let tables = world.instance.store.state_tables();
    for (what, value) in [("heard", heard), ("health", health.to_string())] {
        let name = format!("engine-{what}:{assigned}");
        tables.set_meta(&name, &value).await.unwrap();
    }
    let present = async |id: &str, query: &str| {
        let shown = ada.get(&format!("engines/{id}?{query}")).await.ok();
        let list = ada.get(&format!("engines?{query}")).await.ok();
        let mut items = list["items"].as_array().unwrap().iter();
        assert_eq!(items.find(|item| item["id"] == id), Some(&shown));
        ["last_heard", "health", "token_expires_at"].map(|field| shown.get(field).is_some())
    };
    let now = format!("at_least={head}");
    assert_eq!(present(&assigned, &now).await, [true, true, false]);
    assert_eq!(present(&expected, &now).await, [false, false, true]);
    let then = format!("as_of={head}");
    assert_eq!(present(&assigned, &then).await, [false; 3]);
    assert_eq!(present(&expected, &then).await, [false; 3]);
}

#[tokio::test]
async fn one_sees_of_what_was_asked_of_one_what_one_sees_today() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let of_ada = template(&ada, &[&ada], |_| ()).await;
    campaign(&world, &ada, [&rosa, &eve], &of_ada).await;
    let of = |name: &'static str| move |content: &mut Value| content["name"] = json!(name);
    let of_anton = template(&ada, &[&anton], of("Of Anton")).await;
    let request = submitted(&rosa, &of_anton, "svc-b").await;
    let other = submitted(&rosa, &of_anton, "svc-c").await;
    let then = format!("as_of={}", world.head().await);
    let list = async |person: &Person, path: &str| person.get(&with(path, &then)).await.ok();
    let both = list(&anton, "approvals").await;
    assert_eq!(named(&both), ["svc-b", "svc-c"]);
    assert_eq!(both["items"][0]["requester"]["name"], "rosa");
    assert_eq!(named(&list(&olga, "approvals").await), [""; 0]);
    assert_eq!(named(&list(&rosa, "reviews").await), ["svc-a"]);

    // Rosa's review is Eve's now, and svc-b waits for Olga.
    let reviews = rosa.get("reviews").await.ok();
    let hand = json!({"reviews": [reviews["items"][0]["id"]], "to": {"kind": "user", "id": eve.id}, "reason": "She knows"});
    rosa.post("reviews/reassign", hand).await.ok();
    let of_olga = template(&ada, &[&olga], of("Of Olga")).await;
    for (what, body) in [
        ("withdraw", json!({})),
        ("reopen", json!({})),
        ("revise", asking_for(&of_olga, "svc-b")),
        ("submit", json!({})),
    ] {
        let done = rosa.post(&format!("requests/{request}/{what}"), body).await;
        done.ok();
    }
    let last = world.head().await;
    let now = anton.get(&format!("approvals?at_least={last}")).await.ok();
    assert_eq!(named(&now), ["svc-c"]);
    let seen = list(&anton, "approvals").await;
    assert_eq!(named(&seen), ["svc-c"]);
    assert_eq!(seen["total"]["value"], 1);
    assert_eq!(seen["items"][0]["id"], other);
    assert_eq!(named(&list(&olga, "approvals").await), [""; 0]);
    assert_eq!(named(&list(&rosa, "reviews").await), [""; 0]);
    let hers = list(&eve, "reviews").await;
    assert_eq!(named(&hers), ["svc-a"]);
    assert_eq!(hers["items"][0]["reviewers"].as_array().unwrap().len(), 2);
}
