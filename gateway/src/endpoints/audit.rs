//! The audit trail: every event, filtered.

use crate::{
    access::authorise::Signed,
    app::App,
    history::{ActorBody, HistoryEntry, actor_id, hides_approvers, is_decision_type},
    names::Names,
    problem::Problem,
    query::{Direction, Filter, Total, invalid_query, page},
};
use axum::{Json, extract::State};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{Actor, EngineId, UserId};
use tenure_projections::AuditFilter;
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
    /// After this position.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    after: Option<u64>,
    /// Which way; the newest first by itself.
    #[param(inline)]
    order: Option<Direction>,
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
    total: Total,
    /// For `cursor`: where the next page begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists what happened, to everything, by everybody.
#[utoipa::path(get, path = "/api/v1/audit", tag = "Audit", params(ListAudit), responses((status = 200, body = AuditTrail)))]
async fn list(
    State(app): State<App>,
    signed: Signed,
    Filter(wanted): Filter<ListAudit>,
) -> Result<Json<AuditTrail>, Problem> {
    let actor = match (wanted.user, wanted.engine) {
        (Some(_), Some(_)) => {
            return Err(invalid_query("engine", "does not go together with user"));
        }
        (Some(user), None) => Some(Actor::User(UserId(user))),
        (None, engine) => engine.map(|engine| Actor::Engine(EngineId(engine))),
    };
    if wanted
        .after
        .is_some_and(|after| i64::try_from(after).is_err())
    {
        return Err(invalid_query("after", "is no position"));
    }
    let filter = AuditFilter {
        actor,
        kind: wanted.kind,
        stream: wanted.object,
        type_name: wanted.event_type,
        from: wanted.from,
        to: wanted.to,
        after_position: wanted.after,
        correlation: wanted.correlation,
        ..AuditFilter::default()
    };
    let page = page(wanted.limit, wanted.offset, wanted.cursor)?;
    let found = app
        .instance
        .views
        .audit(
            &filter,
            wanted.order.unwrap_or(Direction::Desc).into(),
            &page,
        )
        .await?;
    let names = Names::of(
        &app,
        found.rows.iter().filter_map(|row| actor_id(&row.actor)),
    )
    .await?;
    let mut items = Vec::with_capacity(found.rows.len());
    for row in found.rows {
        let hidden =
            is_decision_type(&row.type_name) && hides_approvers(&app, &signed, row.stream).await?;
        items.push(HistoryEntry {
            position: row.position,
            id: row.id,
            at: row.recorded_at,
            actor: (!hidden).then(|| ActorBody::new(&row.actor, &names)),
            kind: row.kind,
            object: row.stream,
            event_type: row.type_name,
            sentence: row.summary,
            correlation: row.correlation,
            causation: row.causation,
        });
    }
    Ok(Json(AuditTrail {
        items,
        total: found.total.into(),
        next: found.next.map(|cursor| cursor.0),
    }))
}
