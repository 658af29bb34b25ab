//! What bytes and words look like: the tables of the scanner.

/// Words for what goes wrong. A quoted text that holds one is a message, not a value.
const TROUBLE: &[&str] = &[
    "abort",
    "aborted",
    "cannot",
    "can't",
    "conflict",
    "could",
    "couldn't",
    "deadlock",
    "denied",
    "does",
    "error",
    "exceeded",
    "exception",
    "expected",
    "fail",
    "failed",
    "fails",
    "failure",
    "fatal",
    "found",
    "invalid",
    "killed",
    "limit",
    "locked",
    "mismatch",
    "missing",
    "must",
    "not",
    "no",
    "panic",
    "panicked",
    "refused",
    "reject",
    "rejected",
    "timeout",
    "unable",
    "undefined",
    "unexpected",
    "unresolved",
    "warning",
];

/// Ends of identifiers that name a kind of error and therefore stay.
const ERROR_ENDS: &[&str] = &[
    "BackOff",
    "Deadlock",
    "Denied",
    "Error",
    "Exception",
    "Exit",
    "Failure",
    "Fault",
    "Impossible",
    "Interrupt",
    "Limit",
    "NotFound",
    "Overflow",
    "Request",
    "Table",
    "Timeout",
    "Unavailable",
    "Violation",
    "Warning",
];

/// The names that operating systems and Node give to errors, without the leading `E`.
const ERRNO: &[&str] = &[
    "ACCES",
    "ADDRINUSE",
    "ADDRNOTAVAIL",
    "AGAIN",
    "AI_AGAIN",
    "BADENGINE",
    "BADF",
    "BUSY",
    "CHILD",
    "CONNABORTED",
    "CONNREFUSED",
    "CONNRESET",
    "EXIST",
    "FAULT",
    "HOSTUNREACH",
    "INTEGRITY",
    "INTR",
    "INVAL",
    "IO",
    "ISDIR",
    "LIFECYCLE",
    "LOOP",
    "MFILE",
    "NAMETOOLONG",
    "NETUNREACH",
    "NFILE",
    "NOENT",
    "NOMEM",
    "NOSPC",
    "NOSYS",
    "NOTCONN",
    "NOTDIR",
    "NOTEMPTY",
    "NOTFOUND",
    "NOTSUP",
    "OTP",
    "PERM",
    "PIPE",
    "PROTO",
    "RANGE",
    "RESOLVE",
    "ROFS",
    "SRCH",
    "TARGET",
    "TIMEDOUT",
    "TIMEOUT",
    "USAGE",
    "XDEV",
];

/// Units of time and size that may follow a number.
const UNITS: &[&str] = &[
    "ns", "us", "µs", "ms", "msec", "msecs", "s", "sec", "secs", "second", "seconds", "m", "min", "mins", "minute",
    "minutes", "h", "hour", "hours", "d", "day", "days", "b", "kb", "mb", "gb", "tb", "kib", "mib", "gib", "tib", "k",
    "g",
];

/// Pairs of words that are no path.
const PAIRS: &[&str] = &[
    "and/or",
    "I/O",
    "i/o",
    "Input/output",
    "input/output",
    "N/A",
    "n/a",
    "no/yes",
    "off/on",
    "on/off",
    "read/write",
    "SSL/TLS",
    "TCP/IP",
    "yes/no",
];

/// Words after which, behind a colon, a last single word is a name.
const NAMERS: &[&str] = &[
    "argument",
    "branch",
    "column",
    "command",
    "directory",
    "exist",
    "feature",
    "file",
    "flag",
    "found",
    "function",
    "host",
    "identifier",
    "import",
    "key",
    "module",
    "name",
    "option",
    "package",
    "path",
    "property",
    "remote",
    "script",
    "skill",
    "symbol",
    "table",
    "target",
    "task",
    "tool",
    "type",
    "undefined",
    "unknown",
    "user",
    "variable",
];

/// Keys of log lines whose value is a message.
const MESSAGE_KEYS: &[&str] = &[
    "desc",
    "description",
    "detail",
    "err",
    "error",
    "message",
    "msg",
    "reason",
];

/// Months and days of the week as logs write them.
const CALENDAR: &[&str] = &[
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", "Sun",
];

/// Returns whether the byte is an ASCII letter or digit.
pub(super) const fn is_alnum(b: u8) -> bool {
    b.is_ascii_alphanumeric()
}

/// Returns whether the byte is an ASCII letter, a digit or `_`.
pub(super) const fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Returns whether the byte may stand in the first component of a relative path.
pub(super) const fn is_component(b: u8) -> bool {
    is_word(b) || matches!(b, b'.' | b'@' | b'~' | b'+' | b'-')
}

/// Returns whether a path may go on with this byte behind a stroke.
pub(super) const fn starts_component(b: u8) -> bool {
    is_component(b) || b == b'$' || b >= 0x80
}

