//! Reading a secret: an audited request first, then an engine of the account's domain seals the secret to the
//! reader's key. Core, broker and store carry only ciphertext.

use super::{Accepted, Caller, CommandError, Commands};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use std::{fmt::Write, time::Duration};
use tenure_broker::{RevealReply, RevealRequest};
use tenure_domain::{
    AccountId,
    account::{Account, AccountCommand, AccountRefusal},
};
use tenure_eventstore::new_id;

/// How long an engine may answer a reveal.
const VALID_FOR: TimeDelta = TimeDelta::minutes(5);
/// How long the reader waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

impl Commands {
    /// Records that the caller reads the account's secret, and fetches it, sealed to `reader_key` (an uncompressed
    /// P-256 point in standard base64).
    ///
    /// # Errors
    /// The refusal, or why no engine answered.
    pub async fn reveal_secret(
        &self,
        account: AccountId,
        reader_key: String,
        caller: &Caller,
    ) -> Result<(Accepted, RevealReply), CommandError> {
        let point = BASE64_STANDARD
            .decode(&reader_key)
            .map_err(|_| CommandError::BadReaderKey)?;
        if point.len() != 65 || point.first() != Some(&4) {
            return Err(CommandError::BadReaderKey);
        }
        let mut fingerprint = String::with_capacity(64);
        for byte in Sha256::digest(&point) {
            let _ = write!(fingerprint, "{byte:02x}");
        }
        let reveal = new_id();
        let not_after = self.system.now() + VALID_FOR;
        let command = AccountCommand::RequestSecretReveal {
            reveal,
            reader_key: fingerprint,
            not_after,
        };
        let accepted = self.account(account, command, caller).await?;
        let state = self.store.state::<Account>(account.0).await?.state;
        let managed = state.managed().ok_or(AccountRefusal::Unknown)?;
        let secret = managed
            .directory
            .secret
            .clone()
            .ok_or(AccountRefusal::NoSecret)?;
        let request = RevealRequest {
            request: reveal,
            account,
            secret,
            reader_key,
            not_after,
        };
        match self
            .broker
            .reveal(managed.identity.domain, request, PATIENCE)
            .await?
        {
            RevealReply::Refused { reason } => Err(CommandError::RevealRefused(reason)),
            sealed => Ok((accepted, sealed)),
        }
    }
}
