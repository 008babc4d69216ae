//! Messages that somebody with access to the server's own subjects made up, changed or copied. Only NATS: in
//! process there is no wire to tamper with.

use crate::world::*;
use async_nats::{HeaderMap, jetstream};
use tenure_broker::{
    AgentLink, CoreLink,
    signing::{Purpose, SignedEnvelope},
    subject::Subjects,
    wire::{CALIBRATION, KEY_HEADER, KIND_HEADER, LOG, SIGNATURE_HEADER},
};
use tenure_domain::{
    calibration::CalibrationOrder,
    engine::log::EngineLog,
    ids::{DomainId, EngineId},
    order::{Order, Report},
};
use uuid::Uuid;

struct Scene {
    _server: NatsServer,
    raw: jetstream::Context,
    core: CoreLink,
    subjects: Subjects,
    agent: AgentLink,
}

async fn scene() -> Option<Scene> {
    let server = NatsServer::start()?;
    let raw = jetstream::new(server.client().await);
    let world = World::Nats(server);
    let (core, agent) = (world.core().await, world.agent(NORTH_ONE).await);
    let World::Nats(server) = world else {
        unreachable!()
    };
    Some(Scene {
        _server: server,
        raw,
        core,
        agent,
        subjects: Subjects::new("test").unwrap(),
    })
}

fn headers(envelope: &SignedEnvelope) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(KEY_HEADER, envelope.key.as_str());
    headers.insert(SIGNATURE_HEADER, envelope.signature.as_str());
    headers
}

impl Scene {
    async fn put(&self, subject: String, envelope: &SignedEnvelope) {
        let sent = self
            .raw
            .publish_with_headers(subject, headers(envelope), envelope.payload.clone())
            .await
            .unwrap();
        sent.await.unwrap();
    }

    async fn put_kind(&self, kind: &str, subject: &str, envelope: &SignedEnvelope) {
        let mut headers = headers(envelope);
        headers.insert(KIND_HEADER, kind);
        let payload = envelope.payload.clone();
        let sent = self
            .raw
            .publish_with_headers(subject.to_owned(), headers, payload);
        sent.await.unwrap().await.unwrap();
    }

    async fn put_order(&self, domain: DomainId, place: u128, envelope: &SignedEnvelope) {
        self.put(self.subjects.work(domain, account(place)), envelope)
            .await;
    }

    /// An honest order comes through, the ones before it were refused and are gone.
    async fn only_the_honest_order_arrives(&self, refused: u64) {
        let honest = order(NORTH, account(999), 1);
        self.core.issue(&honest).await.unwrap();
        let delivery = one_order(&self.agent).await;
        assert_eq!(delivery.order, honest);
        delivery.ack().await.unwrap();
        assert_eq!(self.agent.refused(), refused);
        eventually("the refused ones to be gone", || async {
            (self.core.health().await.orders_waiting == Some(0)).then_some(())
        })
        .await;
    }

    async fn only_the_honest_report_arrives(&self, refused: u64) {
        let honest = report(NORTH_ONE, account(999), 1);
        self.agent.report(&honest).await.unwrap();
        let delivery = one_report(&self.core).await;
        assert_eq!(delivery.report().unwrap(), &honest);
        delivery.ack().await.unwrap();
        assert_eq!(self.core.health().await.refused, refused);
        eventually("the refused ones to be gone", || async {
            (self.core.health().await.reports_waiting == Some(0)).then_some(())
        })
        .await;
    }
}

fn signed_order(order: &Order) -> SignedEnvelope {
    SignedEnvelope::sign(
        Purpose::Order,
        serde_json::to_vec(order).unwrap(),
        &core_key(),
    )
}

