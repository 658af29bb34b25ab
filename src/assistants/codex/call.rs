//! Tool calls as the client spells them, on any of its roads: what was asked for, and where it runs.

use std::borrow::Cow;
use std::path::Path;

use crate::assistants::canonical::{canonical, quoted};
use crate::assistants::raw::Raw;
use crate::assistants::{FAILURE_KEPT, command, is_usable, kept};
use crate::domain::trace::{Call, ToolKind};

use super::wire::{Arguments, Item, Response};

/// Tools that run a command line.
const SHELL: &[&str] = &["exec_command", "shell", "shell_command"];
/// The tool that runs a command line, in versions that name it only by what it did.
const RUNS: &str = "exec_command";
const PATCH: &str = "apply_patch";
/// The tool that asks a command in the background how it goes.
const POLLS: &str = "write_stdin";
const MCP: &str = "mcp__";
/// Shells that run the script of an argument list like `["bash", "-lc", "make"]`.
const SHELLS: &[&str] = &["bash", "dash", "fish", "ksh", "sh", "zsh"];
const PATCHED_FILE: &[&str] = &["*** Update File: ", "*** Add File: ", "*** Delete File: "];

/// Returns whether `name`, in any case, is a tool that runs shell commands.
pub(super) fn is_shell(name: &str) -> bool {
    SHELL.iter().any(|tool| tool.eq_ignore_ascii_case(name))
}

/// What was asked for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) call: Call,
    /// The folder in which the call itself says that it runs.
    pub(super) folder: Option<String>,
    /// The command in the background that it asks about.
    pub(super) polled: Option<String>,
}

/// Returns the call of a line of the conversation.
pub(super) fn asked(response: &Response<'_>) -> Asked {
    let name = response.name.word().unwrap_or_else(|| Call::UNSEEN.to_owned());
    let arguments = response.arguments.string();
    let text = if response.input.is_missing() {
        Cow::Borrowed(arguments.as_ref())
    } else {
        // A custom tool's input is text of no form.
        Cow::Owned(format!("{{\"input\":{}}}", quoted(&response.input.string())))
    };
    let raw = Raw::literal(text.as_ref());
    let fields: Arguments = raw.fields().unwrap_or_default();
    let tool = match response.namespace.word() {
        Some(server) if server.starts_with(MCP) => format!("{server}__{name}"),
        _ => name,
    };
    let kind = kind(&tool);
    let line = || script(&fields.cmd).or_else(|| script(&fields.command));
    let call = Call {
        id: response.call_id.word().filter(|id| is_usable(id)),
        kind,
        input: kept(&canonical(&text), FAILURE_KEPT),
        command: if kind == ToolKind::Shell { line() } else { None },
        file: if kind == ToolKind::Edit {
            patched(&fields.input.string())
        } else {
            None
        },
        tool,
    };
    Asked {
        polled: (call.tool == POLLS).then(|| fields.session_id.0.trim_matches('"').to_owned()),
        folder: fields.workdir.word(),
        call,
    }
}

/// Returns the call that an item tells of, where no line of the conversation does: in scripts that call tools.
pub(super) fn of_item(item: &Item<'_>) -> Option<Asked> {
    let mut file = None;
    let mut line = None;
    let (tool, input) = match item.kind.string().as_ref() {
        "CommandExecution" => {
            line = script(&item.command);
            (RUNS.to_owned(), format!("{{\"cmd\":{}}}", quoted(line.as_deref()?)))
        }
        "FileChange" => {
            file = first_key(&item.changes);
            (PATCH.to_owned(), format!("{{\"changes\":{}}}", item.changes.0))
        }
        "McpToolCall" => {
            let tool = format!("{MCP}{}__{}", item.server.string(), item.tool.string());
            (tool, item.arguments.0.clone().into_owned())
        }
        _ => return None,
    };
    Some(Asked {
        call: Call {
            id: item.id.word().filter(|id| is_usable(id)),
            kind: kind(&tool),
            input: kept(&canonical(&input), FAILURE_KEPT),
            command: line,
            file,
            tool,
        },
        folder: item.cwd.word().map(|cwd| path_of(&cwd)),
        polled: None,
    })
}

/// Returns a call of which only the outcome stands in what is read.
pub(super) fn unseen(id: &str) -> Call {
    Call {
        id: Some(id.to_owned()).filter(|id| is_usable(id)),
        tool: Call::UNSEEN.to_owned(),
        kind: ToolKind::Other,
        input: kept("", FAILURE_KEPT),
        command: None,
        file: None,
    }
}

/// Returns `path` as it is known from `folder`.
pub(super) fn absolute(path: &str, folder: Option<&str>) -> String {
    match folder {
        Some(folder) => Path::new(folder).join(path).to_string_lossy().into_owned(),
        None => path.to_owned(),
    }
}

fn kind(tool: &str) -> ToolKind {
    if tool.starts_with(MCP) {
        ToolKind::Mcp
    } else if SHELL.contains(&tool) {
        ToolKind::Shell
    } else if tool == PATCH {
        ToolKind::Edit
    } else {
        ToolKind::Other
    }
}

