//! Several engines of one domain share its work; one that is lost delays at most its own order, and doubles none.

use crate::passing::{Asked, Passing};
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};
use tenure_tests::{
    beside::Beside,
    lab::{Lab, Settings},
    until::until,
    wire::Wire,
};

/// Seconds until an order without a sign of life goes to another engine: much longer than everybody else needs.
const LEASE: u32 = 30;
const REQUESTS: usize = 60;

fn carried_out(engine: &Beside) -> usize {
    engine
        .agent
        .as_ref()
        .unwrap()
        .output()
        .matches("carried out")
        .count()
}

/// One order at a time, so that an engine that is lost holds at most one.
fn one_at_a_time(engine: &Beside) {
    engine.configure(|text| text.replace("[engine]\n", "[engine]\nconcurrency = 1\n"));
}

async fn left(passing: &Passing, asked: &[Asked]) -> usize {
    let mut left = 0;
    for asked in asked {
        left += usize::from(passing.request(asked).await["status"] != "provisioned");
    }
    left
}

/// Three engines of the first domain: the lab's own, and two more.
async fn pool(lab: &mut Lab) -> [Beside; 2] {
    lab.kill_agent(0);
    one_at_a_time(&lab.domains[0]);
    let more = [
        lab.another_engine(0, "second").await,
        lab.another_engine(0, "third").await,
    ];
    more.iter().for_each(one_at_a_time);
    more
}

async fn loses_one(lose: impl FnOnce(&mut Beside, &Wire)) {
    let settings = Settings {
        order_lease: LEASE,
        ..Settings::default()
    };
    let Some(mut lab) = Lab::start(settings).await else {
        return;
    };
    let [mut second, mut third] = pool(&mut lab).await;
    let wire = Wire::to(lab.nats.port).await;
    let (real, through) = (lab.nats.port.to_string(), wire.port.to_string());
    third.configure(|text| text.replace(&real, &through));
    let folder = lab.folder.path().to_owned();
    lab.start_agent(0);
    second.start(&folder, None);
    third.start(&folder, None);

    let passing = Passing::begin(&lab).await;
    let (asked, lost_at) = tokio::join!(passing.ask(REQUESTS, &[0]), async {
        let begun = async || (carried_out(&third) >= 3).then_some(());
        until(
            "the third engine to be at work",
            Duration::from_secs(60),
            begun,
        )
        .await;
        lose(&mut third, &wire);
        Instant::now()
    });
    // All but what the lost one held, long before its lease is over.
    let all_but_one = async || (left(&passing, &asked).await <= 1).then_some(());
    let what = "the others to do all but one";
    until(what, Duration::from_secs(LEASE.into()), all_but_one).await;
    assert!(
        lost_at.elapsed() < Duration::from_secs(LEASE.into()),
        "{:?} after the loss, the lease of the lost order may be over",
        lost_at.elapsed()
    );
    for engine in [&lab.domains[0], &second] {
        assert!(carried_out(engine) >= 3, "{}", engine.engine);
    }
    passing.all_are_provisioned(&lab, &asked).await;
    wire.mend();
    let shown = lab
        .admin
        .get(&format!("/engines/{}", second.engine))
        .await
        .ok();
    let p95 = shown["health"]["apply_p95_ms"].as_u64();
    assert!(p95.is_some_and(|ms| (1..60_000).contains(&ms)), "{shown}");
    let trail = "/audit?type=account.provisioned&limit=500";
    let trail = lab.admin.get(trail).await.ok();
    let accounts: Vec<String> = trail["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["object"].to_string())
        .collect();
    let distinct: HashSet<_> = accounts.iter().collect();
    assert_eq!((accounts.len(), distinct.len()), (REQUESTS, REQUESTS));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_killed_delays_at_most_its_own_order() {
    loses_one(|third, _| third.agent = None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_is_cut_off_from_the_network_delays_at_most_its_own_order() {
    loses_one(|_, wire| wire.cut()).await;
}
