//! Moving the business clock, where it is a virtual one: demo and tests.

use crate::{
    app::App,
    command::Command,
    problem::{Kind, Problem},
};
use axum::{Json, extract::State};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tenure_workflow::ClockError;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// Furthest step at once.
const MOST_DAYS: u32 = 3_660;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(advance))
}

/// How far: so many days, or to an instant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"days": 30}))]
pub(crate) struct Advance {
    /// So many days.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3660)]
    days: Option<u32>,
    /// To this instant.
    #[serde(default)]
    to: Option<DateTime<Utc>>,
}

/// Where the clock is now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Advanced {
    business_time: DateTime<Utc>,
    /// Timers that fired on the way.
    fired: usize,
    /// For `at_least`.
    position: u64,
}

/// Moves the business clock forward, doing in order everything that falls due on the way. 404 where the clock is real.
#[utoipa::path(post, path = "/api/v1/clock/advance", tag = "System", request_body = Advance,
    responses((status = 200, body = Advanced)))]
async fn advance(
    State(app): State<App>,
    command: Command<Advance>,
) -> Result<Json<Advanced>, Problem> {
    if app.instance.virtual_clock.is_none() {
        return Err(Problem::not_found());
    }
    let now = app.instance.business.now();
    let furthest = now + TimeDelta::days(i64::from(MOST_DAYS));
    let to = match (command.body.days, command.body.to) {
        (Some(days), None) if (1..=MOST_DAYS).contains(&days) => {
            now + TimeDelta::days(i64::from(days))
        }
        (None, Some(to)) if to <= furthest => to,
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "to",
                "conflict",
                "does not go together with days",
            ));
        }
        (None, Some(_)) => {
            return Err(Problem::invalid(
                "to",
                "malformed",
                "is more than ten years ahead",
            ));
        }
        (_, None) => {
            return Err(Problem::invalid(
                "days",
                "malformed",
                format!("must be between 1 and {MOST_DAYS}"),
            ));
        }
    };
    let progress = app
        .work
        .advance_clock(&app.instance, to, |_| ())
        .await
        .map_err(|error| match error {
            ClockError::NotVirtual => Problem::not_found(),
            ClockError::Backwards { .. } => Problem::new(Kind::ClockBackwards, error.to_string()),
            ClockError::Stuck { .. } => Problem::unavailable(&error),
            ClockError::Command(error) => error.into(),
        })?;
    let head = app
        .instance
        .store
        .head()
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    Ok(Json(Advanced {
        business_time: progress.now,
        fired: progress.fired,
        position: head.position,
    }))
}
