//! One event of the audit trail: from where it came, and what it changed of its object.

use super::template_compare::{DifferenceBody, names_in};
use crate::{
    access::authorise::Signed,
    app::App,
    history::{HistoryEntry, hides_approvers, shown},
    problem::Problem,
};
use axum::{
    Json,
    extract::{Path, State, rejection::PathRejection},
};
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_domain::{
    Event,
    permission::{Feature, Verb},
    template::{Difference, differences},
};
use tenure_eventstore::StoredEvent;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// Events of one object read at a time.
const PAGE: usize = 1_000;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(detail))
}

/// One event, and what it changed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditEvent {
    #[serde(flatten)]
    event: HistoryEntry,
    /// Version of the object that it made.
    object_version: u64,
    /// From where: the address of the client, where a person or a program asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_address: Option<String>,
    /// Every field of the object that it changed.
    changes: Vec<DifferenceBody>,
    /// Are there changes that the caller may not read? Approvers whose names are hidden, or another person's data.
    changes_hidden: bool,
    /// Names of the people, groups, roles and other objects whose ids are among the values.
    names: BTreeMap<Uuid, String>,
}

/// Shows one event by its position: who, when, from where, and its object before and after.
#[utoipa::path(get, path = "/api/v1/audit/{position}", tag = "Audit", params(("position" = u64, Path, minimum = 1)),
    responses((status = 200, body = AuditEvent)))]
async fn detail(
    State(app): State<App>,
    signed: Signed,
    path: Result<Path<u64>, PathRejection>,
) -> Result<Json<AuditEvent>, Problem> {
    let Path(position) = path?;
    // What the database cannot count to is not there either.
    let before = position
        .checked_sub(1)
        .filter(|before| i64::try_from(*before).is_ok())
        .ok_or_else(Problem::not_found)?;
    let read = app.instance.store.read(before, 1).await;
    let event = read
        .map_err(|error| Problem::unavailable(&error))?
        .pop()
        .filter(|event| event.position == position)
        .ok_or_else(Problem::not_found)?;
    let hidden = hidden(&app, &signed, &event).await?;
    let found = if hidden {
        Vec::new()
    } else {
        changes(&app, &event).await?
    };
    let (object_version, client_address) = (event.version, event.client_address.clone());
    let entry = shown(&app, &signed, vec![event]).await?.items.pop();
    Ok(Json(AuditEvent {
        event: entry.ok_or_else(Problem::not_found)?,
        object_version,
        client_address,
        changes_hidden: hidden,
        names: names_in(&app, &found).await?,
        changes: found.into_iter().map(DifferenceBody::from).collect(),
    }))
}

/// Who may not see approvers, or other people, does not see them in what an event changed either.
async fn hidden(app: &App, signed: &Signed, event: &StoredEvent) -> Result<bool, Problem> {
    Ok(match event.event {
        Event::Request(_) => hides_approvers(app, signed, event.stream).await?,
        Event::User(_) => !signed.reaches_all(Feature::User, Verb::Read),
        _ => false,
    })
}

/// What the object said before the event and after it.
async fn changes(app: &App, event: &StoredEvent) -> Result<Vec<Difference>, Problem> {
    let mut events = Vec::new();
    let mut version = 0;
    while version < event.version {
        let left = usize::try_from(event.version - version).unwrap_or(PAGE);
        let page = app
            .instance
            .store
            .read_stream(event.kind, event.stream, version, left.min(PAGE))
            .await
            .map_err(|error| Problem::unavailable(&error))?;
        let Some(last) = page.last() else { break };
        version = last.version;
        events.extend(page.into_iter().map(|stored| stored.event));
    }
    let (before, after) = Event::around_last(events).map_err(|error| Problem::internal(&error))?;
    Ok(differences(&before, &after))
}
