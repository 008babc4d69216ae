//! The handle to all read models.

use crate::{
    ViewError,
    database::ViewDatabase,
    generation, models,
    past::{Kept, Past},
    progress::Progress,
    read_model::Model,
    runner::{self, Group},
};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
};
use tenure_eventstore::EventStore;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// All read models of one instance. A cheap handle; queries are in the models' files.
#[derive(Clone)]
pub struct Views(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: EventStore,
    database: ViewDatabase,
    models: Vec<Box<dyn Model>>,
    pub(crate) progress: watch::Sender<Vec<Progress>>,
    /// Which runners of this process keep their models, rather than those of another one: a bit each.
    keeps: AtomicU8,
    /// Of the past: where the rows are.
    pub(crate) past: Option<Past>,
    /// Of the present: what was asked of the past lately.
    pub(crate) kept: Kept,
}

/// How far a read model is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelStatus {
    /// Its name.
    pub name: &'static str,
    /// The last event in it.
    pub position: u64,
    /// How many events it is behind.
    pub lag: u64,
    /// Why it does not go on.
    pub stopped: Option<String>,
    /// How far its next generation is, while it is rebuilt.
    pub rebuilding: Option<u64>,
}

impl Views {
    /// Opens the read models beside the store: in the same PostgreSQL, or in the SQLite file `sqlite_path`; in memory,
    /// if there is none.
    ///
    /// # Errors
    /// If the database cannot be reached, or its tables not be made.
    pub async fn open(store: &EventStore, sqlite_path: Option<PathBuf>) -> Result<Self, ViewError> {
        let database = ViewDatabase::open(store, sqlite_path.as_deref()).await?;
        let models = models::all();
        generation::set_up(&database, &models, store.head().await?.epoch).await?;
        let progress = watch::Sender::new(vec![Progress::default(); models.len()]);
        Ok(Self(Arc::new(Inner {
            store: store.clone(),
            database,
            models,
            progress,
            keeps: AtomicU8::new(0),
            past: None,
            kept: Kept::default(),
        })))
    }

    /// Starts what keeps the read models, until `cancel`. Several processes may do so: one works, the others stand by.
    #[must_use]
    pub fn spawn_runners(&self, cancel: CancellationToken) -> Vec<JoinHandle<()>> {
        let start = |group| tokio::spawn(runner::run(self.clone(), group, cancel.clone()));
        runner::GROUPS.into_iter().map(start).collect()
    }

    /// Names of the read models.
    #[must_use]
    pub fn names_of_models(&self) -> Vec<&'static str> {
        self.models().iter().map(|model| model.name()).collect()
    }

    /// The models as they were, over a history that ends there.
    pub(crate) fn of_the_past(&self, store: &EventStore, past: Past) -> Self {
        let models = models::all();
        // Whoever waits for them waits for nothing.
        let there = Progress {
            position: u64::MAX,
            stopped: None,
        };
        Self(Arc::new(Inner {
            store: store.clone(),
            database: self.0.database.clone(),
            progress: watch::Sender::new(vec![there; models.len()]),
            models,
            keeps: AtomicU8::new(u8::MAX),
            past: Some(past),
            kept: Kept::default(),
        }))
    }

    pub(crate) fn database(&self) -> &ViewDatabase {
        &self.0.database
    }

    pub(crate) fn models(&self) -> &[Box<dyn Model>] {
        &self.0.models
    }

    /// Does this process keep all models?
    pub(crate) fn keeps(&self) -> bool {
        self.0.keeps.load(Ordering::Acquire).count_ones() as usize == runner::GROUPS.len()
    }

    pub(crate) fn set_keeps(&self, group: Group, keeps: bool) {
        let bit = 1 << group as u8;
        if keeps {
            self.0.keeps.fetch_or(bit, Ordering::AcqRel);
        } else {
            self.0.keeps.fetch_and(!bit, Ordering::AcqRel);
        }
    }
}
