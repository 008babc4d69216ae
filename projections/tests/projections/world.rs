//! A store with people, a domain and a template, and short words for the commands that tests give.

use chrono::{DateTime, TimeZone, Utc};
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, Row, postgres::PgConnectOptions,
    sqlite::SqliteConnectOptions,
};
use std::{path::PathBuf, str::FromStr, sync::Arc, time::Duration};
use tempfile::TempDir;
use tenure_domain::{
    AccountId, Actor, DomainId, EngineId, GroupId, RequestId, Stream, TemplateId, UserId,
    account::{Account, AccountCommand, AccountFacts},
    directory::{Domain, DomainCommand, DomainContent, DomainKind},
    engine::{Engine, EngineCommand, EngineContent},
    group::{Group, GroupCommand},
    lifecycle::EndOfLifecycleAction,
    order::{Failure, Outcome, Report},
    ownership::Owner,
    period::Period,
    request::{
        OfferedTemplate, Request, RequestCommand, RequestContent, RequestFacts, RequestKind,
    },
    template::{
        AccountType, ApprovalFlow, ApprovalStep, DirectorySection, LifecycleSection,
        OwnershipSection, Template, TemplateCommand, TemplateContent, TemplateFacts, VaultKind,
        VaultSection,
    },
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{
    EventStore, Execution, InstanceKeys, StoreConfig, clock::VirtualClock, new_id,
};
use tenure_projections::Views;
use tokio_util::sync::CancellationToken;

pub(crate) const SOON: Duration = Duration::from_secs(20);

pub(crate) struct World {
    pub(crate) store: EventStore,
    pub(crate) views: Views,
    pub(crate) clock: Arc<VirtualClock>,
    pub(crate) url: String,
    pub(crate) keys: InstanceKeys,
    pub(crate) folder: TempDir,
    pub(crate) template: TemplateId,
    pub(crate) domain: DomainId,
    pub(crate) engine: EngineId,
    pub(crate) alice: UserId,
    pub(crate) bob: UserId,
    pub(crate) carol: UserId,
    pub(crate) approvers: GroupId,
    pub(crate) cancel: CancellationToken,
}

pub(crate) fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 15, 9, 0, 0).unwrap()
}

