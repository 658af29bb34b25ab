//! `callus` alone: what there is to do.

const START: &str = "Callus remembers what fails in your coding agents' sessions.

  callus report     what has been failing lately
  callus failures   failure modes, most sessions first
  callus show ID    one of them in full
  callus check      pipe an error in: was it seen before?
  callus sessions   what was recorded

  callus install    record every session from now on
  callus import     read the sessions of the past
  callus status     what is recorded, and where
  callus doctor     whether all of it works

Everything stays on this machine. More: callus --help
";

/// Returns a short start.
pub(super) fn run() -> String {
    START.to_owned()
}
