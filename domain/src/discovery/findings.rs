//! What was found in one domain, and what a report for people says of it.

use super::{Candidate, Risk, Signal, SignalKind};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// A page without scripts or anything from elsewhere: a template that is filled with a [`Report`] by whoever renders it,
/// as HTML, so that what the directory says is text in it.
pub const REPORT: &str = include_str!("report.html");

/// What discovery found in one domain, the riskiest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Findings {
    /// DNS name of the domain.
    pub domain: String,
    /// Where was looked.
    pub base: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Accounts that are managed by Tenure already, as far as was looked.
    pub managed: usize,
    /// Those that are not.
    pub candidates: Vec<Candidate>,
}

impl Findings {
    /// How many candidates have this risk.
    #[must_use]
    pub fn with_risk(&self, risk: Risk) -> usize {
        let have = |candidate: &&Candidate| candidate.risk == risk;
        self.candidates.iter().filter(have).count()
    }

    /// In how many candidates something of this kind was seen.
    #[must_use]
    pub fn with_signal(&self, kind: SignalKind) -> usize {
        let is = |signal: &Signal| signal.kind() == kind;
        let have = |candidate: &&Candidate| candidate.signals.iter().any(is);
        self.candidates.iter().filter(have).count()
    }
}

/// Findings in words.
#[derive(Debug, Serialize)]
pub struct Report<'a> {
    domain: &'a str,
    base: &'a str,
    at: String,
    managed: usize,
    high: usize,
    medium: usize,
    low: usize,
    /// Riskier ones that are shown leave no room for as many.
    omitted: u64,
    seen: Vec<Seen>,
    rows: Vec<Row<'a>>,
}

#[derive(Debug, Serialize)]
struct Seen {
    text: &'static str,
    risk: &'static str,
    nhi: Option<&'static str>,
    accounts: usize,
}

#[derive(Debug, Serialize)]
struct Row<'a> {
    risk: &'static str,
    name: &'a str,
    dn: &'a str,
    description: Option<&'a str>,
    manager: Option<&'a str>,
    created: Option<String>,
    signals: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Line {
    text: String,
    risk: &'static str,
    nhi: Option<&'static str>,
}

impl<'a> Report<'a> {
    /// Of these findings, of which so many less risky ones were left out.
    #[must_use]
    pub fn new(findings: &'a Findings, omitted: u64) -> Self {
        let seen = SignalKind::ALL.iter().map(|kind| Seen {
            text: kind.words(),
            risk: kind.risk().text(),
            nhi: kind.nhi(),
            accounts: findings.with_signal(*kind),
        });
        Self {
            domain: &findings.domain,
            base: &findings.base,
            at: findings.at.format("%Y-%m-%d %H:%M UTC").to_string(),
            managed: findings.managed,
            high: findings.with_risk(Risk::High),
            medium: findings.with_risk(Risk::Medium),
            low: findings.with_risk(Risk::Low),
            omitted,
            seen: seen.filter(|seen| seen.accounts > 0).collect(),
            rows: findings.candidates.iter().map(row).collect(),
        }
    }
}

fn row(candidate: &Candidate) -> Row<'_> {
    let line = |signal: &Signal| Line {
        text: signal.text(),
        risk: signal.risk().text(),
        nhi: signal.nhi(),
    };
    Row {
        risk: candidate.risk.text(),
        name: &candidate.name,
        dn: &candidate.dn,
        description: candidate.description.as_deref(),
        manager: candidate.manager.as_deref(),
        created: candidate
            .created
            .map(|at| at.format("%Y-%m-%d").to_string()),
        signals: candidate.signals.iter().map(line).collect(),
    }
}
