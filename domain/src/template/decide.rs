//! What may be done with a template.

use super::{
    Draft, Template, TemplateContent, TemplateDisabled, TemplateDrafted, TemplateEnabled,
    TemplateEvent, TemplateFacts, TemplatePublished, TemplateReturned, TemplateRevised,
    TemplateSubmitted, TemplateUnpublished, named_problems, validate,
};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    problem::{self, FieldProblem, Problem},
};

/// What is asked of a template.
#[derive(Clone, Debug)]
pub enum TemplateCommand {
    /// Begin a version, the first or the next; the published one keeps serving.
    Draft(Box<TemplateContent>),
    /// Change the draft.
    Revise(Box<TemplateContent>),
    /// Ask somebody else to approve the draft.
    Submit,
    /// Do not approve the draft; it can be revised again.
    Return {
        /// Why.
        reason: String,
    },
    /// Let the draft serve, immutable from then on.
    Publish,
    /// Let no version serve.
    Unpublish,
    /// Take no new requests.
    Disable,
    /// Take them again.
    Enable,
}

/// Why a command on a template is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateRefusal {
    /// No such template.
    #[error("there is no such template")]
    Unknown,
    /// Only one draft at a time.
    #[error("version {version} is being drafted already; revise or publish it")]
    DraftExists {
        /// The draft's number.
        version: u32,
    },
    /// Nothing to revise or publish.
    #[error("there is no draft; draft a new version first")]
    NoDraft,
    /// The organisation wants four eyes: first somebody submits.
    #[error("this organisation wants a second person's approval: submit the draft first")]
    ApprovalNeeded,
    /// Nothing to return.
    #[error("the draft does not await approval")]
    NotSubmitted,
    /// Two eyes are not four.
    #[error("whoever submitted the draft may not approve it")]
    OwnDraft,
    /// Nothing to unpublish.
    #[error("no version is published")]
    NotPublished,
    /// Not fit to be published, or too odd to be drafted.
    #[error("the template is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

impl Decide for Template {
    type Facts = TemplateFacts;

    fn decide(
        &self,
        command: TemplateCommand,
        context: &Context<TemplateFacts>,
    ) -> Result<Vec<TemplateEvent>, TemplateRefusal> {
        use TemplateCommand as C;
        let renamed = |content: &TemplateContent| {
            self.name()
                .filter(|name| *name != content.name)
                .map(str::to_owned)
        };
        if !self.exists() && !matches!(command, C::Draft(_)) {
            return Err(TemplateRefusal::Unknown);
        }
        match (command, &self.draft) {
            (C::Draft(content), None) => {
                saved(&content)?;
                let version = self
                    .versions
                    .keys()
                    .next_back()
                    .map_or(1, |newest| newest + 1);
                let former_name = renamed(&content);
                Ok(vec![
                    TemplateDrafted {
                        version,
                        content: *content,
                        former_name,
                    }
                    .into(),
                ])
            }
            (C::Draft(content), Some(draft)) if draft.content == *content => Ok(vec![]),
            (C::Draft(_), Some(draft)) => Err(TemplateRefusal::DraftExists {
                version: draft.version,
            }),
            (C::Revise(_) | C::Submit | C::Return { .. } | C::Publish, None) => {
                Err(TemplateRefusal::NoDraft)
            }
            (C::Revise(content), Some(draft)) => {
                saved(&content)?;
                if draft.content == *content {
                    return Ok(vec![]);
                }
                let former_name = renamed(&content);
                Ok(vec![
                    TemplateRevised {
                        content: *content,
                        former_name,
                    }
                    .into(),
                ])
            }
            (C::Submit, Some(draft)) if draft.submitted_by.is_some() => Ok(vec![]),
            (C::Submit, Some(draft)) => {
                publishable(draft, &context.facts)?;
                let (version, by) = (draft.version, context.actor.clone());
                Ok(vec![TemplateSubmitted { version, by }.into()])
            }
            (C::Return { reason }, Some(draft)) => {
                if draft.submitted_by.is_none() {
                    return Err(TemplateRefusal::NotSubmitted);
                }
                reason_given(&reason)?;
                let version = draft.version;
                Ok(vec![TemplateReturned { version, reason }.into()])
            }
            (C::Publish, Some(draft)) => {
                match &draft.submitted_by {
                    None if context.facts.four_eyes => return Err(TemplateRefusal::ApprovalNeeded),
                    Some(by) if context.facts.four_eyes && *by == context.actor => {
                        return Err(TemplateRefusal::OwnDraft);
                    }
                    _ => {}
                }
                publishable(draft, &context.facts)?;
                Ok(vec![
                    TemplatePublished {
                        version: draft.version,
                        content: draft.content.clone(),
                    }
                    .into(),
                ])
            }
            (C::Unpublish, _) => match self.published {
                Some(version) => Ok(vec![TemplateUnpublished { version }.into()]),
                None => Err(TemplateRefusal::NotPublished),
            },
            (C::Disable, _) if self.disabled => Ok(vec![]),
            (C::Disable, _) => Ok(vec![TemplateDisabled {}.into()]),
            (C::Enable, _) if !self.disabled => Ok(vec![]),
            (C::Enable, _) => Ok(vec![TemplateEnabled {}.into()]),
        }
    }
}

/// A draft may be incomplete, but it has a name, and nothing in it that can never be right.
fn saved(content: &TemplateContent) -> Result<(), TemplateRefusal> {
    refuse_if_any(validate::never_right(content))
}

fn publishable(draft: &Draft, facts: &TemplateFacts) -> Result<(), TemplateRefusal> {
    let mut problems = validate::problems(&draft.content);
    problems.extend(named_problems(&draft.content, facts));
    refuse_if_any(problems)
}

fn reason_given(reason: &str) -> Result<(), TemplateRefusal> {
    let mut problems = Vec::new();
    if reason.trim().is_empty() {
        problems.push(FieldProblem::at("reason", Problem::Missing));
    }
    problem::at_most(&mut problems, "reason", reason, 2_000);
    refuse_if_any(problems)
}

fn refuse_if_any(problems: Vec<FieldProblem>) -> Result<(), TemplateRefusal> {
    if problems.is_empty() {
        Ok(())
    } else {
        Err(TemplateRefusal::Invalid(problems))
    }
}

aggregate!(
    Template = "template",
    TemplateCommand,
    TemplateEvent,
    TemplateRefusal,
    TemplateFacts
);
