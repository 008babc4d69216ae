//! Segregation of duties, found in the events alone: histories that the rules would never write.

use crate::scene::*;
use tenure_domain::{
    Actor, Event, UserId,
    deputy::{DeputyNamed, DeputyWithdrawn},
    group::{GroupDisabled, GroupEvent, GroupMemberAdded, GroupMemberRemoved, GroupReplaced},
    lifecycle::EndOfLifecycleAction,
    ownership::Owner,
    request::{
        ApprovalGiven, ApprovalOverridden, ReleasedName, RequestApproved, RequestEvent,
        RequestKind, RequestRejected, RequestReopened, RequestSubmitted,
    },
    segregation::{Review, Seen, Share},
};
use uuid::Uuid;

/// A history, written by hand.
#[derive(Default)]
struct History(Review);

impl History {
    fn then(mut self, stream: Uuid, actor: &str, event: impl Into<Event>) -> Self {
        self.0.see(&Seen {
            position: self.0.position() + 1,
            stream,
            at: at("2026-01-10T09:00:00Z"),
            actor: &Actor::User(user(actor)),
            event: &event.into(),
        });
        self
    }

    fn request(self, actor: &str, event: impl Into<RequestEvent>) -> Self {
        self.then(request_id().0, actor, Event::Request(event.into()))
    }

    fn group(self, name: &str, event: impl Into<GroupEvent>) -> Self {
        self.then(group(name).0, "root", Event::Group(event.into()))
    }

    /// Submitted by alice, for `owners` beside herself; a step needs `least` approvals.
    fn asked(self, least: u16, owners: &[Owner]) -> Self {
        let mut content = template(EndOfLifecycleAction::Disable);
        content.approval.steps = vec![step("Manager", least, &["carol", "dave"], &[])];
        let mut submission = submission(RequestKind::NewAccount, &content);
        submission.owners.extend(owners);
        let submitted = RequestSubmitted {
            submission,
            escalates_at: None,
        };
        self.request("alice", submitted)
    }

    fn approved_by(self, approver: &str) -> Self {
        self.request(approver, given(approver, None)).done(approver)
    }

    fn done(self, actor: &str) -> Self {
        let approved = RequestApproved {
            kind: RequestKind::NewAccount,
            account: account_id(),
        };
        self.request(actor, approved)
    }

    /// `deputy` decides for `user` over these days of January.
    fn deputy(self, deputy: &str, of: &str, from: u8, until: u8) -> Self {
        let day = |day: u8| at(&format!("2026-01-{day:02}T00:00:00Z"));
        let named = DeputyNamed {
            user: user(of),
            deputy: user(deputy),
            from: day(from),
            until: day(until),
        };
        self.then(user(of).0, of, Event::Deputyship(named.into()))
    }

    #[track_caller]
    fn found(&self, expected: &[&str]) {
        let found: Vec<_> = (self.0.violations().items().iter())
            .map(|violation| violation.breach.text())
            .collect();
        assert_eq!(found, expected);
        assert_eq!(self.0.is_clean(), expected.is_empty());
    }
}

fn given(approver: &str, on_behalf_of: Option<UserId>) -> ApprovalGiven {
    ApprovalGiven {
        step: 0,
        step_name: "Manager".into(),
        approver: user(approver),
        on_behalf_of,
        via: vec![],
        step_completed: true,
        comment: None,
        escalates_at: None,
    }
}

fn overridden(administrator: &str) -> ApprovalOverridden {
    ApprovalOverridden {
        step: 0,
        step_name: "Manager".into(),
        administrator: user(administrator),
        reason: "Payroll runs tonight".into(),
        in_spite_of_segregation: false,
        escalates_at: None,
    }
}

fn added(name: &str) -> GroupMemberAdded {
    GroupMemberAdded { user: user(name) }
}

#[test]
fn an_honest_history_has_no_violation_and_says_who_approved_what_share() {
    let history = History::default()
        .asked(1, &[Owner::User(user("bob"))])
        .approved_by("carol")
        .asked(2, &[])
        .request("carol", given("carol", None))
        .request("dave", given("dave", None))
        .done("dave");
    history.found(&[]);
    let review = &history.0;
    assert_eq!((review.requests(), review.approved()), (2, 2));
    assert_eq!((review.decisions(), review.position()), (3, 7));
    let mut shares: Vec<Share> = review.shares().iter().collect();
    shares.sort_by_key(|share| share.requests);
    let found: Vec<_> = shares
        .iter()
        .map(|share| (share.approver, share.requester, share.requests, share.of))
        .collect();
    let alice = user("alice");
    assert_eq!(
        found,
        [(user("dave"), alice, 1, 2), (user("carol"), alice, 2, 2)]
    );
}

#[test]
fn whoever_asked_or_was_chosen_and_approved_is_found() {
    History::default()
        .asked(1, &[])
        .approved_by("alice")
        .found(&["own-request"]);
    History::default()
        .asked(1, &[Owner::User(user("carol"))])
        .approved_by("carol")
        .found(&["chosen-owner"]);
}

