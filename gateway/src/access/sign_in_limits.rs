//! How often somebody may try to sign in: by address and by e-mail, known or not, so that the answer tells nothing.
//!
//! This is per gateway and in memory; the lock-out of an account is kept in the store and shared by all.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Attempts from one address within [`WINDOW`].
const BY_ADDRESS: u32 = 60;
/// Attempts for one e-mail address within [`WINDOW`].
const BY_EMAIL: u32 = 20;
const WINDOW: Duration = Duration::from_secs(300);
/// Remembered at most; beyond it, what is oldest is forgotten.
const REMEMBERED: usize = 50_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Source {
    Address(IpAddr),
    Email(String),
}

/// Counts attempts.
#[derive(Default)]
pub(crate) struct SignInLimits(Mutex<HashMap<Source, (Instant, u32)>>);

impl SignInLimits {
    /// Counts an attempt; if there were too many, answers the seconds to wait.
    pub(crate) fn attempt(&self, address: IpAddr, email: &str) -> Result<(), u32> {
        self.attempt_at(Instant::now(), address, email)
    }

    fn attempt_at(&self, now: Instant, address: IpAddr, email: &str) -> Result<(), u32> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED {
            counts.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
            if counts.len() >= REMEMBERED {
                counts.clear();
            }
        }
        let sources = [
            (Source::Address(network(address)), BY_ADDRESS),
            (
                Source::Email(tenure_domain::user::folded_email(email)),
                BY_EMAIL,
            ),
        ];
        let mut wait = None;
        for (source, most) in sources {
            let (since, count) = counts.entry(source).or_insert((now, 0));
            if now.duration_since(*since) >= WINDOW {
                (*since, *count) = (now, 0);
            }
            *count = count.saturating_add(1);
            if *count > most {
                let left = WINDOW.saturating_sub(now.duration_since(*since)).as_secs() + 1;
                wait = wait.max(u32::try_from(left).ok());
            }
        }
        wait.map_or(Ok(()), Err)
    }

    /// A success: the e-mail's attempts are forgotten.
    pub(crate) fn succeeded(&self, email: &str) {
        let email = Source::Email(tenure_domain::user::folded_email(email));
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&email);
    }
}

/// One subscriber has a whole /64 of IPv6 addresses.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_attempts_for_one_address_or_e_mail_wait_for_the_window_to_pass() {
        let limits = SignInLimits::default();
        let (now, here) = (Instant::now(), IpAddr::from([192, 0, 2, 1]));
        for _ in 0..BY_EMAIL {
            assert_eq!(limits.attempt_at(now, here, "ada@corp.example"), Ok(()));
        }
        assert_eq!(limits.attempt_at(now, here, " ADA@corp.example"), Err(301));
        assert_eq!(limits.attempt_at(now, here, "bob@corp.example"), Ok(()));
        for i in 0..BY_ADDRESS {
            let _ = limits.attempt_at(now, here, &format!("{i}@corp.example"));
        }
        assert!(limits.attempt_at(now, here, "eve@corp.example").is_err());
        assert_eq!(
            limits.attempt_at(now, [192, 0, 2, 2].into(), "eve@corp.example"),
            Ok(())
        );
        assert_eq!(
            limits.attempt_at(now + WINDOW, here, "ada@corp.example"),
            Ok(())
        );
    }
}
