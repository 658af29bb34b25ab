//! Whether a remedy says anything new, and whether a later call does what it says.

use std::collections::BTreeSet;

use super::input;

/// A failing call as the agent reads it.
#[derive(Debug, Clone, Copy)]
pub struct Text<'t> {
    /// Its command line or path.
    pub call: &'t str,
    /// What came back.
    pub output: &'t str,
}

/// Returns the words of a remedy that stand neither in the failing call nor in its output, compared as words of a shell
/// and as parts of paths. Nothing new means that there is nothing to say.
#[must_use]
pub fn new_words(becomes: &str, text: Text<'_>) -> Vec<String> {
    let Text { call, output } = text;
    let stands = |part: &str| stands_in(call, part) || stands_in(output, part);
    let mut out: Vec<String> = Vec::new();
    let all = words(becomes);
    // A path alone is another one than a longer or shorter path of the same folders.
    if let [path] = all.as_slice()
        && !path.contains('=')
        && path.bytes().all(|b| !b.is_ascii_whitespace())
    {
        let is_there = ends_a_path(call, path) || ends_a_path(output, path);
        return if is_there { Vec::new() } else { all };
    }
    for word in all {
        if stands(&word) || out.contains(&word) {
            continue;
        }
        let mut parts = word
            .split(['/', '='])
            .filter(|part| !matches!(*part, "" | "." | ".." | "~"));
        if parts.any(|part| !stands(part)) {
            out.push(word);
        }
    }
    out
}

/// Returns whether a later call does what a remedy says: all that the remedy changed is in it, and, where the remedy
/// only left something out, that is not.
#[must_use]
pub fn follows(call_command_or_path: &str, becomes: &str, was: &str) -> bool {
    let (call, new, old) = (words(call_command_or_path), words(becomes), words(was));
    let has = |word: &String| {
        let wanted = word.trim_start_matches("./").trim_end_matches('/');
        call.iter().any(|one| {
            let one = one.trim_start_matches("./").trim_end_matches('/');
            one == wanted || (!wanted.is_empty() && !wanted.starts_with('-') && one.ends_with(&format!("/{wanted}")))
        })
    };
    let added: BTreeSet<&String> = new.iter().filter(|word| !old.contains(word)).collect();
    if !added.is_empty() {
        return added.into_iter().all(has);
    }
    let left_out: Vec<&String> = old.iter().filter(|word| !new.contains(word)).collect();
    !new.is_empty() && new.iter().all(has) && !left_out.iter().any(|word| call.contains(word))
}

/// Returns whether a remedy only leaves something out that a call has: nothing in it is new, and it is another call.
#[must_use]
pub fn leaves_out(call_command_or_path: &str, becomes: &str, was: &str) -> bool {
    let (new, old) = (words(becomes), words(was));
    new.iter().all(|word| old.contains(word)) && !follows(call_command_or_path, becomes, was)
}

/// Returns the words of a command line, or of each line of a list of files, without what joins commands.
fn words(text: &str) -> Vec<String> {
    text.lines().flat_map(input::words).collect()
}

/// Returns whether `path` stands in `text` as a whole path or as the end of one.
fn ends_a_path(text: &str, path: &str) -> bool {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    text.match_indices(path).any(|(at, _)| {
        let starts = !text[..at].ends_with(|c: char| is_name(c) || c == '.') || path.starts_with("../");
        let mut behind = text[at + path.len()..].chars();
        let ends = match behind.next() {
            Some('.') => !behind.next().is_some_and(is_name),
            Some('/') => !behind.next().is_some_and(|c| is_name(c) || c == '.'),
            Some(c) => !is_name(c),
            None => true,
        };
        starts && ends
    })
}

/// Returns whether `part` stands in `text` as a whole: what is next to it is no part of a name.
fn stands_in(text: &str, part: &str) -> bool {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut from = 0;
    while let Some(found) = text[from..].find(part) {
        let (start, end) = (from + found, from + found + part.len());
        let before = text[..start].chars().next_back();
        let mut behind = text[end..].chars();
        let after = behind.next();
        let starts =
            before.is_none_or(|c| !is_name(c) && c != '.') || part.starts_with(|c: char| !is_name(c) && c != '.');
        let ends = match after {
            Some('.') => !behind.next().is_some_and(is_name),
            Some(c) => !is_name(c),
            None => true,
        };
        if starts && ends {
            return true;
        }
        from = start + part.chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_out_is_told_from_putting_in_and_from_what_the_call_does_already() {
        for (call, becomes, was, leaves) in [
            ("rtk bun run test 2>&1 | tail", "bun run test", "rtk bun run test", true),
            ("bun run test", "bun run test", "rtk bun run test", false),
            (
                "git show --no-stat HEAD",
                "git show HEAD",
                "git show --no-stat HEAD",
                true,
            ),
            (
                "gh pr diff 9 --stat",
                "gh pr diff 7 --name-only",
                "gh pr diff 7 --stat",
                false,
            ),
            ("npm test", "npm ci", "npm test", false),
            ("a.yml", "a.yaml", "a.yml", false),
        ] {
            assert_eq!(leaves_out(call, becomes, was), leaves, "{call}: {was} -> {becomes}");
        }
    }
}
