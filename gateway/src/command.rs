//! A command as it comes in: its body, its `Idempotency-Key`, who gives it; and the answer that it was accepted.

use crate::{
    access::authorise::{ClientAddress, Signed},
    app::App,
    problem::{Kind, Problem},
};
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tenure_domain::ids::derived;
use tenure_eventstore::{Cause, CommandKey, new_id};
use tenure_workflow::{Accepted, Caller};
use utoipa::ToSchema;
use uuid::Uuid;

/// Largest body.
pub(crate) const LARGEST_BODY: usize = 256 * 1024;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(20);
/// Longest `Idempotency-Key`.
const LONGEST_KEY: usize = 128;
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A command of a signed-in person.
pub(crate) struct Command<T> {
    pub(crate) signed: Signed,
    pub(crate) caller: Caller,
    pub(crate) body: T,
}

/// For commands that need no more than their route.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

impl<T> Command<T> {
    /// Id for the object that the command creates: the same for a repeat of the command.
    pub(crate) fn new_id(&self, what: &str) -> Uuid {
        match self.caller.key {
            Some(key) => derived(&["created", what, &key.id.to_string()]),
            None => new_id(),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<App> for Command<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let signed = Signed::from_request_parts(&mut parts, app).await?;
        let ClientAddress(address) = ClientAddress::from_request_parts(&mut parts, app).await?;
        let key = idempotency_key(&parts.headers)?;
        let headers = parts.headers.clone();
        let route = format!("{} {}", parts.method, parts.uri.path());
        let bytes = read(Request::from_parts(parts, body)).await?;
        let body = parse(&headers, &bytes)?;
        let actor = signed.actor();
        let key = key.map(|key| CommandKey {
            id: derived(&["http", &actor.to_string(), &route, &key]),
            body: Sha256::digest(&bytes).into(),
        });
        let cause = Cause {
            client_address: Some(address.to_string()),
            ..Cause::default()
        };
        Ok(Self {
            signed,
            caller: Caller { actor, key, cause },
            body,
        })
    }
}

/// A JSON body of somebody who is not signed in.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &App) -> Result<Self, Problem> {
        let headers = request.headers().clone();
        let bytes = read(request).await?;
        parse(&headers, &bytes).map(Self)
    }
}

async fn read(request: Request) -> Result<Bytes, Problem> {
    let reading = axum::body::to_bytes(request.into_body(), LARGEST_BODY);
    match tokio::time::timeout(BODY_TIME, reading).await {
        Err(_) => Err(Problem::new(
            Kind::RequestTimeout,
            "The body did not arrive within 20 seconds.",
        )),
        Ok(Err(_)) => Err(Problem::new(
            Kind::BodyTooLarge,
            "A body is at most 256 KiB.",
        )),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

fn parse<T: DeserializeOwned>(headers: &HeaderMap, bytes: &Bytes) -> Result<T, Problem> {
    // A command that needs no more than its route may be sent without a body.
    let bytes: &[u8] = match bytes.len() {
        0 if !headers.contains_key(header::CONTENT_TYPE) => b"{}",
        _ => {
            let kind = headers
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let kind = kind.split(';').next().unwrap_or_default().trim();
            if !kind.eq_ignore_ascii_case("application/json") {
                return Err(Problem::new(
                    Kind::UnsupportedMediaType,
                    "Send the body as application/json.",
                ));
            }
            bytes
        }
    };
    // serde would take an array for an object, field by field.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Problem::new(
            Kind::InvalidJson,
            "The body must be a JSON object.",
        ));
    }
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| Problem::unreadable_body(&error))?;
    json.end()
        .map_err(|_| Problem::new(Kind::InvalidJson, "The body has something after its JSON."))?;
    Ok(value)
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else {
        return Ok(None);
    };
    let visible = |text: &&str| {
        !text.is_empty()
            && text.len() <= LONGEST_KEY
            && text.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match value.to_str().ok().filter(visible) {
        Some(key) if headers.get_all(IDEMPOTENCY_KEY).iter().count() == 1 => {
            Ok(Some(key.to_owned()))
        }
        _ => Err(Problem::new(
            Kind::InvalidHeader,
            "Idempotency-Key must be 1 to 128 visible ASCII characters.",
        )
        .with_field(
            "Idempotency-Key",
            "malformed",
            "must be 1 to 128 visible ASCII characters",
        )),
    }
}

/// A command was accepted.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"id": "0192f0c1-a2b3-7c4d-8e5f-001122334455", "position": 42, "version": 3, "repeated": false}))]
pub(crate) struct AcceptedBody {
    /// The object that it is about.
    pub(crate) id: Uuid,
    /// Its place in the history: a query with `at_least` of it shows what the command did.
    pub(crate) position: u64,
    /// Version of the object.
    pub(crate) version: u64,
    /// It had been accepted before, by the same Idempotency-Key: nothing more was done.
    pub(crate) repeated: bool,
}

/// The answer to an accepted command.
pub(crate) struct AcceptedAnswer {
    status: StatusCode,
    location: Option<String>,
    body: AcceptedBody,
}

/// Done: 200.
pub(crate) fn done(id: Uuid, accepted: Accepted) -> AcceptedAnswer {
    answer(StatusCode::OK, None, id, accepted)
}

/// Something new: 201, with its address.
pub(crate) fn created(at: &str, id: Uuid, accepted: Accepted) -> AcceptedAnswer {
    answer(
        StatusCode::CREATED,
        Some(format!("{at}/{id}")),
        id,
        accepted,
    )
}

/// The directory follows: 202, with the path of what to watch.
pub(crate) fn watch(at: &str, id: Uuid, accepted: Accepted) -> AcceptedAnswer {
    answer(
        StatusCode::ACCEPTED,
        Some(format!("{at}?at_least={}", accepted.position)),
        id,
        accepted,
    )
}

fn answer(
    status: StatusCode,
    location: Option<String>,
    id: Uuid,
    accepted: Accepted,
) -> AcceptedAnswer {
    let Accepted {
        position,
        version,
        repeated,
    } = accepted;
    AcceptedAnswer {
        status,
        location,
        body: AcceptedBody {
            id,
            position,
            version,
            repeated,
        },
    }
}

impl IntoResponse for AcceptedAnswer {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(self.body)).into_response();
        if let Some(location) = self
            .location
            .and_then(|location| HeaderValue::from_str(&location).ok())
        {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }
}
