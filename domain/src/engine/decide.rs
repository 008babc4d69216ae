//! What may be done with an engine, and what follows.

use super::{
    Engine, EngineAssigned, EngineCommand, EngineContactLost, EngineContactRegained, EngineContent,
    EngineDisabled, EngineEnabled, EngineEnrolled, EngineEvent, EngineImpaired, EngineKeys,
    EngineRecovered, EngineRefusal, EngineRegistered, EngineRevoked, EngineTokenIssued,
    EngineTokenRevoked, ExpectedEngine, TOKEN_LIFE,
};
use crate::{
    context::Context,
    decide::Decide,
    order::EngineStatus,
    problem::{self, FieldProblem, Problem},
};
use chrono::{DateTime, Utc};

fn named(problems: &mut Vec<FieldProblem>, name: &str) {
    problem::text(problems, "name", name, 80);
}

/// 32 bytes are 43 base64 characters and one sign of padding.
fn keyed(problems: &mut Vec<FieldProblem>, public_key: &str) {
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/=".contains(&b);
    if public_key.len() != 44 || !public_key.bytes().all(base64) {
        let expected = "an Ed25519 public key in base64".into();
        problems.push(FieldProblem::at(
            "public_key",
            Problem::Malformed { expected },
        ));
    }
}

fn valid(problems: Vec<FieldProblem>) -> Result<(), EngineRefusal> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(EngineRefusal::Invalid(problems))
    }
}

fn registrable(content: &EngineContent) -> Result<(), EngineRefusal> {
    let mut problems = Vec::new();
    named(&mut problems, &content.name);
    keyed(&mut problems, &content.public_key);
    valid(problems)
}

fn usable(keys: &EngineKeys) -> Result<(), EngineRefusal> {
    let mut problems = Vec::new();
    keyed(&mut problems, &keys.public_key);
    // One letter that says that it is a user's, 32 bytes and a checksum, in base32.
    let base32 = |b: u8| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b);
    if keys.nkey.len() != 56 || !keys.nkey.starts_with('U') || !keys.nkey.bytes().all(base32) {
        let expected = "a public nkey of a user".into();
        problems.push(FieldProblem::at("nkey", Problem::Malformed { expected }));
    }
    valid(problems)
}

fn issued(expected: ExpectedEngine, token_hash: String, at: DateTime<Utc>) -> Vec<EngineEvent> {
    let expires_at = at + TOKEN_LIFE;
    vec![
        EngineTokenIssued {
            expected,
            token_hash,
            expires_at,
        }
        .into(),
    ]
}

impl Engine {
    fn enrol(
        &self,
        token_hash: &str,
        keys: EngineKeys,
        at: DateTime<Utc>,
    ) -> Result<Vec<EngineEvent>, EngineRefusal> {
        let token = self.token.as_ref().filter(|token| token.hash == token_hash);
        let token = token.ok_or(EngineRefusal::TokenWrong)?;
        if let Some(content) = &self.content {
            let same =
                content.public_key == keys.public_key && self.nkey.as_ref() == Some(&keys.nkey);
            // The answer was lost on its way.
            return same.then(Vec::new).ok_or(EngineRefusal::AlreadyEnrolled);
        }
        if at >= token.expires_at {
            return Err(EngineRefusal::TokenExpired);
        }
        usable(&keys)?;
        Ok(vec![EngineEnrolled { keys }.into()])
    }

    fn record_status(&self, status: EngineStatus) -> Vec<EngineEvent> {
        let regained = self.contact_lost.map(|_| EngineContactRegained {}.into());
        let changed = match (status.impaired, &self.impaired) {
            (Some(failure), Some(known)) if failure.reason == known.reason => None,
            (Some(failure), _) => Some(EngineImpaired { failure }.into()),
            (None, Some(_)) => Some(EngineRecovered {}.into()),
            (None, None) => None,
        };
        regained.into_iter().chain(changed).collect()
    }

