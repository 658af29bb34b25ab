//! Whether two remedies are one: numbers and ids of what they were used on do not count.

use super::input;

/// Returns whether two command lines are the same but for numbers and ids that stand as words of their own, in words of
/// the same form: `gh pr diff 88` and `gh pr diff 104`.
///
/// The values of flags count: `-n 5` and `-n 50` are two things, and so are paths with a number.
#[must_use]
pub fn is_the_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (a, b) = (input::words(one), input::words(other));
    let mut before = "";
    a.len() == b.len()
        && a.iter().zip(&b).all(|(one, other)| {
            let is_value = before.starts_with('-');
            before = one;
            one == other || !is_value && is_an_id(one) && is_an_id(other)
        })
}

/// `88`, `#88`, `8312232`, `4f0c2e91ab`, `HEAD~3` is none.
fn is_an_id(word: &str) -> bool {
    let bare = word.strip_prefix('#').unwrap_or(word);
    let is_number = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_digit());
    let is_hash =
        bare.len() >= 7 && bare.bytes().all(|b| b.is_ascii_hexdigit()) && bare.bytes().any(|b| b.is_ascii_digit());
    is_number || is_hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_ids_do_not_tell_remedies_apart() {
        for (one, other) in [
            ("gh pr diff 88 --name-only", "gh pr diff 104 --name-only"),
            ("git show 8312232", "git show 4f0c2e91ab"),
            ("gh pr view #7", "gh pr view #12"),
            ("a", "a"),
        ] {
            assert!(is_the_same(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("gh pr diff 88", "gh pr diff 88 --name-only"),
            ("head -n 5", "head -n 50"),
            ("sleep 5", "sleep x"),
            ("docs/step1.md", "docs/step2.md"),
            ("timeout 8 x", "x"),
        ] {
            assert!(!is_the_same(one, other), "{one} {other}");
        }
    }
}
