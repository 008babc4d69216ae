//! Review and expiry periods, and the instants they lead to: ends are 00:00 UTC.

use chrono::{DateTime, Days, Months, NaiveTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// How long an account lives until its next end. As text: `90 days`, `6 months`, `1 year`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(with = "String")]
pub struct Period {
    /// How many units, at least 1.
    pub count: u16,
    /// Of what.
    pub unit: PeriodUnit,
}

/// Unit of a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PeriodUnit {
    /// 24 hours.
    Days,
    /// Calendar months; the last day of a shorter month stands for a missing one.
    Months,
    /// Calendar years.
    Years,
}

/// The longest period a template may offer, in years: beyond it an account might as well have no end.
pub const LONGEST_YEARS: u16 = 10;

impl Period {
    /// So many days.
    #[must_use]
    pub const fn days(count: u16) -> Self {
        Self {
            count,
            unit: PeriodUnit::Days,
        }
    }

    /// So many months.
    #[must_use]
    pub const fn months(count: u16) -> Self {
        Self {
            count,
            unit: PeriodUnit::Months,
        }
    }

    /// Is it at least a day and no longer than [`LONGEST_YEARS`]?
    #[must_use]
    pub fn is_valid(self) -> bool {
        let most = match self.unit {
            PeriodUnit::Days => LONGEST_YEARS * 366,
            PeriodUnit::Months => LONGEST_YEARS * 12,
            PeriodUnit::Years => LONGEST_YEARS,
        };
        (1..=most).contains(&self.count)
    }

    /// How many days it has at least, whenever it begins.
    #[must_use]
    pub fn shortest_days(self) -> u32 {
        /// Days of so many months in a row, counted where they are fewest.
        const MONTHS: [u32; 12] = [0, 28, 59, 89, 120, 150, 181, 212, 242, 273, 303, 334];
        let count = u32::from(self.count);
        match self.unit {
            PeriodUnit::Days => count,
            PeriodUnit::Months => count / 12 * 365 + MONTHS[count as usize % 12],
            PeriodUnit::Years => count * 365,
        }
    }

    /// 00:00 UTC of the day of `instant`, plus the period.
    #[must_use]
    pub fn end_from(self, instant: DateTime<Utc>) -> DateTime<Utc> {
        let day = instant.date_naive();
        let end = match self.unit {
            PeriodUnit::Days => day.checked_add_days(Days::new(u64::from(self.count))),
            PeriodUnit::Months => day.checked_add_months(Months::new(u32::from(self.count))),
            PeriodUnit::Years => day.checked_add_months(Months::new(u32::from(self.count) * 12)),
        };
        // The calendar ends in the year 262142; a date there is as good as never.
        end.unwrap_or(chrono::NaiveDate::MAX)
            .and_time(NaiveTime::MIN)
            .and_utc()
    }
}

impl Period {
    /// 00:00 UTC of the day on which a lifecycle of this period that ends at `end` began; of several days that lead to the
    /// same end, one.
    #[must_use]
    pub fn begin_of(self, end: DateTime<Utc>) -> DateTime<Utc> {
        let day = end.date_naive();
        let begin = match self.unit {
            PeriodUnit::Days => day.checked_sub_days(Days::new(u64::from(self.count))),
            PeriodUnit::Months => day.checked_sub_months(Months::new(u32::from(self.count))),
            PeriodUnit::Years => day.checked_sub_months(Months::new(u32::from(self.count) * 12)),
        };
        begin.unwrap_or(day).and_time(NaiveTime::MIN).and_utc()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            PeriodUnit::Days => "day",
            PeriodUnit::Months => "month",
            PeriodUnit::Years => "year",
        };
        write!(
            f,
            "{} {unit}{}",
            self.count,
            if self.count == 1 { "" } else { "s" }
        )
    }
}

/// The text is not a period such as `90 days`.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a period: expected for instance \"90 days\", \"6 months\" or \"1 year\"")]
pub struct NotAPeriod;

impl FromStr for Period {
    type Err = NotAPeriod;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (count, unit) = text.trim().split_once(' ').ok_or(NotAPeriod)?;
        let unit = match unit.trim() {
            "day" | "days" => PeriodUnit::Days,
            "month" | "months" => PeriodUnit::Months,
            "year" | "years" => PeriodUnit::Years,
            _ => return Err(NotAPeriod),
        };
        let period = Self {
            count: count.parse().map_err(|_| NotAPeriod)?,
            unit,
        };
        if period.is_valid() {
            Ok(period)
        } else {
            Err(NotAPeriod)
        }
    }
}

impl Serialize for Period {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn an_end_is_midnight_utc_of_the_day_plus_the_period() {
        assert_eq!(
            Period::days(90).end_from(at("2026-01-10T23:59:59Z")),
            at("2026-04-10T00:00:00Z")
        );
        assert_eq!(
            Period::months(1).end_from(at("2026-01-31T12:00:00Z")),
            at("2026-02-28T00:00:00Z")
        );
        assert_eq!(
            "1 year"
                .parse::<Period>()
                .unwrap()
                .end_from(at("2024-02-29T00:00:00Z")),
            at("2025-02-28T00:00:00Z")
        );
    }

    #[test]
    fn a_lifecycle_began_a_period_before_its_end() {
        let end = at("2026-04-10T00:00:00Z");
        for period in [Period::days(90), Period::months(3), Period::months(12)] {
            assert_eq!(period.end_from(period.begin_of(end)), end);
        }
    }

    #[test]
    fn a_period_reads_as_it_is_written() {
        for text in ["1 day", "90 days", "1 month", "6 months", "10 years"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "days",
            "0 days",
            "-1 days",
            "11 years",
            "3 fortnights",
            "99999 days",
        ] {
            assert_eq!(text.parse::<Period>(), Err(NotAPeriod), "{text}");
        }
    }
}
