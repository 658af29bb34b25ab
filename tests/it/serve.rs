//! `callus serve` as clients meet it: the real program behind a socket.

mod client;
mod crowd;
mod description;
mod end;
mod mcp;
mod programs;
mod start;
mod table;
mod told;
