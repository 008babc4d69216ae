//! One page into some models: checkpoint and rows in one transaction.

use crate::{
    ViewError, Views, bulk,
    checkpoint::{self, Place},
    database::{Connection, Work},
    forget,
    models::users::Users,
    read_model::{Model, ReadModel},
};
use tenure_domain::Event;
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A generation of a model, which a page goes into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) index: usize,
    pub(crate) generation: i64,
}

/// Why a page did not go in; nothing of it did.
#[derive(Debug)]
pub(crate) enum Failed {
    /// This one cannot take it, whenever it is tried.
    Model(usize, ViewError),
    /// All of it can be tried again.
    Now(ViewError),
}

impl From<ViewError> for Failed {
    fn from(error: ViewError) -> Self {
        Self::Now(error)
    }
}

impl Views {
    /// Folds `page` into `targets`, which are all at `from`, and moves their checkpoints to `to`.
    pub(crate) async fn apply(
        &self,
        targets: &[Target],
        page: &[&StoredEvent],
        from: &Place,
        to: &Place,
    ) -> Result<(), Failed> {
        let work = self.folded(targets, page, from, to).await?;
        Ok(work.commit().await?)
    }

    /// The same up to the commit.
    pub(crate) async fn folded(
        &self,
        targets: &[Target],
        page: &[&StoredEvent],
        from: &Place,
        to: &Place,
    ) -> Result<Work, Failed> {
        let models: Vec<(Target, &dyn Model)> = targets
            .iter()
            .filter_map(|target| Some((*target, &**self.models().get(target.index)?)))
            .collect();
        let generations: Vec<_> = models
            .iter()
            .map(|(target, model)| (model.name(), target.generation))
            .collect();
        let mut work = self.database().begin().await?;
        let connection = &mut work.connection();
        // First: its row's lock is what a second runner waits for, before it loads anything.
        checkpoint::advance(connection, &generations, from, to).await?;
        for (target, model) in models {
            fold(connection, target, model, page)
                .await
                .map_err(|error| {
                    if is_lasting(&error) {
                        Failed::Model(target.index, error)
                    } else {
                        Failed::Now(error)
                    }
                })?;
        }
        Ok(work)
    }
}

async fn fold(
    connection: &mut Connection<'_>,
    target: Target,
    model: &dyn Model,
    page: &[&StoredEvent],
) -> Result<(), ViewError> {
    let Some(main) = model.tables().first() else {
        return Ok(());
    };
    let needed = model.needed(page);
    let loaded = match needed.is_empty() {
        true => Vec::new(),
        false => bulk::load(connection, main, target.generation, &needed).await?,
    };
    let changes = model.fold(page, loaded)?;
    for (table, changes) in model.tables().iter().zip(changes) {
        if model.grows() {
            bulk::add(connection, table, target.generation, changes.upserted).await?;
        } else {
            bulk::write(connection, table, target.generation, changes).await?;
        }
    }
    if model.name() == Users::NAME {
        let people = page
            .iter()
            .filter(|event| matches!(event.event, Event::User(_)));
        let people: Vec<Uuid> = people.map(|event| event.stream).collect();
        if !people.is_empty() {
            forget::empty_forgotten(connection, target.generation, &people).await?;
        }
    }
    Ok(())
}

/// Will the same page fail again? Data that does not fit does, a lost connection does not.
fn is_lasting(error: &ViewError) -> bool {
    match error {
        ViewError::Unfoldable { .. } | ViewError::Unreadable { .. } => true,
        ViewError::Database(sqlx::Error::Database(error)) => match error.code() {
            // PostgreSQL: data, integrity, undefined objects, limits.
            Some(code) if code.len() == 5 => ["22", "23", "42", "54"]
                .iter()
                .any(|class| code.starts_with(class)),
            // SQLite: error, too big, constraint, mismatch.
            Some(code) => code
                .parse::<i32>()
                .is_ok_and(|code| matches!(code & 0xff, 1 | 18 | 19 | 20)),
            None => false,
        },
        ViewError::Database(_)
        | ViewError::Store(_)
        | ViewError::Behind { .. }
        | ViewError::Stopped { .. }
        | ViewError::Unknown(_)
        | ViewError::Cursor
        | ViewError::Fenced
        | ViewError::OtherHistory => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{fresh, history};

    async fn rows(views: &Views) -> (usize, u64) {
        let (filter, page) = Default::default();
        let users = views
            .users(&filter, Default::default(), Default::default(), &page)
            .await
            .unwrap();
        let lowest = checkpoint::read(views.database())
            .await
            .unwrap()
            .iter()
            .map(|known| known.at.position)
            .min();
        (users.rows.len(), lowest.unwrap())
    }

    async fn a_page_that_was_not_committed_leaves_nothing(views: Views) {
        let page = views.0.store.read(0, 10).await.unwrap();
        let page: Vec<_> = page.iter().collect();
        let targets: Vec<_> = (0..views.models().len())
            .map(|index| Target {
                index,
                generation: 1,
            })
            .collect();
        let to = history::place(&views.0.store, 3, 1).await.unwrap();
        // The process ends between fold and commit.
        drop(
            views
                .folded(&targets, &page, &Place::beginning(1), &to)
                .await
                .unwrap(),
        );
        assert_eq!(rows(&views).await, (0, 0));
        views
            .apply(&targets, &page, &Place::beginning(1), &to)
            .await
            .unwrap();
        assert_eq!(rows(&views).await, (1, 3));
        // A second runner, which had read the same page.
        let again = views
            .apply(&targets, &page, &Place::beginning(1), &to)
            .await;
        assert!(
            matches!(again, Err(Failed::Now(ViewError::Fenced))),
            "{again:?}"
        );
        assert_eq!(rows(&views).await, (1, 3));
    }

    #[tokio::test]
    async fn a_page_that_was_not_committed_leaves_nothing_in_sqlite() {
        a_page_that_was_not_committed_leaves_nothing(fresh::sqlite().await).await;
    }

    #[tokio::test]
    async fn a_page_that_was_not_committed_leaves_nothing_in_postgres() {
        if let Some(views) = fresh::postgres().await {
            a_page_that_was_not_committed_leaves_nothing(views).await;
        }
    }
}
