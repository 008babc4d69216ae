//! `tenure template simulate` and `tenure role simulate`: what documents would do if they were applied, beyond what they say.

use super::{Kind, names::Names, read, roles, templates};
use crate::{
    client::{
        connection::{Common, Connection},
        error::ClientError,
        table::{names as listed, plain, print, text},
    },
    out,
};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Told one by one, of each document; all are counted.
const SHOWN: usize = 200;

/// Say what applying would do to what is there, before it is done; nothing is written and nobody is told
#[derive(Args, Debug)]
pub(crate) struct SimulateArgs {
    /// YAML or JSON files, or folders of them; - is standard input
    #[arg(short, long, required = true, num_args = 1..)]
    file: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
}

/// Simulates documents of this kind; others are left out.
pub(crate) async fn simulate(args: SimulateArgs, kind: Kind) -> Result<(), ClientError> {
    let documents = read::documents(&args.file, kind)?;
    let connection = Connection::signed_in(&args.common)?;
    let mut names = Names::new(&connection);
    let mut items = Vec::new();
    for document in documents.iter().filter(|document| document.kind == kind) {
        let asked = match kind {
            Kind::Role => roles::tried(&connection, document).await?,
            Kind::Template => templates::tried(&connection, &mut names, document).await?,
            Kind::Group => None,
        };
        let Some((path, body)) = asked else {
            items.push(json!({"kind": kind.to_string(), "name": document.name, "missing": true}));
            continue;
        };
        let mut found = whole(&connection, &path, body).await?;
        found["kind"] = json!(kind.to_string());
        found["name"] = json!(document.name);
        items.push(found);
    }
    connection.show(&json!({ "items": items }), |answer| {
        for item in answer["items"].as_array().into_iter().flatten() {
            shown(item, kind);
        }
    });
    Ok(())
}

/// All parts, added up.
async fn whole(connection: &Connection, path: &str, mut body: Value) -> Result<Value, ClientError> {
    let mut sum = Value::Null;
    loop {
        let mut part = connection.post(path, &body).await?;
        let next = part["next"].take();
        add(&mut sum, part);
        let Value::String(next) = next else {
            if let Some(fields) = sum.as_object_mut() {
                fields.remove("next");
            }
            return Ok(sum);
        };
        let looked = |list: &str| sum[list]["looked_at"].as_u64().unwrap_or_default();
        let lists = ["accounts", "people", "requests", "approvals"];
        let all: u64 = lists.iter().map(|list| looked(list)).sum();
        out::progress(format_args!("{all} looked at …"));
        body["cursor"] = json!(next);
    }
}

/// Numbers are added, lists go on, and the rest is as the last part says.
fn add(sum: &mut Value, part: Value) {
    match (sum, part) {
        (Value::Object(sum), Value::Object(part)) => {
            for (field, value) in part {
                let known = sum.entry(field.clone()).or_insert(Value::Null);
                match (field.as_str(), &value) {
                    ("position" | "version", _) => *known = value,
                    // Of a list that was not looked at in this part, nothing is known.
                    ("total", _) if known["value"].as_u64() > value["value"].as_u64() => {}
                    ("total", _) => *known = value,
                    _ => add(known, value),
                }
            }
        }
        (Value::Array(sum), Value::Array(part)) => {
            sum.extend(part);
            sum.truncate(SHOWN);
        }
        (Value::Number(sum), Value::Number(part)) => {
            let both = sum.as_u64().unwrap_or_default() + part.as_u64().unwrap_or_default();
            *sum = both.into();
        }
        (sum, part) => *sum = part,
    }
}

fn shown(item: &Value, kind: Kind) {
    let of = format!("{kind} {}", plain(&text(item, "name")));
    if item["missing"] == true {
        out::line(format_args!(
            "{of}: is not there yet, so that nothing hangs on it"
        ));
        return;
    }
    match kind {
        Kind::Role => role(item, &of),
        Kind::Template | Kind::Group => template(item, &of),
    }
}