/// So that a test never waits for ever.
impl Drop for World {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("log.db").display());
        Self::new(url, folder).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let admin =
            PgConnectOptions::from_str(&std::env::var("TENURE_TEST_POSTGRES").ok()?).unwrap();
        let name = format!("views_{}", new_id().simple());
        let mut connection = admin.connect().await.unwrap();
        connection
            .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .await
            .unwrap();
        connection.close().await.unwrap();
        let url = admin.database(&name).to_url_lossy().to_string();
        Some(Self::new(url, TempDir::new().unwrap()).await)
    }

    async fn new(url: String, folder: TempDir) -> Self {
        let clock = Arc::new(VirtualClock::new(start()));
        let keys = InstanceKeys::generate();
        let store = open(&url, &keys, &clock).await;
        let views = Views::open(&store, Some(folder.path().join("views.db")))
            .await
            .unwrap();
        let id = |name: &str| tenure_domain::ids::derived(&[name]);
        let world = Self {
            store,
            views,
            clock,
            url,
            keys,
            folder,
            template: TemplateId(id("template")),
            domain: DomainId(id("domain")),
            engine: EngineId(id("engine")),
            alice: UserId(id("alice")),
            bob: UserId(id("bob")),
            carol: UserId(id("carol")),
            approvers: GroupId(id("approvers")),
            cancel: CancellationToken::new(),
        };
        for (user, name) in [
            (world.alice, "Alice Adams"),
            (world.bob, "Bob Brown"),
            (world.carol, "Carol Cole"),
        ] {
            world.register(user, name).await;
        }
        world
            .group(
                world.approvers,
                GroupCommand::Create {
                    name: "Approvers".into(),
                },
            )
            .await;
        world
            .group(world.approvers, GroupCommand::AddMember(world.carol))
            .await;
        let name = "corp.example.com".to_owned();
        let content = DomainContent {
            name,
            kind: DomainKind::Sandbox,
            base_dn: "DC=corp,DC=example,DC=com".into(),
        };
        world
            .run::<Domain>(
                world.domain.0,
                DomainCommand::Register(content),
                (),
                world.by(world.bob),
            )
            .await;
        let public_key = format!("{}=", "A".repeat(43));
        let content = EngineContent {
            name: "engine-1".into(),
            domain: world.domain,
            public_key,
        };
        world
            .run::<Engine>(
                world.engine.0,
                EngineCommand::Register(content),
                (),
                world.by(world.bob),
            )
            .await;
        world
            .publish(world.template, EndOfLifecycleAction::Disable)
            .await;
        world
    }

    /// Another process on the same data.
    pub(crate) async fn another(&self) -> (EventStore, Views) {
        let store = open(&self.url, &self.keys, &self.clock).await;
        let views = Views::open(&store, Some(self.folder.path().join("views.db")))
            .await
            .unwrap();
        (store, views)
    }

    pub(crate) fn keep(&self) {
        drop(self.views.spawn_runners(self.cancel.clone()));
    }

    /// Until the read models have everything.
    pub(crate) async fn level(&self) -> u64 {
        let head = self.store.head().await.unwrap().position;
        self.views.wait_for(head, SOON).await.unwrap();
        head
    }

    pub(crate) fn by(&self, user: UserId) -> Actor {
        Actor::User(user)
    }

    /// Runs a command; answers the position, or the refusal in words.
    pub(crate) async fn attempt<A: Stream>(
        &self,
        id: uuid::Uuid,
        command: A::Command,
        facts: A::Facts,
        actor: Actor,
    ) -> Result<u64, String>
    where
        A::Command: Clone,
    {
        let executed = self
            .store
            .execute::<A>(Execution::new(id, command, facts, actor))
            .await;
        executed
            .map(|executed| executed.position)
            .map_err(|error| error.to_string())
    }

    pub(crate) async fn run<A: Stream>(
        &self,
        id: uuid::Uuid,
        command: A::Command,
        facts: A::Facts,
        actor: Actor,
    ) -> u64
    where
        A::Command: Clone,
    {
        self.attempt::<A>(id, command, facts, actor).await.unwrap()
    }

    pub(crate) async fn register(&self, user: UserId, name: &str) -> u64 {
        let emails = vec![format!("{}@example.com", user.0.simple())];
        let data = PersonalData {
            display_name: name.into(),
            emails,
            ..PersonalData::default()
        };
        self.run::<User>(
            user.0,
            UserCommand::Register(data),
            Default::default(),
            Actor::system("test"),
        )
        .await
    }

    pub(crate) async fn group(&self, id: GroupId, command: GroupCommand) -> u64 {
        self.run::<Group>(id.0, command, Default::default(), Actor::system("test"))
            .await
    }

    pub(crate) async fn publish(&self, id: TemplateId, action: EndOfLifecycleAction) {
        let content = self.content(id, action);
        let by = || Actor::system("test");
        self.run::<Template>(
            id.0,
            TemplateCommand::Draft(Box::new(content)),
            TemplateFacts::default(),
            by(),
        )
        .await;
        self.run::<Template>(
            id.0,
            TemplateCommand::Publish,
            TemplateFacts::default(),
            by(),
        )
        .await;
    }

    /// Two steps: Bob, then one of the approvers' group.
    pub(crate) fn content(&self, id: TemplateId, action: EndOfLifecycleAction) -> TemplateContent {
        let step = |name: &str, users: &[UserId], groups: &[GroupId]| ApprovalStep {
            name: name.into(),
            least: 1,
            users: users.to_vec(),
            groups: groups.to_vec(),
            ..ApprovalStep::default()
        };
        TemplateContent {
            name: format!("Service account {}", &id.0.simple().to_string()[..6]),
            purpose: "services".into(),
            account_type: AccountType::AdUser,
            action,
            terms_of_service: None,
            vault: VaultSection {
                kind: VaultKind::BuiltIn,
                ..VaultSection::default()
            },
            directory: DirectorySection {
                domain: self.domain,
                name_prefix: String::new(),
                name_pattern: None,
                ou: "OU=Services,DC=corp,DC=example,DC=com".into(),
                retirement_ou: Some("OU=Retired,DC=corp,DC=example,DC=com".into()),
                attributes: vec![],
                groups: vec![],
                available_to: vec![],
                ..DirectorySection::default()
            },
            ownership: OwnershipSection::default(),
            lifecycle: LifecycleSection {
                periods: vec![Period::days(90)],
                renewal_opens_days: action.renews().then_some(30),
                notify_when_renewal_opens: true,
                remind_every_days: action.renews().then_some(7),
                urgent: None,
                stop_reminding_after_days: None,
                include_administrators: false,
                enabled_after_end_days: 7,
                ..LifecycleSection::default()
            },
            drift: Default::default(),
            approval: ApprovalFlow {
                steps: vec![
                    step("Manager", &[self.bob], &[]),
                    step("Security", &[], &[self.approvers]),
                ],
                hide_approver_names: false,
                justification_required: false,
            },
        }
    }

    pub(crate) fn asked(&self, name: &str) -> RequestContent {
        RequestContent {
            kind: RequestKind::NewAccount,
            template: self.template,
            name: name.into(),
            owners: vec![],
            period: None,
            justification: "needed".into(),
            description: "a service".into(),
            attributes: Default::default(),
            groups: None,
            clone_of: None,
            terms_accepted: false,
            ..RequestContent::default()
        }
    }

    pub(crate) async fn request(
        &self,
        id: RequestId,
        command: RequestCommand,
        actor: Actor,
    ) -> Result<u64, String> {
        let template = self.store.state::<Template>(self.template.0).await.unwrap();
        let offered = template
            .state
            .offered()
            .map(|(version, content)| OfferedTemplate {
                id: self.template,
                version,
                content: content.clone(),
            });
        let carol = actor.user() == Some(self.carol);
        let facts = RequestFacts {
            template: offered,
            domain_enabled: true,
            actor_groups: if carol { vec![self.approvers] } else { vec![] },
            ..RequestFacts::default()
        };
        self.attempt::<Request>(id.0, command, facts, actor).await
    }

    pub(crate) async fn draft(&self, content: RequestContent) -> RequestId {
        let id = RequestId(new_id());
        let command = RequestCommand::Draft {
            account: AccountId(new_id()),
            content: Box::new(content),
        };
        self.request(id, command, self.by(self.alice))
            .await
            .unwrap();
        id
    }

    pub(crate) async fn submit(&self, name: &str) -> RequestId {
        let id = self.draft(self.asked(name)).await;
        self.request(id, RequestCommand::Submit, self.by(self.alice))
            .await
            .unwrap();
        id
    }

    /// Both steps.
    pub(crate) async fn approve(&self, id: RequestId) {
        for user in [self.bob, self.carol] {
            self.request(id, RequestCommand::Approve { comment: None }, self.by(user))
                .await
                .unwrap();
        }
    }

    pub(crate) async fn account(
        &self,
        id: AccountId,
        command: AccountCommand,
        actor: Actor,
    ) -> Result<u64, String> {
        let facts = AccountFacts::new(1, start());
        self.attempt::<Account>(id.0, command, facts, actor).await
    }

    /// The account of an approved request, ordered.
    pub(crate) async fn create(&self, request: RequestId) -> AccountId {
        let state = self.store.state::<Request>(request.0).await.unwrap().state;
        let Request::Submitted(submitted) = &*state else {
            panic!("not submitted")
        };
        let id = submitted.submission.account;
        let mut facts = AccountFacts::new(1, start());
        facts.approved = Some((request, submitted.submission.clone()));
        self.run::<Account>(
            id.0,
            AccountCommand::Create,
            facts,
            Actor::system("provisioning"),
        )
        .await;
        self.request(
            request,
            RequestCommand::BeginProvisioning,
            Actor::system("provisioning"),
        )
        .await
        .unwrap();
        id
    }

    /// What the engine says of the outstanding order; nothing, if there is none.
    pub(crate) async fn report(&self, id: AccountId, outcome: Outcome) -> Result<u64, String> {
        let state = self.store.state::<Account>(id.0).await.unwrap().state;
        let Some(order) = state
            .managed()
            .and_then(|managed| managed.directory.outstanding.clone())
        else {
            return Err("no order".into());
        };
        let (domain, engine, number) = (self.domain, self.engine, order.number);
        let report = Report {
            domain,
            account: id,
            number,
            engine,
            at: start(),
            outcome,
        };
        self.account(
            id,
            AccountCommand::RecordReport(Box::new(report)),
            Actor::Engine(engine),
        )
        .await
    }

    pub(crate) fn applied(&self) -> Outcome {
        Outcome::Applied {
            object: new_id(),
            secret: None,
        }
    }

    pub(crate) fn failure(&self, reason: tenure_domain::order::FailureReason) -> Failure {
        Failure {
            reason,
            detail: "0000202B".into(),
        }
    }

    /// From the request to the account in the directory.
    pub(crate) async fn provision(&self, name: &str) -> AccountId {
        let request = self.submit(name).await;
        self.approve(request).await;
        let account = self.create(request).await;
        self.report(account, self.applied()).await.unwrap();
        self.request(
            request,
            RequestCommand::Complete,
            Actor::system("provisioning"),
        )
        .await
        .unwrap();
        account
    }

    pub(crate) fn owner(&self, user: UserId) -> Owner {
        Owner::User(user)
    }

    /// Runs a statement on the read models' own tables.
    pub(crate) async fn sql(&self, sql: &str) -> Vec<String> {
        if self.url.starts_with("postgres") {
            let mut connection = PgConnectOptions::from_str(&self.url)
                .unwrap()
                .connect()
                .await
                .unwrap();
            let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            rows.iter()
                .map(|row| row.try_get::<String, _>(0).unwrap())
                .collect()
        } else {
            let path: PathBuf = self.folder.path().join("views.db");
            let options = SqliteConnectOptions::new()
                .filename(path)
                .busy_timeout(Duration::from_secs(20));
            let mut connection = options.connect().await.unwrap();
            let rows = sqlx::query(AssertSqlSafe(sql.to_owned()))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            rows.iter()
                .map(|row| row.try_get::<String, _>(0).unwrap())
                .collect()
        }
    }

    /// Everything in the read models.
    pub(crate) async fn everything(&self) -> Vec<(String, Vec<String>)> {
        let postgres = self.url.starts_with("postgres");
        let views = self
            .sql(if postgres {
                "SELECT table_name::text FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1"
            } else {
                "SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY 1"
            })
            .await;
        assert!(views.len() >= 13);
        let mut all = Vec::new();
        for view in views {
            let rows = if postgres {
                self.sql(&format!("SELECT t::text FROM {view} t ORDER BY 1"))
                    .await
            } else {
                let columns = self
                    .sql(&format!(
                        "SELECT 'quote(' || name || ')' FROM pragma_table_info('{view}')"
                    ))
                    .await;
                self.sql(&format!(
                    "SELECT {} FROM {view} ORDER BY 1",
                    columns.join(" || ',' || ")
                ))
                .await
            };
            all.push((view, rows));
        }
        all
    }
}

pub(crate) async fn open(url: &str, keys: &InstanceKeys, clock: &Arc<VirtualClock>) -> EventStore {
    EventStore::open(StoreConfig {
        url: url.into(),
        keys: keys.clone(),
        cache_entries: 1000,
        clock: clock.clone(),
        virtual_clock: true,
        max_connections: 6,
    })
    .await
    .unwrap()
}
