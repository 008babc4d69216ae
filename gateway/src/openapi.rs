//! The description of the API: utoipa collects the operations; what all of them have in common is added here, once.

use crate::{
    access::permission_table::{self, Access, Own},
    as_of, endpoints,
    problem::{FieldError, Kind, ProblemBody},
    schema,
};
use axum::http::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use utoipa::OpenApi;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tenure",
        version = "1",
        description = "Gives every service account an owner, a reason, an end date and a history.\n\n\
            Commands are POSTs; each takes an `Idempotency-Key`, so that a repeat is harmless, and answers with the \
            `position` of what it did in the history. A query with `at_least` of that position shows it. A command that \
            needs the directory answers 202: watch the object's `directory` go from queued to applied, failed or \
            waiting.\n\nWhat is refused is answered by `application/problem+json` (RFC 9457) with a stable `type`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody, FieldError))
)]
struct Description;

/// The description, as JSON.
#[must_use]
pub fn openapi() -> Value {
    let collected = endpoints::all().into_openapi();
    let mut all = Description::openapi();
    all.merge(collected);
    let mut document = serde_json::to_value(all).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    let schemas = &mut document["components"]["schemas"];
    for (name, schema) in schema::schemas() {
        schemas[name] = schema;
    }
    describe_problems(&mut schemas["Problem"]);
    document["components"]["securitySchemes"] = json!({
        "bearer": {"type": "http", "scheme": "bearer", "description": "The token that POST /api/v1/sessions answers."},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "__Host-tenure", "description": "For browsers: set by POST /api/v1/sessions."}
    });
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, item) in paths {
            for (method, operation) in item.as_object_mut().into_iter().flatten() {
                describe(path, method, operation);
            }
        }
    }
    document
}

fn describe_problems(schema: &mut Value) {
    let types: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| format!("urn:tenure:problem:{}", kind.row().0))
        .collect();
    let lines: Vec<_> = Kind::ALL
        .iter()
        .map(|kind| kind.row())
        .map(|(slug, status, title)| format!("- `{slug}` ({status}): {title}"))
        .collect();
    schema["properties"]["type"]["enum"] = json!(types);
    schema["description"] = json!(format!(
        "A problem (RFC 9457). Types:\n\n{}",
        lines.join("\n")
    ));
    schema["examples"] = json!([{
        "type": "urn:tenure:problem:name-taken",
        "title": "The name is taken",
        "status": 409,
        "detail": "The name is taken in this domain, by an account or by another live request.",
        "errors": [{"field": "name", "code": "taken", "message": "is taken"}]
    }]);
}

