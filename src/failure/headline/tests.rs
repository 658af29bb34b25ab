use super::*;
use proptest::prelude::*;

/// A failing text of one tool each, and the line that says what went wrong.
const CASES: &[(&str, &str)] = &[
    ("one line", "one line"),
    ("", ""),
    ("Exit code 1\n", ""),
    ("Exit code 1\n[lint] ERROR task failed\n", ""),
    (
        "\x1b[31merror\x1b[0m: \x1b[1mbad\x1b[0m thing\nnote",
        "error: bad thing",
    ),
    (
        "Traceback (most recent call last):\n  File \"a.py\", line 2, in f\n    x['k']\nKeyError: 'k'",
        "KeyError: 'k'",
    ),
    (
        "java.lang.RuntimeException: x\n\tat a.B.c(B.java:1)\nCaused by: java.io.IOException: y\n\tat a.B.d(B.java:2)",
        "Caused by: java.io.IOException: y",
    ),
    (
        "warning: unused variable: `x`\n --> src/a.rs:1:1\nerror[E0308]: mismatched types\n  --> src/a.rs:1:2\n   |\n   | expected `A`, found `B`\n\nerror: could not compile `a` (lib) due to 1 previous error; 1 warning emitted",
        "error[E0308]: mismatched types",
    ),
    (
        "running 2 tests\ntest a::ok ... ok\ntest a::bad ... FAILED\n\nfailures:\n\n---- a::bad stdout ----\n\nthread 'a::bad' panicked at src/a.rs:9:5:\nassertion `left == right` failed\n  left: 1\n right: 2\nnote: run with `RUST_BACKTRACE=1` environment variable\n\ntest result: FAILED. 1 passed; 1 failed\n\nerror: test failed, to rerun pass `--lib`",
        "thread 'a::bad' panicked at src/a.rs:9:5: assertion `left == right` failed",
    ),
    (
        "=== RUN   TestX\n    x_test.go:9: got 1, want 2\n--- FAIL: TestX (0.00s)\nFAIL\nFAIL\tpkg/x\t0.1s\nFAIL",
        "--- FAIL: TestX x_test.go:9: got 1, want 2",
    ),
    (
        "ok  \tpkg/a\t(cached)\n--- FAIL: TestX (0.01s)\n    --- FAIL: TestX/empty_input (0.00s)\n        x_test.go:3: starting\n        x_test.go:9: expected error, got nil\nFAIL",
        "--- FAIL: TestX/empty_input x_test.go:9: expected error, got nil",
    ),
    (
        "--- FAIL: TestX (0.01s)\n    x_test.go:9: \n        \tError Trace:\t/p/x_test.go:9\n        \tError:      \tNot equal: expected 1, actual 2\n        \tTest:       \tTestX\nFAIL",
        "--- FAIL: TestX Not equal: expected 1, actual 2",
    ),
    (
        "_____ test_b _____\n\n    def test_b():\n>       assert f() == 2\nE       assert 1 == 2\n\ntests/test_a.py:4: AssertionError\n===== short test summary info =====\nFAILED tests/test_a.py::test_b - assert 1 == 2\n===== 1 failed, 3 passed in 0.12s =====",
        "FAILED tests/test_a.py::test_b - assert 1 == 2",
    ),
    (
        "FAIL src/a.test.ts\n  ● sum › adds\n\n    expect(received).toBe(expected) // Object.is equality\n\n    Expected: 3\n    Received: 2\n\nTests:       1 failed, 1 total",
        "● sum › adds expect(received).toBe(expected) // Object.is equality",
    ),
    (
        " FAIL  src/a.test.ts > sum > adds\nAssertionError: expected 2 to be 3 // Object.is equality\n ❯ src/a.test.ts:4:15\n\n Test Files  1 failed (1)",
        "FAIL src/a.test.ts > sum > adds AssertionError: expected 2 to be 3 // Object.is equality",
    ),
    (
        "src/a.test.ts:\nerror: expect(received).toBe(expected)\n\nExpected: 3\n(fail) sum > adds [0.10ms]\n\n 0 pass\n 1 fail",
        "(fail) sum > adds [0.10ms] error: expect(received).toBe(expected)",
    ),
    (
        "npm error code ENOENT\nnpm error syscall open\nnpm error path /p/package.json\nnpm error enoent Could not read package.json\nnpm error A complete log of this run can be found in: /x",
        "npm error enoent Could not read package.json",
    ),
    (
        "cc -c a.c\na.c:3:5: error: use of undeclared identifier 'x'\n    x = 1;\n    ^\n1 error generated.\nmake: *** [a.o] Error 1",
        "a.c:3:5: error: use of undeclared identifier 'x'",
    ),
    (
        "make: *** No rule to make target 'x'.  Stop.\nfoo",
        "make: *** No rule to make target 'x'. Stop.",
    ),
    (
        "[lint] $ golangci-lint run\na/b.go:1: : # pkg/a [pkg/a.test]\na/b.go:3:4: undefined: x (typecheck)\n\tx()\n\t^\n1 issues:\n* typecheck: 1\n[lint] ERROR task failed",
        "a/b.go:3:4: undefined: x (typecheck)",
    ),
    (
        "src/a.ts:16:22 lint/correctness/noUnusedImports  FIXABLE  ━━━━━━━━━━\n\n  ! Several of these imports are unused.\n",
        "src/a.ts:16:22 lint/correctness/noUnusedImports FIXABLE ! Several of these imports are unused.",
    ),
    (
        "/p/src/a.js\n  3:7  warning  'y' is unused  no-unused-vars\n  4:1  error  'x' is not defined  no-undef\n\n✖ 2 problems (1 error, 1 warning)",
        "4:1 error 'x' is not defined no-undef",
    ),
    (
        "$ go test ./...\nFAIL\tpkg/a\t0.1s\nok  \tpkg/b\t0.1s\nFAIL",
        "FAIL pkg/a",
    ),
    (
        "ssh: Could not resolve hostname x: -65563\nfatal: Could not read from remote repository.\n\nPlease make sure",
        "ssh: Could not resolve hostname x: -65563",
    ),
    (
        "Auto-merging a.go\nCONFLICT (content): Merge conflict in a.go\nAutomatic merge failed; fix conflicts and then commit the result.",
        "CONFLICT (content): Merge conflict in a.go",
    ),
    (
        "FAILURE: Build failed with an exception.\n\n* What went wrong:\nExecution failed for task ':app:compileJava'.\n> Compilation failed; see the compiler error output",
        "Execution failed for task ':app:compileJava'.",
    ),
    (
        "2026/01/06 INFO cleanup failed=0 error=none\n✗ Metadata branch not found",
        "✗ Metadata branch not found",
    ),
    (
        "node:internal/modules/cjs/loader:1143\n  throw err;\n  ^\n\nError: Cannot find module './x'\nRequire stack:\n- /p/a.js\n    at Module._load (node:internal/x:1:2)",
        "Error: Cannot find module './x'",
    ),
];

