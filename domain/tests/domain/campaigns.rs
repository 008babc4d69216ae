//! Certification campaigns: what is opened, who reviews what, who may say what, and what comes of a revocation.

use crate::scene::{
    END, Given, Life, at, by, context, engine, failure, given, group, id, user, why,
};
use tenure_domain::{
    Actor, CampaignId, Context, Event,
    account::{AccountCommand, AccountRefusal, ReminderUrgency},
    campaign::*,
    group::everyone,
    lifecycle::{EndOfLifecycleAction, OptionOff, Status},
    order::{FailureReason, OrderNumber, Outcome},
    ownership::Owner,
    problem::{FieldProblem, Problem},
    reactions::{self, Reaction},
    request::Principal,
    review::*,
    timers::{self, TimerChange, TimerKind},
};

const DUE: &str = "2026-02-10T00:00:00Z";

fn person(name: &str) -> Owner {
    Owner::User(user(name))
}

pub(crate) fn content() -> CampaignContent {
    CampaignContent {
        name: "Spring".into(),
        filter: PopulationFilter::default(),
        rule: ReviewerRule {
            reviewers: Reviewers::Owners,
            fallback: person("ada"),
            self_review: false,
        },
        due: at(DUE),
        remind_days_before: vec![7, 1],
        unanswered: Unanswered::Revoke,
    }
}

fn campaign_id() -> CampaignId {
    id("campaign")
}

pub(crate) fn frozen() -> Frozen {
    Frozen {
        population: id("population"),
        position: 41,
        count: 1,
        sha256: "ab".repeat(32),
        parts: 1,
        without_reviewer: 0,
    }
}

pub(crate) fn opened() -> CampaignOpened {
    CampaignOpened {
        content: content(),
        frozen: frozen(),
        next_reminder: Some(at("2026-02-03T00:00:00Z")),
    }
}

pub(crate) fn item() -> ReviewItem {
    ReviewItem {
        review: id("review"),
        account: id("account"),
        name: "svc-backup".into(),
        domain: id("corp"),
        owners: vec![person("alice"), Owner::Group(group("ops"))],
        reviewers: vec![person("alice"), Owner::Group(group("ops"))],
    }
}

fn open(content: CampaignContent, frozen: Frozen) -> CampaignCommand {
    CampaignCommand::Open(Box::new(Opening {
        campaign: campaign_id(),
        content,
        frozen,
    }))
}

fn known() -> Context<CampaignFacts> {
    by("ada", CampaignFacts::default())
}

fn running() -> Given<Campaign> {
    given([opened().into()])
}

fn closed(at_due: bool) -> CampaignClosed {
    let reason = (!at_due).then(why);
    CampaignClosed { at_due, reason }
}

#[test]
fn a_campaign_is_opened_over_what_was_frozen_and_once() {
    let unsorted = CampaignContent {
        remind_days_before: vec![1, 7],
        ..content()
    };
    let after = given::<Campaign>([])
        .when(open(unsorted.clone(), frozen()), &known())
        .then([opened().into()]);
    let again = after.when(open(unsorted, frozen()), &known()).then([]);
    let other = Frozen {
        position: 42,
        ..frozen()
    };
    again
        .when(open(content(), other), &known())
        .refused(CampaignRefusal::AlreadyExists);
}

#[test]
fn a_campaign_over_nothing_is_refused() {
    let empty = Frozen {
        count: 0,
        ..frozen()
    };
    given::<Campaign>([])
        .when(open(content(), empty), &known())
        .refused(CampaignRefusal::NothingToReview);
}

#[test]
fn what_is_not_right_is_said_field_by_field() {
    let wrong = |change: fn(&mut CampaignContent), field: &str, problem| {
        let mut content = content();
        change(&mut content);
        let facts = CampaignFacts {
            unknown: vec![person("nobody")],
        };
        given::<Campaign>([])
            .when(open(content, frozen()), &by("ada", facts))
            .refused(CampaignRefusal::Invalid(vec![FieldProblem::at(
                field, problem,
            )]));
    };
    let expects = |text: &str| Problem::Malformed {
        expected: text.into(),
    };
    wrong(|c| c.name = " ".into(), "name", Problem::Missing);
    wrong(
        |c| c.due = at("2026-01-10T09:00:00Z"),
        "due",
        expects("in the future"),
    );
    wrong(
        |c| c.due = at("2027-02-10T00:00:00Z"),
        "due",
        expects("at most 366 days ahead"),
    );
    wrong(
        |c| c.rule.fallback = person("nobody"),
        "fallback",
        Problem::Unknown,
    );
    wrong(
        |c| c.rule.reviewers = Reviewers::Named(person("nobody")),
        "reviewers",
        Problem::Unknown,
    );
    let to_all = nobody_in_particular(&Owner::Group(everyone())).unwrap();
    wrong(
        |c| c.rule.fallback = Owner::Group(everyone()),
        "fallback",
        to_all.clone(),
    );
    wrong(
        |c| c.rule.reviewers = Reviewers::Named(Owner::Group(everyone())),
        "reviewers",
        to_all,
    );
    wrong(
        |c| c.remind_days_before = vec![3, 3],
        "remind_days_before",
        Problem::Duplicate,
    );
    wrong(
        |c| c.remind_days_before = vec![0],
        "remind_days_before",
        expects("days between 1 and 365"),
    );
    wrong(
        |c| c.remind_days_before = (1..=11).collect(),
        "remind_days_before",
        Problem::TooMany { most: 10 },
    );
    let offered = PopulationFilter::REVIEWABLE.iter();
    let offered = offered.map(|status| status.text().to_owned()).collect();
    wrong(
        |c| c.filter.status = vec![Status::Deleted],
        "filter.status",
        Problem::NotAmong { offered },
    );
}

