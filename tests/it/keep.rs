//! What is kept and what is not: secrets, permissions, forgetting, redacting again, growing old.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use super::capture_recount::assert_same;
use super::capture_roads::known;
use super::capture_scene::{Scene, files_below};
use super::capture_story::{Story, second, session_end};

/// Secrets as they stand in what clients send. None is anybody's.
const SECRETS: &[&str] = &[
    "ghp_a8Zk3LmQ9pXy7RtV2bNc5WsD1fGhJ4eK6uTo",
    "AKIAQYLPMN5HWZ3XKJ7B",
    "sk-ant-api03-Zq7Wv3Rk9Lm2Xp5Tn8Yb4Hc6Jd1Fg0Ks_Ae3Uo7Ii9Pq2Lw5Er8Ty1Mn4Bv6Cx0ZzGh5Kj2Df8Sa1Po9Iu3Yt7Re4Wq6NAA",
    "hunter2-correct-horse",
    "MIIEowIBAAKCAQEAx7Yt9Qm2Zp4Rk8Lv1Wn6Jc3Hd5Fg0Sb",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MjQyNDIiLCJuYW1lIjoiZGV2In0.k3Zr9Xw2Vb5Nm8Lp1Qt4Yh7Jd0Fs6Gc",
];

/// A session in which every road carries every secret.
fn leaking(session: &str) -> Story {
    let [github, aws, anthropic, password, key, jwt] = SECRETS else {
        panic!("six")
    };
    let mut story = Story::new(session);
    story
        .prompt(&format!("use the token {github} and Authorization: Bearer {jwt}"))
        .bash(
            &format!("curl -H 'Authorization: Bearer {jwt}' https://dev:{password}@host.example/x"),
            true,
            &format!("Exit code 22\ncurl: (22) The requested URL returned error: 401\nANTHROPIC_API_KEY={anthropic}"),
        )
        .call(
            "Write",
            &json!({"file_path": "/home/dev/project/.env", "content": format!("AWS_ACCESS_KEY_ID={aws}\nDB_PASSWORD={password}\n")}),
            false,
            "File created successfully",
        )
        .bash(
            "cat key.pem | head -3",
            false,
            &format!("-----BEGIN RSA PRIVATE KEY-----\n{key}\n-----END RSA PRIVATE KEY-----\nfatal: could not read key"),
        )
        .model_error(&format!("API Error: 401 invalid x-api-key {anthropic}"))
        .turn(&format!("I stored DB_PASSWORD={password} and {github}."));
    story
}

#[test]
fn secrets_are_in_no_file_at_any_time() {
    let story = leaking("leaking");
    let scene = Scene::new();
    for (at, payload) in story.hooks() {
        scene.hook(&at, &payload);
        for secret in SECRETS {
            assert_eq!(
                scene.files_with(secret),
                Vec::<std::path::PathBuf>::new(),
                "in a journal, after {payload}"
            );
        }
    }
    let journal = scene
        .env
        .data()
        .join("workspaces/default/journal/claude-code-leaking.jsonl");
    assert!(journal.exists(), "what was searched held the session");
    scene.run(&["status"]);
    scene.put("leaking.jsonl", &story.text());
    scene.import();
    scene.work(&second(900));
    for secret in SECRETS {
        scene.assert_nowhere(secret);
    }
    assert!(scene.number("select count(*) from event") > 5);
    assert_eq!(
        scene.number("select count(*) from event where command like 'curl -H %https://dev:%host.example/x'"),
        1,
        "commands stay usable"
    );
    for answer in [
        &["session", "leaking", "--bodies", "--json"][..],
        &["failures", "--json"],
        &["report"],
        &["search", "curl"],
    ] {
        let said = scene.run(answer);
        for secret in SECRETS {
            assert!(!said.contains(secret), "{answer:?}: {said}");
        }
    }
    scene.assert_consistent();
}

