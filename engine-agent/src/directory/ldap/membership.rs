//! Who is in a group, however many they are. Active Directory gives 1500 values of an attribute at a time:
//! `member;range=0-1499`, the last part `…-*` ([MS-ADTS] 3.1.1.3.1.3.3). Whoever is in a part that does not come would look as if
//! they had left: then the group is not read at all.

use super::{
    connection::{Connection, Trouble},
    entry::Entry,
    read::{extended_names, guid_of},
};
use ldap3::Scope;
use uuid::Uuid;

/// What a part says of those behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Last,
    /// Another one begins here.
    Until(u64),
}

impl Connection {
    /// All members of a group, of which this is known.
    pub(super) async fn members(&self, group: Uuid, entry: &Entry) -> Result<Vec<Uuid>, Trouble> {
        let mut members: Vec<Uuid> = entry.texts("member").filter_map(guid_of).collect();
        let mut from = match part(entry, &mut members) {
            // All of them, where there are no parts.
            None | Some(Part::Last) => return Ok(members),
            Some(Part::Until(next)) => next,
        };
        let group = format!("<GUID={group}>");
        loop {
            let asked = self.search_with(
                &group,
                Scope::Base,
                "(objectClass=*)",
                vec![format!("member;range={from}-*")],
                vec![extended_names()],
            );
            let (entries, _) = asked.await?;
            let got = entries.first().and_then(|entry| part(entry, &mut members));
            match got {
                Some(Part::Last) => return Ok(members),
                Some(Part::Until(next)) if next > from => from = next,
                Some(Part::Until(_)) | None => return Err(unread(entry, from)),
            }
        }
    }
}

fn unread(group: &Entry, from: u64) -> Trouble {
    Trouble::unreachable(format!(
        "the members of {} from number {from} on were not told: the group may have changed meanwhile",
        group.dn
    ))
}

/// Takes the members of a part.
fn part(entry: &Entry, members: &mut Vec<Uuid>) -> Option<Part> {
    let name = entry.named_like("member;range=")?;
    members.extend(entry.texts(name).filter_map(guid_of));
    match name.rsplit_once('-')?.1 {
        "*" => Some(Part::Last),
        last => Some(Part::Until(last.parse::<u64>().ok()?.checked_add(1)?)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GUID: &str = "6d3f1c1e-6a0f-4f3b-9f2a-0a1b2c3d4e5f";

    /// What the part of this name says, and how many it has.
    fn read(name: &str) -> (Option<Part>, usize) {
        let value = format!("<GUID={GUID}>;CN=a,DC=corp").into_bytes();
        let entry = Entry::of("CN=all,DC=corp", [(name, vec![value])]);
        let mut members = Vec::new();
        (part(&entry, &mut members), members.len())
    }

    #[test]
    fn a_part_says_whether_and_where_another_one_begins() {
        assert_eq!(read("member;range=0-1499"), (Some(Part::Until(1_500)), 1));
        assert_eq!(read("member;range=1500-*"), (Some(Part::Last), 1));
        // Neither the end nor a number: nobody knows what is missing.
        assert_eq!(read("member;range=0-many").0, None);
        assert_eq!(read(&format!("member;range=0-{}", u64::MAX)).0, None);
        assert_eq!(read("member"), (None, 0));
    }
}
