//! A program before a command that no table knows: it was put before it or left out, and what it ran is the same.

use super::fault::Fault;
use super::forbidden::forbidden;
use super::input::{Input, base};

/// Most words that a wrapper has, its own flags and values among them.
const MOST_WORDS: usize = 3;

/// Programs that stand before words and do not run them as they stand: they look them up, print them, or add others.
const NO_WRAPPERS: &[&str] = &[
    "xargs", "parallel", "which", "type", "command", "whereis", "man", "info", "help", "echo", "printf", "test", "[",
    "alias", "eval", "exec",
];

/// Returns whether one of two simple commands is the other with one to three words before it, where that may be what
/// was wrong: the machine, the program or the call, never the code.
pub(super) fn differs(fault: &Fault, was: &Input, now: &Input) -> bool {
    let least = match fault {
        Fault::Program(_) => 1,
        Fault::Usage | Fault::Launch | Fault::Name => 2,
        Fault::Denied
        | Fault::Transient
        | Fault::Verdict
        | Fault::Module
        | Fault::Path
        | Fault::Cache
        | Fault::Other => return false,
    };
    let is_left_out = was.words.len() > now.words.len();
    let (long, short) = if is_left_out { (was, now) } else { (now, was) };
    let Some(wrapper) = long.words.strip_suffix(short.words.as_slice()) else {
        return false;
    };
    if short.words.len() < least || wrapper.is_empty() || wrapper.len() > MOST_WORDS {
        return false;
    }
    let in_one_place = was.before == now.before && was.folder == now.folder && was.fed == now.fed;
    in_one_place
        && was.goal.env == now.goal.env
        && is_wrapper(wrapper)
        && is_command(&short.words)
        && forbidden(&long.typed).is_none()
        && forbidden(&short.typed).is_none()
        && is_about(fault, if is_left_out { wrapper } else { &short.words[..1] })
}

/// Where a program is missing, it is the one that was left out, or that something was put before.
fn is_about(fault: &Fault, words: &[String]) -> bool {
    match fault {
        Fault::Program(name) => words.iter().any(|word| base(word) == name),
        _ => true,
    }
}

/// Returns whether words may stand before a command and run it.
fn is_wrapper(words: &[String]) -> bool {
    is_command(words) && words.first().is_some_and(|first| !NO_WRAPPERS.contains(&base(first)))
}

/// Returns whether words begin with the name of a program: no flag, assignment, number or text.
fn is_command(words: &[String]) -> bool {
    words.first().is_some_and(|first| {
        first.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '.' | '/' | '_' | '~'))
            && !first.contains(['=', ' ', '*', '$'])
    })
}
