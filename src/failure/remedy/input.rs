//! One simple command of a call with everything that belongs to its input: folder, preparation of the shell, words.

use super::alike;
use super::looped::Loops;
use super::story::Step;
use crate::domain::failure::Goal;
use crate::failure::shell::{self, Masked, lex};

/// Longest text of a remedy, in characters.
pub(super) const MOST_CHARS: usize = 300;

/// A simple command as a remedy sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Input {
    /// Its place among the segments of its call.
    pub(super) at: usize,
    /// What it is for.
    pub(super) goal: Goal,
    /// Its words as typed, without what only limits or times it.
    pub(super) typed: String,
    /// The same words without quotes.
    pub(super) words: Vec<String>,
    /// What prepared the shell for it in the same call: `export …`, `source …`, as typed.
    pub(super) before: Vec<String>,
    /// The folder that it ran in.
    pub(super) folder: Option<String>,
    /// Whether its call went there itself.
    pub(super) moved: bool,
    /// What stands before it in a pipe, as typed.
    pub(super) fed: Option<String>,
    /// How its exit status was lost.
    pub(super) masked: Option<Masked>,
    /// It shows or asks, and does nothing.
    pub(super) looks: bool,
    /// Words of a loop stand in it in place of the loop's variable.
    pub(super) looped: bool,
}

/// Words before a program that limit or time it.
const IDLE: &[(&str, bool)] = &[
    ("time", false),
    ("nohup", false),
    ("caffeinate", false),
    ("timeout", true),
    ("gtimeout", true),
];

/// Commands that prepare the shell in a way that matters to what follows.
const PREPARING: &[&str] = &["export", "source", ".", "eval", "unset", "nvm", "conda", "shopt"];

/// Returns the simple commands of a shell call that are for something.
pub(super) fn of(step: &Step) -> Vec<Input> {
    let mut folder = step.folder.clone();
    let mut moved = false;
    let mut before: Vec<String> = Vec::new();
    let mut loops = Loops::default();
    let mut out = Vec::new();
    for (at, segment) in step.segments.iter().enumerate() {
        loops.pass(segment);
        if matches!(segment.word.as_str(), "cd" | "pushd") {
            if let Some(to) = segment.arguments.iter().find(|word| !word.starts_with('-')) {
                folder = Some(alike::join(folder.as_deref(), to));
                moved = true;
            }
            continue;
        }
        if PREPARING.contains(&segment.word.as_str()) {
            before.push(segment.typed.clone());
            continue;
        }
        let Some(goal) = segment.goal.clone() else { continue };
        let typed = loops.filled(&without_idle(&segment.typed));
        let looped = loops.filled(&segment.typed) != segment.typed;
        out.push(Input {
            at,
            goal: if looped { Loops::goal(&typed, &goal) } else { goal },
            looped,
            words: words(&typed),
            typed,
            before: before.clone(),
            folder: folder.clone(),
            moved,
            fed: at
                .checked_sub(1)
                .map(|before| &step.segments[before])
                .filter(|before| before.link == lex::Link::Pipe)
                .map(|before| before.typed.clone()),
            masked: shell::masked(&step.segments, at),
            looks: segment.is_viewer() || segment.is_probe(),
        });
    }
    out
}

/// Returns the input at one place of the segments of a call.
pub(super) fn at(step: &Step, segment: usize) -> Option<Input> {
    of(step).into_iter().find(|input| input.at == segment)
}

/// Returns whether a program only limits or times another one.
pub(super) fn is_idle(program: &str) -> bool {
    IDLE.iter().any(|(name, _)| *name == base(program))
}

/// Returns the words of a simple command without their quotes.
pub(super) fn words(typed: &str) -> Vec<String> {
    lex::split(typed)
        .into_iter()
        .flat_map(|simple| simple.words)
        .map(|word| word.text)
        .collect()
}

/// Returns a word as it is typed: in quotes, where it would be several words or something else without them.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%^~".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    match word.split_once('=') {
        Some((name, value)) if name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-') => {
            format!("{name}='{}'", value.replace('\'', "'\\''"))
        }
        _ => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

/// Returns a command line in which words are others; `other` is given each word without its quotes, and as it was typed.
pub(super) fn replaced(typed: &str, mut other: impl FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut end = 0;
    for word in lex::split(typed).into_iter().flat_map(|simple| simple.words) {
        let new = typed
            .get(word.place.clone())
            .and_then(|source| other(&word.text, source));
        let (Some(new), Some(before)) = (new, typed.get(end..word.place.start)) else {
            continue;
        };
        out.push_str(before);
        out.push_str(&new);
        end = word.place.end;
    }
    out.push_str(&typed[end..]);
    out
}

