//! Tools that tell or ask something while they run.

use std::time::Duration;

use rmcp::model::{
    CallToolResult, ClientCapabilities, ContentBlock, CreateMessageRequestParams, ElicitRequestParams,
    ElicitationSchema, JsonObject, LoggingLevel, LoggingMessageNotificationParam, ProgressNotificationParam,
    SamplingMessage,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

type Answered = Result<CallToolResult, ErrorData>;

/// Long enough for a client to see that messages come one after another.
const STEP: Duration = Duration::from_millis(50);
/// Who logs.
const LOGGER: &str = "conformance";

fn said(text: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

async fn log(context: &RequestContext<RoleServer>, level: LoggingLevel, text: &str) {
    let message = LoggingMessageNotificationParam::new(level, json!(text)).with_logger(LOGGER);
    // A client that is gone needs no message.
    let _ = context.peer.notify_logging_message(message).await;
}

pub(crate) async fn logging(context: &RequestContext<RoleServer>) -> Answered {
    for text in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ] {
        log(context, LoggingLevel::Info, text).await;
        tokio::time::sleep(STEP).await;
    }
    Ok(said("Logged three messages."))
}

/// Logs only where the request named a level.
pub(crate) async fn logging_if_asked(context: &RequestContext<RoleServer>) -> Answered {
    if let Some(level) = context.meta.log_level() {
        log(context, level, "A level was asked for").await;
    }
    Ok(said("Logged what was asked for."))
}

pub(crate) async fn progress(context: &RequestContext<RoleServer>) -> Answered {
    let token = context.meta.get_progress_token();
    for done in [0.0, 50.0, 100.0] {
        if let Some(token) = &token {
            let step = ProgressNotificationParam::new(token.clone(), done).with_total(100.0);
            let _ = context
                .peer
                .notify_progress(step.with_message(format!("{done} of 100")))
                .await;
        }
        tokio::time::sleep(STEP).await;
    }
    Ok(said("Told of the progress three times."))
}

/// Answers after a while, so that a client can lose the connection meanwhile.
pub(crate) async fn late() -> Answered {
    tokio::time::sleep(2 * STEP).await;
    Ok(said("Reconnection test completed"))
}

pub(crate) fn needs_sampling(context: &RequestContext<RoleServer>) -> Answered {
    match context
        .meta
        .client_capabilities()
        .and_then(|capabilities| capabilities.sampling)
    {
        Some(_) => Ok(said("The client can sample.")),
        None => Err(ErrorData::missing_required_client_capability(
            ClientCapabilities::builder().enable_sampling().build(),
        )),
    }
}

pub(crate) fn echo(arguments: &JsonObject) -> Answered {
    let value = arguments.get("value").and_then(Value::as_str);
    value
        .map(said)
        .ok_or_else(|| ErrorData::invalid_params("`value` must be a text", None))
}

pub(crate) async fn sampling(context: &RequestContext<RoleServer>, arguments: &JsonObject) -> Answered {
    let prompt = arguments.get("prompt").and_then(Value::as_str).unwrap_or("Hello");
    let question = CreateMessageRequestParams::new(vec![SamplingMessage::user_text(prompt)], 100);
    let answer = context.peer.create_message(question).await;
    let answer = answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    let text = answer.message.content.first().and_then(|content| content.as_text());
    Ok(said(format!(
        "LLM response: {}",
        text.map(|text| text.text.as_str()).unwrap_or_default()
    )))
}

/// Asks the user to fill in the form of this tool.
pub(crate) async fn elicitation(context: &RequestContext<RoleServer>, tool: &str, arguments: &JsonObject) -> Answered {
    let broken = |error: String| ErrorData::internal_error(error, None);
    let forms: Value = serde_json::from_str(include_str!("forms.json")).map_err(|error| broken(error.to_string()))?;
    let form: ElicitationSchema =
        serde_json::from_value(forms[tool].clone()).map_err(|error| broken(error.to_string()))?;
    let question = ElicitRequestParams::FormElicitationParams {
        meta: None,
        message: arguments
            .get("message")
            .and_then(Value::as_str)
            .unwrap_or("Please fill this in")
            .to_owned(),
        requested_schema: form,
    };
    let answer = context
        .peer
        .create_elicitation(question)
        .await
        .map_err(|error| broken(error.to_string()))?;
    let given = answer.content.map(|given| given.to_string()).unwrap_or_default();
    let action = serde_json::to_value(&answer.action).map_err(|error| broken(error.to_string()))?;
    Ok(said(format!(
        "User response: action={}, content={given}",
        action.as_str().unwrap_or_default()
    )))
}
