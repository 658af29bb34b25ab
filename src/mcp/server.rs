//! The tools, and what the server says of itself.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, Implementation, MetaObject,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, tool, tool_handler, tool_router};

use super::desk::{Desk, Refusal};
use super::schema::lean;
use crate::answers::{self, CheckQuery, ReportQuery, SearchQuery};
use crate::config::Settings;

/// What every client shows its model; the first sentence says when to call what.
const INSTRUCTIONS: &str = include_str!("instructions.md");

/// The server. Clients may ask several things at once; each answer is computed on its own.
#[derive(Debug, Clone)]
pub(super) struct Server {
    desk: Desk,
    tool_router: ToolRouter<Self>,
}

/// Keeps a tool in the model's sight where a client otherwise shows only names (Claude Code).
fn always_loaded() -> MetaObject {
    let mut meta = MetaObject::default();
    meta.0.insert("anthropic/alwaysLoad".to_owned(), true.into());
    meta
}

#[tool_router]
impl Server {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            desk: Desk::new(settings),
            tool_router: Self::tool_router(),
        }
    }

    #[tool(
        name = "failure_check",
        title = "Has this failed before?",
        description = "Tell whether an error was met before. Call it with the output of a failed call before retrying. Returns seen / alike / new, in how many sessions, and when last.",
        input_schema = lean::<CheckQuery>(),
        meta = always_loaded(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn check(&self, Parameters(query): Parameters<CheckQuery>) -> Result<String, Refusal> {
        if query.output.trim().is_empty() {
            return Err("`output` is empty: pass what the failing call printed".to_owned());
        }
        self.desk
            .answer(move |store, settings| answers::check(store, &query, settings.clock.now()))
            .await
    }

    #[tool(
        name = "failure_search",
        title = "Search past failures",
        description = "Find failures of past sessions by words, a file, a command, or an error text pasted as it is. One line for each failure mode, best first.",
        input_schema = lean::<SearchQuery>(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn search(&self, Parameters(query): Parameters<SearchQuery>) -> Result<String, Refusal> {
        if query.query.trim().is_empty() {
            return Err("`query` is empty: pass words, or an error text".to_owned());
        }
        self.desk
            .answer(move |store, settings| answers::search(store, &query, settings.clock.now()))
            .await
    }

    #[tool(
        name = "failure_report",
        title = "What has been failing?",
        description = "Report what failed lately: failure modes met again, in how many sessions, where, and what was set aside. `since`: 7d (default), 24h, a date, all.",
        input_schema = lean::<ReportQuery>(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn report(&self, Parameters(query): Parameters<ReportQuery>) -> Result<String, Refusal> {
        self.desk
            .answer(move |store, settings| {
                answers::report(store, &query, settings.clock.now(), &jiff::tz::TimeZone::system())
            })
            .await
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("callus", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    /// Answers even when a tool panics: a client would wait for ever otherwise.
    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let call = self.tool_router.call(ToolCallContext::new(self, request, context));
        AssertUnwindSafe(call).catch_unwind().await.unwrap_or_else(|_| {
            let words = "internal error in callus; `callus doctor` tells more";
            Ok(CallToolResult::error(vec![ContentBlock::text(words)]).into())
        })
    }
}
