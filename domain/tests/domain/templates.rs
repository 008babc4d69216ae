//! Templates: drafted, published, immutable; validated as a whole.

use crate::scene::{by, given, group, step, template, user};
use cqrs_es::test::TestFramework;
use tenure_domain::{
    Actor, Context,
    lifecycle::EndOfLifecycleAction as Action,
    ownership::Owner,
    period::Period,
    problem::{FieldProblem, Problem},
    template::{
        ApprovalStep, AttributeRule, Template, TemplateAttribute, TemplateCommand as C,
        TemplateContent, TemplateDisabled, TemplateDrafted, TemplateEnabled, TemplateEvent,
        TemplateFacts, TemplatePublished, TemplateRefusal as R, TemplateReturned, TemplateRevised,
        TemplateSubmitted, TemplateUnpublished, Urgent, UsersAndGroups, compare, problems,
    },
};

fn context() -> Context<TemplateFacts> {
    by("tina", TemplateFacts::default())
}

fn content() -> TemplateContent {
    template(Action::Disable)
}

fn named(name: &str) -> TemplateContent {
    TemplateContent {
        name: name.into(),
        ..content()
    }
}

fn drafted(version: u32) -> TemplateEvent {
    TemplateDrafted {
        version,
        content: content(),
        former_name: None,
    }
    .into()
}

fn published(version: u32) -> TemplateEvent {
    TemplatePublished {
        version,
        content: content(),
    }
    .into()
}

#[test]
fn the_first_draft_is_version_1_also_through_cqrs_es() {
    TestFramework::<Template>::with(context())
        .given_no_previous_events()
        .when(C::Draft(Box::new(content())))
        .then_expect_events(vec![drafted(1)]);
}

#[test]
fn what_was_never_drafted_is_unknown() {
    for command in [
        C::Revise(Box::new(content())),
        C::Submit,
        C::Return {
            reason: "no".into(),
        },
        C::Publish,
        C::Unpublish,
        C::Disable,
        C::Enable,
    ] {
        given::<Template>([])
            .when(command, &context())
            .refused(R::Unknown);
    }
}

#[test]
fn a_draft_needs_a_name_and_little_else() {
    let nameless = [FieldProblem::at("name", Problem::Missing)].to_vec();
    given::<Template>([])
        .when(C::Draft(Box::new(named(" "))), &context())
        .refused(R::Invalid(nameless.clone()));
    given::<Template>([drafted(1)])
        .when(C::Revise(Box::new(named(""))), &context())
        .refused(R::Invalid(nameless));
    let mut odd = content();
    odd.directory.ou = "somewhere".into();
    given::<Template>([])
        .when(C::Draft(Box::new(odd.clone())), &context())
        .then([TemplateDrafted {
            version: 1,
            content: odd,
            former_name: None,
        }
        .into()]);
}

#[test]
fn one_version_is_drafted_at_a_time() {
    given::<Template>([drafted(1)])
        .when(C::Draft(Box::new(content())), &context())
        .nothing();
    given::<Template>([drafted(1)])
        .when(C::Draft(Box::new(named("Other"))), &context())
        .refused(R::DraftExists { version: 1 });
}

#[test]
fn a_renamed_draft_gives_up_its_former_name() {
    let revised = TemplateRevised {
        content: named("Other"),
        former_name: Some("Backup jobs".into()),
    };
    given::<Template>([drafted(1)])
        .when(C::Revise(Box::new(named("Other"))), &context())
        .then([revised.into()]);
    given::<Template>([drafted(1)])
        .when(C::Revise(Box::new(content())), &context())
        .nothing();
}

#[test]
fn publishing_takes_the_draft_and_the_next_draft_is_the_next_version() {
    let after = given::<Template>([drafted(1)])
        .when(C::Publish, &context())
        .then([published(1)]);
    assert_eq!(after.0.offered().map(|(version, _)| version), Some(1));
    given::<Template>([drafted(1), published(1)])
        .when(C::Publish, &context())
        .refused(R::NoDraft);
    given::<Template>([drafted(1), published(1)])
        .when(C::Revise(Box::new(content())), &context())
        .refused(R::NoDraft);
    let both = given::<Template>([drafted(1), published(1)])
        .when(C::Draft(Box::new(content())), &context())
        .then([drafted(2)]);
    assert_eq!(
        both.0.offered().map(|(version, _)| version),
        Some(1),
        "the published one keeps serving"
    );
}

