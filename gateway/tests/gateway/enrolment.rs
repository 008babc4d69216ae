//! An engine comes to be: a token that is shown once, keys that are proven, an administrator who assigns it; and its end.

use crate::world::{Answer, Person, World};
use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use reqwest::Method;
use serde_json::{Value, json};
use tenure_broker::{
    enrolment::{enrolment_statement, login_statement, prove, prove_nkey},
    keys::{Nkey, public_text},
    signing::Purpose,
};
use tenure_domain::EngineId;

/// Somebody with keys.
struct Applicant {
    signing: SigningKey,
    nkey: Nkey,
}

impl Applicant {
    fn new(seed: u8) -> Self {
        Self {
            signing: SigningKey::from_bytes(&[seed; 32]),
            nkey: Nkey::new_user(),
        }
    }

    fn public_key(&self) -> String {
        public_text(&self.signing.verifying_key())
    }

    /// What an honest engine sends.
    async fn statement(&self, world: &World, token: &str) -> Value {
        let challenge = challenge(world).await;
        let (public_key, nkey) = (self.public_key(), self.nkey.public_key());
        let statement = enrolment_statement(&challenge, token, &public_key, &nkey);
        json!({
            "token": token, "public_key": public_key, "nkey": nkey, "challenge": challenge,
            "nkey_proof": prove_nkey(Purpose::Enrolment, &statement, &self.nkey).unwrap(),
            "key_proof": prove(Purpose::Enrolment, statement, &self.signing),
        })
    }

    async fn enrol(&self, world: &World, token: &str) -> Answer {
        let statement = self.statement(world, token).await;
        ask(world, "enrolment", statement).await
    }

    async fn login(&self, world: &World, engine: &str) -> Answer {
        let challenge = challenge(world).await;
        let id: EngineId = engine.parse().unwrap();
        let proof = prove(
            Purpose::Login,
            login_statement(&challenge, id),
            &self.signing,
        );
        let body = json!({"engine": engine, "challenge": challenge, "proof": proof});
        ask(world, "enrolment/login", body).await
    }
}

async fn ask(world: &World, path: &str, body: Value) -> Answer {
    world.send(Method::POST, path, None, &[], Some(body)).await
}

async fn challenge(world: &World) -> String {
    let answer = ask(world, "enrolment/challenge", json!({})).await.ok();
    answer["challenge"].as_str().unwrap().to_owned()
}

async fn domain(ada: &Person) -> String {
    let domain = json!({"name": "corp.example.com", "kind": "sandbox", "base_dn": "DC=corp,DC=example,DC=com"});
    ada.post("domains", domain).await.id()
}

/// A token for a new engine: its id, and what was shown.
async fn token(ada: &Person, domain: &str) -> (String, String) {
    let expect = json!({"name": "dc1-agent", "domain": domain});
    let issued = ada.post("engines/tokens", expect).await;
    assert_eq!(issued.status, 201);
    let token = issued.json["token"].as_str().unwrap().to_owned();
    (issued.id(), token)
}

async fn standing(ada: &Person, engine: &str) -> String {
    let shown = ada.get(&format!("engines/{engine}")).await.ok();
    shown["standing"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_engine_is_expected_enrols_and_works_once_it_is_assigned() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, token) = token(&ada, &domain).await;
    let shown = ada.get(&format!("engines/{engine}")).await.ok();
    assert_eq!(
        (&shown["name"], &shown["standing"]),
        (&json!("dc1-agent"), &json!("expected"))
    );
    assert!(shown["token_expires_at"].is_string() && shown["public_key"].is_null());

    let applicant = Applicant::new(1);
    let enrolled = applicant.enrol(&world, &token).await.ok();
    assert_eq!(enrolled["engine"], engine);
    assert_eq!(enrolled["domain"]["name"], "corp.example.com");
    let core = public_text(&SigningKey::from_bytes(&[7; 32]).verifying_key());
    assert_eq!(enrolled["core_key"], core);
    let shown = ada.get(&format!("engines/{engine}")).await.ok();
    assert_eq!(shown["public_key"], applicant.public_key());
    assert_eq!(shown["standing"], "unassigned");
    assert!(shown["token_expires_at"].is_null());

    let waits = applicant.login(&world, &engine).await;
    assert_eq!(waits.problem(), (409, "engine-unassigned"));
    let assign = format!("engines/{engine}/assign");
    ada.post(&assign, json!({})).await.ok();
    assert_eq!(standing(&ada, &engine).await, "assigned");
    let login = applicant.login(&world, &engine).await.ok();
    assert_eq!(login["expires_in"], 3600);
}

#[tokio::test]
async fn a_token_is_shown_once_and_kept_nowhere() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let expect = json!({"name": "dc1-agent", "domain": domain});
    let first = ada.post_once("engines/tokens", "k", expect.clone()).await;
    let again = ada.post_once("engines/tokens", "k", expect).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json["id"], again.json["id"]);
    assert!(again.json["token"].is_null(), "{:?}", again.json);
    let token = first.json["token"].as_str().unwrap();
    let (_, secret) = token.rsplit_once('_').unwrap();
    let head = world.head().await;
    for event in world.instance.store.read(0, 1000).await.unwrap() {
        let stored = format!("{:?}", event.event);
        assert!(!stored.contains(secret), "{stored}");
    }
    for path in ["engines", "audit"] {
        let shown = ada.get(&format!("{path}?at_least={head}")).await.ok();
        assert!(!shown.to_string().contains(secret), "{path}");
    }
}

