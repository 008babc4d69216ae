//! People who follow a directory: whoever comes is a user, whoever leaves is disabled, and many at once are asked about.

use crate::scene::{context, given, id, user};
use tenure_domain::{
    Actor, Context, DomainId, Personal,
    directory::{DomainCommand, PeopleCommand as C, *},
    problem::Problem,
    user::{UserCommand as U, *},
};

fn ctx() -> Context<UserFacts> {
    context(Actor::system("following"), UserFacts::default())
}

fn corp() -> DomainId {
    id("corp")
}

fn registered() -> UserEvent {
    let personal = Personal::Clear(PersonalData {
        display_name: "Rosa".into(),
        emails: vec!["rosa@example.com".into()],
        ..PersonalData::default()
    });
    UserRegistered { personal }.into()
}

fn followed() -> UserEvent {
    UserFollowed { domain: corp() }.into()
}

fn left() -> UserEvent {
    UserLeft { domain: corp() }.into()
}

#[test]
fn whoever_leaves_is_disabled_and_enabled_again_on_coming_back() {
    given::<User>([registered()])
        .when(U::Follow(corp()), &ctx())
        .then([followed()])
        .when(U::Follow(corp()), &ctx())
        .then([])
        .when(U::Leave(corp()), &ctx())
        .then([left(), UserDisabled {}.into()])
        .when(U::Leave(corp()), &ctx())
        .then([])
        .when(U::Follow(corp()), &ctx())
        .then([followed(), UserEnabled {}.into()]);
}

#[test]
fn what_an_administrator_did_by_hand_stays() {
    // Disabled before leaving: still disabled on coming back.
    given::<User>([registered(), followed(), UserDisabled {}.into()])
        .when(U::Leave(corp()), &ctx())
        .then([left()])
        .when(U::Follow(corp()), &ctx())
        .then([followed()]);
    // Enabled after leaving: not disabled by the next look.
    given::<User>([registered(), followed(), left(), UserDisabled {}.into()])
        .when(U::Enable, &ctx())
        .then([UserEnabled {}.into()])
        .when(U::Leave(corp()), &ctx())
        .then([]);
}

#[test]
fn nobody_is_taken_out_by_a_directory_that_they_do_not_follow() {
    given::<User>([registered()])
        .when(U::Leave(corp()), &ctx())
        .nothing();
    given::<User>([registered(), followed()])
        .when(U::Leave(id("branch")), &ctx())
        .nothing();
    given::<User>([registered(), followed()])
        .when(U::Follow(id("branch")), &ctx())
        .refused(UserRefusal::FollowedElsewhere);
    // After leaving one, somebody may come with another.
    given::<User>([registered(), followed(), left(), UserDisabled {}.into()])
        .when(U::Follow(id("branch")), &ctx())
        .then([
            UserFollowed {
                domain: id("branch"),
            }
            .into(),
            UserEnabled {}.into(),
        ]);
}

#[test]
fn the_last_administrator_does_not_leave() {
    let facts = UserFacts {
        last_administrator: true,
        ..UserFacts::default()
    };
    given::<User>([registered(), followed()])
        .when(
            U::Leave(corp()),
            &context(Actor::system("following"), facts),
        )
        .refused(UserRefusal::LastAdministrator);
}

fn at_once(coming: u32, leaving: u32) -> PeopleHeld {
    PeopleHeld {
        coming,
        leaving,
        followed: 50,
    }
}

fn allowed(coming: u32, leaving: u32, reason: &str) -> PeopleAllowed {
    PeopleAllowed {
        coming,
        leaving,
        reason: reason.into(),
    }
}

fn known() -> DomainEvent {
    DomainRegistered {
        content: DomainContent {
            name: "corp.example.com".into(),
            kind: DomainKind::ActiveDirectory,
            base_dn: "DC=corp,DC=example,DC=com".into(),
        },
    }
    .into()
}

fn domain(command: C) -> (DomainCommand, Context<()>) {
    (
        DomainCommand::People(command),
        context(Actor::User(user("ada")), ()),
    )
}

#[test]
fn many_are_held_once_until_exactly_they_are_allowed() {
    let (hold, ctx) = domain(C::Hold(at_once(0, 40)));
    let held = given::<Domain>([known()])
        .when(hold.clone(), &ctx)
        .then([at_once(0, 40).into()])
        .when(hold, &ctx)
        .then([]);
    let other = domain(C::Allow(allowed(0, 39, "Closed"))).0;
    given::<Domain>([known(), at_once(0, 40).into()])
        .when(other, &ctx)
        .refused(DomainRefusal::HeldChanged);
    let allow = domain(C::Allow(allowed(0, 40, "Closed"))).0;
    let allowing = held
        .when(allow.clone(), &ctx)
        .then([allowed(0, 40, "Closed").into()]);
    assert!(allowing.0.people.may(&at_once(0, 40)));
    assert!(!allowing.0.people.may(&at_once(0, 41)));
    // It is spent by being carried out.
    let done = PeopleFollowed {
        came: 0,
        left: 40,
        followed: 10,
    };
    let after = allowing
        .when(domain(C::RecordFollowed(done)).0, &ctx)
        .then([done.into()]);
    assert!(!after.0.people.may(&at_once(0, 40)));
    after.when(allow, &ctx).refused(DomainRefusal::NobodyHeld);
}

#[test]
fn that_they_may_needs_a_reason() {
    let (allow, ctx) = domain(C::Allow(allowed(0, 40, "  ")));
    let held = given::<Domain>([known(), at_once(0, 40).into()]);
    let answer = tenure_domain::decide::Decide::decide(&held.0, allow, &ctx);
    assert!(
        matches!(answer, Err(DomainRefusal::Invalid(_))),
        "{answer:?}"
    );
}

#[test]
fn a_look_at_which_nobody_came_or_left_is_no_news_and_missing_groups_are_told_of_once() {
    let nobody = PeopleFollowed {
        came: 0,
        left: 0,
        followed: 50,
    };
    let (look, ctx) = domain(C::RecordFollowed(nobody));
    given::<Domain>([known()]).when(look, &ctx).nothing();
    let staff = MissingGroup {
        object: id("staff"),
        name: "Staff".into(),
    };
    let missing = |groups: Vec<MissingGroup>| FollowedGroupsMissing { groups };
    let tell = |groups: Vec<MissingGroup>| domain(C::RecordMissing(groups)).0;
    given::<Domain>([known()])
        .when(tell(vec![staff.clone()]), &ctx)
        .then([missing(vec![staff.clone()]).into()])
        .when(tell(vec![staff]), &ctx)
        .then([])
        .when(tell(vec![]), &ctx)
        .then([missing(vec![]).into()]);
}

#[test]
fn a_plan_says_everything_that_is_wrong_with_it() {
    let group = FollowedGroup {
        object: id("staff"),
        name: "Staff".into(),
        group: None,
    };
    let plan = PeoplePlan {
        groups: vec![group.clone(), group],
        most_at_once: 0,
        most_per_cent: 101,
    };
    let problems = plan.problems();
    let fields: Vec<_> = problems.iter().map(|p| p.field.as_str()).collect();
    assert_eq!(fields, ["groups[1]", "most_at_once", "most_per_cent"]);
    assert_eq!(problems[0].problem, Problem::Duplicate);
}
