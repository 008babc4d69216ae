//! Why the directory cannot be worked with at all, told apart by what people can do about it; and not knocking at its door
//! so often that it locks the engine's account.

use crate::failure::failure;
use ldap3::LdapError;
use std::{
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};
use tenure_domain::order::{Failure, FailureReason};
use zeroize::Zeroizing;

/// Directories count wrong passwords over half an hour or so (lockOutObservationWindow) and lock the account after five or
/// more: three are never too many.
const WRONG_PASSWORD_PAUSE: Duration = Duration::from_secs(11 * 60);

/// No answer, or none that helps.
pub(super) fn unreachable(detail: impl AsRef<str>) -> Failure {
    failure(FailureReason::DirectoryUnreachable, detail)
}

/// What went wrong between a connection and an agreement on TLS.
pub(super) fn of_connecting(address: &str, error: &LdapError) -> Failure {
    let reason = match error {
        LdapError::Io { source } => of_tls(source),
        _ => FailureReason::DirectoryUnreachable,
    };
    failure(reason, format!("{address}: {error}"))
}

fn of_tls(error: &io::Error) -> FailureReason {
    match error.get_ref().and_then(|inner| inner.downcast_ref()) {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            FailureReason::CertificateRefused
        }
        // What is said is no TLS.
        Some(rustls::Error::InvalidMessage(_)) => FailureReason::NoTls,
        Some(_) => FailureReason::DirectoryUnreachable,
        // Hung up on the first word of TLS: the port of plain LDAP, or a domain controller without a certificate.
        None if matches!(
            error.kind(),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
        ) =>
        {
            FailureReason::NoTls
        }
        None => FailureReason::DirectoryUnreachable,
    }
}

/// Remembers the password that was wrong, so that it is not tried again and again.
#[derive(Default)]
pub(super) struct Caution(Mutex<Option<Wrong>>);

struct Wrong {
    password: Zeroizing<String>,
    at: Instant,
    failure: Failure,
}

impl Caution {
    /// Why this password is not tried now, if it is not.
    pub(super) fn objection(&self, password: &str) -> Option<Failure> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        let wait = WRONG_PASSWORD_PAUSE.checked_sub(known.at.elapsed())?;
        (*known.password == password).then(|| {
            let minutes = wait.as_secs().div_ceil(60);
            let said = &known.failure.detail;
            failure(
                known.failure.reason,
                format!(
                    "{said} (the same password is not tried again for {minutes} min, lest the account be locked; another one in \
                     the file is tried at once)"
                ),
            )
        })
    }

    pub(super) fn wrong(&self, password: Zeroizing<String>, failure: Failure) {
        let wrong = Wrong {
            password,
            at: Instant::now(),
            failure,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(wrong);
    }

    pub(super) fn right(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn tls(error: rustls::Error) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }

    #[test]
    fn trouble_with_tls_is_told_apart() {
        use FailureReason as R;
        let expired = rustls::Error::InvalidCertificate(rustls::CertificateError::Expired);
        let plain = rustls::Error::InvalidMessage(rustls::InvalidMessage::InvalidContentType);
        assert_eq!(of_tls(&tls(expired)), R::CertificateRefused);
        assert_eq!(of_tls(&tls(plain)), R::NoTls);
        assert_eq!(of_tls(&io::ErrorKind::UnexpectedEof.into()), R::NoTls);
        assert_eq!(
            of_tls(&io::ErrorKind::TimedOut.into()),
            R::DirectoryUnreachable
        );
    }

    #[test]
    fn a_wrong_password_is_not_tried_again_and_another_one_is() {
        let caution = Caution::default();
        let said = failure(FailureReason::SignInRefused, "data 52e");
        caution.wrong(Zeroizing::new("old".to_owned()), said);
        let objection = caution.objection("old").unwrap();
        assert_eq!(objection.reason, FailureReason::SignInRefused);
        assert!(
            objection.detail.starts_with("data 52e"),
            "{}",
            objection.detail
        );
        assert!(!objection.detail.contains("old"));
        assert_eq!(caution.objection("new"), None);
        caution.right();
        assert_eq!(caution.objection("old"), None);
    }
}
