//! Text that Callus itself produced: reading it again as failures would make every failure breed.

use super::shell::{self, Segment};
use crate::domain::trace::{Call, ToolKind};

/// The name of our program and of our MCP server.
const NAME: &str = "callus";

/// How everything begins that an agent is told.
pub const SIGNATURE: &str = "Callus: ";

/// What Claude Code writes around the tool's name and in front of the reason, in place of the output of a call that a
/// hook refused.
const REFUSED: (&str, &str) = ("PreToolUse:", " hook error: ");

/// Returns whether an output stands for a call that Callus itself refused: it has not run, and so neither failed nor
/// succeeded.
#[must_use]
pub fn is_refusal(output: &str) -> bool {
    let line = output.trim_start().lines().next().unwrap_or_default();
    let Some((_, reason)) = line.strip_prefix(REFUSED.0).and_then(|rest| rest.split_once(REFUSED.1)) else {
        return false;
    };
    // Some versions of the client name the hook's command in brackets first.
    let reason = match reason.strip_prefix('[') {
        Some(rest) => rest.split_once("]: ").map_or(rest, |(_, reason)| reason),
        None => reason,
    };
    reason.starts_with(SIGNATURE)
}

/// Returns whether `call` runs Callus, asks its MCP server, or reads a skill, whose text speaks of failures.
#[must_use]
pub(super) fn is_own(call: &Call) -> bool {
    match call.kind {
        ToolKind::Shell => call
            .command
            .as_deref()
            .is_some_and(|command| runs_callus(&shell::segments(command))),
        ToolKind::Mcp => is_our_server(&call.tool),
        _ => false,
    }
}

/// Returns whether one of `segments` runs our program, by whatever path.
#[must_use]
pub(super) fn runs_callus(segments: &[Segment]) -> bool {
    segments
        .iter()
        .filter_map(|segment| segment.goal.as_ref())
        .any(|goal| goal.program == NAME)
}

/// Returns whether `call` reads a skill.
#[must_use]
pub(super) fn reads_skill(call: &Call) -> bool {
    let names_skill = |text: &Option<String>| text.as_deref().is_some_and(|text| text.contains("SKILL.md"));
    names_skill(&call.file) || names_skill(&call.command)
}

/// `mcp__callus__x`, `mcp__plugin_callus_callus__x`, `plugin:callus:callus`, `callus/x`.
fn is_our_server(tool: &str) -> bool {
    let name = tool.strip_prefix("mcp__").unwrap_or(tool);
    let server = name.split("__").next().unwrap_or(name);
    server
        .trim_start_matches("plugin_")
        .trim_start_matches("plugin:")
        .split(['_', ':', '/'])
        .next()
        .is_some_and(|first| first == NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::trace::Text;

    #[test]
    fn only_our_own_refusals_are_ours() {
        for (output, ours) in [
            ("PreToolUse:Bash hook error: Callus: not run. Type `x`\nmore", true),
            ("\nPreToolUse:mcp__a__b hook error: Callus: not run.", true),
            (
                "PreToolUse:Bash hook error: [/home/a/.local/bin/callus hook claude-code]: Callus: not run.",
                true,
            ),
            ("PreToolUse:Bash hook error: [guard]: no", false),
            ("PreToolUse:Bash hook error: no, says Callus: never", false),
            ("Exit code 1\nPreToolUse:Bash hook error: Callus: not run.", false),
            ("Callus: not run.", false),
            ("", false),
        ] {
            assert_eq!(is_refusal(output), ours, "{output}");
        }
    }

    #[test]
    fn our_program_and_server_are_known_under_every_name() {
        let call = |kind, tool: &str, command: Option<&str>| Call {
            id: None,
            tool: tool.into(),
            kind,
            input: Text::default(),
            command: command.map(str::to_owned),
            file: None,
        };
        for command in [
            "callus failures --since 7d",
            "cd x && ~/.local/bin/callus report | head",
            "/usr/bin/env callus check < log",
        ] {
            assert!(is_own(&call(ToolKind::Shell, "Bash", Some(command))), "{command}");
        }
        for tool in [
            "mcp__callus__failure_check",
            "mcp__plugin_callus_callus__failure_report",
            "plugin:callus:callus",
        ] {
            assert!(is_own(&call(ToolKind::Mcp, tool, None)), "{tool}");
        }
        assert!(!is_own(&call(ToolKind::Shell, "Bash", Some("grep callus README.md"))));
        assert!(!is_own(&call(ToolKind::Mcp, "mcp__linear__callus_search", None)));
    }
}
