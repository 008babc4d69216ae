//! What people do to managed accounts in the directory itself, behind Tenure's back: some of it is only reported, some
//! repaired, and in one domain it is too much at once, so that somebody has to decide.

use super::{DemoError, Stage, people, surroundings};
use std::time::Duration;
use tenure_domain::{
    AccountId, Actor, DomainId,
    account::Account,
    directory::DomainCommand,
    drift::DriftLimits,
    ids::derived,
    lifecycle::EndOfLifecycleAction::{self, Disable, Expire, Review},
    order::DesiredState,
    synchronisation::SyncPlan,
};
use tenure_engine_agent::directory::sandbox::SandboxObject;
use tenure_workflow::{Caller, synchronisation};

/// Longest wait for a directory to be read and compared, and between two looks.
const LONGEST: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);
/// So many are disabled by hand in the second domain, of which so few may be repaired at once.
const SWEPT: usize = 4;
const AT_ONCE: u32 = 2;

/// An account that is as it was ordered.
struct Settled {
    domain: DomainId,
    action: EndOfLifecycleAction,
    desired: DesiredState,
}

/// Which accounts somebody works on, and how.
struct Deed {
    to: EndOfLifecycleAction,
    enabled: bool,
    does: fn(&mut SandboxObject),
}

const DEEDS: &[Deed] = &[
    Deed {
        to: Review,
        enabled: true,
        does: |object| object.enabled = false,
    },
    Deed {
        to: Review,
        enabled: true,
        does: |object| {
            object.ou = surroundings::unit_of(people::DOMAINS[0].0, surroundings::VENDORS)
        },
    },
    Deed {
        to: Expire,
        enabled: true,
        does: |object| object.expires_at = None,
    },
    // Put right by an order, since the template says so.
    Deed {
        to: Disable,
        enabled: true,
        does: |object| object.groups.clear(),
    },
    Deed {
        to: Disable,
        enabled: true,
        does: |object| object.description = Some("do not touch!! ask Pavel".into()),
    },
    Deed {
        to: Review,
        enabled: true,
        does: |object| {
            object.enabled = false;
            let department = vec!["Marketing".to_owned()];
            object.attributes.insert("department".into(), department);
        },
    },
    Deed {
        to: Review,
        enabled: false,
        does: |object| object.enabled = true,
    },
];

/// Works on the newest accounts, and has the directories read.
pub(super) async fn work(stage: &Stage, accounts: usize) -> Result<(), DemoError> {
    stage.settle().await?;
    let mut settled = settled(stage, accounts).await?;
    let [first, second] = [0, 1].map(|n| people::domain(people::DOMAINS[n].0));
    for deed in DEEDS {
        let suits = |one: &Settled| {
            one.domain == first && one.action == deed.to && one.desired.enabled == deed.enabled
        };
        if let Some(at) = settled.iter().position(suits) {
            let one = settled.remove(at);
            stage.engines.change(first, &one.desired.name, deed.does);
        }
    }
    let swept = settled
        .iter()
        .filter(|one| one.domain == second && one.desired.enabled);
    for one in swept.take(SWEPT) {
        let disable = |object: &mut SandboxObject| object.enabled = false;
        stage.engines.change(second, &one.desired.name, disable);
    }
    let plan = SyncPlan {
        drift: DriftLimits {
            accounts: AT_ONCE,
            ..DriftLimits::default()
        },
        ..SyncPlan::default()
    };
    let plan = DomainCommand::PlanSynchronisation(plan);
    let commands = &stage.instance.commands;
    commands.domain(second, plan, &administrator()).await?;
    for domain in [first, second] {
        read(stage, domain).await?;
    }
    stage.settle().await
}

fn administrator() -> Caller {
    Caller::new(Actor::User(people::user(people::PEOPLE[0].email)))
}

/// The newest first.
async fn settled(stage: &Stage, accounts: usize) -> Result<Vec<Settled>, DemoError> {
    let mut found = Vec::new();
    for n in (0..accounts).rev() {
        let id = AccountId(derived(&["demo", "account", &n.to_string()]));
        let loaded = stage.instance.store.cached_state::<Account>(id.0).await?;
        let managed = loaded.state.managed();
        found.extend(managed.and_then(|managed| {
            Some(Settled {
                domain: managed.identity.domain,
                action: managed.action(),
                desired: managed.comparable()?.desired,
            })
        }));
    }
    Ok(found)
}

/// Reads all of a domain, and waits until that is compared with what was ordered.
async fn read(stage: &Stage, domain: DomainId) -> Result<(), DemoError> {
    let instance = &stage.instance;
    let before = synchronisation::state(instance, domain).await?.last;
    let wanted = DomainCommand::Synchronise { full: true };
    let commands = &instance.commands;
    commands.domain(domain, wanted, &administrator()).await?;
    stage.settle().await?;
    let compared = async {
        loop {
            let state = synchronisation::state(instance, domain).await?;
            if state.is_settled() && state.last != before {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    // A slow machine shows it a little later.
    tokio::time::timeout(LONGEST, compared)
        .await
        .unwrap_or(Ok(()))
}