#[test]
fn an_unpublished_or_disabled_template_is_not_offered() {
    given::<Template>([drafted(1)])
        .when(C::Unpublish, &context())
        .refused(R::NotPublished);
    let unpublished = given::<Template>([drafted(1), published(1)])
        .when(C::Unpublish, &context())
        .then([TemplateUnpublished { version: 1 }.into()]);
    assert!(unpublished.0.offered().is_none());
    let disabled = given::<Template>([drafted(1), published(1)])
        .when(C::Disable, &context())
        .then([TemplateDisabled {}.into()]);
    assert!(disabled.0.offered().is_none());
    let enabled = disabled
        .when(C::Enable, &context())
        .then([TemplateEnabled {}.into()]);
    assert!(enabled.0.offered().is_some());
    enabled.when(C::Enable, &context()).nothing();
    given::<Template>([drafted(1), TemplateDisabled {}.into()])
        .when(C::Disable, &context())
        .nothing();
}

#[test]
fn publishing_says_everything_that_is_wrong_at_once() {
    let mut bad = content();
    bad.action = Action::Delete;
    bad.terms_of_service = Some(" ".into());
    bad.purpose = "x".repeat(2_001);
    bad.directory.ou = "somewhere".into();
    bad.directory.retirement_ou = Some("OU=Retired".into());
    bad.directory.groups = vec!["backup".into()];
    bad.directory.name_prefix = "svc-".repeat(5);
    bad.directory.name_pattern = Some("(".into());
    let attribute = |name: &str, rule| TemplateAttribute {
        name: name.into(),
        rule,
    };
    bad.directory.attributes = vec![
        attribute("unicodePwd", AttributeRule::Required),
        attribute("depart ment", AttributeRule::Optional),
        attribute("info", AttributeRule::ReadOnly(vec![String::new()])),
        attribute("INFO", AttributeRule::Optional),
    ];
    bad.ownership.least = 3;
    bad.ownership.most = 2;
    bad.ownership.requester_only = true;
    bad.lifecycle.periods = vec![Period::days(0), Period::days(90), Period::days(90)];
    bad.lifecycle.remind_every_days = Some(0);
    bad.lifecycle.renewal_opens_days = Some(0);
    bad.lifecycle.urgent = Some(Urgent {
        every_hours: 0,
        last_days: 0,
    });
    bad.lifecycle.enabled_after_end_days = 0;
    bad.lifecycle.purge_after_days = Some(0);
    bad.lifecycle.other_recipients.users = vec![user("dave"), user("dave")];
    bad.directory.other_ous = vec!["OU=Batch,DC=corp,DC=example,DC=com".into(); 2];
    bad.vault.folder = Some("service//backup".into());
    let nobody = |name: &str, least| step(name, least, &[], &[]);
    bad.approval.steps = vec![
        nobody("", 0),
        nobody("Two", 2),
        step("Three", 2, &["dave"], &[]),
    ];
    bad.approval.steps[0].times_out_after_hours = Some(24);
    bad.approval.steps[1].fallback.users = vec![user("dave")];
    let expected = "
        purpose: is longer than 2000 characters
        terms_of_service: is missing
        vault.folder: must be a folder such as service-accounts/backup
        directory.ou: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.other_ous[1]: is there twice
        directory.retirement_ou: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.groups[0]: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.name_prefix: is longer than 19 characters
        directory.name_pattern: is not a valid regular expression
        directory.attributes[0].name: is kept by Tenure or by the directory itself
        directory.attributes[1].name: must be the LDAP display name of an attribute
        directory.attributes[2].rule: is missing
        directory.attributes[3].name: is there twice
        ownership.most: does not go together with ownership.least
        ownership.requester_only: does not go together with ownership.least
        lifecycle.periods[0]: must be between 1 day and 10 years
        lifecycle.periods[2]: is there twice
        lifecycle.renewal_opens_days: needs at least 1
        lifecycle.remind_every_days: needs at least 1
        lifecycle.urgent.every_hours: needs at least 1
        lifecycle.urgent.last_days: needs at least 1
        lifecycle.enabled_after_end_days: needs at least 1
        lifecycle.purge_after_days: needs at least 1
        lifecycle.renewal_opens_days: does not go together with action
        lifecycle.remind_every_days: does not go together with action
        lifecycle.urgent: does not go together with action
        lifecycle.other_recipients.users[1]: is there twice
        approval.steps[0].name: is missing
        approval.steps[0].least: needs at least 1
        approval.steps[0].users: is missing
        approval.steps[0].fallback: is missing
        approval.steps[1].users: is missing
        approval.steps[1].fallback: does not go together with approval.steps[1].times_out_after_hours
        approval.steps[2].least: allows at most 1";
    let expected: Vec<&str> = expected.trim().lines().map(str::trim).collect();
    assert_eq!(
        problems(&bad)
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        expected
    );
    let draft = TemplateDrafted {
        version: 1,
        content: bad.clone(),
        former_name: None,
    };
    given::<Template>([draft.into()])
        .when(C::Publish, &context())
        .refused(R::Invalid(problems(&bad)));
}

