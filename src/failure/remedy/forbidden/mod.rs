//! What is never said: whatever destroys, reaches outward, opens secrets or switches a check off.
//!
//! One table for everybody who tells an agent something. Commands are seen through the shell's grammar, so that
//! `rm  -r -f`, `bash -c 'rm -rf x'` and `sudo -n rm -r x` are one thing, and a text that merely speaks of it, such as
//! `grep -rn 'rm -rf' docs`, is none.

mod acts;
mod commands;
mod environment;
mod git;
mod outside;
mod prose;
mod redirects;
mod tables;

use crate::failure::shell::{self, Segment, lex};
use commands::COMMANDS;
use tables::{
    DATA_ENDS, FLAGS, RUNNING, SAMPLES, SECRET_ENDS, SECRET_FOLDERS, SECRET_NAMES, SECRET_PATHS, SECRET_WORDS, TEXTS,
};

/// Why something is never said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Why {
    /// It removes or overwrites what cannot be had back.
    Destroys,
    /// It changes something outside of this machine.
    ReachesOut,
    /// It opens what is secret.
    Secret,
    /// It switches a check or a protection off.
    Disables,
    /// It runs with more rights, or runs what nobody has read.
    Overreaches,
    /// It holds a sentence, which whoever reads it may take for an order.
    Speaks,
}

/// Returns why a command line, a path or an edited line is never told, or nothing when it may be.
#[must_use]
pub fn forbidden(command_or_path: &str) -> Option<Why> {
    let text = &without_slots(command_or_path.trim());
    if let Some(why) = secret(text) {
        return Some(why);
    }
    let segments = shell::segments(text);
    prose::speaks(text)
        .then_some(Why::Speaks)
        .or_else(|| fetched_and_run(&segments))
        .or_else(|| segments.iter().find_map(in_segment))
        .or_else(|| segments.is_empty().then(|| in_text(text)).flatten())
        .or_else(|| overwrites(text))
}

/// Returns a text with a name in each slot, such as `<1>`, that a shell would take for redirects.
fn without_slots(text: &str) -> String {
    (1..=9).fold(text.to_owned(), |text, slot| text.replace(&format!("<{slot}>"), "name"))
}

/// `curl … | sh` and `bash <(curl …)`.
fn fetched_and_run(segments: &[Segment]) -> Option<Why> {
    let fetches = |segment: &Segment| matches!(segment.word.as_str(), "curl" | "wget");
    let piped = segments.windows(2).any(|pair| {
        pair[0].link == lex::Link::Pipe
            && (RUNNING.contains(&last_part(&pair[1].word)) || pair[1].typed.contains("sudo"))
    }) && segments.iter().any(fetches);
    let inside = segments.iter().any(|segment| {
        (RUNNING.contains(&last_part(&segment.word)) || matches!(segment.word.as_str(), "eval" | "source" | "."))
            && (segment.typed.contains("curl ") || segment.typed.contains("wget "))
    });
    (piped || inside).then_some(Why::Overreaches)
}

fn in_segment(segment: &Segment) -> Option<Why> {
    let words: Vec<String> = lex::split(&segment.typed)
        .into_iter()
        .flat_map(|simple| simple.words)
        .map(|word| word.text)
        .collect();
    if let Some(why) = environment::told(&words).or_else(|| done(segment)) {
        return Some(why);
    }
    if let Some(why) = by_table(&words).or_else(|| outside::reached(&words)) {
        return Some(why);
    }
    let flag = |word: &String| {
        let name = word.split('=').next().unwrap_or(word);
        FLAGS
            .iter()
            .find(|(flag, _)| *flag == name || flag == word)
            .map(|(_, why)| *why)
    };
    if let Some(why) = words.iter().find_map(flag) {
        return Some(why);
    }
    if let Some(why) = words.iter().find_map(|word| secret(word)) {
        return Some(why);
    }
    // What only looks for such a text, or says it, does not do it.
    let head = segment
        .goal
        .as_ref()
        .map(crate::domain::failure::Goal::head)
        .unwrap_or_default();
    if SPEAKING.contains(&segment.word.as_str()) || SPEAKING.contains(&head.as_str()) {
        return words.iter().find_map(|word| inner(word));
    }
    words.iter().find_map(|word| in_text(word).or_else(|| inner(word)))
}

