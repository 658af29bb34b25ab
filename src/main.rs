//! The thin binary: `hook` is dispatched before the command-line parser, which costs more than all of a hook.

use std::io::Write as _;
use std::process::ExitCode;

use callus::flow;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let first = arguments.next();
    let second = arguments.next().map(|name| name.to_string_lossy().into_owned());
    let hook = first.is_some_and(|word| word == "hook") && second.as_ref().is_some_and(|name| !name.starts_with('-'));
    if !hook {
        return callus::cli::main();
    }
    if let Some(reply) = flow::hook::run(second.as_deref()) {
        // A client that closed its end does not want the reply; that is no fault of the session.
        let _ = writeln!(std::io::stdout(), "{reply}");
    }
    ExitCode::SUCCESS
}
