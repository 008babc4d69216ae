//! What a mail says: templates by notice, text and HTML. Undefined names are errors, output is bounded by fuel, HTML is
//! escaped, and subjects are one line whatever people are called.

use crate::table::Notice;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;
use std::sync::OnceLock;

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
    /// Where to look.
    pub link: String,
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
    "approval-required",
    "end-reached",
    "engine-impaired",
    "ownership-changed",
    "provisioning-failed",
    "reminder",
    "renewal-required",
    "request-approved",
    "request-provisioned",
    "request-rejected",
    "template-disabled",
    "template-published",
    "template-unpublished",
    "urgent-reminder",
    "welcome",
);

/// The frame around every HTML mail; paragraphs are the text's.
const FRAME: &str = include_str!("../templates/frame.html");
/// Steps that rendering one mail may take.
const FUEL: u64 = 50_000;
/// Longest subject.
const LONGEST_SUBJECT: usize = 200;

fn environment() -> &'static Environment<'static> {
    static ENVIRONMENT: OnceLock<Environment<'static>> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| {
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
        // The templates are part of the program: the tests render each of them.
        for (name, source) in TEMPLATES.iter().chain([&("frame.html", FRAME)]) {
            if let Err(error) = environment.add_template(name, source) {
                tracing::error!(template = name, %error, "a mail's template cannot be read");
            }
        }
        environment
    })
}

/// The mail about `notice`.
///
/// # Errors
/// If the template names something that is not in `facts`, or does not exist.
pub fn render(notice: Notice, facts: &Facts) -> Result<Rendered, minijinja::Error> {
    let missing =
        || minijinja::Error::new(minijinja::ErrorKind::TemplateNotFound, "no such notice");
    let name = notice.row().ok_or_else(missing)?.template;
    let one_line = Facts {
        recipient: single_line(&facts.recipient),
        name: single_line(&facts.name),
        requester: single_line(&facts.requester),
        step: single_line(&facts.step),
        ..facts.clone()
    };
    let whole = environment()
        .get_template(&format!("{name}.txt"))?
        .render(minijinja::value::Serde(&one_line))?;
    let (subject, body) = whole.split_once('\n').unwrap_or((&whole, ""));
    let subject: String = single_line(subject.trim_start_matches("Subject: "))
        .chars()
        .take(LONGEST_SUBJECT)
        .collect();
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
    let html = environment()
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
