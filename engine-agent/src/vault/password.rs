//! New passwords: long, drawn uniformly from the system's randomness, with every character class that policies ask for.

use super::{Secret, VaultError};
use rand::{TryRngCore as _, rngs::OsRng};

/// Shorter ones cannot hold all four classes.
pub const SHORTEST_PASSWORD: usize = 4;

/// Nothing that a shell, an XML file, a connection string or a tired reader takes for something else: no quotes,
/// backslash, space, `$`, `&`, `<`, `;`, `%`, `=`; no `0O1lI`.
const CLASSES: [&[u8]; 4] = [
    b"ABCDEFGHJKLMNPQRSTUVWXYZ",
    b"abcdefghijkmnopqrstuvwxyz",
    b"23456789",
    b"-_.+*#!~",
];

/// A password of `length` characters (at least [`SHORTEST_PASSWORD`]) with all four character classes.
///
/// # Errors
/// When the system gives no randomness.
pub fn generate_password(length: usize) -> Result<Secret, VaultError> {
    let length = length.max(SHORTEST_PASSWORD);
    let alphabet = CLASSES.concat();
    loop {
        let mut text = String::with_capacity(length);
        for _ in 0..length {
            text.push(char::from(draw(&alphabet)?));
        }
        let secret = Secret::new(text);
        // Drawing the whole again keeps every acceptable password equally likely; forcing classes into places does not.
        if CLASSES
            .iter()
            .all(|class| secret.expose().bytes().any(|byte| class.contains(&byte)))
        {
            return Ok(secret);
        }
    }
}

/// One of `alphabet` (at most 256 bytes), without the bias of a modulo.
fn draw(alphabet: &[u8]) -> Result<u8, VaultError> {
    let fair = 256 - 256 % alphabet.len();
    loop {
        let mut byte = [0];
        OsRng
            .try_fill_bytes(&mut byte)
            .map_err(|_| VaultError::NoRandomness)?;
        let drawn = usize::from(byte[0]);
        if drawn < fair {
            return Ok(alphabet[drawn % alphabet.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_password_has_all_classes_and_none_comes_twice() {
        let mut seen = HashSet::new();
        for _ in 0..500 {
            let secret = generate_password(32).unwrap();
            assert_eq!(secret.expose().len(), 32);
            assert!(
                CLASSES
                    .iter()
                    .all(|class| secret.expose().bytes().any(|byte| class.contains(&byte)))
            );
            assert!(
                secret
                    .expose()
                    .bytes()
                    .all(|byte| !b"\"'\\ $&<>;%=`,0O1lI".contains(&byte))
            );
            assert!(seen.insert(secret.expose().to_owned()));
        }
        assert_eq!(
            generate_password(1).unwrap().expose().len(),
            SHORTEST_PASSWORD
        );
    }

    #[test]
    fn a_secret_does_not_print_itself() {
        let secret = generate_password(32).unwrap();
        assert!(!format!("{secret:?}").contains(secret.expose()));
    }
}
