//! Proof that the history is unaltered: the chain is computed anew, and compared with the head and with signed
//! checkpoints.

use crate::{
    ChainCheckpoint, EventStore, Head, Position, StoreError,
    chain::{self, Content, GENESIS, Hash},
    log,
    note::VerifierKey,
};
use std::collections::HashMap;

const PAGE: usize = 1000;

/// The history is what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Up to where.
    pub head: Head,
    /// How many signed checkpoints agree.
    pub checkpoints: usize,
}

/// The history is not what was written, or cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The first event that is not as it was written, or is missing.
    #[error("the history is altered at position {position}: {reason}")]
    Altered {
        /// Where.
        position: Position,
        /// Why.
        reason: &'static str,
    },
    /// The end was cut off.
    #[error("the history ends at {end}, but it had reached {reached}")]
    Truncated {
        /// The last event there is.
        end: Position,
        /// What the head or a signed checkpoint says.
        reached: Position,
    },
    /// A checkpoint is not signed by a trusted key.
    #[error(
        "the checkpoint at position {position} is not signed by a trusted key, but by {signers}"
    )]
    Untrusted {
        /// Whose position.
        position: Position,
        /// Who signed it, as it says.
        signers: String,
    },
    /// What was exported cannot be read, or its end is missing.
    #[error("line {line} of the export: {reason}")]
    Export {
        /// Which one: 1 is the first.
        line: u64,
        /// What is wrong.
        reason: String,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EventStore {
    /// Verifies the whole history against its head and the checkpoints kept here, trusting the instance's key.
    ///
    /// # Errors
    /// The first place where it is not what was written.
    pub async fn verify(&self, progress: impl Fn(Position)) -> Result<Verified, VerifyError> {
        let own = self.checkpoint_keys().await?;
        self.verify_against(&own, self.checkpoints().await?, progress)
            .await
    }

    /// Verifies the whole history against checkpoints from anywhere, for instance exported ones.
    ///
    /// # Errors
    /// As [`EventStore::verify`].
    pub async fn verify_against(
        &self,
        trusted: &[VerifierKey],
        checkpoints: Vec<ChainCheckpoint>,
        progress: impl Fn(Position),
    ) -> Result<Verified, VerifyError> {
        let expected = expected(trusted, &checkpoints)?;
        // Read before the events: what is appended meanwhile is beyond it.
        let head = self.head().await?;
        let mut walk = Walk::after(0, GENESIS);
        walk.check_against(&expected)?;
        let mut pages = log::sealed_pages(self.0.log.clone(), 0, head.position, PAGE);
        while let Some(page) = pages.recv().await {
            for event in &page? {
                let recorded_at = log::micros(event.recorded_at);
                walk.step(event.position, recorded_at, &event.content(), &event.hash)?;
                walk.check_against(&expected)?;
                if walk.position == head.position && walk.hash != head.hash {
                    return Err(VerifyError::Altered {
                        position: walk.position,
                        reason: "the head has another hash",
                    });
                }
            }
            progress(walk.position);
        }
        if walk.position < head.position {
            return Err(VerifyError::Truncated {
                end: walk.position,
                reached: head.position,
            });
        }
        if head.position == 0 && head.hash != GENESIS {
            return Err(VerifyError::Altered {
                position: 0,
                reason: "the head has another hash",
            });
        }
        let reached = checkpoints
            .iter()
            .map(|checkpoint| checkpoint.position)
            .max()
            .unwrap_or(0);
        if reached > walk.position {
            return Err(VerifyError::Truncated {
                end: walk.position,
                reached,
            });
        }
        // Beyond the head there must be nothing but what was appended meanwhile.
        if self.head().await? == head
            && let Some(stray) = log::sealed_page(&*self.0.log, walk.position, 1)
                .await?
                .first()
            && self.head().await? == head
        {
            return Err(VerifyError::Altered {
                position: stray.position,
                reason: "it is beyond the head",
            });
        }
        Ok(Verified {
            head,
            checkpoints: checkpoints.len(),
        })
    }
}

/// What trusted checkpoints say, by position.
///
/// # Errors
/// If one is not signed by a key that is trusted, or that a checkpoint before it hands over to.
pub(crate) fn expected(
    trusted: &[VerifierKey],
    checkpoints: &[ChainCheckpoint],
) -> Result<HashMap<Position, Vec<Hash>>, VerifyError> {
    let mut trusted = trusted.to_vec();
    let mut in_order: Vec<_> = checkpoints.iter().collect();
    in_order.sort_by_key(|checkpoint| (checkpoint.position, checkpoint.signed_at));
    let mut expected: HashMap<Position, Vec<Hash>> = HashMap::new();
    for checkpoint in in_order {
        let next = checkpoint.next.as_ref();
        let is_signed = trusted.iter().any(|key| checkpoint.is_signed_by(key));
        if !is_signed || next.is_some_and(|next| !checkpoint.is_signed_by(next)) {
            return Err(VerifyError::Untrusted {
                position: checkpoint.position,
                signers: checkpoint.signers(),
            });
        }
        trusted.extend(next.cloned());
        let hashes = expected.entry(checkpoint.position).or_default();
        hashes.push(checkpoint.hash);
    }
    Ok(expected)
}

/// How far the chain was computed.
pub(crate) struct Walk {
    pub(crate) position: Position,
    pub(crate) recorded_at: i64,
    pub(crate) hash: Hash,
}

impl Walk {
    /// Goes on behind the event that has this link.
    pub(crate) fn after(position: Position, hash: Hash) -> Self {
        let recorded_at = i64::MIN;
        Self {
            position,
            recorded_at,
            hash,
        }
    }

    /// The next event, as it is stored.
    pub(crate) fn step(
        &mut self,
        stored_at: Position,
        recorded_at: i64,
        content: &Content<'_>,
        stored_hash: &[u8],
    ) -> Result<(), VerifyError> {
        let position = self.position + 1;
        let altered = |reason| VerifyError::Altered { position, reason };
        if stored_at != position {
            return Err(altered("it is missing"));
        }
        if recorded_at < self.recorded_at {
            return Err(altered("its time is before that of the event before it"));
        }
        let hash = chain::link(&self.hash, position, recorded_at, &content.hash());
        if hash.as_slice() != stored_hash {
            return Err(altered("it does not hash to what is stored"));
        }
        *self = Self {
            position,
            recorded_at,
            hash,
        };
        Ok(())
    }

    pub(crate) fn check_against(
        &self,
        expected: &HashMap<Position, Vec<Hash>>,
    ) -> Result<(), VerifyError> {
        match expected.get(&self.position) {
            Some(hashes) if hashes.iter().any(|hash| *hash != self.hash) => {
                Err(VerifyError::Altered {
                    position: self.position,
                    reason: "a signed checkpoint has another hash",
                })
            }
            _ => Ok(()),
        }
    }
}
