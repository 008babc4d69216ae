//! The audit trail as a file: as CSV what a filter finds; as NDJSON a stretch of the history itself, which proves itself.
//! Both end with a line that says what they hold: without it a file is not whole.

use super::{
    audit::{ListAudit, entries, filter},
    csv,
};
use crate::{
    app::App,
    exporter::Exporter,
    history::HistoryEntry,
    problem::Problem,
    query::{Direction, Filter, invalid_query, search},
};
use axum::{
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use chrono::SecondsFormat;
use futures::{FutureExt, SinkExt, channel::mpsc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::io;
use tenure_domain::user::Exported;
use tenure_eventstore::{ExportError, Head};
use tenure_projections::{AuditFilter, LONGEST_PAGE, Page, SortOrder, Start};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

const HEADER: &str =
    "position,at_utc,actor_kind,actor,actor_id,kind,object,type,sentence,correlation,causation,id";
/// Chunks that may wait for a slow reader.
const WAITING: usize = 4;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rows))
        .routes(routes!(history))
}

/// Exports the trail as CSV, times in UTC: all that the filter finds at this moment, the oldest first unless asked otherwise,
/// whatever `limit`, `offset` and `cursor` say. Its last row says `complete`, how many rows there are, the positions of the
/// first and the last one, up to which position the history was looked at and its hash there, and the SHA-256 of all that
/// stands before that row.
#[utoipa::path(get, path = "/api/v1/audit/export", tag = "Audit", params(ListAudit),
    responses((status = 200, content_type = "text/csv", body = String)))]
async fn rows(
    State(app): State<App>,
    exporter: Exporter,
    Filter(wanted): Filter<ListAudit>,
) -> Result<Response, Problem> {
    let mut filter = filter(&wanted)?;
    let text = search(wanted.text.clone());
    let text = text.map_err(|_| invalid_query("text", "is longer than 200 characters"))?;
    exporter.record(Exported::AuditTrail).await?;
    // What comes meanwhile is not in it; that somebody exports it, is.
    let head = app.instance.store.head().await;
    let head = head.map_err(|error| Problem::unavailable(&error))?;
    let up_to = filter.up_to_position.unwrap_or(head.position);
    filter.up_to_position = Some(up_to.min(head.position));
    let views = &app.instance.views;
    views
        .wait_for(head.position, app.config.wait_for_views)
        .await?;
    let export = Export {
        exporter,
        app,
        filter,
        text,
        order: wanted.order.unwrap_or(Direction::Asc).into(),
        next: Some(Start::default()),
        written: Tally::new(head),
    };
    csv::all("audit-trail.csv", HEADER, export).await
}

/// What is still to come.
struct Export {
    app: App,
    exporter: Exporter,
    filter: AuditFilter,
    text: Option<String>,
    order: SortOrder,
    next: Option<Start>,
    written: Tally,
}

/// What was written.
struct Tally {
    head: Head,
    count: u64,
    ends: Option<(u64, u64)>,
    hash: Sha256,
}

impl Tally {
    fn new(head: Head) -> Self {
        Self {
            head,
            count: 0,
            ends: None,
            hash: Sha256::new_with_prefix(csv::head(HEADER)),
        }
    }

    fn add(&mut self, position: u64) {
        self.count += 1;
        let first = self.ends.map_or(position, |(first, _)| first);
        self.ends = Some((first, position));
    }

    fn manifest(&self) -> [String; 7] {
        let end = |of: fn((u64, u64)) -> u64| {
            self.ends
                .map(of)
                .map(|at| at.to_string())
                .unwrap_or_default()
        };
        [
            "complete".to_owned(),
            self.count.to_string(),
            end(|ends| ends.0),
            end(|ends| ends.1),
            self.head.position.to_string(),
            hex::encode(self.head.hash),
            hex::encode(self.hash.clone().finalize()),
        ]
    }
}

impl csv::Rows for Export {
    fn is_done(&self) -> bool {
        self.next.is_none()
    }

    async fn page(mut self) -> Result<(Bytes, Self), Problem> {
        let page = Page {
            start: self.next.take().unwrap_or_default(),
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let views = &self.app.instance.views;
        let (rows, next) = match &self.text {
            Some(text) => {
                let found = views
                    .audit_search(&self.filter, text, self.order, &page)
                    .await?;
                (found.rows, found.next)
            }
            None => {
                let found = views.audit(&self.filter, self.order, &page).await?;
                (found.rows, found.next)
            }
        };
        let mut text = String::new();
        for entry in entries(&self.app, &self.exporter.signed, rows).await? {
            self.written.add(entry.position);
            write_row(&mut text, &entry);
        }
        self.written.hash.update(&text);
        self.next = next.map(Start::After);
        if self.next.is_none() {
            csv::write_row(&mut text, &self.written.manifest());
        }
        Ok((text.into(), self))
    }
}

fn write_row(text: &mut String, entry: &HistoryEntry) {
    let (kind, name, id) = match &entry.actor {
        Some(actor) => (actor.kind, actor.name.clone(), actor.id),
        None => ("", String::new(), None),
    };
    let id = id.map(|id| id.to_string()).unwrap_or_default();
    let cause = entry.causation.map(|cause| cause.to_string());
    let cells = [
        entry.position.to_string(),
        entry.at.to_rfc3339_opts(SecondsFormat::Micros, true),
        kind.to_owned(),
        name,
        id,
        entry.kind.clone(),
        entry.object.to_string(),
        entry.event_type.clone(),
        entry.sentence.clone(),
        entry.correlation.to_string(),
        cause.unwrap_or_default(),
        entry.id.to_string(),
    ];
    csv::write_row(text, &cells);
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
    State(app): State<App>,
    exporter: Exporter,
    Filter(wanted): Filter<Stretch>,
) -> Result<Response, Problem> {
    let store = app.instance.store.clone();
    let head = store.head().await;
    let head = head.map_err(|error| Problem::unavailable(&error))?.position;
    let after = wanted.after.unwrap_or(0);
    let last = wanted.up_to;
    if after > head {
        return Err(invalid_query("after", "is beyond the end of the history"));
    }
    if last.is_some_and(|last| last > head || last < after) {
        return Err(invalid_query(
            "up_to",
            "is beyond the history, or before its beginning here",
        ));
    }
    exporter.record(Exported::History).await?;
    let at = app.instance.system.now();
    let (mut failed, lines) = mpsc::channel::<io::Result<Bytes>>(WAITING);
    let sender = failed.clone();
    tokio::spawn(async move {
        let exported = store.export(after, last, at, |lines| {
            let mut sender = sender.clone();
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
    let headers = [
        (header::CONTENT_TYPE, "application/x-ndjson"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"history.ndjson\"",
        ),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}
