//! Credentials inside addresses: `scheme://user:secret@host`.

use super::bytes::Mix;
use super::judge;
use super::scan::Hit;

/// Longest user-and-password part that is read, in bytes.
const LONGEST: usize = 512;
/// Fewest bytes of a user name that can only be a token, as in `https://<token>@host`.
const TOKEN_AS_USER: usize = 20;
/// Passwords of examples: they say what to put there.
const EXAMPLES: &[&[u8]] = &[
    b"pass",
    b"password",
    b"passwd",
    b"pw",
    b"pwd",
    b"secret",
    b"token",
    b"key",
];

/// Returns the credential of the address whose `:` before `//` is at `at`; scheme, user and host stay.
pub(super) fn find(text: &[u8], at: usize) -> Option<Hit> {
    let start = at + 3;
    if text.get(at + 1..start) != Some(b"//") || at == 0 || !text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let ends = |b: &u8| b.is_ascii_whitespace() || b.is_ascii_control() || b"\"'`\\/?#,;()[]<>|&".contains(b);
    let window = &text[start..text.len().min(start + LONGEST)];
    let authority = &window[..window.iter().position(ends).unwrap_or(window.len())];
    let user_end = memchr::memrchr(b'@', authority)?;
    let (secret, rule) = match memchr::memchr(b':', &authority[..user_end]) {
        Some(colon) => (colon + 1, "url-password"),
        None if user_end >= TOKEN_AS_USER && Mix::of(&authority[..user_end]).has_both() => (0, "url-token"),
        None => return None,
    };
    let word = &authority[secret..user_end];
    let is_secret = !word.is_empty() && !stands_for_another(word);
    is_secret.then_some(Hit {
        start: start + secret,
        end: start + user_end,
        rule,
    })
}

fn stands_for_another(word: &[u8]) -> bool {
    let is_number = word.iter().all(u8::is_ascii_digit);
    (judge::is_placeholder(word) && !is_number)
        || EXAMPLES.iter().any(|example| word.eq_ignore_ascii_case(example))
        || word.contains(&b'{')
}
