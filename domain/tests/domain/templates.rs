//! Templates: drafted, published, immutable; validated as a whole.

use crate::scene::{by, given, template};
use cqrs_es::test::TestFramework;
use tenure_domain::{
    Context,
    lifecycle::EndOfLifecycleAction as Action,
    period::Period,
    problem::{FieldProblem, Problem},
    template::{
        ApprovalStep, AttributeRule, Template, TemplateAttribute, TemplateCommand as C,
        TemplateContent, TemplateDisabled, TemplateDrafted, TemplateEnabled, TemplateEvent,
        TemplatePublished, TemplateRefusal as R, TemplateRevised, TemplateUnpublished, Urgent,
        problems,
    },
};

fn context() -> Context {
    by("tina", ())
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
    let step = |name: &str, least| ApprovalStep {
        name: name.into(),
        least,
        users: vec![],
        groups: vec![],
        ..ApprovalStep::default()
    };
    bad.approval.steps = vec![step("", 0), step("Two", 2)];
    let expected = "
        purpose: is longer than 2000 characters
        terms_of_service: is missing
        directory.ou: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.retirement_ou: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.groups[0]: must be a distinguished name such as OU=Service Accounts,DC=corp,DC=example,DC=com
        directory.name_prefix: is longer than 19 characters
        directory.name_pattern: is not a valid regular expression
        directory.attributes[0].name: is fixed by the template
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
        lifecycle.renewal_opens_days: does not go together with action
        approval.steps[0].name: is missing
        approval.steps[0].least: needs at least 1
        approval.steps[0].users: is missing
        approval.steps[1].users: is missing
        approval.steps[1].least: allows at most 0";
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
