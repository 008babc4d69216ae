//! Removal of useless accounts over HTTP: what is refused, what is begun, what is shown, and who may.

use crate::{
    calibration::signs_in_as,
    synchronisation::{copied, domain, row},
    world::{World, template},
};
use serde_json::{Value, json};
use tenure_domain::{discovery::Signal, synchronisation::DirectoryUser};
use tenure_eventstore::{new_id, state::DirectoryRow};
use uuid::Uuid;

pub(crate) fn account(name: &str, signals: &[Signal]) -> (Uuid, DirectoryRow) {
    let user = DirectoryUser {
        id: new_id(),
        name: name.into(),
        dn: format!("CN={name},OU=Service,DC=corp,DC=example,DC=com"),
        account_control: 0x200,
        ..DirectoryUser::default()
    };
    let row = DirectoryRow {
        risk: 1,
        found_at: Some(1_700_000_000_000_000),
        judgement: serde_json::to_vec(signals).unwrap(),
        ..row(2, user.id, name, serde_json::to_vec(&user).unwrap())
    };
    (user.id, row)
}

#[tokio::test]
async fn useless_accounts_are_removed_each_by_itself_and_kept_again() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (old, old_row) = account("svc-old", &[Signal::NeverSignedIn, Signal::Expired]);
    let (used, used_row) = account("svc-used", &[Signal::PasswordNeverExpires]);
    let groups = vec!["Domain Admins".into()];
    let powerful = [Signal::Privileged { groups }, Signal::Disabled];
    let (powerful, powerful_row) = account("svc-root", &powerful);
    copied(&world, &domain, vec![old_row, used_row, powerful_row]).await;
    let path = format!("domains/{domain}/unmanaged-accounts");
    let listed = ada.get(&format!("{path}?sort=name")).await.ok();
    let why_not = |index: usize| &listed["items"][index]["not_removable"];
    assert!(why_not(0).is_null(), "{listed}");
    assert!(why_not(1).as_str().unwrap().contains("protected"));
    assert!(
        why_not(2)
            .as_str()
            .unwrap()
            .contains("nothing that was read")
    );

    let unknown = Uuid::nil();
    let accounts = [old, used, powerful, unknown];
    let body = |confirmed: usize| json!({"accounts": accounts, "confirmed": confirmed, "reason": "Switched off in 2023"});
    let miscounted = ada.post(&format!("{path}/remove"), body(3)).await;
    assert_eq!(miscounted.problem(), (422, "invalid"));
    assert_eq!(miscounted.json["errors"][0]["field"], "confirmed");
    let before = world.head().await;
    let begun = ada.post(&format!("{path}/remove"), body(4)).await.ok();
    assert_eq!(
        (&begun["accepted"], &begun["refused"]),
        (&json!(1), &json!(3))
    );
    let problem = |index: usize| begun["items"][index]["problem"]["type"].as_str().unwrap();
    assert!(problem(1).ends_with(":not-useless"), "{begun}");
    assert!(problem(2).ends_with(":protected"), "{begun}");
    assert!(problem(3).ends_with(":invalid"), "{begun}");

    let account = begun["items"][0]["account"].as_str().unwrap();
    let removals = format!("{path}/removals?at_least={}", begun["position"]);
    let shown = ada.get(&removals).await.ok();
    let removal = &shown["items"][0];
    assert_eq!(removal["account"], account);
    assert_eq!(
        (
            &removal["state"],
            &removal["grace_days"],
            &removal["reason"]
        ),
        (
            &json!("disabling"),
            &json!(30),
            &json!("Switched off in 2023")
        )
    );
    assert_eq!(removal["by"]["kind"], "user");
    assert_eq!(removal["cancellable"], true);
    assert_eq!(removal["useless"].as_array().unwrap().len(), 2);
    // Its name is taken meanwhile, and it is not removed twice.
    let again = json!({"accounts": [old], "confirmed": 1, "reason": "Again"});
    let again = ada.post(&format!("{path}/remove"), again).await.ok();
    assert_eq!(again["refused"], 1, "{again}");

    let detail = ada.get(&format!("accounts/{account}")).await.ok();
    assert_eq!(detail["status"], "deleted");
    assert_eq!(detail["removal"]["reason"], "Switched off in 2023");
    let offered = detail["options"].as_array().unwrap().iter();
    let offered: Vec<_> = offered.filter(|option| option["allowed"] == true).collect();
    assert_eq!(offered, [&json!(null); 0], "{detail}");

    // Whoever may not delete all accounts may neither remove nor keep.
    let reader = [
        "directory-service:read",
        "managed-account:read",
        "managed-account:update",
        "managed-account:manage",
    ];
    let role = json!({"name": "Readers", "permissions": reader});
    ada.post("roles", role).await.ok();
    let rosa = world.person(&ada, "rosa", &["Readers"]).await;
    assert_eq!(rosa.get(&removals).await.ok()["items"], shown["items"]);
    let keep = json!({"reason": "Linz needs it"});
    let keeping = format!("accounts/{account}/cancel-removal");
    for (path, body) in [
        (format!("{path}/remove"), body(4)),
        (keeping.clone(), keep.clone()),
    ] {
        let refused = rosa.post(&path, body).await;
        assert_eq!(refused.problem(), (403, "forbidden"), "{path}");
    }
    let kept = ada.post(&keeping, keep).await.ok();
    let removals = format!("{path}/removals?at_least={}", kept["position"]);
    let shown = ada.get(&removals).await.ok();
    assert_eq!(shown["items"][0]["state"], "cancelling", "{shown}");
    let then = async |position: &Value| {
        let removals = format!("{path}/removals?as_of={position}");
        ada.get(&removals).await.ok()["items"].clone()
    };
    assert_eq!(then(&json!(before)).await, json!([]));
    assert_eq!(then(&begun["position"]).await[0]["state"], "disabling");
    let history = ada.get(&format!("accounts/{account}/history")).await.ok();
    let told = history.to_string();
    assert!(
        told.contains("to be disabled, and deleted 30 days later: Switched off in 2023"),
        "{told}"
    );
    assert!(
        told.contains("to be as it was found: Linz needs it"),
        "{told}"
    );
}

