//! What the core and an engine may publish and subscribe to.

use super::{
    claims::Permissions,
    operator::{CLAIMS_UPDATE, EngineUser},
};
use crate::subject::{self, CORE_INBOX, REVEAL_GROUP, Subjects, WORK_STREAM};
use tenure_domain::ids::DomainId;

/// Where servers ask each other for what they missed of the accounts' JWTs, and where they hear the answers.
const CLAIMS_PACK: &str = "$SYS.REQ.CLAIMS.PACK";
const SERVER_INBOX: &str = "$SYS._INBOX.>";

/// An engine: its domain's consumer, its own reports, its own inbox, and answers to what it is asked. Never the creation of
/// consumers, never another domain.
pub(super) fn engine(subjects: &Subjects, engine: &EngineUser<'_>) -> Permissions {
    let consumer = subject::agents_consumer(engine.domain);
    Permissions {
        publish: vec![
            format!("$JS.API.CONSUMER.INFO.{WORK_STREAM}.{consumer}"),
            format!("$JS.API.CONSUMER.MSG.NEXT.{WORK_STREAM}.{consumer}"),
            format!("$JS.ACK.{WORK_STREAM}.{consumer}.>"),
            format!("$JS.ACK.*.*.{WORK_STREAM}.{consumer}.>"),
            subjects.report(engine.domain, engine.engine),
        ],
        subscribe: vec![
            format!("{}.>", subject::engine_inbox(engine.domain, engine.engine)),
            format!("{} {REVEAL_GROUP}", subjects.reveal(engine.domain)),
            subjects.calibrate(engine.domain),
        ],
    }
}

/// A server at a site: what the engines of these domains may. Servers pass on only what covers a whole subscription of
/// the other side, so reports and answers go by the core's own patterns: those are signed by engines, which no server is.
pub(super) fn leaf(subjects: &Subjects, domains: &[DomainId]) -> Permissions {
    let mut allowed = Permissions {
        publish: vec![subjects.all_reports(), format!("{CORE_INBOX}.>")],
        subscribe: Vec::new(),
    };
    for domain in domains {
        let consumer = subject::agents_consumer(*domain);
        allowed.publish.extend([
            format!("$JS.API.CONSUMER.INFO.{WORK_STREAM}.{consumer}"),
            format!("$JS.API.CONSUMER.MSG.NEXT.{WORK_STREAM}.{consumer}"),
            format!("$JS.ACK.{WORK_STREAM}.{consumer}.>"),
            format!("$JS.ACK.*.*.{WORK_STREAM}.{consumer}.>"),
        ]);
        allowed.subscribe.extend([
            format!("{}.>", subject::domain_inbox(*domain)),
            subjects.reveal(*domain),
            subjects.calibrate(*domain),
        ]);
    }
    allowed
}

/// A server at a site, in the servers' own account: it hears who has lost access, and asks what it missed.
pub(super) fn leaf_of_servers() -> Permissions {
    Permissions {
        publish: vec![CLAIMS_PACK.to_owned()],
        subscribe: vec![CLAIMS_UPDATE.to_owned(), SERVER_INBOX.to_owned()],
    }
}

/// The core: everything of its instance, and JetStream.
pub(super) fn core(subjects: &Subjects) -> Permissions {
    let all = format!("tenure.{}.>", subjects.instance());
    Permissions {
        publish: vec![all.clone(), "$JS.API.>".to_owned(), "$JS.ACK.>".to_owned()],
        subscribe: vec![format!("{CORE_INBOX}.>"), all],
    }
}
