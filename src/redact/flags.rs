//! Secrets as arguments of commands.

use super::assign::Value;
use super::bytes::Alphabet;
use super::judge::{self, Form};
use super::names::{self, Class};
use super::scan::Hit;
use super::walk::Spot;

/// Returns the secret after a long flag that names one: `--token X`. (`--token=X` is an assignment.)
pub(super) fn long(text: &[u8], at: usize, spot: Spot) -> Option<Hit> {
    let start = at + 2;
    if at > 0 && !text[at - 1].is_ascii_whitespace() && !matches!(text[at - 1], b'"' | b'\'' | b'n') {
        return None;
    }
    let end = Alphabet::Url.run_within(text, start, names::LONGEST);
    if text.get(end) != Some(&b' ') {
        return None;
    }
    if &text[start..end] == b"user" && segment_names(text, at, &["curl"]) {
        let blanks = text[end..].iter().take_while(|b| **b == b' ').count();
        return after_colon(text, &Value::at(text, end + blanks, spot)?, spot);
    }
    let value = Value::at(text, end + 1, spot)?;
    let class = names::class(&text[start..end])?;
    let form = if value.quoted { Form::Quoted } else { Form::Bare };
    value.hit(text, class, form)
}

/// A short flag that takes a secret, and the programs for which it does.
struct Short {
    letter: u8,
    programs: &'static [&'static str],
    /// The value follows without a blank.
    glued: bool,
    /// The value is `user:secret`.
    after_colon: bool,
}

const SHORT: &[Short] = &[
    Short {
        letter: b'p',
        programs: &["mysql", "mysqldump", "mysqladmin", "mariadb", "sshpass", "7z"],
        glued: true,
        after_colon: false,
    },
    Short {
        letter: b'p',
        programs: &["sshpass", "docker login", "podman login", "registry login", "acr login"],
        glued: false,
        after_colon: false,
    },
    Short {
        letter: b'u',
        programs: &["curl"],
        glued: false,
        after_colon: true,
    },
    Short {
        letter: b'a',
        programs: &["redis-cli"],
        glued: false,
        after_colon: false,
    },
];

/// Returns the secret after the short flag whose `-` is at `at`, for the programs where it means one.
pub(super) fn short(text: &[u8], at: usize, spot: Spot) -> Option<Hit> {
    let letter = *text.get(at + 1)?;
    let glued = *text.get(at + 2)? != b' ';
    let rule = SHORT
        .iter()
        .find(|rule| rule.letter == letter && rule.glued == glued && segment_names(text, at, rule.programs))?;
    let value = Value::at(text, if glued { at + 2 } else { at + 3 }, spot)?;
    if rule.after_colon {
        return after_colon(text, &value, spot);
    }
    let word = &text[value.start..value.end];
    let is_secret = !judge::is_placeholder(word) && word[0] != b'-';
    is_secret.then_some(Hit {
        start: value.start,
        end: value.end,
        rule: Class::Password.rule(),
    })
}

/// Returns the part of `user:secret` after the colon; the shell lets quotes begin there too.
fn after_colon(text: &[u8], value: &Value, spot: Spot) -> Option<Hit> {
    let colon = text[value.start..value.end].iter().position(|b| *b == b':')?;
    let start = value.start + colon + 1;
    if start == value.end && !value.quoted && matches!(text.get(start), Some(b'"' | b'\\' | b'\'')) {
        let value = Value::at(text, start, spot)?;
        return (!judge::is_placeholder(&text[value.start..value.end])).then_some(Hit {
            start: value.start,
            end: value.end,
            rule: Class::Password.rule(),
        });
    }
    let is_secret = start < value.end && !judge::is_placeholder(&text[start..value.end]);
    is_secret.then_some(Hit {
        start,
        end: value.end,
        rule: Class::Password.rule(),
    })
}

/// Longest stretch of a command that is searched for its program, in bytes.
const SEGMENT: usize = 400;

/// Returns whether the command that runs at `at` is one of `programs`: since the last `;`, `|`, `&` or line
/// break (one without a backslash before it) one of them stands as a word.
fn segment_names(text: &[u8], at: usize, programs: &[&str]) -> bool {
    let window = at.saturating_sub(SEGMENT);
    let start = (window..at).rev().find(|at| ends_segment(text, *at)).unwrap_or(window);
    let segment = &text[start..at];
    programs.iter().any(|program| {
        memchr::memmem::find_iter(segment, program.as_bytes()).any(|found| {
            let end = found + program.len();
            super::bytes::starts_word(segment, found) && segment.get(end).is_none_or(|b| *b == b' ')
        })
    })
}

/// Returns whether a command ends at `at`. A line break after a backslash does not end it, nor does the `&`
/// inside an address.
fn ends_segment(text: &[u8], at: usize) -> bool {
    match text[at] {
        b';' | b'|' => true,
        b'&' => matches!(text.get(at + 1), Some(b'&' | b' ')),
        b'\n' => at == 0 || text[at - 1] != b'\\',
        _ => false,
    }
}
