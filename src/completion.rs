//! `tenure completion`: what makes a shell complete the command line.

use crate::{Cli, out};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};

/// Print what makes your shell complete tenure's commands
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  tenure completion bash > /etc/bash_completion.d/tenure")]
pub(crate) struct CompletionArgs {
    /// Which shell
    shell: Shell,
}

pub(crate) fn run(args: &CompletionArgs) {
    let mut script = Vec::new();
    generate(args.shell, &mut Cli::command(), "tenure", &mut script);
    out::line(format_args!(
        "{}",
        String::from_utf8_lossy(&script).trim_end()
    ));
}
