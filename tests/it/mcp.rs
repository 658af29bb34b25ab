//! The MCP server as clients meet it: the real program behind pipes.

mod answers;
mod client;
mod protocol;
mod store;
