//! Accounts as a spreadsheet: the whole list of a filter, streamed, however long it is.

use super::{
    account_queries::{ListAccounts, filter, seen_today, sort},
    csv,
};
use crate::{
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    names::{Names, owner_id},
    problem::Problem,
    query::Filter,
};
use axum::response::Response;
use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use tenure_domain::{lifecycle::EndOfLifecycleAction, user::Exported};
use tenure_projections::{
    AccountFilter, AccountRow, AccountSort, LONGEST_PAGE, Page, SortOrder, Start,
};
use utoipa_axum::{router::OpenApiRouter, routes};

const HEADER: &str =
    "name,status,enabled,domain,template,owners,action,lifecycle_end_utc,renewal_open,id";

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Exports accounts as CSV, times in UTC: all that the filter finds, whatever `limit`, `offset` and `cursor` say.
#[utoipa::path(get, path = "/api/v1/accounts/export", tag = "Accounts", params(ListAccounts),
    responses((status = 200, content_type = "text/csv", body = String)))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Filter(wanted): Filter<ListAccounts>,
) -> Result<Response, Problem> {
    let filter = filter(&exporter.signed, &wanted)?;
    let export = Export {
        now: app.instance.business.now(),
        filter: seen_today(&app, &exporter.signed, filter, wanted.of_owner()).await?,
        sort: sort(wanted.sort),
        order: wanted.order.unwrap_or_default().into(),
        next: Some(Start::default()),
        app,
    };
    exporter.record(Exported::Accounts).await?;
    csv::all("accounts.csv", HEADER, export).await
}

/// What is still to come.
struct Export {
    app: App,
    filter: AccountFilter,
    sort: AccountSort,
    order: SortOrder,
    now: DateTime<Utc>,
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
            .accounts(&self.filter, self.sort, self.order, &page)
            .await?;
        let ids = found.rows.iter().flat_map(|row| {
            [row.domain.0, row.template.0]
                .into_iter()
                .chain(row.owners.iter().map(owner_id))
                .collect::<Vec<_>>()
        });
        let names = Names::of(&self.app, ids).await?;
        let mut text = String::new();
        for row in &found.rows {
            write_row(&mut text, row, &names, self.now);
        }
        self.next = found.next.map(Start::After);
        Ok((text.into(), self))
    }
}

fn write_row(text: &mut String, row: &AccountRow, names: &Names, now: DateTime<Utc>) {
    let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
    let owners: Vec<_> = row.owners.iter().map(|o| names.owner(o).name).collect();
    let cells = [
        row.name.clone(),
        row.status().text().to_owned(),
        yes(row.enabled),
        names.named(row.domain.0).name,
        names.named(row.template.0).name,
        owners.join("; "),
        action(row.action).to_owned(),
        row.lifecycle_end.to_rfc3339_opts(SecondsFormat::Secs, true),
        yes(row.situation(now).renewal_open),
        row.id.to_string(),
    ];
    csv::write_row(text, &cells);
}

fn action(action: EndOfLifecycleAction) -> &'static str {
    match action {
        EndOfLifecycleAction::Review => "review",
        EndOfLifecycleAction::Disable => "disable",
        EndOfLifecycleAction::Expire => "expire",
        EndOfLifecycleAction::Delete => "delete",
    }
}
