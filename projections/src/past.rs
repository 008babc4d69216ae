//! The read models as they were at a position: the same folds, over a history that ends there, and the same queries.
//!
//! Nothing is kept for it while the history is written. One object is folded from its own stream, whenever it is asked for.
//! What a list needs, whole tables, is folded from the first event on into an SQLite in memory; that is kept for a while, since
//! whoever asks once asks again. Positions never change what they say, forgetting a person aside: then nothing is kept.

use crate::{
    ViewError, Views, bulk,
    cell::Kind,
    database::{Connection, ViewDatabase},
    forget,
    read_model::{Cells, Changes, Folding, Model, ReadModel, Rows},
    table::Dialect,
};
use sea_query::{SelectStatement, SqliteQueryBuilder};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tenure_eventstore::EventStore;
use tokio::{
    sync::{OnceCell, mpsc},
    task::JoinError,
    time::Instant,
};
use uuid::Uuid;

/// How many positions are kept, each with what was asked of it, and how long nobody may have asked.
const POSITIONS: usize = 3;
const IDLE: Duration = Duration::from_secs(300);
/// Events folded at a time.
const PAGE: usize = 1_000;
/// Pages decoded ahead.
const AHEAD: usize = 4;
/// The one generation of its tables.
const GENERATION: i64 = 1;
/// A model's first table, which has its rows. The others, what they are found by, are seldom asked for, and longer.
const MAIN: usize = 0;

/// A model, and which of its tables are not there.
type Missing<'a> = (&'a dyn Model, Vec<usize>);

/// Rows of the past, of those models that a query needed.
#[derive(Default)]
pub(crate) struct Past {
    database: OnceCell<ViewDatabase>,
    /// Which tables are there, by the index of their model and their own. Held while others are folded.
    filled: tokio::sync::Mutex<BTreeSet<(usize, usize)>>,
    /// Of all pasts of an instance, one is folded at a time: it takes a processor, and memory for all accounts.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What was asked of the past lately.
#[derive(Default)]
pub(crate) struct Kept {
    positions: Mutex<Vec<Position>>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

struct Position {
    position: u64,
    /// How many people had been forgotten.
    forgotten: u64,
    used: Instant,
    views: Views,
}

impl Kept {
    fn lock(&self) -> MutexGuard<'_, Vec<Position>> {
        self.positions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Views {
    /// The read models as of the position where `then` ends, which is a history of the past.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn as_of(&self, then: &EventStore) -> Result<Self, ViewError> {
        let Some(position) = then.ends_at() else {
            return Ok(self.clone());
        };
        let forgotten = forget::how_many(self.database()).await?;
        let mut kept = self.0.kept.lock();
        kept.retain(|known| known.forgotten == forgotten);
        if let Some(known) = kept.iter_mut().find(|known| known.position == position) {
            known.used = Instant::now();
            return Ok(known.views.clone());
        }
        let past = Past {
            turn: self.0.kept.turn.clone(),
            ..Past::default()
        };
        let views = self.of_the_past(then, past);
        if kept.len() >= POSITIONS {
            let oldest = kept.iter().enumerate().min_by_key(|(_, known)| known.used);
            if let Some((oldest, _)) = oldest {
                kept.swap_remove(oldest);
            }
        }
        kept.push(Position {
            position,
            forgotten,
            used: Instant::now(),
            views: views.clone(),
        });
        if kept.len() == 1 {
            tokio::spawn(drop_idle(Arc::downgrade(&self.0)));
        }
        Ok(views)
    }

    /// The rows of a query, of the present or of the past.
    pub(crate) async fn query(
        &self,
        query: &SelectStatement,
        kinds: &[Kind],
    ) -> Result<Vec<Cells>, ViewError> {
        let Some(past) = &self.0.past else {
            return self.database().select(query, kinds).await;
        };
        let text = query.to_string(SqliteQueryBuilder);
        let mut needed = Vec::new();
        for (index, model) in self.models().iter().enumerate() {
            let tables = model.tables().iter().enumerate();
            let named = tables.filter(|(_, table)| text.contains(&format!("\"{}\"", table.name)));
            needed.extend(named.map(|(table, _)| (index, table)));
        }
        past.holding(self, &needed)
            .await?
            .select(query, kinds)
            .await
    }

