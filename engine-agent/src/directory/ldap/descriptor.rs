//! "User cannot change password" is no attribute in Active Directory but two entries of the object's access control list:
//! the right to change the password is denied to everyone and to the account itself (MS-ADTS 6.1.3, MS-DTYP 2.4).
//!
//! The list is read and written as bytes; of an entry only what is needed is looked at, and every other entry stays as it
//! is, byte by byte, also of kinds that are not known here.

use uuid::{Uuid, uuid};

pub(super) const ATTRIBUTE: &str = "nTSecurityDescriptor";

/// The extended right User-Change-Password.
const CHANGE_PASSWORD: Uuid = uuid!("ab721a53-1e2f-11d0-9819-00aa0040529b");
/// S-1-1-0, everyone, and S-1-5-10, the object itself.
const TRUSTEES: [[u8; 12]; 2] = [
    [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0],
    [1, 1, 0, 0, 0, 0, 0, 5, 10, 0, 0, 0],
];

const HEADER: usize = 20;
const LIST_HEADER: usize = 8;
const ENTRY_HEADER: usize = 4;

const DACL_PRESENT: u16 = 0x0004;
const SELF_RELATIVE: u16 = 0x8000;
/// The revision of lists with entries for single rights.
const WITH_OBJECT_ENTRIES: u8 = 4;

const DENIED: u8 = 0x01;
const DENIED_FOR_OBJECT: u8 = 0x06;
const INHERIT_ONLY: u8 = 0x08;
const CONTROL_ACCESS: u32 = 0x100;
const OBJECT_TYPE_PRESENT: u32 = 0x1;

/// The discretionary access control list of an object: who may do what to it, in the order of evaluation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dacl {
    control: u16,
    revision: u8,
    entries: Vec<Vec<u8>>,
}

impl Dacl {
    /// Of a self-relative security descriptor; `None` if it is malformed or holds no list (which would mean that everybody
    /// may do everything, and that an entry more would take it all away).
    pub(super) fn parse(descriptor: &[u8]) -> Option<Self> {
        let control = short(descriptor, 2)?;
        if control & (DACL_PRESENT | SELF_RELATIVE) != DACL_PRESENT | SELF_RELATIVE {
            return None;
        }
        let at = usize::try_from(long(descriptor, 16)?).ok()?;
        let list = descriptor.get(at..).filter(|_| at >= HEADER)?;
        let size = usize::from(short(list, 2)?);
        let mut rest = list.get(LIST_HEADER..size)?;
        let mut entries = Vec::new();
        for _ in 0..short(list, 4)? {
            let size = usize::from(short(rest, 2)?);
            entries.push(rest.get(..size).filter(|_| size >= ENTRY_HEADER)?.to_vec());
            rest = rest.get(size..)?;
        }
        Some(Self {
            control,
            revision: *list.first()?,
            entries,
        })
    }

    /// In the order of evaluation.
    pub(super) fn entries(&self) -> &[Vec<u8>] {
        &self.entries
    }

    /// Is changing its password denied to the account by anybody's hand (`true`), or to neither trustee (`false`)?
    pub(super) fn says(&self, denied: bool) -> bool {
        // Behind an entry that allows, a denial comes too late.
        let denials = || self.entries.iter().take_while(|entry| is_denial(entry));
        TRUSTEES
            .iter()
            .all(|trustee| denials().any(|entry| denies(entry, trustee)) == denied)
    }

    /// With the two denials in front, where explicit denials belong, or without them. `None` if the list has no room.
    pub(super) fn saying(&self, denied: bool) -> Option<Self> {
        let ours = TRUSTEES.map(|trustee| denial(&trustee));
        let others = self.entries.iter().filter(|entry| !ours.contains(entry));
        let entries: Vec<_> = ours
            .iter()
            .filter(|_| denied)
            .chain(others)
            .cloned()
            .collect();
        let size = LIST_HEADER + entries.iter().map(Vec::len).sum::<usize>();
        u16::try_from(size).ok()?;
        Some(Self {
            control: self.control,
            revision: self.revision.max(WITH_OBJECT_ENTRIES),
            entries,
        })
    }

    /// A self-relative security descriptor with this list and nothing else, as the directory takes it for a change of
    /// the list alone.
    pub(super) fn descriptor(&self) -> Vec<u8> {
        let body: Vec<u8> = self.entries.concat();
        let size = u16::try_from(LIST_HEADER + body.len()).unwrap_or(u16::MAX);
        let count = u16::try_from(self.entries.len()).unwrap_or(u16::MAX);
        let mut bytes = vec![1, 0];
        bytes.extend(self.control.to_le_bytes());
        for offset in [0, 0, 0, HEADER as u32] {
            bytes.extend(offset.to_le_bytes());
        }
        bytes.extend([self.revision, 0]);
        bytes.extend(size.to_le_bytes());
        bytes.extend(count.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(body);
        bytes
    }
}

fn is_denial(entry: &[u8]) -> bool {
    matches!(entry.first(), Some(&(DENIED | DENIED_FOR_OBJECT)))
}

/// Does the entry deny the change of the password to `trustee`, on this object and not only on those below it?
fn denies(entry: &[u8], trustee: &[u8]) -> bool {
    let applies = || {
        let mask = long(entry, ENTRY_HEADER)?;
        let (kind, flags) = (*entry.first()?, *entry.get(1)?);
        if flags & INHERIT_ONLY != 0 || mask & CONTROL_ACCESS == 0 {
            return None;
        }
        if kind == DENIED {
            return entry.get(8..);
        }
        let present = long(entry, 8)?;
        let right = entry.get(12..28)?;
        // With a second GUID, the entry is for objects of one class that inherit it.
        (present == OBJECT_TYPE_PRESENT && right == CHANGE_PASSWORD.to_bytes_le())
            .then(|| entry.get(28..))?
    };
    is_denial(entry) && applies() == Some(trustee)
}

/// The explicit entry that denies it.
fn denial(trustee: &[u8]) -> Vec<u8> {
    let mut entry = vec![DENIED_FOR_OBJECT, 0, 40, 0];
    entry.extend(CONTROL_ACCESS.to_le_bytes());
    entry.extend(OBJECT_TYPE_PRESENT.to_le_bytes());
    entry.extend(CHANGE_PASSWORD.to_bytes_le());
    entry.extend(trustee);
    entry
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

#[cfg(test)]
mod tests;
