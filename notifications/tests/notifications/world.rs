//! A small organisation on a store of its own.

use chrono::{DateTime, Utc};
use std::{sync::Arc, time::Duration};
use tempfile::TempDir;
use tenure_domain::{
    AccountId, Actor, DomainId, Event, GroupId, RequestId, Stream, TemplateId, UserId,
    account::{Account, AccountCommand, AccountFacts},
    directory::{Domain, DomainCommand, DomainContent, DomainKind},
    group::{Group, GroupCommand},
    ids::derived,
    order::{Outcome, Report},
    request::{OfferedTemplate, Request, RequestCommand, RequestContent, RequestFacts},
    role::BuiltInRole,
    template::TemplateContent,
    user::{PersonalData, User, UserCommand},
};
use tenure_eventstore::{
    EventStore, Execution, InstanceKeys, StoreConfig,
    clock::{Clock, VirtualClock},
};
use tenure_notifications::{Delivery, Notifier};
use tenure_projections::Views;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub(crate) struct World {
    pub(crate) store: EventStore,
    pub(crate) views: Views,
    /// Paces the sending.
    pub(crate) system: Arc<VirtualClock>,
    pub(crate) folder: TempDir,
    cancel: CancellationToken,
}

impl Drop for World {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

pub(crate) fn id(name: &str) -> Uuid {
    derived(&[name])
}

pub(crate) fn now() -> DateTime<Utc> {
    "2026-01-15T09:00:00Z".parse().unwrap()
}

impl World {
    /// Alice asks; Bob, then one of the group "security" (Carol, Dave) approves; Olga hears of the account's end too; Ada
    /// administers.
    pub(crate) async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let clock = Arc::new(VirtualClock::new(now()));
        let store = EventStore::open(StoreConfig {
            url: format!("sqlite://{}", folder.path().join("log.db").display()),
            keys: InstanceKeys::generate(),
            cache_entries: 1000,
            clock,
            virtual_clock: true,
            max_connections: 6,
        })
        .await
        .unwrap();
        let views = Views::open(&store, Some(folder.path().join("views.db")))
            .await
            .unwrap();
        let cancel = CancellationToken::new();
        drop(views.spawn_runners(cancel.clone()));
        let system = Arc::new(VirtualClock::new("2030-01-01T00:00:00Z".parse().unwrap()));
        let world = Self {
            store,
            views,
            system,
            folder,
            cancel,
        };
        for name in ["alice", "bob", "carol", "dave", "olga", "ada"] {
            world.person(name).await;
        }
        let security = id("security");
        world
            .run::<Group>(
                security,
                GroupCommand::Create {
                    name: "Security".into(),
                },
                Default::default(),
            )
            .await;
        for name in ["carol", "dave"] {
            world
                .run::<Group>(
                    security,
                    GroupCommand::AddMember(UserId(id(name))),
                    Default::default(),
                )
                .await;
        }
        world
            .run::<User>(
                id("ada"),
                UserCommand::GrantRole(BuiltInRole::SystemAdministrator.id()),
                Default::default(),
            )
            .await;
        let base_dn = "DC=corp,DC=example,DC=com".into();
        let content = DomainContent {
            name: "corp.example.com".into(),
            kind: DomainKind::Sandbox,
            base_dn,
        };
        world
            .run::<Domain>(id("corp"), DomainCommand::Register(content), ())
            .await;
        let head = world.store.head().await.unwrap().position;
        world
            .views
            .wait_for(head, Duration::from_secs(20))
            .await
            .unwrap();
        world
    }

    pub(crate) async fn person(&self, name: &str) {
        let display_name = format!("{}{} Example", name[..1].to_uppercase(), &name[1..]);
        let emails = vec![format!("{name}@example.com")];
        let data = PersonalData {
            display_name,
            emails,
            ..PersonalData::default()
        };
        self.run::<User>(id(name), UserCommand::Register(data), Default::default())
            .await;
    }

    /// The notifier at work, until the handle's token is cancelled.
    pub(crate) fn notify(&self, delivery: &Delivery) -> (CancellationToken, JoinHandle<()>) {
        let (store, views) = (self.store.clone(), self.views.clone());
        let notifier = Notifier::new(
            store,
            views,
            delivery.clone(),
            "https://tenure.example.com/".into(),
        );
        let cancel = self.cancel.child_token();
        let system: Arc<dyn Clock> = self.system.clone();
        let running = tokio::spawn(notifier.by_clock(system).run(cancel.clone()));
        (cancel, running)
    }