fn template(item: &Value, of: &str) {
    out::line(format_args!("{of}, as version {}", item["version"]));
    for list in ["accounts", "requests"] {
        let part = &item[list];
        let what = match list {
            "accounts" => "live accounts",
            _ => "past requests",
        };
        out::line(format_args!(
            "\n{} of {} {what} would fare otherwise",
            part["affected"], part["looked_at"]
        ));
        for (effect, count) in part["effects"].as_object().into_iter().flatten() {
            if count.as_u64() > Some(0) {
                out::line(format_args!("  {effect}: {count}"));
            }
        }
        if part["staying"].as_u64() > Some(0) {
            out::line(format_args!(
                "  would stay as they are, not active or asked to be renewed: {}",
                part["staying"]
            ));
        }
        let rows: Vec<Vec<String>> = (part["items"].as_array().into_iter().flatten())
            .map(|one| {
                let refused = one["refused"].as_array().into_iter().flatten();
                let refused: Vec<_> = refused
                    .map(|error| format!("{} {}", text(error, "field"), text(error, "message")))
                    .collect();
                let waits = text(one, "waits_for");
                let why = match (refused.is_empty(), waits.is_empty()) {
                    (false, _) => refused.join("; "),
                    (true, false) => format!("waits at {waits}"),
                    (true, true) => String::new(),
                };
                vec![
                    text(one, "name"),
                    listed(&one["effects"]),
                    terms(&one["before"]),
                    terms(&one["after"]),
                    listed(&one["owners_lost"]),
                    why,
                ]
            })
            .collect();
        if !rows.is_empty() {
            print(
                &["NAME", "WHAT", "BEFORE", "AFTER", "OWNERS LOST", "WHY"],
                &rows,
            );
        }
    }
}

fn terms(terms: &Value) -> String {
    if terms.is_null() {
        return String::new();
    }
    let end = text(terms, "end");
    let day = end.split('T').next().unwrap_or_default();
    format!(
        "{}, {} on {day}",
        text(terms, "period"),
        text(terms, "action")
    )
}

fn role(item: &Value, of: &str) {
    let people = &item["people"];
    out::line(format_args!(
        "{of}: {} hold it, {} would lose a permission, {} would gain one",
        people["looked_at"], people["losing"], people["gaining"]
    ));
    for (permission, counted) in people["permissions"].as_object().into_iter().flatten() {
        out::line(format_args!(
            "  {permission}: {} lose, {} gain",
            counted["losing"], counted["gaining"]
        ));
    }
    let changes = |one: &Value| {
        let name = text(one, "user.name");
        let changes = one["changes"].as_array().into_iter().flatten();
        changes
            .map(|change| {
                let cell = |field| text(change, field);
                vec![
                    name.clone(),
                    cell("permission"),
                    cell("before"),
                    cell("after"),
                ]
            })
            .collect::<Vec<_>>()
    };
    let rows: Vec<_> = (people["items"].as_array().into_iter().flatten())
        .flat_map(changes)
        .collect();
    if !rows.is_empty() {
        print(&["WHO", "PERMISSION", "BEFORE", "AFTER"], &rows);
    }
    let approvals = &item["approvals"];
    out::line(format_args!(
        "\n{} of {} open approvals could be given by nobody",
        approvals["without_approver"], approvals["looked_at"]
    ));
    for left in approvals["items"].as_array().into_iter().flatten() {
        out::line(format_args!(
            "  {} at {}",
            plain(&text(left, "name")),
            plain(&text(left, "step"))
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_added_up() {
        let part = |looked: u64, total: u64, name: &str| {
            json!({"position": looked, "accounts": {"total": {"value": total, "more": false}, "looked_at": looked,
                "effects": {"refused": 1}, "items": [{"name": name}], "hidden": false}})
        };
        let mut sum = Value::Null;
        add(&mut sum, part(3, 5, "a"));
        add(&mut sum, part(2, 0, "b"));
        assert_eq!(sum["position"], 2);
        assert_eq!(sum["accounts"]["looked_at"], 5);
        assert_eq!(sum["accounts"]["total"]["value"], 5);
        assert_eq!(sum["accounts"]["effects"]["refused"], 2);
        assert_eq!(
            sum["accounts"]["items"],
            json!([{"name": "a"}, {"name": "b"}])
        );
        assert_eq!(sum["accounts"]["hidden"], false);
    }
}
