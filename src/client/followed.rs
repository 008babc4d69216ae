//! `tenure domain people`: groups of a directory whose members are users.

use super::{
    connection::Connection,
    error::ClientError,
    lookup,
    table::{names, print, print_fields, text},
};
use crate::out;
use clap::Args;
use serde_json::{Value, json};

/// Which groups are followed.
#[derive(Args, Debug)]
pub(crate) struct FollowArgs {
    /// Id or name
    domain: String,
    /// A group of the directory whose members shall be users, with `=GROUP` members of that group of Tenure too; instead of
    /// the present ones; may be given several times
    #[arg(long = "group", value_name = "NAME[=GROUP]")]
    groups: Vec<String>,
    /// Follow no group any more: everybody stays as they are
    #[arg(long, conflicts_with = "groups")]
    none: bool,
    /// If more people than this come or leave at once, ask first
    #[arg(long, value_name = "NUMBER")]
    most_at_once: Option<u32>,
    /// The same, in per cent of those who are followed
    #[arg(long, value_name = "PER CENT")]
    most_per_cent: Option<u32>,
}

async fn standing(connection: &Connection, id: &str) -> Result<Value, ClientError> {
    connection.get(&format!("domains/{id}/people"), &[]).await
}

/// Shows who is followed, who is held, and who cannot come.
pub(crate) async fn show(connection: &Connection, domain: &str) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    connection.show(&standing(connection, &id).await?, |people| {
        let groups = people["groups"].as_array().into_iter().flatten();
        let groups = groups.map(|group| {
            let mut shown = text(group, "name");
            if group["group"].is_object() {
                shown = format!("{shown} (members of {})", text(group, "group.name"));
            }
            match group["missing"] == true {
                true => {
                    format!("{shown} (missing: nobody leaves until it is back or not followed)")
                }
                false => shown,
            }
        });
        let held = &people["held"];
        let waiting = match held.is_null() {
            true => String::new(),
            false => format!(
                "{} would come, {} would leave: decide with `tenure domain people-allow`",
                held["coming"], held["leaving"]
            ),
        };
        print_fields(&[
            ("groups", groups.collect::<Vec<_>>().join(", ")),
            ("followed", text(people, "followed")),
            ("looked at", text(people, "at")),
            (
                "asked first",
                format!(
                    "beyond {} people or {} per cent at once",
                    people["most_at_once"], people["most_per_cent"]
                ),
            ),
            ("waiting", waiting),
            ("would come", names(&held["who_comes"])),
            ("would leave", names(&held["who_leaves"])),
        ]);
        let problems = people["problems"].as_array().into_iter().flatten();
        let problems: Vec<_> = problems
            .map(|problem| vec![text(problem, "name"), text(problem, "detail")])
            .collect();
        if !problems.is_empty() {
            out::line(format_args!(""));
            print(&["NOT IN STEP", "WHY"], &problems);
        }
    });
    Ok(())
}

/// Shows what following groups would do, without doing it.
pub(crate) async fn preview(
    connection: &Connection,
    domain: &str,
    wanted: &[String],
) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    let mut groups = Vec::new();
    for name in wanted {
        groups.push(lookup::directory_group(connection, &id, name).await?);
    }
    let path = format!("domains/{id}/people/preview");
    let groups = groups.join(",");
    let answer = connection.get(&path, &[("groups", &groups)]).await?;
    connection.show(&answer, |answer| {
        let row = |name: String, people: &Value| {
            let of = |field| text(people, field);
            vec![name, of("new"), of("known"), of("followed"), of("cannot")]
        };
        let groups = answer["groups"].as_array().into_iter().flatten();
        let mut rows: Vec<_> = groups
            .map(|group| row(text(group, "name"), &group["people"]))
            .collect();
        rows.push(row("altogether".to_owned(), &answer["people"]));
        let headers = ["GROUP", "NEW", "USERS ALREADY", "FOLLOWED", "CANNOT COME"];
        print(&headers, &rows);
        out::line(format_args!(""));
        let asked_first = match answer["asked_first"] == true {
            true => "yes: they are many",
            false => "no",
        };
        let some_names = |field: &str| names(&answer[field]);
        print_fields(&[
            ("read at", text(answer, "read_at")),
            ("would come", some_names("who_comes")),
            ("would leave", text(answer, "leaving")),
            ("who leaves", some_names("who_leaves")),
            ("asked first", asked_first.to_owned()),
        ]);
    });
    Ok(())
}

/// Chooses the groups.
pub(crate) async fn plan(connection: &Connection, args: FollowArgs) -> Result<(), ClientError> {
    let id = lookup::domain(connection, &args.domain).await?;
    let now = standing(connection, &id).await?;
    let mut groups = Vec::new();
    for wanted in &args.groups {
        let (name, group) = match wanted.split_once('=') {
            Some((name, group)) => (name, Some(lookup::group(connection, group).await?)),
            None => (wanted.as_str(), None),
        };
        let object = lookup::directory_group(connection, &id, name).await?;
        groups.push(json!({ "object": object, "group": group }));
    }
    if args.groups.is_empty() && !args.none {
        let present = now["groups"].as_array().into_iter().flatten();
        groups.extend(
            present.map(|group| json!({"object": group["object"], "group": group["group"]["id"]})),
        );
    }
    let or_now = |given: Option<u32>, field: &str| given.map_or(now[field].clone(), Into::into);
    let plan = json!({
        "groups": groups,
        "most_at_once": or_now(args.most_at_once, "most_at_once"),
        "most_per_cent": or_now(args.most_per_cent, "most_per_cent"),
    });
    let answer = connection
        .post(&format!("domains/{id}/people/plan"), &plan)
        .await?;
    connection.show(&answer, |_| out::line(format_args!("Done.")));
    Ok(())
}

/// Lets those come and leave who are held.
pub(crate) async fn allow(
    connection: &Connection,
    domain: &str,
    reason: &str,
) -> Result<(), ClientError> {
    let id = lookup::domain(connection, domain).await?;
    let held = standing(connection, &id).await?["held"].take();
    if held.is_null() {
        return Err(ClientError::Outcome("nobody waits for a decision".into()));
    }
    let body = json!({"coming": held["coming"], "leaving": held["leaving"], "reason": reason});
    let answer = connection
        .post(&format!("domains/{id}/people/allow"), &body)
        .await?;
    connection.show(&answer, |_| {
        out::line(format_args!(
            "{} may come, {} may leave.",
            held["coming"], held["leaving"]
        ));
    });
    Ok(())
}
