//! `tenure accounts`.

use super::{
    change,
    connection::{Common, Connection},
    drift,
    error::ClientError,
    list_export::ExportTo,
    lookup, migrate, request,
    request::Waiting,
    table::{names, print_fields, print_items, text},
    totals, watch,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// See and keep managed accounts; without a subcommand, list yours
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure accounts\n  tenure accounts list --status active --search svc-\n  tenure accounts renew svc-backup --wait"
)]
pub(crate) struct AccountsArgs {
    #[command(subcommand)]
    command: Option<AccountsCommand>,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum AccountsCommand {
    /// List the accounts that you may see
    #[command(
        after_help = "Examples:\n  tenure accounts list --status active,expired\n  tenure accounts list --export accounts.csv"
    )]
    List {
        /// Only your own
        #[arg(long)]
        mine: bool,
        /// One of these statuses, separated by commas
        #[arg(long)]
        status: Option<String>,
        /// Names that begin like this
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Count accounts by status, and those that end in the next weeks
    #[command(after_help = "Example:\n  tenure accounts totals --mine")]
    Totals {
        /// Only your own
        #[arg(long)]
        mine: bool,
    },
    /// Show an account, and what you may do with it now
    #[command(after_help = "Example:\n  tenure accounts show svc-backup")]
    Show {
        /// Id or name
        account: String,
    },
    /// Show what happened to an account
    #[command(after_help = "Example:\n  tenure accounts history svc-backup")]
    History {
        /// Id or name
        account: String,
    },
    /// Renew an account; where that needs approval, ask for it
    #[command(after_help = "Example:\n  tenure accounts renew svc-backup --wait")]
    Renew {
        /// Id or name
        account: String,
        /// Why it is still needed: for approvers
        #[arg(long, default_value = "")]
        justification: String,
        /// Accept the template's terms of service, if approval is needed
        #[arg(long)]
        accept_terms: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Decline renewal: reminders end
    #[command(
        after_help = "Example:\n  tenure accounts decline svc-backup --reason \"Not needed after June\""
    )]
    Decline(WithReason),
    /// Disable an account
    #[command(
        after_help = "Example:\n  tenure accounts disable svc-backup --reason \"Suspicious sign-ins\" --wait"
    )]
    Disable(WithReason),
    /// Enable an account again
    #[command(after_help = "Example:\n  tenure accounts enable svc-backup --reason \"Checked\"")]
    Enable(WithReason),
    /// Delete account and secret
    #[command(
        after_help = "Example:\n  tenure accounts delete svc-backup --reason \"Service retired\" --confirm svc-backup"
    )]
    Delete {
        #[command(flatten)]
        what: WithReason,
        /// The account's name, as a confirmation
        #[arg(long, value_name = "NAME")]
        confirm: String,
    },
    /// Delete object and secret of an account that is marked deleted
    #[command(
        after_help = "Example:\n  tenure accounts purge svc-backup --reason \"Grace is over\""
    )]
    Purge(WithReason),
    /// Take back an import that the directory refused: the account is unmanaged again, as it was, and can be imported anew
    #[command(
        after_help = "Example:\n  tenure accounts take-back-import svc-intranet --reason \"The engine gets no rights there\""
    )]
    TakeBackImport(WithReason),
    /// Change the owners: those given are the owners from now on
    #[command(
        visible_alias = "change-owners",
        after_help = "Example:\n  tenure accounts owners svc-backup grace@corp.example \"group:Platform team\""
    )]
    Owners {
        /// Id or name
        account: String,
        /// E-mail addresses, or group:NAME
        #[arg(required = true)]
        owners: Vec<String>,
    },
    /// Ask for an account like this one; of a deleted one, for itself
    #[command(
        after_help = "Examples:\n  tenure accounts clone svc-backup --name svc-backup-2 --justification \"Second site\"\n  tenure accounts clone svc-retired --justification \"Needed again\""
    )]
    Clone {
        /// Id or name
        account: String,
        /// Name of the new account; a deleted account gives up its own
        #[arg(long)]
        name: Option<String>,
        /// Why it is needed: for approvers; by default what was said of the other account
        #[arg(long)]
        justification: Option<String>,
        /// Accept the template's terms of service
        #[arg(long)]
        accept_terms: bool,
        /// Only draft the request
        #[arg(long)]
        draft: bool,
        #[command(flatten)]
        waiting: Waiting,
    },
    /// Ask for other AD groups or attributes, as far as the account's template allows
    #[command(
        after_help = "Example:\n  tenure accounts change svc-backup --attribute department=Finance --attribute info= --justification \"Moved\" --wait"
    )]
    Change(change::ChangeArgs),
    /// Move active accounts to another template or version, period, end date or owners
    #[command(
        after_help = "Examples:\n  tenure accounts migrate --all-of \"Old template\" --to \"New template\" --reason \"Merged\" --preview\n  tenure accounts migrate svc-a svc-b --to \"New template\" --period \"90 days\" --end 2027-01-31 --reason \"Merged\""
    )]
    Migrate(migrate::MigrateArgs),
    /// Have the directory try a failed order once more
    #[command(after_help = "Example:\n  tenure accounts retry svc-backup --wait")]
    Retry {
        /// Id or name
        account: String,
        #[command(flatten)]
        waiting: Waiting,
    },
}

