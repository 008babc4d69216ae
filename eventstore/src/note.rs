//! Signed notes, as C2SP describes them (<https://c2sp.org/signed-note>): a text, an empty line, and who signed it. Any tool
//! that knows them can check ours.

use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, Verifier, VerifyingKey};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Ed25519, in the format's numbering.
const ED25519: u8 = 1;
const SIGNED_BY: &str = "\u{2014} ";

/// Why a text is no note, no checkpoint, or no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub(crate) &'static str);

/// What others verify with: `name+id+key`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    key: VerifyingKey,
}

impl VerifierKey {
    /// First four bytes of a hash of name and key.
    fn id(&self) -> [u8; 4] {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', ED25519])
            .chain_update(self.key.as_bytes())
            .finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    /// Whose key it is.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Did this key sign it?
    #[must_use]
    pub fn has_signed(&self, note: &SignedNote) -> bool {
        note.signatures.iter().any(|signed| {
            signed.name == self.name
                && signed.id == self.id()
                && self
                    .key
                    .verify(
                        note.text.as_bytes(),
                        &Signature::from_bytes(&signed.signature),
                    )
                    .is_ok()
        })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        let id = u32::from_be_bytes(self.id());
        write!(f, "{}+{id:08x}+{}", self.name, BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let wrong = Malformed("a verifier key is name+id+key, as `tenure audit key` prints it");
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong);
        };
        let key = BASE64_STANDARD.decode(key).map_err(|_| wrong)?;
        let Some((&ED25519, key)) = key.split_first() else {
            return Err(wrong);
        };
        let key = <[u8; 32]>::try_from(key).map_err(|_| wrong)?;
        let key = Self {
            name: name.to_owned(),
            key: VerifyingKey::from_bytes(&key).map_err(|_| wrong)?,
        };
        if !is_name(name) || format!("{:08x}", u32::from_be_bytes(key.id())) != id {
            return Err(wrong);
        }
        Ok(key)
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '+')
}

/// Signs notes in a name.
pub(crate) struct NoteSigner {
    pub(crate) name: String,
    pub(crate) key: SigningKey,
}

impl NoteSigner {
    pub(crate) fn verifier(&self) -> VerifierKey {
        VerifierKey {
            name: self.name.clone(),
            key: self.key.verifying_key(),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Signed {
    name: String,
    id: [u8; 4],
    signature: [u8; 64],
}

/// A text and its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signed>,
}

impl SignedNote {
    /// Signs `text`, which ends with a line break.
    pub(crate) fn sign(text: String, signers: &[&NoteSigner]) -> Self {
        let sign = |signer: &&NoteSigner| Signed {
            name: signer.name.clone(),
            id: signer.verifier().id(),
            signature: signer.key.sign(text.as_bytes()).to_bytes(),
        };
        Self {
            signatures: signers.iter().map(sign).collect(),
            text,
        }
    }

    /// What was signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who signed it, as it says.
    #[must_use]
    pub fn signers(&self) -> Vec<String> {
        let signer = |signed: &Signed| {
            let id = u32::from_be_bytes(signed.id);
            format!("{}+{id:08x}", signed.name)
        };
        self.signatures.iter().map(signer).collect()
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signed in &self.signatures {
            let bytes = [signed.id.as_slice(), &signed.signature].concat();
            let signature = BASE64_STANDARD.encode(bytes);
            writeln!(f, "{SIGNED_BY}{} {signature}", signed.name)?;
        }
        Ok(())
    }
}

impl FromStr for SignedNote {
    type Err = Malformed;

    fn from_str(note: &str) -> Result<Self, Malformed> {
        let wrong = Malformed("not a signed note: a text, an empty line, and lines that sign it");
        let (text, signatures) = note.rsplit_once("\n\n").ok_or(wrong)?;
        let signature = |line: &str| {
            let (name, signature) = line.strip_prefix(SIGNED_BY)?.split_once(' ')?;
            let bytes = BASE64_STANDARD.decode(signature).ok()?;
            let (id, signature) = bytes.split_first_chunk::<4>()?;
            Some(Signed {
                name: Some(name).filter(|name| is_name(name))?.to_owned(),
                id: *id,
                signature: signature.try_into().ok()?,
            })
        };
        let signatures: Option<Vec<_>> = signatures.lines().map(signature).collect();
        Ok(Self {
            text: format!("{text}\n"),
            signatures: signatures.filter(|all| !all.is_empty()).ok_or(wrong)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the specification's own example implementation (golang.org/x/mod/sumdb/note).
    const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const NOTE: &str = "If you think cryptography is the answer to your problem,\n\
        then you don't know what your problem is.\n\n\
        \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_that_another_implementation_signed_is_verified() {
        let key: VerifierKey = PETER.parse().unwrap();
        let note: SignedNote = NOTE.parse().unwrap();
        assert!(key.has_signed(&note));
        assert_eq!(key.to_string(), PETER);
        assert_eq!(note.to_string(), NOTE);
        let altered: SignedNote = NOTE.replace("problem is", "problem was").parse().unwrap();
        assert!(!key.has_signed(&altered));
    }

    #[test]
    fn a_key_whose_name_or_id_was_changed_is_refused() {
        assert!(
            PETER
                .replace("Peter", "Paul")
                .parse::<VerifierKey>()
                .is_err()
        );
        assert!(
            PETER
                .replace("c74f", "c74e")
                .parse::<VerifierKey>()
                .is_err()
        );
        assert!("".parse::<VerifierKey>().is_err());
    }

    #[test]
    fn a_text_without_a_signature_is_no_note() {
        for text in [
            "",
            "a\n\n",
            "a\nb\n",
            "a\n\n\u{2014} b !!\n",
            "a\n\n\u{2014} b AAAA\n",
        ] {
            assert!(text.parse::<SignedNote>().is_err(), "{text:?}");
        }
    }
}
