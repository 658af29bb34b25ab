//! The same answers over HTTP: MCP at `/mcp`, plain JSON below `/v1`. On request only, and on this machine unless
//! another address is named.

mod app;
mod door;
mod error;
mod limits;
mod problem;
mod serve;
mod token;

pub use app::{App, Log};
pub use door::Door;
pub use error::{HttpError, TokenError};
pub use limits::{Limits, RATE};
pub use serve::{address, asked_to_end, listen};
pub use token::Token;
