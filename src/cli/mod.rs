//! The command line: parse, ask, print, exit code. The only room that prints.

mod ask;
mod commands;
mod error;
mod reader;
mod terminal;

use std::io::{ErrorKind, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::Parser as _;

pub use error::{CONFIG, Error, INTERNAL, Kind, REFUSED, UNAVAILABLE, USER};

use commands::{Cli, Command};
use terminal::Surroundings;

/// Runs the command line of this process and returns its exit code.
#[must_use]
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(told) => return usage(&told),
    };
    let outcome = Surroundings::load(&cli.common).and_then(|around| {
        let told = commands::run(cli.command.unwrap_or(Command::Start), &around)?;
        Ok((told, around))
    });
    match outcome {
        Ok((told, around)) => match print(&around.printable(&told.text)) {
            Ok(()) => ExitCode::from(told.code),
            Err(error) => fail(&error),
        },
        Err(error) => fail(&error),
    }
}

/// What a command has to say, and the exit code when it could be said.
#[derive(Debug)]
struct Told {
    text: String,
    code: u8,
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self { text, code: 0 }
    }
}

/// Prints the answer. Nobody listening any more, as behind `| head`, is no error.
fn print(text: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Error::unavailable("the answer could not be printed", error))
        }
        _ => Ok(()),
    }
}

/// Prints help and version where they are asked for; what cannot be parsed is an error of the user.
fn usage(told: &clap::Error) -> ExitCode {
    if !told.use_stderr() {
        return match print(&told.to_string()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail(&error),
        };
    }
    let text = told.to_string();
    let text = text
        .strip_prefix("error:")
        .map_or_else(|| text.clone(), |rest| format!("Error:{rest}"));
    let _ = std::io::stderr().write_all(text.as_bytes());
    ExitCode::from(USER)
}

/// Prints why there is no answer, once, here at the edge.
fn fail(error: &Error) -> ExitCode {
    let colour = std::io::stderr().is_terminal() && terminal::colours_welcome();
    // Where even this cannot be printed, the exit code still tells.
    let _ = std::io::stderr().write_all(error.rendered(colour).as_bytes());
    ExitCode::from(error.kind.code())
}
