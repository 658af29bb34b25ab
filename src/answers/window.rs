//! Times as people write them.

use jiff::Timestamp as Instant;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::AnswerError;
use crate::config::parse_span;
use crate::domain::time::Timestamp;

/// Returns the time that `text` means when it looks back from `now`: a span such as `7d`, `today`, `yesterday`,
/// a date, an RFC 3339 time, or `all`, which gives the beginning of time.
pub fn since(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, AnswerError> {
    let word = text.trim().to_lowercase();
    let no_time = || AnswerError::Time { given: text.to_owned() };
    if word == "all" || word == "ever" {
        return Ok(Timestamp(0));
    }
    if let Ok(span) = parse_span(&word) {
        return Ok(now.before(span));
    }
    if let Ok(at) = text.trim().parse::<Instant>() {
        return Ok(Timestamp(at.as_microsecond()));
    }
    let today = Instant::from_microsecond(now.0)
        .map_err(|_| no_time())?
        .to_zoned(zone.clone())
        .date();
    let day = match word.as_str() {
        "today" => today,
        "yesterday" => today.yesterday().map_err(|_| no_time())?,
        _ => word.parse::<Date>().map_err(|_| no_time())?,
    };
    let start = day.to_zoned(zone.clone()).map_err(|_| no_time())?;
    Ok(Timestamp(start.timestamp().as_microsecond()))
}

/// Returns the time that lies the span `text` ahead of `now`.
pub fn ahead(text: &str, now: Timestamp) -> Result<Timestamp, AnswerError> {
    parse_span(text)
        .map(|span| now.after(span))
        .map_err(|_| AnswerError::Time { given: text.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Span;

    const NOW: Timestamp = Timestamp(1_763_640_000_000_000); // 2025-11-20T12:00:00Z

    #[test]
    fn times_are_read_as_people_write_them() {
        let utc = TimeZone::UTC;
        let hours = |n: i64| NOW.before(Span::seconds(n * 3_600));
        let table = [
            ("7d", hours(7 * 24)),
            ("2 weeks", hours(14 * 24)),
            ("90m", NOW.before(Span::seconds(5_400))),
            ("today", hours(12)),
            ("yesterday", hours(36)),
            ("2025-11-19", hours(36)),
            ("2025-11-20T11:00:00Z", hours(1)),
            ("2025-11-20T12:00:00+01:00", hours(1)),
            ("all", Timestamp(0)),
        ];
        for (text, at) in table {
            assert_eq!(since(text, NOW, &utc).expect(text), at, "{text}");
        }
        for text in ["", "7", "d", "-7d", "7 parsecs", "2025-13-01", "99999999999999999d"] {
            assert!(since(text, NOW, &utc).is_err(), "{text}");
        }
        assert_eq!(ahead("2h", NOW).expect("a span"), NOW.after(Span::seconds(7_200)));
    }
}
