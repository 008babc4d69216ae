//! What may be said of vault and directory.

use super::{
    AttributeRule, DirectorySection, TemplateContent, VaultSection,
    places::{LONGEST_FOLDER, is_folder},
    validate::listed,
};
use crate::{
    attribute,
    dn::Dn,
    name,
    problem::{self, FieldProblem, Problem},
};
use std::collections::BTreeSet;

/// Longest distinguished name, in characters.
const LONGEST_DN: usize = 400;
/// Most attributes.
const MOST_ATTRIBUTES: usize = 64;

pub(super) fn vault(vault: &VaultSection, found: &mut Vec<FieldProblem>) {
    if let Some(folder) = &vault.folder {
        problem::text(found, "vault.folder", folder, LONGEST_FOLDER);
        if !folder.trim().is_empty() && !is_folder(folder) {
            let expected = "a folder such as service-accounts/backup".into();
            let problem = Problem::Malformed { expected };
            found.push(FieldProblem::at("vault.folder", problem));
        }
    }
}

pub(super) fn directory(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let directory = &content.directory;
    distinguished_name(found, "directory.ou", &directory.ou);
    distinguished_names(found, "directory.other_ous", &directory.other_ous);
    let usual = Dn::parse(&directory.ou);
    for (i, ou) in directory.other_ous.iter().enumerate() {
        if usual.is_some() && Dn::parse(ou) == usual {
            let field = format!("directory.other_ous[{i}]");
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
    }
    if let Some(ou) = &directory.retirement_ou {
        distinguished_name(found, "directory.retirement_ou", ou);
    }
    distinguished_names(found, "directory.groups", &directory.groups);
    distinguished_names(
        found,
        "directory.optional_groups",
        &directory.optional_groups,
    );
    let joined: Vec<_> = directory
        .groups
        .iter()
        .map(|group| Dn::parse(group))
        .collect();
    for (i, group) in directory.optional_groups.iter().enumerate() {
        let parsed = Dn::parse(group);
        if parsed.is_some() && joined.contains(&parsed) {
            let field = format!("directory.optional_groups[{i}]");
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
    }
    listed("directory.available_to", &directory.available_to, found);
    names(content, found);
    attributes(directory, found);
}

fn names(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let directory = &content.directory;
    let field = "directory.name_prefix";
    let most = name::longest(content.account_type) - 1;
    problem::at_most(found, field, &directory.name_prefix, most);
    if let Some(character) = name::forbidden_in(&directory.name_prefix, content.account_type) {
        let problem = Problem::ForbiddenCharacter { character };
        if !found.contains(&FieldProblem::at(field, problem.clone())) {
            found.push(FieldProblem::at(field, problem));
        }
    }
    let pattern = directory.name_pattern.as_deref();
    if pattern.is_some_and(|pattern| name::anchored(pattern).is_none()) {
        let field = "directory.name_pattern";
        found.push(FieldProblem::at(field, Problem::BadPattern));
    }
}

fn attributes(directory: &DirectorySection, found: &mut Vec<FieldProblem>) {
    if directory.attributes.len() > MOST_ATTRIBUTES {
        let most = MOST_ATTRIBUTES;
        found.push(FieldProblem::at(
            "directory.attributes",
            Problem::TooMany { most },
        ));
    }
    let mut seen = BTreeSet::new();
    for (i, attribute) in directory.attributes.iter().enumerate() {
        let field = format!("directory.attributes[{i}].name");
        found.extend(attribute::name_problems(&field, &attribute.name));
        if !seen.insert(attribute.name.to_ascii_lowercase()) {
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
        if let AttributeRule::ReadOnly(values) = &attribute.rule {
            let field = format!("directory.attributes[{i}].rule");
            if values.is_empty() {
                found.push(FieldProblem::at(&field, Problem::Missing));
            }
            found.extend(attribute::value_problems(&field, &attribute.name, values));
        }
    }
}

pub(super) fn distinguished_names(found: &mut Vec<FieldProblem>, field: &str, names: &[String]) {
    for (i, name) in names.iter().enumerate() {
        distinguished_name(found, &format!("{field}[{i}]"), name);
    }
    // What is none is said above, and not compared.
    let parsed: Vec<_> = names.iter().map(|name| Dn::parse(name)).collect();
    let twice = |i: usize| parsed[i].is_some() && parsed[..i].contains(&parsed[i]);
    for i in (0..parsed.len()).filter(|i| twice(*i)) {
        found.push(FieldProblem::at(
            &format!("{field}[{i}]"),
            Problem::Duplicate,
        ));
    }
    if names.len() > 100 {
        found.push(FieldProblem::at(field, Problem::TooMany { most: 100 }));
    }
}

/// A distinguished name below a domain; whether there is such an object, the directory knows.
fn distinguished_name(found: &mut Vec<FieldProblem>, field: &str, value: &str) {
    problem::text(found, field, value, LONGEST_DN);
    let upper = value.to_ascii_uppercase();
    let begins = upper.starts_with("OU=") || upper.starts_with("CN=");
    let fits = begins && upper.contains("DC=") && Dn::parse(value).is_some();
    if !value.is_empty() && !fits {
        let expected =
            "a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com".into();
        found.push(FieldProblem::at(field, Problem::Malformed { expected }));
    }
}
