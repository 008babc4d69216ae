//! Permissions: which features a role lets its holders read, create, update, delete or manage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt, str::FromStr};

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// All of them, in the order of product and UI.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As in the API.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }
    };
}

named!(
    /// What a permission is about.
    Feature {
        /// API tokens.
        ApiToken = "api-token",
        /// The audit trail.
        Audit = "audit",
        /// Settings of the instance.
        Configuration = "configuration",
        /// Domains: external directories.
        DirectoryService = "directory-service",
        /// E-mail templates.
        EmailNotification = "email-notification",
        /// Engines and pools.
        Engine = "engine",
        /// Groups.
        Group = "group",
        /// Managed accounts.
        ManagedAccount = "managed-account",
        /// Approving requests.
        ProvisionApproval = "provision-approval",
        /// Requests.
        ProvisionRequest = "provision-request",
        /// Templates.
        ProvisionTemplate = "provision-template",
        /// Publishing templates.
        ProvisionTemplateWorkflow = "provision-template-workflow",
        /// Roles.
        Role = "role",
        /// Users.
        User = "user",
        /// Vaults.
        Vault = "vault",
        /// Webhooks.
        Webhook = "webhook",
        /// SIEM.
        Siem = "siem",
    }
);

named!(
    /// What may be done.
    Verb {
        /// See.
        Read = "read",
        /// Make.
        Create = "create",
        /// Change.
        Update = "update",
        /// Remove or disable.
        Delete = "delete",
        /// Widens read, update and the rest from one's own objects to everyone's. Counts only beside read.
        Manage = "manage",
    }
);

/// One cell of the permission matrix, as text `managed-account:read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct Permission {
    /// About what.
    pub feature: Feature,
    /// Doing what.
    pub verb: Verb,
}

impl Permission {
    /// The cell.
    #[must_use]
    pub const fn new(feature: Feature, verb: Verb) -> Self {
        Self { feature, verb }
    }

    /// Does the cell mean anything? (product.md §1)
    #[must_use]
    pub fn exists(self) -> bool {
        match self.feature {
            Feature::Audit => self.verb == Verb::Read,
            Feature::EmailNotification => matches!(self.verb, Verb::Read | Verb::Update),
            Feature::ApiToken => self.verb != Verb::Manage,
            _ => true,
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.feature.text(), self.verb.text())
    }
}

/// The text names no cell of the matrix.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a permission: expected <feature>:<read|create|update|delete|manage>")]
pub struct NotAPermission;

impl FromStr for Permission {
    type Err = NotAPermission;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (feature, verb) = text.split_once(':').ok_or(NotAPermission)?;
        let feature = Feature::ALL
            .iter()
            .find(|f| f.text() == feature)
            .ok_or(NotAPermission)?;
        let verb = Verb::ALL
            .iter()
            .find(|v| v.text() == verb)
            .ok_or(NotAPermission)?;
        Some(Self::new(*feature, *verb))
            .filter(|permission| permission.exists())
            .ok_or(NotAPermission)
    }
}

impl Serialize for Permission {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Permission {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// How far a permission reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// One's own objects.
    Own,
    /// Everyone's.
    All,
}

/// Permissions of one role.
pub type Permissions = BTreeSet<Permission>;

/// How far `roles` (each a set) let their holder do `verb` on `feature`; `None` = not at all. *Manage* counts only
/// beside read in the same role.
#[must_use]
pub fn reach<'a>(
    roles: impl IntoIterator<Item = &'a Permissions>,
    feature: Feature,
    verb: Verb,
) -> Option<Reach> {
    roles
        .into_iter()
        .filter(|role| role.contains(&Permission::new(feature, verb)))
        .filter_map(|role| {
            let reads = role.contains(&Permission::new(feature, Verb::Read));
            let manages = reads && role.contains(&Permission::new(feature, Verb::Manage));
            match (verb, manages) {
                (_, true) => Some(Reach::All),
                (Verb::Manage, false) => None,
                (_, false) => Some(Reach::Own),
            }
        })
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(cells: &[&str]) -> Permissions {
        cells.iter().map(|cell| cell.parse().unwrap()).collect()
    }

    #[test]
    fn manage_widens_only_within_the_role_that_also_reads() {
        let both = role(&["managed-account:read", "managed-account:manage"]);
        let reads = role(&["managed-account:read"]);
        let manages = role(&["managed-account:manage"]);
        assert_eq!(
            reach([&both], Feature::ManagedAccount, Verb::Read),
            Some(Reach::All)
        );
        assert_eq!(
            reach([&reads], Feature::ManagedAccount, Verb::Read),
            Some(Reach::Own)
        );
        assert_eq!(
            reach([&reads, &manages], Feature::ManagedAccount, Verb::Read),
            Some(Reach::Own)
        );
        assert_eq!(
            reach([&manages], Feature::ManagedAccount, Verb::Manage),
            None
        );
        assert_eq!(reach([&reads], Feature::Audit, Verb::Read), None);
    }

    #[test]
    fn cells_without_a_meaning_are_no_permissions() {
        assert!("audit:read".parse::<Permission>().is_ok());
        for text in [
            "audit:update",
            "email-notification:create",
            "api-token:manage",
            "audit",
            "x:read",
            "audit:x",
        ] {
            assert_eq!(text.parse::<Permission>(), Err(NotAPermission), "{text}");
        }
    }
}
