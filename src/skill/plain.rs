//! Recorded text without the power that an assistant gives to signs in a skill.
//!
//! Quoted text only shows something, so that a blank between two signs does no harm. A command is typed as it stands:
//! it is changed only where the shell reads the same, and [`super::lint`] refuses what is left.

use std::sync::LazyLock;

use regex::Regex;

use crate::domain::hidden;

/// A home folder of somebody.
static HOME: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?:/home|/Users|[A-Za-z]:\\Users)[/\\][^/\\\s'":;,)]+"#).ok());

/// A home folder where a shell puts one for `~`: at the beginning of a word without quotes.
static HOME_WORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(^|\s)(?:/home|/Users)/[^/\s'"\\$*?;|&<>()]+"#).ok());

/// A word that begins with `@`, such as the name of a package with a scope.
static AT_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(^|\s)(@[A-Za-z0-9@/._-]+)").ok());

/// Returns whether a character is not seen, or makes others look other than they are.
pub(super) fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n') || hidden::is_hidden(c)
}

/// Returns whether a text names somebody's home folder.
pub(super) fn names_home(text: &str) -> bool {
    HOME.as_ref().is_some_and(|home| home.is_match(text))
}

/// Returns the first line of a recorded text, at most `most` characters of it, as something that is only looked at.
pub(super) fn quoted(text: &str, most: usize) -> String {
    let line = text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    let seen: String = line
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| !is_hidden(*c))
        .collect();
    let seen = match HOME.as_ref() {
        Some(home) => home.replace_all(&seen, "~").into_owned(),
        None => seen,
    };
    let mut out = String::with_capacity(seen.len() + 8);
    let mut before = ' ';
    let mut rest = seen.chars();
    while let Some(c) = rest.next() {
        out.push(c);
        let after = rest.as_str();
        let awake = match c {
            '!' => after.starts_with('`'),
            '$' => after.starts_with(|c: char| c.is_ascii_digit() || c == '{') || after.starts_with("ARGUMENTS"),
            '@' => before.is_whitespace(),
            '<' => after.starts_with('!'),
            '`' | '~' => after.starts_with(c),
            _ => false,
        };
        if awake {
            out.push(' ');
        }
        before = c;
    }
    cut(out.trim(), most)
}

/// Returns a recorded command or path as it is typed at the top of the project, whose folders are `roots`: in whichever
/// of them it was run, and without going there first.
pub(super) fn in_project(text: &str, roots: &[String]) -> String {
    let mut text = text.trim().to_owned();
    for root in roots {
        for going in [format!("cd {root} && "), format!("cd {root}; "), format!("{root}/")] {
            text = text.replace(&going, "");
        }
    }
    text
}

/// Returns a command as it is typed: without somebody's home folder in it, and with names that begin with `@` in quotes,
/// behind which no assistant reads a file.
pub(super) fn command(text: &str) -> String {
    let mut command = text.trim().to_owned();
    if let Some(home) = HOME_WORD.as_ref() {
        command = home.replace_all(&command, "$1~").into_owned();
    }
    if !command.contains(['"', '\'', '`', '\\'])
        && let Some(at) = AT_WORD.as_ref()
    {
        command = at.replace_all(&command, "$1\"$2\"").into_owned();
    }
    command
}

/// Returns at most `most` characters of a line, cut at a blank where there is one late enough.
pub(super) fn cut(line: &str, most: usize) -> String {
    if line.chars().count() <= most {
        return line.to_owned();
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    let end = kept
        .rfind(' ')
        .filter(|at| *at * 3 > kept.len() * 2)
        .unwrap_or(kept.len());
    format!("{}…", kept[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_has_no_power() {
        for (given, quote) in [
            ("plain words", "plain words"),
            ("\n  first\nsecond", "first"),
            ("a !`rm x` b", "a ! `rm x` b"),
            ("x!`y`", "x! `y`"),
            ("```!", "` ` `!"),
            ("~~~", "~ ~ ~"),
            (
                "$ARGUMENTS ${CLAUDE_SESSION_ID} $1 $HOME",
                "$ ARGUMENTS $ {CLAUDE_SESSION_ID} $ 1 $HOME",
            ),
            ("@.env and me@example.com", "@ .env and me@example.com"),
            ("<!-- do this -->", "< !-- do this -->"),
            ("\u{1b}[31mred\u{202e}der\u{200b}", "[31mredder"),
            ("open /home/jane/app/x.go: no", "open ~/app/x.go: no"),
            (r"C:\Users\jane\x", r"~\x"),
        ] {
            assert_eq!(quoted(given, 80), quote, "{given}");
        }
        assert_eq!(quoted("some words that are long", 12), "some words…");
    }

    #[test]
    fn a_command_stays_what_the_shell_reads() {
        let roots = ["/home/jane/app".to_owned()];
        for (given, typed) in [
            (" go test ./... ", "go test ./..."),
            ("cat /home/jane/app/x.go", "cat x.go"),
            ("cd /home/jane/app && go test ./x", "go test ./x"),
            ("cd /home/jane/app/x && go test .", "cd x && go test ."),
            ("cd /home/jane/apps && go test .", "cd ~/apps && go test ."),
            ("cat /home/jane/.bashrc", "cat ~/.bashrc"),
            ("cat '/home/jane/.bashrc'", "cat '/home/jane/.bashrc'"),
            (
                "npm i @types/node left-pad@1.0.0",
                "npm i \"@types/node\" left-pad@1.0.0",
            ),
            ("echo \"see @x\"", "echo \"see @x\""),
            ("awk '{print $NF}' x", "awk '{print $NF}' x"),
        ] {
            assert_eq!(command(&in_project(given, &roots)), typed, "{given}");
        }
    }
}
