//! What the protocol's own conformance suite asks for, behind the door and the limits of `callus serve`.
//!
//! The suite calls tools and prompts by fixed names, which no product has. So they stand here, on the same HTTP app,
//! and what is tested is the transport with every layer that the product has:
//!
//! ```sh
//! cargo run --example conformance -- --addr 127.0.0.1:8001
//! npx @modelcontextprotocol/conformance server --url http://127.0.0.1:8001/mcp --suite all
//! ```
//!
//! With `--token-file` every request needs its token. `.ci/run mcp` runs all of it.
#![expect(deprecated, reason = "the suite tests what older versions of the protocol had too")]
#![expect(clippy::print_stderr, reason = "whoever starts it reads where it listens")]

#[path = "conformance/asking.rs"]
mod asking;
#[path = "conformance/lists.rs"]
mod lists;
#[path = "conformance/required.rs"]
mod required;
#[path = "conformance/server.rs"]
mod server;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use callus::http::{self, App, Door, HttpError, Limits, Token};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};

use server::Fixtures;

fn main() -> Result<(), HttpError> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let given = |name: &str| {
        let at = arguments.iter().position(|argument| argument == name)?;
        arguments.get(at + 1).map(String::as_str)
    };
    let address = http::address(given("--addr").unwrap_or("127.0.0.1:0"))?;
    let token = given("--token-file")
        .map(|path| Token::read(Path::new(path)))
        .transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(HttpError::Runtime)?;
    runtime.block_on(async {
        let listener = http::listen(address)?;
        let address = listener.local_addr().map_err(HttpError::Runtime)?;
        let door = Door::new(address, token, &[], &[])?;
        let fixtures = Fixtures::new();
        // Sessions are on: what older clients are asked while a tool runs needs them. The door checks hosts and origins.
        let service = StreamableHttpService::new(
            move || Ok(fixtures.clone()),
            Arc::new(LocalSessionManager::default()),
            StreamableHttpServerConfig::default(),
        );
        let app = App::new(
            Router::new().route_service("/mcp", service),
            &door,
            Limits::default(),
            None,
        );
        eprintln!("listening on http://{address}/mcp");
        let end = http::asked_to_end().map_err(HttpError::Runtime)?;
        app.serve(listener, end).await;
        Ok(())
    })
}
