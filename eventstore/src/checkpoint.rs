//! Signed checkpoints: a chain alone does not show that its end was cut off, nor that all of it was made anew. Keep them off
//! the host. The format is a contract, described in `schemas/checkpoint.md`: a signed note as C2SP's tlog-checkpoint, with
//! the link of the hash chain in the place of a tree's root.

use crate::{
    EventStore, Head, InstanceKeys, Position, StoreError,
    chain::Hash,
    database::{on_reader, on_writer},
    log::micros,
    note::{Malformed, NoteSigner, SignedNote, VerifierKey},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::SigningKey;
use std::{fmt, str::FromStr};

/// Where it is kept which key signs.
const KEY_NUMBER: &str = "checkpoint key";
/// More keys than anybody changes to: a bound for what stands in the database.
const MOST_KEYS: u32 = 1_000;

/// "The history was this long, and hashed to this, at that time", signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainCheckpoint {
    /// Whose history.
    pub origin: String,
    /// Position.
    pub position: Position,
    /// The event's link there.
    pub hash: Hash,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
    /// The key that signs from now on; whoever trusts this checkpoint trusts it, too.
    pub next: Option<VerifierKey>,
    note: SignedNote,
}

impl ChainCheckpoint {
    /// Did `key` sign this?
    #[must_use]
    pub fn is_signed_by(&self, key: &VerifierKey) -> bool {
        key.name() == self.origin && key.has_signed(&self.note)
    }

    /// Who signed it, as it says.
    #[must_use]
    pub fn signers(&self) -> String {
        self.note.signers().join(", ")
    }
}

/// The newest checkpoint kept here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewestCheckpoint {
    /// The newest that this instance signed.
    pub signed: Option<ChainCheckpoint>,
    /// Does one that it did not sign, or that is damaged, stand as newer?
    pub is_forged: bool,
}

impl fmt::Display for ChainCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

impl FromStr for ChainCheckpoint {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let note: SignedNote = text.parse()?;
        let wrong = Malformed("the note is no checkpoint of a history");
        let mut lines = note.text().lines();
        let mut line = || lines.next().ok_or(wrong);
        let (origin, position, hash) = (line()?.to_owned(), line()?, line()?);
        let hash = BASE64_STANDARD.decode(hash).map_err(|_| wrong)?;
        let (mut signed_at, mut next) = (None, None);
        for extension in lines {
            match extension.split_once(' ') {
                Some(("time", time)) => {
                    let time = DateTime::parse_from_rfc3339(time).map_err(|_| wrong)?;
                    signed_at = Some(time.to_utc());
                }
                Some(("next", key)) => next = Some(key.parse()?),
                // What a later version may say beside it.
                _ => {}
            }
        }
        Ok(Self {
            origin,
            position: position.parse().map_err(|_| wrong)?,
            hash: hash.try_into().map_err(|_| wrong)?,
            signed_at: signed_at.ok_or(wrong)?,
            next,
            note,
        })
    }
}

/// The checkpoints in a text that has one after the other.
///
/// # Errors
/// If one of them is none.
pub fn read_checkpoints(text: &str) -> Result<Vec<ChainCheckpoint>, Malformed> {
    let mut checkpoints = Vec::new();
    let (mut note, mut signed) = (String::new(), false);
    for line in text.lines().chain([""]) {
        let signs = line.starts_with('\u{2014}');
        if signed && !signs {
            checkpoints.push(note.parse()?);
            note.clear();
        }
        signed = signs;
        // Empty lines may stand between checkpoints.
        if !(note.is_empty() && line.is_empty()) {
            note.push_str(line);
            note.push('\n');
        }
    }
    match note.trim().is_empty() {
        true => Ok(checkpoints),
        false => Err(Malformed("the last checkpoint is not complete")),
    }
}

/// Signs checkpoints.
pub struct CheckpointSigner(NoteSigner);

impl CheckpointSigner {
    /// With the instance's own key of that number: the first is 0.
    #[must_use]
    pub fn of(keys: &InstanceKeys, number: u32) -> Self {
        let name = keys.keyed_hash("name of the history", b"");
        let [a, b, c, d, ..] = name;
        let purpose = match number {
            0 => "checkpoint signatures".to_owned(),
            number => format!("checkpoint signatures {number}"),
        };
        Self(NoteSigner {
            name: format!("tenure/{:08x}", u32::from_be_bytes([a, b, c, d])),
            key: SigningKey::from_bytes(&keys.derive(&purpose)),
        })
    }

    /// What others verify with.
    #[must_use]
    pub fn verifier(&self) -> VerifierKey {
        self.0.verifier()
    }

    fn sign(
        &self,
        head: &Head,
        at: DateTime<Utc>,
        next: Option<&Self>,
    ) -> Result<ChainCheckpoint, StoreError> {
        let (origin, hash) = (&self.0.name, BASE64_STANDARD.encode(head.hash));
        let time = at.to_rfc3339_opts(SecondsFormat::Micros, true);
        let mut text = format!("{origin}\n{}\n{hash}\ntime {time}\n", head.position);
        let mut signers = vec![&self.0];
        if let Some(next) = next {
            text.push_str(&format!("next {}\n", next.verifier()));
            signers.push(&next.0);
        }
        let note = SignedNote::sign(text, &signers);
        note.to_string()
            .parse()
            .map_err(|_| StoreError::Unsealable("a checkpoint"))
    }
}

