//! Proof that the history is unaltered: the chain is computed anew, and compared with the head and with signed
//! checkpoints.

use crate::{
    ChainCheckpoint, CheckpointSigner, EventStore, Head, Position, SealedEvent, StoreError,
    chain::{self, GENESIS, Hash},
    log,
};
use ed25519_dalek::VerifyingKey;
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
    #[error("the checkpoint at position {position} is not signed by a trusted key ({key_id})")]
    Untrusted {
        /// Whose position.
        position: Position,
        /// The key that it names.
        key_id: String,
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
        let own = CheckpointSigner::of(self.keys()).verifying_key();
        self.verify_against(&[own], self.checkpoints().await?, progress)
            .await
    }

    /// Verifies the whole history against checkpoints from anywhere, for instance exported ones.
    ///
    /// # Errors
    /// As [`EventStore::verify`].
    pub async fn verify_against(
        &self,
        trusted: &[VerifyingKey],
        checkpoints: Vec<ChainCheckpoint>,
        progress: impl Fn(Position),
    ) -> Result<Verified, VerifyError> {
        for checkpoint in &checkpoints {
            if !trusted.iter().any(|key| checkpoint.is_signed_by(key)) {
                let key_id = checkpoint.key_id.clone();
                return Err(VerifyError::Untrusted {
                    position: checkpoint.position,
                    key_id,
                });
            }
        }
        // Read before the events: what is appended meanwhile is beyond it.
        let head = self.head().await?;
        let mut expected: HashMap<Position, Vec<Hash>> = HashMap::new();
        for checkpoint in &checkpoints {
            expected
                .entry(checkpoint.position)
                .or_default()
                .push(checkpoint.hash);
        }
        let mut walk = Walk {
            position: 0,
            recorded_at: i64::MIN,
            hash: GENESIS,
        };
        walk.check_against(&expected)?;
        while walk.position < head.position {
            let page = log::sealed_page(&*self.0.log, walk.position, PAGE).await?;
            if page.is_empty() {
                return Err(VerifyError::Truncated {
                    end: walk.position,
                    reached: head.position,
                });
            }
            for event in &page {
                walk.step(event)?;
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

/// How far the chain was computed.
struct Walk {
    position: Position,
    recorded_at: i64,
    hash: Hash,
}

impl Walk {
    fn step(&mut self, event: &SealedEvent) -> Result<(), VerifyError> {
        let position = self.position + 1;
        let altered = |reason| VerifyError::Altered { position, reason };
        if event.position != position {
            return Err(altered("it is missing"));
        }
        let recorded_at = log::micros(event.recorded_at);
        if recorded_at < self.recorded_at {
            return Err(altered("its time is before that of the event before it"));
        }
        let hash = chain::link(&self.hash, position, recorded_at, &event.content().hash());
        if hash.as_slice() != event.hash {
            return Err(altered("it does not hash to what is stored"));
        }
        *self = Self {
            position,
            recorded_at,
            hash,
        };
        Ok(())
    }

    fn check_against(&self, expected: &HashMap<Position, Vec<Hash>>) -> Result<(), VerifyError> {
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
