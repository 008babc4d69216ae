//! Active Directory's own forms of values.

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

pub(super) const NORMAL_ACCOUNT: i64 = 0x200;
/// Of computers and of group managed service accounts.
pub(super) const WORKSTATION_TRUST_ACCOUNT: i64 = 0x1000;
pub(super) const DISABLED: i64 = 0x2;
pub(super) const PASSWORD_NEVER_EXPIRES: i64 = 0x1_0000;

/// Seconds between 1601 and 1970, where Windows and Unix begin to count.
const EPOCHS_APART: i64 = 11_644_473_600;
const TICKS: i64 = 10_000_000;
const NEVER: i64 = i64::MAX;

/// accountExpires for an instant: 100 ns since 1601; 0 is never.
pub(super) fn account_expires(at: Option<DateTime<Utc>>) -> i64 {
    at.map_or(0, |at| {
        at.timestamp()
            .saturating_add(EPOCHS_APART)
            .saturating_mul(TICKS)
    })
}

/// The instant of a time that Active Directory counts as accountExpires does; none for never, and for what is no instant.
pub(super) fn instant(ticks: i64) -> Option<DateTime<Utc>> {
    if ticks <= 0 || ticks == NEVER {
        return None;
    }
    let seconds = ticks.div_euclid(TICKS).checked_sub(EPOCHS_APART)?;
    DateTime::from_timestamp(seconds, 0)
}

/// Do two values of accountExpires mean the same? Never is written in two ways.
pub(super) fn same_expiry(one: i64, two: i64) -> bool {
    let folded = |value| if value == NEVER { 0 } else { value };
    folded(one) == folded(two)
}

/// unicodePwd: the password in quotes, as UTF-16 in little-endian order.
pub(super) fn unicode_pwd(password: &str) -> Zeroizing<Vec<u8>> {
    // Room for all of it at once: a vector that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * password.len() + 4));
    for unit in std::iter::once(0x22)
        .chain(password.encode_utf16())
        .chain(std::iter::once(0x22))
    {
        bytes.extend_from_slice(&u16::to_le_bytes(unit));
    }
    bytes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use chrono::TimeZone as _;

    #[test]
    fn an_expiry_is_counted_from_1601() {
        let at = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
        assert_eq!(account_expires(Some(at)), 134_116_992_000_000_000);
        assert_eq!(account_expires(None), 0);
        assert_eq!(instant(134_116_992_000_000_000), Some(at));
        assert_eq!((instant(0), instant(i64::MAX)), (None, None));
        assert!(same_expiry(0, i64::MAX));
        assert!(!same_expiry(0, 1));
        assert_eq!(account_expires(Some(DateTime::<Utc>::MAX_UTC)), i64::MAX);
    }

    #[test]
    fn a_password_travels_quoted_in_utf_16() {
        assert_eq!(*unicode_pwd("aß"), [0x22, 0, 0x61, 0, 0xdf, 0, 0x22, 0]);
    }
}
