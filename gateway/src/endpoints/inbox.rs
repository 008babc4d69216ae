//! What one was told, in the inbox.

use crate::{
    access::authorise::Signed,
    app::App,
    command::{Command, Nothing},
    problem::Problem,
    query::{Filter, Id, invalid_query},
};
use axum::{Json, extract::State, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_eventstore::{
    StoreError,
    state::{InboxFilter, InboxMessage},
};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(unread))
        .routes(routes!(mark_read))
        .routes(routes!(mark_unread))
        .routes(routes!(mark_all_read))
}

/// Which notices.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListInbox {
    /// About this kind of object: `template`, `request`, `account`, `domain` or `engine`.
    #[param(max_length = 40)]
    category: Option<String>,
    /// Only those that were not read.
    #[serde(default)]
    unread: bool,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// The `next` of the page before.
    #[param(max_length = 100)]
    cursor: Option<String>,
}

/// A page of the inbox, the newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Inbox {
    items: Vec<InboxEntry>,
    /// Of all, not of this page.
    unread: u64,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A notice.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "0192f0c1-a2b3-7c4d-8e5f-001122334455", "notice": "approval-required", "category": "request", "object": "0192f0c1-a2b3-7c4d-8e5f-001122334456", "title": "Approval needed: svc-backup", "at": "2026-01-10T12:00:00Z", "read": false, "position": 42}))]
pub(crate) struct InboxEntry {
    id: Uuid,
    /// Which notice: `approval-required`.
    notice: String,
    /// The kind of object that it is about.
    category: String,
    /// That object.
    object: Uuid,
    /// What it says, in one line.
    title: String,
    /// When it came.
    at: DateTime<Utc>,
    read: bool,
    /// Of the event that it is about.
    position: u64,
}

impl From<InboxMessage> for InboxEntry {
    fn from(message: InboxMessage) -> Self {
        Self {
            id: message.id,
            notice: message.notice,
            category: message.category,
            object: message.object,
            title: message.title,
            at: message.told_at,
            read: message.read_at.is_some(),
            position: message.position,
        }
    }
}

/// How many notices were not read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unread {
    unread: u64,
}

/// Up to where the inbox was read, and what of it.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"position": 42, "category": "request"}))]
pub(crate) struct ReadUpTo {
    /// What came after it stays unread: the newest position that one has seen. Without it, everything.
    #[serde(default)]
    position: Option<u64>,
    /// Only what is about this kind of object: `template`, `request`, `account`, `domain` or `engine`.
    #[serde(default)]
    #[schema(max_length = 40)]
    category: Option<String>,
}

fn unavailable(error: StoreError) -> Problem {
    Problem::unavailable(&error)
}

/// Lists what one was told.
#[utoipa::path(get, path = "/api/v1/inbox", tag = "Inbox", params(ListInbox), responses((status = 200, body = Inbox)))]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Filter(wanted): Filter<ListInbox>,
) -> Result<Json<Inbox>, Problem> {
    let limit = wanted.limit.unwrap_or(50);
    if !(1..=500).contains(&limit) {
        return Err(invalid_query("limit", "must be between 1 and 500"));
    }
    let before = match wanted.cursor.as_deref() {
        None => None,
        Some(cursor) => {
            Some(place(cursor).ok_or_else(|| invalid_query("cursor", "is not one of this list"))?)
        }
    };
    let filter = InboxFilter {
        category: wanted.category,
        unread: wanted.unread,
        before,
    };
    let tables = app.instance.store.state_tables();
    let mut found = tables
        .inbox(signed.user(), &filter, limit + 1)
        .await
        .map_err(unavailable)?;
    let (unread, _) = tables
        .inbox_state(signed.user())
        .await
        .map_err(unavailable)?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let last = found.last().filter(|_| more);
    let next = last.map(|last| format!("{}.{}", last.position, last.id));
    let items = found.into_iter().map(Into::into).collect();
    Ok(Json(Inbox {
        items,
        unread,
        next,
    }))
}

fn place(cursor: &str) -> Option<(u64, Uuid)> {
    let (position, id) = cursor.split_once('.')?;
    let position = position
        .parse()
        .ok()
        .filter(|at| i64::try_from(*at).is_ok())?;
    Some((position, id.parse().ok()?))
}

/// Counts what one has not read.
#[utoipa::path(get, path = "/api/v1/inbox/unread", tag = "Inbox", responses((status = 200, body = Unread)))]
async fn unread(State(app): State<App>, signed: Signed) -> Result<Json<Unread>, Problem> {
    let state = app
        .instance
        .store
        .state_tables()
        .inbox_state(signed.user())
        .await;
    let (unread, _) = state.map_err(unavailable)?;
    Ok(Json(Unread { unread }))
}

async fn mark(
    app: &App,
    signed: &Signed,
    id: Uuid,
    at: Option<DateTime<Utc>>,
) -> Result<StatusCode, Problem> {
    let tables = app.instance.store.state_tables();
    if tables
        .mark_read(signed.user(), id, at)
        .await
        .map_err(unavailable)?
    {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::not_found())
    }
}

/// Marks a notice as read.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/read", tag = "Inbox", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 204)))]
async fn mark_read(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<StatusCode, Problem> {
    mark(&app, &command.signed, id, Some(app.instance.system.now())).await
}

/// Marks a notice as not read.
#[utoipa::path(post, path = "/api/v1/inbox/{id}/unread", tag = "Inbox", params(("id" = Uuid, Path)),
    request_body = Nothing, responses((status = 204)))]
async fn mark_unread(
    State(app): State<App>,
    Id(id): Id,
    command: Command<Nothing>,
) -> Result<StatusCode, Problem> {
    mark(&app, &command.signed, id, None).await
}

/// Marks everything as read, or what is about one kind of object, or everything up to a position.
#[utoipa::path(post, path = "/api/v1/inbox/read-all", tag = "Inbox", request_body = ReadUpTo,
    responses((status = 204)))]
async fn mark_all_read(
    State(app): State<App>,
    command: Command<ReadUpTo>,
) -> Result<StatusCode, Problem> {
    let tables = app.instance.store.state_tables();
    let position = command.body.position.unwrap_or(u64::MAX);
    let now = app.instance.system.now();
    let category = command.body.category.as_deref();
    let marked = tables
        .mark_all_read(command.signed.user(), category, position, now)
        .await;
    marked.map_err(unavailable)?;
    Ok(StatusCode::NO_CONTENT)
}