#[test]
fn a_member_of_an_owning_group_counts_while_a_member_and_while_its_group_stands_in() {
    let team = [Owner::Group(group("team"))];
    let asked = || {
        History::default()
            .group("team", added("carol"))
            .asked(1, &team)
    };
    asked().approved_by("carol").found(&["member-of-owner"]);
    let gone = GroupMemberRemoved {
        user: user("carol"),
    };
    asked().group("team", gone).approved_by("carol").found(&[]);
    let stands_in = || {
        asked()
            .group("others", added("dave"))
            .group("team", GroupDisabled {})
            .group(
                "team",
                GroupReplaced {
                    by: group("others"),
                },
            )
    };
    stands_in().approved_by("dave").found(&["member-of-owner"]);
    stands_in()
        .group("team", tenure_domain::group::GroupEnabled {})
        .approved_by("dave")
        .found(&[]);
}

#[test]
fn a_deputy_of_a_party_is_found_within_the_deputys_time_only() {
    let asked = |from, until| {
        History::default()
            .deputy("carol", "alice", from, until)
            .asked(1, &[])
    };
    asked(1, 20)
        .approved_by("carol")
        .found(&["deputy-of-party"]);
    asked(1, 10).approved_by("carol").found(&[]);
    asked(11, 20).approved_by("carol").found(&[]);
    asked(1, 20)
        .then(
            user("alice").0,
            "alice",
            Event::Deputyship(DeputyWithdrawn {}.into()),
        )
        .approved_by("carol")
        .found(&[]);
    // Of an owner by a group, too.
    History::default()
        .group("team", added("bob"))
        .deputy("carol", "bob", 1, 20)
        .asked(1, &[Owner::Group(group("team"))])
        .approved_by("carol")
        .found(&["deputy-of-party"]);
}

#[test]
fn a_name_is_used_by_whom_it_was_lent_to() {
    let lent = History::default()
        .deputy("eve", "carol", 1, 20)
        .asked(1, &[])
        .request("eve", given("eve", Some(user("carol"))))
        .done("eve");
    lent.found(&[]);
    assert_eq!(lent.0.shares().iter().next().unwrap().in_anothers_name, 1);
    History::default()
        .asked(1, &[])
        .request("eve", given("eve", Some(user("carol"))))
        .done("eve")
        .found(&["name-not-lent"]);
    // In the requester's own name it would be a deputy's, lent or not.
    History::default()
        .asked(1, &[])
        .request("eve", given("eve", Some(user("alice"))))
        .done("eve")
        .found(&["deputy-of-party", "name-not-lent"]);
}

#[test]
fn an_event_that_names_somebody_else_than_was_signed_in_is_found() {
    History::default()
        .asked(1, &[])
        .request("alice", given("carol", None))
        .done("carol")
        .found(&["other-actor"]);
}

#[test]
fn an_override_is_listed_with_its_reason_and_what_it_was_in_spite_of() {
    let history = History::default()
        .asked(1, &[Owner::User(user("root"))])
        .request("root", overridden("root"))
        .done("root");
    history.found(&[]);
    let overrides = history.0.overrides();
    assert_eq!(overrides.total(), 1);
    assert_eq!(overrides.items()[0].reason, "Payroll runs tonight");
    let in_spite = overrides.items()[0].in_spite_of.map(|breach| breach.text());
    assert_eq!(in_spite, Some("chosen-owner"));
    assert_eq!(history.0.shares().iter().next().unwrap().overridden, 1);
    History::default()
        .asked(1, &[])
        .request("alice", overridden("alice"))
        .found(&["own-override"]);
}

#[test]
fn one_person_is_not_two() {
    History::default()
        .asked(2, &[])
        .request("carol", given("carol", None))
        .approved_by("carol")
        .found(&["too-few-approvals"]);
    History::default()
        .asked(1, &[])
        .done("carol")
        .found(&["too-few-approvals"]);
}

#[test]
fn a_decision_on_what_waits_for_none_is_found() {
    let released = || ReleasedName {
        domain: domain_id(),
        name: "svc-backup".into(),
        account: account_id(),
        back_to: None,
    };
    let rejected = || RequestRejected {
        approver: user("carol"),
        on_behalf_of: None,
        reason: "No".into(),
        kind: RequestKind::NewAccount,
        released: released(),
    };
    let over = || {
        History::default()
            .asked(1, &[])
            .request("carol", rejected())
    };
    over().found(&[]);
    over()
        .request("dave", given("dave", None))
        .found(&["not-waiting"]);
    History::default().done("carol").found(&["not-waiting"]);
    // Asked for once more, it waits again.
    let reopened = RequestReopened {
        account: id("another"),
    };
    over()
        .request("alice", reopened)
        .asked(1, &[])
        .approved_by("dave")
        .found(&[]);
}

#[test]
fn a_hole_in_the_history_is_no_clean_one() {
    let mut review = Review::default();
    let event = Event::Group(added("carol").into());
    for position in [1, 3, 3, 2] {
        review.see(&Seen {
            position,
            stream: group("team").0,
            at: at("2026-01-10T09:00:00Z"),
            actor: &Actor::system("test"),
            event: &event,
        });
    }
    assert_eq!((review.position(), review.missing()), (3, 1));
    assert!(!review.is_clean());
    review.ends_at(5);
    assert_eq!((review.position(), review.missing()), (5, 3));
}
