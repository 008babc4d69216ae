//! Codes from mails: used once, whoever has one.

use super::sessions::hash_of;
use crate::{
    app::App,
    problem::{Kind, Problem},
};
use std::net::IpAddr;
use tenure_eventstore::state::{CodePurpose, OneTimeCode};

/// Uses the code up.
///
/// # Errors
/// If it is not right, was used or has expired: the same answer for all.
pub(crate) async fn used(
    app: &App,
    address: IpAddr,
    purpose: CodePurpose,
    code: &str,
) -> Result<OneTimeCode, Problem> {
    app.limits
        .attempt(address, "one-time-code")
        .map_err(|seconds| {
            Problem::new(Kind::TooManyAttempts, "Too many attempts. Wait a while.")
                .retry_after(seconds)
        })?;
    let now = app.instance.system.now();
    let hash = hash_of(&code.trim().to_uppercase());
    let used = app
        .instance
        .store
        .state_tables()
        .use_code(&hash, purpose, now)
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    used.ok_or_else(|| {
        Problem::new(
            Kind::CodeWrong,
            "The code is not right, was used before, or has expired. Ask an administrator for another one.",
        )
    })
}