#[test]
fn nobody_owns_at_least_nobody_and_a_template_offers_a_period_and_ten_steps_at_most() {
    let mut bad = content();
    bad.ownership.least = 0;
    bad.lifecycle.periods.clear();
    bad.approval.steps = vec![bad.approval.steps[0].clone(); 11];
    let found: Vec<String> = problems(&bad).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "ownership.least: needs at least 1",
            "lifecycle.periods: needs at least 1",
            "approval.steps: allows at most 10"
        ]
    );
}

#[test]
fn each_of_the_four_actions_can_be_published() {
    for action in Action::ALL {
        assert_eq!(problems(&template(*action)), vec![], "{action:?}");
    }
}

#[test]
fn what_can_never_be_right_is_refused_when_it_is_saved() {
    let refused = |change: &dyn Fn(&mut TemplateContent), field: &str, problem: Problem| {
        let mut bad = content();
        change(&mut bad);
        let refusal = R::Invalid(vec![FieldProblem::at(field, problem)]);
        for (events, command) in [
            (vec![], C::Draft(Box::new(bad.clone()))),
            (vec![drafted(1)], C::Revise(Box::new(bad.clone()))),
        ] {
            given::<Template>(events)
                .when(command, &context())
                .refused(refusal.clone());
        }
    };
    let pattern = "directory.name_pattern";
    for unfit in ["(", "(a{1000}){1000}", r"(a)\1", "a(?=b)"] {
        refused(
            &|bad| bad.directory.name_pattern = Some(unfit.into()),
            pattern,
            Problem::BadPattern,
        );
    }
    let control = |character| Problem::ForbiddenCharacter { character };
    refused(&|bad| bad.name = "a\nb".into(), "name", control('\n'));
    refused(
        &|bad| bad.purpose = "a\u{7}b".into(),
        "purpose",
        control('\u{7}'),
    );
    refused(
        &|bad| bad.directory.ou = "OU=a\tb,DC=corp".into(),
        "directory.ou",
        control('\t'),
    );
    let attribute = |rule| TemplateAttribute {
        name: "department".into(),
        rule,
    };
    refused(
        &|bad| {
            bad.directory.attributes =
                vec![attribute(AttributeRule::ReadOnly(vec!["x".repeat(65)]))];
        },
        "directory.attributes[0].rule",
        Problem::TooLong { most: 64 },
    );
    let mut lines = content();
    lines.purpose = "Backups,\n\tnightly".into();
    lines.terms_of_service = Some("One.\nTwo.".into());
    assert_eq!(problems(&lines), vec![]);
}

#[test]
fn renewal_opens_later_than_the_account_begins_whatever_the_period() {
    let mut bad = content();
    bad.lifecycle.periods = vec![
        Period::months(1),
        Period::days(28),
        Period::days(29),
        Period::months(2),
        "1 year".parse().unwrap(),
    ];
    bad.lifecycle.renewal_opens_days = Some(28);
    let found: Vec<String> = problems(&bad).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "lifecycle.renewal_opens_days: does not go together with lifecycle.periods[0]",
            "lifecycle.renewal_opens_days: does not go together with lifecycle.periods[1]",
        ]
    );
    bad.lifecycle.renewal_opens_days = Some(27);
    assert_eq!(problems(&bad), vec![]);
}

#[test]
fn whoever_is_named_is_there_and_approvers_may_approve() {
    let mut named = content();
    named.approval.steps = vec![ApprovalStep {
        times_out_after_hours: Some(72),
        fallback: UsersAndGroups {
            users: vec![user("erin")],
            groups: vec![group("nobody")],
        },
        ..step("Manager", 1, &["carol", "dave"], &[])
    }];
    named.lifecycle.other_recipients.users = vec![user("dave")];
    named.directory.available_to = vec![group("nobody")];
    let facts = TemplateFacts {
        domain_unknown: true,
        unknown: vec![Owner::Group(group("nobody")), Owner::User(user("carol"))],
        no_approvers: vec![user("dave"), user("erin")],
        ..TemplateFacts::default()
    };
    let draft = TemplateDrafted {
        version: 1,
        content: named,
        former_name: None,
    };
    let problem = |field: &str, problem| FieldProblem::at(field, problem);
    let expected = R::Invalid(vec![
        problem("directory.domain", Problem::Unknown),
        problem("approval.steps[0].users[0]", Problem::Unknown),
        problem("approval.steps[0].users[1]", Problem::NoApprover),
        problem("approval.steps[0].fallback.users[0]", Problem::NoApprover),
        problem("approval.steps[0].fallback.groups[0]", Problem::Unknown),
        problem("directory.available_to[0]", Problem::Unknown),
    ]);
    for command in [C::Publish, C::Submit] {
        given::<Template>([draft.clone().into()])
            .when(command, &by("tina", facts.clone()))
            .refused(expected.clone());
    }
}

