//! `tenure demo`: the embedded profile on a virtual clock, with two sandbox domains, people, templates and hundreds
//! of accounts in every state. `--once` tells one account's story and ends.

mod history;
mod large;
mod people;
mod story;

use crate::{
    config::Config,
    sandbox_engines::SandboxEngines,
    serve::{self, ServeError},
    wiring::{BusinessClock, WiringError, wire},
};
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use std::{io::Write, net::SocketAddr, path::PathBuf};
use tenure_domain::{Actor, DomainId};
use tenure_engine_agent::directory::sandbox::SandboxObject;
use tenure_eventstore::{Position, StoreError, StoredEvent};
use tenure_workflow::{Caller, ClockError, CommandError, Instance, Work};
use tokio_util::sync::CancellationToken;

/// Run the demo: two directories in memory, a dozen people, hundreds of accounts, and a clock that you move
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure demo\n  tenure demo --once\n  tenure demo --accounts 2000 --listen 127.0.0.1:9000\n  \
    tenure demo --scale large --data ./large"
)]
pub(crate) struct DemoArgs {
    /// Tell one account's whole story as a timeline, and exit
    #[arg(long)]
    once: bool,
    /// How large the organisation is
    #[arg(long, value_enum, default_value_t = Scale::Small)]
    scale: Scale,
    /// How many accounts people have asked for; 300, and 100,000 in a large organisation
    #[arg(long)]
    accounts: Option<usize>,
    /// Keep the history in this PostgreSQL (postgres://…) instead of SQLite
    #[arg(long)]
    store: Option<String>,
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Where to keep the demo between runs; a temporary folder unless given
    #[arg(long)]
    data: Option<PathBuf>,
}

/// How large the organisation of the demo is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Scale {
    /// A dozen people and hundreds of accounts, lived through day by day
    Small,
    /// 10,000 people, 500 groups, 1,000 templates, 50,000 requests and 100,000 accounts, loaded at once; their
    /// directories are empty, so that orders fail there
    Large,
}

