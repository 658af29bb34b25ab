//! What must occur in a text for an expression to match it.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Fewest bytes of a keyword: shorter ones occur everywhere, and every text would be searched.
pub(super) const MIN: usize = 3;
/// Most alternatives that are followed.
const MOST: usize = 64;

/// Returns keywords in lower case of which at least one occurs in every match, each of [`MIN`] bytes or
/// more; nothing when the expression has none.
pub(super) fn keywords(expression: &Hir) -> Option<Vec<Vec<u8>>> {
    match expression.kind() {
        HirKind::Literal(_) | HirKind::Class(_) => long_enough(exact(expression)?),
        HirKind::Capture(group) => keywords(&group.sub),
        HirKind::Repetition(repeat) => (repeat.min > 0).then(|| keywords(&repeat.sub)).flatten(),
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(branches) => {
            let all = branches.iter().map(keywords).collect::<Option<Vec<_>>>()?.concat();
            (all.len() <= MOST).then_some(all)
        }
        HirKind::Empty | HirKind::Look(_) => None,
    }
}

/// The best of: each part's own keywords, and the runs of parts that are literal.
fn concat(parts: &[Hir]) -> Option<Vec<Vec<u8>>> {
    let mut best: Option<Vec<Vec<u8>>> = None;
    let mut consider = |found: Option<Vec<Vec<u8>>>| {
        let shortest = |words: &Vec<Vec<u8>>| words.iter().map(Vec::len).min().unwrap_or(0);
        if let Some(found) = found
            && best.as_ref().is_none_or(|best| shortest(&found) > shortest(best))
        {
            best = Some(found);
        }
    };
    let mut run = Vec::new();
    for part in parts {
        if let Some(literal) = exact(part) {
            run.extend(literal);
        } else {
            consider(long_enough(std::mem::take(&mut run)));
            consider(keywords(part));
        }
    }
    consider(long_enough(run));
    best
}

fn long_enough(word: Vec<u8>) -> Option<Vec<Vec<u8>>> {
    (word.len() >= MIN).then(|| vec![word])
}

/// Returns what the expression spells when it can only spell one thing, in lower case: a literal, or a
/// class that is one letter in both cases.
fn exact(expression: &Hir) -> Option<Vec<u8>> {
    match expression.kind() {
        HirKind::Literal(literal) => Some(literal.0.to_ascii_lowercase()),
        HirKind::Class(Class::Unicode(class)) => {
            let mut letters = class
                .iter()
                .flat_map(|range| range.start()..=range.end())
                .take(4)
                .filter(char::is_ascii);
            let first = letters.next()?.to_ascii_lowercase();
            let small = class
                .ranges()
                .iter()
                .map(regex_syntax::hir::ClassUnicodeRange::len)
                .sum::<usize>()
                <= 3;
            // A letter without case: `k` also folds to the Kelvin sign, which is no match worth a keyword.
            (small && first.is_ascii_alphabetic() && letters.all(|c| c.to_ascii_lowercase() == first))
                .then(|| vec![u8::try_from(first).unwrap_or(b'?')])
        }
        HirKind::Capture(group) => exact(&group.sub),
        _ => None,
    }
}
