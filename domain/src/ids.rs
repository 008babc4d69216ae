//! Identifiers: one type per aggregate, so that a request's id is never handed in where an account's is meant.
//!
//! Ids come in as values. Only the process that talks to the outside world draws random ones; ids that must be
//! the same on every repeat (command ids of reactions) are derived here, by UUIDv5.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Namespace of every id that Tenure derives rather than draws.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x6f1d_9a52_2c0e_4d6b_9a7e_54e1_b6c8_0f3d);

/// An id derived from `parts`, the same on every repeat and on every machine.
#[must_use]
pub fn derived(parts: &[&str]) -> Uuid {
    // Length prefixes keep ("ab", "c") and ("a", "bc") apart.
    let mut name = String::new();
    for part in parts {
        name.push_str(&part.len().to_string());
        name.push(':');
        name.push_str(part);
    }
    Uuid::new_v5(&NAMESPACE, name.as_bytes())
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A template, in all its versions.
    TemplateId
);
id!(
    /// A request for an account, or for a renewal.
    RequestId
);
id!(
    /// A managed account. Allocated when its request is drafted, so that request and account hold one name.
    AccountId
);
id!(
    /// A person.
    UserId
);
id!(
    /// A set of people.
    GroupId
);
id!(
    /// A set of permissions.
    RoleId
);
id!(
    /// An external directory: an AD domain or an Entra tenant.
    DomainId
);
id!(
    /// The agent that works beside one domain.
    EngineId
);
id!(
    /// A credential of a program that acts for a person.
    ApiTokenId
);
id!(
    /// The e-mail about one notice.
    EmailTemplateId
);

id!(
    /// A certification campaign.
    CampaignId
);
id!(
    /// The accounts that a campaign is about.
    PopulationId
);
id!(
    /// What is decided of one account of a campaign.
    ReviewId
);

impl DomainId {
    /// The opaque token that stands for the domain in broker subjects: never the dotted name, since wildcards of
    /// nested domains overlap.
    #[must_use]
    pub fn token(&self) -> String {
        self.0.simple().to_string()
    }
}
