//! Names of new objects, escaped so that any name stays one part below its parent.

pub(crate) use tenure_domain::dn::Dn;

/// `CN=<name>,<parent>`, escaped.
pub(crate) fn child(name: &str, parent: &str) -> String {
    format!("{},{parent}", rdn(name))
}

/// `CN=<name>`, escaped.
pub(crate) fn rdn(name: &str) -> String {
    format!("CN={}", ldap3::dn_escape(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_name_stays_one_part_below_its_parent(name in "[^\\x00]{1,40}") {
            prop_assume!(!name.trim_matches(' ').is_empty());
            let parent = "OU=Service Accounts,DC=corp,DC=example";
            let dn = Dn::parse(&child(&name, parent)).unwrap();
            prop_assert_eq!(dn.parent(), Dn::parse(parent).unwrap());
            prop_assert_eq!(dn, Dn::parse(&child(&name.to_lowercase(), parent)).unwrap());
        }

        #[test]
        fn no_text_crashes_the_reader(text in ".{0,200}") {
            let _ = Dn::parse(&text);
        }
    }
}
