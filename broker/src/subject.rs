//! Subjects: built and parsed in this file only, from validated tokens.
//!
//! Ids appear as 32 hexadecimal digits, so that no token can hold a dot or a wildcard.

use crate::BrokerError;
use tenure_domain::ids::{AccountId, DomainId, EngineId};
use uuid::Uuid;

/// Orders waiting for engines.
pub const WORK_STREAM: &str = "TENURE_WORK";
/// Reports waiting for the core.
pub const REPORT_STREAM: &str = "TENURE_REPORT";
/// The core's durable consumer on [`REPORT_STREAM`].
pub const CORE_CONSUMER: &str = "core";
/// Queue group in which one engine of a domain answers a reveal request.
pub const REVEAL_GROUP: &str = "engines";

/// The event stream of an epoch.
#[must_use]
pub fn event_stream(epoch: u32) -> String {
    format!("TENURE_EVENT_{epoch}")
}

/// The engines' durable consumer of a domain on [`WORK_STREAM`].
#[must_use]
pub fn agents_consumer(domain: DomainId) -> String {
    format!("agents_{}", domain.token())
}

/// What an engine's inboxes begin with.
#[must_use]
pub fn engine_inbox(domain: DomainId, engine: EngineId) -> String {
    format!("{}.{}", domain_inbox(domain), token(engine.0))
}

/// What the inboxes of all engines of a domain begin with.
#[must_use]
pub fn domain_inbox(domain: DomainId) -> String {
    format!("_INBOX_{}", domain.token())
}

/// What the core's inboxes begin with.
pub const CORE_INBOX: &str = "_INBOX_core";

fn token(id: Uuid) -> String {
    id.simple().to_string()
}

fn id(token: &str) -> Option<Uuid> {
    // Only the one form that `token` writes: a second spelling would be a second subject for the same account.
    let canonical = token.len() == 32
        && token
            .bytes()
            .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    canonical.then(|| Uuid::try_parse(token).ok()).flatten()
}

/// Is `text` usable as one token of a subject?
#[must_use]
pub fn is_token(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// Subjects of one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    root: String,
    instance: String,
}

impl Subjects {
    /// # Errors
    /// If `instance` is not 1 to 64 letters, digits, `-` and `_`.
    pub fn new(instance: &str) -> Result<Self, BrokerError> {
        if !is_token(instance) {
            return Err(BrokerError::Configuration(format!(
                "instance {instance:?} must be 1 to 64 letters, digits, '-' or '_'"
            )));
        }
        Ok(Self {
            root: format!("tenure.{instance}"),
            instance: instance.to_owned(),
        })
    }

    /// The instance's name.
    #[must_use]
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Where the one waiting order of an account lies.
    #[must_use]
    pub fn work(&self, domain: DomainId, account: AccountId) -> String {
        format!("{}.work.{}.{}", self.root, domain.token(), token(account.0))
    }

    /// All orders of a domain.
    #[must_use]
    pub fn work_of(&self, domain: DomainId) -> String {
        format!("{}.work.{}.*", self.root, domain.token())
    }

    /// All orders.
    #[must_use]
    pub fn all_work(&self) -> String {
        format!("{}.work.*.*", self.root)
    }

    /// Where an engine reports.
    #[must_use]
    pub fn report(&self, domain: DomainId, engine: EngineId) -> String {
        format!(
            "{}.report.{}.{}",
            self.root,
            domain.token(),
            token(engine.0)
        )
    }

    /// All reports.
    #[must_use]
    pub fn all_reports(&self) -> String {
        format!("{}.report.*.*", self.root)
    }

    /// Where the engines of a domain are asked for a secret.
    #[must_use]
    pub fn reveal(&self, domain: DomainId) -> String {
        format!("{}.reveal.{}", self.root, domain.token())
    }

    /// Where the engines of a domain are asked what they can reach.
    #[must_use]
    pub fn calibrate(&self, domain: DomainId) -> String {
        format!("{}.calibrate.{}", self.root, domain.token())
    }

