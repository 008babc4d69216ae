//! Which groups of a domain are followed, over HTTP: what is checked before anything follows them.

use crate::{
    synchronisation::{copied, domain, row},
    world::World,
};
use serde_json::{Value, json};
use tenure_domain::synchronisation::{DirectoryGroup, DirectoryUser};
use tenure_eventstore::{new_id, state::DirectoryRow};
use tenure_workflow::synchronisation::CopiedGroup;
use uuid::Uuid;

fn group(name: &str) -> (Uuid, DirectoryRow) {
    group_of(name, vec![])
}

fn group_of(name: &str, members: Vec<Uuid>) -> (Uuid, DirectoryRow) {
    let id = new_id();
    let copied = CopiedGroup {
        group: DirectoryGroup {
            id,
            name: name.into(),
            dn: format!("CN={name},DC=corp,DC=example,DC=com"),
            sid: "S-1-5-21-1-2-3-1105".into(),
            description: None,
        },
        members,
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

#[tokio::test]
async fn whom_groups_would_bring_is_told_before_they_are_followed_and_nothing_is_written() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let person = |name: &str| {
        let user = DirectoryUser {
            id: new_id(),
            name: name.into(),
            mail: Some(format!("{name}@corp.example.com")),
            account_control: 0x200,
            ..DirectoryUser::default()
        };
        let row = row(2, user.id, name, serde_json::to_vec(&user).unwrap());
        (user.id, row)
    };
    // Rosa is a user already.
    world.person(&ada, "rosa", &[]).await;
    let rosa_mail = ada.get("users?search=rosa").await.ok()["items"][0]["emails"][0].clone();
    let (max, max_row) = person("max");
    let (rosa, mut rosa_row) = person("rosa");
    let mut copied_rosa: DirectoryUser = serde_json::from_slice(&rosa_row.content).unwrap();
    copied_rosa.mail = Some(rosa_mail.as_str().unwrap().to_uppercase());
    rosa_row.content = serde_json::to_vec(&copied_rosa).unwrap();
    let (staff, staff_row) = group_of("Staff", vec![max, rosa]);
    copied(&world, &domain, vec![staff_row, max_row, rosa_row]).await;
    let before = world.instance.store.head().await.unwrap().position;

    let path = format!("domains/{domain}/people/preview");
    let gone = Uuid::nil();
    let told = ada.get(&format!("{path}?groups={staff},{gone}")).await.ok();
    assert_eq!(
        told["groups"],
        json!([
            {"object": staff, "name": "Staff", "missing": false,
                "people": {"new": 1, "known": 1, "followed": 0, "cannot": 0}},
            {"object": gone, "name": "", "missing": true,
                "people": {"new": 0, "known": 0, "followed": 0, "cannot": 0}},
        ])
    );
    assert_eq!(told["people"]["new"], 1);
    let mut comes = vec![
        json!({"id": max, "name": "max"}),
        json!({"id": rosa, "name": "rosa"}),
    ];
    comes.sort_by_key(|who| who["id"].to_string());
    assert_eq!(told["who_comes"], json!(comes));
    assert_eq!(
        (&told["leaving"], &told["asked_first"]),
        (&json!(0), &json!(false))
    );
    let head = world.instance.store.head().await.unwrap().position;
    assert_eq!(head, before);

    for wrong in ["?groups=nobody", "?group=x"] {
        let answer = ada.get(&format!("{path}{wrong}")).await;
        assert_eq!(answer.problem(), (400, "invalid-query"), "{wrong}");
    }
    let stranger = world.person(&ada, "otto", &[]).await;
    let refused = stranger.get(&path).await;
    assert_eq!(refused.problem(), (403, "forbidden"));
}
