use super::*;

/// What failed, how, what came later, and the remedy.
type Case = (&'static str, &'static str, &'static str, Option<&'static str>);

const WRAPPED: &[Case] = &[
    // A program that no table knows is left out.
    (
        "rtk bun run test",
        "error: unrecognized subcommand 'bun'",
        "bun run test",
        Some("bun run test"),
    ),
    (
        "rtk bun run test 2>&1 | tail -20",
        "error: unrecognized subcommand 'bun'",
        "bun run test 2>&1 | tail -30",
        Some("bun run test"),
    ),
    (
        "rtk lint bun run lint",
        "error: unexpected argument 'lint' found",
        "bun run lint",
        Some("bun run lint"),
    ),
    ("rtk ls", "zsh:1: command not found: rtk", "ls", Some("ls")),
    (
        "in-box --here terraform plan",
        "in-box: not a terminal",
        "terraform plan",
        Some("terraform plan"),
    ),
    // One is put before.
    (
        "bun run test",
        "error: Script not found \"test\"",
        "in-box bun run test",
        Some("in-box bun run test"),
    ),
    (
        "terraform plan",
        "bash: line 1: terraform: command not found",
        "in-box terraform plan",
        Some("in-box terraform plan"),
    ),
    // What limits a program is itself what is missing.
    (
        "timeout 60 go test ./...",
        "zsh:1: command not found: timeout",
        "go test ./...",
        Some("go test ./..."),
    ),
    (
        "timeout 60 go test ./...",
        "zsh:1: command not found: timeout",
        "gtimeout 60 go test ./...",
        Some("gtimeout 60 go test ./..."),
    ),
    (
        "timeout 60 go test ./...",
        "zsh:1: command not found: timeout",
        "go test ./cmd",
        None,
    ),
    (
        "timeout 60 go test ./...",
        "zsh:1: command not found: timeout",
        "timeout 60 go test ./...",
        None,
    ),
    (
        "timeout 60 go test ./...",
        "pattern ./...: directory prefix . does not contain main module",
        "go test ./...",
        None,
    ),
    // The rest has to be the same, and of two words at least where the wrapper is there.
    (
        "rtk bun run test",
        "error: unrecognized subcommand 'bun'",
        "bun run lint",
        None,
    ),
    ("rtk ls", "error: unrecognized subcommand 'ls'", "ls", None),
    (
        "a b c d bun run test",
        "error: unrecognized subcommand 'bun'",
        "bun run test",
        None,
    ),
    (
        "rtk bun run test",
        "error: unrecognized subcommand 'bun'",
        "cd web && bun run test",
        None,
    ),
    // Which program is missing says which one is left out.
    ("rtk ls -l", "rtk: line 3: jq: command not found", "ls -l", None),
    // Settings, flags and operands are no wrappers, nor is what does not run the words behind it.
    (
        "GOOS=plan9 rtk go vet",
        "error: unknown command 'go'",
        "rtk go vet",
        None,
    ),
    ("man bun run", "man: unknown option", "bun run", None),
    ("which bun run", "which: illegal option -- r", "bun run", None),
    // A verdict is work, a no is a no, and what is never told stays so, whichever side it stands on.
    ("rtk bun run test", "(fail) adds > two numbers", "bun run test", None),
    ("rtk bun run test", "rtk: operation not permitted", "bun run test", None),
    (
        "systemctl restart app",
        "zsh:1: command not found: systemctl",
        "sudo systemctl restart app",
        None,
    ),
    (
        "sudo in-box restart app",
        "sudo: unknown command 'restart'",
        "in-box restart app",
        None,
    ),
    (
        "rtk git push origin main",
        "error: unrecognized subcommand 'push'",
        "git push origin main",
        None,
    ),
];

#[test]
fn a_program_before_a_command_is_left_out_or_put_there() {
    for (was, headline, now, remedy) in WRAPPED {
        let taught = Told::default().red(was, headline).ok(now).taught();
        let texts: Vec<&str> = taught.iter().map(|(_, becomes)| becomes.as_str()).collect();
        assert_eq!(
            texts,
            remedy.iter().copied().collect::<Vec<_>>(),
            "{was}: {headline}: {now}"
        );
        assert!(taught.iter().all(|(kind, _)| *kind == RemedyKind::Changed));
    }
}

#[test]
fn what_was_left_out_is_what_was_typed() {
    for (was, headline, now, left) in [
        (
            "rtk bun run test",
            "error: unrecognized subcommand 'bun'",
            "bun run test",
            "rtk bun run test",
        ),
        (
            "timeout 60 go test ./...",
            "zsh:1: command not found: timeout",
            "go test ./...",
            "timeout 60 go test ./...",
        ),
    ] {
        let lessons = learn(&Told::default().red(was, headline).ok(now).0).0;
        let [lesson] = lessons.as_slice() else {
            panic!("{lessons:?}")
        };
        assert_eq!(lesson.remedy.was, left);
        assert!(follows(now, &lesson.remedy.becomes, &lesson.remedy.was));
        assert!(!follows(was, &lesson.remedy.becomes, &lesson.remedy.was));
    }
}
