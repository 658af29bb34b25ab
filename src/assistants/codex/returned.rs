//! What came back from a tool: the text without what the client wraps around it, and what the wrapper says.

use std::borrow::Cow;

use crate::assistants::raw::{Raw, rounded};
use crate::domain::trace::{Flag, ToolKind};

use super::wire::{Block, Metadata, Wrapped};

/// What came back.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Returned<'t> {
    /// What the tool printed, or what the client says instead.
    pub(super) text: Cow<'t, str>,
    pub(super) exit_code: Option<i32>,
    /// The client's id of a command that goes on.
    pub(super) task: Option<String>,
    pub(super) duration_ms: Option<i64>,
    /// How a script of several calls ended.
    script: Option<Flag>,
}

/// Newer versions repeat the command before the wrapper.
const COMMAND: &str = "Command: ";
/// The line behind which the text begins.
const OUTPUT: &str = "Output:";
/// Says that the middle of the text was left out, before the text itself.
const SHORTENED: &str = "Total output lines: ";
/// Begins the reason why a script failed.
const SCRIPT_ERROR: &str = "Script error:\n";
/// How the client begins when a command did not even start.
const NOT_STARTED: &str = "exec_command failed for `";
/// What stands in such a text around the reason why somebody said no.
const NO: (&str, &str) = ("Rejected(\\\"", "\\\")");
/// What stands for a command that the user stopped.
const ABORTED: &str = "aborted by user";
/// How a patch that was applied begins.
const PATCHED: &str = "Success.";

/// Beginnings of what the client says itself about a call that it did not run, or could not.
const REFUSED: &[&str] = &[
    "apply_patch verification failed",
    "failed to parse function arguments",
    "exec_command failed",
    "write_stdin failed",
    "unsupported call",
    "unsupported custom tool call",
    "tool call error",
    "execution error",
    "sandbox denied",
    "failed in sandbox",
    "Command blocked by PreToolUse hook",
    "Tool call blocked by PreToolUse hook",
    "exec command rejected by user",
    "patch rejected",
    "rejected by user",
    "rejected: ",
    "This action was rejected",
    "user rejected MCP tool call",
    "user cancelled MCP tool call",
    "MCP tool call requires approval",
    "approval policy is ",
    "agent ids must be non-empty",
    ABORTED,
];

/// Beginnings, in lower case, of errors in which the client itself says what to do next.
const SELF_EXPLAINING: &[&str] = &[
    "apply_patch verification failed: failed to find expected lines",
    "failed to parse function arguments",
    "write_stdin failed: stdin is closed for this session",
    "unsupported call",
    "agent ids must be non-empty",
];

/// Returns whether the error explains itself.
pub(super) fn explains_itself(headline: &str) -> bool {
    let headline = headline.to_lowercase();
    SELF_EXPLAINING.iter().any(|begins| headline.starts_with(begins))
}

/// Returns whether a text is the client's own word about a call that it did not run, or could not.
pub(super) fn is_refused(text: &str) -> bool {
    REFUSED.iter().any(|begins| text.starts_with(begins))
}

impl Returned<'_> {
    /// Returns whether the user stopped the call.
    pub(super) fn is_interrupted(&self) -> bool {
        self.text.starts_with(ABORTED)
    }

    /// Returns whether a call of this kind failed, as far as what came back says so.
    pub(super) fn flag(&self, kind: ToolKind) -> Flag {
        let is_refused = is_refused(&self.text);
        match (self.exit_code, kind) {
            (Some(0), _) => Flag::Success,
            (Some(_), _) => Flag::Failure,
            (None, _) if is_refused => Flag::Failure,
            (None, _) if self.script.is_some() => self.script.unwrap_or(Flag::Silent),
            (None, ToolKind::Edit) if self.text.starts_with(PATCHED) => Flag::Success,
            // A command that ran has an exit code, and a patch that was applied says so: the rest is the client's no.
            (None, ToolKind::Shell | ToolKind::Edit) if self.task.is_none() => Flag::Failure,
            (None, _) => Flag::Silent,
        }
    }
}

/// Returns the text of an output: a string, or blocks of which some are pictures.
pub(super) fn text_of<'r>(output: &'r Raw<'_>) -> Cow<'r, str> {
    if let Some(text) = output.text() {
        return text;
    }
    let mut out = String::new();
    for block in output.list().unwrap_or_default() {
        let Some(block) = block.fields::<Block>() else { continue };
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&block.text.string());
    }
    Cow::Owned(out)
}

