//! The tools, and what the server says of itself.

use std::panic::AssertUnwindSafe;
use std::path::PathBuf;

use futures_util::FutureExt as _;
use rmcp::handler::server::router::tool::ToolRouter;
use rmcp::handler::server::tool::ToolCallContext;
use rmcp::handler::server::wrapper::Parameters;
use rmcp::model::{
    CallToolRequestMethod, CallToolRequestParams, CallToolResponse, CallToolResult, ConstString as _, ContentBlock,
    CustomRequest, CustomResult, ErrorCode, Implementation, IntoContents, MetaObject, ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler, tool, tool_handler, tool_router};

use super::Options;
use super::desk::{Desk, Watch};
use super::refusal::{Kind, Refusal};
use super::schema::lean;
use crate::answers::{self, CheckQuery, LookupQuery, ReportQuery, SearchQuery};

/// What every client shows its model; the first sentence says when to call what.
const INSTRUCTIONS: &str = include_str!("instructions.md");

/// The server. Clients may ask several things at once; each answer is computed on its own.
#[derive(Clone)]
pub struct Server {
    desk: Desk,
    options: Options,
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
    pub(super) fn new(desk: Desk, options: Options) -> Self {
        Self {
            desk,
            options,
            tool_router: Self::tool_router(),
        }
    }

    #[tool(
        name = "failure_check",
        title = "Has this failed before?",
        description = "Tell whether an error was met before on this machine: how often, when last, where, and what worked then. Call it with the output of a failed command or tool call before retrying.",
        input_schema = lean::<CheckQuery>(),
        meta = always_loaded(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn check(&self, Parameters(query): Parameters<CheckQuery>) -> Result<String, Refusal> {
        if query.output.trim().is_empty() {
            return Err(wrong("`output` is empty: pass what the failing call printed"));
        }
        let here = self.options.folder.clone();
        self.desk
            .text(&Watch::default(), move |store, asked| {
                answers::check(store, &CheckQuery { here, ..query }, asked.style.now)
            })
            .await
    }

    #[tool(
        name = "failure_search",
        title = "Search past failures",
        description = "Find past failures by words, a file, a command, or an error text pasted as it is. Best first; each failure mode with its id, how often it was met, when last, where, and what worked.",
        input_schema = lean::<SearchQuery>(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn search(&self, Parameters(query): Parameters<SearchQuery>) -> Result<String, Refusal> {
        if query.query.trim().is_empty() {
            return Err(wrong("`query` is empty: pass words, or an error text"));
        }
        let here = self.options.folder.clone();
        self.desk
            .text(&Watch::default(), move |store, asked| {
                let query = SearchQuery { here, ..query };
                answers::search(store, &query, asked.style.now, &asked.style.zone)
            })
            .await
    }

    #[tool(
        name = "failure_report",
        title = "What has been failing?",
        description = "Report what has been failing lately: the failure modes that several sessions met, how often, when last, in which project, what worked, what was set aside as nobody's fault, and what agents were told.",
        input_schema = lean::<ReportQuery>(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn report(&self, Parameters(query): Parameters<ReportQuery>) -> Result<String, Refusal> {
        let here = self.options.folder.clone();
        self.desk
            .text(&Watch::default(), move |store, asked| {
                let query = ReportQuery { here, ..query };
                answers::report(store, &query, asked.style.now, &asked.style.zone)
            })
            .await
    }

    #[tool(
        name = "skill_lookup",
        title = "Is there a skill for this?",
        description = "Read the project's skill for an error text or words, or by name: what to run instead, seen to work in several sessions.",
        input_schema = lean::<LookupQuery>(),
        annotations(read_only_hint = true, destructive_hint = false, idempotent_hint = true, open_world_hint = false)
    )]
    async fn lookup(&self, Parameters(query): Parameters<LookupQuery>) -> Result<String, Refusal> {
        if query.query.is_none() && query.name.is_none() {
            return Err(wrong("pass `query`, an error text or words, or the `name` of a skill"));
        }
        let folder = PathBuf::from(self.options.folder.clone().unwrap_or_default());
        self.desk
            .text(&Watch::default(), move |store, _| {
                answers::lookup(store, &query, &folder)
            })
            .await
    }

    /// Returns what `call` returns, and an error that the model can read when it panics: a client would wait for ever
    /// otherwise.
    async fn shielded(
        &self,
        call: impl Future<Output = Result<CallToolResponse, ErrorData>>,
    ) -> Result<CallToolResponse, ErrorData> {
        let called = AssertUnwindSafe(call).catch_unwind().await;
        called.unwrap_or_else(|_| Ok(CallToolResult::error(self.desk.broken().into_contents()).into()))
    }
}

fn wrong(text: &str) -> Refusal {
    Refusal::new(Kind::Wrong, text)
}

impl IntoContents for Refusal {
    fn into_contents(self) -> Vec<ContentBlock> {
        vec![ContentBlock::text(self.text)]
    }
}

#[tool_handler(router = self.tool_router)]
impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("callus", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if !self.tool_router.has_route(&request.name) {
            let tools: Vec<_> = self.tool_router.list_all().into_iter().map(|tool| tool.name).collect();
            let words = format!("there is no tool `{}`, only {}", request.name, tools.join(", "));
            return Err(ErrorData::invalid_params(words, None));
        }
        let call = self.tool_router.call(ToolCallContext::new(self, request, context));
        self.shielded(call).await
    }

    /// Says what is wrong with a call that could not be read: a request of unknown shape arrives here, whatever its
    /// method, and would be refused as one of unknown method.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(if request.method == CallToolRequestMethod::VALUE {
            ErrorData::invalid_params("`name` must be a text and `arguments` an object", None)
        } else {
            let words = format!("there is no method `{}`", request.method);
            ErrorData::new(ErrorCode::METHOD_NOT_FOUND, words, None)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::answers::ReportView;
    use crate::config::Settings;
    use crate::domain::time::Timestamp;
    use crate::store::{Access, Store};

    fn server(data: &Path) -> Server {
        let settings = Settings::at(data, Timestamp(1_763_640_000_000_000));
        drop(Store::open(&settings.database(), Access::Write).expect("a store"));
        Server::new(Desk::new(move || Ok(settings.clone())), Options::default())
    }

    fn wait<T>(task: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(task)
    }

    #[test]
    fn a_question_that_panics_is_answered_and_noted_and_so_is_the_next_one() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let server = server(data.path());
        wait(async {
            let broken = server.desk.read::<ReportView>(|_, _| panic!("on purpose")).await;
            assert_eq!(broken.err(), Some(server.desk.broken()));
            let next = server.report(Parameters(ReportQuery::default())).await;
            assert!(next.is_ok_and(|text| text.starts_with("No session is recorded yet.")));
        });
        let faults = data.path().join("workspaces/default/faults.log");
        let faults = std::fs::read_to_string(faults).expect("the fault was noted");
        assert!(faults.contains("a question over MCP panicked"), "{faults}");
    }

    #[test]
    fn a_call_that_panics_outside_the_question_is_answered() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let server = server(data.path());
        let answer = wait(server.shielded(async { panic!("on purpose") }));
        let Ok(CallToolResponse::Complete(result)) = answer else {
            panic!("no answer")
        };
        let said = CallToolResult::error(server.desk.broken().into_contents());
        assert_eq!(result, said);
    }
}
