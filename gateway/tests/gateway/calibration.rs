//! What engines can reach, over HTTP: how asking stands, the commands that grant what is missing, and what they did.

use crate::{synchronisation::domain, world::World};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tenure_domain::{
    DomainId, EngineId,
    calibration::{
        AccountClass, Calibration, DirectoryReach, FoundPlace, FoundRight, PlaceUse, ReachedServer,
        Right, Standing, VaultReach, WantedPlace,
    },
    engine::log::{EngineLog, LogLevel, LogLine, merged},
    order::{Failure, FailureReason},
};
use tenure_eventstore::new_id;
use tenure_workflow::calibration::{Answered, Asked};
use uuid::Uuid;

const UNIT: &str = "OU=Service Accounts,DC=corp,DC=example,DC=com";
const MACHINES: &str = "OU=Machines,DC=corp,DC=example,DC=com";

async fn keep(world: &World, name: String, content: &impl serde::Serialize) {
    let text = serde_json::to_string(content).unwrap();
    let tables = world.instance.store.state_tables();
    tables.set_meta(&name, &text).await.unwrap();
}

fn asked(at: DateTime<Utc>) -> Asked {
    let place = |dn: &str, what| WantedPlace {
        dn: dn.into(),
        uses: BTreeSet::from([what]),
        attributes: BTreeMap::new(),
    };
    Asked {
        run: new_id(),
        at,
        not_after: at + TimeDelta::seconds(30),
        places: vec![
            place(UNIT, PlaceUse::Accounts),
            place(MACHINES, PlaceUse::ManagedServiceAccounts),
            place("CN=Batch,DC=corp,DC=example,DC=com", PlaceUse::Members),
        ],
        more: 2,
    }
}

fn found(domain: &str, engine: &str, account: &str, asked: &Asked) -> Calibration {
    let right = |right, standing| FoundRight { right, standing };
    let (user, gmsa) = (AccountClass::User, AccountClass::ManagedServiceAccount);
    let names = vec!["department".to_owned(), "title".to_owned()];
    let place = |dn: &str, rights| FoundPlace {
        dn: dn.into(),
        failure: None,
        rights,
    };
    Calibration {
        domain: DomainId(domain.parse().unwrap()),
        engine: EngineId(engine.parse().unwrap()),
        run: asked.run,
        at: asked.at,
        directory: DirectoryReach::Reached(ReachedServer {
            address: "dc1:636".into(),
            host: Some("dc1.corp.example.com".into()),
            protection: None,
            account: account.into(),
            known_as: None,
            round_trip_us: 900,
            deletions: Standing::Granted,
        }),
        vault: VaultReach {
            kind: "built-in".into(),
            failure: None,
        },
        places: vec![
            place(
                UNIT,
                vec![
                    right(Right::CreateAccounts { class: user }, Standing::Granted),
                    right(
                        Right::WriteAttributes { class: user, names },
                        Standing::Missing,
                    ),
                ],
            ),
            place(
                MACHINES,
                vec![
                    right(Right::CreateAccounts { class: gmsa }, Standing::Granted),
                    right(
                        Right::WriteAttributes {
                            class: gmsa,
                            names: vec!["cn".into()],
                        },
                        Standing::NoAccountYet,
                    ),
                ],
            ),
        ],
    }
}

/// An engine of the domain that reaches nothing now, and signed in as this account when it did.
pub(crate) async fn signs_in_as(
    world: &World,
    ada: &crate::world::Person,
    domain: &str,
    account: &str,
) {
    let engine = engine(ada, domain).await;
    let asked = asked(world.instance.system.now());
    let mut found = found(domain, &engine, account, &asked);
    let away = DirectoryReach::OutOfReach(Failure {
        reason: FailureReason::DirectoryUnreachable,
        detail: "dc1: no route".into(),
    });
    let DirectoryReach::Reached(server) = std::mem::replace(&mut found.directory, away) else {
        panic!("{found:?}")
    };
    let answered = Answered {
        heard_at: asked.at,
        found,
        asked,
        reached_before: Some(server),
    };
    keep(world, format!("calibration:{engine}"), &answered).await;
    let head = world.head().await;
    let listed = ada.get(&format!("engines?at_least={head}")).await.ok();
    assert!(listed.to_string().contains(&engine), "{listed}");
}

async fn engine(ada: &crate::world::Person, domain: &str) -> String {
    let key = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";
    let body = json!({"name": "dc1-agent", "domain": domain, "public_key": key});
    ada.post("engines", body).await.id()
}

