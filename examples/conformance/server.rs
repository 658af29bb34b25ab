//! The server that the suite talks to.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams, CompleteResult, CompletionInfo,
    ContentBlock, GetPromptRequestParams, GetPromptResponse, Implementation, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestParams,
    SubscribeRequestParams, SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, SubscriptionContext, SubscriptionSink};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::asking;
use crate::lists::Kept;
use crate::required::{Brought, Required};

/// The server: a new clone of it answers each request of a client without a session.
#[derive(Clone)]
pub(crate) struct Fixtures {
    kept: Arc<Kept>,
    required: Required,
    listening: Arc<Mutex<HashMap<u64, SubscriptionSink>>>,
    listeners: Arc<AtomicU64>,
}

type Context = RequestContext<RoleServer>;

impl Fixtures {
    pub(crate) fn new() -> Self {
        Self {
            kept: Arc::new(Kept::read()),
            required: Required::new(),
            listening: Arc::default(),
            listeners: Arc::default(),
        }
    }

    fn sinks(&self) -> Vec<SubscriptionSink> {
        let listening = self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        listening.values().cloned().collect()
    }

    async fn tools_changed(&self) -> CallToolResult {
        for sink in self.sinks() {
            // Who does not listen any more need not be told.
            let _ = sink.notify_tool_list_changed().await;
        }
        CallToolResult::success(vec![ContentBlock::text("Told that the tools changed.")])
    }

    async fn prompts_changed(&self) -> CallToolResult {
        for sink in self.sinks() {
            let _ = sink.notify_prompt_list_changed().await;
        }
        CallToolResult::success(vec![ContentBlock::text("Told that the prompts changed.")])
    }
}

impl ServerHandler for Fixtures {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_completions()
            .enable_logging()
            .build();
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("callus-conformance", env!("CARGO_PKG_VERSION")))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.kept.lists.tools.iter().find(|tool| tool.name == name).cloned()
    }

    fn accepted_subscription_filter(&self, wanted: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(wanted.supported_by(&self.get_info().capabilities))
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        let key = self.listeners.fetch_add(1, Ordering::Relaxed);
        let listening = || self.listening.lock().unwrap_or_else(PoisonError::into_inner);
        listening().insert(key, context.sink().clone());
        context.cancelled().await;
        listening().remove(&key);
        Ok(())
    }

    async fn list_tools(&self, _: Option<PaginatedRequestParams>, _: Context) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.kept.lists.tools.clone()))
    }

    async fn call_tool(&self, asked: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        let name = asked.name.as_ref();
        if let Some(answer) = self.kept.answer(name) {
            return Ok(answer.into());
        }
        if Required::knows(name) {
            let brought = Brought {
                responses: asked.input_responses.as_ref(),
                state: asked.request_state.as_deref(),
                capabilities: context.meta.client_capabilities(),
            };
            return Ok(match self.required.next(name, &brought)? {
                Some(needed) => needed.into(),
                None => CallToolResult::success(vec![ContentBlock::text("Everything is there: state-ok")]).into(),
            });
        }
        let arguments = asked.arguments.clone().unwrap_or_default();
        let answer = match name {
            "test_tool_with_logging" => asking::logging(&context).await,
            "test_tool_with_progress" => asking::progress(&context).await,
            "test_reconnection" => asking::late().await,
            "test_logging_tool" => asking::logging_if_asked(&context).await,
            "test_missing_capability" => asking::needs_sampling(&context),
            "test_custom_header" => asking::echo(&arguments),
            "test_sampling" => asking::sampling(&context, &arguments).await,
            "test_trigger_tool_change" => Ok(self.tools_changed().await),
            "test_trigger_prompt_change" => Ok(self.prompts_changed().await),
            form if form.starts_with("test_elicitation") => asking::elicitation(&context, form, &arguments).await,
            _ => Err(ErrorData::invalid_params(format!("there is no tool `{name}`"), None)),
        };
        answer.map(Into::into)
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(self.kept.lists.resources.clone()))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(
            self.kept.lists.resource_templates.clone(),
        ))
    }

    async fn read_resource(
        &self,
        asked: ReadResourceRequestParams,
        _: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let unknown = || {
            let data = serde_json::json!({"uri": asked.uri});
            ErrorData::resource_not_found(format!("there is no resource {}", asked.uri), Some(data))
        };
        self.kept.resource(&asked.uri).map(Into::into).ok_or_else(unknown)
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(self.kept.lists.prompts.clone()))
    }

    async fn get_prompt(
        &self,
        asked: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        if Required::knows(&asked.name) {
            let brought = Brought {
                responses: asked.input_responses.as_ref(),
                state: asked.request_state.as_deref(),
                capabilities: context.meta.client_capabilities(),
            };
            if let Some(needed) = self.required.next(&asked.name, &brought)? {
                return Ok(needed.into());
            }
        }
        self.kept.prompt(&asked).map(Into::into)
    }

    async fn complete(&self, asked: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        let values = ["test", "testing", "text"].map(str::to_owned);
        let fitting = values
            .into_iter()
            .filter(|value| value.starts_with(&asked.argument.value))
            .collect();
        let info = CompletionInfo::new(fitting).map_err(|error| ErrorData::internal_error(error, None))?;
        Ok(CompleteResult::new(info))
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }
}