#[test]
fn reviewers_are_reminded_when_it_is_due_and_the_last_time_urgently() {
    let at_instant = |text: &str| Context {
        now: at(text),
        actor: Actor::system("timers"),
        facts: CampaignFacts::default(),
    };
    let first = "2026-02-03T00:00:00Z";
    let second = "2026-02-09T00:00:00Z";
    running()
        .when(
            CampaignCommand::Remind(at(first)),
            &at_instant("2026-02-02T23:59:59Z"),
        )
        .refused(CampaignRefusal::NotDue);
    let reminded = running()
        .when(CampaignCommand::Remind(at(first)), &at_instant(first))
        .then([ReviewersReminded {
            urgency: ReminderUrgency::Regular,
            next_reminder: Some(at(second)),
        }
        .into()]);
    let urgent = reminded
        .when(CampaignCommand::Remind(at(second)), &at_instant(second))
        .then([ReviewersReminded {
            urgency: ReminderUrgency::Urgent,
            next_reminder: None,
        }
        .into()]);
    urgent
        .when(CampaignCommand::Remind(at(second)), &at_instant(second))
        .refused(CampaignRefusal::NotDue);
    // Told late, they are told once.
    running()
        .when(
            CampaignCommand::Remind(at(first)),
            &at_instant("2026-02-09T12:00:00Z"),
        )
        .then([ReviewersReminded {
            urgency: ReminderUrgency::Urgent,
            next_reminder: None,
        }
        .into()]);
}

#[test]
fn a_campaign_is_closed_at_its_due_date_or_by_somebody_before_and_once() {
    let due = Context {
        now: at(DUE),
        ..known()
    };
    let over = running()
        .when(CampaignCommand::ReachDue(at(DUE)), &due)
        .then([closed(true).into()]);
    over.when(CampaignCommand::Close { reason: why() }, &known())
        .refused(CampaignRefusal::Closed);
    running()
        .when(CampaignCommand::ReachDue(at(DUE)), &known())
        .refused(CampaignRefusal::NotDue);
    let early = running()
        .when(CampaignCommand::Close { reason: why() }, &known())
        .then([closed(false).into()]);
    early
        .when(CampaignCommand::ReachDue(at(DUE)), &due)
        .refused(CampaignRefusal::NotDue);
    running()
        .when(CampaignCommand::Close { reason: " ".into() }, &known())
        .refused(CampaignRefusal::ReasonMissing);
    given::<Campaign>([])
        .when(CampaignCommand::Close { reason: why() }, &known())
        .refused(CampaignRefusal::Unknown);
}

#[test]
fn timers_follow_the_reminders_and_the_due_date() {
    let kinds = |event: CampaignEvent| {
        let changes = timers::changes(campaign_id().0, &Event::Campaign(event));
        let kind = |change: TimerChange| match change {
            TimerChange::Set(timer) => (timer.kind, Some(timer.due)),
            TimerChange::Cancel(kind) => (kind, None),
        };
        changes.into_iter().map(kind).collect::<Vec<_>>()
    };
    let first = Some(at("2026-02-03T00:00:00Z"));
    assert_eq!(
        kinds(opened().into()),
        [
            (TimerKind::CampaignReminder, first),
            (TimerKind::CampaignDue, Some(at(DUE)))
        ]
    );
    assert_eq!(
        kinds(closed(true).into()),
        [
            (TimerKind::CampaignReminder, None),
            (TimerKind::CampaignDue, None)
        ]
    );
}

