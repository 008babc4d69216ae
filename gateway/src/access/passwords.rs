//! Passwords: Argon2id, a few at a time, since each costs 19 MiB and tens of milliseconds of a core.

use crate::problem::{FieldError, Problem};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{sync::Arc, time::Duration};
use tokio::sync::{OnceCell, Semaphore};
use zeroize::Zeroizing;

/// How many are hashed at once.
const AT_ONCE: usize = 2;
/// How long a sign-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and verifies.
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// Hash of a password that nobody has: verifying against it takes as long as against a real one.
    decoy: OnceCell<String>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        Self {
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            decoy: OnceCell::new(),
        }
    }

    /// The hash to store.
    pub(crate) async fn hash(&self, password: Zeroizing<String>) -> Result<String, Problem> {
        self.in_turn(move || {
            Argon2::default()
                .hash_password(password.as_bytes())
                .map(|hash| hash.to_string())
        })
        .await?
        .map_err(|error| Problem::internal(&error))
    }

    /// Is it the password of that hash? Without a hash: no, after the same time.
    pub(crate) async fn verify(
        &self,
        password: Zeroizing<String>,
        hash: Option<String>,
    ) -> Result<bool, Problem> {
        let known = hash.is_some();
        let hash = match hash {
            Some(hash) => hash,
            None => self
                .decoy
                .get_or_try_init(|| self.hash(Zeroizing::new("nobody's".into())))
                .await?
                .clone(),
        };
        let matches = self
            .in_turn(move || {
                PasswordHash::new(&hash).is_ok_and(|hash| {
                    Argon2::default()
                        .verify_password(password.as_bytes(), &hash)
                        .is_ok()
                })
            })
            .await?;
        Ok(matches && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await;
        let turn =
            turn.map_err(|_| Problem::unavailable(&"too many passwords wait to be checked"))?;
        let turn = turn.map_err(|error| Problem::internal(&error))?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        })
        .await
        .map_err(|error| Problem::internal(&error))
    }
}

/// Fewest characters.
pub(crate) const SHORTEST: usize = 12;
/// Most bytes: beyond it, hashing would be work for an attacker's benefit.
pub(crate) const LONGEST: usize = 256;

/// What is wrong with a new password at `field`, if anything. `personal` = names and addresses of its owner.
pub(crate) fn weakness(field: &str, password: &str, personal: &[&str]) -> Option<Problem> {
    let say = |code: &str, message: String| {
        let error = FieldError {
            field: field.to_owned(),
            code: code.to_owned(),
            message,
        };
        Some(Problem::invalid(
            &error.field,
            &error.code,
            error.message.clone(),
        ))
    };
    if password.chars().count() < SHORTEST {
        return say("too-few", format!("needs at least {SHORTEST} characters"));
    }
    if password.len() > LONGEST {
        return say("too-long", format!("is longer than {LONGEST} bytes"));
    }
    let folded = password.to_lowercase();
    let parts: Vec<&str> = personal
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|part| part.chars().count() >= 4)
        .collect();
    if parts
        .iter()
        .any(|part| folded.contains(&part.to_lowercase()))
    {
        return say(
            "too-simple",
            "must not contain your name or e-mail address".into(),
        );
    }
    // The estimate grows with the square of the length; nobody guesses more than this.
    let estimated: String = password.chars().take(64).collect();
    let estimate = zxcvbn::zxcvbn(&estimated, &parts);
    if estimate.score() < zxcvbn::Score::Three {
        let advice = estimate.feedback().and_then(|feedback| feedback.warning());
        let advice = advice.map(|warning| format!(": {}", warning.to_string().to_lowercase()));
        return say(
            "too-simple",
            format!("is guessed too easily{}", advice.unwrap_or_default()),
        );
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_varied_and_not_the_name() {
        let weak = |password: &str| {
            weakness("password", password, &["Ada Lovelace", "ada@corp.example"]).is_some()
        };
        assert!(weak("short"));
        assert!(weak("aaaaaaaaaaaaaaaa"));
        assert!(weak("lovelace-and-more"));
        assert!(weak(&"x7-".repeat(100)));
        assert!(weak("password12345"));
        assert!(weak("qwertyuiop123"));
        assert!(!weak("correct horse battery"));
    }

    #[tokio::test]
    async fn only_the_right_password_verifies_and_nobody_has_the_decoys() {
        let passwords = Passwords::new();
        let secret = |text: &str| Zeroizing::new(text.to_owned());
        let hash = passwords
            .hash(secret("correct horse battery"))
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(
            passwords
                .verify(secret("correct horse battery"), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify(secret("correct horse batterz"), Some(hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify(secret("nobody's"), None).await.unwrap());
    }
}
