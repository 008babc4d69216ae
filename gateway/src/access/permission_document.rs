//! docs/PERMISSIONS.md, printed from the tables of this code.

use super::permission_table::{Access, Own, RULES};
use std::fmt::Write as _;
use tenure_domain::{
    permission::{Feature, Permission, Verb},
    role::BuiltInRole,
};

fn cells(role: BuiltInRole, feature: Feature) -> String {
    let content = role.content();
    let letter = |verb: &Verb| match verb {
        Verb::Read => 'r',
        Verb::Create => 'c',
        Verb::Update => 'u',
        Verb::Delete => 'd',
        Verb::Manage => 'm',
    };
    Verb::ALL
        .iter()
        .filter(|verb| {
            content
                .permissions
                .contains(&Permission::new(feature, **verb))
        })
        .map(letter)
        .collect()
}

fn document() -> String {
    let mut text = String::from(
        "# Permissions\n\nPrinted from `domain/src/permission.rs`, `domain/src/role.rs` and \
         `gateway/src/access/permission_table.rs`; a test keeps it so (`UPDATE_SCHEMAS=1` writes it anew). What a running \
         gateway answers to whom is in `gateway/tests/gateway/snapshots/permission_matrix.txt`.\n\n\
         A permission is a feature and a verb. Without *manage*, it reaches one's own objects; *manage* counts only beside \
         *read* in the same role, and widens that role's permissions on the feature to everyone's objects.\n\n\
         ## Built-in roles\n\nr = read, c = create, u = update, d = delete, m = manage. \"-\" = the cell does not exist.\n\n",
    );
    let names: Vec<_> = BuiltInRole::ALL.iter().map(|role| role.name()).collect();
    let _ = writeln!(text, "| feature | exists | {} |", names.join(" | "));
    let _ = writeln!(text, "| --- | --- |{}", " --- |".repeat(names.len()));
    for feature in Feature::ALL {
        let exists = cells(BuiltInRole::SystemAdministrator, *feature);
        let held: Vec<_> = BuiltInRole::ALL
            .iter()
            .map(|role| cells(*role, *feature))
            .collect();
        let _ = writeln!(
            text,
            "| {} | {exists} | {} |",
            feature.text(),
            held.join(" | ")
        );
    }
    text.push_str(
        "\n## Endpoints\n\n| endpoint | needs | without *manage* |\n| --- | --- | --- |\n",
    );
    for rule in RULES {
        let (needs, own) = match rule.access {
            Access::Public => ("nothing".to_owned(), ""),
            Access::SignedIn => ("a session".to_owned(), ""),
            Access::Needs(any_of, own) => {
                let cells: Vec<_> = any_of
                    .iter()
                    .map(|(feature, verb)| format!("{}:{}", feature.text(), verb.text()))
                    .collect();
                let own = match own {
                    Own::Everything => "everything",
                    Own::Limited => "one's own",
                    Own::Nothing => "nothing",
                };
                (cells.join(" or "), own)
            }
        };
        let _ = writeln!(text, "| {} {} | {needs} | {own} |", rule.method, rule.path);
    }
    text
}

/// `UPDATE_SCHEMAS=1` writes what differs. Its name has "schema" in it, so that `make schemas` runs it.
#[test]
fn the_permission_document_is_printed_from_the_schema_of_permissions() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERMISSIONS.md");
    let now = document();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        known == now,
        "docs/PERMISSIONS.md differs: run the tests with UPDATE_SCHEMAS=1"
    );
}
