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
            let mut words = now.calling_typed();
            words.truncate(before.len());
            words.push(format!("{in_path}<1>"));
            let is_of_a_place = words.iter().any(|word| word.contains('/'));
            Some(Remedy {
                kind: RemedyKind::Changed,
                was: "<1>".to_owned(),
                becomes: words.join(" "),
                travels: !is_of_a_place,
            })
        }
        (Fault::Program(_) | Fault::Module, RemedyKind::Prepared, _) => {
            let names = names(headline);
            let mut slots = 0;
            let becomes = input::replaced(&remedy.becomes, |word, _| {
                let at = names.iter().position(|name| name == word)?;
                slots += 1;
                Some(format!("<{}>", at + 1))
            });
            let says_more = becomes.split_whitespace().any(|word| !word.starts_with('<'));
            (slots > 0 && says_more).then(|| Remedy {
                kind: RemedyKind::Prepared,
                was: was.goal.program.clone(),
                becomes,
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
