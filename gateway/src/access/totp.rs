//! Second factors: time-based one-time codes (RFC 6238: SHA-1, six digits, 30 seconds), one step early or late.

use crate::problem::Problem;
use rand::{TryRngCore as _, rngs::OsRng};
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

/// Recovery codes given at enrolment.
const RECOVERY_CODES: usize = 10;
/// Letters that nobody confuses.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// A new secret of 160 bits.
pub(crate) fn new_secret() -> Result<Zeroizing<Vec<u8>>, Problem> {
    let mut secret = Zeroizing::new(vec![0; 20]);
    OsRng
        .try_fill_bytes(&mut secret)
        .map_err(|error| Problem::internal(&error))?;
    Ok(secret)
}

fn totp(secret: &[u8], account: &str) -> Result<Totp, Problem> {
    Builder::new()
        .with_secret(Secret::new(secret.into()))
        .with_account_name(account.replace(':', " "))
        .with_issuer(Some("Tenure"))
        .build()
        .map_err(|error| Problem::internal(&format!("{error:?}")))
}

/// For typing, and for scanning: the secret in base32, and an `otpauth` address.
pub(crate) fn shown(secret: &[u8], account: &str) -> Result<(String, String), Problem> {
    let totp = totp(secret, account)?;
    let url = totp.to_url();
    let url = url.map_err(|error| Problem::internal(&format!("{error:?}")))?;
    Ok((totp.secret().to_base32(), url))
}

/// The time step whose code this is, now or a step beside it.
pub(crate) fn step_of(secret: &[u8], code: &str, now: i64) -> Result<Option<u64>, Problem> {
    let totp = totp(secret, "")?;
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(totp.check(&code, u64::try_from(now).unwrap_or_default()))
}

/// Codes that stand in for a lost authenticator, each once.
pub(crate) fn recovery_codes() -> Result<Vec<String>, Problem> {
    let mut codes = Vec::with_capacity(RECOVERY_CODES);
    for _ in 0..RECOVERY_CODES {
        let mut bytes = [0; 16];
        OsRng
            .try_fill_bytes(&mut bytes)
            .map_err(|error| Problem::internal(&error))?;
        let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
        let text: Vec<String> = bytes
            .chunks(4)
            .map(|group| group.iter().map(letter).collect())
            .collect();
        codes.push(text.join("-"));
    }
    Ok(codes)
}

/// As it is compared: what people type differs in case and space.
pub(crate) fn folded(code: &str) -> String {
    code.chars()
        .filter(|c| c.is_ascii_alphanumeric())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the secret is "12345678901234567890"; the codes' last six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let secret = b"12345678901234567890";
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = step_of(secret, code, time).unwrap();
            assert_eq!(step, Some(u64::try_from(time).unwrap() / 30), "{time}");
            assert!(step_of(secret, code, time + 30).unwrap().is_some(), "late");
            assert!(step_of(secret, code, time - 30).unwrap().is_some(), "early");
            assert_eq!(step_of(secret, code, time + 90).unwrap(), None, "too late");
        }
        assert_eq!(step_of(secret, "28708", 59).unwrap(), None);
        assert_eq!(step_of(secret, "", 59).unwrap(), None);
    }

    #[test]
    fn the_address_to_scan_names_issuer_account_and_secret() {
        let (secret, url) = shown(b"12345678901234567890", "ada@corp.example").unwrap();
        assert_eq!(secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(
            url.starts_with("otpauth://totp/Tenure:ada%40corp.example?"),
            "{url}"
        );
        assert!(
            url.contains(&format!("secret={secret}")) && url.contains("issuer=Tenure"),
            "{url}"
        );
    }
}
