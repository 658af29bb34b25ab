//! What errors and people call the same thing, from `gloss.txt`.
//!
//! A text is of a family when it holds one of the family's words or phrases. What an error says is told apart from what
//! only people say: whoever asks for what is *missing* may mean a file, a program or a module, and an error that happens
//! to hold the word is none of these.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::OnceLock;

use super::split::{parts, words};

/// The table. Whoever changes it changes what is found: [`version`] follows.
const GLOSS: &str = include_str!("gloss.txt");

/// Stands for any number.
const NUMBER: &str = "#";
/// Stands for up to [`GAP`] words.
const ANYTHING: &str = "..";
const GAP: usize = 4;

/// A family of which a text is, and the words of the text by which it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Met {
    /// The family's name, one word.
    pub(super) family: &'static str,
    /// The words, counted from the beginning of the text.
    pub(super) words: Range<usize>,
}

#[derive(Debug)]
struct Member {
    family: &'static str,
    /// Only people say so.
    asked: bool,
    /// The roots of its words.
    roots: Vec<String>,
}

/// The members by the root of their first word.
type Table = HashMap<String, Vec<Member>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for line in GLOSS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (family, rest) = line.split_once(": ").unwrap_or((line, ""));
            let (said, asked) = rest.split_once(" ? ").unwrap_or((rest, ""));
            for (list, asked) in [(said, false), (asked, true)] {
                for text in list.split(" | ").filter(|text| !text.is_empty()) {
                    let member = Member {
                        family,
                        asked,
                        roots: member_roots(text),
                    };
                    let first = member.roots.first().cloned().unwrap_or_default();
                    table.entry(first).or_default().push(member);
                }
            }
        }
        table
    })
}

/// Returns a number that changes whenever the gloss does.
pub(super) fn version() -> u32 {
    crc32fast::hash(GLOSS.as_bytes())
}

fn member_roots(text: &str) -> Vec<String> {
    text.split(' ')
        .flat_map(|word| match word {
            NUMBER | ANYTHING => vec![word.to_owned()],
            _ => words(word).map(root).collect(),
        })
        .collect()
}

/// Returns the families of which somebody speaks who asks, each with the words by which they do. Words are counted as
/// [`words`] divides the text; each stands for its parts, and for itself.
pub(super) fn met(asked: &str) -> Vec<Met> {
    let mut met: Vec<Met> = Vec::new();
    scan(asked, |member, words| {
        let is_new = |met: &[Met], words: &Range<usize>| {
            met.iter().all(|one| one.family != member.family || one.words != *words)
        };
        if let Some(words) = words()
            && is_new(&met, &words)
        {
            met.push(Met {
                family: member.family,
                words,
            });
        }
    });
    met
}

/// Returns the families of which an error is, each once. Most of its words are looked at only until their family is known.
pub(super) fn families(error: &str) -> BTreeSet<&'static str> {
    let mut families = BTreeSet::new();
    scan(error, |member, words| {
        if !member.asked && !families.contains(member.family) && words().is_some() {
            families.insert(member.family);
        }
    });
    families
}

