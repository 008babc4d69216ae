//! The page at the root, for people who open the address in a browser.

use crate::app::App;
use axum::response::Html;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(home))
}

/// A page that says what this is.
#[utoipa::path(get, path = "/", tag = "System", responses((status = 200, content_type = "text/html", body = String)))]
async fn home() -> Html<&'static str> {
    Html(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>Tenure</title>\n<h1>Tenure</h1>\n\
         <p>Every service account with an owner, a reason, an end date and a history.</p>\n\
         <p>This is the HTTP API: <a href=\"/api/v1/openapi.json\">its description (OpenAPI 3.1)</a>. \
         People without a browser use the <code>tenure</code> command: <code>tenure --help</code>.</p>\n</html>\n",
    )
}
