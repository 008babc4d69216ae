use super::*;
use crate::config::Config;
use axum::http::StatusCode;
use std::{
    fs,
    future::ready,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tempfile::TempDir;
use tenure_domain::{
    Actor,
    group::{Group, GroupCommand},
};
use tenure_eventstore::{
    Execution, InstanceKeys, StoreConfig, VirtualClock, new_id, read_checkpoints,
};

/// A history on disk, and a clock that stands.
struct World {
    folder: TempDir,
    clock: Arc<VirtualClock>,
    keeping: Keeping,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = "2026-03-02T09:00:00Z".parse().unwrap();
        let clock = Arc::new(VirtualClock::new(start));
        let store = open(&folder, &clock, InstanceKeys::generate()).await;
        let keeping = Keeping {
            views: Views::open(&store, None).await.unwrap(),
            store,
            clock: clock.clone(),
            section: CheckpointSection::default(),
            file: None,
            public_url: "https://tenure.corp.example".to_owned(),
        };
        let world = Self {
            folder,
            clock,
            keeping,
        };
        world.event().await;
        world
    }

    async fn event(&self) {
        let (id, name) = (new_id(), format!("group {}", new_id()));
        let create = GroupCommand::Create { name };
        let system = Actor::system("test");
        let execution = Execution::<Group>::new(id, create, Default::default(), system);
        self.keeping.store.execute(execution).await.unwrap();
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// One more event, and one more checkpoint is due.
    async fn hour(&self) {
        self.event().await;
        self.clock.advance(TimeDelta::hours(1));
    }

    /// Checkpoints are written to a file from now on.
    fn name_file(&mut self) -> PathBuf {
        let file = self.folder.path().join("elsewhere.txt");
        let mut config = Config {
            data: self.folder.path().to_owned(),
            ..Config::default()
        };
        config.checkpoints.file = Some(file.clone());
        self.keeping.file = CheckpointFile::of(&config);
        file
    }

    async fn kept(&self) -> Vec<String> {
        let kept = self.keeping.store.checkpoints().await.unwrap();
        kept.iter().map(ToString::to_string).collect()
    }

    /// As a process does that was just started.
    async fn turn(&self) {
        self.keeping.turn(&mut Written::default()).await.unwrap();
    }

    async fn found(&self) -> Verification {
        let found = self.keeping.store.last_verification().await.unwrap();
        found.expect("a look")
    }

    async fn newest(&self) -> ChainCheckpoint {
        let newest = self.keeping.store.newest_checkpoint().await.unwrap();
        newest.signed.expect("a checkpoint")
    }
}

async fn open(folder: &TempDir, clock: &Arc<VirtualClock>, keys: InstanceKeys) -> EventStore {
    let store = EventStore::open(StoreConfig {
        url: format!("sqlite://{}", folder.path().join("log.db").display()),
        keys,
        cache_entries: 100,
        clock: clock.clone(),
        virtual_clock: true,
        max_connections: 2,
    });
    store.await.unwrap()
}

fn written(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap();
    let checkpoints = read_checkpoints(&text).unwrap();
    checkpoints.iter().map(ToString::to_string).collect()
}

/// A machine elsewhere that takes checkpoints once it is told to.
struct Collector {
    address: String,
    takes: Arc<AtomicBool>,
    taken: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let collector = Self {
            address: format!("http://{}/", listener.local_addr().unwrap()),
            takes: Arc::default(),
            taken: Arc::default(),
        };
        let (takes, taken) = (collector.takes.clone(), collector.taken.clone());
        let take = move |note: String| {
            if !takes.load(Ordering::SeqCst) {
                return ready(StatusCode::SERVICE_UNAVAILABLE);
            }
            taken.lock().unwrap().push(note);
            ready(StatusCode::NO_CONTENT)
        };
        let router = axum::Router::new().route("/", axum::routing::post(take));
        tokio::spawn(axum::serve(listener, router).into_future());
        collector
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_destination_gets_what_was_signed_before_it_was_named_and_what_it_refused_before_a_restart()
 {
    let mut world = World::new().await;
    world.turn().await;
    let collector = Collector::start().await;
    world.keeping.section.webhook = Some(collector.address.clone());
    world.hour().await;
    world.turn().await;
    assert_eq!(collector.taken(), Vec::<String>::new());
    collector.takes.store(true, Ordering::SeqCst);
    world.turn().await;
    assert_eq!(world.kept().await.len(), 2);
    assert_eq!(collector.taken(), world.kept().await);
    world.hour().await;
    world.turn().await;
    world.turn().await;
    assert_eq!(world.kept().await.len(), 3);
    assert_eq!(collector.taken(), world.kept().await, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_gets_what_was_signed_before_it_was_named_and_each_once() {
    let mut world = World::new().await;
    world.turn().await;
    world.hour().await;
    let file = world.name_file();
    world.turn().await;
    world.turn().await;
    assert_eq!(world.kept().await.len(), 2);
    assert_eq!(written(&file), world.kept().await);
    assert_eq!(world.found().await.altered, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_told_and_not_made_anew_until_it_is_back() {
    let mut world = World::new().await;
    let file = world.name_file();
    world.turn().await;
    let text = fs::read_to_string(&file).unwrap();
    // The file system is no more mounted, and the process goes on.
    let mut seen = Written::default();
    world.keeping.turn(&mut seen).await.unwrap();
    fs::remove_file(&file).unwrap();
    world.hour().await;
    world.keeping.turn(&mut seen).await.unwrap();
    let altered = world.found().await.altered.expect("the lost file");
    assert!(altered.contains("has 0 of the 1 signed"), "{altered}");
    assert!(!file.exists());
    fs::write(&file, text).unwrap();
    world.keeping.turn(&mut seen).await.unwrap();
    assert_eq!(world.found().await.altered, None);
    assert_eq!(written(&file), world.kept().await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lacks_older_checkpoints_is_told_and_left_as_it_is() {
    let mut world = World::new().await;
    world.turn().await;
    world.hour().await;
    let file = world.name_file();
    world.turn().await;
    let newest = world.newest().await.to_string();
    fs::write(&file, &newest).unwrap();
    world.turn().await;
    let altered = world.found().await.altered.expect("the cut file");
    assert!(altered.contains("has 1 of the 2 signed"), "{altered}");
    assert_eq!(written(&file), [newest]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lies_in_the_future_puts_nothing_off() {
    let world = World::new().await;
    let store = &world.keeping.store;
    let later = world.now() + TimeDelta::days(1_000);
    store.checkpoint(later).await.unwrap();
    let found = Verification {
        at: later,
        position: 1,
        checkpoints: 1,
        altered: None,
    };
    store.keep_verification(&found).await.unwrap();
    world.event().await;
    world.turn().await;
    assert_eq!(world.found().await.at, world.now());
    let newest = world.newest().await;
    assert_eq!((newest.position, newest.signed_at), (2, world.now()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_that_was_made_up_is_made_up_for() {
    let world = World::new().await;
    let tables = world.keeping.store.state_tables();
    let now = world.now().to_rfc3339();
    let forged = format!("{{\"at\":\"{now}\",\"position\":900,\"checkpoints\":900}}");
    let forge = tables.set_meta("history verification", &forged);
    forge.await.unwrap();
    world.turn().await;
    assert_eq!(world.found().await.position, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_checkpoint_is_told_at_once_and_signing_goes_on() {
    let world = World::new().await;
    world.turn().await;
    assert_eq!(world.found().await.altered, None);
    world.event().await;
    // Whoever has the database, but not the keys.
    let stranger = open(&world.folder, &world.clock, InstanceKeys::generate()).await;
    let later = world.now() + TimeDelta::days(1_000);
    stranger.checkpoint(later).await.unwrap();
    world.clock.advance(TimeDelta::hours(1));
    world.turn().await;
    let altered = world.found().await.altered.expect("the forged one");
    assert!(altered.contains("not signed by a trusted key"), "{altered}");
    let newest = world.newest().await;
    assert_eq!((newest.position, newest.signed_at), (2, world.now()));
}
