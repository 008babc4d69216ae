//! What an engine asks its core for, over HTTPS: to be enrolled, and logins to the broker.

use reqwest::{Certificate, StatusCode, Url};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{path::Path, time::Duration};
use tenure_broker::{
    enrolment::{enrolment_statement, login_statement, prove, prove_nkey},
    keys::{Nkey, public_text},
    signing::Purpose,
};
use tenure_domain::{DomainId, EngineId, directory::DomainKind};

/// The core, as an engine reaches it.
pub(super) struct Core {
    http: reqwest::Client,
    url: Url,
}

/// Why the core did not give what was asked for.
#[derive(Debug, thiserror::Error)]
pub(super) enum CoreError {
    /// The address or its certificate authority cannot be used.
    #[error("{0}")]
    Unusable(String),
    /// No answer, or none of Tenure's.
    #[error("the core cannot be reached: {0}")]
    Unreachable(String),
    /// It says no.
    #[error("the core refuses: {detail}")]
    Refused {
        /// The problem's stable name.
        kind: String,
        /// For people.
        detail: String,
    },
    /// A key cannot sign.
    #[error(transparent)]
    Key(#[from] tenure_broker::BrokerError),
}

impl CoreError {
    /// Was it refused for this reason?
    pub(super) fn is(&self, wanted: &str) -> bool {
        let of = |kind: &str| kind.strip_prefix("urn:tenure:problem:") == Some(wanted);
        matches!(self, Self::Refused { kind, .. } if of(kind))
    }
}

/// The keys of an engine.
pub(super) struct Keys {
    /// Signs reports.
    pub(super) signing: ed25519_dalek::SigningKey,
    /// Signs in to the broker.
    pub(super) nkey: Nkey,
}

/// What the core says at enrolment.
#[derive(Debug, Deserialize)]
pub(super) struct Enrolled {
    pub(super) engine: EngineId,
    pub(super) name: String,
    pub(super) domain: EnrolledDomain,
    pub(super) core_key: String,
    pub(super) broker: Option<EnrolledBroker>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnrolledDomain {
    pub(super) id: DomainId,
    pub(super) name: String,
    pub(super) kind: DomainKind,
    pub(super) base_dn: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct EnrolledBroker {
    pub(super) servers: Vec<String>,
    pub(super) instance: String,
}

/// A login to the broker.
#[derive(Debug, Deserialize)]
pub(super) struct Login {
    pub(super) jwt: Option<String>,
    /// Seconds after which it is good for nothing.
    pub(super) expires_in: u64,
}

impl Core {
    /// At this address.
    pub(super) fn at(url: &str, ca: Option<&Path>) -> Result<Self, CoreError> {
        let unusable = |reason: String| CoreError::Unusable(format!("{url}: {reason}"));
        let parsed = Url::parse(url).map_err(|error| unusable(error.to_string()))?;
        let loopback = matches!(parsed.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if parsed.scheme() != "https" && !(parsed.scheme() == "http" && loopback) {
            return Err(unusable("must begin with https://".to_owned()));
        }
        let mut http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .user_agent(concat!("tenure-agent/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none());
        if let Some(file) = ca {
            let of_file =
                |error: String| CoreError::Unusable(format!("{}: {error}", file.display()));
            let pem = std::fs::read(file).map_err(|error| of_file(error.to_string()))?;
            let ca = Certificate::from_pem(&pem).map_err(|error| of_file(error.to_string()))?;
            http = http.tls_certs_only([ca]);
        }
        Ok(Self {
            http: http.build().map_err(|error| unusable(error.to_string()))?,
            url: parsed,
        })
    }

    /// Enrols with a token. May be repeated with the same keys.
    pub(super) async fn enrol(&self, token: &str, keys: &Keys) -> Result<Enrolled, CoreError> {
        let challenge = self.challenge().await?;
        let public_key = public_text(&keys.signing.verifying_key());
        let nkey = keys.nkey.public_key();
        let statement = enrolment_statement(&challenge, token, &public_key, &nkey);
        let nkey_proof = prove_nkey(Purpose::Enrolment, &statement, &keys.nkey)?;
        let key_proof = prove(Purpose::Enrolment, statement, &keys.signing);
        let body = json!({
            "token": token, "public_key": public_key, "nkey": nkey, "challenge": challenge,
            "key_proof": key_proof, "nkey_proof": nkey_proof,
        });
        self.post("enrolment", &body).await
    }

    /// A login to the broker.
    pub(super) async fn login(
        &self,
        engine: EngineId,
        signing: &ed25519_dalek::SigningKey,
    ) -> Result<Login, CoreError> {
        let challenge = self.challenge().await?;
        let proof = prove(Purpose::Login, login_statement(&challenge, engine), signing);
        let body = json!({ "engine": engine, "challenge": challenge, "proof": proof });
        self.post("enrolment/login", &body).await
    }

    async fn challenge(&self) -> Result<String, CoreError> {
        #[derive(Deserialize)]
        struct Challenge {
            challenge: String,
        }
        let answer: Challenge = self.post("enrolment/challenge", &json!({})).await?;
        Ok(answer.challenge)
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, CoreError> {
        let root = self.url.as_str().trim_end_matches('/');
        let unreachable = |error: reqwest::Error| {
            let mut inner: &dyn std::error::Error = &error;
            while let Some(source) = inner.source() {
                inner = source;
            }
            CoreError::Unreachable(inner.to_string())
        };
        let sent = self.http.post(format!("{root}/api/v1/{path}")).json(body);
        let response = sent.send().await.map_err(unreachable)?;
        let status = response.status();
        let bytes = response.bytes().await.map_err(unreachable)?;
        if status.is_success() {
            return serde_json::from_slice(&bytes)
                .map_err(|error| CoreError::Unreachable(format!("not Tenure's answer: {error}")));
        }
        let problem: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
        // A proxy's page, or a core that cannot now.
        if text("type").is_empty() || status == StatusCode::SERVICE_UNAVAILABLE {
            return Err(CoreError::Unreachable(format!("it answers {status}")));
        }
        Err(CoreError::Refused {
            kind: text("type"),
            detail: text("detail"),
        })
    }
}
