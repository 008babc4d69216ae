//! What an engine's login may not do, asked of the server with a plain client.

use crate::world::*;
use async_nats::{Client, Event};
use std::sync::{Arc, Mutex};
use tenure_broker::subject::{Subjects, agents_consumer, domain_inbox, engine_inbox};
use tokio::time::{Instant, sleep};

struct Engine {
    client: Client,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Engine {
    async fn login(server: &NatsServer) -> Self {
        let complaints: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&complaints);
        let client = signed_in(server.login(NORTH_ONE))
            .custom_inbox_prefix(engine_inbox(NORTH, NORTH_ONE))
            .event_callback(move |event| {
                if let Event::ServerError(error) = event {
                    heard.lock().unwrap().push(error.to_string().to_lowercase());
                }
                std::future::ready(())
            })
            .connect(server.url())
            .await
            .unwrap();
        Self { client, complaints }
    }

    /// Whether the server complained about `subject` before it answered a ping sent after.
    async fn is_refused(&self, kind: &str, subject: &str) -> bool {
        self.client.flush().await.unwrap();
        let wanted = format!(
            "permissions violation for {kind} to \"{}\"",
            subject.to_lowercase()
        );
        let deadline = Instant::now() + std::time::Duration::from_millis(500);
        while Instant::now() < deadline {
            if self
                .complaints
                .lock()
                .unwrap()
                .iter()
                .any(|complaint| complaint.contains(&wanted))
            {
                return true;
            }
            sleep(std::time::Duration::from_millis(5)).await;
        }
        false
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_publishes_only_to_its_consumer_and_its_report_subject() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let world = World::Nats(server);
    let _core = world.core().await;
    let World::Nats(server) = &world else { return };
    let engine = Engine::login(server).await;
    let subjects = Subjects::new("test").unwrap();
    let (own, other) = (agents_consumer(NORTH), agents_consumer(SOUTH));

    let forbidden = [
        // Reports of others, in its own and in another domain.
        subjects.report(NORTH, NORTH_TWO),
        subjects.report(SOUTH, SOUTH_ONE),
        subjects.report(SOUTH, NORTH_ONE),
        // Orders, events, reveal requests, commands.
        subjects.work(NORTH, account(1)),
        subjects.work(SOUTH, account(1)),
        subjects
            .event("account", account(1).0, "account.provisioned")
            .unwrap(),
        subjects.reveal(NORTH),
        subjects.reveal(SOUTH),
        subjects.calibrate(NORTH),
        "tenure.test.command.account.delete".to_owned(),
        "tenure.other.report.x.y".to_owned(),
        // Somebody's inbox.
        "_INBOX_core.guess".to_owned(),
        format!("{}.guess", engine_inbox(NORTH, NORTH_TWO)),
        // The other domain's consumer.
        format!("$JS.API.CONSUMER.MSG.NEXT.TENURE_WORK.{other}"),
        format!("$JS.API.CONSUMER.INFO.TENURE_WORK.{other}"),
        format!("$JS.ACK.TENURE_WORK.{other}.1.1.1.1.0"),
        // The core's.
        "$JS.API.CONSUMER.MSG.NEXT.TENURE_REPORT.core".to_owned(),
        // Anything that makes, changes, reads or deletes streams and consumers.
        "$JS.API.INFO".to_owned(),
        "$JS.API.STREAM.LIST".to_owned(),
        "$JS.API.STREAM.NAMES".to_owned(),
        "$JS.API.STREAM.INFO.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.CREATE.MINE".to_owned(),
        "$JS.API.STREAM.UPDATE.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.DELETE.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.PURGE.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.MSG.GET.TENURE_WORK".to_owned(),
        "$JS.API.STREAM.MSG.DELETE.TENURE_WORK".to_owned(),
        "$JS.API.DIRECT.GET.TENURE_WORK".to_owned(),
        "$JS.API.CONSUMER.CREATE.TENURE_WORK.mine".to_owned(),
        format!("$JS.API.CONSUMER.CREATE.TENURE_WORK.{own}"),
        "$JS.API.CONSUMER.DURABLE.CREATE.TENURE_WORK.mine".to_owned(),
        format!("$JS.API.CONSUMER.DELETE.TENURE_WORK.{own}"),
        format!("$JS.API.CONSUMER.PAUSE.TENURE_WORK.{own}"),
        "$JS.API.CONSUMER.LIST.TENURE_WORK".to_owned(),
        "$SYS.REQ.SERVER.PING".to_owned(),
        // Who has access.
        "$SYS.REQ.CLAIMS.UPDATE".to_owned(),
        "$SYS.REQ.CLAIMS.DELETE".to_owned(),
    ];
    for subject in forbidden {
        engine
            .client
            .publish(subject.clone(), "{}".into())
            .await
            .unwrap();
        assert!(
            engine.is_refused("publish", &subject).await,
            "{subject} was not refused"
        );
    }
    // The check itself can fail: what is allowed draws no complaint.
    let allowed = subjects.report(NORTH, NORTH_ONE);
    engine
        .client
        .publish(allowed.clone(), "{}".into())
        .await
        .unwrap();
    assert!(!engine.is_refused("publish", &allowed).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_hears_only_its_inbox_and_what_its_domain_is_asked() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let engine = Engine::login(&server).await;
    let subjects = Subjects::new("test").unwrap();
    for subject in [
        ">".to_owned(),
        "tenure.>".to_owned(),
        "_INBOX.>".to_owned(),
        "_INBOX_core.>".to_owned(),
        format!("{}.>", domain_inbox(NORTH)),
        format!("{}.>", engine_inbox(NORTH, NORTH_TWO)),
        subjects.reveal(SOUTH),
        subjects.calibrate(SOUTH),
        subjects.all_work(),
        subjects.work_of(NORTH),
        subjects.report(NORTH, NORTH_TWO),
        subjects.all_reports(),
        subjects.all_events(),
        "$JS.EVENT.>".to_owned(),
        "$SYS.>".to_owned(),
    ] {
        let _subscription = engine.client.subscribe(subject.clone()).await.unwrap();
        assert!(
            engine.is_refused("subscription", &subject).await,
            "{subject} was not refused"
        );
    }
    // Not outside the group in which one engine answers.
    let reveal = subjects.reveal(NORTH);
    let _lone = engine.client.subscribe(reveal.clone()).await.unwrap();
    assert!(engine.is_refused("subscription", &reveal).await);
}
