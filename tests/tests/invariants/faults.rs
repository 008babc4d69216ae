//! What goes wrong beside a step: before it, after it, and while everything comes to rest.

use crate::{
    engines::Engine,
    play::Play,
    steps::Fault,
    world::{BASES, account, domain},
};
use std::{sync::atomic::Ordering, time::Duration};

impl Play {
    pub(crate) fn before(&mut self, fault: Option<Fault>) {
        self.tally.faults += usize::from(fault.is_some());
        match fault {
            Some(Fault::OutcomeUnknown) => {
                for Engine { directory, .. } in &self.world.engines {
                    directory.loses_next.store(true, Ordering::Relaxed);
                }
            }
            Some(Fault::Unreachable(n)) => {
                let directory = self.world.engines[n].directory.clone();
                directory.sandbox.set_reachable(false);
                tokio::spawn(async move {
                    tokio::time::sleep(Duration::from_millis(40)).await;
                    directory.sandbox.set_reachable(true);
                });
            }
            _ => {}
        }
    }

    pub(crate) async fn after(&mut self, fault: Option<Fault>) -> Result<(), String> {
        let which = self.at % self.world.cores.len();
        match fault {
            Some(Fault::EngineKilled(n)) => self.world.engines[n].kill().await,
            Some(Fault::OldReports) => {
                for engine in &self.world.engines {
                    engine.repeat_reports(5).await;
                }
            }
            Some(Fault::OrdersLost) => {
                for number in self.model.accounts.keys() {
                    for n in 0..BASES.len() {
                        let broker = &self.world.instance().broker;
                        let lost = broker.supersede(domain(n), account(*number)).await;
                        lost.map_err(|error| error.to_string())?;
                    }
                }
            }
            Some(Fault::ReportsLost) => {
                let broker = &self.world.instance().broker;
                let taken =
                    tokio::time::timeout(Duration::from_millis(15), broker.next_reports(256)).await;
                for report in taken.map(Result::unwrap_or_default).unwrap_or_default() {
                    report.ack().await.map_err(|error| error.to_string())?;
                }
            }
            Some(Fault::CoreStopped) => self.world.stop_core(which).await,
            Some(Fault::CoreKilled) => self.world.kill_core(which).await,
            _ => {}
        }
        Ok(())
    }

    pub(crate) async fn come_to_rest(&mut self, rebuilding: bool) -> Result<(), String> {
        if rebuilding {
            let views = &self.world.instance().views;
            let (rebuilt, settled) = tokio::join!(views.rebuild(None, |_| {}), self.world.settle());
            rebuilt.map_err(|error| error.to_string())?;
            settled?;
        } else {
            self.world.settle().await?;
        }
        self.model.settle();
        Ok(())
    }
}
