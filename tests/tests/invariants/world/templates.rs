//! The templates of a run as files and the API have them.

use super::{BASES, domain, group, user};
use crate::{
    model::{self, Action, Version},
    steps::Variant,
};
use serde_json::json;
use tenure_domain::template::{TemplateCommand, TemplateContent};

/// The next version of a template, written and published.
pub(crate) fn publish(number: usize, version: &Version) -> [TemplateCommand; 3] {
    [
        TemplateCommand::Draft(Box::new(content(number, version))),
        TemplateCommand::Revise(Box::new(content(number, version))),
        TemplateCommand::Publish,
    ]
}

pub(crate) fn variant(number: usize, variant: Variant) -> Version {
    model::template(number).with(variant)
}

/// As files and the API have it, so that what is not said is as if a person had not said it.
fn content(number: usize, version: &Version) -> TemplateContent {
    let base_dn = BASES[version.domain];
    let steps: Vec<_> = version
        .steps
        .iter()
        .enumerate()
        .map(|(n, step)| {
            let users = |people: &[usize]| people.iter().map(|n| user(*n)).collect::<Vec<_>>();
            let groups = |groups: &[usize]| groups.iter().map(|n| group(*n)).collect::<Vec<_>>();
            let mut content = json!({
                "name": format!("step {n}"),
                "least": step.least,
                "users": users(&step.people),
                "groups": groups(&step.groups),
            });
            if let Some(fallback) = &step.fallback {
                content["times_out_after_hours"] = json!(fallback.after_hours);
                content["fallback"] = json!({
                    "users": users(&fallback.people),
                    "groups": groups(&fallback.groups),
                });
            }
            content
        })
        .collect();
    let action = match version.action {
        Action::Review => "review",
        Action::Disable => "disable",
        Action::Expire => "expire",
        Action::Delete => "delete",
    };
    let mut content = json!({
        "name": format!("Template {number}"),
        "account_type": "ad-user",
        "action": action,
        "vault": { "kind": "built-in" },
        "directory": {
            "domain": domain(version.domain),
            "name_prefix": "svc-",
            "name_pattern": "[a-zA-Z0-9.-]+",
            "ou": format!("OU=Service Accounts,{base_dn}"),
            "attributes": [{ "name": "info", "rule": "optional" }],
            "available_to": version.only_for.iter().map(|n| group(*n)).collect::<Vec<_>>(),
        },
        "ownership": {
            "group_ownership": version.owners.groups,
            "requester_only": version.owners.requester_only,
            "least": version.owners.least,
            "most": version.owners.most,
        },
        "lifecycle": {
            "periods": version.periods.iter().map(|days| format!("{days} days")).collect::<Vec<_>>(),
            "renewal_opens_days": version.opens,
            "enabled_after_end_days": version.grace,
        },
        "approval": { "steps": steps, "justification_required": version.justification },
    });
    if version.retires {
        content["directory"]["retirement_ou"] = json!(format!("OU=Retired,{base_dn}"));
    }
    if version.terms {
        content["terms_of_service"] = json!("The password is kept secret.");
    }
    if version.action != Action::Delete {
        content["lifecycle"]["remind_every_days"] = json!(5);
        content["lifecycle"]["urgent"] = json!({ "every_hours": 8, "last_days": 2 });
        content["lifecycle"]["stop_reminding_after_days"] = json!(25);
    }
    serde_json::from_value(content).unwrap()
}
