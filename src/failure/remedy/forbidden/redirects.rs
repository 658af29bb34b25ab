//! Redirects that empty a file before anything is written into it.

use super::last_part;

/// Where what was there is nobody's: devices, and folders of what is temporary.
const NOBODYS: &[&str] = &[
    "/dev/null",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/tty",
    "/dev/fd/",
    "/tmp/",
    "/private/tmp/",
    "/var/tmp/",
    "/var/folders/",
    "/private/var/folders/",
    "$TMPDIR/",
    "${TMPDIR}/",
    "${TMPDIR:-/tmp}/",
    "$(mktemp",
];

/// Ends of files that only hold what a run printed.
const PRINTED: &[&str] = &[".log", ".out", ".tmp"];

/// Returns whether a command with its redirects empties a file of somebody's.
pub(super) fn empties(text: &str) -> bool {
    let mut quote = None;
    let mut depth = 0_u32;
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some('\''), '\'') => quote = None,
            (Some('\''), _) => {}
            (_, '\\') => {
                rest.next();
            }
            (Some(open), _) if open == c => quote = None,
            (None, '\'' | '"') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, '\n') => return false,
            // An arrow, a comparison or what stands in a substitution is no redirect of this command.
            (None, '>') if depth == 0 && !matches!(before, '-' | '=' | '<' | '>') => {
                let after = rest.as_str();
                if !after.starts_with(['>', '=', '(']) && is_somebodys(after) {
                    return true;
                }
            }
            _ => {}
        }
        before = c;
    }
    false
}

/// Returns whether what stands behind `>` is a file whose content somebody may want.
fn is_somebodys(after: &str) -> bool {
    if let Some(number) = after.strip_prefix('&') {
        let number = number.trim_start();
        if number.starts_with(|c: char| c.is_ascii_digit() || c == '-') {
            return false;
        }
    }
    let target = after.trim_start_matches(['|', '&', ' ', '\t', '"', '\'']);
    let end = target
        .find(|c: char| c.is_whitespace() || "\"';|&<>".contains(c))
        .unwrap_or(target.len());
    is_kept(&target[..end])
}

/// Returns whether a file is one that a command must not empty.
pub(super) fn is_kept(target: &str) -> bool {
    let climbs = target.split('/').any(|part| part == "..");
    let is_nobodys = !climbs && NOBODYS.iter().any(|begin| target.starts_with(begin));
    let name = last_part(target);
    !target.is_empty() && !is_nobodys && !PRINTED.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_the_project_is_not_emptied() {
        for text in [
            "echo x > src/a.rs",
            "echo x >src/a.rs",
            "cat a >| b.txt",
            "make &> Makefile",
            "x 2> notes.md",
            "echo \"a > b\" > c.md",
            "x > /tmp/../home/a",
            "x >& file",
            "cat <<EOF > src/a.rs",
        ] {
            assert!(empties(text), "{text}");
        }
        for text in [
            "x > /dev/null 2>&1",
            "x 2>/dev/null",
            "x &>/dev/null",
            "x > /tmp/out.txt",
            "x > \"$TMPDIR/out\"",
            "x > test.log",
            "x >> notes.md",
            "awk '$1 > 3' x",
            "rg \"a > b\"",
            "fn a() -> b",
            "x => y",
            "a >= b",
            "diff <(a) >(b)",
            "echo a \\> b",
        ] {
            assert!(!empties(text), "{text}");
        }
    }
}
