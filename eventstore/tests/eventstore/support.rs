//! Stores to test on, and short ways to say things.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use std::{future::Future, sync::Arc};
use tenure_domain::{
    Actor, UserId,
    group::{Group, GroupCommand},
    user::PersonalData,
};
use tenure_eventstore::{
    Clock, CommandKey, Database, EventStore, Executed, Execution, InstanceKeys, StoreConfig,
    SystemClock, Upcasters, VirtualClock, clock, new_id,
};
use uuid::Uuid;

/// Runs a test on both databases, as `<name>::sqlite` and `<name>::postgres`.
macro_rules! on_every_store {
    ($($(#[$attribute:meta])* async fn $name:ident($backend:ident: Backend) $body:block)+) => {
        $(mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn test($backend: $crate::support::Backend) $body

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                $crate::support::on_sqlite(test).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                $crate::support::on_postgres(test).await;
            }
        })+
    };
}
pub(crate) use on_every_store;

/// An empty database of its own, which any number of handles may open.
#[derive(Clone)]
pub(crate) struct Backend {
    pub(crate) url: String,
    pub(crate) keys: InstanceKeys,
}

impl Backend {
    /// Another instance, with keys of its own.
    pub(crate) fn stranger() -> Self {
        Self {
            url: "sqlite::memory:".to_owned(),
            keys: InstanceKeys::generate(),
        }
    }

    pub(crate) async fn open(&self) -> EventStore {
        self.open_at(Arc::new(SystemClock), false).await
    }

    pub(crate) async fn open_virtual(&self, clock: &Arc<VirtualClock>) -> EventStore {
        self.open_at(clock.clone(), true).await
    }

    async fn open_at(&self, clock: Arc<dyn clock::Clock>, virtual_clock: bool) -> EventStore {
        EventStore::open(self.config(clock, virtual_clock))
            .await
            .expect("open")
    }

    pub(crate) async fn open_upcasting(&self, upcasters: Upcasters) -> EventStore {
        let config = self.config(Arc::new(SystemClock), false);
        EventStore::open_with(config, upcasters)
            .await
            .expect("open")
    }

    pub(crate) fn config(&self, clock: Arc<dyn Clock>, virtual_clock: bool) -> StoreConfig {
        StoreConfig {
            url: self.url.clone(),
            keys: self.keys.clone(),
            cache_entries: 1000,
            clock,
            virtual_clock,
            max_connections: 8,
        }
    }
}

pub(crate) async fn on_sqlite<F: Future<Output = ()> + Send + 'static>(test: fn(Backend) -> F) {
    let folder = tempfile::tempdir().expect("folder");
    let url = format!("sqlite://{}", folder.path().join("log.db").display());
    test(Backend {
        url,
        keys: InstanceKeys::generate(),
    })
    .await;
}

pub(crate) async fn on_postgres<F: Future<Output = ()> + Send + 'static>(test: fn(Backend) -> F) {
    let Ok(admin) = std::env::var("TENURE_TEST_POSTGRES") else {
        eprintln!("NOT RUN on PostgreSQL: TENURE_TEST_POSTGRES is not set");
        return;
    };
    let name = format!("store_{}", new_id().simple());
    statement(&admin, format!("CREATE DATABASE {name}")).await;
    let (server, _) = admin.rsplit_once('/').expect("an address with a database");
    let backend = Backend {
        url: format!("{server}/{name}"),
        keys: InstanceKeys::generate(),
    };
    let outcome = tokio::spawn(test(backend)).await;
    statement(&admin, format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(error) = outcome {
        std::panic::resume_unwind(error.into_panic());
    }
}

async fn statement(url: &str, sql: String) {
    let mut connection = PgConnection::connect(url)
        .await
        .expect("TENURE_TEST_POSTGRES");
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(&mut connection)
        .await
        .expect("statement");
}

/// Alters the tables behind the store's back.
pub(crate) async fn tamper(store: &EventStore, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    let changed = match store.database() {
        Database::Postgres(pool) => sqlx::raw_sql(sql)
            .execute(pool)
            .await
            .expect("tamper")
            .rows_affected(),
        Database::Sqlite { writer, .. } => sqlx::raw_sql(sql)
            .execute(writer)
            .await
            .expect("tamper")
            .rows_affected(),
    };
    assert!(changed > 0, "nothing was tampered with");
}

/// One number out of the tables.
pub(crate) async fn number(store: &EventStore, sql: &'static str) -> i64 {
    match store.database() {
        Database::Postgres(pool) => sqlx::query_scalar(sql)
            .fetch_one(pool)
            .await
            .expect("number"),
        Database::Sqlite { reader, .. } => sqlx::query_scalar(sql)
            .fetch_one(reader)
            .await
            .expect("number"),
    }
}

pub(crate) fn system() -> Actor {
    Actor::system("test")
}

pub(crate) fn command(id: Uuid, command: GroupCommand) -> Execution<Group> {
    Execution::new(id, command, Default::default(), system())
}

pub(crate) fn create(id: Uuid, name: &str) -> Execution<Group> {
    command(
        id,
        GroupCommand::Create {
            name: name.to_owned(),
        },
    )
}

pub(crate) fn rename(id: Uuid, name: &str) -> Execution<Group> {
    command(
        id,
        GroupCommand::Rename {
            name: name.to_owned(),
        },
    )
}

pub(crate) fn add(id: Uuid, user: Uuid) -> Execution<Group> {
    command(id, GroupCommand::AddMember(UserId(user)))
}

pub(crate) fn remove(id: Uuid, user: Uuid) -> Execution<Group> {
    command(id, GroupCommand::RemoveMember(UserId(user)))
}

/// A group that exists, with a name of its own.
pub(crate) async fn group(store: &EventStore) -> Uuid {
    let id = new_id();
    run(store, create(id, &format!("group {id}"))).await;
    id
}

pub(crate) async fn run(store: &EventStore, execution: Execution<Group>) -> Executed<Group> {
    store.execute(execution).await.expect("executed")
}

pub(crate) fn key(id: Uuid, body: u8) -> Option<CommandKey> {
    Some(CommandKey {
        id,
        body: [body; 32],
    })
}

pub(crate) fn person(name: &str, email: &str) -> PersonalData {
    PersonalData {
        display_name: name.to_owned(),
        emails: vec![email.to_owned()],
        ..PersonalData::default()
    }
}

/// Waits for a condition, for at most ten seconds.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(10);
    while !holds().await {
        assert!(
            tokio::time::Instant::now() < deadline,
            "never happened: {what}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}
