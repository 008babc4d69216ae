//! Where a requester may put an account and its secret.

use super::{DirectorySection, VaultSection};
use crate::dn::Dn;

/// Longest folder of a vault, in characters.
pub(super) const LONGEST_FOLDER: usize = 200;

impl DirectorySection {
    /// Every organisational unit named, the usual one first.
    pub fn ous(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.ou)
            .chain(&self.other_ous)
            .map(String::as_str)
    }

    /// May a request name this organisational unit? Compared as the directory compares.
    #[must_use]
    pub fn allows_ou(&self, ou: &str) -> bool {
        let Some(asked) = Dn::parse(ou) else {
            return false;
        };
        self.ous()
            .filter_map(Dn::parse)
            .any(|allowed| asked == allowed || (self.sub_ous && asked.is_below_as_ou(&allowed)))
    }
}

impl VaultSection {
    /// May a request name this folder? It is the template's own, or below it where the template lets one choose.
    #[must_use]
    pub fn allows_folder(&self, folder: &str) -> bool {
        let own = self.folder.as_deref();
        if own == Some(folder) {
            return true;
        }
        let below = match own {
            None => Some(folder),
            Some(own) => folder
                .strip_prefix(own)
                .and_then(|rest| rest.strip_prefix('/')),
        };
        self.sub_folders && is_folder(folder) && below.is_some_and(|below| !below.is_empty())
    }
}

/// Parts separated by `/`, none of them empty, blank at an end, or pointing elsewhere (`..`).
pub(super) fn is_folder(folder: &str) -> bool {
    let fits = |part: &str| {
        !part.is_empty()
            && part.trim() == part
            && !part.chars().all(|c| c == '.')
            && !part.contains(|c: char| c.is_control() || c == '\\')
    };
    folder.chars().count() <= LONGEST_FOLDER && folder.split('/').all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_names_one_of_the_templates_ous_or_one_below_it_where_that_is_allowed() {
        let mut directory = DirectorySection {
            ou: "OU=Service Accounts,DC=corp,DC=example".into(),
            other_ous: vec!["OU=Batch,DC=corp,DC=example".into()],
            ..DirectorySection::default()
        };
        assert!(directory.allows_ou("ou=service accounts, dc=CORP,dc=example"));
        assert!(directory.allows_ou("OU=Batch,DC=corp,DC=example"));
        let below = "OU=Night,OU=Batch,DC=corp,DC=example";
        assert!(!directory.allows_ou(below));
        directory.sub_ous = true;
        assert!(directory.allows_ou(below));
        for elsewhere in [
            "",
            "OU=Admins,DC=corp,DC=example",
            "DC=corp,DC=example",
            "OU=x\\,OU=Batch,DC=corp,DC=example",
            "CN=Night,OU=Batch,DC=corp,DC=example",
            "<GUID=ca1c336e-4fc3-4505-8be4-5780420217bc>",
        ] {
            assert!(!directory.allows_ou(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn a_request_names_the_templates_folder_or_one_below_it_where_that_is_allowed() {
        let mut vault = VaultSection {
            folder: Some("service/backup".into()),
            ..VaultSection::default()
        };
        assert!(vault.allows_folder("service/backup"));
        assert!(!vault.allows_folder("service/backup/night"));
        vault.sub_folders = true;
        assert!(vault.allows_folder("service/backup/night"));
        for elsewhere in [
            "",
            "service",
            "service/backup/",
            "service/backups",
            "service/backup/../payroll",
            "service/backup//night",
            "service/backup/a\\b",
            "service/backup/a\0b",
        ] {
            assert!(!vault.allows_folder(elsewhere), "{elsewhere}");
        }
        vault.folder = None;
        assert!(vault.allows_folder("anywhere"));
        assert!(!vault.allows_folder(""));
    }
}