    /// Where an event goes. Of a type `account.end-reached`, the part after the aggregate is the last token.
    ///
    /// # Errors
    /// If aggregate or type cannot be tokens.
    pub fn event(&self, aggregate: &str, id: Uuid, kind: &str) -> Result<String, BrokerError> {
        let (prefix, short) = kind.split_once('.').unwrap_or((aggregate, kind));
        if !is_token(aggregate) || !is_token(prefix) || !is_token(short) {
            return Err(BrokerError::Configuration(format!(
                "event {aggregate:?} {kind:?} cannot be a subject"
            )));
        }
        Ok(format!(
            "{}.event.{aggregate}.{}.{short}",
            self.root,
            token(id)
        ))
    }

    /// All events.
    #[must_use]
    pub fn all_events(&self) -> String {
        format!("{}.event.*.*.*", self.root)
    }

    /// What the stream of a past epoch listens to, so that its subjects are free for the next: nothing is ever sent
    /// there.
    #[must_use]
    pub fn past_events(&self, epoch: u32) -> String {
        format!("{}.past-event.{epoch}", self.root)
    }

    /// Domain and account of a subject made by [`Self::work`].
    #[must_use]
    pub fn parse_work(&self, subject: &str) -> Option<(DomainId, AccountId)> {
        let (domain, account) = self.two_ids(subject, ".work.")?;
        Some((DomainId(domain), AccountId(account)))
    }

    /// Domain and engine of a subject made by [`Self::report`].
    #[must_use]
    pub fn parse_report(&self, subject: &str) -> Option<(DomainId, EngineId)> {
        let (domain, engine) = self.two_ids(subject, ".report.")?;
        Some((DomainId(domain), EngineId(engine)))
    }

    fn two_ids(&self, subject: &str, kind: &str) -> Option<(Uuid, Uuid)> {
        let (first, second) = subject
            .strip_prefix(&self.root)?
            .strip_prefix(kind)?
            .split_once('.')?;
        Some((id(first)?, id(second)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subjects() -> Subjects {
        Subjects::new("acme").unwrap()
    }

    #[test]
    fn what_is_built_is_parsed_back() {
        let (domain, account, engine) = (
            DomainId(Uuid::from_u128(1)),
            AccountId(Uuid::from_u128(2)),
            EngineId(Uuid::from_u128(3)),
        );
        assert_eq!(
            subjects().parse_work(&subjects().work(domain, account)),
            Some((domain, account))
        );
        assert_eq!(
            subjects().parse_report(&subjects().report(domain, engine)),
            Some((domain, engine))
        );
    }

    #[test]
    fn anything_else_is_not_a_subject() {
        let right = subjects().work(
            DomainId(Uuid::from_u128(1)),
            AccountId(Uuid::from_u128(0xa)),
        );
        for wrong in [
            right.replace("acme", "other"),
            right.replace("work", "report"),
            right.replace('a', "A"),
            format!("{right}.x"),
            format!("{right}0"),
            right.replace("0001", "0001-"),
            "tenure.acme.work.*.*".to_owned(),
            String::new(),
        ] {
            assert_eq!(subjects().parse_work(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instance_names_are_single_tokens() {
        for wrong in ["", "a.b", "*", ">", "a b", "ä", &"x".repeat(65)] {
            assert!(Subjects::new(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn subjects_are_pinned() {
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let s = subjects();
        insta::assert_json_snapshot!(
            "subjects",
            [
                s.work(DomainId(one), AccountId(two)),
                s.work_of(DomainId(one)),
                s.all_work(),
                s.report(DomainId(one), EngineId(two)),
                s.all_reports(),
                s.reveal(DomainId(one)),
                s.calibrate(DomainId(one)),
                s.event("account", two, "account.end-reached").unwrap(),
                s.all_events(),
                s.past_events(3),
                event_stream(3),
                agents_consumer(DomainId(one)),
                engine_inbox(DomainId(one), EngineId(two)),
            ]
        );
        assert!(s.event("account", two, "account.*").is_err());
        assert!(s.event("account", two, "account.a.b").is_err());
        assert!(s.event("account", two, "acc\r\nount.b").is_err());
    }
}