/// Adds to an operation what follows from its row in the permission table and from its form.
/// Unique, as OpenAPI asks: the names of the handlers, which utoipa takes, are not.
fn operation_id(method: &Method, path: &str) -> String {
    let path = path.strip_prefix("/api/v1").unwrap_or(path);
    let words = path
        .split(['/', '-', '.', '{', '}'])
        .filter(|word| !word.is_empty());
    std::iter::once(method.as_str().to_lowercase().as_str())
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

fn describe(path: &str, method: &str, operation: &mut Value) {
    let method: Method = method.to_uppercase().parse().unwrap_or_default();
    let access = permission_table::rule(&method, path).map(|rule| rule.access);
    operation["operationId"] = json!(operation_id(&method, path));
    let command = method == Method::POST && access != Some(Access::Public);
    let query = method == Method::GET && !matches!(access, Some(Access::Public) | None);
    if let Some(access) = access {
        describe_access(access, operation);
    }
    let parameters = operation["parameters"].take();
    let mut parameters: Vec<Value> = serde_json::from_value(parameters).unwrap_or_default();
    for parameter in &mut parameters {
        if parameter["in"] == "path" && parameter["name"] == "id" {
            parameter["description"] = json!("Id of the object.");
        }
    }
    if command {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "Makes a repeat harmless: the same key with the same body answers what the first one did.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}
        }));
    }
    if query {
        parameters.push(json!({
            "name": "at_least", "in": "query", "required": false,
            "description": "Answer nothing older than this position of the history; waits for it, a few seconds at most.",
            "schema": {"type": "integer", "format": "int64", "minimum": 0}
        }));
    }
    let past = method == Method::GET && as_of::PATHS.contains(&path);
    if past {
        parameters.push(json!({
            "name": "as_of", "in": "query", "required": false,
            "description": "Answer as it was at this position of the history, at this instant (RFC 3339), or when this day \
                (2026-03-01, UTC) ended: what one sees today, as it was then. The answer's headers say where it stands.",
            "schema": {"type": "string", "maxLength": 40}
        }));
    }
    if !parameters.is_empty() {
        operation["parameters"] = json!(parameters);
    } else if let Some(operation) = operation.as_object_mut() {
        operation.remove("parameters");
    }
    let has_body = operation.get("requestBody").is_some();
    // A body with nothing in it may be left out.
    if operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        == "#/components/schemas/Nothing"
    {
        operation["requestBody"]["required"] = json!(false);
    }
    if !path.starts_with("/api/") && path != "/metrics" {
        return;
    }
    let statuses = statuses(path, access, command, query, has_body);
    if let Some(responses) = operation["responses"].as_object_mut() {
        for status in statuses {
            responses
                .entry(status.to_string())
                .or_insert_with(|| problem_response(status));
        }
        for (status, response) in responses {
            if past && status == "200" {
                describe_moment(response);
            }
            describe_headers(status, response);
        }
    }
}

fn describe_access(access: Access, operation: &mut Value) {
    let text = match access {
        Access::Public => {
            operation["security"] = json!([]);
            return;
        }
        Access::SignedIn => "Needs a session.".to_owned(),
        Access::Needs(any_of, own) => {
            let cells: Vec<_> = any_of
                .iter()
                .map(|(f, v)| format!("`{}:{}`", f.text(), v.text()))
                .collect();
            let own = match own {
                Own::Everything => "",
                Own::Limited => "; without *manage*, for one's own objects only",
                Own::Nothing => " with *manage*",
            };
            format!("Needs {}{own}.", cells.join(" or "))
        }
    };
    operation["security"] = json!([{"bearer": []}, {"cookie": []}]);
    let before = operation["description"]
        .as_str()
        .map(|text| format!("{text}\n\n"))
        .unwrap_or_default();
    operation["description"] = json!(format!("{before}{text}"));
}

fn statuses(
    path: &str,
    access: Option<Access>,
    command: bool,
    query: bool,
    has_body: bool,
) -> BTreeSet<u16> {
    let mut statuses = BTreeSet::from([500, 503]);
    if access != Some(Access::Public) {
        statuses.extend([401, 403]);
    }
    if path.contains('{') || path == "/api/v1/clock/advance" {
        statuses.insert(404);
    }
    if query {
        statuses.insert(400);
    }
    if has_body {
        statuses.extend([400, 408, 413, 415, 422]);
    }
    if command {
        statuses.extend([400, 404, 409]);
    }
    match path {
        "/api/v1/sessions" => statuses.extend([401, 403, 429]),
        "/api/v1/first-password" | "/api/v1/verification" => statuses.extend([403, 404, 409, 429]),
        "/api/v1/setup" if has_body => statuses.extend([403, 409, 429]),
        "/api/v1/sessions/current/password" | "/api/v1/events" => drop(statuses.insert(429)),
        "/api/v1/enrolment" => statuses.extend([403, 409, 429]),
        "/api/v1/enrolment/login" => statuses.extend([403, 409]),
        "/metrics" => statuses.extend([401, 403, 404]),
        _ => {}
    }
    statuses
}

fn problem_response(status: u16) -> Value {
    let kinds = Kind::ALL
        .iter()
        .map(|kind| kind.row())
        .filter(|(_, of, _)| *of == status);
    let lines: Vec<_> = kinds
        .map(|(slug, _, title)| format!("`{slug}`: {title}"))
        .collect();
    json!({
        "description": lines.join("; "),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    })
}

