//! A submission: what the requester wrote, checked against the template's version and fixed.

use super::{
    AcceptedTerms, RequestContent, RequestFacts, RequestKind, RequestRefusal, RevisedFields,
    Submission, change,
};
use crate::{
    account::LifecycleTerms,
    attribute,
    ids::{AccountId, UserId},
    name,
    ownership::Owner,
    period::Period,
    problem::{self, FieldProblem, Problem},
    template::{AttributeRule, TemplateContent},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// The submission, or everything that is wrong with the content.
pub(super) fn submission(
    requester: UserId,
    account: AccountId,
    content: &RequestContent,
    facts: &RequestFacts,
    now: DateTime<Utc>,
) -> Result<Submission, RequestRefusal> {
    let offered = facts
        .template
        .as_ref()
        .filter(|offered| offered.id == content.template);
    let offered = offered.ok_or(RequestRefusal::TemplateNotOffered)?;
    let template = &*offered.content;
    let available = &template.directory.available_to;
    if !available.is_empty()
        && !available
            .iter()
            .any(|group| facts.actor_groups.contains(group))
    {
        return Err(RequestRefusal::TemplateNotOffered);
    }
    if !facts.domain_enabled {
        return Err(RequestRefusal::DomainNotOffered);
    }

    let mut problems = Vec::new();
    common(content, template, &mut problems);
    let (account, name, owners, period) = match content.kind {
        RequestKind::NewAccount => {
            let directory = &template.directory;
            let pattern = directory.name_pattern.as_deref();
            problems.extend(name::problems(
                "name",
                &content.name,
                &directory.name_prefix,
                pattern,
                template.account_type,
            ));
            let owners = owners(requester, content, template, facts, &mut problems);
            let period = period(content, template, &mut problems);
            (account, content.name.clone(), owners, period)
        }
        RequestKind::Renewal(renewed) | RequestKind::Change(renewed) => {
            let known = facts.renewed.as_ref().ok_or(RequestRefusal::Unknown)?;
            if let Some(off) = known.off {
                return Err(match content.kind {
                    RequestKind::Change(_) => RequestRefusal::NotChangeable(off),
                    _ => RequestRefusal::NotRenewable(off),
                });
            }
            (
                renewed,
                known.name.clone(),
                known.owners.clone(),
                Some(known.period),
            )
        }
    };
    let (groups, attributes) = match (content.kind, &facts.renewed) {
        (RequestKind::Change(_), Some(known)) => (
            change::groups(content, known, template, &mut problems),
            attributes(
                &change::merged(content, known, template),
                template,
                &mut problems,
            ),
        ),
        (RequestKind::NewAccount, _) => (
            change::joined(content, template, &mut problems),
            attributes(content, template, &mut problems),
        ),
        // A renewal changes nothing about the account but its end.
        (RequestKind::Renewal(_) | RequestKind::Change(_), _) => {
            (template.directory.groups.clone(), BTreeMap::new())
        }
    };
    let revives = facts.revivable.as_ref().filter(|old| {
        content.kind == RequestKind::NewAccount
            && content.clone_of == Some(old.account)
            && old.domain == template.directory.domain
            && old.account_type == template.account_type
            && name::folded(&old.name) == name::folded(&name)
    });
    let (ou, folder) = match &facts.renewed {
        // An account stays where it is.
        Some(known) if content.kind != RequestKind::NewAccount => (known.ou.clone(), None),
        _ => places(content, template, &mut problems),
    };
    let Some(period) = period.filter(|_| problems.is_empty()) else {
        return Err(RequestRefusal::Invalid(problems));
    };
    Ok(Submission {
        kind: content.kind,
        requester,
        account,
        revives: revives.map(|old| old.account),
        template: offered.id,
        template_version: offered.version,
        domain: template.directory.domain,
        name,
        owners,
        terms: LifecycleTerms::of(template, period),
        justification: content.justification.clone(),
        description: content.description.clone(),
        ou,
        folder,
        retirement_ou: template.directory.retirement_ou.clone(),
        groups,
        attributes,
        cannot_change_password: template.directory.cannot_change_password,
        gmsa: (template.directory.gmsa.clone()).filter(|_| content.kind == RequestKind::NewAccount),
        steps: template.approval.steps.clone(),
        hide_approver_names: template.approval.hide_approver_names,
        accepted_terms: template
            .terms_of_service
            .as_deref()
            .map(|text| AcceptedTerms::of(text, offered.version, now)),
    })
}

/// What a requester may change once a submission was sent back: the rest is what others approved already.
pub(super) fn revised(
    submission: &Submission,
    before: &RequestContent,
    content: &RequestContent,
    facts: &RequestFacts,
) -> Result<RevisedFields, RequestRefusal> {
    let offered = facts.template.as_ref().filter(|offered| {
        offered.id == submission.template && offered.version == submission.template_version
    });
    let template = &*offered.ok_or(RequestRefusal::TemplateNotOffered)?.content;
    let mut problems = Vec::new();
    let mut fixed = |field: &str, same: bool| {
        if !same {
            problems.push(FieldProblem::at(field, Problem::Submitted));
        }
    };
    fixed("kind", content.kind == before.kind);
    fixed("template", content.template == before.template);
    fixed("name", content.name == before.name);
    fixed("owners", content.owners == before.owners);
    fixed("period", content.period == before.period);
    fixed("groups", content.groups == before.groups);
    fixed("ou", content.ou == before.ou);
    fixed("folder", content.folder == before.folder);
    fixed("clone_of", content.clone_of == before.clone_of);
    common(content, template, &mut problems);
    let all_attributes = match (content.kind, &facts.renewed) {
        (RequestKind::NewAccount, _) => attributes(content, template, &mut problems),
        (RequestKind::Change(_), Some(known)) => {
            let merged = change::merged(content, known, template);
            attributes(&merged, template, &mut problems)
        }
        (RequestKind::Renewal(_) | RequestKind::Change(_), _) => submission.attributes.clone(),
    };
    if !problems.is_empty() {
        return Err(RequestRefusal::Invalid(problems));
    }
    Ok(RevisedFields {
        justification: content.justification.clone(),
        description: content.description.clone(),
        attributes: content.attributes.clone(),
        all_attributes,
    })
}

/// OU and folder: the template's own, unless it lets the requester choose another.
fn places(
    content: &RequestContent,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> (String, Option<String>) {
    let (directory, vault) = (&template.directory, &template.vault);
    if content
        .ou
        .as_ref()
        .is_some_and(|ou| !directory.allows_ou(ou))
    {
        problems.push(FieldProblem::at("ou", Problem::NotOffered));
    }
    let elsewhere = |folder: &String| !vault.allows_folder(folder);
    if content.folder.as_ref().is_some_and(elsewhere) {
        problems.push(FieldProblem::at("folder", Problem::NotOffered));
    }
    (
        content.ou.clone().unwrap_or_else(|| directory.ou.clone()),
        content.folder.clone().or_else(|| vault.folder.clone()),
    )
}

fn common(content: &RequestContent, template: &TemplateContent, problems: &mut Vec<FieldProblem>) {
    problem::at_most(problems, "justification", &content.justification, 2_000);
    problem::at_most(problems, "description", &content.description, 1_000);
    if template.approval.justification_required && content.justification.trim().is_empty() {
        problems.push(FieldProblem::at("justification", Problem::Missing));
    }
    if template.terms_of_service.is_some() && !content.terms_accepted {
        problems.push(FieldProblem::at("terms_accepted", Problem::NotAccepted));
    }
}

fn owners(
    requester: UserId,
    content: &RequestContent,
    template: &TemplateContent,
    facts: &RequestFacts,
    problems: &mut Vec<FieldProblem>,
) -> Vec<Owner> {
    let ownership = &template.ownership;
    let mut owners = vec![Owner::User(requester)];
    for (i, owner) in content.owners.iter().enumerate() {
        let mut say = |problem| problems.push(FieldProblem::at(&format!("owners[{i}]"), problem));
        if owners.contains(owner) {
            // Naming oneself is no mistake.
            if *owner != Owner::User(requester) {
                say(Problem::Duplicate);
            }
            continue;
        }
        if ownership.requester_only
            || (matches!(owner, Owner::Group(_)) && !ownership.group_ownership)
        {
            say(Problem::NotOffered);
        }
        if facts.unknown_owners.contains(owner) {
            say(Problem::Unknown);
        }
        owners.push(*owner);
    }
    let (least, most) = (usize::from(ownership.least), usize::from(ownership.most));
    // A group in which nobody is active is nobody to turn to.
    let active = |owner: &&Owner| !facts.inactive_owners.contains(owner);
    let active = owners.iter().filter(active).count();
    if active < least {
        problems.push(FieldProblem::at("owners", Problem::TooFew { least }));
    }
    if owners.len() > most {
        problems.push(FieldProblem::at("owners", Problem::TooMany { most }));
    }
    owners
}

fn period(
    content: &RequestContent,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> Option<Period> {
    let lifecycle = &template.lifecycle;
    let offered = lifecycle.offered();
    let problem = match (content.period, lifecycle.periods.as_slice()) {
        (Some(period), periods) if periods.contains(&period) => return Some(period),
        (Some(_), _) => Problem::NotAmong { offered },
        (None, [only]) => return Some(*only),
        (None, _) => Problem::NoneChosen { offered },
    };
    problems.push(FieldProblem::at("period", problem));
    None
}

fn attributes(
    content: &RequestContent,
    template: &TemplateContent,
    problems: &mut Vec<FieldProblem>,
) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::new();
    let rules = &template.directory.attributes;
    for name in content.attributes.keys() {
        if !rules.iter().any(|rule| rule.name == *name) {
            problems.push(FieldProblem::at(
                &format!("attributes.{name}"),
                Problem::NotOffered,
            ));
        }
    }
    for rule in rules {
        let field = format!("attributes.{}", rule.name);
        let given = content.attributes.get(&rule.name);
        if let Some(given) = given {
            problems.extend(attribute::value_problems(&field, &rule.name, given));
        }
        match (&rule.rule, given) {
            (AttributeRule::ReadOnly(fixed), Some(given)) if given != fixed => {
                problems.push(FieldProblem::at(&field, Problem::ReadOnly));
            }
            (AttributeRule::ReadOnly(fixed), _) => {
                drop(all.insert(rule.name.clone(), fixed.clone()))
            }
            (AttributeRule::Required, None) => {
                problems.push(FieldProblem::at(&field, Problem::Missing))
            }
            (AttributeRule::Required, Some(given)) if given.is_empty() => {
                problems.push(FieldProblem::at(&field, Problem::Missing));
            }
            (AttributeRule::Optional, None) => {}
            // Cleared, by a change.
            (AttributeRule::Optional, Some(given)) if given.is_empty() => {}
            (AttributeRule::Required | AttributeRule::Optional, Some(given)) => {
                all.insert(rule.name.clone(), given.clone());
            }
        }
    }
    all
}
