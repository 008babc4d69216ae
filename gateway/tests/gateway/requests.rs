//! Requests on their way: names checked while typed, questions and answers, time-outs, overrides, clones, and decisions
//! on many at once.

use crate::world::{Person, World, asking_for, submitted, template};
use serde_json::{Value, json};
use tenure_domain::{
    Actor,
    timers::{TimerClock, TimerCommand, TimerKind},
};
use tenure_workflow::Caller;

pub(crate) async fn people(world: &World, ada: &Person) -> (Person, Person, Person) {
    let rosa = world.person(ada, "rosa", &["Requester"]).await;
    let anton = world.person(ada, "anton", &["Approver"]).await;
    let olga = world.person(ada, "olga", &["Approver"]).await;
    (rosa, anton, olga)
}

pub(crate) async fn waiting(person: &Person, world: &World) -> usize {
    let path = format!("approvals?at_least={}", world.head().await);
    person.get(&path).await.ok()["items"]
        .as_array()
        .unwrap()
        .len()
}

pub(crate) async fn shown(person: &Person, id: &str) -> Value {
    person.get(&format!("requests/{id}")).await.ok()
}

#[tokio::test]
async fn a_name_check_says_everything_that_is_wrong_and_not_who_holds_the_name() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |content| {
        content["directory"]["name_pattern"] = json!("svc-[a-z]+");
    })
    .await;
    let path = format!("templates/{template_id}/name-check?name=");
    let fine = rosa.get(&format!("{path}svc-backup")).await.ok();
    assert_eq!((&fine["ok"], &fine["errors"]), (&json!(true), &json!([])));
    submitted(&rosa, &template_id, "svc-backup").await;
    let taken = anton.get(&format!("{path}SVC-BACKUP")).await;
    assert_eq!(taken.status, 403, "an approver asks for no accounts");
    let taken = rosa.get(&format!("{path}svc-Backup")).await.ok();
    let codes = |answer: &Value| -> Vec<String> {
        let errors = answer["errors"].as_array().unwrap().iter();
        errors
            .map(|error| error["code"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(codes(&taken), ["pattern-mismatch", "taken"]);
    assert!(!taken.to_string().contains(&rosa.id));
    assert_eq!(
        taken["errors"][1]["message"],
        "is taken in this domain by a request"
    );
    let wrong = rosa
        .get(&format!("{path}Backup*of*all*file*servers"))
        .await
        .ok();
    assert_eq!(
        codes(&wrong),
        [
            "too-long",
            "forbidden-character",
            "wrong-prefix",
            "pattern-mismatch"
        ]
    );
}

#[tokio::test]
async fn a_draft_is_deleted_by_who_wrote_it_and_a_repeat_is_harmless() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = rosa
        .post("requests", asking_for(&template_id, "svc-backup"))
        .await
        .id();
    let path = format!("requests/{id}/delete");
    assert_eq!(
        ada.post(&path, json!({})).await.problem(),
        (403, "not-requester")
    );
    assert_eq!(anton.post(&path, json!({})).await.status, 403);
    let first = rosa.post_once(&path, "away", json!({})).await.ok();
    let again = rosa.post_once(&path, "away", json!({})).await.ok();
    assert_eq!(
        (&again["position"], &again["repeated"]),
        (&first["position"], &json!(true))
    );
    assert_eq!(rosa.post(&path, json!({})).await.status, 404);
    assert_eq!(rosa.get(&format!("requests/{id}")).await.status, 404);
    assert_eq!(
        rosa.get(&format!("requests/{id}/history")).await.status,
        404
    );
    let listed = format!("requests?at_least={}", first["position"]);
    assert_eq!(rosa.get(&listed).await.ok()["items"], json!([]));
    let waiting = submitted(&rosa, &template_id, "svc-backup").await;
    let refused = rosa
        .post(&format!("requests/{waiting}/delete"), json!({}))
        .await;
    assert_eq!(refused.problem(), (409, "wrong-status"));
}

#[tokio::test]
async fn an_approver_asks_and_the_requester_answers_to_the_same_step() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-backup").await;
    assert_eq!(shown(&rosa, &id).await["held_by"]["kind"], "approvers");
    anton
        .post(
            &format!("requests/{id}/ask"),
            json!({"question": "Which servers?"}),
        )
        .await
        .ok();
    let sent_back = shown(&rosa, &id).await;
    assert_eq!(sent_back["status"], "sent-back");
    assert_eq!(sent_back["held_by"]["kind"], "requester");
    assert_eq!(
        sent_back["questions"][0]["question"]["text"],
        "Which servers?"
    );
    assert_eq!(waiting(&anton, &world).await, 0);
    assert_eq!(
        anton
            .post(&format!("requests/{id}/approve"), json!({}))
            .await
            .problem(),
        (409, "wrong-status")
    );
    let mut content = asking_for(&template_id, "svc-backup");
    content["justification"] = json!("Nightly backup of the file servers");
    let mut renamed = content.clone();
    renamed["name"] = json!("svc-other");
    let refused = rosa
        .post(
            &format!("requests/{id}/answer"),
            json!({"content": renamed}),
        )
        .await;
    assert_eq!(refused.problem(), (422, "invalid"));
    assert_eq!(refused.json["errors"][0]["field"], "name");
    rosa.post(
        &format!("requests/{id}/answer"),
        json!({"answer": "The file servers", "content": content}),
    )
    .await
    .ok();
    let again = shown(&anton, &id).await;
    assert_eq!(again["status"], "submitted");
    assert_eq!(again["questions"][0]["answer"]["text"], "The file servers");
    assert_eq!(
        again["content"]["justification"],
        "Nightly backup of the file servers"
    );
    assert_eq!(waiting(&anton, &world).await, 1);
    let history = rosa
        .get(&format!("requests/{id}/history"))
        .await
        .ok()
        .to_string();
    assert!(history.contains("Which servers?") && history.contains("The file servers"));
    anton
        .post(&format!("requests/{id}/approve"), json!({}))
        .await
        .ok();
    assert_eq!(shown(&rosa, &id).await["status"], "approved");
}

