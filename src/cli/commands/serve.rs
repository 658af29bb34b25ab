//! `callus serve`: the same answers over HTTP.

use std::io::Write as _;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cli::terminal::Surroundings;
use crate::cli::{Error, Kind};
use crate::config::{ADDRESS, Settings};
use crate::http::{self, HttpError, Limits, Log, RATE, Token, Wanted};
use crate::mcp::Desk;

/// Answer over HTTP: MCP at /mcp, plain JSON below /v1
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line, and they do not depend on each other"
)]
#[command(after_help = "Examples:
  callus serve                       On this machine alone, with the token that it makes
  callus serve --show-token          Print the token, for a client's settings
  callus serve --addr 0.0.0.0:22558 --allow-host callus.example.org

docs/serve.md says more.")]
pub(crate) struct Serve {
    /// Listen at this address and port; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = ADDRESS)]
    addr: String,
    /// Do nothing that writes
    #[arg(long)]
    read_only: bool,
    /// Go by this name too, with or without a port; may be given again
    #[arg(long, value_name = "HOST")]
    allow_host: Vec<String>,
    /// Let pages from there ask; may be given again
    #[arg(long, value_name = "ORIGIN")]
    allow_origin: Vec<String>,
    /// Read the token from this file, which must be its owner's alone
    #[arg(long, value_name = "PATH")]
    token_file: Option<PathBuf>,
    /// Let everybody on this machine in
    #[arg(long, conflicts_with_all = ["token_file", "show_token"])]
    no_token: bool,
    /// Print the token and end; it is made when there is none yet
    #[arg(long)]
    show_token: bool,
    /// Take so many requests a second on average, ten times as many at once
    #[arg(long, value_name = "N", default_value_t = RATE)]
    rate: NonZeroU32,
    /// Write a line for each request, without what it carries
    #[arg(long, short)]
    verbose: bool,
}

impl Serve {
    /// Serves until the process is asked to end.
    pub(super) fn run(self, around: &Surroundings) -> Result<String, Error> {
        let path = self.token_file.clone().unwrap_or_else(|| around.settings.token());
        if self.show_token {
            let token = self.token(&around.settings)?;
            return Ok(token.map(|token| format!("{}\n", token.reveal())).unwrap_or_default());
        }
        let address = http::address(&self.addr)?;
        if self.no_token && !address.ip().is_loopback() {
            return Err(HttpError::Open(address).into());
        }
        let token = self.token(&around.settings)?;
        let kept = match &token {
            Some(_) => format!(
                "The token is in {}: callus serve --show-token prints it",
                path.display()
            ),
            None => "Everybody on this machine is let in".to_owned(),
        };
        let nameless = address.ip().is_unspecified() && self.allow_host.is_empty();
        let wanted = Wanted {
            address,
            token,
            hosts: self.allow_host,
            origins: self.allow_origin,
            read_only: self.read_only,
            limits: Limits { rate: self.rate },
        };
        let log: Option<Log> = self.verbose.then(|| Arc::new(|line: &str| say(line)) as Log);
        http::serve(wanted, &Desk::new(Settings::load), log, |address| {
            say(&format!("Callus listens on http://{address}"));
            say("MCP is at /mcp, plain JSON below /v1, and /openapi.json describes that");
            say(&kept);
            if nameless {
                say("Only this machine has a name for it: --allow-host NAME lets others call it by theirs");
            }
        })?;
        Ok(String::new())
    }

    fn token(&self, settings: &Settings) -> Result<Option<Token>, Error> {
        if self.no_token {
            return Ok(None);
        }
        let token = match &self.token_file {
            Some(path) => Token::read(path),
            None => Token::kept(&settings.token()),
        };
        Ok(Some(token.map_err(HttpError::Token)?))
    }
}

/// Says something beside what is served. Whoever does not read it any more is not waited for.
fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

impl From<HttpError> for Error {
    fn from(error: HttpError) -> Self {
        let kind = match error {
            HttpError::Address { .. } | HttpError::Name { .. } | HttpError::Elsewhere(_) => Kind::User,
            HttpError::Token(_) => Kind::Config,
            HttpError::Open(_) => Kind::Refused,
            HttpError::Runtime(_) | HttpError::Taken(_) | HttpError::Forbidden(_) | HttpError::Listen { .. } => {
                Kind::Unavailable
            }
        };
        Self::advised(kind, error)
    }
}
