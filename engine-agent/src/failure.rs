//! Making a [`Failure`]: the reason, and the words of whoever refused, cut to a length that fits a report.

use tenure_domain::order::{Failure, FailureReason};

const LONGEST_DETAIL: usize = 1_000;

/// A failure with its detail made safe to pass on: no control characters, bounded.
pub(crate) fn failure(reason: FailureReason, detail: impl AsRef<str>) -> Failure {
    let detail = detail
        .as_ref()
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(LONGEST_DETAIL)
        .collect();
    Failure { reason, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_bounded_and_holds_no_control_characters() {
        let made = failure(FailureReason::Other, format!("a\0b\n{}", "é".repeat(5_000)));
        assert!(made.detail.starts_with("a b é"));
        assert_eq!(made.detail.chars().count(), LONGEST_DETAIL);
    }
}
