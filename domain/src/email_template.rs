//! E-mail templates: what the mail about one notice says, where an organisation says it otherwise than Tenure, and
//! whether it is sent at all.

use crate::{
    context::Context,
    decide::{Decide, aggregate},
    event::{Recorded, events},
    ids::{EmailTemplateId, derived},
    problem::{self, FieldProblem, Problem},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The stream of that notice's mail, the same in every instance.
#[must_use]
pub fn id_of(notice: &str) -> EmailTemplateId {
    EmailTemplateId(derived(&["email-template", notice]))
}

/// Subject and body of a mail, with parameters such as `{{ name }}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailText {
    /// One line.
    pub subject: String,
    /// Paragraphs, parted by empty lines.
    pub body: String,
}

/// What is asked of an e-mail template.
#[derive(Clone, Debug)]
pub enum EmailTemplateCommand {
    /// Say it otherwise.
    Change(EmailText),
    /// Say it as Tenure does.
    Restore,
    /// Send it.
    SwitchOn,
    /// Do not send it.
    SwitchOff,
}

/// What a decision about an e-mail template needs to know.
#[derive(Clone, Debug, Default)]
pub struct EmailTemplateFacts {
    /// Which notice.
    pub notice: String,
    /// Sent unless switched off?
    pub on_by_default: bool,
    /// What the template engine says of the new text.
    pub problems: Vec<FieldProblem>,
}

/// What it says from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EmailTemplateChanged {
    /// Which mail.
    pub notice: String,
    /// From now on.
    pub text: EmailText,
}

macro_rules! about_a_notice {
    ($($name:ident),+) => {
        $(
            /// Nothing more to add.
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
            pub struct $name {
                /// Which mail.
                pub notice: String,
            }
        )+
    };
}

about_a_notice!(
    EmailTemplateRestored,
    EmailTemplateSwitchedOn,
    EmailTemplateSwitchedOff
);

events!(
    /// What happened to an e-mail template.
    EmailTemplateEvent {
        /// It says something else.
        Changed(EmailTemplateChanged) = "email-template.changed",
        /// It says what Tenure says.
        Restored(EmailTemplateRestored) = "email-template.restored",
        /// It is sent.
        SwitchedOn(EmailTemplateSwitchedOn) = "email-template.switched-on",
        /// It is not sent.
        SwitchedOff(EmailTemplateSwitchedOff) = "email-template.switched-off",
    }
);

/// Why a command on an e-mail template is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EmailTemplateRefusal {
    /// The text is not valid.
    #[error("the e-mail is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

/// An e-mail template.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmailTemplate {
    /// What it says, where that is not what Tenure says.
    pub text: Option<EmailText>,
    /// Whether it is sent, where somebody chose.
    pub on: Option<bool>,
}

impl EmailTemplate {
    fn evolve(&mut self, event: EmailTemplateEvent) {
        match event {
            EmailTemplateEvent::Changed(EmailTemplateChanged { text, .. }) => {
                self.text = Some(text);
            }
            EmailTemplateEvent::Restored(_) => self.text = None,
            EmailTemplateEvent::SwitchedOn(_) => self.on = Some(true),
            EmailTemplateEvent::SwitchedOff(_) => self.on = Some(false),
        }
    }
}

fn valid(text: &EmailText, mut problems: Vec<FieldProblem>) -> Result<(), EmailTemplateRefusal> {
    problem::text(&mut problems, "subject", &text.subject, 200);
    if text.body.trim().is_empty() {
        problems.push(FieldProblem::at("body", Problem::Missing));
    }
    problem::at_most(&mut problems, "body", &text.body, 20_000);
    if problems.is_empty() {
        Ok(())
    } else {
        Err(EmailTemplateRefusal::Invalid(problems))
    }
}

impl Decide for EmailTemplate {
    type Facts = EmailTemplateFacts;

    fn decide(
        &self,
        command: EmailTemplateCommand,
        context: &Context<EmailTemplateFacts>,
    ) -> Result<Vec<EmailTemplateEvent>, EmailTemplateRefusal> {
        let facts = &context.facts;
        let notice = facts.notice.clone();
        let on = self.on.unwrap_or(facts.on_by_default);
        Ok(match command {
            EmailTemplateCommand::Change(text) => {
                valid(&text, facts.problems.clone())?;
                if self.text.as_ref() == Some(&text) {
                    vec![]
                } else {
                    vec![EmailTemplateChanged { notice, text }.into()]
                }
            }
            EmailTemplateCommand::Restore if self.text.is_none() => vec![],
            EmailTemplateCommand::Restore => vec![EmailTemplateRestored { notice }.into()],
            EmailTemplateCommand::SwitchOn if on => vec![],
            EmailTemplateCommand::SwitchOn => vec![EmailTemplateSwitchedOn { notice }.into()],
            EmailTemplateCommand::SwitchOff if !on => vec![],
            EmailTemplateCommand::SwitchOff => vec![EmailTemplateSwitchedOff { notice }.into()],
        })
    }
}

aggregate!(
    EmailTemplate = "email-template",
    EmailTemplateCommand,
    EmailTemplateEvent,
    EmailTemplateRefusal,
    EmailTemplateFacts
);

impl Recorded for EmailTemplateEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }
}
