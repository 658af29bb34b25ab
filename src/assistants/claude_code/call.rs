//! Tool calls as the client spells them: kinds, canonical input, what came back, and what it says by itself.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::wire::{Block, Input, Raw, ReadFile, Response};
use crate::assistants::FAILURE_KEPT;
use crate::assistants::canonical::canonical;
pub(super) use crate::assistants::canonical::quoted;
pub(super) use crate::assistants::{is_usable, kept, output};
use crate::domain::trace::{Call, ToolKind};

/// The client's tools by the kind of work they do. Those of MCP servers begin with [`MCP`]; all others are "other".
const TOOLS: &[(&str, ToolKind)] = &[
    ("Bash", ToolKind::Shell),
    ("PowerShell", ToolKind::Shell),
    ("Edit", ToolKind::Edit),
    ("MultiEdit", ToolKind::Edit),
    ("NotebookEdit", ToolKind::Edit),
    ("Write", ToolKind::Edit),
    ("Read", ToolKind::Read),
    ("Glob", ToolKind::Search),
    ("Grep", ToolKind::Search),
    ("LS", ToolKind::Search),
];

/// Returns whether `name`, in any case, is a tool that runs shell commands.
pub(super) fn is_shell(name: &str) -> bool {
    TOOLS
        .iter()
        .any(|(tool, kind)| *kind == ToolKind::Shell && tool.eq_ignore_ascii_case(name))
}

const MCP: &str = "mcp__";

/// What stands before the reason when a call was refused before it ran.
pub(super) const REJECTED: &str = "The user doesn't want to proceed with this tool use.";
const USER_SAID: &str = "the user said:\n";
/// What the client says in the user's place when a question was turned down without an answer.
const NOT_SAID: &str = "The user wants to clarify these questions.";
/// What the client appends to the user's words for the model.
const AFTER_WORDS: &str = "\n\nNote: The user's next message";

const TOOL_USE_ERROR: &str = "<tool_use_error>";
/// Results that say by themselves that the call was refused: how they begin, and what they contain.
const DENIALS: &[(&str, &str)] = &[
    (REJECTED, ""),
    ("The user doesn't want to take this action right now.", ""),
    ("Permission to use ", "has been denied"),
    ("Permission for this action", "denied"),
    ("Claude requested permissions to ", "haven't granted"),
    ("This command requires approval", ""),
    ("PreToolUse:", " hook error: "),
    ("PreToolUse:", " hook blocking error"),
    ("Hook PreToolUse:", " denied this tool"),
    ("Hook PreToolUse:", " asked for confirmation for this tool"),
    ("[Request interrupted by user", ""),
];

/// Keys of a structured result that repeat the input, or the file that was worked on.
const BULK: &[&str] = &[
    "base64",
    "content",
    "file",
    "newString",
    "newTodos",
    "oldString",
    "oldTodos",
    "originalFile",
    "prompt",
    "structuredPatch",
];

pub(super) fn kind(tool: &str) -> ToolKind {
    if tool.starts_with(MCP) {
        return ToolKind::Mcp;
    }
    TOOLS
        .iter()
        .find(|(name, _)| *name == tool)
        .map_or(ToolKind::Other, |(_, kind)| *kind)
}

/// Returns the call of `tool`; the same call gives the same value, whichever hook or transcript line tells of it.
pub(super) fn call(tool: &Raw, id: &Raw, input: &Raw) -> Call {
    let tool = tool.word().unwrap_or_else(|| Call::UNSEEN.to_owned());
    let kind = kind(&tool);
    let fields: Input = input.fields().unwrap_or_default();
    let (command, file) = match kind {
        ToolKind::Shell => (command(&fields.command), None),
        ToolKind::Edit | ToolKind::Read | ToolKind::Search => {
            let files = [&fields.file_path, &fields.notebook_path, &fields.path];
            (None, files.into_iter().find_map(Raw::word))
        }
        ToolKind::Mcp | ToolKind::Other => (None, None),
    };
    Call {
        id: id.word().filter(|id| is_usable(id)),
        kind,
        input: kept(&canonical(&input.0), FAILURE_KEPT),
        command,
        file,
        tool,
    }
}

fn command(raw: &Raw<'_>) -> Option<String> {
    raw.word().map(crate::assistants::command)
}

/// Returns the exit code that the client writes on the first line of a failed command's output.
pub(super) fn exit_code(kind: ToolKind, output: &str) -> Option<i32> {
    if kind != ToolKind::Shell {
        return None;
    }
    output
        .lines()
        .next()?
        .strip_prefix("Exit code ")?
        .trim_end()
        .parse()
        .ok()
}

/// Returns whether `output`, of which nothing else is known, says by itself that the call failed.
pub(super) fn says_failure(kind: ToolKind, output: &str) -> bool {
    output.starts_with(TOOL_USE_ERROR)
        || exit_code(kind, output).is_some()
        || DENIALS
            .iter()
            .any(|(begins, contains)| output.starts_with(begins) && output.contains(contains))
}

/// Returns what the user said when turning a call down.
pub(super) fn words_of_rejection(output: &str) -> Option<&str> {
    let words = output.strip_prefix(REJECTED)?.split_once(USER_SAID)?.1;
    let words = words.split(AFTER_WORDS).next()?.trim();
    (!words.is_empty() && !words.starts_with(NOT_SAID)).then_some(words)
}