impl EventStore {
    /// Signs the head, keeps the checkpoint, and returns it for keeping elsewhere.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint(&self, at: DateTime<Utc>) -> Result<ChainCheckpoint, StoreError> {
        let signer = CheckpointSigner::of(self.keys(), self.key_number().await?);
        let checkpoint = signer.sign(&self.head().await?, at, None)?;
        self.keep(&checkpoint).await?;
        Ok(checkpoint)
    }

    /// Signs with another key from now on. The checkpoint that says so is signed by both, so that whoever trusts the old one
    /// may trust the new one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn change_checkpoint_key(
        &self,
        at: DateTime<Utc>,
    ) -> Result<ChainCheckpoint, StoreError> {
        let number = self.key_number().await?;
        let [old, new] = [number, number + 1].map(|n| CheckpointSigner::of(self.keys(), n));
        let checkpoint = old.sign(&self.head().await?, at, Some(&new))?;
        self.keep(&checkpoint).await?;
        let tables = self.state_tables();
        tables
            .set_meta(KEY_NUMBER, &(number + 1).to_string())
            .await?;
        Ok(checkpoint)
    }

    /// The keys that this instance has signed with, the one that it signs with last.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn checkpoint_keys(&self) -> Result<Vec<VerifierKey>, StoreError> {
        let numbers = 0..=self.key_number().await?;
        let key = |number| CheckpointSigner::of(self.keys(), number).verifier();
        Ok(numbers.map(key).collect())
    }

    async fn key_number(&self) -> Result<u32, StoreError> {
        let number = self.state_tables().meta(KEY_NUMBER).await?;
        let number = number.and_then(|number| number.parse::<u32>().ok());
        Ok(number.unwrap_or(0).min(MOST_KEYS))
    }

    async fn keep(&self, checkpoint: &ChainCheckpoint) -> Result<(), StoreError> {
        on_writer!(&self.0.database, |pool| {
            sqlx::query(
                "INSERT INTO chain_checkpoints (position, signed_at, note) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            )
            .bind(checkpoint.position.cast_signed())
            .bind(micros(checkpoint.signed_at))
            .bind(checkpoint.to_string())
            .execute(pool)
            .await?;
        });
        Ok(())
    }

    /// The checkpoints kept here, in order.
    ///
    /// # Errors
    /// If the database fails, or one is damaged.
    pub async fn checkpoints(&self) -> Result<Vec<ChainCheckpoint>, StoreError> {
        let notes: Vec<(i64, String)> = on_reader!(&self.0.database, |pool| {
            sqlx::query_as(
                "SELECT position, note FROM chain_checkpoints ORDER BY position, signed_at",
            )
            .fetch_all(pool)
            .await?
        });
        notes.iter().map(parsed).collect()
    }

    /// The newest checkpoint kept here: whoever can write a row cannot make it count.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn newest_checkpoint(&self) -> Result<NewestCheckpoint, StoreError> {
        let newest = self.newest_rows(1).await?;
        // After the row: a key that was changed meanwhile is known, too.
        let keys = self.checkpoint_keys().await?;
        let signed = newest.iter().find_map(|row| signed_by(&keys, row));
        if newest.is_empty() || signed.is_some() {
            return Ok(NewestCheckpoint {
                signed,
                is_forged: false,
            });
        }
        let all = self.newest_rows(i64::MAX).await?;
        Ok(NewestCheckpoint {
            signed: all.iter().find_map(|row| signed_by(&keys, row)),
            is_forged: true,
        })
    }

    async fn newest_rows(&self, most: i64) -> Result<Vec<(i64, String)>, StoreError> {
        Ok(on_reader!(&self.0.database, |pool| {
            sqlx::query_as(
                "SELECT position, note FROM chain_checkpoints ORDER BY position DESC, signed_at DESC LIMIT $1",
            )
            .bind(most)
            .fetch_all(pool)
            .await?
        }))
    }
}

pub(crate) fn signed_by(keys: &[VerifierKey], row: &(i64, String)) -> Option<ChainCheckpoint> {
    let checkpoint = parsed(row).ok()?;
    let is_signed = keys.iter().any(|key| checkpoint.is_signed_by(key));
    is_signed.then_some(checkpoint)
}

/// What stands beside the note is not signed, so it must say the same.
fn parsed((position, note): &(i64, String)) -> Result<ChainCheckpoint, StoreError> {
    let unreadable = |reason: String| StoreError::Unreadable {
        position: position.cast_unsigned(),
        reason: format!("the signed checkpoint kept for it: {reason}"),
    };
    let checkpoint: ChainCheckpoint = note
        .parse()
        .map_err(|error: Malformed| unreadable(error.to_string()))?;
    match checkpoint.position == position.cast_unsigned() {
        true => Ok(checkpoint),
        false => Err(unreadable("it is about another position".to_owned())),
    }
}
