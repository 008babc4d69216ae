//! Both sides take turns, and the medians count.

use crate::Failure;

/// The medians of `count` rounds of `ours` and `theirs`, one after the other.
pub(crate) async fn alternate(
    count: usize,
    mut ours: impl AsyncFnMut() -> Result<f64, Failure>,
    mut theirs: impl AsyncFnMut() -> Result<f64, Failure>,
) -> Result<(f64, f64), Failure> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..count {
        a.push(ours().await?);
        b.push(theirs().await?);
    }
    eprintln!("  ours {a:.0?}  reference {b:.0?}");
    Ok((median(a), median(b)))
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.as_slice() {
        [] => f64::NAN,
        values if values.len() % 2 == 1 => values[middle],
        values => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The value that so many of a hundred do not exceed.
pub(crate) fn percentile(values: &mut [f64], of_hundred: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len() * of_hundred).div_ceil(100).saturating_sub(1);
    values.get(index).copied().unwrap_or(f64::NAN)
}
