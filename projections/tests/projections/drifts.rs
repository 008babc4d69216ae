//! What directories say otherwise than it was ordered, as a list: from being found to its end.

use crate::{on_both, world::World};
use tenure_domain::{
    AccountId, Actor,
    account::{Account, AccountCommand, DriftSeen},
    drift::{Comparison, Difference, DriftField, DriftRepair},
    order::{FailureReason, Outcome},
};
use tenure_eventstore::new_id;
use tenure_projections::{DriftFilter, DriftRow, DriftSort, DriftStanding, Page, SortOrder};

on_both!(
    drift_is_listed_until_it_ends,
    drift_is_filtered_by_what_people_ask_for
);

async fn drifts(world: &World, id: AccountId, fields: &[DriftField], repair: DriftRepair) {
    let state = world.store.state::<Account>(id.0).await.unwrap().state;
    let difference = |field: &DriftField| Difference {
        field: *field,
        of: None,
        wanted: vec!["yes".into()],
        observed: vec!["no".into()],
    };
    let seen = DriftSeen {
        run: new_id(),
        number: state.managed().unwrap().directory.last_number,
        comparison: Comparison {
            differences: fields.iter().map(difference).collect(),
            ..Comparison::default()
        },
        repair,
    };
    let command = AccountCommand::RecordDrift(Box::new(seen));
    let told = world.account(id, command, Actor::system("test")).await;
    told.unwrap();
}

async fn listed(world: &World, filter: &DriftFilter) -> Vec<DriftRow> {
    world.level().await;
    let (sort, order) = (DriftSort::Name, SortOrder::Ascending);
    let page = Page::first(10);
    let found = world.views.drifts(filter, sort, order, &page).await;
    found.unwrap().rows
}

async fn standing(world: &World) -> Option<DriftStanding> {
    let rows = listed(world, &DriftFilter::default()).await;
    assert!(rows.len() <= 1);
    rows.first().map(|row| row.standing)
}

async fn drift_is_listed_until_it_ends(world: World) {
    world.keep();
    let id = world.provision("svc-backup").await;
    assert_eq!(standing(&world).await, None);
    drifts(&world, id, &[DriftField::Enabled], DriftRepair::Held).await;
    assert_eq!(standing(&world).await, Some(DriftStanding::Held));
    let left = AccountCommand::LeaveDrift {
        reason: "a project".into(),
    };
    world
        .account(id, left, Actor::system("test"))
        .await
        .unwrap();
    assert_eq!(standing(&world).await, Some(DriftStanding::Reported));
    let repair = AccountCommand::RepairDrift {
        reason: "over".into(),
        held: false,
    };
    world
        .account(id, repair, Actor::system("test"))
        .await
        .unwrap();
    assert_eq!(standing(&world).await, Some(DriftStanding::Repairing));
    let refused = Outcome::Failed(world.failure(FailureReason::InsufficientRights));
    world.report(id, refused).await.unwrap();
    assert_eq!(standing(&world).await, Some(DriftStanding::Failed));
    let again = AccountCommand::RetryFailed;
    world
        .account(id, again, Actor::system("test"))
        .await
        .unwrap();
    assert_eq!(standing(&world).await, Some(DriftStanding::Repairing));
    let applied = world.applied();
    world.report(id, applied).await.unwrap();
    assert_eq!(standing(&world).await, None);
    // Deleted, nothing of it differs any more.
    drifts(&world, id, &[DriftField::Ou], DriftRepair::Reported).await;
    let delete = AccountCommand::Delete {
        reason: "unused".into(),
        confirmed_name: "svc-backup".into(),
    };
    world
        .account(id, delete, Actor::system("test"))
        .await
        .unwrap();
    assert_eq!(standing(&world).await, None);
}

async fn drift_is_filtered_by_what_people_ask_for(world: World) {
    world.keep();
    let (a, b) = (
        world.provision("svc-a").await,
        world.provision("svc-b").await,
    );
    let both = [DriftField::Enabled, DriftField::Ou];
    drifts(&world, a, &both, DriftRepair::Reported).await;
    drifts(&world, b, &[DriftField::Mark], DriftRepair::Held).await;
    let state = world.store.state::<Account>(a.0).await.unwrap().state;
    let managed = state.managed().unwrap();
    let (domain, owner) = (managed.identity.domain, managed.owners[0]);
    let none = DriftFilter::default;
    let tenure_domain::ownership::Owner::User(owner) = owner else {
        panic!("owned by a group");
    };
    for (filter, expected) in [
        (none(), vec![a, b]),
        (
            DriftFilter {
                field: Some(DriftField::Ou),
                ..none()
            },
            vec![a],
        ),
        (
            DriftFilter {
                standing: vec![DriftStanding::Held, DriftStanding::Failed],
                ..none()
            },
            vec![b],
        ),
        (
            DriftFilter {
                search: Some("SVC-B".into()),
                ..none()
            },
            vec![b],
        ),
        (
            DriftFilter {
                domain: Some(domain),
                owned_by: vec![owner.0],
                ..none()
            },
            vec![a, b],
        ),
        (
            DriftFilter {
                among: Some(vec![b]),
                ..none()
            },
            vec![b],
        ),
        (
            DriftFilter {
                among: Some(vec![]),
                ..none()
            },
            vec![],
        ),
        (
            DriftFilter {
                owned_by: vec![new_id()],
                ..none()
            },
            vec![],
        ),
        (
            DriftFilter {
                domain: Some(new_id().into()),
                ..none()
            },
            vec![],
        ),
    ] {
        let found = listed(&world, &filter).await;
        let found: Vec<_> = found.iter().map(|row| row.account).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
}
