//! Why the directory cannot be worked with at all, told apart by what people can do about it; and not knocking at its door
//! so often that it locks the engine's account.

use crate::failure::failure;
use ldap3::LdapError;
use std::{
    io,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tenure_domain::order::{Failure, FailureReason};
use zeroize::Zeroizing;

/// A directory forgets wrong passwords only when none came for a while (lockOutObservationWindow, mostly ten minutes to an hour):
/// tried again within it, they add up, however slowly they come. How long it is, nobody is told who cannot sign in.
const WRONG_PASSWORD_PAUSE: Duration = Duration::from_hours(24);

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
    /// When its file was written.
    written: Option<SystemTime>,
    at: Instant,
    failure: Failure,
}

impl Caution {
    /// Why this password of a file written then is not tried now, if it is not.
    pub(super) fn objection(&self, password: &str, written: Option<SystemTime>) -> Option<Failure> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.as_ref()?;
        let wait = WRONG_PASSWORD_PAUSE.checked_sub(known.at.elapsed())?;
        (*known.password == password && known.written == written).then(|| {
            let hours = wait.as_secs().div_ceil(3_600);
            let said = &known.failure.detail;
            failure(
                known.failure.reason,
                format!(
                    "{said} (the same password is not tried again for {hours} h, lest the account be locked; when the file is \
                     written anew, with this or another one, it is tried at once)"
                ),
            )
        })
    }

    pub(super) fn wrong(
        &self,
        password: Zeroizing<String>,
        written: Option<SystemTime>,
        failure: Failure,
    ) {
        let wrong = Wrong {
            password,
            written,
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
    fn a_wrong_password_is_not_tried_again_and_what_is_written_since_is() {
        let caution = Caution::default();
        let said = failure(FailureReason::SignInRefused, "data 52e");
        let written = Some(SystemTime::UNIX_EPOCH);
        caution.wrong(Zeroizing::new("old".to_owned()), written, said);
        let objection = caution.objection("old", written).unwrap();
        assert_eq!(objection.reason, FailureReason::SignInRefused);
        assert!(
            objection.detail.starts_with("data 52e"),
            "{}",
            objection.detail
        );
        assert!(!objection.detail.contains("old"));
        assert_eq!(caution.objection("new", written), None);
        let later = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1));
        assert_eq!(caution.objection("old", later), None);
        caution.right();
        assert_eq!(caution.objection("old", written), None);
    }
}