fn assert_private(folder: &Path) {
    let mode = |path: &Path| fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!(format!("{:o}", mode(folder)), "700", "{}", folder.display());
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            assert_private(&path);
        } else {
            assert_eq!(format!("{:o}", mode(&path)), "600", "{}", path.display());
        }
    }
}

#[test]
fn only_the_user_can_read_what_is_kept() {
    let scene = Scene::new();
    scene.run(&["pause", "1m"]);
    assert_private(&scene.env.data());
    scene.run(&["resume"]);
    let story = leaking("private");
    scene.play(&story.hooks());
    scene.hook(&second(300), &json!("no event at all"));
    assert_private(&scene.env.data());
    scene.put("private.jsonl", &story.text());
    scene.import();
    scene.run(&["pause", "1m"]);
    let open = scene.database();
    open.query_row("select 1 from session", [], |_| Ok(())).expect("reads");
    assert_private(&scene.env.data());
    scene.work(&second(900));
    assert_private(&scene.env.data());
}

const NEEDLE: &str = "zanzibar-4711";

/// Sessions of two projects; `NEEDLE` stands in one of them, in every kind of text.
fn three_sessions(scene: &Scene) {
    let gone = |file: &str| format!("Exit code 1\ncat: {file}: No such file or directory");
    let mut with = Story::at("with-needle", 0);
    with.prompt(&format!("find {NEEDLE}"))
        .bash(&format!("cat {NEEDLE}.txt"), true, &gone(&format!("{NEEDLE}.txt")))
        .bash("cat other.txt", true, &gone("other.txt"))
        .bash("ls", false, &format!("{NEEDLE}.md"))
        .edit(&format!("src/{NEEDLE}.rs"))
        .call(
            "Grep",
            &json!({"pattern": NEEDLE}),
            true,
            &format!("<tool_use_error>Error: {NEEDLE} is no pattern</tool_use_error>"),
        )
        .turn(&format!("{NEEDLE} is not there"));
    let mut without = Story::at("without", 600);
    without
        .prompt("find it")
        .bash("cat third.txt", true, &gone("third.txt"))
        .bash(
            "cargo test",
            true,
            "Exit code 101\nerror[E0308]: mismatched types\n --> src/lib.rs:4:5",
        )
        .turn("no");
    let mut elsewhere = Story::at("elsewhere", 1200);
    elsewhere
        .cd("/srv/other")
        .prompt("and here?")
        .bash("cat fourth.txt", true, &gone("fourth.txt"))
        .turn("no");
    for story in [&with, &without, &elsewhere] {
        let mut hooks = story.hooks();
        hooks.push(story.ending());
        scene.play(&hooks);
    }
    scene.put("with-needle.jsonl", &with.text());
    scene.import();
    scene.work(&second(3000));
    scene.assert_consistent();
}

/// Returns what is known of the sessions that are not named.
fn others(scene: &Scene, session: &str) -> Vec<(&'static str, Vec<String>)> {
    let of_session = format!("{session}|");
    let mut all = known(scene);
    for (_, rows) in &mut all {
        rows.retain(|row| !row.starts_with(&of_session));
    }
    all
}

