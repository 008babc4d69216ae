//! `tenure clock`: moving time where it is virtual.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::{print_fields, text},
};
use clap::{Args, Subcommand};
use serde_json::json;

/// Look at and move the business clock of a demo
#[derive(Args, Debug)]
pub(crate) struct ClockArgs {
    #[command(subcommand)]
    command: ClockCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum ClockCommand {
    /// Move it forward; everything that falls due on the way happens in order
    #[command(after_help = "Example:\n  tenure clock advance --days 30")]
    Advance {
        /// How many days
        #[arg(long, value_parser = clap::value_parser!(u32).range(1..=3660))]
        days: u32,
    },
    /// Say what time it is
    #[command(after_help = "Example:\n  tenure clock show")]
    Show,
}

pub(crate) async fn run(args: ClockArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        ClockCommand::Advance { days } => {
            let answer = connection
                .post("clock/advance", &json!({"days": days}))
                .await
                .map_err(|error| match error {
                    ClientError::Refused(refusal) if refusal.status == 404 => ClientError::Usage(
                        "this server follows the real time, which cannot be moved".to_owned(),
                    ),
                    error => error,
                })?;
            connection.show(&answer, |answer| {
                print_fields(&[
                    ("Now", text(answer, "business_time")),
                    ("Timers fired", text(answer, "fired")),
                ]);
            });
        }
        ClockCommand::Show => {
            let answer = connection.get("system", &[]).await?;
            connection.show(&answer, |answer| {
                print_fields(&[
                    ("Now", text(answer, "business_time")),
                    ("Virtual", text(answer, "virtual_clock")),
                ]);
            });
        }
    }
    Ok(())
}
