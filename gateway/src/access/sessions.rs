//! Sessions: a random token in a cookie or an `Authorization: Bearer` header, of which only the SHA-256 is stored.

use crate::app::App;
use crate::problem::{Kind, Problem};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{TryRngCore as _, rngs::OsRng};
use sha2::{Digest, Sha256};
use std::net::IpAddr;
use tenure_domain::{ApiTokenId, UserId};

/// Marks our tokens, so that leaked ones are found by scanners.
const PREFIX: &str = "tenure_s_";
/// Marks access tokens that programs get for an API token.
pub(crate) const ACCESS_PREFIX: &str = "tenure_a_";
/// By https: `__Host-` keeps other hosts of the same site from setting it.
const SECURE_COOKIE: &str = "__Host-tenure";
/// By http on this machine, where browsers refuse the prefix.
const PLAIN_COOKIE: &str = "tenure";

/// SHA-256 of a token.
pub(crate) type TokenHash = [u8; 32];

/// How the token came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Carrier {
    /// By a browser, by itself.
    Cookie,
    /// By a program, on purpose.
    Bearer,
}

/// A session that is valid now.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) user: UserId,
    pub(crate) token: TokenHash,
    pub(crate) carrier: Carrier,
    pub(crate) expires_at: DateTime<Utc>,
    /// The API token behind it, if it is a program's.
    pub(crate) api_token: Option<ApiTokenId>,
}

/// A new random token of 256 bits.
pub(crate) fn new_token() -> Result<String, Problem> {
    random(PREFIX)
}

/// 256 random bits behind a prefix.
pub(crate) fn random(prefix: &str) -> Result<String, Problem> {
    let mut bytes = [0; 32];
    OsRng
        .try_fill_bytes(&mut bytes)
        .map_err(|error| Problem::internal(&error))?;
    Ok(format!("{prefix}{}", BASE64_URL_SAFE_NO_PAD.encode(bytes)))
}

pub(crate) fn hash_of(token: &str) -> TokenHash {
    Sha256::digest(token).into()
}

/// The token of a request. A header wins over a cookie: it was sent on purpose.
pub(crate) fn token_of(headers: &HeaderMap) -> Option<(String, Carrier)> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
        return scheme
            .eq_ignore_ascii_case("bearer")
            .then(|| (token.trim().to_owned(), Carrier::Bearer));
    }
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let pairs: Vec<_> = cookies
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .collect();
    let named = |wanted| {
        pairs
            .iter()
            .find(|(name, _)| *name == wanted)
            .map(|(_, token)| (*token).to_owned())
    };
    named(SECURE_COOKIE)
        .or_else(|| named(PLAIN_COOKIE))
        .map(|token| (token, Carrier::Cookie))
}

/// The cookie that carries `token`; `None` where it would travel in clear.
pub(crate) fn cookie(
    app: &App,
    client: IpAddr,
    token: &str,
    lifetime: TimeDelta,
) -> Option<HeaderValue> {
    let seconds = lifetime.num_seconds();
    let text = if app.config.https() {
        format!(
            "{SECURE_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict; Secure"
        )
    } else if client.is_loopback() {
        format!("{PLAIN_COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict")
    } else {
        return None;
    };
    HeaderValue::from_str(&text).ok()
}

/// The session of a request.
///
/// # Errors
/// If there is none, or it is over: the same answer for both.
pub(crate) async fn of_request(app: &App, headers: &HeaderMap) -> Result<Session, Problem> {
    let not_signed_in = || {
        Problem::new(
            Kind::NotSignedIn,
            "There is no session, or it is over. Sign in.",
        )
    };
    let (token, carrier) = token_of(headers).ok_or_else(not_signed_in)?;
    if !(token.starts_with(PREFIX) || token.starts_with(ACCESS_PREFIX)) || token.len() > 128 {
        return Err(not_signed_in());
    }
    let token = hash_of(&token);
    let now = app.instance.system.now();
    let tables = app.instance.store.state_tables();
    let found = tables
        .session(&token, now)
        .await
        .map_err(|error| Problem::unavailable(&error))?;
    let session = found.ok_or_else(not_signed_in)?;
    if session.api_token.is_none() && session.seen_at + app.config.session_idle <= now {
        return Err(not_signed_in());
    }
    // Written at most once a minute: what a session needs is to be roughly right.
    if now - session.seen_at > TimeDelta::minutes(1) {
        tables
            .touch_session(&token, now)
            .await
            .map_err(|error| Problem::unavailable(&error))?;
    }
    Ok(Session {
        user: session.user,
        token,
        carrier,
        expires_at: session.expires_at,
        api_token: session.api_token,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_token_wins_over_a_cookie_and_the_host_cookie_over_the_plain_one() {
        let of = |pairs: &[(header::HeaderName, &str)]| {
            let headers: HeaderMap = pairs
                .iter()
                .map(|(name, value)| (name.clone(), value.parse().unwrap()))
                .collect();
            token_of(&headers)
        };
        let cookies = (header::COOKIE, "a=b; tenure=plain; __Host-tenure=secure");
        assert_eq!(
            of(std::slice::from_ref(&cookies)),
            Some(("secure".into(), Carrier::Cookie))
        );
        assert_eq!(
            of(&[cookies, (header::AUTHORIZATION, "bearer t")]),
            Some(("t".into(), Carrier::Bearer))
        );
        assert_eq!(of(&[(header::AUTHORIZATION, "Basic dXNlcg==")]), None);
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn tokens_are_random_and_recognisable() {
        let (a, b) = (new_token().unwrap(), new_token().unwrap());
        assert_ne!(a, b);
        assert!(a.starts_with(PREFIX) && a.len() == PREFIX.len() + 43);
    }
}