#[tokio::test]
async fn a_token_enrols_one_engine_once_within_eight_hours() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, used) = token(&ada, &domain).await;
    let applicant = Applicant::new(1);
    applicant.enrol(&world, &used).await.ok();
    // The answer got lost: the same engine asks again. Anybody else comes too late.
    assert_eq!(applicant.enrol(&world, &used).await.ok()["engine"], engine);
    let second = Applicant::new(2).enrol(&world, &used).await;
    assert_eq!(second.problem(), (409, "engine-enrolled"));

    let (engine, expired) = token(&ada, &domain).await;
    world.later(TimeDelta::hours(8));
    let ada = world.sign_in("ada@corp.example").await;
    let late = Applicant::new(3).enrol(&world, &expired).await;
    assert_eq!(late.problem(), (403, "engine-token-refused"));
    let new = ada
        .post(&format!("engines/{engine}/token"), json!({}))
        .await;
    let new = new.ok()["token"].as_str().unwrap().to_owned();
    Applicant::new(3).enrol(&world, &new).await.ok();
}

#[tokio::test]
async fn a_token_that_was_replaced_revoked_or_made_up_enrols_nobody() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, first) = token(&ada, &domain).await;
    let second = ada
        .post(&format!("engines/{engine}/token"), json!({}))
        .await;
    let second = second.ok()["token"].as_str().unwrap().to_owned();
    let revoke = format!("engines/{engine}/token/revoke");
    let applicant = Applicant::new(1);
    let refused = (403, "engine-token-refused");
    assert_eq!(applicant.enrol(&world, &first).await.problem(), refused);
    ada.post(&revoke, json!({})).await.ok();
    assert_eq!(applicant.enrol(&world, &second).await.problem(), refused);
    let nobody = "0192f0c1a2b37c4d8e5f001122334455";
    for made_up in ["", "tenure_e_", &format!("tenure_e_{nobody}_x")] {
        let answer = applicant.enrol(&world, made_up).await;
        assert_eq!(answer.problem(), refused, "{made_up}");
    }
    assert_eq!(standing(&ada, &engine).await, "expected");
}

#[tokio::test]
async fn nobody_enrols_with_keys_that_they_do_not_hold() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, token) = token(&ada, &domain).await;
    let (one, two) = (Applicant::new(1), Applicant::new(2));
    let honest = one.statement(&world, &token).await;
    let others = two.statement(&world, &token).await;
    // Each part taken from somebody else's statement.
    for part in ["public_key", "nkey", "challenge", "key_proof", "nkey_proof"] {
        let mut forged = honest.clone();
        forged[part] = others[part].clone();
        let answer = ask(&world, "enrolment", forged).await;
        assert_eq!(answer.problem(), (403, "engine-not-proven"), "{part}");
    }
    assert_eq!(standing(&ada, &engine).await, "expected");
    world.later(TimeDelta::minutes(2));
    let stale = ask(&world, "enrolment", honest).await;
    assert_eq!(stale.problem(), (403, "engine-not-proven"));
}

#[tokio::test]
async fn only_an_engine_that_may_work_gets_a_login_and_only_by_its_own_key() {
    let (world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, token) = token(&ada, &domain).await;
    let applicant = Applicant::new(1);
    applicant.enrol(&world, &token).await.ok();
    let act = async |what: &str| {
        let done = ada
            .post(&format!("engines/{engine}/{what}"), json!({}))
            .await;
        done.ok();
    };
    act("assign").await;
    let thief = Applicant::new(2).login(&world, &engine).await;
    assert_eq!(thief.problem(), (403, "engine-not-proven"));
    let nobody = "0192f0c1-a2b3-7c4d-8e5f-001122334455";
    let unknown = applicant.login(&world, nobody).await;
    assert_eq!(unknown.problem(), (403, "engine-not-proven"));

    act("disable").await;
    let refused = applicant.login(&world, &engine).await;
    assert_eq!(refused.problem(), (409, "engine-disabled"));
    act("enable").await;
    applicant.login(&world, &engine).await.ok();
    act("revoke").await;
    let refused = applicant.login(&world, &engine).await;
    assert_eq!(refused.problem(), (409, "engine-revoked"));
    let back = ada
        .post(&format!("engines/{engine}/enable"), json!({}))
        .await;
    assert_eq!(back.problem(), (409, "engine-revoked"));
    assert_eq!(standing(&ada, &engine).await, "revoked");
}

#[tokio::test]
async fn an_engine_that_has_not_enrolled_can_be_neither_assigned_nor_disabled() {
    let (_world, ada) = World::with_ada().await;
    let domain = domain(&ada).await;
    let (engine, _) = token(&ada, &domain).await;
    for what in ["assign", "disable", "enable"] {
        let answer = ada
            .post(&format!("engines/{engine}/{what}"), json!({}))
            .await;
        assert_eq!(answer.problem(), (409, "engine-not-enrolled"), "{what}");
    }
    let nowhere = json!({"name": "x", "domain": "0192f0c1-a2b3-7c4d-8e5f-001122334455"});
    let refused = ada.post("engines/tokens", nowhere).await;
    assert_eq!(refused.problem(), (422, "invalid"));
}
