//! What Active Directory's refusals mean. The result code is the server's class of error; the first eight hexadecimal
//! digits of its text are the Windows error behind it, which often say more.

use super::Stop;
use super::connection::Trouble;
use ldap3::LdapResult;
use std::fmt;
use tenure_domain::order::FailureReason;

/// A "no" of the directory.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: u32,
    pub(super) text: String,
}

impl Refusal {
    pub(super) fn of(result: LdapResult) -> Self {
        Self {
            code: result.rc,
            text: result.text,
        }
    }

    /// Of a sign-in: the password is wrong, or the name (Microsoft, "LDAP Wiki: AD error codes", ERROR_LOGON_FAILURE).
    pub(super) fn is_wrong_password(&self) -> bool {
        self.code == 49 && self.text.contains("data 52e")
    }

    /// The Windows error behind it.
    fn windows(&self) -> Option<u32> {
        u32::from_str_radix(self.text.get(..8)?, 16).ok()
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "LDAP {}: {}",
            self.code,
            if self.text.is_empty() {
                "no text"
            } else {
                &self.text
            }
        )
    }
}

/// What was being done when the directory refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Add,
    Modify,
    Move,
    JoinGroup,
    LeaveGroup,
    SetPassword,
    Delete,
    Read,
}

/// ERROR_PASSWORD_RESTRICTION.
const WEAK_PASSWORD: u32 = 0x52D;
/// NTE_NO_KEY: the domain has no KDS root key, as `New-ADServiceAccount` is told too.
const NO_KEY: u32 = 0x8009_000D;
/// ERROR_DS_SPN_VALUE_NOT_UNIQUE_IN_FOREST.
const SPN_TAKEN: u32 = 0x21C7;
/// ERROR_DS_PARENT_IS_AN_ALIAS … as Samba and Windows say it of a parent that does not exist.
const NO_PARENT: [u32; 2] = [0x2095, 0x208D];

/// The reason that a person understands.
pub(super) fn reason(step: Step, refusal: &Refusal) -> FailureReason {
    use FailureReason as R;
    match (step, refusal.code, refusal.windows()) {
        (_, _, Some(WEAK_PASSWORD)) => R::PasswordPolicy,
        (Step::Add, _, Some(NO_KEY)) => R::NoRootKey,
        (Step::Add | Step::Modify, _, Some(SPN_TAKEN)) => R::SpnTaken,
        (Step::SetPassword, 19 | 53, _) => R::PasswordPolicy,
        (Step::Add, 32, _) | (Step::Move, 32, _) => R::NoSuchOu,
        (Step::Move, 80, Some(windows)) if NO_PARENT.contains(&windows) => R::NoSuchOu,
        (Step::JoinGroup, 32, _) => R::NoSuchGroup,
        (_, 32, _) => R::ObjectGone,
        (_, 8 | 50, _) => R::InsufficientRights,
        // The principal name is in use (ERROR_DS_UPN_VALUE_NOT_UNIQUE_IN_FOREST and kin).
        (Step::Add, 68, _) | (Step::Move, 68, _) => R::NameTaken,
        (Step::Add, 19, Some(0x202F | 0x21C8)) => R::NameTaken,
        (Step::Add | Step::Modify, 16 | 17 | 18 | 19 | 20 | 21 | 65 | 68, _) => R::AttributeRefused,
        (_, 34 | 64, _) => R::InvalidOrder,
        _ => R::Other,
    }
}

/// Trouble at a step, as the end of an attempt.
pub(super) fn at(step: Step) -> impl FnOnce(Trouble) -> Stop {
    move |trouble| match trouble {
        Trouble::Away(failure) => Stop::Away(failure),
        Trouble::Refused(refusal) => Stop::fail(reason(step, &refusal), refusal.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_the_table_has_its_reason() {
        use FailureReason as R;
        use Step as S;
        for (step, code, text, expected) in [
            (
                S::Add,
                68,
                "00002071: samldb: Account name already in use!",
                R::NameTaken,
            ),
            (S::Add, 68, "Entry already exists", R::NameTaken),
            (S::Add, 19, "0000202F: UPN in use", R::NameTaken),
            (S::Add, 53, "8009000D: SvcErr: DSID", R::NoRootKey),
            (S::Add, 19, "000021C7: AtrErr: DSID", R::SpnTaken),
            (S::Modify, 19, "000021C7: AtrErr: DSID", R::SpnTaken),
            (S::Add, 32, "00002030: parent does not exist!", R::NoSuchOu),
            (S::Move, 80, "00002095: parent does not exist!", R::NoSuchOu),
            (S::Move, 32, "0000208D: NameErr", R::NoSuchOu),
            (S::Move, 68, "Entry already exists", R::NameTaken),
            (
                S::Add,
                50,
                "acl: unable to get access",
                R::InsufficientRights,
            ),
            (
                S::Modify,
                50,
                "00002098: no write property access",
                R::InsufficientRights,
            ),
            (
                S::Add,
                19,
                "0000052D: Constraint violation",
                R::PasswordPolicy,
            ),
            (S::Add, 53, "0000052D: SvcErr", R::PasswordPolicy),
            (
                S::SetPassword,
                19,
                "check_password_restrictions",
                R::PasswordPolicy,
            ),
            (
                S::Modify,
                16,
                "attribute 'fooBar' was not found in the schema!",
                R::AttributeRefused,
            ),
            (S::Modify, 17, "00000057: LdapErr", R::AttributeRefused),
            (S::Modify, 65, "", R::AttributeRefused),
            (S::Add, 21, "", R::AttributeRefused),
            (S::Modify, 20, "", R::AttributeRefused),
            (S::JoinGroup, 32, "", R::NoSuchGroup),
            (S::JoinGroup, 50, "", R::InsufficientRights),
            (S::Modify, 32, "", R::ObjectGone),
            (S::Delete, 66, "", R::Other),
            (S::Read, 1, "ünïcödé", R::Other),
        ] {
            let refusal = Refusal {
                code,
                text: text.into(),
            };
            assert_eq!(reason(step, &refusal), expected, "{step:?} {refusal}");
        }
    }
}
