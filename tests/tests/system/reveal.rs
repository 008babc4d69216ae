//! Reading a secret: only owners, each time a new audited request, sealed to the reader's own key.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::json;
use tenure_engine_agent::reveal::{ReaderKey, Sealed};
use tenure_tests::{
    api::Api,
    lab::{Lab, Settings},
    organisation::{Organisation, fresh_name},
};

/// Reads the account's secret as its owner does.
pub(crate) async fn read_secret(api: &Api, account: &str) -> String {
    let key = ReaderKey::generate().unwrap();
    let body = json!({ "reader_key": BASE64_STANDARD.encode(key.public()) });
    let answer = api
        .post(&format!("/accounts/{account}/reveal-secret"), body)
        .await
        .ok();
    open(&key, account, &answer)
}

fn open(key: &ReaderKey, account: &str, answer: &serde_json::Value) -> String {
    let bytes = |name: &str| {
        BASE64_STANDARD
            .decode(answer[name].as_str().unwrap())
            .unwrap()
    };
    let request = answer["request"].as_str().unwrap().parse().unwrap();
    let sealed = Sealed {
        ephemeral: bytes("ephemeral"),
        nonce: bytes("nonce"),
        ciphertext: bytes("ciphertext"),
    };
    let secret = key
        .open_sealed(request, account.parse().unwrap(), &sealed)
        .unwrap();
    secret.expose().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_owners_read_a_secret_and_every_reading_is_in_the_trail() {
    let Some(lab) = Lab::start(Settings::default()).await else {
        return;
    };
    let people = Organisation::settle(&lab).await;
    let template = people.template(&lab, 0, "review", |_| {}).await;
    let request = people.provision(&template, &fresh_name()).await;
    let account = request["submission"]["account"]
        .as_str()
        .unwrap()
        .to_owned();
    let first = read_secret(&people.requester.api, &account).await;
    let second = read_secret(&people.requester.api, &account).await;
    assert_eq!(first, second);

    let key = ReaderKey::generate().unwrap();
    let body = json!({ "reader_key": BASE64_STANDARD.encode(key.public()) });
    let path = format!("/accounts/{account}/reveal-secret");
    for stranger in [&people.approver.api, &lab.admin] {
        let refused = stranger.post(&path, body.clone()).await;
        assert!(
            refused.status == 403 || refused.status == 404,
            "{}: {}",
            refused.status,
            refused.body
        );
    }
    let nonsense = people
        .requester
        .api
        .post(&path, json!({ "reader_key": "bm8=" }))
        .await;
    assert!(nonsense.status.is_client_error(), "{}", nonsense.body);

    let trail = lab
        .admin
        .get(&format!("/accounts/{account}/history"))
        .await
        .ok()
        .to_string();
    assert_eq!(
        trail.matches("account.secret-reveal-requested").count(),
        2,
        "{trail}"
    );
    // What is kept and what went over the wire never holds the secret.
    assert!(!trail.contains(&first));
    for process in [lab.gateway.as_ref(), lab.domains[0].agent.as_ref()]
        .into_iter()
        .flatten()
    {
        assert!(!process.output().contains(&first), "a log holds the secret");
    }
}
