//! Who decides in whose name, and when.

use crate::scene::{at, by, given, user};
use tenure_domain::{
    deputy::*,
    problem::{FieldProblem, Problem},
};

const FROM: &str = "2026-02-01T00:00:00Z";
const UNTIL: &str = "2026-02-15T00:00:00Z";

fn named(deputy: &str, from: &str, until: &str) -> DeputyNamed {
    DeputyNamed {
        user: user("alice"),
        deputy: user(deputy),
        from: at(from),
        until: at(until),
    }
}

fn active() -> DeputyshipFacts {
    DeputyshipFacts {
        deputy_active: true,
    }
}

#[test]
fn a_deputy_stands_in_for_the_period_and_not_a_moment_longer() {
    let bob = named("bob", FROM, UNTIL);
    let after = given::<Deputyship>([])
        .when(DeputyshipCommand::Name(bob.clone()), &by("alice", active()))
        .then([bob.into()]);
    assert_eq!(after.0.deputy_at(at("2026-01-31T23:59:59Z")), None);
    assert_eq!(after.0.deputy_at(at(FROM)), Some(user("bob")));
    assert_eq!(
        after.0.deputy_at(at("2026-02-14T23:59:59Z")),
        Some(user("bob"))
    );
    assert_eq!(after.0.deputy_at(at(UNTIL)), None);
    let gone = after
        .when(DeputyshipCommand::Withdraw, &by("alice", active()))
        .then([DeputyWithdrawn {}.into()]);
    assert_eq!(gone.0.deputy_at(at(FROM)), None);
    gone.when(DeputyshipCommand::Withdraw, &by("alice", active()))
        .refused(DeputyshipRefusal::Unknown);
}

#[test]
fn nobody_is_their_own_deputy_and_periods_make_sense() {
    let wrong = |named: DeputyNamed, facts, field: &str, problem| {
        given::<Deputyship>([])
            .when(DeputyshipCommand::Name(named), &by("alice", facts))
            .refused(DeputyshipRefusal::Invalid(vec![FieldProblem::at(
                field, problem,
            )]));
    };
    let expects = |text: &str| Problem::Malformed {
        expected: text.into(),
    };
    wrong(
        named("alice", FROM, UNTIL),
        active(),
        "deputy",
        Problem::NotOffered,
    );
    let unknown = DeputyshipFacts::default();
    wrong(
        named("bob", FROM, UNTIL),
        unknown,
        "deputy",
        Problem::Unknown,
    );
    wrong(
        named("bob", UNTIL, FROM),
        active(),
        "until",
        expects("after from"),
    );
    let past = named("bob", "2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z");
    wrong(past, active(), "until", expects("in the future"));
    let long = named("bob", FROM, "2028-01-01T00:00:00Z");
    wrong(
        long,
        active(),
        "until",
        expects("at most 366 days after from"),
    );
}