#[test]
fn a_part_is_frozen_once() {
    let part = |name: &str| PopulationFrozen {
        campaign: campaign_id(),
        population: id("population"),
        part: 0,
        items: vec![ReviewItem {
            name: name.into(),
            ..item()
        }],
    };
    let freeze = |part| PopulationCommand::Freeze(Box::new(part));
    let frozen = given::<Population>([])
        .when(freeze(part("svc-a")), &by("ada", ()))
        .then([part("svc-a").into()]);
    assert_eq!(frozen.0.item(id("review")).unwrap().name, "svc-a");
    assert_eq!(frozen.0.item(id("another")), None);
    let same = frozen.when(freeze(part("svc-a")), &by("ada", ())).then([]);
    same.when(freeze(part("svc-b")), &by("ada", ()))
        .refused(PopulationRefusal::AlreadyFrozen);
    let many = PopulationFrozen {
        items: vec![item(); ITEMS_OF_PART + 1],
        ..part("svc-a")
    };
    given::<Population>([])
        .when(freeze(many), &by("ada", ()))
        .refused(PopulationRefusal::TooMany);
}

/// Alice, Bob and Ada are active; Carol is not. Ops are several, one-op is Alice, nobody is in "empty".
fn active(who: &Owner) -> Active {
    let several = Owner::Group(group("ops"));
    let alone = Owner::Group(group("one-op"));
    match who {
        who if *who == several || *who == Owner::Group(everyone()) => Active::Several,
        who if *who == alone => Active::One(user("alice")),
        who if *who == Owner::Group(group("empty")) || *who == person("carol") => Active::Nobody,
        Owner::User(user) => Active::One(*user),
        Owner::Group(_) => Active::Nobody,
    }
}

#[test]
fn owners_review_but_nobody_what_they_own_alone() {
    let rule = content().rule;
    let of = |owners: &[Owner]| rule.reviewers_of(owners, &active);
    let (alice, bob, ada) = (person("alice"), person("bob"), person("ada"));
    let (ops, one_op) = (Owner::Group(group("ops")), Owner::Group(group("one-op")));
    assert_eq!(of(&[alice, bob]), [alice, bob]);
    assert_eq!(of(&[alice, ops]), [alice, ops]);
    assert_eq!(of(&[alice]), [ada], "hers alone");
    assert_eq!(of(&[alice, person("carol")]), [ada], "Carol is not active");
    assert_eq!(of(&[alice, one_op]), [ada], "a group of hers alone");
    assert_eq!(of(&[person("carol")]), [ada], "nobody active");
    assert!(of(&[ada]).is_empty(), "nobody may");
    let all = Owner::Group(everyone());
    assert_eq!(of(&[all]), [ada], "of Everyone nobody is responsible");
    assert_eq!(of(&[all, alice]), [alice]);
    let lenient = ReviewerRule {
        self_review: true,
        ..rule.clone()
    };
    assert_eq!(lenient.reviewers_of(&[alice], &active), [alice]);
}

#[test]
fn a_rule_may_ask_owning_groups_or_somebody_named() {
    let (alice, ada) = (person("alice"), person("ada"));
    let ops = Owner::Group(group("ops"));
    let by = |reviewers| ReviewerRule {
        reviewers,
        ..content().rule
    };
    let groups = by(Reviewers::OwningGroups);
    assert_eq!(groups.reviewers_of(&[alice, ops], &active), [ops]);
    assert_eq!(groups.reviewers_of(&[alice], &active), [ada]);
    let named = by(Reviewers::Named(alice));
    assert_eq!(named.reviewers_of(&[ops], &active), [alice]);
    assert_eq!(named.reviewers_of(&[alice], &active), [ada]);
}

fn place() -> Place {
    Place {
        campaign: campaign_id(),
        part: 0,
    }
}

fn facts() -> ReviewFacts {
    ReviewFacts {
        opened: Some(opened().into()),
        item: Some(item()),
        ..ReviewFacts::default()
    }
}

fn says(decision: Decision, reason: &str) -> ReviewCommand {
    ReviewCommand::Decide {
        place: place(),
        decision,
        reason: reason.into(),
    }
}