#[tokio::test]
async fn the_missing_right_is_named_with_the_commands_that_the_core_made() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let engine = engine(&ada, &domain).await;
    let path = format!("engines/{engine}/calibration");
    let never = ada.get(&path).await.ok();
    assert_eq!(never["standing"], "never-asked");
    assert_eq!(never["answer"], Value::Null);

    let asked = asked(world.instance.system.now());
    keep(&world, format!("calibration-asked:{engine}"), &asked).await;
    let waiting = ada.get(&path).await.ok();
    assert_eq!(waiting["standing"], "waiting");
    let answered = Answered {
        heard_at: asked.at,
        found: found(&domain, &engine, "agent@corp.example.com", &asked),
        asked: asked.clone(),
        reached_before: None,
    };
    keep(&world, format!("calibration:{engine}"), &answered).await;
    let shown = ada.get(&path).await.ok();
    assert_eq!(shown["standing"], "answered");
    assert_eq!(shown["engine"]["name"], "dc1-agent");
    let answer = &shown["answer"];
    assert_eq!(answer["server"]["host"], "dc1.corp.example.com");
    assert_eq!(
        (&answer["missing"], &answer["unknown"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(answer["places_left_out"], 2);
    let standings: Vec<_> = answer["places"]
        .as_array()
        .unwrap()
        .iter()
        .map(|place| place["standing"].as_str().unwrap())
        .collect();
    // Nothing is missing where only group managed service accounts are made; what was left out is not called granted.
    assert_eq!(standings, ["missing", "unknown", "left-out"]);
    assert_eq!(
        answer["places"][1]["uses"],
        json!(["managed-service-accounts"])
    );
    let lacking = &answer["places"][0]["rights"][1];
    assert_eq!(
        lacking["dsacls"],
        format!(
            "dsacls \"{UNIT}\" /I:S /G \"agent@corp.example.com:WP;department;user\" \"agent@corp.example.com:WP;title;user\""
        )
    );
    assert!(lacking["powershell"].as_str().unwrap().contains("Set-Acl"));
    assert_eq!(answer["places"][0]["rights"][0]["dsacls"], Value::Null);
    // The domain's list is made of the same.
    let all = ada.get(&format!("domains/{domain}/calibration")).await.ok();
    assert_eq!(all["items"], json!([shown]));
}

#[tokio::test]
async fn an_engine_that_does_not_answer_is_shown_as_that_and_its_words_become_no_command() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let engine = engine(&ada, &domain).await;
    let long_ago = world.instance.system.now() - TimeDelta::minutes(5);
    let before = asked(long_ago);
    let hostile = "a\" & format c: & \"";
    let answered = Answered {
        heard_at: long_ago,
        found: found(&domain, &engine, hostile, &before),
        asked: before,
        reached_before: None,
    };
    keep(&world, format!("calibration:{engine}"), &answered).await;
    keep(
        &world,
        format!("calibration-asked:{engine}"),
        &asked(long_ago),
    )
    .await;
    let shown = ada.get(&format!("engines/{engine}/calibration")).await.ok();
    assert_eq!(shown["standing"], "unanswered");
    let lacking = &shown["answer"]["places"][0]["rights"][1];
    assert_eq!(lacking["standing"], "missing");
    assert_eq!(lacking["dsacls"], Value::Null);
    assert!(
        lacking["powershell"]
            .as_str()
            .unwrap()
            .contains("]'a\" & format c: & \"')")
    );
}

#[tokio::test]
async fn asking_is_recorded_and_only_of_engines_of_the_domain() {
    let (_world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let engine = engine(&ada, &domain).await;
    let path = format!("domains/{domain}/calibrate");
    let accepted = ada.post(&path, json!({ "engine": engine })).await;
    assert_eq!(accepted.status, 202);
    let at = format!(
        "audit?object={domain}&at_least={}",
        accepted.json["position"]
    );
    let trail = ada.get(&at).await.ok();
    let sentence = |entry: &Value| entry["sentence"] == "one engine asked what it can reach";
    assert!(
        trail["items"].as_array().unwrap().iter().any(sentence),
        "{trail}"
    );

    let nobody = json!({ "engine": Uuid::nil() });
    let refused = ada.post(&path, nobody).await;
    assert_eq!(refused.problem().0, 422, "{refused:?}");
    let nowhere = format!("domains/{}/calibrate", Uuid::nil());
    assert_eq!(ada.post(&nowhere, json!({})).await.problem().0, 404);
    let disable = format!("domains/{domain}/disable");
    ada.post(&disable, json!({})).await.ok();
    let refused = ada.post(&path, json!({})).await;
    assert_eq!(refused.problem().1, "domain-not-offered");
}

#[tokio::test]
async fn the_last_lines_of_an_engine_are_shown_newest_first_as_plain_text() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let engine = engine(&ada, &domain).await;
    let path = format!("engines/{engine}/log");
    assert_eq!(ada.get(&path).await.ok()["items"], json!([]));
    let line = |number, sentence: &str| LogLine {
        number,
        at: world.instance.system.now(),
        level: LogLevel::Warning,
        account: Some(tenure_domain::AccountId(new_id())),
        sentence: sentence.into(),
    };
    let told = EngineLog {
        domain: DomainId(domain.parse().unwrap()),
        engine: EngineId(engine.parse().unwrap()),
        start: new_id(),
        at: world.instance.system.now(),
        lines: vec![line(1, "first"), line(2, "<b>\u{1b}[1msecond\n")],
    };
    keep(
        &world,
        format!("engine-log:{engine}"),
        &merged(vec![], told),
    )
    .await;
    let shown = ada.get(&path).await.ok();
    let sentences: Vec<_> = shown["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["sentence"].as_str().unwrap())
        .collect();
    assert_eq!(sentences, ["<b> [1msecond ", "first"]);
    assert_eq!(shown["items"][0]["level"], "warning");
    let nobody = format!("engines/{}/log", Uuid::nil());
    assert_eq!(ada.get(&nobody).await.problem().0, 404);
}
