//! Reviews of a campaign: who may say what of an account, in whose name, and what comes of silence.

use crate::{
    campaigns::{campaign_id, closed, item, opened, person},
    scene::{Given, by, context, given, group, id, user, why},
};
use tenure_domain::{
    Actor,
    campaign::*,
    group::everyone,
    ownership::Owner,
    problem::{FieldProblem, Problem},
    request::Principal,
    review::*,
};

pub(crate) fn place() -> Place {
    Place {
        campaign: campaign_id(),
        part: 0,
    }
}

pub(crate) fn facts() -> ReviewFacts {
    ReviewFacts {
        opened: Some(opened().into()),
        item: Some(item()),
        ..ReviewFacts::default()
    }
}

pub(crate) fn says(decision: Decision, reason: &str) -> ReviewCommand {
    ReviewCommand::Decide {
        place: place(),
        decision,
        reason: reason.into(),
    }
}

pub(crate) fn decided(decision: Decision, reason: &str) -> ReviewEvent {
    ReviewDecided {
        campaign: campaign_id(),
        account: id("account"),
        decision,
        reason: reason.into(),
        also_asked: (decision == Decision::DoNotKnow).then_some(person("ada")),
        on_behalf_of: None,
    }
    .into()
}

pub(crate) fn review(events: &[ReviewEvent]) -> Given<Review> {
    given(events.iter().cloned())
}

#[test]
fn reviewers_keep_revoke_or_do_not_know_with_a_reason() {
    review(&[])
        .when(says(Decision::Keep, ""), &by("alice", facts()))
        .then([decided(Decision::Keep, "")]);
    review(&[])
        .when(says(Decision::Revoke, "over"), &by("alice", facts()))
        .then([decided(Decision::Revoke, "over")]);
    for decision in [Decision::Revoke, Decision::DoNotKnow] {
        review(&[])
            .when(says(decision, " "), &by("alice", facts()))
            .refused(ReviewRefusal::ReasonMissing);
    }
    let long = "x".repeat(2_001);
    let too_long = FieldProblem::at("reason", Problem::TooLong { most: 2_000 });
    review(&[])
        .when(says(Decision::Keep, &long), &by("alice", facts()))
        .refused(ReviewRefusal::Invalid(vec![too_long]));
}

#[test]
fn what_was_said_may_be_changed_until_it_is_revoked() {
    let kept = decided(Decision::Keep, "");
    review(std::slice::from_ref(&kept))
        .when(says(Decision::Keep, "again"), &by("alice", facts()))
        .nothing();
    review(&[kept])
        .when(says(Decision::Revoke, "over"), &by("alice", facts()))
        .then([decided(Decision::Revoke, "over")]);
    review(&[decided(Decision::Revoke, "over")])
        .when(says(Decision::Keep, ""), &by("alice", facts()))
        .refused(ReviewRefusal::Revoked);
}

#[test]
fn only_reviewers_say_something_in_person_or_by_a_group() {
    review(&[])
        .when(says(Decision::Keep, ""), &by("bob", facts()))
        .refused(ReviewRefusal::NotReviewer);
    let in_ops = ReviewFacts {
        actor_groups: vec![group("ops")],
        ..facts()
    };
    review(&[])
        .when(says(Decision::Keep, ""), &by("bob", in_ops))
        .then([decided(Decision::Keep, "")]);
    let nobody = context(Actor::system("test"), facts());
    review(&[])
        .when(says(Decision::Keep, ""), &nobody)
        .refused(ReviewRefusal::NotReviewer);
}

#[test]
fn whoever_owns_it_alone_by_now_does_not_review_it() {
    let alone = ReviewFacts {
        sole_owner: Some(user("alice")),
        ..facts()
    };
    review(&[])
        .when(says(Decision::Keep, ""), &by("alice", alone.clone()))
        .refused(ReviewRefusal::SelfReview);
    let mut lenient = opened();
    lenient.content.rule.self_review = true;
    let lenient = ReviewFacts {
        opened: Some(lenient.into()),
        ..alone
    };
    review(&[])
        .when(says(Decision::Keep, ""), &by("alice", lenient))
        .then([decided(Decision::Keep, "")]);
}

