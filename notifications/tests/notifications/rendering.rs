//! What mails say, and that nobody's name makes them say anything else.

use tenure_notifications::{Facts, render, table::TABLE};

fn facts() -> Facts {
    Facts {
        recipient: "Bob Brown".into(),
        name: "svc-backup".into(),
        domain: "corp.example.com".into(),
        requester: "Alice Adams".into(),
        justification: "nightly backup".into(),
        step: "Manager".into(),
        reason: "Not needed.".into(),
        detail: "LDAP 68 entryAlreadyExists".into(),
        action: "disable".into(),
        last_day: "9 April 2026 (until 2026-04-10 00:00 UTC)".into(),
        renewal: false,
        code: "ABCDE-FGHJK".into(),
        link: "https://tenure.example.com/requests/1".into(),
    }
}

#[test]
fn each_mail_says_what_it_is_about() {
    let mut all = String::new();
    for row in TABLE {
        let mail = render(row.notice, &facts()).unwrap();
        all += &format!(
            "===== {:?}\nSubject: {}\n\n{}\n",
            row.notice, mail.subject, mail.text
        );
        let unescaped = mail.html.replace("&#x2f;", "/");
        assert!(
            unescaped.contains(&format!("href=\"{}\"", facts().link)),
            "{:?} has no link",
            row.notice
        );
        assert!(
            mail.text.contains(&facts().link),
            "{:?} has no link",
            row.notice
        );
        assert!(
            !mail.text.contains("{{") && !mail.html.contains("{%"),
            "{:?}",
            row.notice
        );
    }
    insta::assert_snapshot!("mails", all);
    insta::assert_snapshot!(
        "html",
        render(
            tenure_notifications::table::Notice::ApprovalRequired,
            &facts()
        )
        .unwrap()
        .html
    );
}

#[test]
fn the_end_says_what_each_action_did() {
    let mut all = String::new();
    for action in ["review", "disable", "expire", "delete"] {
        let facts = Facts {
            action: action.into(),
            ..facts()
        };
        all += &format!(
            "===== {action}\n{}\n",
            render(tenure_notifications::table::Notice::EndReached, &facts)
                .unwrap()
                .text
        );
    }
    insta::assert_snapshot!("ends", all);
}

const HOSTILE: &str = "Eve\r\nBcc: all@example.com\r\n\r\n<script>alert(\"1\")</script> {{ 7*7 }} 'Ünïcødé' \u{2028}\u{0}";

#[test]
fn a_hostile_name_stays_a_name() {
    for row in TABLE {
        let hostile = Facts {
            recipient: HOSTILE.into(),
            name: HOSTILE.into(),
            requester: HOSTILE.into(),
            justification: HOSTILE.into(),
            step: HOSTILE.into(),
            reason: HOSTILE.into(),
            detail: HOSTILE.into(),
            ..facts()
        };
        let mail = render(row.notice, &hostile).unwrap();
        assert!(
            !mail.subject.chars().any(char::is_control),
            "{:?}: {:?}",
            row.notice,
            mail.subject
        );
        assert!(mail.subject.chars().count() <= 200);
        assert!(!mail.html.contains("<script"), "{:?}", row.notice);
        assert!(
            !mail.text.contains("49") && !mail.html.contains("49"),
            "a name is no template"
        );
    }
}
