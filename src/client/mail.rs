//! `tenure mail`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    table::{print_items, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Decide what mails say, and which are sent
#[derive(Args, Debug)]
pub(crate) struct MailArgs {
    #[command(subcommand)]
    command: MailCommand,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum MailCommand {
    /// List the mails, to whom they go, and whether they are sent
    #[command(after_help = "Example:\n  tenure mail list")]
    List,
    /// Show what a mail says, and what it may name
    #[command(after_help = "Example:\n  tenure mail show approval-required")]
    Show {
        /// Which notice
        notice: String,
    },
    /// Let a mail say something else
    #[command(
        after_help = "Example:\n  tenure mail set approval-required --subject \"Please decide: {{ name }}\" --body-file approval.txt"
    )]
    Set {
        /// Which notice
        notice: String,
        /// One line
        #[arg(long)]
        subject: String,
        /// File with the body
        #[arg(long)]
        body_file: PathBuf,
        /// Only show how it would look
        #[arg(long)]
        preview: bool,
    },
    /// Let a mail say again what Tenure says
    #[command(after_help = "Example:\n  tenure mail restore approval-required")]
    Restore {
        /// Which notice
        notice: String,
    },
    /// Send a mail
    #[command(after_help = "Example:\n  tenure mail on template-published")]
    On {
        /// Which notice
        notice: String,
    },
    /// Do not send a mail
    #[command(after_help = "Example:\n  tenure mail off request-approved")]
    Off {
        /// Which notice
        notice: String,
    },
}

pub(crate) async fn run(args: MailArgs) -> Result<(), ClientError> {
    let connection = Connection::signed_in(&args.common)?;
    let done = |_: &Value| out::line(format_args!("Done."));
    let path = |notice: &str| format!("email-notifications/{notice}");
    match args.command {
        MailCommand::List => {
            let answer = connection.get("email-notifications", &[]).await?;
            let columns = [
                ("NOTICE", "notice"),
                ("ABOUT", "object"),
                ("WHEN", "event"),
                ("TO", "recipients"),
                ("SENT", "enabled"),
                ("CHANGED", "changed"),
            ];
            connection.show(&answer, |answer| print_items(answer, &columns));
        }
        MailCommand::Show { notice } => {
            let answer = connection.get(&path(&notice), &[]).await?;
            connection.show(&answer, |answer| {
                out::line(format_args!("Subject: {}\n", text(answer, "subject")));
                out::line(format_args!("{}\n", text(answer, "body")));
                let parameters = answer["parameters"].as_array().into_iter().flatten();
                for parameter in parameters {
                    let (name, what) = (text(parameter, "name"), text(parameter, "description"));
                    out::line(format_args!("{{{{ {name} }}}}: {what}"));
                }
            });
        }
        MailCommand::Set {
            notice,
            subject,
            body_file,
            preview,
        } => {
            let body = std::fs::read_to_string(&body_file)
                .map_err(|error| ClientError::Usage(format!("{}: {error}", body_file.display())))?;
            let said = json!({"subject": subject, "body": body});
            let verb = if preview { "preview" } else { "revise" };
            let answer = connection
                .post(&format!("{}/{verb}", path(&notice)), &said)
                .await?;
            connection.show(&answer, |answer| {
                if preview {
                    out::line(format_args!("Subject: {}\n", text(answer, "subject")));
                    out::line(format_args!("{}", text(answer, "text")));
                } else {
                    done(answer);
                }
            });
        }
        MailCommand::Restore { notice } => {
            connection.show(&connection.delete(&path(&notice)).await?, done);
        }
        MailCommand::On { notice } => {
            let path = format!("{}/enable", path(&notice));
            connection.show(&connection.post(&path, &json!({})).await?, done);
        }
        MailCommand::Off { notice } => {
            let path = format!("{}/disable", path(&notice));
            connection.show(&connection.post(&path, &json!({})).await?, done);
        }
    }
    Ok(())
}
