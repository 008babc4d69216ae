//! The connection to a server: address, token, and how answers become values or errors.

use super::{
    error::{ClientError, Refusal},
    session_file,
};
use crate::out;
use clap::Args;
use reqwest::{Method, Response, StatusCode, Url, header};
use serde_json::{Map, Value};
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tenure_eventstore::new_id;

/// Attempts while the server says that it cannot now.
const ATTEMPTS: u32 = 4;

/// Options that every client command has.
#[derive(Args, Debug, Clone)]
pub(crate) struct Common {
    /// Address of the server; by default, where you signed in last
    #[arg(long, env = "TENURE_URL", global = true)]
    pub(crate) url: Option<String>,
    /// Print what the API answered, as JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// Talks to one server.
pub(crate) struct Connection {
    http: reqwest::Client,
    url: Url,
    token: Option<String>,
    json: bool,
    /// Position of the last command: later queries show what it did.
    position: AtomicU64,
    /// The moment of the past that queries ask about.
    as_of: Option<String>,
    /// Where the newest answer about the past stands: position and instant.
    stands_at: Mutex<Option<(String, String)>>,
}

impl Connection {
    /// As the person who signed in here.
    pub(crate) fn signed_in(common: &Common) -> Result<Self, ClientError> {
        let session = session_file::load()?;
        let token = std::env::var("TENURE_TOKEN")
            .ok()
            .filter(|token| !token.is_empty());
        let url = common
            .url
            .clone()
            .or_else(|| session.as_ref().map(|session| session.url.clone()));
        let url = url.ok_or(ClientError::NotSignedIn)?;
        // A token goes only to the server that gave it.
        let of_session = session
            .filter(|session| same_server(&session.url, &url))
            .map(|session| session.token);
        let token = token.or(of_session).ok_or(ClientError::NotSignedIn)?;
        Self::new(&url, Some(token), common.json)
    }

    /// As nobody yet.
    pub(crate) fn anonymous(url: &str, json: bool) -> Result<Self, ClientError> {
        Self::new(url, None, json)
    }

