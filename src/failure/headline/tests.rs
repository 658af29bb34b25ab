use super::*;

/// A failing text and the line of it that says what went wrong.
const CASES: &[(&str, &str)] = &[
    ("one line", "one line"),
    ("", ""),
    (
        "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n    x['k']\nKeyError: 'k'",
        "KeyError: 'k'",
    ),
    (
        "java.lang.RuntimeException: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: y\n\tat a.B.d(B.java:2)",
        "Caused by: java.io.IOException: y",
    ),
    (
        "thread 'main' panicked at src/main.rs:2:5:\nindex out of bounds: the len is 1 but the index is 2",
        "thread 'main' panicked at src/main.rs:2:5: index out of bounds: the len is 1 but the index is 2",
    ),
    (
        "error[E0308]: mismatched types\n  --> src/a.rs:1:2\n   |\n   | expected `A`, found `B`",
        "error[E0308]: mismatched types",
    ),
];

#[test]
fn the_headline_is_the_line_that_says_what_went_wrong() {
    for (text, expected) in CASES {
        assert_eq!(&headline(text), expected);
    }
}
