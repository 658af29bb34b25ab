//! The thin binary: a hook, else the command line.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // A hook runs at every step of a session: it does not pay for a command-line parser, and it always succeeds.
    if arguments.next().is_some_and(|first| first == "hook") {
        let assistant = arguments.next();
        if let Some(reply) = callus::flow::hook::run(assistant.as_deref().and_then(|name| name.to_str())) {
            let mut out = std::io::stdout().lock();
            // Nobody is left to tell when the assistant no longer listens.
            let _ = out.write_all(reply.as_bytes()).and_then(|()| out.flush());
        }
        return ExitCode::SUCCESS;
    }
    callus::cli::main()
}
