//! The store: opening, closing, and the parts that it holds together.

use crate::{
    Database, Head, InstanceKeys, Position, StateTables, StoreError,
    append::{AppendError, Pending},
    appender::AppendTask,
    cache::Cache,
    clock::Clock,
    database::{Address, on_reader, on_writer},
    log::{Log, micros},
    pace::{Pace, Reading},
    past::End,
    personal::PersonKeys,
    postgres::PostgresLog,
    reader::Reader,
    snapshot::Snapshots,
    sqlite::SqliteLog,
    tail::Tail,
    turns::Turns,
    upcast::Upcasters,
    wake,
};
use sqlx::Row;
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tenure_domain::UserId;
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

/// Aggregates kept in memory unless said otherwise, some 3 kB each.
pub const CACHE_ENTRIES: usize = 8_000;

/// Appends that may wait.
const QUEUE: usize = 2048;
/// How long an append may wait to be let into the queue.
const QUEUE_WAIT: Duration = Duration::from_secs(5);

/// How a store is opened.
#[derive(Clone)]
pub struct StoreConfig {
    /// `sqlite:///path/log.db`, `sqlite::memory:` or `postgres://...`, there with one host or several.
    pub url: String,
    /// The instance's keys.
    pub keys: InstanceKeys,
    /// How many aggregates are kept in memory.
    pub cache_entries: usize,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Business time is not real time: it is not compared with the database's.
    pub virtual_clock: bool,
    /// Connections for reading, and for what is not the log.
    pub max_connections: u32,
}

/// The history and what is executed against it. A cheap handle.
#[derive(Clone)]
pub struct EventStore(
    pub(crate) Arc<Inner>,
    /// Where it ends, for one of the past.
    pub(crate) Option<Arc<End>>,
);

pub(crate) struct Inner {
    pub(crate) database: Database,
    key_database: Database,
    pub(crate) log: Arc<dyn Log>,
    pub(crate) keys: InstanceKeys,
    pub(crate) reader: Arc<Reader>,
    pub(crate) cache: Arc<Cache>,
    pub(crate) snapshots: Snapshots,
    pub(crate) turns: Turns,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) head: Arc<watch::Sender<Position>>,
    pub(crate) tail: Arc<Tail>,
    pace: Arc<Pace>,
    queue: Mutex<Option<mpsc::Sender<Pending>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
    state: StateTables,
}

impl EventStore {
    /// Opens the store, and makes or updates its tables.
    ///
    /// # Errors
    /// If the database cannot be reached, or its schema not be brought up to date.
    pub async fn open(config: StoreConfig) -> Result<Self, StoreError> {
        Self::open_with(config, Upcasters::released()).await
    }

    /// Opens the store with other upcasters than the released ones.
    ///
    /// # Errors
    /// As [`EventStore::open`].
    pub async fn open_with(config: StoreConfig, upcasters: Upcasters) -> Result<Self, StoreError> {
        let address = config.url.parse()?;
        let (database, key_database) = match &address {
            Address::Postgres(servers) => {
                let first = servers.first().await?;
                let database = Database::postgres(first, config.max_connections);
                (database.clone(), database)
            }
            Address::File(path) => (
                Database::sqlite(path, config.max_connections).await?,
                Database::sqlite(&path.with_file_name("keys.db"), 1).await?,
            ),
            Address::Memory => (
                Database::sqlite_in_memory().await?,
                Database::sqlite_in_memory().await?,
            ),
        };
        let log: Arc<dyn Log> = match &database {
            Database::Postgres(pool) => {
                Arc::new(PostgresLog::open(pool.clone(), config.virtual_clock).await?)
            }
            Database::Sqlite { writer, reader } => Arc::new(
                SqliteLog::open(writer.clone(), reader.clone(), config.virtual_clock).await?,
            ),
        };
        if let Database::Sqlite { writer, .. } = &key_database {
            sqlx::migrate!("./migrations/sqlite_keys")
                .run(writer)
                .await?;
        }
        let persons = Arc::new(PersonKeys::new(key_database.clone(), &config.keys));
        let cache = Arc::new(Cache::new(config.cache_entries));
        let head = Arc::new(watch::Sender::new(0));
        let (tail, pace) = (Arc::<Tail>::default(), Arc::<Pace>::default());
        let (sender, queue) = mpsc::channel(QUEUE);
        let task = AppendTask {
            log: log.clone(),
            cache: cache.clone(),
            tail: tail.clone(),
            pace: pace.clone(),
            queue,
            head: head.clone(),
        };
        let store = Self(
            Arc::new(Inner {
                reader: Arc::new(Reader::new(persons, upcasters, &config.keys)),
                snapshots: Snapshots::new(database.clone(), &config.keys),
                state: StateTables::new(database.clone(), &config.keys, config.clock.clone()),
                turns: Turns::default(),
                keys: config.keys,
                clock: config.clock,
                queue: Mutex::new(Some(sender)),
                tasks: Mutex::new(vec![tokio::spawn(task.run())]),
                database,
                key_database,
                log,
                cache,
                head,
                tail,
                pace,
            }),
            None,
        );
        store.0.head.send_replace(store.head().await?.position);
        let waking = wake::start(&store.0);
        store.tasks().extend(waking);
        if let (Address::Postgres(servers), Database::Postgres(pool)) = (address, &store.0.database)
        {
            let following = tokio::spawn(servers.follow(pool.clone()));
            store.tasks().push(following);
        }
        Ok(store)
    }

