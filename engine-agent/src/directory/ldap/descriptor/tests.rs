#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

/// What a domain controller shows of a new user's list: `D:AI(OA;;CR;User-Change-Password;;WD)(OA;;CR;
/// User-Change-Password;;PS)(OA;;RP;…;;AU)(A;;RPLCLORC;;;PS)(A;;RC;;;AU)(A;;…;;;SY)`, then two entries that an
/// organisational unit hands down to the agent's account.
const OF_A_NEW_USER: &str = "\
    010004840000000000000000000000001400000004004c010800000005002800000100000100000053\
    1a72ab2f1ed011981900aa0040529b0101000000000001000000000500280000010000010000005\
    31a72ab2f1ed011981900aa0040529b01010000000000050a0000000500280010000000010000004\
    22fba59a279d011902000c04fc2d3cf01010000000000050b00000000001400940002000101000000\
    0000050a000000000014000000020001010000000000050b00000000001400ff010f0001010000000\
    0000512000000051a48002000000003000000507996bfe60dd011a28500aa003049e2ba7a96bfe60d\
    d011a28500aa003049e201050000000000051500000057040000ae080000050d000050040000051248\
    000001000003000000709529006d24d011a76800aa006e0529ba7a96bfe60dd011a28500aa003049e2\
    01050000000000051500000057040000ae080000050d000050040000";

/// The same behind `(OD;;CR;User-Change-Password;;WD)(OD;;CR;User-Change-Password;;PS)`, as Samba's own library writes it.
const DENIED_TO_BOTH: &str = "\
    010004840000000000000000000000001400000004009c010a000000060028000001000001000000531a\
    72ab2f1ed011981900aa0040529b010100000000000100000000060028000001000001000000531a72ab\
    2f1ed011981900aa0040529b01010000000000050a000000050028000001000001000000531a72ab2f1e\
    d011981900aa0040529b010100000000000100000000050028000001000001000000531a72ab2f1ed011\
    981900aa0040529b01010000000000050a000000050028001000000001000000422fba59a279d0119020\
    00c04fc2d3cf01010000000000050b000000000014009400020001010000000000050a00000000001400\
    0000020001010000000000050b00000000001400ff010f00010100000000000512000000051a48002000\
    000003000000507996bfe60dd011a28500aa003049e2ba7a96bfe60dd011a28500aa003049e201050000\
    000000051500000057040000ae080000050d00005004000005124800000100000300000070952900\
    6d24d011a76800aa006e0529ba7a96bfe60dd011a28500aa003049e20105000000000005150000005704\
    0000ae080000050d000050040000";

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().map(|c| c.to_digit(16).unwrap()).collect();
    let pair = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).unwrap();
    digits.chunks(2).map(pair).collect()
}

fn of_a_new_user() -> Dacl {
    Dacl::parse(&bytes(OF_A_NEW_USER)).unwrap()
}

#[test]
fn a_new_user_may_change_its_password_until_two_denials_stand_in_front() {
    let before = of_a_new_user();
    assert!(before.says(false) && !before.says(true));
    let denied = before.saying(true).unwrap();
    assert!(denied.says(true) && !denied.says(false));
    assert_eq!(denied.descriptor(), bytes(DENIED_TO_BOTH));
    assert_eq!(denied.saying(true).unwrap(), denied, "a repeat is harmless");
    let lifted = denied.saying(false).unwrap();
    assert_eq!(lifted.descriptor(), bytes(OF_A_NEW_USER));
}

#[test]
fn one_denial_of_two_is_neither() {
    let mut half = of_a_new_user().saying(true).unwrap();
    half.entries.remove(0);
    assert!(!half.says(true) && !half.says(false));
    assert_eq!(
        half.saying(true).unwrap().descriptor(),
        bytes(DENIED_TO_BOTH)
    );
}

#[test]
fn a_denial_behind_an_entry_that_allows_comes_too_late() {
    let mut late = of_a_new_user();
    late.entries
        .extend(TRUSTEES.map(|trustee| denial(&trustee)));
    assert!(late.says(false));
    assert_eq!(
        late.saying(true).unwrap().descriptor(),
        bytes(DENIED_TO_BOTH)
    );
}

#[test]
fn a_denial_of_every_extended_right_counts_and_stays() {
    let mut broad = of_a_new_user();
    for trustee in TRUSTEES {
        let mut entry = vec![DENIED, 0, 20, 0];
        entry.extend(CONTROL_ACCESS.to_le_bytes());
        entry.extend(trustee);
        broad.entries.insert(0, entry);
    }
    assert!(broad.says(true));
    assert_eq!(broad.saying(false).unwrap(), broad, "somebody else's");
}

#[test]
fn denials_of_something_else_do_not_count() {
    let change = |at: usize, value: u8| {
        let mut other = of_a_new_user().saying(true).unwrap();
        other.entries[0][at] = value;
        other.says(true)
    };
    assert!(!change(1, INHERIT_ONLY), "only for what lies below");
    assert!(!change(5, 0), "another kind of access");
    assert!(!change(8, 3), "for one class");
    assert!(!change(12, 0), "another right");
    assert!(!change(36, 7), "another trustee");
}

#[test]
fn what_is_no_list_is_refused() {
    let good = bytes(OF_A_NEW_USER);
    let changed = |at: usize, value: u8| {
        let mut bad = good.clone();
        bad[at] = value;
        Dacl::parse(&bad)
    };
    assert_eq!(changed(2, 0), None, "no list");
    assert_eq!(changed(3, 0), None, "not self-relative");
    assert_eq!(changed(16, 0), None, "an empty list's offset");
    assert_eq!(changed(16, 19), None, "within the header");
    assert_eq!(changed(19, 0xff), None, "far outside");
    assert_eq!(changed(22, 7), None, "a list shorter than its header");
    assert_eq!(changed(25, 0xff), None, "more entries than there are");
    assert_eq!(changed(30, 3), None, "an entry shorter than its header");
    assert_eq!(changed(31, 0xff), None, "an entry longer than the list");
    for end in 0..good.len() {
        assert_eq!(Dacl::parse(&good[..end]), None, "cut off at {end}");
    }
}

#[test]
fn a_list_without_room_is_left_alone() {
    let mut full = of_a_new_user();
    let mut entry = vec![0; 65_500];
    entry[2..4].copy_from_slice(&65_500_u16.to_le_bytes());
    full.entries.push(entry);
    assert!(full.saying(true).is_none());
}

proptest! {
    #[test]
    fn no_bytes_do_harm(hostile in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Some(list) = Dacl::parse(&hostile) {
            list.says(true);
        }
    }

    /// Whatever stands in a list: what is asked for is so afterwards, and of the rest nothing is lost or changed.
    #[test]
    fn every_other_entry_stays_as_it_was(
        flips in proptest::collection::vec((20_usize..352, any::<u8>()), 0..6), denied: bool,
    ) {
        let mut mangled = bytes(OF_A_NEW_USER);
        for (at, value) in flips {
            mangled[at] = value;
        }
        if let Some(list) = Dacl::parse(&mangled) {
            let ours = TRUSTEES.map(|trustee| denial(&trustee));
            let others: Vec<_> = list.entries.iter().filter(|entry| !ours.contains(entry)).cloned().collect();
            let after = list.saying(true).unwrap().saying(denied).unwrap();
            let read = Dacl::parse(&after.descriptor()).unwrap();
            prop_assert_eq!(&read, &after);
            prop_assert!(read.says(true) || !denied);
            prop_assert_eq!(&read.entries[2 * usize::from(denied)..], &others[..]);
        }
    }
}
