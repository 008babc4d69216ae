//! `tenure deputy`.

use super::{
    connection::{Common, Connection},
    error::ClientError,
    lookup,
    table::{print, text},
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// Have somebody decide on approvals in your name while you are away; without a subcommand, show who does
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure deputy\n  tenure deputy name grace@corp.example --until 2027-01-31T00:00:00Z\n  tenure deputy withdraw"
)]
pub(crate) struct DeputyArgs {
    #[command(subcommand)]
    command: Option<DeputyCommand>,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum DeputyCommand {
    /// Show your deputy, and those in whose name you decide
    #[command(
        after_help = "Examples:\n  tenure deputy show\n  tenure deputy show --of anton@corp.example"
    )]
    Show {
        /// Somebody else's, for administrators: an e-mail address or a name
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
    },
    /// Name who decides in your name; a former deputy does no more
    #[command(
        after_help = "Examples:\n  tenure deputy name grace@corp.example --until 2027-01-31T00:00:00Z\n  tenure deputy name grace@corp.example --from 2027-01-01T00:00:00Z --until 2027-01-31T00:00:00Z --of anton@corp.example"
    )]
    Name {
        /// E-mail address or name; must have the permission to approve
        deputy: String,
        /// From when (RFC 3339); by default from now on
        #[arg(long)]
        from: Option<String>,
        /// Until when (RFC 3339), at most 366 days later
        #[arg(long)]
        until: String,
        /// Somebody else's deputy, for administrators
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
    },
    /// Nobody decides in your name any more
    #[command(after_help = "Example:\n  tenure deputy withdraw")]
    Withdraw {
        /// Somebody else's deputy, for administrators
        #[arg(long, value_name = "PERSON")]
        of: Option<String>,
    },
}

pub(crate) async fn run(args: DeputyArgs) -> Result<(), ClientError> {
    use DeputyCommand as C;
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        None | Some(C::Show { of: None }) => own(&connection).await,
        Some(C::Show { of: Some(person) }) => {
            let id = lookup::user(&connection, &person).await?;
            show(&connection, &id).await
        }
        Some(C::Name {
            deputy,
            from,
            until,
            of,
        }) => {
            let mut body = json!({
                "deputy": lookup::user(&connection, &deputy).await?,
                "until": until,
            });
            if let Some(from) = from {
                body["from"] = json!(from);
            }
            let id = whose(&connection, of).await?;
            connection
                .post(&format!("users/{id}/deputy"), &body)
                .await?;
            show(&connection, &id).await
        }
        Some(C::Withdraw { of }) => {
            let id = whose(&connection, of).await?;
            let path = format!("users/{id}/deputy/withdraw");
            let answer = connection.post(&path, &json!({})).await?;
            connection.show(&answer, |_| out::line(format_args!("Withdrawn.")));
            Ok(())
        }
    }
}

/// Shows one's deputy, and those in whose name one decides.
pub(super) async fn own(connection: &Connection) -> Result<(), ClientError> {
    let answer = connection.get("deputies", &[]).await?;
    connection.show(&answer, |answer| {
        let others = answer["deputy_for"].as_array();
        let mine = Some(&answer["mine"]).filter(|mine| mine.is_object());
        table(mine.into_iter().chain(others.into_iter().flatten()));
    });
    Ok(())
}

/// The person named, or whoever is signed in.
async fn whose(connection: &Connection, of: Option<String>) -> Result<String, ClientError> {
    match of {
        Some(person) => lookup::user(connection, &person).await,
        None => Ok(text(
            &connection.get("sessions/current", &[]).await?,
            "user",
        )),
    }
}

pub(super) async fn show(connection: &Connection, id: &str) -> Result<(), ClientError> {
    let answer = connection.get(&format!("users/{id}/deputy"), &[]).await?;
    connection.show(&answer, |answer| {
        table(
            Some(&answer["deputy"])
                .filter(|one| one.is_object())
                .into_iter(),
        )
    });
    Ok(())
}

fn table<'a>(deputies: impl Iterator<Item = &'a Value>) {
    let row = |one: &Value| {
        [
            "user.name",
            "deputy.name",
            "from",
            "until",
            "active",
            "deputy.id",
        ]
        .map(|path| text(one, path))
        .to_vec()
    };
    let rows: Vec<_> = deputies.map(row).collect();
    print(
        &["PERSON", "DEPUTY", "FROM", "UNTIL", "NOW", "DEPUTY ID"],
        &rows,
    );
}
