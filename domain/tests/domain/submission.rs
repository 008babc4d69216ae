//! Submitting: what the requester wrote, against the template's version.

use crate::scene::{account_id, by, given, group, id, submission, template, template_id, user};
use std::{collections::BTreeMap, sync::Arc};
use tenure_domain::{
    decide::Decide,
    lifecycle::{EndOfLifecycleAction as Action, OptionOff},
    ownership::Owner,
    period::Period,
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestApproved, RequestCommand as C,
        RequestContent, RequestDrafted, RequestEvent, RequestFacts, RequestKind,
        RequestRefusal as R, RequestSubmitted,
    },
    template::{AttributeRule, TemplateAttribute, TemplateContent},
};

pub(crate) fn content() -> RequestContent {
    RequestContent {
        kind: RequestKind::NewAccount,
        template: template_id(),
        name: "svc-backup".into(),
        owners: vec![],
        period: Some(Period::days(90)),
        justification: "nightly backup".into(),
        description: "Backup of the file servers".into(),
        attributes: BTreeMap::new(),
        groups: None,
        clone_of: None,
        terms_accepted: false,
        ..RequestContent::default()
    }
}

pub(crate) fn facts(template: &TemplateContent) -> RequestFacts {
    let offered = OfferedTemplate {
        id: template_id(),
        version: 1,
        content: Arc::new(template.clone()),
    };
    RequestFacts {
        template: Some(offered),
        domain_enabled: true,
        ..RequestFacts::default()
    }
}

pub(crate) fn drafted(content: RequestContent) -> RequestEvent {
    RequestDrafted {
        requester: user("alice"),
        account: account_id(),
        content,
    }
    .into()
}

fn submit(content: RequestContent, facts: RequestFacts) -> Result<Vec<RequestEvent>, R> {
    given::<Request>([drafted(content)])
        .0
        .decide(C::Submit, &by("alice", facts))
}

/// What is wrong, as text.
fn wrong(content: RequestContent, facts: RequestFacts) -> Vec<String> {
    match submit(content, facts) {
        Err(R::Invalid(problems)) => problems.iter().map(ToString::to_string).collect(),
        other => panic!("expected problems, got {other:?}"),
    }
}

fn ordinary() -> TemplateContent {
    template(Action::Disable)
}

#[test]
fn a_submission_fixes_the_version_the_name_and_the_owners() {
    let expected = RequestSubmitted {
        submission: submission(RequestKind::NewAccount, &ordinary()),
        escalates_at: None,
    };
    assert_eq!(
        submit(content(), facts(&ordinary())),
        Ok(vec![expected.into()])
    );
}

#[test]
fn without_steps_it_is_approved_at_once() {
    let mut template = ordinary();
    template.approval.steps.clear();
    let submitted = RequestSubmitted {
        submission: submission(RequestKind::NewAccount, &template),
        escalates_at: None,
    };
    let approved = RequestApproved {
        kind: RequestKind::NewAccount,
        account: account_id(),
    };
    assert_eq!(
        submit(content(), facts(&template)),
        Ok(vec![submitted.into(), approved.into()])
    );
}

#[test]
fn a_name_keeps_to_prefix_pattern_and_the_directorys_rules_all_said_at_once() {
    let named = |name: &str| {
        wrong(
            RequestContent {
                name: name.into(),
                ..content()
            },
            facts(&ordinary()),
        )
    };
    assert_eq!(named(""), ["name: is missing"]);
    assert_eq!(
        named("Backup*of*the*file*servers."),
        [
            "name: is longer than 20 characters",
            "name: contains '*', which the directory does not allow",
            "name: contains '.', which the directory does not allow",
            "name: must begin with \"svc-\"",
            "name: must match the pattern svc-[a-z0-9-]+",
        ]
    );
    assert_eq!(
        named("svc-a\nsvc-b").len(),
        2,
        "a pattern covers the whole name, line breaks included"
    );
}

