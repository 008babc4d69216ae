//! Two gateways on one database: what one of them takes away, the other does not give.

use crate::world::{Backend, World, group, user};
use tenure_domain::{Actor, group::GroupCommand, user::UserCommand};
use tenure_workflow::{Caller, permissions::rights_of};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_at_one_gateway_has_no_rights_at_the_other() {
    let Some(backend) = Backend::postgres().await else {
        return;
    };
    let world = World::open(backend, 2).await;
    let (here, there) = (&world.cores[0].instance, &world.cores[1].instance);
    let setup = Caller::new(Actor::system("test"));
    let rights = rights_of(there, user(1)).await.unwrap().unwrap();
    assert!(rights.groups.contains(&group(0)) && !rights.roles.is_empty());

    here.commands
        .group(group(0), GroupCommand::Disable, &setup)
        .await
        .unwrap();
    let rights = rights_of(there, user(1)).await.unwrap().unwrap();
    assert!(
        !rights.groups.contains(&group(0)),
        "a disabled group grants nothing"
    );

    here.commands
        .user(user(1), UserCommand::Disable, &setup)
        .await
        .unwrap();
    assert!(rights_of(there, user(1)).await.unwrap().is_none());
    world.end().await;
}
