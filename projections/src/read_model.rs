//! What a read model is: tables, and a fold of events into rows. And [`Model`], the same without its types, for the
//! runner.

use crate::{ViewError, cell::Cell, table::Table};
use std::{
    collections::{BTreeMap, BTreeSet},
    marker::PhantomData,
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// Rows of a finished fold that are made into cells at a time.
const AT_A_TIME: usize = 1_024;

/// Cells of one row, in the order of the table's columns.
pub(crate) type Cells = Vec<Cell>;

/// A read model. `fold` is pure: the same events give the same rows, in whatever pages they come.
pub(crate) trait ReadModel: Send + Sync + 'static {
    /// As operators know it.
    const NAME: &'static str;
    /// Grows whenever rows are folded differently: the model is then built anew.
    const VERSION: u32;
    /// Kinds of streams that it is folded from; none = all of them.
    const KINDS: &'static [&'static str] = &[];
    /// The rows, and after them tables that index what is in the rows: their first column is the row's id.
    const TABLES: &'static [Table];
    /// Are rows changed by later events? Otherwise nothing is read before it is written.
    const LOADS: bool = true;
    /// Are rows only ever added, each once? Then nothing is looked for before it is written.
    const GROWS: bool = false;

    /// Which of the tables, if any, counts rows instead of finding them: `indexed` says as what each row counts, that is the
    /// table's key, and its last column is how many do.
    const COUNTS: Option<usize> = None;

    /// Does a row begin with the stream of its id, and never before?
    const BEGINS: bool = true;

    /// Key of a row.
    type Key: Key;
    /// A row.
    type Row: Clone + PartialEq + Send;

    /// The rows that `event` changes.
    fn keys(event: &StoredEvent, keys: &mut Vec<Self::Key>);

    /// The row after `event`; none = there is none.
    fn fold(
        event: &StoredEvent,
        key: Self::Key,
        row: Option<Self::Row>,
    ) -> Result<Option<Self::Row>, String>;

    /// The cells after those of the key.
    fn cells(row: &Self::Row) -> Result<Cells, String>;

    /// Back from all cells.
    fn row(cells: Cells) -> Result<Self::Row, String>;

    /// Rows of the further tables, without the id in front.
    fn indexed(_row: &Self::Row) -> Vec<BTreeSet<Cells>> {
        Vec::new()
    }
}

/// Key of a row.
pub(crate) trait Key: Copy + Ord + Send + Sync {
    fn cells(&self) -> Cells;
    /// The one id that it is, for models that load rows.
    fn id(&self) -> Option<Uuid> {
        None
    }
}

impl Key for Uuid {
    fn cells(&self) -> Cells {
        vec![Cell::Id(*self)]
    }
    fn id(&self) -> Option<Uuid> {
        Some(*self)
    }
}

impl Key for (Uuid, Uuid) {
    fn cells(&self) -> Cells {
        vec![Cell::Id(self.0), Cell::Id(self.1)]
    }
}

impl Key for (Uuid, i64) {
    fn cells(&self) -> Cells {
        vec![Cell::Id(self.0), Cell::Int(self.1)]
    }
}

impl Key for i64 {
    fn cells(&self) -> Cells {
        vec![Cell::Int(*self)]
    }
}

/// What a page changes in one table.
#[derive(Debug, Default)]
pub(crate) struct TableChanges {
    /// Ids whose rows go: only in the further tables.
    pub(crate) cleared: Vec<Uuid>,
    /// Keys of rows that go.
    pub(crate) deleted: Vec<Cells>,
    /// Rows that are new or changed.
    pub(crate) upserted: Vec<Cells>,
    /// Keys, and by how much more is counted of each.
    pub(crate) counted: Vec<Cells>,
}

/// What a page changes, by table.
pub(crate) type Changes = Vec<TableChanges>;

