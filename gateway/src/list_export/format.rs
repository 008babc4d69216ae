//! As what a list is written.

use crate::{
    app::App,
    exporter::File,
    problem::Problem,
    query::{self, Filter},
};
use axum::{
    extract::{FromRequestParts, Query},
    http::request::Parts,
};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::{IntoParams, ToSchema};

/// As what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// A table for spreadsheets.
    #[default]
    Csv,
    /// Lines of JSON, each a CloudEvent.
    Ndjson,
}

impl Format {
    /// The file that is called so.
    pub(super) fn file(self, name: &str) -> File {
        let (ending, content_type) = match self {
            Self::Csv => ("csv", "text/csv; charset=utf-8"),
            Self::Ndjson => ("ndjson", "application/x-ndjson"),
        };
        File {
            name: format!("{name}.{ending}"),
            content_type,
        }
    }
}

/// What every export of a list can be asked for beside its filters.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct InFormat {
    /// A table for spreadsheets, or lines of JSON; a table by itself. Both end with what they hold.
    #[param(inline)]
    format: Option<Format>,
}

/// The filters of a list that is taken out, and as what.
pub(crate) struct Exporting<T>(pub(crate) T, pub(crate) Format);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Exporting<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        let Query(InFormat { format }) = Query::try_from_uri(&parts.uri)?;
        let Filter(filter) = query::filter_without(&parts.uri, &["format="])?;
        Ok(Self(filter, format.unwrap_or_default()))
    }
}
