//! Lengths of time and sizes as people write them.

use crate::domain::time::Span;

/// Why a text is no length of time or no size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpanError {
    /// It is no length of time.
    #[error("{0:?} is no length of time; write one such as 90d, 2h, 30 minutes or 1h30m")]
    Span(String),
    /// It is no size.
    #[error("{0:?} is no size; write one such as 500MB or 2GB")]
    Size(String),
}

const SECOND: u64 = 1_000_000;
const DAY: u64 = 86_400 * SECOND;

/// Units of time in microseconds. `m` is a minute: nobody keeps sessions for `6m` months and means it unambiguously.
const TIMES: &[(&str, u64)] = &[
    ("ms", 1_000),
    ("s", SECOND),
    ("sec", SECOND),
    ("second", SECOND),
    ("m", 60 * SECOND),
    ("min", 60 * SECOND),
    ("minute", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("hr", 3_600 * SECOND),
    ("hour", 3_600 * SECOND),
    ("d", DAY),
    ("day", DAY),
    ("w", 7 * DAY),
    ("wk", 7 * DAY),
    ("week", 7 * DAY),
    ("mo", 30 * DAY),
    ("month", 30 * DAY),
    ("y", 365 * DAY),
    ("yr", 365 * DAY),
    ("year", 365 * DAY),
];

/// Units of size in bytes.
const SIZES: &[(&str, u64)] = &[
    ("b", 1),
    ("byte", 1),
    ("k", 1_000),
    ("kb", 1_000),
    ("kib", 1 << 10),
    ("m", 1_000_000),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1_000_000_000),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("t", 1_000_000_000_000),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
];

/// Returns the length of time that `text` names: `7d`, `2h`, `90 days`, `1.5h`, `1h30m`, `1 day, 2 hours`.
///
/// A month is 30 days and a year 365.
pub fn parse_span(text: &str) -> Result<Span, SpanError> {
    total(text, TIMES)
        .and_then(|sum| i64::try_from(sum).ok())
        .map(Span)
        .ok_or_else(|| SpanError::Span(text.to_owned()))
}

/// Returns the bytes that `text` names: `2GB`, `500 MB`, `1.5GiB`; `GB` is 10⁹ and `GiB` 2³⁰.
pub fn parse_size(text: &str) -> Result<u64, SpanError> {
    total(text, SIZES).ok_or_else(|| SpanError::Size(text.to_owned()))
}

/// Adds up every number with its unit; nothing when any of them cannot be read or there is none.
fn total(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let mut rest = text.as_str();
    let mut sum: Option<u64> = None;
    while !rest.is_empty() {
        let digits = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        sum = Some(sum.unwrap_or(0).checked_add(times(number, factor(unit, units)?)?)?);
        rest = after.trim_start_matches([' ', ',']);
    }
    sum
}

fn factor(unit: &str, units: &[(&str, u64)]) -> Option<u64> {
    let find = |unit: &str| units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    // Only whole words have a plural: "days", but not "ds".
    find(unit).or_else(|| unit.strip_suffix('s').filter(|word| word.len() > 1).and_then(find))
}

/// Multiplies a decimal number without passing through a float, so that `0.1` is exactly a tenth.
fn times(number: &str, factor: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() || fraction.len() > 6 {
        return None;
    }
    let whole = whole.parse::<u64>().ok()?.checked_mul(factor)?;
    if fraction.is_empty() {
        return (!number.ends_with('.')).then_some(whole);
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    let part = fraction.parse::<u64>().ok()?.checked_mul(factor)? / scale;
    whole.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_time_in_many_ways() {
        let hour = 3_600_000_000;
        for (text, micros) in [
            ("7d", 7 * 24 * hour),
            ("2h", 2 * hour),
            ("90 days", 90 * 24 * hour),
            ("1 day", 24 * hour),
            ("1h30m", hour + hour / 2),
            ("1 day, 2 hours", 26 * hour),
            ("1.5h", hour + hour / 2),
            ("  3W ", 21 * 24 * hour),
            ("6 months", 180 * 24 * hour),
            ("0d", 0),
            ("45sec", 45_000_000),
            ("250ms", 250_000),
        ] {
            assert_eq!(parse_span(text), Ok(Span(micros)), "{text}");
        }
        for text in [
            "",
            "7",
            "d",
            "-7d",
            "7 x",
            "7dd",
            "7d8",
            "1..5h",
            "1.h",
            ".5h",
            "999999999999999y",
            "ds",
        ] {
            assert_eq!(parse_span(text), Err(SpanError::Span(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn sizes_are_decimal_unless_they_say_binary() {
        for (text, bytes) in [
            ("2GB", 2_000_000_000),
            ("500 MB", 500_000_000),
            ("1.5GiB", 3 << 29),
            ("10k", 10_000),
            ("12 bytes", 12),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "2", "GB", "2XB", "-1GB", "99999999TB"] {
            assert_eq!(parse_size(text), Err(SpanError::Size(text.to_owned())), "{text}");
        }
    }
}
