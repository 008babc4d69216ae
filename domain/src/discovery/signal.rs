//! What can be seen in one account. Each signal has a risk and, where one fits, the id of the OWASP Non-Human Identities
//! Top 10 of 2025 (<https://owasp.org/www-project-non-human-identities-top-10/2025/>).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How urgent it is to look.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Risk {
    /// Says only what the account is.
    Low,
    /// Should be mended.
    Medium,
    /// Is what attackers look for.
    High,
}

impl Risk {
    /// All of them, the worst first.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// As people read it.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// Kinds of what can be seen, the riskiest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// Member of a privileged group, possibly through others.
    Privileged,
    /// Whoever signs in to it can be impersonated anywhere.
    UnconstrainedDelegation,
    /// May impersonate anybody towards some services.
    ProtocolTransition,
    /// Its password can be guessed offline by anybody.
    PreauthenticationOff,
    /// May have an empty password.
    PasswordNotRequired,
    /// Its password can be read from the directory's database.
    ReversiblePassword,
    /// Tickets for it are encrypted by DES alone.
    DesOnly,
    /// May impersonate those who signed in towards some services.
    ConstrainedDelegation,
    /// Tickets for it are encrypted without AES.
    WeakEncryption,
    /// Its password never expires.
    PasswordNeverExpires,
    /// Its password is old.
    OldPassword,
    /// Nobody has ever signed in.
    NeverSignedIn,
    /// Nobody has signed in for long.
    Unused,
    /// Runs a service.
    ServicePrincipalName,
    /// Disabled, and still there.
    Disabled,
    /// Expired, and still there.
    Expired,
    /// A (group) managed service account.
    ManagedServiceAccount,
    /// Named as service accounts are.
    NamePattern,
}

impl SignalKind {
    /// All of them, the riskiest first.
    pub const ALL: [Self; 18] = [
        Self::Privileged,
        Self::UnconstrainedDelegation,
        Self::ProtocolTransition,
        Self::PreauthenticationOff,
        Self::PasswordNotRequired,
        Self::ReversiblePassword,
        Self::DesOnly,
        Self::ConstrainedDelegation,
        Self::WeakEncryption,
        Self::PasswordNeverExpires,
        Self::OldPassword,
        Self::NeverSignedIn,
        Self::Unused,
        Self::ServicePrincipalName,
        Self::Disabled,
        Self::Expired,
        Self::ManagedServiceAccount,
        Self::NamePattern,
    ];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Privileged => "privileged",
            Self::UnconstrainedDelegation => "unconstrained-delegation",
            Self::ProtocolTransition => "protocol-transition",
            Self::PreauthenticationOff => "preauthentication-off",
            Self::PasswordNotRequired => "password-not-required",
            Self::ReversiblePassword => "reversible-password",
            Self::DesOnly => "des-only",
            Self::ConstrainedDelegation => "constrained-delegation",
            Self::WeakEncryption => "weak-encryption",
            Self::PasswordNeverExpires => "password-never-expires",
            Self::OldPassword => "old-password",
            Self::NeverSignedIn => "never-signed-in",
            Self::Unused => "unused",
            Self::ServicePrincipalName => "service-principal-name",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::ManagedServiceAccount => "managed-service-account",
            Self::NamePattern => "name-pattern",
        }
    }

    /// In words, of accounts in general.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Privileged => "member of a privileged group",
            Self::UnconstrainedDelegation => "unconstrained delegation",
            Self::ProtocolTransition => "may impersonate anybody (protocol transition)",
            Self::PreauthenticationOff => "Kerberos pre-authentication is off",
            Self::PasswordNotRequired => "may have an empty password",
            Self::ReversiblePassword => "password stored with reversible encryption",
            Self::DesOnly => "DES only",
            Self::ConstrainedDelegation => "constrained delegation",
            Self::WeakEncryption => "no AES for its tickets",
            Self::PasswordNeverExpires => "password never expires",
            Self::OldPassword => "old password",
            Self::NeverSignedIn => "never signed in",
            Self::Unused => "not signed in for long",
            Self::ServicePrincipalName => "service principal names",
            Self::Disabled => "disabled, and still there",
            Self::Expired => "expired, and still there",
            Self::ManagedServiceAccount => "managed service account",
            Self::NamePattern => "named like a service account",
        }
    }

    /// How urgent it is to look.
    #[must_use]
    pub fn risk(self) -> Risk {
        match self {
            Self::Privileged
            | Self::UnconstrainedDelegation
            | Self::ProtocolTransition
            | Self::PreauthenticationOff
            | Self::PasswordNotRequired
            | Self::ReversiblePassword
            | Self::DesOnly => Risk::High,
            Self::ConstrainedDelegation
            | Self::WeakEncryption
            | Self::PasswordNeverExpires
            | Self::OldPassword
            | Self::NeverSignedIn
            | Self::Unused => Risk::Medium,
            Self::ServicePrincipalName
            | Self::Disabled
            | Self::Expired
            | Self::ManagedServiceAccount
            | Self::NamePattern => Risk::Low,
        }
    }

    /// Id in the OWASP Non-Human Identities Top 10 of 2025.
    #[must_use]
    pub fn nhi(self) -> Option<&'static str> {
        match self {
            Self::NeverSignedIn | Self::Unused | Self::Disabled | Self::Expired => {
                Some("NHI1:2025")
            }
            Self::ReversiblePassword => Some("NHI2:2025"),
            Self::PreauthenticationOff
            | Self::PasswordNotRequired
            | Self::DesOnly
            | Self::WeakEncryption
            | Self::ServicePrincipalName => Some("NHI4:2025"),
            Self::Privileged
            | Self::UnconstrainedDelegation
            | Self::ProtocolTransition
            | Self::ConstrainedDelegation => Some("NHI5:2025"),
            Self::PasswordNeverExpires | Self::OldPassword => Some("NHI7:2025"),
            Self::ManagedServiceAccount | Self::NamePattern => None,
        }
    }
}

