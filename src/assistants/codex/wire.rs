//! The client's JSON exactly as it writes it.

use serde::Deserialize;

use crate::assistants::raw::Raw;

wire! {
    /// A line of a transcript.
    Line { timestamp, kind as "type", payload }

    /// Who wrote the lines that follow, and where.
    Meta {
        id, session_id, cwd, source, git,
        parent as "parent_thread_id",
        forked_from as "forked_from_id",
        version as "cli_version",
        role as "agent_role",
    }

    /// The repository when the session began.
    Git { branch }

    /// What a session came from, when no person started it.
    Source { subagent }

    /// What a subagent came from.
    Subagent { spawn as "thread_spawn" }

    /// How a subagent was started.
    Spawn { parent as "parent_thread_id", role as "agent_role" }

    /// What holds for a turn.
    Turn { id as "turn_id", cwd, model }

    /// Something that the client told its own front end.
    Event {
        kind as "type", turn_id, message, reason, error, info, item, call_id,
        last_words as "last_agent_message",
        started_at_ms,
    }

    /// The end of a command, or of another piece of work.
    Item {
        kind as "type", id, command, cwd, source, status, exit_code, duration,
        printed as "aggregated_output",
        changes, stdout, stderr, server, tool, arguments, result, error, content,
    }

    /// Something of the conversation with the model.
    Response { kind as "type", name, namespace, arguments, input, call_id, output }

    /// The arguments that mean the same in every tool.
    Arguments { cmd, command, workdir, session_id, input }

    /// What a tool of an MCP server gave back.
    McpResult { content, is_error as "isError" }

    /// One block of a message or of an output.
    Block { text }

    /// How older versions wrap what a command printed.
    Wrapped { output, metadata }

    /// What such a wrapper says about the command.
    Metadata { exit_code, seconds as "duration_seconds" }

    /// A span of time.
    Lasted { secs, nanos }

    /// Tokens of the thread so far, and of its last message.
    TokenInfo { total as "total_token_usage", last as "last_token_usage" }

    /// Tokens of one message, and of the thread so far, as newer versions write them.
    TokenRecord { last as "usage", total as "thread_token_usage" }

    /// A count of tokens.
    Tokens {
        input as "input_tokens",
        cached as "cached_input_tokens",
        cache_write as "cache_write_input_tokens",
        output as "output_tokens",
        total as "total_tokens",
    }

    /// Why a turn failed.
    Fault { message, code as "codex_error_info" }

    /// What the model's server says about it.
    Served { error }

    /// The error inside of it.
    ServedError { message, kind as "type" }
}