/// Returns the command line that a string or an argument list spells.
fn script(raw: &Raw<'_>) -> Option<String> {
    if let Some(line) = raw.word() {
        return Some(command(line));
    }
    let words: Vec<String> = raw.list()?.iter().map(|word| word.string().into_owned()).collect();
    let line = match words.as_slice() {
        [] => return None,
        [shell, switch, script, ..] if is_shell_program(shell) && switch.starts_with('-') && switch.ends_with('c') => {
            script.clone()
        }
        words => words.iter().map(|word| as_word(word)).collect::<Vec<_>>().join(" "),
    };
    Some(command(line))
}

fn is_shell_program(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| SHELLS.contains(&name))
}

/// Returns `word` as it stands in a command line.
fn as_word(word: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        Cow::Borrowed(word)
    } else {
        Cow::Owned(format!("'{}'", word.replace('\'', r"'\''")))
    }
}

/// Returns the first file that a patch names.
fn patched(patch: &str) -> Option<String> {
    let named = |line: &str| {
        PATCHED_FILE
            .iter()
            .find_map(|mark| line.strip_prefix(mark).map(str::to_owned))
    };
    patch.lines().find_map(named)
}

fn first_key(changes: &Raw<'_>) -> Option<String> {
    let files: std::collections::BTreeMap<String, Raw<'_>> = changes.fields()?;
    files.into_keys().next()
}

/// Returns the path that a `file:` address names; what is no such address is a path already.
pub(super) fn path_of(address: &str) -> String {
    let Some(path) = address.strip_prefix("file://") else {
        return address.to_owned();
    };
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        let code = (*byte == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*byte));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::raw::object;

    fn of(json: &str) -> Asked {
        asked(&object::<Response>(json).expect("an object"))
    }

    #[test]
    fn every_spelling_of_a_call_gives_its_kind_command_and_file() {
        let shell = ToolKind::Shell;
        let table = [
            (
                r#"{"name":"exec_command","arguments":"{\"cmd\":\"make\",\"workdir\":\"/w\"}"}"#,
                "exec_command",
                shell,
                Some("make"),
                None,
            ),
            (
                r#"{"name":"shell","arguments":"{\"command\":[\"bash\",\"-lc\",\"cat x | wc\"]}"}"#,
                "shell",
                shell,
                Some("cat x | wc"),
                None,
            ),
            (
                r#"{"name":"shell","arguments":"{\"command\":[\"git\",\"commit\",\"-m\",\"it's done\"]}"}"#,
                "shell",
                shell,
                Some(r"git commit -m 'it'\''s done'"),
                None,
            ),
            (
                r#"{"name":"shell_command","arguments":"{\"command\":\"ls\"}"}"#,
                "shell_command",
                shell,
                Some("ls"),
                None,
            ),
            (
                r#"{"name":"apply_patch","input":"*** Begin Patch\n*** Add File: src/a.rs\n+x\n*** Update File: b\n"}"#,
                "apply_patch",
                ToolKind::Edit,
                None,
                Some("src/a.rs"),
            ),
            (
                r#"{"name":"boom","namespace":"mcp__memory","arguments":"{\"x\":\"1\"}"}"#,
                "mcp__memory__boom",
                ToolKind::Mcp,
                None,
                None,
            ),
            (
                r#"{"name":"mcp__memory__boom","arguments":"{}"}"#,
                "mcp__memory__boom",
                ToolKind::Mcp,
                None,
                None,
            ),
            (
                r#"{"name":"wait_agent","namespace":"multi_agent_v1","arguments":"{}"}"#,
                "wait_agent",
                ToolKind::Other,
                None,
                None,
            ),
            (
                r#"{"name":"exec","input":"text(1)"}"#,
                "exec",
                ToolKind::Other,
                None,
                None,
            ),
            (
                r#"{"name":"exec_command","arguments":"{\"cmd"}"#,
                "exec_command",
                shell,
                None,
                None,
            ),
        ];
        for (json, tool, kind, line, file) in table {
            let call = of(json).call;
            assert_eq!((call.tool.as_str(), call.kind), (tool, kind), "{json}");
            assert_eq!((call.command.as_deref(), call.file.as_deref()), (line, file), "{json}");
        }
    }

    #[test]
    fn a_call_says_where_it_runs_and_what_it_asks_about() {
        let asked = of(r#"{"name":"exec_command","arguments":"{\"cmd\":\"make\",\"workdir\":\"/w\"}"}"#);
        assert_eq!((asked.folder.as_deref(), asked.polled), (Some("/w"), None));
        let asked = of(r#"{"name":"write_stdin","arguments":"{\"session_id\":54489,\"chars\":\"\"}"}"#);
        assert_eq!(asked.polled.as_deref(), Some("54489"));
        assert_eq!(absolute("sub", Some("/w")), "/w/sub");
        assert_eq!(absolute("/a", Some("/w")), "/a");
    }

    #[test]
    fn an_address_of_a_file_is_a_path() {
        assert_eq!(path_of("file:///home/dev/my%20app"), "/home/dev/my app");
        assert_eq!(path_of("file:///a%2"), "/a%2");
        assert_eq!(path_of("/plain%20"), "/plain%20");
    }
}
