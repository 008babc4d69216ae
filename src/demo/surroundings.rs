//! What the directories of the demo hold beside what is ordered of them: units, groups within groups, people, and service
//! accounts that were there before Tenure came and that nobody manages.

use super::people::{self, DOMAINS};
use crate::sandbox_engines::Surroundings;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use tenure_domain::{
    directory::DomainContent, drift::DriftField, ids::derived, lifecycle::EndOfLifecycleAction,
    template::TemplateContent,
};
use tenure_engine_agent::{clock, directory::sandbox::SandboxObject};

/// Where vendors' accounts belong, and where somebody moves others.
pub(super) const VENDORS: &str = "Vendors";
const UNITS: &[&str] = &[
    "Service Accounts",
    "Retired",
    "Servers",
    "Staff",
    "Groups",
    VENDORS,
];
/// The group that batch jobs join.
pub(super) const JOBS: &str = "Scheduled Jobs";
/// Each with the groups in it.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "All Staff",
        &["Platform", "Databases", "Finance", "Service Desk"],
    ),
    ("Databases", &[]),
    ("Domain Admins", &["Tier 0 Operators"]),
    ("Finance", &[]),
    ("Night Shift", &[]),
    ("Platform", &[]),
    (JOBS, &[]),
    ("Service Desk", &["Night Shift"]),
    ("Tier 0 Operators", &[]),
];
/// Colleagues who do not use Tenure yet: account, name, e-mail address if the directory has one, group.
const COLLEAGUES: &[(&str, &str, bool, &str)] = &[
    ("lfischer", "Lena Fischer", true, "Service Desk"),
    ("tquispe", "Tomás Quispe", true, "Service Desk"),
    ("aobrien", "Aoife O'Brien", true, "Night Shift"),
    ("front-desk", "Front Desk", false, "Service Desk"),
    ("mkowalski", "Marek Kowalski", true, "Platform"),
    ("iadeyemi", "Ibrahim Adeyemi", true, "Databases"),
];

/// userAccountControl, by Microsoft's names.
const PASSWD_NOTREQD: i64 = 0x20;
const DONT_EXPIRE_PASSWORD: i64 = 0x1_0000;
const TRUSTED_FOR_DELEGATION: i64 = 0x8_0000;
const DONT_REQ_PREAUTH: i64 = 0x40_0000;
/// msDS-SupportedEncryptionTypes: both AES.
const AES: i64 = 0x18;

/// A service account that nobody manages.
struct Unmanaged {
    name: &'static str,
    description: &'static str,
    unit: &'static str,
    control: i64,
    /// Service and host of its service principal name.
    runs: Option<&'static str>,
    aes: bool,
    enabled: bool,
    /// Days since its password was set, and since it was used.
    days: (i64, Option<i64>),
    group: Option<&'static str>,
    /// sAMAccountName of a manager.
    manager: Option<&'static str>,
}

const USUAL: Unmanaged = Unmanaged {
    name: "",
    description: "",
    unit: "Service Accounts",
    control: 0,
    runs: None,
    aes: true,
    enabled: true,
    days: (120, Some(2)),
    group: None,
    manager: None,
};

const UNMANAGED: &[Unmanaged] = &[
    Unmanaged {
        name: "svc-adsync",
        description: "Synchronises identities with the cloud",
        unit: "Servers",
        control: DONT_EXPIRE_PASSWORD,
        days: (2_412, Some(1)),
        group: Some("Tier 0 Operators"),
        manager: Some("pavel"),
        ..USUAL
    },
    Unmanaged {
        name: "svc-intranet",
        description: "Runs the intranet",
        control: TRUSTED_FOR_DELEGATION,
        runs: Some("HTTP/intranet"),
        days: (900, Some(1)),
        ..USUAL
    },
    Unmanaged {
        name: "svc-scanner",
        description: "Scan to mail of the copiers",
        control: DONT_REQ_PREAUTH | DONT_EXPIRE_PASSWORD,
        days: (1_730, Some(11)),
        ..USUAL
    },
    Unmanaged {
        name: "srv-fax",
        description: "Fax gateway",
        unit: "Servers",
        control: PASSWD_NOTREQD,
        days: (3_050, None),
        ..USUAL
    },
    Unmanaged {
        name: "sql-reporting",
        description: "Reporting database",
        unit: "Servers",
        control: DONT_EXPIRE_PASSWORD,
        runs: Some("MSSQLSvc/sql2:1433"),
        aes: false,
        days: (2_190, Some(1)),
        manager: Some("olga"),
        ..USUAL
    },
    Unmanaged {
        name: "svc-printer",
        description: "Print queues",
        control: DONT_EXPIRE_PASSWORD,
        days: (700, Some(240)),
        ..USUAL
    },
    Unmanaged {
        name: "svc-backup",
        description: "Backup before the new system",
        control: DONT_EXPIRE_PASSWORD,
        enabled: false,
        days: (1_400, Some(410)),
        ..USUAL
    },
    Unmanaged {
        name: "task-cleanup",
        description: "Empties temporary folders",
        unit: "Servers",
        days: (300, Some(160)),
        ..USUAL
    },
    Unmanaged {
        name: "app-payroll",
        description: "Payroll, by the supplier's order",
        unit: VENDORS,
        runs: Some("HTTP/payroll"),
        days: (40, Some(1)),
        manager: Some("fatima"),
        ..USUAL
    },
    Unmanaged {
        name: "bot-chat",
        description: "Answers in the service desk's chat",
        days: (15, Some(1)),
        ..USUAL
    },
];

/// Of the second domain, which is smaller.
const FEW: usize = 4;

