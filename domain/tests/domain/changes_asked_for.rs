//! What a request for a change may ask for, and what it is submitted as.

use crate::changes::{ADMINS, BATCH, REPORTS, live, offer};
use crate::scene::{account_id, id};
use crate::submission::content;
use std::sync::Arc;
use tenure_domain::{
    decide::Decide,
    problem::{FieldProblem, Problem},
    request::{
        OfferedTemplate, RenewedAccount, Request, RequestCommand, RequestContent, RequestFacts,
        RequestKind, RequestRefusal,
    },
};

/// Groups, and attributes with their values.
type Wanted = (Vec<String>, Vec<(String, String)>);

/// What the decision on a change of the live account knows.
fn facts() -> RequestFacts {
    let life = live();
    let kind = RequestKind::Change(account_id());
    RequestFacts {
        template: Some(OfferedTemplate {
            id: id("template"),
            version: 1,
            content: Arc::new(offer()),
        }),
        domain_enabled: true,
        renewed: Some(RenewedAccount::of(life.managed(), kind, life.now)),
        ..RequestFacts::default()
    }
}

fn does(request: &mut Request, who: &str, command: RequestCommand) -> Result<(), RequestRefusal> {
    let context = crate::scene::by(who, facts());
    for event in request.decide(command, &context)? {
        cqrs_es::Aggregate::apply(request, event);
    }
    Ok(())
}

/// The request that `asked` is submitted as, for the live account.
fn requested(asked: RequestContent) -> Result<Request, RequestRefusal> {
    let mut request = Request::default();
    let draft = RequestCommand::Draft {
        account: id("unused"),
        content: Box::new(asked),
    };
    does(&mut request, "alice", draft)?;
    does(&mut request, "alice", RequestCommand::Submit)?;
    Ok(request)
}

fn wanted(request: &Request) -> Wanted {
    let submission = request.submission().expect("submitted");
    let flat = submission.attributes.iter();
    let flat = flat.map(|(name, values)| (name.clone(), values.join("|")));
    (submission.groups.clone(), flat.collect())
}

/// What `asked` is submitted as.
fn submitted(asked: RequestContent) -> Result<Wanted, RequestRefusal> {
    Ok(wanted(&requested(asked)?))
}

fn asks(groups: Option<&[&str]>, attributes: &[(&str, &[&str])]) -> RequestContent {
    let list = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    RequestContent {
        kind: RequestKind::Change(account_id()),
        template: id("template"),
        name: String::new(),
        groups: groups.map(list),
        attributes: attributes
            .iter()
            .map(|(name, values)| ((*name).to_owned(), list(values)))
            .collect(),
        ..content()
    }
}

#[test]
fn a_request_says_only_what_changes() {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let (groups, attributes) = submitted(asks(None, &[("department", &["Sales"])])).expect("valid");
    assert_eq!(groups, [BATCH, REPORTS]);
    assert_eq!(
        attributes,
        [
            pair("company", "Example"),
            pair("department", "Sales"),
            pair("info", "nightly")
        ]
    );
    let lower = BATCH.to_lowercase();
    let (groups, attributes) = submitted(asks(Some(&[&lower]), &[("info", &[])])).expect("valid");
    assert_eq!(groups, [BATCH], "as the template writes it");
    let (chosen, _) = submitted(asks(Some(&[REPORTS, ADMINS]), &[])).expect("valid");
    assert_eq!(chosen, [REPORTS, ADMINS], "an optional one too");
    assert_eq!(
        attributes,
        [pair("company", "Example"), pair("department", "Finance")]
    );
}

#[test]
fn a_change_stays_within_what_the_template_allows() {
    let asked = asks(
        Some(&["CN=Domain Admins,DC=corp,DC=example,DC=com", BATCH, BATCH]),
        &[
            ("department", &[]),
            ("company", &["Other"]),
            ("mail", &["x"]),
        ],
    );
    let Err(RequestRefusal::Invalid(problems)) = submitted(asked) else {
        panic!("refused")
    };
    let problem = FieldProblem::at;
    assert_eq!(
        problems,
        [
            problem(
                "groups[0]",
                Problem::NotAmong {
                    offered: vec![BATCH.into(), REPORTS.into(), ADMINS.into()]
                }
            ),
            problem("groups[2]", Problem::Duplicate),
            problem("attributes.mail", Problem::NotOffered),
            problem("attributes.department", Problem::Missing),
            problem("attributes.company", Problem::ReadOnly),
        ]
    );
}

#[test]
fn a_change_that_was_sent_back_may_get_other_attributes_but_no_other_groups() {
    let mut request = requested(asks(None, &[("department", &["Sales"])])).expect("valid");
    let question = RequestCommand::AskForInformation {
        question: "Why?".into(),
    };
    does(&mut request, "carol", question).expect("asked");
    let answer = |content| RequestCommand::GiveInformation {
        answer: "It moved".into(),
        content: Some(Box::new(content)),
    };
    let other_groups = asks(Some(&[BATCH]), &[("department", &["Sales"])]);
    assert_eq!(
        does(&mut request, "alice", answer(other_groups)),
        Err(RequestRefusal::Invalid(vec![FieldProblem::at(
            "groups",
            Problem::Submitted
        )]))
    );
    let better = asks(None, &[("department", &["Marketing"])]);
    does(&mut request, "alice", answer(better)).expect("answered");
    let (groups, attributes) = wanted(&request);
    assert_eq!(groups, [BATCH, REPORTS]);
    assert!(attributes.contains(&("department".into(), "Marketing".into())));
    assert!(
        attributes.iter().any(|(name, _)| name == "company"),
        "what the request does not speak of stays"
    );
}