#[test]
fn where_somebody_does_not_know_the_fallback_is_asked_too() {
    let unknown = decided(Decision::DoNotKnow, "never heard of it");
    review(&[])
        .when(says(Decision::Keep, ""), &by("ada", facts()))
        .refused(ReviewRefusal::NotReviewer);
    let asked = review(&[])
        .when(
            says(Decision::DoNotKnow, "never heard of it"),
            &by("alice", facts()),
        )
        .then([unknown]);
    asked
        .when(says(Decision::Keep, ""), &by("ada", facts()))
        .then([decided(Decision::Keep, "")]);
}

#[test]
fn a_fallback_that_is_asked_already_is_not_asked_anew() {
    let asked = ReviewFacts {
        item: Some(ReviewItem {
            reviewers: vec![person("alice"), person("ada")],
            ..item()
        }),
        ..facts()
    };
    let said = ReviewDecided {
        campaign: campaign_id(),
        account: id("account"),
        decision: Decision::DoNotKnow,
        reason: why(),
        also_asked: None,
        on_behalf_of: None,
    };
    review(&[])
        .when(says(Decision::DoNotKnow, &why()), &by("alice", asked))
        .then([said.into()]);
}

/// Dora stands in for this person, who is in these groups.
fn deputy_for(name: &str, groups: &[&str]) -> ReviewFacts {
    let groups = groups.iter().map(|name| group(name)).collect();
    ReviewFacts {
        deputy_for: vec![Principal {
            user: user(name),
            groups,
        }],
        ..facts()
    }
}

#[test]
fn a_deputy_answers_in_the_name_of_whom_they_stand_in_for() {
    let said = |principal| -> ReviewEvent {
        ReviewDecided {
            campaign: campaign_id(),
            account: id("account"),
            decision: Decision::Keep,
            reason: String::new(),
            also_asked: None,
            on_behalf_of: Some(user(principal)),
        }
        .into()
    };
    let keep = || says(Decision::Keep, "");
    review(&[])
        .when(keep(), &by("dora", deputy_for("alice", &[])))
        .then([said("alice")]);
    review(&[])
        .when(keep(), &by("dora", deputy_for("carol", &["ops"])))
        .then([said("carol")]);
    review(&[])
        .when(keep(), &by("dora", deputy_for("carol", &[])))
        .refused(ReviewRefusal::NotReviewer);
    let handed = ReviewReassigned {
        campaign: campaign_id(),
        account: id("account"),
        reviewers: vec![person("bob")],
        reason: why(),
        on_behalf_of: Some(user("alice")),
    };
    review(&[])
        .when(hand_to("bob", false), &by("dora", deputy_for("alice", &[])))
        .then([handed.into()]);
    // Who is asked themselves speaks for themselves.
    let both = ReviewFacts {
        actor_groups: vec![group("ops")],
        ..deputy_for("alice", &[])
    };
    review(&[])
        .when(keep(), &by("dora", both))
        .then([decided(Decision::Keep, "")]);
}

#[test]
fn no_deputy_reviews_an_account_of_their_own_nor_of_who_owns_it_alone() {
    let keep = || says(Decision::Keep, "");
    let owns = ReviewFacts {
        owns: true,
        ..deputy_for("alice", &[])
    };
    review(&[])
        .when(keep(), &by("dora", owns.clone()))
        .refused(ReviewRefusal::SelfReview);
    review(&[])
        .when(hand_to("bob", false), &by("dora", owns))
        .refused(ReviewRefusal::SelfReview);
    // Alice may not, so that nobody may for her, whoever else asks them.
    let alone = ReviewFacts {
        sole_owner: Some(user("alice")),
        ..deputy_for("alice", &[])
    };
    review(&[])
        .when(keep(), &by("dora", alone.clone()))
        .refused(ReviewRefusal::SelfReview);
    let asked = ReviewFacts {
        actor_groups: vec![group("ops")],
        ..alone
    };
    review(&[])
        .when(keep(), &by("dora", asked))
        .refused(ReviewRefusal::SelfReview);
}

fn hand_to(name: &str, by_runner: bool) -> ReviewCommand {
    ReviewCommand::Reassign {
        place: place(),
        to: person(name),
        reason: why(),
        by_runner,
    }
}

