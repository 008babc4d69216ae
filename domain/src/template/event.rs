//! What happens to templates.

use super::TemplateContent;
use crate::{
    context::Actor,
    event::{Recorded, Reservation, events},
    role::renamed,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A version is being written.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateDrafted {
    /// The number it will have.
    pub version: u32,
    /// So far.
    pub content: TemplateContent,
    /// The name given up, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
}

/// The draft changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateRevised {
    /// From now on.
    pub content: TemplateContent,
    /// The name given up, if it changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_name: Option<String>,
}

/// The draft awaits approval by somebody else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateSubmitted {
    /// Its number.
    pub version: u32,
    /// Who wants it published, and so may not approve it.
    pub by: Actor,
}

/// The draft was not approved: it can be revised again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateReturned {
    /// Its number.
    pub version: u32,
    /// Why.
    pub reason: String,
}

/// New requests use this version from now on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplatePublished {
    /// Its number.
    pub version: u32,
    /// Immutable from now on.
    pub content: TemplateContent,
}

/// New requests are not possible until a version is published again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateUnpublished {
    /// The version that served.
    pub version: u32,
}

/// No new requests.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateDisabled {}

/// New requests again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TemplateEnabled {}

events!(
    /// What happened to a template.
    TemplateEvent {
        /// A version is being written.
        Drafted(TemplateDrafted, large) = "template.drafted",
        /// The draft changed.
        Revised(TemplateRevised, large) = "template.revised",
        /// The draft awaits approval.
        Submitted(TemplateSubmitted) = "template.submitted",
        /// The draft was not approved.
        Returned(TemplateReturned) = "template.returned",
        /// A version serves.
        Published(TemplatePublished, large) = "template.published",
        /// No version serves.
        Unpublished(TemplateUnpublished) = "template.unpublished",
        /// No new requests.
        Disabled(TemplateDisabled) = "template.disabled",
        /// New requests again.
        Enabled(TemplateEnabled) = "template.enabled",
    }
);

impl Recorded for TemplateEvent {
    fn type_name(&self) -> &'static str {
        self.stable_type_name()
    }

    fn reservations(&self, stream: Uuid) -> Vec<Reservation> {
        let called = |name: &str, former: &Option<String>| {
            renamed("template", stream, name, former.as_deref())
        };
        match self {
            Self::Drafted(e) => called(&e.content.name, &e.former_name),
            Self::Revised(e) => called(&e.content.name, &e.former_name),
            Self::Submitted(_)
            | Self::Returned(_)
            | Self::Published(_)
            | Self::Unpublished(_)
            | Self::Disabled(_)
            | Self::Enabled(_) => vec![],
        }
    }
}
