//! The audit trail as a file: what a filter finds, as a list like others; and a stretch of the history itself, which proves
//! itself. Both end with a line that says what they hold: without it a file is not whole.

use super::audit::{ListAudit, entries, filter};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    exporter::{Exporter, File},
    history::HistoryEntry,
    list_export::{Cell, Exporting, InFormat, List, Origin, Row, Rows},
    problem::Problem,
    query::{Direction, Filter, invalid_query, search},
};
use axum::{body::Body, response::Response};
use bytes::Bytes;
use futures::FutureExt;
use serde::Deserialize;
use std::io;
use tenure_domain::user::Exported;
use tenure_eventstore::ExportError;
use tenure_projections::{AuditFilter, LONGEST_PAGE, Page, SortOrder, Start};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

static LIST: List<12> = List {
    file: "audit-trail",
    row: "event",
    columns: [
        "position",
        "at_utc",
        "actor_kind",
        "actor",
        "actor_id",
        "kind",
        "object",
        "type",
        "sentence",
        "correlation",
        "causation",
        "id",
    ],
};

/// Chunks that may wait for a slow reader.
const WAITING: usize = 4;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rows))
        .routes(routes!(history))
}

/// Exports the trail, times in UTC: all that the filter finds at this moment, the oldest first unless asked otherwise,
/// whatever `limit`, `offset` and `cursor` say. The last line says how many rows there are, the positions of the first and the
/// last one, up to which position the history was looked at and its hash there, and the SHA-256 of all that stands before:
/// schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "Audit", params(ListAudit, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn rows(
    AsOf(app): AsOf,
    exporter: Exporter,
    Exporting(wanted, format): Exporting<ListAudit>,
) -> Result<Response, Problem> {
    let mut filter = filter(&wanted)?;
    let text = search(wanted.text.clone());
    let text = text.map_err(|_| invalid_query("text", "is longer than 200 characters"))?;
    let begin = async {
        // What comes meanwhile is not in it; that somebody exports it, is.
        let last = match app.as_of {
            Some(moment) => moment.position,
            None => head(&app).await?,
        };
        let up_to = filter.up_to_position.unwrap_or(last);
        filter.up_to_position = Some(up_to.min(last));
        let views = &app.today.views;
        views.wait_for(last, app.config.wait_for_views).await?;
        let export = Export {
            signed: exporter.signed.clone(),
            app: app.clone(),
            filter,
            text,
            order: wanted.order.unwrap_or(Direction::Asc).into(),
            start: Start::default(),
        };
        Ok((Origin::events_to(&app, last).await?, export))
    };
    LIST.hand_out(&exporter, Exported::AuditTrail, format, begin)
        .await
}

async fn head(app: &App) -> Result<u64, Problem> {
    let head = app.today.store.head().await;
    let head = head.map_err(|error| Problem::unavailable(&error))?;
    Ok(head.position)
}

/// What is still to come.
struct Export {
    app: App,
    signed: Signed,
    filter: AuditFilter,
    text: Option<String>,
    order: SortOrder,
    start: Start,
}

impl Rows<12> for Export {
    async fn page(self) -> Result<(Vec<Row<12>>, Option<Self>), Problem> {
        let page = Page {
            start: self.start,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        // Events are as they were: the trail of then is the beginning of that of now.
        let views = &self.app.today.views;
        let (found, next) = match &self.text {
            Some(text) => {
                let found = views.audit_search(&self.filter, text, self.order, &page);
                let found = found.await?;
                (found.rows, found.next)
            }
            None => {
                let found = views.audit(&self.filter, self.order, &page).await?;
                (found.rows, found.next)
            }
        };
        let entries = entries(&self.app, &self.signed, found).await?;
        let rest = next.map(|next| Self {
            start: Start::After(next),
            ..self
        });
        Ok((entries.into_iter().map(row).collect(), rest))
    }
}

fn row(entry: HistoryEntry) -> Row<12> {
    let (kind, name, id) = match entry.actor {
        Some(actor) => (actor.kind.into(), actor.name.into(), actor.id),
        None => (Cell::Nothing, Cell::Nothing, None),
    };
    let cells = [
        entry.position.into(),
        Cell::exactly(entry.at),
        kind,
        name,
        id.into(),
        entry.kind.clone().into(),
        entry.object.into(),
        entry.event_type.into(),
        entry.sentence.into(),
        entry.correlation.into(),
        entry.causation.into(),
        entry.id.into(),
    ];
    Row::about(&entry.kind, entry.object, cells)
        .named(entry.id.to_string())
        .at(entry.position, entry.at)
}

/// Which stretch of the history.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Stretch {
    /// Behind this position; from the beginning by itself.
    #[param(minimum = 0, maximum = 9_223_372_036_854_775_807_i64)]
    after: Option<u64>,
    /// Up to this position; the newest by itself.
    #[param(minimum = 1, maximum = 9_223_372_036_854_775_807_i64)]
    up_to: Option<u64>,
}

/// Exports the history as it is stored, a line of JSON for each event (CloudEvents), personal data sealed. The last line says
/// how many there are, with their hashes: `tenure audit verify --export` checks it without this server, and schemas/export.md
/// tells how to.
#[utoipa::path(get, path = "/api/v1/audit/history", tag = "Audit", params(Stretch),
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
async fn history(
    AsOf(app): AsOf,
    exporter: Exporter,
    Filter(wanted): Filter<Stretch>,
) -> Result<Response, Problem> {
    let newest = head(&app).await?;
    let then = app.as_of.map(|moment| moment.position);
    let after = wanted.after.unwrap_or(0);
    if after > then.unwrap_or(newest) {
        return Err(invalid_query("after", "is beyond the end of the history"));
    }
    if wanted
        .up_to
        .is_some_and(|last| last > newest || last < after)
    {
        return Err(invalid_query(
            "up_to",
            "is beyond the history, or before its beginning here",
        ));
    }
    let last = match (wanted.up_to, then) {
        (Some(last), Some(then)) => Some(last.min(then)),
        (last, then) => last.or(then),
    };
    let file = File {
        name: "history.ndjson".to_owned(),
        content_type: "application/x-ndjson",
    };
    let written = async { Ok(stretch(&app, after, last)) };
    exporter.hand_out(Exported::History, file, written).await
}

/// The history behind `after`, up to `last` or its end, as it is read.
fn stretch(app: &App, after: u64, last: Option<u64>) -> Body {
    let (store, at) = (app.today.store.clone(), app.instance.system.now());
    // However many clones send: one of `futures` has room for one more chunk with each clone.
    let (failed, lines) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let sender = failed.clone();
    tokio::spawn(async move {
        let exported = store.export(after, last, at, |lines| {
            let sender = sender.clone();
            // Whoever reads may have gone.
            async move {
                sender
                    .send(Ok(lines.into()))
                    .await
                    .map_err(io::Error::other)
            }
            .boxed()
        });
        match exported.await {
            Ok(_) | Err(ExportError::Write(_)) => {}
            Err(error) => {
                tracing::error!(%error, "an export of the history broke off");
                let _ = failed.send(Err(io::Error::other(error.to_string()))).await;
            }
        }
    });
    Body::from_stream(ReceiverStream::new(lines))
}