fn assert_others_stay(before: &[(&'static str, Vec<String>)], scene: &Scene, session: &str) {
    for ((what, before), (_, after)) in before.iter().zip(&others(scene, session)) {
        // Which pattern names a mode may change when patterns are forgotten; that and nothing else.
        let bare = |rows: &[String]| -> Vec<String> {
            rows.iter()
                .map(|row| row.rsplit_once('|').map_or(row.clone(), |(bare, _)| bare.to_owned()))
                .collect()
        };
        assert_same(&bare(after), &bare(before), what);
    }
}

#[test]
fn what_matches_is_forgotten_and_nothing_else() {
    let scene = Scene::new();
    three_sessions(&scene);
    let before = others(&scene, "with-needle");
    let mode_of_cat = "select count(*) from failure f join pattern p on p.id = f.pattern join mode m on m.id = p.mode where f.scope = 'cat'";
    assert_eq!(scene.number(mode_of_cat), 4);
    assert!(!scene.files_with(NEEDLE).is_empty(), "it was there");
    let told = scene.run(&["forget", "--match", NEEDLE, "--yes"]);
    assert!(!told.contains("still stands"), "{told}");
    scene.assert_nowhere(NEEDLE);
    scene.assert_consistent();
    assert_others_stay(&before, &scene, "with-needle");
    assert_eq!(scene.number(mode_of_cat), 3, "the same failure of other files stays");
    assert_eq!(
        scene.rows("select e.command from event e join session s on s.id = e.session where s.external = 'with-needle' and e.kind = 'call'"),
        ["cat other.txt"],
        "in the session itself only what holds the text goes"
    );
    let searched = scene.json(&["search", "--json", "other"]).to_string();
    assert!(searched.contains("No such file"), "the mode is still found: {searched}");

    let told = scene.run(&["forget", "--match", NEEDLE, "--yes"]);
    assert_eq!(told, "Nothing like that was recorded.\n");
    // The transcript is the client's and stays; importing again does not bring the text back.
    scene.import();
    scene.work(&second(4000));
    scene.assert_nowhere(NEEDLE);
    scene.assert_consistent();
}

#[test]
fn what_matches_is_forgotten_in_journals_and_faults_too() {
    let scene = Scene::new();
    let mut story = Story::new("undrained");
    story
        .prompt(&format!("find {NEEDLE}"))
        .bash(&format!("cat {NEEDLE}"), true, "Exit code 1\ncat: no")
        .bash("ls", false, "a");
    scene.play(&story.hooks());
    // A damaged payload leaves a fault, and what could be saved of it.
    let damaged = format!(
        "{{\"session_id\":\"undrained\",\"hook_event_name\":\"UserPromptSubmit\",\"cwd\":\"/home/dev/project\",\"prompt\":\"{NEEDLE}"
    );
    assert_eq!(
        scene.run_at(&second(60), &[], &["hook", "claude-code"], &damaged).code,
        0
    );
    assert_eq!(scene.run_at(&second(61), &[], &["hook", NEEDLE], "{}").code, 0);
    assert!(scene.files_with(NEEDLE).len() >= 2, "in a journal and among the faults");
    scene.run(&["forget", "--match", NEEDLE, "--yes"]);
    scene.assert_nowhere(NEEDLE);
    assert_eq!(scene.rows("select command from event where kind = 'call'"), ["ls"]);
    scene.assert_consistent();
}

#[test]
fn a_session_is_forgotten_also_when_others_descend_from_it() {
    let scene = Scene::new();
    three_sessions(&scene);
    for name in ["resumed.jsonl", "forked.jsonl"] {
        scene.put_recorded(name);
    }
    scene.import();
    let original = "fa8d2109-cdb3-4d66-bb52-9e06f59d371a";
    for (session, given) in [("with-needle", "with-needle"), (original, "fa8d2109")] {
        let before = others(&scene, session);
        scene.run(&["forget", "--session", given, "--yes"]);
        assert_eq!(
            scene.number(&format!("select count(*) from session where external = '{session}'")),
            0
        );
        scene.assert_nowhere(&format!("toolu_{session}"));
        assert_eq!(
            scene.rows("select count(*) from session where top is not null and top not in (select id from session)"),
            ["0"]
        );
        assert_others_stay(&before, &scene, session);
        scene.assert_consistent();
    }
    scene.assert_nowhere(NEEDLE);
    let said = scene.env.run(&["forget", "--session", "with-needle", "--yes"]);
    assert_eq!(said.code, 1, "{said}");
    // An id that is the beginning of another takes only itself.
    for session in ["one", "one-more"] {
        let mut story = Story::at(session, 5000);
        story.prompt(session);
        scene.play(&story.hooks());
    }
    scene.run(&["forget", "--session", "one", "--yes"]);
    assert_eq!(
        scene.rows("select external from session where external like 'one%'"),
        ["one-more"]
    );
}

#[test]
fn a_project_is_forgotten_with_all_its_sessions() {
    let scene = Scene::new();
    three_sessions(&scene);
    let before = others(&scene, "elsewhere");
    scene.run(&["forget", "--project", "/srv/other", "--yes"]);
    assert_eq!(scene.number("select count(*) from project"), 1);
    scene.assert_nowhere("/srv/other");
    scene.assert_nowhere("fourth.txt");
    assert_others_stay(&before, &scene, "elsewhere");
    scene.assert_consistent();
}

#[test]
fn what_is_older_is_forgotten() {
    let scene = Scene::new();
    three_sessions(&scene);
    let mut old = Story::new("old");
    old.prompt("x")
        .bash(
            "cat ancient",
            true,
            "Exit code 1\ncat: ancient: No such file or directory",
        )
        .turn("no");
    let text = old.text().replace("2026-11-19", "2026-03-01");
    scene.put("old.jsonl", &text);
    scene.import();
    let before = others(&scene, "old");
    scene.run(&["forget", "--before", "90d", "--yes"]);
    scene.assert_nowhere("ancient");
    assert_eq!(scene.number("select count(*) from session"), 3);
    assert_others_stay(&before, &scene, "old");
    scene.assert_consistent();
    scene.run(&["forget", "--before", "2026-11-20", "--yes"]);
    assert_eq!(scene.number("select (select count(*) from session) + (select count(*) from event) + (select count(*) from mode) + (select count(*) from project)"), 0);
    scene.assert_consistent();
}

#[test]
fn a_new_pattern_is_applied_to_what_was_recorded_before() {
    let secret = "ACME-7731-QQ";
    let scene = Scene::new();
    let mut story = Story::new("again");
    story
        .prompt(&format!("deploy with {secret}"))
        .bash(
            &format!("deploy --key {secret}"),
            true,
            &format!("Exit code 1\nError: key {secret} was refused"),
        )
        .call(
            "Write",
            &json!({"file_path": format!("/home/dev/project/{secret}.txt"), "content": secret}),
            false,
            "File created successfully",
        )
        .bash(
            "cat settings",
            true,
            &format!("Exit code 1\nError: key {secret} was refused"),
        )
        .turn(&format!("{secret} does not work"));
    let mut hooks = story.hooks();
    scene.play(&hooks);
    scene.put("again.jsonl", &story.text());
    scene.import();
    hooks.clear();
    scene.hook(&second(800), &json!({"session_id": "again", "cwd": "/home/dev/project", "hook_event_name": "UserPromptSubmit", "prompt": secret}));
    let faults = scene.env.database().with_file_name("faults.log");
    fs::write(&faults, format!("1 {secret}.jsonl could not be read\n2 nothing\n")).expect("writes");
    assert!(!scene.files_with(secret).is_empty(), "it was no secret yet");
    let before = scene
        .rows("select (select count(*) from event), (select count(*) from failure), (select count(*) from session)");
    fs::write(
        scene.env.data().join("config.toml"),
        "[[redact.patterns]]\nname = \"acme\"\npattern = \"ACME-[0-9]{4}-[A-Z]{2}\"\n",
    )
    .expect("writes");
    scene.run(&["redact", "--again"]);
    scene.assert_nowhere(secret);
    scene.assert_consistent();
    let faults = fs::read_to_string(faults).expect("reads");
    assert!(faults.ends_with(".jsonl could not be read\n2 nothing\n"), "{faults}");
    assert_eq!(
        scene.number("select count(*) from event where command like 'deploy --key %'"),
        1
    );
    assert_eq!(scene.run(&["redact", "--again"]), "Nothing had to be changed.\n");
    // A transcript is read again with the same rules, and its calls are still the same.
    story.prompt("one more");
    scene.put("again.jsonl", &(story.text() + "\n"));
    fs::write(scene.projects().join("copy.jsonl"), story.text()).expect("writes");
    scene.import();
    scene.work(&second(2000));
    scene.assert_nowhere(secret);
    let after = scene.rows(
        "select (select count(*) from event) - 2, (select count(*) from failure), (select count(*) from session)",
    );
    assert_eq!(
        after,
        before,
        "{:?}",
        scene.rows("select kind, call_id, via, at, command from event order by at")
    );
    scene.assert_consistent();
    assert_eq!(
        scene.number("select count(*) from failure where not json_valid(input_context) or not json_valid(snapshot)"),
        0
    );
}

#[test]
fn what_grows_old_goes_in_order() {
    let scene = Scene::new();
    three_sessions(&scene);
    let counters = "select external, calls, prompts, failures, expected from session order by 1";
    let denominators = "select session, key, runs, failed from exercise order by 1, 2";
    let before = (
        scene.rows(counters),
        scene.rows(denominators),
        scene.number("select count(*) from failure"),
    );
    let bodies = |scene: &Scene| scene.number("select count(*) from body");
    assert!(bodies(&scene) > 10);

    scene.work("2026-12-19T12:00:00Z");
    assert!(bodies(&scene) > 10, "a month is not long");
    scene.work("2027-02-15T12:00:00Z");
    assert_eq!(bodies(&scene), 0, "bodies are kept for 60 days");
    assert!(scene.number("select count(*) from event") > 10);
    scene.work("2027-07-15T12:00:00Z");
    assert_eq!(
        scene.number("select count(*) from event where id not in (select event from failure)"),
        0,
        "events are kept for 180 days"
    );
    let after = (
        scene.rows(counters),
        scene.rows(denominators),
        scene.number("select count(*) from failure"),
    );
    assert_eq!(after, before, "failures and what was counted stay");
    assert!(
        !scene.json(&["failures", "--json"])["modes"]
            .as_array()
            .expect("modes")
            .is_empty()
    );

    // Forgetting something else does not forget what was counted of the events that are gone.
    scene.run(&["forget", "--match", "no-such-text", "--yes"]);
    let after = (
        scene.rows(counters),
        scene.rows(denominators),
        scene.number("select count(*) from failure"),
    );
    assert_eq!(after, before, "after forgetting nothing");
    let shapes = scene.number("select sum(runs) from shape");
    assert_eq!(shapes, 8, "runs of masked calls");
}

#[test]
fn a_session_that_ended_is_not_remembered_by_its_files() {
    let scene = Scene::new();
    let mut story = Story::new("short-lived");
    story.prompt(&format!("keep {NEEDLE} to yourself")).turn("I will");
    scene.play(&story.hooks());
    scene.hook(&second(100), &session_end("short-lived"));
    scene.work(&second(101));
    scene.run(&["forget", "--session", "short-lived", "--yes"]);
    scene.assert_nowhere(NEEDLE);
    let left: Vec<Value> = files_below(&scene.env.data().join("workspaces/default/journal"))
        .iter()
        .map(|path| json!(path))
        .collect();
    assert_eq!(left, Vec::<Value>::new());
}

#[test]
fn what_a_reader_holds_back_is_said_and_gone_once_it_lets_go() {
    let scene = Scene::new();
    three_sessions(&scene);
    let reader = scene.database();
    let begun = reader.query_row("select count(*) from event", [], |row| row.get::<_, i64>(0));
    assert!(begun.is_ok_and(|events| events > 0));
    let told = scene.run(&["forget", "--session", "without", "--yes"]);
    assert!(
        !told.contains("still stands"),
        "an idle reader holds nothing back: {told}"
    );
    scene.assert_nowhere("third.txt");

    reader
        .execute_batch("begin; select count(*) from event;")
        .expect("reads");
    let told = scene.run(&["forget", "--match", NEEDLE, "--yes"]);
    assert!(told.contains("still stands") && told.contains("callus.db"), "{told}");
    reader.execute_batch("commit").expect("lets go");
    drop(reader);
    scene.run(&["forget", "--match", NEEDLE, "--yes"]);
    scene.assert_nowhere(NEEDLE);
    scene.assert_consistent();
}