#[test]
fn owners_keep_to_the_templates_limits() {
    let mut template = ordinary();
    (
        template.ownership.least,
        template.ownership.most,
        template.ownership.group_ownership,
    ) = (2, 3, false);
    let bob = Owner::User(user("bob"));
    let asks = |owners: Vec<Owner>| RequestContent {
        owners,
        ..content()
    };
    assert_eq!(
        wrong(content(), facts(&template)),
        ["owners: needs at least 2"]
    );
    assert!(
        submit(asks(vec![bob]), facts(&template)).is_ok(),
        "the requester is the first owner"
    );
    assert!(
        submit(
            asks(vec![Owner::User(user("alice")), bob]),
            facts(&template)
        )
        .is_ok(),
        "naming oneself is no mistake"
    );
    let many = ["bob", "carol", "dave"].map(|name| Owner::User(user(name)));
    assert_eq!(
        wrong(asks(many.to_vec()), facts(&template)),
        ["owners: allows at most 3"]
    );
    assert_eq!(
        wrong(asks(vec![bob, bob]), facts(&template)),
        ["owners[1]: is there twice"]
    );
    assert_eq!(
        wrong(asks(vec![Owner::Group(group("ops"))]), facts(&template)),
        ["owners[0]: is not offered by the template"]
    );
    let unknown = RequestFacts {
        unknown_owners: vec![bob],
        ..facts(&template)
    };
    assert_eq!(
        wrong(asks(vec![bob]), unknown),
        ["owners[0]: does not exist or is disabled"]
    );
    (template.ownership.least, template.ownership.requester_only) = (1, true);
    assert_eq!(
        wrong(asks(vec![bob]), facts(&template)),
        ["owners[0]: is not offered by the template"]
    );
}

#[test]
fn a_period_is_one_of_those_offered_and_the_only_one_may_be_left_out() {
    let asks = |period| RequestContent {
        period,
        ..content()
    };
    assert!(submit(asks(None), facts(&ordinary())).is_ok());
    assert_eq!(
        wrong(asks(Some(Period::days(91))), facts(&ordinary())),
        ["period: is not offered by the template; there is: 90 days"]
    );
    let mut two = ordinary();
    two.lifecycle.periods.push(Period::months(6));
    assert_eq!(
        wrong(asks(None), facts(&two)),
        ["period: is missing; there is: 90 days, 6 months"]
    );
    let Ok(events) = submit(asks(Some(Period::months(6))), facts(&two)) else {
        panic!("accepted")
    };
    let RequestEvent::Submitted(submitted) = &events[0] else {
        panic!("submitted")
    };
    assert_eq!(
        submitted.submission.terms.rules.periods,
        [Period::months(6)],
        "the choice is made"
    );
}

#[test]
fn attributes_are_required_optional_read_only_or_not_offered() {
    let mut template = ordinary();
    let rule = |name: &str, rule| TemplateAttribute {
        name: name.into(),
        rule,
    };
    template.directory.attributes = vec![
        rule("department", AttributeRule::Required),
        rule("info", AttributeRule::Optional),
        rule("company", AttributeRule::ReadOnly(vec!["Example".into()])),
    ];
    let asks = |given: &[(&str, &[&str])]| RequestContent {
        attributes: given
            .iter()
            .map(|(name, values)| {
                (
                    (*name).to_owned(),
                    values.iter().map(|v| (*v).to_owned()).collect(),
                )
            })
            .collect(),
        ..content()
    };
    assert_eq!(
        wrong(asks(&[]), facts(&template)),
        ["attributes.department: is missing"]
    );
    assert_eq!(
        wrong(asks(&[("department", &[])]), facts(&template)),
        ["attributes.department: is missing"]
    );
    assert_eq!(
        wrong(asks(&[("department", &[" "])]), facts(&template)),
        ["attributes.department: is missing"]
    );
    assert_eq!(
        wrong(
            asks(&[
                ("department", &["IT"]),
                ("company", &["Other"]),
                ("memberOf", &["x"])
            ]),
            facts(&template)
        ),
        [
            "attributes.memberOf: is not offered by the template",
            "attributes.company: is fixed by the template"
        ]
    );
    let Ok(events) = submit(asks(&[("department", &["IT"])]), facts(&template)) else {
        panic!("accepted")
    };
    let RequestEvent::Submitted(submitted) = &events[0] else {
        panic!("submitted")
    };
    let all: Vec<_> = submitted
        .submission
        .attributes
        .iter()
        .map(|(name, values)| (name.as_str(), values.join(",")))
        .collect();
    assert_eq!(
        all,
        [("company", "Example".into()), ("department", "IT".into())]
    );
}

