//! An instance with a few people, and a client for each of them.

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use reqwest::{Client, Method, header::HeaderMap};
use serde_json::{Value, json};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tenure_broker::{BrokerConfig, CoreKeys, CoreLink, in_process};
use tenure_eventstore::{
    EventStore, InstanceKeys, StoreConfig,
    clock::{Clock, VirtualClock},
};
use tenure_gateway::GatewayConfig;
use tenure_projections::Views;
use tenure_workflow::{Commands, EngineAccess, EngineDirectory, Instance, Settings, Work};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) const PASSWORD: &str = "correct horse battery";

/// An instance that has its administrator, Ada.
pub(crate) struct World {
    pub(crate) instance: Instance,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) http: Client,
    pub(crate) url: String,
    pub(crate) setup_code: String,
    /// Keeps the read models, until it is dropped.
    reading: Mutex<Option<(DropGuard, Vec<JoinHandle<()>>)>>,
    _cancel: DropGuard,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) json: Value,
}

impl Answer {
    /// The stable name of a problem, and its status.
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(
            self.headers.get("content-type").unwrap(),
            "application/problem+json",
            "{self:?}"
        );
        assert_eq!(self.json["status"], self.status);
        (
            self.status,
            self.json["type"]
                .as_str()
                .unwrap()
                .strip_prefix("urn:tenure:problem:")
                .unwrap(),
        )
    }

    pub(crate) fn id(&self) -> String {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.json["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{self:?}");
        self.json
    }
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-01-10T12:00:00Z".parse().unwrap()
}

impl World {
    /// Served, and not yet set up.
    pub(crate) async fn new() -> Self {
        Self::with_settings(Settings::default()).await
    }

    /// The same, in an organisation with rules of its own.
    pub(crate) async fn with_settings(settings: Settings) -> Self {
        let clock = Arc::new(VirtualClock::new(start()));
        Self::with_clocks(settings, clock.clone(), clock).await
    }

    /// The same, as in the demo: what `later` moves is not the clock of sessions.
    pub(crate) async fn with_a_clock_for_sessions(system: Arc<VirtualClock>) -> Self {
        let business = Arc::new(VirtualClock::new(start()));
        Self::with_clocks(Settings::default(), business, system).await
    }

    async fn with_clocks(
        settings: Settings,
        clock: Arc<VirtualClock>,
        system: Arc<dyn Clock>,
    ) -> Self {
        let store = StoreConfig {
            url: "sqlite::memory:".into(),
            keys: InstanceKeys::generate(),
            cache_entries: 10_000,
            clock: clock.clone(),
            virtual_clock: true,
            max_connections: 2,
        };
        let store = EventStore::open(store).await.unwrap();
        let views = Views::open(&store, None).await.unwrap();
        let cancel = CancellationToken::new();
        let engines = Arc::new(EngineDirectory::default());
        let keys = CoreKeys {
            signing: SigningKey::from_bytes(&[7; 32]),
            engines: engines.clone(),
        };
        let broker = CoreLink::connect(BrokerConfig::InProcess(in_process()), keys)
            .await
            .unwrap();
        let commands = Commands::new(
            store.clone(),
            views.clone(),
            broker.clone(),
            engines.clone(),
            system.clone(),
            settings,
        )
        .await
        .unwrap();
        let instance = Instance {
            store,
            views,
            broker,
            commands,
            business: clock.clone(),
            system,
            virtual_clock: None,
            engines,
            access: EngineAccess::within_process(SigningKey::from_bytes(&[7; 32])),
        };
        let setup_code = tenure_gateway::new_setup_code(&instance)
            .await
            .unwrap()
            .unwrap();
        let work = Work {
            reactions: watch::channel(0).1,
            orders: watch::channel(0).1,
        };
        let config = GatewayConfig {
            shutdown: cancel.clone(),
            ..GatewayConfig::default()
        };
        let router = tenure_gateway::router(instance.clone(), work, config);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(tenure_gateway::serve(listener, router, cancel.clone()));
        // The one TLS stack, as the binary chooses it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::new();
        let world = Self {
            instance,
            clock,
            http,
            url,
            setup_code,
            reading: Mutex::default(),
            _cancel: cancel.drop_guard(),
        };
        world.read_models_go_on();
        world
    }

    /// From now on they lag.
    pub(crate) async fn read_models_stand_still(&self) {
        let head = self.head().await;
        let views = &self.instance.views;
        views.wait_for(head, Duration::from_secs(10)).await.unwrap();
        let reading = self.reading.lock().unwrap().take();
        if let Some((stop, runners)) = reading {
            drop(stop);
            futures::future::join_all(runners).await;
        }
    }

    pub(crate) fn read_models_go_on(&self) {
        let cancel = CancellationToken::new();
        let runners = self.instance.views.spawn_runners(cancel.clone());
        *self.reading.lock().unwrap() = Some((cancel.drop_guard(), runners));
    }

