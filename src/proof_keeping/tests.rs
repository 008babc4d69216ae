use super::*;
use tempfile::TempDir;
use tenure_domain::{
    Actor,
    group::{Group, GroupCommand},
};
use tenure_eventstore::{Execution, InstanceKeys, StoreConfig, VirtualClock, new_id};

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

    /// As a process does that was just started.
    async fn turn(&self) {
        self.keeping.turn(&mut Waiting::default()).await.unwrap();
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
