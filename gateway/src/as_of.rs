//! `?as_of=`: the answer as it was at a position, at an instant, or when a day ended. Who asks may see of the past what they may see of the same
//! today: rights are those of now, and the objects that one sees now are shown as they were.

use crate::{
    app::App,
    problem::{Kind, Problem},
    query::invalid_query,
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderName, HeaderValue, Method, Uri, request::Parts},
    response::Response,
};
use chrono::{DateTime, NaiveDate, NaiveTime, SecondsFormat, TimeDelta, Utc};

/// The queries that can be asked of the past.
pub(crate) const PATHS: &[&str] = &[
    "/api/v1/accounts",
    "/api/v1/accounts/export",
    "/api/v1/accounts/totals",
    "/api/v1/accounts/{id}",
    "/api/v1/accounts/{id}/history",
    "/api/v1/approvals",
    "/api/v1/audit/export",
    "/api/v1/audit/history",
    "/api/v1/audit/segregation",
    "/api/v1/audit/segregation/export",
    "/api/v1/campaigns",
    "/api/v1/campaigns/{id}",
    "/api/v1/campaigns/{id}/export",
    "/api/v1/campaigns/{id}/reviews",
    "/api/v1/deputies",
    "/api/v1/domains",
    "/api/v1/domains/{id}",
    "/api/v1/domains/{id}/unmanaged-accounts/removals",
    "/api/v1/drift",
    "/api/v1/drift/export",
    "/api/v1/engines",
    "/api/v1/engines/{id}",
    "/api/v1/groups",
    "/api/v1/groups/{id}",
    "/api/v1/requests",
    "/api/v1/requests/export",
    "/api/v1/requests/{id}",
    "/api/v1/requests/{id}/approvers",
    "/api/v1/requests/{id}/history",
    "/api/v1/reviews",
    "/api/v1/roles",
    "/api/v1/roles/{id}",
    "/api/v1/templates",
    "/api/v1/templates/{id}",
    "/api/v1/templates/{id}/versions",
    "/api/v1/templates/{id}/versions/{version}",
    "/api/v1/users",
    "/api/v1/users/{id}",
    "/api/v1/users/{id}/deputy",
];

/// Queries for what is kept and is no history, and what says how it was instead.
const NO_HISTORY: &[(&[&str], &str)] = &[
    (
        &[
            "/api/v1/domains/{id}/groups",
            "/api/v1/domains/{id}/people",
            "/api/v1/domains/{id}/people/preview",
            "/api/v1/domains/{id}/synchronisation",
            "/api/v1/domains/{id}/units",
            "/api/v1/domains/{id}/unmanaged-accounts",
            "/api/v1/domains/{id}/unmanaged-accounts/export",
            "/api/v1/domains/{id}/unmanaged-accounts/report",
            "/api/v1/domains/{id}/unmanaged-accounts/summary",
            "/api/v1/domains/{id}/users",
        ],
        "is not known here: a directory is copied, not recorded, so this is as it was read last. Ask /api/v1/accounts and \
        /api/v1/drift for the managed accounts as they were, and /api/v1/audit for what Tenure did and learned",
    ),
    (
        &[
            "/api/v1/domains/{id}/calibration",
            "/api/v1/domains/{id}/pool",
            "/api/v1/engines/{id}/calibration",
            "/api/v1/engines/{id}/log",
        ],
        "is not known here: what engines say of themselves is not recorded, so this is of now. Ask /api/v1/engines for the \
        engines as they were, and /api/v1/audit?engine= for what each reported",
    ),
    (
        &["/api/v1/audit", "/api/v1/audit/{position}"],
        "is not known here: the trail is the past itself. Ask for its events up to a position, with up_to",
    ),
];

/// Why there is no past to be asked for.
fn no_past(method: &Method, path: &str) -> Problem {
    let queries = matches!(*method, Method::GET | Method::HEAD);
    let known = NO_HISTORY.iter().find(|(paths, _)| paths.contains(&path));
    let why = match known.filter(|_| queries) {
        Some((_, why)) => why,
        None => "is not known here: this has no past",
    };
    Problem::new(Kind::InvalidQuery, format!("as_of {why}.")).with_field("as_of", "no-past", why)
}

/// The position that an answer stands at, and the instant.
const POSITION: HeaderName = HeaderName::from_static("tenure-as-of-position");
const INSTANT: HeaderName = HeaderName::from_static("tenure-as-of-instant");

/// A place in the history, and what the clock said there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) position: u64,
    pub(crate) instant: DateTime<Utc>,
}

impl Moment {
    /// Says in the answer where it stands.
    pub(crate) fn mark(self, response: &mut Response) {
        let instant = self.instant.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        for (name, value) in [(POSITION, self.position.to_string()), (INSTANT, instant)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(name, value);
            }
        }
    }
}

/// The application as the query wants it: of today, unless it says `as_of`.
pub(crate) struct AsOf(pub(crate) App);

impl FromRequestParts<App> for AsOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Ok(Self(
            parts
                .extensions
                .get()
                .cloned()
                .unwrap_or_else(|| app.clone()),
        ))
    }
}

/// The application as of what the query says; none if it says nothing.
///
/// # Errors
/// If that is no moment of the past, or the endpoint knows no past.
pub(crate) async fn wanted(
    app: &App,
    method: &Method,
    path: &str,
    uri: &Uri,
) -> Result<Option<App>, Problem> {
    let mut pairs = uri.query().unwrap_or_default().split('&');
    let Some(text) = pairs.find_map(|pair| pair.strip_prefix("as_of=")) else {
        return Ok(None);
    };
    if !matches!(*method, Method::GET | Method::HEAD) || !PATHS.contains(&path) {
        return Err(no_past(method, path));
    }
    // An offset's plus sign, however it was written.
    let text = text
        .replace("%3A", ":")
        .replace("%3a", ":")
        .replace("%2B", "+");
    let moment = moment(app, &text).await?;
    let instance = app.today.as_of(moment.position, moment.instant).await?;
    Ok(Some(app.of_the_past(instance, moment)))
}

async fn moment(app: &App, text: &str) -> Result<Moment, Problem> {
    let unavailable = |error| Problem::unavailable(&error);
    let store = &app.today.store;
    if let Ok(position) = text.parse::<u64>() {
        let instant = store.instant_of(position).await.map_err(unavailable)?;
        let unknown = || Problem::new(Kind::UnknownPosition, "The history does not reach as_of.");
        let instant = match position {
            0 => DateTime::UNIX_EPOCH,
            _ => instant.ok_or_else(unknown)?,
        };
        return Ok(Moment { position, instant });
    }
    let now = app.today.business.now();
    let future = || invalid_query("as_of", "must not be in the future");
    let instant = match text.parse::<NaiveDate>() {
        Ok(day) if day > now.date_naive() => return Err(future()),
        // A day is as it was when it ended, and today has not yet.
        Ok(day) => {
            let next = day.succ_opt().unwrap_or(day).and_time(NaiveTime::MIN);
            now.min(next.and_utc() - TimeDelta::microseconds(1))
        }
        Err(_) => DateTime::parse_from_rfc3339(text)
            .map_err(|_| {
                let forms = "must be a position, a day, or an instant like 2026-03-01T12:00:00Z";
                invalid_query("as_of", forms)
            })?
            .to_utc(),
    };
    if instant > now {
        return Err(future());
    }
    let position = store.position_at(instant).await.map_err(unavailable)?;
    Ok(Moment { position, instant })
}