    /// Of the past, the rows with these ids, from their own streams; none of the present, and where the tables are there.
    pub(crate) async fn by_streams<M: ReadModel>(
        &self,
        ids: &[Uuid],
    ) -> Result<Option<Vec<M::Row>>, ViewError> {
        let (Some(past), [kind]) = (&self.0.past, M::KINDS) else {
            return Ok(None);
        };
        let index = self.index(M::NAME).unwrap_or_default();
        if let Ok(filled) = past.filled.try_lock()
            && filled.contains(&(index, MAIN))
        {
            return Ok(None);
        }
        let mut rows = Rows::<M>::default();
        rows.add(&self.0.store.read_streams(kind, ids).await?)?;
        Ok(Some(rows.into_rows().collect()))
    }
}

impl Past {
    /// The database, with these tables in it.
    async fn holding(
        &self,
        views: &Views,
        needed: &[(usize, usize)],
    ) -> Result<&ViewDatabase, ViewError> {
        let mut filled = self.filled.lock().await;
        let database = self.database.get_or_try_init(ViewDatabase::in_memory);
        let database = database.await?;
        let mut missing: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (model, table) in needed.iter().filter(|table| !filled.contains(table)) {
            missing.entry(*model).or_default().push(*table);
        }
        let missing: Vec<Missing<'_>> = missing
            .into_iter()
            .filter_map(|(index, tables)| Some((&**views.models().get(index)?, tables)))
            .collect();
        if !missing.is_empty() {
            let _turn = self.turn.lock().await;
            fill(database, &views.0.store, &missing).await?;
            filled.extend(needed);
        }
        Ok(database)
    }
}

/// Folds the whole history up to its end, as far as these models look at it, and writes these tables of theirs.
async fn fill(
    database: &ViewDatabase,
    store: &EventStore,
    missing: &[Missing<'_>],
) -> Result<(), ViewError> {
    let models = || missing.iter().map(|(model, _)| *model);
    let everything = models().any(|model| model.kinds().is_empty());
    let kinds = models().flat_map(|model| model.kinds()).copied();
    let kinds: BTreeSet<&str> = kinds.filter(|_| !everything).collect();
    let kinds: Vec<&str> = kinds.into_iter().collect();
    let mut folding: Vec<Box<dyn Folding>> = models().map(|model| model.folding()).collect();
    let mut pages = store.read_kinds(&kinds, PAGE).await?;
    // Decoded by one task, folded by another.
    let (hand_on, mut decoded) = mpsc::channel(AHEAD);
    let decoding = tokio::spawn(async move {
        while let Some(page) = pages.next().await {
            if hand_on.send(page).await.is_err() {
                return;
            }
        }
    });
    while let Some(page) = decoded.recv().await {
        let page = page?;
        for model in &mut folding {
            model.fold(&page)?;
        }
    }
    // Some of the history is not taken for all.
    let first = models().next().map_or("past", Model::name);
    decoding.await.map_err(|error| stopped(first, &error))?;
    let mut work = database.begin().await?;
    for ((model, tables), folded) in missing.iter().zip(folding) {
        write(&mut work.connection(), (*model, tables), folded).await?;
    }
    work.commit().await
}

/// Writes these tables of a model. One task makes cells of the rows while another writes those that are made; cells of all rows
/// at once would be there beside the rows.
async fn write(
    connection: &mut Connection<'_>,
    (model, tables): (&dyn Model, &[usize]),
    folded: Box<dyn Folding>,
) -> Result<(), ViewError> {
    let wanted = |index: &usize| Some((*index, model.tables().get(*index)?));
    let wanted: Vec<_> = tables.iter().filter_map(wanted).collect();
    for (_, table) in &wanted {
        let create = table.create(GENERATION, Dialect::Sqlite);
        connection.execute(&create, &[]).await?;
    }
    let further = tables.iter().any(|table| *table != MAIN);
    let (hand_on, mut made) = mpsc::channel::<Result<Changes, ViewError>>(AHEAD);
    let making = tokio::spawn(async move {
        for changes in folded.finish(further) {
            if hand_on.send(changes).await.is_err() {
                return;
            }
        }
    });
    while let Some(changes) = made.recv().await {
        let mut changes = changes?;
        for (index, table) in &wanted {
            let Some(changes) = changes.get_mut(*index) else {
                continue;
            };
            // From nothing, by how much more is counted is how much there is.
            let mut rows = std::mem::take(&mut changes.upserted);
            rows.append(&mut changes.counted);
            bulk::add(connection, table, GENERATION, rows).await?;
        }
    }
    // Some rows are not taken for all.
    making
        .await
        .map_err(|error| stopped(model.name(), &error))?;
    // Without further indexes: making them takes longer than looking at all rows some times.
    for (_, table) in &wanted {
        for statement in table.show(GENERATION, Dialect::Sqlite) {
            connection.execute(&statement, &[]).await?;
        }
    }
    Ok(())
}

fn stopped(model: &'static str, error: &JoinError) -> ViewError {
    ViewError::Stopped {
        model,
        reason: error.to_string(),
    }
}

/// Drops what nobody asks for any more, until nothing is kept.
async fn drop_idle(views: Weak<crate::views::Inner>) {
    loop {
        tokio::time::sleep(IDLE).await;
        let Some(views) = views.upgrade() else { return };
        let mut kept = views.kept.lock();
        kept.retain(|known| known.used.elapsed() < IDLE);
        if kept.is_empty() {
            return;
        }
    }
}
