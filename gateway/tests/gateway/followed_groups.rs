//! Which groups of a domain are followed, over HTTP: what is checked before anything follows them.

use crate::{
    synchronisation::{copied, domain, row},
    world::World,
};
use serde_json::{Value, json};
use tenure_domain::synchronisation::DirectoryGroup;
use tenure_eventstore::{new_id, state::DirectoryRow};
use tenure_workflow::synchronisation::CopiedGroup;
use uuid::Uuid;

fn group(name: &str) -> (Uuid, DirectoryRow) {
    let id = new_id();
    let copied = CopiedGroup {
        group: DirectoryGroup {
            id,
            name: name.into(),
            dn: format!("CN={name},DC=corp,DC=example,DC=com"),
            sid: "S-1-5-21-1-2-3-1105".into(),
            description: None,
        },
        members: vec![],
    };
    (id, row(1, id, name, serde_json::to_vec(&copied).unwrap()))
}

fn following(groups: Value) -> Value {
    json!({"groups": groups, "most_at_once": 50, "most_per_cent": 10})
}

#[tokio::test]
async fn a_group_is_followed_by_its_id_and_shown_by_its_name_and_an_unknown_one_is_refused() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (staff, row) = group("Staff");
    copied(&world, &domain, vec![row]).await;
    let path = format!("domains/{domain}/people");
    let before = ada.get(&path).await.ok();
    assert_eq!(
        (&before["groups"], &before["followed"]),
        (&json!([]), &json!(0))
    );
    let owners = ada.post("groups", json!({"name": "Owners"})).await.id();

    let plan = following(json!([{"object": staff, "group": owners}]));
    let planned = ada.post(&format!("{path}/plan"), plan).await.ok();
    let after = ada
        .get(&format!("{path}?at_least={}", planned["position"]))
        .await
        .ok();
    let expected = json!([{"object": staff, "name": "Staff", "group": {"id": owners, "name": "Owners"}, "missing": false}]);
    assert_eq!(after["groups"], expected);

    let everyone = tenure_domain::group::everyone().0;
    let wrong = [
        (json!([{"object": Uuid::nil()}]), "groups[0].object"),
        (
            json!([{"object": staff, "group": Uuid::nil()}]),
            "groups[0].group",
        ),
        (
            json!([{"object": staff, "group": everyone}]),
            "groups[0].group",
        ),
        (json!([{"object": staff}, {"object": staff}]), "groups[1]"),
    ];
    for (groups, field) in wrong {
        let answer = ada.post(&format!("{path}/plan"), following(groups)).await;
        assert_eq!(answer.problem(), (422, "invalid"), "{field}");
        assert_eq!(answer.json["errors"][0]["field"], field);
    }
    let allow = json!({"coming": 0, "leaving": 3, "reason": "Closed"});
    let nobody = ada.post(&format!("{path}/allow"), allow).await;
    assert_eq!(nobody.problem(), (409, "nobody-held"));
}

#[tokio::test]
async fn whoever_lets_a_directory_decide_who_is_a_user_must_be_allowed_to_decide_it() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (staff, row) = group("Staff");
    copied(&world, &domain, vec![row]).await;
    let role = |name: &str, permissions: &[&str]| json!({"name": name, "permissions": permissions});
    let directory = [
        "directory-service:read",
        "directory-service:update",
        "directory-service:manage",
    ];
    ada.post("roles", role("Directories", &directory))
        .await
        .ok();
    let dora = world.person(&ada, "dora", &["Directories"]).await;
    let path = format!("domains/{domain}/people/plan");
    let refused = dora
        .post(&path, following(json!([{"object": staff}])))
        .await;
    assert_eq!(refused.problem(), (403, "forbidden"));

    // Being a member would give what dora does not have, although she may manage groups.
    let more = [
        &directory[..],
        &["user:create", "group:read", "group:update", "group:manage"],
    ]
    .concat();
    ada.post("roles", role("Directories and groups", &more))
        .await
        .ok();
    let gina = world
        .person(&ada, "gina", &["Directories and groups"])
        .await;
    let powerful = ada
        .post("groups", json!({"name": "Administrators"}))
        .await
        .id();
    let administrator = tenure_domain::role::BuiltInRole::SystemAdministrator.id().0;
    let grant = json!({ "role": administrator });
    ada.post(&format!("groups/{powerful}/roles/grant"), grant)
        .await
        .ok();
    let plan = following(json!([{"object": staff, "group": powerful}]));
    let refused = gina.post(&path, plan).await;
    assert_eq!(refused.problem(), (403, "beyond-own-rights"));
    gina.post(&path, following(json!([{"object": staff}])))
        .await
        .ok();
}