/// Where an answer about the past stands.
fn describe_moment(response: &mut Value) {
    response["headers"] = json!({
        "Tenure-As-Of-Position": {
            "description": "With `as_of`: the position that the answer stands at.",
            "schema": {"type": "integer", "format": "int64", "minimum": 0}
        },
        "Tenure-As-Of-Instant": {
            "description": "With `as_of`: the instant that the answer stands at.",
            "schema": {"type": "string", "format": "date-time"}
        }
    });
}

fn describe_headers(status: &str, response: &mut Value) {
    let header = |name: &str, description: &str, schema: Value| {
        let mut headers = Map::new();
        headers.insert(
            name.to_owned(),
            json!({"description": description, "schema": schema}),
        );
        Value::Object(headers)
    };
    match status {
        "201" | "202"
            if response["content"]["application/json"]["schema"]["$ref"]
                == "#/components/schemas/AcceptedBody" =>
        {
            response["headers"] = header(
                "Location",
                "Where the object is, or where to watch it.",
                json!({"type": "string"}),
            );
        }
        "429" | "503"
            if response["content"]
                .get("application/problem+json")
                .is_some() =>
        {
            response["headers"] = header(
                "Retry-After",
                "Seconds.",
                json!({"type": "integer", "minimum": 0}),
            );
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operations(document: &Value) -> BTreeSet<(String, String)> {
        let paths = document["paths"].as_object().unwrap().iter();
        paths
            .flat_map(|(path, item)| {
                item.as_object()
                    .unwrap()
                    .keys()
                    .map(move |method| (method.to_uppercase(), path.clone()))
            })
            .collect()
    }

    #[test]
    fn every_route_has_its_row_in_the_permission_table_and_every_row_its_route() {
        let rows = permission_table::RULES
            .iter()
            .map(|rule| (rule.method.to_string(), rule.path.to_owned()));
        let rows: BTreeSet<_> = rows.collect();
        assert_eq!(operations(&openapi()), rows);
        assert_eq!(rows.len(), permission_table::RULES.len());
    }

    #[test]
    fn every_schema_that_is_referred_to_is_there() {
        let document = openapi();
        let text = document.to_string();
        for name in text
            .split("#/components/schemas/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
        {
            assert!(
                document["components"]["schemas"][name].is_object(),
                "{name}"
            );
            assert!(
                document["components"]["schemas"][name]
                    .as_object()
                    .unwrap()
                    .len()
                    > 1,
                "{name} is empty"
            );
        }
    }

    /// Clients are generated from it.
    #[test]
    fn every_operation_has_an_id_of_its_own_and_its_parameters_where_they_belong() {
        let document = openapi();
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap().to_owned();
                assert!(ids.insert(id.clone()), "{id} is there twice");
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    let name = parameter["name"].as_str().unwrap();
                    let in_path = path.contains(&format!("{{{name}}}"));
                    assert_eq!(
                        parameter["in"] == "path",
                        in_path,
                        "{method} {path}: {name}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_operation_is_described_and_request_bodies_take_no_unknown_fields() {
        let document = openapi();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{method} {path}");
                let body =
                    &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
                if let Some(name) = body.as_str().and_then(|body| body.rsplit('/').next()) {
                    let schema = &document["components"]["schemas"][name];
                    assert_eq!(schema["additionalProperties"], false, "{name}");
                }
            }
        }
    }

    /// `UPDATE_SCHEMAS=1` writes what differs.
    #[test]
    fn the_description_that_is_checked_in_is_the_one_of_this_code() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let now = serde_json::to_string_pretty(&openapi()).unwrap() + "\n";
        if std::env::var_os("UPDATE_SCHEMAS").is_some() {
            std::fs::write(path, &now).unwrap();
        }
        let known = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            known == now,
            "schemas/openapi.json differs: run the tests with UPDATE_SCHEMAS=1 and look at what changed"
        );
    }
}
