//! What the server says of itself, and which room of it answers which request.

use std::sync::Arc;

use rmcp::model::{
    CacheScope, CallToolRequestMethod, CallToolRequestParams, CallToolResponse, CallToolResult, CompleteRequestParams,
    CompleteResult, ConstString as _, ContentBlock, CustomRequest, CustomResult, ErrorCode, ExtensionCapabilities,
    GetPromptRequestParams, GetPromptResponse, Implementation, JsonObject, ListPromptsResult,
    ListResourceTemplatesResult, ListResourcesResult, ListToolsResult, PaginatedRequestParams,
    ReadResourceRequestParams, ReadResourceResponse, ServerCapabilities, ServerConfig, Tool,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};

use super::asking::Asking;
use super::desk::Desk;
use super::refusal::{Kind, Refusal};
use super::waiting::waited_for;
use super::{Options, completion, era, prompts, resources, skills, tools};

/// What every client shows its model; the first sentence says when to call what.
const INSTRUCTIONS: &str = include_str!("instructions.md");
/// What stands below them where the server has tools that write.
const WRITING: &str = include_str!("instructions_writing.md");

/// The server. Clients may ask several things at once; each answer is computed on its own.
#[derive(Clone)]
pub struct Server {
    pub(super) desk: Desk,
    pub(super) options: Arc<Options>,
    listed: Arc<Vec<Tool>>,
}

impl Server {
    pub(super) fn new(desk: Desk, options: Options) -> Self {
        let listed = tools::offered(options.read_only).map(tools::Described::listed);
        Self {
            desk,
            listed: Arc::new(listed.collect()),
            options: Arc::new(options),
        }
    }

    pub(super) fn asking(&self, context: &RequestContext<RoleServer>) -> Asking {
        Asking::of(context, &self.options)
    }

    /// Returns what `work` comes to, as an answer or an error of the protocol.
    pub(super) async fn waited_for<T>(
        &self,
        context: &RequestContext<RoleServer>,
        asking: &Asking,
        work: impl Future<Output = Result<T, Refusal>>,
    ) -> Result<T, ErrorData> {
        let waited = waited_for(&self.desk, context, &asking.watch, work);
        waited.await.map_err(ErrorData::from)
    }
}

/// Returns an error for a place in a list that has one page only, which no answer has named.
fn one_page(request: Option<&PaginatedRequestParams>) -> Result<(), ErrorData> {
    match request.and_then(|request| request.cursor.as_ref()) {
        None => Ok(()),
        Some(_) => Err(ErrorData::invalid_params(skills::ONE_PAGE, None)),
    }
}

/// Returns enough of a name to know it by.
fn short(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(64).collect()
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        let mut extensions = ExtensionCapabilities::new();
        extensions.insert(skills::EXTENSION.to_owned(), skills::settings());
        let capabilities = ServerCapabilities::builder()
            .enable_tools()
            .enable_resources()
            .enable_prompts()
            .enable_completions()
            .enable_extensions_with(extensions)
            .build();
        let writing = if self.options.read_only { "" } else { WRITING };
        ServerConfig::new(capabilities)
            .with_server_info(Implementation::new("callus", env!("CARGO_PKG_VERSION")).with_title("Callus"))
            .with_instructions([INSTRUCTIONS, writing].join("\n").trim_end().to_owned())
    }

    async fn list_tools(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        one_page(request.as_ref())?;
        Ok(ListToolsResult::with_all_items(self.listed.to_vec())
            .with_ttl_ms(era::FIXED_TTL)
            .with_cache_scope(CacheScope::Private))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.listed.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let mut offered = tools::offered(self.options.read_only);
        let Some(tool) = offered.find(|tool| tool.name == request.name) else {
            let names: Vec<_> = self.listed.iter().map(|tool| tool.name.as_ref()).collect();
            let words = format!("there is no tool `{}`, only {}", short(&request.name), names.join(", "));
            return Err(ErrorData::invalid_params(words, None));
        };
        let asking = self.asking(&context);
        let call = (tool.call)(self, request.arguments.unwrap_or_default(), &asking);
        Ok(match waited_for(&self.desk, &context, &asking.watch, call).await {
            Ok(text) => CallToolResult::success(vec![ContentBlock::text(text)]),
            // A model reads what its call came to, and mostly not the errors of the protocol.
            Err(refusal) => CallToolResult::error(vec![ContentBlock::text(refusal.text)]),
        }
        .into())
    }

    async fn list_resources(
        &self,
        request: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        one_page(request.as_ref())?;
        let asking = self.asking(&context);
        self.waited_for(&context, &asking, resources::list(self, &asking)).await
    }

    async fn list_resource_templates(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        one_page(request.as_ref())?;
        Ok(resources::templates())
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let asking = self.asking(&context);
        let work = resources::read(self, &request.uri, &asking);
        let read = waited_for(&self.desk, &context, &asking.watch, work).await;
        read.map(Into::into).map_err(|refusal| match refusal.kind {
            Kind::Unknown | Kind::Missing => ErrorData::resource_not_found(refusal.text.trim_end().to_owned(), None),
            _ => refusal.into(),
        })
    }

    async fn list_prompts(
        &self,
        request: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        one_page(request.as_ref())?;
        Ok(prompts::list())
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let asking = self.asking(&context);
        let given = request.arguments.unwrap_or_default();
        let got = self.waited_for(&context, &asking, prompts::get(self, &request.name, given, &asking));
        got.await.map(Into::into)
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        let asking = self.asking(&context);
        let complete = completion::complete(self, request, &asking);
        self.waited_for(&context, &asking, complete).await
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        let asking = self.asking(&context);
        let params = request.params.as_ref();
        let answered = match request.method.as_str() {
            skills::LIST => {
                let work = skills::list(self, params, &asking);
                self.waited_for(&context, &asking, work).await
            }
            skills::GET => {
                let work = skills::get(self, params, &asking);
                self.waited_for(&context, &asking, work).await
            }
            skills::FOLDER => {
                let work = skills::folder(self, params, &asking);
                self.waited_for(&context, &asking, work).await
            }
            // A request of unknown shape arrives here, whatever its method, and would be refused as one of unknown method.
            CallToolRequestMethod::VALUE => Err(ErrorData::invalid_params(
                "`name` must be a text and `arguments` an object",
                None,
            )),
            method => Err(ErrorData::new(
                ErrorCode::METHOD_NOT_FOUND,
                format!("there is no method `{}`", short(method)),
                None,
            )),
        };
        answered.map(|result: JsonObject| era::finished(&context, result))
    }
}
