//! API tokens, without their secrets; deleted ones are gone.

use super::ABSENT;
use crate::{
    ViewError, Views,
    cell::Kind,
    read_model::{Cells, ReadModel, content, of_content},
    table::Table,
};
use sea_query::{Expr, ExprTrait, Order};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    ApiTokenId, Event, UserId,
    api_token::{ApiTokenContent, ApiTokenEvent},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// An API token.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApiTokenRow {
    /// Which.
    pub id: ApiTokenId,
    /// What it is.
    pub content: ApiTokenContent,
    /// Gives no access.
    pub disabled: bool,
    /// Version of the stream.
    pub version: u64,
}

pub(crate) struct ApiTokens;

impl ReadModel for ApiTokens {
    const NAME: &'static str = "api-tokens";
    const VERSION: u32 = 1;
    const TABLES: &'static [Table] = &[Table {
        name: "view_api_tokens",
        columns: &[
            ("id", Kind::Bytes),
            ("owner", Kind::Bytes),
            ("expires_at", Kind::Int),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["owner", "expires_at", "id"]],
    }];

    type Key = Uuid;
    type Row = ApiTokenRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::ApiToken(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<ApiTokenRow>,
    ) -> Result<Option<ApiTokenRow>, String> {
        let Event::ApiToken(token) = &event.event else {
            return Ok(row);
        };
        if let ApiTokenEvent::Created(e) = token {
            return Ok(Some(ApiTokenRow {
                id: ApiTokenId(id),
                content: e.content.clone(),
                disabled: false,
                version: event.version,
            }));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match token {
            ApiTokenEvent::Created(_) => {}
            ApiTokenEvent::Described(e) => row.content.description.clone_from(&e.description),
            ApiTokenEvent::Disabled(_) => row.disabled = true,
            ApiTokenEvent::Enabled(_) => row.disabled = false,
            ApiTokenEvent::Deleted(_) => return Ok(None),
        }
        Ok(Some(row))
    }

    fn cells(row: &ApiTokenRow) -> Result<Cells, String> {
        Ok(vec![
            row.content.owner.0.into(),
            row.content.expires_at.timestamp_micros().into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<ApiTokenRow, String> {
        of_content(cells)
    }
}

impl Views {
    /// A person's API tokens, by when they expire.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn api_tokens_of(&self, owner: UserId) -> Result<Vec<ApiTokenRow>, ViewError> {
        let owner = Expr::col("owner").eq(owner.0.as_bytes().to_vec());
        self.select::<ApiTokens>(|query| {
            query
                .and_where(owner)
                .order_by("expires_at", Order::Asc)
                .order_by("id", Order::Asc)
        })
        .await
    }
}
