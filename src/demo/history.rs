//! A year and a half in the life of an organisation, lived through on the virtual clock: hundreds of accounts asked
//! for, approved or not, renewed, disabled, expired, deleted, by people who behave the same on every start.

use super::{DemoError, Stage, campaigns, people};
use chrono::{DateTime, TimeDelta, Utc};
use tenure_domain::{
    AccountId, Actor, RequestId, UserId,
    account::{Account, AccountCommand},
    ids::derived,
    lifecycle::{self, EndOfLifecycleAction, LifecycleOption},
    ownership::Owner,
    request::{RequestCommand, RequestContent, RequestKind},
    template::Template,
};
use tenure_workflow::{Caller, CommandError};
use uuid::Uuid;

/// How much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale {
    /// Accounts asked for.
    pub(super) accounts: usize,
}

/// What accounts are called, and what for.
const PURPOSES: &[(&str, &str)] = &[
    ("backup", "Backs up file servers every night"),
    ("erp", "Interface between ERP and warehouse"),
    ("ci", "Builds and signs releases"),
    ("report", "Mails the morning report"),
    ("scan", "Reads scanned documents"),
    ("sql", "Runs the database service"),
    ("web", "Application pool of the intranet"),
    ("etl", "Loads the data warehouse"),
    ("mon", "Reads monitoring counters"),
    ("hr", "Keeps HR and directory in step"),
    ("fax", "Fax gateway nobody dares to switch off"),
    ("print", "Print queues of the branch offices"),
];

/// Lives through it: accounts are asked for evenly over the time until `until`.
pub(super) async fn live(
    stage: &Stage,
    scale: Scale,
    until: DateTime<Utc>,
) -> Result<(), DemoError> {
    let begin = stage.instance.business.now();
    let step = (until - begin) / i32::try_from(scale.accounts.max(1)).unwrap_or(i32::MAX);
    let mut asked: Vec<AccountId> = Vec::with_capacity(scale.accounts);
    for n in 0..scale.accounts {
        if let Some(account) = ask(stage, n).await? {
            asked.push(account);
        }
        // Now and then somebody looks after what is there.
        if n % 6 == 5 {
            stage.settle().await?;
            look_after(stage, &asked, n).await?;
        }
        let next = begin + step * i32::try_from(n + 1).unwrap_or(i32::MAX);
        stage
            .work
            .advance_clock(&stage.instance, next.min(until), |_| {})
            .await?;
        campaigns::visit(stage, scale.accounts, n).await?;
    }
    stage
        .work
        .advance_clock(&stage.instance, until, |_| {})
        .await?;
    Ok(())
}

fn by(user: UserId) -> Caller {
    Caller::new(Actor::User(user))
}

/// The `n`-th choice among `items`, without an obvious pattern.
fn pick<T>(items: &[T], n: usize, what: &str) -> usize {
    let drawn = derived(&["demo", what, &n.to_string()]).as_u128();
    usize::try_from(drawn % (items.len().max(1) as u128)).unwrap_or(0)
}

/// Somebody asks for the `n`-th account, and somebody else decides.
async fn ask(stage: &Stage, n: usize) -> Result<Option<AccountId>, DemoError> {
    let requesters: Vec<_> = people::PEOPLE
        .iter()
        .skip(1)
        .filter(|person| person.group.is_some())
        .collect();
    let requester = people::user(requesters[pick(&requesters, n, "requester")].email);
    let domain = people::DOMAINS[pick(people::DOMAINS, n, "domain")].0;
    let action = EndOfLifecycleAction::ALL[pick(EndOfLifecycleAction::ALL, n, "action")];
    let template = people::template(domain, action);
    let state = stage
        .instance
        .store
        .cached_state::<Template>(template.0)
        .await?
        .state;
    let Some((_, offered)) = state.offered() else {
        return Ok(None);
    };
    let (purpose, description) = PURPOSES[pick(PURPOSES, n, "purpose")];
    let periods = &offered.lifecycle.periods;
    let group = requesters[pick(&requesters, n, "owner")]
        .group
        .unwrap_or("Platform");
    let request = RequestId(derived(&["demo", "request", &n.to_string()]));
    let account = AccountId(derived(&["demo", "account", &n.to_string()]));
    let content = RequestContent {
        kind: RequestKind::NewAccount,
        template,
        name: format!("{}{purpose}-{n:03}", offered.directory.name_prefix),
        owners: if n.is_multiple_of(3) {
            vec![Owner::Group(people::group(group))]
        } else {
            vec![]
        },
        period: Some(periods[pick(periods, n, "period")]),
        justification: description.into(),
        description: description.into(),
        attributes: [("department".to_owned(), vec![group.to_owned()])].into(),
        groups: None,
        clone_of: None,
        terms_accepted: true,
        ..RequestContent::default()
    };
    let commands = &stage.instance.commands;
    let draft = RequestCommand::Draft {
        account,
        content: Box::new(content),
    };
    commands.request(request, draft, &by(requester)).await?;
    if n % 40 == 39 {
        return Ok(None); // Left as a draft.
    }
    commands
        .request(request, RequestCommand::Submit, &by(requester))
        .await?;
    match n % 25 {
        7 => return Ok(None), // Nobody has decided yet.
        13 => {
            let reason = "Please use the existing account of your team.".to_owned();
            decide(stage, request, RequestCommand::Reject { reason }).await?;
            return Ok(None);
        }
        19 => {
            commands
                .request(request, RequestCommand::Withdraw, &by(requester))
                .await?;
            return Ok(None);
        }
        _ => {}
    }
    for _ in &offered.approval.steps {
        decide(stage, request, RequestCommand::Approve { comment: None }).await?;
    }
    Ok(Some(account))
}

