//! Discovery in a real domain: what it sees, what it leaves alone, and that it reads past one page.

use crate::lab::Lab;
use std::collections::HashSet;
use tenure_engine_agent::discovery::{Candidate, Criteria, Findings, Risk, Signal};
use uuid::Uuid;

/// More than Active Directory gives in one page.
const MANY: usize = 1_050;

/// An organisational unit of this test's own, with accounts of every sort.
struct Unit {
    lab: Lab,
    dn: String,
    tag: String,
}

impl Unit {
    async fn new(lab: Lab) -> Self {
        let tag = Uuid::new_v4().simple().to_string()[..6].to_owned();
        let dn = format!("OU=discovery-{tag},{}", lab.base);
        lab.add(&dn, &[("objectClass", "organizationalUnit")]).await;
        Self { lab, dn, tag }
    }

    async fn account(&self, name: &str, control: i64, more: &[(&str, &str)]) -> String {
        let name = self.named(name);
        let dn = format!("CN={name},{}", self.dn);
        let control = (0x202 | control).to_string();
        let mut attributes = vec![
            ("objectClass", "user"),
            ("sAMAccountName", name.as_str()),
            ("userAccountControl", control.as_str()),
        ];
        attributes.extend_from_slice(more);
        self.lab.add(&dn, &attributes).await;
        dn
    }

    async fn group(&self, name: &str) -> String {
        let name = self.named(name);
        let dn = format!("CN={name},{}", self.dn);
        self.lab
            .add(&dn, &[("objectClass", "group"), ("sAMAccountName", &name)])
            .await;
        dn
    }

    async fn member(&self, group: &str, member: &str) {
        let change = ldap3::Mod::Add("member", HashSet::from([member]));
        let mut admin = self.lab.admin().await;
        admin
            .modify(group, vec![change])
            .await
            .unwrap()
            .success()
            .unwrap();
    }

    fn named(&self, name: &str) -> String {
        format!("{name}-{}", self.tag)
    }

    async fn discover(&self) -> Findings {
        let directory = self
            .lab
            .directory_with(|config| config.base_dn.clone_from(&self.dn));
        directory
            .discover(&Criteria::default(), |_| ())
            .await
            .unwrap()
    }

    fn found<'a>(&self, findings: &'a Findings, name: &str) -> Option<&'a Candidate> {
        let name = self.named(name);
        findings
            .candidates
            .iter()
            .find(|candidate| candidate.name == name)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_finds_risky_service_accounts_with_what_says_so_and_leaves_people_alone() {
    let Some(lab) = Lab::corp() else { return };
    let unit = Unit::new(lab).await;
    let spn = format!("http/{}.corp.example.com", unit.named("web"));
    let roastable = unit
        .account(
            "web",
            0x1_0000,
            &[
                ("servicePrincipalName", &spn),
                ("description", "The intranet"),
            ],
        )
        .await;
    unit.account("svc-old", 0x40_0000, &[]).await;
    unit.account("mkeller", 0, &[]).await;
    let fence = format!("tenure:{}:1.1", Uuid::new_v4().simple());
    unit.account("svc-ours", 0, &[("adminDescription", &fence)])
        .await;
    // Privileged only through a group in a group.
    let (inner, outer) = (unit.group("inner").await, unit.group("outer").await);
    unit.member(&inner, &roastable).await;
    unit.member(&outer, &inner).await;
    let operators = format!("CN=Account Operators,CN=Builtin,{}", unit.lab.base);
    unit.member(&operators, &outer).await;

    let before = unit.lab.entry(&unit.named("web")).await.unwrap();
    let findings = unit.discover().await;

    assert_eq!(unit.found(&findings, "mkeller"), None);
    assert_eq!(
        (unit.found(&findings, "svc-ours"), findings.managed),
        (None, 1)
    );
    let web = unit.found(&findings, "web").unwrap();
    assert_eq!(
        (web.risk, web.description.as_deref()),
        (Risk::High, Some("The intranet"))
    );
    assert_eq!(
        web.signals,
        [
            Signal::Privileged {
                groups: vec!["Account Operators".into()]
            },
            Signal::PasswordNeverExpires,
            Signal::WeakEncryption,
            Signal::ServicePrincipalName { count: 1 },
            Signal::Disabled,
        ]
    );
    let old = unit.found(&findings, "svc-old").unwrap();
    assert!(old.signals.contains(&Signal::PreauthenticationOff));
    assert!(old.signals.contains(&Signal::NamePattern {
        pattern: "svc*".into()
    }));
    assert_eq!(old.id, unit_guid(&unit, "svc-old").await);
    let risks: Vec<Risk> = findings
        .candidates
        .iter()
        .map(|candidate| candidate.risk)
        .collect();
    assert!(risks.is_sorted_by(|one, two| one >= two), "{risks:?}");
    // It has only looked.
    assert_eq!(
        unit.lab.entry(&unit.named("web")).await.unwrap().attrs,
        before.attrs
    );
}

async fn unit_guid(unit: &Unit, name: &str) -> Uuid {
    let entry = unit.lab.entry(&unit.named(name)).await.unwrap();
    let bytes = entry.bin_attrs.get("objectGUID").cloned();
    let bytes = bytes.unwrap_or_else(|| vec![entry.attrs["objectGUID"][0].clone().into_bytes()]);
    Uuid::from_bytes_le(bytes[0].as_slice().try_into().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_reads_past_the_first_page() {
    let Some(lab) = Lab::emea() else { return };
    let unit = Unit::new(lab).await;
    let mut admin = unit.lab.admin().await;
    for number in 0..MANY {
        let name = format!("svc{number}-{}", unit.tag);
        let dn = format!("CN={name},{}", unit.dn);
        let one = |value: &str| HashSet::from([value.to_owned()]);
        let attributes = vec![
            ("objectClass".to_owned(), one("user")),
            ("sAMAccountName".to_owned(), one(&name)),
        ];
        admin.add(&dn, attributes).await.unwrap().success().unwrap();
    }
    let mut told = Vec::new();
    let directory = unit
        .lab
        .directory_with(|config| config.base_dn.clone_from(&unit.dn));
    let findings = directory
        .discover(&Criteria::default(), |read| told.push(read))
        .await
        .unwrap();
    assert_eq!(findings.candidates.len(), MANY);
    assert_eq!(told, [1_000, MANY]);
    let ids: HashSet<Uuid> = findings
        .candidates
        .iter()
        .map(|candidate| candidate.id)
        .collect();
    assert_eq!(ids.len(), MANY);
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_that_cannot_sign_in_says_so_and_finds_nothing() {
    let Some(lab) = Lab::corp() else { return };
    let directory =
        lab.directory_with(|config| "nobody@corp.example.com".clone_into(&mut config.bind_user));
    let failure = directory
        .discover(&Criteria::default(), |_| ())
        .await
        .unwrap_err();
    assert!(
        failure.detail.contains("may not sign in"),
        "{}",
        failure.detail
    );
}
