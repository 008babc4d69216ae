//! The runner: what it survives, and what it says.

use crate::{
    on_both,
    world::{SOON, World},
};
use std::time::Duration;
use tenure_domain::{Actor, account::AccountCommand, lifecycle::Status, request::RequestStatus};
use tenure_projections::{Holder, ViewError};

on_both!(
    a_story_shows_in_every_read_model,
    people_read_their_own_writes,
    waiting_for_what_never_comes_ends_in_time,
    two_runners_keep_the_models_as_one_does,
    another_process_takes_over_when_the_first_ends,
    a_runner_killed_again_and_again_loses_and_doubles_nothing,
    an_event_that_does_not_fold_stops_its_model_alone,
    a_restored_store_with_another_history_is_noticed,
    a_new_epoch_of_the_same_history_is_no_matter,
);

async fn a_story_shows_in_every_read_model(world: World) {
    world.keep();
    let request = world.submit("svc-story").await;
    world.level().await;
    let row = world.views.request(request).await.unwrap().unwrap();
    assert!(matches!(row.holder(), Holder::Approvers(step) if step.name == "Manager"));
    world.approve(request).await;
    let account = world.create(request).await;
    world.level().await;
    let row = world.views.request(request).await.unwrap().unwrap();
    assert_eq!(
        (row.status, row.holder()),
        (RequestStatus::Provisioning, Holder::Directory)
    );
    let orders = world.views.request_orders(&[row]).await.unwrap();
    assert!(orders[&request].order.is_some());
    assert_eq!(world.views.outstanding_orders().await.unwrap(), 1);
    let deferred = world.failure(tenure_domain::order::FailureReason::DirectoryUnreachable);
    world
        .report(account, tenure_domain::order::Outcome::Deferred(deferred))
        .await
        .unwrap();
    world.level().await;
    let row = world.views.request(request).await.unwrap().unwrap();
    let trouble = world.views.request_orders(&[row]).await.unwrap()[&request]
        .trouble
        .clone()
        .unwrap();
    assert!(
        trouble.retry_at.is_some(),
        "it says why it waits, and until when"
    );
    world
        .account(
            account,
            AccountCommand::RetryOrder(trouble.number),
            Actor::system("timers"),
        )
        .await
        .unwrap();
    world.report(account, world.applied()).await.unwrap();
    let head = world.level().await;
    let row = world.views.account(account).await.unwrap().unwrap();
    assert_eq!(
        (row.status(), row.owners, row.trouble),
        (Status::Active, vec![world.owner(world.alice)], None)
    );
    let trail = world
        .views
        .audit(&Default::default(), Default::default(), &Default::default())
        .await
        .unwrap();
    assert_eq!(trail.total.value, head);
    assert_eq!(
        trail
            .rows
            .iter()
            .map(|row| row.position)
            .collect::<Vec<_>>(),
        (1..=trail.rows.len() as u64).collect::<Vec<_>>()
    );
    let names = [
        world.alice.0,
        world.approvers.0,
        world.template.0,
        world.domain.0,
        world.engine.0,
    ];
    assert_eq!(world.views.names(names).await.unwrap().len(), 5);
    let status = world.views.status().await.unwrap();
    assert!(
        status
            .iter()
            .all(|model| model.position == head && model.lag == 0 && model.stopped.is_none())
    );
}

async fn people_read_their_own_writes(world: World) {
    world.keep();
    for index in 0..60 {
        let content = world.asked(&format!("svc-{index}"));
        let id = world.draft(content).await;
        let position = world
            .request(
                id,
                tenure_domain::request::RequestCommand::Submit,
                world.by(world.alice),
            )
            .await
            .unwrap();
        world.views.wait_for(position, SOON).await.unwrap();
        let row = world.views.request(id).await.unwrap().unwrap();
        assert_eq!(row.status, RequestStatus::Submitted);
    }
}

async fn waiting_for_what_never_comes_ends_in_time(world: World) {
    world.keep();
    let head = world.level().await;
    let waited = world
        .views
        .wait_for(head + 1, Duration::from_millis(50))
        .await;
    assert!(
        matches!(waited, Err(ViewError::Behind { at, wanted }) if at == head && wanted == head + 1)
    );
    assert!(matches!(
        world.views.wait_for_models(&["nonsense"], 1, SOON).await,
        Err(ViewError::Unknown(_))
    ));
}

async fn two_runners_keep_the_models_as_one_does(world: World) {
    let (store, views) = world.another().await;
    world.keep();
    drop(views.spawn_runners(world.cancel.clone()));
    for index in 0..30 {
        let request = world.submit(&format!("svc-{index}")).await;
        let head = store.head().await.unwrap().position;
        views.wait_for(head, SOON).await.unwrap();
        assert!(views.request(request).await.unwrap().is_some());
        world.level().await;
    }
    let kept = world.everything().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
}