/// Returns what came back as text: what the model sees, without images.
pub(super) fn response_text<'r>(raw: &'r Raw<'_>) -> Cow<'r, str> {
    if let Some(text) = raw.text() {
        return text;
    }
    if let Some(blocks) = raw.list() {
        return Cow::Owned(block_texts(&blocks));
    }
    let Some(response) = raw.fields::<Response>() else {
        return Cow::Borrowed("");
    };
    if let Some(stdout) = response.stdout.text() {
        let stdout = if response.is_image.is_true() {
            Cow::Borrowed("")
        } else {
            stdout
        };
        return Cow::Owned(joined([stdout, response.stderr.string()]));
    }
    if let Some(blocks) = response.content.list() {
        return Cow::Owned(block_texts(&blocks));
    }
    let file: ReadFile = response.file.fields().unwrap_or_default();
    match file.content.word() {
        Some(content) => Cow::Owned(content),
        None => Cow::Owned(without_bulk(raw)),
    }
}

fn block_texts(blocks: &[Raw]) -> String {
    joined(
        blocks
            .iter()
            .filter_map(|block| block.fields::<Block>()?.text.word().map(Cow::Owned)),
    )
}

fn joined<'t>(texts: impl IntoIterator<Item = Cow<'t, str>>) -> String {
    let texts: Vec<Cow<str>> = texts.into_iter().filter(|text| !text.is_empty()).collect();
    texts.join("\n")
}

fn without_bulk(raw: &Raw<'_>) -> String {
    let Some(mut fields) = raw.fields::<BTreeMap<String, Raw>>() else {
        return String::new();
    };
    fields.retain(|key, _| !BULK.contains(&key.as_str()));
    let fields: Vec<String> = fields
        .iter()
        .map(|(key, value)| format!("{}:{}", quoted(key), value.0))
        .collect();
    format!("{{{}}}", fields.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_has_its_kind() {
        for (tool, expected) in TOOLS {
            assert_eq!(kind(tool), *expected);
        }
        assert_eq!(kind("mcp__tracker__create"), ToolKind::Mcp);
        assert_eq!(kind("Agent"), ToolKind::Other);
        assert_eq!(kind("bash"), ToolKind::Other, "names are case-sensitive in the client");
    }

    #[test]
    fn the_exit_code_is_read_from_the_first_line_of_a_shell_result() {
        assert_eq!(exit_code(ToolKind::Shell, "Exit code 101\n   Compiling"), Some(101));
        assert_eq!(exit_code(ToolKind::Shell, "Exit code 1"), Some(1));
        assert_eq!(exit_code(ToolKind::Shell, "ran\nExit code 1"), None);
        assert_eq!(exit_code(ToolKind::Shell, "Exit code: 1"), None);
        assert_eq!(exit_code(ToolKind::Read, "Exit code 1"), None);
    }

    #[test]
    fn a_result_says_by_itself_that_it_failed_or_says_nothing() {
        let failures = [
            "<tool_use_error>String to replace not found in file.</tool_use_error>",
            "Exit code 3\nout",
            "Permission to use Bash with command rm x has been denied.",
            "PreToolUse:Bash hook error: no",
            "The user doesn't want to proceed with this tool use. The tool use was rejected",
        ];
        for output in failures {
            assert!(says_failure(ToolKind::Shell, output), "{output}");
        }
        for output in [
            "fine",
            "error: it broke",
            "he said: <tool_use_error>",
            "Permission to use is granted",
        ] {
            assert!(!says_failure(ToolKind::Shell, output), "{output}");
        }
    }

    #[test]
    fn the_users_words_are_read_out_of_a_rejection() {
        let said = |words: &str| {
            format!("{REJECTED} The tool use was rejected. To tell you how to proceed, {USER_SAID}{words}")
        };
        assert_eq!(words_of_rejection(&said("use a switch")), Some("use a switch"));
        let with_note = said("no\n\nNote: The user's next message may contain a correction");
        assert_eq!(words_of_rejection(&with_note), Some("no"));
        assert_eq!(words_of_rejection(&said(NOT_SAID)), None);
        assert_eq!(words_of_rejection(REJECTED), None);
        assert_eq!(words_of_rejection("the user said:\nhello"), None);
    }

    #[test]
    fn what_came_back_is_the_text_that_the_model_sees() {
        let table = [
            (r#""plain""#, "plain"),
            (
                r#"[{"type":"text","text":"a"},{"type":"image","source":{"data":"AAAA"}},{"type":"text","text":"b"}]"#,
                "a\nb",
            ),
            (r#"{"stdout":"out","stderr":"err","interrupted":false}"#, "out\nerr"),
            (r#"{"stdout":"iVBORw0KGgo","stderr":"","isImage":true}"#, ""),
            (r#"{"type":"text","file":{"filePath":"/a","content":"hello"}}"#, "hello"),
            (r#"{"type":"image","file":{"base64":"AAAA"}}"#, r#"{"type":"image"}"#),
            (
                r#"{"filePath":"/a","oldString":"x","originalFile":"long","userModified":false}"#,
                r#"{"filePath":"/a","userModified":false}"#,
            ),
            ("7", ""),
            ("null", ""),
        ];
        for (json, expected) in table {
            assert_eq!(response_text(&Raw::literal(json)), expected, "{json}");
        }
    }
}