#[test]
fn a_review_is_handed_to_somebody_else_who_alone_decides_then() {
    let handed: ReviewEvent = ReviewReassigned {
        campaign: campaign_id(),
        account: id("account"),
        reviewers: vec![person("bob")],
        reason: why(),
        on_behalf_of: None,
    }
    .into();
    review(&[])
        .when(hand_to("bob", false), &by("bob", facts()))
        .refused(ReviewRefusal::NotReviewer);
    review(&[])
        .when(hand_to("bob", true), &by("ada", facts()))
        .then([handed.clone()]);
    let after = review(&[])
        .when(hand_to("bob", false), &by("alice", facts()))
        .then([handed.clone()]);
    after
        .when(says(Decision::Keep, ""), &by("bob", facts()))
        .then([decided(Decision::Keep, "")]);
    review(&[handed])
        .when(says(Decision::Keep, ""), &by("alice", facts()))
        .refused(ReviewRefusal::NotReviewer);
}

#[test]
fn a_review_is_not_handed_to_nobody_nor_to_whom_the_account_is_alone() {
    let refused = |facts, problem| {
        review(&[])
            .when(hand_to("bob", true), &by("ada", facts))
            .refused(ReviewRefusal::Invalid(vec![FieldProblem::at(
                "to", problem,
            )]));
    };
    let inactive = ReviewFacts {
        nobody_active: true,
        ..facts()
    };
    refused(inactive, Problem::NobodyActive);
    let to_all = ReviewCommand::Reassign {
        place: place(),
        to: Owner::Group(everyone()),
        reason: why(),
        by_runner: true,
    };
    let problem = nobody_in_particular(&Owner::Group(everyone()));
    let at_to = FieldProblem::at("to", problem.unwrap());
    review(&[])
        .when(to_all, &by("ada", facts()))
        .refused(ReviewRefusal::Invalid(vec![at_to]));
    let own = ReviewFacts {
        only: Some(user("bob")),
        sole_owner: Some(user("bob")),
        ..facts()
    };
    let with = "owners".into();
    refused(own, Problem::Conflict { with });
}

#[test]
fn nobody_says_anything_once_the_campaign_is_closed() {
    let over = ReviewFacts {
        closed: Some(closed(false)),
        ..facts()
    };
    review(&[])
        .when(says(Decision::Keep, ""), &by("alice", over.clone()))
        .refused(ReviewRefusal::Closed);
    review(&[])
        .when(hand_to("bob", true), &by("ada", over))
        .refused(ReviewRefusal::Closed);
    review(&[])
        .when(
            says(Decision::Keep, ""),
            &by("alice", ReviewFacts::default()),
        )
        .refused(ReviewRefusal::Unknown);
}

#[test]
fn what_nobody_answered_in_time_is_revoked_where_the_campaign_says_so() {
    let lapse = || ReviewCommand::Lapse { place: place() };
    let system = |facts| context(Actor::system("campaigns"), facts);
    let due = ReviewFacts {
        closed: Some(closed(true)),
        ..facts()
    };
    let lapsed: ReviewEvent = ReviewLapsed {
        campaign: campaign_id(),
        account: id("account"),
    }
    .into();
    for before in [vec![], vec![decided(Decision::DoNotKnow, "no idea")]] {
        review(&before)
            .when(lapse(), &system(due.clone()))
            .then([lapsed.clone()]);
    }
    let not_due = |events: &[ReviewEvent], facts| {
        review(events)
            .when(lapse(), &system(facts))
            .refused(ReviewRefusal::NotDue);
    };
    not_due(&[decided(Decision::Keep, "")], due.clone());
    not_due(std::slice::from_ref(&lapsed), due.clone());
    not_due(&[], facts());
    let early = ReviewFacts {
        closed: Some(closed(false)),
        ..facts()
    };
    not_due(&[], early);
    let mut reports = opened();
    reports.content.unanswered = Unanswered::Report;
    let reports = ReviewFacts {
        opened: Some(reports.into()),
        ..due.clone()
    };
    not_due(&[], reports);
    // Of whom nobody was asked, nobody has failed to answer.
    let nobody = ReviewFacts {
        item: Some(ReviewItem {
            reviewers: vec![],
            ..item()
        }),
        ..due
    };
    not_due(&[], nobody);
}
