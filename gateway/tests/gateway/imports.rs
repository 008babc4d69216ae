//! Imports over HTTP that the directory refuses: taken back, and imported anew.

use crate::{
    accounts::{applied, report},
    removals::account,
    synchronisation::{copied, domain},
    world::{World, template},
};
use serde_json::{Value, json};
use tenure_domain::{
    AccountId,
    discovery::Signal,
    order::{Failure, FailureReason, Outcome},
};
use uuid::Uuid;

fn refused() -> Outcome {
    Outcome::Failed(Failure {
        reason: FailureReason::InsufficientRights,
        detail: "00002098".into(),
    })
}

#[tokio::test]
async fn an_import_that_the_directory_refused_is_taken_back_and_its_object_imported_anew() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (object, row) = account("svc-old", &[Signal::PasswordNeverExpires]);
    copied(&world, &domain, vec![row]).await;
    let anton = world.person(&ada, "anton", &["Approver"]).await;
    let template = template(&ada, &[&anton], |_| ()).await;
    let importing = format!("domains/{domain}/unmanaged-accounts/import");
    let import = async |owner: Uuid| -> Value {
        let owner = json!({"kind": "user", "id": owner});
        let body = json!({"template": template, "period": "90 days", "owners": [owner], "reason": "Found",
            "accounts": [{"object": object}]});
        ada.post(&importing, body).await.ok()["items"][0].clone()
    };
    let id = |item: &Value| -> Uuid { item["account"].as_str().unwrap().parse().unwrap() };
    let owner: Uuid = ada.id.to_string().parse().unwrap();
    let first = id(&import(owner).await);

    let path = format!("accounts/{first}/take-back-import");
    let why = || json!({"reason": "No rights there"});
    let early = ada.post(&path, why()).await;
    assert_eq!(early.problem(), (409, "import-under-way"));
    report(&world, AccountId(first), refused()).await;
    let without = ada.post(&path, json!({"reason": " "})).await;
    assert_eq!(without.problem(), (422, "invalid"));
    // Whoever may not change all accounts may neither import nor take back.
    let role = json!({"name": "Readers", "permissions": ["managed-account:read", "managed-account:manage"]});
    ada.post("roles", role).await.ok();
    let rosa = world.person(&ada, "rosa", &["Readers"]).await;
    assert_eq!(rosa.post(&path, why()).await.problem(), (403, "forbidden"));

    let taken_back = ada.post(&path, why()).await.ok();
    let shown = format!("accounts/{first}?at_least={}", taken_back["position"]);
    assert_eq!(ada.get(&shown).await.ok()["status"], "released");
    // It is still being let go of.
    let problem = import(owner).await["problem"]["type"].clone();
    assert_eq!(problem, "urn:tenure:problem:already-exists");
    report(&world, AccountId(first), applied()).await;

    let second = id(&import(owner).await);
    assert_ne!(second, first);
    let problem = import(owner).await["problem"]["type"].clone();
    assert_eq!(problem, "urn:tenure:problem:already-exists");
    report(&world, AccountId(second), applied()).await;
    let shown = ada.get(&format!("accounts/{second}")).await.ok();
    assert_eq!(
        (&shown["imported"], &shown["name"]),
        (&json!(true), &json!("svc-old"))
    );
    let managed = format!("accounts/{second}/take-back-import");
    let confirmed = ada.post(&managed, why()).await;
    assert_eq!(confirmed.problem(), (409, "import-confirmed"));
    let history = ada.get(&format!("accounts/{first}/history")).await.ok();
    let told = history.to_string();
    assert!(
        told.contains("import taken back: No rights there"),
        "{told}"
    );
}
