//! What only group managed service accounts have, and what they do not have: the directory makes their passwords.

use super::{AccountType, TemplateContent, VaultKind, validate_directory::distinguished_names};
use crate::{
    gmsa::{self, Gmsa},
    problem::{FieldProblem, Problem},
};
use std::collections::BTreeSet;

/// What goes together with the type of account, and what does not.
pub(super) fn of_its_type(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let (vault, directory) = (&content.vault, &content.directory);
    let is_gmsa = content.account_type == AccountType::AdGmsa;
    let mut conflict = |field: &str, conflicts: bool| {
        if conflicts {
            let with = "account_type".into();
            found.push(FieldProblem::at(field, Problem::Conflict { with }));
        }
    };
    let (no_vault, folder) = (vault.kind == VaultKind::None, vault.folder.is_some());
    conflict("vault.kind", no_vault != is_gmsa);
    conflict("vault.folder", is_gmsa && folder);
    conflict("vault.sub_folders", is_gmsa && vault.sub_folders);
    let denied = directory.cannot_change_password;
    conflict("directory.cannot_change_password", is_gmsa && denied);
    conflict("directory.gmsa", !is_gmsa && directory.gmsa.is_some());
    if !is_gmsa {
        return;
    }
    match &directory.gmsa {
        Some(gmsa) => section(gmsa, found),
        None => found.push(FieldProblem::at("directory.gmsa", Problem::Missing)),
    }
    for (i, attribute) in directory.attributes.iter().enumerate() {
        if gmsa::has_of_its_own(&attribute.name) {
            let field = format!("directory.attributes[{i}].name");
            found.push(FieldProblem::at(&field, Problem::Reserved));
        }
    }
}

fn section(gmsa: &Gmsa, found: &mut Vec<FieldProblem>) {
    distinguished_names(found, "directory.gmsa.principals", &gmsa.principals);
    let mut say = |field: &str, problem| {
        found.push(FieldProblem::at(
            &format!("directory.gmsa.{field}"),
            problem,
        ));
    };
    if gmsa.principals.is_empty() {
        say("principals", Problem::TooFew { least: 1 });
    }
    if gmsa.encryption_types.is_empty() {
        say("encryption_types", Problem::TooFew { least: 1 });
    }
    let mut seen = BTreeSet::new();
    for (i, one) in gmsa.encryption_types.iter().enumerate() {
        if !seen.insert(one) {
            say(&format!("encryption_types[{i}]"), Problem::Duplicate);
        }
    }
    if !(1..=gmsa::LONGEST_INTERVAL_DAYS).contains(&gmsa.password_interval_days) {
        let expected = format!("a number from 1 to {}", gmsa::LONGEST_INTERVAL_DAYS);
        say("password_interval_days", Problem::Malformed { expected });
    }
}
