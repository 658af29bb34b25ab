//! The one question before something is changed.

use std::io::{IsTerminal as _, Write as _};

use super::{Error, Kind};

/// Asks whether to go on. Without a terminal there is nobody to ask, and nothing is changed; `hint` says what then.
pub(super) fn go_on(question: &str, hint: &str) -> Result<bool, Error> {
    let input = std::io::stdin();
    if !input.is_terminal() {
        let error = Error::new(Kind::Refused, "there is no terminal to ask on, so nothing was changed");
        return Err(error.hint(hint));
    }
    let failed = |error| Error::unavailable("the question could not be asked", error);
    let mut out = std::io::stderr();
    write!(out, "{question} [y/N] ")
        .and_then(|()| out.flush())
        .map_err(failed)?;
    let mut answer = String::new();
    input.read_line(&mut answer).map_err(failed)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
