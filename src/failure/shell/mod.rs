//! What a tool call is for: the goals of a command line, the keys under which calls are counted, and the
//! shape that equal calls share.

mod blame;
pub mod lex;
mod roles;
pub mod segment;
mod tables;

pub use blame::failing;
pub(in crate::failure) use blame::kept_name;
pub use segment::{Segment, segments};

use crate::domain::failure::Goal;
use crate::domain::trace::{Call, ToolKind};
use lex::Link;

/// Most keys under which one call is counted: a script of a hundred lines is not a hundred exercises.
const EXERCISES: usize = 8;

/// Longest shape, in bytes, cut at a character: longer inputs are content, not calls that come again.
const SHAPE_BYTES: usize = 2_000;

/// Returns the goals of `command` in the order of its text; `cd`, `export`, `echo` and the like have none.
#[must_use]
pub fn goals(command: &str) -> Vec<Goal> {
    segments(command)
        .into_iter()
        .filter_map(|segment| segment.goal)
        .collect()
}

/// Returns the keys under which `call` counts as one run: the heads of its commands, such as `go test`; for an
/// edit, read or search its kind with the file's extension, such as `edit .rs`; `server/tool` for MCP.
#[must_use]
pub fn exercise_keys(call: &Call) -> Vec<String> {
    match (call.kind, &call.command) {
        (ToolKind::Shell, Some(command)) => {
            let mut keys: Vec<String> = Vec::new();
            for goal in goals(command) {
                let head = goal.head();
                if keys.len() < EXERCISES && !keys.contains(&head) {
                    keys.push(head);
                }
            }
            keys
        }
        (ToolKind::Edit | ToolKind::Read, _) => vec![file_kind(call)],
        (ToolKind::Mcp, _) => vec![mcp_name(&call.tool)],
        _ => vec![call.tool.clone()],
    }
}

/// Returns `edit .rs`, `read Makefile`, or the kind alone for a call that names no file.
fn file_kind(call: &Call) -> String {
    let kind = call.kind.word();
    let name = call
        .file
        .as_deref()
        .map_or("", |file| file.rsplit(['/', '\\']).next().unwrap_or(file));
    match name.rsplit_once('.') {
        Some((_, extension)) if !extension.is_empty() => format!("{kind} .{extension}"),
        _ if name.is_empty() => kind.to_owned(),
        _ => format!("{kind} {name}"),
    }
}

/// Returns `server/tool` for `mcp__server__tool`, and any other name as it is.
#[must_use]
pub fn mcp_name(tool: &str) -> String {
    tool.strip_prefix("mcp__")
        .and_then(|rest| rest.split_once("__"))
        .map_or_else(|| tool.to_owned(), |(server, tool)| format!("{server}/{tool}"))
}

/// Returns the call in the form that equal calls share: a command line with its environment assignments, else
/// the tool and its input; only what changes from run to run (temporary paths, hashes, times, ports) is masked.
#[must_use]
pub fn shape(call: &Call) -> String {
    let text = match &call.command {
        Some(command) => segments_shape(command),
        None => format!("{} {}", call.tool, mask_volatile(&call.input.head)),
    };
    text[..text.floor_char_boundary(SHAPE_BYTES)].to_owned()
}

fn segments_shape(command: &str) -> String {
    let mut out = String::new();
    for simple in lex::split(command) {
        let words: Vec<String> = simple.words.iter().map(|word| mask_volatile(&word.text)).collect();
        out.push_str(&words.join(" "));
        out.push_str(match simple.link {
            Link::And => " && ",
            Link::Or => " || ",
            Link::Pipe => " | ",
            Link::Then => "; ",
            Link::Background => " & ",
            Link::End => "",
        });
    }
    out
}

/// Folders whose content has names that change from run to run.
const TEMPORARY: &[&str] = &["/private/tmp/", "/var/folders/", "/tmp/", "/var/tmp/", "/dev/shm/"];

/// Returns `text` with temporary paths, hashes, ids, times, process numbers and ports as `*`.
fn mask_volatile(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(folder) = TEMPORARY.iter().find(|folder| rest.starts_with(**folder)) {
            let after = &rest[folder.len()..];
            let end = after
                .find(|c: char| c.is_whitespace() || "\"':;,)".contains(c))
                .unwrap_or(after.len());
            out.push_str(folder);
            out.push('*');
            rest = &after[end..];
            continue;
        }
        let is_token = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let end = rest.find(|c: char| !is_token(c)).unwrap_or(rest.len());
        if end == 0 {
            let first = rest.chars().next().map_or(1, char::len_utf8);
            out.push_str(&rest[..first]);
            rest = &rest[first..];
            continue;
        }
        let token = &rest[..end];
        out.push_str(if is_volatile(token, out.ends_with(':')) {
            "*"
        } else {
            token
        });
        rest = &rest[end..];
    }
    out
}

/// Returns whether a run of letters, digits and dashes is a hash, an id, a date, a long number or a port.
fn is_volatile(token: &str, after_colon: bool) -> bool {
    let digits = token.bytes().filter(u8::is_ascii_digit).count();
    let letters = token.bytes().filter(u8::is_ascii_alphabetic).count();
    let is_hex = token.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let is_number = letters == 0 && digits > 0;
    (is_hex && digits > 0 && letters > 0 && digits + letters >= 7)
        || (is_hex && digits + letters >= 32)
        || (is_number && !token.starts_with('-') && digits >= 5)
        || (is_number && after_colon && digits >= 4)
}

/// How the exit status of a simple command is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Masked {
    /// Its output goes into a pipe.
    Pipe,
    /// `||` catches its failure.
    Or,
    /// Something else runs afterwards in any case.
    Later,
}

/// Returns how the exit status of the segment `at` is lost, or nothing when the command line ends with it.
#[must_use]
pub fn masked(segments: &[Segment], at: usize) -> Option<Masked> {
    if segments.get(at)?.link == Link::Pipe {
        return Some(Masked::Pipe);
    }
    for (offset, segment) in segments[at..].iter().enumerate() {
        match segment.link {
            Link::And | Link::Pipe => {}
            Link::Or => return Some(Masked::Or),
            Link::Then | Link::Background => return (at + offset + 1 < segments.len()).then_some(Masked::Later),
            Link::End => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests;
