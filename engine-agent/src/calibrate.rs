//! Answers what the core asks about this engine's reach: the directory, the vault, and what its account may do where
//! templates put accounts. Changes nothing in the directory.

use crate::{
    agent::{BROKER_PAUSES, Inner, REPORT_ATTEMPTS},
    failure::failure,
};
use std::sync::{Mutex, PoisonError};
use tenure_broker::BrokerError;
use tenure_domain::{
    calibration::{
        Calibration, CalibrationOrder, DirectoryReach, FoundPlace, Standing, VaultReach,
    },
    engine::log::LogLevel,
    order::FailureReason,
};
use tokio::time::sleep;
use uuid::Uuid;

/// What was answered last: it is asked again until the answer has arrived, and looking costs the directory something.
#[derive(Default)]
pub(crate) struct Answered(Mutex<Option<Uuid>>);

impl Answered {
    fn is(&self, run: Uuid) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == Some(run)
    }

    fn note(&self, run: Uuid) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(run);
    }
}

impl Inner {
    /// Listens for what is asked, for good.
    pub(crate) async fn answer_calibrations(&self) {
        let mut failures = 0;
        loop {
            let served = self.link.serve_calibrations(|order| self.calibrate(order));
            if let Err(error) = served.await {
                tracing::debug!(%error, "questions about this engine's reach are not heard");
            }
            sleep(BROKER_PAUSES.after(failures)).await;
            failures = failures.saturating_add(1);
        }
    }

    async fn calibrate(&self, order: CalibrationOrder) {
        if self.answered.is(order.run) || (self.clock)() > order.not_after {
            return;
        }
        let all: Vec<_> = order
            .places
            .iter()
            .chain(&order.imported)
            .cloned()
            .collect();
        let (directory, places) = self.directory.calibrate(&all).await;
        let vault = VaultReach {
            kind: self.vault.kind().to_owned(),
            failure: self
                .vault
                .usable()
                .await
                .err()
                .map(|error| failure(FailureReason::VaultUnavailable, error.to_string())),
        };
        if let DirectoryReach::OutOfReach(failure) = &directory
            && failure.reason.directory_is_away()
        {
            // Whoever takes orders looks, too, and says when it is back: otherwise nobody would before the next order.
            self.mark_reachable(false);
        }
        let (level, sentence) = told(&directory, &vault, &places);
        let mut answer = Calibration {
            domain: self.domain,
            engine: self.engine,
            run: order.run,
            at: (self.clock)(),
            directory,
            vault,
            places,
        };
        for attempt in 0..REPORT_ATTEMPTS {
            match self.link.report_calibration(answer.clone()).await {
                Ok(()) => {
                    self.answered.note(order.run);
                    self.log.note(level, None, &sentence);
                    return;
                }
                // What is left out counts as not looked at.
                Err(BrokerError::TooLarge { .. }) if !answer.places.is_empty() => {
                    answer.places.truncate(answer.places.len() / 2);
                }
                Err(error) if error.is_transient() => sleep(BROKER_PAUSES.after(attempt)).await,
                Err(error) => {
                    tracing::error!(%error, "the broker refuses what this engine can reach");
                    return;
                }
            }
        }
    }
}

/// What the core is told of it in the engine's log.
fn told(
    directory: &DirectoryReach,
    vault: &VaultReach,
    places: &[FoundPlace],
) -> (LogLevel, String) {
    let rights = places.iter().flat_map(|place| &place.rights);
    let missing = rights.filter(|found| found.standing == Standing::Missing);
    let missing = missing.count();
    let unread = places
        .iter()
        .filter_map(|place| Some((place, place.failure.as_ref()?)));
    let unread: Vec<_> = unread
        .map(|(place, failure)| format!("; {}: {}", place.dn, failure.detail))
        .collect();
    let reached = match (directory, missing) {
        // Nobody has looked at the rights then.
        (DirectoryReach::OutOfReach(failure), _) => {
            format!("the directory is out of reach: {}", failure.detail)
        }
        (DirectoryReach::Reached(server), 0) => {
            format!("{} is reached, no right is missing", server.address)
        }
        (DirectoryReach::Reached(server), 1) => {
            format!("{} is reached, 1 right is missing", server.address)
        }
        (DirectoryReach::Reached(server), missing) => {
            format!(
                "{} is reached, {missing} rights are missing",
                server.address
            )
        }
    };
    let usable = match &vault.failure {
        None => "the vault can be used".to_owned(),
        Some(failure) => format!("the vault cannot be used: {}", failure.detail),
    };
    let level = match (directory, missing, &vault.failure) {
        (DirectoryReach::Reached(_), 0, None) if unread.is_empty() => LogLevel::Info,
        _ => LogLevel::Warning,
    };
    let unread = unread.concat();
    (
        level,
        format!("Looked at what it can reach: {reached}{unread}; {usable}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_domain::calibration::{FoundRight, ReachedServer, Right};

    fn reached() -> DirectoryReach {
        DirectoryReach::Reached(ReachedServer {
            address: "dc1:636".into(),
            host: None,
            protection: None,
            account: "tenure-agent".into(),
            known_as: None,
            round_trip_us: 900,
            deletions: Standing::Granted,
        })
    }

    fn vault() -> VaultReach {
        VaultReach {
            kind: "built-in".into(),
            failure: None,
        }
    }

    fn place(standing: Standing) -> FoundPlace {
        let class = tenure_domain::calibration::AccountClass::User;
        FoundPlace {
            dn: "OU=Service".into(),
            failure: None,
            rights: vec![FoundRight {
                right: Right::CreateAccounts { class },
                standing,
            }],
        }
    }

    #[test]
    fn what_is_all_right_is_told_as_information() {
        let (level, said) = told(&reached(), &vault(), &[place(Standing::Granted)]);
        assert_eq!(level, LogLevel::Info);
        assert!(
            said.contains("dc1:636 is reached, no right is missing"),
            "{said}"
        );
    }

    #[test]
    fn a_missing_right_and_a_place_that_could_not_be_read_are_warnings() {
        let (level, said) = told(&reached(), &vault(), &[place(Standing::Missing)]);
        assert_eq!(level, LogLevel::Warning);
        assert!(said.contains("1 right is missing"), "{said}");

        let mut unread = place(Standing::Granted);
        unread.failure = Some(failure(FailureReason::NoSuchOu, "no such object"));
        let (level, said) = told(&reached(), &vault(), &[unread]);
        assert_eq!(level, LogLevel::Warning);
        assert!(said.contains("OU=Service: no such object"), "{said}");
    }

    #[test]
    fn a_directory_that_is_out_of_reach_says_nothing_of_rights() {
        let away = failure(FailureReason::DirectoryUnreachable, "dc1: no such host");
        let (level, said) = told(&DirectoryReach::OutOfReach(away), &vault(), &[]);
        assert_eq!(level, LogLevel::Warning);
        assert!(said.contains("out of reach: dc1: no such host"), "{said}");
        assert!(!said.contains("right"), "{said}");
    }
}
