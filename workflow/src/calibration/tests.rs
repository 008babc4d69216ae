use super::*;
use tenure_domain::{
    calibration::{FoundPlace, VaultReach},
    order::{Failure, FailureReason},
};

fn asked(run: u128, at: DateTime<Utc>) -> Asked {
    Asked {
        run: Uuid::from_u128(run),
        at,
        not_after: at + PATIENCE,
        places: vec![WantedPlace {
            dn: "OU=Service,DC=corp".into(),
            uses: BTreeSet::new(),
            attributes: BTreeMap::new(),
        }],
        more: 0,
    }
}

fn answer(places: Vec<FoundPlace>) -> Calibration {
    Calibration {
        domain: DomainId(Uuid::from_u128(1)),
        engine: EngineId(Uuid::from_u128(2)),
        run: Uuid::from_u128(3),
        at: DateTime::UNIX_EPOCH,
        directory: DirectoryReach::OutOfReach(Failure {
            reason: FailureReason::DirectoryUnreachable,
            detail: "away\u{1b}[2J".repeat(1_000),
        }),
        vault: VaultReach {
            kind: "built-in".into(),
            failure: None,
        },
        places,
    }
}

fn place(dn: &str) -> FoundPlace {
    FoundPlace {
        dn: dn.into(),
        failure: None,
        rights: vec![],
    }
}

#[test]
fn an_engine_that_does_not_answer_in_time_has_not_answered_and_an_older_answer_stays() {
    let now = DateTime::UNIX_EPOCH;
    let mut state = EngineCalibration::default();
    assert_eq!(state.standing(now), Standing::NeverAsked);
    state.asked = Some(asked(1, now));
    assert_eq!(state.standing(now), Standing::Waiting);
    assert_eq!(state.standing(now + PATIENCE), Standing::Waiting);
    let late = now + PATIENCE + TimeDelta::seconds(1);
    assert_eq!(state.standing(late), Standing::Unanswered);
    state.answered = Some(Answered {
        heard_at: late,
        asked: asked(1, now),
        found: answer(vec![]),
        reached_before: None,
    });
    assert_eq!(state.standing(late), Standing::Answered);
    state.asked = Some(asked(2, late));
    assert_eq!(state.standing(late), Standing::Waiting);
    assert_eq!(state.standing(late + PATIENCE * 2), Standing::Unanswered);
    assert!(state.answered.is_some());
}

#[test]
fn what_was_reached_last_is_known_while_nothing_is_reached() {
    let server = ReachedServer {
        address: "dc1:636".into(),
        host: None,
        protection: None,
        account: "tenure-agent".into(),
        known_as: None,
        round_trip_us: 900,
        deletions: rules::Standing::Granted,
    };
    let mut answered = Answered {
        heard_at: DateTime::UNIX_EPOCH,
        asked: asked(1, DateTime::UNIX_EPOCH),
        found: answer(vec![]),
        reached_before: None,
    };
    assert_eq!(answered.last_reached(), None);
    answered.reached_before = Some(server.clone());
    assert_eq!(answered.last_reached(), Some(&server));
    let newer = ReachedServer {
        account: "another".into(),
        ..server
    };
    answered.found.directory = DirectoryReach::Reached(newer.clone());
    assert_eq!(answered.last_reached(), Some(&newer));
}

#[test]
fn of_an_answer_only_what_was_asked_is_kept_and_every_text_is_bounded() {
    let asked = asked(3, DateTime::UNIX_EPOCH);
    let told = [
        "OU=Service,DC=corp",
        "OU=Invented,DC=corp",
        "OU=Service,DC=corp",
    ];
    let kept = believable(answer(told.map(place).into()), &asked.places);
    assert_eq!(kept.places, [place("OU=Service,DC=corp")]);
    let DirectoryReach::OutOfReach(failure) = kept.directory else {
        panic!("{kept:?}");
    };
    assert!(failure.detail.chars().count() <= 300);
    assert!(!failure.detail.contains('\u{1b}'));
}
