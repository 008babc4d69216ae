//! Certification campaigns over HTTP: who runs them, who reviews what, and what is evidence.

use crate::{
    accounts::{applied, existing, report},
    list_export,
    world::{Person, World, template},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tenure_domain::{
    AccountId, Actor, ReviewId,
    account::AccountCommand,
    order::OrderNumber,
    review::{ReviewCommand, Revocation},
};
use tenure_eventstore::new_id;
use tenure_workflow::Caller;

struct Scene {
    world: World,
    ada: Person,
    rosa: Person,
    eve: Person,
    /// Rosa's and Eve's.
    shared: AccountId,
}

/// svc-a is Rosa's and Eve's, svc-b is Rosa's alone, svc-c Eve's alone.
async fn scene() -> Scene {
    let (world, ada) = World::with_ada().await;
    let rosa = world.person(&ada, "rosa", &["Requester"]).await;
    let eve = world.person(&ada, "eve", &["Requester"]).await;
    let template = template(&ada, &[&ada], |_| ()).await;
    let shared = existing(&world, &ada, &rosa, &template, "svc-a").await;
    existing(&world, &ada, &rosa, &template, "svc-b").await;
    existing(&world, &ada, &eve, &template, "svc-c").await;
    let owners =
        json!({"owners": [{"kind": "user", "id": rosa.id}, {"kind": "user", "id": eve.id}]});
    ada.post(&format!("accounts/{shared}/owners"), owners)
        .await
        .ok();
    Scene {
        world,
        ada,
        rosa,
        eve,
        shared: AccountId(shared),
    }
}

fn campaign() -> Value {
    json!({"name": "Spring", "filter": {"search": "svc-"}, "due": "2026-03-01T00:00:00Z"})
}

fn names(list: &Value) -> Vec<&str> {
    let items = list["items"].as_array().unwrap().iter();
    items.map(|item| item["name"].as_str().unwrap()).collect()
}

impl Scene {
    async fn open(&self) -> String {
        self.ada.post("campaigns", campaign()).await.id()
    }

    async fn get(&self, person: &Person, path: &str) -> Value {
        let sign = if path.contains('?') { '&' } else { '?' };
        let path = format!("{path}{sign}at_least={}", self.world.head().await);
        person.get(&path).await.ok()
    }

    async fn review(&self, person: &Person, name: &str) -> String {
        let reviews = self.get(person, "reviews?standing=open,unknown,kept").await;
        let items = reviews["items"].as_array().unwrap().iter();
        let found = items.clone().find(|item| item["name"] == name);
        found.unwrap()["id"].as_str().unwrap().to_owned()
    }

    async fn decide(&self, person: &Person, review: &str, decision: &str) -> Value {
        let body = json!({"reviews": [review], "decision": decision, "reason": "=1+1"});
        person.post("reviews/decide", body).await.ok()
    }
}

async fn text(person: &Person, path: &str) -> String {
    let get = person.http.get(format!("{}/api/v1/{path}", person.url));
    let response = get.bearer_auth(&person.token).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

#[tokio::test]
async fn a_campaign_is_previewed_opened_once_and_shown_to_those_who_run_it() {
    let scene = scene().await;
    let (ada, rosa) = (&scene.ada, &scene.rosa);
    for (path, body) in [("campaigns", campaign()), ("campaigns/preview", campaign())] {
        let refused = rosa.post(path, body).await;
        assert_eq!(refused.problem(), (403, "forbidden"), "{path}");
    }
    assert_eq!(rosa.get("campaigns").await.problem(), (403, "forbidden"));
    let preview = ada.post("campaigns/preview", campaign()).await.ok();
    assert_eq!(
        (
            &preview["count"],
            &preview["with_fallback"],
            &preview["without_reviewer"]
        ),
        (&json!(3), &json!(2), &json!(0)),
        "{preview}"
    );
    assert_eq!(preview["reviewer_count"], 3);
    assert_eq!(preview["reviewers"][0]["reviewer"]["name"], "Ada");
    assert_eq!(scene.get(ada, "campaigns").await["total"]["value"], 0);

    let opened = ada.post_once("campaigns", "spring", campaign()).await.ok();
    let again = ada.post_once("campaigns", "spring", campaign()).await.ok();
    assert_eq!(again["id"], opened["id"]);
    assert_eq!(again["repeated"], true);
    let id = opened["id"].as_str().unwrap();
    let shown = scene.get(ada, &format!("campaigns/{id}")).await;
    assert_eq!(shown["status"], "open");
    assert_eq!(shown["unanswered"], "report");
    assert_eq!(shown["self_review"], false);
    assert_eq!(shown["fallback"]["name"], "Ada");
    assert_eq!(shown["progress"]["total"], 3);
    assert_eq!(shown["progress"]["per_cent"], 0);
    assert_eq!(shown["by_reviewer"].as_array().unwrap().len(), 3);

    let listed = scene.get(ada, &format!("campaigns/{id}/reviews")).await;
    assert_eq!(names(&listed), ["svc-a", "svc-b", "svc-c"]);
    assert_eq!(listed["items"][0]["now"]["status"], "active");
    // Whoever has the list proves it.
    let accounts = listed["items"].as_array().unwrap().iter();
    let mut accounts: Vec<_> = accounts
        .map(|item| item["account"].as_str().unwrap())
        .collect();
    accounts.sort_unstable();
    let mut hash = Sha256::new();
    for account in accounts {
        hash.update(format!("{account}\n"));
    }
    let hash: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(shown["population"]["sha256"], hash.as_str());
    assert_eq!(shown["population"]["count"], 3);
    let before = shown["population"]["position"].as_u64().unwrap();
    assert!(before < shown["opened_position"].as_u64().unwrap());
}

#[tokio::test]
async fn what_is_not_right_is_said_and_nothing_is_written() {
    let scene = scene().await;
    let ada = &scene.ada;
    let head = scene.world.head().await;
    let wrong = async |field: &str, value: Value| {
        let mut body = campaign();
        body[field] = value;
        let refused = ada.post("campaigns", body).await;
        let (status, problem) = refused.problem();
        (
            status,
            problem.to_owned(),
            refused.json["errors"][0]["field"].clone(),
        )
    };
    let invalid = |field: &str| (422, "invalid".to_owned(), json!(field));
    assert_eq!(
        wrong("due", json!("2026-01-01T00:00:00Z")).await,
        invalid("due")
    );
    let nobody = json!({"kind": "user", "id": new_id()});
    assert_eq!(wrong("fallback", nobody).await, invalid("fallback"));
    let everyone = json!({"kind": "group", "id": tenure_domain::group::everyone()});
    assert_eq!(wrong("fallback", everyone).await, invalid("fallback"));
    let deleted = json!({"status": ["deleted"]});
    assert_eq!(wrong("filter", deleted).await, invalid("filter.status"));
    let nothing = json!({"search": "nothing-like-that"});
    let (status, problem, _) = wrong("filter", nothing).await;
    assert_eq!((status, problem.as_str()), (409, "nothing-to-review"));
    assert_eq!(scene.world.head().await, head);
}

#[tokio::test]
async fn reviewers_see_and_decide_what_they_are_asked_and_nothing_else() {
    let scene = scene().await;
    let (ada, rosa, eve) = (&scene.ada, &scene.rosa, &scene.eve);
    let id = scene.open().await;
    assert_eq!(names(&scene.get(rosa, "reviews").await), ["svc-a"]);
    assert_eq!(names(&scene.get(ada, "reviews").await), ["svc-b", "svc-c"]);
    let own = scene.review(rosa, "svc-a").await;
    let others = scene.review(ada, "svc-b").await;
    let refused = scene.decide(rosa, &others, "keep").await;
    assert_eq!(
        (&refused["accepted"], &refused["refused"]),
        (&json!(0), &json!(1))
    );
    let problem = refused["items"][0]["problem"]["type"].as_str().unwrap();
    assert!(problem.ends_with(":not-found"), "{problem}");
    let silent = json!({"reviews": [own], "decision": "revoke"});
    let silent = rosa.post("reviews/decide", silent).await;
    assert_eq!(silent.problem(), (422, "invalid"));

    // Handed over by who runs the campaign; Eve decides then, and not what is hers alone.
    let hand = |review: &str, to: &Person| json!({"reviews": [review], "to": {"kind": "user", "id": to.id}, "reason": "She knows"});
    let handed = ada.post("reviews/reassign", hand(&others, eve)).await.ok();
    assert_eq!(handed["accepted"], 1, "{handed}");
    let hers = scene.review(ada, "svc-c").await;
    let barred = ada.post("reviews/reassign", hand(&hers, eve)).await.ok();
    assert_eq!(barred["items"][0]["problem"]["errors"][0]["field"], "to");
    assert_eq!(names(&scene.get(eve, "reviews").await), ["svc-a", "svc-b"]);
    assert_eq!(scene.decide(eve, &others, "keep").await["accepted"], 1);
    assert_eq!(scene.decide(rosa, &own, "do-not-know").await["accepted"], 1);
    assert_eq!(
        names(&scene.get(ada, "reviews").await),
        ["svc-a", "svc-c"],
        "the fallback is asked too"
    );
    let shown = scene.get(ada, &format!("campaigns/{id}")).await;
    let progress = &shown["progress"];
    assert_eq!(
        (&progress["kept"], &progress["unknown"], &progress["open"]),
        (&json!(1), &json!(1), &json!(1))
    );
    let close = json!({"reason": "Started by mistake"});
    ada.post(&format!("campaigns/{id}/close"), close).await.ok();
    let late = scene.decide(eve, &others, "revoke").await;
    let problem = late["items"][0]["problem"]["type"].as_str().unwrap();
    assert!(problem.ends_with(":campaign-closed"), "{problem}");
    assert_eq!(names(&scene.get(rosa, "reviews").await), [""; 0]);
    // What they were asked, and what was said, they may still look at.
    let closed = scene.get(eve, "reviews?campaigns=closed").await;
    assert_eq!(names(&closed), ["svc-a", "svc-b"]);
    let said = closed["items"].as_array().unwrap();
    assert_eq!(said[1]["standing"], "kept");
    assert_eq!(said[1]["decided"]["by"]["name"], "eve");
    let kept = scene
        .get(eve, "reviews?campaigns=closed&standing=kept")
        .await;
    assert_eq!(names(&kept), ["svc-b"]);
}

#[tokio::test]
async fn a_deputy_sees_and_answers_what_is_asked_of_whom_they_stand_in_for() {
    let scene = scene().await;
    let (ada, rosa, eve) = (&scene.ada, &scene.rosa, &scene.eve);
    let dora = scene.world.person(ada, "dora", &["Requester"]).await;
    let mut body = campaign();
    body["fallback"] = json!({"kind": "user", "id": rosa.id});
    let id = ada.post("campaigns", body).await.id();
    // Rosa is asked about what she shares, and, for Eve's alone, as the fallback.
    assert_eq!(names(&scene.get(rosa, "reviews").await), ["svc-a", "svc-c"]);
    assert_eq!(names(&scene.get(&dora, "reviews").await), [""; 0]);
    let away = |deputy: &Person| json!({"deputy": deputy.id, "until": "2026-02-01T00:00:00Z"});
    rosa.post(&format!("users/{}/deputy", rosa.id), away(&dora))
        .await
        .ok();
    let asked = scene.get(&dora, "reviews").await;
    assert_eq!(names(&asked), ["svc-a", "svc-c"]);
    assert_eq!(asked["items"][0]["on_behalf_of"]["name"], "rosa");
    let shared = scene.review(&dora, "svc-a").await;
    assert_eq!(scene.decide(&dora, &shared, "keep").await["accepted"], 1);
    let listed = scene.get(ada, &format!("campaigns/{id}/reviews")).await;
    let said = &listed["items"][0]["decided"];
    assert_eq!(
        (&said["by"]["name"], &said["on_behalf_of"]["name"]),
        (&json!("dora"), &json!("rosa"))
    );
    let evidence = text(ada, &format!("campaigns/{id}/export")).await;
    assert!(
        evidence.contains(",kept,keep,\"'=1+1\",dora,rosa,"),
        "{evidence}"
    );
    // Eve owns what she would answer for Rosa.
    rosa.post(&format!("users/{}/deputy", rosa.id), away(eve))
        .await
        .ok();
    let hers = scene.review(rosa, "svc-c").await;
    let barred = scene.decide(eve, &hers, "keep").await;
    let problem = barred["items"][0]["problem"]["type"].as_str().unwrap();
    assert!(problem.ends_with(":self-review"), "{problem}");
    let gone = scene.decide(&dora, &hers, "keep").await;
    assert_eq!(gone["refused"], 1, "{gone}");
}

#[tokio::test]
async fn a_campaign_is_exported_as_evidence() {
    let scene = scene().await;
    let (ada, rosa) = (&scene.ada, &scene.rosa);
    let id = scene.open().await;
    let opened = scene.world.head().await;
    let review = scene.review(rosa, "svc-a").await;
    assert_eq!(scene.decide(rosa, &review, "revoke").await["accepted"], 1);
    // What the reactions would do.
    let commands = &scene.world.instance.commands;
    let caller = Caller::new(Actor::system("provisioning"));
    let of: ReviewId = review.parse().unwrap();
    let revoke = AccountCommand::Revoke {
        review: of,
        reason: "=1+1".into(),
    };
    commands
        .account(scene.shared, revoke, &caller)
        .await
        .unwrap();
    report(&scene.world, scene.shared, applied()).await;
    let observed = Revocation::Observed {
        number: OrderNumber { epoch: 1, n: 2 },
        engine: new_id().into(),
    };
    for step in [Revocation::Ordered, observed] {
        let record = ReviewCommand::Record(step);
        commands.review(of, record, &caller).await.unwrap();
    }
    let shown = scene.get(ada, &format!("campaigns/{id}")).await;
    let hash = shown["population"]["sha256"].as_str().unwrap();
    assert_eq!(shown["progress"]["observed"], 1);

    let csv = text(ada, &format!("campaigns/{id}/export")).await;
    let lines: Vec<_> = csv.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 5, "{csv}");
    assert!(lines[0].contains("account,name,domain"), "{csv}");
    assert!(
        lines[1].contains(",observed,revoke,\"'=1+1\",rosa,"),
        "{csv}"
    );
    assert!(lines[1..4].iter().all(|line| line.ends_with(hash)), "{csv}");
    assert!(lines[4].starts_with("complete,3,1,"), "{csv}");
    // Before anybody had said anything.
    let then = format!("campaigns/{id}/export?format=ndjson&as_of={opened}");
    let (reviews, said) = list_export::lines(&text(ada, &then).await);
    assert_eq!((reviews.len(), said.position), (3, opened));
    for review in &reviews {
        assert_eq!(review["type"], "tenure.list.review.1");
        assert_eq!(review["data"]["standing"], "open");
        assert_eq!(review["data"]["population_sha256"], hash);
    }
    let head = scene.world.head().await;
    let path = format!("campaigns/{id}/export?format=json&at_least={head}");
    let document = text(ada, &path).await;
    let (said, complete) = list_export::document(&document);
    assert!(said.position >= head, "{document}");
    assert_eq!(
        (said.count, said.first, said.last),
        (3, Some(1), Some(said.position))
    );
    assert_eq!(complete["list"], "review");
    // As of then it is the same, byte by byte, whenever it is asked for.
    let then = format!("campaigns/{id}/export?format=json&as_of={}", said.position);
    let (then, again) = (text(ada, &then).await, text(ada, &then).await);
    assert_eq!(then, again);
    let (then, _) = list_export::document(&then);
    assert_eq!((then.position, then.hash), (said.position, said.hash));
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["campaign"]["population"]["sha256"], hash);
    let reviews = document["reviews"].as_array().unwrap();
    assert_eq!(reviews.len(), 3);
    let [decided, ordered, followed] =
        ["decided", "ordered", "followed"].map(|step| reviews[0][step]["position"].as_u64());
    assert!(decided < ordered && ordered < followed, "{document}");
    let forbidden = rosa.get(&format!("campaigns/{id}/export")).await;
    assert_eq!(forbidden.problem(), (403, "forbidden"));
}
