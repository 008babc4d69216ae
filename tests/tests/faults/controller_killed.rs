//! The domain controller dies in the middle of what the agent asks of it.

use crate::passing::{Passing, quick_deadlines};
use std::time::Duration;
use tenure_tests::{controller::Controller, lab::Lab, until::until};

/// It dies when so many accounts are there.
const PROGRESS: [u64; 2] = [6, 30];
/// Requests that run through.
const REQUESTS: usize = 80;

async fn active(lab: &Lab) -> u64 {
    let accounts = lab.admin.get("/accounts?status=active&limit=1").await.ok();
    accounts["total"]["value"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_controller_killed_in_the_middle_of_changes_leaves_nothing_half_done() {
    let Some(lab) = Lab::start(quick_deadlines()).await else {
        return;
    };
    let passing = Passing::begin(&lab).await;
    let (asked, ()) = tokio::join!(passing.ask(REQUESTS, &[0]), async {
        for progress in PROGRESS {
            let more = async || (active(&lab).await >= progress).then_some(());
            let what = "the controller to be at work";
            until(what, Duration::from_secs(60), more).await;
            // People go on asking meanwhile.
            let again = tokio::task::spawn_blocking(|| {
                let controller = Controller("corp");
                controller.kill();
                controller.start();
            });
            again.await.unwrap();
        }
    });
    passing.all_end(&lab, &asked).await;
    for asked in &asked {
        let request = passing.request(asked).await;
        let Some(object) = lab.domains[0].directory.object(&asked.name).await else {
            continue;
        };
        assert_eq!(request["status"], "provisioned", "{request}");
        assert!(object.is_enabled(), "{object:?}");
    }
}
