//! The client's JSON exactly as it writes it.

use serde::Deserialize;

pub(super) use crate::assistants::raw::{Raw, object, rounded};

wire! {
    /// What the client hands to a hook; which fields are there depends on the event.
    Payload {
        session_id, transcript_path, cwd, hook_event_name, agent_id, agent_type,
        source, model, prompt,
        tool_name, tool_input, tool_use_id, tool_response, duration_ms, error, is_interrupt, tool_calls,
        stop_hook_active, last_assistant_message, error_details, agent_transcript_path,
        trigger, reason,
    }

    /// One call of a finished batch.
    BatchCall {
        tool as "tool_name",
        input as "tool_input",
        id as "tool_use_id",
        response as "tool_response",
    }

    /// The fields of a tool's input that mean the same in every tool.
    Input { command, file_path, notebook_path, path }

    /// What a tool gave back, in the client's own structure.
    Response {
        stdout, stderr, interrupted,
        is_image as "isImage", file, content,
        note as "returnCodeInterpretation",
        background as "backgroundTaskId",
        duration_ms as "durationMs",
        total_duration_ms as "totalDurationMs",
    }

    /// The file of a `Read`.
    ReadFile { content }

    /// A line of a transcript.
    Line {
        kind as "type", subtype, timestamp, uuid, cwd, version,
        session as "sessionId",
        branch as "gitBranch",
        sidechain as "isSidechain",
        agent_id as "agentId",
        agent_kind as "attributionAgent",
        meta as "isMeta",
        summary as "isCompactSummary",
        hidden as "isVisibleInTranscriptOnly",
        api_error as "isApiErrorMessage",
        api_status as "apiErrorStatus",
        error, message, attachment,
        result as "toolUseResult",
        asked_by as "sourceToolAssistantUUID",
        asked_in as "requestSessionId",
        compact as "compactMetadata",
        cost as "totalCostUSD",
        cost_from as "startTime",
        cost_for as "totalDuration",
    }

    /// A message of the conversation.
    Message { id, model, content, usage, stop_reason }

    /// One block of a message.
    Block { kind as "type", text, id, name, input, tool_use_id, content, is_error }

    /// What a message used.
    Tokens {
        input as "input_tokens",
        output as "output_tokens",
        cache_read as "cache_read_input_tokens",
        cache_write as "cache_creation_input_tokens",
    }

    /// Something that the client put between the messages.
    Attachment { kind as "type", prompt }

    /// How a compaction came about.
    Compaction { trigger }

    /// What the client says about a request that it will try again.
    RequestError { status, message, formatted, error }
}