/// One thing that was seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "signal", rename_all = "kebab-case")]
pub enum Signal {
    /// Member of a privileged group, possibly through others.
    Privileged {
        /// Names of the groups.
        groups: Vec<String>,
    },
    /// Whoever signs in to it can be impersonated anywhere.
    UnconstrainedDelegation,
    /// May impersonate anybody towards some services, without their signing in.
    ProtocolTransition,
    /// May impersonate those who signed in towards some services.
    ConstrainedDelegation,
    /// Its password can be guessed offline by anybody.
    PreauthenticationOff,
    /// May have an empty password.
    PasswordNotRequired,
    /// Its password can be read from the directory's database.
    ReversiblePassword,
    /// Tickets for it are encrypted by DES alone.
    DesOnly,
    /// Tickets for it are encrypted without AES.
    WeakEncryption,
    /// Runs a service: anybody in the domain may ask for a ticket and guess the password offline.
    ServicePrincipalName {
        /// How many names.
        count: usize,
    },
    /// Its password never expires.
    PasswordNeverExpires,
    /// Its password is old.
    OldPassword {
        /// Days since it was set.
        days: i64,
    },
    /// Nobody has ever signed in.
    NeverSignedIn,
    /// Nobody has signed in for long. The directory tells this with up to 14 days' delay.
    Unused {
        /// Days since the last time.
        days: i64,
    },
    /// Disabled, and still there.
    Disabled,
    /// Expired, and still there.
    Expired,
    /// A (group) managed service account, whose password the directory changes.
    ManagedServiceAccount,
    /// Named as service accounts are.
    NamePattern {
        /// The pattern.
        pattern: String,
    },
}

impl Signal {
    /// Which kind.
    #[must_use]
    pub fn kind(&self) -> SignalKind {
        match self {
            Self::Privileged { .. } => SignalKind::Privileged,
            Self::UnconstrainedDelegation => SignalKind::UnconstrainedDelegation,
            Self::ProtocolTransition => SignalKind::ProtocolTransition,
            Self::PreauthenticationOff => SignalKind::PreauthenticationOff,
            Self::PasswordNotRequired => SignalKind::PasswordNotRequired,
            Self::ReversiblePassword => SignalKind::ReversiblePassword,
            Self::DesOnly => SignalKind::DesOnly,
            Self::ConstrainedDelegation => SignalKind::ConstrainedDelegation,
            Self::WeakEncryption => SignalKind::WeakEncryption,
            Self::PasswordNeverExpires => SignalKind::PasswordNeverExpires,
            Self::OldPassword { .. } => SignalKind::OldPassword,
            Self::NeverSignedIn => SignalKind::NeverSignedIn,
            Self::Unused { .. } => SignalKind::Unused,
            Self::ServicePrincipalName { .. } => SignalKind::ServicePrincipalName,
            Self::Disabled => SignalKind::Disabled,
            Self::Expired => SignalKind::Expired,
            Self::ManagedServiceAccount => SignalKind::ManagedServiceAccount,
            Self::NamePattern { .. } => SignalKind::NamePattern,
        }
    }

    /// How urgent it is to look.
    #[must_use]
    pub fn risk(&self) -> Risk {
        self.kind().risk()
    }

    /// Id in the OWASP Non-Human Identities Top 10 of 2025.
    #[must_use]
    pub fn nhi(&self) -> Option<&'static str> {
        self.kind().nhi()
    }

    /// In words.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Privileged { groups } => format!("member of {}", groups.join(", ")),
            Self::UnconstrainedDelegation => "unconstrained delegation".into(),
            Self::ProtocolTransition => "may impersonate anybody (protocol transition)".into(),
            Self::ConstrainedDelegation => "constrained delegation".into(),
            Self::PreauthenticationOff => "Kerberos pre-authentication is off".into(),
            Self::PasswordNotRequired => "may have an empty password".into(),
            Self::ReversiblePassword => "password stored with reversible encryption".into(),
            Self::DesOnly => "DES only".into(),
            Self::WeakEncryption => "no AES for its tickets".into(),
            Self::ServicePrincipalName { count: 1 } => "one service principal name".into(),
            Self::ServicePrincipalName { count } => format!("{count} service principal names"),
            Self::PasswordNeverExpires => "password never expires".into(),
            Self::OldPassword { days } => format!("password {days} days old"),
            Self::NeverSignedIn => "never signed in".into(),
            Self::Unused { days } => format!("not signed in for {days} days"),
            Self::Disabled => "disabled, and still there".into(),
            Self::Expired => "expired, and still there".into(),
            Self::ManagedServiceAccount => "managed service account".into(),
            Self::NamePattern { pattern } => format!("named like {pattern}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_written_as_the_signal_itself_and_all_are_named_the_riskiest_first() {
        for (signal, kind) in [
            (Signal::DesOnly, SignalKind::DesOnly),
            (Signal::OldPassword { days: 1 }, SignalKind::OldPassword),
            (Signal::NeverSignedIn, SignalKind::NeverSignedIn),
        ] {
            assert_eq!(signal.kind(), kind);
            let json = serde_json::to_value(&signal).unwrap();
            assert_eq!(json["signal"], kind.text());
        }
        assert!(SignalKind::ALL.is_sorted_by_key(|kind| std::cmp::Reverse(kind.risk())));
    }
}
