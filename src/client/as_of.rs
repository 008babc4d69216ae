//! `tenure audit as-of`: any object and any list as it was, on a day, at an instant or at a position.

use super::{
    account,
    as_of_work::Work,
    connection::{Common, Connection},
    error::ClientError,
    list_export::ExportTo,
    lookup, request, request_shown,
    table::{names, print_fields, print_items, text},
    template,
};
use crate::out;
use clap::{Args, Subcommand};
use serde_json::Value;

/// Show an object or a list as it was
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  tenure audit as-of 2026-03-01 account svc-backup\n  \
    tenure audit as-of 2026-03-01T12:00:00Z accounts --status disabled --json\n  \
    tenure audit as-of 4711 approvers svc-backup\n\n\
    A day (2026-03-01) stands for its end, in UTC. Where the answer stands is told on standard error.\n\
    What was read of directories (units, groups, people, unmanaged accounts) is a copy without a past."
)]
pub(crate) struct AsOfArgs {
    /// A day, an instant (RFC 3339) or a position of the history
    #[arg(value_name = "WHEN")]
    moment: String,
    #[command(subcommand)]
    what: What,
    #[command(flatten)]
    common: Common,
}

#[derive(Subcommand, Debug)]
enum What {
    /// An account
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 account svc-backup")]
    Account {
        /// Id, or name at that time
        account: String,
    },
    /// The accounts that you may see
    #[command(
        after_help = "Examples:\n  tenure audit as-of 2026-03-01 accounts --status active\n  \
        tenure audit as-of 2026-03-01 accounts --export accounts.ndjson --format ndjson"
    )]
    Accounts {
        /// Only those that were your own
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
    /// A request
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 request svc-backup")]
    Request {
        /// Id, or name of the account
        request: String,
    },
    /// The requests that you may see
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 requests --status submitted")]
    Requests {
        /// One of these statuses, separated by commas
        #[arg(long)]
        status: Option<String>,
        /// Names that begin like this
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        to: ExportTo,
    },
    /// Who could have approved a request that waited then, and who could not, and why
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 approvers svc-backup")]
    Approvers {
        /// Id, or name of the account
        request: String,
    },
    /// A template
    #[command(
        after_help = "Example:\n  tenure audit as-of 2026-03-01 template \"Service account\""
    )]
    Template {
        /// Id, or name at that time
        template: String,
    },
    /// All templates
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 templates")]
    Templates,
    /// A person, with roles and groups
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 user rosa@corp.example")]
    User {
        /// Id, or e-mail address or name at that time
        user: String,
    },
    /// The people that you may see
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 users --search ros")]
    Users {
        /// Names and e-mail addresses that begin like this
        #[arg(long)]
        search: Option<String>,
    },
    /// A group, with its members and roles
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 group \"Platform team\"")]
    Group {
        /// Id, or name at that time
        group: String,
    },
    /// The groups that you may see
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 groups")]
    Groups,
    /// A role
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 role Auditor")]
    Role {
        /// Id, or name at that time
        role: String,
    },
    /// All roles
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 roles")]
    Roles,
    /// All domains
    #[command(after_help = "Example:\n  tenure audit as-of 2026-03-01 domains")]
    Domains,
    #[command(flatten)]
    Work(Work),
}

pub(crate) async fn run(args: AsOfArgs) -> Result<(), ClientError> {
    // Names are looked up in the past, too.
    let connection = Connection::signed_in(&args.common)?.at_moment(args.moment);
    show(&connection, args.what).await?;
    if let Some((position, instant)) = connection.stands_at() {
        out::progress(format_args!(
            "As it was at {instant}, position {position} of the history."
        ));
    }
    Ok(())
}