fn unit(name: &str, base: &str) -> String {
    format!("OU={name},{base}")
}

/// Distinguished name of a unit of the domain with this base.
pub(super) fn unit_of(domain: &str, name: &str) -> String {
    let mut domains = DOMAINS.iter().filter(|(known, _)| *known == domain);
    unit(name, domains.next().map_or("", |(_, base)| *base))
}

fn group(name: &str, base: &str) -> String {
    format!("CN={name},OU=Groups,{base}")
}

/// What this domain holds besides.
pub(super) fn of(domain: &DomainContent) -> Surroundings {
    let base = &domain.base_dn;
    let dn = |name: &&str| group(name, base);
    let nested = GROUPS.iter().filter(|(_, held)| !held.is_empty());
    let first = domain.name == DOMAINS[0].0;
    let mut objects = Vec::new();
    let mut put = |object: SandboxObject| {
        let id = derived(&["demo", "object", &domain.name, &object.name]);
        objects.push((id, object));
    };
    if first {
        for person in people::PEOPLE {
            let (account, _) = person.email.split_once('@').unwrap_or((person.email, ""));
            let member = person
                .group
                .filter(|name| GROUPS.iter().any(|(known, _)| known == name));
            put(somebody(
                account,
                person.name,
                Some(person.email),
                member,
                base,
            ));
        }
        for (account, name, has_mail, member) in COLLEAGUES {
            let mail = has_mail.then(|| format!("{account}@demo.example"));
            put(somebody(account, name, mail.as_deref(), Some(member), base));
        }
    }
    let now = clock::system()();
    let unmanaged = UNMANAGED
        .iter()
        .rev()
        .take(if first { UNMANAGED.len() } else { FEW });
    for account in unmanaged {
        put(account.object(domain, now));
    }
    Surroundings {
        units: UNITS.iter().map(|name| unit(name, base)).collect(),
        groups: GROUPS.iter().map(|(name, _)| dn(name)).collect(),
        nested: nested
            .map(|(name, held)| (dn(name), held.iter().map(dn).collect()))
            .collect(),
        objects,
    }
}

fn somebody(
    account: &str,
    name: &str,
    mail: Option<&str>,
    member: Option<&str>,
    base: &str,
) -> SandboxObject {
    let mut object = SandboxObject::foreign(account, &unit("Staff", base)).with_unknown_password();
    let values = [("displayName", Some(name)), ("mail", mail)];
    for (attribute, value) in values {
        let value = value.map(|value| vec![value.to_owned()]);
        object
            .attributes
            .extend(value.map(|value| (attribute.to_owned(), value)));
    }
    object.groups.extend(member.map(|name| group(name, base)));
    object
}

impl Unmanaged {
    fn object(&self, domain: &DomainContent, now: DateTime<Utc>) -> SandboxObject {
        let base = &domain.base_dn;
        let ago =
            |days: i64| (now - TimeDelta::days(days)).to_rfc3339_opts(SecondsFormat::Secs, true);
        let (password, used) = self.days;
        let mut object =
            SandboxObject::foreign(self.name, &unit(self.unit, base)).with_unknown_password();
        object.enabled = self.enabled;
        object.description = Some(self.description.to_owned());
        let manager = |name: &str| format!("CN={name},{}", unit("Staff", base));
        let host = |service: &str| match service.split_once(':') {
            Some((host, port)) => format!("{host}.{}:{port}", domain.name),
            None => format!("{service}.{}", domain.name),
        };
        let values = [
            ("userAccountControl", Some(self.control.to_string())),
            ("servicePrincipalName", self.runs.map(host)),
            (
                "msDS-SupportedEncryptionTypes",
                self.aes.then(|| AES.to_string()),
            ),
            ("whenCreated", Some(ago(password + 30))),
            ("pwdLastSet", Some(ago(password))),
            ("lastLogonTimestamp", used.map(ago)),
            ("manager", self.manager.map(manager)),
        ];
        for (name, value) in values {
            let value = value.map(|value| (name.to_owned(), vec![value]));
            object.attributes.extend(value);
        }
        object
            .groups
            .extend(self.group.map(|name| group(name, base)));
        object
    }
}

/// Batch jobs join a group. What is done to accounts by hand is repaired in some templates, and only reported in others.
pub(super) fn join(content: &mut TemplateContent, domain: &str, base: &str) {
    let jobs = content.action == EndOfLifecycleAction::Disable;
    if jobs {
        content.directory.groups = vec![group(JOBS, base)];
    }
    if jobs || domain != DOMAINS[0].0 {
        content.drift.repair = vec![DriftField::Enabled, DriftField::Group];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_domain::directory::DomainKind;

    #[test]
    fn every_domain_holds_the_groups_that_its_templates_and_accounts_name() {
        for (name, base_dn) in DOMAINS {
            let surroundings = of(&DomainContent {
                name: (*name).into(),
                kind: DomainKind::Sandbox,
                base_dn: (*base_dn).into(),
            });
            let known = |group: &String| surroundings.groups.contains(group);
            for (_, object) in &surroundings.objects {
                assert!(object.groups.iter().all(known), "{}", object.name);
                assert!(surroundings.units.contains(&object.ou), "{}", object.name);
            }
            assert!(surroundings.nested.values().flatten().all(known));
            for action in EndOfLifecycleAction::ALL {
                let mut content = people::template_content(name, base_dn, *action);
                join(&mut content, name, base_dn);
                let directory = &content.directory;
                assert!(directory.groups.iter().all(known));
                assert!(surroundings.units.contains(&directory.ou));
            }
        }
    }
}