fn signed_report(report: &Report) -> SignedEnvelope {
    SignedEnvelope::sign(
        Purpose::Report,
        serde_json::to_vec(report).unwrap(),
        &engine_signing_key(report.engine),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn tampered_copied_and_malformed_orders_are_refused() {
    let Some(scene) = scene().await else { return };
    let genuine = signed_order(&order(NORTH, account(1), 1));
    // One field changed after signing.
    let text = String::from_utf8(genuine.payload.to_vec()).unwrap();
    assert!(text.contains("\"enabled\":true"));
    let changed = text.replace("\"enabled\":true", "\"enabled\":false");
    scene
        .put_order(
            NORTH,
            1,
            &SignedEnvelope {
                payload: changed.into(),
                ..genuine.clone()
            },
        )
        .await;
    // A genuine one in another account's place, and one of another domain in this one's.
    scene.put_order(NORTH, 2, &genuine).await;
    scene
        .put_order(NORTH, 3, &signed_order(&order(SOUTH, account(3), 1)))
        .await;
    // Signed by an engine; signed as something else; not signed; not JSON.
    let bytes = serde_json::to_vec(&order(NORTH, account(4), 1)).unwrap();
    let by_engine = SignedEnvelope::sign(
        Purpose::Order,
        bytes.clone(),
        &engine_signing_key(NORTH_TWO),
    );
    scene.put_order(NORTH, 4, &by_engine).await;
    scene
        .put_order(
            NORTH,
            5,
            &SignedEnvelope::sign(Purpose::Report, bytes, &core_key()),
        )
        .await;
    scene
        .put_order(
            NORTH,
            6,
            &SignedEnvelope {
                signature: String::new(),
                ..genuine
            },
        )
        .await;
    scene
        .put_order(
            NORTH,
            7,
            &SignedEnvelope::sign(Purpose::Order, "{\"half\":", &core_key()),
        )
        .await;
    scene.only_the_honest_order_arrives(7).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_copied_and_malformed_reports_are_refused_and_hold_nothing_up() {
    let Some(scene) = scene().await else { return };
    let own_place = scene.subjects.report(NORTH, NORTH_ONE);
    let genuine = signed_report(&report(NORTH_TWO, account(1), 1));
    // Another engine's genuine report, replayed from this engine's place.
    scene.put(own_place.clone(), &genuine).await;
    // A report of its own domain's key about another domain.
    let foreign = Report {
        domain: SOUTH,
        ..report(NORTH_ONE, account(1), 1)
    };
    scene.put(own_place.clone(), &signed_report(&foreign)).await;
    // From a domain that the engine does not serve, and from an engine that does not exist.
    scene
        .put(
            scene.subjects.report(SOUTH, NORTH_ONE),
            &signed_report(&foreign),
        )
        .await;
    let nobody = tenure_domain::ids::EngineId(uuid::Uuid::from_u128(0xbad));
    scene
        .put(scene.subjects.report(NORTH, nobody), &genuine)
        .await;
    // Signed by somebody else, changed, not JSON, too large.
    let own = report(NORTH_ONE, account(1), 1);
    let bytes = serde_json::to_vec(&own).unwrap();
    scene
        .put(
            own_place.clone(),
            &SignedEnvelope::sign(Purpose::Report, bytes, &core_key()),
        )
        .await;
    let text = String::from_utf8(signed_report(&own).payload.to_vec())
        .unwrap()
        .replace("\"n\":1", "\"n\":2");
    scene
        .put(
            own_place.clone(),
            &SignedEnvelope {
                payload: text.into(),
                ..signed_report(&own)
            },
        )
        .await;
    let key = engine_signing_key(NORTH_ONE);
    scene
        .put(
            own_place.clone(),
            &SignedEnvelope::sign(Purpose::Report, "[]", &key),
        )
        .await;
    let large = vec![b' '; tenure_broker::wire::BODY_LIMIT + 1];
    scene
        .put(
            own_place,
            &SignedEnvelope::sign(Purpose::Report, large, &key),
        )
        .await;
    scene.only_the_honest_report_arrives(8).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_that_is_repeated_is_stored_once() {
    let Some(scene) = scene().await else { return };
    for _ in 0..3 {
        scene
            .agent
            .report(&report(NORTH_ONE, account(1), 1))
            .await
            .unwrap();
    }
    assert_eq!(scene.core.health().await.reports_waiting, Some(1));
}

fn log(engine: EngineId) -> Vec<u8> {
    let log = EngineLog {
        domain: NORTH,
        engine,
        start: Uuid::from_u128(1),
        at: report(engine, account(1), 1).at,
        lines: vec![],
    };
    serde_json::to_vec(&log).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_engine_did_or_reaches_is_believed_of_itself_only() {
    let Some(scene) = scene().await else { return };
    let own_place = scene.subjects.report(NORTH, NORTH_ONE);
    let signed =
        |purpose, body, engine| SignedEnvelope::sign(purpose, body, &engine_signing_key(engine));
    // Another engine's, from this one's place; this one's key about another; and signed as something else.
    for (kind, envelope) in [
        (LOG, signed(Purpose::Log, log(NORTH_TWO), NORTH_TWO)),
        (LOG, signed(Purpose::Log, log(NORTH_TWO), NORTH_ONE)),
        (LOG, signed(Purpose::Status, log(NORTH_ONE), NORTH_ONE)),
        (CALIBRATION, signed(Purpose::Log, log(NORTH_ONE), NORTH_ONE)),
    ] {
        scene.put_kind(kind, &own_place, &envelope).await;
    }
    scene.only_the_honest_report_arrives(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_core_asks_an_engine_what_it_reaches() {
    let Some(server) = NatsServer::start() else {
        return;
    };
    let raw = server.client().await;
    let world = World::Nats(server);
    let (_core, agent) = (world.core().await, world.agent(NORTH_ONE).await);
    let asked = |domain| {
        let order = CalibrationOrder {
            domain,
            engines: [NORTH_ONE].into(),
            run: Uuid::from_u128(1),
            places: vec![],
            imported: vec![],
            not_after: order(NORTH, account(1), 1).not_after,
        };
        serde_json::to_vec(&order).unwrap()
    };
    let forged = [
        SignedEnvelope::sign(
            Purpose::CalibrationOrder,
            asked(NORTH),
            &engine_signing_key(NORTH_TWO),
        ),
        SignedEnvelope::sign(Purpose::Order, asked(NORTH), &core_key()),
        // The core's own, of another domain.
        SignedEnvelope::sign(Purpose::CalibrationOrder, asked(SOUTH), &core_key()),
    ];
    let subject = Subjects::new("test").unwrap().calibrate(NORTH);
    let asking = eventually("each to be refused", || async {
        for envelope in &forged {
            let sent = raw.publish_with_headers(
                subject.clone(),
                headers(envelope),
                envelope.payload.clone(),
            );
            sent.await.unwrap();
        }
        (agent.refused() >= 3).then_some(())
    });
    let heard = agent.serve_calibrations(|order| async move { panic!("believed {order:?}") });
    tokio::select! {
        ended = heard => panic!("{ended:?}"),
        () = asking => {}
    }
}