/// Returns why what a command does is never told, seen through whatever runs it.
fn done(segment: &Segment) -> Option<Why> {
    if redirects::empties(&segment.text) {
        return Some(Why::Destroys);
    }
    if segment.word == "eval" {
        return forbidden(&segment.arguments.join(" "));
    }
    let called = acts::script(&segment.word);
    let Some(goal) = &segment.goal else { return called };
    let arguments = match segment.arguments.as_slice() {
        // The module that an interpreter runs is the program.
        [flag, module, rest @ ..] if flag == "-m" && *module == goal.program => rest,
        all => all,
    };
    let own = match goal.program.as_str() {
        "git" => git::told(arguments),
        "tee" => tees(arguments).then_some(Why::Destroys),
        "find" | "fd" => executed(arguments),
        "watch" => forbidden(&arguments.join(" ")),
        _ => None,
    };
    own.or(called)
        .or_else(|| outside::talks(&goal.program, arguments))
        .or_else(|| acts::acts(&goal.program, arguments))
}

/// Returns whether `tee` empties a file of somebody's.
fn tees(arguments: &[String]) -> bool {
    let appends = arguments.iter().any(|word| named(word, &["-a", "--append"]));
    !appends
        && arguments
            .iter()
            .any(|word| !word.starts_with('-') && redirects::is_kept(word))
}

/// Returns why what a search runs for each file that it finds is never told.
fn executed(arguments: &[String]) -> Option<Why> {
    const RUNS: &[&str] = &[
        "-exec",
        "-execdir",
        "-ok",
        "-okdir",
        "-x",
        "-X",
        "--exec",
        "--exec-batch",
    ];
    let at = arguments.iter().position(|word| RUNS.contains(&word.as_str()))?;
    let typed = |word: &String| match word.as_str() {
        ";" | "+" => String::new(),
        plain
            if plain
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_./{}=".contains(&b)) =>
        {
            plain.to_owned()
        }
        other => format!("'{}'", other.replace('\'', "'\\''")),
    };
    let words: Vec<String> = arguments[at + 1..].iter().map(typed).collect();
    forbidden(&words.join(" "))
}

/// Programs whose operands are texts that nobody runs.
const SPEAKING: &[&str] = &[
    "grep", "egrep", "fgrep", "rg", "ag", "ack", "git grep", "git log", "echo", "printf",
];

/// Looks into `$(…)` and backquotes, which run.
fn inner(word: &str) -> Option<Why> {
    let start = word
        .find("$(")
        .map(|at| at + 2)
        .or_else(|| word.find('`').map(|at| at + 1))?;
    let script = word[start..].trim_end_matches([')', '`', '"']);
    (script.len() < word.len()).then(|| forbidden(script)).flatten()
}

/// Returns what the table says of the words; a program may stand behind others that only run it, so that each word is
/// taken for one as long as what stands before it runs others.
fn by_table(words: &[String]) -> Option<Why> {
    let own = words.iter().position(|word| !is_assignment(word))?;
    let mut starts = vec![own];
    starts.extend((own + 1..words.len()).filter(|at| {
        let before = last_part(&words[*at - 1]);
        CARRIERS.contains(&last_part(&words[own])) && (before.starts_with('-') || CARRIERS.contains(&before))
            || CARRIERS.contains(&last_part(&words[own])) && words[own..*at].len() <= 4
    }));
    starts.into_iter().find_map(|start| {
        let program = last_part(&words[start]);
        let rest: Vec<&str> = words[start + 1..].iter().map(String::as_str).collect();
        let operands: Vec<&str> = operands_of(program, &rest);
        COMMANDS
            .iter()
            .filter(|(name, ..)| *name == program)
            .find(|(_, sub, groups, _)| {
                let sub: Vec<&str> = sub.split(' ').filter(|word| !word.is_empty()).collect();
                operands.starts_with(&sub) && groups.iter().all(|group| rest.iter().any(|word| named(word, group)))
            })
            .map(|(.., why)| *why)
    })
}

