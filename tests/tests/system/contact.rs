//! An engine that falls silent: administrators hear of it, and see when it is back.

use tenure_tests::{
    lab::{Lab, Settings},
    organisation::ADMIN,
};

#[tokio::test(flavor = "multi_thread")]
async fn administrators_hear_that_contact_with_an_engine_is_lost_and_see_when_it_is_regained() {
    let Some(mut lab) = Lab::start(Settings {
        engines_lost_after: 4,
        ..Settings::default()
    })
    .await
    else {
        return;
    };
    let [silent, alive] = [0, 1].map(|which| lab.domains[which].engine.clone());
    let path = format!("/engines/{silent}");
    for engine in [&silent, &alive] {
        lab.admin
            .wait(&format!("/engines/{engine}"), "a sign of life", |engine| {
                engine["last_heard"].is_string()
            })
            .await;
    }
    lab.kill_agent(0);
    let lost = lab
        .admin
        .wait(&path, "contact to be lost", |engine| {
            engine["contact_lost"].is_string()
        })
        .await;
    let name = lost["name"].as_str().unwrap();
    lab.mail.wait_for(ADMIN, "Lost contact with engine").await;
    let inbox = lab.admin.get("/inbox?category=engine").await.ok();
    let notice = &inbox["items"][0];
    assert_eq!(notice["notice"], "engine-lost-contact", "{inbox}");
    assert_eq!(notice["object"], silent);
    assert!(notice["title"].as_str().unwrap().contains(name), "{notice}");
    let other = lab.admin.get(&format!("/engines/{alive}")).await.ok();
    assert!(other["contact_lost"].is_null(), "{other}");

    lab.start_agent(0);
    lab.admin
        .wait(&path, "contact to be regained", |engine| {
            engine["contact_lost"].is_null()
        })
        .await;
    // The trail is a read model of its own, and may be a moment behind the engines'.
    let contact = |history: &serde_json::Value| -> Vec<String> {
        let events = history["items"].as_array().unwrap().iter();
        let changes =
            events.filter_map(|event| event["type"].as_str()?.strip_prefix("engine.contact-"));
        changes.map(str::to_owned).collect()
    };
    let history = lab
        .admin
        .wait(
            &format!("/audit?object={silent}"),
            "the trail to tell that contact was regained",
            |history| contact(history).iter().any(|change| change == "regained"),
        )
        .await;
    assert_eq!(contact(&history), ["regained", "lost"], "{history}");
}
