//! What queries have in common: ids in paths, filters and pages in the query string.

use crate::{
    app::App,
    problem::{Kind, Problem},
};
use axum::{
    extract::{FromRequestParts, Path, Query},
    http::{Uri, request::Parts},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tenure_projections::{Count, Cursor, LONGEST_PAGE, Page, SortOrder, Start, ViewError};
use utoipa::ToSchema;
use uuid::Uuid;

/// An id in the path: any text that is no UUID names nothing.
pub(crate) struct Id(pub(crate) Uuid);

impl FromRequestParts<App> for Id {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Path(id) = Path::<Uuid>::from_request_parts(parts, app).await?;
        Ok(Self(id))
    }
}

/// The filters of a list. `at_least` and `as_of` belong to all of them and were seen to before.
pub(crate) struct Filter<T>(pub(crate) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Filter<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        filter_without(&parts.uri, &[])
    }
}

/// The filters of a list, without what else was seen to before: each as it begins, `name=`.
pub(crate) fn filter_without<T: DeserializeOwned>(
    uri: &Uri,
    seen_to: &[&str],
) -> Result<Filter<T>, Problem> {
    let seen_to = |pair: &&str| {
        let mut all = ["at_least=", "as_of="].iter().chain(seen_to);
        !all.any(|name| pair.starts_with(name))
    };
    let pairs = uri.query().unwrap_or_default().split('&').filter(seen_to);
    let own = format!("/?{}", pairs.collect::<Vec<_>>().join("&"));
    let uri = own
        .parse::<Uri>()
        .map_err(|error| Problem::internal(&error))?;
    let Query(filter) = Query::<T>::try_from_uri(&uri)?;
    Ok(Filter(filter))
}

/// A value of the query is not right.
pub(crate) fn invalid_query(field: &str, message: &str) -> Problem {
    Problem::new(Kind::InvalidQuery, format!("{field} {message}.")).with_field(
        field,
        "malformed",
        message,
    )
}

/// A search text: bounded, since nothing that long is found anyway.
pub(crate) fn search(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > 200 => {
            Err(invalid_query("search", "is longer than 200 characters"))
        }
        text => Ok(text.filter(|text| !text.trim().is_empty())),
    }
}

/// Which page.
pub(crate) fn page(
    limit: Option<u32>,
    offset: Option<u64>,
    cursor: Option<String>,
) -> Result<Page, Problem> {
    let limit = limit.unwrap_or(50);
    if !(1..=LONGEST_PAGE).contains(&limit) {
        return Err(invalid_query("limit", "must be between 1 and 500"));
    }
    let start = match (offset, cursor) {
        (Some(_), Some(_)) => {
            return Err(invalid_query("offset", "does not go together with cursor"));
        }
        (_, Some(cursor)) if cursor.len() > 1_000 => {
            return Err(invalid_query("cursor", "is not one of this list"));
        }
        (_, Some(cursor)) => Start::After(Cursor(cursor)),
        (Some(offset), _) if offset > 1_000_000 => {
            return Err(invalid_query("offset", "is beyond 1,000,000: use cursor"));
        }
        (offset, None) => Start::Offset(offset.unwrap_or(0)),
    };
    Ok(Page {
        start,
        limit,
        uncounted: false,
    })
}

/// Direction of sorting, as the API says it.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Direction {
    /// Smallest first.
    #[default]
    Asc,
    /// Greatest first.
    Desc,
}

impl From<Direction> for SortOrder {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Asc => Self::Ascending,
            Direction::Desc => Self::Descending,
        }
    }
}

/// How many rows a list has in all.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Total {
    /// Exact up to 10,000.
    value: u64,
    /// There are more.
    more: bool,
}

impl Total {
    /// Of what was counted one by one.
    pub(crate) fn exactly(count: usize) -> Self {
        Self {
            value: count as u64,
            more: false,
        }
    }
}

impl From<Count> for Total {
    fn from(count: Count) -> Self {
        Self {
            value: count.value,
            more: count.more,
        }
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Cursor => invalid_query("cursor", "is not one of this list"),
            ViewError::Behind { at, wanted } => Self::new(
                Kind::ProjectionBehind,
                format!("The read model is at {at}, not yet at {wanted}. Try again shortly."),
            ),
            ViewError::Unreadable { .. } | ViewError::Unfoldable { .. } => Self::internal(&error),
            ViewError::Database(_)
            | ViewError::Store(_)
            | ViewError::Stopped { .. }
            | ViewError::Unknown(_)
            | ViewError::Fenced
            | ViewError::OtherHistory => Self::unavailable(&error),
        }
    }
}