#[tokio::test]
async fn the_account_that_an_engine_signs_in_as_is_neither_removed_nor_imported() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (own, own_row) = account(
        "Tenure-Agent",
        &[Signal::PasswordNeverExpires, Signal::Disabled],
    );
    let (old, old_row) = account("svc-old", &[Signal::Disabled]);
    copied(&world, &domain, vec![own_row, old_row]).await;
    signs_in_as(&world, &ada, &domain, "tenure-agent@corp.example.com").await;

    let path = format!("domains/{domain}/unmanaged-accounts");
    let listed = ada.get(&format!("{path}?sort=name")).await.ok();
    let reason = |name: &str| {
        let items = listed["items"].as_array().unwrap();
        let item = items.iter().find(|item| item["name"] == name).unwrap();
        item["not_removable"].as_str().map(str::to_owned)
    };
    assert!(
        reason("Tenure-Agent")
            .unwrap()
            .contains("an engine signs in as it")
    );
    assert_eq!(reason("svc-old"), None);

    let body = json!({"accounts": [own, old], "confirmed": 2, "reason": "Nobody uses them"});
    let begun = ada.post(&format!("{path}/remove"), body).await.ok();
    let problem = begun["items"][0]["problem"]["type"].as_str().unwrap();
    assert!(problem.ends_with(":protected"), "{begun}");
    assert_eq!(begun["items"][1]["problem"], Value::Null, "{begun}");

    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template = template(&ada, &[&anton], |_| ()).await;
    let owner = json!({"kind": "user", "id": ada.id});
    let body = json!({"template": template, "period": "90 days", "owners": [owner], "reason": "Found", "accounts": [{"object": own}]});
    let imported = ada.post(&format!("{path}/import"), body).await.ok();
    let errors = imported["items"][0]["problem"]["errors"].to_string();
    assert!(errors.contains("an engine signs in as it"), "{imported}");
}