    fn of_enrolled(
        &self,
        command: EngineCommand,
        known: &EngineContent,
    ) -> Result<Vec<EngineEvent>, EngineRefusal> {
        match command {
            EngineCommand::Register(content) if content == *known => Ok(vec![]),
            EngineCommand::Register(_) | EngineCommand::Expect { .. } => {
                Err(EngineRefusal::AlreadyExists)
            }
            EngineCommand::ReplaceToken { .. } | EngineCommand::RevokeToken => {
                Err(EngineRefusal::AlreadyEnrolled)
            }
            EngineCommand::Enrol {
                token_hash,
                keys,
                at,
            } => self.enrol(&token_hash, keys, at),
            EngineCommand::RecordStatus(status) if status.domain != known.domain => {
                Err(EngineRefusal::WrongDomain)
            }
            // It lost its access after it said so.
            EngineCommand::RecordStatus(_) if self.trusted().is_none() => Ok(vec![]),
            EngineCommand::RecordStatus(status) => Ok(self.record_status(status)),
            EngineCommand::LoseContact { .. }
                if self.trusted().is_none() || self.contact_lost.is_some() =>
            {
                Ok(vec![])
            }
            EngineCommand::LoseContact { last_heard } => {
                Ok(vec![EngineContactLost { last_heard }.into()])
            }
            EngineCommand::Assign if self.assigned => Ok(vec![]),
            EngineCommand::Assign => Ok(vec![EngineAssigned {}.into()]),
            EngineCommand::Disable { .. } if self.disabled => Ok(vec![]),
            EngineCommand::Disable { at } => Ok(vec![EngineDisabled { at }.into()]),
            EngineCommand::Enable if !self.disabled => Ok(vec![]),
            EngineCommand::Enable => Ok(vec![EngineEnabled {}.into()]),
            EngineCommand::Revoke { at } => Ok(vec![EngineRevoked { at }.into()]),
        }
    }
}

impl Decide for Engine {
    type Facts = ();

    fn decide(
        &self,
        command: EngineCommand,
        _: &Context,
    ) -> Result<Vec<EngineEvent>, EngineRefusal> {
        match (command, &self.content, &self.expected) {
            (EngineCommand::Revoke { .. }, ..) if self.revoked => Ok(vec![]),
            _ if self.revoked => Err(EngineRefusal::Revoked),
            (command, Some(known), _) => self.of_enrolled(command, known),
            (EngineCommand::Register(content), None, None) => {
                registrable(&content)?;
                Ok(vec![EngineRegistered { content }.into()])
            }
            (
                EngineCommand::Expect {
                    expected,
                    token_hash,
                    at,
                },
                None,
                None,
            ) => {
                let mut problems = Vec::new();
                named(&mut problems, &expected.name);
                valid(problems)?;
                Ok(issued(expected, token_hash, at))
            }
            (_, None, None) => Err(EngineRefusal::Unknown),
            (EngineCommand::Register(_) | EngineCommand::Expect { .. }, None, Some(_)) => {
                Err(EngineRefusal::AlreadyExists)
            }
            (EngineCommand::ReplaceToken { token_hash, at }, None, Some(expected)) => {
                Ok(issued(expected.clone(), token_hash, at))
            }
            (EngineCommand::RevokeToken, None, Some(_)) => Ok(match self.token {
                Some(_) => vec![EngineTokenRevoked {}.into()],
                None => vec![],
            }),
            (
                EngineCommand::Enrol {
                    token_hash,
                    keys,
                    at,
                },
                None,
                Some(_),
            ) => self.enrol(&token_hash, keys, at),
            (EngineCommand::Revoke { at }, None, Some(_)) => Ok(vec![EngineRevoked { at }.into()]),
            (
                EngineCommand::RecordStatus(_)
                | EngineCommand::LoseContact { .. }
                | EngineCommand::Assign
                | EngineCommand::Disable { .. }
                | EngineCommand::Enable,
                None,
                Some(_),
            ) => Err(EngineRefusal::NotEnrolled),
        }
    }
}
