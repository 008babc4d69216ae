//! Tenure was away for a year, or somebody set the clock: all that fell due meanwhile is due at once.

use chrono::{DateTime, Days, DurationRound as _, TimeDelta, Utc};
use serde_json::Value;
use std::time::Duration;
use tenure_tests::{
    lab::{Lab, Settings},
    organisation::{Organisation, fresh_name},
};

const ACTIONS: [&str; 4] = ["review", "disable", "expire", "delete"];
/// Long enough for everything that 90 days bring.
const AWAY: u64 = 365;

/// An account's events from the first on: instant and type.
async fn history(lab: &Lab, account: &str) -> Vec<(DateTime<Utc>, String)> {
    let path = format!("/audit?object={account}&order=asc&limit=500");
    let trail = lab.admin.get(&path).await.ok();
    let events = trail["items"].as_array().unwrap().iter();
    let parts = |e: &Value| {
        let at = e["at"].as_str().unwrap().parse().unwrap();
        (at, e["type"].as_str().unwrap().to_owned())
    };
    events.map(parts).collect()
}

async fn newest(lab: &Lab) -> u64 {
    let trail = lab.admin.get("/audit?limit=1").await.ok();
    trail["items"][0]["position"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fell_due_in_a_year_away_happens_once_in_order_and_never_again() {
    // A real directory has its own clock: the year ends before today.
    let begin = Utc::now().duration_trunc(TimeDelta::seconds(1)).unwrap() - TimeDelta::days(400);
    let settings = Settings {
        virtual_start: Some(begin),
        ..Settings::default()
    };
    let Some(mut lab) = Lab::start(settings).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let mut accounts = Vec::new();
    for action in ACTIONS {
        for which in 0..2 {
            let template = people.template(&lab, which, action, |_| {}).await;
            let name = fresh_name();
            let request = people.provision(&template, &name).await;
            let id = request["submission"]["account"]
                .as_str()
                .unwrap()
                .to_owned();
            accounts.push((action, which, name, id));
        }
    }

    lab.kill_gateway();
    let later = begin.checked_add_days(Days::new(AWAY)).unwrap();
    lab.set_clock(later);
    lab.start_gateway().await;

    for (action, which, name, id) in &accounts {
        let api = &people.requester.api;
        let status = match *action {
            "review" => "active",
            "disable" => "disabled",
            "expire" => "expired",
            _ => "deleted",
        };
        let path = format!("/accounts/{id}");
        let within = Duration::from_secs(60);
        let is_there = |a: &Value| a["status"] == status;
        let what = format!("{name} to be {status}");
        api.wait_within(within, &path, &what, is_there).await;
        let directory = &lab.domains[*which].directory;
        let enabled = async || directory.object(name).await.unwrap().is_enabled();
        if matches!(*action, "disable" | "delete") {
            let disabled = async || (!enabled().await).then_some(());
            tenure_tests::until::until("it to be disabled in the directory", within, disabled)
                .await;
        }
    }
    // The clock settles before it moves, and nothing is left that could fire.
    lab.advance_to(later + TimeDelta::minutes(1)).await;

    for (action, _, name, id) in &accounts {
        let history = history(&lab, id).await;
        let at = |wanted: &str| -> Vec<usize> {
            let found = history.iter().enumerate().filter(|(_, (_, t))| t == wanted);
            found.map(|(n, _)| n).collect()
        };
        let ended = at("account.lifecycle-ended");
        assert_eq!(ended.len(), 1, "{action} {name}: {history:?}");
        assert!(history[ended[0]].0 >= later, "{action} {name}: {history:?}");
        let opened = at("account.renewal-opened");
        let renews = *action != "delete";
        assert_eq!(opened.len(), usize::from(renews), "{history:?}");
        assert!(
            opened.iter().all(|opened| *opened < ended[0]),
            "{history:?}"
        );
        // They are told of both: nobody is reminded at once of what they have just heard, nor of each week that was missed.
        assert!(at("account.owners-reminded").is_empty(), "{history:?}");
    }

    let before = newest(&lab).await;
    lab.kill_gateway();
    lab.start_gateway().await;
    lab.advance_to(later + TimeDelta::minutes(2)).await;
    assert_eq!(newest(&lab).await, before, "nothing fires twice");
    let verified = lab.run(&["audit", "verify", "--json"]);
    assert!(verified.contains("\"verified\":true"), "{verified}");
}
