//! `tenure accounts totals`.

use super::{
    connection::Connection,
    error::ClientError,
    table::{print, print_items, text},
};
use crate::out;
use serde_json::Value;

pub(super) async fn show(connection: &Connection, mine: bool) -> Result<(), ClientError> {
    let query: &[(&str, &str)] = if mine { &[("mine", "true")] } else { &[] };
    let answer = connection.get("accounts/totals", query).await?;
    connection.show(&answer, |totals| {
        let statuses: Vec<Vec<String>> = totals["by_status"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|of| vec![text(of, "status"), text(of, "count")])
            .collect();
        print(&["STATUS", "ACCOUNTS"], &statuses);
        out::line(format_args!(
            "Changes that the directory refused: {}\n",
            text(totals, "failed")
        ));
        let some = |week: &&Value| {
            ["review", "disable", "expire", "delete"]
                .iter()
                .any(|action| week[*action].as_u64() > Some(0))
        };
        let weeks: Vec<&Value> = totals["ends"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(some)
            .collect();
        print_items(
            &serde_json::json!({ "items": weeks }),
            &[
                ("END FROM (UTC)", "from"),
                ("UNTIL", "until"),
                ("REVIEW", "review"),
                ("DISABLE", "disable"),
                ("EXPIRE", "expire"),
                ("DELETE", "delete"),
            ],
        );
    });
    Ok(())
}
