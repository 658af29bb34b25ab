//! The MCP server as clients meet it: the real program behind pipes.

mod answers;
pub(crate) mod client;
mod prompts;
mod protocol;
mod resources;
mod skills;
mod store;
