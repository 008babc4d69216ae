//! The `tenure` binary: one file per role, wiring only.
//!
//! **Architecture invariant:** no rules and no protocol here. `serve.rs` and `agent.rs` put together what the crates
//! provide; `client/` is the command-line client, which talks HTTP like everybody else.

mod agent;
mod audit;
mod checkpoint_file;
mod client;
mod completion;
mod config;
mod core_key;
mod demo;
mod discover;
mod epoch;
mod nats_config;
mod nats_leaf;
mod out;
mod projections;
mod proof_keeping;
mod sandbox_engines;
mod serve;
mod stop;
mod wiring;

use clap::{Parser, Subcommand};
use std::{io::IsTerminal, process::ExitCode};

/// Many small allocations, freed by other threads than those that made them: a tenth of the whole work with the
/// system's allocator. SQLite's memory comes from it too (feature `override`): the system's kept twice what SQLite used.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Gives every service account an owner, a reason, an end date and a history
#[derive(Parser, Debug)]
#[command(name = "tenure", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    Serve(serve::ServeArgs),
    Agent(agent::AgentArgs),
    Demo(demo::DemoArgs),
    Discover(discover::DiscoverArgs),
    Audit(audit::AuditArgs),
    Projections(projections::ProjectionsArgs),
    Epoch(epoch::EpochArgs),
    CoreKey(core_key::CoreKeyArgs),
    NatsConfig(nats_config::NatsConfigArgs),
    NatsLeaf(nats_leaf::NatsLeafArgs),
    Completion(completion::CompletionArgs),
    #[command(flatten)]
    Client(client::ClientCommand),
}

/// Bad configuration or usage.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    log_to_standard_error(&cli.command);
    // Reads FAILPOINTS: where the process shall die, for the fault tests.
    #[cfg(feature = "failpoints")]
    let _scenario = fail::FailScenario::setup();
    // One TLS stack, chosen once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            out::progress(format_args!("tenure: {error}"));
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure { code, message }) => {
            out::progress(format_args!("tenure: {message}"));
            code
        }
    }
}

/// What is told at the end of a command that did not succeed.
struct Failure {
    code: ExitCode,
    message: String,
}

impl Failure {
    fn of(configuration: bool, error: &dyn std::error::Error) -> Self {
        let code = if configuration {
            ExitCode::from(EXIT_USAGE)
        } else {
            ExitCode::FAILURE
        };
        Self {
            code,
            message: error.to_string(),
        }
    }
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Serve(args) => serve::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::Agent(args) => agent::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::Demo(args) => demo::run(args).await.map_err(|e| Failure::of(false, &e)),
        Command::Discover(args) => discover::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::Audit(args) => audit::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::Projections(args) => projections::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::Epoch(args) => epoch::run(args)
            .await
            .map_err(|e| Failure::of(e.is_configuration(), &e)),
        Command::CoreKey(args) => {
            core_key::run(args).map_err(|e| Failure::of(e.is_configuration(), &e))
        }
        Command::NatsConfig(args) => {
            nats_config::run(args).map_err(|e| Failure::of(e.is_configuration(), &e))
        }
        Command::NatsLeaf(args) => {
            nats_leaf::run(args).map_err(|e| Failure::of(e.is_configuration(), &e))
        }
        Command::Completion(args) => {
            completion::run(&args);
            Ok(())
        }
        Command::Client(command) => command.run().await.map_err(|e| Failure::of(false, &e)),
    }
}

/// Servers log what they do; commands for people only what goes wrong. RUST_LOG says otherwise.
fn log_to_standard_error(command: &Command) {
    let level = match command {
        Command::Serve(_) | Command::Agent(_) => "info",
        _ => "warn",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Colours are for terminals; in a file they are noise.
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr)
        .init();
}
