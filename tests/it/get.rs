//! One failure mode, failure or session in parts, as a model pages through it.

use insta::assert_snapshot;
use serde_json::json;

use super::env::TestEnv;
use super::lessons::{EXEC, filled, id_of};

fn part(env: &TestEnv, id: &str, part: &str) -> String {
    env.run(&["show", id, "--part", part]).success()
}

#[test]
fn each_part_says_one_thing() {
    let env = filled();
    let exec = id_of(&env, EXEC);
    assert_snapshot!(part(&env, "F5", "log"), @r#"
    $ GOOS=windows go test ./...
    | fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error
    | FAIL    github.com/acme/api 0.01s
    "#);
    assert_snapshot!(part(&env, &exec, "attempts"), @r#"
    Of the newest 4 that are over, 0 got past it: 0 within two calls, 0 by the same call again.
      R1    Worked instead: `GOOS=windows go test -run '^$' -exec=true ./...`
            worked in 2 of 3 sessions · 23 hours ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
      R3    Was edited: `src/main.go:3-9 src/exec.go`
            worked in 1 of 1 session · 1 day ago
            for `GOOS=windows go test ./...`
            one of its errors, everywhere
            Never suggested: it says nothing to type
    "#);
    assert_snapshot!(part(&env, "F5", "env"), @r#"
    Session     7744fe00-4b44-4d5c-9a52-000000000002
    Assistant   claude-code
    Version     2.1.0
    Model       claude-sonnet-4-5
    Project     api
    Folder      /home/dev/api
    Branch      main
    Commit      3f2a1bc9d0e1f2a3b4c5d6e7f8091a2b3c4d5e6f
    Prompt      make the tests pass
    Dirty       src/main.go
    "#);
    assert_snapshot!(part(&env, "F5", "quotes"), @r#"
    F5, 1 day ago
      It served this prompt:
      | make the tests pass
    "#);
    assert_snapshot!(part(&env, "7744721d", "summary"), @r#"
    Session 7744721d-4b44-4d5c-9a52-000000000001
    When        2026-11-19 12:00 UTC, 1 h 0 min, ended: other
    Project     api · main · 3f2a1bc9d0
    Folder      /home/dev/api
    Assistant   claude-code 2.1.0 · claude-opus-4-5
    Figures     1,010 calls · 3 failures · 1 set aside · done
    Labels      vertical=finance

    12:01:00  Bash    GOOS=windows go test ./...  2.3 s
              failed (exit 1): fork/exec /tmp/go-build1/b001/exe/a.test.exe: exec format error  ydqtq91c
    12:02:00  Bash    mise run lint 2>&1 | tail -20  2.3 s
              failed: server.go:12:2: string `closed` has 3 occurrences, make it a constant (goconst) (hidden)  qarv5m3c
    12:03:00  Edit    src/main.go  2.3 s
              failed: File has not been read yet. Read it first before writing to it.  7ahtvbng
    12:04:00  Bash    git push --force  2.3 s
              set aside: the user said no  tn3taway
    "#);
    for id in [exec.as_str(), "F5", "7744721d"] {
        for one in ["summary", "log", "attempts", "env", "quotes"] {
            let text = part(&env, id, one);
            assert!(!text.trim().is_empty(), "{id} {one}");
            // A log is what happened, whatever that was.
            assert!(
                one == "log" || !text.contains("rm -rf"),
                "{id} {one}: what is never suggested is told to no model\n{text}"
            );
        }
    }
}

#[test]
fn a_long_log_shows_both_ends_and_is_read_page_by_page() {
    let env = TestEnv::new();
    let lines: Vec<String> = (0..900).map(|n| format!("line {n:03} of the log\n")).collect();
    let output = lines.concat();
    let record = json!({"tool": "backup", "message": "it broke", "output": output, "id": 1});
    env.run_with(&["record", "--json-in"], &record.to_string()).success();
    let first = part(&env, "F1", "log");
    assert!(
        first.starts_with("$ backup {}\n| it broke\n| line 000 of the log\n"),
        "{first}"
    );
    assert!(
        first.ends_with("| line 899 of the log\n") && first.len() <= 4_100,
        "{first}"
    );
    let mark = first.lines().find(|line| line.contains("lines cut")).expect("a mark");
    let mut offset = Some(mark.rsplit('=').next().expect("an offset").to_owned());
    let mut read = first.split('…').next().expect("a beginning").to_owned();
    while let Some(at) = offset {
        let said = env
            .run(&[
                "show",
                "F1",
                "--part",
                "log",
                "--offset",
                &at,
                "--max-chars",
                "1500",
                "--json",
            ])
            .success();
        let page: serde_json::Value = serde_json::from_str(&said).expect("JSON");
        let text = page["text"].as_str().expect("a text");
        assert!(text.len() <= 1_600, "{text}");
        read.push_str(text.split("… goes on").next().expect("a page"));
        offset = page["next_offset"].as_u64().map(|next| next.to_string());
    }
    // What was recorded keeps eight kilobytes of each end.
    assert!(
        read.contains("| line 000") && read.contains("bytes left out") && read.ends_with("| line 899 of the log\n")
    );
    assert_eq!(read.matches("it broke").count(), 1);
}

#[test]
fn what_is_asked_wrongly_is_said() {
    let env = filled();
    let table: [(&[&str], &str); 4] = [
        (
            &["show", "F5", "--part", "logs"],
            "`logs` is no part: use summary, log, attempts, env, quotes",
        ),
        (
            &["show", "F5", "--part", "log", "--offset", "99999"],
            "`offset` is 99999, and the part ends at",
        ),
        (
            &["show", "zzzz", "--part", "log"],
            "no failure or session goes by `zzzz`",
        ),
        (&["show", "7744", "--part", "log"], "`7744` may be any of 2"),
    ];
    for (arguments, said) in table {
        let answer = env.run(arguments);
        assert!(
            answer.code == 1 && answer.stderr.contains(said),
            "{arguments:?}\n{answer}"
        );
    }
}