/// Why the demo ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Wiring(#[from] WiringError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error(transparent)]
    Command(#[from] CommandError),
    #[error(transparent)]
    Clock(#[from] ClockError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the story went wrong: {0}")]
    Story(&'static str),
    #[error("the story lacks {0}")]
    Missing(&'static str),
    #[error("the demo's folder cannot be made: {0}")]
    Folder(std::io::Error),
    #[error("the large demo cannot be made: {0}")]
    Large(String),
    #[error("the passwords of the demo cannot be set: {0}")]
    Passwords(String),
}

/// A running instance on a virtual clock.
struct Stage {
    instance: Instance,
    work: Work,
    engines: SandboxEngines,
}

impl Stage {
    async fn settle(&self) -> Result<(), DemoError> {
        Ok(self.work.settle(&self.instance).await?)
    }

    async fn history_since(&self, mut after: Position) -> Result<Vec<StoredEvent>, StoreError> {
        let mut events = Vec::new();
        loop {
            let page = self.instance.store.read(after, 1_000).await?;
            let Some(last) = page.last() else {
                return Ok(events);
            };
            after = last.position;
            events.extend(page);
        }
    }

    fn sandbox_object(&self, domain: DomainId, name: &str) -> Result<SandboxObject, DemoError> {
        self.engines
            .object(domain, name)
            .ok_or(DemoError::Story("the directory does not know the account"))
    }
}

/// Runs the demo.
pub(crate) async fn run(args: DemoArgs) -> Result<(), DemoError> {
    let folder = match &args.data {
        Some(folder) => {
            std::fs::create_dir_all(folder).map_err(DemoError::Folder)?;
            folder.clone()
        }
        None => scratch_folder()?,
    };
    let mut config = Config {
        data: folder.clone(),
        ..Config::default()
    };
    config.http.listen = args.listen;
    config.store.url = args.store.clone();
    let (begin, until) = history::span();
    let outcome = perform(&args, config, begin, until).await;
    if args.data.is_none() {
        // A temporary folder that cannot be removed is left to the system.
        let _ = std::fs::remove_dir_all(folder);
    }
    outcome
}

fn scratch_folder() -> Result<PathBuf, DemoError> {
    let folder = std::env::temp_dir().join(format!(
        "tenure-demo-{}",
        tenure_eventstore::new_id().simple()
    ));
    std::fs::create_dir_all(&folder).map_err(DemoError::Folder)?;
    Ok(folder)
}

async fn perform(
    args: &DemoArgs,
    config: Config,
    begin: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<(), DemoError> {
    if args.scale == Scale::Large {
        say(format_args!("Making the history of a large organisation …"));
        large::load(&config, args.accounts.unwrap_or(100_000)).await?;
    }
    let wired = wire(&config, BusinessClock::Virtual(begin)).await?;
    let cancel = CancellationToken::new();
    let running = serve::start(&wired, &config, &cancel).await?;
    let stage = Stage {
        instance: wired.instance.clone(),
        work: running.work.clone(),
        engines: running.engines.clone(),
    };
    let fresh = stage.instance.store.head().await?.position == 0;
    if fresh {
        say(format_args!("Setting up people, domains and templates …"));
        people::settle(
            &stage.instance.commands,
            &Caller::new(Actor::system("demo")),
        )
        .await?;
        stage.settle().await?;
    }
    if args.once {
        let events = story::play(&stage).await?;
        say(format_args!("{}", story::timeline(&events)));
        story::check(&events)?;
        let mails = running.captured_mails().await;
        say(format_args!(
            "{} e-mails went out, {} events are in the history.",
            mails,
            events.len()
        ));
        cancel.cancel();
        running.finished().await;
        return Ok(());
    }
    if fresh || args.scale == Scale::Large {
        set_passwords(&stage.instance).await?;
    }
    if fresh {
        let accounts = args.accounts.unwrap_or(300);
        say(format_args!(
            "Living through {} days with {} accounts …",
            (until - begin).num_days(),
            accounts
        ));
        let started = std::time::Instant::now();
        history::live(&stage, history::Scale { accounts }, until).await?;
        let events = stage.instance.store.head().await?.position;
        say(format_args!(
            "{events} events in {:.1} s.",
            started.elapsed().as_secs_f64()
        ));
    }
    welcome(args.listen);
    running.serve(&wired, &config, &cancel).await?;
    Ok(())
}

/// Everyone's password is the same, and only the demo has it.
async fn set_passwords(instance: &Instance) -> Result<(), DemoError> {
    let people: Vec<_> = people::PEOPLE
        .iter()
        .map(|person| (people::user(person.email), vec![person.email.to_owned()]))
        .collect();
    let given = tenure_gateway::give_passwords(instance, &people, people::PASSWORD).await;
    given.map_err(|error| DemoError::Passwords(error.to_string()))
}

fn welcome(listen: SocketAddr) {
    say(format_args!(
        "\nTenure's demo runs on http://{listen}/ (API below /api/v1).\n"
    ));
    say(format_args!(
        "Sign in as, with the password \"{}\":",
        people::PASSWORD
    ));
    for person in people::PEOPLE.iter().take(5) {
        let roles: Vec<_> = person.roles.iter().map(|role| role.name()).collect();
        say(format_args!(
            "  {:<22} {:<18} {}",
            person.email,
            person.name,
            roles.join(", ")
        ));
    }
    let day = TimeDelta::days(30).num_days();
    say(format_args!(
        "\nTry:  tenure login --url http://{listen} --email rosa@demo.example"
    ));
    say(format_args!(
        "      tenure accounts\n      tenure clock advance --days {day}     (as ada@demo.example)\n"
    ));
    say(format_args!("Ctrl-C ends the demo."));
}

/// The demo speaks on standard output; the log goes to standard error.
fn say(text: std::fmt::Arguments<'_>) {
    let mut out = std::io::stdout().lock();
    // A closed pipe is no reason to fail.
    let _ = writeln!(out, "{text}");
}
