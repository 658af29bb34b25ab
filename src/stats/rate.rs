//! How high a rate is at least, given how often a thing was seen.

/// The standard normal quantile of a one-sided bound that holds in nine of ten cases: Φ(1.2816) = 0.9.
const ONE_SIDED_90: f64 = 1.2816;

/// Returns the rate that `hits` of `runs` show at least, from 0 to 1: the lower end of Wilson's score interval, one-sided
/// at 90 %. Nothing seen shows nothing: 0.
///
/// E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American
/// Statistical Association 22 (1927), 209–212.
#[must_use]
pub fn at_least(hits: u32, runs: u32) -> f64 {
    if runs == 0 {
        return 0.0;
    }
    let n = f64::from(runs);
    let share = f64::from(hits.min(runs)) / n;
    let square = ONE_SIDED_90 * ONE_SIDED_90;
    let middle = share + square / (2.0 * n);
    let spread = ONE_SIDED_90 * (share * (1.0 - share) / n + square / (4.0 * n * n)).sqrt();
    ((middle - spread) / (1.0 + square / n)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_bound_is_that_of_the_interval() {
        // All of n: n / (n + z²).
        for (hits, runs, least) in [
            (0, 0, 0.0),
            (0, 5, 0.0),
            (1, 1, 0.378_4),
            (6, 6, 0.785_0),
            (7, 7, 0.809_9),
            (9, 10, 0.717_5),
            (19, 20, 0.846_8),
        ] {
            let found = at_least(hits, runs);
            assert!((found - least).abs() < 5e-4, "{hits} of {runs}: {found}");
        }
    }

    proptest! {
        #[test]
        fn more_hits_and_more_runs_of_the_same_share_show_more(hits in 0_u32..50, more in 0_u32..50) {
            let runs = hits + more;
            prop_assert!(at_least(hits, runs) <= at_least(hits + 1, runs + 1));
            prop_assert!(at_least(hits, runs) <= at_least(2 * hits, 2 * runs) + 1e-12);
            prop_assert!(runs == 0 || at_least(hits, runs) <= f64::from(hits) / f64::from(runs) + 1e-12);
        }
    }
}
