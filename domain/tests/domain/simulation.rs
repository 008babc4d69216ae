//! What a draft would do to live accounts and past requests, by the rules that will decide when it is published.

use crate::{
    scene::{Life, at, by, given, group, step, template, template_id, user},
    submission::{content, drafted, facts},
};
use std::sync::Arc;
use tenure_domain::{
    account::{AccountCommand, AccountFacts, MigrationTarget},
    decide::Decide,
    lifecycle::EndOfLifecycleAction as Action,
    ownership::Owner,
    period::Period,
    permission::{Permission, Permissions, Reach},
    request::{
        OfferedTemplate, Request, RequestCommand, RequestContent, RequestFacts, Submitted, Voice,
    },
    simulation::{
        Decider, Effect as E, Outcome, PastRequest, changed_permissions, of_account, of_request,
    },
    template::TemplateContent,
};

fn account(life: &Life, content: TemplateContent) -> Option<Outcome> {
    let target = MigrationTarget {
        template: template_id(),
        version: 2,
        content: Arc::new(content),
    };
    of_account(
        &life.account,
        &target,
        &AccountFacts::new(1, life.system_now),
        life.now,
    )
}

/// A draft that differs like this from the template that it all began with.
fn draft(change: impl FnOnce(&mut TemplateContent)) -> TemplateContent {
    let mut content = template(Action::Disable);
    change(&mut content);
    content
}

fn periods(content: &mut TemplateContent, days: &[u16]) {
    content.lifecycle.periods = days.iter().map(|days| Period::days(*days)).collect();
}

#[test]
fn an_account_that_the_draft_says_the_same_of_fares_as_before() {
    let outcome = account(&Life::live(Action::Disable), draft(|_| ())).unwrap();
    assert_eq!(outcome.effects, []);
    assert_eq!(outcome.after, Some(outcome.before));
}

#[test]
fn the_only_period_that_is_left_moves_the_end() {
    let life = Life::live(Action::Disable);
    let earlier = account(&life, draft(|content| periods(content, &[30]))).unwrap();
    assert_eq!(earlier.effects, [E::EndsEarlier]);
    assert_eq!(earlier.before.end, at("2026-04-10T00:00:00Z"));
    assert_eq!(earlier.after.unwrap().end, at("2026-02-09T00:00:00Z"));
    let later = account(&life, draft(|content| periods(content, &[180]))).unwrap();
    assert_eq!(later.effects, [E::EndsLater]);
    // Of several, one would have to be chosen.
    let refused = account(&life, draft(|content| periods(content, &[30, 60]))).unwrap();
    assert_eq!(refused.effects, [E::Refused]);
    assert_eq!(refused.refused[0].field, "period");
    assert_eq!(refused.after, None);
}

#[test]
fn an_end_that_would_be_over_already_acts_at_once() {
    let mut life = Life::live(Action::Disable);
    life.at("2026-03-01T00:00:00Z");
    let outcome = account(&life, draft(|content| periods(content, &[30]))).unwrap();
    assert_eq!(outcome.effects, [E::EndsEarlier, E::EndsAtOnce]);
}

#[test]
fn another_action_and_another_renewal_are_told() {
    let life = Life::live(Action::Disable);
    let other = draft(|content| {
        content.action = Action::Review;
        content.lifecycle.renewal_opens_days = Some(10);
    });
    let outcome = account(&life, other).unwrap();
    assert_eq!(outcome.effects, [E::OtherAction, E::OtherRenewal]);
}

#[test]
fn owners_whom_the_draft_would_not_let_be_chosen_are_named() {
    let mut life = Life::live(Action::Disable);
    let owners = vec![Owner::User(user("alice")), Owner::Group(group("team"))];
    life.run(AccountCommand::ChangeOwners(owners)).unwrap();
    let no_groups = draft(|content| content.ownership.group_ownership = false);
    let outcome = account(&life, no_groups).unwrap();
    assert_eq!(outcome.effects, [E::LosesOwners]);
    assert_eq!(outcome.owners_lost, [Owner::Group(group("team"))]);
    let alone = draft(|content| content.ownership.most = 1);
    let outcome = account(&life, alone).unwrap();
    assert_eq!(outcome.effects, [E::Refused, E::LosesOwners]);
    assert_eq!(outcome.owners_lost, [Owner::Group(group("team"))]);
}

#[test]
fn an_account_that_is_not_active_stays_as_it_is() {
    let other = || draft(|content| periods(content, &[30]));
    assert_eq!(account(&Life::ended(Action::Disable), other()), None);
    assert_eq!(account(&Life::absent(), other()), None);
}

/// Submitted by alice under the template that it all began with.
fn submitted(content: RequestContent, facts: RequestFacts) -> Submitted {
    let mut request = given::<Request>([drafted(content)]).0;
    let events = request.decide(RequestCommand::Submit, &by("alice", facts));
    for event in events.unwrap() {
        cqrs_es::Aggregate::apply(&mut request, event);
    }
    match request {
        Request::Submitted(submitted) => submitted,
        other => panic!("{other:?}"),
    }
}

