//! The core asks an engine for a secret: request and reply, never a stream.

use super::core::NatsCore;
use crate::{
    BrokerError,
    core_link::{POLL, engine_key},
    refusal::Refusal,
    reveal::{AddressedReveal, AnsweredReveal, RevealReply, RevealRequest},
    signing::Purpose,
    wire,
};
use async_nats::{Message, Request, RequestErrorKind};
use std::time::Duration;
use tenure_domain::ids::DomainId;
use tokio::time::Instant;

impl NatsCore {
    pub(crate) async fn reveal(
        &self,
        domain: DomainId,
        request: RevealRequest,
        within: Duration,
    ) -> Result<RevealReply, BrokerError> {
        let asked = request.request;
        let addressed = AddressedReveal {
            domain,
            reveal: request,
        };
        let envelope = wire::sealed(Purpose::RevealRequest, &addressed, &self.keys.signing)?;
        self.connection
            .connected(Instant::now() + POLL.min(within))
            .await?;
        let headers = wire::headers(&envelope);
        let message = Request::new()
            .headers(headers)
            .payload(envelope.payload)
            .timeout(Some(within));
        let sent = self
            .connection
            .client
            .send_request(self.subjects.reveal(domain), message)
            .await;
        let reply = sent.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => BrokerError::NoEngine,
            RequestErrorKind::TimedOut => self.connection.unanswered("reveal"),
            RequestErrorKind::InvalidSubject
            | RequestErrorKind::MaxPayloadExceeded
            | RequestErrorKind::Other => self.failed(&error),
        })?;
        self.answered(domain, asked, &reply).map_err(|refusal| {
            self.refused.note("reveal", refusal);
            BrokerError::Untrusted(refusal.label())
        })
    }

    fn answered(
        &self,
        domain: DomainId,
        asked: uuid::Uuid,
        reply: &Message,
    ) -> Result<RevealReply, Refusal> {
        // The answer names its engine, whose key then has to fit the whole of it.
        let claimed: AnsweredReveal =
            serde_json::from_slice(&reply.payload).map_err(|_| Refusal::Malformed)?;
        let key = engine_key(self.keys.engines.as_ref(), claimed.engine, domain)?;
        let envelope = wire::received(reply.payload.clone(), reply.headers.as_ref());
        let answer: AnsweredReveal = wire::opened(Purpose::RevealReply, &envelope, &key)?;
        if answer.request == asked {
            Ok(answer.reply)
        } else {
            Err(Refusal::WrongSubject)
        }
    }
}