    /// The newest event's place, and the epoch.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn head(&self) -> Result<Head, StoreError> {
        on_reader!(&self.0.database, |pool| {
            let row = sqlx::query("SELECT position, epoch, recorded_at, hash FROM log_head")
                .fetch_one(pool)
                .await?;
            let hash: Vec<u8> = row.try_get(3)?;
            Ok(Head {
                position: row.try_get::<i64, _>(0)?.cast_unsigned(),
                epoch: row.try_get::<i32, _>(1)?.cast_unsigned(),
                recorded_at: row.try_get(2)?,
                hash: hash
                    .try_into()
                    .map_err(|_| StoreError::Unsealable("the head of the log"))?,
            })
        })
    }

    /// Grows with the history: a wake-up for whoever reads the feed. Other gateways' appends are seen too.
    #[must_use]
    pub fn head_watch(&self) -> watch::Receiver<Position> {
        self.0.head.subscribe()
    }

    /// Follows the history from now on: appends keep pace with whoever says how far it is.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.0.pace.reading()
    }

    /// Declares a new epoch, after a restore or a fail-over.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn epoch_new(&self, reason: &str) -> Result<u32, StoreError> {
        self.0.tail.clear();
        self.0
            .log
            .new_epoch(reason, micros(self.0.clock.now()))
            .await
    }

    /// Forgets a person: destroys the key of their data, so that nothing sealed with it can be read again, and removes
    /// addresses, credentials and sessions. Other gateways drop what they hold when they hear of it, within a minute
    /// at most.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_user(&self, user: UserId) -> Result<(), StoreError> {
        self.0.reader.persons.destroy(user.0).await?;
        // A keyed hash of an address is personal data too, and nobody could ever free the address again.
        on_writer!(&self.0.database, |pool| {
            sqlx::query("DELETE FROM reservations WHERE scope = $1 AND holder = $2")
                .bind(tenure_domain::Scope::Email.text())
                .bind(user.0)
                .execute(pool)
                .await?;
        });
        self.0.state.remove_credentials(user).await?;
        self.0.state.end_sessions_of(user).await?;
        self.0.forget_cached(user.0);
        if let Database::Postgres(pool) = &self.0.database {
            crate::postgres::wake::tell_forgotten(pool, user.0).await?;
        }
        Ok(())
    }

    /// State that is not history.
    #[must_use]
    pub fn state_tables(&self) -> &StateTables {
        &self.0.state
    }

    /// The log's database: for the read models, which with PostgreSQL live in it too.
    #[must_use]
    pub fn database(&self) -> &Database {
        &self.0.database
    }

    /// The instance's keys: for other things that have to be sealed.
    #[must_use]
    pub fn keys(&self) -> &InstanceKeys {
        &self.0.keys
    }

    /// Business time, now.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock().now()
    }

    /// The business clock.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.1.as_ref().map_or(&self.0.clock, |end| &end.clock)
    }

    /// Ends: what was queued is appended and answered, later commands are turned away.
    pub async fn close(self) {
        drop(
            self.0
                .queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        let tasks: Vec<_> = self.tasks().drain(..).collect();
        let mut tasks = tasks.into_iter();
        // The first is the append task, which ends by itself; the others only listen.
        if let Some(append) = tasks.next() {
            let _ = append.await;
        }
        for task in tasks {
            task.abort();
        }
        self.0.database.close().await;
        self.0.key_database.close().await;
    }

    /// Hands an append to the append task, and waits for its answer.
    pub(crate) async fn enqueue(&self, pending: Pending) -> Result<(), EnqueueError> {
        // The past is not added to.
        if self.1.is_some() {
            return Err(EnqueueError::Closed);
        }
        let queue = self
            .0
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let queue = queue.ok_or(EnqueueError::Closed)?;
        queue
            .send_timeout(pending, QUEUE_WAIT)
            .await
            .map_err(|error| match error {
                mpsc::error::SendTimeoutError::Timeout(_) => EnqueueError::Full,
                mpsc::error::SendTimeoutError::Closed(_) => EnqueueError::Closed,
            })
    }

    fn tasks(&self) -> std::sync::MutexGuard<'_, Vec<JoinHandle<()>>> {
        self.0.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Drops what memory holds of a person.
    pub(crate) fn forget_cached(&self, person: uuid::Uuid) {
        self.reader.persons.forget_cached(person);
        if let Some(kind) = crate::kind::code("user") {
            self.cache.forget(kind, person);
        }
    }
}

/// Why an append could not be queued.
pub(crate) enum EnqueueError {
    Full,
    Closed,
}

impl From<EnqueueError> for AppendError {
    fn from(error: EnqueueError) -> Self {
        match error {
            EnqueueError::Full => Self::Backpressure,
            EnqueueError::Closed => Self::Store(StoreError::Closed),
        }
    }
}