fn submitted(by: &str) -> TemplateEvent {
    TemplateSubmitted {
        version: 1,
        by: Actor::User(user(by)),
    }
    .into()
}

fn four_eyes(name: &str) -> Context<TemplateFacts> {
    let facts = TemplateFacts {
        four_eyes: true,
        ..TemplateFacts::default()
    };
    by(name, facts)
}

#[test]
fn four_eyes_see_a_draft_before_it_is_published() {
    given::<Template>([drafted(1)])
        .when(C::Publish, &four_eyes("tina"))
        .refused(R::ApprovalNeeded);
    let awaiting = given::<Template>([drafted(1)])
        .when(C::Submit, &four_eyes("tina"))
        .then([submitted("tina")]);
    assert!(awaiting.0.offered().is_none());
    given::<Template>([drafted(1), submitted("tina")])
        .when(C::Submit, &four_eyes("tina"))
        .nothing();
    given::<Template>([drafted(1), submitted("tina")])
        .when(C::Publish, &four_eyes("tina"))
        .refused(R::OwnDraft);
    given::<Template>([drafted(1), submitted("tina")])
        .when(C::Publish, &four_eyes("omar"))
        .then([published(1)]);
}

#[test]
fn a_change_or_a_no_takes_a_draft_back_from_approval() {
    let revised = TemplateRevised {
        content: named("Other"),
        former_name: Some("Backup jobs".into()),
    };
    given::<Template>([drafted(1), submitted("tina")])
        .when(C::Revise(Box::new(named("Other"))), &four_eyes("omar"))
        .then([revised.into()])
        .when(C::Publish, &four_eyes("omar"))
        .refused(R::ApprovalNeeded);
    let no = || C::Return {
        reason: "the OU is wrong".into(),
    };
    let returned = TemplateReturned {
        version: 1,
        reason: "the OU is wrong".into(),
    };
    given::<Template>([drafted(1), submitted("tina")])
        .when(no(), &four_eyes("omar"))
        .then([returned.into()])
        .when(no(), &four_eyes("omar"))
        .refused(R::NotSubmitted);
    let reasonless = C::Return { reason: " ".into() };
    given::<Template>([drafted(1), submitted("tina")])
        .when(reasonless, &four_eyes("omar"))
        .refused(R::Invalid(vec![FieldProblem::at(
            "reason",
            Problem::Missing,
        )]));
}

#[test]
fn two_versions_are_compared_field_by_field() {
    let before = content();
    assert_eq!(compare(&before, &before), vec![]);
    let mut after = content();
    after.action = Action::Review;
    after.terms_of_service = Some("Be good.".into());
    after.directory.retirement_ou = None;
    after.lifecycle.periods.push(Period::days(30));
    after.approval.steps[0].least = 2;
    after
        .approval
        .steps
        .insert(0, step("Team", 1, &["bob"], &[]));
    let found: Vec<String> = compare(&before, &after)
        .iter()
        .map(|difference| {
            let text = |value: &Option<serde_json::Value>| {
                value
                    .as_ref()
                    .map_or("-".to_owned(), |value| match &value["name"] {
                        serde_json::Value::String(name) => format!("step {name}"),
                        _ => value.to_string(),
                    })
            };
            format!(
                "{}: {} -> {}",
                difference.field,
                text(&difference.before),
                text(&difference.after)
            )
        })
        .collect();
    let mut expected = [
        r#"action: "disable" -> "review""#,
        "approval.steps[Manager].least: 1 -> 2",
        "approval.steps[Team]: - -> step Team",
        r#"directory.retirement_ou: "OU=Retired,DC=corp,DC=example,DC=com" -> -"#,
        r#"lifecycle.periods: ["90 days"] -> ["90 days","30 days"]"#,
        r#"terms_of_service: - -> "Be good.""#,
    ];
    expected.sort_unstable();
    let mut sorted = found;
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
}

#[test]
fn steps_in_another_order_are_a_difference() {
    let mut before = content();
    before
        .approval
        .steps
        .push(step("Security", 1, &["bob"], &[]));
    let mut after = before.clone();
    after.approval.steps.reverse();
    let found = compare(&before, &after);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].field, "approval.steps");
    assert_eq!(
        found[0].after,
        Some(serde_json::json!(["Security", "Manager"]))
    );
}
