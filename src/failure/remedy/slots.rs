//! The form of a remedy that holds for a whole kind of failure: what was missing stands as a slot.

use super::fault::{self, Fault};
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
            let mut words = input::words(&remedy.becomes);
            let mut slots = 0;
            for (at, name) in names(headline).iter().enumerate() {
                for word in words.iter_mut().filter(|word| *word == name) {
                    *word = format!("<{}>", at + 1);
                    slots += 1;
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

/// Returns what a headline says was missing, in the order of the slots.
fn names(headline: &str) -> Vec<String> {
    if let Some(program) = fault::named_program(headline) {
        return vec![base(&program).to_owned()];
    }
    let identity = mask(headline).identity;
    identity
        .parts()
        .map(|part| part.trim_matches(['\'', '"', '`']).to_owned())
        .collect()
}

/// Returns a text whose slots are filled with what a headline says was missing; nothing when it says less than that.
#[must_use]
pub fn filled(text: &str, headline: &str) -> Option<String> {
    let is_slot = |rest: &str| rest.as_bytes().get(2) == Some(&b'>') && rest.as_bytes()[1].is_ascii_digit();
    if !text.match_indices('<').any(|(at, _)| is_slot(&text[at..])) {
        return Some(text.to_owned());
    }
    let names = names(headline);
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if is_slot(rest) {
            let number = usize::from(rest.as_bytes()[1] - b'0');
            out.push_str(names.get(number.checked_sub(1)?)?);
            rest = &rest[3..];
        } else {
            out.push('<');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    Some(out)
}
