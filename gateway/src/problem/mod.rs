//! Answers that say no: RFC 9457 `application/problem+json`, each with a stable type.
//!
//! What can be answered, with which status, is one table: [`table.rs`](table). Which refusal of the domain is which
//! problem is in `refusals.rs`; what axum itself rejects, in `rejections.rs`.

mod refusals;
mod rejections;
mod table;

pub(crate) use table::Kind;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use std::borrow::Cow;
use tenure_domain::problem::FieldProblem;
use utoipa::ToSchema;

/// An answer that says no.
#[derive(Clone, Debug)]
pub(crate) struct Problem {
    pub(crate) kind: Kind,
    pub(crate) detail: Cow<'static, str>,
    pub(crate) errors: Vec<FieldError>,
    /// Seconds after which it is worth trying again.
    pub(crate) retry_after: Option<u32>,
    /// For a wrong method: the right ones.
    pub(crate) allow: Option<String>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({"field": "name", "code": "too-long", "message": "is longer than 20 characters"}))]
pub(crate) struct FieldError {
    /// Path of the field: `lifecycle.periods[0]`, `owners`.
    pub(crate) field: String,
    /// Stable code.
    pub(crate) code: String,
    /// For people.
    pub(crate) message: String,
}

/// RFC 9457 problem.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody {
    /// Stable, for programs: `urn:tenure:problem:name-taken`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The same for every problem of this type.
    pub(crate) title: &'static str,
    /// The status of this answer.
    pub(crate) status: u16,
    /// What is the matter this time, and what to do.
    pub(crate) detail: Cow<'static, str>,
    /// Every field that is not right.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) errors: Vec<FieldError>,
}

impl Problem {
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        let retry_after = (kind.row().1 == 503).then_some(1);
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            retry_after,
            allow: None,
        }
    }

    /// There is no such thing, or the caller need not know of it.
    pub(crate) fn not_found() -> Self {
        Self::new(
            Kind::NotFound,
            "There is nothing here, or nothing that you may see.",
        )
    }

    /// One field of the body is not right.
    pub(crate) fn invalid(field: &str, code: &str, message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, "Some fields are not right.").with_field(field, code, message)
    }

    pub(crate) fn with_field(
        mut self,
        field: &str,
        code: &str,
        message: impl Into<String>,
    ) -> Self {
        self.errors.push(FieldError {
            field: field.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        });
        self
    }

    /// The fields are below `field` in the body.
    pub(crate) fn within(mut self, field: &str) -> Self {
        for error in &mut self.errors {
            error.field = format!("{field}.{}", error.field);
        }
        self
    }

    pub(crate) fn retry_after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.kind.row().1).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Something broke here: logged with its cause, which the caller is not told.
    pub(crate) fn internal(cause: &dyn std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed for a reason of our own");
        Self::new(
            Kind::Internal,
            "Something broke here. It was logged; the request id finds it.",
        )
    }

    /// Store, views or broker cannot be reached: logged with its cause, which the caller is not told.
    pub(crate) fn unavailable(cause: &dyn std::fmt::Display) -> Self {
        tracing::warn!(%cause, "a request could not be served for now");
        Self::new(
            Kind::Unavailable,
            "A part that is needed cannot be reached for now. Try again shortly.",
        )
    }
}

impl From<Problem> for ProblemBody {
    fn from(problem: Problem) -> Self {
        let (slug, status, title) = problem.kind.row();
        Self {
            kind: format!("urn:tenure:problem:{slug}"),
            title,
            status,
            detail: problem.detail,
            errors: problem.errors,
        }
    }
}

impl From<FieldProblem> for FieldError {
    fn from(problem: FieldProblem) -> Self {
        let code = serde_json::to_value(&problem.problem).ok();
        let code = code
            .as_ref()
            .and_then(|value| value.get("code"))
            .and_then(serde_json::Value::as_str);
        Self {
            code: code.unwrap_or("invalid").to_owned(),
            message: problem.problem.to_string(),
            field: problem.field,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let (retry_after, allow) = (self.retry_after, self.allow.clone());
        let body = serde_json::to_vec(&ProblemBody::from(self)).unwrap_or_default();
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "application/problem+json")],
            body,
        )
            .into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = allow.and_then(|allow| HeaderValue::from_str(&allow).ok()) {
            headers.insert(header::ALLOW, allow);
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Bearer realm=\"tenure\""),
            );
        }
        response
    }
}
