//! Requests as a spreadsheet: the whole list of a filter, streamed, however long it is.

use super::{
    csv,
    request_list::{ListRequests, filter, held_by, names_of, sort},
};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    held_by::{HeldBy, HolderKind},
    names::Names,
    problem::Problem,
    query::{Direction, Filter},
};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use tenure_domain::{request::RequestKind, user::Exported};
use tenure_projections::{
    LONGEST_PAGE, Page, RequestFilter, RequestRow, RequestSort, SortOrder, Start,
};
use utoipa_axum::{router::OpenApiRouter, routes};

const HEADER: &str = "name,kind,status,requester,template,held_by,step,held_since_utc,created_at_utc,\
    submitted_at_utc,changed_at_utc,justification,id";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Exports requests as CSV, times in UTC: all that the filter finds, whatever `limit`, `offset` and `cursor` say.
#[utoipa::path(get, path = "/api/v1/requests/export", tag = "Requests", params(ListRequests),
    responses((status = 200, content_type = "text/csv", body = String)))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Filter(wanted): Filter<ListRequests>,
) -> Result<Response, Problem> {
    let export = Export {
        filter: filter(&exporter.signed, &wanted)?,
        sort: sort(wanted.sort),
        order: wanted.order.unwrap_or(Direction::Desc).into(),
        next: Some(Start::default()),
        signed: exporter.signed.clone(),
        app,
    };
    exporter.record(Exported::Requests).await?;
    csv::all("requests.csv", HEADER, export).await
}

/// What is still to come.
struct Export {
    app: App,
    signed: Signed,
    filter: RequestFilter,
    sort: RequestSort,
    order: SortOrder,
    next: Option<Start>,
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
        let found = views
            .requests(&self.filter, self.sort, self.order, &page)
            .await?;
        let names = names_of(&self.app, &found.rows).await?;
        let mut text = String::new();
        for row in &found.rows {
            let held = held_by(&self.signed, row, &names);
            csv::write_row(&mut text, &cells(row, held, &names));
        }
        self.next = found.next.map(Start::After);
        Ok((text.into(), self))
    }
}

fn cells(row: &RequestRow, held: HeldBy, names: &Names) -> [String; 13] {
    let at = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
    let kind = match row.kind {
        RequestKind::NewAccount => "new-account",
        RequestKind::Renewal(_) => "renewal",
        RequestKind::Change(_) => "change",
    };
    [
        row.name().to_owned(),
        kind.to_owned(),
        row.status.text().to_owned(),
        names.named(row.requester.0).name,
        names.named(row.template.0).name,
        holder(&held),
        held.step.unwrap_or_default(),
        at(held.since),
        at(row.created_at),
        row.submitted_at.map(at).unwrap_or_default(),
        at(row.changed_at),
        row.content.justification.clone(),
        row.id.to_string(),
    ]
}

/// The people, where the caller may know them; otherwise what they are.
fn holder(held: &HeldBy) -> String {
    if let Some(people) = &held.people {
        let names: Vec<_> = people.iter().map(|one| one.name.as_str()).collect();
        return names.join("; ");
    }
    match held.kind {
        HolderKind::Requester => "requester",
        HolderKind::Approvers => "approvers",
        HolderKind::Fallback => "fallback approvers",
        HolderKind::Engine => "engine",
        HolderKind::Operator => "operator",
        HolderKind::Nobody => "",
    }
    .to_owned()
}
