//! Attributes of user objects in Active Directory: what a value may look like, how many there may be, and which ones no
//! template, request or order ever sets. Checked before anything is queued; the directory has the last word.
//!
//! Source of the table: [MS-ADA1], [MS-ADA2], [MS-ADA3] (attributeSyntax, isSingleValued, rangeUpper), as of Windows
//! Server 2016. An attribute that is not in it, of an organisation's own schema for instance, has general limits.

use crate::{
    dn::Dn,
    problem::{self, FieldProblem, Problem},
};
use std::collections::BTreeSet;

/// Longest value where the directory sets no limit, in UTF-16 units, as it counts.
pub const LONGEST_VALUE: u32 = 1_024;
/// Most values of one attribute.
pub const MOST_VALUES: usize = 64;

/// Form of an attribute's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// One line of text.
    Text,
    /// Text that may have several lines.
    Lines,
    /// ASCII text.
    Ascii,
    /// Digits and spaces.
    Digits,
    /// A whole number.
    Number,
    /// A distinguished name.
    Name,
    /// A service principal name, `MSSQLSvc/db1.corp.example.com:1433`.
    Principal,
    /// Octets: not to be given as text.
    Binary,
}

/// One attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// LDAP display name.
    pub name: &'static str,
    /// Form of its values.
    pub syntax: Syntax,
    /// Longest value in UTF-16 units; for a number, the greatest.
    pub most: u32,
    /// At most one value?
    pub single: bool,
}

const fn one(name: &'static str, syntax: Syntax, most: u32) -> Attribute {
    Attribute {
        name,
        syntax,
        most,
        single: true,
    }
}

const fn many(name: &'static str, syntax: Syntax, most: u32) -> Attribute {
    Attribute {
        name,
        syntax,
        most,
        single: false,
    }
}

use Syntax::{Ascii, Binary, Digits, Lines, Name, Number, Principal, Text};

const UNBOUNDED: u32 = LONGEST_VALUE;
/// Where the directory would take more than anybody needs.
const MOST: u32 = 4_096;

/// What user objects commonly carry.
#[rustfmt::skip]
pub const TABLE: &[Attribute] = &[
    one("adminDisplayName", Text, 256),
    one("assistant", Name, 0),
    many("audio", Binary, 0),
    one("c", Text, 3),
    many("carLicense", Text, UNBOUNDED),
    one("co", Text, 128),
    one("codePage", Number, 65_535),
    one("comment", Lines, UNBOUNDED),
    one("company", Text, 64),
    one("countryCode", Number, 65_535),
    one("department", Text, 64),
    many("departmentNumber", Text, UNBOUNDED),
    one("desktopProfile", Text, UNBOUNDED),
    one("displayName", Text, 256),
    one("displayNamePrintable", Ascii, 256),
    one("division", Text, 256),
    one("employeeID", Text, 16),
    one("employeeNumber", Text, 512),
    one("employeeType", Text, 256),
    one("facsimileTelephoneNumber", Text, 64),
    one("gecos", Ascii, MOST),
    one("generationQualifier", Text, 64),
    one("gidNumber", Number, 2_147_483_647),
    one("givenName", Text, 64),
    one("homeDirectory", Text, UNBOUNDED),
    one("homeDrive", Text, UNBOUNDED),
    one("homePhone", Text, 64),
    one("homePostalAddress", Lines, 4_096),
    many("houseIdentifier", Text, MOST),
    one("info", Lines, 1_024),
    one("initials", Text, 6),
    many("internationalISDNNumber", Digits, 16),
    one("ipPhone", Text, 64),
    many("jpegPhoto", Binary, 0),
    one("l", Text, 128),
    many("labeledURI", Text, UNBOUNDED),
    one("loginShell", Ascii, 1_024),
    one("logonHours", Binary, 0),
    one("logonWorkstation", Binary, 0),
    one("mail", Text, 256),
    one("manager", Name, 0),
    one("middleName", Text, 64),
    one("mobile", Text, 64),
    one("msDS-PhoneticDisplayName", Text, 256),
    one("msDS-SupportedEncryptionTypes", Number, 2_147_483_647),
    many("o", Text, 64),
    many("otherFacsimileTelephoneNumber", Text, 64),
    many("otherHomePhone", Text, 64),
    many("otherIpPhone", Text, UNBOUNDED),
    many("otherMailbox", Text, UNBOUNDED),
    many("otherMobile", Text, 64),
    many("otherPager", Text, 64),
    many("otherTelephone", Text, 64),
    one("pager", Text, 64),
    one("personalTitle", Text, 64),
    many("photo", Binary, 0),
    one("physicalDeliveryOfficeName", Text, 128),
    many("postalAddress", Lines, 4_096),
    one("postalCode", Text, 40),
    many("postOfficeBox", Text, 40),
    one("preferredLanguage", Text, UNBOUNDED),
    one("primaryInternationalISDNNumber", Text, 64),
    one("primaryTelexNumber", Text, 64),
    one("profilePath", Text, UNBOUNDED),
    many("proxyAddresses", Text, 1_123),
    many("roomNumber", Text, UNBOUNDED),
    one("scriptPath", Text, UNBOUNDED),
    many("secretary", Name, 0),
    many("seeAlso", Name, 0),
    many("servicePrincipalName", Principal, UNBOUNDED),
    one("sn", Text, 64),
    one("st", Text, 128),
    one("street", Lines, 1_024),
    one("streetAddress", Lines, 1_024),
    one("telephoneNumber", Text, 64),
    one("thumbnailLogo", Binary, 0),
    one("thumbnailPhoto", Binary, 0),
    one("title", Text, 128),
    many("uid", Text, UNBOUNDED),
    one("uidNumber", Number, 2_147_483_647),
    one("unixHomeDirectory", Ascii, 2_048),
    many("url", Text, UNBOUNDED),
    one("userSharedFolder", Text, UNBOUNDED),
    many("userSMIMECertificate", Binary, 0),
    one("userWorkstations", Text, 1_024),
    one("wWWHomePage", Text, 2_048),
];

