//! Templates: how one kind of account is asked for, approved, kept and retired. Published versions are immutable;
//! accounts stay bound to the version that they were provisioned against.

mod compare;
mod content;
mod decide;
mod event;
mod named;
mod places;
mod validate;
mod validate_directory;
mod validate_gmsa;

pub use compare::{Difference, compare, differences};
pub use content::{
    AccountType, ApprovalFlow, ApprovalStep, AttributeRule, DirectorySection, LifecycleSection,
    OwnershipSection, TemplateAttribute, TemplateContent, Urgent, UsersAndGroups, VaultKind,
    VaultSection,
};
pub use decide::{TemplateCommand, TemplateRefusal};
pub use event::{
    TemplateDisabled, TemplateDrafted, TemplateEnabled, TemplateEvent, TemplatePublished,
    TemplateReturned, TemplateRevised, TemplateSubmitted, TemplateUnpublished,
};
pub use named::{TemplateFacts, named_problems};
pub use validate::problems;

use crate::context::Actor;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A template with all its versions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// The version being written, if any.
    pub draft: Option<Draft>,
    /// Every version that was ever published.
    pub versions: BTreeMap<u32, Arc<TemplateContent>>,
    /// The version that new requests use.
    pub published: Option<u32>,
    /// No new requests.
    pub disabled: bool,
}

/// A version being written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// The number it will have.
    pub version: u32,
    /// So far.
    pub content: TemplateContent,
    /// Awaits approval, since this one wants it published.
    #[serde(default)]
    pub submitted_by: Option<Actor>,
    /// Why it was given back, until it is submitted again.
    #[serde(default)]
    pub returned: Option<String>,
}

impl Template {
    /// Was it ever drafted?
    #[must_use]
    pub fn exists(&self) -> bool {
        self.draft.is_some() || !self.versions.is_empty()
    }

    /// The version that serves new requests.
    #[must_use]
    pub fn offered(&self) -> Option<(u32, &Arc<TemplateContent>)> {
        let version = self.published.filter(|_| !self.disabled)?;
        self.versions
            .get(&version)
            .map(|content| (version, content))
    }

    /// The name people know it by: the newest one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let newest = self
            .versions
            .values()
            .next_back()
            .map(|content| content.name.as_str());
        self.draft
            .as_ref()
            .map(|draft| draft.content.name.as_str())
            .or(newest)
    }

    fn evolve(&mut self, event: TemplateEvent) {
        match event {
            TemplateEvent::Drafted(drafted) => {
                let TemplateDrafted {
                    version, content, ..
                } = *drafted;
                self.draft = Some(Draft {
                    version,
                    content,
                    submitted_by: None,
                    returned: None,
                });
            }
            TemplateEvent::Revised(revised) => {
                if let Some(draft) = &mut self.draft {
                    draft.content = revised.content;
                    // What was submitted is no longer what it was.
                    draft.submitted_by = None;
                }
            }
            TemplateEvent::Submitted(TemplateSubmitted { by, .. }) => {
                if let Some(draft) = &mut self.draft {
                    draft.submitted_by = Some(by);
                    draft.returned = None;
                }
            }
            TemplateEvent::Returned(TemplateReturned { reason, .. }) => {
                if let Some(draft) = &mut self.draft {
                    draft.submitted_by = None;
                    draft.returned = Some(reason);
                }
            }
            TemplateEvent::Published(published) => {
                let TemplatePublished { version, content } = *published;
                self.draft = None;
                self.published = Some(version);
                self.versions.insert(version, Arc::new(content));
            }
            TemplateEvent::Unpublished(_) => self.published = None,
            TemplateEvent::Disabled(_) => self.disabled = true,
            TemplateEvent::Enabled(_) => self.disabled = false,
        }
    }
}