async fn another_process_takes_over_when_the_first_ends(world: World) {
    let first = tokio_util::sync::CancellationToken::new();
    drop(world.views.spawn_runners(first.clone()));
    world.level().await;
    let (_store, views) = world.another().await;
    drop(views.spawn_runners(world.cancel.clone()));
    first.cancel();
    let request = world.submit("svc-later").await;
    let head = world.store.head().await.unwrap().position;
    views.wait_for(head, SOON).await.unwrap();
    assert!(world.views.request(request).await.unwrap().is_some());
    world.views.wait_for(head, SOON).await.unwrap();
}

async fn a_runner_killed_again_and_again_loses_and_doubles_nothing(world: World) {
    for index in 0..25_u64 {
        let tasks = world.views.spawn_runners(world.cancel.clone());
        world.submit(&format!("svc-{index}")).await;
        // At another point of its work every time.
        tokio::time::timeout(
            Duration::from_micros(index * 400),
            std::future::pending::<()>(),
        )
        .await
        .unwrap_err();
        for task in tasks {
            task.abort();
            let _ = task.await;
        }
    }
    world.keep();
    world.level().await;
    let kept = world.everything().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
}

async fn an_event_that_does_not_fold_stops_its_model_alone(world: World) {
    world.keep();
    let account = world.provision("svc-a").await;
    let before = world.level().await;
    // A row that is gone: what happens to the account later has nothing to go on.
    world.sql("DELETE FROM view_accounts_1").await;
    let disable = AccountCommand::Disable {
        reason: "test".into(),
    };
    let poison = world
        .account(account, disable, world.by(world.alice))
        .await
        .unwrap();
    let waited = world.views.wait_for(poison, SOON).await;
    assert!(
        matches!(
            waited,
            Err(ViewError::Stopped {
                model: "accounts",
                ..
            })
        ),
        "{waited:?}"
    );
    world.submit("svc-b").await;
    let head = world.store.head().await.unwrap().position;
    world
        .views
        .wait_for_models(&["requests", "audit", "timers"], head, SOON)
        .await
        .unwrap();
    for status in world.views.status().await.unwrap() {
        if status.name == "accounts" {
            assert_eq!(
                status.position, before,
                "it never goes past the event, and all before it is in"
            );
            assert!(status.stopped.unwrap().contains("account.disabled"));
        } else {
            assert_eq!((status.position, status.stopped), (head, None));
        }
    }
    world.views.rebuild(Some("accounts"), |_| {}).await.unwrap();
    world.level().await;
    let row = world.views.account(account).await.unwrap().unwrap();
    assert_eq!(row.status(), Status::Disabled);
    world.provision("svc-c").await;
    world.level().await;
}

async fn a_restored_store_with_another_history_is_noticed(world: World) {
    let first = tokio_util::sync::CancellationToken::new();
    let tasks = world.views.spawn_runners(first.clone());
    world.provision("svc-a").await;
    world.level().await;
    first.cancel();
    for task in tasks {
        task.await.unwrap();
    }
    // As if the log had been restored, and other things had happened since.
    let other = if world.url.starts_with("postgres") {
        "decode(repeat('ab', 32), 'hex')"
    } else {
        "zeroblob(32)"
    };
    world
        .sql(&format!(
            "UPDATE view_checkpoints SET hash = {other} WHERE model IN ('accounts', 'timers')"
        ))
        .await;
    let (store, views) = world.another().await;
    drop(views.spawn_runners(world.cancel.clone()));
    world.submit("svc-b").await;
    let head = store.head().await.unwrap().position;
    assert!(matches!(
        views.wait_for(head, SOON).await,
        Err(ViewError::Stopped { .. })
    ));
    views
        .wait_for_models(&["requests"], head, SOON)
        .await
        .unwrap();
    let stopped: Vec<_> = views
        .status()
        .await
        .unwrap()
        .into_iter()
        .filter(|model| model.stopped.is_some())
        .collect();
    assert_eq!(
        stopped.iter().map(|model| model.name).collect::<Vec<_>>(),
        ["accounts", "timers"]
    );
    assert!(stopped[0].stopped.as_ref().unwrap().contains("restored"));
    views.rebuild(None, |_| {}).await.unwrap();
    views.wait_for(head, SOON).await.unwrap();
}

async fn a_new_epoch_of_the_same_history_is_no_matter(world: World) {
    world.keep();
    world.level().await;
    world.store.epoch_new("fail-over").await.unwrap();
    world.submit("svc-a").await;
    world.level().await;
}
