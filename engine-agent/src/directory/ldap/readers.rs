//! Who may retrieve the password of a group managed service account: an attribute that holds a security descriptor, whose
//! list allows their SIDs to read (MS-ADA2 msDS-GroupMSAMembership, MS-DTYP 2.4.6). Written as Microsoft's own tool does.

use super::{descriptor::Dacl, survey::sid};
use std::collections::BTreeSet;

pub(super) const ATTRIBUTE: &str = "msDS-GroupMSAMembership";

const ALLOWED: u8 = 0x00;
const INHERIT_ONLY: u8 = 0x08;
const READ_PROPERTY: u32 = 0x10;
const ALL_RIGHTS: u32 = 0x000F_01FF;
/// A list is present; offsets count from the beginning.
const CONTROL: u16 = 0x8004;
/// S-1-5-32-544, the administrators.
const OWNER: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 32, 2, 0, 0];
const HEADER: u32 = 20;
const LIST_HEADER: usize = 8;
const LIST_REVISION: u8 = 2;

/// SIDs of those who may, in octets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Readers(BTreeSet<Vec<u8>>);

impl Readers {
    /// As a descriptor says; `None` if it is malformed, or says more than who may: that somebody may not.
    pub(super) fn parse(descriptor: &[u8]) -> Option<Self> {
        let list = Dacl::parse(descriptor)?;
        let mut readers = BTreeSet::new();
        for entry in list.entries() {
            let (kind, flags) = (*entry.first()?, *entry.get(1)?);
            let mask = u32::from_le_bytes(entry.get(4..8)?.try_into().ok()?);
            let who = entry.get(8..)?;
            if kind != ALLOWED || flags & INHERIT_ONLY != 0 {
                return None;
            }
            sid(who)?;
            if mask & READ_PROPERTY != 0 {
                readers.insert(who.to_vec());
            }
        }
        Some(Self(readers))
    }

    /// One more; false if it is no SID.
    pub(super) fn add(&mut self, octets: &[u8]) -> bool {
        let is_one = sid(octets).is_some();
        if is_one {
            self.0.insert(octets.to_vec());
        }
        is_one
    }

    /// Their SIDs, as people write them.
    pub(super) fn sids(&self) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|octets| sid(octets))
    }

    /// A self-relative security descriptor that says so; `None` if its list has no room.
    pub(super) fn descriptor(&self) -> Option<Vec<u8>> {
        let mut entries = Vec::new();
        for reader in &self.0 {
            let size = u16::try_from(8 + reader.len()).ok()?;
            entries.extend([ALLOWED, 0]);
            entries.extend(size.to_le_bytes());
            entries.extend(ALL_RIGHTS.to_le_bytes());
            entries.extend(reader);
        }
        let size = u16::try_from(LIST_HEADER + entries.len()).ok()?;
        let count = u16::try_from(self.0.len()).ok()?;
        let mut bytes = vec![1, 0];
        bytes.extend(CONTROL.to_le_bytes());
        for offset in [HEADER, 0, 0, HEADER + OWNER.len() as u32] {
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend(OWNER);
        bytes.extend([LIST_REVISION, 0]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(entries);
        Some(bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn someone(end: u8) -> Vec<u8> {
        let mut octets = vec![1, 2, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
        octets.extend([end, 4, 0, 0]);
        octets
    }

    fn readers(ends: &[u8]) -> Readers {
        let mut readers = Readers::default();
        assert!(ends.iter().all(|end| readers.add(&someone(*end))));
        readers
    }

    #[test]
    fn who_may_is_read_as_written() {
        for ends in [&[][..], &[1], &[3, 1, 2]] {
            let written = readers(ends).descriptor().unwrap();
            assert_eq!(Readers::parse(&written), Some(readers(ends)));
        }
        let sids: Vec<_> = readers(&[1, 2]).sids().collect();
        assert_eq!(sids, ["S-1-5-21-1025", "S-1-5-21-1026"]);
        assert!(!Readers::default().add(b"nobody"));
    }

    /// `O:BAD:(A;;0xf01ff;;;S-1-5-21-1025)`, as New-ADServiceAccount writes it.
    #[test]
    fn a_descriptor_is_laid_out_as_microsofts_tool_lays_it_out() {
        let written = readers(&[1]).descriptor().unwrap();
        assert_eq!(written[..4], [1, 0, 4, 0x80]);
        assert_eq!(
            written[4..20],
            [20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 36, 0, 0, 0]
        );
        assert_eq!(written[36..44], [2, 0, 32, 0, 1, 0, 0, 0]);
        assert_eq!(written[44..52], [0, 0, 24, 0, 0xff, 1, 0x0f, 0]);
        assert_eq!(written[52..], someone(1));
    }

    #[test]
    fn a_list_that_says_more_is_not_taken_for_one_that_says_who() {
        let mut denies = readers(&[1]).descriptor().unwrap();
        denies[44] = 1;
        assert_eq!(Readers::parse(&denies), None);
        let mut writes_only = readers(&[1]).descriptor().unwrap();
        writes_only[48] = 0x20;
        assert_eq!(Readers::parse(&writes_only), Some(Readers::default()));
    }

    proptest! {
        #[test]
        fn no_octets_crash_the_reader(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Readers::parse(&octets);
        }

        #[test]
        fn no_change_of_a_descriptor_crashes_the_reader(at in 0_usize..68, to in any::<u8>()) {
            let mut octets = readers(&[1]).descriptor().unwrap();
            octets[at] = to;
            let _ = Readers::parse(&octets);
        }
    }
}