    /// Set up, with Ada signed in.
    pub(crate) async fn with_ada() -> (Self, Person) {
        let world = Self::new().await;
        world.set_up().await.ok();
        let ada = world.sign_in("ada@corp.example").await;
        (world, ada)
    }

    pub(crate) async fn set_up(&self) -> Answer {
        let body = json!({
            "code": self.setup_code, "email": "ada@corp.example", "display_name": "Ada", "password": PASSWORD
        });
        self.send(Method::POST, "setup", None, &[], Some(body))
            .await
    }

    pub(crate) async fn sign_in(&self, email: &str) -> Person {
        let answer = self.try_sign_in(email, PASSWORD).await.ok();
        Person {
            token: answer["token"].as_str().unwrap().to_owned(),
            id: answer["user"].as_str().unwrap().to_owned(),
            url: self.url.clone(),
            http: self.http.clone(),
        }
    }

    pub(crate) async fn try_sign_in(&self, email: &str, password: &str) -> Answer {
        let body = json!({"email": email, "password": password});
        self.send(Method::POST, "sessions", None, &[], Some(body))
            .await
    }

    /// Another person, with these built-in roles, signed in.
    pub(crate) async fn person(&self, ada: &Person, name: &str, roles: &[&str]) -> Person {
        let email = format!("{name}@corp.example");
        let body =
            json!({"personal": {"display_name": name, "emails": [email]}, "password": PASSWORD});
        let id = ada.post("users", body).await.id();
        let known = ada.get("roles").await.ok();
        for role in roles {
            let role = known["items"]
                .as_array()
                .unwrap()
                .iter()
                .find(|known| known["name"] == *role)
                .unwrap();
            ada.post(
                &format!("users/{id}/roles/grant"),
                json!({"role": role["id"]}),
            )
            .await
            .ok();
        }
        self.sign_in(&email).await
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        send(&self.http, &self.url, method, path, token, headers, body).await
    }

    pub(crate) async fn head(&self) -> u64 {
        self.instance.store.head().await.unwrap().position
    }

    pub(crate) fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub(crate) fn later(&self, by: TimeDelta) {
        self.clock.advance(by);
    }
}

/// Somebody who is signed in.
#[derive(Clone)]
pub(crate) struct Person {
    pub(crate) token: String,
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) http: Client,
}

impl Person {
    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(
            &self.http,
            &self.url,
            Method::GET,
            path,
            Some(&self.token),
            &[],
            None,
        )
        .await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(
            &self.http,
            &self.url,
            Method::POST,
            path,
            Some(&self.token),
            &[],
            Some(body),
        )
        .await
    }

    pub(crate) async fn post_once(&self, path: &str, key: &str, body: Value) -> Answer {
        let headers = [("idempotency-key", key)];
        send(
            &self.http,
            &self.url,
            Method::POST,
            path,
            Some(&self.token),
            &headers,
            Some(body),
        )
        .await
    }
}

async fn send(
    http: &Client,
    url: &str,
    method: Method,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let path = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("/api/v1/{path}")
    };
    let mut request = http.request(method, format!("{url}{path}"));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    answer(request).await
}

pub(crate) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = response.bytes().await.unwrap();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answer {
        status,
        headers,
        json,
    }
}

/// A domain and a template in it, published by Ada; approvers are `approvers`.
pub(crate) async fn template(
    ada: &Person,
    approvers: &[&Person],
    change: impl FnOnce(&mut Value),
) -> String {
    let domain = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    let known = ada.get("domains").await.ok();
    let domain = match known["items"].as_array().unwrap().first() {
        Some(domain) => domain["id"].as_str().unwrap().to_owned(),
        None => ada.post("domains", domain).await.id(),
    };
    let users: Vec<_> = approvers.iter().map(|person| person.id.clone()).collect();
    let mut content = json!({
        "name": "Service account",
        "account_type": "ad-user",
        "action": "disable",
        "vault": {"kind": "built-in"},
        "directory": {"domain": domain, "name_prefix": "svc-", "ou": "OU=Service,DC=corp,DC=example,DC=com"},
        "lifecycle": {"periods": ["90 days"], "renewal_opens_days": 30},
        "approval": {"steps": [{"name": "Team lead", "least": 1, "users": users}]}
    });
    change(&mut content);
    let id = ada.post("templates", content).await.id();
    ada.post(&format!("templates/{id}/publish"), json!({}))
        .await
        .ok();
    id
}

pub(crate) fn asking_for(template: &str, name: &str) -> Value {
    json!({
        "kind": {"type": "new-account"}, "template": template, "name": name, "justification": "Nightly backup"
    })
}

/// A submitted request for `name`.
pub(crate) async fn submitted(person: &Person, template: &str, name: &str) -> String {
    let id = person
        .post("requests", asking_for(template, name))
        .await
        .id();
    let answer = person
        .post(&format!("requests/{id}/submit"), json!({}))
        .await;
    assert_eq!(answer.status, 202, "{answer:?}");
    id
}