#[derive(Args, Debug)]
struct WithReason {
    /// Id or name
    account: String,
    /// Why; kept in the history
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    waiting: Waiting,
}

pub(crate) async fn run(args: AccountsArgs) -> Result<(), ClientError> {
    use AccountsCommand as C;
    let connection = Connection::signed_in(&args.common)?;
    match args.command {
        None => list(&connection, true, None, None, &ExportTo::SHOWN).await,
        Some(C::List {
            mine,
            status,
            search,
            to,
        }) => list(&connection, mine, status, search, &to).await,
        Some(C::Totals { mine }) => totals::show(&connection, mine).await,
        Some(C::Show { account }) => {
            let id = lookup::account(&connection, &account).await?;
            let answer = connection.get(&format!("accounts/{id}"), &[]).await?;
            connection.show(&answer, show);
            Ok(())
        }
        Some(C::History { account }) => history(&connection, &account).await,
        Some(C::Renew {
            account,
            justification,
            accept_terms,
            waiting,
        }) => {
            renew(
                &connection,
                &account,
                &justification,
                accept_terms,
                &waiting,
            )
            .await
        }
        Some(C::Decline(what)) => with_reason(&connection, "decline-renewal", what, None).await,
        Some(C::Disable(what)) => with_reason(&connection, "disable", what, None).await,
        Some(C::Enable(what)) => with_reason(&connection, "enable", what, None).await,
        Some(C::Delete { what, confirm }) => {
            with_reason(&connection, "delete", what, Some(confirm)).await
        }
        Some(C::Purge(what)) => with_reason(&connection, "purge", what, None).await,
        Some(C::TakeBackImport(what)) => {
            with_reason(&connection, "take-back-import", what, None).await
        }
        Some(C::Owners { account, owners }) => {
            let id = lookup::account(&connection, &account).await?;
            let mut found = Vec::new();
            for owner in &owners {
                found.push(lookup::owner(&connection, owner).await?);
            }
            connection
                .post(&format!("accounts/{id}/owners"), &json!({"owners": found}))
                .await?;
            finish(&connection, &id, None).await
        }
        Some(C::Clone {
            account,
            name,
            justification,
            accept_terms,
            draft,
            waiting,
        }) => {
            let said = Said {
                name,
                justification,
                accept_terms,
            };
            clone(&connection, &account, said, draft, &waiting).await
        }
        Some(C::Change(args)) => change::run(&connection, args).await,
        Some(C::Migrate(args)) => migrate::run(&connection, args).await,
        Some(C::Retry { account, waiting }) => {
            let id = lookup::account(&connection, &account).await?;
            connection
                .post(&format!("accounts/{id}/retry"), &json!({}))
                .await?;
            finish(&connection, &id, Some(&waiting)).await
        }
    }
}

pub(super) async fn list(
    connection: &Connection,
    mine: bool,
    status: Option<String>,
    search: Option<String>,
    to: &ExportTo,
) -> Result<(), ClientError> {
    let mut query = vec![("limit", "500")];
    if mine {
        query.push(("mine", "true"));
    }
    query.extend(status.as_deref().map(|status| ("status", status)));
    query.extend(search.as_deref().map(|search| ("search", search)));
    if to.done(connection, "accounts/export", &query).await? {
        return Ok(());
    }
    let answer = connection.get("accounts", &query).await?;
    connection.show(&answer, |answer| {
        let columns = [
            ("NAME", "name"),
            ("STATUS", "status"),
            ("ENDS (UTC)", "lifecycle_end"),
            ("AT ITS END", "action"),
            ("RENEWAL OPEN", "renewal_open"),
            ("OWNERS", "owners"),
            ("DOMAIN", "domain.name"),
        ];
        print_items(answer, &columns);
    });
    Ok(())
}

pub(super) fn show(account: &Value) {
    print_fields(&[
        ("Account", text(account, "name")),
        ("Id", text(account, "id")),
        ("Type", text(account, "account_type")),
        ("Status", text(account, "status")),
        ("Domain", text(account, "domain.name")),
        (
            "Template",
            format!(
                "{} (version {})",
                text(account, "template.name"),
                text(account, "template_version")
            ),
        ),
        ("Owners", names(&account["owners"])),
        ("Period", text(account, "period")),
        ("Ends (UTC)", text(account, "lifecycle_end")),
        ("At its end", text(account, "action")),
        ("Renewal opens", text(account, "renewal_opens_at")),
        ("OU", ou(account)),
        ("Description", text(account, "description")),
        (
            "May retrieve the password",
            names(&account["gmsa"]["principals"]),
        ),
        (
            "Encryption types",
            names(&account["gmsa"]["encryption_types"]),
        ),
        (
            "Password interval (days)",
            text(account, "gmsa.password_interval_days"),
        ),
        ("Directory", text(account, "directory.state")),
        ("Why", text(account, "directory.failure.explanation")),
        ("Its own words", text(account, "directory.failure.detail")),
        ("Differs", drift::summary(&account["drift"])),
    ]);
    for option in account["options"].as_array().into_iter().flatten() {
        let state = if option["allowed"] == true {
            "yes".to_owned()
        } else {
            format!("no: {}", text(option, "explanation"))
        };
        out::line(format_args!("May {:15}{state}", text(option, "option")));
    }
}

