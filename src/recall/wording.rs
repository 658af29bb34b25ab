//! How a remedy is put to the agent that has just failed with a call of its own.
//!
//! A remedy is a difference, and the call at hand is seldom the very one that failed then: what changes is named, with
//! the command by which it worked, or applied to the present call where it only says how a program is called.

use super::words;
use crate::domain::lesson::RemedyKind;
use crate::domain::trace::ToolKind;
use crate::failure::remedy;
use crate::failure::shell::lex;

/// What is said, and what it says to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Worded {
    /// The sentence, without its full stop.
    pub(super) advice: String,
    /// A shorter one, which only shows what worked; empty where there is none.
    pub(super) example: String,
    /// The command, path or input alone.
    pub(super) suggestion: String,
}

/// A remedy with its slots filled, for a call that failed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'c> {
    pub(super) kind: RemedyKind,
    pub(super) was: &'c str,
    pub(super) becomes: &'c str,
    /// The kind of tool that failed.
    pub(super) tool: ToolKind,
    /// What failed.
    pub(super) call: &'c Present,
}

impl Change<'_> {
    /// Returns how alike the call that failed is to the one that the remedy replaced.
    pub(super) fn likeness(&self) -> u32 {
        likeness(self.was, &self.call.typed).max(likeness(self.was, &self.call.alone))
    }
}

/// The call that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Present {
    /// The simple command as it was typed, without words of the shell's grammar; or the path.
    pub(super) typed: String,
    /// The same as it could be typed outside of its loops.
    pub(super) alone: String,
}

impl Present {
    /// Returns the part of a call that failed; the whole call where nothing says which.
    pub(super) fn of(call: &str, segment: Option<&str>) -> Self {
        let whole = segment.unwrap_or(call);
        let (typed, alone) = segment
            .and_then(|segment| remedy::typed_alone(call, segment))
            .unwrap_or_else(|| (whole.to_owned(), whole.to_owned()));
        Self { typed, alone }
    }
}

/// Returns the words for a remedy.
pub(super) fn worded(change: Change<'_>) -> Worded {
    let Change { was, becomes, .. } = change;
    let to = words::code(becomes);
    let advice = match change.kind {
        RemedyKind::Path => format!("It is {to}, not {}", words::code(was)),
        RemedyKind::Prepared => format!("First run {to}, then the same call again"),
        _ if change.tool != ToolKind::Shell => format!("Call it with {to}"),
        _ => return in_shell(change),
    };
    Worded {
        advice,
        example: String::new(),
        suggestion: becomes.to_owned(),
    }
}

fn in_shell(change: Change<'_>) -> Worded {
    let Change { was, becomes, call, .. } = change;
    let (old, new, here) = (typed(was), typed(becomes), typed(&call.typed));
    let said = |advice: String, suggestion: &str| Worded {
        advice,
        example: String::new(),
        suggestion: suggestion.to_owned(),
    };
    let as_in = |advice: String| Worded {
        advice,
        example: format!("Run it as in {}", words::code(becomes)),
        suggestion: becomes.to_owned(),
    };
    if old.is_empty() || old == here || old == typed(&call.alone) {
        return said(format!("Run {}", words::code(becomes)), becomes);
    }
    if let Some(applied) = applied(&old, &new, &here) {
        return said(format!("Run {}", words::code(&applied)), &applied);
    }
    // What the present call has already need not be added, and what it never had cannot be taken away.
    let added = without(&without(&new, &old), &here);
    let removed: Vec<&str> = without(&old, &new)
        .into_iter()
        .filter(|word| here.contains(word))
        .collect();
    let (added, removed) = match flags(&new, &added) {
        // Where flags changed, what the two calls worked on is their own.
        changed if !changed.is_empty() => (changed, flags(&old, &removed)),
        _ => (added, removed),
    };
    let (added, removed) = (named(added).join(" "), removed.join(" "));
    let example = words::code(becomes);
    match (added.is_empty(), removed.is_empty()) {
        (false, true) => as_in(format!("Add {}, as in {example}", words::code(&added))),
        (false, false) => as_in(format!(
            "Use {} instead of {}, as in {example}",
            words::code(&added),
            words::code(&removed)
        )),
        _ => said(format!("Run it as in {example}"), becomes),
    }
}

/// Returns the present call with the change of how its program is called: what stands before the words behind the
/// program's name, or another path of it. Nothing when the change is another one.
pub(super) fn applied(old: &[&str], new: &[&str], here: &[&str]) -> Option<String> {
    let (program, behind) = old.split_first()?;
    let calling = new.strip_suffix(behind)?;
    let rest = here.strip_prefix(&[*program])?;
    // What follows the program belongs to the call: a flag that only the old one had is no way of calling it.
    (!calling.is_empty() && calling != [*program]).then(|| [calling, rest].concat().join(" "))
}