#[tokio::test]
async fn many_are_decided_at_once_and_each_has_its_own_result() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let first = submitted(&rosa, &template_id, "svc-a").await;
    let second = submitted(&rosa, &template_id, "svc-b").await;
    let withdrawn = submitted(&rosa, &template_id, "svc-c").await;
    rosa.post(&format!("requests/{withdrawn}/withdraw"), json!({}))
        .await
        .ok();
    let nowhere = "0192f0c1-a2b3-7c4d-8e5f-001122334455";
    let all = json!({"requests": [first, withdrawn, nowhere, second], "decision": "approve"});
    let done = anton
        .post_once("approvals/decide", "all", all.clone())
        .await
        .ok();
    assert_eq!(
        (&done["accepted"], &done["refused"]),
        (&json!(2), &json!(2))
    );
    let items = done["items"].as_array().unwrap();
    assert!(items[0]["position"].is_u64() && items[3]["position"].is_u64());
    assert_eq!(
        items[1]["problem"]["type"],
        "urn:tenure:problem:wrong-status"
    );
    assert_eq!(items[2]["problem"]["status"], 404);
    for id in [&first, &second] {
        assert_eq!(shown(&rosa, id).await["status"], "approved");
    }
    let head = world.head().await;
    let again = anton.post_once("approvals/decide", "all", all).await.ok();
    assert_eq!(again["accepted"], 2, "the same key does nothing twice");
    assert_eq!(world.head().await, head);
    let other = submitted(&rosa, &template_id, "svc-d").await;
    let no = json!({"requests": [other], "decision": "reject"});
    assert_eq!(
        anton.post("approvals/decide", no).await.problem(),
        (422, "invalid")
    );
    let no = json!({"requests": [other], "decision": "reject", "reason": "Not needed"});
    let refused = olga.post("approvals/decide", no.clone()).await.ok();
    assert_eq!(refused["items"][0]["problem"]["status"], 404);
    assert_eq!(anton.post("approvals/decide", no).await.ok()["accepted"], 1);
    assert_eq!(shown(&rosa, &other).await["status"], "rejected");
}

#[tokio::test]
async fn a_step_that_waits_too_long_goes_to_its_fallback_approvers_too() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let fallback = olga.id.clone();
    let template_id = template(&ada, &[&anton], |content| {
        let step = &mut content["approval"]["steps"][0];
        step["times_out_after_hours"] = json!(24);
        step["fallback"] = json!({"users": [fallback], "groups": []});
    })
    .await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    assert_eq!(waiting(&olga, &world).await, 0);
    world.later(chrono::TimeDelta::hours(25));
    let rosa = world.sign_in("rosa@corp.example").await;
    let olga = world.sign_in("olga@corp.example").await;
    let now = tenure_eventstore::clock::Clock::now(&*world.clock);
    let views = &world.instance.views;
    let due = views
        .due_timers(TimerClock::Business, now, 10)
        .await
        .unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(due[0].kind, TimerKind::ApprovalTimeOut);
    let TimerCommand::Request(request, command) = due[0].command() else {
        panic!("{due:?}")
    };
    let timers = Caller::new(Actor::system("timers"));
    let commands = &world.instance.commands;
    commands.request(request, command, &timers).await.unwrap();
    assert_eq!(waiting(&olga, &world).await, 1);
    let path = format!("requests?at_least={}", world.head().await);
    let listed = rosa.get(&path).await.ok();
    assert_eq!(listed["items"][0]["held_by"]["kind"], "fallback");
    let people = listed["items"][0]["held_by"]["people"].as_array().unwrap();
    assert_eq!(people.len(), 2);
    assert_eq!(shown(&rosa, &id).await["held_by"]["kind"], "fallback");
    assert_eq!(
        views
            .due_timers(TimerClock::Business, now, 10)
            .await
            .unwrap(),
        []
    );
    olga.post(&format!("requests/{id}/approve"), json!({}))
        .await
        .ok();
    assert_eq!(shown(&rosa, &id).await["status"], "approved");
}

