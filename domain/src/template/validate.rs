//! A template is validated as a whole at publishing: every problem at once, each with its field. Some of them are refused
//! when a draft is saved already.

use super::{ApprovalFlow, TemplateContent, UsersAndGroups, validate_directory, validate_gmsa};
use crate::{
    lifecycle::EndOfLifecycleAction,
    problem::{self, FieldProblem, Problem},
};

/// Most approval steps.
const MOST_STEPS: usize = 10;
/// Most people, and most groups, named in one place.
const MOST_NAMED: usize = 100;
/// Most periods to choose from.
const MOST_PERIODS: usize = 50;
/// The longest time-out of a step: a year.
const LONGEST_TIME_OUT_HOURS: usize = 366 * 24;

/// Everything that keeps `content` from being published, apart from what it names (`named_problems`).
#[must_use]
pub fn problems(content: &TemplateContent) -> Vec<FieldProblem> {
    let mut found = Vec::new();
    problem::text(&mut found, "name", &content.name, 80);
    problem::at_most(&mut found, "purpose", &content.purpose, 2_000);
    if let Some(terms) = &content.terms_of_service {
        if terms.trim().is_empty() {
            found.push(FieldProblem::at("terms_of_service", Problem::Missing));
        }
        problem::at_most(&mut found, "terms_of_service", terms, 20_000);
    }
    validate_directory::vault(&content.vault, &mut found);
    validate_directory::directory(content, &mut found);
    validate_gmsa::of_its_type(content, &mut found);
    ownership(content, &mut found);
    lifecycle(content, &mut found);
    approval(&content.approval, &mut found);
    content.drift.problems(&mut found);
    found
}

/// What not even a draft may hold. A draft may lack things, and hold what does not go together yet; but its name is
/// reserved, its texts are shown to people, and its pattern is run on what they type.
pub(super) fn never_right(content: &TemplateContent) -> Vec<FieldProblem> {
    let mut found = problems(content);
    found.retain(|found| {
        found.field == "name"
            || matches!(
                found.problem,
                Problem::BadPattern | Problem::ForbiddenCharacter { .. } | Problem::TooLong { .. }
            )
    });
    found
}

fn ownership(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let ownership = &content.ownership;
    if ownership.least == 0 {
        found.push(FieldProblem::at(
            "ownership.least",
            Problem::TooFew { least: 1 },
        ));
    }
    if ownership.most < ownership.least {
        found.push(FieldProblem::at(
            "ownership.most",
            Problem::Conflict {
                with: "ownership.least".into(),
            },
        ));
    }
    if ownership.requester_only && ownership.least > 1 {
        found.push(FieldProblem::at(
            "ownership.requester_only",
            Problem::Conflict {
                with: "ownership.least".into(),
            },
        ));
    }
}

