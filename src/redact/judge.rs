//! Whether a value under a name that says "secret" is one, or a placeholder, a reference or code.

use super::bytes::{Mix, contains_nocase, starts_with_nocase};
use super::names::{self, Class};
use super::splice::MARK;

/// How a value stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// In quotes: a literal.
    Quoted,
    /// Without quotes: may be code.
    Bare,
    /// `NAME=value` or `NAME: value` with an upper-case name: an environment, where a bare word is a value.
    Environment,
}

/// Returns whether `value` under a name of `class` is a secret.
pub(super) fn is_secret(class: Class, form: Form, value: &[u8]) -> bool {
    if is_placeholder(value) || (form != Form::Quoted && is_code(value)) {
        return false;
    }
    let mix = Mix::of(value);
    let blanks = value.contains(&b' ');
    match (class, form) {
        (Class::Password, Form::Environment) => value.len() >= 4,
        (Class::Password, Form::Quoted) => value.len() >= 4 && !blanks,
        (Class::Password, Form::Bare) => value.len() >= 4 && (mix.has_both() || mix.other > 1) && !is_variable(value),
        (Class::Secret, Form::Environment) => value.len() >= 6 && !is_name_like(value),
        (Class::Secret, Form::Quoted) => {
            value.len() >= 6 && !blanks && !is_name_like(value) && (mix.digits > 0 || value.len() >= 10)
        }
        (Class::Token, Form::Environment) => value.len() >= 8 && !is_name_like(value),
        (Class::Token, Form::Quoted) => {
            value.len() >= 8 && !blanks && !is_name_like(value) && (mix.has_both() || value.len() >= 20)
        }
        (Class::Secret | Class::Token, Form::Bare) => {
            value.len() >= 10 && mix.has_both() && mix.digits > 1 && !is_name_like(value) && !is_identifier(value)
        }
        (Class::Header, _) => {
            value.len() >= 6 && !blanks && (mix.has_both() || value.len() >= 20) && !is_name_like(value)
        }
    }
}

/// Values that stand for nothing, in lower case.
const WORDS: &[&str] = &[
    "true",
    "false",
    "null",
    "none",
    "nil",
    "undefined",
    "yes",
    "no",
    "on",
    "off",
    "empty",
    "string",
    "str",
    "bytes",
    "text",
    "bool",
    "boolean",
    "number",
    "int",
    "integer",
    "any",
    "unknown",
    "never",
    "object",
    "optional",
    "required",
    "hidden",
    "masked",
    "default",
    "prompt",
    "stdin",
    "input",
    "inherit",
    "basic",
    "bearer",
    "oauth",
    "header",
    "query",
    "cookie",
    "value",
    "file",
    "env",
    "pass",
    "hash",
    "plain",
    "missing",
    "invalid",
    "expired",
    "valid",
    "incorrect",
    "wrong",
    "changed",
];

/// What shows inside a value that it stands for another.
const PARTS: &[&str] = &[
    "redacted",
    "your-",
    "your_",
    "example",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "dummy",
    "xxxx",
    "****",
    "....",
    "\u{2026}",
    "elided",
    "${",
    "$(",
    "{{",
    "#{",
    "%(",
    "<your",
    "insert-",
    "insert_",
    "replace-",
    "replace_",
    "not-set",
    "not_set",
    "notset",
    "todo",
    "fake",
    "mock",
];

/// How a value begins that stands for another.
const BEGINNINGS: &[&str] = &[
    "$",
    "<",
    "{",
    "(",
    "[",
    "`",
    "%s",
    "%v",
    "%d",
    "%q",
    "%{",
    "@env",
    "!ref",
    "!sub",
    "!vault",
    "!getatt",
    "!secret",
    "/",
    "./",
    "../",
    "~/",
    "c:\\",
    "http://",
    "https://",
    "process.env",
    "os.environ",
    "os.getenv",
    "env.",
    "env:",
    "env[",
    "secrets.",
    "secret://",
    "vars.",
    "var.",
    "local.",
    "data.",
    "module.",
    "vault:",
    "op://",
    "arn:",
    "file:",
    "ssm:",
    "kms:",
    "enc[",
    "import.meta",
    "config.",
    "settings.",
    "self.",
    "this.",
    "test-",
    "test_",
    "my-",
    "my_",
    "some-",
    "some_",
    "ref+",
    "sha256:",
    "sha512-",
    "-----",
];

/// Returns whether `value` stands for a secret without being one.
pub(super) fn is_placeholder(value: &[u8]) -> bool {
    let lower = |word: &&str| value.eq_ignore_ascii_case(word.as_bytes());
    value.starts_with(MARK.as_bytes())
        || Mix::of(value).repeat == value.len()
        || value
            .iter()
            .all(|b| matches!(b, b'x' | b'X' | b'*' | b'.' | b'-' | b'_' | b'#' | b'?' | b' '))
        || value
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'-' | b'+' | b'%' | b':' | b'_'))
        || WORDS.iter().any(lower)
        || BEGINNINGS
            .iter()
            .any(|beginning| starts_with_nocase(value, 0, beginning.as_bytes()))
        || PARTS.iter().any(|part| contains_nocase(value, part.as_bytes()))
        || (value.contains(&b'{') && value.contains(&b'}'))
        || names::is_name(value)
}

/// Returns whether a bare value is an expression: a call, a path of names, a reference.
fn is_code(value: &[u8]) -> bool {
    let has = |part: &[u8]| value.windows(part.len()).any(|window| window == part);
    matches!(
        value[0],
        b'&' | b'*' | b'!' | b'-' | b'+' | b'|' | b'>' | b'.' | b'=' | b'?'
    ) || has(b"::")
        || has(b"->")
        || has(b"()")
        || has(b"?.")
        || is_path_of_names(value)
}

/// Returns whether `value` is names joined by dots, such as `config.token`.
fn is_path_of_names(value: &[u8]) -> bool {
    value.contains(&b'.')
        && value
            .split(|b| *b == b'.')
            .all(|name| is_identifier(name) || name.is_empty())
}

/// Returns whether `value` is what a programmer calls a variable: words of letters, then perhaps a small number.
fn is_identifier(value: &[u8]) -> bool {
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let words = &value[..value.len() - digits];
    digits <= 1 && words.iter().all(|b| b.is_ascii_alphabetic() || *b == b'_')
}

/// Returns whether `value` is an identifier that could hold a password: `user_input`, `passwd2`, but not `hunter2`.
fn is_variable(value: &[u8]) -> bool {
    let digits = value.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    is_identifier(value) && (digits == 0 || names::is_name(&value[..value.len() - digits]))
}

/// Returns whether `value` is made of plain words and small numbers, such as `test-token-1` or `github.app`.
///
/// People name things so; machines do not make tokens so. A single word is no such name.
fn is_name_like(value: &[u8]) -> bool {
    let separator = |b: &u8| matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b' ' | b'@');
    let plain = |part: &[u8]| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let capitals = part.iter().skip(1).filter(|b| b.is_ascii_uppercase()).count();
        (letters == part.len() && part.len() <= 14 && (capitals == 0 || capitals + 1 >= part.len()))
            || (letters <= 1 && part.len() <= 4 && part[letters..].iter().all(u8::is_ascii_digit))
    };
    value.iter().any(separator) && value.split(separator).all(plain)
}
