//! Certification campaigns: what is opened, who reviews what, who may say what, and what comes of a revocation.

use crate::scene::{Given, at, by, given, group, id, user, why};
use tenure_domain::{
    Actor, CampaignId, Context, Event,
    account::ReminderUrgency,
    campaign::*,
    group::everyone,
    lifecycle::Status,
    ownership::Owner,
    problem::{FieldProblem, Problem},
    timers::{self, TimerChange, TimerKind},
};

pub(crate) const DUE: &str = "2026-02-10T00:00:00Z";

pub(crate) fn person(name: &str) -> Owner {
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

pub(crate) fn campaign_id() -> CampaignId {
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

pub(crate) fn known() -> Context<CampaignFacts> {
    by("ada", CampaignFacts::default())
}

pub(crate) fn running() -> Given<Campaign> {
    given([opened().into()])
}

pub(crate) fn closed(at_due: bool) -> CampaignClosed {
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
pub(crate) fn active(who: &Owner) -> Active {
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
