//! What is masked, what stays, what identifies, and that any bytes are taken in linear work.

use proptest::prelude::*;

use super::scan::{Names, Scanner};
use super::*;

/// Headline, template as shown, identity joined by ` | `.
const HEADLINES: &[(&str, &str, &str)] = &[
    // Quotes hold values; sentences in quotes are messages.
    (
        "ModuleNotFoundError: No module named 'yaml'",
        "ModuleNotFoundError: No module named <*>",
        "yaml",
    ),
    ("error: unused variable: `x`", "error: unused variable: <*>", "x"),
    (
        "/usr/bin/ld: undefined reference to `foo'",
        "<*>: undefined reference to <*>",
        "usr/bin/ld | foo",
    ),
    (
        "error: ‘foo’ was not declared in this scope",
        "error: <*> was not declared in this scope",
        "foo",
    ),
    (
        "raised \"connection refused\" twice",
        "raised \" connection refused \" twice",
        "",
    ),
    (
        "level=warn msg=\"connection lost\" id=7",
        "level = <*> msg = \" connection lost \" id = <*>",
        "warn",
    ),
    ("can't find it, couldn't try", "can't find it, couldn't try", ""),
    // Where it happened is not what happened.
    (
        "src/app.ts(3,5): error TS2304: Cannot find name 'x'.",
        "error TS2304: Cannot find name <*>.",
        "x",
    ),
    (
        "./main.go:3:26: undefined: syscall.Flock",
        "undefined: <*>",
        "syscall.Flock",
    ),
    (
        "12:5  error  Missing semicolon  semi",
        "error Missing semicolon semi",
        "",
    ),
    (
        "==123==ERROR: LeakSanitizer: detected memory leaks",
        "ERROR: <*>: detected memory leaks",
        "LeakSanitizer",
    ),
    ("10.0.0.1:80: no route to host", "<*>: no route to host", ""),
    // Codes stay.
    (
        "error[E0433]: failed to resolve",
        "error [E0433]: failed to resolve",
        "",
    ),
    (
        "Error: listen EADDRINUSE: address already in use :::3000",
        "Error: listen EADDRINUSE: address already in use <*>",
        "",
    ),
    (
        "[Errno 13] Permission denied: '/etc/shadow'",
        "[Errno 13] Permission denied: <*>",
        "etc/shadow",
    ),
    ("process exited with code 137", "process exited with code 137", ""),
    ("exit status 2", "exit status 2", ""),
    (
        "make: *** [Makefile:10: all] Error 2",
        "make: *** [Makefile: <*>: all] Error 2",
        "",
    ),
    (
        "MCP error -32602: Invalid arguments",
        "MCP error -32602: Invalid arguments",
        "",
    ),
    (
        "HTTPError: 404 Client Error: Not Found",
        "HTTPError: 404 Client Error: Not Found",
        "",
    ),
    (
        "request failed with status code 503",
        "request failed with status code 503",
        "",
    ),
    (
        "Error: 12 tests failed in 404 files",
        "Error: <*> tests failed in <*> files",
        "",
    ),
    (
        "rpc error: code = NotFound desc = failed",
        "rpc error: code = NotFound desc = failed",
        "",
    ),
    ("F401 `os` imported but unused", "F401 <*> imported but unused", "os"),
    // Rules of linters stay.
    (
        "Error return value of `os.Remove` is not checked (errcheck)",
        "Error return value of <*> is not checked (errcheck)",
        "os.Remove",
    ),
    (
        "1:2  error  'x' is never used  no-unused-vars",
        "error <*> is never used no-unused-vars",
        "x",
    ),
    (
        "Incompatible return value type [return-value]",
        "Incompatible return value type [return-value]",
        "",
    ),
    // Types of errors stay, other identifiers do not.
    (
        "psycopg2.errors.UndefinedTable: relation \"t\" does not exist",
        "psycopg2.errors.UndefinedTable: relation <*> does not exist",
        "t",
    ),
    (
        "sqlite3.OperationalError: database is locked",
        "sqlite3.OperationalError: database is locked",
        "",
    ),
    (
        "TypeError: user.getName is not a function",
        "TypeError: <*> is not a function",
        "user.getName",
    ),
    (
        "the trait bound Vec<String>: Copy is unmet",
        "the trait bound Vec: Copy is unmet",
        "",
    ),
    (
        "RuntimeError: asyncio.run() cannot be called",
        "RuntimeError: <*> cannot be called",
        "asyncio.run()",
    ),
    (
        "no field user_id on type Order",
        "no field <*> on type Order",
        "user_id",
    ),
    ("--- FAIL: TestLogin/admin (0.03s)", "--- FAIL: <*>", "TestLogin/admin"),
    (
        "FAILED tests/test_api.py::TestA::test_b[x-1] - AssertionError: boom",
        "FAILED <*> - AssertionError: boom",
        "tests/test_api.py::TestA::test_b[x-1]",
    ),
    ("python3: can't open file", "python3: can't open file", ""),
    // Paths, addresses, numbers, times.
    (
        "cat: /home/ann/app/src/x.rs: No such file or directory",
        "cat: <*>: No such file or directory",
        "app/src/x.rs",
    ),
    (
        "cannot read C:\\Users\\ann\\app\\x.txt.",
        "cannot read <*>.",
        "ann\\app\\x.txt",
    ),
    ("cannot stat '/tmp/build-8f3a/out.o'", "cannot stat <*>", ""),
    (
        "could not fetch https://example.com/a/b?token=1.",
        "could not fetch <*>.",
        "https://example.com/a/b",
    ),
    (
        "connect to 10.1.2.3:5432 after 30s and 2 retries",
        "connect to <*> after <*> and <*> retries",
        "",
    ),
    (
        "2026-02-03T11:36:54Z WARN cannot delete branch",
        "<*> WARN cannot delete branch",
        "",
    ),
    ("Jan 12 10:00:00 unit failed", "<*> unit failed", ""),
    (
        "read of 1,024 bytes took 1.5 ms (12%)",
        "read of <*> bytes took <*>",
        "",
    ),
    (
        "freed 0x7ffd1234 and deadbeef12 in 550e8400-e29b-41d4-a716-446655440000",
        "freed <*> and <*> in <*>",
        "",
    ),
    (
        "no space and/or inodes left: I/O error",
        "no space and/or inodes left: I/O error",
        "",
    ),
    (
        "unrecognized option --foo-bar=3",
        "unrecognized option <*>",
        "--foo-bar",
    ),
    (
        "cannot find lodash@^4.17.0 here",
        "cannot find <*> here",
        "lodash@^4.17.0",
    ),
    ("no match for requests==2.99.0", "no match for <*>", "requests | 2.99.0"),
    // Lists are one slot.
    ("missing keys: ['a', 'b', 'c']", "missing keys: <*>", "a | b | c"),
    ("expected (1, 2, 3) values", "expected values", ""),
    // A last name behind a colon.
    ("Unknown skill: commit", "Unknown skill: <*>", "commit"),
    ("zsh: command not found: jq", "zsh: command not found: <*>", "jq"),
    // Nothing but names: they stay, else one template would swallow all.
    ("`foo_bar`", "` foo_bar `", "foo_bar"),
    ("✗ Metadata branch not found", "Metadata branch not found", ""),
    ("\u{1b}[31merror\u{1b}[0m: bad", "error: bad", ""),
    ("", "", ""),
];

