//! The environment of processes: assignments that switch a check off or run something, and commands that print it.

use super::tables::{TURNING, VARIABLES};
use super::{Why, is_assignment, last_part};

/// Programs whose operands may be assignments.
const SETTING: &[&str] = &["env", "export", "cross-env", "sudo", "declare", "typeset", "set"];

/// Values of git's variables for programs that do nothing.
const IDLE: &[&str] = &["true", ":", "cat", "/bin/true", "/usr/bin/true", "/bin/cat", ""];

/// Returns why the words of a simple command are never told because of the environment.
pub(super) fn told(words: &[String]) -> Option<Why> {
    let mut is_setting = true;
    for word in words {
        if is_assignment(word) {
            if is_setting && let Some(why) = assigned(word) {
                return Some(why);
            }
        } else if !word.starts_with('-') {
            is_setting = SETTING.contains(&last_part(word));
        }
    }
    prints(words).then_some(Why::Secret)
}

fn assigned(word: &str) -> Option<Why> {
    let (name, value) = word.split_once('=')?;
    if let Some((_, off)) = TURNING.iter().find(|(turning, _)| *turning == name) {
        return off.contains(&value).then_some(Why::Disables);
    }
    if VARIABLES.contains(&name) || name.starts_with("SKIP_") || name.starts_with("GIT_CONFIG") {
        return Some(Why::Disables);
    }
    let runs = matches!(name, "GIT_EDITOR" | "GIT_PAGER" | "GIT_SEQUENCE_EDITOR") && !IDLE.contains(&value);
    runs.then_some(Why::Overreaches)
}

/// Returns whether a command prints every variable: `env`, `printenv`, `export -p`.
fn prints(words: &[String]) -> bool {
    let mut words = words.iter().skip_while(|word| is_assignment(word)).peekable();
    let Some(program) = words.next() else { return false };
    // Options of `set` are the usual first line of a script.
    let is_alone = words.peek().is_none();
    let mut operands = words.filter(|word| !word.starts_with('-'));
    match last_part(program) {
        "printenv" => true,
        "env" => operands.all(|word| is_assignment(word)),
        "set" => is_alone,
        "export" | "declare" | "typeset" => operands.next().is_none(),
        _ => false,
    }
}
