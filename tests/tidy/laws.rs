//! The laws: each is a function from sources to sentences about breaches, so that it can be shown to catch one.

use regex::Regex;

use super::source::Source;
use super::tables::{COLUMNS, EMPTY_WORDS, IMPURE, MAKES_CLEAN, NOT_IN_THE_HOOK, ONLY_HERE, OUTPUT, PAIRS, PURE};

fn place(source: &Source, line: usize) -> String {
    format!("{}:{line}", source.path)
}

fn column(room: &str) -> Option<usize> {
    COLUMNS.iter().position(|rooms| rooms.contains(&room))
}

fn may_import(from: &str, to: &str) -> bool {
    from == to || column(from) < column(to) || PAIRS.iter().any(|(a, b, _)| (*a, *b) == (from, to))
}

/// Rooms import only to the right.
pub(crate) fn arrows(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources
        .iter()
        .filter(|source| !source.room.is_empty() && source.room != "lib")
    {
        if column(&source.room).is_none() {
            breaches.push(format!(
                "{}: `{}` is no room of COLUMNS in tests/tidy.rs",
                source.path, source.room
            ));
            continue;
        }
        for name in source
            .paths
            .iter()
            .filter(|name| name.is_own() && name.segments.len() > 1)
        {
            let to = &name.segments[1];
            // In the binary, `crate` is the binary itself.
            if column(to).is_none() || may_import(&source.room, to) {
                continue;
            }
            breaches.push(format!(
                "{}: `{}` may not import `{to}` (`{}`): move the code to the left, or pass the value in",
                place(source, name.line),
                source.room,
                name.segments.join("::"),
            ));
        }
    }
    breaches
}

/// Each outside name stays in its room.
pub(crate) fn outside_names(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| !source.room.is_empty()) {
        for name in source.paths.iter().filter(|name| !name.is_own() && !name.test) {
            for rule in ONLY_HERE {
                if name.holds(rule.words) && !rule.rooms.contains(&source.room.as_str()) {
                    breaches.push(format!(
                        "{}: `{}` belongs to {:?}: {}",
                        place(source, name.line),
                        name.segments.join("::"),
                        rule.rooms,
                        rule.why,
                    ));
                }
            }
        }
    }
    breaches
}

/// Text that looks like SQL stands in the store, also where no `rusqlite` is named.
pub(crate) fn sql(sources: &[Source]) -> Vec<String> {
    let statement = Regex::new(
        r"(?xis)^\s*(
            select\s.+\sfrom\s | insert\s+(or\s+\w+\s+)?into\s | update\s+\w+\s+set\s | delete\s+from\s
            | (create|drop|alter)\s+(table|index|view|trigger|virtual\s+table)\s | pragma\s+\w+ | begin\s+(immediate|exclusive)
        )",
    )
    .expect("the pattern is valid");
    let elsewhere = sources
        .iter()
        .filter(|source| !source.room.is_empty() && source.room != "store");
    let mut breaches = Vec::new();
    for source in elsewhere {
        for text in source
            .strings
            .iter()
            .filter(|text| !text.test && statement.is_match(&text.segments[0]))
        {
            let first = text.segments[0].lines().next().unwrap_or_default();
            breaches.push(format!("{}: SQL belongs to `store`: {first}", place(source, text.line)));
        }
    }
    breaches
}

/// Only `cli` and the binary print.
pub(crate) fn printing(sources: &[Source]) -> Vec<String> {
    let prints = ["print", "println", "eprint", "eprintln"];
    let quiet = sources
        .iter()
        .filter(|source| !["", "cli", "main"].contains(&source.room.as_str()));
    let mut breaches = Vec::new();
    for source in quiet {
        for mac in source
            .macros
            .iter()
            .filter(|mac| !mac.test && prints.contains(&mac.segments[0].as_str()))
        {
            breaches.push(format!("{}: `{}!`: {OUTPUT}", place(source, mac.line), mac.segments[0]));
        }
    }
    breaches
}

/// Pure rooms do no input or output, and domain types know no wire format.
pub(crate) fn purity(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| PURE.contains(&source.room.as_str())) {
        for name in source.paths.iter().filter(|name| !name.is_own() && !name.test) {
            let wire =
                source.room == "domain" && ["serde", "serde_json", "schemars"].contains(&name.segments[0].as_str());
            if IMPURE.iter().any(|words| name.holds(words)) {
                breaches.push(format!(
                    "{}: `{}` is pure: pass in what `{}` would give",
                    place(source, name.line),
                    source.room,
                    name.segments.join("::"),
                ));
            }
            if wire || (source.room == "domain" && ["Serialize", "Deserialize"].iter().any(|word| name.holds(&[word])))
            {
                breaches.push(format!(
                    "{}: give the border its own struct: domain types carry no serde",
                    place(source, name.line)
                ));
            }
        }
    }
    breaches
}

