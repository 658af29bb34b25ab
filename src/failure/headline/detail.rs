//! What else a failing text names: its exit code, the type of its error.

/// Names of error numbers of the operating system and of Node.
const ERROR_NUMBERS: &[&str] = &[
    "EACCES",
    "EPERM",
    "ENOENT",
    "EEXIST",
    "ECONNREFUSED",
    "ECONNRESET",
    "ECONNABORTED",
    "EADDRINUSE",
    "EADDRNOTAVAIL",
    "EPIPE",
    "ETIMEDOUT",
    "ETIMEOUT",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "ENOTFOUND",
    "EISDIR",
    "ENOTDIR",
    "ENOTEMPTY",
    "EMFILE",
    "ENFILE",
    "ENOSPC",
    "ERESOLVE",
    "EAGAIN",
    "EINVAL",
    "EBUSY",
    "EROFS",
    "ELOOP",
    "ENOMEM",
    "EAI_AGAIN",
    "EINTEGRITY",
    "EBADENGINE",
    "EXDEV",
    "ESRCH",
    "ECHILD",
    "ENOTSUP",
    "EPROTO",
    "ELIFECYCLE",
    "EUSAGE",
];

/// Ends of the names of error types.
const TYPE_ENDINGS: &[&str] = &[
    "Error",
    "Exception",
    "Warning",
    "Failure",
    "Fault",
    "Interrupt",
    "Violation",
];

/// Returns the type of error that `line` names: a compiler's code, an exception, an error number, a lint's rule.
#[must_use]
pub(super) fn error_type(line: &str) -> Option<String> {
    coded(line).or_else(|| rule(line)).map(str::to_owned)
}

fn coded(line: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '$');
    line.split(|c: char| !is_part(c)).find_map(|token| {
        let token = token.trim_matches([':', '.']);
        let last = token.rsplit(['.', ':', '$']).next().unwrap_or(token);
        let is_type = TYPE_ENDINGS
            .iter()
            .any(|ending| last.len() > ending.len() && last.ends_with(ending))
            && last.starts_with(|c: char| c.is_ascii_uppercase());
        if token.starts_with("SQLSTATE") || is_code(token) || ERROR_NUMBERS.contains(&token) {
            Some(token)
        } else {
            is_type.then_some(last)
        }
    })
}

/// Prefixes of numbered diagnostics, with the fewest and most digits behind them.
const CODES: &[(&str, usize, usize)] = &[
    ("E", 3, 4),
    ("F", 3, 3),
    ("W", 3, 4),
    ("TS", 4, 5),
    ("CS", 4, 4),
    ("SC", 4, 4),
    ("SA", 4, 4),
    ("S", 4, 4),
    ("ST", 4, 4),
    ("QF", 4, 4),
    ("G", 3, 3),
    ("PLR", 4, 4),
    ("PLW", 4, 4),
    ("B", 3, 3),
    ("UP", 3, 3),
    ("RUF", 3, 3),
    ("N", 3, 3),
    ("C", 4, 4),
    ("R", 4, 4),
    ("LNK", 4, 4),
    ("MSB", 4, 4),
    ("ORA", 5, 5),
    ("DL", 4, 4),
    ("CA", 4, 4),
    ("BC", 5, 5),
    ("PGH", 3, 3),
    ("SIM", 3, 3),
    ("ANN", 3, 3),
    ("ERR", 3, 3),
];

fn is_code(token: &str) -> bool {
    let digits = token.len() - token.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    let prefix = &token[..token.len() - digits];
    CODES
        .iter()
        .any(|(known, fewest, most)| *known == prefix && (*fewest..=*most).contains(&digits))
}

/// `… (goconst)`, `… [arg-type]`, `…  no-unused-vars`, `… lint/style/useConst …`: the rule that a linter names.
fn rule(line: &str) -> Option<&str> {
    let is_name = |name: &str| {
        name.len() > 2
            && name.len() <= 60
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '@')
            && name
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'@'))
    };
    super::place::leading(line).map_or_else(|| line.contains("  ").then_some(line), |_| Some(line))?;
    if let Some(rule) = line.split_whitespace().find(|word| word.starts_with("lint/")) {
        return Some(rule);
    }
    let bracketed = line
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("))
        .or_else(|| line.strip_suffix(']').and_then(|rest| rest.rsplit_once(" [")))
        .map(|(_, rule)| rule.strip_prefix('-').unwrap_or(rule));
    let spaced = || {
        line.rsplit_once("  ")
            .map(|(_, rule)| rule.trim())
            .filter(|rule| rule.contains(['-', '/']))
    };
    bracketed.or_else(spaced).filter(|rule| is_name(rule))
}

/// Beginnings of the lines in which assistants tell an exit code.
const EXIT_LINES: &[&str] = &[
    "Exit code ",
    "Process exited with code ",
    "Process exited with exit code ",
    "Command exited with code ",
    "exit code: ",
];

/// Lines at the beginning of a text among which the exit code is looked for; at its end they are two.
const EXIT_REACH: usize = 6;

/// Returns the exit code that `text` names in its first or last lines: `Exit code 1`, `Process exited with code 1`.
#[must_use]
pub(in crate::failure) fn exit_code(text: &str) -> Option<i32> {
    let told = |line: &str| {
        let line = line.trim();
        let rest = EXIT_LINES.iter().find_map(|start| line.strip_prefix(start))?;
        rest.trim_end_matches('.').parse().ok()
    };
    let mut first = text.lines().take(EXIT_REACH);
    let mut last = text.trim_end().rsplit('\n').take(2);
    first.find_map(told).or_else(|| last.find_map(told))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_type_of_error() {
        for (line, expected) in [
            (
                "ModuleNotFoundError: No module named 'yaml'",
                Some("ModuleNotFoundError"),
            ),
            ("error[E0308]: mismatched types", Some("E0308")),
            ("src/a.ts(1,2): error TS2307: Cannot find module 'x'", Some("TS2307")),
            ("Error: ENOENT: no such file or directory, open 'x'", Some("ENOENT")),
            (
                "Caused by: java.lang.ClassNotFoundException: com.x.Y",
                Some("ClassNotFoundException"),
            ),
            ("a/b.go:1:2: string `user` has 5 occurrences (goconst)", Some("goconst")),
            (
                "a/b.go:1:2: S1023: redundant return statement (staticcheck)",
                Some("S1023"),
            ),
            (
                "12:5  error  'x' is defined but never used  @typescript-eslint/no-unused-vars",
                Some("@typescript-eslint/no-unused-vars"),
            ),
            (
                "src/a.ts:3:5 lint/style/useConst × This let is never reassigned",
                Some("lint/style/useConst"),
            ),
            ("ERROR: SQLSTATE[42S02]: no such table", Some("SQLSTATE")),
            ("cat: x: No such file or directory", None),
            ("fatal: not a git repository (or any parent)", None),
        ] {
            assert_eq!(error_type(line).as_deref(), expected, "{line}");
        }
    }

    #[test]
    fn the_exit_code_stands_in_the_first_lines() {
        assert_eq!(exit_code("Exit code 127\nx"), Some(127));
        assert_eq!(
            exit_code("Chunk ID: a\nWall time: 1\nProcess exited with code 2\n"),
            Some(2)
        );
        assert_eq!(exit_code("nothing"), None);
    }
}