#[test]
fn headlines_are_taken_apart() {
    let taken: Vec<_> = HEADLINES
        .iter()
        .map(|(headline, _, _)| {
            let masked = mask(headline);
            (
                *headline,
                masked.template.display(),
                masked.identity.parts().collect::<Vec<_>>().join(" | "),
            )
        })
        .collect();
    let wrong: Vec<_> = taken
        .iter()
        .zip(HEADLINES)
        .filter(|((_, template, identity), expected)| {
            (template.as_str(), identity.as_str()) != (expected.1, expected.2)
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_varies_by_itself_is_no_identity() {
    let runs = [
        "worker pod-7d9f8b6c5-x2x4z died after 3m20s at 0x7f00aa: see /tmp/pytest-of-ann/pytest-12/log:45",
        "worker pod-5c4d9f7b2-q9w1e died after 12ms at 0xdead01: see /tmp/pytest-of-bob/pytest-3/log:7",
    ]
    .map(mask);
    assert_eq!(runs[0], runs[1]);
    assert_eq!(runs[0].identity.as_str(), "pod-*-*");
}

#[test]
fn one_file_is_one_identity_in_every_checkout() {
    let homes = [
        "cannot open /home/ann/src/app/lib/core.py:12",
        "cannot open /Users/bob/app/lib/core.py:99:1",
    ]
    .map(mask);
    assert_eq!(homes[0], homes[1]);
}

#[test]
fn different_programs_codes_and_error_types_are_different_templates() {
    for (one, other) in [
        (
            "cat: /a/b: No such file or directory",
            "ls: /a/b: No such file or directory",
        ),
        ("exit code 1", "exit code 2"),
        ("ValueError: bad thing", "KeyError: bad thing"),
        ("status code 404", "status code 500"),
        ("use of unstable feature (clippy)", "use of unstable feature (rustfmt)"),
    ] {
        assert_ne!(mask(one).template, mask(other).template, "{one}");
    }
}

#[test]
fn long_input_is_cut_at_a_character_and_at_a_token() {
    let long = "ä ".repeat(MAX_BYTES);
    assert_eq!(mask(&long).template.tokens().count(), MAX_TOKENS);
    assert_eq!(mask(&"é".repeat(MAX_BYTES)).template.stored().len(), MAX_BYTES);
}

/// Returns the bytes looked at for each byte of `text`.
fn looks_per_byte(text: &str) -> usize {
    let text = &text[..text.floor_char_boundary(MAX_BYTES)];
    Scanner::new(text, Names::Masked).looks() / text.len().max(1)
}

/// A quote is looked through once for each mark that could open it, and type arguments once for each name: at most
/// 80 and 60 bytes. Everything else is looked at a few times.
const MOST_LOOKS: usize = 100;

#[test]
fn nothing_makes_the_pass_quadratic() {
    for seed in [
        "a/", "a.b", "a:b", "::a", ".::", "'", "\"a", "`x'", "a<", "a<b", "=", "= ", "==", "a=b=", "<*>", "=<*>",
        "a  ", "-", "--a", "1:", "1.", "1,2", "a-", "a@", "a#", "a()", "@a", "~/", "\\", "\\a", "a/b::c[", "arn:",
        "x://", "é", "‘", "9 a", "(", "[", "{", "\u{1b}[", "ENOENT", "a'b", "->", "a -> b ", "1-a",
    ] {
        let text = seed.repeat(MAX_BYTES);
        assert!(
            looks_per_byte(&text) <= MOST_LOOKS,
            "{seed:?}: {}",
            looks_per_byte(&text)
        );
    }
}

/// Text of the pieces that the scanner branches on.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "B",
        "foo",
        "Error",
        "_",
        "$",
        "1",
        "42",
        "0x1f",
        "/",
        "\\",
        ".",
        "..",
        ":",
        "::",
        "-",
        "--",
        "->",
        "=",
        "==",
        "<",
        ">",
        "<*>",
        "'",
        "\"",
        "`",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        "@",
        "#",
        "~",
        "!",
        "%",
        "^",
        "|",
        "&",
        "?",
        " ",
        "  ",
        "\n",
        "\t",
        "\u{1b}[31m",
        "é",
        "日本",
        "‘",
        "’",
        "✗",
        "\u{1f}",
        "\u{1e}",
        "\u{0}",
        "ENOENT",
        "exit code ",
        "https://",
        "()",
    ]);
    prop::collection::vec(piece, 0..400).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_text_is_taken(text in prop_oneof![any::<String>(), pieces()]) {
        let masked = mask(&text);
        let tokens: Vec<Token<'_>> = masked.template.tokens().collect();
        prop_assert!(tokens.len() <= MAX_TOKENS);
        prop_assert_eq!(Template::build(&tokens), masked.template.clone());
        prop_assert_eq!(Template::parse(masked.template.stored()), masked.template.clone());
        prop_assert_eq!(mask(&text), masked);
    }

    #[test]
    fn any_bytes_are_taken(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        prop_assert!(mask(&String::from_utf8_lossy(&bytes)).template.tokens().count() <= MAX_TOKENS);
    }

    #[test]
    fn work_is_linear(text in prop_oneof![any::<String>(), pieces(), pieces().prop_map(|seed| seed.repeat(20))]) {
        prop_assert!(looks_per_byte(&text) <= MOST_LOOKS);
    }

    #[test]
    fn a_shown_template_is_its_own_template(words in prop::collection::vec(prop::sample::select(vec![
        "cannot", "find", "module", "<*>", "in", "file", ",", "error", "ENOENT", "Type",
    ]), 1..12)) {
        let template = mask(&words.join(" ")).template;
        prop_assert_eq!(mask(&template.display()).template, template);
    }
}
