//! Disables accounts in the first lab domain, by orders and by `ldapmodify`, and prints both rates.
//!
//! `lab/ad-lab.sh with cargo run --profile quick -p tenure-engine-agent --example disable_storm -- 2000`
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods
)]

use chrono::{Duration, Utc};
use futures::{StreamExt as _, stream};
use std::{
    env,
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
    time::{Duration as Span, Instant},
};
use tenure_domain::{
    ids::{AccountId, DomainId},
    order::{DesiredState, Order, OrderKind, OrderNumber, Outcome},
};
use tenure_engine_agent::{
    clock,
    config::LdapConfig,
    directory::{Directory as _, ldap::LdapDirectory},
    vault::InMemoryVault,
};
use uuid::Uuid;

#[tokio::main]
async fn main() {
    let count: u32 = env::args()
        .nth(1)
        .map_or(2_000, |text| text.parse().unwrap());
    let concurrency: usize = env::args().nth(2).map_or(8, |text| text.parse().unwrap());
    let (base, run) = (get("AD_CORP_BASE"), Uuid::now_v7().simple().to_string());
    let ou = format!("OU=Service Accounts,{base}");
    let name = |side: char, i: u32| format!("{side}{}-{i}", &run[24..]);
    let account = |i: u32| AccountId(Uuid::from_u128(u128::from(i)));
    let fence = |i: u32, n: u32| format!("tenure:{}:1.{n}", account(i).0.simple());

    let mut accounts = String::new();
    for side in ['o', 'p'] {
        for i in 0..count {
            let name = name(side, i);
            write!(
                accounts,
                "dn: CN={name},{ou}\nchangetype: add\nobjectClass: user\nsAMAccountName: {name}\n\
                 userAccountControl: 66048\nadminDescription: {}\n\n",
                fence(i, 1)
            )
            .unwrap();
        }
    }
    report("add, ldapmodify", 2 * count, ldapmodify(&accounts));

    let directory = LdapDirectory::new(DomainId::default(), config(), clock::system()).unwrap();
    directory.reachable().await.unwrap();
    let guids = guids(&base).await;
    let order = |i: u32| Order {
        domain: DomainId::default(),
        account: account(i),
        number: OrderNumber { epoch: 1, n: 2 },
        kind: OrderKind::Change,
        object: Some(guids[&name('o', i)]),
        revives: None,
        folder: None,
        moves_secret: false,
        expects: None,
        desired: DesiredState {
            name: name('o', i),
            ou: ou.clone(),
            enabled: false,
            expires_at: None,
            description: None,
            attributes: [].into(),
            groups: vec![],
            ..DesiredState::default()
        },
        not_after: Utc::now() + Duration::hours(1),
    };
    let vault = InMemoryVault::default();
    let change = |i: u32| {
        let (old, new) = (fence(i, 1), fence(i, 2));
        format!(
            "dn: CN={},{ou}\nchangetype: modify\ndelete: adminDescription\nadminDescription: {old}\n-\n\
             add: adminDescription\nadminDescription: {new}\n-\nreplace: userAccountControl\nuserAccountControl: 66050\n-\n\n",
            name('p', i)
        )
    };
    // In turns, so that a busy machine is busy for both.
    let (mut ours, mut theirs) = (Span::ZERO, Span::ZERO);
    for round in (0..count).collect::<Vec<_>>().chunks(250) {
        let began = Instant::now();
        stream::iter(round.iter().copied().map(order))
            .for_each_concurrent(concurrency, |order| {
                let (directory, vault) = (&directory, &vault);
                async move {
                    let outcome = directory.carry_out(&order, vault).await;
                    assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
                }
            })
            .await;
        ours += began.elapsed();
        theirs += ldapmodify(&round.iter().copied().map(change).collect::<String>());
    }
    let ours = report("disable, orders: check, claim, act, verify", count, ours);
    let theirs = report("disable, ldapmodify", count, theirs);
    println!("ratio {:.2}", ours / theirs);
}

fn get(name: &str) -> String {
    env::var(name).expect("run below lab/ad-lab.sh with …")
}

fn config() -> LdapConfig {
    LdapConfig {
        domain_name: get("AD_CORP_REALM").to_lowercase(),
        base_dn: get("AD_CORP_BASE"),
        address: get("AD_CORP_ADDR"),
        host: get("AD_CORP_HOST"),
        ca_file: Some(get("AD_LAB_CA").into()),
        bind_user: get("AD_CORP_AGENT"),
        bind_password_file: get("AD_LAB_AGENT_PASS_FILE").into(),
        fence_attribute: "adminDescription".into(),
        password_length: 32,
        timeout_seconds: 60,
    }
}

fn report(what: &str, count: u32, took: Span) -> f64 {
    let rate = f64::from(count) / took.as_secs_f64();
    println!("{what}: {rate:.0}/s");
    rate
}

fn client(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("LDAPTLS_CACERT", get("AD_LAB_CA"))
        .env("LDAPTLS_REQCERT", "allow")
        .args([
            "-x",
            "-H",
            &format!("ldaps://{}", get("AD_CORP_ADDR")),
            "-D",
            &get("AD_CORP_AGENT"),
        ])
        .args(["-y", &get("AD_LAB_AGENT_PASS_FILE")]);
    command
}

fn ldapmodify(ldif: &str) -> Span {
    let began = Instant::now();
    let mut child = client("ldapmodify")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(ldif.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success());
    began.elapsed()
}

async fn guids(base: &str) -> std::collections::HashMap<String, Uuid> {
    use base64::Engine as _;
    let output = client("ldapsearch")
        .args([
            "-LLL",
            "-o",
            "ldif-wrap=no",
            "-E",
            "pr=1000/noprompt",
            "-b",
            base,
            "(objectClass=user)",
        ])
        .args(["sAMAccountName", "objectGUID"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let entries = text.split("\n\n").filter_map(|entry| {
        let field = |key: &str| {
            entry
                .lines()
                .find_map(|line| line.strip_prefix(key))
                .map(ToOwned::to_owned)
        };
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(field("objectGUID:: ")?)
            .unwrap();
        Some((
            field("sAMAccountName: ")?,
            Uuid::from_bytes_le(bytes.try_into().unwrap()),
        ))
    });
    entries.collect()
}