/// Returns what `output` says without its wrapper.
pub(super) fn unwrapped(output: &str) -> Returned<'_> {
    if let Some(returned) = from_json(output) {
        return returned;
    }
    let mut returned = Returned::default();
    let mut rest = without_command(output);
    let mut is_wrapped = false;
    while let Some((line, after)) = next_line(rest) {
        if line == OUTPUT && is_wrapped {
            rest = after;
            break;
        }
        if !returned.read(line) {
            break;
        }
        is_wrapped = true;
        rest = after;
    }
    if !is_wrapped {
        rest = output;
    }
    if let Some((_, after)) = rest.strip_prefix(SHORTENED).and_then(|after| after.split_once('\n')) {
        rest = after.trim_start_matches('\n');
    }
    returned.text = Cow::Borrowed(refusal(rest).unwrap_or_else(|| rest.strip_prefix(SCRIPT_ERROR).unwrap_or(rest)));
    returned
}

/// Returns why somebody said no to a command, without the command, which may be of any length.
fn refusal(text: &str) -> Option<&str> {
    let (_, from) = text.strip_prefix(NOT_STARTED)?.rsplit_once(NO.0)?;
    let (why, _) = from.rsplit_once(NO.1)?;
    Some(why.rsplit_once("` ").map_or(why, |(_, why)| why))
}

impl Returned<'_> {
    /// Takes in one line of the wrapper; returns whether it was one.
    fn read(&mut self, line: &str) -> bool {
        if let Some(code) = value(line, &["Process exited with code ", "Exit code: "]) {
            self.exit_code = code.parse().ok();
        } else if let Some(task) = value(line, &["Process running with session ID "]) {
            self.task = Some(task.to_owned());
        } else if let Some(wall) = value(line, &["Wall time: ", "Wall time "]) {
            let seconds: Option<f64> = wall.split(' ').next().and_then(|number| number.parse().ok());
            self.duration_ms = seconds.and_then(|seconds| rounded(seconds * 1e3));
        } else if line == "Script completed" {
            self.script = Some(Flag::Success);
        } else if line == "Script failed" {
            self.script = Some(Flag::Failure);
        } else {
            return value(
                line,
                &["Chunk ID: ", "Original token count: ", SHORTENED, "Script running "],
            )
            .is_some();
        }
        true
    }
}

fn value<'l>(line: &'l str, names: &[&str]) -> Option<&'l str> {
    names.iter().find_map(|name| line.strip_prefix(name))
}

fn next_line(text: &str) -> Option<(&str, &str)> {
    if text.is_empty() {
        return None;
    }
    Some(text.split_once('\n').unwrap_or((text, "")))
}

/// Returns the wrapper without the command before it, which may have any number of lines.
fn without_command(output: &str) -> &str {
    if !output.starts_with(COMMAND) {
        return output;
    }
    let marks = ["\nChunk ID: ", "\nWall time: "];
    let at = marks.iter().filter_map(|mark| output.find(mark)).min();
    at.map_or(output, |at| &output[at + 1..])
}

