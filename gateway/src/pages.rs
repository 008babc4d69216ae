//! The web application, as `ui/` built it. Every address that is not the API's and not a file's is one of its pages, and
//! gets the same document.

use crate::problem::Problem;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use rand::{TryRngCore as _, rngs::OsRng};
use rust_embed::Embed;

/// What Vite wrote; in a debug build read when asked for.
#[derive(Embed)]
#[folder = "../ui/dist"]
struct Built;

/// The one document.
const DOCUMENT: &str = "index.html";
/// Stands in the document where this answer's nonce belongs.
const NONCE: &str = "__CSP_NONCE__";
/// Vite names these files by what is in them.
const HASHED: &str = "assets/";
/// The API's own: never a page, so that a mistyped address is not answered by HTML.
const NOT_PAGES: [&str; 4] = ["api/", "healthz", "readyz", "metrics"];

/// Answers what no route does.
pub(crate) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    let reads = matches!(method, Method::GET | Method::HEAD);
    if !reads || path == "api" || NOT_PAGES.iter().any(|api| path.starts_with(api)) {
        return Problem::not_found().into_response();
    }
    if path != DOCUMENT
        && let Some(answer) = file(path, &headers)
    {
        return answer;
    }
    let wants_page = header_text(&headers, header::ACCEPT).contains("text/html");
    if path.starts_with(HASHED) || !wants_page && !path.is_empty() {
        return Problem::not_found().into_response();
    }
    match Built::get(DOCUMENT) {
        Some(document) => page(&document.data),
        None => not_built(),
    }
}

/// A file as it is, in the smallest form that the browser reads.
fn file(path: &str, headers: &HeaderMap) -> Option<Response> {
    // Ours alone, for people who look: what is beside the files in another form has no address of its own.
    if path.ends_with(".br") || path.ends_with(".gz") {
        return None;
    }
    let plain = Built::get(path)?;
    let accepted = header_text(headers, header::ACCEPT_ENCODING);
    let coded = [("br", "br"), ("gzip", "gz")]
        .into_iter()
        .filter(|(coding, _)| accepts(accepted, coding))
        .find_map(|(coding, ending)| Some((coding, Built::get(&format!("{path}.{ending}"))?)));
    let (coding, content) = coded.map_or((None, plain), |(coding, file)| (Some(coding), file));
    let tag = format!(
        "\"{}\"",
        BASE64_URL_SAFE_NO_PAD.encode(&content.metadata.sha256_hash()[..12])
    );
    let cache = if path.starts_with(HASHED) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let known = header_text(headers, header::IF_NONE_MATCH)
        .split(',')
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(content.data.into_owned()).into_response()
    };
    let answered = response.headers_mut();
    answered.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind(path)));
    answered.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    answered.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(coding) = coding {
        answered.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answered.insert(header::ETAG, tag);
    }
    Some(response)
}

/// The document, with a nonce of its own: so it has no ETag, and is never taken from a cache.
fn page(document: &[u8]) -> Response {
    let mut bytes = [0; 18];
    if let Err(error) = OsRng.try_fill_bytes(&mut bytes) {
        return Problem::internal(&error).into_response();
    }
    let nonce = BASE64_STANDARD.encode(bytes);
    let text = String::from_utf8_lossy(document).replace(NONCE, &nonce);
    // Scripts are our own files. Styles too, but for those that the component library makes as it needs them.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
         form-action 'self'"
    );
    let mut response = Html(text).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// A Rust-only developer's binary.
fn not_built() -> Response {
    Html(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Tenure</title>\n<h1>Tenure</h1>\n\
         <p>This binary was built without the web application. In the source tree, <code>make ui</code> builds it; \
         <code>make build</code> and <code>make demo</code> do so by themselves.</p>\n\
         <p>The HTTP API is here: <a href=\"/api/v1/openapi.json\">its description (OpenAPI 3.1)</a>. \
         People without a browser use the <code>tenure</code> command: <code>tenure --help</code>.</p>\n</html>\n",
    )
    .into_response()
}

fn header_text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default()
}

fn accepts(accepted: &str, coding: &str) -> bool {
    accepted.split(',').any(|part| {
        let (name, rest) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
        name.eq_ignore_ascii_case(coding) && rest.replace(' ', "") != "q=0"
    })
}

fn kind(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    async fn ask(method: Method, path: &str, asked: &[(header::HeaderName, &str)]) -> Response {
        let headers = asked
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().unwrap()))
            .collect();
        serve(method, path.parse().unwrap(), headers).await
    }

    #[tokio::test]
    async fn the_api_is_never_shadowed_by_a_page() {
        let html = [(header::ACCEPT, "text/html")];
        for path in [
            "/api/v1/nothing",
            "/api",
            "/api/",
            "/healthz/x",
            "/assets/gone.js",
        ] {
            let answer = ask(Method::GET, path, &html).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert_eq!(answer.headers()["content-type"], "application/problem+json");
        }
        assert_eq!(ask(Method::POST, "/accounts", &html).await.status(), 404);
        // A program that mistypes an address is told so.
        assert_eq!(ask(Method::GET, "/accounts", &[]).await.status(), 404);
        assert_eq!(ask(Method::GET, "/../Cargo.toml", &[]).await.status(), 404);
    }

    #[tokio::test]
    async fn every_page_has_a_document_whether_the_application_was_built_or_not() {
        let html = [(header::ACCEPT, "text/html,*/*")];
        for path in ["/", "/accounts/0198", "/index.html"] {
            let answer = ask(Method::GET, path, &html).await;
            assert_eq!(answer.status(), 200);
            assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
            let text = to_bytes(answer.into_body(), 100_000).await.unwrap();
            assert!(String::from_utf8_lossy(&text).contains("<title>Tenure</title>"));
        }
    }

    #[tokio::test]
    async fn the_document_names_the_nonce_of_its_policy_and_never_the_same_twice() {
        let document = br#"<meta name="csp-nonce" content="__CSP_NONCE__">"#;
        let mut seen = Vec::new();
        for _ in 0..2 {
            let answer = page(document);
            let policy = answer.headers()["content-security-policy"]
                .to_str()
                .unwrap()
                .to_owned();
            let nonce = policy
                .split("'nonce-")
                .nth(1)
                .unwrap()
                .split('\'')
                .next()
                .unwrap()
                .to_owned();
            assert!(!policy.contains("unsafe"));
            assert!(!answer.headers().contains_key("etag"));
            let text = to_bytes(answer.into_body(), 100_000).await.unwrap();
            assert!(String::from_utf8_lossy(&text).contains(&nonce));
            seen.push(nonce);
        }
        assert_ne!(seen[0], seen[1]);
    }

    #[test]
    fn a_coding_is_used_only_where_the_browser_reads_it() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("BR;q=0.5", "br"));
        assert!(!accepts("br; q=0, gzip", "br"));
        assert!(!accepts("", "br"));
    }
}
