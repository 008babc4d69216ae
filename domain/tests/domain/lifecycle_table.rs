//! product.md §4 as text, against every situation that an account can be in.

use tenure_domain::lifecycle::{
    EndOfLifecycleAction as Action, LifecycleOption as O, OptionOff, Phase, Situation, Status,
    check,
};

/// `yes`, `-` (not offered), `open` (once renewal is open), `open+none` (and none waits), `if enabled`, `if disabled`.
const TABLE: &str = "
action  | phase  | renew | submit renewal | disable    | enable      | delete | clone
review  | before | open  | -              | if enabled | if disabled | yes    | yes
review  | after  | open  | -              | if enabled | if disabled | yes    | yes
disable | before | open  | -              | if enabled | if disabled | yes    | yes
disable | after  | open  | -              | if enabled | if disabled | yes    | yes
expire  | before | -     | open+none      | if enabled | if disabled | yes    | yes
expire  | after  | -     | open+none      | if enabled | if disabled | yes    | yes
delete  | before | -     | -              | if enabled | if disabled | yes    | yes
delete  | after  | -     | -              | -          | -           | -      | yes
";

const COLUMNS: [O; 6] = [
    O::Renew,
    O::SubmitRenewal,
    O::Disable,
    O::Enable,
    O::Delete,
    O::Clone,
];

fn cell(action: Action, phase: Phase, option: O) -> &'static str {
    let (action, phase) = (
        format!("{action:?}").to_lowercase(),
        format!("{phase:?}").to_lowercase(),
    );
    let mut rows = TABLE
        .trim()
        .lines()
        .skip(1)
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let row = rows
        .find(|row| row[0] == action && row[1] == phase)
        .expect("a row");
    row[2 + COLUMNS
        .iter()
        .position(|column| *column == option)
        .expect("a column")]
}

fn expected(s: &Situation, option: O) -> Result<(), OptionOff> {
    let unless = |holds: bool, off| if holds { Ok(()) } else { Err(off) };
    // What no action changes: nothing while it is being made; once deleted, only clone, and purge while it is there.
    match (s.status, option) {
        (Status::Provisioning, _) => return Err(OptionOff::StillProvisioning),
        (Status::Released, _) => return Err(OptionOff::Released),
        (Status::Deleted, O::Clone) => return Ok(()),
        (Status::Deleted, O::Purge) => return unless(s.object_exists, OptionOff::Deleted),
        (Status::Deleted, _) => return Err(OptionOff::Deleted),
        (_, O::Purge) => return Err(OptionOff::NotMarkedDeleted),
        _ => {}
    }
    match cell(s.action, s.phase, option) {
        "yes" => Ok(()),
        "-" => Err(OptionOff::NotOffered),
        "open" => unless(s.renewal_open, OptionOff::RenewalNotOpen),
        "open+none" if s.renewal_pending => Err(OptionOff::RenewalPending),
        "open+none" => unless(s.renewal_open, OptionOff::RenewalNotOpen),
        "if enabled" => unless(s.enabled, OptionOff::AlreadyDisabled),
        "if disabled" => unless(!s.enabled, OptionOff::AlreadyEnabled),
        other => panic!("not a cell: {other}"),
    }
}

#[test]
fn every_option_in_every_situation_is_as_the_table_says() {
    let either = [false, true];
    let mut seen = 0;
    for &action in Action::ALL {
        for phase in [Phase::Before, Phase::After] {
            for &status in Status::ALL {
                for bits in 0..16_usize {
                    let [enabled, renewal_open, renewal_pending, object_exists] =
                        [0, 1, 2, 3].map(|bit| either[bits >> bit & 1]);
                    let situation = Situation {
                        action,
                        phase,
                        status,
                        enabled,
                        renewal_open,
                        renewal_pending,
                        object_exists,
                    };
                    for &option in O::ALL {
                        assert_eq!(
                            check(&situation, option),
                            expected(&situation, option),
                            "{option:?} in {situation:?}"
                        );
                        seen += 1;
                    }
                }
            }
        }
    }
    assert_eq!(seen, 4 * 2 * 7 * 16 * 7);
}