/// Returns what of some added words is named: where something else changed too, a temporary place that one session set
/// for itself is no part of the change.
fn named(added: Vec<&str>) -> Vec<&str> {
    let is_of_the_session = |word: &&str| {
        let value = word.split_once('=').filter(|(name, _)| !name.starts_with('-'));
        value.is_some_and(|(_, value)| TEMPORARY.iter().any(|place| value.starts_with(place)))
    };
    let rest: Vec<&str> = added.iter().filter(|word| !is_of_the_session(word)).copied().collect();
    if rest.is_empty() { added } else { rest }
}

/// Where temporary places begin.
const TEMPORARY: &[&str] = &["/tmp/", "/private/tmp/", "/var/folders/", "$TMPDIR", "${TMPDIR"];

/// Returns those of some words of a call that are flags, values of such flags, or assignments.
fn flags<'w>(call: &[&str], some: &[&'w str]) -> Vec<&'w str> {
    let value_of = |word: &str| {
        let at = call.iter().position(|one| *one == word)?;
        call.get(at.checked_sub(1)?)
    };
    some.iter()
        .filter(|word| {
            let takes_it = |flag: &&str| flag.starts_with('-') && !flag.contains('=') && some.contains(flag);
            word.starts_with('-') || word.contains('=') || value_of(word).is_some_and(takes_it)
        })
        .copied()
        .collect()
}

/// Returns the words of `these` that the `others` have not, in order.
pub(super) fn without<'w>(these: &[&'w str], others: &[&str]) -> Vec<&'w str> {
    these.iter().filter(|word| !others.contains(word)).copied().collect()
}

/// Returns the words of one simple command as they were typed; none when there are several commands.
pub(super) fn typed(text: &str) -> Vec<&str> {
    match lex::split(text).as_slice() {
        [one] => one.words.iter().map(|word| &text[word.place.clone()]).collect(),
        _ => Vec::new(),
    }
}

/// Parts of names of tasks and flags that change files, where the call without them only looks.
const CHANGES: &[&str] = &[
    "fix",
    "write",
    "format",
    "fmt",
    "update",
    "apply",
    "overwrite",
    "inplace",
    "accept",
    "bless",
    "force",
];

/// Returns whether a remedy changes files where the call that it replaced only looked: that it exits well is no answer to
/// what was asked.
pub(super) fn does_more(was: &str, becomes: &str) -> bool {
    let changes = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words
            .map(str::to_ascii_lowercase)
            .filter(|word| CHANGES.contains(&word.as_str()))
            .collect()
    };
    let before = changes(was);
    changes(becomes).iter().any(|word| !before.contains(word))
}

/// Returns whether all that a remedy adds are short flags which the printed usage line lists: the agent has them before it.
pub(super) fn stands_in_usage(was: &str, becomes: &str, output: &str) -> bool {
    let (old, new) = (typed(was), typed(becomes));
    let added = without(&new, &old);
    let Some(usage) = output
        .lines()
        .find(|line| line.trim_start().to_ascii_lowercase().starts_with("usage:"))
    else {
        return false;
    };
    let listed: String = usage
        .split('[')
        .skip(1)
        .filter_map(|rest| rest.split(']').next())
        .filter(|inside| inside.starts_with('-') && !inside.starts_with("--"))
        .flat_map(|inside| inside.split_whitespace().take(1))
        .collect();
    let is_listed = |flag: &&str| {
        flag.strip_prefix('-')
            .is_some_and(|letters| !letters.starts_with('-') && letters.chars().all(|letter| listed.contains(letter)))
    };
    !added.is_empty() && added.iter().all(is_listed)
}

/// Returns whether a call works on several things: more than one operand, or a pattern.
pub(super) fn is_of_many(call: &str) -> bool {
    let words = typed(call);
    let is_operand = |word: &&&str| word.contains('/') && !word.starts_with('-') && !word.contains('=');
    let values: Vec<&str> = words
        .windows(2)
        .filter(|pair| pair[0] == "-o")
        .map(|pair| pair[1])
        .collect();
    let operands = words
        .iter()
        .filter(is_operand)
        .filter(|word| !values.contains(*word))
        .count();
    operands > 1 || words.iter().any(|word| word.contains("...") || word.contains('*'))
}

/// The likeness of a call to itself.
pub(super) const SAME: u32 = 1000;

