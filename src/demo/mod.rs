//! `tenure demo`: the embedded profile on a virtual clock, with two sandbox domains, people, templates and hundreds
//! of accounts in every state, service accounts that nobody manages, certification campaigns (of 200 accounts and
//! more), and differences that somebody's hand has made. `--once` tells one account's story and ends.

mod by_hand;
mod campaigns;
mod history;
mod large;
mod people;
mod story;
mod surroundings;

use crate::{
    config::Config,
    sandbox_engines::SandboxEngines,
    serve::{self, Running, ServeError},
    wiring::{BusinessClock, Wired, WiringError, wire},
};
use chrono::TimeDelta;
use clap::Args;
use std::{
    io::{ErrorKind, Write},
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};
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
    #[error(transparent)]
    Views(#[from] tenure_projections::ViewError),
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
    // However the demo is ended, nothing of it is left behind.
    let cancel = crate::stop::on_signal();
    let outcome = perform(&args, config, &cancel).await;
    if args.data.is_none() {
        remove(&folder).await;
    }
    outcome
}

/// What was ended in the middle of its set-up may still be writing for a moment. A folder that cannot be removed is left
/// to the system.
async fn remove(folder: &Path) {
    for _ in 0..50 {
        match std::fs::remove_dir_all(folder) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            _ => return,
        }
    }
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
    cancel: &CancellationToken,
) -> Result<(), DemoError> {
    // Before the year is lived through, not after it.
    let listener = match args.once {
        true => None,
        false => Some(serve::listen(&config).await?),
    };
    // Its own: the story ends itself, and is then waited for.
    let work = cancel.child_token();
    let prepared = tokio::select! {
        prepared = prepare(args, &config, &work) => prepared?,
        () = cancel.cancelled() => None,
    };
    let (Some((wired, running)), Some(listener)) = (prepared, listener) else {
        return Ok(());
    };
    welcome(args.listen);
    running.serve(&wired, &config, listener, &work).await?;
    Ok(())
}

/// The demo up to its audience; `None` if it was over with its story.
async fn prepare(
    args: &DemoArgs,
    config: &Config,
    cancel: &CancellationToken,
) -> Result<Option<(Wired, Running)>, DemoError> {
    let (begin, until) = history::span();
    if args.scale == Scale::Large {
        say(format_args!("Making the history of a large organisation …"));
        large::load(config, args.accounts.unwrap_or(100_000)).await?;
    }
    let wired = wire(config, BusinessClock::Virtual(begin)).await?;
    let engines = match args.scale {
        Scale::Small => SandboxEngines::within(surroundings::of),
        Scale::Large => SandboxEngines::default(),
    };
    let running = serve::start(&wired, config, engines, cancel).await?;
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
        return Ok(None);
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
        by_hand::work(&stage, accounts).await?;
        // Else what is looked at first says that one event of thousands was found unaltered.
        running.keeping.at_once().await?;
        let events = stage.instance.store.head().await?.position;
        say(format_args!(
            "{events} events in {:.1} s.",
            started.elapsed().as_secs_f64()
        ));
    }
    Ok(Some((wired, running)))
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
