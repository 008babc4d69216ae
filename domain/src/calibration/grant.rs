//! The commands that grant a right, for a domain's administrator. They are copied into a shell and run with high rights, so
//! every name in them is quoted, and one that cannot be quoted safely makes no command at all.

use super::{AccountClass, Right};

/// Class and attribute in Active Directory's schema, the same in every forest (Microsoft, "Active Directory Schema").
const MEMBER: &str = "bf9679c0-0de6-11d0-a285-00aa003049e2";
/// Longest name that is put into a command, in characters.
const LONGEST: usize = 512;

/// Who is granted something.
#[derive(Clone, Copy, Debug)]
pub struct Grantee<'a> {
    /// The account that the engine signs in with: `name@domain`, `DOMAIN\name` or a distinguished name.
    pub account: &'a str,
    /// The domain's base, for what belongs to the domain as a whole.
    pub base_dn: &'a str,
}

/// The commands: either one grants the right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// For `cmd` and PowerShell; none: a name in it cannot be quoted for both, or it takes no such account name.
    pub dsacls: Option<String>,
    /// For PowerShell with the module ActiveDirectory; none: it cannot do this.
    pub powershell: Option<String>,
}

impl Right {
    /// What grants it to the account at this place.
    #[must_use]
    pub fn grant(&self, dn: &str, to: Grantee<'_>) -> Grant {
        Grant {
            dsacls: self.dsacls(dn, to),
            powershell: self.powershell(dn, to.account),
        }
    }

    fn dsacls(&self, dn: &str, to: Grantee<'_>) -> Option<String> {
        let account = doubly_quotable(to.account)?;
        if account.contains('=') || account.contains(':') {
            return None;
        }
        let place = || doubly_quotable(dn);
        Some(match self {
            Self::CreateAccounts { class } => {
                format!(
                    "dsacls \"{}\" /I:T /G \"{account}:CCDC;{}\"",
                    place()?,
                    class.object_class()
                )
            }
            Self::WriteAttributes { class, names } => {
                let class = class.object_class();
                let grant = |name: &String| {
                    Some(format!(
                        " \"{account}:WP;{};{class}\"",
                        attribute_name(name)?
                    ))
                };
                let grants: String = names.iter().map(grant).collect::<Option<_>>()?;
                format!("dsacls \"{}\" /I:S /G{grants}", place()?)
            }
            Self::ChangeMembers => {
                format!("dsacls \"{}\" /G \"{account}:WP;member\"", place()?)
            }
            Self::SeeDeletions => {
                let context = doubly_quotable(naming_context(to.base_dn)?)?;
                let deleted = format!("CN=Deleted Objects,{context}");
                // Two lines: Windows PowerShell knows no `&&`, and `cmd` no `;`.
                format!(
                    "dsacls \"{deleted}\" /takeownership\ndsacls \"{deleted}\" /G \"{account}:LCRP\""
                )
            }
        })
    }

    fn powershell(&self, dn: &str, account: &str) -> Option<String> {
        let rule = "[System.DirectoryServices.ActiveDirectoryAccessRule]::new";
        let rules = match self {
            Self::CreateAccounts { class } => format!(
                "$a.AddAccessRule({rule}($s, 'CreateChild, DeleteChild', 'Allow', [guid]'{}', 'All'))",
                class.schema_id()
            ),
            Self::WriteAttributes { class, names } => {
                let quoted = |name: &String| Some(format!("'{}'", attribute_name(name)?));
                let names = names.iter().map(quoted).collect::<Option<Vec<_>>>()?;
                format!(
                    "foreach ($n in {}) {{ \
                     $g = [guid](Get-ADObject -SearchBase (Get-ADRootDSE).schemaNamingContext \
                     -LDAPFilter \"(lDAPDisplayName=$n)\" -Properties schemaIDGUID).schemaIDGUID; \
                     $a.AddAccessRule({rule}($s, 'WriteProperty', 'Allow', $g, 'Descendents', [guid]'{}')) }}",
                    names.join(", "),
                    class.schema_id()
                )
            }
            Self::ChangeMembers => format!(
                "$a.AddAccessRule({rule}($s, 'WriteProperty', 'Allow', [guid]'{MEMBER}', 'None'))"
            ),
            // The module's drive does not show the container of deleted objects.
            Self::SeeDeletions => return None,
        };
        let who = quoted(account)?;
        let sid = match account.contains('=') {
            true => format!("(Get-ADUser -Identity {who}).SID"),
            false => format!(
                "([System.Security.Principal.NTAccount]{who}).Translate([System.Security.Principal.SecurityIdentifier])"
            ),
        };
        let place = usable(dn).then(|| quoted(&format!("AD:\\{dn}")))??;
        Some(format!(
            "Import-Module ActiveDirectory; $s = {sid}; $p = {place}; $a = Get-Acl -LiteralPath $p; {rules}; \
             Set-Acl -LiteralPath $p -AclObject $a"
        ))
    }
}

impl AccountClass {
    fn schema_id(self) -> &'static str {
        match self {
            Self::User => "bf967aba-0de6-11d0-a285-00aa003049e2",
            Self::ManagedServiceAccount => "7b8b558a-93a5-4af7-adca-c017e67f1057",
        }
    }
}

/// As it stands between double quotes, for both shells; `cmd` knows no way to escape a percent sign there.
fn doubly_quotable(text: &str) -> Option<&str> {
    let odd = |c: char| c.is_control() || "\"%$`!“”„".contains(c);
    let ends_quote = text.ends_with('\\');
    (usable(text) && !text.contains(odd) && !ends_quote).then_some(text)
}

/// A text between PowerShell's single quotes, of which it takes the typographic ones for the same.
fn quoted(text: &str) -> Option<String> {
    if !usable(text) {
        return None;
    }
    let mut quoted = String::from("'");
    for c in text.chars() {
        if matches!(c, '\'' | '‘' | '’' | '‚' | '‛') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    Some(quoted)
}

fn usable(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST && !text.contains(char::is_control)
}

fn attribute_name(name: &str) -> Option<&str> {
    let sign = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    ((1..=64).contains(&name.len()) && name.bytes().all(sign)).then_some(name)
}

/// The part of a distinguished name that names the domain.
fn naming_context(dn: &str) -> Option<&str> {
    let mut rest = dn.trim();
    while !rest.is_empty() {
        let is_domain = rest
            .get(..3)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("DC="));
        if is_domain {
            return Some(rest);
        }
        rest = crate::dn::place(rest).trim_start();
    }
    None
}
