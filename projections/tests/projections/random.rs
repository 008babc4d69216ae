//! Random commands: whatever happens, what is kept page by page is what a rebuild gives, and what domain says.

use crate::world::World;
use chrono::TimeDelta;
use proptest::{collection::vec, prelude::*, test_runner::TestRunner};
use tenure_domain::{
    AccountId, Actor, RequestId,
    account::{Account, AccountCommand},
    group::{Group, GroupCommand},
    order::{FailureReason, Outcome},
    ownership::Owner,
    request::{Request, RequestCommand},
    timers::{TimerClock, TimerCommand},
    user::{User, UserCommand},
};
use tenure_eventstore::{clock::Clock, new_id};

pub(crate) type Op = (u8, u8);

fn check(cases: u32, world: impl Fn(&tokio::runtime::Runtime) -> Option<World>) {
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ops = vec((0_u8..24, any::<u8>()), 20..120);
    let ran = runner.run(&ops, |ops| {
        if let Some(world) = world(&runtime) {
            runtime.block_on(kept_is_rebuilt(world, &ops));
        }
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn what_is_kept_is_what_a_rebuild_gives_on_sqlite() {
    check(12, |runtime| Some(runtime.block_on(World::sqlite())));
}

#[test]
fn what_is_kept_is_what_a_rebuild_gives_on_postgres() {
    if std::env::var("TENURE_TEST_POSTGRES").is_err() {
        eprintln!("NOT RUN: TENURE_TEST_POSTGRES is not set");
    }
    check(6, |runtime| runtime.block_on(World::postgres()));
}

async fn kept_is_rebuilt(world: World, ops: &[Op]) {
    world.keep();
    let (mut requests, mut accounts): (Vec<RequestId>, Vec<AccountId>) = (vec![], vec![]);
    for (index, op) in ops.iter().enumerate() {
        step(&world, index, *op, &mut requests, &mut accounts).await;
    }
    world.level().await;
    for id in &accounts {
        let state = world.store.state::<Account>(id.0).await.unwrap();
        let managed = state.state.managed().unwrap();
        let row = world.views.account(*id).await.unwrap().unwrap();
        assert_eq!(
            (row.status(), row.version),
            (managed.status(), state.version)
        );
        assert_eq!(
            (row.enabled, row.retired, &row.owners),
            (managed.enabled, managed.retired, &managed.owners)
        );
        assert_eq!(
            row.order.map(|order| order.number),
            managed
                .directory
                .outstanding
                .as_ref()
                .map(|order| order.number)
        );
        assert_eq!(
            row.trouble.map(|trouble| trouble.failure),
            managed.directory.failure
        );
        let now = world.clock.now();
        let row = world.views.account(*id).await.unwrap().unwrap();
        assert_eq!(row.situation(now), managed.situation(now));
    }
    for id in &requests {
        let state = world.store.state::<Request>(id.0).await.unwrap().state;
        assert_eq!(
            Some(world.views.request(*id).await.unwrap().unwrap().status),
            state.status()
        );
    }
    let kept = world.everything().await;
    world.views.rebuild(None, |_| {}).await.unwrap();
    assert_eq!(kept, world.everything().await);
}

/// One command; refusals are as good as anything.
pub(crate) async fn step(
    world: &World,
    index: usize,
    (op, which): Op,
    requests: &mut Vec<RequestId>,
    accounts: &mut Vec<AccountId>,
) {
    let request = requests
        .get(usize::from(which) % requests.len().max(1))
        .copied();
    let account = accounts
        .get(usize::from(which) % accounts.len().max(1))
        .copied();
    let on_request = async |command, by: Actor| {
        if let Some(id) = request {
            let _ = world.request(id, command, by).await;
        }
    };
    let on_account = async |command, by: Actor| {
        if let Some(id) = account {
            let _ = world.account(id, command, by).await;
        }
    };
    let alice = || world.by(world.alice);
    let reason = || "because".to_owned();
    match op {
        0 | 1 => requests.push(world.submit(&format!("svc-{index}")).await),
        2 => requests.push(world.draft(world.asked(&format!("draft {index}\0"))).await),
        3 | 4 => accounts.push(world.provision(&format!("acc-{index}")).await),
        5 => {
            on_request(
                RequestCommand::Approve { comment: None },
                world.by(world.bob),
            )
            .await
        }
        6 => {
            on_request(
                RequestCommand::Approve { comment: None },
                world.by(world.carol),
            )
            .await
        }
        7 => {
            on_request(
                RequestCommand::Reject { reason: reason() },
                world.by(world.bob),
            )
            .await
        }
        8 => on_request(RequestCommand::Withdraw, alice()).await,
        9 => {
            on_request(
                RequestCommand::Reopen {
                    account: AccountId(new_id()),
                },
                alice(),
            )
            .await
        }
        10 => on_account(AccountCommand::Disable { reason: reason() }, alice()).await,
        11 => on_account(AccountCommand::Enable { reason: reason() }, alice()).await,
        12 => on_account(AccountCommand::Renew, alice()).await,
        13 => on_account(AccountCommand::DeclineRenewal { reason: reason() }, alice()).await,
        14 => {
            on_account(
                AccountCommand::ChangeOwners(vec![
                    Owner::User(world.bob),
                    Owner::Group(world.approvers),
                ]),
                alice(),
            )
            .await
        }
        15 | 16 => {
            let outcome = match which % 4 {
                0 => Outcome::Failed(world.failure(FailureReason::PasswordPolicy)),
                1 => Outcome::Deferred(world.failure(FailureReason::DirectoryUnreachable)),
                2 => Outcome::Removed,
                _ => world.applied(),
            };
            if let Some(id) = account {
                let _ = world.report(id, outcome).await;
            }
        }
        17 => {
            world.clock.advance(TimeDelta::days(i64::from(which % 40)));
            world.level().await;
            for timer in world
                .views
                .due_timers(TimerClock::Business, world.clock.now(), 50)
                .await
                .unwrap()
            {
                if let TimerCommand::Account(account, command) = timer.command() {
                    let _ = world
                        .account(account, command, Actor::system("timers"))
                        .await;
                }
            }
        }
        18 => on_account(AccountCommand::RetryFailed, alice()).await,
        19 => {
            let command = if which % 2 == 0 {
                GroupCommand::AddMember(world.bob)
            } else {
                GroupCommand::RemoveMember(world.bob)
            };
            let _ = world
                .attempt::<Group>(
                    world.approvers.0,
                    command,
                    Default::default(),
                    Actor::system("test"),
                )
                .await;
        }
        20 => {
            let command = if which % 2 == 0 {
                UserCommand::Disable
            } else {
                UserCommand::Enable
            };
            let _ = world
                .attempt::<User>(
                    world.carol.0,
                    command,
                    Default::default(),
                    Actor::system("test"),
                )
                .await;
        }
        21 => {
            if let Some(id) = account {
                let name = world
                    .store
                    .state::<Account>(id.0)
                    .await
                    .unwrap()
                    .state
                    .managed()
                    .unwrap()
                    .identity
                    .name
                    .clone();
                let _ = world
                    .account(
                        id,
                        AccountCommand::Delete {
                            reason: reason(),
                            confirmed_name: name,
                        },
                        alice(),
                    )
                    .await;
            }
        }
        // Where pages end.
        _ => drop(world.level().await),
    }
}
