//! Views of lists that people saved: a name, and what the list's address says. They are a person's own, follow them to
//! every browser, and are sealed, since a search text may name somebody.

use crate::{
    StateTables, StoreError,
    database::{on_reader, on_writer},
    log::micros,
};
use serde::{Deserialize, Serialize};
use tenure_domain::{UserId, ids::derived};
use uuid::Uuid;

/// A view that somebody saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Stable: derived from person, list and name.
    pub id: Uuid,
    /// Of which list: `accounts`.
    pub list: String,
    /// What the person calls it.
    pub name: String,
    /// Filters, search and order, as the address says them: `status=active&sort=name`.
    pub query: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    name: String,
    query: String,
}

impl StateTables {
    /// Saves a view, in place of one with the same name. None if the person has `most` others already.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn save_view(
        &self,
        user: UserId,
        list: &str,
        name: &str,
        query: &str,
        most: u32,
    ) -> Result<Option<SavedView>, StoreError> {
        let id = derived(&["saved-view", &user.to_string(), list, name]);
        let view = SavedView {
            id,
            list: list.to_owned(),
            name: name.to_owned(),
            query: query.to_owned(),
        };
        let content = Content {
            name: view.name.clone(),
            query: view.query.clone(),
        };
        let content = serde_json::to_vec(&content).map_err(StoreError::Unwritable)?;
        let sealed = self.views_key.seal(&content, id.as_bytes());
        let saved = on_writer!(&self.database, |pool| {
            sqlx::query(
                "INSERT INTO saved_views (id, person, list, content, saved_at) SELECT $1, $2, $3, $4, $5
                 WHERE (SELECT count(*) FROM saved_views WHERE person = $2 AND id <> $1) < $6
                 ON CONFLICT (id) DO UPDATE SET content = excluded.content",
            )
            .bind(id)
            .bind(user.0)
            .bind(list)
            .bind(sealed)
            .bind(micros(self.clock.now()))
            .bind(i64::from(most))
            .execute(pool)
            .await?
            .rows_affected()
        });
        Ok((saved > 0).then_some(view))
    }

    /// A person's views of all lists, as they were saved one after the other.
    ///
    /// # Errors
    /// If the database fails, or a view does not open with the instance's keys.
    pub async fn saved_views(&self, user: UserId) -> Result<Vec<SavedView>, StoreError> {
        let rows: Vec<(Uuid, String, Vec<u8>)> = on_reader!(&self.database, |pool| {
            sqlx::query_as(
                "SELECT id, list, content FROM saved_views WHERE person = $1 ORDER BY saved_at, id",
            )
            .bind(user.0)
            .fetch_all(pool)
            .await?
        });
        let open = |(id, list, sealed): (Uuid, String, Vec<u8>)| {
            let plain = self.views_key.open(&sealed, id.as_bytes());
            let content = plain.and_then(|plain| serde_json::from_slice::<Content>(&plain).ok());
            let Content { name, query } = content.ok_or(StoreError::Unsealable("a saved view"))?;
            Ok(SavedView {
                id,
                list,
                name,
                query,
            })
        };
        rows.into_iter().map(open).collect()
    }

    /// Takes a view away. False if it is not that person's.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_view(&self, user: UserId, id: Uuid) -> Result<bool, StoreError> {
        let removed = on_writer!(&self.database, |pool| {
            sqlx::query("DELETE FROM saved_views WHERE person = $1 AND id = $2")
                .bind(user.0)
                .bind(id)
                .execute(pool)
                .await?
                .rows_affected()
        });
        Ok(removed > 0)
    }
}
