//! The audit trail: every event, filtered.

use crate::{
    access::authorise::Signed,
    app::App,
    history::{ActorBody, HistoryEntry, actor_id, hides_approvers, is_decision_type, object_names},
    names::Names,
    problem::Problem,
    query::{Direction, Filter, Total, invalid_query, page, search},
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{Actor, EngineId, UserId};
use tenure_projections::{AuditFilter, AuditRow};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListAudit {
    /// By this person.
    user: Option<Uuid>,
    /// By this engine.
    engine: Option<Uuid>,
    /// About this kind of object: `account`, `request`, …
    #[param(max_length = 40)]
    kind: Option<String>,
    /// About this object.
    object: Option<Uuid>,
    /// Of this type: `account.renewed`.
    #[serde(rename = "type")]
    #[param(max_length = 80)]
    event_type: Option<String>,
    /// What followed from one action of a person.
    correlation: Option<Uuid>,
    /// At or after this instant.
    from: Option<DateTime<Utc>>,
    /// Before this instant.
    to: Option<DateTime<Utc>>,
    /// Whose sentence says this: all of these words, the last one perhaps only begun.
    #[param(max_length = 200)]
    pub(super) text: Option<String>,
    /// After this position.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    after: Option<u64>,
    /// Up to this position.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    up_to: Option<u64>,
    /// Which way; the newest first by itself.
    #[param(inline)]
    pub(super) order: Option<Direction>,
    /// Rows of a page.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u32>,
    /// Rows to leave out.
    #[param(minimum = 0, maximum = 1_000_000)]
    offset: Option<u64>,
    /// The `next` of the page before.
    #[param(max_length = 1000)]
    cursor: Option<String>,
}

/// A page of the audit trail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditTrail {
    items: Vec<HistoryEntry>,
    /// With `text`, as many as were found so far.
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// With `text`: the search stopped at this position, although its page is not full. `cursor` goes on, or `after` this
    /// position, or `up_to` the one before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reached: Option<u64>,
}

/// Lists what happened, to everything, by everybody.
#[utoipa::path(get, path = "/api/v1/audit", tag = "Audit", params(ListAudit), responses((status = 200, body = AuditTrail)))]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Filter(wanted): Filter<ListAudit>,
) -> Result<Json<AuditTrail>, Problem> {
    let (filter, order) = (
        filter(&wanted)?,
        wanted.order.unwrap_or(Direction::Desc).into(),
    );
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let views = &app.instance.views;
    let text = search(wanted.text);
    let text = text.map_err(|_| invalid_query("text", "is longer than 200 characters"))?;
    let (rows, total, next, reached) = match text {
        Some(text) => {
            let found = views.audit_search(&filter, &text, order, &page).await?;
            (found.rows, found.total, found.next, found.reached)
        }
        None => {
            let found = views.audit(&filter, order, &page).await?;
            (found.rows, found.total, found.next, None)
        }
    };
    let items = entries(&app, &signed, rows).await?;
    Ok(Json(AuditTrail {
        items,
        total: total.into(),
        next: next.map(|cursor| cursor.0),
        reached,
    }))
}

/// What the query asks for, but for its text.
pub(super) fn filter(wanted: &ListAudit) -> Result<AuditFilter, Problem> {
    let actor = match (wanted.user, wanted.engine) {
        (Some(_), Some(_)) => {
            return Err(invalid_query("engine", "does not go together with user"));
        }
        (Some(user), None) => Some(Actor::User(UserId(user))),
        (None, engine) => engine.map(|engine| Actor::Engine(EngineId(engine))),
    };
    for (name, position) in [("after", wanted.after), ("up_to", wanted.up_to)] {
        if position.is_some_and(|position| i64::try_from(position).is_err()) {
            return Err(invalid_query(name, "is no position"));
        }
    }
    Ok(AuditFilter {
        actor,
        kind: wanted.kind.clone(),
        stream: wanted.object,
        type_name: wanted.event_type.clone(),
        from: wanted.from,
        to: wanted.to,
        after_position: wanted.after,
        up_to_position: wanted.up_to,
        correlation: wanted.correlation,
    })
}

/// Rows of the trail, as the person may read them.
pub(super) async fn entries(
    app: &App,
    signed: &Signed,
    rows: Vec<AuditRow>,
) -> Result<Vec<HistoryEntry>, Problem> {
    let names = Names::of(app, rows.iter().filter_map(|row| actor_id(&row.actor))).await?;
    let objects = rows.iter().map(|row| (row.kind.as_str(), row.stream));
    let objects = object_names(app, signed, objects).await?;
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let hidden =
            is_decision_type(&row.type_name) && hides_approvers(app, signed, row.stream).await?;
        items.push(HistoryEntry {
            position: row.position,
            id: row.id,
            at: row.recorded_at,
            actor: (!hidden).then(|| ActorBody::new(&row.actor, &names)),
            kind: row.kind,
            object: row.stream,
            name: objects.get(&row.stream).cloned(),
            event_type: row.type_name,
            sentence: row.summary,
            correlation: row.correlation,
            causation: row.causation,
        });
    }
    Ok(items)
}
