//! What a search looks at, what it tells, and how it goes on.

use rusqlite::Connection;
use serde_json::Value;

use super::env::TestEnv;
use super::fixture;

fn filled() -> TestEnv {
    let env = TestEnv::new();
    fixture::fill(&env);
    env
}

/// Makes the folder of the fixture's project a place of this machine, and returns it.
fn home_of(env: &TestEnv, project: &str) -> std::path::PathBuf {
    let folder = env.home().join(project);
    std::fs::create_dir_all(&folder).expect("a folder");
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute(
        "update root set path = ?1 where project = (select id from project where name = ?2)",
        [
            folder.canonicalize().expect("a path").to_str().expect("a path"),
            project,
        ],
    )
    .expect("moved");
    folder
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Returns what was found, as scope, failures, sessions, and whether it is masked.
fn found(answer: &str) -> Vec<String> {
    let answer = json(answer);
    let hits = answer["hits"].as_array().expect("hits").iter();
    let mut lines: Vec<String> = hits
        .map(|hit| {
            let mode = &hit["mode"];
            let masked = if hit["masked"] == true { " masked" } else { "" };
            let scope = mode["scope"].as_str().expect("a scope");
            format!("{scope} {}/{}{masked}", mode["failures"], mode["sessions"])
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn filters_narrow_a_search_in_the_query_and_as_options() {
    let env = filled();
    let table: &[(&str, &[&str], &str)] = &[
        (
            "since:7d",
            &["--since", "7d"],
            "Edit 2/2, go test 1/1, go test 3/2, mise run 2/2",
        ),
        (
            "project:web",
            &["--project", "web"],
            "Edit 1/1, go test 1/1, go test 1/1, mise run 1/1",
        ),
        ("exec tool:Bash", &["exec", "--tool", "Bash"], "go test 4/3"),
        ("tool:\"go test\"", &["--tool", "go test"], "go test 1/1, go test 4/3"),
        ("model:Sonnet", &["--model", "Sonnet"], "Edit 1/1, go test 2/1"),
        ("status:open exec", &["--status", "open", "exec"], "go test 4/3"),
        ("status:muted", &["--status", "muted"], ""),
        (
            "label:vertical=finance",
            &["--label", "vertical=finance"],
            "Edit 1/1, go test 1/1, mise run 1/1",
        ),
        (
            "label:vertical project:api",
            &["--label", "vertical", "--project", "api"],
            "Edit 1/1, go test 1/1, mise run 1/1",
        ),
        ("node:edit", &["--node", "edit"], "Edit 3/3"),
        ("session:7744f", &["--session", "7744f"], "Edit 1/1, go test 2/1"),
        ("type:ENOEXEC", &["--type", "enoexec"], "go test 4/3"),
        ("agent:reviewer", &["--agent", "reviewer"], "mise run 1/1"),
        ("env:staging", &["--env", "staging"], "go test 1/1, mise run 1/1"),
    ];
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        "update failure set error_type = 'ENOEXEC' where headline like '%exec format%';
         update failure set agent = 'reviewer' where scope = 'mise run' and session = 1;
         insert into session_label values (3, 'environment', 'staging')",
    )
    .expect("changed");
    for (query, options, expected) in table {
        for arguments in [&[*query][..], *options] {
            let answer = env.run(&[&["search", "--json"], arguments].concat()).success();
            assert_eq!(found(&answer).join(", "), *expected, "{arguments:?}");
        }
    }
}

#[test]
fn a_filter_that_nothing_recorded_fits_says_what_there_is() {
    let env = filled();
    let table = [
        (
            "model:gpt exec",
            "no model that is recorded fits `gpt`",
            "There are: claude-opus-4-5, claude-sonnet-4-5",
        ),
        (
            "assistant:cursor",
            "no assistant that is recorded fits `cursor`",
            "There are: claude-code",
        ),
        (
            "label:vertical=health",
            "no label that is recorded fits `vertical=health`",
            "There are: vertical=finance",
        ),
        (
            "env:prod",
            "no env that is recorded fits `prod`",
            "Leave `env` out: none is recorded",
        ),
        (
            "node:planner",
            "no node that is recorded fits `planner`",
            "There are: Bash, Edit",
        ),
        (
            "tool:psql",
            "no tool that is recorded fits `psql`",
            "There are: go test",
        ),
        ("project:shop", "no project goes by `shop`", "callus project list"),
        ("session:zz", "no session goes by `zz`", "callus sessions"),
        ("status:done", "`done` is no status: use open, resolved, muted, all", ""),
        ("since:soon", "`soon` is no time", "Write a span"),
        ("label:=x", "`=x` is no label", "Write key=value"),
        (
            "tool:Bash tool:Edit",
            "`tool` is given as `Bash` and as `Edit`",
            "Leave one",
        ),
    ];
    for (query, error, advice) in table {
        let said = env.run(&["search", query]);
        assert_eq!(said.code, 1, "{query}");
        assert!(
            said.stderr.contains(error) && said.stderr.contains(advice),
            "{query}: {}",
            said.stderr
        );
    }
    // What fits nothing together, though each is recorded, is no mistake.
    let text = env.run(&["search", "tool:Edit session:86cc"]).success();
    assert_eq!(text, "Nothing recorded is like it.\n");
    assert_eq!(env.run(&["search"]).code, 1);
}

#[test]
fn every_project_is_told_its_own_words_and_of_others_their_templates() {
    let env = filled();
    let (api, web) = (home_of(&env, "api"), home_of(&env, "web"));
    let new = env.home().join("new");
    std::fs::create_dir_all(new.join(".git")).expect("a repository");
    std::fs::write(new.join(".git/HEAD"), "ref: refs/heads/main\n").expect("a repository");
    let search = |folder: &std::path::Path, arguments: &[&str]| {
        env.run_in(folder, &[&["search", "--json"], arguments].concat())
            .success()
    };
    // Where one stands: its own figures.
    assert_eq!(found(&search(&api, &["exec"])), ["go test 3/2"]);
    assert_eq!(found(&search(&web, &["exec"])), ["go test 1/1"]);
    assert_eq!(found(&search(&api, &["exec", "--project", "web"])), ["go test 1/1"]);
    assert_eq!(found(&search(&env.home(), &["exec"])), ["go test 4/3"]);
    // What only the other project met: nothing here, and when asked for, its template.
    let answer = search(&api, &["command not found"]);
    assert_eq!(
        (found(&answer).len(), json(&answer)["elsewhere"].as_i64()),
        (0, Some(1))
    );
    let answer = search(&api, &["command not found", "--all-projects"]);
    let hit = &json(&answer)["hits"][0];
    assert_eq!(hit["mode"]["headline"], "zsh: command not found: <*>");
    assert!(hit["masked"] == true && hit["mode"].get("projects").is_none(), "{hit}");
    assert!(!answer.contains("web"), "{answer}");
    // A repository of which nothing is recorded has no words of its own.
    assert_eq!(json(&search(&new, &["exec"]))["elsewhere"].as_i64(), Some(1));
    assert_eq!(
        found(&search(&new, &["exec", "--all-projects"])),
        ["go test 4/3 masked"]
    );
    let text = env.run_in(&new, &["search", "exec"]).success();
    assert_eq!(
        text,
        "Nothing recorded in this project is like it.\n1 failure mode of other projects fits: --all-projects\n"
    );
}

#[test]
fn a_long_list_is_read_page_by_page() {
    let env = filled();
    let pages = |command: &[&str], list: &str| {
        let mut shown = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..9 {
            let mut arguments = [command, &["--json", "--limit", "1"]].concat();
            if let Some(cursor) = &cursor {
                arguments.extend(["--cursor", cursor]);
            }
            let answer = json(&env.run(&arguments).success());
            shown.push(answer[list][0].clone());
            assert_eq!(answer[list].as_array().map(Vec::len), Some(1), "{arguments:?}");
            cursor = answer["next"].as_str().map(str::to_owned);
            if cursor.is_none() {
                break;
            }
        }
        shown
    };
    for (command, list) in [(&["search", "since:90d"][..], "hits"), (&["failures"], "modes")] {
        let whole = json(&env.run(&[command, &["--json"]].concat()).success());
        assert_eq!(Value::from(pages(command, list)), whole[list], "{command:?}");
        assert_eq!(whole[list].as_array().map(Vec::len), Some(4));
    }
    let expected = pages(&["failures", "--expected"], "modes");
    assert_eq!(expected.len(), 2);
}

#[test]
fn a_cursor_that_is_none_or_belongs_elsewhere_is_refused() {
    let env = filled();
    let first = json(&env.run(&["search", "exec OR go", "--json", "--limit", "1"]).success());
    let cursor = json(&env.run(&["failures", "--json", "--limit", "1"]).success())["next"]
        .as_str()
        .expect("a next page")
        .to_owned();
    assert_eq!(first["hits"].as_array().map(Vec::len), Some(1));
    let mut other = cursor.clone();
    other.replace_range(10..11, if &cursor[10..11] == "A" { "B" } else { "A" });
    for (command, given, why) in [
        (&["failures"][..], "nonsense", "is no cursor"),
        (&["failures"], "", "is no cursor"),
        (&["failures"], &other, "is no cursor"),
        (
            &["failures", "--tool", "go test"],
            &cursor,
            "is a cursor of another question",
        ),
        (&["search", "exec"], &cursor, "is a cursor of another question"),
    ] {
        let said = env.run(&[command, &["--cursor", given]].concat());
        assert_eq!(said.code, 1, "{command:?}");
        assert!(said.stderr.contains(why), "{}", said.stderr);
        assert!(said.stderr.contains("Leave the cursor out"), "{}", said.stderr);
    }
}

#[test]
fn no_query_is_more_than_words() {
    let env = filled();
    let long = "exec format error ".repeat(60_000);
    let odd = [
        "\"",
        "a AND",
        "NEAR(",
        "NEAR/2",
        "col:x",
        "*",
        "^x",
        "-x",
        "x -",
        "{headline} : x",
        "headline:exec",
        "exec OR AND NOT",
        "(exec",
        "exec)",
        "\"exec",
        "'; drop table mode",
        "exec\\",
        "\\ud800",
        "a\u{0}b",
        "%",
        "_",
        "\u{202e}exec",
        "𝕖𝕩𝕖𝕔",
        "文件",
        "wor*",
        "*wor",
        "\"\" \"\"",
        "tool:\"",
        ":",
        "::",
        "since:",
        "label:",
        "+",
        "~",
    ];
    for query in odd {
        // An argument of a process holds no zero byte.
        let said = env.run(&["search", "--", &query.replace('\u{0}', " ")]);
        assert!(said.code == 0 || said.stderr.starts_with("Error: "), "{query}: {said}");
        assert!(
            !said.stderr.contains("panicked") && !said.stderr.contains("sql"),
            "{query}: {said}"
        );
    }
    let mut client = crate::mcp::client::Client::begun_in(&env, &env.home());
    for query in odd.iter().copied().chain([long.as_str(), "a\u{0}b \u{0}"]) {
        let answer = client.ask(
            "tools/call",
            &serde_json::json!({"name": "failure_search", "arguments": {"query": query}}),
        );
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert!(!text.is_empty() && !text.contains("panicked"), "{query:.60}: {answer}");
    }
    assert!(client.leave().is_empty());
    // What was pasted whole is looked for by the line that says what went wrong.
    let pasted = format!(
        "{}\nfork/exec /tmp/a: exec format error\nFAIL\n",
        "=== RUN TestLedger\n".repeat(200)
    );
    assert_eq!(
        found(&env.run(&["search", "--json", &pasted]).success()),
        ["go test 4/3"]
    );
}

#[test]
fn a_mistyped_word_is_taken_for_the_nearest_one_and_said() {
    let env = filled();
    let text = env.run(&["search", "goconts"]).success();
    assert!(
        text.starts_with("\"goconts\" stands nowhere: looked for \"goconst\" instead.\n"),
        "{text}"
    );
    let answer = json(&env.run(&["search", "--json", "occurences constant"]).success());
    assert_eq!(
        answer["instead"],
        serde_json::json!([{"typed": "occurences", "meant": "occurrences"}])
    );
    assert_eq!(found(&answer.to_string()), ["mise run 2/2"]);
    // A word that stands somewhere is meant, whatever it is near to; and what nothing is near to stands nowhere.
    for query in ["constant", "zebra"] {
        let answer = json(&env.run(&["search", "--json", query]).success());
        assert!(answer.get("instead").is_none(), "{query}");
    }
}

#[test]
fn a_word_that_only_another_project_said_is_told_to_nobody_else() {
    let env = filled();
    let homes = ["api", "web"].map(|project| home_of(&env, project));
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        "update failure set message = 'the sprocketry broke'
         where scope = 'Edit' and project = (select id from project where name = 'api')",
    )
    .expect("changed");
    for (folder, is_told) in homes.iter().zip([true, false]) {
        let asked = ["search", "--json", "--all-projects", "sproketry"];
        let answer = json(&env.run_in(folder, &asked).success());
        assert_eq!(found(&answer.to_string()).len(), 1, "{answer}");
        assert_eq!(answer.get("instead").is_some(), is_told, "{answer}");
    }
}

#[test]
fn what_says_the_same_in_other_words_comes_behind_the_word_itself() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    // The oldest and rarest of all says the word; the one that says the same was met often, and today.
    db.execute_batch(
        "update failure set message = 'the port is already taken: it was taken before' where scope = 'Edit';
         update failure set headline = 'listen EADDRINUSE: address already in use' where scope = 'mise run'",
    )
    .expect("changed");
    let answer = json(&env.run(&["search", "--json", "taken"]).success());
    let scopes: Vec<&str> = answer["hits"]
        .as_array()
        .expect("hits")
        .iter()
        .filter_map(|hit| hit["mode"]["scope"].as_str())
        .collect();
    assert_eq!(scopes, ["Edit"], "one word is no phrase");
    let answer = json(&env.run(&["search", "--json", "is the port taken?"]).success());
    let scopes: Vec<&str> = answer["hits"]
        .as_array()
        .expect("hits")
        .iter()
        .filter_map(|hit| hit["mode"]["scope"].as_str())
        .collect();
    assert_eq!(scopes, ["Edit", "mise run"]);
}

#[test]
fn a_prompt_leads_to_what_failed_while_it_was_served() {
    let env = filled();
    let db = Connection::open(env.database()).expect("the database opens");
    db.execute_batch(
        r#"update failure set input_context = '{"prompt": "balance the ledger of the bakery"}' where scope = 'mise run'"#,
    )
    .expect("changed");
    assert_eq!(
        found(&env.run(&["search", "--json", "bakery"]).success()),
        ["mise run 2/2"]
    );
}