fn decided(decision: Decision, reason: &str) -> ReviewEvent {
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

fn review(events: &[ReviewEvent]) -> Given<Review> {
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

const N: OrderNumber = OrderNumber { epoch: 1, n: 2 };

#[test]
fn a_revocation_is_followed_until_the_directory_has_confirmed_it() {
    let record = |revocation| ReviewCommand::Record(revocation);
    let system = || context(Actor::system("provisioning"), ReviewFacts::default());
    let observed = Revocation::Observed {
        number: N,
        engine: engine(),
    };
    let refused = failure(FailureReason::InsufficientRights);
    let ordered = review(&[decided(Decision::Revoke, "over")])
        .when(record(Revocation::Ordered), &system())
        .then([RevocationOrdered {}.into()]);
    let failed = ordered
        .when(record(Revocation::Failed(refused.clone())), &system())
        .then([RevocationFailed { failure: refused }.into()]);
    let confirmed: ReviewEvent = RevocationObserved {
        number: N,
        engine: engine(),
    }
    .into();
    let over = failed
        .when(record(observed.clone()), &system())
        .then([confirmed]);
    over.when(record(Revocation::Ordered), &system()).nothing();
    let revoked = || review(&[decided(Decision::Revoke, "over")]);
    revoked()
        .when(record(Revocation::Undone), &system())
        .then([RevocationUndone {}.into()]);
    let detail = || "gone".to_owned();
    revoked()
        .when(record(Revocation::Unneeded { detail: detail() }), &system())
        .then([RevocationUnneeded { detail: detail() }.into()]);
    review(&[])
        .when(record(observed), &system())
        .refused(ReviewRefusal::NotDue);
}

fn follows(life: &Life, from: usize) -> Vec<Revocation> {
    let events = life.history.iter().skip(from);
    let of = |event| reactions::to(id::<uuid::Uuid>("account"), &Event::Account(event));
    let reactions = events.cloned().flat_map(of);
    let recorded = |reaction| match reaction {
        Reaction::Review {
            command: ReviewCommand::Record(revocation),
            ..
        } => Some(revocation),
        _ => None,
    };
    reactions.filter_map(recorded).collect()
}

fn revoke() -> AccountCommand {
    AccountCommand::Revoke {
        review: id("review"),
        reason: why(),
    }
}

#[test]
fn a_revoked_account_is_disabled_and_tells_its_review() {
    let event = Event::Review(decided(Decision::Revoke, "over"));
    let reaction = reactions::to(id("review"), &event).pop().unwrap();
    assert!(
        matches!(&reaction, Reaction::Account { account, command: AccountCommand::Revoke { review, reason }, .. }
            if *account == id("account") && *review == id("review") && reason == "over")
    );
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    assert_eq!(life.does(revoke()), ["disabled", "order-issued"]);
    life.applied();
    let steps = follows(&life, before);
    let [Revocation::Ordered, Revocation::Observed { .. }] = steps.as_slice() else {
        panic!("{steps:?}");
    };
    // Whatever is ordered later is not the review's.
    let before = life.history.len();
    life.does(AccountCommand::Enable { reason: why() });
    life.applied();
    assert_eq!(follows(&life, before), []);
}

#[test]
fn a_revocation_that_the_directory_refused_is_still_followed() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.report(Outcome::Failed(failure(FailureReason::InsufficientRights)));
    life.does(AccountCommand::RetryFailed);
    life.applied();
    let steps = follows(&life, before);
    let [
        Revocation::Ordered,
        Revocation::Failed(_),
        Revocation::Observed { .. },
    ] = steps.as_slice()
    else {
        panic!("{steps:?}");
    };
}

#[test]
fn an_account_that_is_enabled_before_the_directory_followed_undoes_its_revocation() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.does(AccountCommand::Enable { reason: why() });
    life.applied();
    life.applied();
    assert_eq!(
        follows(&life, before),
        [Revocation::Ordered, Revocation::Undone]
    );
}

#[test]
fn one_that_is_deleted_meanwhile_is_observed_as_gone() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.does(revoke());
    life.does(AccountCommand::Delete {
        reason: why(),
        confirmed_name: "svc-backup".into(),
    });
    // The order that disables was on its way.
    life.applied();
    let steps = follows(&life, before);
    assert!(
        matches!(
            steps.as_slice(),
            [Revocation::Ordered, Revocation::Observed { .. }]
        ),
        "{steps:?}"
    );
}

#[test]
fn one_that_is_disabled_is_revoked_only_if_the_directory_has_not_confirmed_it() {
    let mut life = Life::live(EndOfLifecycleAction::Review);
    life.does(AccountCommand::Disable { reason: why() });
    let before = life.history.len();
    assert_eq!(life.does(revoke()), ["disabled"]);
    life.applied();
    assert_eq!(follows(&life, before).len(), 2);
    let refusal = life.run(revoke()).unwrap_err();
    let off = AccountRefusal::OptionOff(OptionOff::AlreadyDisabled);
    assert_eq!(refusal, off);
    let reaction = Reaction::Account {
        account: id("account"),
        command: revoke(),
        request: None,
    };
    let instead = reactions::to_refusal(&reaction, &refusal).unwrap();
    let Reaction::Review { review, command } = instead else {
        panic!("the review hears of it");
    };
    assert_eq!(review, id("review"));
    assert!(
        matches!(command, ReviewCommand::Record(Revocation::Unneeded { detail }) if detail == off.to_string())
    );
}

#[test]
fn a_renewal_after_the_end_undoes_a_revocation_too() {
    let mut life = Life::ended(EndOfLifecycleAction::Review);
    let before = life.history.len();
    life.at(END).does(revoke());
    life.does(AccountCommand::Renew);
    assert_eq!(
        follows(&life, before),
        [Revocation::Ordered, Revocation::Undone]
    );
}