/// Calls `found` with each member that may begin at a word of a text, and with what tells which words it takes, when it
/// does.
fn scan(text: &str, mut found: impl FnMut(&'static Member, &dyn Fn() -> Option<Range<usize>>)) {
    let parted: Vec<(usize, String)> = words(text)
        .enumerate()
        .flat_map(|(n, word)| parts(word).into_iter().map(move |part| (n, root(part))))
        .collect();
    let whole: Vec<(usize, String)> = words(text).map(root).enumerate().collect();
    // A name such as ModuleNotFoundError is a member as a whole, and says `module not found` in its parts.
    for said in [&parted, &whole] {
        for at in 0..said.len() {
            for member in table().get(&said[at].1).into_iter().flatten() {
                found(member, &|| {
                    let end = end_of(&said[at..], &member.roots)?;
                    Some(said[at].0..said[at + end - 1].0 + 1)
                });
            }
        }
    }
}

/// Returns how many words of `said` the member takes from the first one on, when it stands there.
fn end_of(said: &[(usize, String)], member: &[String]) -> Option<usize> {
    let Some((first, rest)) = member.split_first() else {
        return Some(0);
    };
    if first == ANYTHING {
        return (0..=GAP.min(said.len())).find_map(|gap| Some(gap + end_of(&said[gap..], rest)?));
    }
    let (_, word) = said.first()?;
    let is_number = || word.bytes().all(|byte| byte.is_ascii_digit());
    if first == word || first == NUMBER && is_number() {
        return Some(1 + end_of(&said[1..], rest)?);
    }
    None
}

/// Endings that are cut off, with what takes their place, and the fewest letters that must be left.
const ENDINGS: &[(&str, &str, usize)] = &[
    ("ies", "y", 3),
    ("sses", "ss", 2),
    ("ing", "", 3),
    ("ed", "", 3),
    ("s", "", 3),
];

/// Endings on `s` that are none.
const KEPT: &[&str] = &["ss", "us", "is"];

/// Returns what the inflections of a word have in common.
pub(super) fn root(word: &str) -> String {
    let mut root = word.to_lowercase();
    let ending = ENDINGS.iter().find(|(ending, _, left)| {
        root.len() >= ending.len() + left
            && root.ends_with(ending)
            && !(*ending == "s" && KEPT.iter().any(|kept| root.ends_with(kept)))
    });
    if let Some((ending, instead, _)) = ending {
        root.truncate(root.len() - ending.len());
        root.push_str(instead);
        // `running`, but not `missing` or `installed`.
        let mut last = root.chars().rev();
        if let (Some(one), Some(other)) = (last.next(), last.next())
            && one == other
            && ending.len() > 1
            && !matches!(one, 's' | 'l' | 'z')
        {
            root.pop();
        }
    }
    if root.len() > 3 && root.ends_with('e') {
        root.pop();
    }
    root
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn asked_for(text: &str) -> BTreeSet<&'static str> {
        met(text).into_iter().map(|met| met.family).collect()
    }

    #[test]
    fn inflections_have_one_root() {
        for (one, others) in [
            ("refuse", &["refused", "refuses", "refusing", "Refused"][..]),
            ("run", &["running", "runs"]),
            ("install", &["installed", "installing", "installs"]),
            ("file", &["files", "FILE"]),
            ("dependency", &["dependencies"]),
            ("miss", &["missing", "missed"]),
            ("class", &["classes"]),
            ("status", &["status"]),
        ] {
            for other in others {
                assert_eq!(root(other), root(one), "{other}");
            }
        }
        assert_ne!(root("lock"), root("look"));
    }

    #[test]
    fn errors_and_people_mean_the_same_in_other_words() {
        for (error, asked, family) in [
            (
                "ENOENT: no such file or directory, open 'a'",
                "the file is missing",
                "no-file",
            ),
            (
                "bash: ./run.sh: Permission denied",
                "may not run the script",
                "no-rights",
            ),
            ("listen EADDRINUSE: address already in use", "port taken", "port-in-use"),
            ("zsh:1: command not found: go", "go is not installed", "no-command"),
            ("process exited with code 137", "too much memory", "out-of-memory"),
            ("Segmentation fault (core dumped)", "it crashes", "crash"),
            ("error[E0308]: mismatched types", "wrong type", "wrong-type"),
            (
                "a.ts(1,2): error TS2322: Type 'A' is not assignable",
                "typescript",
                "typescript",
            ),
            ("fixture 'login' not found", "which setup is needed", "fixture"),
            ("context deadline exceeded", "it hangs", "timeout"),
            (
                "ModuleNotFoundError: No module named 'yaml'",
                "missing dependency",
                "no-module",
            ),
            (
                "sqlite3.OperationalError: database is locked",
                "another process holds it",
                "locked",
            ),
            ("HTTP 429", "throttled", "rate-limit"),
        ] {
            assert!(families(error).contains(&family), "{error}");
            assert!(asked_for(asked).contains(&family), "{asked}");
        }
    }

    #[test]
    fn what_only_people_say_shows_no_error() {
        assert!(!families("missing cases in switch").contains(&"no-file"));
        assert!(asked_for("what is missing").contains(&"no-file"));
    }

    #[test]
    fn the_words_of_a_family_are_named() {
        for (asked, family, words) in [
            ("is the port taken by redis", "port-in-use", 2..4),
            ("Error: connect ECONNREFUSED 127.0.0.1:80", "refused", 2..3),
        ] {
            let found = met(asked);
            let found = found.iter().find(|met| met.family == family).expect(asked);
            assert_eq!(found.words, words, "{asked}");
        }
    }

    #[test]
    fn every_line_of_the_table_is_a_family_with_something_an_error_says() {
        let mut names = Vec::new();
        for line in GLOSS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (name, rest) = line.split_once(": ").expect(line);
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'),
                "{name}"
            );
            assert!(!names.contains(&name), "{name} stands there twice");
            names.push(name);
            let (said, asked) = rest.split_once(" ? ").unwrap_or((rest, ""));
            assert!(!asked.contains(" ? "), "{name} asks twice");
            for (list, tell) in [(said, families as fn(&str) -> _), (asked, asked_for)] {
                let mut members: Vec<&str> = list.split(" | ").filter(|text| !text.is_empty()).collect();
                for member in &members {
                    let text = member.replace(NUMBER, "7").replace(ANYTHING, "x");
                    assert!(tell(&text).contains(&name), "{name}: {member}");
                }
                let before = members.len();
                members.sort_unstable();
                members.dedup();
                assert_eq!(members.len(), before, "{name} says something twice");
            }
            assert!(!said.is_empty(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_an_error_says_people_may_say_too(text in "[a-z0-9 :']{0,60}") {
            prop_assert!(families(&text).is_subset(&asked_for(&text)));
        }
    }
}
