//! AD groups that a requester chooses, and a change of a live account's groups and attributes, within what the template's
//! version that it is bound to allows.

use super::{RenewedAccount, RequestContent};
use crate::{
    dn::Dn,
    problem::{FieldProblem, Problem},
    template::{AttributeRule, TemplateContent},
};
use std::collections::BTreeMap;

/// The groups of a new account: all that the template joins, and the optional ones that were chosen.
pub(super) fn joined(
    content: &RequestContent,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> Vec<String> {
    let mut groups = template.directory.groups.clone();
    for group in chosen(content, template, problems).unwrap_or_default() {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

/// The account's groups from now on, as the template writes them.
pub(super) fn groups(
    content: &RequestContent,
    known: &RenewedAccount,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> Vec<String> {
    chosen(content, template, problems).unwrap_or_else(|| known.groups.clone())
}

/// What the request says of groups, if it says anything.
fn chosen(
    content: &RequestContent,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> Option<Vec<String>> {
    let asked = content.groups.as_ref()?;
    let directory = &template.directory;
    let offered = || directory.groups.iter().chain(&directory.optional_groups);
    let mut groups: Vec<String> = Vec::new();
    for (i, group) in asked.iter().enumerate() {
        let mut say = |problem| problems.push(FieldProblem::at(&format!("groups[{i}]"), problem));
        let parsed = Dn::parse(group);
        match offered().find(|offered| parsed.is_some() && Dn::parse(offered) == parsed) {
            Some(known) if groups.contains(known) => say(Problem::Duplicate),
            Some(known) => groups.push(known.clone()),
            None => say(Problem::NotAmong {
                offered: offered().cloned().collect(),
            }),
        }
    }
    Some(groups)
}

/// What would be asked for if the account were asked for anew: the attributes that it has and that a requester chooses,
/// with what the request says.
pub(super) fn merged(
    content: &RequestContent,
    known: &RenewedAccount,
    template: &TemplateContent,
) -> RequestContent {
    let chosen = |name: &String| {
        template.directory.attributes.iter().any(|attribute| {
            attribute.name == *name && !matches!(attribute.rule, AttributeRule::ReadOnly(_))
        })
    };
    let mut attributes: BTreeMap<String, Vec<String>> = known
        .attributes
        .iter()
        .filter(|(name, values)| chosen(name) && !values.is_empty())
        .map(|(name, values)| (name.clone(), values.clone()))
        .collect();
    attributes.extend(content.attributes.clone());
    RequestContent {
        attributes,
        ..content.clone()
    }
}
