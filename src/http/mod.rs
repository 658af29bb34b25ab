//! The same answers over HTTP: MCP at `/mcp`, plain JSON below `/v1`. On request only, and on this machine unless
//! another address is named.

mod app;
mod door;
mod error;
mod given;
mod limits;
mod openapi;
mod problem;
mod serve;
mod server;
mod token;
mod v1;

pub use app::{App, Log};
pub use door::Door;
pub use error::{HttpError, TokenError};
pub use limits::{Limits, RATE};
pub use openapi::document;
pub use serve::{address, asked_to_end, listen};
pub use server::{Wanted, serve};
pub use token::Token;