#[test]
fn terms_and_justification_are_asked_for_where_the_template_says_so() {
    let mut template = ordinary();
    template.terms_of_service = Some("Be good.".into());
    template.approval.justification_required = true;
    let silent = RequestContent {
        justification: "  ".into(),
        ..content()
    };
    assert_eq!(
        wrong(silent, facts(&template)),
        [
            "justification: is missing",
            "terms_accepted: must be accepted"
        ]
    );
    assert!(
        submit(
            RequestContent {
                terms_accepted: true,
                ..content()
            },
            facts(&template)
        )
        .is_ok()
    );
    let long = RequestContent {
        justification: "x".repeat(2_001),
        description: "x".repeat(1_001),
        ..content()
    };
    assert_eq!(
        wrong(
            RequestContent {
                terms_accepted: true,
                ..long
            },
            facts(&template)
        ),
        [
            "justification: is longer than 2000 characters",
            "description: is longer than 1000 characters"
        ]
    );
}

#[test]
fn a_template_is_for_the_groups_it_names() {
    let mut template = ordinary();
    template.directory.available_to = vec![group("ops")];
    assert_eq!(
        submit(content(), facts(&template)),
        Err(R::TemplateNotOffered)
    );
    let member = RequestFacts {
        actor_groups: vec![group("other"), group("ops")],
        ..facts(&template)
    };
    assert!(submit(content(), member).is_ok());
}

#[test]
fn without_a_template_or_a_domain_nothing_is_submitted() {
    assert_eq!(
        submit(
            content(),
            RequestFacts {
                template: None,
                ..facts(&ordinary())
            }
        ),
        Err(R::TemplateNotOffered)
    );
    let another = RequestContent {
        template: id("another"),
        ..content()
    };
    assert_eq!(
        submit(another, facts(&ordinary())),
        Err(R::TemplateNotOffered)
    );
    assert_eq!(
        submit(
            content(),
            RequestFacts {
                domain_enabled: false,
                ..facts(&ordinary())
            }
        ),
        Err(R::DomainNotOffered)
    );
}

fn renewal() -> RequestContent {
    RequestContent {
        kind: RequestKind::Renewal(account_id()),
        name: String::new(),
        period: None,
        ..content()
    }
}

fn renewed(off: Option<OptionOff>) -> RequestFacts {
    let owners = vec![Owner::User(user("alice")), Owner::User(user("bob"))];
    let renewed = RenewedAccount {
        name: "svc-backup".into(),
        owners,
        period: Period::months(6),
        ou: String::new(),
        groups: vec![],
        attributes: std::collections::BTreeMap::new(),
        off,
    };
    RequestFacts {
        renewed: Some(renewed),
        ..facts(&template(Action::Expire))
    }
}

#[test]
fn a_renewal_takes_name_owners_and_period_from_the_account() {
    let Ok(events) = submit(renewal(), renewed(None)) else {
        panic!("accepted")
    };
    let RequestEvent::Submitted(submitted) = &events[0] else {
        panic!("submitted")
    };
    let s = &submitted.submission;
    assert_eq!(
        (s.account, s.name.as_str(), s.terms.period),
        (account_id(), "svc-backup", Period::months(6))
    );
    assert_eq!(s.owners.len(), 2);
}

#[test]
fn a_renewal_asks_for_no_attributes() {
    let mut template = template(Action::Expire);
    let required = TemplateAttribute {
        name: "department".into(),
        rule: AttributeRule::Required,
    };
    template.directory.attributes = vec![required];
    let facts = RequestFacts {
        renewed: renewed(None).renewed,
        ..facts(&template)
    };
    assert!(submit(renewal(), facts).is_ok());
}

#[test]
fn an_account_that_cannot_be_renewed_now_is_not_asked_about() {
    let off = OptionOff::RenewalNotOpen;
    assert_eq!(
        submit(renewal(), renewed(Some(off))),
        Err(R::NotRenewable(off))
    );
    assert_eq!(
        submit(
            renewal(),
            RequestFacts {
                renewed: None,
                ..renewed(None)
            }
        ),
        Err(R::Unknown)
    );
}

#[test]
fn a_submission_holds_the_name_and_a_rejection_of_a_new_account_frees_it() {
    use tenure_domain::event::{Recorded, ReservationChange, Scope};
    let mut shouting = submission(RequestKind::NewAccount, &ordinary());
    shouting.name = "SVC-Backup".into();
    let event: RequestEvent = RequestSubmitted {
        submission: shouting,
        escalates_at: None,
    }
    .into();
    let held = &event.reservations(id("request"))[0];
    assert_eq!(
        (&held.scope, held.key.as_str()),
        (&Scope::AccountName(id("corp")), "svc-backup"),
        "AD ignores case"
    );
    assert_eq!(
        (held.holder, held.change),
        (account_id().0, ReservationChange::Claim),
        "the account will hold it too"
    );
}

