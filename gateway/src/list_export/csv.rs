//! Tables as CSV, for spreadsheets.

/// Marks the encoding, without which spreadsheets take it for another one.
const MARK: &str = "\u{feff}";

/// What stands before the rows.
pub(super) fn head(columns: &[&str]) -> String {
    format!("{MARK}{}\r\n", columns.join(","))
}

/// Adds a row.
pub(super) fn write_row(text: &mut String, cells: impl IntoIterator<Item = String>) {
    let quoted: Vec<_> = cells.into_iter().map(|cell| quoted(&cell)).collect();
    text.push_str(&quoted.join(","));
    text.push_str("\r\n");
}

/// A cell as text: a name that begins like a formula must not run in a spreadsheet.
fn quoted(cell: &str) -> String {
    let mark = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    if mark.is_empty() && !cell.contains([',', '"', '\n', '\r']) {
        return cell.to_owned();
    }
    format!("\"{mark}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_cell_is_quoted_and_never_a_formula() {
        assert_eq!(quoted("svc-backup"), "svc-backup");
        assert_eq!(quoted("Novák, \"P\""), "\"Novák, \"\"P\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("-svc"), "\"'-svc\"");
    }
}
