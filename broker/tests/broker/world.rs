//! A core and engines of two domains, in process or on a nats-server of the test's own.

use chrono::{DateTime, TimeDelta, Utc};
use ed25519_dalek::SigningKey;
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    future::Future,
    io::Read as _,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;
use tenure_broker::{
    AgentKeys, AgentLink, BrokerConfig, BrokerError, CoreKeys, CoreLink, EngineUser, Hub, Leases,
    Login, NatsConfig, NatsCredentials, Operator, OrderDelivery, ReportDelivery, WorkDelivery,
    in_process_with,
    nats_config::{self, ServerConfig},
};
use tenure_domain::{
    ids::{AccountId, DomainId, EngineId},
    order::{DesiredState, Order, OrderKind, OrderNumber, Outcome, Report},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};
use uuid::Uuid;

pub const NORTH: DomainId = DomainId(Uuid::from_u128(0xd1));
pub const SOUTH: DomainId = DomainId(Uuid::from_u128(0xd2));
/// Two engines serve the north, one the south.
pub const NORTH_ONE: EngineId = EngineId(Uuid::from_u128(0xe1));
pub const NORTH_TWO: EngineId = EngineId(Uuid::from_u128(0xe2));
pub const SOUTH_ONE: EngineId = EngineId(Uuid::from_u128(0xe3));
const ENGINES: [(EngineId, DomainId, u8); 3] = [
    (NORTH_ONE, NORTH, 11),
    (NORTH_TWO, NORTH, 12),
    (SOUTH_ONE, SOUTH, 13),
];

/// Short, so that tests see leases end.
pub const LEASES: Leases = Leases {
    order: Duration::from_secs(2),
    report: Duration::from_secs(2),
};
pub const SOON: Duration = Duration::from_secs(20);

pub fn core_key() -> SigningKey {
    SigningKey::from_bytes(&[10; 32])
}

pub fn engine_signing_key(engine: EngineId) -> SigningKey {
    let (_, _, seed) = ENGINES.iter().find(|(id, _, _)| *id == engine).unwrap();
    SigningKey::from_bytes(&[*seed; 32])
}

pub fn core_keys() -> CoreKeys {
    let engines: HashMap<_, _> = ENGINES
        .iter()
        .map(|(engine, domain, seed)| {
            (
                *engine,
                (
                    *domain,
                    SigningKey::from_bytes(&[*seed; 32]).verifying_key(),
                ),
            )
        })
        .collect();
    CoreKeys {
        signing: core_key(),
        engines: Arc::new(engines),
    }
}

pub fn domain_of(engine: EngineId) -> DomainId {
    ENGINES.iter().find(|(id, _, _)| *id == engine).unwrap().1
}

pub fn agent_keys(engine: EngineId) -> AgentKeys {
    AgentKeys {
        engine,
        domain: domain_of(engine),
        signing: engine_signing_key(engine),
        core: core_key().verifying_key(),
    }
}

pub fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

pub fn order(domain: DomainId, account: AccountId, n: u64) -> Order {
    Order {
        domain,
        account,
        number: OrderNumber { epoch: 1, n },
        kind: OrderKind::Change,
        object: None,
        revives: None,
        folder: None,
        moves_secret: false,
        expects: None,
        desired: DesiredState {
            name: "svc-test".to_owned(),
            ou: "OU=Service,DC=example".to_owned(),
            enabled: true,
            expires_at: None,
            description: None,
            attributes: BTreeMap::new(),
            groups: Vec::new(),
            ..DesiredState::default()
        },
        not_after: DateTime::from_timestamp(1_900_000_000, 0).unwrap(),
    }
}

pub fn report(engine: EngineId, account: AccountId, n: u64) -> Report {
    Report {
        domain: domain_of(engine),
        account,
        number: OrderNumber { epoch: 1, n },
        engine,
        at: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        outcome: Outcome::Applied {
            object: Uuid::from_u128(9),
            secret: None,
        },
    }
}

/// Where links connect.
pub enum World {
    InProcess(Arc<Hub>),
    Nats(NatsServer),
}

impl World {
    pub fn in_process() -> Self {
        Self::InProcess(in_process_with(LEASES))
    }

