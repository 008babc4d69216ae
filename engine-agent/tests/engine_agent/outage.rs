//! Lost connections, dead and frozen domain controllers: nothing is done twice, nothing is lost, nothing hangs.

use crate::{
    lab::{Bind, Lab},
    proxy::Proxy,
    subject::Subject,
};
use std::{
    fs,
    path::Path,
    process::Command,
    task::Poll,
    time::{Duration, Instant},
};
use tenure_domain::order::{FailureReason, OrderKind, Outcome};
use tenure_engine_agent::{
    clock,
    directory::{Directory as _, ldap::LdapDirectory},
};

fn unreachable(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Deferred(failure) if failure.reason == FailureReason::DirectoryUnreachable)
}

/// Every request of the three kinds of order loses its answer once: the outcome is as if nothing had happened.
#[tokio::test]
async fn a_connection_lost_at_any_step_changes_no_outcome() {
    let Some(lab) = Lab::corp() else { return };
    let proxy = Proxy::to(&lab.address).await;
    let directory = lab.directory_with(|config| config.address = proxy.address.to_string());
    let subject = Subject::on(lab, directory);
    let group = subject.group().await;
    for step in 0..12 {
        warm_up(&proxy, &subject).await;
        let mut order = subject.order();
        order.desired.groups = vec![group.clone()];
        proxy.cut_after(step);
        let mut change = subject.apply(&order).await;
        assert_eq!(
            subject.bind(&order).await,
            Bind::Accepted,
            "cut after {step}"
        );
        assert_eq!(
            subject.see(&order.desired.name).await.unwrap().groups.len(),
            1
        );

        warm_up(&proxy, &subject).await;
        change.desired.enabled = false;
        change.desired.ou = subject.ou("Retired");
        proxy.cut_after(step);
        let mut remove = subject.apply(&change).await;
        let seen = subject.see(&order.desired.name).await.unwrap();
        assert_eq!(
            (seen.enabled, seen.parent),
            (false, subject.ou("Retired")),
            "cut after {step}"
        );

        warm_up(&proxy, &subject).await;
        remove.kind = OrderKind::Remove;
        proxy.cut_after(step);
        assert_eq!(
            subject.carry_out(&remove).await,
            Outcome::Removed,
            "cut after {step}"
        );
        assert_eq!(subject.see(&order.desired.name).await, None);
    }
}

/// So that the requests counted are the order's own.
async fn warm_up(proxy: &Proxy, subject: &Subject) {
    proxy.cut_after(i64::MAX);
    subject.directory.reachable().await.unwrap();
}

#[tokio::test]
async fn an_address_that_never_answers_times_out_and_defers() {
    let Some(lab) = Lab::corp() else { return };
    // Connections end in the backlog: nobody ever accepts.
    let black_hole = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut config = lab.config();
    config.address = black_hole.local_addr().unwrap().to_string();
    config.timeout_seconds = 1;
    let directory = LdapDirectory::new(lab.domain, config, clock::system()).unwrap();
    let subject = Subject::on(lab, directory);
    let began = Instant::now();
    let orders: Vec<_> = (0..8).map(|_| subject.order()).collect();
    let outcomes =
        futures::future::join_all(orders.iter().map(|order| subject.carry_out(order))).await;
    assert!(outcomes.iter().all(unreachable), "{outcomes:?}");
    assert!(subject.directory.reachable().await.is_err());
    assert!(
        began.elapsed() < Duration::from_secs(30),
        "eight orders wait together, not one after the other"
    );
}

/// A process that dies at any await, and its successor, which gets the same order again.
#[tokio::test]
async fn an_order_cut_off_anywhere_is_taken_up_by_the_next_delivery() {
    let Some(subject) = Subject::active_directory() else {
        return;
    };
    let group = subject.group().await;
    for polls in 1..16 {
        let mut order = subject.order();
        order.desired.groups = vec![group.clone()];
        let dying = subject.lab().directory();
        dying.reachable().await.unwrap();
        let mut cut_off = Box::pin(dying.carry_out(&order, &*subject.vault));
        let mut left = polls;
        let died = futures::future::poll_fn(|context| {
            left -= 1;
            if left == 0 {
                Poll::Ready(true)
            } else {
                cut_off.as_mut().poll(context).map(|_| false)
            }
        });
        died.await;
        drop(cut_off);
        let mut remove = subject.apply(&order).await;
        assert_eq!(
            subject.bind(&order).await,
            Bind::Accepted,
            "cut off after {polls} polls"
        );
        assert_eq!(
            subject.see(&order.desired.name).await.unwrap().groups.len(),
            1
        );
        remove.kind = OrderKind::Remove;
        assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_domain_controller_frozen_in_the_middle_defers_and_catches_up() {
    let Some(lab) = Lab::emea_alone() else { return };
    let directory = lab.directory_with(|config| config.timeout_seconds = 1);
    let subject = Subject::on(lab, directory);
    let mut change = subject.apply(&subject.order()).await;
    change.desired.enabled = false;
    let samba = Frozen::new("emea");
    let deferred = subject.carry_out(&change).await;
    assert!(unreachable(&deferred), "{deferred:?}");
    drop(samba);
    subject.apply(&change).await;
    assert_eq!(subject.bind(&change).await, Bind::Disabled);
}

#[cfg(unix)]
#[tokio::test]
async fn a_stopped_domain_controller_defers_orders_which_apply_when_it_is_back() {
    let Some(lab) = Lab::emea_alone() else { return };
    let directory = lab.directory();
    let subject = Subject::on(lab, directory);
    let mut change = subject.apply(&subject.order()).await;
    let waiting = subject.order();
    ad_lab(&["stop", "emea"]);
    change.desired.enabled = false;
    let outcomes = [
        subject.carry_out(&change).await,
        subject.carry_out(&waiting).await,
    ];
    ad_lab(&["start", "emea"]);
    assert!(outcomes.iter().all(unreachable), "{outcomes:?}");
    subject.apply(&change).await;
    subject.apply(&waiting).await;
    assert_eq!(subject.bind(&change).await, Bind::Disabled);
    assert_eq!(subject.bind(&waiting).await, Bind::Accepted);
}

fn ad_lab(arguments: &[&str]) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../lab/ad-lab.sh");
    assert!(
        Command::new(script)
            .args(arguments)
            .status()
            .unwrap()
            .success()
    );
}

/// The lab's own domain controller, stopped by signal, continued when dropped.
struct Frozen(String);

impl Frozen {
    fn new(name: &str) -> Self {
        let pid = Path::new(&std::env::var("AD_LAB_DIR").unwrap())
            .join(name)
            .join("lab.pid");
        let group = format!("-{}", fs::read_to_string(pid).unwrap().trim());
        let frozen = Self(group);
        frozen.signal("-STOP");
        frozen
    }

    fn signal(&self, signal: &str) {
        assert!(
            Command::new("kill")
                .args([signal, "--", &self.0])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}