/// Returns how alike two calls are: the words that both have, of all that either has, in thousandths.
pub(super) fn likeness(one: &str, other: &str) -> u32 {
    let (one, other) = (typed(one), typed(other));
    let both = one.iter().filter(|word| other.contains(word)).count();
    let all = one.len() + other.len() - both;
    if all == 0 {
        return 0;
    }
    u32::try_from(both * SAME as usize / all).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell<'c>(was: &'c str, becomes: &'c str, call: &'c str) -> Worded {
        worded(Change {
            kind: RemedyKind::Changed,
            was,
            becomes,
            tool: ToolKind::Shell,
            call: &Present::of(call, None),
        })
    }

    #[test]
    fn a_change_is_named_or_applied_to_the_present_call() {
        for (was, becomes, call, advice, suggestion) in [
            (
                "pytest",
                "python3 -m pytest",
                "pytest",
                "Run `python3 -m pytest`",
                "python3 -m pytest",
            ),
            (
                "go version",
                "mise exec -- go version",
                "go test ./...",
                "Run `mise exec -- go test ./...`",
                "mise exec -- go test ./...",
            ),
            (
                "go version",
                "/usr/local/go/bin/go version",
                "go test -run 'A b' ./x",
                "Run `/usr/local/go/bin/go test -run 'A b' ./x`",
                "/usr/local/go/bin/go test -run 'A b' ./x",
            ),
            (
                "gh pr diff 88 --stat",
                "gh pr diff 88 --name-only",
                "gh pr diff 104 --stat",
                "Use `--name-only` instead of `--stat`, as in `gh pr diff 88 --name-only`",
                "gh pr diff 88 --name-only",
            ),
            (
                "GOOS=windows go test ./...",
                "GOOS=windows go test -run '^$' -exec=true ./...",
                "GOOS=windows GOARCH=amd64 go test ./internal/auth",
                "Add `-run '^$' -exec=true`, as in `GOOS=windows go test -run '^$' -exec=true ./...`",
                "GOOS=windows go test -run '^$' -exec=true ./...",
            ),
            (
                "GOOS=windows go test ./internal/auth",
                "GOCACHE=/tmp/c GOOS=windows go test -exec=true ./...",
                "GOOS=windows go test ./internal/auth ./cmd",
                "Add `-exec=true`, as in `GOCACHE=/tmp/c GOOS=windows go test -exec=true ./...`",
                "GOCACHE=/tmp/c GOOS=windows go test -exec=true ./...",
            ),
            (
                "",
                "npm run lint:js",
                "npm run lint-js",
                "Run `npm run lint:js`",
                "npm run lint:js",
            ),
        ] {
            let said = shell(was, becomes, call);
            assert_eq!((said.advice.as_str(), said.suggestion.as_str()), (advice, suggestion));
        }
    }

    #[test]
    fn what_fails_in_a_loop_is_put_as_what_stands_alone() {
        let command = "for p in ./a ./b; do go test $p; done";
        for (was, becomes, advice) in [
            ("go version", "mise exec -- go version", "Run `mise exec -- go test $p`"),
            ("go test ./a", "go test -exec=true ./a", "Run `go test -exec=true ./a`"),
        ] {
            let change = Change {
                kind: RemedyKind::Changed,
                was,
                becomes,
                tool: ToolKind::Shell,
                call: &Present::of(command, Some("do go test $p")),
            };
            assert_eq!(worded(change).advice, advice);
        }
    }

    #[test]
    fn other_kinds_have_their_own_sentence() {
        let said = |kind, tool| {
            let (was, becomes) = ("a.yml", "a.yaml");
            worded(Change {
                kind,
                was,
                becomes,
                tool,
                call: &Present::of("a.yml", None),
            })
            .advice
        };
        assert_eq!(said(RemedyKind::Path, ToolKind::Search), "It is `a.yaml`, not `a.yml`");
        assert_eq!(
            said(RemedyKind::Prepared, ToolKind::Shell),
            "First run `a.yaml`, then the same call again"
        );
        assert_eq!(said(RemedyKind::Changed, ToolKind::Mcp), "Call it with `a.yaml`");
    }

    #[test]
    fn what_changes_files_where_the_call_only_looked_does_more() {
        for (was, becomes, more) in [
            ("bun run lint", "bun run lint:fix", true),
            ("eslint src", "eslint --fix src", true),
            ("cargo fmt --check", "cargo +stable fmt --check", false),
            ("go test ./...", "mise exec -- go test ./...", false),
            ("npm run fix-js", "npm run fix:js", false),
            ("prettier -c .", "npx prettier --write .", true),
        ] {
            assert_eq!(does_more(was, becomes), more, "{was} -> {becomes}");
        }
    }

    #[test]
    fn flags_of_the_usage_line_are_no_news() {
        let usage = "cat: illegal option -- A\nusage: cat [-belnstuv] [file ...]";
        assert!(stands_in_usage("cat -A", "cat -vet", usage));
        assert!(!stands_in_usage("cat -A", "cat -vet", "cat: illegal option -- A"));
        assert!(!stands_in_usage("pytest", "python3 -m pytest", "usage: x [-mpytes]"));
        assert!(!stands_in_usage(
            "grep -P x",
            "grep -E x",
            "usage: grep [-abc] [pattern]"
        ));
    }

    #[test]
    fn a_call_of_many_has_several_operands_or_a_pattern() {
        assert!(is_of_many("GOOS=windows go test ./a ./b"));
        assert!(is_of_many("go test ./..."));
        assert!(!is_of_many("go test -c ./internal/auth -o /tmp/auth.test.exe"));
        assert!(!is_of_many("pytest"));
    }

    #[test]
    fn likeness_is_the_share_of_common_words() {
        assert_eq!(likeness("go test ./...", "go test ./..."), 1000);
        assert_eq!(
            likeness("GOOS=windows go test ./...", "GOOS=windows go test ./internal/auth"),
            600
        );
        assert_eq!(likeness("a", "b"), 0);
        assert_eq!(likeness("", ""), 0);
    }
}