#[test]
fn the_terms_that_were_accepted_are_recorded_by_their_text_version_and_time() {
    use tenure_domain::request::AcceptedTerms;
    let mut template = ordinary();
    template.terms_of_service = Some("Be good.".into());
    let content = RequestContent {
        terms_accepted: true,
        ..content()
    };
    let events = submit(content, facts(&template)).expect("submitted");
    let RequestEvent::Submitted(submitted) = &events[0] else {
        panic!("{events:?}")
    };
    let terms = submitted.submission.accepted_terms.clone().expect("terms");
    assert_eq!(
        terms,
        AcceptedTerms {
            template_version: 1,
            text_hash: "8b979bed848ca68e88fc5f1840f9edb1267e906ae967f6b964aa5b3e10ff4e10".into(),
            at: crate::scene::at("2026-01-10T09:00:00Z"),
        }
    );
}

#[test]
fn ou_and_folder_are_the_templates_unless_it_lets_the_requester_choose() {
    let below = format!("OU=Night,{}", crate::scene::OU);
    let asks = || RequestContent {
        ou: Some(below.clone()),
        folder: Some("backup/night".into()),
        ..content()
    };
    let mut template = ordinary();
    template.vault.folder = Some("backup".into());
    assert_eq!(
        wrong(asks(), facts(&template)),
        [
            "ou: is not offered by the template",
            "folder: is not offered by the template"
        ]
    );
    template.directory.sub_ous = true;
    template.vault.sub_folders = true;
    let fixed = |content, template: &TemplateContent| {
        let events = submit(content, facts(template)).expect("submitted");
        let RequestEvent::Submitted(submitted) = &events[0] else {
            panic!("{events:?}")
        };
        let submission = &submitted.submission;
        (submission.ou.clone(), submission.folder.clone())
    };
    assert_eq!(
        fixed(asks(), &template),
        (below.clone(), Some("backup/night".into()))
    );
    assert_eq!(
        fixed(content(), &template),
        (crate::scene::OU.into(), Some("backup".into()))
    );
}

#[test]
fn a_group_in_which_nobody_is_active_is_no_owner_to_count_on() {
    let mut template = ordinary();
    template.ownership.least = 2;
    let asks = RequestContent {
        owners: vec![Owner::Group(group("ops"))],
        ..content()
    };
    let mut empty = facts(&template);
    empty.inactive_owners = vec![Owner::Group(group("ops"))];
    assert_eq!(wrong(asks.clone(), empty), ["owners: needs at least 2"]);
    assert!(submit(asks, facts(&template)).is_ok());
}

#[test]
fn a_new_account_joins_the_templates_groups_and_those_optional_ones_that_were_chosen() {
    const ALWAYS: &str = "CN=Batch,OU=Groups,DC=corp,DC=example,DC=com";
    const OPTIONAL: &str = "CN=Reports,OU=Groups,DC=corp,DC=example,DC=com";
    let mut template = ordinary();
    template.directory.groups = vec![ALWAYS.into()];
    template.directory.optional_groups = vec![OPTIONAL.into()];
    let asks = |groups: Option<&[&str]>| RequestContent {
        groups: groups.map(|groups| groups.iter().map(ToString::to_string).collect()),
        ..content()
    };
    let joins = |groups| match &submit(asks(groups), facts(&template)).unwrap()[0] {
        RequestEvent::Submitted(submitted) => submitted.submission.groups.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(joins(None), [ALWAYS]);
    assert_eq!(joins(Some(&[])), [ALWAYS]);
    assert_eq!(joins(Some(&[&OPTIONAL.to_lowercase()])), [ALWAYS, OPTIONAL]);
    let other = "CN=Domain Admins,CN=Users,DC=corp,DC=example,DC=com";
    assert_eq!(
        wrong(asks(Some(&[OPTIONAL, other])), facts(&template)),
        [format!(
            "groups[1]: is not offered by the template; there is: {ALWAYS}, {OPTIONAL}"
        )]
    );
}
