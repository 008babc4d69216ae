//! One account's whole story, told as it happens: asked for, approved, created in the directory, reminded about,
//! renewed, left to end, and ended.

use super::{DemoError, Stage, people};
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::{
    AccountId, Actor, Event, RequestId, UserId,
    account::{Account, AccountCommand, Managed},
    lifecycle::EndOfLifecycleAction,
    period::Period,
    request::{RequestCommand, RequestContent, RequestKind},
    sentence,
};
use tenure_eventstore::{StoredEvent, new_id};
use tenure_workflow::Caller;

/// What the story's account is called.
const NAME: &str = "job-nightly-export";

/// Plays the story and answers its events.
pub(super) async fn play(stage: &Stage) -> Result<Vec<StoredEvent>, DemoError> {
    let begin = stage.instance.store.head().await?.position;
    let corp = people::DOMAINS[0].0;
    let (request, account) = (RequestId(new_id()), AccountId(new_id()));
    let content = RequestContent {
        kind: RequestKind::NewAccount,
        template: people::template(corp, EndOfLifecycleAction::Disable),
        name: NAME.into(),
        owners: vec![],
        period: Some(Period::days(90)),
        justification: "The nightly export needs an identity of its own.".into(),
        description: "Runs the nightly export".into(),
        attributes: Default::default(),
        groups: None,
        clone_of: None,
        terms_accepted: false,
        ..RequestContent::default()
    };
    let rosa = people::user("rosa@demo.example");
    let commands = &stage.instance.commands;
    let draft = RequestCommand::Draft {
        account,
        content: Box::new(content),
    };
    commands.request(request, draft, &by(rosa)).await?;
    commands
        .request(request, RequestCommand::Submit, &by(rosa))
        .await?;
    wait(stage, people::pause(42)).await?;
    let approve = RequestCommand::Approve {
        comment: Some("Makes sense.".into()),
    };
    commands
        .request(request, approve, &by(people::user("anton@demo.example")))
        .await?;
    stage.settle().await?;

    // Renewal opens, a reminder goes out, and the owner renews.
    let first_end = end_of(stage, account).await?;
    advance(stage, first_end - TimeDelta::days(20)).await?;
    commands
        .account(account, AccountCommand::Renew, &by(rosa))
        .await?;
    stage.settle().await?;

    // The next time nobody does: the end comes, and the directory follows.
    let second_end = end_of(stage, account).await?;
    advance(stage, second_end + TimeDelta::hours(9)).await?;
    ended_in_the_directory(stage, account).await?;
    let mut story = stage.history_since(begin).await?;
    story.retain(|event| [request.0, account.0].contains(&event.stream));
    Ok(story)
}

fn by(user: UserId) -> Caller {
    Caller::new(Actor::User(user))
}

async fn managed(stage: &Stage, account: AccountId) -> Result<Managed, DemoError> {
    let loaded = stage.instance.store.state::<Account>(account.0).await?;
    loaded
        .state
        .managed()
        .cloned()
        .ok_or(DemoError::Story("the account was not created"))
}

async fn end_of(stage: &Stage, account: AccountId) -> Result<DateTime<Utc>, DemoError> {
    let managed = managed(stage, account).await?;
    managed
        .lifecycle()
        .map(|lifecycle| lifecycle.end)
        .ok_or(DemoError::Story("the account is not live"))
}

/// The sandbox directory itself is asked: is the account disabled there, in the retirement OU?
async fn ended_in_the_directory(stage: &Stage, account: AccountId) -> Result<(), DemoError> {
    let managed = managed(stage, account).await?;
    let object = stage.sandbox_object(managed.identity.domain, NAME)?;
    let retired = managed.identity.retirement_ou.as_deref() == Some(object.ou.as_str());
    if object.enabled || !retired {
        return Err(DemoError::Story(
            "the directory does not say disabled and retired",
        ));
    }
    Ok(())
}

async fn wait(stage: &Stage, pause: TimeDelta) -> Result<(), DemoError> {
    advance(stage, stage.instance.business.now() + pause).await
}

async fn advance(stage: &Stage, to: DateTime<Utc>) -> Result<(), DemoError> {
    stage
        .work
        .advance_clock(&stage.instance, to, |_| {})
        .await?;
    Ok(())
}

/// The story as a timeline: time, who, what, position.
pub(super) fn timeline(events: &[StoredEvent]) -> String {
    let mut text = String::new();
    let mut day = None;
    for event in events {
        let date = event.recorded_at.date_naive();
        if day != Some(date) {
            text.push_str(&format!("\n{}\n", date.format("%A, %-d %B %Y")));
            day = Some(date);
        }
        let time = event.recorded_at.format("%H:%M:%S");
        let who = who(&event.actor);
        text.push_str(&format!(
            "  {time}  {who:<21}  {:<78}  #{}\n",
            sentence::of(&event.event),
            event.position
        ));
    }
    text
}

fn who(actor: &Actor) -> String {
    match actor {
        Actor::User(id) | Actor::Token { user: id, .. } => {
            let person = people::PEOPLE
                .iter()
                .find(|person| people::user(person.email) == *id);
            person.map_or_else(|| id.to_string(), |person| person.name.to_owned())
        }
        Actor::Engine(_) => "engine".to_owned(),
        Actor::System(name) => format!("Tenure ({name})"),
    }
}

/// Does the history hold what the story promised?
pub(super) fn check(events: &[StoredEvent]) -> Result<(), DemoError> {
    let expected = [
        "request.submitted",
        "request.approved",
        "account.created",
        "account.provisioned",
        "request.completed",
        "account.renewal-opened",
        "account.owners-reminded",
        "account.renewed",
        "account.lifecycle-ended",
        "account.order-applied",
    ];
    let mut seen = events.iter().map(|event| Event::type_name(&event.event));
    match expected
        .iter()
        .find(|expected| !seen.any(|name| name == **expected))
    {
        None => Ok(()),
        Some(missing) => Err(DemoError::Missing(missing)),
    }
}