fn lifecycle(content: &TemplateContent, found: &mut Vec<FieldProblem>) {
    let lifecycle = &content.lifecycle;
    let mut say = |field: &str, problem| {
        found.push(FieldProblem::at(&format!("lifecycle.{field}"), problem));
    };
    if lifecycle.periods.is_empty() {
        say("periods", Problem::TooFew { least: 1 });
    }
    if lifecycle.periods.len() > MOST_PERIODS {
        say("periods", Problem::TooMany { most: MOST_PERIODS });
    }
    for (i, period) in lifecycle.periods.iter().enumerate() {
        let field = format!("periods[{i}]");
        if !period.is_valid() {
            let expected = "between 1 day and 10 years".into();
            say(&field, Problem::Malformed { expected });
        }
        if lifecycle.periods[..i].contains(period) {
            say(&field, Problem::Duplicate);
        }
    }
    let urgent = lifecycle.urgent;
    for (field, value) in [
        ("renewal_opens_days", lifecycle.renewal_opens_days),
        ("remind_every_days", lifecycle.remind_every_days),
        (
            "urgent.every_hours",
            urgent.map(|urgent| urgent.every_hours),
        ),
        ("urgent.last_days", urgent.map(|urgent| urgent.last_days)),
        (
            "stop_reminding_after_days",
            lifecycle.stop_reminding_after_days,
        ),
        (
            "enabled_after_end_days",
            Some(lifecycle.enabled_after_end_days),
        ),
        ("purge_after_days", lifecycle.purge_after_days),
    ] {
        if value == Some(0) {
            say(field, Problem::TooFew { least: 1 });
        }
    }
    if content.action == EndOfLifecycleAction::Delete {
        for (field, set) in [
            ("renewal_opens_days", lifecycle.renewal_opens_days.is_some()),
            ("remind_every_days", lifecycle.remind_every_days.is_some()),
            ("urgent", urgent.is_some()),
        ] {
            if set {
                let with = "action".into();
                say(field, Problem::Conflict { with });
            }
        }
    } else if let Some(opens) = lifecycle.renewal_opens_days {
        // Renewal that is open from the first day would never be awaited.
        for (i, period) in lifecycle.periods.iter().enumerate() {
            if period.is_valid() && u32::from(opens) >= period.shortest_days() {
                let with = format!("lifecycle.periods[{i}]");
                say("renewal_opens_days", Problem::Conflict { with });
            }
        }
    }
    named(
        "lifecycle.other_recipients",
        &lifecycle.other_recipients,
        found,
    );
}

fn approval(approval: &ApprovalFlow, found: &mut Vec<FieldProblem>) {
    if approval.steps.len() > MOST_STEPS {
        found.push(FieldProblem::at(
            "approval.steps",
            Problem::TooMany { most: MOST_STEPS },
        ));
    }
    for (i, step) in approval.steps.iter().enumerate() {
        let field = |name: &str| format!("approval.steps[{i}].{name}");
        problem::text(found, &field("name"), &step.name, 80);
        let mut say = |name: &str, problem| found.push(FieldProblem::at(&field(name), problem));
        if step.least == 0 {
            say("least", Problem::TooFew { least: 1 });
        }
        if step.users.is_empty() && step.groups.is_empty() {
            say("users", Problem::Missing);
        }
        let most = step.users.len();
        // Of nobody no number is right: that is said where they are missing.
        if step.groups.is_empty() && most > 0 && usize::from(step.least) > most {
            say("least", Problem::TooMany { most });
        }
        match step.times_out_after_hours {
            Some(0) => say("times_out_after_hours", Problem::TooFew { least: 1 }),
            Some(hours) if usize::from(hours) > LONGEST_TIME_OUT_HOURS => {
                let most = LONGEST_TIME_OUT_HOURS;
                say("times_out_after_hours", Problem::TooMany { most });
            }
            Some(_) if step.fallback.is_empty() => say("fallback", Problem::Missing),
            None if !step.fallback.is_empty() => {
                let with = field("times_out_after_hours");
                say("fallback", Problem::Conflict { with });
            }
            Some(_) | None => {}
        }
        let approvers = UsersAndGroups {
            users: step.users.clone(),
            groups: step.groups.clone(),
        };
        named(&format!("approval.steps[{i}]"), &approvers, found);
        named(&field("fallback"), &step.fallback, found);
    }
}

/// Nobody is named twice, nor too many.
fn named(field: &str, people: &UsersAndGroups, found: &mut Vec<FieldProblem>) {
    listed(&format!("{field}.users"), &people.users, found);
    listed(&format!("{field}.groups"), &people.groups, found);
}

/// A list without repetition, and not too long.
pub(super) fn listed<T: PartialEq>(field: &str, list: &[T], found: &mut Vec<FieldProblem>) {
    if list.len() > MOST_NAMED {
        let most = MOST_NAMED;
        found.push(FieldProblem::at(field, Problem::TooMany { most }));
        return;
    }
    for (i, one) in list.iter().enumerate() {
        if list[..i].contains(one) {
            let field = format!("{field}[{i}]");
            found.push(FieldProblem::at(&field, Problem::Duplicate));
        }
    }
}
