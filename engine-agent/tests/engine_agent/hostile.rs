//! Orders whose content is an attack: neither a crash, nor another object touched.

use crate::subject::Subject;
use tenure_domain::order::{FailureReason, OrderKind, Outcome};
use tenure_engine_agent::vault::Vault as _;

const NAMES: [&str; 14] = [
    "*",
    "svc*",
    "a)(objectClass=*",
    "a)(|(cn=*",
    "\\2a",
    "a\\",
    "\0",
    "x\0y",
    "\"quoted\"",
    "a,OU=Retired",
    "a+CN=b",
    "<GUID=1>",
    "../../etc",
    "Administrator@corp",
];

async fn withstands_hostile_names(subject: Subject) {
    let bystander = subject.order();
    subject.apply(&bystander).await;
    let before = subject.see(&bystander.desired.name).await;
    let long = "x".repeat(10_000);
    for name in NAMES.into_iter().chain([long.as_str(), ""]) {
        for kind in [OrderKind::Provision, OrderKind::Change, OrderKind::Remove] {
            let mut order = subject.order();
            order.kind = kind;
            order.desired.name = name.into();
            assert_eq!(
                subject.failure(&order).await,
                FailureReason::InvalidOrder,
                "{name:.40} {kind:?}"
            );
            assert_eq!(subject.vault.find(order.account).await.unwrap(), None);
        }
    }
    assert_eq!(subject.see(&bystander.desired.name).await, before);
}

/// Allowed by Active Directory, dangerous to whoever forgets to escape.
async fn strange_but_legal_names_work(subject: Subject) {
    for name in ["#1 (a)", "o'neill & sons", "ä{}%$!-~`^_", "(((("] {
        let mut order = subject.order();
        let unique = &order.desired.name[10..];
        order.desired.name = format!("{}{unique}", name.chars().take(13).collect::<String>());
        order.desired.name = order.desired.name.chars().take(20).collect();
        let mut change = subject.apply(&order).await;
        change.desired.enabled = false;
        let mut remove = subject.apply(&change).await;
        assert!(
            !subject.see(&order.desired.name).await.unwrap().enabled,
            "{name}"
        );
        remove.kind = OrderKind::Remove;
        remove.object = None;
        assert_eq!(subject.carry_out(&remove).await, Outcome::Removed);
        assert_eq!(subject.see(&order.desired.name).await, None, "{name}");
    }
}

async fn withstands_hostile_content(subject: Subject) {
    type Change = fn(&mut tenure_domain::order::Order);
    let changes: [Change; 8] = [
        |order| order.desired.ou = "OU=Service Accounts,DC=elsewhere".into(),
        |order| order.desired.ou = format!("OU={},{}", "x".repeat(10_000), order.desired.ou),
        |order| order.desired.ou.push('\0'),
        |order| order.desired.groups = vec!["<SID=S-1-5-32-544>".into()],
        |order| {
            drop(
                order
                    .desired
                    .attributes
                    .insert("unicodePwd".into(), vec!["\"x\"".into()]),
            )
        },
        |order| {
            drop(
                order
                    .desired
                    .attributes
                    .insert("1.2.840.113556.1.4.8".into(), vec!["512".into()]),
            )
        },
        |order| {
            drop(
                order
                    .desired
                    .attributes
                    .insert("department\r\nunicodePwd".into(), vec!["x".into()]),
            )
        },
        |order| order.desired.description = Some("x".repeat(1_000_000)),
    ];
    let existing = subject.apply(&subject.order()).await;
    let before = subject.see(&existing.desired.name).await;
    for change in changes {
        let mut order = subject.order();
        change(&mut order);
        assert_eq!(subject.failure(&order).await, FailureReason::InvalidOrder);
        assert_eq!(subject.see(&order.desired.name).await, None);
        let mut order = existing.clone();
        change(&mut order);
        assert_eq!(subject.failure(&order).await, FailureReason::InvalidOrder);
    }
    assert_eq!(subject.see(&existing.desired.name).await, before);
}

macro_rules! on_both {
    ($($test:ident),*) => {
        mod sandbox {
            $(#[tokio::test] async fn $test() { super::$test(crate::subject::Subject::sandbox()).await; })*
        }
        mod active_directory {
            $(#[tokio::test] async fn $test() {
                if let Some(subject) = crate::subject::Subject::active_directory() {
                    super::$test(subject).await;
                }
            })*
        }
    };
}

on_both!(
    withstands_hostile_names,
    strange_but_legal_names_work,
    withstands_hostile_content
);
