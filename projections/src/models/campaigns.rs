//! Certification campaigns: what each is, and how it ended. What is decided in them is in `reviews.rs`.

use super::ABSENT;
use crate::{
    Page, Paged, SortOrder, ViewError, Views,
    cell::Kind,
    list::List,
    read_model::{Cells, ReadModel, content, of_content},
    table::Table,
};
use chrono::{DateTime, Utc, serde::ts_microseconds};
use sea_query::{Cond, Expr, ExprTrait};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    Actor, CampaignId, Event,
    campaign::{CampaignContent, CampaignEvent, Frozen},
};
use tenure_eventstore::StoredEvent;
use uuid::Uuid;

/// A campaign.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignRow {
    /// Which one.
    pub id: CampaignId,
    /// What it is.
    pub content: CampaignContent,
    /// What proves its population.
    pub frozen: Frozen,
    /// When it was opened.
    #[serde(with = "ts_microseconds")]
    pub opened_at: DateTime<Utc>,
    /// Who opened it.
    pub opened_by: Actor,
    /// Of that event.
    pub opened_position: u64,
    /// How it ended.
    pub closed: Option<ClosedCampaign>,
    /// Version of its stream.
    pub version: u64,
}

/// How a campaign ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClosedCampaign {
    /// When.
    #[serde(with = "ts_microseconds")]
    pub at: DateTime<Utc>,
    /// Of that event.
    pub position: u64,
    /// Who closed it.
    pub by: Actor,
    /// The due date was reached.
    pub at_due: bool,
    /// Why, if somebody closed it before.
    pub reason: Option<String>,
}

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CampaignStatus {
    /// Reviewers decide.
    Open,
    /// Nobody does any more.
    Closed,
}

impl CampaignStatus {
    /// Both.
    pub const ALL: &'static [Self] = &[Self::Open, Self::Closed];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl CampaignRow {
    /// Where it stands.
    #[must_use]
    pub fn status(&self) -> CampaignStatus {
        match self.closed {
            Some(_) => CampaignStatus::Closed,
            None => CampaignStatus::Open,
        }
    }
}

pub(crate) struct Campaigns;

pub(super) const CAMPAIGNS: &str = "view_campaigns";

impl ReadModel for Campaigns {
    const NAME: &'static str = "campaigns";
    const VERSION: u32 = 1;
    const KINDS: &'static [&'static str] = &["campaign"];
    const TABLES: &'static [Table] = &[Table {
        name: CAMPAIGNS,
        columns: &[
            ("id", Kind::Bytes),
            ("opened_at", Kind::Int),
            ("status", Kind::Text),
            ("population", Kind::Bytes),
            ("content", Kind::Bytes),
        ],
        key: 1,
        indexes: &[&["opened_at", "id"], &["status", "opened_at", "id"]],
    }];

    type Key = Uuid;
    type Row = CampaignRow;

    fn keys(event: &StoredEvent, keys: &mut Vec<Uuid>) {
        if matches!(event.event, Event::Campaign(_)) {
            keys.push(event.stream);
        }
    }

    fn fold(
        event: &StoredEvent,
        id: Uuid,
        row: Option<CampaignRow>,
    ) -> Result<Option<CampaignRow>, String> {
        let Event::Campaign(campaign) = &event.event else {
            return Ok(row);
        };
        if let CampaignEvent::Opened(opened) = campaign {
            return Ok(Some(CampaignRow {
                id: CampaignId(id),
                content: opened.content.clone(),
                frozen: opened.frozen.clone(),
                opened_at: event.recorded_at,
                opened_by: event.actor.clone(),
                opened_position: event.position,
                closed: None,
                version: event.version,
            }));
        }
        let mut row = row.ok_or(ABSENT)?;
        row.version = event.version;
        match campaign {
            CampaignEvent::Opened(_) | CampaignEvent::ReviewersReminded(_) => {}
            CampaignEvent::Closed(closed) => {
                row.closed = Some(ClosedCampaign {
                    at: event.recorded_at,
                    position: event.position,
                    by: event.actor.clone(),
                    at_due: closed.at_due,
                    reason: closed.reason.clone(),
                });
            }
        }
        Ok(Some(row))
    }

    fn cells(row: &CampaignRow) -> Result<Cells, String> {
        Ok(vec![
            row.opened_at.timestamp_micros().into(),
            row.status().text().into(),
            row.frozen.population.0.into(),
            content(row)?,
        ])
    }

    fn row(cells: Cells) -> Result<CampaignRow, String> {
        of_content(cells)
    }
}

impl Views {
    /// Campaigns of this status (none = any), the newest first, a page at a time.
    ///
    /// # Errors
    /// If the database fails, or the cursor is of another list.
    pub async fn campaigns(
        &self,
        status: Option<CampaignStatus>,
        page: &Page,
    ) -> Result<Paged<CampaignRow>, ViewError> {
        let status = status.map(|status| Expr::col("status").eq(status.text()));
        let list = List {
            condition: Cond::all().add_option(status),
            sort: "opened_at",
            order: SortOrder::Descending,
        };
        self.list::<Campaigns>(list, page).await
    }

    /// One campaign.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn campaign(&self, id: CampaignId) -> Result<Option<CampaignRow>, ViewError> {
        self.get::<Campaigns>(id.0).await
    }

    /// These campaigns, in any order.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn campaigns_among(&self, ids: &[Uuid]) -> Result<Vec<CampaignRow>, ViewError> {
        self.among::<Campaigns>(ids).await
    }
}
