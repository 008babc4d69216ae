//! Cross-site request forgery: a browser sends cookies by itself, so an unsafe request that is authenticated by a cookie
//! must show that our own page made it.

use crate::problem::{Kind, Problem};
use axum::http::{HeaderMap, Method, header};

/// Any value will do: a page of another site cannot set it without asking us first (CORS), and we never agree.
const OWN_HEADER: &str = "x-tenure-request";

pub(crate) fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses what another site's page may have made. Programs that send neither header are no browsers.
pub(crate) fn refuse_foreign(headers: &HeaderMap) -> Result<(), Problem> {
    match shown_origin(headers) {
        Some(false) => Err(cross_site()),
        Some(true) | None => Ok(()),
    }
}

/// Refuses what was not shown to come from our own page.
pub(crate) fn require_same_origin(headers: &HeaderMap) -> Result<(), Problem> {
    match shown_origin(headers) {
        Some(true) => Ok(()),
        None if headers.contains_key(OWN_HEADER) => Ok(()),
        Some(false) | None => Err(cross_site()),
    }
}

/// Does the browser say that the request is our own page's? `None`: it says nothing.
fn shown_origin(headers: &HeaderMap) -> Option<bool> {
    if let Some(site) = headers.get("sec-fetch-site") {
        // `none` is a person typing an address; unsafe requests never come of that.
        return Some(site == "same-origin");
    }
    let origin = headers.get(header::ORIGIN)?.to_str().unwrap_or_default();
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or_default();
    let of_origin = origin
        .strip_prefix("https://")
        .or_else(|| origin.strip_prefix("http://"));
    Some(!host.is_empty() && of_origin == Some(host))
}

fn cross_site() -> Problem {
    Problem::new(
        Kind::CrossSite,
        "A request that changes something and is signed in by a cookie must come from Tenure's own page: send Origin, \
         Sec-Fetch-Site or X-Tenure-Request, or use a bearer token.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        let parsed = |(name, value): &(&str, &str)| {
            (
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        pairs.iter().map(parsed).collect()
    }

    #[test]
    fn only_our_own_page_passes() {
        let passes = |pairs: &[(&str, &str)]| require_same_origin(&headers(pairs)).is_ok();
        assert!(passes(&[("sec-fetch-site", "same-origin")]));
        assert!(passes(&[
            ("origin", "https://tenure.example"),
            ("host", "tenure.example")
        ]));
        assert!(passes(&[("x-tenure-request", "1")]));
        assert!(!passes(&[]));
        assert!(!passes(&[
            ("sec-fetch-site", "cross-site"),
            ("x-tenure-request", "1")
        ]));
        assert!(!passes(&[("sec-fetch-site", "same-site")]));
        assert!(!passes(&[
            ("origin", "https://evil.example"),
            ("host", "tenure.example")
        ]));
        assert!(!passes(&[("origin", "null"), ("host", "tenure.example")]));
    }
}