/// Never set as attributes: credentials, identity, privilege, what the directory keeps itself, and what has a field of its
/// own in Tenure.
pub const RESERVED: &[&str] = &[
    "accountexpires",
    "admincount",
    "admindescription",
    "altsecurityidentities",
    "badpasswordtime",
    "badpwdcount",
    "cn",
    "dbcspwd",
    "description",
    "distinguishedname",
    "grouptype",
    "instancetype",
    "iscriticalsystemobject",
    "isdeleted",
    "lastlogoff",
    "lastlogon",
    "lastlogontimestamp",
    "lmpwdhistory",
    "lockouttime",
    "logoncount",
    "member",
    "memberof",
    "name",
    "ntpwdhistory",
    "ntsecuritydescriptor",
    "objectcategory",
    "objectclass",
    "objectguid",
    "objectsid",
    "ou",
    "primarygroupid",
    "pwdlastset",
    "samaccountname",
    "samaccounttype",
    "sidhistory",
    "supplementalcredentials",
    "systemflags",
    "unicodepwd",
    "unixuserpassword",
    "useraccountcontrol",
    "usercertificate",
    "userpassword",
    "userprincipalname",
    "whenchanged",
    "whencreated",
];

/// The same for whole families: delegation, key credentials, managed passwords, computed user attributes.
pub const RESERVED_PREFIXES: &[&str] = &[
    "ms-ds-",
    "msds-allowedto",
    "msds-groupmsa",
    "msds-keycredential",
    "msds-managedpassword",
    "msds-user",
];

/// Do two sets of values say the same? Compared as the directory does: without regard to order, case and runs of spaces.
#[must_use]
pub fn same_values(one: &[String], other: &[String]) -> bool {
    let folded = |values: &[String]| -> BTreeSet<String> {
        let words = |value: &String| value.split_whitespace().collect::<Vec<_>>().join(" ");
        values
            .iter()
            .map(|value| words(value).to_lowercase())
            .collect()
    };
    folded(one) == folded(other)
}

