//! What may be done with a template.

use super::{
    Template, TemplateContent, TemplateDisabled, TemplateDrafted, TemplateEnabled, TemplateEvent,
    TemplatePublished, TemplateRevised, TemplateUnpublished, validate,
};
use crate::{
    context::Context,
    decide::{Decide, aggregate},
    problem::{self, FieldProblem},
};

/// What is asked of a template.
#[derive(Clone, Debug)]
pub enum TemplateCommand {
    /// Begin a version, the first or the next; the published one keeps serving.
    Draft(Box<TemplateContent>),
    /// Change the draft.
    Revise(Box<TemplateContent>),
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
    /// Nothing to unpublish.
    #[error("no version is published")]
    NotPublished,
    /// Not fit to be published, or too odd to be drafted.
    #[error("the template is not valid: {}", problem::listed(.0))]
    Invalid(Vec<FieldProblem>),
}

impl Decide for Template {
    type Facts = ();

    fn decide(
        &self,
        command: TemplateCommand,
        _: &Context,
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
                named(&content)?;
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
            (C::Revise(_) | C::Publish, None) => Err(TemplateRefusal::NoDraft),
            (C::Revise(content), Some(draft)) => {
                named(&content)?;
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
            (C::Publish, Some(draft)) => match validate::problems(&draft.content) {
                problems if problems.is_empty() => Ok(vec![
                    TemplatePublished {
                        version: draft.version,
                        content: draft.content.clone(),
                    }
                    .into(),
                ]),
                problems => Err(TemplateRefusal::Invalid(problems)),
            },
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

/// A draft may be incomplete, but it has a name.
fn named(content: &TemplateContent) -> Result<(), TemplateRefusal> {
    let mut problems = Vec::new();
    problem::text(&mut problems, "name", &content.name, 80);
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
    ()
);
