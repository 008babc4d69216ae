//! From what the directory says of one account to its signals.

use super::{Candidate, Risk, Signal};
use chrono::{DateTime, Utc};
use std::cmp::Reverse;
use uuid::Uuid;

/// userAccountControl, by Microsoft's names.
const ACCOUNTDISABLE: i64 = 0x2;
const PASSWD_NOTREQD: i64 = 0x20;
const ENCRYPTED_TEXT_PWD_ALLOWED: i64 = 0x80;
const DONT_EXPIRE_PASSWORD: i64 = 0x1_0000;
const TRUSTED_FOR_DELEGATION: i64 = 0x8_0000;
const USE_DES_KEY_ONLY: i64 = 0x20_0000;
const DONT_REQ_PREAUTH: i64 = 0x40_0000;
const TRUSTED_TO_AUTH_FOR_DELEGATION: i64 = 0x100_0000;
/// msDS-SupportedEncryptionTypes: either AES.
const AES: i64 = 0x18;

/// What counts.
#[derive(Clone, Debug)]
pub struct Criteria {
    /// Names of service accounts: `*` at the beginning or the end stands for anything.
    pub name_patterns: Vec<String>,
    /// From how many days on a password is old.
    pub old_password_days: i64,
    /// From how many days on an account is unused.
    pub unused_days: i64,
}

impl Default for Criteria {
    fn default() -> Self {
        let patterns = [
            "svc*", "*svc", "srv*", "service*", "*service", "sa-*", "sa_*", "*-sa", "sql*",
            "batch*", "task*", "backup*", "scan*", "bot-*", "app-*", "app_*",
        ];
        Self {
            name_patterns: patterns.map(str::to_owned).to_vec(),
            old_password_days: 365,
            unused_days: 90,
        }
    }
}

/// What the directory says of one account.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// objectGUID.
    pub id: Uuid,
    /// sAMAccountName.
    pub name: String,
    /// Where it is.
    pub dn: String,
    /// What its description says.
    pub description: Option<String>,
    /// Distinguished name of its manager.
    pub manager: Option<String>,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// userAccountControl.
    pub account_control: i64,
    /// msDS-SupportedEncryptionTypes.
    pub encryption_types: Option<i64>,
    /// How many service principal names it has.
    pub service_principal_names: usize,
    /// Has it services that it may impersonate people towards?
    pub delegates: bool,
    /// When its password was set; none if it must be changed at the next sign-in.
    pub password_set: Option<DateTime<Utc>>,
    /// When somebody last signed in, to within 14 days.
    pub last_sign_in: Option<DateTime<Utc>>,
    /// When it ends.
    pub expires: Option<DateTime<Utc>>,
    /// Is it a (group) managed service account?
    pub managed_service_account: bool,
    /// Privileged groups that it is a member of, possibly through others.
    pub privileged_groups: Vec<String>,
}

/// The account as a candidate, if anything about it says that it is a service account.
#[must_use]
pub fn assess(seen: Seen, criteria: &Criteria, now: DateTime<Utc>) -> Option<Candidate> {
    let mut signals = what_it_is(&seen, criteria);
    if signals.is_empty() {
        return None;
    }
    signals.extend(what_is_wrong(&seen, criteria, now));
    signals.sort_by_key(|signal| Reverse(signal.risk()));
    let risk = signals.iter().map(Signal::risk).max();
    Some(Candidate {
        id: seen.id,
        name: seen.name,
        dn: seen.dn,
        description: seen.description,
        manager: seen.manager,
        created: seen.created,
        risk: risk.unwrap_or(Risk::Low),
        signals,
    })
}

/// What people's accounts do not have.
fn what_it_is(seen: &Seen, criteria: &Criteria) -> Vec<Signal> {
    let has = |bit| seen.account_control & bit != 0;
    let pattern = criteria
        .name_patterns
        .iter()
        .find(|pattern| matches(pattern, &seen.name));
    let seen = [
        (seen.service_principal_names > 0).then_some(Signal::ServicePrincipalName {
            count: seen.service_principal_names,
        }),
        seen.managed_service_account
            .then_some(Signal::ManagedServiceAccount),
        pattern.map(|pattern| Signal::NamePattern {
            pattern: pattern.clone(),
        }),
        (has(DONT_EXPIRE_PASSWORD) && !seen.managed_service_account)
            .then_some(Signal::PasswordNeverExpires),
        has(TRUSTED_FOR_DELEGATION).then_some(Signal::UnconstrainedDelegation),
        has(TRUSTED_TO_AUTH_FOR_DELEGATION).then_some(Signal::ProtocolTransition),
        (seen.delegates && !has(TRUSTED_TO_AUTH_FOR_DELEGATION))
            .then_some(Signal::ConstrainedDelegation),
    ];
    seen.into_iter().flatten().collect()
}

fn what_is_wrong(seen: &Seen, criteria: &Criteria, now: DateTime<Utc>) -> Vec<Signal> {
    let has = |bit| seen.account_control & bit != 0;
    let days = |since: DateTime<Utc>| (now - since).num_days();
    let password = seen
        .password_set
        .map(days)
        .filter(|days| *days >= criteria.old_password_days);
    let used = match seen.last_sign_in {
        Some(last) => Some(days(last))
            .filter(|days| *days >= criteria.unused_days)
            .map(|days| Signal::Unused { days }),
        // What was made just now may still be used.
        None => seen
            .created
            .is_some_and(|created| days(created) >= criteria.unused_days)
            .then_some(Signal::NeverSignedIn),
    };
    let no_aes = seen.encryption_types.is_none_or(|types| types & AES == 0);
    let wrong = [
        (!seen.privileged_groups.is_empty()).then(|| Signal::Privileged {
            groups: seen.privileged_groups.clone(),
        }),
        has(DONT_REQ_PREAUTH).then_some(Signal::PreauthenticationOff),
        has(PASSWD_NOTREQD).then_some(Signal::PasswordNotRequired),
        has(ENCRYPTED_TEXT_PWD_ALLOWED).then_some(Signal::ReversiblePassword),
        has(USE_DES_KEY_ONLY).then_some(Signal::DesOnly),
        (seen.service_principal_names > 0 && no_aes && !has(USE_DES_KEY_ONLY))
            .then_some(Signal::WeakEncryption),
        password
            .filter(|_| !seen.managed_service_account)
            .map(|days| Signal::OldPassword { days }),
        used,
        has(ACCOUNTDISABLE).then_some(Signal::Disabled),
        seen.expires
            .is_some_and(|expires| expires <= now)
            .then_some(Signal::Expired),
    ];
    wrong.into_iter().flatten().collect()
}

/// Is the name of the pattern? Names are compared without case, as the directory does.
fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.to_lowercase(), name.to_lowercase());
    // The directory adds it to names of managed service accounts.
    let name = name.trim_end_matches('$');
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(_), Some(_)) => name.contains(pattern.trim_matches('*')),
        (Some(end), None) => name.ends_with(end),
        (None, Some(beginning)) => name.starts_with(beginning),
        (None, None) => name == pattern,
    }
}

#[cfg(test)]
mod tests;
