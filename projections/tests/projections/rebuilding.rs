//! Rebuilds: beside the old, without a gap, without a trace in the history.

use crate::{
    on_both,
    world::{SOON, World},
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tenure_projections::ViewError;

on_both!(
    a_rebuild_swaps_while_events_keep_coming,
    a_rebuild_emits_nothing,
    an_interrupted_rebuild_is_begun_again,
    a_rebuild_that_fails_leaves_the_old_as_it_was,
    an_unknown_model_is_not_rebuilt,
);

async fn a_rebuild_swaps_while_events_keep_coming(world: World) {
    world.keep();
    for index in 0..20 {
        world.provision(&format!("svc-{index}")).await;
    }
    world.level().await;
    let world = Arc::new(world);
    let over = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (world, over) = (world.clone(), over.clone());
        async move {
            let mut index = 20;
            while !over.load(Ordering::Relaxed) {
                let request = world.submit(&format!("svc-{index}")).await;
                index += 1;
                // Never a gap for those who look.
                let head = world.store.head().await.unwrap().position;
                world.views.wait_for(head, SOON).await.unwrap();
                assert!(world.views.request(request).await.unwrap().is_some());
                let (filter, page) = Default::default();
                let accounts = world
                    .views
                    .accounts(&filter, Default::default(), Default::default(), &page)
                    .await;
                assert_eq!(accounts.unwrap().total.value, 20);
            }
            index
        }
    });
    for model in [None, Some("accounts"), Some("requests"), None] {
        world.views.rebuild(model, |_| {}).await.unwrap();
    }
    over.store(true, Ordering::Relaxed);
    assert!(writer.await.unwrap() > 20);
    world.level().await;
    let kept = world.everything().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
}

async fn a_rebuild_emits_nothing(world: World) {
    world.keep();
    world.provision("svc-a").await;
    let head = world.level().await;
    let mut told = 0;
    let told = std::sync::Mutex::new(&mut told);
    world
        .views
        .rebuild(None, |progress| **told.lock().unwrap() = progress.position)
        .await
        .unwrap();
    assert_eq!(**told.lock().unwrap(), head);
    assert_eq!(world.store.head().await.unwrap().position, head);
}

async fn an_interrupted_rebuild_is_begun_again(world: World) {
    world.keep();
    for index in 0..10 {
        world.provision(&format!("svc-{index}")).await;
    }
    world.level().await;
    let kept = world.everything().await;
    for micros in [300, 2_000, 8_000, 20_000] {
        let rebuild = world.views.rebuild(None, |_| {});
        let _ = tokio::time::timeout(std::time::Duration::from_micros(micros), rebuild).await;
    }
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
    assert!(
        world
            .views
            .status()
            .await
            .unwrap()
            .iter()
            .all(|model| model.rebuilding.is_none())
    );
    let begun = world
        .sql("SELECT model FROM view_checkpoints WHERE active = 0")
        .await;
    assert_eq!(begun, Vec::<String>::new(), "nothing is left behind");
}

async fn a_rebuild_that_fails_leaves_the_old_as_it_was(world: World) {
    world.keep();
    let account = world.provision("svc-a").await;
    world.level().await;
    let kept = world.everything().await;
    // An event of the past that no longer reads.
    let broken = if world.url.starts_with("postgres") {
        sqlx::query("UPDATE events SET payload = '{' WHERE position = 12")
            .execute(match world.store.database() {
                tenure_eventstore::Database::Postgres(pool) => pool,
                tenure_eventstore::Database::Sqlite { .. } => panic!("not PostgreSQL"),
            })
            .await
            .unwrap()
            .rows_affected()
    } else {
        sqlx::query("UPDATE events SET payload = X'7B' WHERE position = 12")
            .execute(match world.store.database() {
                tenure_eventstore::Database::Sqlite { writer, .. } => writer,
                tenure_eventstore::Database::Postgres(_) => panic!("not SQLite"),
            })
            .await
            .unwrap()
            .rows_affected()
    };
    assert_eq!(broken, 1);
    let rebuilt = world.views.rebuild(None, |_| {}).await;
    assert!(matches!(rebuilt, Err(ViewError::Store(_))), "{rebuilt:?}");
    assert_eq!(kept, world.everything().await);
    assert!(world.views.account(account).await.unwrap().is_some());
}

async fn an_unknown_model_is_not_rebuilt(world: World) {
    assert!(matches!(
        world.views.rebuild(Some("nonsense"), |_| {}).await,
        Err(ViewError::Unknown(_))
    ));
}
