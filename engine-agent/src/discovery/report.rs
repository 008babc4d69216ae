//! Findings for people: a table for a spreadsheet, and a page for those who would rather look than read.

use super::{Candidate, Findings, Signal};
use minijinja::{Environment, Error, value::Serde};
use tenure_domain::discovery::{REPORT, Report};

const COLUMNS: [&str; 9] = [
    "risk",
    "name",
    "signals",
    "owasp_nhi",
    "description",
    "manager",
    "created",
    "dn",
    "object_guid",
];

/// Comma-separated values with a head, one line an account, the riskiest first (RFC 4180).
#[must_use]
pub fn csv(findings: &Findings) -> String {
    let mut text = line(COLUMNS.map(str::to_owned));
    for candidate in &findings.candidates {
        text += &line([
            candidate.risk.text().to_owned(),
            candidate.name.clone(),
            joined(candidate, |signal| Some(signal.text())),
            joined(candidate, |signal| signal.nhi().map(str::to_owned)),
            candidate.description.clone().unwrap_or_default(),
            candidate.manager.clone().unwrap_or_default(),
            candidate
                .created
                .map(|at| at.format("%Y-%m-%d").to_string())
                .unwrap_or_default(),
            candidate.dn.clone(),
            candidate.id.to_string(),
        ]);
    }
    text
}

/// One page without scripts or anything from elsewhere.
///
/// # Errors
/// If the template cannot be filled, which is a defect.
pub fn html(findings: &Findings) -> Result<String, Error> {
    let mut pages = Environment::new();
    pages.add_template("report.html", REPORT)?;
    let report = Report::new(findings, 0);
    pages.get_template("report.html")?.render(Serde(report))
}

fn joined(candidate: &Candidate, of: impl Fn(&Signal) -> Option<String>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in candidate.signals.iter().filter_map(of) {
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join("; ")
}

fn line<const N: usize>(cells: [String; N]) -> String {
    cells.map(|cell| quoted(&cell)).join(",") + "\r\n"
}

/// In quotes, and never a formula: spreadsheets carry out what begins with one of these signs.
fn quoted(cell: &str) -> String {
    let inert = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        "'"
    } else {
        ""
    };
    format!("\"{inert}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::Risk, *};
    use chrono::{TimeZone as _, Utc};
    use uuid::Uuid;

    fn findings(name: &str, description: &str) -> Findings {
        Findings {
            domain: "corp.example.com".into(),
            base: "DC=corp,DC=example,DC=com".into(),
            at: Utc.with_ymd_and_hms(2026, 11, 21, 9, 30, 0).unwrap(),
            managed: 3,
            candidates: vec![Candidate {
                id: Uuid::from_u128(7),
                name: name.into(),
                dn: format!("CN={name},DC=corp,DC=example,DC=com"),
                description: Some(description.into()),
                manager: None,
                created: None,
                risk: Risk::High,
                signals: vec![
                    Signal::UnconstrainedDelegation,
                    Signal::PasswordNeverExpires,
                ],
            }],
        }
    }

    #[test]
    fn a_spreadsheet_gets_text_and_never_a_formula() {
        let text = csv(&findings("svc-x", "=cmd|' /C calc'!A0, \"quoted\""));
        let mut lines = text.split("\r\n");
        assert_eq!(lines.next().unwrap().matches(',').count(), 8);
        assert_eq!(
            lines.next().unwrap(),
            "\"high\",\"svc-x\",\"unconstrained delegation; password never expires\",\"NHI5:2025; NHI7:2025\",\
             \"'=cmd|' /C calc'!A0, \"\"quoted\"\"\",\"\",\"\",\"CN=svc-x,DC=corp,DC=example,DC=com\",\
             \"00000000-0000-0000-0000-000000000007\""
        );
    }

    #[test]
    fn what_the_directory_says_is_text_on_the_page_and_never_markup() {
        let page = html(&findings("<script>alert(1)</script>", "a & b")).unwrap();
        assert!(!page.contains("<script"));
        assert!(page.contains("&lt;script&gt;") && page.contains("a &amp; b"));
        assert!(page.contains("unconstrained delegation") && page.contains("NHI5:2025"));
        assert!(!page.contains("http-equiv=\"refresh\"") && !page.contains("src="));
    }
}
