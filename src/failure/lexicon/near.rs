//! Words that were mistyped.

/// Fewest letters of a word that is taken for a mistyped one: shorter words are near to too many others.
pub const FEWEST: usize = 4;

/// A word of so many letters may hold a second mistake.
const LONG: usize = 8;

/// Returns how many mistakes a word may hold.
#[must_use]
pub fn allowed(word: &str) -> usize {
    match word.chars().count() {
        0..FEWEST => 0,
        FEWEST..LONG => 1,
        _ => 2,
    }
}

/// Returns how many letters were left out, added, mistaken for another or exchanged with the next one between two words;
/// nothing when it is more than `most`.
#[must_use]
pub fn distance(one: &str, other: &str, most: usize) -> Option<usize> {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let mut fewest = (last[j] + usize::from(a != b)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                fewest = fewest.min(before[j - 1] + 1);
            }
            row.push(fewest);
        }
        if row.iter().all(|distance| *distance > most) {
            return None;
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().filter(|distance| *distance <= most)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_slip_of_a_finger_is_one_mistake() {
        for (typed, meant, mistakes) in [
            ("permision", "permission", Some(1)),
            ("permsision", "permission", Some(1)),
            ("premission", "permission", Some(1)),
            ("undefinied", "undefined", Some(1)),
            ("timeuot", "timeout", Some(1)),
            ("timeout", "timeout", Some(0)),
            ("timeout", "tomato", None),
            ("conflict", "convict", Some(2)),
        ] {
            assert_eq!(distance(typed, meant, 2), mistakes, "{typed}");
        }
    }

    proptest! {
        #[test]
        fn a_word_is_as_far_from_another_as_that_is_from_it(one in "[a-d]{0,7}", other in "[a-d]{0,7}") {
            prop_assert_eq!(distance(&one, &other, 9), distance(&other, &one, 9));
            prop_assert_eq!(distance(&one, &other, 0).is_some(), one == other);
            let least = one.chars().count().abs_diff(other.chars().count());
            prop_assert!(distance(&one, &other, 9).is_some_and(|found| found >= least));
        }
    }
}
