//! The form of a remedy that holds for a whole kind of failure: what was missing stands as a slot.

use super::fault::Fault;
use super::input::{self, Input, base};
use crate::domain::lesson::{Remedy, RemedyKind};
use crate::failure::mask::mask;

/// Returns the remedy with `<1>`, `<2>` … for the names that the headline gives to what was missing; nothing when the
/// remedy holds none of them, or says nothing else.
pub(super) fn of_kind(
    fault: &Fault,
    headline: &str,
    was: &Input,
    now: Option<&Input>,
    remedy: &Remedy,
) -> Option<Remedy> {
    match (fault, remedy.kind, now) {
        (Fault::Program(name), RemedyKind::Changed, Some(now)) => {
            let calling: Vec<&str> = now.calling();
            let (last, before) = calling.split_last()?;
            let in_path = last.strip_suffix(name.as_str()).unwrap_or("");
            if base(last) != name || (before.is_empty() && in_path.is_empty()) || before.contains(&name.as_str()) {
                return None;
            }
            let mut words: Vec<String> = before.iter().map(|word| (*word).to_owned()).collect();
            words.push(format!("{in_path}<1>"));
            Some(Remedy {
                kind: RemedyKind::Changed,
                was: "<1>".to_owned(),
                becomes: words.join(" "),
                travels: remedy.travels,
            })
        }
        (Fault::Program(_) | Fault::Module, RemedyKind::Prepared, _) => {
            let identity = mask(headline).identity;
            let mut words = input::words(&remedy.becomes);
            let mut slots = 0;
            for part in identity.parts() {
                let part = part.trim_matches(['\'', '"', '`']);
                let found: Vec<usize> = (0..words.len()).filter(|at| words[*at] == part).collect();
                if !found.is_empty() {
                    slots += 1;
                    for at in found {
                        words[at] = format!("<{slots}>");
                    }
                }
            }
            let says_more = words.iter().any(|word| !word.starts_with('<'));
            (slots > 0 && says_more).then(|| Remedy {
                kind: RemedyKind::Prepared,
                was: was.goal.program.clone(),
                becomes: words.join(" "),
                travels: true,
            })
        }
        _ => None,
    }
}
