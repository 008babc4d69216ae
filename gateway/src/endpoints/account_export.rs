//! Accounts as a file: the whole list of a filter, streamed, however long it is.

use super::account_queries::{ListAccounts, filter, seen_today, sort};
use crate::{
    app::App,
    as_of::AsOf,
    exporter::Exporter,
    list_export::{Exporting, InFormat, List, Origin, Row, Rows},
    names::{Names, owner_id},
    problem::Problem,
};
use axum::response::Response;
use chrono::{DateTime, Utc};
use tenure_domain::{lifecycle::EndOfLifecycleAction, user::Exported};
use tenure_projections::{
    AccountFilter, AccountRow, AccountSort, LONGEST_PAGE, Page, SortOrder, Start,
};
use utoipa_axum::{router::OpenApiRouter, routes};

static LIST: List<10> = List {
    file: "accounts",
    row: "account",
    columns: [
        "name",
        "status",
        "enabled",
        "domain",
        "template",
        "owners",
        "action",
        "lifecycle_end_utc",
        "renewal_open",
        "id",
    ],
};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Exports accounts, times in UTC: all that the filter finds, whatever `limit`, `offset` and `cursor` say. The last line says
/// what the file holds, as of which position: schemas/export.md describes it.
#[utoipa::path(get, path = "/api/v1/accounts/export", tag = "Accounts", params(ListAccounts, InFormat),
    responses((status = 200, content((String = "text/csv"), (String = "application/x-ndjson")))))]
async fn export(
    AsOf(app): AsOf,
    exporter: Exporter,
    Exporting(wanted, format): Exporting<ListAccounts>,
) -> Result<Response, Problem> {
    let filter = filter(&exporter.signed, &wanted)?;
    let filter = seen_today(&app, &exporter.signed, filter, wanted.of_owner()).await?;
    let begin = async {
        let origin = Origin::folded(&app).await?;
        let export = Export {
            now: app.instance.business.now(),
            filter,
            sort: sort(wanted.sort),
            order: wanted.order.unwrap_or_default().into(),
            start: Start::default(),
            app: app.clone(),
        };
        Ok((origin, export))
    };
    LIST.hand_out(&exporter, Exported::Accounts, format, begin)
        .await
}

/// What is still to come.
struct Export {
    app: App,
    filter: AccountFilter,
    sort: AccountSort,
    order: SortOrder,
    now: DateTime<Utc>,
    start: Start,
}

impl Rows<10> for Export {
    async fn page(self) -> Result<(Vec<Row<10>>, Option<Self>), Problem> {
        let page = Page {
            start: self.start,
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
        let rows = found
            .rows
            .iter()
            .map(|account| row(account, &names, self.now));
        let rows = rows.collect();
        let rest = found.next.map(|next| Self {
            start: Start::After(next),
            ..self
        });
        Ok((rows, rest))
    }
}

fn row(account: &AccountRow, names: &Names, now: DateTime<Utc>) -> Row<10> {
    let owners = account.owners.iter().map(|owner| names.owner(owner).name);
    let cells = [
        account.name.clone().into(),
        account.status().text().into(),
        account.enabled.into(),
        names.named(account.domain.0).name.into(),
        names.named(account.template.0).name.into(),
        owners.collect::<Vec<_>>().into(),
        action(account.action).into(),
        account.lifecycle_end.into(),
        account.situation(now).renewal_open.into(),
        account.id.0.into(),
    ];
    Row::about("account", account.id.0, cells)
}

fn action(action: EndOfLifecycleAction) -> &'static str {
    match action {
        EndOfLifecycleAction::Review => "review",
        EndOfLifecycleAction::Disable => "disable",
        EndOfLifecycleAction::Expire => "expire",
        EndOfLifecycleAction::Delete => "delete",
    }
}
