//! A template is validated as a whole at publishing: every problem at once, each with its field.

use super::{AttributeRule, TemplateContent};
use crate::{
    lifecycle::EndOfLifecycleAction,
    name,
    problem::{self, FieldProblem, Problem},
};
use std::collections::BTreeSet;

/// Attributes that an order never sets: identity, rights and what Tenure itself keeps.
pub(super) const RESERVED_ATTRIBUTES: &[&str] = &[
    "accountexpires",
    "admincount",
    "admindescription",
    "cn",
    "description",
    "distinguishedname",
    "member",
    "memberof",
    "msds-allowedtoactonbehalfofotheridentity",
    "msds-allowedtodelegateto",
    "ntsecuritydescriptor",
    "objectclass",
    "objectguid",
    "objectsid",
    "primarygroupid",
    "pwdlastset",
    "samaccountname",
    "samaccounttype",
    "sidhistory",
    "unicodepwd",
    "useraccountcontrol",
    "userpassword",
    "userprincipalname",
];

/// Everything that keeps `content` from being published.
#[must_use]
pub fn problems(content: &TemplateContent) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    problem::text(&mut found, "name", &content.name, 80);
    problem::at_most(&mut found, "purpose", &content.purpose, 2_000);
    if let Some(terms) = &content.terms_of_service {
        problem::text(&mut found, "terms_of_service", terms, 20_000);
    }
    directory(content, &mut found);
    ownership(content, &mut found);
    lifecycle(content, &mut found);
    approval(content, &mut found);
    found
}

fn directory(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let directory = &content.directory;
    distinguished_name(found, "directory.ou", &directory.ou);
    if let Some(ou) = &directory.retirement_ou {
        distinguished_name(found, "directory.retirement_ou", ou);
    }
    for (i, group) in directory.groups.iter().enumerate() {
        distinguished_name(found, &format!("directory.groups[{i}]"), group);
    }
    if directory.name_prefix.chars().count() >= name::LONGEST_NAME {
        let most = name::LONGEST_NAME - 1;
        found.push(FieldProblem::at(
            "directory.name_prefix",
            Problem::TooLong { most },
        ));
    }
    if directory
        .name_pattern
        .as_deref()
        .is_some_and(|pattern| name::anchored(pattern).is_none())
    {
        found.push(FieldProblem::at(
            "directory.name_pattern",
            Problem::BadPattern,
        ));
    }
    let mut seen = BTreeSet::new();
    for (i, attribute) in directory.attributes.iter().enumerate() {
        let field = format!("directory.attributes[{i}].name");
        problem::text(found, &field, &attribute.name, 64);
        let folded = attribute.name.to_ascii_lowercase();
        if RESERVED_ATTRIBUTES.contains(&folded.as_str()) {
            found.push(FieldProblem::at(&field, Problem::ReadOnly));
        }
        if !attribute
            .name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-')
        {
            let expected = "the LDAP display name of an attribute".into();
            found.push(FieldProblem::at(&field, Problem::Malformed { expected }));
        }
        if !seen.insert(folded) {
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
        if matches!(&attribute.rule, AttributeRule::ReadOnly(values) if values.iter().all(String::is_empty))
        {
            let field = format!("directory.attributes[{i}].rule");
            found.push(FieldProblem::at(&field, Problem::Missing));
        }
    }
}

/// Roughly a distinguished name below a domain; the directory has the last word.
fn distinguished_name(found: &mut Vec<FieldProblem>, field: &str, value: &str) {
    problem::text(found, field, value, 400);
    let upper = value.to_ascii_uppercase();
    let begins = upper.starts_with("OU=") || upper.starts_with("CN=");
    let fits = value.is_empty() || (begins && upper.contains(",DC="));
    if !fits {
        let expected =
            "a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com".into();
        found.push(FieldProblem::at(field, Problem::Malformed { expected }));
    }
}

fn ownership(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let ownership = &content.ownership;
    if ownership.least == 0 {
        found.push(FieldProblem::at(
            "ownership.least",
            Problem::TooFew { least: 1 },
        ));
    }
    if ownership.most < ownership.least {
        found.push(FieldProblem::at(
            "ownership.most",
            Problem::Conflict {
                with: "ownership.least".into(),
            },
        ));
    }
    if ownership.requester_only && ownership.least > 1 {
        found.push(FieldProblem::at(
            "ownership.requester_only",
            Problem::Conflict {
                with: "ownership.least".into(),
            },
        ));
    }
}

fn lifecycle(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let lifecycle = &content.lifecycle;
    if lifecycle.periods.is_empty() {
        found.push(FieldProblem::at(
            "lifecycle.periods",
            Problem::TooFew { least: 1 },
        ));
    }
    for (i, period) in lifecycle.periods.iter().enumerate() {
        let field = format!("lifecycle.periods[{i}]");
        if !period.is_valid() {
            let expected = "between 1 day and 10 years".into();
            found.push(FieldProblem::at(&field, Problem::Malformed { expected }));
        }
        if lifecycle.periods[..i].contains(period) {
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
    }
    let mut at_least_one = |field: &str, value: Option<u16>| {
        if value == Some(0) {
            found.push(FieldProblem::at(field, Problem::TooFew { least: 1 }));
        }
    };
    at_least_one("lifecycle.renewal_opens_days", lifecycle.renewal_opens_days);
    at_least_one("lifecycle.remind_every_days", lifecycle.remind_every_days);
    at_least_one(
        "lifecycle.urgent.every_hours",
        lifecycle.urgent.map(|urgent| urgent.every_hours),
    );
    at_least_one(
        "lifecycle.urgent.last_days",
        lifecycle.urgent.map(|urgent| urgent.last_days),
    );
    at_least_one(
        "lifecycle.enabled_after_end_days",
        Some(lifecycle.enabled_after_end_days),
    );
    let renews = lifecycle.renewal_opens_days.is_some() || lifecycle.remind_every_days.is_some();
    if content.action == EndOfLifecycleAction::Delete && renews {
        found.push(FieldProblem::at(
            "lifecycle.renewal_opens_days",
            Problem::Conflict {
                with: "action".into(),
            },
        ));
    }
}

fn approval(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    if content.approval.steps.len() > 10 {
        found.push(FieldProblem::at(
            "approval.steps",
            Problem::TooMany { most: 10 },
        ));
    }
    for (i, step) in content.approval.steps.iter().enumerate() {
        let field = |name: &str| format!("approval.steps[{i}].{name}");
        problem::text(found, &field("name"), &step.name, 80);
        if step.least == 0 {
            found.push(FieldProblem::at(
                &field("least"),
                Problem::TooFew { least: 1 },
            ));
        }
        if step.users.is_empty() && step.groups.is_empty() {
            found.push(FieldProblem::at(&field("users"), Problem::Missing));
        }
        if step.groups.is_empty() && usize::from(step.least) > step.users.len() {
            found.push(FieldProblem::at(
                &field("least"),
                Problem::TooMany {
                    most: step.users.len(),
                },
            ));
        }
    }
}
