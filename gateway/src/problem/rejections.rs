//! What is rejected before a handler is reached.

use super::{Kind, Problem};
use axum::extract::rejection::{PathRejection, QueryRejection};

impl From<PathRejection> for Problem {
    /// An id of the wrong form names nothing.
    fn from(_: PathRejection) -> Self {
        Self::not_found()
    }
}

impl From<QueryRejection> for Problem {
    fn from(rejection: QueryRejection) -> Self {
        let said = rejection.body_text();
        let said = said
            .strip_prefix("Failed to deserialize query string: ")
            .unwrap_or(&said);
        let (field, message) = said.split_once(": ").unwrap_or(("query", said));
        let message = for_people(message);
        Self::new(
            Kind::InvalidQuery,
            format!(
                "The query cannot be read: {}: {}.",
                shortened(field),
                shortened(message)
            ),
        )
        .with_field(&shortened(field), "malformed", shortened(message))
    }
}

/// The parser of instants does not say what it expects.
fn for_people(said: &str) -> &str {
    match said {
        "input contains invalid characters"
        | "premature end of input"
        | "trailing input"
        | "input is out of range" => "must be an instant such as 2026-12-31T00:00:00Z",
        said => said,
    }
}

/// What a parser says may repeat the input: no more of it than a person reads.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

impl Problem {
    /// The body is not what was expected, at this path.
    pub(crate) fn unreadable_body(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let path = error.path().to_string();
        let said = error.inner().to_string();
        let said = for_people(said.split(" at line ").next().unwrap_or(&said));
        let problem = Self::new(
            Kind::InvalidJson,
            format!("The body cannot be read: {}.", shortened(said)),
        );
        match error.inner().classify() {
            serde_json::error::Category::Data => {
                let code = if said.starts_with("unknown field") {
                    "unknown-field"
                } else if said.starts_with("missing field") {
                    "missing"
                } else {
                    "malformed"
                };
                problem.with_field(&shortened(&path), code, shortened(said))
            }
            _ => problem,
        }
    }
}
