//! Requests as a file: the whole list of a filter, streamed, however long it is.

use super::request_list::{ListRequests, filter, held_by, names_of, sort};
use crate::{
    access::authorise::Signed,
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    held_by::{HeldBy, HolderKind},
    list_export::{Cell, Exporting, InFormat, List, Origin, Row, Rows},
    names::Names,
    problem::Problem,
    query::Direction,
};
use axum::response::Response;
use tenure_domain::{request::RequestKind, user::Exported};
use tenure_projections::{
    LONGEST_PAGE, Page, RequestFilter, RequestRow, RequestSort, SortOrder, Start,
};
use utoipa_axum::{router::OpenApiRouter, routes};

static LIST: List<13> = List {
    file: "requests",
    row: "request",
    columns: [
        "name",
        "kind",
        "status",
        "requester",
        "template",
        "held_by",
        "step",
        "held_since_utc",
        "created_at_utc",
        "submitted_at_utc",
        "changed_at_utc",
        "justification",
        "id",
    ],
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Exports requests, times in UTC: all that the filter finds, whatever `limit`, `offset` and `cursor` say. The last line says
/// what the file holds, as of which position: schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/requests/export", tag = "Requests", params(ListRequests, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Exporting(wanted, format): Exporting<ListRequests>,
) -> Result<Response, Problem> {
    let filter = filter(&exporter.signed, &wanted)?;
    let begin = async {
        let origin = Origin::folded(&app).await?;
        let export = Export {
            filter,
            sort: sort(wanted.sort),
            order: wanted.order.unwrap_or(Direction::Desc).into(),
            start: Start::default(),
            signed: exporter.signed.clone(),
            app: app.clone(),
        };
        Ok((origin, export))
    };
    LIST.hand_out(&exporter, Exported::Requests, format, begin)
        .await
}

/// What is still to come.
struct Export {
    app: App,
    signed: Signed,
    filter: RequestFilter,
    sort: RequestSort,
    order: SortOrder,
    start: Start,
}

impl Rows<13> for Export {
    async fn page(self) -> Result<(Vec<Row<13>>, Option<Self>), Problem> {
        let page = Page {
            start: self.start,
            limit: LONGEST_PAGE,
            uncounted: true,
        };
        let views = &self.app.instance.views;
        let found = views
            .requests(&self.filter, self.sort, self.order, &page)
            .await?;
        let names = names_of(&self.app, &found.rows).await?;
        let rows = found.rows.iter().map(|request| {
            let held = held_by(&self.signed, request, &names);
            row(request, held, &names)
        });
        let rows = rows.collect();
        let rest = found.next.map(|next| Self {
            start: Start::After(next),
            ..self
        });
        Ok((rows, rest))
    }
}

fn row(request: &RequestRow, held: HeldBy, names: &Names) -> Row<13> {
    let kind = match request.kind {
        RequestKind::NewAccount => "new-account",
        RequestKind::Renewal(_) => "renewal",
        RequestKind::Change(_) => "change",
    };
    let holder = holder(&held);
    let cells = [
        request.name().into(),
        kind.into(),
        request.status.text().into(),
        names.named(request.requester.0).name.into(),
        names.named(request.template.0).name.into(),
        holder,
        held.step.into(),
        held.since.into(),
        request.created_at.into(),
        request.submitted_at.into(),
        request.changed_at.into(),
        request.content.justification.clone().into(),
        request.id.0.into(),
    ];
    Row::about("request", request.id.0, cells)
}

/// The people, where the caller may know them; otherwise what they are.
fn holder(held: &HeldBy) -> Cell {
    if let Some(people) = &held.people {
        let names = people.iter().map(|one| one.name.clone());
        return names.collect::<Vec<_>>().into();
    }
    match held.kind {
        HolderKind::Requester => "requester",
        HolderKind::Approvers => "approvers",
        HolderKind::Fallback => "fallback approvers",
        HolderKind::Engine => "engine",
        HolderKind::Operator => "operator",
        HolderKind::Nobody => return Cell::Nothing,
    }
    .into()
}