#[tokio::test]
async fn an_override_has_a_reason_and_is_never_for_ones_own_request() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    let path = format!("requests/{id}/override");
    let why = json!({"reason": "Payroll runs tonight"});
    assert_eq!(
        anton.post(&path, why.clone()).await.problem(),
        (403, "forbidden")
    );
    // Manage alone only widens what one reads.
    let auditor = world.person(&ada, "audrey", &["Auditor"]).await;
    assert_eq!(
        auditor.post(&path, why.clone()).await.problem(),
        (403, "forbidden")
    );
    assert_eq!(
        ada.post(&path, json!({"reason": " "})).await.problem(),
        (422, "invalid")
    );
    ada.post(&path, why.clone()).await.ok();
    let request = shown(&rosa, &id).await;
    assert_eq!(request["status"], "approved");
    assert_eq!(request["steps"][0]["approvals"][0]["overridden"], true);
    let own = submitted(&ada, &template_id, "svc-b").await;
    assert_eq!(
        ada.post(&format!("requests/{own}/override"), why)
            .await
            .problem(),
        (403, "own-request")
    );
}

#[tokio::test]
async fn a_clone_of_a_request_is_a_draft_with_the_same_content_and_no_name() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let id = submitted(&rosa, &template_id, "svc-a").await;
    let copy = rosa
        .post(&format!("requests/{id}/clone"), json!({}))
        .await
        .id();
    let draft = shown(&rosa, &copy).await;
    assert_eq!(draft["status"], "draft");
    assert_eq!(draft["content"]["name"], "");
    assert_eq!(draft["content"]["justification"], "Nightly backup");
    assert_eq!(draft["content"]["template"], template_id.as_str());
}

#[tokio::test]
async fn the_owners_of_a_draft_have_names() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, olga) = people(&world, &ada).await;
    let template_id = template(&ada, &[&anton], |_| ()).await;
    let mut content = asking_for(&template_id, "svc-backup");
    content["owners"] = json!([{"kind": "user", "id": olga.id}]);
    let id = rosa.post("requests", content).await.id();
    let shown = shown(&rosa, &id).await;
    assert_eq!(shown["owners"][0]["id"], olga.id);
    assert_eq!(shown["owners"][0]["kind"], "user");
    assert_eq!(shown["owners"][0]["name"], "olga");
    assert_eq!(shown["submission"], Value::Null);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_export_is_of_the_requests_that_one_may_see_and_hides_what_is_hidden() {
    let (world, ada) = World::with_ada().await;
    let (rosa, anton, _) = people(&world, &ada).await;
    let open = template(&ada, &[&anton], |_| ()).await;
    let secret = template(&ada, &[&anton], |content| {
        content["name"] = json!("Discreet");
        content["approval"]["hide_approver_names"] = json!(true);
    })
    .await;
    let id = submitted(&rosa, &open, "svc-backup").await;
    submitted(&rosa, &secret, "svc-discreet").await;
    submitted(&ada, &open, "svc-admin").await;
    let head = world.head().await;
    let export = async |person: &Person, query: &str| {
        let response = person
            .http
            .get(format!(
                "{}/api/v1/requests/export?at_least={head}{query}",
                person.url
            ))
            .bearer_auth(&person.token)
            .send()
            .await
            .unwrap();
        let disposition = &response.headers()["content-disposition"];
        assert_eq!(disposition, "attachment; filename=\"requests.csv\"");
        response.text().await.unwrap()
    };
    let own = export(&rosa, "&sort=created-at&order=asc").await;
    let lines: Vec<_> = own.split("\r\n").collect();
    assert!(lines[0].starts_with("\u{feff}name,kind,status,"), "{own}");
    assert!(
        lines[1]
            .starts_with("svc-backup,new-account,submitted,rosa,Service account,anton,Team lead,"),
        "{own}"
    );
    assert!(
        lines[1].ends_with(&format!(",Nightly backup,{id}")),
        "{own}"
    );
    assert!(lines[2].contains(",Discreet,approvers,"), "{own}");
    assert!(lines[3].starts_with("complete,2,"), "{own}");
    assert_eq!(lines.len(), 5, "{own}");
    assert_eq!(export(&ada, "").await.matches("svc-").count(), 3);
    assert_eq!(
        export(&ada, "&search=discreet")
            .await
            .matches("svc-")
            .count(),
        1
    );
}