    pub fn core_config(&self) -> BrokerConfig {
        match self {
            Self::InProcess(hub) => BrokerConfig::InProcess(Arc::clone(hub)),
            Self::Nats(server) => BrokerConfig::Nats(server.core_config()),
        }
    }

    pub fn agent_config(&self, engine: EngineId) -> BrokerConfig {
        match self {
            Self::InProcess(hub) => BrokerConfig::InProcess(Arc::clone(hub)),
            Self::Nats(server) => BrokerConfig::Nats(server.config(server.login(engine))),
        }
    }

    /// A core that serves both domains.
    pub async fn core(&self) -> CoreLink {
        let core = connected_core(self.core_config()).await;
        core.serve_domain(NORTH).await.unwrap();
        core.serve_domain(SOUTH).await.unwrap();
        core
    }

    pub async fn agent(&self, engine: EngineId) -> AgentLink {
        AgentLink::connect(self.agent_config(engine), agent_keys(engine))
            .await
            .unwrap()
    }
}

/// A nats-server of this test's own, on loopback, killed with it.
pub struct NatsServer {
    binary: PathBuf,
    folder: TempDir,
    port: u16,
    process: Option<Child>,
    pub operator: Arc<Operator>,
}

/// When JWTs of these tests are issued: of the server's own clock, only their end counts.
pub fn issued_at() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// The nkey of an engine.
pub fn engine_nkey(engine: EngineId) -> nkeys::KeyPair {
    let (_, _, seed) = ENGINES.iter().find(|(id, _, _)| *id == engine).unwrap();
    nkeys::KeyPair::new_from_raw(nkeys::KeyPairType::User, [seed + 10; 32]).unwrap()
}

impl NatsServer {
    /// `None`, said aloud, where there is no nats-server to run.
    pub fn start() -> Option<Self> {
        let Some(binary) = binary() else {
            eprintln!(
                "NOT RUN: no nats-server in TENURE_TEST_NATS_SERVER or .tools/bin/nats-server"
            );
            return None;
        };
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let operator = Operator::load_or_create(&folder.path().join("operator.json")).unwrap();
        let config = ServerConfig {
            listen: format!("127.0.0.1:{port}").parse().unwrap(),
            store: folder.path().join("store"),
            tls: None,
            plain: false,
            sync_always: false,
        };
        fs::write(
            folder.path().join("nats.conf"),
            nats_config::render(&config, &operator, issued_at()).unwrap(),
        )
        .unwrap();
        let mut server = Self {
            binary,
            folder,
            port,
            process: None,
            operator: Arc::new(operator),
        };
        server.run();
        Some(server)
    }

