//! What a mail says: templates by notice, text and HTML. Undefined names are errors, output is bounded by fuel, HTML is
//! escaped, and subjects are one line whatever people are called.

use crate::table::{Notice, parameters};
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use std::{collections::BTreeSet, sync::OnceLock};
use tenure_domain::{
    email_template::EmailText,
    problem::{FieldProblem, Problem},
};

/// What templates may name.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Facts {
    /// Who reads it.
    pub recipient: String,
    /// Name of the object: account, template, engine.
    pub name: String,
    /// The domain's DNS name.
    pub domain: String,
    /// Who asked.
    pub requester: String,
    /// Why they ask.
    pub justification: String,
    /// Step that waits.
    pub step: String,
    /// Why something was refused or failed, as a sentence.
    pub reason: String,
    /// The directory's own words.
    pub detail: String,
    /// `review`, `disable`, `expire`, `delete`.
    pub action: String,
    /// The last full day, and the instant in UTC.
    pub last_day: String,
    /// Is it about a renewal?
    pub renewal: bool,
    /// A one-time code for the reader.
    pub code: String,
    /// Where to look.
    pub link: String,
}

impl Facts {
    /// Something to try a text on, and to show it with.
    #[must_use]
    pub fn sample() -> Self {
        Self {
            recipient: "Grace Hopper".into(),
            name: "svc-backup".into(),
            domain: "corp.example.com".into(),
            requester: "Rosa Requester".into(),
            justification: "Nightly backup of the file servers".into(),
            step: "Team lead".into(),
            reason: "Not needed any more.".into(),
            detail: "LDAP 68 entryAlreadyExists".into(),
            action: "disable".into(),
            last_day: "14 April 2026 (until 2026-04-15 00:00 UTC)".into(),
            renewal: false,
            code: "ABCDE-FGHJK-LMNPQ-RSTUV".into(),
            link: "https://tenure.example.com/".into(),
        }
    }
}

/// A rendered mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// What the HTML frame shows.
#[derive(Serialize)]
struct Frame<'a> {
    subject: &'a str,
    paragraphs: &'a [&'a str],
    link: &'a str,
}

macro_rules! templates {
    ($($name:literal),+ $(,)?) => {
        /// Each mail's subject is the first line of its text template.
        const TEMPLATES: &[(&str, &str)] = &[
            $((concat!($name, ".txt"), include_str!(concat!("../templates/", $name, ".txt")))),+
        ];
    };
}

templates!(
    "accounts-drifted",
    "approval-overridden",
    "approval-required",
    "campaign-opened",
    "campaign-reminder",
    "campaign-urgent-reminder",
    "domain-not-read",
    "end-reached",
    "engine-impaired",
    "engine-lost-contact",
    "followed-groups-missing",
    "information-required",
    "ownership-changed",
    "people-held",
    "provisioning-failed",
    "reminder",
    "renewal-required",
    "request-approved",
    "request-provisioned",
    "request-rejected",
    "reviews-handed-over",
    "template-disabled",
    "template-needs-approval",
    "template-published",
    "template-unpublished",
    "unmanaged-accounts",
    "urgent-reminder",
    "verification",
    "welcome",
);

/// The frame around every HTML mail; paragraphs are the text's.
const FRAME: &str = include_str!("../templates/frame.html");
/// Steps that rendering one mail may take.
const FUEL: u64 = 50_000;
/// Longest subject.
const LONGEST_SUBJECT: usize = 200;

fn bounded() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_auto_escape_callback(|name| {
        if name.ends_with(".html") {
            AutoEscape::Html
        } else {
            AutoEscape::None
        }
    });
    environment
}

/// For texts: knows no other template, so that none can be included.
fn texts() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(bounded)
}

fn frames() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
        let mut environment = bounded();
        // It is part of the program: the tests render it.
        if let Err(error) = environment.add_template("frame.html", FRAME) {
            tracing::error!(%error, "the frame of mails cannot be read");
        }
        environment
    })
}

fn no_such_notice() -> minijinja::Error {
    minijinja::Error::new(minijinja::ErrorKind::TemplateNotFound, "no such notice")
}

/// What Tenure itself says about `notice`.
#[must_use]
pub fn default_text(notice: Notice) -> Option<EmailText> {
    let file = format!("{}.txt", notice.row()?.template);
    let (_, source) = TEMPLATES.iter().find(|(name, _)| *name == file)?;
    let (subject, body) = source.split_once('\n')?;
    Some(EmailText {
        subject: subject.trim_start_matches("Subject: ").to_owned(),
        body: body.trim().to_owned(),
    })
}

/// What is wrong with a text for `notice`: it cannot be read, or names what is no parameter of it.
#[must_use]
pub fn problems(notice: Notice, text: &EmailText) -> Vec<FieldProblem> {
    let known: Vec<String> = notice
        .row()
        .map(|row| parameters(row.object))
        .unwrap_or_default()
        .iter()
        .map(|(name, _)| (*name).to_owned())
        .collect();
    let mut problems = Vec::new();
    for (field, source) in [("subject", &text.subject), ("body", &text.body)] {
        let malformed = |error: minijinja::Error| {
            let expected = format!("a template that can be read: {error}");
            FieldProblem::at(field, Problem::Malformed { expected })
        };
        let template = match texts().template_from_str(source) {
            Ok(template) => template,
            Err(error) => {
                problems.push(malformed(error));
                continue;
            }
        };
        let named: BTreeSet<String> = template.undeclared_variables(false).into_iter().collect();
        let unknown: Vec<_> = named
            .into_iter()
            .filter(|name| !known.contains(name))
            .collect();
        if unknown.is_empty()
            && let Err(error) = template.render(minijinja::value::Serde(&Facts::sample()))
        {
            problems.push(malformed(error));
        }
        problems.extend(unknown.into_iter().map(|parameter| {
            let known = known.clone();
            FieldProblem::at(field, Problem::UnknownParameter { parameter, known })
        }));
    }
    problems
}

/// The mail about `notice`, as Tenure says it.
///
/// # Errors
/// If the template names something that is not in `facts`, or does not exist.
pub fn render(notice: Notice, facts: &Facts) -> Result<Rendered, minijinja::Error> {
    render_text(&default_text(notice).ok_or_else(no_such_notice)?, facts)
}

/// A mail that says `text`.
///
/// # Errors
/// If the text cannot be read, or names something that is not in `facts`.
pub fn render_text(text: &EmailText, facts: &Facts) -> Result<Rendered, minijinja::Error> {
    let one_line = Facts {
        recipient: single_line(&facts.recipient),
        name: single_line(&facts.name),
        requester: single_line(&facts.requester),
        step: single_line(&facts.step),
        ..facts.clone()
    };
    let filled = |source: &str| {
        texts()
            .template_from_str(source)?
            .render(minijinja::value::Serde(&one_line))
    };
    let subject: String = single_line(&filled(&text.subject)?)
        .chars()
        .take(LONGEST_SUBJECT)
        .collect();
    let body = filled(&text.body)?;
    // Blocks that say nothing leave empty lines behind.
    let paragraphs: Vec<&str> = body
        .split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .collect();
    let text = format!("{}\n", paragraphs.join("\n\n"));
    let frame = Frame {
        subject: &subject,
        paragraphs: &paragraphs,
        link: &one_line.link,
    };
    let html = frames()
        .get_template("frame.html")?
        .render(minijinja::value::Serde(&frame))?;
    Ok(Rendered {
        html,
        text,
        subject: subject.clone(),
    })
}

/// Without line breaks and other control characters: nothing a person is called becomes a header of its own.
fn single_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}