/// A read model without its types.
pub(crate) trait Model: Send + Sync {
    fn name(&self) -> &'static str;
    fn version(&self) -> u32;
    fn tables(&self) -> &'static [Table];
    /// Are rows only ever added?
    fn grows(&self) -> bool;
    /// Kinds of streams that it is folded from; none = all of them.
    fn kinds(&self) -> &'static [&'static str];
    /// Folds from the first event on, with all rows in memory.
    fn folding(&self) -> Box<dyn Folding>;
    /// Rows to load before the page is folded.
    fn needed(&self, page: &[&StoredEvent]) -> Vec<Uuid>;
    /// What the page changes.
    fn fold(&self, page: &[&StoredEvent], loaded: Vec<Cells>) -> Result<Changes, ViewError>;
}

/// All rows of a fold, some at a time, each once.
pub(crate) type Finished = Box<dyn Iterator<Item = Result<Changes, ViewError>> + Send>;

/// A fold in memory, without its types.
pub(crate) trait Folding: Send {
    fn fold(&mut self, page: &[StoredEvent]) -> Result<(), ViewError>;
    /// All rows, some at a time; of the further tables only if they are wanted.
    fn finish(self: Box<Self>, further: bool) -> Finished;
}

/// `M`, without its types.
pub(crate) struct Erased<M>(pub(crate) PhantomData<fn() -> M>);

struct Slot<R> {
    before: Option<R>,
    now: Option<R>,
}

/// Rows in memory, as they were loaded and as events have made them.
pub(crate) struct Rows<M: ReadModel> {
    loaded: BTreeMap<Uuid, M::Row>,
    slots: BTreeMap<M::Key, Slot<M::Row>>,
    keys: Vec<M::Key>,
}

impl<M: ReadModel> Default for Rows<M> {
    fn default() -> Self {
        Self {
            loaded: BTreeMap::new(),
            slots: BTreeMap::new(),
            keys: Vec::new(),
        }
    }
}

fn unreadable<M: ReadModel>(reason: String) -> ViewError {
    ViewError::Unreadable {
        table: M::TABLES.first().map_or(M::NAME, |table| table.name),
        reason,
    }
}

impl<M: ReadModel> Rows<M> {
    fn loaded(rows: Vec<Cells>) -> Result<Self, ViewError> {
        let mut all = Self::default();
        for cells in rows {
            let id = cells
                .first()
                .and_then(Cell::id)
                .ok_or_else(|| unreadable::<M>("no id".to_owned()))?;
            all.loaded
                .insert(id, M::row(cells).map_err(unreadable::<M>)?);
        }
        Ok(all)
    }

    /// Folds these events, which follow those before.
    pub(crate) fn add<'a>(
        &mut self,
        page: impl IntoIterator<Item = &'a StoredEvent>,
    ) -> Result<(), ViewError> {
        for event in page {
            self.keys.clear();
            M::keys(event, &mut self.keys);
            for key in &self.keys {
                let loaded = &mut self.loaded;
                let slot = self.slots.entry(*key).or_insert_with(|| {
                    let row = key.id().and_then(|id| loaded.remove(&id));
                    Slot {
                        before: row.clone(),
                        now: row,
                    }
                });
                slot.now = M::fold(event, *key, slot.now.take()).map_err(|reason| {
                    ViewError::Unfoldable {
                        position: event.position,
                        event: event.event.type_name().to_owned(),
                        reason,
                    }
                })?;
            }
        }
        Ok(())
    }

    /// The rows that there are now.
    pub(crate) fn into_rows(self) -> impl Iterator<Item = M::Row> {
        self.slots.into_values().filter_map(|slot| slot.now)
    }
}

impl<M: ReadModel> Folding for Rows<M> {
    fn fold(&mut self, page: &[StoredEvent]) -> Result<(), ViewError> {
        self.add(page)
    }

    fn finish(self: Box<Self>, further: bool) -> Finished {
        // What is counted is only known when all are.
        let size = match M::COUNTS {
            Some(_) if further => usize::MAX,
            Some(_) | None => AT_A_TIME,
        };
        let mut slots = self.slots.into_iter().peekable();
        Box::new(std::iter::from_fn(move || {
            slots.peek()?;
            let some = slots.by_ref().take(size);
            Some(changes::<M>(some, further).map_err(unreadable::<M>))
        }))
    }
}