/// May no template, request or order set this attribute?
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let folded = name.to_ascii_lowercase();
    RESERVED.contains(&folded.as_str())
        || RESERVED_PREFIXES
            .iter()
            .any(|prefix| folded.starts_with(prefix))
}

/// What the table says of it; names are compared without regard to case.
#[must_use]
pub fn known(name: &str) -> Option<&'static Attribute> {
    TABLE
        .iter()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}

/// Everything wrong with the name of an attribute that somebody wants to set.
#[must_use]
pub fn name_problems(field: &str, name: &str) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    problem::text(&mut found, field, name, 64);
    let mut say = |problem| found.push(FieldProblem::at(field, problem));
    // An object identifier or an option (`unicodePwd;binary`) would slip past the list.
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !plain && !name.is_empty() {
        let expected = "the LDAP display name of an attribute".into();
        say(Problem::Malformed { expected });
    }
    if is_reserved(name) {
        say(Problem::Reserved);
    }
    if known(name).is_some_and(|known| known.syntax == Binary) {
        let expected = "an attribute that holds text".into();
        say(Problem::Malformed { expected });
    }
    found
}

/// Everything wrong with these values of the attribute `name`, each problem once.
#[must_use]
pub fn value_problems(field: &str, name: &str, values: &[String]) -> Vec<FieldProblem> {
    let unknown = many("", Text, LONGEST_VALUE);
    let attribute = known(name).unwrap_or(&unknown);
    let mut found: Vec<Problem> = Vec::new();
    let mut say = |problem| {
        if !found.contains(&problem) {
            found.push(problem);
        }
    };
    let most = if attribute.single { 1 } else { MOST_VALUES };
    if values.len() > most {
        say(Problem::TooMany { most });
    }
    let mut seen = BTreeSet::new();
    for value in values {
        // The directory compares without regard to case and refuses the same value twice.
        if !seen.insert(value.to_lowercase()) {
            say(Problem::Duplicate);
        }
        if value.trim().is_empty() {
            say(Problem::Missing);
        } else if let Some(problem) = value_problem(attribute, value) {
            say(problem);
        }
    }
    found
        .into_iter()
        .map(|problem| FieldProblem::at(field, problem))
        .collect()
}

fn value_problem(attribute: &Attribute, value: &str) -> Option<Problem> {
    let lines = attribute.syntax == Lines;
    let control = |c: &char| c.is_control() && !(lines && matches!(c, '\n' | '\r' | '\t'));
    if let Some(character) = value.chars().find(control) {
        return Some(Problem::ForbiddenCharacter { character });
    }
    let malformed = |expected: &str| {
        Some(Problem::Malformed {
            expected: expected.into(),
        })
    };
    match attribute.syntax {
        Number => {
            let number = value.parse::<u32>().ok().filter(|n| *n <= attribute.most);
            if number.is_none_or(|number| number.to_string() != value) {
                return malformed(&format!("a whole number from 0 to {}", attribute.most));
            }
            return None;
        }
        Name if Dn::parse(value).is_none() => {
            return malformed(
                "a distinguished name such as CN=Jo Miller,OU=People,DC=corp,DC=example,DC=com",
            );
        }
        Ascii if !value.is_ascii() => return malformed("of ASCII characters"),
        Digits if !value.chars().all(|c| c.is_ascii_digit() || c == ' ') => {
            return malformed("of digits and spaces");
        }
        Principal if !is_principal(value) => {
            return malformed(
                "a service principal name such as MSSQLSvc/db1.corp.example.com:1433",
            );
        }
        Binary => return malformed("of an attribute that holds text"),
        Text | Lines | Ascii | Digits | Name | Principal => {}
    }
    let most = if attribute.most == 0 {
        LONGEST_VALUE
    } else {
        attribute.most
    };
    let most = most as usize;
    (value.encode_utf16().count() > most).then_some(Problem::TooLong { most })
}

