//! Read models to test on: empty, beside a history of three events (a person, a group, and the one in the other).

use crate::Views;
use sqlx::{AssertSqlSafe, ConnectOptions, Executor, postgres::PgConnectOptions};
use std::{str::FromStr, sync::Arc};
use tenure_domain::{
    Actor, UserId,
    group::{Group, GroupCommand},
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{
    EventStore, Execution, InstanceKeys, StoreConfig, clock::SystemClock, new_id,
};

/// Connections of each.
pub(crate) const CONNECTIONS: u32 = 4;

pub(crate) async fn sqlite() -> Views {
    views("sqlite::memory:".into()).await
}

/// None where there is no PostgreSQL; the tests in `tests/` say so.
pub(crate) async fn postgres() -> Option<Views> {
    let admin = std::env::var("TENURE_TEST_POSTGRES").ok()?;
    let admin = PgConnectOptions::from_str(&admin).unwrap();
    let name = format!("views_{}", new_id().simple());
    let mut connection = admin.connect().await.unwrap();
    connection
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .unwrap();
    Some(views(admin.database(&name).to_url_lossy().to_string()).await)
}

async fn views(url: String) -> Views {
    let keys = InstanceKeys::generate();
    let (cache_entries, clock, max_connections) = (10, Arc::new(SystemClock), CONNECTIONS);
    let config = StoreConfig {
        url,
        keys,
        cache_entries,
        clock,
        virtual_clock: true,
        max_connections,
    };
    let store = EventStore::open(config).await.unwrap();
    let data = PersonalData {
        display_name: "A".into(),
        emails: vec!["a@example.com".into()],
        ..Default::default()
    };
    let (user, group) = (UserId(new_id()), new_id());
    let by = || Actor::system("test");
    store
        .execute::<User>(Execution::new(
            user.0,
            UserCommand::Register(data),
            Default::default(),
            by(),
        ))
        .await
        .unwrap();
    for command in [
        GroupCommand::Create { name: "G".into() },
        GroupCommand::AddMember(user),
    ] {
        store
            .execute::<Group>(Execution::new(group, command, Default::default(), by()))
            .await
            .unwrap();
    }
    Views::open(&store, None).await.unwrap()
}