/// Returns `typed` without words before the program that limit or time it.
fn without_idle(typed: &str) -> String {
    let simple = lex::split(typed);
    let Some(first) = simple.first() else {
        return typed.to_owned();
    };
    let Some(word) = first.words.first() else {
        return typed.to_owned();
    };
    let Some((_, limited)) = IDLE.iter().find(|(name, _)| *name == word.text) else {
        return typed.to_owned();
    };
    let mut rest = first.words[1..].iter().skip_while(|word| word.text.starts_with('-'));
    if *limited {
        rest.next();
    }
    rest.next()
        .map_or_else(|| typed.to_owned(), |word| typed[word.place.start..].to_owned())
}

impl Input {
    /// Returns whether two inputs are one: the same words in the same folder after the same preparation.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.words == other.words && self.before == other.before && self.folder == other.folder
    }

    /// Returns the same simple command of a step with what only limits or times it: where that is missing, it matters.
    pub(super) fn whole(self, step: &Step) -> Self {
        let typed = step.segments[self.at].typed.clone();
        Self {
            words: words(&typed),
            typed,
            ..self
        }
    }

    /// Returns what is to be typed, with the preparation that belongs to it; `cd` when it has to run elsewhere than
    /// `from`, and the way there is known.
    pub(super) fn text(&self, from: Option<&Self>) -> String {
        let mut parts: Vec<String> = Vec::new();
        if let Some(from) = from
            && from.folder != self.folder
            && let Some(to) = &self.folder
        {
            parts.push(format!("cd {}", alike::relative(to, from.folder.as_deref())));
        }
        parts.extend(
            self.before
                .iter()
                .filter(|one| from.is_none_or(|from| !from.before.contains(one)))
                .cloned(),
        );
        parts.push(self.typed.clone());
        parts.join(" && ")
    }

    /// Returns the words that are flags, without their values.
    pub(super) fn flags(&self) -> Vec<&str> {
        self.words
            .iter()
            .filter(|word| word.starts_with('-') && word.len() > 1)
            .map(|word| word.split_once('=').map_or(word.as_str(), |(flag, _)| flag))
            .collect()
    }

    /// Returns the words before the subcommand, or before the first operand: how the program is called.
    pub(super) fn calling(&self) -> Vec<&str> {
        let own = |word: &&String| base(word) == self.goal.program || same_program(base(word), &self.goal.program);
        let end = self.words.iter().position(|word| own(&word)).map_or(1, |at| at + 1);
        self.words[..end.min(self.words.len())]
            .iter()
            .map(String::as_str)
            .collect()
    }

    /// Returns the same words as they are typed.
    pub(super) fn calling_typed(&self) -> Vec<String> {
        let simple = lex::split(&self.typed);
        let words = simple.iter().flat_map(|simple| &simple.words);
        words
            .take(self.calling().len())
            .filter_map(|word| self.typed.get(word.place.clone()))
            .map(str::to_owned)
            .collect()
    }

    /// Returns whether it carries a script, a message or a body: what it does is not in its words.
    pub(super) fn carries_text(&self) -> bool {
        self.typed.contains('\n')
            || self.typed.chars().count() > MOST_CHARS
            || (INTERPRETERS.contains(&self.goal.program.as_str())
                && self
                    .words
                    .iter()
                    .any(|word| matches!(word.as_str(), "-c" | "-e" | "-" | "-p")))
            || self
                .words
                .iter()
                .any(|word| word.chars().filter(|c| *c == ' ').count() > 8)
    }
}

/// Programs that run a text.
const INTERPRETERS: &[&str] = &[
    "python", "python3", "node", "ruby", "perl", "deno", "bun", "php", "sh", "bash", "zsh", "awk", "sed", "jq", "psql",
    "sqlite3", "tsx",
];

/// Names under which one program goes.
const SAME: &[(&str, &str)] = &[
    ("python3", "python"),
    ("pip3", "pip"),
    ("nodejs", "node"),
    ("py.test", "pytest"),
];

/// Returns the name under which a program is compared.
pub(super) fn program(name: &str) -> &str {
    SAME.iter()
        .find(|(one, _)| *one == name)
        .map_or(name, |(_, other)| other)
}

/// Returns whether two names mean one program.
pub(super) fn same_program(one: &str, other: &str) -> bool {
    program(one) == program(other)
}

/// Returns the last part of a path.
pub(super) fn base(word: &str) -> &str {
    word.trim_end_matches('/').rsplit('/').next().unwrap_or(word)
}