    fn new(url: &str, token: Option<String>, json: bool) -> Result<Self, ClientError> {
        let bad = |reason: &str| ClientError::Usage(format!("--url {url}: {reason}"));
        let parsed = Url::parse(url).map_err(|error| bad(&error.to_string()))?;
        if !matches!(parsed.scheme(), "http" | "https") || parsed.host_str().is_none() {
            return Err(bad("must be an address such as https://tenure.example.com"));
        }
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(630))
            .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| ClientError::Usage(error.to_string()))?;
        Ok(Self {
            http,
            url: parsed,
            token,
            json,
            position: AtomicU64::new(0),
            as_of: None,
            stands_at: Mutex::default(),
        })
    }

    /// The same, asking how things were.
    pub(crate) fn at_moment(self, moment: String) -> Self {
        Self {
            as_of: Some(moment),
            ..self
        }
    }

    /// Where the newest answer about the past stands: position and instant.
    pub(crate) fn stands_at(&self) -> Option<(String, String)> {
        let stands_at = self.stands_at.lock();
        stands_at.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Did the person ask for JSON?
    pub(crate) fn json(&self) -> bool {
        self.json
    }

    pub(crate) fn url(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }

    /// Answers a query, no older than the last command.
    pub(crate) async fn get(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Value, ClientError> {
        let url = self.question(path, query)?;
        self.send(Method::GET, url, None).await
    }

    fn question(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, ClientError> {
        let position = self.position.load(Ordering::Relaxed).to_string();
        let mut query = query.to_vec();
        if position != "0" {
            query.push(("at_least", &position));
        }
        query.extend(self.as_of.as_deref().map(|moment| ("as_of", moment)));
        let mut url = self.address(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Answers a query with a file, part by part as it comes.
    pub(crate) async fn download(
        &self,
        path: &str,
        query: &[(&str, &str)],
        mut into: impl FnMut(&[u8]) -> Result<(), ClientError>,
    ) -> Result<(), ClientError> {
        let url = self.question(path, query)?;
        let mut response = self.respond(Method::GET, url, None).await?;
        loop {
            match response.chunk().await {
                Ok(Some(bytes)) => into(&bytes)?,
                Ok(None) => return Ok(()),
                Err(error) => {
                    let why = format!("the file broke off before its end: {}", reason(&error));
                    return Err(ClientError::Outcome(why));
                }
            }
        }
    }

    /// Gives a command.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, ClientError> {
        let answer = self
            .send(Method::POST, self.address(path)?, Some(body))
            .await?;
        if let Some(position) = answer["position"].as_u64() {
            self.position.fetch_max(position, Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// Gives a command whose answer tells nobody more than that it is done.
    pub(crate) async fn tell(&self, path: &str) -> Result<(), ClientError> {
        let answer = self.post(path, &Value::Object(Map::new())).await?;
        self.show(&answer, |_| out::line(format_args!("Done.")));
        Ok(())
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value, ClientError> {
        self.send(Method::DELETE, self.address(path)?, None).await
    }

    fn address(&self, path: &str) -> Result<Url, ClientError> {
        Url::parse(&format!("{}/api/v1/{path}", self.url()))
            .map_err(|error| ClientError::Usage(error.to_string()))
    }

    async fn send(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Value, ClientError> {
        let bytes = self.fetch(method, url, body).await?;
        if bytes.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Unexpected("not JSON".to_owned()))
    }

    async fn fetch(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Vec<u8>, ClientError> {
        let response = self.respond(method, url, body).await?;
        let bytes = response.bytes().await;
        Ok(bytes.map_err(|error| self.unreachable(&error))?.to_vec())
    }

    fn unreachable(&self, error: &reqwest::Error) -> ClientError {
        ClientError::Unreachable {
            url: self.url().to_owned(),
            reason: reason(error),
        }
    }

    /// The answer, if the server did not refuse.
    async fn respond(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Response, ClientError> {
        let unreachable = |error: reqwest::Error| self.unreachable(&error);
        let key = new_id().to_string();
        let mut attempt = 1;
        loop {
            let mut request = self
                .http
                .request(method.clone(), url.clone())
                .header(header::ACCEPT, "application/json");
            if let Some(token) = &self.token {
                request = request.bearer_auth(token);
            }
            if let Some(body) = body {
                // The same key however often it is sent.
                request = request.header("idempotency-key", &key).json(body);
            }
            let response = request.send().await.map_err(unreachable)?;
            let status = response.status();
            let wait = response
                .headers()
                .get(header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
            let header = |name| {
                let value = response.headers().get(name)?.to_str().ok()?;
                Some(value.to_owned())
            };
            if let Some(at) = header("tenure-as-of-position").zip(header("tenure-as-of-instant")) {
                *self
                    .stands_at
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner) = Some(at);
            }
            if status.is_success() {
                return Ok(response);
            }
            let bytes = response.bytes().await.map_err(unreachable)?;
            if status == StatusCode::SERVICE_UNAVAILABLE && attempt < ATTEMPTS {
                attempt += 1;
                tokio::time::sleep(Duration::from_secs(wait.unwrap_or(1).clamp(1, 10))).await;
                continue;
            }
            let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
            return Err(ClientError::Refused(Refusal {
                status: status.as_u16(),
                body,
            }));
        }
    }

    /// Prints an answer: as JSON if that was asked for, else by `people`.
    pub(crate) fn show(&self, answer: &Value, people: impl FnOnce(&Value)) {
        if self.json {
            out::line(format_args!(
                "{}",
                serde_json::to_string_pretty(answer).unwrap_or_default()
            ));
        } else {
            people(answer);
        }
    }
}

/// The innermost reason is what tells a person something.
fn reason(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

fn same_server(one: &str, other: &str) -> bool {
    match (Url::parse(one), Url::parse(other)) {
        (Ok(one), Ok(other)) => one.origin() == other.origin() && one.path() == other.path(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_only_to_the_server_that_gave_it() {
        assert!(same_server(
            "https://tenure.example",
            "https://tenure.example/"
        ));
        assert!(!same_server(
            "https://tenure.example",
            "http://tenure.example"
        ));
        assert!(!same_server(
            "https://tenure.example",
            "https://tenure.example:444"
        ));
        assert!(!same_server(
            "https://tenure.example",
            "https://evil.example"
        ));
        assert!(!same_server("nonsense", "nonsense"));
    }
}