async fn show(connection: &Connection, what: What) -> Result<(), ClientError> {
    let one = async |path: String, people: fn(&Value)| {
        let answer = connection.get(&path, &[]).await?;
        connection.show(&answer, people);
        Ok::<(), ClientError>(())
    };
    match what {
        What::Account { account } => {
            let id = lookup::account(connection, &account).await?;
            one(format!("accounts/{id}"), account::show).await
        }
        What::Accounts {
            mine,
            status,
            search,
            to,
        } => account::list(connection, mine, status, search, &to).await,
        What::Request { request } => {
            let id = lookup::request(connection, &request).await?;
            one(format!("requests/{id}"), request_shown::show).await
        }
        What::Requests { status, search, to } => {
            request::list(connection, false, status, search, &to).await
        }
        What::Approvers { request } => {
            let id = lookup::request(connection, &request).await?;
            one(format!("requests/{id}/approvers"), approvers).await
        }
        What::Template { template } => {
            let id = lookup::template(connection, &template).await?;
            one(format!("templates/{id}"), template::show).await
        }
        What::Templates => one("templates".to_owned(), template::listed).await,
        What::User { user } => {
            let id = lookup::user(connection, &user).await?;
            one(format!("users/{id}"), person).await
        }
        What::Users { search } => {
            let mut query = vec![("limit", "500")];
            query.extend(search.as_deref().map(|search| ("search", search)));
            let answer = connection.get("users", &query).await?;
            connection.show(&answer, |answer| {
                let columns = [
                    ("NAME", "display_name"),
                    ("E-MAIL", "emails"),
                    ("ENABLED", "enabled"),
                    ("ID", "id"),
                ];
                print_items(answer, &columns);
            });
            Ok(())
        }
        What::Group { group } => {
            let id = lookup::group(connection, &group).await?;
            one(format!("groups/{id}"), one_group).await
        }
        What::Groups => one("groups".to_owned(), groups).await,
        What::Role { role } => {
            let id = lookup::role(connection, &role).await?;
            one(format!("roles/{id}"), one_role).await
        }
        What::Roles => one("roles".to_owned(), roles).await,
        What::Domains => one("domains".to_owned(), domains).await,
        What::Work(work) => work.show(connection).await,
    }
}

fn approvers(answer: &Value) {
    let step = text(answer, "step");
    if step.is_empty() {
        out::line(format_args!("It waited for nobody's approval."));
        return;
    }
    print_fields(&[("Step", step)]);
    let columns = [
        ("WHO", "user.name"),
        ("COULD", "may"),
        ("BY GROUPS", "via"),
        ("IN THE NAME OF", "on_behalf_of.name"),
        ("WHY NOT", "reason"),
    ];
    print_items(answer, &columns);
    if answer["more"] == true {
        out::progress(format_args!("There were more people than these."));
    }
}

fn person(user: &Value) {
    print_fields(&[
        ("Name", text(user, "display_name")),
        ("Id", text(user, "id")),
        ("E-mail", names(&user["emails"])),
        ("Enabled", text(user, "enabled")),
        ("Roles", names(&user["roles"])),
        ("Groups", names(&user["groups"])),
    ]);
}

fn one_group(group: &Value) {
    print_fields(&[
        ("Group", text(group, "name")),
        ("Id", text(group, "id")),
        ("Enabled", text(group, "enabled")),
        ("Members", names(&group["members"])),
        ("Roles", names(&group["roles"])),
        ("Replaced by", text(group, "replaced_by.name")),
    ]);
}

fn groups(answer: &Value) {
    let columns = [
        ("NAME", "name"),
        ("ENABLED", "enabled"),
        ("ROLES", "roles"),
        ("ID", "id"),
    ];
    print_items(answer, &columns);
}

fn one_role(role: &Value) {
    print_fields(&[
        ("Role", text(role, "name")),
        ("Id", text(role, "id")),
        ("Enabled", text(role, "enabled")),
        ("New users", text(role, "applied_to_new_users")),
        ("Permissions", names(&role["permissions"])),
    ]);
}

fn roles(answer: &Value) {
    let columns = [
        ("NAME", "name"),
        ("ENABLED", "enabled"),
        ("NEW USERS", "applied_to_new_users"),
        ("PERMISSIONS", "permissions"),
    ];
    print_items(answer, &columns);
}

fn domains(answer: &Value) {
    let columns = [
        ("NAME", "name"),
        ("KIND", "kind"),
        ("BASE DN", "base_dn"),
        ("ENABLED", "enabled"),
        ("ID", "id"),
    ];
    print_items(answer, &columns);
}
