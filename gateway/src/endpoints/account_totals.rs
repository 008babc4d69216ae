//! How many accounts there are, for the dashboard.

use super::account_queries::{own, seen_today};
use crate::{
    access::authorise::Signed, app::App, as_of::AsOf, problem::Problem, query::Filter, schema,
};
use axum::Json;
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tenure_domain::{
    lifecycle::{EndOfLifecycleAction, Status},
    permission::{Feature, Verb},
};
use tenure_projections::{AccountFilter, EndsOfWeek};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(totals))
}

/// Whose accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    /// Only one's own, by oneself or a group.
    mine: Option<bool>,
}

/// How many accounts there are, exactly.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountTotals {
    /// Every status, those without accounts too.
    by_status: Vec<StatusTotal>,
    /// Accounts that live and come to their end in the weeks from today, 00:00 UTC, on.
    ends: Vec<WeekOfEnds>,
    /// Those whose last change the directory refused; up to 10,000.
    failed: u64,
}

/// How many of a status.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StatusTotal {
    #[schema(value_type = schema::AccountStatus)]
    status: Status,
    count: u64,
}

/// Ends within a week, by what happens then.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WeekOfEnds {
    /// Ends at or after this instant …
    from: DateTime<Utc>,
    /// … and before this one.
    until: DateTime<Utc>,
    review: u64,
    disable: u64,
    expire: u64,
    delete: u64,
}

impl From<EndsOfWeek> for WeekOfEnds {
    fn from(week: EndsOfWeek) -> Self {
        let of = |wanted| {
            let found = week.ends.iter().find(|(action, _)| *action == wanted);
            found.map_or(0, |(_, count)| *count)
        };
        Self {
            from: week.from,
            until: week.from + TimeDelta::weeks(1),
            review: of(EndOfLifecycleAction::Review),
            disable: of(EndOfLifecycleAction::Disable),
            expire: of(EndOfLifecycleAction::Expire),
            delete: of(EndOfLifecycleAction::Delete),
        }
    }
}

/// Counts accounts by status, and those that end in the next twelve weeks; without *manage*, one's own.
#[utoipa::path(get, path = "/api/v1/accounts/totals", tag = "Accounts", params(Whose),
    responses((status = 200, body = AccountTotals)))]
async fn totals(
    AsOf(app): AsOf,
    signed: Signed,
    Filter(whose): Filter<Whose>,
) -> Result<Json<AccountTotals>, Problem> {
    let all = signed.reaches_all(Feature::ManagedAccount, Verb::Read) && whose.mine != Some(true);
    let filter = AccountFilter {
        owned_by: if all { Vec::new() } else { own(&signed) },
        ..AccountFilter::default()
    };
    let mine = whose.mine == Some(true);
    let filter = seen_today(&app, &signed, filter, mine).await?;
    let failed = AccountFilter {
        failed: true,
        ..filter.clone()
    };
    let today = app.instance.business.now().date_naive();
    let views = &app.instance.views;
    let by_status = views.account_totals(&filter).await?;
    let ends = views
        .account_ends(&filter, today.and_time(NaiveTime::MIN).and_utc())
        .await?;
    Ok(Json(AccountTotals {
        by_status: by_status
            .into_iter()
            .map(|(status, count)| StatusTotal { status, count })
            .collect(),
        ends: ends.into_iter().map(WeekOfEnds::from).collect(),
        failed: views.account_count(&failed).await?.value,
    }))
}