/// Returns whether several of this mark in a row are one mark, such as `---` or `&&`.
pub(super) const fn repeats(b: u8) -> bool {
    matches!(
        b,
        b'=' | b'-' | b'*' | b'~' | b'!' | b'.' | b'&' | b'|' | b'+' | b'#' | b'^'
    )
}

/// Returns whether the byte may stand further on in a path.
pub(super) const fn is_path(b: u8) -> bool {
    b > b' '
        && b != 0x7f
        && !matches!(
            b,
            b'"' | b'\''
                | b'`'
                | b'<'
                | b'>'
                | b'|'
                | b'('
                | b')'
                | b'['
                | b']'
                | b'{'
                | b'}'
                | b';'
                | b','
                | b':'
                | b'='
                | b'?'
        )
}

/// Returns whether the byte ends an address.
pub(super) const fn ends_address(b: u8) -> bool {
    b <= b' ' || matches!(b, b'"' | b'\'' | b'`' | b'<' | b'>' | b')' | b']' | b'}' | b',' | b';')
}

/// Returns whether a run of at least seven letters and digits is hexadecimal and holds both.
pub(super) fn is_hex_run(run: &[u8]) -> bool {
    run.len() >= 7 && run.iter().all(u8::is_ascii_hexdigit) && run.iter().any(u8::is_ascii_digit)
}

/// Returns whether `word` speaks of trouble.
pub(super) fn is_trouble(word: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    TROUBLE.iter().any(|known| known.eq_ignore_ascii_case(word)) || is_error_type(word)
}

/// Returns whether the last part of an identifier names a kind of error, such as `OSError` or `ReadTimeout`.
pub(super) fn is_error_type(part: &str) -> bool {
    part.as_bytes().first().is_some_and(u8::is_ascii_uppercase) && ERROR_ENDS.iter().any(|end| part.ends_with(end))
}

/// Returns whether `name` is a code that says what went wrong: `E0308`, `TS2307`, `SC2086`, `ENOENT`, `ERR_X`.
pub(super) fn is_code(name: &str) -> bool {
    let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = &name[letters..];
    if (1..=6).contains(&letters) && (3..=5).contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let Some(first) = name.as_bytes().first() else {
        return false;
    };
    match first {
        b'E' => name.starts_with("ERR_") || ERRNO.binary_search(&&name[1..]).is_ok(),
        b'S' => name.starts_with("SQLSTATE") || (name.len() > 5 && name.starts_with("SIG") && rest.is_empty()),
        b'O' => name
            .strip_prefix("ORA-")
            .is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())),
        _ => false,
    }
}

/// Returns whether `text` looks like the name of a lint rule: lower case, with `-`, `/`, `@`.
pub(super) fn is_rule(text: &str) -> bool {
    text.bytes().any(|b| b.is_ascii_lowercase())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'/' | b'@' | b'_'))
}

/// Returns whether `word` is a unit that belongs to the number before it.
pub(super) fn is_unit(word: &str) -> bool {
    UNITS.iter().any(|unit| unit.eq_ignore_ascii_case(word))
}

/// Returns whether `text` is two words with a stroke between them and no path.
pub(super) fn is_pair(text: &str) -> bool {
    PAIRS.contains(&text)
}

/// Returns whether a last word behind `word` and a colon is a name.
pub(super) fn is_namer(word: &str) -> bool {
    NAMERS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns whether `word` is a key whose value is a message.
pub(super) fn is_message_key(word: &str) -> bool {
    MESSAGE_KEYS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns whether `word` is a month or a day of the week.
pub(super) fn is_calendar(word: &str) -> bool {
    word.get(..3).is_some_and(|start| CALENDAR.contains(&start)) && word.len() <= 9
}

/// Returns whether `part` is written in camel case or with underscores: an identifier, not a word.
pub(super) fn is_identifier(part: &str) -> bool {
    let bytes = part.as_bytes();
    let inner = bytes.len() > 1 && bytes[1..].contains(&b'_') && bytes.iter().any(u8::is_ascii_alphanumeric);
    inner
        || (bytes.len() > 1 && bytes[0] == b'_')
        || bytes
            .windows(2)
            .any(|pair| !pair[0].is_ascii_uppercase() && pair[0] < 0x80 && pair[1].is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errno_names_are_sorted_for_the_search() {
        assert!(ERRNO.is_sorted());
    }

    #[test]
    fn codes_are_told_from_identifiers() {
        for code in [
            "E0308",
            "TS2307",
            "F401",
            "SC2086",
            "ENOENT",
            "ERR_REQUIRE_ESM",
            "SIGSEGV",
            "PLR0913",
            "E404",
        ] {
            assert!(is_code(code), "{code}");
        }
        for other in [
            "A1",
            "ERROR",
            "Error",
            "utf8",
            "SHA256x",
            "SIG",
            "ELSE",
            "",
            "x404",
            "node_1234",
        ] {
            assert!(!is_code(other), "{other}");
        }
    }
}