    /// Until the notifier has set its mark behind the head of the history, as it stands.
    pub(crate) async fn begun(&self) {
        until("the notifier's mark", async || {
            self.store
                .state_tables()
                .checkpoint("notifications")
                .await
                .unwrap()
                .map(drop)
        })
        .await;
    }

    pub(crate) async fn run<A: Stream>(&self, stream: Uuid, command: A::Command, facts: A::Facts)
    where
        A::Command: Clone,
    {
        self.run_by::<A>(stream, command, facts, Actor::system("test"))
            .await;
    }

    async fn run_by<A: Stream>(
        &self,
        stream: Uuid,
        command: A::Command,
        facts: A::Facts,
        actor: Actor,
    ) where
        A::Command: Clone,
    {
        self.store
            .execute::<A>(Execution::new(stream, command, facts, actor))
            .await
            .unwrap();
    }

    fn template(&self) -> TemplateContent {
        serde_json::from_value(serde_json::json!({
            "name": "Backup jobs", "account_type": "ad-user", "action": "disable", "vault": { "kind": "built-in" },
            "directory": { "domain": id("corp"), "ou": "OU=Services,DC=corp,DC=example,DC=com" },
            "lifecycle": { "periods": ["90 days"], "renewal_opens_days": 30, "remind_every_days": 7,
                "other_recipients": { "users": [id("olga")] } },
            "approval": { "steps": [
                { "name": "Manager", "least": 1, "users": [id("bob")] },
                { "name": "Security", "least": 1, "groups": [id("security")] },
            ] },
        }))
        .unwrap()
    }

    pub(crate) async fn request(&self, by: &str, command: RequestCommand) {
        let content = Arc::new(self.template());
        let template = Some(OfferedTemplate {
            id: TemplateId(id("template")),
            version: 1,
            content,
        });
        let security = matches!(by, "carol" | "dave").then_some(GroupId(id("security")));
        let actor_groups = security.into_iter().collect();
        let facts = RequestFacts {
            template,
            domain_enabled: true,
            actor_groups,
            ..RequestFacts::default()
        };
        self.run_by::<Request>(id("request"), command, facts, Actor::User(UserId(id(by))))
            .await;
    }

    pub(crate) async fn submit(&self) {
        let content: RequestContent = serde_json::from_value(serde_json::json!({
            "kind": { "type": "new-account" }, "template": id("template"), "name": "svc-backup",
            "justification": "nightly backup",
        }))
        .unwrap();
        let account = AccountId(id("account"));
        self.request(
            "alice",
            RequestCommand::Draft {
                account,
                content: Box::new(content),
            },
        )
        .await;
        self.request("alice", RequestCommand::Submit).await;
    }

    pub(crate) async fn approve(&self, by: &str) {
        self.request(by, RequestCommand::Approve { comment: None })
            .await;
    }

    pub(crate) async fn account(&self, command: AccountCommand, now: &str) {
        let request = self
            .store
            .state::<Request>(id("request"))
            .await
            .unwrap()
            .state;
        let mut facts = AccountFacts::new(1, self.system.now());
        facts.approved = request
            .submission()
            .map(|submission| (RequestId(id("request")), submission.clone()));
        let execution =
            Execution::<Account>::new(id("account"), command, facts, Actor::system("test"));
        let execution = Execution {
            now: Some(now.parse().unwrap()),
            ..execution
        };
        self.store.execute(execution).await.unwrap();
    }

    pub(crate) async fn applied(&self, now: &str) {
        let account = self
            .store
            .state::<Account>(id("account"))
            .await
            .unwrap()
            .state;
        let order = account
            .managed()
            .unwrap()
            .directory
            .outstanding
            .clone()
            .unwrap();
        let outcome = Outcome::Applied {
            object: id("object"),
            secret: None,
        };
        let (account, number, at) = (order.account, order.number, self.system.now());
        let domain: DomainId = order.domain;
        let report = Report {
            domain,
            account,
            number,
            engine: id("engine").into(),
            at,
            outcome,
        };
        self.account(AccountCommand::RecordReport(Box::new(report)), now)
            .await;
    }

    pub(crate) async fn events_named(&self, name: &str) -> usize {
        let all = self.store.read(0, 10_000).await.unwrap();
        all.iter()
            .filter(|stored| Event::type_name(&stored.event) == name)
            .count()
    }
}

/// Waits until `probe` answers something.
pub(crate) async fn until<T>(what: &str, probe: impl AsyncFn() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(40);
    loop {
        if let Some(found) = probe().await {
            return found;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "waited in vain for {what}"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