    pub fn run(&mut self) {
        let log = fs::File::create(self.folder.path().join("nats.log")).unwrap();
        let mut process = Command::new(&self.binary)
            .arg("--config")
            .arg(self.folder.path().join("nats.conf"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let deadline = std::time::Instant::now() + SOON;
        let mut greeting = [0_u8; 4];
        while TcpStream::connect(("127.0.0.1", self.port))
            .and_then(|mut s| s.read_exact(&mut greeting))
            .is_err()
        {
            let ended = process.try_wait().unwrap();
            assert!(
                ended.is_none() && std::time::Instant::now() < deadline,
                "nats-server: {ended:?}\n{}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        self.process = Some(process);
    }

    /// kill -9.
    pub fn kill(&mut self) {
        let mut process = self.process.take().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    pub fn erase_store(&self) {
        fs::remove_dir_all(self.folder.path().join("store")).unwrap();
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn binary(&self) -> &Path {
        &self.binary
    }

    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Adds to its configuration.
    pub fn configure(&self, more: &str) {
        let path = self.folder.path().join("nats.conf");
        // What is printed is one object; a file may also be its content.
        let printed = fs::read_to_string(&path).unwrap();
        fs::write(self.folder.path().join("trust.conf"), printed).unwrap();
        fs::write(path, format!("include \"trust.conf\"\n{more}")).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("nats.log")).unwrap_or_default()
    }

    /// As the core.
    pub fn core_config(&self) -> NatsConfig {
        self.config(self.operator.core_login("test", issued_at()).unwrap())
    }

    /// As an engine that signs in with this.
    pub fn config(&self, login: Login) -> NatsConfig {
        NatsConfig {
            credentials: NatsCredentials::Login(login),
            leases: LEASES,
            ..NatsConfig::new(self.url(), "test")
        }
    }

    /// A JWT of an engine, issued that long after the beginning.
    pub fn jwt(&self, engine: EngineId, after: TimeDelta, end: DateTime<Utc>) -> String {
        let nkey = engine_nkey(engine).public_key();
        let user = EngineUser {
            engine,
            domain: domain_of(engine),
            nkey: &nkey,
        };
        let at = issued_at() + after;
        self.operator.engine_jwt("test", &user, at, end).unwrap()
    }

    /// What an engine signs in with, and where its next JWT goes.
    pub fn login_with(&self, engine: EngineId, jwt: String) -> (Login, watch::Sender<String>) {
        let (sender, jwt) = watch::channel(jwt);
        (Login::new(engine_nkey(engine), jwt), sender)
    }

    /// What an engine signs in with, for as long as these tests may take.
    pub fn login(&self, engine: EngineId) -> Login {
        let far = DateTime::from_timestamp(4_000_000_000, 0).unwrap();
        self.login_with(engine, self.jwt(engine, TimeDelta::zero(), far))
            .0
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// A plain client that may do what the core may.
    pub async fn client(&self) -> async_nats::Client {
        let login = self.operator.core_login("test", issued_at()).unwrap();
        let options = signed_in(login).custom_inbox_prefix("_INBOX_core");
        options.connect(self.url()).await.unwrap()
    }
}

/// Options of a plain client.
pub fn signed_in(login: Login) -> async_nats::ConnectOptions {
    async_nats::ConnectOptions::with_auth_callback(move |nonce| {
        std::future::ready(login.answer(&nonce))
    })
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill();
        }
    }
}

fn binary() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("TENURE_TEST_NATS_SERVER") {
        assert!(
            Path::new(&named).is_file(),
            "TENURE_TEST_NATS_SERVER names no file"
        );
        return Some(named.into());
    }
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.tools/bin/nats-server");
    installed.is_file().then_some(installed)
}

/// Repeats `attempt` until it gives something, at most [`SOON`].
pub async fn eventually<T, F: Future<Output = Option<T>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(value) = attempt().await {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain for: {what}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// What waits, as far as it is about accounts.
pub async fn orders(agent: &AgentLink, max: usize) -> Result<Vec<OrderDelivery>, BrokerError> {
    let taken = agent.next_work(max).await?;
    Ok(taken.into_iter().filter_map(WorkDelivery::order).collect())
}

/// Takes orders until there is one. Errors of a broker that is away are what `eventually` waits out.
pub async fn one_order(agent: &AgentLink) -> OrderDelivery {
    eventually("an order", || async {
        let taken = orders(agent, 1).await;
        taken.unwrap_or_default().pop()
    })
    .await
}

pub async fn one_report(core: &CoreLink) -> ReportDelivery {
    eventually("a report", || async {
        core.next_reports(1).await.unwrap_or_default().pop()
    })
    .await
}

/// Nothing comes within one wait of the link.
pub async fn assert_no_order(agent: &AgentLink) {
    let orders = orders(agent, 4).await.unwrap();
    assert!(orders.is_empty(), "{:?}", orders[0].order);
}

pub async fn assert_no_report(core: &CoreLink) {
    let reports = core.next_reports(4).await.unwrap();
    assert!(reports.is_empty(), "{:?}", reports[0].message());
}

/// A core, as the product makes one: a server that has just started may say for a moment that a stream cannot be
/// stored, since it makes the folder of an account ready while its first clients are in already.
pub async fn connected_core(config: BrokerConfig) -> CoreLink {
    until_ok("a core's link", || {
        CoreLink::connect(config.clone(), core_keys())
    })
    .await
}

/// Does it until it works: for what is tried while the broker comes back.
pub async fn until_ok<T, F: Future<Output = Result<T, BrokerError>>>(
    what: &str,
    mut attempt: impl FnMut() -> F,
) -> T {
    eventually(what, || {
        let outcome = attempt();
        async {
            match outcome.await {
                Ok(value) => Some(value),
                Err(error) => {
                    assert!(error.is_transient(), "{error}");
                    None
                }
            }
        }
    })
    .await
}
