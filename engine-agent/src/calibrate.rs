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
        let (directory, places) = self.directory.calibrate(&order.places).await;
        let vault = VaultReach {
            kind: self.vault.kind().to_owned(),
            failure: self
                .vault
                .usable()
                .await
                .err()
                .map(|error| failure(FailureReason::VaultUnavailable, error.to_string())),
        };
        let sentence = sentence(&directory, &vault, &places);
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
                    self.log.info(None, sentence);
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

fn sentence(directory: &DirectoryReach, vault: &VaultReach, places: &[FoundPlace]) -> String {
    let directory = match directory {
        DirectoryReach::Reached(server) => format!("{} is reached", server.address),
        DirectoryReach::OutOfReach(failure) => failure.detail.clone(),
    };
    let vault = match &vault.failure {
        None => "the vault can be used",
        Some(_) => "the vault cannot be used",
    };
    let rights = places.iter().flat_map(|place| &place.rights);
    let missing = rights.filter(|found| found.standing == Standing::Missing);
    let missing = missing.count();
    format!("Calibrated: {directory}; {vault}; {missing} rights missing")
}