fn is_principal(value: &str) -> bool {
    let mut parts = value.split('/');
    let full = |part: Option<&str>| part.is_some_and(|part| !part.is_empty());
    full(parts.next())
        && full(parts.next())
        && parts.all(|part| !part.is_empty())
        && !value.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(name: &str, values: &[&str]) -> Vec<String> {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        value_problems("value", name, &values)
            .iter()
            .map(|problem| problem.problem.to_string())
            .collect()
    }

    #[test]
    fn the_table_is_in_order_and_names_nothing_that_is_reserved() {
        for pair in TABLE.windows(2) {
            assert!(
                pair[0].name.to_ascii_lowercase() < pair[1].name.to_ascii_lowercase(),
                "{pair:?}"
            );
        }
        for attribute in TABLE {
            assert!(!is_reserved(attribute.name), "{}", attribute.name);
        }
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn every_bound_of_the_table_holds_to_the_letter() {
        for attribute in TABLE
            .iter()
            .filter(|attribute| matches!(attribute.syntax, Text | Lines | Ascii | Digits))
        {
            let longest = "7".repeat(attribute.most as usize);
            assert_eq!(said(attribute.name, &[&longest]), [""; 0], "{attribute:?}");
            let too_long = longest + "7";
            let expected = format!("is longer than {} characters", attribute.most);
            assert_eq!(
                said(attribute.name, &[&too_long]),
                [expected],
                "{attribute:?}"
            );
        }
        for attribute in TABLE.iter().filter(|a| a.single && a.syntax == Text) {
            assert_eq!(
                said(attribute.name, &["a", "b"]),
                ["allows at most 1"],
                "{attribute:?}"
            );
        }
    }

    #[test]
    fn a_value_is_measured_as_the_directory_measures_it() {
        // 64 UTF-16 units: a clef is two.
        assert_eq!(said("department", &["𝄞".repeat(32).as_str()]), [""; 0]);
        assert_eq!(
            said("DEPARTMENT", &["𝄞".repeat(33).as_str()]),
            ["is longer than 64 characters"]
        );
    }

    #[test]
    fn values_have_the_form_of_their_attribute() {
        for (name, good, bad) in [
            ("countryCode", "49", "-1"),
            ("countryCode", "65535", "65536"),
            ("countryCode", "0", "007"),
            ("msDS-SupportedEncryptionTypes", "24", "AES"),
            (
                "manager",
                "CN=Jo,OU=People,DC=corp,DC=example",
                "<GUID=ca1c336e-4fc3-4505-8be4-5780420217bc>",
            ),
            (
                "servicePrincipalName",
                "MSSQLSvc/db1.corp.example:1433",
                "MSSQLSvc",
            ),
            ("servicePrincipalName", "http/www", "http/"),
            ("servicePrincipalName", "http/www/corp", "http/w w"),
            ("loginShell", "/bin/sh", "/bin/Schäl"),
            ("internationalISDNNumber", "49 30 1", "+49"),
            ("department", "Forschung & Entwicklung", "a\nb"),
            ("info", "two\r\nlines", "a\0b"),
            ("info", "x", " "),
            ("thirdPartyAttribute", "anything", "a\u{7}b"),
        ] {
            assert_eq!(said(name, &[good]), [""; 0], "{name} {good:?}");
            assert_eq!(said(name, &[bad]).len(), 1, "{name} {bad:?}");
        }
        assert_eq!(said("otherTelephone", &["1", "2"]), [""; 0]);
        assert_eq!(said("otherTelephone", &["a", "A"]), ["is there twice"]);
        assert_eq!(said("jpegPhoto", &["x"]).len(), 1);
    }

    #[test]
    fn reserved_attributes_are_known_in_every_spelling() {
        for name in [
            "unicodePwd",
            "USERACCOUNTCONTROL",
            "sAMAccountName",
            "adminDescription",
            "accountExpires",
            "memberOf",
            "msDS-AllowedToDelegateTo",
            "msDS-KeyCredentialLink",
        ] {
            assert!(is_reserved(name), "{name}");
            assert!(!name_problems("name", name).is_empty());
        }
        for name in [
            "unicodePwd;binary",
            "1.2.840.113556.1.4.90",
            "a b",
            "",
            "jpegPhoto",
        ] {
            assert!(!name_problems("name", name).is_empty(), "{name}");
        }
        assert_eq!(name_problems("name", "extensionAttribute1"), vec![]);
    }
}