/// The first person who may decide does.
async fn decide(
    stage: &Stage,
    request: RequestId,
    command: RequestCommand,
) -> Result<(), DemoError> {
    let approvers = people::PEOPLE.iter().filter(|person| {
        person
            .roles
            .contains(&tenure_domain::role::BuiltInRole::Approver)
    });
    for approver in approvers {
        match stage
            .instance
            .commands
            .request(request, command.clone(), &by(people::user(approver.email)))
            .await
        {
            Ok(_) => return Ok(()),
            Err(CommandError::Request(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// Owners renew most accounts whose renewal is open, and now and then disable or delete one.
async fn look_after(stage: &Stage, accounts: &[AccountId], n: usize) -> Result<(), DemoError> {
    for account in accounts {
        let state = stage
            .instance
            .store
            .cached_state::<Account>(account.0)
            .await?
            .state;
        let Some(managed) = state.managed() else {
            continue;
        };
        let Some(owner) = managed.owners.iter().find_map(|owner| match owner {
            Owner::User(id) => Some(*id),
            Owner::Group(_) => None,
        }) else {
            continue;
        };
        let situation = managed.situation(stage.instance.business.now());
        let offers = |option| lifecycle::check(&situation, option).is_ok();
        let mood = mood(*account, n);
        let command = if offers(LifecycleOption::Renew) && mood < 55 {
            AccountCommand::Renew
        } else if offers(LifecycleOption::Renew) && mood == 56 {
            AccountCommand::DeclineRenewal {
                reason: "The project has ended.".into(),
            }
        } else if offers(LifecycleOption::Disable) && mood == 57 {
            AccountCommand::Disable {
                reason: "Not needed until next quarter.".into(),
            }
        } else if offers(LifecycleOption::Delete) && mood == 58 {
            let confirmed_name = managed.identity.name.clone();
            AccountCommand::Delete {
                reason: "Replaced by a managed service.".into(),
                confirmed_name,
            }
        } else if offers(LifecycleOption::SubmitRenewal) && mood < 55 {
            submit_renewal(stage, *account, managed, owner, n).await?;
            continue;
        } else {
            continue;
        };
        match stage
            .instance
            .commands
            .account(*account, command, &by(owner))
            .await
        {
            Ok(_) | Err(CommandError::Account(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// 0 to 99, different for each account and time, the same on every start.
fn mood(account: AccountId, n: usize) -> u128 {
    derived(&["demo", "mood", &account.to_string(), &n.to_string()]).as_u128() % 100
}

async fn submit_renewal(
    stage: &Stage,
    account: AccountId,
    managed: &tenure_domain::account::Managed,
    owner: UserId,
    n: usize,
) -> Result<(), DemoError> {
    let id =
        |what: &str| -> Uuid { derived(&["demo", what, &account.to_string(), &n.to_string()]) };
    let request = RequestId(id("renewal"));
    let content = RequestContent {
        kind: RequestKind::Renewal(account),
        template: managed.identity.template,
        name: managed.identity.name.clone(),
        owners: vec![],
        period: None,
        justification: "The supplier's contract goes on.".into(),
        description: String::new(),
        attributes: Default::default(),
        groups: None,
        clone_of: None,
        terms_accepted: true,
        ..RequestContent::default()
    };
    let commands = &stage.instance.commands;
    let draft = RequestCommand::Draft {
        account: AccountId(id("unused")),
        content: Box::new(content),
    };
    commands.request(request, draft, &by(owner)).await?;
    match commands
        .request(request, RequestCommand::Submit, &by(owner))
        .await
    {
        Ok(_) => {}
        Err(CommandError::Request(_)) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    stage.settle().await?;
    for _ in 0..2 {
        decide(stage, request, RequestCommand::Approve { comment: None }).await?;
    }
    Ok(())
}

/// When the demo's history begins and where it arrives.
pub(super) fn span() -> (DateTime<Utc>, DateTime<Utc>) {
    let begin = DateTime::from_timestamp(1_735_722_000, 0).unwrap_or_default(); // 1 January 2025, 09:00 UTC
    (begin, begin + TimeDelta::days(540))
}
