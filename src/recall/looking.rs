//! Calls that only look: one search is not another. What once worked in place of one says what it looked for; all that
//! holds for another is how the program is called, and with which flags.

use super::wording::{self, Change, Worded, applied, typed, without};
use super::words;
use crate::domain::lesson::{RemedyKind, Source};
use crate::domain::trace::ToolKind;
use crate::failure::shell;
use crate::store::remedy::Known;

/// Returns the words for a remedy; nothing where the call only looks, is another one than that which the remedy replaced,
/// and would have to look for something else.
pub(super) fn worded(known: &Known, change: Change<'_>) -> Option<Worded> {
    let by_person = known.verdict == Some(true) || known.source == Source::Person;
    if by_person || !is_another_look(change) {
        return Some(wording::worded(change));
    }
    let suggestion = kept(change)?;
    Some(Worded {
        advice: format!("Run {}", words::code(&suggestion)),
        example: String::new(),
        suggestion,
    })
}

/// Returns whether a call only looks and is not the very call that a remedy replaced.
fn is_another_look(change: Change<'_>) -> bool {
    change.kind == RemedyKind::Changed
        && change.tool == ToolKind::Shell
        && change.likeness() < wording::SAME
        && only_looks(&change.call.typed)
}

/// Returns whether a command line is one command that only shows what is there.
fn only_looks(call: &str) -> bool {
    matches!(shell::segments(call).as_slice(), [one] if one.goal.is_some() && one.is_viewer())
}

/// Returns the present call with the change of a remedy, where that is one of the program or of flags alone.
fn kept(change: Change<'_>) -> Option<String> {
    let (old, new, here) = (typed(change.was), typed(change.becomes), typed(&change.call.typed));
    // A program without operands says nothing of where operands belong.
    let calling = (old.len() > 1).then(|| applied(&old, &new, &here)).flatten();
    calling.or_else(|| flagged(&old, &new, &here))
}

/// Returns the present call with the flags that changed, where nothing else did.
fn flagged(old: &[&str], new: &[&str], here: &[&str]) -> Option<String> {
    let (gone, come) = (without(old, new), without(new, old));
    let is_flag = |word: &&str| word.len() > 1 && word.starts_with('-');
    let rest = without(old, &gone) == without(new, &come);
    let applies = gone.iter().all(|word| here.contains(word));
    if !rest || !applies || !gone.iter().chain(&come).all(is_flag) {
        return None;
    }
    let come = without(&come, here);
    let at = match gone.first() {
        Some(first) => here.iter().position(|word| word == first)?,
        None => behind(new, come.first()?, here)?,
    };
    let (before, after) = here.split_at(at);
    let words = [without(before, &gone), come, without(after, &gone)].concat();
    Some(words.join(" "))
}

/// Returns where a flag that is only added belongs: behind the word behind which it worked, or at the end.
fn behind(new: &[&str], flag: &str, here: &[&str]) -> Option<usize> {
    let at = new.iter().position(|word| *word == flag)?;
    let before = new.get(at.checked_sub(1)?)?;
    match here.iter().position(|word| word == before) {
        Some(place) => Some(place + 1),
        None => new[at..].iter().all(|word| word.starts_with('-')).then_some(here.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::Timestamp;
    use crate::recall::sample;
    use crate::recall::wording::Present;

    fn said(was: &str, becomes: &str, call: &str) -> Option<String> {
        let known = sample::known(RemedyKind::Changed, was, becomes, (1, 0), Timestamp(1));
        let change = Change {
            kind: RemedyKind::Changed,
            was,
            becomes,
            tool: ToolKind::Shell,
            call: &Present::of(call, None),
        };
        worded(&known, change).map(|worded| worded.suggestion)
    }

    #[test]
    fn of_a_search_only_the_program_and_its_flags_hold_for_another() {
        for (was, becomes, call, suggestion) in [
            // The very same call.
            (
                "grep -oP '#\\d+'",
                "grep -o '#[0-9]*'",
                "grep -oP '#\\d+'",
                Some("grep -o '#[0-9]*'"),
            ),
            // What it looked for, or where, is its own.
            ("grep -oP '#\\d+'", "grep -o '#[0-9]*'", "grep -oP 'a.*?b'", None),
            ("rg 'a(' src", "rg 'a\\(' src", "rg 'b(' lib", None),
            ("sed -n 1,5p a.rs", "sed -n 1,5p b.rs", "sed -n 7,9p a.rs", None),
            ("cat a/b.md", "cat b.md", "cat a/c.md", None),
            ("tree", "find . -type d", "tree src", None),
            ("grep --include '*.rs' x", "grep -r x", "grep --include '*.py' y", None),
            // Flags.
            (
                "cat -A Makefile",
                "cat -vet Makefile",
                "cat -A src/a b",
                Some("cat -vet src/a b"),
            ),
            (
                "grep -P x a",
                "grep -E x a",
                "grep -n -P 'y z' b",
                Some("grep -n -E 'y z' b"),
            ),
            (
                "gh pr diff 88 --stat",
                "gh pr diff 88 --name-only",
                "gh pr diff 9 --stat",
                Some("gh pr diff 9 --name-only"),
            ),
            (
                "gh pr diff 88",
                "gh pr diff 88 --name-only",
                "gh pr diff 9",
                Some("gh pr diff 9 --name-only"),
            ),
            ("ls x", "ls -d x", "ls y", Some("ls -d y")),
            ("grep -P x a", "grep -E x a", "grep -n y b", None),
            ("sort -V a", "sort a", "sort -V b", Some("sort b")),
            // The program.
            ("rg x src", "grep -rn x src", "rg 'y z' lib", Some("grep -rn 'y z' lib")),
            ("jq . a", "mise exec -- jq . a", "jq .b c", Some("mise exec -- jq .b c")),
            // What does not only look is told as ever.
            (
                "go vet ./...",
                "go vet -tags x ./a",
                "go vet ./b",
                Some("go vet -tags x ./a"),
            ),
        ] {
            assert_eq!(
                said(was, becomes, call).as_deref(),
                suggestion,
                "{was} -> {becomes}: {call}"
            );
        }
    }

    #[test]
    fn what_a_person_says_of_a_search_is_told() {
        let (was, becomes) = ("", "git grep -n");
        let person = Known {
            source: Source::Person,
            ..sample::known(RemedyKind::Changed, was, becomes, (0, 0), Timestamp(1))
        };
        let change = Change {
            kind: RemedyKind::Changed,
            was,
            becomes,
            tool: ToolKind::Shell,
            call: &Present::of("grep -rn x .", None),
        };
        assert!(worded(&person, change).is_some());
        assert!(said(was, becomes, "grep -rn x .").is_none());
    }
}
