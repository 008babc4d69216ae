//! Two certification campaigns near the end of the demo's time: one that is over, with answers of every kind and
//! revocations that the directory has confirmed, and one that runs.

use super::{DemoError, Stage, people};
use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use tenure_domain::{
    Actor, CampaignId, UserId,
    campaign::{CampaignContent, PopulationFilter, ReviewerRule, Reviewers, Unanswered},
    ids::derived,
    ownership::Owner,
    review::{Decision, Place, ReviewCommand},
};
use tenure_projections::{LONGEST_PAGE, Page, ReviewFilter, ReviewRow, SortOrder};
use tenure_workflow::{Caller, CommandError};

/// With fewer accounts there are none: whoever makes such a demo wants to begin with little.
const FEWEST: usize = 200;

struct Plan {
    name: &'static str,
    /// When so many of a hundred accounts were asked for.
    opens: usize,
    /// Days until it is due.
    days: i64,
    /// About this domain alone.
    domain: Option<&'static str>,
    /// Accounts of ten that nobody says anything of.
    silent: usize,
    /// Accounts that are revoked at most.
    revoked: usize,
}

const PLANS: &[Plan] = &[
    Plan {
        name: "EMEA, first half-year",
        opens: 90,
        days: 21,
        domain: Some(people::DOMAINS[1].0),
        silent: 2,
        revoked: 4,
    },
    Plan {
        name: "All service accounts, yearly",
        opens: 98,
        days: 45,
        domain: None,
        silent: 6,
        revoked: 2,
    },
];

const NEEDED: &[&str] = &["", "", "Runs every night", "Until the migration is through"];
const OVER: &[&str] = &[
    "The service was switched off in May",
    "Replaced by a managed service",
];

/// Opens and answers what is due when the `n`-th of so many accounts was asked for.
pub(super) async fn visit(stage: &Stage, accounts: usize, n: usize) -> Result<(), DemoError> {
    if accounts < FEWEST {
        return Ok(());
    }
    for plan in PLANS {
        let opens = accounts * plan.opens / 100;
        if n == opens {
            open(stage, plan).await?;
        } else if n == opens + 1 {
            answer(stage, plan).await?;
        }
    }
    Ok(())
}

fn id(plan: &Plan) -> CampaignId {
    CampaignId(derived(&["demo", "campaign", plan.name]))
}

fn by(user: UserId) -> Caller {
    Caller::new(Actor::User(user))
}

fn ada() -> UserId {
    people::user(people::PEOPLE[0].email)
}

async fn open(stage: &Stage, plan: &Plan) -> Result<(), DemoError> {
    stage.settle().await?;
    let content = CampaignContent {
        name: plan.name.into(),
        filter: PopulationFilter {
            domain: plan.domain.map(people::domain),
            ..PopulationFilter::default()
        },
        rule: ReviewerRule {
            reviewers: Reviewers::Owners,
            fallback: Owner::User(ada()),
            self_review: false,
        },
        due: midnight(stage.instance.business.now() + TimeDelta::days(plan.days)),
        remind_days_before: vec![7, 1],
        unanswered: Unanswered::Report,
    };
    let commands = &stage.instance.commands;
    match commands.open_campaign(id(plan), content, &by(ada())).await {
        Ok(_) | Err(CommandError::Campaign(_)) => stage.settle().await,
        Err(error) => Err(error.into()),
    }
}

fn midnight(at: DateTime<Utc>) -> DateTime<Utc> {
    at.date_naive().and_time(NaiveTime::MIN).and_utc()
}

async fn answer(stage: &Stage, plan: &Plan) -> Result<(), DemoError> {
    stage.settle().await?;
    let views = &stage.instance.views;
    let Some(campaign) = views.campaign(id(plan)).await? else {
        return Ok(());
    };
    let filter = ReviewFilter {
        population: Some(campaign.frozen.population),
        ..ReviewFilter::default()
    };
    let page = Page::first(LONGEST_PAGE);
    let found = views.reviews(&filter, SortOrder::Ascending, &page).await?;
    let mut revoked = 0;
    for (n, review) in found.rows.iter().enumerate() {
        let place = Place {
            campaign: review.campaign,
            part: review.part,
        };
        let decide = |decision, reason: &str| ReviewCommand::Decide {
            place,
            decision,
            reason: reason.to_owned(),
        };
        let (command, who) = match n % 10 {
            slot if slot >= 10 - plan.silent => continue,
            1 if revoked < plan.revoked => {
                revoked += 1;
                let reason = OVER[n / 10 % OVER.len()];
                (decide(Decision::Revoke, reason), reviewer(review))
            }
            3 if n < 10 => {
                let reason = "Nobody in the team has heard of it";
                (decide(Decision::DoNotKnow, reason), reviewer(review))
            }
            2 if n < 10 => {
                let handed = ReviewCommand::Reassign {
                    place,
                    to: Owner::User(people::user("kofi@demo.example")),
                    reason: "He looks after the host that it runs on".into(),
                    by_runner: true,
                };
                (handed, Some(ada()))
            }
            _ => {
                let reason = NEEDED[n % NEEDED.len()];
                (decide(Decision::Keep, reason), reviewer(review))
            }
        };
        let Some(who) = who else { continue };
        let commands = &stage.instance.commands;
        match commands.review(review.id, command, &by(who)).await {
            // Whom the rules keep from it says nothing.
            Ok(_) | Err(CommandError::Review(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    stage.settle().await
}

/// Who is asked first: a person, or the first one of a group.
fn reviewer(review: &ReviewRow) -> Option<UserId> {
    match review.reviewers.first()? {
        Owner::User(user) => Some(*user),
        Owner::Group(group) => {
            let in_group =
                |person: &&people::Person| person.group.map(people::group) == Some(*group);
            let member = people::PEOPLE.iter().find(in_group);
            member.map(|person| people::user(person.email))
        }
    }
}