/// Only who is listed may say that a value is clean without having it redacted.
pub(crate) fn clean(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| !source.room.is_empty()) {
        if MAKES_CLEAN.iter().any(|(place, _)| source.path.starts_with(place)) {
            continue;
        }
        for name in source
            .paths
            .iter()
            .filter(|name| !name.test && name.holds(&["Clean", "stored"]))
        {
            breaches.push(format!(
                "{}: `Clean::stored` is for what was read back: redact the value, or derive it from a clean one",
                place(source, name.line)
            ));
        }
    }
    breaches
}

/// The hook's code names nothing that could start a runtime, open a connection or ask a model.
pub(crate) fn hot_path(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with("src/flow/hook")) {
        for name in source.paths.iter().filter(|name| !name.test) {
            if NOT_IN_THE_HOOK.iter().any(|words| name.holds(words)) {
                breaches.push(format!(
                    "{}: the hook may not use `{}`",
                    place(source, name.line),
                    name.segments.join("::")
                ));
            }
        }
    }
    breaches
}

/// What an assistant's JSON and paths look like is known in its own file only.
pub(crate) fn assistant_words(sources: &[Source]) -> Vec<String> {
    let words = [
        ".claude/",
        ".claude.json",
        "CLAUDE_",
        "PostToolUse",
        "tool_use_id",
        ".codex/",
        "CODEX_",
        "GEMINI_",
    ];
    let elsewhere = sources
        .iter()
        .filter(|source| !["", "assistants"].contains(&source.room.as_str()));
    let mut breaches = Vec::new();
    for source in elsewhere {
        // Every variable of the environment is named in `config`, also those that an assistant sets.
        let unknown = |word: &&&str| !(source.room == "config" && word.ends_with('_'));
        for text in source.strings.iter().filter(|text| !text.test) {
            let mut words = words.iter().filter(unknown);
            if let Some(word) = words.find(|word| text.segments[0].contains(**word)) {
                breaches.push(format!(
                    "{}: `{word}` is known only to the assistant's file in `assistants`: ask it there",
                    place(source, text.line)
                ));
            }
        }
    }
    breaches
}

/// Names say what a thing is.
pub(crate) fn names(sources: &[Source]) -> Vec<String> {
    let mut breaches = Vec::new();
    for source in sources {
        let own = source
            .path
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .trim_end_matches(".rs");
        if words_of(own).iter().any(|word| EMPTY_WORDS.contains(&word.as_str())) {
            breaches.push(format!("{}: name the file after what it holds", source.path));
        }
        for name in &source.defined {
            if words_of(&name.segments[0])
                .iter()
                .any(|word| EMPTY_WORDS.contains(&word.as_str()))
            {
                breaches.push(format!(
                    "{}: name `{}` after what it is or does",
                    place(source, name.line),
                    name.segments[0]
                ));
            }
        }
    }
    breaches
}

/// `HookHandler` and `hook_handler` are the words `hook` and `handler`.
fn words_of(name: &str) -> Vec<String> {
    let mut spaced = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
        spaced.push(if letter == '_' || letter == '-' {
            ' '
        } else {
            letter.to_ascii_lowercase()
        });
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Returns the comment of a line, or nothing; an agent's command in a fixture may well look for such marks.
fn comment(line: &str) -> &str {
    let starts = |at: &usize| line[..*at].chars().all(|before| before != '"') && !line[..*at].ends_with(':');
    line.find("//").filter(starts).map_or("", |at| &line[at..])
}

/// Nothing is left for later, and no lint is silenced for good: `#[expect]` says so when its reason has gone.
pub(crate) fn leftovers(sources: &[Source]) -> Vec<String> {
    let marks = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X:")];
    let mut breaches = Vec::new();
    for source in sources {
        for (number, line) in (1..).zip(source.text.lines()) {
            if marks.iter().any(|mark| comment(line).contains(mark)) {
                breaches.push(format!("{}: do it, or write an issue", place(source, number)));
            }
        }
        for mac in &source.macros {
            if ["todo", "unimplemented", "dbg"].contains(&mac.segments[0].as_str()) {
                breaches.push(format!(
                    "{}: `{}!` does not belong here",
                    place(source, mac.line),
                    mac.segments[0]
                ));
            }
        }
        for attribute in source
            .attributes
            .iter()
            .filter(|attribute| attribute.segments[0] == "allow")
        {
            breaches.push(format!(
                "{}: write `#[expect(…, reason = \"…\")]`",
                place(source, attribute.line)
            ));
        }
    }
    breaches
}