impl<M: ReadModel> Model for Erased<M> {
    fn name(&self) -> &'static str {
        M::NAME
    }

    fn version(&self) -> u32 {
        M::VERSION
    }

    fn tables(&self) -> &'static [Table] {
        M::TABLES
    }

    fn grows(&self) -> bool {
        M::GROWS
    }

    fn kinds(&self) -> &'static [&'static str] {
        M::KINDS
    }

    fn folding(&self) -> Box<dyn Folding> {
        Box::new(Rows::<M>::default())
    }

    fn needed(&self, page: &[&StoredEvent]) -> Vec<Uuid> {
        if !M::LOADS {
            return Vec::new();
        }
        let (mut keys, mut seen, mut needed) = (Vec::new(), BTreeSet::new(), Vec::new());
        for event in page {
            keys.clear();
            M::keys(event, &mut keys);
            for id in keys.iter().filter_map(Key::id) {
                // A stream that begins within the page has no row yet.
                let fresh = M::BEGINS && event.stream == id && event.version == 1;
                if seen.insert(id) && !fresh {
                    needed.push(id);
                }
            }
        }
        needed
    }

    fn fold(&self, page: &[&StoredEvent], loaded: Vec<Cells>) -> Result<Changes, ViewError> {
        let mut rows = Rows::<M>::loaded(loaded)?;
        rows.add(page.iter().copied())?;
        changes::<M>(rows.slots, true).map_err(unreadable::<M>)
    }
}

fn changes<M: ReadModel>(
    slots: impl IntoIterator<Item = (M::Key, Slot<M::Row>)>,
    further_too: bool,
) -> Result<Changes, String> {
    let mut changes: Changes = M::TABLES.iter().map(|_| TableChanges::default()).collect();
    let Some((main, further)) = changes.split_first_mut() else {
        return Err("no table".to_owned());
    };
    let mut counted: BTreeMap<Cells, i64> = BTreeMap::new();
    for (key, Slot { before, now }) in slots {
        if before == now && M::LOADS {
            continue;
        }
        match &now {
            Some(row) => {
                let mut cells = key.cells();
                cells.extend(M::cells(row)?);
                main.upserted.push(cells);
            }
            None => main.deleted.push(key.cells()),
        }
        let Some(id) = key.id().filter(|_| further_too && !further.is_empty()) else {
            continue;
        };
        let was = before.as_ref().map(M::indexed).unwrap_or_default();
        let is = now.as_ref().map(M::indexed).unwrap_or_default();
        let nothing = BTreeSet::new();
        for (index, table) in further.iter_mut().enumerate() {
            let (was, is) = (
                was.get(index).unwrap_or(&nothing),
                is.get(index).unwrap_or(&nothing),
            );
            if was == is {
                continue;
            }
            if M::COUNTS == Some(index + 1) {
                let gone = was.iter().map(|cells| (cells, -1));
                for (cells, by) in gone.chain(is.iter().map(|cells| (cells, 1))) {
                    *counted.entry(cells.clone()).or_default() += by;
                }
                continue;
            }
            if !was.is_empty() {
                table.cleared.push(id);
            }
            table.upserted.extend(
                is.iter()
                    .map(|cells| [vec![Cell::Id(id)], cells.clone()].concat()),
            );
        }
    }
    if let Some(table) = M::COUNTS.and_then(|index| changes.get_mut(index)) {
        let counted = counted.into_iter().filter(|(_, by)| *by != 0);
        let cells = counted.map(|(mut cells, by)| {
            cells.push(Cell::Int(by));
            cells
        });
        table.counted = cells.collect();
    }
    Ok(changes)
}

/// The content of a row that no query looks into: as JSON.
pub(crate) fn content<T: serde::Serialize>(row: &T) -> Result<Cell, String> {
    serde_json::to_vec(row)
        .map(Cell::Bytes)
        .map_err(|error| error.to_string())
}

/// Back from the last cell.
pub(crate) fn of_content<T: serde::de::DeserializeOwned>(mut cells: Cells) -> Result<T, String> {
    let bytes = cells.pop().and_then(Cell::into_bytes).ok_or("no content")?;
    serde_json::from_slice(&bytes).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