fn offered(version: u32, content: TemplateContent) -> OfferedTemplate {
    OfferedTemplate {
        id: template_id(),
        version,
        content: Arc::new(content),
    }
}

fn decider(name: &str, groups: &[&str]) -> Decider {
    Decider {
        voice: Voice {
            approver: user(name),
            on_behalf_of: None,
        },
        groups: groups.iter().map(|name| group(name)).collect(),
    }
}

/// What becomes of the request with this content, approved by these.
fn request(asked: RequestContent, approved_by: &[Decider], draft: TemplateContent) -> Outcome {
    let before = template(Action::Disable);
    let submitted = submitted(asked, facts(&before));
    of_request(
        PastRequest {
            submitted: &submitted,
            approved_by: Some(approved_by),
        },
        &offered(1, before),
        &offered(2, draft),
        &RequestFacts::default(),
        at("2026-05-01T12:00:00Z"),
    )
}

#[test]
fn a_past_request_is_asked_once_more() {
    let carol = [decider("carol", &[])];
    assert_eq!(request(content(), &carol, draft(|_| ())).effects, []);
    let refused = request(
        content(),
        &carol,
        draft(|c| c.directory.name_prefix = "job-".into()),
    );
    assert_eq!(refused.effects, [E::Refused]);
    assert_eq!(refused.refused[0].field, "name");
    let elsewhere = draft(|c| c.directory.available_to = vec![group("others")]);
    let refused = request(content(), &carol, elsewhere);
    assert_eq!(refused.refused[0].field, "template");
    // Nothing was chosen, where there was one period: there still is, and it is another one.
    let unchosen = RequestContent {
        period: None,
        ..content()
    };
    let earlier = request(unchosen, &carol, draft(|c| periods(c, &[30])));
    assert_eq!(earlier.effects, [E::EndsEarlier]);
    assert_eq!(earlier.after.unwrap().end, at("2026-05-31T00:00:00Z"));
    // New terms of service would be read and accepted.
    let terms = draft(|c| c.terms_of_service = Some("Be careful".into()));
    assert_eq!(request(content(), &carol, terms).effects, []);
}

#[test]
fn owners_that_were_chosen_then_may_be_none_of_the_drafts() {
    let asked = RequestContent {
        owners: vec![Owner::Group(group("team"))],
        ..content()
    };
    let no_groups = draft(|c| c.ownership.group_ownership = false);
    let outcome = request(asked, &[decider("carol", &[])], no_groups);
    assert_eq!(outcome.effects, [E::Refused, E::LosesOwners]);
    assert_eq!(outcome.owners_lost, [Owner::Group(group("team"))]);
}

#[test]
fn those_who_approved_are_asked_whether_they_would_be_enough() {
    let carol = [decider("carol", &[])];
    let two = draft(|c| c.approval.steps = vec![step("Two", 2, &["carol", "dave"], &[])]);
    let outcome = request(content(), &carol, two);
    assert_eq!(outcome.effects, [E::NeedsAnotherApprover]);
    assert_eq!(outcome.waits_for.as_deref(), Some("Two"));
    let through = draft(|c| c.approval.steps = vec![step("Team", 1, &[], &["approvers"])]);
    let outcome = request(content(), &carol, through.clone());
    assert_eq!(outcome.effects, [E::NeedsAnotherApprover]);
    let member = [decider("carol", &["approvers"])];
    assert_eq!(request(content(), &member, through).effects, []);
    let again = draft(|c| c.approval.steps.push(step("Again", 1, &["carol"], &[])));
    assert_eq!(request(content(), &carol, again).effects, []);
    let nobody = draft(|c| c.approval.steps = vec![]);
    assert_eq!(request(content(), &carol, nobody).effects, []);
    // What was not approved by these people then says nothing.
    let stranger = [decider("dave", &[])];
    let other = draft(|c| c.approval.steps = vec![step("Other", 1, &["erin"], &[])]);
    assert_eq!(request(content(), &stranger, other).effects, []);
}

#[test]
fn a_role_takes_away_only_what_no_other_role_gives() {
    let role = |cells: &[&str]| -> Permissions {
        cells.iter().map(|cell| cell.parse().unwrap()).collect()
    };
    let before = role(&[
        "managed-account:read",
        "managed-account:manage",
        "group:read",
    ]);
    let after = role(&["managed-account:read", "audit:read"]);
    let changed = changed_permissions(&[role(&["group:read"])], &before, &after);
    let told: Vec<(String, Option<Reach>, Option<Reach>)> = changed
        .iter()
        .map(|one| (one.permission.to_string(), one.before, one.after))
        .collect();
    let all = Some(Reach::All);
    assert_eq!(
        told,
        [
            ("audit:read".to_owned(), None, Some(Reach::Own)),
            ("managed-account:read".to_owned(), all, Some(Reach::Own)),
            ("managed-account:manage".to_owned(), all, None),
        ]
    );
    let lost = |permission: &str| {
        let permission: Permission = permission.parse().unwrap();
        changed
            .iter()
            .find(|one| one.permission == permission)
            .unwrap()
            .is_lost()
    };
    assert!(lost("managed-account:manage") && lost("managed-account:read") && !lost("audit:read"));
}
