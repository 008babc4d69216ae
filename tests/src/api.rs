//! Tenure's HTTP API, as a program uses it: one session per person.

use crate::until::until;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::time::Duration;

/// A signed-in person, or nobody.
#[derive(Clone)]
pub struct Api {
    base: String,
    client: Client,
    token: Option<String>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl Answer {
    /// The body, of an answer that says yes.
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{}: {}", self.status, self.body);
        self.body
    }

    /// The problem's type, of an answer that says no.
    pub fn problem(&self) -> &str {
        assert!(!self.status.is_success(), "accepted: {}", self.body);
        self.body["type"]
            .as_str()
            .unwrap_or_else(|| panic!("no problem: {} {}", self.status, self.body))
    }
}

impl Api {
    pub fn new(base: &str) -> Self {
        // One TLS stack, chosen once per process; the tests themselves speak plain HTTP on loopback.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        Self {
            base: base.to_owned(),
            client,
            token: None,
        }
    }

    /// The same person, at another gateway.
    #[must_use]
    pub fn at(&self, base: &str) -> Self {
        Self {
            base: base.to_owned(),
            ..self.clone()
        }
    }

    /// Which gateway.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Waits until the instance says that it is ready.
    pub async fn ready(&self) {
        until(
            "the gateway to be ready",
            Duration::from_secs(60),
            async || {
                let answer = self
                    .client
                    .get(format!("{}/readyz", self.base))
                    .send()
                    .await
                    .ok()?;
                answer.status().is_success().then_some(())
            },
        )
        .await;
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Self {
        let session = self
            .post("/sessions", json!({ "email": email, "password": password }))
            .await
            .ok();
        Self {
            token: Some(session["token"].as_str().unwrap().to_owned()),
            ..self.clone()
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, None).await.unwrap()
    }

    /// Waits for a live event of this kind; answers its data.
    pub async fn live(&self, kind: &str) -> Value {
        let request = self.client.get(format!("{}/api/v1/events", self.base));
        let token = self.token.clone().unwrap_or_default();
        let mut response = request.bearer_auth(token).send().await.unwrap();
        let (mut text, wanted) = (String::new(), format!("event: {kind}"));
        while let Some(bytes) = response.chunk().await.unwrap() {
            text.push_str(&String::from_utf8_lossy(&bytes));
            while let Some(end) = text.find("\n\n") {
                let block: String = text.drain(..end + 2).collect();
                let data = block.lines().find_map(|line| line.strip_prefix("data: "));
                if let Some(data) = data
                    && block.lines().any(|line| line == wanted)
                {
                    return serde_json::from_str(data).unwrap();
                }
            }
        }
        panic!("the stream ended without {wanted}");
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), None)
            .await
            .unwrap()
    }

    /// With an idempotency key, so that it can be sent again; an error means that nobody answered.
    pub async fn try_post(
        &self,
        path: &str,
        body: Value,
        key: &str,
    ) -> Result<Answer, reqwest::Error> {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Result<Answer, reqwest::Error> {
        let mut request = self
            .client
            .request(method, format!("{}/api/v1{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        Ok(Answer {
            status,
            body: serde_json::from_str(&text).unwrap_or(Value::String(text)),
        })
    }

    /// Waits until the object at `path` is as wanted.
    pub async fn wait(&self, path: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        self.wait_within(Duration::from_secs(60), path, what, wanted)
            .await
    }

    pub async fn wait_within(
        &self,
        within: Duration,
        path: &str,
        what: &str,
        wanted: impl Fn(&Value) -> bool,
    ) -> Value {
        let mut last = Value::Null;
        let deadline = std::time::Instant::now() + within;
        while std::time::Instant::now() < deadline {
            if let Ok(answer) = self.send(Method::GET, path, None, None).await {
                if answer.status.is_success() && wanted(&answer.body) {
                    return answer.body;
                }
                last = answer.body;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("waited {within:?} in vain for {what} at {path}; last seen: {last:#}");
    }
}