#[test]
fn the_headline_is_the_line_that_says_what_went_wrong() {
    for (text, expected) in CASES {
        assert_eq!(&headline(text), expected, "{text}");
    }
}

#[test]
fn a_viewer_is_believed_only_in_its_own_name() {
    let text = "src/a.rs:1:2: error: this is content\nsed: b.rs: No such file or directory";
    assert_eq!(
        said(text, Speaker::Viewer("sed")).headline,
        "sed: b.rs: No such file or directory"
    );
    let text = "a.go:1:2: func is unused (unused)\nerror: Your local changes would be overwritten by merge:\n\ta.go";
    assert_eq!(
        said(text, Speaker::Versions).headline,
        "error: Your local changes would be overwritten by merge: a.go"
    );
}

#[test]
fn the_first_own_place_is_the_frame_and_the_message_stays_around_the_headline() {
    let text = "Exit code 1\nTraceback (most recent call last):\n  File \"/usr/lib/python3/json.py\", line 9, in f\n  File \"app/a.py\", line 7, in g\nValueError: bad";
    let said = said(text, Speaker::Unknown);
    assert_eq!(said.headline, "ValueError: bad");
    assert_eq!(said.error_type.as_deref(), Some("ValueError"));
    assert_eq!(said.exit_code, Some(1));
    assert_eq!(
        said.frame,
        Some(Frame {
            file: "app/a.py".into(),
            line: Some(7)
        })
    );
    assert!(said.message.contains("app/a.py") && said.message.ends_with("ValueError: bad"));
    assert!(!said.message.contains("Exit code"));
}

/// Lines of which many make a text that a careless scanner reads again and again.
const REPEATED: &[&str] = &[
    "--- FAIL: TestX (0.00s)\n",
    "test a ... FAILED\n",
    "File \"a.py\", line 1\n",
    "a.go:1:2: string `open\n",
    "FAILED x\n",
    "Caused by: x\n",
    "error:\n",
    "[x] ",
    "\x1b[",
    "\r",
    "word ",
    "a:1:",
];

#[test]
fn a_megabyte_of_anything_is_read_once() {
    for line in REPEATED {
        let text = line.repeat(1_000_000 / line.len());
        assert!(headline(&text).chars().count() <= HEADLINE_CHARS);
    }
}

proptest! {
    #[test]
    fn a_headline_is_short_and_made_of_the_text(text in "(\\PC|[\n\r\t\x1b:|]|error|FAIL|--- FAIL: |Traceback){0,200}") {
        let line = headline(&text);
        prop_assert!(line.chars().count() <= HEADLINE_CHARS);
        prop_assert!(line.chars().all(|c| c == ' ' || text.contains(c)));
        let said = said(&text, Speaker::Viewer("x"));
        prop_assert!(said.message.chars().count() <= MESSAGE_CHARS);
    }
}

#[test]
fn a_foreign_frame_and_a_duration_are_no_part_of_a_headline() {
    let table = [
        (
            "/home/dev/.gem/ruby/lib/ruby/3.4.0/psych/parser.rb:62:in 'Psych::Parser#_native_parse': (<unknown>): did not find expected key (Psych::SyntaxError)",
            "(<unknown>): did not find expected key (Psych::SyntaxError)",
        ),
        (
            "app/models/order.rb:7:in 'total': undefined method 'sum' (NoMethodError)",
            "app/models/order.rb:7:in 'total': undefined method 'sum' (NoMethodError)",
        ),
        ("FAIL\texample.com/shop/cart\t2.630s", "FAIL example.com/shop/cart"),
    ];
    for (text, expected) in table {
        assert_eq!(headline(text), expected);
    }
}
