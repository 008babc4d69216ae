//! What both backends promise of revealing a secret.

use crate::world::*;
use std::time::Duration;
use tenure_broker::{
    AgentKeys, AgentLink, BrokerConfig, BrokerError, CoreKeys, CoreLink, RevealReply, RevealRequest,
};
use tenure_domain::order::SecretReference;
use tokio::time::Instant;
use uuid::Uuid;

contract! {
    a_secret_is_revealed_by_an_engine_of_the_domain,
    a_reveal_that_nobody_answers_fails_in_time,
    a_reveal_request_not_signed_by_the_core_is_not_answered,
    a_reply_not_signed_by_an_engine_of_the_domain_is_not_believed,
}

fn reveal_request() -> RevealRequest {
    RevealRequest {
        request: Uuid::from_u128(77),
        account: account(1),
        secret: SecretReference {
            vault: "built-in".to_owned(),
            path: "svc-test".to_owned(),
        },
        reader_key: "BA==".to_owned(),
        not_after: order(NORTH, account(1), 1).not_after,
    }
}

fn sealed(for_account: &str) -> RevealReply {
    RevealReply::Sealed {
        ephemeral: "BA==".to_owned(),
        nonce: "AA==".to_owned(),
        ciphertext: for_account.to_owned(),
    }
}

fn serve(
    agent: &AgentLink,
    reply: RevealReply,
) -> tokio::task::JoinHandle<Result<(), BrokerError>> {
    let agent = agent.clone();
    tokio::spawn(async move {
        agent
            .serve_reveals(|request| {
                let reply = reply.clone();
                async move {
                    assert_eq!(request, reveal_request());
                    reply
                }
            })
            .await
    })
}

/// The first answer, once an engine listens.
async fn reveal(core: &CoreLink) -> Result<RevealReply, BrokerError> {
    eventually("an engine to listen", || async {
        match core.reveal(NORTH, reveal_request(), SOON).await {
            Err(BrokerError::NoEngine) => None,
            other => Some(other),
        }
    })
    .await
}

async fn a_secret_is_revealed_by_an_engine_of_the_domain(world: World) {
    let core = world.core().await;
    assert!(matches!(
        core.reveal(NORTH, reveal_request(), SOON).await,
        Err(BrokerError::NoEngine)
    ));
    // An engine of another domain is not asked.
    let south = serve(&world.agent(SOUTH_ONE).await, sealed("south"));
    let north = serve(&world.agent(NORTH_ONE).await, sealed("north"));
    assert_eq!(reveal(&core).await.unwrap(), sealed("north"));
    // Dropping stops answering; then another engine refuses.
    north.abort();
    let _ = north.await;
    eventually("the engine to be silent", || async {
        matches!(
            core.reveal(NORTH, reveal_request(), Duration::from_millis(200))
                .await,
            Err(BrokerError::NoEngine | BrokerError::TimedOut(_))
        )
        .then_some(())
    })
    .await;
    let refused = RevealReply::Refused {
        reason: "no such secret".to_owned(),
    };
    let other = serve(&world.agent(NORTH_TWO).await, refused.clone());
    assert_eq!(reveal(&core).await.unwrap(), refused);
    other.abort();
    south.abort();
}

async fn a_reveal_that_nobody_answers_fails_in_time(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let silent = tokio::spawn(async move { agent.serve_reveals(|_| std::future::pending()).await });
    let within = Duration::from_millis(300);
    let (error, took) = eventually("an engine to listen", || async {
        let asked = Instant::now();
        match core.reveal(NORTH, reveal_request(), within).await {
            Err(BrokerError::NoEngine) => None,
            outcome => Some((outcome.unwrap_err(), asked.elapsed())),
        }
    })
    .await;
    assert!(matches!(error, BrokerError::TimedOut(_)), "{error}");
    assert!(took >= within && took < SOON, "{took:?}");
    silent.abort();
}

async fn a_reveal_request_not_signed_by_the_core_is_not_answered(world: World) {
    let core = world.core().await;
    let agent = world.agent(NORTH_ONE).await;
    let serving = serve(&agent, sealed("north"));
    reveal(&core).await.unwrap();
    let impostor = CoreKeys {
        signing: engine_signing_key(SOUTH_ONE),
        ..core_keys()
    };
    let impostor = CoreLink::connect(world.core_config(), impostor)
        .await
        .unwrap();
    let answer = impostor
        .reveal(NORTH, reveal_request(), Duration::from_millis(300))
        .await;
    assert!(
        matches!(
            answer,
            Err(BrokerError::TimedOut(_) | BrokerError::NoEngine)
        ),
        "{answer:?}"
    );
    assert_eq!(agent.refused(), 1);
    serving.abort();
}

async fn a_reply_not_signed_by_an_engine_of_the_domain_is_not_believed(world: World) {
    let core = world.core().await;
    for keys in [
        AgentKeys {
            signing: core_key(),
            ..agent_keys(NORTH_ONE)
        },
        AgentKeys {
            engine: SOUTH_ONE,
            signing: engine_signing_key(SOUTH_ONE),
            ..agent_keys(NORTH_ONE)
        },
    ] {
        // Its login is that of an engine of the domain; what it says is another's.
        let config = match &world {
            World::InProcess(_) => world.agent_config(NORTH_ONE),
            World::Nats(server) => BrokerConfig::Nats(server.core_config()),
        };
        let serving = serve(
            &AgentLink::connect(config, keys).await.unwrap(),
            sealed("forged"),
        );
        let answer = reveal(&core).await;
        assert!(
            matches!(answer, Err(BrokerError::Untrusted(_))),
            "{answer:?}"
        );
        serving.abort();
        let _ = serving.await;
        eventually("the engine to be silent", || async {
            matches!(
                core.reveal(NORTH, reveal_request(), Duration::from_millis(200))
                    .await,
                Err(BrokerError::NoEngine)
            )
            .then_some(())
        })
        .await;
    }
}
