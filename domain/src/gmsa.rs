//! Group managed service accounts (gMSA): the domain controllers make such an account's password and change it at an
//! interval; nobody writes it down, and whoever is named may retrieve it. So there is nothing for a vault, nothing to
//! reveal and nothing to rotate.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Longest name, without the dollar sign that the directory's own name of such an account ends with.
pub const LONGEST_NAME: usize = 15;
/// The longest interval: a year.
pub const LONGEST_INTERVAL_DAYS: u16 = 365;
/// What only these accounts have, and what is said of it elsewhere than among the attributes.
const OF_ITS_OWN: [&str; 2] = ["dnshostname", "msds-supportedencryptiontypes"];

/// What a group managed service account has beside what every account has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gmsa {
    /// Distinguished names of the groups, computers and users that may retrieve the password; nobody else may.
    pub principals: Vec<String>,
    /// Kerberos encryption types that it accepts.
    #[serde(default = "aes")]
    pub encryption_types: Vec<EncryptionType>,
    /// The domain controllers change the password every so many days. Fixed once the account exists.
    #[serde(default = "month")]
    pub password_interval_days: u16,
}

fn aes() -> Vec<EncryptionType> {
    vec![EncryptionType::Aes128, EncryptionType::Aes256]
}

fn month() -> u16 {
    30
}

/// A Kerberos encryption type.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum EncryptionType {
    /// RC4-HMAC: weak, for services that know no other.
    Rc4,
    /// AES with 128 bits.
    Aes128,
    /// AES with 256 bits.
    Aes256,
}

impl EncryptionType {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Rc4, Self::Aes128, Self::Aes256];

    /// As written.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Rc4 => "rc4",
            Self::Aes128 => "aes128",
            Self::Aes256 => "aes256",
        }
    }

    /// Its bit of msDS-SupportedEncryptionTypes (MS-KILE 2.2.7).
    #[must_use]
    pub fn bit(self) -> i64 {
        match self {
            Self::Rc4 => 0x4,
            Self::Aes128 => 0x8,
            Self::Aes256 => 0x10,
        }
    }

    /// Those that a value of msDS-SupportedEncryptionTypes names, and what else it says, in hexadecimal.
    #[must_use]
    pub fn named_by(value: i64) -> Vec<String> {
        let is_in = |one: &Self| value & one.bit() != 0;
        let known = Self::ALL.into_iter().filter(is_in);
        let mut named: Vec<String> = known.clone().map(|one| one.text().to_owned()).collect();
        let rest = known.fold(value, |rest, one| rest & !one.bit());
        if rest != 0 {
            named.push(format!("{rest:#x}"));
        }
        named
    }
}

impl Gmsa {
    /// The value of msDS-SupportedEncryptionTypes.
    #[must_use]
    pub fn encryption_bits(&self) -> i64 {
        let types = self.encryption_types.iter();
        types.fold(0, |bits, one| bits | one.bit())
    }

    /// The encryption types as written, in order, each once.
    #[must_use]
    pub fn encryption_names(&self) -> Vec<String> {
        let types: BTreeSet<_> = self.encryption_types.iter().collect();
        types.iter().map(|one| one.text().to_owned()).collect()
    }
}

/// May no template, request or order set this attribute of such an account by its name?
#[must_use]
pub fn has_of_its_own(attribute: &str) -> bool {
    OF_ITS_OWN.contains(&attribute.to_ascii_lowercase().as_str())
}

/// The first character of a name that such an account cannot have: the name is a host's name too.
#[must_use]
pub fn forbidden_in(name: &str) -> Option<char> {
    name.chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_types_are_the_bits_that_kerberos_knows() {
        let gmsa = Gmsa {
            principals: vec![],
            encryption_types: vec![EncryptionType::Aes256, EncryptionType::Aes128],
            password_interval_days: 30,
        };
        assert_eq!(gmsa.encryption_bits(), 24);
        assert_eq!(gmsa.encryption_names(), ["aes128", "aes256"]);
        assert_eq!(EncryptionType::named_by(24), ["aes128", "aes256"]);
        assert_eq!(
            EncryptionType::named_by(0x1f),
            ["rc4", "aes128", "aes256", "0x3"]
        );
        assert_eq!(EncryptionType::named_by(0), [""; 0]);
    }

    #[test]
    fn what_is_left_out_is_as_safe_as_the_directory_allows() {
        let gmsa: Gmsa = serde_json::from_str(r#"{"principals":["CN=Web,DC=corp"]}"#).unwrap();
        assert_eq!(
            (gmsa.encryption_bits(), gmsa.password_interval_days),
            (24, 30)
        );
    }
}
