//! The MCP server as clients meet it: the real program behind pipes.

mod answers;
mod asking;
pub(crate) mod client;
mod prompts;
mod protocol;
mod reports;
mod resources;
mod skills;
mod store;
mod table;
mod writing;