/// Returns the words that are no flags, nor values of flags that stand before the subcommand.
fn operands_of<'a>(program: &str, rest: &[&'a str]) -> Vec<&'a str> {
    const VALUED: &[&str] = &[
        "-C",
        "-c",
        "--git-dir",
        "--work-tree",
        "-R",
        "--repo",
        "--prefix",
        "--cwd",
        "--dir",
        "-H",
    ];
    let mut out = Vec::new();
    let mut words = rest.iter();
    while let Some(word) = words.next() {
        if out.is_empty() && VALUED.contains(word) && program != "docker" {
            words.next();
        } else if !word.starts_with('-') {
            out.push(*word);
        }
    }
    out
}

/// Returns whether a word is one of a group, or a bundle of short flags that holds one of them.
fn named(word: &str, group: &[&str]) -> bool {
    group.iter().any(|one| {
        *one == word
            || word.split_once('=').is_some_and(|(name, _)| name == *one)
            || is_bundle(word) && is_bundle(one) && one.len() == 2 && word[1..].contains(&one[1..])
    })
}

fn is_bundle(word: &str) -> bool {
    word.len() > 1
        && word.starts_with('-')
        && !word.starts_with("--")
        && word[1..].bytes().all(|b| b.is_ascii_alphabetic())
}

/// Programs that run what stands behind them.
const CARRIERS: &[&str] = &[
    "sudo",
    "doas",
    "env",
    "xargs",
    "time",
    "timeout",
    "gtimeout",
    "nohup",
    "nice",
    "command",
    "exec",
    "npx",
    "bunx",
    "pnpx",
    "mise",
    "uv",
    "uvx",
    "poetry",
    "pipenv",
    "bundle",
    "parallel",
    "stdbuf",
    "setsid",
    "dotenv",
    "op",
    "doppler",
    "rtk",
    "docker",
    "builtin",
    "ionice",
    "caffeinate",
    "strace",
    "watch",
    "then",
    "do",
    "else",
    "busybox",
    "python",
    "python3",
];

fn in_text(text: &str) -> Option<Why> {
    let lower = text.to_lowercase();
    TEXTS
        .iter()
        .find(|(words, _)| lower.contains(words))
        .map(|(_, why)| *why)
}

/// `> file` of something that is there is seen by nobody; only emptying a file is told by its form.
fn overwrites(text: &str) -> Option<Why> {
    let text = text.trim_start();
    (text.starts_with("> ") || text.starts_with(": >") || text.starts_with("cat /dev/null >")).then_some(Why::Destroys)
}

/// Returns whether a path is one of a secret.
fn secret(path: &str) -> Option<Why> {
    if path.contains(' ') {
        return None;
    }
    let path = path.rsplit_once('=').map_or(path, |(_, value)| value).to_lowercase();
    let name = last_part(&path);
    let is_sample = SAMPLES.iter().any(|end| name.ends_with(end));
    let is_environment = name.starts_with(".env.") && !is_sample;
    let in_path = SECRET_PATHS.iter().any(|part| path.contains(part))
        || path.starts_with("/proc/") && name.starts_with("environ");
    let in_folder = path.split('/').any(|part| SECRET_FOLDERS.contains(&part));
    let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
    let is_data = DATA_ENDS.contains(&end) && !is_sample;
    let speaks_of_it = stem
        .split(|c: char| !c.is_alphanumeric())
        .any(|part| SECRET_WORDS.contains(&part));
    (is_environment
        || in_folder
        || in_path
        || is_data && speaks_of_it
        || SECRET_NAMES.contains(&name) && !is_sample
        || SECRET_ENDS
            .iter()
            .any(|end| name.len() > end.len() && name.ends_with(end)))
    .then_some(Why::Secret)
}

fn last_part(word: &str) -> &str {
    word.trim_end_matches('/').rsplit('/').next().unwrap_or(word)
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    })
}
