//! Rebuild: a new generation beside the old one, from the first event on, and a swap when it has caught up. Queries and
//! the runner go on meanwhile; nothing is emitted. A rebuild that was interrupted is begun again by the next.

use crate::{
    ViewError, Views,
    apply::{Failed, Target},
    checkpoint::{self, Place},
    generation, history,
};
use tenure_eventstore::StoredEvent;

/// Events of a page: the larger, the fewer times a row is written, and the more memory it takes.
const PAGE: usize = 10_000;
/// Events of the pages that catch up with the head.
const CATCH_UP: usize = 2_000;

/// How far a rebuild is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RebuildProgress {
    /// Events folded.
    pub position: u64,
    /// Events there are.
    pub head: u64,
}

struct Rebuild<'a> {
    views: &'a Views,
    targets: Vec<Target>,
    at: Place,
    failure: Option<ViewError>,
    /// Where kept generations are that were built from another history.
    foreign: Vec<Place>,
}

impl Views {
    /// Builds a read model anew from the whole history (all of them, if none is named), and swaps it in.
    ///
    /// # Errors
    /// If there is no such model, store or database fail, or an event does not fold; the others are rebuilt all the
    /// same, and the old generation stays.
    pub async fn rebuild(
        &self,
        model: Option<&str>,
        progress: impl Fn(RebuildProgress),
    ) -> Result<(), ViewError> {
        let indexes = self.indexes(model.as_slice())?;
        let epoch = self.0.store.head().await?.epoch;
        let mut rebuild = Rebuild {
            views: self,
            targets: Vec::new(),
            at: Place::beginning(epoch),
            failure: None,
            foreign: Vec::new(),
        };
        rebuild.begin(&indexes).await?;
        let built = rebuild.run(&progress).await;
        match (built, rebuild.failure.take()) {
            // Whoever waits sees it at once, the runner within a second.
            (Ok(()), None) => self.look().await,
            (Err(error), _) | (Ok(()), Some(error)) => {
                rebuild.give_up(&indexes).await?;
                Err(error)
            }
        }
    }
}

impl Rebuild<'_> {
    async fn begin(&mut self, indexes: &[usize]) -> Result<(), ViewError> {
        self.give_up(indexes).await?;
        let dialect = self.views.database().dialect();
        let mut work = self.views.database().begin().await?;
        let connection = &mut work.connection();
        for index in indexes {
            let Some(model) = self.views.models().get(*index) else {
                continue;
            };
            let known = checkpoint::locked(connection, model.name()).await?;
            let generation =
                generation::begin(connection, &**model, &known, self.at.clone(), dialect).await?;
            self.targets.push(Target {
                index: *index,
                generation,
            });
        }
        work.commit().await
    }

    async fn run(&mut self, progress: &impl Fn(RebuildProgress)) -> Result<(), ViewError> {
        let store = self.views.0.store.clone();
        let head = store.head().await?.position;
        let mut pages = store.read_pages(0, head, PAGE);
        let mut next = pages.next().await;
        while let Some(page) = next {
            let page = page?;
            // While the database writes one page the next is decoded.
            let (folded, following) = tokio::join!(self.fold(&page), pages.next());
            folded?;
            next = following;
            progress(RebuildProgress {
                position: self.at.position,
                head,
            });
        }
        self.index().await?;
        loop {
            let page = store.read(self.at.position, CATCH_UP).await?;
            if !page.is_empty() {
                self.fold(&page).await?;
            }
            if self.targets.is_empty() {
                return Ok(());
            }
            // At the head: the kept generation may be a page behind, or just ahead.
            if page.len() < CATCH_UP && self.swap().await? {
                progress(RebuildProgress {
                    position: self.at.position,
                    head: self.at.position,
                });
                return Ok(());
            }
        }
    }

    async fn fold(&mut self, page: &[StoredEvent]) -> Result<(), ViewError> {
        let page: Vec<&StoredEvent> = page.iter().collect();
        let Some(last) = page.last() else {
            return Ok(());
        };
        let to = history::place(&self.views.0.store, last.position, self.at.epoch).await?;
        while !self.targets.is_empty() {
            match self.views.apply(&self.targets, &page, &self.at, &to).await {
                Ok(()) => break,
                Err(Failed::Now(error)) => return Err(error),
                Err(Failed::Model(index, error)) => {
                    self.targets.retain(|target| target.index != index);
                    self.failure.get_or_insert(error);
                }
            }
        }
        self.at = to;
        Ok(())
    }

    /// Indexes are made when the tables are full, and the planner is told what is in them.
    async fn index(&self) -> Result<(), ViewError> {
        let dialect = self.views.database().dialect();
        let mut made = Vec::new();
        for target in &self.targets {
            let Some(model) = self.views.models().get(target.index) else {
                continue;
            };
            let mut work = self.views.database().begin().await?;
            let connection = &mut work.connection();
            generation::index(connection, &**model, target.generation, dialect).await?;
            work.commit().await?;
            let tables = model
                .tables()
                .iter()
                .map(|table| table.of(target.generation));
            made.extend(tables);
        }
        self.views.database().look_at(&made).await
    }

    /// Shows the new generations, unless one of the old is further. Answers whether it did.
    async fn swap(&mut self) -> Result<bool, ViewError> {
        loop {
            let ahead = match self.show_unless_behind().await {
                Ok(Some(ahead)) => ahead,
                Ok(None) => return Ok(true),
                // Somebody reads two of the views in the other order.
                Err(error) if error.is_deadlock() => continue,
                Err(error) => return Err(error),
            };
            // Looked at while nothing is locked and no connection held: those who wait for the locks may have the rest.
            if history::verify(&self.views.0.store, &ahead).await.is_ok() {
                return Ok(false);
            }
            // One of another history has no say.
            self.foreign.push(ahead);
        }
    }

    /// Answers where an old generation is that is further; then nothing was done.
    async fn show_unless_behind(&self) -> Result<Option<Place>, ViewError> {
        let dialect = self.views.database().dialect();
        let mut work = self.views.database().begin().await?;
        let connection = &mut work.connection();
        for target in &self.targets {
            let Some(model) = self.views.models().get(target.index) else {
                continue;
            };
            let known = checkpoint::locked(connection, model.name()).await?;
            let ours = known
                .iter()
                .any(|known| known.generation == target.generation && known.at == self.at);
            if !ours {
                return Err(ViewError::Fenced);
            }
            let is_ahead = |old: &&checkpoint::Checkpoint| {
                old.active && old.at.position > self.at.position && !self.foreign.contains(&old.at)
            };
            if let Some(old) = known.iter().find(is_ahead) {
                work.rollback().await?;
                return Ok(Some(old.at.clone()));
            }
            generation::show(connection, &**model, target.generation, dialect).await?;
            for old in known.iter().filter(|known| known.active) {
                generation::discard(connection, &**model, old.generation).await?;
            }
            checkpoint::activate(connection, model.name(), target.generation).await?;
        }
        work.commit().await?;
        Ok(None)
    }

    /// Drops generations that were begun and not shown.
    async fn give_up(&self, indexes: &[usize]) -> Result<(), ViewError> {
        let mut work = self.views.database().begin().await?;
        let connection = &mut work.connection();
        for index in indexes {
            let Some(model) = self.views.models().get(*index) else {
                continue;
            };
            for begun in checkpoint::locked(connection, model.name())
                .await?
                .iter()
                .filter(|known| !known.active)
            {
                generation::discard(connection, &**model, begun.generation).await?;
            }
        }
        work.commit().await
    }
}

#[cfg(test)]
mod tests;