/// Where the object belongs now: one that reached its end may have been moved to the retirement OU.
fn ou(account: &Value) -> String {
    match account["retired"] == true {
        true => format!("{} (retired)", text(account, "retirement_ou")),
        false => text(account, "ou"),
    }
}

async fn history(connection: &Connection, account: &str) -> Result<(), ClientError> {
    let id = lookup::account(connection, account).await?;
    let answer = connection
        .get(&format!("accounts/{id}/history"), &[])
        .await?;
    connection.show(&answer, |answer| {
        print_items(
            answer,
            &[
                ("POSITION", "position"),
                ("WHEN (UTC)", "at"),
                ("WHO", "actor.name"),
                ("WHAT", "sentence"),
            ],
        );
    });
    Ok(())
}

async fn renew(
    connection: &Connection,
    account: &str,
    justification: &str,
    accept_terms: bool,
    waiting: &Waiting,
) -> Result<(), ClientError> {
    let id = lookup::account(connection, account).await?;
    let now = connection.get(&format!("accounts/{id}"), &[]).await?;
    let options = now["options"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let allowed = |name: &str| {
        options
            .iter()
            .any(|option| option["option"] == name && option["allowed"] == true)
    };
    // By its end-of-lifecycle action, an account is renewed by its owner or by an approved request.
    if !allowed("renew") && allowed("submit-renewal") {
        let content = json!({
            "kind": {"type": "renewal", "account": id},
            "template": now["template"]["id"],
            "name": now["name"],
            "justification": justification,
            "attributes": now["attributes"],
            "terms_accepted": accept_terms,
        });
        let drafted = connection.post("requests", &content).await?;
        let request = text(&drafted, "id");
        request::submit(connection, &request).await?;
        return request::finish(connection, &request, Some(waiting)).await;
    }
    connection
        .post(&format!("accounts/{id}/renew"), &json!({}))
        .await?;
    finish(connection, &id, Some(waiting)).await
}

/// What differs from the other account.
struct Said {
    name: Option<String>,
    justification: Option<String>,
    accept_terms: bool,
}

async fn clone(
    connection: &Connection,
    account: &str,
    said: Said,
    draft: bool,
    waiting: &Waiting,
) -> Result<(), ClientError> {
    let id = lookup::account(connection, account).await?;
    let original = connection.get(&format!("accounts/{id}"), &[]).await?;
    if original["status"] != "deleted" && said.name.is_none() {
        let message = "the account lives and keeps its name: give the new one its own by --name";
        return Err(ClientError::Usage(message.to_owned()));
    }
    let drafted = connection
        .post(&format!("accounts/{id}/clone"), &json!({}))
        .await?;
    let request = text(&drafted, "id");
    let path = format!("requests/{request}");
    let mut content = connection.get(&path, &[]).await?["content"].take();
    if let Some(name) = said.name {
        content["name"] = json!(name);
    }
    if let Some(justification) = said.justification {
        content["justification"] = json!(justification);
    }
    content["terms_accepted"] = json!(said.accept_terms);
    connection.post(&format!("{path}/revise"), &content).await?;
    if draft {
        return request::finish(connection, &request, None).await;
    }
    request::submit(connection, &request).await?;
    request::finish(connection, &request, Some(waiting)).await
}

async fn with_reason(
    connection: &Connection,
    what: &str,
    args: WithReason,
    confirmed_name: Option<String>,
) -> Result<(), ClientError> {
    let id = lookup::account(connection, &args.account).await?;
    let mut body = json!({"reason": args.reason});
    if let Some(name) = confirmed_name {
        body["confirmed_name"] = json!(name);
    }
    connection
        .post(&format!("accounts/{id}/{what}"), &body)
        .await?;
    finish(connection, &id, Some(&args.waiting)).await
}

async fn finish(
    connection: &Connection,
    id: &str,
    waiting: Option<&Waiting>,
) -> Result<(), ClientError> {
    let answer = match waiting.filter(|waiting| waiting.wait) {
        Some(waiting) => watch::account(connection, id, waiting.patience()).await?,
        None => connection.get(&format!("accounts/{id}"), &[]).await?,
    };
    connection.show(&answer, |account| {
        let (name, status) = (text(account, "name"), text(account, "status"));
        let (directory, end) = (
            text(account, "directory.state"),
            text(account, "lifecycle_end"),
        );
        let end = if end.is_empty() {
            end
        } else {
            format!(", ends {end}")
        };
        out::line(format_args!("{name}: {status}{end}, directory {directory}"));
    });
    Ok(())
}
