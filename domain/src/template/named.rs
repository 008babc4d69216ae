//! What a template names must be there, and only people who may approve can be named as approvers.

use super::TemplateContent;
use crate::{
    ids::{GroupId, UserId},
    ownership::Owner,
    problem::{FieldProblem, Problem},
};

/// What a decision on a template needs to know of other aggregates.
#[derive(Clone, Debug, Default)]
pub struct TemplateFacts {
    /// Does the organisation want a second person to approve what is published?
    pub four_eyes: bool,
    /// For publishing: is there no such domain?
    pub domain_unknown: bool,
    /// For publishing: people and groups named that do not exist or are disabled.
    pub unknown: Vec<Owner>,
    /// For publishing: people named as approvers who may not approve.
    pub no_approvers: Vec<UserId>,
}

impl TemplateContent {
    /// Everybody named, each with the field and whether it is as an approver.
    pub fn named(&self) -> Vec<(String, Owner, bool)> {
        let mut all = Vec::new();
        let mut name = |field: &str, users: &[UserId], groups: &[GroupId], approves: bool| {
            for (i, user) in users.iter().enumerate() {
                all.push((format!("{field}.users[{i}]"), Owner::User(*user), approves));
            }
            for (i, group) in groups.iter().enumerate() {
                all.push((
                    format!("{field}.groups[{i}]"),
                    Owner::Group(*group),
                    approves,
                ));
            }
        };
        let others = &self.lifecycle.other_recipients;
        name(
            "lifecycle.other_recipients",
            &others.users,
            &others.groups,
            false,
        );
        for (i, step) in self.approval.steps.iter().enumerate() {
            let field = format!("approval.steps[{i}]");
            name(&field, &step.users, &step.groups, true);
            let fallback = &step.fallback;
            let field = format!("{field}.fallback");
            name(&field, &fallback.users, &fallback.groups, true);
        }
        for (i, group) in self.directory.available_to.iter().enumerate() {
            let field = format!("directory.available_to[{i}]");
            all.push((field, Owner::Group(*group), false));
        }
        all
    }
}

/// Everything named that is not there, or may not do what it is named for.
#[must_use]
pub fn named_problems(content: &TemplateContent, facts: &TemplateFacts) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    if facts.domain_unknown {
        found.push(FieldProblem::at("directory.domain", Problem::Unknown));
    }
    for (field, who, approves) in content.named() {
        let no_approver = matches!(who, Owner::User(user) if facts.no_approvers.contains(&user));
        if facts.unknown.contains(&who) {
            found.push(FieldProblem::at(&field, Problem::Unknown));
        } else if approves && no_approver {
            found.push(FieldProblem::at(&field, Problem::NoApprover));
        }
    }
    found
}
