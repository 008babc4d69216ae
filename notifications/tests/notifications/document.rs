//! docs/NOTIFICATIONS.md, printed from the table.

use std::fmt::Write as _;
use tenure_notifications::table::{TABLE, parameters};

fn document() -> String {
    let mut text = String::from(
        "# Notifications\n\nPrinted from `notifications/src/table.rs`; a test keeps it so (`UPDATE_SCHEMAS=1` writes it \
         anew).\n\nEach notice goes by e-mail to every address of each recipient, and into the inbox. A mail can be reworded \
         and switched (`tenure mail`, permission email-notification); one that is switched off still reaches the inbox, \
         unless it is off by default. What concerns a user's own sign-in (welcome, verification) goes by mail only. \
         Disabled people are told nothing.\n\n\
         | object | event | recipients | mail | name of the mail |\n| --- | --- | --- | --- | --- |\n",
    );
    for row in TABLE {
        let on = if row.on { "on" } else { "off" };
        let _ = writeln!(
            text,
            "| {} | {} | {} | {on} | `{}` |",
            row.object, row.event, row.recipients, row.template
        );
    }
    text.push_str(
        "\nSubmitted and queued for provisioning tell nobody.\n\n## What a mail may name\n",
    );
    let mut objects: Vec<_> = TABLE.iter().map(|row| row.object).collect();
    objects.dedup();
    for object in objects {
        let _ = writeln!(text, "\n### {object}\n");
        for (name, what) in parameters(object) {
            let _ = writeln!(text, "- `{{{{ {name} }}}}`: {what}");
        }
    }
    text
}

#[test]
fn the_notification_document_is_printed_from_the_schema_of_notices() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/NOTIFICATIONS.md");
    let now = document();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        known == now,
        "docs/NOTIFICATIONS.md differs: run the tests with UPDATE_SCHEMAS=1"
    );
}

#[test]
fn every_mail_names_only_what_it_may_and_can_be_reworded_by_its_own_text() {
    for row in TABLE {
        let text = tenure_notifications::default_text(row.notice).unwrap();
        assert_eq!(
            tenure_notifications::problems(row.notice, &text),
            [],
            "{:?}",
            row.notice
        );
    }
}
