//! Tables for people.

use crate::out;
use serde_json::Value;

/// What a server says must not steer the terminal.
pub(crate) fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}

/// Prints rows under their headers, aligned.
pub(crate) fn print(headers: &[&str], rows: &[Vec<String>]) {
    if rows.is_empty() {
        out::line(format_args!("Nothing."));
        return;
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| plain(cell)).collect())
        .collect();
    let width = |i: usize| {
        let of = |text: &str| text.chars().count();
        rows.iter()
            .filter_map(|row| row.get(i))
            .map(|cell| of(cell))
            .chain([of(headers[i])])
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..headers.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<_> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        out::line(format_args!("{}", padded.join("  ").trim_end()));
    };
    line(&mut headers.iter().copied());
    for row in &rows {
        line(&mut row.iter().map(String::as_str));
    }
}

/// Prints names and values, one a line; empty values are left out.
pub(crate) fn print_fields(fields: &[(&str, String)]) {
    let shown: Vec<_> = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let width = shown.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, value) in shown {
        out::line(format_args!("{name:width$}  {}", plain(value)));
    }
}

/// The text at `path` (`template.name`); empty if there is none.
pub(crate) fn text(value: &Value, path: &str) -> String {
    let at = path.split('.').fold(value, |value, name| &value[name]);
    match at {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        other => other.to_string(),
    }
}

/// The names of a list of named things, or the texts of a list of texts.
pub(crate) fn names(value: &Value) -> String {
    let of = |item: &Value| match item {
        Value::String(text) => text.clone(),
        item => text(item, "name"),
    };
    value
        .as_array()
        .into_iter()
        .flatten()
        .map(of)
        .collect::<Vec<_>>()
        .join(", ")
}

/// A table of an answer's `items`, each column from a path.
pub(crate) fn print_items(answer: &Value, columns: &[(&str, &str)]) {
    let headers: Vec<_> = columns.iter().map(|(header, _)| *header).collect();
    let row = |item: &Value| {
        let cell = |(_, path): &(&str, &str)| match &item[*path] {
            list @ Value::Array(_) => names(list),
            _ => text(item, path),
        };
        columns.iter().map(cell).collect()
    };
    let rows: Vec<Vec<String>> = answer["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(row)
        .collect();
    print(&headers, &rows);
    let shown = rows.len() as u64;
    match (&answer["total"]["value"], answer["total"]["more"].as_bool()) {
        (Value::Number(total), Some(true)) => {
            out::progress(format_args!("{shown} of more than {total}"))
        }
        (Value::Number(total), _) if total.as_u64() > Some(shown) => {
            out::progress(format_args!("{shown} of {total}"))
        }
        _ => {}
    }
}