fn from_json(output: &str) -> Option<Returned<'static>> {
    let raw = Raw::literal(output.starts_with('{').then_some(output)?);
    let wrapped: Wrapped = raw.fields()?;
    let metadata: Metadata = wrapped.metadata.fields()?;
    let exit_code = metadata.exit_code.integer().and_then(|code| i32::try_from(code).ok());
    Some(Returned {
        text: Cow::Owned(wrapped.output.text()?.into_owned()),
        exit_code,
        duration_ms: metadata.seconds.number().and_then(|seconds| rounded(seconds * 1e3)),
        ..Returned::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_comes_without_its_wrapper() {
        let plain = "cat: x: No such file or directory\n";
        let table = [
            (
                "Chunk ID: 09bf1a\nWall time: 0.0700 seconds\nProcess exited with code 1\nOriginal token count: 11\nOutput:\n",
                Some(1),
                None,
                Some(70),
            ),
            (
                "Command: /bin/zsh -lc 'cat <<EOF\nOutput:\nEOF'\nChunk ID: bb1f26\nWall time: 2 seconds\nProcess exited with code 101\nOutput:\n",
                Some(101),
                None,
                Some(2000),
            ),
            (
                "Chunk ID: 1\nWall time: 0 seconds\nProcess running with session ID 54489\nOriginal token count: 1\nOutput:\nTotal output lines: 14\n\n",
                None,
                Some("54489"),
                Some(0),
            ),
            (
                "Exit code: 124\nWall time: 10 seconds\nTotal output lines: 9\nOutput:\n",
                Some(124),
                None,
                Some(10_000),
            ),
            ("Wall time: 0.0015 seconds\nOutput:\n", None, None, Some(2)),
            (
                "Script completed\nWall time 0.2 seconds\nOutput:\n",
                None,
                None,
                Some(200),
            ),
            (
                "Script failed\nWall time 0.2 seconds\nOutput:\nScript error:\n",
                None,
                None,
                Some(200),
            ),
            ("", None, None, None),
        ];
        for (wrapper, exit_code, task, duration) in table {
            let output = format!("{wrapper}{plain}");
            let returned = unwrapped(&output);
            assert_eq!(returned.text, plain, "{wrapper}");
            assert_eq!(
                (returned.exit_code, returned.task.as_deref(), returned.duration_ms),
                (exit_code, task, duration),
                "{wrapper}"
            );
        }
    }

    #[test]
    fn what_a_tool_printed_is_no_wrapper() {
        for text in [
            "Output:\nfine",
            "it says\nProcess exited with code 1\nOutput:\n",
            "{\"output\":1}",
            "{\"output\":\"x\"}",
            "Command: make",
        ] {
            assert_eq!(
                unwrapped(text),
                Returned {
                    text: text.into(),
                    ..Returned::default()
                },
                "{text}"
            );
        }
        let printed = "Chunk ID: 1\nProcess exited with code 0\nOutput:\nExit code: 9\nOutput:\n";
        assert_eq!(unwrapped(printed).text, "Exit code: 9\nOutput:\n");
    }

    #[test]
    fn older_versions_wrap_in_json() {
        let returned = unwrapped("{\"output\":\"a\\nb\",\"metadata\":{\"exit_code\":1,\"duration_seconds\":0.5}}");
        assert_eq!(returned.text, "a\nb");
        assert_eq!((returned.exit_code, returned.duration_ms), (Some(1), Some(500)));
    }

    #[test]
    fn a_no_comes_without_the_command() {
        let said = |message: &str| {
            format!("exec_command failed for `/bin/zsh -lc 'a\nb'`: CreateProcess {{ message: \"{message}\" }}")
        };
        let policy = said("Rejected(\\\"`/bin/zsh -lc 'a\\\\nb'` rejected: blocked by policy\\\")");
        assert_eq!(unwrapped(&policy).text, "rejected: blocked by policy");
        let user = said("Rejected(\\\"exec command rejected by user\\\")");
        assert_eq!(unwrapped(&user).text, "exec command rejected by user");
        let other = said("No such file or directory");
        assert_eq!(unwrapped(&other).text, other);
    }

    #[test]
    fn a_call_failed_as_far_as_what_came_back_says_so() {
        let table = [
            (ToolKind::Shell, "Process exited with code 0\nOutput:\nx", Flag::Success),
            (ToolKind::Shell, "Process exited with code 2\nOutput:\nx", Flag::Failure),
            (
                ToolKind::Shell,
                "Process running with session ID 7\nOutput:\nx",
                Flag::Silent,
            ),
            (ToolKind::Shell, "something that the client says", Flag::Failure),
            (
                ToolKind::Shell,
                "Wall time: 3.8 seconds\naborted by user",
                Flag::Failure,
            ),
            (
                ToolKind::Edit,
                "Success. Updated the following files:\nM a.txt\n",
                Flag::Success,
            ),
            (ToolKind::Edit, "apply_patch verification failed: no", Flag::Failure),
            (
                ToolKind::Edit,
                "Exit code: 0\nWall time: 0 seconds\nOutput:\nSuccess.",
                Flag::Success,
            ),
            (ToolKind::Mcp, "[{\"type\":\"text\",\"text\":\"boom\"}]", Flag::Silent),
            (ToolKind::Mcp, "user rejected MCP tool call", Flag::Failure),
            (ToolKind::Other, "Plan updated", Flag::Silent),
            (
                ToolKind::Other,
                "Script failed\nOutput:\nScript error:\nError: js boom",
                Flag::Failure,
            ),
            (ToolKind::Other, "Script completed\nOutput:\n{}", Flag::Success),
            (ToolKind::Other, "write_stdin failed: stdin is closed", Flag::Failure),
        ];
        for (kind, output, flag) in table {
            assert_eq!(unwrapped(output).flag(kind), flag, "{output}");
        }
        assert!(unwrapped("Wall time: 3.8 seconds\naborted by user").is_interrupted());
    }

    #[test]
    fn the_table_of_what_explains_itself_is_lower_case() {
        for begins in SELF_EXPLAINING {
            assert_eq!(*begins, begins.to_lowercase());
        }
        assert!(explains_itself(
            "write_stdin failed: stdin is closed for this session; rerun exec_command"
        ));
        assert!(!explains_itself("apply_patch verification failed: invalid patch"));
    }
}
